"""The live answer: the same index, the same doubt, whatever method somebody tries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jingwei.engines.index import live
from jingwei.engines.index.build import build
from jingwei.engines.index.live import Trial
from jingwei.engines.index.model import Doubt, Method, Normaliser, Treater, Tree
from jingwei.engines.index.uncertainty import Inputs, uncertainty
from jingwei.kernel.problems import Problem

SCALE = Normaliser("minmax", (1, 100))
METHOD = Method(impute="median", treat=Treater(), normalise=SCALE, aggregate="arithmetic")
DOUBT = Doubt(replications=20_000, seed=7, max_points=(1, 5), weight_noise=0.25, levels=(1, 2, 3), rounding=0.5, imputation_draws=True)
TREE = Tree.of(["a", "b", "c", "d", "A", "B", "top"], ["A", "A", "B", "B", "top", "top", None], directions=[1, -1, 1, 1, 1, 1, 1])


def panel(seed: int, units: int = 25) -> Inputs:
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(2, 0.7, (units, 4))).round(1)
    values[0, 1], values[3, 2] = np.nan, np.nan
    return Inputs(values, TREE, METHOD, last_place=np.full(values.shape, 0.1))


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic"])
@pytest.mark.parametrize("scale", [SCALE, Normaliser("zscore", (50, 10)), Normaliser("rank")])
def test_scores_as_figures_stand_are_those_of_the_index_built_by_that_method(mean, scale):
    inputs = panel(1)
    made = live.nominal(live.prepare(inputs, DOUBT, 8), Trial(scale, mean, TREE.weight))
    straight = build(inputs.values, TREE, Method(impute="median", treat=Treater(), normalise=scale, aggregate=mean))
    assert_allclose(made, straight.scores, rtol=1e-12)


def test_scores_without_treatment_are_those_of_the_index_built_without_it():
    inputs = panel(2)
    made = live.nominal(live.prepare(inputs, DOUBT, 8), Trial(SCALE, "arithmetic", TREE.weight, treat=False))
    straight = build(inputs.values, TREE, Method(impute="median", treat=Treater("none"), normalise=SCALE))
    assert_allclose(made, straight.scores, rtol=1e-12)


def test_rank_intervals_agree_with_replications_made_from_the_raw_figures_each_time():
    """Chances of one place leading another, 300 pairs: means of 20,000 and of 512 shared redraws differ by chance alone."""
    inputs = panel(3)
    (full,) = uncertainty(inputs, DOUBT)
    quick = live.answer(live.prepare(inputs, DOUBT, 512), Trial(SCALE, "arithmetic", TREE.weight), replications=20_000,
                        weight_noise=0.25, seed=1)
    assert_allclose(quick.score, full.score, rtol=1e-12)
    assert np.abs(quick.above - full.above).max() < 5 * np.sqrt(0.25 / 512)
    for share in (0.05, 0.5, 0.95):
        assert np.abs(quick.rank_quantile(share) - full.rank_quantile(share)).max() <= 1


@given(seed=st.integers(0, 10_000), weights=st.lists(st.floats(0.1, 5), min_size=7, max_size=7))
def test_every_replication_ranks_every_place_once(seed, weights):
    bench = live.prepare(panel(seed % 7), DOUBT, 4)
    spread = live.answer(bench, Trial(SCALE, "arithmetic", np.array(weights)), replications=50, weight_noise=0.25, seed=seed)
    assert (spread.counts.sum(axis=1) == 50).all()
    assert (spread.above + spread.above.T <= 1 + 1e-12).all()


@given(factor=st.floats(0.01, 100))
def test_weights_count_only_relative_to_each_other(factor):
    bench = live.prepare(panel(4), DOUBT, 4)
    one = live.nominal(bench, Trial(SCALE, "geometric", TREE.weight))
    assert_allclose(live.nominal(bench, Trial(SCALE, "geometric", TREE.weight * factor)), one, rtol=1e-9)


def test_a_geometric_mean_of_a_score_of_zero_is_refused():
    bench = live.prepare(panel(5), DOUBT, 4)
    with pytest.raises(Problem, match="above 0"):
        live.answer(bench, Trial(Normaliser("percentile"), "geometric", TREE.weight), replications=10, weight_noise=0.25, seed=1)


def test_the_same_seed_gives_the_same_answer():
    bench = live.prepare(panel(6), DOUBT, 4)
    trial = Trial(SCALE, "harmonic", TREE.weight)
    a, b = (live.answer(bench, trial, replications=100, weight_noise=0.25, seed=9) for _ in range(2))
    assert (a.counts == b.counts).all()
    assert (live.answer(bench, trial, replications=100, weight_noise=0.25, seed=10).counts != a.counts).any()
