"""What is proved of a table holds for every input of a grid fine enough to tell its cells apart."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from dmn_files import decided, model, table
from hypothesis import given
from hypothesis import strategies as st

from jingwei.engines.decisions.plain import taken
from jingwei.engines.decisions.proofs import check, diff
from jingwei.engines.decisions.vectors import Batch
from jingwei.kernel.problems import NotAssessable, Problem

GRID = [Decimal(n) / 2 for n in range(-2, 13)]
WORDS = ["", "a", "b", "c", "d"]
number_tests = st.one_of(
    st.just("-"), st.integers(0, 5).map(str), st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 5)).map(lambda t: f"{t[0]} {t[1]}"),
    st.tuples(st.sampled_from("[("), st.integers(0, 5), st.integers(0, 5), st.sampled_from("])")).map(lambda t: f"{t[0]}{min(t[1:3])}..{max(t[1:3])}{t[3]}"),
    st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda t: f"not({t[0]}, > {t[1]})"))
word_tests = st.one_of(st.just("-"), st.sampled_from(['"a"', '"b"', '"a","c"', 'not("b")', '> "b"', '["a".."c")']))
flag_tests = st.sampled_from(["-", "true", "false"])
tables = st.lists(st.tuples(number_tests, word_tests, flag_tests, st.integers(0, 2).map(str)), min_size=1, max_size=6)
INPUTS = {"n": "number", "w": "string", "b": "boolean"}
EVERY = [{"n": n, "w": w, "b": b} for n, w, b in product(GRID, WORDS, (True, False))]


def matching(rules, given_inputs):
    """Which rules match, each tried by a table of its own."""
    return [i for i, rule in enumerate(rules) if decided(table(INPUTS, [(*rule[:3], "1")]), **given_inputs) is not None]


@given(tables)
def test_a_table_is_complete_and_free_of_overlap_exactly_when_every_input_meets_one_rule(rules):
    read = model(table(INPUTS, rules, policy="COLLECT"))
    met = [len(read.decide("d", i)) for i in EVERY]
    unique = model(table(INPUTS, rules))
    unique.compile_all()
    found = check(unique.table("d"))
    assert bool(found.gaps) == (0 in met)
    assert bool(found.overlaps) == any(n > 1 for n in met)
    assert found.sound == all(n == 1 for n in met)


@given(tables)
def test_every_counter_example_is_one(rules):
    read = model(table(INPUTS, rules))
    found = check(read.table("d"))
    for gap in found.gaps[:3]:
        assert matching(rules, gap.example) == []
    for overlap in found.overlaps[:3]:
        assert matching(rules, overlap.region.example) == list(overlap.rules)
        assert read.decide("d", overlap.region.example) is None


@given(tables, tables)
def test_a_difference_is_found_exactly_when_some_input_is_answered_otherwise(before, after):
    old, new = model(table(INPUTS, before, policy="FIRST")), model(table(INPUTS, after, policy="FIRST"))
    changes, more = diff(old.table("d"), new.table("d"))
    assert bool(changes) == any(old.decide("d", i) != new.decide("d", i) for i in EVERY)
    for change in changes:
        assert old.decide("d", change.region.example) == change.before
        assert new.decide("d", change.region.example) == change.after
        assert change.before != change.after
    assert more or len(changes) <= 20


@given(tables, st.sampled_from(["UNIQUE", "FIRST", "COLLECT", "RULE ORDER", "ANY"]))
def test_whole_columns_are_answered_as_each_row_by_itself(rules, policy):
    read = model(table(INPUTS, rules, policy=policy))
    batch = Batch(read, "d")
    rows = [*EVERY[::7], {"n": None, "w": "a", "b": True}, {"n": Decimal("2.5"), "w": None, "b": None}]
    expected = [read.decide("d", row) for row in rows]
    assert batch.decide({name: [row[name] for row in rows] for name in INPUTS}).tolist() == expected
    doubles = np.array([np.nan if row["n"] is None else float(row["n"]) for row in rows])
    assert batch.decide({"n": doubles, "w": [r["w"] for r in rows], "b": [r["b"] for r in rows]}).tolist() == expected


@given(st.lists(st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 1)), min_size=1, max_size=30))
def test_a_double_stands_for_its_shortest_decimal(values):
    read = model(table({"x": "number"}, [("0.1", "1"), ("> 0.3", "2"), ("0.3", "3"), ("-", "4")], policy="FIRST"))
    assert Batch(read, "d").decide({"x": np.array(values)}).tolist() == [read.decide("d", {"x": taken(v)}) for v in values]


def test_a_gap_between_dates_or_durations_is_a_whole_day_or_nothing():
    rules = [('<= date("2025-01-31")', "1"), ('>= date("2025-02-01")', "2")]
    assert check(model(table({"x": "date"}, rules)).table("d")).sound
    assert not check(model(table({"x": "date"}, [rules[0], ('> date("2025-02-01")', "2")])).table("d")).sound


def test_allowed_values_say_what_a_table_must_answer():
    rules = [('"urban"', "1"), ('"rural"', "2")]
    assert not check(model(table({"x": "string"}, rules)).table("d")).sound
    assert check(model(table({"x": "string"}, rules, allowed={"x": '"urban","rural"'})).table("d")).sound
    assert decided(table({"x": "string"}, [("-", "1")], allowed={"x": '"urban","rural"'}), x="sea") is None


def test_rules_that_agree_may_overlap_under_any_and_a_rule_nothing_reaches_is_named():
    agree = model(table({"x": "number"}, [("< 5", "1"), ("< 3", "1"), (">= 5", "2")], policy="ANY"))
    assert check(agree.table("d")).sound
    never = check(model(table({"x": "number"}, [("< 5", "1"), ("< 3", "2"), ("-", "3")], policy="FIRST")).table("d"))
    assert never.idle == (1,)
    assert never.sound


def test_no_rule_is_no_fault_where_hits_are_collected_or_a_default_answers():
    rules = [("< 5", "1"), ("> 5", "2")]
    for policy in ("COLLECT", "RULE ORDER"):
        found = check(model(table({"x": "number"}, rules, policy=policy)).table("d"))
        assert [g.example["x"] for g in found.gaps] == [5]
        assert found.sound
    content = table({"x": "number"}, rules).replace(b"</output>", b"<defaultOutputEntry><text>9</text></defaultOutputEntry></output>")
    assert check(model(content).table("d")).sound
    assert decided(content, x=Decimal(5)) == 9


def test_what_depends_on_other_inputs_is_said_not_to_be_provable():
    with pytest.raises(NotAssessable) as told:
        check(model(table({"x": "number", "y": "number"}, [("< y", "-", "1")])).table("d"))
    assert "x" in str(told.value)
    with pytest.raises(Problem):
        Batch(model(table({"x": "number", "y": "number"}, [("< y", "-", "1")])), "d")


@pytest.mark.parametrize(("policy", "more", "answer"), [
    ("COLLECT", ' aggregation="SUM"', 42), ("COLLECT", ' aggregation="MIN"', 2), ("COLLECT", ' aggregation="MAX"', 30), ("COLLECT", ' aggregation="COUNT"', 3),
    ("COLLECT", "", [10, 30, 2]), ("RULE ORDER", "", [10, 30, 2]), ("FIRST", "", 10), ("PRIORITY", "", 30), ("OUTPUT ORDER", "", [30, 2, 10]), ("UNIQUE", "", None), ("ANY", "", None)])
def test_every_hit_policy_does_what_its_name_says(policy, more, answer):
    rules = [("< 9", "10"), ("> 9", "99"), ("< 8", "30"), ("-", "2")]
    assert decided(table({"x": "number"}, rules, policy=policy, values="30, 2, 10, 99", more=more), x=Decimal(5)) == answer
