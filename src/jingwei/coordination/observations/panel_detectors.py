"""Findings that show only across places or vintages: broken series, mixed definitions, disagreeing vintages."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from jingwei.coordination.observations.panel import (
    HALF_TEN,
    MIN_PLACES,
    TEN,
    Finding,
    Flags,
    Floats,
    Ints,
    Panel,
    Trait,
    median,
    pack,
    series,
    spread,
)
from jingwei.coordination.observations.series_detectors import steps

BREAK_MIN = 0.12  # log points: a common step of 13 % beyond the usual growth
BREAK_SPREAD = 2.2  # noises of single places: the step is shared by nearly all of them
BREAK_WOBBLE = 2.5  # times the largest deviation of the other years' common growth from their median
BREAK_APART = 0.4  # of the step must remain against the years just before and after, or growth merely drifts
BREAK_UNDONE = 0.6  # of the step taken back the year before or after makes it one odd year, not a break
BREAK_LONE = 0.5  # log points when only one other year step is there to compare with
MIXED_MIN = 0.15  # log points between two groups of places: a factor of 1.16, just under the 1.2 promised
MIXED_SEPARATION = 4.05  # distance of the two groups over their scatter; one normal group splits at 2.7
MIXED_GAP = 0.9  # empty stretch between the groups, in their scatter
MIXED_TIGHT = 1.5  # noises of scatter within the odd group: one factor, not a handful of outliers
MIXED_PLACES = 4  # fewer places are looked at one by one
LEVEL_MIN = 0.34  # log points: a place's series steps by 1.4 and stays there
LEVEL_MAX = 0.96  # beyond 2.6 times it is a jump, no other way of counting
LEVEL_UNDONE = 0.5  # of the step taken back at once makes it one odd figure, not another level
LEVEL_Z = 8.0  # noises; real provinces step by up to 8 where they reorganise a survey
VINTAGE_MIN = 0.17  # log points: revisions of accounts stay below 18 %
VINTAGE_SPREAD = 0.12  # log points within which ratios to the other vintage are one factor
VINTAGE_ONE = 0.4  # log points at which a single figure may not differ from its other vintage
VINTAGE_MIRROR = 0.25  # share of the disagreement that reversing may leave
SLIP_NEAR = 0.2  # log points from a power of ten at which two vintages differ by units


def series_breaks(panel: Panel, trait: Trait) -> list[Finding]:
    """A common step beyond usual growth, shared by nearly all places and not taken back; known if declared.

    The step is the median change over places less the median of the other years' (a cross-section form of the
    level-shift outlier of Chen and Liu 1993); whole-year slips by powers of ten are not breaks.
    """
    if not panel.wide or len(panel.years) < 2:
        return []
    found, seen = [], np.isfinite(np.diff(panel.log, axis=1)).sum(axis=0) >= MIN_PLACES
    declared = np.array([any(a < year <= b for year in trait.breaks)
                         for a, b in pairwise(panel.years)])
    for t in np.flatnonzero(seen).tolist():
        same = (np.cumsum(declared) == np.cumsum(declared)[t]) | declared[t]
        others = panel.growth[seen & ~declared & same & (np.arange(len(seen)) != t)]
        if not len(others):
            continue
        usual = median(others)
        step = float(panel.growth[t] - usual)
        wobble = float(np.abs(others - usual).max()) if len(others) > 1 else 0.0
        least = max(BREAK_MIN, BREAK_SPREAD * panel.noise_in[t], BREAK_LONE if len(others) < 2 else 0.0)
        known = bool(declared[t])
        growth = np.where(declared & ~known, usual, panel.growth)
        if abs(step) < least or not panel.news(t) or not (known or _stands_out(growth, t, step, usual, others)):
            continue
        found.append(_break_finding(panel, t, step, abs(step) / max(panel.noise_in[t], wobble, 1e-9), known))
    return found


def _stands_out(growth: Floats, t: int, step: float, usual: float, others: Floats) -> bool:
    """Whether a common step is no part of the measure's usual swings, of a trend in growth, or of one odd year."""
    beside = np.concatenate((growth[max(0, t - 1):t], growth[t + 1:t + 2]))
    taken_back = (-(beside - usual) / step > BREAK_UNDONE).any()
    apart = ((growth[t] - beside) / step > BREAK_APART).all()
    return bool(abs(step) >= BREAK_WOBBLE * _wobble(others, usual) and apart and not taken_back)


def _wobble(others: Floats, usual: float) -> float:
    """Usual deviation of the common growth between years; the largest one is left out when there are four or more."""
    off = np.sort(np.abs(others - usual))
    return float(off[-2] if len(off) >= 4 else off[-1])


