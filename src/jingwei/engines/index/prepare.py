"""Before an index is computed: relate to size, screen for coverage, fill gaps (Handbook steps 2 and 3)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from jingwei.engines.index.model import Bools, Floats, Imputation, Ints
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def denominate(values: Floats, denominators: Floats) -> Floats:
    """Divide each indicator by its denominator.

    denominators : (units, indicators), NaN columns for indicators that have none
    A zero denominator gives a missing value: a ratio to nothing is unknown, not infinite.
    """
    related = ~np.isnan(denominators).all(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values / np.where(denominators == 0, np.nan, denominators)
    return np.where(related, ratio, values)


def coverage(values: Floats) -> Floats:
    """Share of indicators each unit has a value for, ``(units,)``."""
    share: Floats = (~np.isnan(values)).mean(axis=1)
    return share


def screen(values: Floats, minimum: float = 0.65) -> Bools:
    """Units with enough data: coverage of at least ``minimum`` (65 % is the COIN Tool's rule of thumb)."""
    return coverage(values) >= minimum


def impute(values: Floats, method: Imputation, groups: Sequence[str] | None = None) -> Floats:
    """Fill missing values of each indicator from the other units, or from those of the same group.

    A group in which nobody has a value stays missing, as do units whose group is not known (empty text).
    Raises Problem ``no_groups`` when a group method is asked for without groups.
    """
    if method == "none":
        return values.copy()
    centre = np.nanmedian if method.endswith("median") else np.nanmean
    filled = values.copy()
    for rows in _groups(len(values), method, groups):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            middle = centre(values[rows], axis=0)
        filled[rows] = np.where(np.isnan(values[rows]), middle, values[rows])
    return filled


def donors(values: Floats, method: Imputation, groups: Sequence[str] | None = None) -> list[tuple[int, int, Floats]]:
    """For each missing cell (unit, indicator): the observed values it may be drawn from.

    They are those of its group under a group method, of all units otherwise, and of all units when its group has none.
    """
    pools: dict[tuple[int, int], Floats] = {}
    for rows in _groups(len(values), method, groups):
        for j in range(values.shape[1]):
            column = values[rows, j]
            seen = column[~np.isnan(column)]
            for i in rows[np.isnan(column)]:
                pools[int(i), j] = seen
    cells = []
    for i, j in zip(*np.nonzero(np.isnan(values)), strict=True):
        pool = pools.get((int(i), int(j)), np.empty(0))
        if not len(pool):
            pool = values[~np.isnan(values[:, j]), j]
        if len(pool):
            cells.append((int(i), int(j), pool))
    return cells


def interpolate(series: Floats, years: Ints, breaks: Sequence[int] = ()) -> Floats:
    """Fill gaps inside one unit's series by a straight line between its neighbours, never across a break.

    series : (units, years); breaks : years in which a new definition starts
    Nothing is filled before the first or after the last value of a segment.
    """
    filled = series.copy()
    edges = [*sorted(breaks), np.inf]
    segment = np.searchsorted(np.array(edges), years, side="right")
    for row in filled:
        for s in np.unique(segment):
            here = np.flatnonzero(segment == s)
            known = here[~np.isnan(row[here])]
            if len(known) >= 2:
                inside = here[(here > known[0]) & (here < known[-1])]
                row[inside] = np.interp(years[inside], years[known], row[known])
    return filled


def _groups(units: int, method: Imputation, groups: Sequence[str] | None) -> list[Ints]:
    if not method.startswith("group"):
        return [np.arange(units)]
    if groups is None:
        raise Problem("no_groups", Text(f"用 {method} 插补要有分组列", f"imputation by {method} needs a group column"),
                      remedy=Text('请在方法文件里写明：[impute] group = "…"', 'Name it in the method file: [impute] group = "…"'))
    label = np.asarray(groups)
    return [np.flatnonzero(label == g) for g in np.unique(label) if g]
