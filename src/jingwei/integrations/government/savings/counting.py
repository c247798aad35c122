"""A case read from its events: what was asked, handed in, fetched and visited, how long it took, which clocks were kept.

Nothing but the events is looked at, and the thing as it was deployed for the case: what an item took before, who holds a fact, which clock runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from jingwei.integrations.government.cases.model import CaseEvent
from jingwei.integrations.government.clocks.model import Happening
from jingwei.integrations.government.clocks.statutory import regime_of, standing
from jingwei.integrations.government.savings.model import Counted, Whole
from jingwei.integrations.government.things.model import Evidence, Item, Thing
from jingwei.kernel.clock import STANDINGS, Standing, day_in_china
from jingwei.kernel.periods import WorkCalendar
from jingwei.kernel.problems import Problem

Told = tuple[CaseEvent, Thing | None]
"""An event with the thing its case was deployed under."""

BY_APPLICANT = ("started", "answered", "material", "corrected")
"""What an applicant does; at the window it takes a visit."""


def roots(events: Iterable[CaseEvent], things: Mapping[tuple[str, int], Thing | None]) -> list[list[Told]]:
    """Events by case, parts with the case they are part of, each in order; by the code of the case, so that the order they came in does not matter."""
    cases = dict[str, list[CaseEvent]]()
    for event in events:
        cases.setdefault(event.case, []).append(event)
    parent, thing = dict[str, str](), dict[str, Thing | None]()
    for code, told in cases.items():
        told.sort(key=lambda e: e.seq)
        begun = next((e.detail for e in told if e.kind == "started"), {})
        parent[code] = str(begun.get("parent", ""))
        thing[code] = things.get((str(begun.get("process", "")), int(begun.get("version", 0))))
    whole = dict[str, list[Told]]()
    for code in sorted(cases):
        root = code
        while parent.get(root):
            root = parent[root]
        whole.setdefault(root, []).extend((e, thing[code]) for e in cases[code])
    return [sorted(told, key=lambda t: (t[0].at, t[0].case != root, t[0].case, t[0].seq)) for root, told in sorted(whole.items()) if root in cases]


def counted(told: Sequence[Told], now: datetime, calendar: WorkCalendar) -> Counted:
    """One case as it stands; ``told`` is one of ``roots``."""
    events = [e for e, _ in told]
    root = min(told, key=lambda t: (t[0].kind != "started", bool(t[0].detail.get("parent"))))[0]
    own = [e for e in events if e.case == root.case]
    begun = next((e for e in own if e.kind == "accepted"), own[0])
    ended = next((e for e in reversed(own) if e.kind == "ended" and not e.detail.get("failed")), None)
    people = [e for e in events if e.channel != "system"]
    visits = {day_in_china(e.at) for e in events if e.kind == "presence" or (e.kind in BY_APPLICANT and e.channel == "window")}
    asked = {(e.case, str(e.detail["fact"])): t for e, t in told if e.kind == "asked" and "fact" in e.detail}
    clocks = [state for item in _items(told) if (state := _clock(item, events, now, calendar))]
    return Counted(
        root.case, str(root.detail.get("process", "")), day_in_china(root.at), root.channel == "web", any(e.kind == "accepted" for e in own), any(e.kind == "correction_asked" for e in events),
        ended is not None, any(e.kind == "cancelled" for e in own), int(any(e.kind in ("asked", "answered") for e in people)), sum(e.kind == "material" for e in events), len(visits),
        _before(told), (ended.at - begun.at).total_seconds() / 86_400 if ended else None, _working(begun.at, ended.at, calendar) if ended else None, _touch(events),
        len(asked), sum(held(fact, thing, [e for e in events if e.case == case]) for (case, fact), thing in asked.items() if thing),
        len({(e.case, f) for e in events if e.kind == "fetched" and not e.detail.get("code") for f in e.detail.get("facts", ())}),
        clocks.count("met"), clocks.count("breached"), clocks.count("unknown"))


def _before(told: Sequence[Told]) -> Whole | None:
    """Of every item the case went through, once however often it was opened."""
    if not any(thing for _, thing in told):
        return None
    items = {(e.case, e.node): item.before for e, thing in told if e.kind == "opened" and thing and not e.detail.get("retraction") and (item := thing.item(e.node))}
    return Whole(*(sum(getattr(b, name) for b in items.values()) for name in ("forms", "materials", "trips", "days")))


def _working(start: datetime, end: datetime, calendar: WorkCalendar) -> int | None:
    try:
        return calendar.working_days_between(day_in_china(start), day_in_china(end))
    except Problem:
        return None


def _work(event: CaseEvent) -> tuple[str, object]:
    """What tells one opening of an item from another."""
    return event.case, event.detail.get("work", event.node)


def _touch(events: Sequence[CaseEvent]) -> float | None:
    """Minutes from the last claim of each item to its end."""
    claimed, minutes, any_done = dict[tuple[str, object], datetime](), 0.0, False
    for e in events:
        if e.kind == "claimed":
            claimed[_work(e)] = e.at
        elif e.kind in ("done", "failed", "retracted") and _work(e) in claimed:
            minutes += (e.at - claimed.pop(_work(e))).total_seconds() / 60
            any_done = True
    return minutes if any_done else None


# Facts that should not have been asked


def held(fact: str, thing: Thing, events: Sequence[CaseEvent]) -> bool:
    """Whether a department held a fact that was asked, and would have answered in this case.

    Not where its provider was tried and failed, where the applicant disputed what it said, where this very case was to issue it, or where the record
    could not be found because what it is found by was not known either.
    """
    failed = {e.detail.get("evidence") for e in events if e.kind == "fetched" and e.detail.get("code")}
    refused = {e.detail.get("evidence") for e in events if e.kind == "previewed" and e.detail.get("accepted") is False}
    if any(e.kind == "disputed" and e.detail.get("fact") == fact for e in events):
        return False
    known = {f.name for f in thing.facts if f.origin == "login"} | {str(e.detail["fact"]) for e in events if e.kind in ("asked", "answered") and "fact" in e.detail}
    known |= {f for e in events if e.kind == "fetched" and not e.detail.get("code") for f in e.detail.get("facts", ())}
    known.discard(fact)
    able = [e for e in thing.evidence if thing.provider(e.provider).available and e.id not in failed | refused and not e.issued_by]
    while (more := {f for e in able if set(e.keys) <= known for f in e.fields.values()} - known - {fact}):
        known |= more
    return any(_gives(e, fact) and set(e.keys) <= known for e in able)


def _gives(evidence: Evidence, fact: str) -> bool:
    return fact in evidence.fields.values() and fact not in evidence.keys


# Clocks


def _items(told: Sequence[Told]) -> list[tuple[CaseEvent, Item]]:
    return [(e, item) for e, thing in told if e.kind == "opened" and thing and not e.detail.get("retraction") and (item := thing.item(e.node)) and item.clock.regime != "none"
            and (item.clock.days or item.clock.regime != "promised")]


def _clock(opened: tuple[CaseEvent, Item], events: Sequence[CaseEvent], now: datetime, calendar: WorkCalendar) -> Standing | None:
    """How the clock of one item stands, the promise before the law's; None while it runs, or where the part was put off.

    It starts when the item came to the department. What was noted about the whole case holds for each of its items, and an extension counts only with the
    approval that was noted with it, as it does on the officer's desk.
    """
    first, item = opened
    happened = [Happening("accepted", first.at)]
    for e in events:
        if e.at < first.at or e.case != first.case or e is first:
            continue
        if e.kind == "deferred" and _work(e) == _work(first):
            return None
        if e.kind in ("done", "failed", "retracted") and _work(e) == _work(first):
            happened.append(Happening("decided", e.at))
            break
        if e.node in ("", item.task):
            happened += _noted(e, happened)
    try:
        clocks = standing(regime_of(item.clock.regime, item.clock.days), happened, now, calendar).readings(now, calendar)
    except Problem as problem:
        if problem.code == "unknown_calendar":
            return "unknown"
        raise
    states = [r.state for c, r in clocks if c.kind in ("decide", "promise")]
    worst = min(states, key=list(STANDINGS).index)
    return None if worst in ("running", "paused") else worst


def _noted(event: CaseEvent, before: Sequence[Happening]) -> list[Happening]:
    """A pause, its end or an extension as it was noted; one that repeats what stands already says nothing."""
    ground, paused = str(event.detail.get("ground", "")), set[str]()
    for h in before:
        if h.kind == "paused":
            paused.add(h.ground)
        elif h.kind == "resumed":
            paused = paused - {h.ground} if h.ground else set()
    if event.kind == "paused" and ground not in paused:
        return [Happening("paused", event.at, ground=ground)]
    if event.kind == "resumed" and paused and (not ground or ground in paused):
        return [Happening("resumed", event.at, ground=ground)]
    if event.kind == "extended" and int(event.detail.get("days", 0)) > 0:
        return [Happening("extended", event.at, days=int(event.detail["days"]), approved=event.detail.get("approved", ""))]
    return []