def _break_finding(panel: Panel, t: int, step: float, strength: float, known: bool) -> Finding:
    year, mask = int(panel.years[t + 1]), np.isfinite(panel.value)
    after = mask & (np.arange(len(panel.years)) > t)
    rows = panel.held(after) or panel.held(mask & ~after)
    p = int(np.argmax(np.isfinite(panel.log[:, t:t + 2]).all(axis=1)))
    factor = f"{np.exp(step):.2f}"
    end = " This is a declared break." if known else ""
    return Finding(
        "series_break", panel.measure, "", () if known else rows,
        f"From {year} all places stand at {factor} times what growth in the other years leads to "
        f"({panel.places[p]} {series(panel, p)}).{end}",
        f"自{year}年起各地水平同时变为按其他年份增速推算值的{factor}倍（{panel.places[p]} {series(panel, p)}）。"
        f"{'此断点已声明。' if known else ''}", strength, known)


def mixed_definitions(panel: Panel, power: Ints) -> list[Finding]:
    """Part of the figures off by a common factor: some places from one year on or in one year, or part of one series."""
    if not panel.wide or len(panel.years) < 2:
        return []
    level = panel.level - power * TEN
    return [*_odd_years(panel), *_groups_of_places(panel, level), *_parts_of_series(panel, level)]


def _odd_years(panel: Panel) -> list[Finding]:
    """One year in which the whole cross-section is off by a factor that the next year takes back."""
    found = []
    for t in range(len(panel.growth) - 1):
        usual = median(np.delete(panel.growth, [t, t + 1])) if len(panel.growth) > 2 else 0.0
        up, down = panel.growth[t] - usual, panel.growth[t + 1] - usual
        size = (up - down) / 2
        if abs(size) < HALF_TEN and min(abs(up), abs(down)) > max(0.25, 4 * panel.noise) and up * down < 0:
            mask = np.isfinite(panel.value) & (np.arange(len(panel.years)) == t + 1)
            if panel.held(mask):
                found.append(_factor_finding(panel, "", mask, float(size), abs(float(size)) / panel.noise))
    return found


def _groups_of_places(panel: Panel, level: Floats) -> list[Finding]:
    """Two groups of places in the changes of one year step, or in how far one year sticks out (two-class split)."""
    found: list[tuple[float, Flags, float]] = []
    own = np.diff(level, axis=1)
    for t in range(own.shape[1]):
        for odd, factor, strength in _two_groups(own[:, t], panel.noise):
            after = _persists(own, odd, t, factor)
            mask = np.zeros(panel.value.shape, dtype=np.bool_)
            mask[odd, t + 1:after + 1] = True
            if not panel.new[odd, t:t + 2].any():
                continue  # accepted with the step in it
            if not (mask & panel.new).any():
                mask[odd, :t + 1] = True
            found.append((strength, mask & np.isfinite(panel.value), factor))
        if t + 1 < own.shape[1]:
            for odd, factor, strength in _two_groups(_taken_back(own[:, t], own[:, t + 1]), panel.noise):
                mask = np.zeros(panel.value.shape, dtype=np.bool_)
                mask[odd, t + 1] = True
                found.append((strength, mask & np.isfinite(panel.value), factor))
    covered = np.zeros(panel.value.shape, dtype=np.bool_)
    kept = []
    for strength, mask, factor in sorted(found, key=lambda f: (-f[0], f[2])):
        if (mask & panel.new & ~covered).any():
            covered |= mask
            kept.append(_factor_finding(panel, "", mask, factor, strength))
    return kept


def _taken_back(change: Floats, following: Floats) -> Floats:
    """How far each place sticks out in the year between two steps: the smaller of two opposite changes, else 0."""
    size = np.minimum(np.abs(change), np.abs(following))
    return np.where(change * following < 0, np.sign(change) * size, size * 0)


def _persists(own: Floats, odd: Flags, t: int, factor: float) -> int:
    """Position of the last year before the group's step at ``t`` is taken back."""
    for later in range(t + 1, own.shape[1]):
        if median(own[odd, later]) * np.sign(factor) < -0.6 * abs(factor):
            return later
    return int(own.shape[1])


