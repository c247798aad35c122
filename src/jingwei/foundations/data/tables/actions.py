"""Take in a table, tell what it holds, hand out what was set apart from it."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jingwei.foundations.data.tables import records
from jingwei.foundations.data.tables.asks import AskProfile, AskQuarantine, RegisterTable
from jingwei.foundations.data.tables.model import Change, Finding, Misfit, Profile, compare
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes, json_bytes

if TYPE_CHECKING:
    from jingwei.foundations.data.tables.sources import Read

SHOWN = 20
_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")


def register(context: Context, given: RegisterTable) -> Result:
    """Read, profile, and then, in one transaction, keep the rows in the lake, the profile, the record and the entry in the ledger.

    The same file with the same words again changes nothing. A rehearsal does all but keep.
    Raises Problem ``bad_code``, ``other_owner``, ``taken_dataset``, ``no_rows``, ``stopped`` and whatever reading raises.
    """
    from jingwei.foundations.data.sharing.records import acting, known, organisation

    code, owner = _code(given.dataset), organisation(known(context), given.owner.strip(), "--owner")
    acting(context, owner, Text("登记它的数据", "register its data"))
    digest, asked = given.file.digest, _asked(given)
    with context.workspace.store.read() as connection:
        before = records.latest(connection, code)
        misfits = records.misfits(connection, code, before.number) if before else []
    _free(context, code, owner, before)
    if before and (before.digest, before.asked) == (digest, asked):
        _point(context, before)
        return _told(context, before.profile, misfits, (), (), (), before.number, written=False, same=True)
    with _workplace() as folder:
        read, made, found = _looked_at(context, given, code, owner, digest, folder)
        changes = compare(before.profile.schema, made.schema) if before else ()
        number = before.number + 1 if before else 1
        if not context.dry_run:
            made = _kept(context, given, before, made, read, changes)
        return _told(context, made, read.misfits, changes, found, read.notes, number, written=not context.dry_run)


@contextmanager
def _workplace() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jingwei-table-") as folder:
        yield Path(folder)


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise Problem("bad_code", Text(f"{text[:60]!r} 不能作数据集代码", f"{text[:60]!r} cannot be the code of a dataset"), where="--dataset",
                      remedy=Text("最多 48 个小写拉丁字母、数字和下划线，以字母开头。", "Write up to 48 lower-case Latin letters, digits and underscores, a letter first."))
    return text


def _asked(given: RegisterTable) -> str:
    """Digest of everything given beside the file: a new title makes a new version of the record."""
    words = [given.title.strip(), given.title_en.strip(), given.description.strip(), given.owner.strip(), given.sheet, list(given.text), given.file.name]
    return hashlib.sha256(json.dumps(words, ensure_ascii=True).encode()).hexdigest()[:32]


def _free(context: Context, code: str, owner: str, before: records.Kept | None) -> None:
    """Whether the name may be taken: not another's, and not one of the lake's that was not registered."""
    if before and before.profile.owner != owner:
        raise Problem("other_owner", Text(f"它由 {before.profile.owner} 登记", f"it was registered by {before.profile.owner}"), where=code,
                      remedy=Text("请换一个代码。", "Take another code."))
    if before is None and (context.workspace.lake.folder / code / "current").is_file():
        raise Problem("taken_dataset", Text("数据湖里已有这个名称的数据集，不是登记来的", "the lake has a dataset of that name that was not registered"), where=code,
                      remedy=Text("请换一个代码。", "Take another code."))


def _looked_at(context: Context, given: RegisterTable, code: str, owner: str, digest: str, folder: Path) -> tuple[Read, Profile, tuple[Finding, ...]]:
    from jingwei.foundations.data.tables import profiling, sources
    from jingwei.foundations.data.tables.checks import findings

    connection = sources.engine(folder)
    try:
        read = sources.read(given.file, folder, connection, sheet=given.sheet, text=given.text)
        if not read.rows:
            raise Problem("no_rows", Text(f"读到 {read.read} 行，没有一行合格", f"{read.read} rows were read, and none fits"), where=given.file.name,
                          remedy=Text("请核对表头和分隔符。", "See to the header and the delimiter."))
        table = connection.read_parquet(str(read.file), table_name="accepted")
        columns = []
        with context.progress("Profiling", len(read.columns)) as step:
            for column in profiling.columns_of(table, read.columns, read.hints, read.units, read.written):
                columns.append(column)
                step(1)
        made = Profile(code, owner, read.rows, tuple(columns), read.read, len(read.misfits), profiling.keys_of(table, columns, read.rows),
                       profiling.personal(read.hints), "", given.file.name[-200:], digest)
        found = tuple(findings(context, made, table))
    finally:
        connection.disconnect()
    for finding in found:
        if finding.stops:
            raise Problem("stopped", finding.said, where=code, remedy=Text("没有登记。请先处理。", "It was not registered. See to that first."))
    return read, made, found


def _kept(context: Context, given: RegisterTable, before: records.Kept | None, made: Profile, read: Read, changes: Sequence[Change]) -> Profile:
    """All of it or nothing. The lake turns to the new rows last: where the process dies before, the same registration again makes it."""
    from jingwei.foundations.data.tables.entry import keep_record

    code = made.dataset
    number, version = (before.number + 1, before.version + bool(changes)) if before else (1, 1)
    context.workspace.establish()
    with context.workspace.store.write_in_turn("tables") as connection:
        now = records.latest(connection, code)
        if (now.number if now else 0) != number - 1:
            raise Problem("overtaken", Text("同一数据集的另一次登记更快，这一次的什么也没有保留", "another registration of this dataset was faster, and nothing of this one was kept"),
                          where=code, remedy=Text("请重新登记。", "Register it again."))
        with read.file.open("rb") as content:
            snapshot = context.workspace.lake.place(Dataset(code, version, made.schema), content)
        made = msgspec.structs.replace(made, snapshot=snapshot.id)
        kept = records.Kept(code, number, version, context.clock(), made.digest, _asked(given), made)
        records.keep(connection, kept, read.misfits)
        keep_record(connection, kept, given, read.file.stat().st_size, context.clock(), known_since=_first(connection, code, context))
        schema = json.dumps(list(made.schema.items()), ensure_ascii=True).encode()
        facts = {"dataset": code, "snapshot": snapshot.id, "rows": made.rows, "quarantined": made.quarantined, "version": number,
                 "columns": "sha256:" + hashlib.sha256(schema).hexdigest()}
        context.workspace.ledger.append(Event("dataset.registered", context.clock(), context.principal.id, facts))
    _point(context, kept)
    return made


def _point(context: Context, kept: records.Kept) -> None:
    """Have the lake's current snapshot be that of the newest version."""
    lake, dataset = context.workspace.lake, kept.lake_dataset()
    wanted = lake.snapshot(dataset, kept.profile.snapshot)
    current = lake.folder / dataset.name / "current"
    if not context.dry_run and not (current.is_file() and current.read_text().strip() == wanted.id):
        lake.point(dataset, wanted)


