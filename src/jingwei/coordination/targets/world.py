"""The front rank of the world: where a rank may stand years from now, and how far apart the places of one country are.

A world rank is relative and its method changes with every edition, so nothing here compares scores across editions.
Ranks become the log odds of their percentile, ``log(p / (1 - p))`` with ``p = (rank - 0.5) / states``: a move of one
place at the top weighs as it should, and no path leaves the table.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIELDS = ("economy", "government", "culture", "society", "ecology")
LIMITS = (10, 20)
NEIGHBOURS = 60  # donor moves around a state: 15 states at each of four transitions
LEAST_DONORS = 30
LEAST_OWN_MOVES = 4


@dataclass(frozen=True, slots=True, eq=False)
class RankPanel:
    """Ranks of the same states in successive editions.

    editions : (editions,) years, evenly spaced and ascending
    ranks : (states, editions) 1 is best; NaN where a state has no rank
    Raises NotAssessable for fewer than two editions, or editions that are not evenly spaced.
    """

    editions: Ints
    ranks: Floats

    def __post_init__(self) -> None:
        editions, ranks = np.asarray(self.editions, dtype=np.int64), np.asarray(self.ranks, dtype=np.float64)
        if ranks.shape != (ranks.shape[0], len(editions)):
            raise ValueError(f"ranks {ranks.shape} must be states by editions, of which there are {len(editions)}")
        if len(editions) < 2 or len(np.unique(np.diff(editions))) != 1 or editions[1] <= editions[0]:
            raise NotAssessable(Text(f"位移要求各期间隔相等、依次排列，而不是 {editions.tolist()}",
                                     f"moves need evenly spaced editions in order, not {editions.tolist()}"))
        object.__setattr__(self, "editions", editions)
        object.__setattr__(self, "ranks", ranks)

    @property
    def states(self) -> int:
        return int(self.ranks.shape[0])

    @property
    def step(self) -> int:
        """Years between editions."""
        return int(self.editions[1] - self.editions[0])


@dataclass(frozen=True, slots=True)
class RankReading:
    """One model's answer.

    model : ``mobility``, ``mobility_within_method``, ``own_drift`` or ``own_drift_within_method``
    within : limit -> P(rank <= limit)
    median, q05, q95 : ranks
    moves : how many observed moves the reading rests on
    """

    model: str
    within: Mapping[int, float]
    median: float
    q05: float
    q95: float
    moves: int


@dataclass(frozen=True, slots=True)
class RankOutlook:
    """Readings side by side. They are not averaged: their range is the answer.

    start, start_rank, edition : from which edition and rank, to which edition
    """

    edition: int
    start: int
    start_rank: int
    readings: tuple[RankReading, ...]

    def between(self, limit: int) -> tuple[float, float]:
        """Smallest and largest P(rank <= limit) over the readings: to be said as 'between p1 and p2'."""
        chances = [reading.within[limit] for reading in self.readings]
        return min(chances), max(chances)


@dataclass(frozen=True, slots=True, eq=False)
class RankBacktest:
    """How the mobility model did on the panel itself.

    n, coverage90 : outcomes judged, share inside the 90 % interval
    pit : (n,) probability integral transform, randomised within ties; uniform when the model is right
    distance : largest gap between the distribution of ``pit`` and the uniform (Kolmogorov's D, no p-value: the ranks
        of one edition are not independent)
    """

    n: int
    coverage90: float
    pit: Floats
    distance: float


@dataclass(frozen=True, slots=True)
class TheilParts:
    """total = between + within; ``groups`` holds each group's contribution to within."""

    total: float
    between: float
    within: float
    groups: Mapping[Hashable, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """Observed moves between neighbouring editions, sorted by where they began."""

    start: Floats   # (moves,) log odds of the percentile
    move: Floats    # (moves,)
    state: Ints     # (moves,)
    arrival: Ints   # (moves,) edition at the end


def rank_outlook(
    panel: RankPanel, own: Mapping[int, int], horizon_edition: int = 2034, *,
    breaks: Sequence[int] = (2012,), seed: int, draws: int = 20_000,
) -> RankOutlook:
    """Where one state's rank may stand in a coming edition, by two models with and without moves across method breaks.

    mobility: at each edition the state moves as states near that rank moved between editions (resampled from the
    nearest moves of the panel). It knows nothing of the state itself; ranks there have little memory of direction.
    own drift: the state's past moves are resampled, under weights drawn from the Bayesian bootstrap (Rubin 1981), so
    that a drift estimated from a handful of moves is itself uncertain. It takes the past ascent as repeatable.

    panel : all states; own : edition -> rank of the state, also in editions the panel does not have
    breaks : editions whose ranks should not be compared with the edition before
    Raises NotAssessable for fewer than four own moves, fewer than 30 donor moves, or an edition not ahead of the last.
    """
    editions, ranks = _own_ranks(panel, own)
    steps, rest = divmod(horizon_edition - int(editions[-1]), panel.step)
    if steps < 1 or rest:
        raise NotAssessable(Text(f"{horizon_edition} 不是 {editions[-1]} 之后每 {panel.step} 年一期中的一期",
                                 f"{horizon_edition} is no edition after {editions[-1]} at {panel.step} years each"))
    rng = np.random.default_rng(seed)
    start = np.full(draws, _log_odds(ranks[-1], panel.states))
    donors = _moves(panel)
    own_moves = np.diff(_log_odds(ranks, panel.states))
    crossing = np.isin(editions[1:], breaks)
    readings = []
    for name, moves in (("mobility", donors), ("mobility_within_method", _without(donors, breaks))):
        end = _walk(start, moves, steps, rng)
        readings.append(_read(name, end, panel.states, len(moves.move)))
    for name, sample in (("own_drift", own_moves), ("own_drift_within_method", own_moves[~crossing])):
        end = start + _drift(sample, steps, draws, rng)
        readings.append(_read(name, end, panel.states, len(sample)))
    return RankOutlook(horizon_edition, int(editions[-1]), int(ranks[-1]), tuple(readings))


def mobility_backtest(
    panel: RankPanel, *, ahead: int = 2, breaks: Sequence[int] = (), only_past: bool = False, seed: int,
    draws: int = 400,
) -> RankBacktest:
    """Predict every state's rank ``ahead`` editions on by the mobility model, and compare.

    The state's own moves are kept out of its donors. Other states' moves over the same editions stay in, unless
    ``only_past``: then only moves completed by the origin are donors, and origins with fewer than 30 are left out.
    Raises NotAssessable when no origin can be judged.
    """
    rng = np.random.default_rng(seed)
    donors = _without(_moves(panel), breaks)
    pit: list[float] = []
    inside: list[bool] = []
    for origin in range(len(panel.editions) - ahead):
        known = donors.arrival <= panel.editions[origin]
        usable = known if only_past else np.ones_like(known)
        if usable.sum() - len(panel.editions) < LEAST_DONORS:
            continue
        first, last = panel.ranks[:, origin], panel.ranks[:, origin + ahead]
        for state in np.flatnonzero(np.isfinite(first) & np.isfinite(last)):
            moves = _pick(donors, usable & (donors.state != state))
            end = _to_rank(_walk(np.full(draws, _log_odds(first[state], panel.states)), moves, ahead, rng), panel.states)
            low, high = np.quantile(end, [0.05, 0.95], method="inverted_cdf")
            inside.append(bool(low <= last[state] <= high))
            pit.append(float(np.mean(end < last[state]) + rng.random() * np.mean(end == last[state])))
    if not pit:
        raise NotAssessable(Text(f"没有哪一期再往后 {ahead} 期还有数，并有 {LEAST_DONORS} 次位移可学",
                                 f"no edition has another {ahead} editions on and {LEAST_DONORS} moves to learn from"))
    ordered = np.sort(pit)
    n = len(ordered)
    distance = max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n))
    return RankBacktest(n, float(np.mean(inside)), np.array(pit), float(distance))