def _two_groups(x: Floats, noise: float) -> list[tuple[Flags, float, float]]:
    """The smaller or farther of two groups in ``x``, the log factor between them and their separation."""
    there = np.flatnonzero(np.isfinite(x))
    n = len(there)
    if n < 2 * MIXED_PLACES:
        return []
    order = there[np.argsort(x[there], kind="stable")]
    y = x[order]
    total, square, k = np.cumsum(y), np.cumsum(y**2), np.arange(1, n)
    low, high = total[:-1] / k, (total[-1] - total[:-1]) / (n - k)
    within = np.sqrt(np.maximum(square[-1] - k * low**2 - (n - k) * high**2, 0) / n)
    within = np.maximum(within, 0.5 * noise)
    ratio = (high - low) / within
    ratio[(k < MIXED_PLACES) | (n - k < MIXED_PLACES)] = 0
    best = int(np.argmax(ratio))
    apart, gap = float(high[best] - low[best]), float(y[best + 1] - y[best])
    if apart < MIXED_MIN or ratio[best] < MIXED_SEPARATION or gap < MIXED_GAP * within[best]:
        return []
    upper = abs(high[best]) >= abs(low[best]) if n != 2 * (best + 1) else True
    odd = np.zeros(len(x), dtype=np.bool_)
    odd[order[best + 1:] if upper else order[:best + 1]] = True
    if np.std(x[odd]) > max(MIXED_TIGHT * noise, 0.25 * apart):
        return []
    return [(odd, apart if upper else -apart, float(ratio[best]))]


def _parts_of_series(panel: Panel, level: Floats) -> list[Finding]:
    """One place whose series steps to another level and stays there for at least two years."""
    packed = pack(np.isfinite(level))
    own, noise = steps(panel, packed, level)
    with np.errstate(invalid="ignore"):
        large = (np.abs(own) >= LEVEL_MIN) & (np.abs(own) < LEVEL_MAX) & (np.abs(own) >= LEVEL_Z * noise)
    found = []
    for p in np.flatnonzero(large.any(axis=1)):
        last = int(packed.count[p]) - 1
        cuts = [0, *(int(i) + 1 for i in np.flatnonzero(large[p, :last])), last + 1]
        runs = list(pairwise(cuts))
        if max(b - a for a, b in runs) == last + 1 or last < 3:
            continue
        i = int(np.argmax(np.where(large[p], np.abs(own[p]) / noise[p], 0)))
        beside = np.concatenate((own[p, max(0, i - 1):i], own[p, i + 1:i + 2]))
        if (-beside / own[p, i] > LEVEL_UNDONE).any():
            continue
        before, after = next(r for r in runs if r[1] == i + 1), next(r for r in runs if r[0] == i + 1)
        short = after if after[1] - after[0] <= before[1] - before[0] else before
        if short[1] - short[0] < 2 and not (short is before and before[0] == 0):
            continue
        cells = {*range(*short), i, i + 1} if short is before else set(range(*short)) | {i}
        mask = np.zeros(panel.value.shape, dtype=np.bool_)
        mask[p, packed.column[p, sorted(cells)]] = True
        if (mask & panel.new).any() and panel.new[p, packed.column[p, [i, i + 1]]].any():
            strength = float(abs(own[p, i]) / noise[p, i])
            where = panel.years[packed.column[p, i]], panel.years[packed.column[p, i + 1]]
            times = f"{np.exp(own[p, i]):.2f}"
            found.append(Finding(
                "mixed_definition", panel.measure, str(panel.places[p]), panel.held(mask),
                f"Between {where[0]} and {where[1]} the level steps to {times} times and stays there, unlike in other "
                f"places ({series(panel, int(p))}); which side counts by the definition cannot be told.",
                f"{where[0]}至{where[1]}年水平变为{times}倍并保持不变，与其他地区不同（{series(panel, int(p))}），"
                "无法判断哪一侧符合口径。", strength))
    return found


def _factor_finding(panel: Panel, place: str, mask: Flags, factor: float, strength: float) -> Finding:
    who = np.flatnonzero(mask.any(axis=1))
    p = int(who[0])
    years = ", ".join(str(panel.years[t]) for t in np.flatnonzero(mask[p]))
    times = f"{np.exp(factor):.2f}"
    where = "" if place else f" in {len(who)} places, among them {panel.places[p]}"
    return Finding(
        "mixed_definition", panel.measure, place, panel.held(mask),
        f"{years}{where}: about {times} times the level that the other years and places lead to "
        f"({series(panel, p)}); counted another way?",
        f"{years.replace(', ', '、')}年{'' if place else f'{len(who)}个地区（如{panel.places[p]}）'}约为其他年份和地区所示水平的{times}倍"
        f"（{series(panel, p)}），口径可能不同。", strength)


