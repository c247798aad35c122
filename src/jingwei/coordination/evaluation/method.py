"""Another method, tried while somebody waits: what becomes of the ranks, which survive, and which choice moves them most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from jingwei import plan
from jingwei.coordination.evaluation.ask import AskRank, Evaluate
from jingwei.coordination.evaluation.compute import assessable_years, denominators, evaluated
from jingwei.coordination.evaluation.provinces import RANK_DOUBT, Basis, basis, tree_2522
from jingwei.coordination.observations.declared import declared_measures
from jingwei.engines.index import live
from jingwei.engines.index.aggregate import places as ranked
from jingwei.engines.index.live import Bench, Trial
from jingwei.engines.index.model import Aggregation, Floats, Normaliser, Treatment, Tree
from jingwei.engines.index.uncertainty import Spread
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.problems import Problem, did_you_mean

DRAWS = 64
"""Times the figures are redrawn beforehand: every replication takes one of them."""

REPLICATIONS = 2000
WEIGHT_NOISE = 0.25
SURE = 0.95
MOST_WEIGHT = 1000.0

Scale = Literal["minmax", "zscore", "rank", "percentile"]
SCALE_NAMES: Mapping[Scale, Text] = {
    "minmax": Text("从最低到最高", "from the lowest to the highest"), "zscore": Text("离平均几个标准差", "deviations from the mean"),
    "rank": Text("只看名次", "ranks only"), "percentile": Text("胜过几成", "share surpassed")}
MEAN_NAMES: Mapping[Aggregation, Text] = {
    "arithmetic": Text("算术平均：长处可补短处", "arithmetic: strength makes up for weakness"),
    "geometric": Text("几何平均：偏科受罚", "geometric: imbalance is punished"),
    "harmonic": Text("调和平均：偏科重罚", "harmonic: imbalance is punished hard")}
TREATMENT_NAMES: Mapping[Treatment, Text] = {"winsorise_log": Text("缩尾", "pulled in"), "none": Text("照原样", "left as they are")}


@dataclass(frozen=True, slots=True)
class Shift:
    """What one other choice would do: how far ranks move on average, and how many places move by three or more."""

    what: Text
    mean: float
    moved: int


@dataclass(frozen=True, slots=True)
class Rescored:
    """Places ranked by a method of the asker's.

    weights : as they count, by node; 1 where nothing else was asked
    standard : (places,) ranks by the standard method
    low, high : (places,) 90 % interval of the rank by the method asked for
    survives : (places,) whether the rank by the standard method lies in that interval
    sure, kept : pairs whose order holds in 95 % of replications by the method asked for; those of them that the standard
        method orders the same as surely
    shifts : one other choice at a time, the one that moves most first
    """

    year: int
    asked: AskRank
    tree: Tree
    rooms: tuple[str, ...]
    weights: Mapping[str, float]
    places: tuple[str, ...]
    spread: Spread
    standard: Floats
    low: Floats
    high: Floats
    survives: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    sure: int
    kept: int
    shifts: tuple[Shift, ...]


def rescore(context: Context, asked: AskRank) -> Rescored:
    """Rank the places of a year by a method of one's own.

    Raises Problem ``bad_year``, ``bad_weight``, ``unknown_node`` or ``not_positive`` (a geometric mean of a score of 0).
    """
    year = _year(context, asked.year)
    on, bench = context.once(("bench", year), lambda inner: _bench(inner, year))
    tree = bench.tree
    weights = _weights(asked.weight, tree)
    trial = _trial(asked, np.array([weights.get(code, 1.0) for code in tree.codes]))
    usual = _trial(AskRank(), np.ones(len(tree.codes)))
    spread = _answer(bench, trial)
    standard = context.once(("standard", year), lambda _: _answer(bench, usual))
    low, high = spread.rank_quantile(0.05), spread.rank_quantile(0.95)
    told = np.triu(np.maximum(spread.above, spread.above.T) >= SURE, 1)
    same = (spread.above >= SURE) & (standard.above >= SURE) | (spread.above.T >= SURE) & (standard.above.T >= SURE)
    return Rescored(year, asked, tree, tuple(dict.fromkeys(room for room, _ in on.counted)), weights, on.places, spread,
                    standard.rank, low, high, (low <= standard.rank) & (standard.rank <= high), int(told.sum()),
                    int((told & same).sum()), _shifts(bench, asked, trial.weights, spread.rank))


def _year(context: Context, asked: int | None) -> int:
    done = evaluated(context, Evaluate())
    years = assessable_years(done)
    if asked is None and done.provinces:
        return done.provinces.year
    if asked not in years:
        raise Problem("bad_year", Text(f"{asked} 年排不出名次", f"places cannot be ranked for {asked}"),
                      remedy=Text(f"可选：{'、'.join(map(str, years)) or '无'}。",
                                  f"Choose one of {', '.join(map(str, years)) or 'none'}."))
    return asked


def _bench(context: Context, year: int) -> tuple[Basis, Bench]:
    panel = evaluated(context, Evaluate()).panel
    on = basis(panel, denominators(panel), plan.pillars(), year)
    return on, live.prepare(on.inputs(tree_2522(on.counted), on.shown), RANK_DOUBT, DRAWS)


def _answer(bench: Bench, trial: Trial) -> Spread:
    return live.answer(bench, trial, replications=REPLICATIONS, weight_noise=WEIGHT_NOISE, seed=Evaluate().seed)


def _trial(asked: AskRank, weights: Floats) -> Trial:
    """A mean that needs scores above 0 gets the scale from 1 up, where the standard one starts at 0."""
    low = 0.0 if asked.aggregate == "arithmetic" else 1.0
    scales = {"minmax": Normaliser("minmax", (low, 100.0)), "zscore": Normaliser("zscore", (50.0, 10.0))}
    how = scales.get(asked.normalise, Normaliser(asked.normalise))
    return Trial(how, asked.aggregate, weights, asked.treat != "none")


def _weights(given: tuple[str, ...], tree: Tree) -> dict[str, float]:
    """Weights by node, as ``F1=2`` says them; only what differs from 1.

    A node without siblings counts by its parent: the weight goes up to where it makes a difference.
    """
    found: dict[str, float] = {}
    for text in given:
        code, _, number = text.partition("=")
        code = code.strip()
        if code not in tree.codes[:-1]:
            raise Problem("unknown_node",
                          Text(f"{code[:40]!r} 不是这个指数里的章或指标", f"{code[:40]!r} is not a room or measure of this index"),
                          remedy=did_you_mean(code, tree.codes)
                          or Text(f"有这些：{'、'.join(tree.codes[:-1])}。", f"They are {', '.join(tree.codes[:-1])}."))
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not 0 <= value <= MOST_WEIGHT:
            raise Problem("bad_weight",
                          Text(f"{code} 的权重不能是 {number[:20]!r}", f"the weight of {code} cannot be {number[:20]!r}"),
                          remedy=Text(f"请给 0 到 {MOST_WEIGHT:g} 之间的数。", f"Give a number from 0 to {MOST_WEIGHT:g}."))
        found[weighed_at(tree, code)] = value
    for node in tree.inner:
        below = [tree.codes[c] for c in tree.children[node]]
        if not any(found.get(code, 1.0) for code in below):
            where = Text("整个指数", "the index") if node == len(tree.codes) - 1 else both(tree.codes[node])
            raise Problem("bad_weight", Text(f"{where.zh}之下的权重全是 0", f"all weights under {where.en} are 0"),
                          remedy=Text("请给其中一个大于 0 的权重；或把整章的权重设为 0，而不是它的各个指标。",
                                      "Give one of them a weight above 0, or the room itself the weight 0 and not its measures."))
    return {code: value for code, value in found.items() if value != 1.0}


def weighed_at(tree: Tree, code: str) -> str:
    """The node whose weight decides how much ``code`` counts: itself, or the ancestor that has siblings."""
    node = tree.codes.index(code)
    while tree.parent[node] >= 0 and len(tree.children[tree.parent[node]]) == 1 and tree.parent[tree.parent[node]] >= 0:
        node = int(tree.parent[node])
    return tree.codes[node]


def _shifts(bench: Bench, asked: AskRank, weights: Floats, now: Floats) -> tuple[Shift, ...]:
    found = []
    for what, other, weighed in _others(bench.tree, asked, weights):
        try:
            scores = live.nominal(bench, _trial(other, weighed))[:, -1]
        except Problem:  # this mean cannot be taken on this scale: no alternative at all
            continue
        away = np.abs(ranked(scores[:, None])[:, 0] - now)
        found.append(Shift(what, float(np.nanmean(away)), int((away >= 3).sum())))
    return tuple(sorted(found, key=lambda s: -s.mean))


def _others(tree: Tree, asked: AskRank, weights: Floats) -> Iterator[tuple[Text, AskRank, Floats]]:
    """Each method that differs from the one asked for in one choice."""
    for scale, name in SCALE_NAMES.items():
        if scale != asked.normalise:
            yield Text(f"尺度改为“{name.zh}”", f"scale: {name.en}"), replace(asked, normalise=scale), weights
    for mean, name in MEAN_NAMES.items():
        if mean != asked.aggregate:
            zh, en = name.zh.partition("：")[0], name.en.partition(":")[0]
            yield Text(f"改用{zh}", f"{en} mean"), replace(asked, aggregate=mean), weights
    for treatment, name in TREATMENT_NAMES.items():
        if treatment != asked.treat:
            yield Text(f"极端值{name.zh}", f"extreme values {name.en}"), replace(asked, treat=treatment), weights
    if not (weights == 1).all():
        yield Text("权重都相等", "equal weights"), asked, np.ones_like(weights)
    measures = declared_measures()
    for node in range(tree.indicators):
        siblings = tree.children[tree.parent[node]]
        if weights[node] > 0 and (weights[siblings] > 0).sum() > 1:
            without = weights.copy()
            without[node] = 0.0
            name = measures[tree.codes[node]].name
            yield Text(f"不计{name.zh}", f"without {name.en}"), asked, without
