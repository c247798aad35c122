"""Red lines as a pure fold over what happened; nothing else is kept, so that a replay gives the same.

``redline.signed``, ``redline.crossed``, ``redline.receded`` (a state of things that crossed it is over), ``redline.lifted``
and ``redline.withdrawn``. A crossing of a line that nobody signed caps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from jingwei.coordination.redlines.model import Crossing, RedLine
from jingwei.coordination.targets.model import Cap
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.told import Told

Lines = Mapping[str, RedLine]


def fold(events: Iterable[Told]) -> dict[str, RedLine]:
    """The lines after the events, by code."""
    after: dict[str, RedLine] = {}
    for event in events:
        f, said = event.facts, event.payload or {}
        code, day = str(f.get("line", "")), day_in_china(datetime.fromisoformat(event.at))
        before, reason = after.get(code), str(said.get("reason", ""))
        if event.kind == "redline.signed":
            after[code] = RedLine(code, str(f["room"]), str(said.get("when", "")), reason, event.position, day, before.crossings if before else ())
            continue
        if before is None:
            continue
        match event.kind:
            case "redline.crossed":
                after[code] = replace(before, crossings=(*before.crossings, _crossing(event, before)), met=before.met or f.get("entry") is None)
            case "redline.receded":
                after[code] = replace(before, met=False)
            case "redline.lifted":
                after[code] = replace(before, crossings=tuple(replace(c, lifted=c.lifted or day) for c in before.crossings), decided=reason)
            case "redline.withdrawn":
                after[code] = replace(before, withdrawn=True, decided=reason)
    return after


def _crossing(event: Told, line: RedLine) -> Crossing:
    f = event.facts
    cases, entry = f.get("cases"), f.get("entry")
    return Crossing(event.position, str(f.get("room", line.room)), day_in_china(datetime.fromisoformat(event.at)), cases if type(cases) is int and cases > 0 else 1,
                    entry if type(entry) is int else None, f.get("synthetic") is True)


def caps(lines: Lines) -> tuple[Cap, ...]:
    """What keeps verdicts from reading met now: for each room the first crossing that stands and really happened."""
    first: dict[str, Cap] = {}
    for position, room, code in sorted((c.position, c.room, line.code) for line in lines.values() for c in line.crossings if c.caps):
        first.setdefault(room, Cap(room, code, position))
    return tuple(first.values())
