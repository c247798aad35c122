"""Replications of an index in doubt: what they count, what they can be, and what they cannot depend on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import rankdata
from trees import MEANS, Floats, raw_figures, tables, trees

from jingwei.engines.index.build import build
from jingwei.engines.index.model import Doubt, Method, Normaliser, Treater, Tree
from jingwei.engines.index.uncertainty import BLOCK, RAW_BLOCK, Inputs, Spread, indistinguishable, uncertainty
from jingwei.kernel.problems import Problem

NAN = np.nan
FLAT = Tree.of(["x", "y", "I"], ["I", "I", None])
PLAIN = Method(treat=Treater("none"), normalise=Normaliser("minmax", (0, 100)))
SCALES = (Normaliser("minmax", (1, 100)), Normaliser("zscore", (20, 2)))


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    tree = draw(trees())
    values = draw(tables(tree.indicators, raw_figures))
    impute = draw(st.sampled_from(["none", "mean"]))
    return Inputs(values, tree, Method(impute=impute, normalise=SCALES[0]), last_place=np.full(values.shape, 0.01))


@st.composite
def doubts(draw: st.DrawFn) -> Doubt:
    return Doubt(
        replications=draw(st.sampled_from([1, 2, 20, RAW_BLOCK + 1])),
        seed=draw(st.integers(0, 5)),
        max_points=draw(st.sampled_from([None, (0, 0), (1, 5)])),
        normalise=draw(st.sampled_from([(), SCALES, (Normaliser("rank"), *SCALES)])),
        aggregate=draw(st.sampled_from([(), MEANS])),
        weight_noise=draw(st.sampled_from([0.0, 0.25])),
        levels=(1, 2, 3),
        rounding=draw(st.sampled_from([0.0, 0.5])),
        imputation_draws=draw(st.sampled_from([False, True, 3])),
    )


def only(given_inputs: Inputs, doubt: Doubt) -> Spread:
    (spread,) = uncertainty(given_inputs, doubt)
    return spread


def table(units: int = 8, seed: int = 1) -> Floats:
    """Two indicators with outliers, so that treatment has something to do."""
    return np.exp(np.random.default_rng(seed).normal(0, 2, (units, 2)))


@given(inputs(), doubts())
def test_counts_pairs_and_quantiles_are_those_of_the_replications_themselves(given_in: Inputs, doubt: Doubt) -> None:
    for spread in uncertainty(given_in, doubt, given_in.tree.codes):
        ranks = rankdata(-spread.kept, method="min", axis=1, nan_policy="omit")
        assert len(spread.kept) == spread.replications
        assert spread.replications + spread.left_out == doubt.replications
        places = np.arange(1, len(spread.rank) + 1)
        assert_array_equal(spread.counts, (ranks[:, :, None] == places).sum(axis=0))
        if spread.replications:
            above = (spread.kept[:, :, None] > spread.kept[:, None, :]).mean(axis=0)
            assert_allclose(spread.above, above, rtol=1e-12)
        for share in (0.05, 0.5, 0.95):
            for unit, place in enumerate(spread.rank_quantile(share)):
                ranked = ranks[:, unit][~np.isnan(ranks[:, unit])]
                assert_allclose(place, np.quantile(ranked, share) if len(ranked) else NAN)


@given(inputs(), doubts())
def test_counts_add_up_and_intervals_are_nested(given_in: Inputs, doubt: Doubt) -> None:
    spread = only(given_in, doubt)
    scored = (~np.isnan(spread.kept)).sum(axis=0)
    assert_array_equal(spread.counts.sum(axis=1), scored)
    assert (spread.above + spread.above.T <= 1 + 1e-12).all()
    assert (np.diag(spread.above) == 0).all()
    for quantile in (spread.rank_quantile, spread.score_quantile):
        ends = np.array([quantile(share) for share in (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)])
        assert_array_equal(np.isnan(ends), np.tile(scored == 0, (7, 1)))
        assert (np.nan_to_num(np.diff(ends, axis=0)) >= 0).all()


@given(inputs(), doubts())
def test_the_same_seed_gives_the_same_replications(given_in: Inputs, doubt: Doubt) -> None:
    once, again = only(given_in, doubt), only(given_in, doubt)
    for part in ("rank", "score", "counts", "above", "kept"):
        assert_array_equal(getattr(once, part), getattr(again, part))


def test_another_seed_gives_others() -> None:
    doubt = Doubt(replications=10, weight_noise=0.25, levels=(1,))
    given_in = Inputs(table(), FLAT, PLAIN)
    assert (only(given_in, doubt).kept != only(given_in, replace(doubt, seed=1)).kept).any()


@pytest.mark.parametrize(("rounding", "size"), [(0.0, BLOCK), (0.5, RAW_BLOCK)])
def test_a_whole_block_does_not_depend_on_how_many_follow(rounding: float, size: int) -> None:
    values = table()
    given_in = Inputs(values, FLAT, PLAIN, last_place=np.full(values.shape, 0.1))
    doubt = Doubt(size, 3, (1, 5), SCALES, ("arithmetic", "geometric"), 0.25, (1,), rounding)
    alone = only(given_in, doubt)
    followed = only(given_in, replace(doubt, replications=2 * size + 7))
    assert_array_equal(followed.kept[:size], alone.kept)
    assert (followed.kept[size : 2 * size] != alone.kept).any(), "each block has random numbers of its own"


@given(inputs(), st.sampled_from([0.0, 0.5]), st.integers(1, 5))
def test_without_any_doubt_every_replication_is_the_index(given_in: Inputs, rounding: float, count: int) -> None:
    """Also where figures are treated anew each time, for want of a last place to round at."""
    given_in = replace(given_in, last_place=None)
    made = build(given_in.values, given_in.tree, given_in.method)
    for k, spread in enumerate(uncertainty(given_in, Doubt(count, rounding=rounding), given_in.tree.codes)):
        assert_array_equal(spread.score, made.scores[:, k])
        assert_array_equal(spread.rank, made.ranks[:, k])
        assert_allclose(spread.kept, np.tile(made.scores[:, k], (count, 1)), rtol=1e-9)


@pytest.mark.parametrize("rounding", [0.0, 0.5])
def test_every_replication_is_one_of_the_indices_its_options_make_and_each_option_comes_up(rounding: float) -> None:
    """Twenty draws: five winsorisation limits, two scales, two means; prepared beforehand or treated anew."""
    values = np.arange(60.0).reshape(30, 2)
    values[28:, 0] = 500, 600
    values[27:, 1] = 900, 950, 999
    doubt = Doubt(600, 0, (1, 5), SCALES, ("arithmetic", "geometric"), rounding=rounding)
    spread = only(Inputs(values, FLAT, replace(PLAIN, treat=Treater())), doubt)
    ways = np.array(
        [
            build(values, FLAT, Method(treat=Treater(max_points=p), normalise=n, aggregate=m)).scores[:, -1]
            for p in range(1, 6)
            for n in SCALES
            for m in doubt.aggregate
        ]
    )
    distance = np.abs(spread.kept[:, None] / ways - 1).max(axis=2)
    assert distance.min(axis=1).max() < 1e-9
    distinct = np.unique(np.round(ways, 9), axis=0)
    assert len(distinct) == 12, "x passes with two points or more, y with three; with fewer they are logged"
    assert len(np.unique(np.round(spread.kept, 9), axis=0)) == len(distinct)


def test_weight_noise_moves_only_the_levels_it_is_on_and_stays_in_its_bounds() -> None:
    tree = Tree.of(["x", "y", "z", "A", "I"], ["A", "A", "I", "I", None])
    values = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 0]])
    doubt = Doubt(400, weight_noise=0.25, levels=(2,))
    a, i = uncertainty(Inputs(values, tree, PLAIN), doubt, ["A", "I"])
    assert_array_equal(a.kept, np.tile([50.0, 50, 0, 100], (400, 1)))
    assert_array_equal(i.kept[:, 0], i.kept[:, 1])
    weight = i.kept[:, 3] / i.kept[:, 2]
    assert 0.75 <= weight.min() < 0.77
    assert 1.23 < weight.max() <= 1.25


def test_rounding_moves_a_figure_by_no_more_than_half_its_last_place() -> None:
    """Middle figures of 40 +- 0.5 and 30 +- 0.05 between 0 and 100, the first divided by 10 like its neighbours."""
    values = np.array([[0.0, 0], [40, 30], [100, 100]])
    place = np.array([[0.0, 0], [1, 0.1], [0, 0]])
    by = np.array([[10, NAN], [10, NAN], [10, NAN]])
    given_in = Inputs(values, FLAT, PLAIN, by, last_place=place)
    x, y = uncertainty(given_in, Doubt(2000, rounding=0.5), ["x", "y"])
    for spread, middle, half in ((x, 40, 0.5), (y, 30, 0.05)):
        noise = spread.kept[:, 1] - middle
        assert np.abs(noise).max() <= half * (1 + 1e-9)
        assert noise.std() == pytest.approx(half / np.sqrt(3), rel=0.05)
        assert_array_equal(spread.kept[:, [0, 2]], np.tile([0.0, 100], (2000, 1)))


@pytest.mark.parametrize(("draws", "distinct"), [(True, (9, 9)), (20, (6, 9)), (2, (1, 2))])
def test_a_missing_figure_is_drawn_from_its_group(draws: bool | int, distinct: tuple[int, int]) -> None:
    """Units 3 and 4 of group a lack a figure; three values of their group make nine pairs of draws."""
    values = np.array([[0.0, 0], [20, 1], [60, 1], [NAN, 1], [NAN, 1], [100, 1]])
    method = replace(PLAIN, impute="group_mean")
    given_in = Inputs(values, FLAT, method, groups=["a", "a", "a", "a", "a", "b"])
    (x,) = uncertainty(given_in, Doubt(1000, imputation_draws=draws), ["x"])
    assert set(np.unique(x.kept[:, [3, 4]])) <= {0, 20, 60}
    pairs = len(np.unique(x.kept[:, [3, 4]], axis=0))
    assert distinct[0] <= pairs <= distinct[1]
    assert_array_equal(x.score[[3, 4]], [80 / 3, 80 / 3])


def test_gaps_that_a_denominator_makes_are_filled_in_replications_too() -> None:
    values = np.array([[10.0, 1], [20, 2], [30, 3], [40, 4]])
    by = np.array([[1.0, NAN], [1, NAN], [0, NAN], [1, NAN]])
    given_in = Inputs(values, FLAT, replace(PLAIN, impute="mean"), by, last_place=np.zeros((4, 2)))
    spread = only(given_in, Doubt(3, rounding=0.5))
    assert_allclose(spread.kept, np.tile(spread.score, (3, 1)))


def test_a_unit_without_figures_has_no_interval_and_stands_in_no_set() -> None:
    values = np.array([[1.0, 2], [NAN, NAN], [3, 1], [2, 5]])
    spread = only(Inputs(values, FLAT, PLAIN), Doubt(50, weight_noise=0.9, levels=(1,)))
    assert np.isnan(spread.rank[1])
    assert np.isnan(spread.rank_quantile(0.5)[1])
    assert np.isnan(spread.score_quantile(0.5)[1])
    assert np.isfinite(np.delete(spread.rank_quantile(0.5), 1)).all()
    assert spread.counts[1].sum() == 0
    assert all(1 not in run for run in indistinguishable(spread))


def test_units_that_are_not_ranked_still_set_the_scale() -> None:
    values = np.array([[0.0, 0], [4, 1], [2, 2], [10, 10]])
    ranked = np.array([False, True, True, False])
    spread = only(Inputs(values, FLAT, PLAIN, ranked=ranked), Doubt(5))
    assert_allclose(spread.score, [25, 20])
    assert_array_equal(spread.rank, [1, 2])
    assert_array_equal(spread.counts, [[5, 0], [0, 5]])


@pytest.mark.parametrize("rounding", [0.0, 0.5])
@pytest.mark.parametrize("method", ["geometric", "harmonic"])
def test_a_mean_that_the_figures_as_they_stand_do_not_allow_is_refused(rounding: float, method: str) -> None:
    values = table()
    given_in = Inputs(values, FLAT, PLAIN, last_place=np.full(values.shape, 0.1))
    with pytest.raises(Problem) as refused:
        only(given_in, Doubt(1, aggregate=("arithmetic", method), rounding=rounding))  # type: ignore[arg-type]
    assert refused.value.code == "not_positive"


def test_a_replication_whose_redrawn_figures_do_not_allow_its_mean_is_left_out_and_counted() -> None:
    values = np.arange(24.0).reshape(12, 2)
    how = replace(PLAIN, normalise=Normaliser("zscore", (1.7, 1)))
    given_in = Inputs(values, FLAT, how, last_place=np.full((12, 2), 10.0))
    doubt = Doubt(1000, aggregate=("arithmetic", "geometric"), rounding=0.5)
    told: list[int] = []
    (spread,) = uncertainty(given_in, doubt, on_block=told.append)
    assert 0 < spread.left_out < 500
    assert spread.replications + spread.left_out == sum(told) == 1000
    assert_array_equal(spread.counts.sum(axis=1), spread.replications)


@given(inputs(), doubts(), st.sampled_from([0.6, 0.95, 1.0]))
def test_sets_of_units_not_told_apart_are_the_largest_there_are(
    given_in: Inputs, doubt: Doubt, certainty: float
) -> None:
    spread = only(given_in, doubt)
    order = [i for i in np.argsort(spread.rank, kind="stable") if not np.isnan(spread.rank[i])]
    told = np.maximum(spread.above, spread.above.T) >= certainty
    runs = [
        tuple(order[a:b])
        for a in range(len(order))
        for b in range(a + 2, len(order) + 1)
        if not told[np.ix_(order[a:b], order[a:b])].any()
    ]
    largest = [r for r in runs if not any(set(r) < set(other) for other in runs)]
    assert indistinguishable(spread, certainty) == largest

