"""Each step against its definition, worked by hand: the definitions of COINr 1.1 and of the OECD/JRC Handbook (2008)."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import kurtosis, rankdata, skew

from jingwei.engines.index.aggregate import (
    aggregate,
    correlations,
    effective_weights,
    entropy_weights,
    equal_weights,
    places,
)
from jingwei.engines.index.build import build
from jingwei.engines.index.model import Method, Normaliser, Treater, Tree
from jingwei.engines.index.normalise import normalise, ranks
from jingwei.engines.index.prepare import coverage, denominate, donors, impute, interpolate, screen
from jingwei.engines.index.treat import moments, treat
from jingwei.kernel.problems import Problem

NAN = np.nan
FLAT = Tree.of(["x", "y", "I"], ["I", "I", None])
UP, DOWN = np.array([1.0]), np.array([-1.0])


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def scored(values: np.ndarray, direction: np.ndarray, how: str, **further: object) -> np.ndarray:
    return normalise(values, direction, Normaliser(how), **further)[:, 0]  # type: ignore[arg-type]


def test_ranks_ascend_and_ties_take_the_lowest() -> None:
    values = column(3, 1, 2, NAN, 2)
    assert_array_equal(scored(values, UP, "rank"), [4, 1, 2, NAN, 2])
    assert_array_equal(scored(values, DOWN, "rank"), [1, 4, 2, NAN, 2])
    assert_array_equal(scored(values, UP, "borda"), [3, 0, 1, NAN, 1])
    assert_allclose(scored(values, UP, "percentile"), [1, 0, 1 / 3, NAN, 1 / 3])


@given(arrays(np.float64, st.tuples(st.integers(1, 9), st.integers(1, 3)), elements=st.sampled_from([0.0, 1, 2, 3, NAN])))
def test_ranks_are_those_of_another_program(values: np.ndarray) -> None:
    assert_array_equal(ranks(values), rankdata(values, method="min", axis=0, nan_policy="omit"))
    assert_array_equal(places(values), rankdata(-values, method="min", axis=0, nan_policy="omit"))


def test_minmax_fills_its_range_whatever_the_direction() -> None:
    values = column(2, 4, NAN, 10)
    assert_allclose(scored(values, UP, "minmax"), [0, 25, NAN, 100])
    assert_allclose(scored(values, DOWN, "minmax"), [100, 75, NAN, 0])
    assert_allclose(normalise(values, UP, Normaliser("minmax", (1, 101)))[:, 0], [1, 26, NAN, 101])


def test_frozen_goalposts_let_scores_leave_the_range() -> None:
    assert_allclose(scored(column(0, 5, 20), UP, "minmax", reference=column(0, 10)), [0, 50, 200])
    assert_allclose(scored(column(0, 5, 20), DOWN, "minmax", reference=column(0, 10)), [100, 50, -100])


def test_zscores_take_the_sample_standard_deviation() -> None:
    values = column(1, 2, 6, NAN)
    deviation = sqrt((4 + 1 + 9) / 2)
    assert_allclose(scored(values, UP, "zscore"), np.array([-2, -1, 3, NAN]) / deviation)
    assert_allclose(scored(values, DOWN, "zscore"), np.array([2, 1, -3, NAN]) / deviation)
    assert_allclose(
        normalise(values, UP, Normaliser("zscore", (10, 2)))[:, 0], 10 + 2 * np.array([-2, -1, 3, NAN]) / deviation
    )


def test_distance_to_the_best_is_0_for_the_worst_and_1_for_the_best() -> None:
    assert_allclose(scored(column(2, 4, 10), UP, "distance_to_max"), [0, 0.25, 1])
    assert_allclose(scored(column(2, 4, 10), DOWN, "distance_to_max"), [1, 0.75, 0])


def test_distance_to_a_target_goes_on_beyond_it_in_both_directions() -> None:
    """(x - min) / (target - min) upward, (max - x) / (max - target) downward, without a cap."""
    values = column(2, 4, 10)
    assert_allclose(scored(values, UP, "distance_to_target", targets=np.array([6.0])), [0, 0.5, 2])
    assert_allclose(scored(values, DOWN, "distance_to_target", targets=np.array([6.0])), [2, 1.5, 0])


@pytest.mark.parametrize("targets", [None, np.array([NAN])])
def test_distance_to_a_target_without_one_is_refused(targets: np.ndarray | None) -> None:
    with pytest.raises(Problem) as refused:
        scored(column(2, 4), UP, "distance_to_target", targets=targets)
    assert refused.value.code == "no_target"


def test_a_target_follows_its_indicator_into_the_logarithm() -> None:
    """The unit at the target scores 1 also when the indicator had to be logged."""
    values = np.column_stack([[1, 2, 3, 4, 5, 6, 7, 1e6], np.arange(8.0)])
    method = Method(treat=Treater(max_points=0), normalise=Normaliser("distance_to_target"))
    made = build(values, FLAT, method, targets=np.array([6.0, 7.0]))
    assert_array_equal(made.treated.logged, [True, False])
    assert_allclose(made.normalised[5, 0], 1)
    assert_allclose(made.normalised[7, 1], 1)


@pytest.mark.parametrize("how", ["minmax", "zscore", "distance_to_max"])
def test_an_indicator_that_is_the_same_everywhere_scores_nobody(how: str) -> None:
    """Three times 0.1 is not 0.3 in binary: the spread has to be 0 all the same."""
    assert np.isnan(scored(column(0.1, 0.1, 0.1), UP, how)).all()


def test_means_by_hand() -> None:
    tree = Tree.of(["x", "y", "I"], ["I", "I", None], weights=[1, 3, 1])
    scores = np.array([[2.0, 8.0], [2.0, NAN], [NAN, NAN]])
    assert_allclose(aggregate(scores, tree, "arithmetic")[:, 2], [6.5, 2, NAN])
    assert_allclose(aggregate(scores, tree, "geometric")[:, 2], [exp((log(2) + 3 * log(8)) / 4), 2, NAN])
    assert_allclose(aggregate(scores, tree, "harmonic")[:, 2], [4 / (1 / 2 + 3 / 8), 2, NAN])
    assert_allclose(aggregate(scores, tree, "arithmetic", equal_weights(tree))[0, 2], 5)


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_mean_that_needs_scores_above_0_refuses_others(method: str, low: float) -> None:
    """The harmonic mean of 1 and -1 would be infinite, that of 1 and -2 larger than both."""
    with pytest.raises(Problem) as refused:
        aggregate(np.array([[1.0, low]]), FLAT, method)  # type: ignore[arg-type]
    assert refused.value.code == "not_positive"
    assert "I has one" in refused.value.what.en
    assert "range = [1, 100]" in refused.value.remedy.en


def test_imputation_takes_the_centre_of_all_or_of_the_group() -> None:
    values = column(1, 3, 8, NAN, 10, NAN, NAN, 7)
    groups = ["a", "a", "a", "a", "b", "b", "", ""]
    assert_array_equal(impute(values, "none")[:, 0], values[:, 0])
    assert_allclose(impute(values, "mean")[[3, 5, 6], 0], 29 / 5)
    assert_allclose(impute(values, "median")[[3, 5, 6], 0], 7)
    assert_array_equal(impute(values, "group_mean", groups)[[3, 5, 6], 0], [4, 10, NAN])
    assert_array_equal(impute(values, "group_median", groups)[[3, 5, 6], 0], [3, 10, NAN])


def test_a_group_in_which_nobody_has_a_value_stays_missing() -> None:
    assert_array_equal(impute(column(1, NAN, NAN), "group_median", ["a", "b", "b"])[:, 0], [1, NAN, NAN])


def test_imputing_by_group_without_groups_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        impute(column(1, NAN), "group_mean")
    assert refused.value.code == "no_groups"


def test_a_missing_figure_may_be_drawn_from_its_group_or_failing_that_from_all() -> None:
    values = column(1, 3, NAN, NAN, 9)
    found = {i: sorted(pool) for i, _, pool in donors(values, "group_mean", ["a", "a", "a", "b", "c"])}
    assert found == {2: [1, 3], 3: [1, 3, 9]}
    assert {i: sorted(pool) for i, _, pool in donors(values, "mean")} == {2: [1, 3, 9], 3: [1, 3, 9]}


def test_a_ratio_to_nothing_is_missing_not_infinite() -> None:
    values = np.array([[6.0, 6.0], [6.0, 6.0], [NAN, 6.0], [6.0, 6.0]])
    by = np.array([[2.0, NAN], [0.0, NAN], [2.0, NAN], [NAN, NAN]])
    assert_array_equal(denominate(values, by), [[3, 6], [NAN, 6], [NAN, 6], [NAN, 6]])


def test_units_with_too_few_figures_are_screened_out() -> None:
    values = np.array([[1.0, 2, 3, NAN], [1, 2, NAN, NAN]])
    assert_array_equal(coverage(values), [0.75, 0.5])
    assert_array_equal(screen(values), [True, False])
    assert_array_equal(screen(values, 0.5), [True, True])


@given(arrays(np.float64, 9, elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2))))
def test_moments_are_those_of_another_program(values: np.ndarray) -> None:
    ours = moments(np.append(values, NAN)[:, None])
    if np.ptp(values) == 0:
        assert np.isnan(ours).all()
    else:
        assert_allclose(ours[0], [skew(values, bias=False)], rtol=1e-7, atol=1e-9)
        assert_allclose(ours[1], [kurtosis(values, bias=False)], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("values", [(1, 2, 9), (5, NAN, 5, 5, 5), (0.1,) * 6, (NAN,) * 4])
def test_no_moments_of_too_few_values_or_without_spread(values: tuple[float, ...]) -> None:
    assert np.isnan(moments(column(*values))).all()


def test_the_extreme_value_and_its_ties_take_their_neighbours_value() -> None:
    values = column(1, 2, 3, 4, 5, 6, 7, 8, 9, 900, 900, NAN)
    treated = treat(values, Treater(max_points=5, skew=1.0, kurtosis=0.0))
    assert_array_equal(treated.values[:, 0], [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, NAN])
    assert (treated.points[0], treated.logged[0], treated.passes[0]) == (2, False, True)


def test_the_low_side_is_pulled_in_when_the_skew_is_there() -> None:
    treated = treat(column(-500, 1, 2, 3, 4, 5, 6, 7), Treater())
    assert_array_equal(treated.values[:, 0], [1, 1, 2, 3, 4, 5, 6, 7])
    assert treated.points[0] == 1


def test_where_winsorising_is_not_enough_the_untreated_values_are_logged() -> None:
    """ln(x - min + 1 % of the range) of the values as they came, not of those already pulled in."""
    values = column(*[1.0] * 12, 2, 2, 50, 1000)
    treated = treat(values, Treater(max_points=1))
    assert (treated.logged[0], treated.points[0]) == (True, 0)
    assert_allclose(treated.values, np.log(values - 1 + 0.01 * 999))
    assert treated.passes[0] == (abs(skew(treated.values[:, 0], bias=False)) < 2)


def test_winsorising_never_wipes_an_indicator_out() -> None:
    """A yes among many a no would be pulled in to no; it is logged instead, and said not to pass."""
    treated = treat(column(*[0.0] * 20, 1), Treater())
    assert_allclose(np.unique(treated.values), [log(0.01), log(1.01)])
    assert (treated.logged[0], treated.passes[0]) == (True, False)


def test_no_treatment_leaves_values_and_says_whether_they_pass() -> None:
    values = np.column_stack([[1, 1, 1, 1, 1, 1, 1, 900.0], np.arange(8.0)])
    treated = treat(values, Treater("none"))
    assert_array_equal(treated.values, values)
    assert_array_equal(treated.passes, [False, True])


def test_entropy_weights_by_hand() -> None:
    """Shares 1/4 and 3/4 have the entropy 0.8113 ln 2; equal shares have ln 2 and tell nobody apart."""
    scores = np.array([[1.0, 5.0, 0.0], [3.0, 5.0, 7.0]])
    spare = 1 - -(0.25 * log(0.25) + 0.75 * log(0.75)) / log(2)
    assert_allclose(entropy_weights(scores), [spare / (spare + 1), 0, 1 / (spare + 1)])


def test_an_indicator_that_tells_nobody_apart_has_no_entropy_weight() -> None:
    scores = np.array([[1.0, 0, NAN, 4, 2], [1, 0, NAN, NAN, 3], [1, 0, NAN, NAN, 4]])
    assert_array_equal(entropy_weights(scores), [0, 0, 0, 0, 1])
    assert_array_equal(entropy_weights(scores[:, :4]), [0.25] * 4)


def test_entropy_weights_of_negative_scores_are_refused() -> None:
    with pytest.raises(Problem) as refused:
        entropy_weights(np.array([[1.0, -1.0], [2.0, 2.0]]))
    assert refused.value.code == "not_positive"


def test_effective_weights_by_hand() -> None:
    tree = Tree.of(["x", "y", "z", "A", "I"], ["A", "A", "I", "I", None], weights=[1, 3, 1, 1, 1])
    scores = np.array([[1.0, 1, 1], [NAN, 1, 1], [NAN, NAN, 1], [1, 1, NAN], [NAN, NAN, NAN]])
    assert_allclose(
        effective_weights(scores, tree),
        [[1 / 8, 3 / 8, 1 / 2], [0, 1 / 2, 1 / 2], [0, 0, 1], [1 / 4, 3 / 4, 0], [NAN] * 3],
    )
    assert_allclose(effective_weights(scores, tree, top=3)[:2], [[1 / 4, 3 / 4, 0], [0, 1, 0]])


def test_correlations_use_the_units_that_have_both() -> None:
    table = np.column_stack([[1, 2, 3, 4, NAN], [2, 4, 6, NAN, 1], [4, 3, 2, 1, 0], [1, 1, 1, 1, 1.0]])
    found = correlations(table)
    assert_allclose(found[0, 1], 1)
    assert_allclose(found[0, 2], -1)
    assert_allclose(found[1, 2], np.corrcoef([2, 4, 6, 1], [4, 3, 2, 0])[0, 1])
    assert np.isnan(found[3]).all()


def test_a_line_is_drawn_between_neighbours_and_no_further() -> None:
    years = np.arange(2018, 2026)
    series = np.array([[NAN, 1, NAN, NAN, 4, NAN, 6, NAN]])
    assert_allclose(interpolate(series, years), [[NAN, 1, 2, 3, 4, 5, 6, NAN]])
    assert_allclose(interpolate(series, years, breaks=[2021]), [[NAN, 1, NAN, NAN, 4, 5, 6, NAN]])
