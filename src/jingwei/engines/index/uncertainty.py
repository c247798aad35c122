"""How far scores and ranks depend on choices that could have been made otherwise (Handbook step 7).

Every replication draws one option of each doubtful choice and makes the index anew. Replications run in blocks of
fixed size, each with its own random stream, so that memory stays flat and a seed gives the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from jingwei.engines.index.aggregate import aggregate, places
from jingwei.engines.index.build import Index, build, follow
from jingwei.engines.index.model import Aggregation, Bools, Doubt, Floats, Ints, Method, Normaliser, Tree
from jingwei.engines.index.normalise import normalise
from jingwei.engines.index.prepare import denominate, donors, impute
from jingwei.engines.index.treat import shifted_log, treat

BLOCK = 1024
"""Replications made together: enough to keep numpy busy, small enough to stay in memory."""

RAW_BLOCK = 128
"""The same when every replication has raw figures of its own, which take units x indicators numbers each."""

COMPARED = 1 << 19
"""Pairs of units compared at a time: what fits in a processor's cache, and memory that many units cannot burst."""

KEPT_SCORES = 10_000
"""Replications whose scores are kept for score intervals; ranks are counted for all of them."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an index is made of; shapes as in ``build``.

    last_place : (units, indicators) unit of the last printed place of each raw figure, for rounding noise
    ranked : (units,) the units that are ranked; the others only set the scales (earlier years, for instance)
    """

    values: Floats
    tree: Tree
    method: Method
    denominators: Floats | None = None
    groups: Sequence[str] | None = None
    targets: Floats | None = None
    last_place: Floats | None = None
    ranked: Bools | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """What the replications say of one node; rows are the ranked units.

    rank, score : nominal; (units,)
    counts : (units, units) replications in which a unit took each place, first place first
    above : (units, units) share of replications in which the row's unit scored strictly above the column's
    kept : (kept, units) scores of the first replications
    replications : how many were made
    left_out : how many were not, because redrawn figures gave a score of 0 or less to a geometric or harmonic mean
    """

    node: str
    rank: Floats
    score: Floats
    counts: Ints
    above: Floats
    kept: Floats
    replications: int
    left_out: int = 0

    def rank_quantile(self, share: float) -> Floats:
        """Quantile of each unit's rank, (units,), interpolated as R does by default (type 7); NaN if never ranked."""
        cumulative = np.cumsum(self.counts, axis=1)
        ranked = cumulative[:, -1:]
        at = np.maximum(ranked - 1, 0) * share
        low = np.argmax(cumulative > np.floor(at), axis=1) + 1.0
        high = np.argmax(cumulative > np.ceil(at), axis=1) + 1.0
        between = (at - np.floor(at))[:, 0] * (high - low)
        return np.where(ranked[:, 0] > 0, low + between, np.nan)

    def score_quantile(self, share: float) -> Floats:
        """Quantile of each unit's score, (units,); NaN for a unit that never has one."""
        scored = ~np.isnan(self.kept).all(axis=0)
        result = np.full(self.kept.shape[1], np.nan)
        result[scored] = np.nanquantile(self.kept[:, scored], share, axis=0)
        return result


def uncertainty(
    given: Inputs, doubt: Doubt, nodes: Sequence[str] = (), on_block: Callable[[int], None] | None = None
) -> list[Spread]:
    """Replicate the index and count where each unit comes out.

    nodes : nodes to report; by default the top one
    on_block : told how many replications have just been done
    Raises Problem ``not_positive`` when one of the means cannot be taken of the figures as they stand. Where only
    redrawn figures stop it, that replication is left out and counted.
    """
    tree = given.tree
    wanted = [tree.codes.index(n) for n in nodes] or [len(tree.codes) - 1]
    ranked = np.ones(len(given.values), np.bool_) if given.ranked is None else given.ranked
    nominal = build(
        given.values, tree, given.method, denominators=given.denominators, groups=given.groups, targets=given.targets
    )
    tallies = [Tally(int(ranked.sum())) for _ in wanted]
    for scores, possible in _replicate(given, doubt, nominal, wanted, ranked):
        for tally, of_node in zip(tallies, scores, strict=True):
            tally.add(of_node if possible.all() else of_node[possible])
        if on_block is not None:
            on_block(len(possible))
    first = places(nominal.scores[ranked])
    return [
        tally.spread(tree.codes[node], first[:, node], nominal.scores[ranked, node], doubt.replications)
        for tally, node in zip(tallies, wanted, strict=True)
    ]


