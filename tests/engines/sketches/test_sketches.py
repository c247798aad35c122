"""Sketches say of sets what the sets would say, within the interval they give, and of values nothing."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control, hypergeom

from jingwei.engines.sketches.columns import Numbers, bits
from jingwei.engines.sketches.intervals import discoveries, share, surprise
from jingwei.engines.sketches.names import Terms, dice, plain
from jingwei.engines.sketches.rows import Rows, agreement, held
from jingwei.engines.sketches.sets import END, Shelf, Sketch, common_part, containment, kept, member, sketch
from jingwei.engines.sketches.values import hashed, kind_of, normal, tied
from jingwei.kernel.tables import MISSING

KEY, OTHER = b"k" * 32, b"o" * 32
DRAWN = np.random.default_rng(809)


def drawn(number: int) -> np.ndarray:
    return DRAWN.integers(0, 2**64 - 1, number, dtype=np.uint64)


sets = st.frozensets(st.integers(0, 400).map(str), max_size=200)


# Values


@pytest.mark.parametrize(("one", "other"), [
    ("４４０１０６", "440106"), ("440106.0", "440106"), ("1,234.50", "1234.5"), ("2024年1月5日", "2024-01-05"), ("2024/1/5", "20240105"),
    ("2024-01-05 00:00:00", "2024.1.5"), ("+86 138-0013-8000", "13800138000"), ("'+86 138-0013-8000", "13800138000"), ("张 三", "张三"), ("（广州）公司", "(广州)公司"),
    ("44010619900101002X", "44010619900101002x"), ("ＡＢ12", "ab12"), ("+12.0", "12"), (" Main  Street ", "main street"), ("0.0", "0")])
def test_one_value_written_in_two_ways_is_one(one, other):
    assert normal(one) == normal(other) != ""


@pytest.mark.parametrize(("one", "other"), [("0012", "12"), ("2024-01-05", "2024-05-01"), ("1.5", "15"), ("-3", "3"), ("男", "女"), ("2024-1", "20241"), ("1-2", "12")])
def test_two_values_stay_two(one, other):
    assert normal(one) != normal(other)


@settings(max_examples=200)
@given(st.text(st.characters(max_codepoint=0x7F) | st.sampled_from("０９ａ　—－年月日（男张.,")))
def test_the_normal_form_of_a_normal_form_is_itself(text):
    assert normal(normal(text)) == normal(text)


def test_what_says_nothing_has_no_normal_form():
    assert {normal(t) for t in ("  ", "NULL", "　", "无", *MISSING)} == {""}


def test_kinds_are_told_by_shape():
    assert [kind_of(normal(t)) for t in ("2024-01-05", "440106", "12.5", "张三", "99999999")] == ["date", "integer", "decimal", "text", "integer"]


def test_under_another_key_no_hash_is_the_same():
    values = [str(i) for i in range(2_000)]
    assert not set(hashed(values, KEY)) & set(hashed(values, OTHER))
    assert len(set(hashed(values, KEY))) == 2_000


def test_the_same_value_of_two_subjects_looks_different_so_that_nobody_can_count_it():
    subjects = drawn(3_000)
    cells = tied(subjects, (["女" if i % 2 else "男"] for i in range(3_000)), 1, KEY)
    assert len(set(cells[:, 0].tolist())) > 2_990
    assert tied(subjects[:1], [["", "a", ""]], 3, KEY).astype(bool).tolist() == [[False, True, False]]
    assert tied(subjects[:1], [["a"]], 1, KEY) == tied(subjects[:1], [["a"]], 1, KEY) != tied(subjects[:1], [["a"]], 1, OTHER)


# Sets


@given(sets, sets)
def test_small_sets_answer_exactly(one, other):
    found = containment(sketch(hashed(one, KEY)), sketch(hashed(other, KEY)))
    if not one:
        assert found.value is None
        assert (found.low, found.high) == (0, 1)
    else:
        assert found.exact
        assert found.value == found.low == found.high == pytest.approx(len(one & other) / len(one))


@given(sets, sets, st.integers(1, 40), st.integers(1, 40))
def test_a_sketch_is_told_of_by_brute_force_below_both_thresholds(one, other, a, b):
    first, second = sketch(hashed(one, KEY), a), sketch(hashed(other, KEY), b)
    below = min(first.below, second.below)
    mine, theirs = ({h for h in hashed(s, KEY).tolist() if h < below} for s in (one, other))
    sample, there = common_part(first, second)
    assert set(sample.tolist()) == mine
    assert int(there.sum()) == len(mine & theirs)
    found = containment(first, second)
    assert found.low <= (found.value or 0) + 1e-12 or found.value is None
    assert found.value is None or found.value <= found.high + 1e-12
    assert first.size == len(one)


@settings(max_examples=25)
@given(st.lists(sets, max_size=12), sets, st.integers(1, 60))
def test_the_shelf_finds_what_a_look_at_each_pair_finds(laid, new, most):
    sketches = [sketch(hashed(s, KEY), most) for s in laid]
    one = sketch(hashed(new, KEY), most)
    which, shared, compared = Shelf(sketches).meet(one)
    brute = {i: common_part(one, s) for i, s in enumerate(sketches)}
    assert {int(i): (int(x), int(m)) for i, x, m in zip(which, shared, compared, strict=True)} == {
        i: (int(there.sum()), len(sample)) for i, (sample, there) in brute.items() if there.any()}


def test_members_are_looked_for_in_nothing_too():
    assert not member(drawn(3), np.zeros(0, np.uint64)).any()


def test_a_large_register_keeps_more_so_that_a_small_collection_in_it_is_still_seen():
    assert [kept(n) for n in (10, 1_024, 10_000, 1_000_000, 100_000_000)] == [10, 1_024, 1_024, 15_625, 65_536]
    register = drawn(400_000)
    found = containment(sketch(register[:1_500], 1_500), sketch(register))
    assert found.value == 1
    assert 0.7 < found.low < 1
    assert sketch(register[:7]).below == END


def test_intervals_of_containment_hold_the_truth_as_often_as_they_say():
    misses, tried = Counter[float](), 200
    for truth in (0.02, 0.5, 0.99):
        for _ in range(tried):
            one = drawn(4_000)
            other = np.concatenate([one[:round(4_000 * truth)], drawn(9_000)])
            found = containment(sketch(one, 200), sketch(other, 400))
            misses[truth] += not found.low <= truth <= found.high
    limit = float(binom.ppf(0.9999, tried, 0.05))
    assert all(n <= limit for n in misses.values()), misses


@pytest.mark.parametrize(("population", "compared"), [(40, 25), (300, 30), (5_000, 400)])
def test_the_interval_of_a_share_covers_every_share_of_a_finite_population(population, compared):
    """Against the hypergeometric itself, without drawing: the least coverage over all true shares."""
    reach = [share(x, compared, population) for x in range(compared + 1)]
    covered = []
    for there in range(0, population + 1, max(1, population // 60)):
        inside = [x for x, s in enumerate(reach) if s.low <= there / population + 1e-12 and there / population <= s.high + 1e-12]
        covered.append(float(hypergeom.pmf(inside, population, there, compared).sum()))
    assert min(covered) >= 0.94
    assert sum(covered) / len(covered) >= 0.95


def test_intervals_of_cells_that_count_in_part_hold_the_truth():
    draw, misses, tried = np.random.default_rng(19), 0, 400
    for _ in range(tried):
        parts = draw.choice([0, 0.25, 0.5, 1], 2_000, p=[0.5, 0.2, 0.2, 0.1])
        sample = draw.choice(parts, 150, replace=False)
        found = share(float(sample.sum()), 150, 2_000)
        misses += not found.low <= parts.mean() <= found.high
    assert misses <= binom.ppf(0.9999, tried, 0.05)


# Discoveries


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(0, 60), st.sampled_from([0.01, 0.05, 0.2]))
def test_discoveries_are_those_of_another_implementation(probabilities, more, rate):
    padded = np.array([*probabilities, *[1.0] * more])
    known = false_discovery_control(padded, method="by") <= rate
    ours = discoveries(np.array(probabilities), len(padded), rate)
    close = np.isclose(false_discovery_control(padded, method="by")[:len(probabilities)], rate, rtol=1e-9)
    assert (ours == known[:len(probabilities)])[~close].all()


def test_chance_alone_makes_no_more_false_discoveries_than_was_said():
    draw = np.random.default_rng(40)
    rounds, any_false = 200, 0
    for _ in range(rounds):
        compared = draw.integers(20, 400, 500)
        any_false += bool(discoveries(surprise(draw.binomial(compared, 0.05), compared, 0.05), 500, 0.05).any())
    assert any_false <= binom.ppf(0.9999, rounds, 0.05)


def test_the_surprise_is_the_binomials_tail():
    x = np.array([0, 1, 5, 40])
    assert surprise(x, 40, 0.1) == pytest.approx(binom.sf(x - 1, 40, 0.1))


# Columns


def test_information_of_a_column_is_what_another_row_says_the_same_with():
    assert bits([500, 500]) == pytest.approx(1, abs=0.02)
    assert bits([10] * 1_000) == pytest.approx(math.log2(1_000), abs=0.2)
    assert bits([1] * 20) < 8 < bits([1] * 100)
    assert bits([]) == bits([1]) == bits([5_000]) == 0


def density(values: list[str]) -> float:
    numbers = Numbers()
    for at in range(0, len(values), 100):
        numbers.add(values[at:at + 100])
    return numbers.density()


def test_numbers_in_a_row_are_dense_and_drawn_ones_are_not():
    draw = np.random.default_rng(7)
    assert density([str(i) for i in range(1, 1_000)]) > 0.99
    assert density([f"2023{i:06d}" for i in range(500)] + [f"2024{i:06d}" for i in range(300)]) > 0.99
    assert density([f"SQ-{i:05d}" for i in range(800)]) > 0.99
    assert density([str(i * 100) for i in range(30, 200)]) > 0.99
    assert density([str(i) for i in np.flatnonzero(draw.random(20_000) < 0.3)]) == pytest.approx(0.3, abs=0.03)
    assert density([str(i) for i in draw.integers(10**10, 2 * 10**10, 5_000)]) < 0.01
    assert density(["张三", "李四", "王五"]) == density([]) == density(["1"]) == 0


# Rows


def table(people: range, *columns: list[str], most: int | None = None) -> Rows:
    subjects = hashed(map(str, people), KEY)
    whole = sketch(subjects, most)
    inside = np.flatnonzero(subjects < whole.below)
    cells = tied(subjects[inside], ([c[i] for c in columns] for i in inside), len(columns), KEY)
    return Rows.of(subjects[inside], cells, whole.below, whole.size)


@settings(max_examples=20)
@given(st.integers(1, 80), st.integers(0, 80), st.integers(5, 200), st.randoms(use_true_random=False))
def test_what_two_tables_say_of_the_same_people_is_counted_as_a_join_would(size, shift, most, random):
    ours, theirs = range(size), range(shift, shift + 70)
    a, b = [random.choice(["", "x", "y"]) for _ in ours], [random.choice(["", "x", "y"]) for _ in theirs]
    one, other = table(ours, a, most=None), table(theirs, b, most=most)
    met = [p for p in ours if p in theirs and hashed([str(p)], KEY)[0] < other.sample.below]
    found = agreement(one, other)
    pairs = [(a[p], b[p - shift]) for p in met]
    assert found.subjects == len(met)
    assert found.both[0, 0] == sum(bool(x) and bool(y) for x, y in pairs)
    assert found.equal[0, 0] == sum(x == y != "" for x, y in pairs)
    share_of_cells = held(one, other, [(0, 0)])
    if share_of_cells.exact:
        assert share_of_cells.value == pytest.approx((len(met) + found.equal[0, 0]) / (2 * size))


# Names

TERMS = Terms({"id": ("公民身份号码", "身份证号", "id_card_no", "sfzh"), "name": ("姓名", "full name", "xm")}, whose=("申请人", "applicant"))


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("身份证号", "SFZH", 1), ("idCardNo", "公民身份号码", 1), ("申请人姓名", "XM", 1), ("applicant_full_name", "姓名", 1), ("姓名", "身份证号", 0),
    ("HOUSE_AREA", "houseArea", 1), ("", "", 0)])
def test_names_that_mean_the_same_are_alike(one, other, alike):
    assert TERMS.likeness(one, other) == TERMS.likeness(other, one) == alike


def test_names_nobody_knows_are_as_alike_as_their_letters():
    assert TERMS.likeness("房屋建筑面积", "建筑面积") == pytest.approx(2 * 3 / 8)
    assert TERMS.likeness("房屋建筑面积", "婚姻状况") == 0
    assert dice("a", "b") == 0
    assert plain("ID_Card No.") == "idcardno"


def test_a_name_that_stands_for_two_terms_is_refused():
    with pytest.raises(ValueError, match="stands for"):
        Terms({"a": ("x",), "b": ("X",)})


def test_a_sketch_of_everything_has_no_threshold():
    assert Sketch(drawn(0), END, 0).whole
