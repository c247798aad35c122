"""Bring indicators to one scale (Handbook step 5, scales as in COINr)."""

from __future__ import annotations

import numpy as np

from jingwei.engines.index.model import Floats, Normaliser
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def normalise(
    values: Floats,
    direction: Floats,
    how: Normaliser,
    *,
    targets: Floats | None = None,
    reference: Floats | None = None,
) -> Floats:
    """Scores of each indicator, higher always better.

    direction : (indicators,) 1 or -1
    targets : (indicators,) in the unit of ``values``; needed by distance_to_target
    reference : (units, indicators) the values whose minimum, maximum, mean and spread set the scale; by default
        ``values`` themselves. Frozen goalposts are a reference that does not change from year to year.

    minmax, zscore : onto ``how.scale``
    rank, borda : ascending, ties take the lowest; borda starts at 0
    percentile, distance_to_max : 0 to 1
    distance_to_target : 0 at the worst value, 1 at the target, more beyond it
    An indicator without spread, or without values, gives NaN: it tells nobody apart.
    """
    signed = values * direction
    base = signed if reference is None else reference * direction
    match how.method:
        case "rank":
            return ranks(signed)
        case "borda":
            return ranks(signed) - 1
        case "percentile":
            with np.errstate(divide="ignore", invalid="ignore"):
                share: Floats = (ranks(signed) - 1) / (np.sum(~np.isnan(signed), axis=0) - 1)
            return share
        case "zscore":
            return _zscore(signed, base, how.scale)
    low, high = extremes(base)
    if how.method == "distance_to_target":
        if targets is None or np.isnan(targets).any():
            raise Problem("no_target",
                          Text("distance_to_target 要求每个指标都有目标",
                               "distance_to_target needs a target for every indicator"),
                          remedy=Text("请填树的 Target 列。指标取了对数的，目标也取对数：它可以比最低值略低，但不到全距的 1%。",
                                      "Fill the column Target of the tree. Where an indicator was logged, its target is logged too: " "it may lie below the lowest value by less than 1 % of the range."))
        high = targets * direction
    start, end = how.scale if how.method == "minmax" else (0.0, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        span = np.where(high == low, np.nan, high - low)
        if how.method == "distance_to_max":  # in this order of rounding the peer's smallest scores agree too
            return np.asarray(1.0 - (high - signed) / span)
        scaled: Floats = (signed - low) / span * (end - start) + start
    return scaled


def ranks(values: Floats) -> Floats:
    """Ascending rank of each value in its column, ties taking the lowest, NaN kept (R's rank, ties "min")."""
    order = np.argsort(values, axis=0, kind="stable")
    arranged = np.take_along_axis(values, order, axis=0)
    position = np.broadcast_to(np.arange(1.0, len(values) + 1)[:, None], values.shape)
    new = np.ones(values.shape, np.bool_)
    new[1:] = arranged[1:] != arranged[:-1]
    first = np.maximum.accumulate(np.where(new, position, 0.0), axis=0)
    result = np.empty(values.shape)
    np.put_along_axis(result, order, first, axis=0)
    result[np.isnan(values)] = np.nan
    return result


def _zscore(signed: Floats, base: Floats, scale: tuple[float, float]) -> Floats:
    mean, deviation = scale
    present = ~np.isnan(base)
    n = present.sum(axis=0)
    low, high = extremes(base)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(present, base, 0.0).sum(axis=0) / n
        spread = np.sqrt(np.where(present, base - middle, 0.0).__pow__(2).sum(axis=0) / (n - 1))
        scores: Floats = (signed - middle) / np.where(low == high, np.nan, spread) * deviation + mean
    return scores


def extremes(values: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest value of each column, NaN for a column without values."""
    missing = np.isnan(values)
    low = np.where(missing, np.inf, values).min(axis=0)
    high = np.where(missing, -np.inf, values).max(axis=0)
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)