def vintage_conflicts(panel: Panel) -> list[Finding]:
    """New figures against accepted ones of another vintage or source: reversed, slipped, or off by a steady factor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        other = np.log(np.where(panel.other > 0, panel.other, np.nan))
        ratio = np.where(panel.new, panel.log - other, np.nan)
    if not np.isfinite(ratio).any():
        return []
    found, done = _mirrored(panel, other, ratio)
    ratio = np.where(done, np.nan, ratio)
    power = np.nan_to_num(np.round(ratio / TEN)).astype(np.int64)
    slipped = (power != 0) & (np.abs(ratio - power * TEN) <= SLIP_NEAR)
    for k in np.unique(power[slipped]):
        found += _vintage_groups(panel, slipped & (power == k), ratio, "unit_slip")
    ratio = np.where(slipped, np.nan, ratio)
    off = np.abs(ratio) >= VINTAGE_MIN
    return found + _steady_factors(panel, ratio, off)


def _mirrored(panel: Panel, other: Floats, ratio: Floats) -> tuple[list[Finding], Flags]:
    """Places whose new series equals the other vintage once its years are reversed."""
    done = np.zeros(ratio.shape, dtype=np.bool_)
    for p in np.flatnonzero(np.isfinite(ratio).sum(axis=1) >= 2):
        at = np.flatnonzero(panel.new[p] & np.isfinite(panel.log[p]))
        turned = panel.log[p, at[::-1]] - other[p, at]
        both = np.isfinite(turned) & np.isfinite(ratio[p, at])
        forward, backward = np.abs(ratio[p, at][both]).sum(), np.abs(turned[both]).sum()
        if both.sum() >= 2 and forward > 0.02 * both.sum() and backward <= VINTAGE_MIRROR * forward:
            done[p, at] = True
    who = np.flatnonzero(done.any(axis=1))
    if not len(who):
        return [], done
    if len(who) > 0.5 * len(panel.places) and len(who) > 1:
        return [_vintage_finding(panel, "reversed_series", "", done, 0.0)], done
    return [_vintage_finding(panel, "reversed_series", str(panel.places[p]), done & (np.arange(len(done)) == p)[:, None],
                             0.0) for p in who], done


def _vintage_groups(panel: Panel, mask: Flags, ratio: Floats, code: str) -> list[Finding]:
    """One finding when most compared figures are concerned, else one per place."""
    compared = np.isfinite(ratio).sum()
    if mask.sum() > 0.5 * compared and mask.any(axis=1).sum() > 1:
        return [_vintage_finding(panel, code, "", mask, median(ratio[mask]))]
    return [_vintage_finding(panel, code, str(panel.places[p]), mask & (np.arange(len(mask)) == p)[:, None],
                             median(ratio[p, mask[p]])) for p in np.flatnonzero(mask.any(axis=1))]


def _steady_factors(panel: Panel, ratio: Floats, off: Flags) -> list[Finding]:
    found: list[Finding] = []
    left = off.copy()
    compared = int(np.isfinite(ratio).sum())
    if left.sum() >= MIXED_PLACES:
        centre = median(ratio[left])
        common = left & (np.abs(ratio - centre) <= VINTAGE_SPREAD)
        places = int(common.any(axis=1).sum())
        if places >= MIXED_PLACES and common.sum() > min(0.5 * compared, 0.7 * left.sum()):
            found.append(_vintage_finding(panel, "mixed_definition", "", common, centre))
            left &= ~common
    for p in np.flatnonzero(left.any(axis=1)):
        own = np.where(left[p], ratio[p], np.nan)
        mask = left & (np.arange(len(left)) == p)[:, None]
        steady = left[p].sum() >= 2 and spread(own) <= VINTAGE_SPREAD
        if steady:
            found.append(_vintage_finding(panel, "mixed_definition", str(panel.places[p]), mask, median(own)))
        elif (np.abs(own[left[p]]) >= VINTAGE_ONE).any():
            far = mask & (np.abs(ratio) >= VINTAGE_ONE)
            code = "mixed_definition" if np.abs(own[left[p]]).max() < 0.8 else "jump"
            found.append(_vintage_finding(panel, code, str(panel.places[p]), far, median(ratio[far])))
    return found


def _vintage_finding(panel: Panel, code: str, place: str, mask: Flags, factor: float) -> Finding:
    p = int(np.flatnonzero(mask.any(axis=1))[0])
    t = int(np.flatnonzero(mask[p])[0])
    other = f"{panel.other[p, t]:.6g}"
    what, what_zh = ((f"{np.exp(factor):.3g} times", f"{np.exp(factor):.3g}倍于") if code != "reversed_series"
                     else ("in reverse order of", "年份顺序相反于"))
    many = "" if place else f" in {int(mask.any(axis=1).sum())} places"
    return Finding(
        code, panel.measure, place, panel.held(mask),
        f"The figures are {what} the accepted ones of another vintage{many}: {panel.places[p]} {panel.shown(p, t)} in "
        f"{panel.years[t]} where {other} was accepted.",
        f"数值{what_zh}已接受的另一版本：{panel.places[p]}{panel.years[t]}年为{panel.shown(p, t)}，已接受值为{other}。",
        abs(factor))
