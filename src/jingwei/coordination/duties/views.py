"""What the pages of duties show: who owes what, by when, and what the evidence says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingwei import plan
from jingwei.coordination.duties.actions import standing
from jingwei.coordination.duties.model import STATES, AskDuty, State
from jingwei.coordination.duties.overlap import THRESHOLD, Double, doubles
from jingwei.coordination.duties.records import at
from jingwei.coordination.duties.standing import Standing, attention, days_left, is_soon
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import organisations
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem
from jingwei.plan import Clause


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty with the names of who is in it and how its clock stands."""

    standing: Standing
    lead: Text
    helpers: tuple[Text, ...]
    place: Text
    clause: Clause
    clock: Text


@dataclass(frozen=True, slots=True)
class DutiesView:
    """All duties in the tree's order, and apart from it those that ask for attention, most urgent first."""

    rows: tuple[DutyRow, ...]
    late: tuple[DutyRow, ...]
    soon: tuple[DutyRow, ...]
    counts: tuple[tuple[State, int], ...]
    doubles: tuple[Double, ...]
    threshold: float = THRESHOLD


@dataclass(frozen=True, slots=True)
class DutyView:
    """One duty, the one above it and those below."""

    row: DutyRow
    above: DutyRow | None
    below: tuple[DutyRow, ...]


def duties(context: Context, query: Nothing) -> DutiesView:
    rows = _rows(context)
    urgent = [rows[s.kept.duty.code] for s in attention({c: r.standing for c, r in rows.items()})]
    today = day_in_china(context.clock())
    states = [r.standing.state for r in rows.values()]
    return DutiesView(tuple(rows.values()), tuple(r for r in urgent if r.standing.state == "overdue"),
                      tuple(r for r in urgent if r.standing.state in ("open", "reopened") and is_soon(r.standing.kept.duty.deadline, today)),
                      tuple((state, states.count(state)) for state in STATES if state in states),
                      tuple(doubles({c: r.standing.kept for c, r in rows.items()})))


def duty(context: Context, query: AskDuty) -> DutyView:
    """Raises Problem ``unknown_duty``."""
    rows = _rows(context)
    at({c: r.standing.kept for c, r in rows.items()}, query.code)
    row = rows[query.code]
    return DutyView(row, rows.get(row.standing.kept.duty.parent), tuple(r for r in rows.values() if r.standing.kept.duty.parent == query.code))


def clock(s: Standing, today: date) -> Text:
    """How long is left, in working days where they are published; how long it is over."""
    if s.state == "closed":
        return Text("已办结", "done")
    if s.late > 0:
        return Text(f"已过期 {s.late} 天", f"{s.late} days over")
    left = days_left(s.kept.duty.deadline, today)
    if left is None:
        return Text(f"还有 {-s.late} 天", f"{-s.late} days left")
    return Text(f"还有 {left} 个工作日", f"{left} working days left")


def _rows(context: Context) -> dict[str, DutyRow]:
    standings, today = standing(context), day_in_china(context.clock())
    if not standings:
        return {}
    with context.workspace.store.read() as connection:
        names = {o.id: o.name for o in organisations(connection)}
    found = {}
    for code, s in standings.items():
        d = s.kept.duty
        found[code] = DutyRow(s, names.get(d.lead, Text(d.lead, d.lead)), tuple(names.get(h, Text(h, h)) for h in d.helpers),
                              _place(d.place), plan.clause(d.clause), clock(s, today))
    return found


def _place(code: str) -> Text:
    """A city or county the table of places does not hold is told by its province and its code."""
    try:
        return places.find(code).short
    except Problem:
        above = places.find(f"{code[:2]}0000").short
        return Text(f"{above.zh} {code}", f"{above.en} {code}")
