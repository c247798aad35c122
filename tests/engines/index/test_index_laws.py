"""What holds of every index, whatever its tree, its figures and its gaps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from trees import MEANS, Floats, node_by_hand, raw_figures, scores_above_0, tables, trees

from jingwei.engines.index.aggregate import aggregate, effective_weights, places
from jingwei.engines.index.build import build
from jingwei.engines.index.decompose import decompose
from jingwei.engines.index.model import Aggregation, Imputation, Method, Normaliser, Treater, Tree
from jingwei.engines.index.normalise import normalise
from jingwei.engines.index.prepare import impute, interpolate
from jingwei.engines.index.treat import moments, treat

means = st.sampled_from(MEANS)
whole = st.integers(-1000, 1000).map(float)
skewed = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 50.0, -50.0, 1e4])).map(lambda x: round(x, 3))
ABOVE_0 = Normaliser("minmax", (1, 100))
UNTREATED = Treater("none")
ROUNDING = 1e-12
"""Relative error that sums in binary may leave; no law is meant any looser than that."""


@given(st.data(), trees(), means)
def test_every_node_is_the_mean_of_what_is_below_it(data: st.DataObject, tree: Tree, method: Aggregation) -> None:
    scores = data.draw(tables(tree.indicators, scores_above_0))
    made = aggregate(scores, tree, method)
    by_hand = [[node_by_hand(tree, method, row, node) for node in range(len(tree.codes))] for row in scores]
    assert_allclose(made, np.array(by_hand, dtype=float), rtol=ROUNDING)


@given(st.data(), trees(), means)
def test_many_weightings_at_once_equal_one_after_another(data: st.DataObject, tree: Tree, method: Aggregation) -> None:
    scores = data.draw(tables(tree.indicators, scores_above_0))
    weights = data.draw(arrays(np.float64, (3, len(tree.codes)), elements=st.floats(0.1, 3)))
    together = aggregate(scores[None], tree, method, weights)
    one_by_one = [aggregate(scores, tree, method, w) for w in weights]
    assert_allclose(together, one_by_one, rtol=ROUNDING)


@given(st.data(), trees(), means)
def test_a_mean_lies_between_its_lowest_and_its_highest_indicator(
    data: st.DataObject, tree: Tree, method: Aggregation
) -> None:
    scores = data.draw(tables(tree.indicators, scores_above_0, missing=False))
    top = aggregate(scores, tree, method)[:, -1]
    assert (top >= scores.min(axis=1) * (1 - ROUNDING)).all()
    assert (top <= scores.max(axis=1) * (1 + ROUNDING)).all()


@given(st.data(), trees(), means, st.floats(0, 1e6))
def test_against_frozen_goalposts_an_improvement_never_lowers_its_unit_and_leaves_the_others_alone(
    data: st.DataObject, tree: Tree, method: Aggregation, gain: float
) -> None:
    """The goalposts reach beyond both tables, so that scores stay above 0 as the geometric mean needs."""
    before, after, unit = improved(data, tree, gain)
    reach = np.nan_to_num(np.abs(np.vstack([before, after]))).max(axis=0) + 1
    goalposts = np.vstack([-reach, reach])
    old, new = (
        aggregate(normalise(v, tree.direction, ABOVE_0, reference=goalposts), tree, method) for v in (before, after)
    )
    assert_not_lower(new[unit], old[unit])
    assert_array_equal(np.delete(new, unit, axis=0), np.delete(old, unit, axis=0))


@given(st.data(), trees(), means, st.floats(0, 1e6))
def test_under_plain_minmax_an_improvement_never_lowers_its_unit_and_never_lifts_another(
    data: st.DataObject, tree: Tree, method: Aggregation, gain: float
) -> None:
    """So its place cannot get worse. Moving the lowest or the highest figure moves the scale, but only against others.

    It needs the scale to be min-max and treatment to be off: a z-score's spread, or a figure that turns another into
    an outlier, may lift others.
    """
    before, after, unit = improved(data, tree, gain)
    method_of = Method(treat=UNTREATED, normalise=ABOVE_0, aggregate=method)
    old, new = build(before, tree, method_of).scores, build(after, tree, method_of).scores
    assume((np.isnan(old) == np.isnan(new)).all())
    assert_not_lower(new[unit], old[unit])
    assert_not_lower(np.delete(old, unit, axis=0), np.delete(new, unit, axis=0))


def test_under_zscores_an_improvement_may_let_another_unit_overtake() -> None:
    """Why the law above names min-max: the first unit's better x narrows the spread, which lifts the second by more."""
    tree = Tree.of(["x", "y", "I"], ["I", "I", None])
    method = Method(treat=UNTREATED, normalise=Normaliser("zscore"))
    values = np.array([[-92.0, 100], [38, -43], *[[0, 0]] * 18])
    better = values.copy()
    better[0, 0] += 10
    old, new = build(values, tree, method).scores[:, -1], build(better, tree, method).scores[:, -1]
    assert new[0] > old[0] > old[1]
    assert new[1] > new[0]


