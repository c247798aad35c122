"""The command line: every action of every room as a command, with no code of its own for any of them."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from jingwei import __version__, plan
from jingwei.doors import serve
from jingwei.doors.demonstration import command as demo
from jingwei.doors.projection import inputs
from jingwei.doors.usage import misused
from jingwei.kernel.actions import Action, Context, Option, Progress, Result, run
from jingwei.kernel.i18n import Language, Text, language_of
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document, OnDisk, Table
from jingwei.kernel.workspace import Workspace

REFUSED = 2
"""Exit status when the user can put something right; 1 is left to faults of the program."""

MOST_HELD = 64 << 20
"""Bytes of a document that are held in memory; a larger one is read bit by bit by actions that can."""

ANSWER_IS_NO = 3
"""Exit status when a question was asked and the answer is no, such as a replay that is not identical."""


def main() -> None:
    """Entry point of ``jingwei``."""
    reader = _Reader(language_of())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character must not stop the answer
    try:
        ended = program(reader.language).main(prog_name="jingwei", standalone_mode=False, obj=reader)
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.ClickException as error:
        said = error.ctx.params.get("lang") if isinstance(error, click.UsageError) and error.ctx else None
        click.echo(misused(error, said or reader.language), err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except Problem as problem:
        click.echo(f"{problem.code}: {problem.in_(reader.language)}", err=True)
        sys.exit(REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@dataclass
class _Reader:
    """Who reads what goes wrong; ``--lang`` decides when it is given."""

    language: Language


@dataclass
class _Node:
    """A word of the command tree: an action, more words below it, or both."""

    action: Action | None = None
    below: dict[str, _Node] = field(default_factory=dict)


def program(language: Language) -> click.Group:
    """All actions of all rooms as one command."""
    root = _Node()
    for pillar in plan.pillars():
        for action in pillar.actions:
            node = root
            for word in action.path:
                node = node.below.setdefault(word, _Node())
            node.action = action
    group = click.Group(
        help=_say(
            Text(
                "经纬：把数字中国规划的每一条变成责任、服务和可查证的度量。\n\n先运行：jingwei evaluate --out out",
                "Jingwei carries out the plan for a Digital China: every clause a duty, a working service and a provable "
                "measure.\n\nStart with: jingwei evaluate --out out",
            ),
            language,
        )
    )
    click.version_option(__version__)(group)
    for word, below in sorted(root.below.items()):
        group.add_command(_command(word, below, language))
    group.add_command(serve.command(language))
    group.add_command(demo.command(language))
    return group


def _command(word: str, node: _Node, language: Language) -> click.Command:
    callback, params, about = _projected(node.action, language) if node.action else (None, [], "")
    if not node.below:
        return click.Command(word, params=params, callback=callback, help=about, short_help=_title(node, language))
    group = click.Group(
        word,
        params=params,
        callback=callback,
        help=about or None,
        invoke_without_command=node.action is not None,
        short_help=_title(node, language),
    )
    for name, below in sorted(node.below.items()):
        group.add_command(_command(name, below, language))
    return group


def _title(node: _Node, language: Language) -> str:
    if node.action:
        return node.action.title.in_(language)
    return ", ".join(sorted(node.below))


def _projected(action: Action, language: Language) -> tuple[Callable[..., None], list[click.Parameter], str]:
    asked = [_parameter(name, kind, option, default, language) for name, kind, option, default in inputs(action.input)]
    shared: list[click.Parameter] = [
        click.Option(
            ["--workspace"],
            type=click.Path(path_type=Path, file_okay=False),
            envvar="JINGWEI_WORKSPACE",
            default=Path(),
            show_default=".",
            help=_say(Text("本节点的目录", "this node's folder"), language),
        ),
        click.Option(["--json", "as_json"], is_flag=True, help=_say(Text("输出 JSON", "print JSON"), language)),
        click.Option(
            ["--lang"],
            type=click.Choice(["zh", "en"]),
            default=language,
            help=_say(Text("语言", "language of the report"), language),
        ),
    ]
    if action.makes:
        shared.insert(
            0,
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path, file_okay=False),
                help=_say(
                    Text(f"写入目录：{'、'.join(action.makes)}", f"folder to write {', '.join(action.makes)} to"),
                    language,
                ),
            ),
        )
    if action.effect != "read":
        shared.append(
            click.Option(
                ["--dry-run"],
                is_flag=True,
                help=_say(Text("只演练，不写入", "say what would happen and write nothing"), language),
            )
        )

    if action.effect == "irreversible":
        shared.append(
            click.Option(
                ["--yes"],
                is_flag=True,
                help=_say(Text("不再询问", "do it without being asked again"), language),
            )
        )

    @click.pass_context
    def callback(
        click_context: click.Context,
        /,
        *,
        workspace: Path,
        as_json: bool,
        lang: Language,
        out: Path | None = None,
        dry_run: bool = False,
        yes: bool = False,
        **given: Any,
    ) -> None:
        if click_context.invoked_subcommand is not None:
            return
        if isinstance(click_context.obj, _Reader):
            click_context.obj.language = lang
        context = Context(Workspace(workspace), lang, dry_run=dry_run, progress=_progress)
        asked = action.input(**_read(action.input, given))
        if action.effect == "irreversible" and not (dry_run or yes):
            _confirm(action, lang)
        result = run(action, context, asked)
        if out is not None:
            write(result, out)
        show(result, as_json=as_json)
        if not result.holds:
            sys.exit(ANSWER_IS_NO)

    clauses = ", ".join(action.clauses)
    about = [action.title.in_(language), _say(Text(f"对应条款：{clauses}", f"Clauses: {clauses}"), language)]
    if action.example:
        about.append("\b\n" + _say(Text("例：", "Example:"), language) + "\n  " + action.example)
    return callback, [*asked, *shared], "\n\n".join(about)


def _confirm(action: Action, language: Language) -> None:
    """On a node of one's own nobody else confirms: whoever asks types the action's name. Raises Problem ``not_confirmed``."""
    name = " ".join(action.path)
    click.echo(_say(Text(f"{action.title.zh}：不能撤销。", f"{action.title.en}: this cannot be undone."), language), err=True)
    try:
        typed = click.prompt(_say(Text(f"要做，请输入 {name}", f"To do it, type {name}"), language), default="", show_default=False, err=True)
    except click.Abort:  # nobody is there to type
        typed = ""
    if typed.strip() != name:
        raise Problem("not_confirmed", Text(f"{name} 不能撤销，而且没有得到确认", f"{name} cannot be undone, and was not confirmed"),
                      where="--yes",
                      remedy=Text(f"先用 --dry-run 演练；询问时输入 {name}，或加 --yes。",
                                  f"Rehearse it with --dry-run, then type {name} when asked, or add --yes."))


def _parameter(name: str, kind: Any, option: Option, default: Any, language: Language) -> click.Parameter:
    required = default is MISSING
    shape: dict[str, Any] = {"type": click.Choice(option.choices) if option.choices else _click_type(kind)}
    if get_origin(kind) is tuple:
        shape |= {"type": _click_type(get_args(kind)[0]), "multiple": True}
    if option.positional:
        shape.pop("multiple", None)
        return click.Argument([name], required=required, **shape)
    if kind is bool:
        shape = {"is_flag": True}
    if not required:
        shape["default"] = default  # given as None it would count as an answer
    flag = "--" + name.replace("_", "-")
    shown = default not in (MISSING, None, False, "", ())
    return click.Option(
        [flag, name],
        required=required,
        show_default=shown,
        help=option.help.in_(language),
        **shape,
    )


def _click_type(kind: Any) -> Any:
    if kind in (Table, Document):
        return click.Path(path_type=Path, dir_okay=False)
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    return kind


def _read(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Paths become the tables and documents they hold."""
    values = dict(given)
    for name, bare, _, _ in inputs(kind):
        path = values[name]
        if bare in (Table, Document) and path is not None:
            try:
                held = bare is Table or path.stat().st_size <= MOST_HELD
                document = Document(path.name, path.read_bytes(), str(path)) if held else OnDisk(path.name, path, str(path))
                str(path).encode()
            except OSError as error:
                raise Unreadable(Text(f"打不开（{error.strerror}）", f"cannot be read ({error.strerror})"), where=str(path)) from None
            except UnicodeEncodeError:
                raise Unreadable(Text("文件名不是 UTF-8", "the file's name is not UTF-8"), where=repr(path.name),
                                 remedy=Text("请改名。", "Rename it.")) from None
            values[name] = Table.read(document) if bare is Table else document
    return values


def write(result: Result, folder: Path) -> None:
    """Put a result's documents into a folder. Raises Problem ``no_folder``."""
    try:
        for document in result.documents:
            path = folder / document.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.content)
    except OSError as error:
        raise Problem("no_folder", Text(f"写不进去（{error.strerror}）", f"cannot write there ({error.strerror})"),
                      where=str(folder), remedy=Text("用 --out DIR 换一个目录。", "Choose another folder with --out DIR.")) from None


def show(result: Result, *, as_json: bool) -> None:
    """The report for people, typeset on a terminal and plain elsewhere; or JSON."""
    if as_json:
        click.echo(json.dumps(result.data, ensure_ascii=False, indent=2, allow_nan=False))
    elif sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(result.report))
    else:
        click.echo(result.report)


@contextmanager
def _progress(label: str, total: int) -> Iterator[Progress]:
    """A bar on standard error while somebody is looking."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done=1: bar.advance(task, done)


def _say(text: Text, language: Language) -> str:
    return text.in_(language)