def theil(values: ArrayLike, weights: ArrayLike) -> float:
    """Theil's T: sum of w (x / mean) log(x / mean), w the population shares (Theil 1967). 0 when all are equal.

    values : (places,) 0 or more, per head; weights : (places,) population, any unit
    Raises NotAssessable for a missing value or weight, Problem for a negative one or a mean of 0.
    """
    x, w = _theil_input(values, weights)
    ratio = x / (w @ x)
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return max(0.0, float(w @ (ratio * logs)))


def theil_parts(values: ArrayLike, weights: ArrayLike, groups: Sequence[Hashable]) -> TheilParts:
    """Theil's T split between and within groups, exactly (Shorrocks 1980); each group counts by its share of income.

    groups : (places,) label, such as east, centre, west. Raises as ``theil`` does.
    """
    x, w = _theil_input(values, weights)
    if len(groups) != len(x):
        raise ValueError(f"{len(groups)} groups for {len(x)} places")
    labels = list(dict.fromkeys(groups))
    member = np.array([[group == label for group in groups] for label in labels])
    people = member @ w
    means = (member @ (w * x)) / np.where(people > 0, people, 1.0)
    share = people * means / (w @ x)
    inner = {label: float(share[g]) * theil(x[member[g]], w[member[g]]) if share[g] > 0 else 0.0
             for g, label in enumerate(labels)}
    between, within = theil(means, people), sum(inner.values())
    return TheilParts(between + within, between, within, inner)


