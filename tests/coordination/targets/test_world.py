from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jingwei.coordination.targets.world import (
    FIELDS,
    RankPanel,
    mobility_backtest,
    rank_outlook,
    theil,
    theil_interval,
    theil_parts,
    weakest_over_mean,
)
from jingwei.kernel.problems import NotAssessable, Problem

LATER = {2020: 45, 2022: 43, 2024: 35}


@cache
def egdi(folder: Path) -> tuple[RankPanel, dict[int, int]]:
    """Ranks of 193 states in five editions, and China's in eight."""
    ranks: dict[str, dict[int, float]] = {}
    for row in csv.DictReader((folder / "facts/egdi.csv").read_text(encoding="utf-8").splitlines()):
        ranks.setdefault(row["iso3"], {})[int(row["year"])] = float(row["rank"] or "nan")
    editions = sorted({edition for one in ranks.values() for edition in one})
    table = np.array([[one.get(edition, np.nan) for edition in editions] for one in ranks.values()])
    return RankPanel(np.array(editions), table), {e: int(r) for e, r in ranks["CHN"].items()} | LATER


def resting(states: int = 100, editions: int = 4) -> RankPanel:
    return RankPanel(2010 + 2 * np.arange(editions), np.repeat(np.arange(1.0, states + 1)[:, None], editions, axis=1))


# Rank


def test_the_two_models_disagree_on_the_front_rank_and_both_are_stated(shared):
    panel, own = egdi(shared)
    outlook = rank_outlook(panel, own, 2034, breaks=(2012,), seed=1)
    print()
    for reading in outlook.readings:
        print(f"{reading.model:>24} moves {reading.moves:>3}  P(<=10) {reading.within[10]:.3f}  P(<=20) "
              f"{reading.within[20]:.3f}  median {reading.median:.0f} [{reading.q05:.0f}, {reading.q95:.0f}]")
    low, high = outlook.between(20)
    assert 0 < low < 0.3
    assert 0.4 < high < 0.9
    assert outlook.between(10)[1] < 0.3
    assert (outlook.start, outlook.start_rank, outlook.edition) == (2024, 35, 2034)


@pytest.mark.parametrize("choice", [{}, {"only_past": True}, {"breaks": (2012,)}])
def test_mobility_intervals_two_editions_ahead_cover_and_its_transform_is_near_uniform(shared, choice):
    result = mobility_backtest(egdi(shared)[0], ahead=2, seed=1, **choice)
    shape = np.histogram(result.pit, 10, (0, 1))[0] / result.n
    print(f"\n{choice}: n {result.n}, covered {result.coverage90:.3f}, distance {result.distance:.3f}, "
          f"transform by tenths {np.round(shape, 3).tolist()}")
    assert 0.85 <= result.coverage90 <= 0.98
    assert result.distance < 0.15


def test_where_nobody_ever_moved_nobody_will():
    own = dict.fromkeys((2008, 2010, 2012, 2014, 2016), 35)
    for reading in rank_outlook(resting(), own, 2026, breaks=(), seed=1, draws=200).readings:
        assert (reading.q05, reading.median, reading.q95) == (35, 35, 35)
        assert reading.within == {10: 0.0, 20: 0.0}


def test_a_steady_climb_is_continued_by_the_drift_and_not_by_mobility():
    own = {2008: 80, 2010: 67, 2012: 50, 2014: 33, 2016: 20}
    readings = {one.model: one for one in rank_outlook(resting(), own, 2018, breaks=(), seed=1, draws=500).readings}
    assert 9 <= readings["own_drift"].median <= 13
    assert readings["mobility"].median == 20


@given(st.integers(0, 1000), st.integers(1, 100))
def test_no_path_leaves_the_table_and_a_seed_repeats_itself(seed, rank):
    rng = np.random.default_rng(seed)
    panel = RankPanel([2010, 2012, 2014], np.array([rng.permutation(100) + 1.0 for _ in range(3)]).T)
    own = dict(zip(range(2008, 2018, 2), [50, 1, 100, 2, rank], strict=True))
    outlook = rank_outlook(panel, own, 2026, breaks=(), seed=seed, draws=300)
    for reading in outlook.readings:
        assert 1 <= reading.q05 <= reading.median <= reading.q95 <= 100
        assert reading.within[10] <= reading.within[20]
    assert outlook == rank_outlook(panel, own, 2026, breaks=(), seed=seed, draws=300)


