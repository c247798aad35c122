"""Findings of figures that were computed instead of counted: extrapolated, interpolated, grown at one rate.

Every match could be chance: a figure with few digits coincides easily. So each candidate carries the chance that it
would match to its last digit if it scattered like the measure does (last digit over the width of the usual
scatter, after the density at its peak), and matches count only when they are too many or too precise for chance:
one series by its own probability, a cross-section by the Chernoff bound of a Poisson count (Mitzenmacher and Upfal
2005, theorem 5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from jingwei.coordination.observations.panel import (
    NOISE_FLOOR,
    Finding,
    Flags,
    Floats,
    Ints,
    Panel,
    median,
    pack,
    series,
    spread,
)

ALONE = 1e-2  # chance, over all that was tried on a measure, at which one series alone is believed computed
TOGETHER = -12.0  # log probability (6e-6) at which matches of several places together are believed computed
TOGETHER_MIN = 4  # places that must match before a count over places means anything
MAX_SPAN = 3  # years extrapolated at the end of a series that are looked for
STANDSTILL = 0.5  # a measure whose figures repeat this often (0/1, constants) has nothing to test
RARE_DIGITS = 0.15  # share of figures below which extra digits after the point are a trace of computation
LIVELY = 0.3  # of the largest scatter of a year step; steps below it are not taken for the measure's own scatter
LONE_SCATTER = 0.02  # log points granted to a series without a cross-section
RATE_NOISE = 0.01  # log points of scatter between places granted when it cannot be estimated


@dataclass(frozen=True, slots=True)
class _Match:
    """Places whose cells ``mask`` follow one formula, with the log chance of that."""

    mask: Flags
    chance: float
    how: str
    how_zh: str


@dataclass(frozen=True, slots=True)
class _Series:
    """Left-packed positive series: values, years, half a last digit, and which are new."""

    value: Floats
    year: Floats
    half: Floats
    new: Flags
    column: Ints
    count: Ints


def computed(panel: Panel) -> list[Finding]:
    """exact_extrapolation and constant_growth findings of one panel."""
    if len(panel.years) < 3 or not panel.new.any() or _stands_still(panel):
        return []
    ahead, back = _packed(panel), _packed(panel, backwards=True)
    grown = [*_best([*_interpolated(panel, ahead, geometric=True), *_same_rate(panel)])]
    cast = np.any([m.mask for m in grown], axis=0) if grown else np.zeros_like(panel.new)
    end = [*_extrapolated(panel, ahead), *_interpolated(panel, ahead, geometric=False),
           *(m for m in _extrapolated(panel, back, first_years=True) if (m.mask & ~cast).any())]
    return ([f for m in _best(end) for f in _findings(panel, "exact_extrapolation", m)]
            + [f for m in grown for f in _findings(panel, "constant_growth", m)])


def _stands_still(panel: Panel) -> bool:
    there = np.isfinite(panel.value)
    step = np.diff(panel.value, axis=1)
    seen = np.isfinite(step)
    return len(np.unique(panel.value[there])) < 3 or (step[seen] == 0).sum() > STANDSTILL * max(1, seen.sum())


def _packed(panel: Panel, *, backwards: bool = False) -> _Series:
    turn = slice(None, None, -1) if backwards else slice(None)
    packed = pack(np.isfinite(panel.log)[:, turn])
    column = packed.column
    years = np.where(backwards, -panel.years, panel.years).astype(np.float64)
    return _Series(packed.floats(panel.value[:, turn]), packed.floats(years[turn]),
                   packed.floats(panel.unit[:, turn]) / 2,
                   np.take_along_axis(panel.new[:, turn], column, axis=1) & packed.present,
                   len(panel.years) - 1 - column if backwards else column, packed.count)


def _ols(v: Floats, y: Floats, at: Floats) -> Floats:
    centre, mean = y.mean(axis=1, keepdims=True), v.mean(axis=1, keepdims=True)
    slope = ((y - centre) * (v - mean)).sum(axis=1, keepdims=True) / ((y - centre) ** 2).sum(axis=1, keepdims=True)
    return np.asarray(mean + slope * (at - centre))


def _linear(v: Floats, y: Floats, at: Floats) -> Floats:
    slope = (v[:, -1:] - v[:, :1]) / (y[:, -1:] - y[:, :1])
    return v[:, -1:] + slope * (at - y[:, -1:])


def _mean_growth(v: Floats, y: Floats, at: Floats) -> Floats:
    rate = ((v[:, 1:] / v[:, :-1]) ** (1 / np.diff(y, axis=1)) - 1).mean(axis=1, keepdims=True)
    return np.asarray(v[:, -1:] * (1 + rate) ** (at - y[:, -1:]))


def _in_logs(rule: Callable[[Floats, Floats, Floats], Floats]) -> Callable[[Floats, Floats, Floats], Floats]:
    return lambda v, y, at: np.exp(rule(np.log(v), y, at))


_RULES: tuple[tuple[str, str, int, bool, Callable[[Floats, Floats, Floats], Floats]], ...] = (
    # English, Chinese, base years at least, base is the last two only, rule
    ("the straight line through the last two", "前两年直线", 2, True, _linear),
    ("the growth of the last two", "前两年增速", 2, True, _in_logs(_linear)),
    ("the mean yearly increase", "年均增量", 3, False, _linear),
    ("the compound growth rate", "复合增长率", 3, False, _in_logs(_linear)),
    ("the mean growth rate", "平均增速", 3, False, _mean_growth),
    ("the least-squares line", "最小二乘直线", 3, False, _ols),
    ("the least-squares line in logarithms", "对数最小二乘直线", 3, False, _in_logs(_ols)),
)


def _extrapolated(panel: Panel, s: _Series, *, first_years: bool = False) -> Iterator[_Match]:
    """Spans of 1..MAX_SPAN figures that continue what lies before them (or, ``first_years``, after them)."""
    noise = _scatter(panel)
    longest = int(s.count.max())
    tried = len(_RULES) * MAX_SPAN * 2
    for last in range(longest - 1 if first_years else 2, longest):
        for span in range(1, min(MAX_SPAN, last - 1) + 1):
            base, fitted = slice(0, last - span + 1), slice(last - span + 1, last + 1)
            eligible = (s.count > last) & s.new[:, fitted].all(axis=1)
            if first_years:
                eligible &= s.count == last + 1
            who = np.flatnonzero(eligible)
            if not len(who):
                continue
            for how, how_zh, least, short, rule in _RULES:
                length = last - span + 1
                if length < least:
                    continue
                start = length - 2 if short else 0
                yield from _matches(panel, s, who, slice(start, base.stop), fitted, rule, noise,
                                    tried, _named(how, how_zh, first_years))
                if not short and length > 3:
                    yield from _matches(panel, s, who, slice(length - 3, length), fitted, rule, noise,
                                        tried, _named(f"{how} of three years", f"三年{how_zh}", first_years))


def _named(how: str, how_zh: str, first_years: bool) -> tuple[str, str]:
    return (f"{how}, run backwards", f"{how_zh}反推") if first_years else (how, how_zh)


def _matches(panel: Panel, s: _Series, who: Ints, base: slice, fitted: slice,
             rule: Callable[[Floats, Floats, Floats], Floats], noise: float, tried: int,
             named: tuple[str, str]) -> Iterator[_Match]:
    value, half = s.value[who, fitted], s.half[who, fitted]
    with np.errstate(all="ignore"):
        guess = rule(s.value[who, base], s.year[who, base], s.year[who, fitted])
    reach = half * (1 + 1e-6) + 1e-9 * np.abs(value)
    hit = (np.abs(guess - value) <= reach).all(axis=1)
    flat = (s.value[who, base] == s.value[who, base.start][:, None]).all(axis=1)
    if not (hit & ~flat).any():
        return
    chance = np.minimum(1.0, 2 * reach / (np.sqrt(2 * np.pi) * noise * value)).prod(axis=1)
    yield from _believed(panel, s, who, hit & ~flat, chance, fitted, tried, named)


def _believed(panel: Panel, s: _Series, who: Ints, hit: Flags, chance: Floats, cells: slice, tried: int,
              named: tuple[str, str]) -> Iterator[_Match]:
    """The matches that are too many together, else those too precise on their own."""
    together = poisson_bound(int(hit.sum()), float(chance.sum()))
    if hit.sum() >= TOGETHER_MIN and together < TOGETHER:
        yield _Match(_mask(panel, s, who[hit], cells), together, *named)
        return
    trials = tried * len(panel.places)
    for i in np.flatnonzero(hit & (chance * trials < (ALONE if panel.wide else ALONE / 10))):
        yield _Match(_mask(panel, s, who[[i]], cells), float(np.log(max(chance[i] * trials, 1e-300))), *named)


def _mask(panel: Panel, s: _Series, places: Ints, cells: slice) -> Flags:
    mask = np.zeros(panel.value.shape, dtype=np.bool_)
    mask[places[:, None], s.column[places, cells]] = True
    return mask


def poisson_bound(count: int, expected: float) -> float:
    """Upper bound on log P(N >= count) for a Poisson (or Poisson-binomial) count with that mean (Chernoff)."""
    if count <= expected:
        return 0.0
    return count - expected - count * float(np.log(count / max(expected, 1e-300)))


def _scatter(panel: Panel) -> float:
    """Scatter of a place's yearly change in log points; where places are few, the size of the changes themselves.

    Over places: the median over year steps, without the steps that hardly scatter, for those were computed.
    """
    step = np.diff(panel.log, axis=1)
    if not panel.wide:
        return max(LONE_SCATTER, median(np.abs(step)) / 2)
    per_step = np.array([spread(own) for own in (step - panel.growth).T])
    return max(NOISE_FLOOR, median(per_step[per_step >= LIVELY * per_step.max()]))


def _interpolated(panel: Panel, s: _Series, *, geometric: bool) -> Iterator[_Match]:
    """Stretches between two figures that lie on the straight line (or the constant growth) between them."""
    noise, longest = _scatter(panel) / np.sqrt(2), int(s.count.max())  # a mean of two neighbours errs by that much
    log = np.log(s.value)
    digits = _rare_digits(s) if not geometric else None
    tried = max(1, longest * (longest - 1) // 2)
    odd_hits: list[tuple[int, slice, float]] = []
    odd_chance = 0.0
    for first in range(longest - 2):
        for last in range(first + 2, longest if geometric else min(longest, first + 2 + MAX_SPAN)):
            inside = slice(first + 1, last)
            named = ((f"one growth rate over {last - first + 1} years", f"{last - first + 1}年恒定增速") if geometric
                     else ("the straight line between its neighbours", "相邻年份直线内插"))
            touched = s.new[:, first:last + 1].any(axis=1) if geometric else s.new[:, inside].all(axis=1)
            who = np.flatnonzero((s.count > last) & touched)
            if not len(who):
                continue
            share = (s.year[who, inside] - s.year[who, first][:, None]) / (s.year[who, last] - s.year[who, first])[:, None]
            ends = (log if geometric else s.value)[who[:, None], [first, last]]
            guess = ends[:, :1] + share * (ends[:, 1:] - ends[:, :1])
            value, half = s.value[who, inside], s.half[who, inside]
            if geometric:
                guess = np.exp(guess)
                worst = np.maximum(s.half[who, first] / s.value[who, first], s.half[who, last] / s.value[who, last])
                half = half + worst[:, None] * value
            reach = half * (1 + 1e-6) + 1e-9 * value
            hit = (np.abs(guess - value) <= reach).all(axis=1) & (s.value[who, first] != s.value[who, last])
            chance = np.minimum(1.0, 2 * reach / (np.sqrt(2 * np.pi) * noise * value)).prod(axis=1)
            cells = slice(first, last + 1) if geometric else inside
            yield from _believed(panel, s, who, hit, chance, cells, tried, named)
            if digits is not None:
                odd = digits[who, inside].all(axis=1)
                odd_chance += float(chance[odd].sum())
                odd_hits += [(int(who[i]), inside, float(chance[i])) for i in np.flatnonzero(odd & hit)]
    yield from _odd_digits(panel, s, odd_hits, odd_chance, tried)


def _rare_digits(s: _Series) -> Flags:
    """Figures written with more digits than nearly all others of the measure."""
    half = s.half[np.isfinite(s.half)]
    units, times = np.unique(half, return_counts=True)
    rare = units[np.cumsum(times) < RARE_DIGITS * times.sum()]
    with np.errstate(invalid="ignore"):
        return np.asarray(s.half <= (rare.max() if rare.size else -1.0))


def _odd_digits(panel: Panel, s: _Series, hits: list[tuple[int, slice, float]], expected: float,
                tried: int) -> Iterator[_Match]:
    """Figures with more digits than the column that also lie on a straight line: together, or one by its digits."""
    if not hits:
        return
    mask = np.zeros(panel.value.shape, dtype=np.bool_)
    for place, cells, _ in hits:
        mask |= _mask(panel, s, np.array([place]), cells)
    if poisson_bound(len(hits), expected) < TOGETHER / 2 or (len(hits) == 1 and expected * tried < ALONE):
        yield _Match(mask, poisson_bound(len(hits), expected),
                     "the straight line between its neighbours, with more digits than the column has",
                     "相邻年份直线内插，且小数位多于该列")


def _same_rate(panel: Panel) -> Iterator[_Match]:
    """Year steps in which many places grew by exactly the same rate, as a back-cast with one rate makes them."""
    if not panel.wide:
        return
    relative = panel.unit / (2 * panel.value)
    step = np.diff(panel.log, axis=1)
    reach = relative[:, 1:] + relative[:, :-1]
    noise = max(RATE_NOISE, _scatter(panel))
    mask, least, rates = np.zeros(panel.value.shape, dtype=np.bool_), 0.0, []
    for t in range(step.shape[1]):
        who = np.flatnonzero(np.isfinite(step[:, t]) & (panel.new[:, t] | panel.new[:, t + 1]))
        if len(who) <= TOGETHER_MIN:
            continue
        d, w = step[who, t], reach[who, t]
        near = np.abs(d[:, None] - d[None, :]) <= w[None, :] + 1e-9
        best = int(np.argmax(near.sum(axis=1)))
        chance = np.minimum(1.0, 2 * w / (np.sqrt(2 * np.pi) * noise))
        together = poisson_bound(int(near[best].sum()) - 1, float(chance.sum()))
        if near[best].sum() > TOGETHER_MIN and together + np.log(len(who)) < TOGETHER:
            mask[who[near[best]], t] = mask[who[near[best]], t + 1] = True
            least = min(least, together)
            rates.append(f"{np.expm1(d[best]):+.2%}")
    if rates:
        yield _Match(mask, least, f"the same rate {', '.join(rates)} in every place", f"各地同一增速{'、'.join(rates)}")


def _best(matches: list[_Match]) -> Iterator[_Match]:
    """The least likely matches first; none that only repeats cells already explained."""
    covered: Flags | None = None
    for m in sorted(matches, key=lambda m: (m.chance, m.how)):
        if covered is None:
            covered = np.zeros_like(m.mask)
        if (m.mask & ~covered).any():
            covered |= m.mask
            yield m


def _findings(panel: Panel, code: str, match: _Match) -> Iterator[Finding]:
    rows = panel.held(match.mask)
    who = np.flatnonzero(match.mask.any(axis=1))
    p = int(who[0])
    at = [int(panel.years[t]) for t in np.flatnonzero(match.mask[p])]
    place = str(panel.places[p]) if len(who) == 1 else ""
    many, many_zh = ("", "") if place else (f" in {len(who)} places, among them {panel.places[p]}",
                                            f"（{len(who)}个地区，如{panel.places[p]}）")
    if rows:
        yield Finding(
            code, panel.measure, place, rows,
            f"{', '.join(map(str, at))} follow {match.how} to the last digit{many} ({series(panel, p)}); "
            f"chance of that 1e{match.chance / np.log(10):.0f}.",
            f"{'、'.join(map(str, at))}年数值与{match.how_zh}分毫不差{many_zh}（{series(panel, p)}），"
            f"偶合概率约1e{match.chance / np.log(10):.0f}。", -match.chance)
