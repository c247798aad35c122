"""What the manager's page shows: how far cases came, what they saved, and which provisions stand in the way."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.savings.actions import account, interval_words, made_of, value_words
from jingwei.integrations.government.savings.asks import AskSavings
from jingwei.integrations.government.savings.model import Estimate, Funnel
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure


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
class SavingsView:
    query: AskSavings
    funnel: Funnel
    steps: tuple[Step, ...]
    saved: tuple[Row, ...]
    service: tuple[Row, ...]


def savings(context: Context, query: AskSavings) -> SavingsView:
    found = account(context, query)
    f = found.funnel
    steps = tuple(Step(name, n, round(1_000 * n / f.begun) if f.begun else 0) for name, n in (
        (Text("开始", "begun"), f.begun), (Text("受理", "accepted"), f.accepted), (Text("办结", "finished"), f.finished)))
    rows = [_row(e) for e in found.figures]
    return SavingsView(query, f, steps, tuple(rows[:4]), tuple(rows[4:]))


def _row(e: Estimate) -> Row:
    return Row(e.measure, value_words(e), interval_words(e), made_of(e), e.value is not None)
