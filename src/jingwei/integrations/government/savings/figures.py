"""The figures of many cases, each with its interval; the same whatever order the cases come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from jingwei.engines.sketches.intervals import share
from jingwei.integrations.government import measures as m
from jingwei.integrations.government.savings.model import Counted, Estimate, Funnel
from jingwei.kernel.measures import Measure

Floats = npt.NDArray[np.float64]

DRAWS = 500
LEVEL = 0.9
_CELLS = 4_000_000
"""Places of cases held at once while drawing."""
_EVERYBODY = 10**12
"""The population a share is about: all cases there may ever be, of which those counted are a sample."""


def funnel(cases: Iterable[Counted]) -> Funnel:
    listed = list(cases)
    done = sum(c.finished for c in listed)
    gone = sum(c.cancelled and not c.finished for c in listed)
    return Funnel(len(listed), sum(c.accepted for c in listed), sum(c.corrected for c in listed), done, gone, len(listed) - done - gone)


def figures(cases: Iterable[Counted], seed: int = 0) -> list[Estimate]:
    """Every figure of savings. Intervals of shares are Clopper and Pearson's; of quantiles and cuts, percentiles of cases drawn again (Efron 1979)."""
    listed = sorted(cases, key=lambda c: c.case)
    done = [c for c in listed if c.finished]
    compared = [c for c in done if c.before]
    found = [_cut(m.FORMS_CUT, [(c.forms, c.before.forms) for c in compared if c.before], seed), _cut(m.MATERIALS_CUT, [(c.materials, c.before.materials) for c in compared if c.before], seed),
             _cut(m.TRIPS_CUT, [(c.trips, c.before.trips) for c in compared if c.before], seed), _cut(m.DAYS_CUT, [(c.days, c.before.days) for c in compared if c.before and c.days is not None], seed)]
    elapsed, touch = [c.elapsed for c in done if c.elapsed is not None], [c.touch for c in done if c.touch is not None]
    found += [_quantile(m.CASE_ELAPSED, elapsed, 0.5, seed), _quantile(m.CASE_ELAPSED_P90, elapsed, 0.9, seed), _quantile(m.CASE_TOUCH, touch, 0.5, seed), _quantile(m.CASE_TOUCH_P90, touch, 0.9, seed)]
    asked, fetched = sum(c.asked for c in listed), sum(c.fetched for c in listed)
    accepted, kept = [c for c in listed if c.accepted], sum(c.kept for c in listed)
    found += [_share(m.ILLEGAL_ASKS, sum(c.illegal for c in listed), asked), _share(m.FIRST_TIME_RIGHT, sum(not c.corrected for c in accepted), len(accepted)),
              _share(m.EVIDENCE_REUSE, fetched, fetched + asked), _share(m.ITEMS_ON_TIME, kept, kept + sum(c.late for c in listed)), _share(m.WEB_TAKE_UP, sum(c.web for c in listed), len(listed))]
    return found


def _share(measure: Measure, count: int, of: int) -> Estimate:
    if not of:
        return Estimate(measure, None, None, None, 0, 0)
    s = share(count, of, _EVERYBODY, LEVEL)
    return Estimate(measure, 100 * count / of, 100 * s.low, 100 * s.high, count, of)


def _cut(measure: Measure, pairs: Sequence[tuple[int, int]], seed: int) -> Estimate:
    """100 (1 - what was / what it was before), over all cases together."""
    now, before = (np.array([p[i] for p in pairs], float) for i in (0, 1))
    if not len(pairs) or not before.sum():
        return Estimate(measure, None, None, None, 0, 0)

    def value(i: npt.NDArray[np.int64]) -> Floats:
        whole = before[i].sum(axis=1)
        left: Floats = 100 * (1 - now[i].sum(axis=1) / np.where(whole > 0, whole, np.nan))
        return left

    low, high = drawn(len(pairs), value, seed)
    return Estimate(measure, 100 * (1 - float(now.sum() / before.sum())), low, high, float(now.sum()), float(before.sum()))


def _quantile(measure: Measure, values: Sequence[float], at: float, seed: int) -> Estimate:
    if not values:
        return Estimate(measure, None, None, None, 0, None)
    ordered = np.sort(np.array(values))
    low, high = drawn(len(ordered), lambda i: np.asarray(np.quantile(ordered[i], at, axis=1), float), seed)
    return Estimate(measure, float(np.quantile(ordered, at)), low, high, len(ordered), None)


def drawn(count: int, value: Callable[[npt.NDArray[np.int64]], Floats], seed: int) -> tuple[float, float]:
    """The interval at ``LEVEL`` of a value over cases drawn again with replacement.

    value : takes (draws, count) places of cases and gives (draws,) values, NaN where there is none
    """
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // count)
    values = np.concatenate([value(rng.integers(count, size=(min(at_once, DRAWS - done), count))) for done in range(0, DRAWS, at_once)])
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)