def test_moves_across_a_break_are_left_out_of_the_readings_within_one_method(shared):
    panel, own = egdi(shared)
    moves = {one.model: one.moves for one in rank_outlook(panel, own, seed=1, draws=100).readings}
    assert moves["own_drift"] - moves["own_drift_within_method"] == 1
    assert moves["mobility"] - moves["mobility_within_method"] == 192


def test_an_outlook_needs_own_moves_donors_and_an_edition_ahead():
    own = {2008: 50, 2010: 48, 2012: 46, 2014: 44, 2016: 42}
    with pytest.raises(NotAssessable, match="own moves"):
        rank_outlook(resting(), {2014: 50, 2016: 40}, 2026, seed=1)
    with pytest.raises(NotAssessable, match="no edition after 2016"):
        rank_outlook(resting(), own, 2025, seed=1)
    with pytest.raises(NotAssessable, match="not 2 years apart"):
        rank_outlook(resting(), own | {2020: 30}, 2026, seed=1)
    with pytest.raises(NotAssessable, match="donor moves"):
        rank_outlook(resting(states=60, editions=2), own | {2014: 44}, 2026, breaks=(2012,), seed=1)
    with pytest.raises(Problem, match="ranks run from 1 to 100"):
        rank_outlook(resting(), own | {2018: 101}, 2026, seed=1)
    with pytest.raises(NotAssessable, match="evenly spaced"):
        RankPanel([2010, 2012, 2013], np.ones((5, 3)))


# Theil

places = st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 1e3), st.sampled_from("abc")), min_size=1, max_size=20)


def test_one_half_owning_all_is_log_two():
    assert theil([0.0, 2.0], [1.0, 1.0]) == pytest.approx(np.log(2))


def test_a_place_of_three_counts_as_three_places_of_one():
    assert theil([1.0, 5.0], [3.0, 1.0]) == pytest.approx(theil([1.0, 1.0, 1.0, 5.0], np.ones(4)))


@given(places, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_theil_is_never_negative_and_sees_neither_unit_nor_size(rows, unit, size):
    x, w, _ = (np.array(column) for column in zip(*rows, strict=True))
    value = theil(x, w)
    assert value >= 0
    assert_allclose(theil(x * unit, w * size), value, rtol=1e-6, atol=1e-12)
    assert theil(np.full_like(x, 7.0), w) == pytest.approx(0, abs=1e-12)


@given(places)
def test_between_and_within_add_up_to_the_whole(rows):
    x, w, g = zip(*rows, strict=True)
    parts = theil_parts(x, w, g)
    assert_allclose(parts.total, theil(x, w), rtol=1e-7, atol=1e-12)
    assert_allclose(sum(parts.groups.values()), parts.within, atol=1e-12)
    assert min(parts.between, parts.within) >= 0


def test_the_interval_is_a_point_without_noise_and_widens_with_it():
    x, w = [3.1, 4.7, 9.9, 2.2], [5.0, 3.0, 1.0, 8.0]
    exact = theil_interval(x, w, half_unit=0.0, seed=1)
    assert_allclose(exact, theil(x, w))
    rounded, revised = (theil_interval(x, w, half_unit=0.05, revision=r, seed=1) for r in (0.0, 0.02))
    assert exact[0] - exact[1] < rounded[1] - rounded[0] < revised[1] - revised[0]
    assert rounded[0] < theil(x, w) < rounded[1]


def test_what_is_missing_or_negative_makes_no_theil():
    with pytest.raises(NotAssessable, match="missing"):
        theil([1.0, np.nan], [1.0, 1.0])
    with pytest.raises(Problem, match="0 or more"):
        theil([1.0, -1.0], [1.0, 1.0])


# Five fields


@given(st.lists(st.floats(0.1, 100), min_size=5, max_size=5))
def test_the_weakest_field_sets_the_ratio(scores):
    ratio = weakest_over_mean(dict(zip(FIELDS, scores, strict=True)))
    assert ratio == pytest.approx(min(scores) / np.mean(scores))
    assert 0 < ratio <= 1 + 1e-12


@pytest.mark.parametrize("absent", FIELDS)
def test_four_fields_are_not_assessable(absent):
    scores: dict[str, float | None] = dict.fromkeys(FIELDS, 60.0)
    for nothing in (None, float("nan")):
        with pytest.raises(NotAssessable, match=absent):
            weakest_over_mean(scores | {absent: nothing})
    del scores[absent]
    with pytest.raises(NotAssessable, match=absent):
        weakest_over_mean(scores)


def test_a_sixth_field_is_refused():
    with pytest.raises(Problem, match="none of the five"):
        weakest_over_mean(dict.fromkeys((*FIELDS, "defence"), 60.0))
