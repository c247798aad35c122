"""Coordinated and powerful: whether matters are settled in time where they arose, and whether decisions move their number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from jingwei.coordination.gauges.model import Gauge, Item, State
from jingwei.coordination.matters.model import OUTCOMES, Outcome
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.told import Told, day_of


@dataclass(frozen=True, slots=True)
class Round:
    """A matter from its opening or return until it was settled.

    due : its last day at the first level; None where that year's working days are not published
    settled : the day on which it was decided, or on which its cause was gone
    """

    due: date | None
    entry: int
    escalated: int | None = None
    settled: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what was seen of its number. ``measure`` is empty where it named none."""

    text: Text
    on: date
    measure: str
    entry: int
    outcome: Outcome = "not_yet"
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """All that happened to one matter."""

    name: Text
    rounds: tuple[Round, ...]
    decisions: tuple[Decided, ...] = ()


def fold(events: Iterable[Told]) -> dict[str, Course]:
    """Matters by code, every return a round of its own; what is said of different matters may come in any order."""
    after: dict[str, Course] = {}
    for event in events:
        code, f, told = str(event.facts["matter"]), event.facts, event.payload or {}
        day = day_in_china(datetime.fromisoformat(event.at))
        if event.kind == "matter.opened":
            if code not in after:
                after[code] = Course(Text(str(told.get("zh", code)), str(told.get("en", code))), (Round(day_of(f["due"]), event.position),))
            continue
        if (before := after.get(code)) is None:
            continue
        *earlier, last = before.rounds
        match event.kind:
            case "matter.returned":
                after[code] = replace(before, rounds=(*before.rounds, Round(day_of(f["due"]), event.position)))
            case "matter.escalated":
                after[code] = replace(before, rounds=(*earlier, replace(last, escalated=event.position)))
            case "matter.closed":
                after[code] = replace(before, rounds=(*earlier, replace(last, settled=last.settled or day)))
            case "matter.decided":
                words = str(told.get("decision", code))
                after[code] = Course(before.name, (*earlier, replace(last, settled=last.settled or day)),
                                     (*before.decisions, Decided(Text(words, words), day, str(f.get("measure", "")), event.position)))
            case "matter.checked" if before.decisions:
                *others, decided = before.decisions
                checked = replace(decided, outcome=f["outcome"], seen=str(f["seen"]), entry=event.position)
                after[code] = replace(before, decisions=(*others, checked))
    return after


def coordinated(courses: dict[str, Course], today: date) -> Gauge:
    """One item a round that was settled or whose last day is over."""
    items = []
    for code, course in sorted(courses.items()):
        for at, one in enumerate(course.rounds):
            state, reason = _settled(one, today)
            items.append(Item(f"{code}/{at}", course.name, state, reason, one.escalated or one.entry, f"matter/{code}"))
    return Gauge("coordinated", tuple(items), Text("还没有事项办结或到期", "no matter has been settled or has come due"))


def _settled(one: Round, today: date) -> tuple[State, Text]:
    if one.escalated is not None:
        return "no", Text("逾期上交", "passed on, late")
    if one.settled is None:
        return _unsettled(one.due, today)
    if one.due is None:
        return "unknown", Text(f"{one.settled} 办结；那一年的工作日尚未公布，不知是否按时", f"settled {one.settled}; that year's working days are not published")
    if one.settled > one.due:
        return "no", Text(f"{one.settled} 才办结，期限 {one.due}", f"settled {one.settled}, due {one.due}")
    return "yes", Text(f"{one.settled} 办结，期限 {one.due}", f"settled {one.settled}, due {one.due}")


def _unsettled(due: date | None, today: date) -> tuple[State, Text]:
    if due is None:
        return "waiting", Text("未办结；末日不明", "not settled; its last day is not known")
    if today > due:
        return "no", Text(f"到期（{due}）未办结", f"was due {due} and is not settled")
    return "waiting", Text(f"未到期（{due}）", f"is due {due}")


def powerful(courses: dict[str, Course]) -> Gauge:
    """One item a decision that named a measure; those without a figure since are unknown."""
    states: dict[Outcome, State] = {"moved": "yes", "unchanged": "no", "worse": "no", "not_yet": "unknown"}
    items = []
    for code, course in sorted(courses.items()):
        for at, one in enumerate(course.decisions):
            if one.measure:
                seen = Text(f"（{one.seen}）", f" ({one.seen})") if one.seen else Text("", "")
                what = OUTCOMES[one.outcome]
                items.append(Item(f"{code}/{at}", Text(f"{one.on}：{one.text.zh}", f"{one.on}: {one.text.en}"), states[one.outcome],
                                  Text(f"{one.measure}：{what.zh}{seen.zh}", f"{one.measure}: {what.en}{seen.en}"), one.entry, f"matter/{code}"))
    return Gauge("powerful", tuple(items), Text("还没有哪项决定指明了指标并有了之后的数", "no decision that named a measure has a figure since"))
