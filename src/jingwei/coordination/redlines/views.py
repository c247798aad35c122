"""What the page of red lines shows."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei import plan
from jingwei.coordination.redlines.actions import attention
from jingwei.coordination.redlines.model import STATES, RedLine, State
from jingwei.coordination.redlines.records import lines_now
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing


@dataclass(frozen=True, slots=True)
class RedLinesView:
    """The lines, those crossed first. ``entries`` says whether entries of the ledger have pages."""

    lines: tuple[RedLine, ...]
    states: dict[State, Text]
    entries: bool

    @property
    def crossed(self) -> int:
        return sum(line.state == "crossed" for line in self.lines)


def redlines(context: Context, query: Nothing) -> RedLinesView:
    entries = any(page.path[:1] == ("ledger",) and len(page.path) == 2 for pillar in plan.pillars() for page in pillar.pages)
    return RedLinesView(tuple(attention(lines_now(context))), STATES, entries)