def theil_interval(
    values: ArrayLike, weights: ArrayLike, *, half_unit: ArrayLike, revision: float = 0.0, seed: int, draws: int = 2_000
) -> tuple[float, float]:
    """5 % and 95 % points of Theil's T under what the figures leave open.

    A bootstrap over places would answer a question nobody asks: 31 provinces are all there are, not a sample. What is
    open is the digits cut off in print and the later revision of the figures.

    half_unit : half of the last printed place of ``values`` (0.05 when printed to one decimal), one for all or
        (places,); uniform noise
    revision : relative standard deviation of revisions, one draw per place, from comparing two vintages
    Raises as ``theil`` does.
    """
    x, w = _theil_input(values, weights)
    rng = np.random.default_rng(seed)
    noisy = x + rng.uniform(-1.0, 1.0, (draws, len(x))) * np.asarray(half_unit, dtype=np.float64)
    noisy = np.maximum(noisy * np.exp(rng.normal(0.0, revision, noisy.shape)), 0.0)
    sample = [theil(row, w) for row in noisy]
    low, high = np.quantile(sample, [0.05, 0.95])
    return float(low), float(high)


def weakest_over_mean(fields: Mapping[str, float | None]) -> float:
    """The weakest of the five fields over their mean: 1 when all advance together, near 0 when one is left behind.

    fields : score of 0 or more for economy, government, culture, society and ecology
    Raises NotAssessable unless all five are given: four fields would hide the one that is weakest.
    """
    absent = [name for name in FIELDS if fields.get(name) is None or not np.isfinite(fields[name] or 0.0)]
    if absent:
        raise NotAssessable(Text(f"{'、'.join(absent)} 没有得分", f"no score for {', '.join(absent)}"),
                            remedy=Text("五个领域都要有，否则都不给。", "All five fields are needed, or none is stated."))
    if unknown := sorted(set(fields) - set(FIELDS)):
        raise Problem("unknown_field",
                      Text(f"{'、'.join(unknown)} 不在五个领域 {'、'.join(FIELDS)} 之中",
                           f"{', '.join(unknown)} is none of the five fields {', '.join(FIELDS)}"))
    scores = np.array([fields[name] for name in FIELDS], dtype=np.float64)
    if scores.min() < 0 or scores.mean() == 0:
        raise NotAssessable(Text("得分不能小于 0，也不能全是 0：与均值之比会没有意义",
                                 "scores must be 0 or more and not all 0: a ratio to their mean would mean nothing"))
    return float(scores.min() / scores.mean())


def _own_ranks(panel: RankPanel, own: Mapping[int, int]) -> tuple[Ints, Floats]:
    editions = np.array(sorted(own), dtype=np.int64)
    if len(editions) <= LEAST_OWN_MOVES:
        raise NotAssessable(Text(f"自己的位移有 {max(len(editions) - 1, 0)} 次；求漂移至少要 {LEAST_OWN_MOVES} 次",
                                 f"{max(len(editions) - 1, 0)} own moves; a drift needs {LEAST_OWN_MOVES}"))
    if np.any(np.diff(editions) != panel.step):
        raise NotAssessable(Text(f"自己的各期 {editions.tolist()} 不是相隔 {panel.step} 年",
                                 f"own editions {editions.tolist()} are not {panel.step} years apart"),
                            remedy=Text("请补上缺的期；跨两期的一次位移不是两次位移。",
                                        "Add the missing editions; a move over two editions is not two moves."))
    ranks = np.array([own[int(edition)] for edition in editions], dtype=np.float64)
    if ranks.min() < 1 or ranks.max() > panel.states:
        raise Problem("rank_out_of_range",
                      Text(f"名次从 1 到 {panel.states}，不是 {ranks.min():g} 到 {ranks.max():g}",
                           f"ranks run from 1 to {panel.states}, not {ranks.min():g} to {ranks.max():g}"))
    return editions, ranks


