"""A work plan from a spreadsheet into duties; a row that is not one is kept as it stood, with the reason."""

from __future__ import annotations

import calendar
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jingwei import plan
from jingwei.coordination.duties.evidence import parse
from jingwei.coordination.duties.model import ADDS, Adds, Duty, Goal
from jingwei.coordination.duties.records import Change, set_duty
from jingwei.coordination.duties.tree import Breach, Tree, breaches, facts, fold
from jingwei.coordination.observations.declared import declared_measures
from jingwei.kernel import places
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text, Words
from jingwei.kernel.ledger import Event, recordable
from jingwei.kernel.people import LEVELS, Organisation, OrganisationKind, Organisations
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Table, number

HEADERS: dict[str, tuple[str, ...]] = {
    "code": ("编号", "任务编号", "序号"), "clause": ("条款", "规划条款"), "task": ("任务", "工作任务", "任务内容", "主要任务"),
    "task_en": ("任务（英文）", "任务(英文)"), "lead": ("牵头单位", "责任单位"), "helpers": ("配合单位", "协同单位"), "place": ("地区", "所在地"),
    "deadline": ("完成时限", "时限", "截止日期"), "parent": ("上级任务", "上级任务编号"), "measure": ("指标",), "target": ("目标值", "目标"),
    "year": ("目标年份", "年份"), "direction": ("方向",), "adds": ("汇总方式",), "evidence": ("证据", "办结条件"),
    "datasets": ("数据", "数据集"), "functions": ("功能",)}
