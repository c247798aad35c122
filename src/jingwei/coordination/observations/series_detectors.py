"""Findings within one place's series: slipped points, jumps, and years in reverse order."""

from __future__ import annotations

import numpy as np

from jingwei.coordination.observations.panel import (
    HALF_TEN,
    MIN_PLACES,
    TEN,
    Finding,
    Flags,
    Floats,
    Ints,
    Packed,
    Panel,
    Trait,
    median,
    neighbours,
    pack,
    series,
    spread,
    times_ten,
)

SLIP_FIT = 0.3  # a slipped figure put right lies within 35 % of its neighbours, more in noisy measures
SLIP_FIT_NOISY = 0.55  # but never further: 1.7 times off is no longer a power of ten
SLIP_FIT_FAR = 1.0  # a hundredfold change has no other explanation, so growth may blur it more
SLIP_FIT_LONE = 0.4  # log points for a series without a cross-section
SLIP_FIT_YEAR = 0.12  # what a whole cross-section does together is far steadier than one place
SLIP_Z = 6.0  # a slip stands this many noises out, else the measure's own swings imitate it
OUTSIDE, INSIDE = 4.0, 3.0  # standard deviations over places: beyond one and within the other, a side is wrong or right
ACCEPTED_WEIGHT = 100  # accepted figures decide which side of a slip is right, however many new ones disagree
JUMP_MIN = 0.8  # log points: a change to less than 45 % or more than 220 % of what the others do
JUMP_Z = 5.0  # noises; with 6,000 figures five normal ones would be exceeded once in 300 panels
JUMP_LONE = 0.9  # log points for a series without a cross-section, whose noise is hardly known
JUMP_LONE_Z = 4.0  # noises
LONE_JUMPS = 2  # wrong figures looked for in one such series
LONE_NOISE = 0.15  # log points of yearly change that a lone national series is granted
UNDONE = 0.5  # a jump that is taken back by at least this share is one figure, not a new level
REVERSED_GAIN = 10.0  # log-likelihood units in favour of the reverse order: 1 in 20,000 by chance
REVERSED_FIT = 3.0  # mean squared noises the reversed series may still deviate from the others
REVERSED_LEFT = 0.3  # or this share of the deviation that the series has as it stands
REVERSED_CAP = 9.0  # noises beyond which a single change says no more: one jump is not a reversal
FALLING = 0.75  # share of falling changes above which a growing stock runs backwards


def unit_slips(panel: Panel) -> tuple[list[Finding], Ints]:
    """Figures a power of ten away from the rest of their series, and the powers (places, years).

    The common path is tested first (a whole year in another unit), then each place's level around it. The side
    of a slip with accepted or with more figures is taken as right; where both sides are equal both are held back.
    """
    power = np.zeros(panel.value.shape, dtype=np.int64)
    tied = np.zeros(panel.value.shape, dtype=np.bool_)
    if len(panel.years) > 1:
        if panel.wide:
            weight = np.where((np.isfinite(panel.log) & ~panel.new).any(axis=0), ACCEPTED_WEIGHT, 1)
            steady = panel.growth[np.abs(panel.growth) < HALF_TEN]
            wobble = spread(steady) if len(steady) > 2 else HALF_TEN
            drift = median(steady) * np.arange(len(panel.years))
            fit = min(SLIP_FIT_NOISY, SLIP_FIT_YEAR + 2.5 * wobble)
            of_year, tie = _powers((panel.path - drift)[None, :], weight[None, :], fit)
            power, tied = power + of_year, tied | tie
        weight = np.where(panel.new, 1, ACCEPTED_WEIGHT)
        fit = min(SLIP_FIT_NOISY, max(SLIP_FIT, 2.5 * panel.noise) if panel.wide else SLIP_FIT_LONE)
        of_cell, tie = _powers(panel.level, weight, fit)
        if panel.wide and SLIP_Z * panel.noise > TEN:
            of_cell[:] = 0
        power, tied = power + of_cell, (tied | tie) & (power + of_cell != 0)
    power[~np.isfinite(panel.log)] = 0
    return _slip_findings(panel, power, tied), np.where(tied & (power > 0), 0, power)  # a tie is put right on one side


