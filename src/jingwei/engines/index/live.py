"""The same doubt, answered while somebody waits: figures are redrawn and treated once, then methods are tried on them.

What a reader may choose (scale, mean, weights, treatment) is cheap to apply; what nobody chooses (digits rounded away,
missing figures, how far outliers are pulled in) is drawn beforehand and shared by every method tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jingwei.engines.index.aggregate import aggregate, places
from jingwei.engines.index.build import build
from jingwei.engines.index.model import Aggregation, Doubt, Floats, Normaliser, Tree
from jingwei.engines.index.normalise import normalise
from jingwei.engines.index.uncertainty import Inputs, Redraw, Spread, Tally, treat_block, unflatten


@dataclass(frozen=True, slots=True)
class Bench:
    """One panel, prepared; the first draw is the figures as they stand.

    tree : with the weights that stand when nothing else is asked for
    ranked : (units,) the units that are ranked; all of them set the scales
    treated, untreated : (draws, units, indicators) denominated and imputed
    """

    tree: Tree
    ranked: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    treated: Floats
    untreated: Floats


@dataclass(frozen=True, slots=True)
class Trial:
    """One method, as somebody chose it.

    weights : (nodes,) in the tree's order
    treat : whether outliers are pulled in
    """

    normalise: Normaliser
    aggregate: Aggregation
    weights: Floats
    treat: bool = True


def prepare(given: Inputs, doubt: Doubt, draws: int) -> Bench:
    """Draw the figures anew ``draws`` times, each with a winsorisation limit of its own, and treat them."""
    nominal = build(given.values, given.tree, given.method, denominators=given.denominators, groups=given.groups)
    rng = np.random.default_rng(doubt.seed)
    values = Redraw.of(given, doubt, nominal).draw(draws, rng)
    low, high = doubt.max_points or (given.method.treat.max_points, given.method.treat.max_points)
    treated = treat_block(values, given, rng.integers(low, high + 1, size=draws))
    ranked = np.ones(len(given.values), np.bool_) if given.ranked is None else given.ranked
    return Bench(given.tree, ranked, np.concatenate([nominal.treated.values[None], treated.values]),
                 np.concatenate([nominal.imputed[None], values]))


def nominal(bench: Bench, trial: Trial) -> Floats:
    """(ranked units, nodes) scores by one method, figures as they stand. Raises Problem ``not_positive``."""
    values = (bench.treated if trial.treat else bench.untreated)[0]
    scores = normalise(values, bench.tree.direction, trial.normalise)[bench.ranked]
    return aggregate(scores, bench.tree, trial.aggregate, trial.weights)


def answer(bench: Bench, trial: Trial, *, replications: int, weight_noise: float, seed: int) -> Spread:
    """Scores and ranks of the top node by one method, with the spread that redrawn figures and weights give.

    weight_noise : each weight is multiplied by a number between 1 - noise and 1 + noise
    Draws that the mean cannot be taken of are left out and counted. Raises Problem ``not_positive`` when that is so of
    the figures as they stand.
    """
    tree, top = bench.tree, len(bench.tree.codes) - 1
    values = bench.treated if trial.treat else bench.untreated
    count, units, indicators = values.shape
    flat = np.moveaxis(values, 0, 1).reshape(units, count * indicators)
    scaled = normalise(flat, np.tile(tree.direction, count), trial.normalise)[bench.ranked]
    scores = unflatten(scaled, count)
    stands = aggregate(scores[0], tree, trial.aggregate, trial.weights)
    usable = np.arange(1, count)
    if trial.aggregate != "arithmetic":
        usable = usable[~(scores[1:] <= 0).any(axis=(1, 2))]
    rng = np.random.default_rng((seed, 1))
    tally = Tally(int(bench.ranked.sum()))
    made = replications if len(usable) else 0
    if made:
        drawn = np.sort(usable[rng.integers(len(usable), size=made)])
        weights = trial.weights * rng.uniform(1 - weight_noise, 1 + weight_noise, (made, len(trial.weights)))
        tally.add(aggregate(scores[drawn], tree, trial.aggregate, weights)[..., top])
    return tally.spread(tree.codes[top], places(stands)[:, top], stands[:, top], replications)
