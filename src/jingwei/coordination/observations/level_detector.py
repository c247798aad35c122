"""Finds a place whose whole series stands at the wrong power of ten, by what its other measures lead to expect."""

from __future__ import annotations

import numpy as np

from jingwei.coordination.observations.panel import (
    HALF_TEN,
    MAX_DIGITS,
    TEN,
    TOTAL,
    Cells,
    Finding,
    Flags,
    Floats,
    Ints,
    median,
    spread,
    times_ten,
    written,
)

FEWEST_PLACES = 12  # a cross-section smaller than this has no distribution to fall out of
FEWEST_MEASURES = 6  # other measures needed to expect a level from
COMPONENTS = 4  # size, wealth, and two more: what explains nearly all of the levels of provinces
LEVEL_Z = 5.0  # robust standard deviations from the expected level
CROSS_Z = 5.0  # the same without other measures, where it must also fall outside all other places
LEVEL_FIT = 1.0  # log points from the expected level that the corrected figure may keep


def misplaced_levels(cells: Cells, found: list[Finding]) -> list[Finding]:
    """Whole series that lie a power of ten or more from where the place's other measures put them.

    Levels (median log figure per place) are regressed on the first principal components of the other measures'
    levels, leaving each place out in turn; without enough other measures a place must lie outside all others.
    Series already found to slip are left alone.
    """
    usable = np.isfinite(cells.value) & (cells.value > 0) & (cells.place != TOTAL)
    measures, measure = np.unique(cells.measure, return_inverse=True)
    places, place = np.unique(cells.place, return_inverse=True)
    if len(places) < FEWEST_PLACES:
        return []
    levels = _levels(cells, usable, measure, place, (len(measures), len(places)))
    seen = np.isfinite(levels).sum(axis=1)
    done = {f.measure for f in found if f.code == "unit_slip" and f.place == ""}
    slipped = {(f.measure, f.place) for f in found if f.code in ("unit_slip", "zero_for_missing")}
    extra = []
    fresh = np.unique(measure[cells.new & usable])
    for m in fresh[seen[fresh] >= FEWEST_PLACES]:
        others = levels[(seen >= 2 * FEWEST_PLACES) & (np.arange(len(levels)) != m)]
        for p, off, strength, why in _misplaced(levels[m], others):
            name, where = str(measures[m]), str(places[p])
            rows = np.flatnonzero((measure == m) & (place == p) & cells.new & usable)
            if name not in done and (name, where) not in slipped and len(rows):
                extra.append(_finding(cells, rows, off, strength, why))
    return extra


def _levels(cells: Cells, usable: Flags, measure: Ints, place: Ints, shape: tuple[int, int]) -> Floats:
    levels = np.full(shape, np.nan)
    key = measure[usable] * shape[1] + place[usable]
    order = np.lexsort((cells.value[usable], key))
    logs = np.log(cells.value[usable][order])
    names, start = np.unique(key[order], return_index=True)
    for name, part in zip(names, np.split(logs, start[1:]), strict=True):
        levels.flat[name] = np.median(part)
    return levels


def _misplaced(level: Floats, others: Floats) -> list[tuple[int, int, float, str]]:
    """Place, power of ten, strength and ground for each level out of place."""
    if len(np.unique(level[np.isfinite(level)])) < FEWEST_PLACES / 2:
        return []
    if len(others) >= FEWEST_MEASURES:
        off, ground, least = _residual(level, others), "its other measures", LEVEL_Z
    else:
        off, ground, least = level - median(level), "the other places", CROSS_Z
    scale = max(spread(off), 0.02)
    found = []
    for p in np.flatnonzero(np.abs(np.nan_to_num(off)) >= max(HALF_TEN, least * scale)):
        power = round(float(off[p]) / TEN)
        rest = np.delete(level, p)
        outside = level[p] > np.nanmax(rest) + HALF_TEN * 0.7 or level[p] < np.nanmin(rest) - HALF_TEN * 0.7
        if power and abs(off[p] - power * TEN) <= max(LEVEL_FIT, 2 * scale) and (len(others) >= FEWEST_MEASURES or outside):
            found.append((int(p), power, float(abs(off[p]) / scale), ground))
    return found


def _residual(level: Floats, others: Floats) -> Floats:
    """Level less what the principal components of the other measures' levels predict, each place left out in turn."""
    centred = others - np.nanmedian(others, axis=1, keepdims=True)
    scale = np.array([max(spread(row), 1e-6) for row in centred])
    filled = np.clip(np.nan_to_num(centred / scale[:, None]), -4, 4)
    axes = np.linalg.svd(filled, full_matrices=False)[2][:COMPONENTS].T
    design = np.column_stack([np.ones(len(axes)), axes * np.sqrt(len(axes))])
    there = np.isfinite(level)
    weight = there.astype(np.float64)
    for _ in range(6):
        beta = np.linalg.lstsq(design * weight[:, None], np.nan_to_num(level) * weight, rcond=None)[0]
        off = level - design @ beta
        weight = np.where(there, np.sqrt(np.minimum(1, 1.5 * max(spread(off), 1e-6) / np.maximum(np.abs(off), 1e-9))), 0)
    return np.where(np.isfinite(others).sum(axis=0) >= FEWEST_MEASURES, off, np.nan)


def _finding(cells: Cells, rows: Ints, power: int, strength: float, ground: str) -> Finding:
    r = int(rows[np.argmin(cells.year[rows])])
    shown = written(float(cells.value[r]), 10.0 ** -float(np.clip(cells.decimals[r], -MAX_DIGITS, MAX_DIGITS)))
    ground_zh = "该地其他指标" if ground == "its other measures" else "其他地区"
    times, times_zh = times_ten(power)
    return Finding(
        "unit_slip", str(cells.measure[r]), str(cells.place[r]), tuple(sorted(int(i) for i in rows)),
        f"The whole series (from {shown} in {cells.year[r]}) is about {times} the level that {ground} lead to expect.",
        f"整个序列（{cells.year[r]}年为{shown}）约为{ground_zh}所示水平的{times_zh}。", strength)
