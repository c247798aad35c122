"""Red lines as the ledger keeps them, and what they cap now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jingwei.coordination.redlines.fold import Lines, caps, fold
from jingwei.coordination.redlines.model import RedLine
from jingwei.coordination.targets.model import Cap
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import told

ROOM = "redline"
PINNED = "redlines"
"""Under this name a receipt says how much of the ledger had told of red lines: a replay reads no further."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that is to happen to a red line; ``key`` lets it happen once."""

    kind: str
    facts: Mapping[str, Any]
    words: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None

    def event(self, context: Context) -> Event:
        return Event(self.kind, context.clock(), context.principal.id, self.facts, {f"{ROOM}:{self.facts['line']}": self.words} if self.words else {}, self.key)


def read_lines(ledger: Ledger) -> dict[str, RedLine]:
    """The red lines as they stand, from the first entry on."""
    return fold(told(ledger, ROOM))


def at(lines: Lines, code: str) -> RedLine:
    """Raises Problem ``unknown_red_line``."""
    if code not in lines:
        raise Problem("unknown_red_line", Text(f"没有人签过红线 {code[:40]!r}", f"nobody signed a red line {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], lines)
                      or Text("列出全部：jingwei redlines list", "List them: jingwei redlines list"))
    return lines[code]


def lines_now(context: Context) -> dict[str, RedLine]:
    """The red lines, read once for each state of the record; none where the node keeps none."""
    return _now(context)[0]


def caps_now(context: Context) -> tuple[Cap, ...]:
    """What keeps verdicts from reading met; in a replay, what kept them then.

    A receipt that names no red lines was made before there were any.
    """
    pinned = context.pinned.get(PINNED) if context.pinned else ""
    if pinned is None:
        return ()
    if pinned.isdigit():
        events = told(context.workspace.ledger, ROOM, words=False) if context.workspace.store.exists() else []
        context.snapshots[PINNED] = pinned
        return caps(fold(e for e in events if e.position < int(pinned)))
    lines, end = _now(context)
    if end:
        context.snapshots[PINNED] = str(end)
    return caps(lines)


def _now(context: Context) -> tuple[dict[str, RedLine], int]:
    """The lines, and one more than the position of the last event that told of them."""
    if not context.workspace.store.exists():
        return {}, 0
    ledger = context.workspace.ledger

    def make(_: Context) -> tuple[dict[str, RedLine], int]:
        events = told(ledger, ROOM)
        return fold(events), events[-1].position + 1 if events else 0

    return context.once(("redlines", ledger.size()), make)