def _powers(level: Floats, weight: Ints, fit: float) -> tuple[Ints, Flags]:
    """Power of ten by which each figure of each series (row) is off, and whether both sides weigh the same.

    level : (series, years) log figures that would be flat were nothing wrong, NaN where missing
    """
    power = np.zeros(level.shape, dtype=np.int64)
    tied = np.zeros(level.shape, dtype=np.bool_)
    there_all = np.isfinite(level)
    with np.errstate(invalid="ignore"):
        reach = np.where(there_all, level, -np.inf).max(axis=1) - np.where(there_all, level, np.inf).min(axis=1)
        near = np.abs(level[:, :, None] - level[:, None, :]) < HALF_TEN
    for s in np.flatnonzero(reach > HALF_TEN).tolist():
        there = np.flatnonzero(np.isfinite(level[s]))
        votes = (near[s] * weight[s])[:, there].sum(axis=1)
        anchor = there[np.argmax(votes[there])]
        good = [int(t) for t in there if near[s, anchor, t]]
        for run in _runs(there, near[s, anchor]):
            beside = [g for g in good if g < run[0]][-1:] + [g for g in good if g > run[-1]][:1]
            off = level[s, run] - float(np.mean(level[s, beside]))
            k = round(float(np.median(off)) / TEN)
            if k and (np.abs(off - k * TEN) <= (fit if abs(k) < 2 else max(fit, SLIP_FIT_FAR))).all():
                power[s, run] = k
                tied[s, run] = votes[run].min() == votes[anchor]
        if tied[s].any():
            first = int(min(power[s][tied[s]], key=abs))
            wrong = _farther(level, good, np.flatnonzero(tied[s]).tolist(), s)
            if wrong != "others":
                power[s, good] = -first
            if wrong == "good":
                power[s, tied[s]] = 0
            tied[s] = False
            tied[s, there] = not wrong
    return power, tied


def _farther(level: Floats, good: list[int], others: list[int], s: int) -> str:
    """Which of two equally long sides of a series lies far outside the other series; empty when neither does."""
    if len(level) < 2 * MIN_PLACES:
        return ""
    scale = max(spread(level), LONE_NOISE)
    off = [abs(float(np.mean(level[s, side])) - median(level)) / scale for side in (good, others)]
    if max(off) < OUTSIDE or min(off) > INSIDE:
        return ""
    return "good" if off[0] > off[1] else "others"


def _runs(there: Ints, good: Flags) -> list[list[int]]:
    """Stretches of neighbouring present years that are not ``good``."""
    runs: list[list[int]] = [[]]
    for t in there.tolist():
        if good[t]:
            runs.append([])
        else:
            runs[-1].append(t)
    return [run for run in runs if run]


def _slip_findings(panel: Panel, power: Ints, tied: Flags) -> list[Finding]:
    found = []
    for k in np.unique(power[power != 0]):
        mask, (times, times_zh) = power == k, times_ten(int(k))
        for years in _whole_years(mask, np.isfinite(panel.log)):
            rows = panel.held(mask & years)
            if rows:
                which = ", ".join(str(y) for y in panel.years[years[0]])
                found.append(Finding(
                    "unit_slip", panel.measure, "", rows,
                    f"{which}: the figures of all places are {times} those of the neighbouring years.",
                    f"{which}年各地数值均为相邻年份的{times_zh}。", abs(float(k))))
            mask = mask & ~years
        for p in np.flatnonzero((mask & panel.new).any(axis=1)):
            at = np.flatnonzero(mask[p] & panel.new[p])
            t = int(at[0])
            near, near_zh = neighbours(panel, int(p), t)
            more = " Either side may be the wrong one." if tied[p, t] else ""
            found.append(Finding(
                "unit_slip", panel.measure, str(panel.places[p]), panel.held(_only(mask, int(p))),
                f"{panel.shown(int(p), t)} in {panel.years[t]} is {times} what its neighbours say ({near}).{more}",
                f"{panel.years[t]}年的{panel.shown(int(p), t)}为相邻年份（{near_zh}）所示水平的{times_zh}。"
                f"{'也可能错在另一侧。' if tied[p, t] else ''}",
                abs(float(k))))
    return found


