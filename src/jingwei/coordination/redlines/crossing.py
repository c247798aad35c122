"""What crosses a red line: each offending event once, or a state of things that has become so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from jingwei.coordination.duties.evidence import EventsCount, Query, kinds_in
from jingwei.coordination.duties.proof import Answer, counted
from jingwei.coordination.redlines.model import RedLine
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told


class Answers(Protocol):
    """Holds a query against figures and record."""

    def answer(self, query: Query) -> Answer: ...


def events_of(query: Query) -> EventsCount | None:
    """The query when it counts offending events, one by one; None when it asks for a state of things."""
    return query if isinstance(query, EventsCount) and query.compare == ">=" and query.count > 0 else None


def offences(line: RedLine, query: EventsCount, events: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """Facts of the crossings not on record yet, one an offending event.

    Only what was recorded after the signing counts, and from the ``count``-th event on each is an offence. Invented events
    are counted together with the real ones and are the only ones whose crossings are invented too.
    """
    known = {c.entry for c in line.crossings}
    ours = [e for e in events if e.kind == query.kind and e.position > line.signed and counted(query, day_in_china(datetime.fromisoformat(e.at)), e.facts)]
    real = [e for e in ours if e.facts.get("synthetic") is not True]
    found = [*real[query.count - 1:], *(e for e in ours[query.count - 1:] if e.facts.get("synthetic") is True)]
    for event in sorted(found, key=lambda e: e.position):
        if event.position not in known:
            cases = event.facts.get("cases")
            yield {"line": line.code, "room": line.room, "cases": cases if type(cases) is int and cases > 0 else 1, "entry": event.position,
                   **({"synthetic": True} if event.facts.get("synthetic") is True else {})}


def turn(line: RedLine, query: Query, world: Answers) -> tuple[str, dict[str, Any]] | None:
    """What the record must be told of a line about a state of things: that it is crossed now, or that this is over.

    What cannot be assessed says neither. Figures and events that are synthetic are not looked at.
    """
    holds = world.answer(query).holds
    if holds is True and not line.met:
        return "redline.crossed", {"line": line.code, "room": line.room, "cases": 1, "entry": None}
    if holds is False and line.met:
        return "redline.receded", {"line": line.code}
    return None


def check_condition(query: Query) -> None:
    """Raises Problem ``bad_red_line`` for a condition about red lines themselves."""
    if own := next((kind for kind in kinds_in(query) if kind.startswith("redline.")), None):
        raise Problem("bad_red_line",
                      Text(f"{own} 说的是红线本身，会永远触碰下去",
                           f"{own} is about red lines themselves and would cross them for ever"), where="when",
                      remedy=Text("请写不许发生的事。", "Name what must not happen."))
