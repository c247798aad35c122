"""What a table of counts with hidden cells gives away, tried by an attacker who lists every table that could be behind it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jingwei.engines.disclosure.margins import Protected, protect, with_margins

THRESHOLD = 3


def ranges(published: Protected, most: int) -> dict[tuple[int, ...], tuple[int, int]]:
    """Least and most of every hidden part, over all tables of whole numbers that have the shown cells; by trying them all."""
    parts = tuple(n - 1 for n in published.counts.shape)
    inner = tuple(slice(0, n) for n in parts)
    shown, counts = published.shown, published.counts
    open_ = [tuple(c) for c in np.argwhere(~shown[inner])]
    found = dict.fromkeys(open_, (most + 1, -1))
    table = counts[inner].copy()
    for guess in product(range(1, most + 1), repeat=len(open_)):
        for cell, value in zip(open_, guess, strict=True):
            table[cell] = value
        full = with_margins(table)
        if (full[shown] == counts[shown]).all() and (full[~shown] >= 1).all():
            for cell, value in zip(open_, guess, strict=True):
                low, high = found[cell]
                found[cell] = min(low, value), max(high, value)
    return found


tables = st.tuples(st.integers(2, 3), st.integers(2, 3)).flatmap(lambda shape: arrays(np.int64, shape, elements=st.integers(0, 6)))


@settings(max_examples=25, deadline=None)
@given(tables)
def test_whoever_tries_every_table_cannot_tell_a_small_count_from_as_many_others_as_the_threshold(table):
    published = protect(table, THRESHOLD)
    inner = tuple(slice(0, n) for n in table.shape)
    if (~published.shown[inner]).sum() > 4:
        return  # too many to try; the next test takes these another way
    known = ranges(published, int(table.max()) + 6)
    for cell, (low, high) in known.items():
        if published.small[cell]:
            assert low <= table[cell] <= high
            assert high - low >= THRESHOLD


@settings(max_examples=25, deadline=None)
@given(st.tuples(st.integers(2, 3), st.integers(2, 4), st.integers(2, 3)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 25))), st.integers(2, 6))
def test_every_small_count_of_three_dimensions_has_two_tables_behind_it_that_lie_as_far_apart_as_is_promised(table, threshold):
    """The witnesses are made by a solver that knows nothing of how the cells were chosen: real relaxations first, whole numbers after."""
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp

    published = protect(table, threshold)
    full, inner = published.counts, tuple(slice(0, n) for n in table.shape)
    parts = list(np.ndindex(table.shape))
    place = {c: i for i, c in enumerate(parts)}
    rows, sums, free = [], [], []
    for cell in np.ndindex(full.shape):
        row = np.zeros(len(parts))
        for c in parts:
            row[place[c]] = all(at in (end - 1, own) for at, end, own in zip(cell, full.shape, c, strict=True))
        (rows if published.shown[cell] else free).append(row)
        if published.shown[cell]:
            sums.append(full[cell])
    for cell in [tuple(c) for c in np.argwhere(published.small[inner])][:4]:
        goal = np.zeros(len(parts))
        goal[place[cell]] = 1
        found = []
        for sign in (1, -1):
            given_ = {"A_eq": np.array(rows), "b_eq": np.array(sums)} if rows else {}
            more = {"A_ub": -np.array(free), "b_ub": -np.ones(len(free))} if free else {}
            bounds = (0, 3 * int(full.max()) + 200)
            assert linprog(sign * goal, bounds=bounds, **given_, **more).status == 0
            limits = [LinearConstraint(np.array(rows), sums, sums)] if rows else []
            limits += [LinearConstraint(np.array(free), 1, np.inf)] if free else []
            solved = milp(sign * goal, constraints=limits, integrality=np.ones(len(parts)), bounds=Bounds(*bounds))
            found.append(round(float(solved.x[place[cell]])))
        assert found[1] - found[0] >= threshold


@settings(max_examples=15, deadline=None)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 5)))
def test_where_only_sums_are_shown_whoever_tries_every_table_learns_as_little_of_a_small_count(table):
    published = protect(table, THRESHOLD, margins_only=True)
    assert not published.shown[:2, :2].any()
    full, shown, sums = published.counts, published.shown, np.ones((3, 3), dtype=bool)
    sums[:2, :2] = False
    known: dict[tuple[int, ...], set[int]] = {}
    for guess in product(range(int(table.max()) + 6), repeat=4):
        there = with_margins(np.array(guess).reshape(2, 2))
        if (there[shown] == full[shown]).all() and (there[~shown & sums] >= 1).all():
            for cell in np.argwhere(published.small):
                known.setdefault(tuple(cell), set()).add(int(there[tuple(cell)]))
    assert all(max(values) - min(values) >= THRESHOLD for values in known.values())
    assert len(known) == published.small.sum()


@settings(max_examples=25, deadline=None)
@given(tables, st.integers(1, 8))
def test_what_is_shown_is_true_and_no_count_below_the_threshold_is_among_it(table, threshold):
    published = protect(table, threshold)
    assert (published.counts == with_margins(table)).all()
    assert not ((published.counts[published.shown] > 0) & (published.counts[published.shown] < threshold)).any()
    assert published.shown[published.counts == 0].all()


@settings(max_examples=25, deadline=None)
@given(tables, st.integers(2, 9))
def test_a_table_without_small_counts_is_shown_whole(table, threshold):
    assert protect(table * 10 + (table > 0) * threshold, threshold).shown.all()


def test_one_hidden_count_in_a_row_and_a_column_takes_three_others_with_it():
    """2 alone could be had by subtraction from either margin: four corners of a rectangle have to go."""
    published = protect(np.array([[2, 30, 40], [50, 60, 70], [80, 90, 99]]), 5)
    assert int((~published.shown).sum()) == 4
    assert sorted(int(n) for n in published.counts[~published.shown]) == [2, 30, 50, 60]


@pytest.mark.parametrize("table", [[[1]], [[0, 0], [0, 2]], [[0]]])
def test_a_table_of_next_to_nobody_shows_nothing_but_zeros(table):
    published = protect(np.array(table), 5)
    assert (published.counts[published.shown] == 0).all()