def _whole_years(mask: Flags, there: Flags) -> list[Flags]:
    """The years in which (nearly) every present place is concerned, as one mask."""
    seen = there.sum(axis=0)
    whole = (seen >= MIN_PLACES) & ((mask & there).sum(axis=0) >= 0.8 * seen)
    return [np.broadcast_to(whole, mask.shape)] if whole.any() else []


def _only(mask: Flags, place: int) -> Flags:
    one = np.zeros_like(mask)
    one[place] = mask[place]
    return one


def steps(panel: Panel, packed: Packed, level: Floats) -> tuple[Floats, Floats]:
    """Own change of each place between neighbouring figures (log points), and the noise to hold it against.

    The noise is that of the year steps in between, plus what rounding to the written digits adds.
    """
    own = np.diff(packed.floats(level), axis=1)
    variance = np.concatenate(([0.0], np.cumsum(panel.noise_in**2)))
    rounding = packed.floats((panel.unit / np.abs(np.where(panel.value == 0, np.nan, panel.value))) ** 2 / 12)
    return own, np.sqrt(np.diff(packed.floats(variance), axis=1) + rounding[:, 1:] + rounding[:, :-1])


def jumps(panel: Panel, power: Ints) -> list[Finding]:
    """Changes far outside the measure's own distribution of changes, not shared by the other places.

    Robust z on log changes: deviation from the median over places of the same year step, over 1.4826 MAD
    (Hampel's identifier; Davies and Gather 1993). A slip by 100 or more is left to ``unit_slips``.
    """
    found = _wrong_signs(panel)
    if len(panel.years) < 2:
        return found
    slip = np.where(np.abs(power) >= 2, power, 0) * TEN
    if not panel.wide:
        return found + _lone_jumps(panel, panel.log - slip)
    level = panel.level - slip
    packed = pack(np.isfinite(level))
    own, noise = steps(panel, packed, level)
    for p in np.flatnonzero(packed.count >= 2):
        cells = _jump_cells(own[p], noise[p], int(packed.count[p]) - 1)
        found += _jump_finding(panel, int(p), {int(packed.column[p, i]): why for i, why in cells.items()})
    return found


def _jump_cells(own: Floats, noise: Floats, count: int) -> dict[int, tuple[float, float]]:
    """Positions held back in one packed series, each with its own change (log points) and that change's z.

    A change that is taken back marks one figure; one that stays marks both sides, save at the end of the series.
    """
    cells: dict[int, tuple[float, float]] = {}
    for i in range(count):
        after = -own[i + 1] / own[i] if i + 1 < count and own[i] else 0.0
        before = -own[i - 1] / own[i] if i > 0 and own[i] else 0.0
        change, scale = own[i], noise[i]
        spike = UNDONE <= after <= 1 / UNDONE
        if spike and abs(own[i + 1]) > abs(own[i]):
            change, scale = (own[i] - own[i + 1]) / 2, (noise[i] + noise[i + 1]) / 2
        if not (abs(change) >= JUMP_MIN and abs(change) >= JUMP_Z * scale):
            continue
        why = (float(change), float(abs(change) / scale))
        if not spike and UNDONE <= before <= 1 / UNDONE:
            cells.setdefault(i, (-why[0], why[1]))
        else:
            cells[i + 1] = max(cells.get(i + 1, why), why, key=lambda w: w[1])
            if not spike and i < count - 1:
                cells.setdefault(i, (-why[0], why[1] / 2))
    return cells


def _jump_finding(panel: Panel, place: int, cells: dict[int, tuple[float, float]]) -> list[Finding]:
    """One finding for a place; ``cells`` gives each year position's change and z, the worst new one is told."""
    mask = np.zeros(panel.value.shape, dtype=np.bool_)
    mask[place, list(cells)] = True
    fresh = [t for t in cells if panel.new[place, t]]
    if not fresh:
        return []
    t = max(fresh, key=lambda t: (cells[t][1], t))
    size, strength = cells[t]
    near, near_zh = neighbours(panel, place, t)
    shown, ratio = panel.shown(place, t), f"{np.exp(abs(size)):.1f}"
    way, way_zh = ("higher", "高") if size > 0 else ("lower", "低")
    compared, compared_zh = (("the other places' changes", "其他地区的变动") if panel.wide
                             else ("its other years", "其他年份"))
    return [Finding(
        "jump", panel.measure, str(panel.places[place]), panel.held(mask),
        f"{shown} in {panel.years[t]} beside {near} is {ratio} times {way} than {compared} lead to expect, "
        f"{strength:.0f} times the usual scatter.",
        f"{panel.years[t]}年为{shown}，相邻数值为{near_zh}：比{compared_zh}所示水平偏{way_zh}{ratio}倍，"
        f"为通常离散程度的{strength:.0f}倍。", strength)]


