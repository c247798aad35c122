"""What a decision was expected to leave as it was, and whether the number moved beyond that."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from jingwei.coordination.evaluation.outlook import Path
from jingwei.coordination.matters.model import Decision, Expected, Outcome
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Figure


def expect(measure: str, place: str, figures: Sequence[Figure], path: Path | None) -> Expected | None:
    """Where the measure would lie without a decision: the 90 % interval of its trajectory for every year ahead.

    figures : usable yearly figures of the measure in the place
    path : the trajectory; None where there is none, and then the newest figure with what rounding hides is all there is
    Returns None when there is no figure at all: nothing can be shown to have moved.
    """
    if not figures:
        return None
    newest = _newest(figures)
    if path is not None and place == "CN":
        t = path.forecast
        return Expected(measure, place, newest.year, tuple(int(y) for y in t.years), tuple(map(_exact, t.q05)), tuple(map(_exact, t.q95)))
    value, half = Decimal(repr(newest.value or 0.0)), Decimal(repr(newest.last_place)) / 2
    return Expected(measure, place, newest.year, (newest.year,), (_plain(value - half),), (_plain(value + half),))


def effect(decision: Decision, figures: Sequence[Figure]) -> tuple[Outcome, str]:
    """What became of the number, and the figure that says so, such as ``2026:12.1``.

    Only a figure of the year of the decision or later, and later than what was known then, can have been changed by it; it
    has moved when even what rounding hides lies beyond the interval.
    """
    expected = decision.expected
    if expected is None:
        return "not_yet", ""
    after = [f for f in figures if f.year > expected.after and f.year >= decision.on.year]
    if not after:
        return "not_yet", ""
    newest = _newest(after)
    low, high = expected.interval(newest.year)
    value, half = Decimal(repr(newest.value or 0.0)), Decimal(repr(newest.last_place)) / 2
    seen = f"{newest.year}:{_plain(value):f}"
    beyond = 1 if value - half > high else -1 if value + half < low else 0
    if not beyond:
        return "unchanged", seen
    return ("moved" if beyond == declared_measures()[expected.measure].direction else "worse"), seen


def _newest(figures: Sequence[Figure]) -> Figure:
    return max(figures, key=lambda f: (f.year, f.order, f.status == "revised"))


def _exact(value: float) -> Decimal:
    """Six significant digits: more would only tell how the machine adds."""
    return _plain(Decimal(f"{value:.6g}"))


def _plain(value: Decimal) -> Decimal:
    """Without an exponent, so that it is written as people write it."""
    return Decimal(f"{value:f}")
