"""What the page of apps shows: the verdicts, why, and what would change them."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.apps.actions import register
from jingwei.integrations.government.apps.model import LEVELS, VERDICTS, Judgement, Register
from jingwei.integrations.government.apps.records import aside
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing

MOST_ROWS = 200
"""Apps the page lists; the command line lists them all."""


@dataclass(frozen=True, slots=True)
class Row:
    judgement: Judgement
    verdict: Text
    level: Text


@dataclass(frozen=True, slots=True)
class AppsView:
    """``more`` are not listed; ``aside`` lines were set apart; ``exercises`` are among the rows."""

    register: Register
    rows: tuple[Row, ...]
    more: int
    aside: int
    exercises: int


def apps(context: Context, query: Nothing) -> AppsView:
    """What goes first: closed, then merged, then kept; the dearest first."""
    found = register(context, day_in_china(context.clock()), synthetic=False)
    order = {"close": 0, "merge": 1, "keep": 2}
    listed = sorted(found.judgements, key=lambda j: (order[j.verdict], -j.app.cost, j.app.name))
    rows = tuple(Row(j, VERDICTS[j.verdict], LEVELS[j.app.level]) for j in listed[:MOST_ROWS])
    return AppsView(found, rows, max(0, len(listed) - MOST_ROWS), len(aside(context)), sum(j.app.synthetic for j in found.judgements))