def _first(connection: Any, code: str, context: Context) -> str:
    kept = records.history(connection, code)
    return (kept[0].at if kept else context.clock()).date().isoformat()


def profile(context: Context, given: AskProfile) -> Result:
    """What is told of a registered table. Raises Problem ``unknown_dataset`` or ``unknown_version``."""
    with context.workspace.store.read() as connection:
        if not given.dataset:
            there = [k for name in records.names(connection) if (k := records.latest(connection, name))]
            lines = [f"- `{k.dataset}` ({k.profile.owner}): {context.say(f'{k.profile.rows:,} 行 {len(k.profile.columns)} 列，第 {k.number} 版', f'{k.profile.rows:,} rows, {len(k.profile.columns)} columns, version {k.number}')}"
                     for k in there]
            told = "\n".join(lines) or context.say("还没有登记过表。", "No table was registered yet.")
            return Result(told + "\n", {"datasets": [{"dataset": k.dataset, "owner": k.profile.owner, "rows": k.profile.rows, "version": k.number} for k in there]})
        kept = records.history(connection, records.version(connection, given.dataset, given.version).dataset)
    at = next(i for i, k in enumerate(kept) if k.number == (given.version or kept[-1].number))
    changes = compare(kept[at - 1].profile.schema, kept[at].profile.schema) if at else ()
    return Result(_report(context, kept[at].profile, kept[at].number, changes),
                  {"version": kept[at].number, "versions": len(kept), "profile": msgspec.to_builtins(kept[at].profile), "changes": msgspec.to_builtins(changes)})


def quarantine(context: Context, given: AskQuarantine) -> Result:
    """The rows set apart, with what they said: for who registered them. Raises what ``profile`` raises, and ``not_party``."""
    from jingwei.foundations.data.sharing.records import acting

    with context.workspace.store.read() as connection:
        kept = records.version(connection, given.dataset, given.version)
        acting(context, kept.profile.owner, Text("看它被隔离的行", "see its rows that were set apart"))
        rows = records.misfits(connection, kept.dataset, kept.number)
    return Result(context.say(f"{kept.dataset} 第 {kept.number} 版隔离了 {len(rows)} 行。", f"{len(rows)} rows were set apart from version {kept.number} of {kept.dataset}.")
                  + "\n" + _apart(context, rows), {"dataset": kept.dataset, "version": kept.number, "quarantined": len(rows), "refused": _refused(context, rows)},
                  (_quarantine(context, kept.profile.document, rows),))


# In words