@given(st.data(), trees(), means)
def test_the_order_of_units_does_not_matter(data: st.DataObject, tree: Tree, method: Aggregation) -> None:
    values = data.draw(tables(tree.indicators, raw_figures))
    order = data.draw(st.permutations(range(len(values))))
    how = Method(treat=UNTREATED, normalise=ABOVE_0, aggregate=method)
    straight, shuffled = build(values, tree, how), build(values[order], tree, how)
    assert_array_equal(shuffled.scores, straight.scores[order])
    assert_array_equal(shuffled.ranks, straight.ranks[order])
    by_deviation = replace(how, impute="mean", normalise=Normaliser("zscore"), aggregate="arithmetic")
    straight, shuffled = build(values, tree, by_deviation), build(values[order], tree, by_deviation)
    assert_allclose(shuffled.scores, straight.scores[order], rtol=1e-9, atol=1e-9)


@given(st.data(), trees(), st.floats(0.01, 100), whole)
def test_the_unit_an_indicator_is_written_in_does_not_matter(
    data: st.DataObject, tree: Tree, factor: float, shift: float
) -> None:
    values = data.draw(tables(tree.indicators, whole))
    rewritten = values.copy()
    rewritten[:, 0] = rewritten[:, 0] * factor + shift
    how = Method(treat=UNTREATED)
    assert_allclose(build(rewritten, tree, how).scores, build(values, tree, how).scores, rtol=1e-9, atol=1e-9)


@given(st.data(), trees(), means)
def test_only_the_ratio_of_sibling_weights_matters(data: st.DataObject, tree: Tree, method: Aggregation) -> None:
    scores = data.draw(tables(tree.indicators, scores_above_0))
    factor = data.draw(arrays(np.float64, len(tree.codes), elements=st.floats(0.01, 100)))
    scaled = tree.weight * factor[tree.parent]
    assert_allclose(aggregate(scores, tree, method, scaled), aggregate(scores, tree, method), rtol=ROUNDING)


@given(st.data(), trees())
def test_effective_weights_add_up_to_1_and_make_the_arithmetic_index(data: st.DataObject, tree: Tree) -> None:
    scores = data.draw(tables(tree.indicators, scores_above_0))
    node = data.draw(st.integers(0, len(tree.codes) - 1))
    share = effective_weights(scores, tree, node)
    index = aggregate(scores, tree, "arithmetic")[:, node]
    scored = ~np.isnan(index)
    assert_allclose(share[scored].sum(axis=1), 1, rtol=ROUNDING)
    assert_allclose((share * np.nan_to_num(scores)).sum(axis=1)[scored], index[scored], rtol=ROUNDING)
    assert (np.nan_to_num(share)[np.isnan(scores)] == 0).all()
    assert np.isnan(share[~scored]).any(axis=1).all()


@given(st.data(), trees(), means)
def test_a_change_is_the_sum_of_its_parts(data: st.DataObject, tree: Tree, method: Aggregation) -> None:
    """For every mean, every node and whatever is missing before or after; relative to the scale of the scores."""
    before = data.draw(tables(tree.indicators, scores_above_0))
    other = st.one_of(scores_above_0, st.just(np.nan))
    after = data.draw(arrays(np.float64, before.shape, elements=other))
    kept = data.draw(arrays(np.bool_, before.shape))
    after[kept] = before[kept] * data.draw(st.sampled_from([1.0, 1 + 1e-15, 1 + 1e-9]))
    node = data.draw(st.integers(0, len(tree.codes) - 1))
    change = decompose(before, after, tree, method, node)
    total = aggregate(after, tree, method)[:, node] - aggregate(before, tree, method)[:, node]
    assert_array_equal(change.total, total)
    both = ~np.isnan(total)
    parts = change.by_value[both].sum(axis=1) + change.by_weight[both].sum(axis=1)
    scale = np.fmax(before, after)[both]
    if both.any():
        assert (np.abs(parts - total[both]) <= ROUNDING * np.nanmax(scale)).all()


@given(st.data(), trees(), means)
def test_what_did_not_change_takes_no_part_in_the_change(
    data: st.DataObject, tree: Tree, method: Aggregation
) -> None:
    before = data.draw(tables(tree.indicators, scores_above_0, missing=False))
    after = before.copy()
    after[:, 0] = data.draw(arrays(np.float64, len(before), elements=scores_above_0))
    change = decompose(before, after, tree, method)
    assert_array_equal(change.by_value[:, 1:], 0)
    assert_array_equal(change.by_weight, 0)
    assert_allclose(change.by_value[:, 0], change.total, atol=100 * ROUNDING)