REQUIRED = ("code", "clause", "task", "lead", "deadline")
ORGANISATION = ("id", "name_zh", "name_en", "kind", "level", "place", "parent")
KINDS: tuple[OrganisationKind, ...] = ("committee", "bureau", "department", "unit", "firm", "auditor")

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_PARENT = re.compile(r"([0-9a-f]{8}:)?[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
"""Of a duty of one's own, or of one a node above gave, which has that node's mark before it."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}", re.ASCII)
_PARTS = re.compile(r"[、;；|,，\n]")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?|\s*月?\s*(?:底|末)?)", re.ASCII)
_YEAR = re.compile(r"(\d{4})\s*年?\s*(?:底|末)?", re.ASCII)
_DIRECTIONS = {"": True, ">=": True, "≥": True, "不低于": True, "at least": True, "<=": False, "≤": False, "不高于": False, "at most": False}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was not taken in."""

    line: int
    code: str
    detail: Text
    cells: str


def read_organisations(table: Table | None, known: Organisations) -> tuple[Organisations, list[Organisation]]:
    """All organisations, and those the file adds or changes. Raises Unreadable or Problem ``bad_organisation``."""
    if table is None:
        return known, []
    table.require(ORGANISATION)
    added = []
    for i, row in enumerate(table.rows):
        c = dict(zip(table.columns, row, strict=True))
        kind, level = next((k for k in KINDS if k == c["kind"]), None), next((v for v in LEVELS if v == c["level"]), None)
        if not _ID.fullmatch(c["id"]) or kind is None or level is None:
            raise Problem("bad_organisation",
                          Text(f"{c['id'][:40]!r}、{c['kind'][:20]!r}、{c['level'][:20]!r} 不合要求",
                               f"{c['id'][:40]!r}, {c['kind'][:20]!r}, {c['level'][:20]!r} will not do"),
                          where=table.where(i),
                          remedy=Text(f"编号用拉丁字母和数字；种类有 {'、'.join(KINDS)}；级别有 {'、'.join(LEVELS)}。",
                                      f"An id of Latin letters and digits; a kind of {', '.join(KINDS)}; a level of {', '.join(LEVELS)}."))
        added.append(Organisation(c["id"], Text(c["name_zh"] or c["name_en"], c["name_en"] or c["name_zh"]), kind, level,
                                  place_code(c["place"], table.where(i, "place")), c["parent"] or None))
    new = {o.id for o in added}
    return Organisations([*(o for o in known if o.id not in new), *added]), added


def read_plan(table: Table, tree: Tree, organisations: Organisations) -> tuple[list[Change], list[Duty], list[Row]]:
    """Each row becomes a duty or stays out with its reason; those taken in keep every rule together with ``tree``.

    Where rules join several rows (a circle, targets that do not add up), all of them stay out: which of them is wrong
    cannot be told. Raises Unreadable when a column is missing.
    """
    columns = _columns(table)
    rows = [{name: row[at] for name, at in columns.items()} for row in table.rows]
    twice = {code for code, n in Counter(r["code"] for r in rows).items() if n > 1}
    duties: dict[str, tuple[int, Duty]] = {}
    left_out: list[Row] = []
    for i, cells in enumerate(rows):
        try:
            duty = _duty(table, i, cells, organisations)
            if duty.code in twice:
                raise Problem("code_twice", Text(f"{duty.code} 出现在几行里", f"{duty.code} stands in several rows"),
                              where=table.where(i, "code"),
                              remedy=Text("每行用自己的代码。", "Give each row a code of its own."))
            duties[duty.code] = i, duty
        except Problem as problem:
            left_out.append(_row(table, i, cells, problem))
    while broken := _blamed(tree, {code: d for code, (_, d) in duties.items()}):
        for code, breach in broken.items():
            i, _ = duties.pop(code)
            left_out.append(_row(table, i, rows[i], Problem(breach.code, breach.what, where=table.where(i), remedy=breach.remedy)))
    taken = [d for _, d in duties.values()]
    return [c for d in taken for c in set_duty(tree, d)], taken, sorted(left_out, key=lambda r: r.line)


def _blamed(tree: Tree, new: Mapping[str, Duty]) -> dict[str, Breach]:
    """Rows that cannot stay, with what they break. Sums are looked at only when nothing else is broken: a row that has to go
    anyway must not take with it the others under the same duty."""
    at = datetime(2000, 1, 1, tzinfo=CHINA)
    after = fold((c.told(at) for d in new.values() for c in set_duty(tree, d)), tree)
    broken = list(breaches(after))
    found: dict[str, Breach] = {}
    for breach in [b for b in broken if b.code != "not_adding_up"] or broken:
        ours = [code for code in breach.about if code in new]
        for code in ([c for c in ours if c != breach.about[0]] or ours) if breach.code == "not_adding_up" else ours[:1]:
            found.setdefault(code, breach)
    return found


def _columns(table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, also in HEADERS.items():
        for at, column in enumerate(table.columns):
            if unicodedata.normalize("NFKC", column).strip().lower() in (name, *also) and name not in found:
                found[name] = at
    if missing := [name for name in REQUIRED if name not in found]:
        table.require([f"{missing[0]} / {HEADERS[missing[0]][0]}"])
    return found


def _duty(table: Table, i: int, cells: Mapping[str, str], organisations: Organisations) -> Duty:
    def bad(code: str, column: str, what: Text, remedy: Text) -> Problem:
        return Problem(code, what, where=table.where(i, column), remedy=remedy)

    def cell(column: str) -> str:
        return cells.get(column, "").strip()

    code, parent = cell("code").removesuffix(".0"), cell("parent").removesuffix(".0")
    for column, written, shape in (("code", code, _CODE), ("parent", parent or "x", _PARENT)):
        if not shape.fullmatch(written):
            raise bad("bad_code", column, Text(f"{written[:40]!r} 不是代码", f"{written[:40]!r} is not a code"),
                      Text("用拉丁字母、数字、点和横线，例如 A-1.2。", "Write Latin letters, digits, points and dashes, such as A-1.2."))
    if not (cell("task") or cell("task_en")):
        raise bad("no_task", "task", Text("这一行没有写要做什么", "the row does not say what is to be done"),
                  Text("请写成一句话。", "Say it in a sentence."))
    try:
        clause = plan.clause(cell("clause")).code
    except Problem as unknown:
        raise bad(unknown.code, "clause", unknown.what, unknown.remedy) from None
    leads = _organisations(cell("lead"), organisations, table.where(i, "lead"))
    if len(leads) != 1:
        raise bad("two_leads" if leads else "no_lead", "lead",
                  Text(f"有 {len(leads)} 个牵头单位", f"{len(leads)} organisations lead it"),
                  Text("只写一个；其余是配合单位。", "Name exactly one; the others help."))
    helpers = tuple(o.id for o in _organisations(cell("helpers"), organisations, table.where(i, "helpers")) if o.id != leads[0].id)
    query = cell("evidence")
    if query:
        try:
            query = str(parse(query))
        except Problem as unclear:
            raise bad(unclear.code, "evidence",
                      Text(f"{unclear.what.zh}（{unclear.where.zh}）", f"{unclear.what.en} ({unclear.where.en})"),
                      unclear.remedy) from None
    text = Text(cell("task") or cell("task_en"), cell("task_en") or cell("task"))
    duty = Duty(code, clause, text, leads[0].id, day(cell("deadline"), table.where(i, "deadline")),
                place_code(cell("place"), table.where(i, "place")) if cell("place") else leads[0].place, tuple(dict.fromkeys(helpers)),
                parent, _goal(table, i, cell), _adds(cell("adds"), table.where(i, "adds")), query,
                frozenset(_parts(cell("datasets"))), frozenset(_parts(cell("functions"))))
    try:
        recordable(Event("duty.set", datetime(2000, 1, 1, tzinfo=CHINA), "", facts(duty)))
    except Problem as unfit:
        raise bad(unfit.code, "code", unfit.what, unfit.remedy) from None
    return duty


def _goal(table: Table, i: int, cell: Callable[[str], str]) -> Goal | None:
    measure, written = cell("measure"), cell("target")
    if not measure and not written:
        return None
    known = declared_measures()
    code = measure if measure in known else next((m.code for m in known.values() if measure and measure in (m.name.zh, m.name.en)), "")
    if not code:
        raise Problem("unknown_measure", Text(f"{measure[:40]!r} 不是指标", f"{measure[:40]!r} is not a measure"),
                      where=table.where(i),
                      remedy=did_you_mean(measure[:40], known)
                      or Text("全部指标见：jingwei measures", "List them with: jingwei measures"))
    try:
        value: Decimal | None = number(written)
    except ValueError:
        value = None
    year = cell("year").removesuffix(".0").removesuffix("年")
    direction = unicodedata.normalize("NFKC", cell("direction")).lower()
    if value is None or not re.fullmatch(r"20\d\d", year, re.ASCII) or direction not in _DIRECTIONS:
        raise Problem("bad_target",
                      Text(f"{year[:10]!r} 年的 {written[:20]!r}、{direction[:10]!r} 不成目标",
                           f"{written[:20]!r} in {year[:10]!r}, {direction[:10]!r} is not a target"),
                      where=table.where(i),
                      remedy=Text("请给数、年份，以及 at least（不低于）或 at most（不高于）。",
                                  "Give a number, a year, and at least or at most."))
    return Goal(code, value, int(year), _DIRECTIONS[direction])


def _adds(text: str, where: Words) -> Adds:
    for adds, word in ADDS.items():
        if text.lower() in (adds, word.zh, word.en):
            return adds
    if not text:
        return "none"
    raise Problem("bad_adds", Text(f"{text[:20]!r} 不是汇总办法", f"{text[:20]!r} is no way of adding up"), where=where,
                  remedy=Text(f"请写 {'、'.join(ADDS)}，或留空。", f"Write {', '.join(ADDS)}, or leave it empty."))


def _organisations(text: str, known: Organisations, where: Words) -> list[Organisation]:
    """Those named by id or name. Raises Problem ``unknown_organisation`` for one nobody knows or two have the name of."""
    found = []
    for name in _parts(text):
        mine = [o for o in known if name == o.id] or [o for o in known if name in (o.name.zh, o.name.en)]
        if len(mine) != 1:
            raise Problem("unknown_organisation",
                          Text(f"{name[:40]!r} 对应 {len(mine)} 个机构", f"{name[:40]!r} names {len(mine)} organisations"),
                          where=where,
                          remedy=did_you_mean(name, [n for o in known for n in (o.id, o.name.zh)])
                          or Text("用 --organisations FILE 给出机构名单。", "Give the list of them with --organisations FILE."))
        found += mine
    return list(dict.fromkeys(found))


def day(text: str, where: Words) -> date:
    """2025-12-31, 2025/12/31, 2025年12月31日; 2025年6月底 and 2025年底 mean the last day. Raises Problem ``bad_deadline``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if found := _DAY.fullmatch(plain):
            year, month = int(found[1]), int(found[2])
            return date(year, month, int(found[3]) if found[3] else calendar.monthrange(year, month)[1])
        if found := _YEAR.fullmatch(plain):
            return date(int(found[1]), 12, 31)
    except ValueError:  # the thirteenth month; calendar says so with an error of the same kind
        pass
    raise Problem("bad_deadline", Text(f"{text[:40]!r} 不是日子", f"{text[:40]!r} is not a day"), where=where,
                  remedy=Text("写成 2025-12-31 或 2025年12月31日。", "Write it like 2025-12-31 or 2025年12月31日."))


def place_code(text: str, where: Words) -> str:
    """A known place, or the six-digit code of a city or county in a known province. Raises Problem ``unknown_place``."""
    plain = text.strip().removesuffix(".0")
    if re.fullmatch(r"\d{6}", plain, re.ASCII) and not plain.endswith("0000"):
        places.find(f"{plain[:2]}0000", where=where)
        return plain
    return places.find(plain, where=where).code


def _parts(text: str) -> Sequence[str]:
    return [p for p in (part.strip() for part in _PARTS.split(text)) if p]


def _row(table: Table, i: int, cells: Mapping[str, str], problem: Problem) -> Row:
    return Row(table.lines[i], problem.code, problem.text(), json.dumps(cells, ensure_ascii=False, sort_keys=True))