def indistinguishable(spread: Spread, certainty: float = 0.95) -> list[tuple[int, ...]]:
    """Largest runs of units, in order of nominal rank, in which no pair is told apart with ``certainty``.

    A pair is told apart when one scores above the other in at least that share of replications. A unit without a
    rank is in no run.
    """
    order = np.argsort(spread.rank, kind="stable")[: np.count_nonzero(~np.isnan(spread.rank))]
    told = np.maximum(spread.above, spread.above.T) >= certainty
    runs: list[tuple[int, ...]] = []
    end = 0
    for start in range(len(order)):
        stop = max(end, start + 1)
        while stop < len(order) and not told[order[start:stop], order[stop]].any():
            stop += 1
        if stop > end and stop - start > 1:
            runs.append(tuple(int(i) for i in order[start:stop]))
        end = max(end, stop)
    return runs


class Tally:
    """Counts of ranks and pairs, growing by blocks, of a size that does not depend on how many."""

    def __init__(self, units: int) -> None:
        self.units = units
        self.counts = np.zeros((units, units), np.int64)
        self.above = np.zeros((units, units), np.int64)
        self.kept: list[Floats] = []
        self.done = 0

    def add(self, scores: Floats) -> None:
        """scores : (replications, units)"""
        step = max(1, COMPARED // self.units**2)
        for part in (scores[at : at + step] for at in range(0, len(scores), step)):
            lower = part[:, :, None] < part[:, None, :]
            rank = lower.sum(axis=2)
            flat = (np.arange(self.units) * self.units + rank)[~np.isnan(part)]
            self.counts += np.bincount(flat, minlength=self.units**2).reshape(self.units, self.units)
            self.above += lower.sum(axis=0).T
        room = KEPT_SCORES - self.done
        if room > 0:
            self.kept.append(scores[:room].copy())
        self.done += len(scores)

    def spread(self, node: str, rank: Floats, score: Floats, asked: int) -> Spread:
        above = self.above / max(self.done, 1)
        kept = np.concatenate(self.kept) if self.kept else np.empty((0, self.units))
        return Spread(node, rank, score, self.counts, above, kept, self.done, asked - self.done)


@dataclass(frozen=True, slots=True)
class _Options:
    points: Ints
    normalisers: tuple[Normaliser, ...]
    means: tuple[Aggregation, ...]


def _options(method: Method, doubt: Doubt) -> _Options:
    low, high = doubt.max_points or (method.treat.max_points, method.treat.max_points)
    return _Options(
        np.arange(low, high + 1), doubt.normalise or (method.normalise,), doubt.aggregate or (method.aggregate,)
    )


def _replicate(
    given: Inputs, doubt: Doubt, nominal: Index, wanted: list[int], ranked: Bools
) -> Iterator[tuple[Floats, Bools]]:
    """Blocks of scores of the wanted nodes, ``(nodes, replications, ranked units)``, and which could be made."""
    options = _options(given.method, doubt)
    raw = bool(doubt.rounding) or bool(doubt.imputation_draws)
    prepared = _prepare(given, options, nominal, ranked)
    redraw = Redraw.of(given, doubt, nominal) if raw else None
    size = RAW_BLOCK if raw else BLOCK
    for block, start in enumerate(range(0, doubt.replications, size)):
        count = min(size, doubt.replications - start)
        rng = np.random.default_rng((doubt.seed, block))
        points = rng.integers(len(options.points), size=count)
        scale = rng.integers(len(options.normalisers), size=count)
        mean = rng.integers(len(options.means), size=count)
        weights = _weights(given.tree, doubt, count, rng)
        result = np.empty((len(wanted), count, int(ranked.sum())))
        possible = np.ones(count, np.bool_)
        if redraw is None:
            for (p, s), scores in prepared.items():
                for m, kind in enumerate(options.means):
                    chosen = np.flatnonzero((points == p) & (scale == s) & (mean == m))
                    if len(chosen):
                        part = _subset(weights, chosen)
                        result[:, chosen] = _nodes(scores, given.tree, kind, part, wanted)
        else:
            values = redraw.draw(count, rng)
            treated = treat_block(values, given, options.points[points])
            for s, how in enumerate(options.normalisers):
                at = np.flatnonzero(scale == s)
                if not len(at):
                    continue
                scores = _normalise_block(treated.values[at], values[at], treated.logged[at], given, how)[:, ranked]
                for m, kind in enumerate(options.means):
                    chosen = np.flatnonzero(mean[at] == m)
                    if kind != "arithmetic":
                        bad = (scores[chosen] <= 0).any(axis=(1, 2))
                        possible[at[chosen[bad]]] = False
                        chosen = chosen[~bad]
                    if len(chosen):
                        part = _subset(weights, at[chosen])
                        result[:, at[chosen]] = _nodes(scores[chosen], given.tree, kind, part, wanted)
        yield result, possible


def _prepare(given: Inputs, options: _Options, nominal: Index, ranked: Bools) -> dict[tuple[int, int], Floats]:
    """Normalised scores of the ranked units for every winsorisation limit and scale: few enough to make beforehand.

    Raises Problem ``not_positive`` when one of the means cannot be taken of them.
    """
    prepared = {}
    for (p, points), (s, how) in product(enumerate(options.points), enumerate(options.normalisers)):
        limits = np.full(nominal.imputed.shape[1], points)
        treated = treat(nominal.imputed, given.method.treat, limits)
        prepared[p, s] = normalise(
            treated.values, given.tree.direction, how, targets=follow(given.targets, nominal.imputed, treated)
        )[ranked]
        for kind in options.means:
            aggregate(prepared[p, s], given.tree, kind)
    return prepared


def _weights(tree: Tree, doubt: Doubt, count: int, rng: np.random.Generator) -> Floats:
    """(count, nodes) or, without noise, (nodes,)."""
    noisy = np.flatnonzero(np.isin(tree.level, doubt.levels))
    if not doubt.weight_noise or not len(noisy):
        return tree.weight
    weights = np.tile(tree.weight, (count, 1))
    weights[:, noisy] *= rng.uniform(1 - doubt.weight_noise, 1 + doubt.weight_noise, (count, len(noisy)))
    return weights


def _subset(weights: Floats, chosen: Ints) -> Floats:
    return weights if weights.ndim == 1 else weights[chosen]


def _nodes(scores: Floats, tree: Tree, kind: Aggregation, weights: Floats, wanted: list[int]) -> Floats:
    """Wanted nodes as (nodes, replications, units) or, where nothing varies, (nodes, 1, units)."""
    batch = scores if scores.ndim == 3 or weights.ndim == 2 else scores[None]
    return np.moveaxis(aggregate(batch, tree, kind, weights)[..., wanted], -1, 0)


@dataclass(frozen=True, slots=True)
class Redraw:
    """Raw figures drawn anew: rounding noise on every printed figure, and missing ones from their donors."""

    given: Inputs
    half: Floats
    cells: list[tuple[int, int, Floats]]
    sets: list[Floats] | None

    @classmethod
    def of(cls, given: Inputs, doubt: Doubt, nominal: Index) -> Redraw:
        place = np.zeros_like(given.values) if given.last_place is None else np.nan_to_num(given.last_place)
        cells = donors(nominal.denominated, given.method.impute, given.groups) if doubt.imputation_draws else []
        sets = None
        if doubt.imputation_draws is not True and doubt.imputation_draws:
            rng = np.random.default_rng((doubt.seed, 0, 1))
            sets = [np.array([rng.choice(pool) for _, _, pool in cells]) for _ in range(int(doubt.imputation_draws))]
        return cls(given, doubt.rounding * place, cells, sets)

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """(count, units, indicators), denominated and, where a rule or a draw fills gaps, imputed."""
        given = self.given
        raw = np.broadcast_to(given.values, (count, *given.values.shape))
        if self.half.any():
            raw = raw + rng.uniform(-1.0, 1.0, raw.shape) * self.half
        values = raw.copy() if given.denominators is None else _denominate_block(raw, given.denominators)
        if not self.cells:
            if given.method.impute != "none" and np.isnan(values).any():
                return np.stack([impute(v, given.method.impute, given.groups) for v in values])
            return values
        chosen = None if self.sets is None else rng.integers(len(self.sets), size=count)
        for k, (i, j, pool) in enumerate(self.cells):
            if chosen is None or self.sets is None:
                values[:, i, j] = pool[rng.integers(len(pool), size=count)]
            else:
                values[:, i, j] = np.array([s[k] for s in self.sets])[chosen]
        return values


def _denominate_block(raw: Floats, denominators: Floats) -> Floats:
    count, units, indicators = raw.shape
    flat = np.moveaxis(raw, 0, 1).reshape(units, count * indicators)
    return unflatten(denominate(flat, np.tile(denominators, (1, count))), count)


def unflatten(flat: Floats, count: int) -> Floats:
    """(units, count x indicators) back to (count, units, indicators)"""
    return np.moveaxis(flat.reshape(len(flat), count, -1), 1, 0)


@dataclass(frozen=True, slots=True)
class _TreatedBlock:
    values: Floats
    logged: Bools


def treat_block(values: Floats, given: Inputs, points: Ints) -> _TreatedBlock:
    count, units, indicators = values.shape
    flat = np.moveaxis(values, 0, 1).reshape(units, count * indicators)
    treated = treat(flat, given.method.treat, np.repeat(points, indicators))
    return _TreatedBlock(unflatten(treated.values, count), treated.logged.reshape(count, indicators))


def _normalise_block(treated: Floats, values: Floats, logged: Bools, given: Inputs, how: Normaliser) -> Floats:
    count, units, indicators = treated.shape
    flat = np.moveaxis(treated, 0, 1).reshape(units, count * indicators)
    targets = None
    if given.targets is not None:
        raw = np.moveaxis(values, 0, 1).reshape(units, count * indicators)
        plain = np.tile(given.targets, count)
        targets = np.where(logged.ravel(), shifted_log(plain[None, :], raw)[0], plain)
    return unflatten(normalise(flat, np.tile(given.tree.direction, count), how, targets=targets), count)