def _told(context: Context, made: Profile, misfits: Sequence[Misfit], changes: Sequence[Change], found: Sequence[Finding], notes: Sequence[Text],
          number: int, *, written: bool, same: bool = False) -> Result:
    head = context.say(f"{made.document}：读到 {made.read:,} 行，收下 {made.rows:,} 行，隔离 {made.quarantined:,} 行。",
                       f"{made.document}: {made.read:,} rows read, {made.rows:,} accepted, {made.quarantined:,} quarantined.")
    how = context.say("与上次登记的相同，没有写入。", "The same was registered before; nothing was written.") if same else context.say(
        f"已登记为 {made.dataset} 第 {number} 版。", f"Registered as version {number} of {made.dataset}.") if written else context.say(
        "这是演练，没有写入。", "This was a rehearsal; nothing was written.")
    lines = [head, how, *(f"- {n.in_(context.language)}" for n in notes), *(f"- **{f.said.in_(context.language)}**" for f in found)]
    data = {"dataset": made.dataset, "snapshot": made.snapshot, "version": number, "read": made.read, "accepted": made.rows, "quarantined": made.quarantined,
            "keys": [list(k) for k in made.keys], "schema": dict(made.schema), "changes": msgspec.to_builtins(changes),
            "breaking": any(c.breaking for c in changes), "notes": [n.in_(context.language) for n in notes],
            "findings": [{"code": f.code, "said": f.said.in_(context.language), "link": f.link} for f in found],
            "refused": _refused(context, misfits), "written": written}
    files = (Document("profile.json", json_bytes(msgspec.to_builtins(made))), _quarantine(context, made.document, misfits))
    return Result("\n".join(lines) + "\n\n" + _report(context, made, number, changes) + _apart(context, misfits), data, files)


def _report(context: Context, made: Profile, number: int, changes: Sequence[Change]) -> str:
    say = context.say
    lines = [f"## {made.dataset} · {say(f'第 {number} 版', f'version {number}')}", "",
             say(f"{made.rows:,} 行，{len(made.columns)} 列，{made.owner} 持有。", f"{made.rows:,} rows, {len(made.columns)} columns, held by {made.owner}."),
             say("主键：", "Keys: ") + ("; ".join(" + ".join(f"`{c}`" for c in k) for k in made.keys) or say("没有一列或两列能区分每一行。", "no column, nor pair, tells every row apart."))]
    lines += [f"- {_change(context, c)}" for c in changes]
    titles = [say(*t) for t in (("列", "column"), ("类型", "type"), ("似为", "seems"), ("单位", "unit"), ("缺失", "missing"), ("不同值", "distinct"), ("最小", "least"), ("最大", "most"))]
    lines += ["", "| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    lines += ["| " + " | ".join(_cell(x) for x in (c.name, c.type, c.hint, c.unit, f"{c.missing:,}", f"{c.distinct:,}", c.least, c.most)) + " |" for c in made.columns]
    if made.personal:
        lines += ["", say("这张表像是关于个人的：两端取第五个值，少于五行的不说。", "It seems to be about persons: extremes are the fifth from either end, and nothing is told of fewer than five rows.")]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return "–" if value in (None, "") else re.sub(r"[|\n\r`]", " ", str(value))


def _change(context: Context, c: Change) -> str:
    what = {"added": context.say(f"新增 `{c.column}`（{c.after}）", f"added `{c.column}` ({c.after})"), "removed": context.say(f"去掉 `{c.column}`", f"removed `{c.column}`"),
            "retyped": context.say(f"`{c.column}` 由 {c.before} 改为 {c.after}", f"`{c.column}` was {c.before} and is {c.after}")}[c.kind]
    return what + (context.say("：读旧结构的会出错", ": what reads the old schema breaks") if c.breaking else "")


def _refused(context: Context, misfits: Sequence[Misfit]) -> list[dict[str, Any]]:
    """The first of them, without what they said."""
    return [{"row": m.row, "column": m.column, "code": m.code, "reason": m.reason.in_(context.language)} for m in misfits[:SHOWN]]


def _apart(context: Context, misfits: Sequence[Misfit]) -> str:
    if not misfits:
        return ""
    lines = [context.say(f"- 第 {m.row} 行{'，' + m.column + ' 列' if m.column else ''}：{m.reason.zh}", f"- row {m.row}{', column ' + m.column if m.column else ''}: {m.reason.en}")
             for m in misfits[:SHOWN]]
    more = [context.say(f"- 另有 {len(misfits) - SHOWN:,} 行", f"- and {len(misfits) - SHOWN:,} more")] if len(misfits) > SHOWN else []
    return "\n".join(["", f"### {context.say('隔离', 'Quarantined')}", "", *lines, *more]) + "\n"


def _quarantine(context: Context, name: str, misfits: Sequence[Misfit]) -> Document:
    return Document("quarantine.csv", csv_bytes(("file", "row", "column", "code", "reason", "content"),
                                                ((name, m.row, m.column, m.code, m.reason.in_(context.language), m.content) for m in misfits)))
