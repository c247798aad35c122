"""Pull outliers in before scores are made (Handbook step 4, as in COINr's Treat)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jingwei.engines.index.model import Bools, Floats, Ints, Treater
from jingwei.engines.index.normalise import extremes

LOG_OFFSET = 0.01
"""Share of the range added before the logarithm, so that the lowest value has one (COIN Tool)."""


@dataclass(frozen=True, slots=True)
class Treated:
    """Treated values and, for each indicator, what was done to it.

    values : (units, indicators)
    points : winsorised points; 0 where the logarithm was taken instead
    logged : whether the logarithm was taken
    passes : whether the outlier test passes now; an indicator with too few or equal values is left alone and passes
    skew, kurtosis : before treatment; NaN where they do not exist
    """

    values: Floats
    points: Ints
    logged: Bools
    passes: Bools
    skew: Floats
    kurtosis: Floats


def moments(values: Floats) -> tuple[Floats, Floats]:
    """Sample skewness and excess kurtosis of each column (G1 and G2 of Joanes & Gill 1998; Excel's SKEW and KURT).

    NaN for fewer than four values or no spread.
    """
    present = ~np.isnan(values)
    n = present.sum(axis=0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = np.where(present, values - np.where(present, values, 0.0).sum(axis=0) / n, 0.0)
        square = centred * centred
        m2 = square.sum(axis=0)
        skew = np.sqrt(n) * (square * centred).sum(axis=0) / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
        ratio = n * (square * square).sum(axis=0) / m2**2
        kurtosis = ((n + 1) * (ratio - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    low, high = extremes(values)
    defined = (n >= 4) & (low < high)
    return np.where(defined, skew, np.nan), np.where(defined, kurtosis, np.nan)


def treat(values: Floats, treater: Treater, max_points: Ints | None = None) -> Treated:
    """Winsorise each failing indicator up to ``max_points``; where that is not enough, log the untouched values.

    Each round sets the extreme value on the side of the skew, with all its ties, to its neighbour. An indicator
    passes when |skew| < limit or kurtosis < limit; one that winsorising would leave without any spread is logged.
    max_points : (indicators,) a limit for each column in place of the treater's one
    """
    skew, kurtosis = moments(values)
    columns = values.shape[1]
    if treater.method == "none":
        return Treated(
            values.copy(),
            np.zeros(columns, np.int64),
            np.zeros(columns, np.bool_),
            _passes(skew, kurtosis, treater),
            skew,
            kurtosis,
        )
    limit = np.full(columns, treater.max_points) if max_points is None else max_points
    treated, points = values.copy(), np.zeros(columns, np.int64)
    passes = _passes(skew, kurtosis, treater)
    high, low = np.zeros(columns, np.int64), np.zeros(columns, np.int64)
    side = skew
    active = np.flatnonzero(~passes & (limit > 0))
    while len(active):
        part, moved_high, moved_low = _pull_in(treated[:, active], side[active] >= 0)
        treated[:, active] = part
        high[active] = np.where(moved_high > 0, moved_high, high[active])
        low[active] = np.where(moved_low > 0, moved_low, low[active])
        points[active] = high[active] + low[active]
        now_skew, now_kurtosis = moments(part)
        side = side.copy()
        side[active] = now_skew
        spread = ~np.isnan(now_skew)
        passes[active] = spread & _passes(now_skew, now_kurtosis, treater)
        active = active[spread & ~passes[active] & (points[active] < limit[active])]
    logged = ~passes
    if logged.any():
        treated[:, logged] = shifted_log(values[:, logged], values[:, logged])
        points[logged] = 0
        passes[logged] = _passes(*moments(treated[:, logged]), treater)
    return Treated(treated, points, logged, passes, skew, kurtosis)


def shifted_log(values: Floats, reference: Floats) -> Floats:
    """ln(x - min + 1 % of the range), minimum and range being those of ``reference`` (COINr's log_CT)."""
    low, high = extremes(reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        shifted: Floats = np.log(values - low + LOG_OFFSET * (high - low))
    return shifted


def _passes(skew: Floats, kurtosis: Floats, treater: Treater) -> Bools:
    undefined = np.isnan(skew) | np.isnan(kurtosis)
    with np.errstate(invalid="ignore"):
        return undefined | (np.abs(skew) < treater.skew) | (kurtosis < treater.kurtosis)


def _pull_in(columns: Floats, upper: Bools) -> tuple[Floats, Ints, Ints]:
    """One round: the highest (or lowest) value of each column, ties included, takes its neighbour's value."""
    signed = np.where(upper, columns, -columns)
    top = np.nanmax(signed, axis=0)
    at_top = signed == top
    neighbour = np.max(np.where(at_top | np.isnan(signed), -np.inf, signed), axis=0)
    moved = np.where(at_top, neighbour, signed)
    count = at_top.sum(axis=0)
    return np.where(upper, moved, -moved), np.where(upper, count, 0), np.where(upper, 0, count)
