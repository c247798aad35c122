"""What the officer's pages show: the work list with its clocks, and one case with what waits and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jingwei.integrations.government.cases import records
from jingwei.integrations.government.cases.actions import WORK_WORDS, demand_department
from jingwei.integrations.government.cases.asks import AskCase, AskDesk
from jingwei.integrations.government.cases.deployments import newest
from jingwei.integrations.government.cases.model import STATUS_WORDS, Case, CaseEvent, Waiting, milliseconds
from jingwei.integrations.government.cases.rows import NEVER, id_of
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.people import LOCAL, may
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem

MOST_ROWS = 50
SCOPE = "government.work"

State = Literal["late", "today", "soon", "running", "none"]
STATES: dict[State, Text] = {"late": Text("已逾期", "late"), "today": Text("今天到期", "due today"), "soon": Text("快到期", "due soon"), "running": Text("计时中", "running"),
                             "none": Text("没有期限", "no term")}

KIND_WORDS: dict[str, Text] = {
    "started": Text("发起", "begun"), "asked": Text("问申请人", "asked the applicant"), "answered": Text("申请人答", "answered"), "fetched": Text("取证", "fetched"), "previewed": Text("申请人看过", "previewed"),
    "disputed": Text("申请人有异议", "disputed"), "accepted": Text("受理", "accepted"), "correction_asked": Text("要求补正", "correction asked"), "corrected": Text("已补正", "corrected"),
    "opened": Text("交给部门", "opened"), "claimed": Text("领取", "claimed"), "done": Text("办好", "done"), "failed": Text("办不成", "failed"), "escalated": Text("督办", "escalated"),
    "presence": Text("到场", "came in person"), "material": Text("交材料", "handed in"), "paused": Text("停钟", "clock paused"), "resumed": Text("续钟", "clock resumed"), "extended": Text("延期", "extended"),
    "decided": Text("决定", "decided"), "delivered": Text("送达", "delivered"), "retracted": Text("已撤回", "retracted"), "message": Text("消息", "message"), "signal": Text("信号", "signal"),
    "timer": Text("到时", "timer"), "deferred": Text("推后", "put off"), "migrated": Text("换版本", "migrated"), "ended": Text("办结", "ended"), "cancelled": Text("撤销", "cancelled")}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do. left : working days to its last day, negative when late; None without a term, or beyond the published calendar"""

    waiting: Waiting
    name: Text
    thing: Text
    department: Text
    what: Text
    state: State
    left: int | None


@dataclass(frozen=True, slots=True)
class WorkView:
    """``allowed`` is False for somebody who works for no department; ``next`` names the last item listed when there are more."""

    allowed: bool
    department: str
    name: Text
    rows: tuple[Row, ...]
    departments: tuple[tuple[str, Text, int], ...]
    late: int
    next: str


@dataclass(frozen=True, slots=True)
class Told:
    event: CaseEvent
    what: Text
    node: Text


@dataclass(frozen=True, slots=True)
class CaseView:
    case: Case
    thing: Text
    status: Text
    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    events: tuple[Told, ...]
    components: tuple[tuple[str, Text], ...]
    questions: tuple[Text, ...]


def work(context: Context, query: AskDesk) -> WorkView:
    """The work list of one department, by deadline; for the node's own operator also of all together."""
    mine = query.department
    local = context.principal.id == LOCAL.id
    if not may(context.principal, SCOPE):
        return WorkView(False, mine, both(mine), (), (), 0, "")
    if not local:
        mine = mine or context.principal.organisation
        demand_department(context, mine)
    things: dict[str, Thing | None] = {}
    found = records.work_list(context, department=mine, most=MOST_ROWS + 1, after=_after(context, query.after))
    rows = tuple(_row(context, things, w) for w in found[:MOST_ROWS])
    counts = records.count_open(context) if local else {}
    last = rows[-1].waiting if len(found) > MOST_ROWS else None
    return WorkView(True, mine, _department(things, mine), rows, tuple((d, _department(things, d), n) for d, n in counts.items() if d), sum(r.state == "late" for r in rows),
                    f"{milliseconds(last.due) if last.due else NEVER}.{last.case}.{last.work}" if last else "")