def _log_odds(rank: ArrayLike, states: int) -> Floats:
    p = (np.asarray(rank, dtype=np.float64) - 0.5) / states
    odds: Floats = np.log(p / (1 - p))
    return odds


def _to_rank(odds: Floats, states: int) -> Floats:
    rank: Floats = np.clip(np.round(states / (1 + np.exp(-odds)) + 0.5), 1, states)
    return rank


def _moves(panel: RankPanel) -> _Moves:
    odds = _log_odds(panel.ranks, panel.states)
    state, step = np.nonzero(np.isfinite(np.diff(odds)))
    start = odds[state, step]
    order = np.argsort(start, kind="stable")
    return _pick(_Moves(start, odds[state, step + 1] - start, state, panel.editions[step + 1]), order)


def _pick(moves: _Moves, rows: Ints | NDArray[np.bool_]) -> _Moves:
    return _Moves(moves.start[rows], moves.move[rows], moves.state[rows], moves.arrival[rows])


def _without(moves: _Moves, breaks: Sequence[int]) -> _Moves:
    return _pick(moves, ~np.isin(moves.arrival, breaks))


def _walk(start: Floats, moves: _Moves, steps: int, rng: np.random.Generator) -> Floats:
    """Each draw takes, at each step, the move of one of the nearest donors."""
    if len(moves.move) < LEAST_DONORS:
        raise NotAssessable(Text(f"可借鉴的位移有 {len(moves.move)} 次；求流动至少要 {LEAST_DONORS} 次",
                                 f"{len(moves.move)} donor moves; mobility needs {LEAST_DONORS}"))
    near = min(NEIGHBOURS, len(moves.move))
    at = start.copy()
    for _ in range(steps):
        first = np.clip(np.searchsorted(moves.start, at) - near // 2, 0, len(moves.move) - near)
        at = at + moves.move[first + rng.integers(0, near, len(at))]
    return at


def _drift(moves: Floats, steps: int, draws: int, rng: np.random.Generator) -> Floats:
    """(draws,) sum of resampled own moves, each draw under its own Dirichlet weights."""
    if len(moves) < LEAST_OWN_MOVES:
        raise NotAssessable(Text(f"同一方法之内自己的位移有 {len(moves)} 次；求漂移至少要 {LEAST_OWN_MOVES} 次",
                                 f"{len(moves)} own moves within one method; a drift needs {LEAST_OWN_MOVES}"))
    edges = np.cumsum(rng.dirichlet(np.ones(len(moves)), draws), axis=1)
    pick = (rng.random((draws, steps, 1)) > edges[:, None, :-1]).sum(axis=-1)
    total: Floats = moves[pick].sum(axis=1)
    return total


def _read(model: str, end: Floats, states: int, moves: int) -> RankReading:
    rank = _to_rank(end, states)
    q05, median, q95 = np.quantile(rank, [0.05, 0.5, 0.95], method="inverted_cdf")
    return RankReading(model, {limit: float(np.mean(rank <= limit)) for limit in LIMITS},
                       float(median), float(q05), float(q95), moves)


def _theil_input(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Values and shares adding up to 1, checked."""
    x, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or x.shape != w.shape or not len(x):
        raise ValueError(f"values {x.shape} and weights {w.shape} must be two rows of one length")
    if not (np.isfinite(x).all() and np.isfinite(w).all()):
        raise NotAssessable(Text("缺一个值或权重", "a value or weight is missing"),
                            remedy=Text("请略去这个地区，并写明。", "Leave the place out and say so."))
    if x.min() < 0 or w.min() < 0 or w @ x == 0:
        raise Problem("not_a_distribution",
                      Text("值和权重不能小于 0，也不能全是 0", "values and weights must be 0 or more, and not all 0"))
    return x, w / w.sum()