@given(tables(3, skewed), st.integers(0, 5))
def test_an_indicator_that_passes_is_left_untouched(values: Floats, points: int) -> None:
    skew, kurtosis = moments(values)
    passes = np.isnan(skew) | (np.abs(skew) < 2) | (kurtosis < 3.5)
    treated = treat(values, Treater(max_points=points))
    assert_array_equal(treated.values[:, passes], values[:, passes])
    assert not treated.points[passes].any()
    assert not treated.logged[passes].any()
    assert treated.passes[passes].all()


@given(arrays(np.float64, st.tuples(st.integers(8, 20), st.just(2)), elements=skewed), st.integers(0, 5))
def test_treatment_never_turns_two_units_round(values: Floats, points: int) -> None:
    values[0] = np.nan
    treated = treat(values, Treater(max_points=points))
    assert_array_equal(np.isnan(treated.values), np.isnan(values))
    for before, after in zip(values[1:].T, treated.values[1:].T, strict=True):
        assert np.isfinite(after).all()
        assert (np.diff(after[np.argsort(before, kind="stable")]) >= 0).all()
        assert np.ptp(after) > 0 or np.ptp(before) == 0


@given(tables(3, skewed), st.integers(0, 4))
def test_treating_columns_together_equals_treating_each_alone(values: Floats, points: int) -> None:
    limits = np.array([points, 5, 1])
    together = treat(values, Treater(), limits)
    for j, limit in enumerate(limits):
        alone = treat(values[:, [j]], Treater(max_points=int(limit)))
        assert_array_equal(together.values[:, [j]], alone.values)
        assert together.points[j] == alone.points[0]


@given(tables(2, raw_figures), st.sampled_from(["mean", "median", "group_mean", "group_median"]), st.data())
def test_imputing_fills_gaps_within_what_was_seen_and_changes_nothing_else(
    values: Floats, method: Imputation, data: st.DataObject
) -> None:
    groups = data.draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=len(values), max_size=len(values)))
    filled = impute(values, method, groups)
    seen = ~np.isnan(values)
    assert_array_equal(filled[seen], values[seen])
    for column, known in zip(filled.T, values.T, strict=True):
        fresh = column[np.isnan(known) & ~np.isnan(column)]
        if len(fresh):
            spare = ROUNDING * np.nanmax(np.abs(known))
            assert np.nanmin(known) - spare <= fresh.min() <= fresh.max() <= np.nanmax(known) + spare


@given(
    arrays(np.float64, st.tuples(st.integers(1, 3), st.just(10)), elements=st.one_of(whole, st.just(np.nan))),
    st.lists(st.integers(2011, 2024), max_size=3),
)
def test_a_line_never_crosses_a_break_nor_leaves_its_segment(series: Floats, breaks: list[int]) -> None:
    years = np.arange(2013, 2023)
    filled = interpolate(series, years, breaks)
    edges = [0, *sorted(breaks), 9999]
    for row, made in zip(series, filled, strict=True):
        for start, end in pairwise(edges):
            here = (years >= start) & (years < end)
            known = years[here & ~np.isnan(row)]
            for year in years[here]:
                at = year - 2013
                if not np.isnan(row[at]):
                    assert made[at] == row[at]
                elif len(known) and known.min() < year < known.max():
                    a, b = known[known < year].max(), known[known > year].min()
                    line = row[a - 2013] + (row[b - 2013] - row[a - 2013]) * (year - a) / (b - a)
                    assert made[at] == pytest.approx(line, rel=1e-9, abs=1e-9)
                else:
                    assert np.isnan(made[at])


@given(tables(2, raw_figures))
def test_the_best_unit_is_first_and_nobody_without_a_score_has_a_place(scores: Floats) -> None:
    ranks = places(scores)
    assert_array_equal(np.isnan(ranks), np.isnan(scores))
    for column, rank in zip(scores.T, ranks.T, strict=True):
        if not np.isnan(column).all():
            assert rank[np.nanargmax(column)] == 1
        for a, b in zip(column, rank, strict=True):
            if not np.isnan(a):
                assert b == 1 + (column > a).sum()


def improved(data: st.DataObject, tree: Tree, gain: float) -> tuple[Floats, Floats, int]:
    """A table, the same with one unit's figure better by ``gain``, and which unit."""
    before = data.draw(tables(tree.indicators, raw_figures))
    unit = data.draw(st.integers(0, len(before) - 1))
    indicator = data.draw(st.integers(0, tree.indicators - 1))
    after = before.copy()
    after[unit, indicator] += gain * tree.direction[indicator]
    return before, after, unit


def assert_not_lower(new: Floats, old: Floats) -> None:
    assert_array_equal(np.isnan(new), np.isnan(old))
    assert (np.isnan(new) | (new >= old * (1 - ROUNDING))).all()