def _after(context: Context, said: str) -> tuple[int, int, int] | None:
    due, _, rest = said.partition(".")
    code, _, number = rest.rpartition(".")
    if not said:
        return None
    try:
        with context.workspace.store.read() as connection:
            return int(due), id_of(connection, code), int(number)
    except ValueError:
        raise Problem("bad_place", Text("读不懂从哪里列起", "where to list from cannot be read"), where="after", remedy=Text("请从头看起。", "Begin at the top.")) from None


def case(context: Context, query: AskCase) -> CaseView:
    """One case, for those who work on it. Raises Problem ``not_permitted`` for anybody else."""
    found = records.case(context, query.code)
    happened = records.events_of(context, query.code)
    if context.principal.id != LOCAL.id:
        parts = {str(e.detail.get("department", "")) for e in happened} - {""}
        if not may(context.principal, SCOPE) or context.principal.organisation not in parts:
            raise Problem("not_permitted", Text("这件事不由您的部门办", "this case is not your department's"), remedy=Text("请办理的部门来看。", "Have a department that works on it look."))
    things: dict[str, Thing | None] = {}
    rows = [_row(context, things, w) for w in found.waiting]
    thing = _thing(context, things, found.process)
    names = {w.node: w.label for w in found.waiting}
    people = ("item", "retraction", "deferred", "stuck")
    return CaseView(found, thing.name if thing else both(found.process), STATUS_WORDS[found.status], tuple(r for r in rows if r.waiting.what in people),
                    tuple(r for r in rows if r.waiting.what not in people), tuple(Told(e, KIND_WORDS[e.kind], _node(thing, e.node, names)) for e in happened),
                    tuple((c, STATUS_WORDS[s]) for c, s in records.components(context, query.code)), _questions(thing, found, happened))


def _questions(thing: Thing | None, found: Case, happened: Iterable[CaseEvent]) -> tuple[Text, ...]:
    """What the applicant was to be asked, and nobody has told yet."""
    asked = dict.fromkeys(str(e.detail.get("fact", "")) for e in happened if e.kind == "asked" and e.channel == "system") if found.status == "open" else {}
    said = dict(thing.questions()) if thing else {}
    return tuple(Text(said[f]["title"], said[f]["title_en"]) for f in asked if f in said and found.variables.get(f) is None)


def _row(context: Context, things: dict[str, Thing | None], w: Waiting) -> Row:
    thing = _thing(context, things, w.process)
    state, left = _clock(w.due, context.clock())
    return Row(w, _node(thing, w.node, {w.node: w.label}), thing.name if thing else both(w.process), _department(things, w.name), WORK_WORDS[w.what], state, left)


def _clock(due: datetime | None, now: datetime) -> tuple[State, int | None]:
    if due is None:
        return "none", None
    last, today = day_in_china(due), day_in_china(now)
    try:
        left = work_calendar().working_days_between(today, last) if last >= today else -work_calendar().working_days_between(last, today)
    except Problem:  # the year's working days are not published yet
        return "running", None
    return ("late" if due < now else "today" if last == today else "soon" if left <= 2 else "running"), left


def _thing(context: Context, things: dict[str, Thing | None], process: str) -> Thing | None:
    if process not in things:
        with context.workspace.store.read() as connection:
            things[process] = newest(connection, process).thing
    return things[process]


def _department(things: dict[str, Thing | None], name: str) -> Text:
    return next((d.name for t in things.values() if t for d in t.departments if d.id == name), both(name))


def _node(thing: Thing | None, node: str, labels: dict[str, str]) -> Text:
    item = thing.item(node) if thing else None
    return item.name if item else both(labels.get(node, node))