def _wrong_signs(panel: Panel) -> list[Finding]:
    """A negative figure where everything else is positive."""
    negative = panel.value < 0
    positive = panel.value > 0
    if not negative.any() or negative.sum() > 0.1 * (negative | positive).sum():
        return []
    return [Finding(
        "jump", panel.measure, str(panel.places[p]), panel.held(_only(negative, int(p))),
        f"{panel.shown(int(p), int(np.argmax(negative[p])))} in {panel.years[int(np.argmax(negative[p]))]} is negative; "
        "every other figure of the measure is positive.",
        f"{panel.years[int(np.argmax(negative[p]))]}年数值为负，而该指标其余数值均为正。", float("inf"))
        for p in np.flatnonzero((negative & panel.new).any(axis=1))]


def _lone_jumps(panel: Panel, log: Floats) -> list[Finding]:
    """The worst figures of each series that has no cross-section around it: against its own neighbours and growth."""
    found = []
    for p in np.flatnonzero(panel.new.any(axis=1)):
        there = np.flatnonzero(np.isfinite(log[p]))
        for _ in range(LONE_JUMPS):
            if len(there) < 2:
                break
            y, when = log[p, there], panel.years[there].astype(np.float64)
            scored = [_lone_score(y, when, j) for j in range(len(there))]
            j = int(np.argmax([abs(off) / scale for off, scale in scored]))
            off, scale = scored[j]
            if abs(off) < JUMP_LONE * (1.2 if len(there) == 2 else 1.0) or abs(off) < JUMP_LONE_Z * scale:
                break
            years = there.tolist() if len(there) == 2 else [int(there[j])]
            found += _jump_finding(panel, int(p), dict.fromkeys(years, (off, abs(off) / scale)))
            there = np.delete(there, j)
    return found


def _lone_score(y: Floats, when: Floats, j: int) -> tuple[float, float]:
    """How far one figure lies from where the others put it (log points), and the noise to hold that against."""
    rest = np.delete(np.arange(len(y)), j)
    yearly = np.diff(y[rest]) / np.diff(when[rest])
    usual = median(yearly)
    scatter = max(LONE_NOISE, spread(yearly), 0.5 * abs(usual))
    if 0 < j < len(y) - 1:
        share = (when[j] - when[j - 1]) / (when[j + 1] - when[j - 1])
        return float(y[j] - y[j - 1] - share * (y[j + 1] - y[j - 1])), scatter
    near = rest[0] if j == 0 else rest[-1]
    gap = when[j] - when[near]
    return float(y[j] - y[near] - usual * gap), scatter * float(np.sqrt(abs(gap)))


def reversals(panel: Panel, trait: Trait) -> list[Finding]:
    """Columns and series whose years run backwards.

    A growing stock that falls nearly everywhere; a new block that joins the accepted years only when reversed; or
    one place whose changes fit the common path far better in reverse (a likelihood ratio under the panel's noise).
    """
    present = np.isfinite(panel.log)
    if (present & panel.new).sum() < 2 or len(panel.years) < 2:
        return []
    whole = _reversed_column(panel, trait)
    if whole:
        return whole
    return _reversed_places(panel)


