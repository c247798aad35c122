"""What the manager's page shows: how far cases came, what they saved, and which provisions stand in the way."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.obstructions.actions import demands, interval
from jingwei.integrations.government.obstructions.actions import found as found_obstructions
from jingwei.integrations.government.obstructions.asks import AskObstructions
from jingwei.integrations.government.savings.actions import account, interval_words, made_of, value_words
from jingwei.integrations.government.savings.asks import AskSavings
from jingwei.integrations.government.savings.model import Estimate, Funnel
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure

MOST_ROWS = 20
"""Provisions the page lists; the command line lists them all."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel; ``share`` in thousandths of the cases begun."""

    name: Text
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class Row:
    measure: Measure
    value: Text
    interval: str
    made_of: str
    assessed: bool


@dataclass(frozen=True, slots=True)
class Barrier:
    """A provision that stands in the way; figures as words."""

    name: Text
    demands: Text
    cases: int
    days: str
    trips: str
    days_alone: str
    trips_alone: str


@dataclass(frozen=True, slots=True)
class SavingsView:
    query: AskSavings
    funnel: Funnel
    steps: tuple[Step, ...]
    saved: tuple[Row, ...]
    service: tuple[Row, ...]
    barriers: tuple[Barrier, ...]
    together: str


def savings(context: Context, query: AskSavings) -> SavingsView:
    found = account(context, query)
    f = found.funnel
    steps = tuple(Step(name, n, round(1_000 * n / f.begun) if f.begun else 0) for name, n in (
        (Text("开始", "begun"), f.begun), (Text("受理", "accepted"), f.accepted), (Text("办结", "finished"), f.finished)))
    rows = [_row(e) for e in found.figures]
    every = found_obstructions(context, AskObstructions(query.process, query.since, query.until))
    barriers = tuple(Barrier(c.provision.name, demands(c), c.cases, interval(c.days), interval(c.trips), interval(c.days_alone), interval(c.trips_alone)) for c in every.costs[:MOST_ROWS])
    return SavingsView(query, f, steps, tuple(rows[:4]), tuple(rows[4:]), barriers, interval(every.together))


def _row(e: Estimate) -> Row:
    return Row(e.measure, value_words(e), interval_words(e), made_of(e), e.value is not None)
