"""Where a yearly figure is heading: three short-series models, combined, with intervals learned from past misses.

Every figure is carried to ``z = log(v / (1 - v / ceiling))``: the log odds of a bounded share, the plain logarithm of a
measure without a ceiling. Forecasts, errors and widths live in z, so an interval never leaves (0, ceiling) and a change
of unit changes nothing. A point forecast is only to be had together with its interval.

    calibration = calibrate(many_series)
    ahead = forecast(netizens, horizon=5, calibration=calibration)
    ahead.median, ahead.q05, ahead.q95, ahead.probability(2030, target=12.0)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from jingwei.coordination.targets.curves import MODELS, NEARLY, bound_of, fit, to_value, to_z
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Direction = Literal[1, -1]

LEAST_POINTS = 4
EVER = 9999         # as a year: with all outcomes known
FIRST_ORIGIN = 3    # the rolling origin starts one point earlier, so that a series of four has one miss of its own
LEAST_POOL = 30     # misses at one horizon, below which its width is extended from the horizon before
PRIOR_MISSES = 2.0  # how many misses of its own a series needs before they weigh as much as the pool's
LEAST_MISS = 1e-6   # in z: no printed figure is known more closely


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Comparable yearly values of one measure in one place: never across a break of definition or a change of vintage.

    years : (points,) distinct; put in order on arrival
    values : (points,) above 0, in any unit
    ceiling : the most the measure can be (100 for a share in per cent), None when there is no such bound
    Raises NotAssessable for a year given twice, a missing value, a value of 0 or less, or one at or above the ceiling.
    """

    years: Ints
    values: Floats
    ceiling: float | None = None

    def __post_init__(self) -> None:
        years = np.atleast_1d(np.asarray(self.years, dtype=np.int64))
        values = np.atleast_1d(np.asarray(self.values, dtype=np.float64))
        if years.ndim != 1 or years.shape != values.shape:
            raise ValueError(f"years {years.shape} and values {values.shape} must be two rows of one length")
        order = np.argsort(years, kind="stable")
        years, values = years[order], values[order]
        _refuse_unusable(years, values, np.inf if self.ceiling is None else self.ceiling)
        for name, array in (("years", years), ("values", values)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What past misses teach: how wide to be, and which model to trust, at each horizon.

    model_errors : (models,) mean miss of each model relative to the mean miss of all three
    coefficients : (horizons, 4) expected absolute miss in z, per unit of constant, pace, roughness, model disagreement
    pool : one sorted row of |miss| / expected miss per horizon
    series : how many series it was learned from
    """

    model_errors: Floats
    coefficients: Floats
    pool: tuple[Floats, ...]
    series: int

    @property
    def horizons(self) -> int:
        """The furthest horizon at which misses were observed; widths beyond it are extended, not measured."""
        return len(self.pool)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The combined forecast of one series with its predictive distribution.

    years, median, q05, q95 : (horizon,) in the unit of the series
    weights : share of each model in the combination, adding up to 1
    models : each model's own path, (horizon,), for the reader who wants to see them disagree
    measured_horizon : years ahead up to which the interval rests on observed misses
    """

    years: Ints
    median: Floats
    q05: Floats
    q95: Floats
    weights: dict[str, float]
    models: dict[str, Floats]
    measured_horizon: int
    ceiling: float | None
    _centre: Floats
    _scale: Floats
    _pool: tuple[Floats, ...]

    def quantile(self, level: float) -> Floats:
        """(horizon,) value not exceeded with probability ``level``; levels are cut at the pool's resolution."""
        shift = [np.sign(level - 0.5) * _absolute_quantile(self._pool_at(h), abs(2 * level - 1))
                 for h in range(len(self.years))]
        return to_value(self._centre + self._scale * np.array(shift), bound_of(self.ceiling))

    def probability(self, year: int, target: float, direction: Direction = 1) -> float:
        """P(the value of that year is at or beyond the target), never 0 or 1: k misses cannot show less than 1/2(k+1).

        direction : 1 when at or above the target is wanted, -1 when at or below
        Raises Problem for a year outside the forecast or a target that is not above 0 or lies above the ceiling.
        """
        _refuse_beyond(target, self.ceiling)
        if year not in self.years:
            raise Problem("no_such_year",
                          Text(f"预测覆盖 {self.years[0]} 到 {self.years[-1]} 年，没有 {year} 年",
                               f"the forecast covers {self.years[0]} to {self.years[-1]}, not {year}"),
                          remedy=Text("请要更长的预测期。", "Ask for a longer horizon."))
        h = int(np.searchsorted(self.years, year))
        distance = (self._centre[h] - to_z(target, bound_of(self.ceiling))) / self._scale[h]
        inside = _absolute_share(self._pool_at(h), abs(distance))
        return float(0.5 + 0.5 * direction * np.sign(distance) * inside)

    def _pool_at(self, h: int) -> Floats:
        return self._pool[min(h, len(self._pool) - 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """How forecasts made in the past turned out, series by series with that series kept out of the calibration.

    horizons, n, coverage90, width90 : (horizons,) years ahead, forecasts judged, share of outcomes inside the 90 %
        interval, median width of the interval relative to its median
    error : median absolute percentage error by horizon for ``combination``, each model, and ``unchanged`` (last value)
    series, step, inside : (trials,) one entry per judged forecast: index of the series, years ahead, inside or not
    """

    horizons: Ints
    n: Ints
    coverage90: Floats
    width90: Floats
    error: dict[str, Floats]
    series: Ints
    step: Ints
    inside: NDArray[np.bool_]

    @property
    def coverage(self) -> float:
        """Share of all judged outcomes inside their 90 % interval."""
        return float(self.inside.mean())

    def table(self) -> str:
        """The figures as aligned text, one row per horizon."""
        head = f"{'ahead':>5} {'n':>6} {'inside90':>9} {'width90':>8} " + " ".join(f"{name:>11}" for name in self.error)
        columns = zip(self.horizons, self.n, self.coverage90, self.width90, strict=True)
        rows = [f"{h:>5} {n:>6} {c:>9.3f} {w:>8.3f} " + " ".join(f"{e[i]:>10.2f}%" for e in self.error.values())
                for i, (h, n, c, w) in enumerate(columns)]
        return "\n".join([head, *rows])


@dataclass(frozen=True, slots=True)
class OnTrack:
    """(x - x0) / (path - x0) in the latest year: 1 on the path, 0 where it began, below 0 moving away."""

    ratio: float
    year: int
    value: float
    path: float
    baseline_year: int
    baseline: float


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a target is being reached: the standing against its path, and the chance of meeting it.

    probability : P(value of the deadline year is at or beyond the target); 1.0 or 0.0 only when that year was observed
    observed : True when the verdict is the observed value of the deadline year and no forecast was made
    """

    on_track: OnTrack
    probability: float
    observed: bool
    forecast: Forecast | None


def calibrate(series: Sequence[Series]) -> Calibration:
    """Learn widths and model weights from the misses of every series at every origin of three points or more.

    Widths: absolute misses divided by an expected miss (non-negative regression on the pace, roughness and model
    disagreement seen before the origin), pooled by horizon: normalised split conformal prediction (Papadopoulos, Vovk
    and Gammerman 2011; Lei et al. 2018). Model weights: Bates and Granger 1969, without correlations.
    Raises NotAssessable when fewer than 30 misses one year ahead can be observed.
    """
    blocks = _roll(series)
    return _learn(blocks, np.ones(len(blocks.owner), dtype=bool), EVER)


def forecast(series: Series, horizon: int, calibration: Calibration) -> Forecast:
    """Forecast one series ``horizon`` years past its last point. Deterministic.

    Raises NotAssessable for fewer than four comparable points.
    """
    if len(series.years) < LEAST_POINTS:
        raise NotAssessable(Text(f"可比的点有 {len(series.years)} 个；求趋势和弯曲至少要 {LEAST_POINTS} 个",
                                 f"{len(series.years)} comparable points; a trend and its bending need {LEAST_POINTS}"),
                            remedy=Text("请补同一定义、同一版本的年份，或只给水平，不作预测。",
                                        "Add years of the same definition and vintage, or state the level without a forecast."))
    if horizon < 1:
        raise ValueError(f"horizon must be 1 or more, not {horizon}")
    block = _origins([series], np.zeros(1, dtype=np.int64), horizon, with_last=True)[-1]
    weights, centre, half = _combine(block, calibration)
    years = series.years[-1] + np.arange(1, horizon + 1)
    ceiling = bound_of(series.ceiling)
    pools = [calibration.pool[min(h, calibration.horizons - 1)] for h in range(horizon)]
    scale = half[0] / np.array([_absolute_quantile(pool, 0.9) for pool in pools])
    return Forecast(
        years=years, median=to_value(centre[0], ceiling),
        q05=to_value(centre[0] - half[0], ceiling), q95=to_value(centre[0] + half[0], ceiling),
        weights=dict(zip(MODELS, weights[0].tolist(), strict=True)),
        models={name: to_value(block.paths[0, :, m], ceiling) for m, name in enumerate(MODELS)},
        measured_horizon=calibration.horizons, ceiling=series.ceiling,
        _centre=centre[0], _scale=scale, _pool=calibration.pool)


def rolling_origin(
    series: Sequence[Series], *, groups: Sequence[Hashable] | None = None, only_past: bool = False
) -> Backtest:
    """Forecast every series from every origin with four points or more before it, and compare with what came.

    groups : (series,) label, such as the indicator; the whole group is kept out of the calibration that judges its
        members. Without it only the series itself is kept out, and its siblings in other provinces stay in.
    only_past : learn from misses already known in the year of the origin and nothing later; origins before which
        fewer than 30 misses had been seen are left out
    Raises NotAssessable when nothing can be judged.
    """
    blocks = _roll(series)
    labels: Sequence[Hashable] = groups if groups is not None else range(len(series))
    codes = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    group = np.array([codes[label] for label in labels], dtype=np.int64)[blocks.owner]
    judged = (blocks.points >= LEAST_POINTS) & np.isfinite(blocks.actual).any(axis=1)
    origins: list[int] = np.unique(blocks.last[judged]).tolist() if only_past else [EVER]
    centre, half = np.full_like(blocks.actual, np.nan), np.full_like(blocks.actual, np.nan)
    for code in np.unique(group[judged]):
        for year in origins:
            now = np.flatnonzero(judged & (group == code) & ((blocks.last == year) | (not only_past)))
            try:
                calibration = _learn(blocks, group != code, year)
            except NotAssessable:
                continue
            _, centre[now], half[now] = _combine(blocks.at(now), calibration)
    return _judge(blocks, centre, half)


def on_track(series: Series, target: float, direction: Direction, deadline: int) -> OnTrack:
    """Standing of the latest value against the path from the first value to the target in the deadline year.

    The path is straight in z: log-linear without a ceiling, logistic under one.
    After the deadline the path stays at the target.
    Raises NotAssessable with fewer than two points, or when the first value already met the target.
    """
    _refuse_beyond(target, series.ceiling)
    if len(series.years) < 2:
        raise NotAssessable(Text("只有一个点，谈不上进展；要有基线和后来的值",
                                 "one point has no progress; a standing needs a baseline and a later value"))
    x0, x, start, year = series.values[0], series.values[-1], int(series.years[0]), int(series.years[-1])
    if direction * (target - x0) <= 0 or deadline <= start:
        raise NotAssessable(Text(f"目标 {target:g} 在基线 {start} 年的 {x0:g} 时已达到，或期限在它之前",
                                 f"the target {target:g} was met by the baseline {x0:g} of {start}, or due before it"),
                            remedy=Text("请给出高于基线的目标和在它之后的期限。",
                                        "Name a target beyond the baseline and a deadline after it."))
    ceiling = bound_of(series.ceiling)
    z0, z1 = to_z(x0, ceiling), to_z(min(target, NEARLY * ceiling), ceiling)
    path = float(to_value(z0 + (z1 - z0) * min(1.0, (year - start) / (deadline - start)), ceiling))
    return OnTrack(float((x - x0) / (path - x0)), year, float(x), path, start, float(x0))


def reach(series: Series, target: float, direction: Direction, deadline: int, calibration: Calibration) -> Reach:
    """Standing against the path, and P(the value of the deadline year is at or beyond the target).

    A deadline that has an observed value gets that value's verdict. Raises NotAssessable as ``on_track`` and
    ``forecast`` do, and for a deadline that lies between observed years without a value of its own.
    """
    standing = on_track(series, target, direction, deadline)
    if deadline in series.years:
        value = series.values[np.searchsorted(series.years, deadline)]
        return Reach(standing, float(direction * (value - target) >= 0), True, None)
    if deadline < series.years[-1]:
        raise NotAssessable(Text(f"期限年 {deadline} 没有值", f"no value for the deadline year {deadline}"),
                            remedy=Text("请补上那一年的值。", "Add the value of that year."))
    ahead = forecast(series, deadline - int(series.years[-1]), calibration)
    return Reach(standing, ahead.probability(deadline, target, direction), False, ahead)


# Learning from past misses


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """One row per series and origin; the axis after it is years ahead."""

    owner: Ints       # (blocks,) index of the series
    last: Ints        # (blocks,) year of the origin
    points: Ints      # (blocks,) points up to the origin
    paths: Floats     # (blocks, horizons, models) in z
    signs: Floats     # (blocks, 3) constant, pace and roughness up to the origin
    actual: Floats    # (blocks, horizons) in z, NaN where there is no value
    latest: Floats    # (blocks,) last value in z
    ceiling: Floats   # (blocks,)
    own: Floats       # (blocks, models) sum of relative misses known at the origin
    own_misses: Floats  # (blocks,) how many

    def at(self, rows: Ints | NDArray[np.bool_]) -> _Blocks:
        return _Blocks(*(getattr(self, name)[rows] for name in self.__slots__))


def _roll(series: Sequence[Series]) -> _Blocks:
    """Fit every series at every origin with a later value, series of one length together."""
    batches: dict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(series):
        if len(one.years) > FIRST_ORIGIN:
            batches[len(one.years)].append(index)
    if not batches:
        raise NotAssessable(Text(f"没有序列超过 {FIRST_ORIGIN} 个点：没有误差可学",
                                 f"no series has more than {FIRST_ORIGIN} points: there is no miss to learn from"),
                            remedy=Text("请给更长的序列。", "Give longer series."))
    longest = max(int(one.years[-1] - one.years[FIRST_ORIGIN - 1]) for one in series if len(one.years) > FIRST_ORIGIN)
    blocks: list[_Blocks] = []
    for members in batches.values():
        blocks += _origins([series[i] for i in members], np.array(members), longest, with_last=False)
    return _stack(blocks)


def _origins(series: Sequence[Series], owner: Ints, horizon: int, *, with_last: bool) -> list[_Blocks]:
    """Blocks of equally long series, one per origin, each with the misses that were known at its origin."""
    years = np.stack([one.years for one in series])
    values = np.stack([one.values for one in series])
    ceiling = np.array([bound_of(one.ceiling) for one in series])
    z = to_z(values, ceiling[:, None])
    length = years.shape[1]
    blocks: list[_Blocks] = []
    for points in range(FIRST_ORIGIN, length + with_last):
        paths, signs = fit(years[:, :points], values[:, :points], z[:, :points], ceiling, horizon)
        last = years[:, points - 1]
        own, own_misses = _known_misses(blocks, last)
        blocks.append(_Blocks(owner, last, np.full(len(owner), points), paths, signs,
                              _look_up(years, z, last, horizon), z[:, points - 1], ceiling, own, own_misses))
    return blocks


def _look_up(years: Ints, z: Floats, last: Ints, horizon: int) -> Floats:
    """(series, horizon) value in z of each year after the origin, NaN where the series has none."""
    wanted = last[:, None] + np.arange(1, horizon + 1)
    match = years[:, None, :] == wanted[:, :, None]
    return np.where(match.any(-1), np.where(match, z[:, None, :], 0.0).sum(-1), np.nan)


def _relative_misses(blocks: _Blocks) -> Floats:
    """(blocks, horizons, models) |miss| over the mean of the three models' |miss|; all 1 where all are exact."""
    miss = np.abs(blocks.paths - blocks.actual[..., None]) + 1e-4
    relative: Floats = miss / miss.mean(axis=-1, keepdims=True)
    return relative


def _known_misses(earlier: Sequence[_Blocks], last: Ints) -> tuple[Floats, Floats]:
    """Sum and count of relative misses at earlier origins whose outcome was known in the year ``last``."""
    own, count = np.zeros((len(last), len(MODELS))), np.zeros(len(last))
    for block in earlier:
        ahead = block.last[:, None] + np.arange(1, block.actual.shape[1] + 1)
        known = np.isfinite(block.actual) & (ahead <= last[:, None])
        own += np.where(known[..., None], _relative_misses(block), 0.0).sum(axis=1)
        count += known.sum(axis=1)
    return own, count


def _stack(blocks: Sequence[_Blocks]) -> _Blocks:
    return _Blocks(*(np.concatenate([getattr(block, name) for block in blocks]) for name in _Blocks.__slots__))


def _learn(blocks: _Blocks, keep: NDArray[np.bool_], known_by: int) -> Calibration:
    """Calibration from the kept blocks and the outcomes known by a year."""
    some = blocks.at(keep & (blocks.last < known_by))
    ahead = some.last[:, None] + np.arange(1, some.actual.shape[1] + 1)
    known = np.isfinite(some.actual) & (ahead <= known_by)
    counts = known.sum(axis=0)
    horizons = int(np.argmin(np.append(counts >= LEAST_POOL, False)))
    if horizons == 0:
        raise NotAssessable(Text(f"提前一年的误差有 {counts[0] if len(counts) else 0} 个；求区间至少要 {LEAST_POOL} 个",
                                 f"{counts[0] if len(counts) else 0} misses one year ahead; an interval needs {LEAST_POOL}"),
                            remedy=Text("请用更多序列校准。", "Calibrate on more series."))
    errors = _relative_misses(some)[known].mean(axis=0)
    centre = np.einsum("bm,bhm->bh", _weigh(some, errors), some.paths)
    coefficients, pool = np.zeros((horizons, 4)), []
    for h in range(horizons):
        rows = known[:, h]
        miss, signs = np.abs(centre[rows, h] - some.actual[rows, h]), _signs(some, centre, h)[rows]
        coefficients[h] = _expected_miss(miss, signs)
        pool.append(np.sort(np.maximum(miss, LEAST_MISS) / (signs @ coefficients[h])))
    return Calibration(errors, coefficients, tuple(pool), len(np.unique(some.owner)))


def _signs(blocks: _Blocks, centre: Floats, h: int) -> Floats:
    """(blocks, 4) what the expected miss is made of: constant, pace, roughness, disagreement.

    Disagreement is the middle of the three models' distances from their combination: one wild model does not set it.
    """
    return np.column_stack([blocks.signs, np.median(np.abs(blocks.paths[:, h] - centre[:, h, None]), axis=1)])


def _expected_miss(miss: Floats, signs: Floats) -> Floats:
    """Non-negative coefficients of |miss|, reweighted so that steady and jumpy series count alike."""
    coefficients = np.full(4, miss.mean() / signs.sum(axis=1).mean())
    for _ in range(3):
        level = signs @ coefficients + 1e-6
        coefficients, _ = nnls(signs / level[:, None], np.minimum(miss / level, 5.0))
        coefficients[0] = max(coefficients[0], 1e-3)
    return coefficients


def _weigh(blocks: _Blocks, errors: Floats) -> Floats:
    """(blocks, models) inverse square of the relative miss; the pool counts as PRIOR_MISSES misses of the series."""
    mean = (PRIOR_MISSES * errors + blocks.own) / (PRIOR_MISSES + blocks.own_misses[:, None])
    weights: Floats = mean**-2 / (mean**-2).sum(axis=1, keepdims=True)
    return weights


def _combine(blocks: _Blocks, calibration: Calibration) -> tuple[Floats, Floats, Floats]:
    """Weights (blocks, models), centre and half-width of the 90 % interval in z (blocks, horizons).

    Beyond the measured horizons the expected miss grows in proportion to the years ahead, as that of a trend whose
    slope is off does. The half-width never shrinks with the horizon.
    """
    weights = _weigh(blocks, calibration.model_errors)
    centre = np.einsum("bm,bhm->bh", weights, blocks.paths)
    half = np.empty_like(centre)
    for h in range(centre.shape[1]):
        signs = _signs(blocks, centre, h)
        measured = min(h, calibration.horizons - 1)
        stretch = 1.0 + np.array([1.0, 1.0, 1.0, 0.0]) * (h - measured) / (measured + 1)
        expected = signs @ (calibration.coefficients[measured] * stretch)
        half[:, h] = expected * _absolute_quantile(calibration.pool[measured], 0.9)
    return weights, centre, np.maximum.accumulate(half, axis=1)


def _judge(blocks: _Blocks, centre: Floats, half: Floats) -> Backtest:
    seen = np.isfinite(blocks.actual) & np.isfinite(centre)
    if not seen.any():
        raise NotAssessable(Text(f"哪个序列在前 {LEAST_POINTS} 个点之后都没有值",
                                 f"no value after the first {LEAST_POINTS} points of any series"),
                            remedy=Text("请给更长的序列。", "Give longer series."))
    row, step = np.nonzero(seen)
    ceiling, actual, middle = blocks.ceiling[row], blocks.actual[seen], centre[seen]
    value, median = to_value(actual, ceiling), to_value(middle, ceiling)
    width = (to_value(middle + half[seen], ceiling) - to_value(middle - half[seen], ceiling)) / median
    points = {"combination": median, "unchanged": to_value(blocks.latest[row], ceiling)}
    points |= {name: to_value(blocks.paths[seen][:, m], ceiling) for m, name in enumerate(MODELS)}
    inside = np.abs(actual - middle) <= half[seen]
    horizons = np.unique(step)

    def by_step(x: Floats | NDArray[np.bool_], how: Callable[..., np.floating]) -> Floats:
        return np.array([how(x[step == h]) for h in horizons])

    return Backtest(
        horizons=horizons + 1, n=np.bincount(step)[horizons], coverage90=by_step(inside, np.mean),
        width90=by_step(width, np.median),
        error={name: by_step(100 * np.abs(point / value - 1), np.median) for name, point in points.items()},
        series=blocks.owner[row], step=step + 1, inside=inside)


# Between misses and probabilities


def _absolute_quantile(pool: Floats, level: float) -> float:
    """Conformal quantile of the pooled scaled |misses|: the k-th of n stands at level k / (n + 1)."""
    n = len(pool)
    return float(np.interp(level, np.arange(n + 1) / (n + 1), np.concatenate([[0.0], pool])))


def _absolute_share(pool: Floats, distance: float) -> float:
    """The inverse of the conformal quantile: how often a scaled |miss| is at most this large."""
    n = len(pool)
    return float(np.interp(distance, np.concatenate([[0.0], pool]), np.arange(n + 1) / (n + 1)))


def _refuse_unusable(years: Ints, values: Floats, ceiling: float) -> None:
    twice = years[1:][np.diff(years) == 0]
    if len(twice):
        raise NotAssessable(Text(f"{twice[0]} 年有两个值", f"two values for {twice[0]}"),
                            remedy=Text("请选一个版本；不能两个都往下推。", "Choose one vintage; two cannot both be continued."))
    for bad, why, remedy in (
        (~np.isfinite(values), Text("缺失", "is missing"), Text("请略去这一年。", "Leave the year out.")),
        (values <= 0, Text("不大于 0", "is not above 0"), Text("序列请从第一个有值的年份开始。", "Begin the series in the first year with a value.")),
        (values >= ceiling, Text(f"达到或超过上限 {ceiling:g}", f"is at or above the ceiling {ceiling:g}"),
         Text("请改正上限，或报告为已达到。", "Correct the ceiling, or report it as reached.")),
    ):
        if bad.any():
            raise NotAssessable(Text(f"{years[bad][0]} 年的值{why.zh}", f"the value of {years[bad][0]} {why.en}"),
                                remedy=remedy)


def _refuse_beyond(target: float, ceiling: float | None) -> None:
    if not 0 < target <= bound_of(ceiling):
        raise Problem("target_out_of_range",
                      Text(f"目标 {target:g} 不在 0 和 {bound_of(ceiling):g} 之间",
                           f"the target {target:g} is not between 0 and {bound_of(ceiling):g}"),
                      remedy=Text("请改正目标或上限。", "Correct the target or the ceiling."))