def _reversed_column(panel: Panel, trait: Trait) -> list[Finding]:
    step = np.diff(panel.log, axis=1)
    seen = np.isfinite(step) & panel.new[:, 1:] & panel.new[:, :-1]
    falls = (seen & (step < 0)).sum() / max(1, seen.sum())
    steps_seen = seen.any(axis=0).sum()
    falling_years = sum(median(step[seen[:, t], t]) < 0 for t in range(step.shape[1]) if seen[:, t].any())
    enough = (seen.sum() >= 8) if panel.wide else (seen.sum() >= 2 * len(panel.places))
    if trait.growing and enough and falls >= FALLING and falling_years > 0.6 * steps_seen:
        return [_column_finding(panel, f"falls in {falls:.0%} of the steps although the stock only grows",
                                f"该存量只增不减，却有{falls:.0%}的年际变动为下降", falls)]
    block = _new_years(panel)
    if not panel.wide or block is None:
        return []
    first, last = block
    turned = panel.log.copy()
    turned[:, first:last + 1] = panel.log[:, first:last + 1][:, ::-1]
    forward, backward = _roughness(panel.log), _roughness(turned)
    if forward >= 0.1 and backward <= 0.35 * forward and forward - backward > 4 * panel.noise:
        return [_column_finding(panel, "joins the accepted years only when read backwards",
                                "只有倒序排列才能与已接受的年份衔接", forward / max(backward, 1e-9))]
    return []


def _new_years(panel: Panel) -> tuple[int, int] | None:
    """First and last year position of a block that is new for every place while other years are accepted ones."""
    there = np.isfinite(panel.log)
    mostly = (panel.new & there).sum(axis=0) > 0.7 * there.sum(axis=0)
    at = np.flatnonzero(mostly)
    if len(at) < 2 or mostly.all() or len(at) != at[-1] - at[0] + 1:
        return None
    return int(at[0]), int(at[-1])


def _roughness(log: Floats) -> float:
    """Total deviation of the common growth from its median."""
    step = np.diff(log, axis=1)
    growth = np.array([median(step[:, t]) for t in range(step.shape[1])])
    return float(np.abs(growth - np.median(growth)).sum())


def _column_finding(panel: Panel, why: str, why_zh: str, strength: float) -> Finding:
    p = int(np.argmax((panel.new & np.isfinite(panel.log)).sum(axis=1)))
    place = "" if len(panel.places) > 1 else str(panel.places[0])
    return Finding("reversed_series", panel.measure, place, panel.held(np.isfinite(panel.value)),
                   f"The column {why}; its years look reversed ({panel.places[p]} {series(panel, p)}).",
                   f"整列{why_zh}，年份疑似颠倒（{panel.places[p]} {series(panel, p)}）。", strength)


def _reversed_places(panel: Panel) -> list[Finding]:
    if not panel.wide or len(panel.years) < 3:
        return []
    there = np.isfinite(panel.log)
    found = []
    gain, ahead, back = reversal_gain(panel)
    for p in np.flatnonzero((gain >= REVERSED_GAIN) & (back <= np.maximum(REVERSED_FIT, REVERSED_LEFT * ahead))):
        mask = _only(there, int(p))
        found.append(Finding(
            "reversed_series", panel.measure, str(panel.places[p]), panel.held(mask),
            f"The series runs opposite to all other places and fits them when its years are reversed "
            f"({series(panel, int(p))}).",
            f"该序列走势与其他地区相反，年份倒置后才吻合（{series(panel, int(p))}）。", float(gain[p])))
    return found


def reversal_gain(panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Per place: log-likelihood gained by reversing its new years; mean squared noises as it stands, and reversed.

    -inf for places with fewer than three new figures or with a gap among them.
    """
    gain, as_is, turned_round = (np.full(len(panel.places), v) for v in (-np.inf, np.nan, np.inf))
    there = np.isfinite(panel.log)
    for p in np.flatnonzero((panel.new & there).sum(axis=1) >= 3):
        at = np.flatnonzero(panel.new[p] & there[p])
        turned = panel.log[p].copy()
        turned[at] = panel.log[p, at[::-1]]
        forward = (np.diff(panel.log[p]) - panel.growth) / panel.noise_in
        backward = (np.diff(turned) - panel.growth) / panel.noise_in
        used = np.isfinite(forward) & np.isfinite(backward)
        if used.sum() < 2:
            continue
        ahead, back = np.minimum(forward[used] ** 2, REVERSED_CAP**2), np.minimum(backward[used] ** 2, REVERSED_CAP**2)
        gain[p], as_is[p], turned_round[p] = (ahead.sum() - back.sum()) / 2, ahead.mean(), back.mean()
    return gain, as_is, turned_round
