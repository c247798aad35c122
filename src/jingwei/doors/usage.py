"""A command line that cannot be followed, in the reader's language: click says it in English only."""

from __future__ import annotations

from collections.abc import Sequence

import click

from jingwei.kernel.i18n import Language, Text


def misused(error: click.ClickException, language: Language) -> str:
    """What is wrong with the line, how the command is used, and where its help is; the help itself for a bare group."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    said = _chinese(error) if language == "zh" else error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return said
    words = context.get_usage().partition(": ")[2]
    usage, more = (Text(f"用法：{words}", f"Usage: {words}"), Text(f"说明见：{context.command_path} --help", f"Help: {context.command_path} --help"))
    return "\n".join((usage.in_(language), more.in_(language), "", Text(f"错误：{said}", f"Error: {said}").in_(language)))


def _chinese(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}{_near(error.possibilities)}"
        case click.NoSuchCommand():
            return f"没有命令 {error.command_name}{_near(error.possibilities)}"
        case click.MissingParameter():
            return f"缺少 {_name(error)}{_choices(error)}"
        case click.BadParameter():
            return f"{_name(error)} 的值不对{_choices(error)}"
        case click.BadOptionUsage():
            return f"选项 {error.option_name} 要带一个值，或不能带值"
        case _:
            return "多了或少了一个词，或者词的次序不对"


def _name(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "")
    return hint if isinstance(hint, str) else " / ".join(hint)


def _choices(error: click.BadParameter) -> str:
    kind = error.param.type if error.param else None
    if isinstance(kind, click.Choice):
        return f"，可用：{'、'.join(map(str, kind.choices))}"
    if isinstance(kind, click.types.IntRange):
        return f"，应在 {kind.min} 到 {kind.max} 之间"
    return {"integer": "，应为整数", "float": "，应为数", "boolean": "，应为 true 或 false"}.get(kind.name if kind else "", "")


def _near(possibilities: Sequence[str] | None) -> str:
    return f"，是不是 {' 或 '.join(possibilities)}？" if possibilities else ""
