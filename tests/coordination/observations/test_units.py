"""Units convert by exact powers of ten between names of one thing, and refuse between different things."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.units import chinese, convert, parse, shift
from jingwei.kernel.problems import Problem

MAGNITUDES = ["", "k ", "10k ", "万", "100M ", "亿", "M ", "million ", "tn ", "trillion ", "万亿", "百万", "千"]
FAMILIES = [
    ["yuan", "元", "RMB"], ["accounts", "households", "subscribers", "户", "users"], ["persons", "人", "users"],
    ["stations", "个", "座"], ["ports", "个"], ["parcels", "件"], ["patents", "件"], ["firms", "家"],
    ["volumes", "册"], ["t", "吨"], ["tce", "吨标准煤"], ["Wh", "瓦时"],
]
same_thing = st.sampled_from(FAMILIES).flatmap(
    lambda words: st.tuples(*[st.builds(str.__add__, st.sampled_from(MAGNITUDES), st.sampled_from(words))] * 2))
figures = st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=4)
unit_texts = st.one_of(st.text(max_size=20), same_thing.map(lambda pair: pair[0]),
                       st.text(alphabet="10kMtn万亿个元户 per/%", max_size=12))


@pytest.mark.parametrize(("value", "written", "kept", "expected"), [
    ("5.9", "100M accounts", "10k households", 59000.0),
    ("6.91", "亿户", "10k households", 69100.0),
    ("11.36", "100M ports", "10k ports", 113600.0),
    ("71.8", "10k", "10k stations", 71.8),
    ("483.8", "万个", "10k stations", 483.8),
    ("13.7276", "万亿元", "trillion yuan", 13.7276),
    ("137276", "亿元", "trillion yuan", 13.7276),
    ("1,234.5", "万元", "100M yuan", 0.12345),
    ("8.65", "亿户", "100M users", 8.65),
    ("8.65", "亿人", "100M users", 8.65),
    ("0.3", "亿吨", "Mt", 30.0),
    ("4.1", "亿吨标准煤", "10k tce", 41000.0),
    ("9121", "亿千瓦时", "100M kWh", 9121.0),
    ("64", "个/百家", "sites per 100 firms", 64.0),
    ("8.9", "张/千人", "beds per 1000", 8.9),
    ("119.2", "部/百人", "sets per 100", 119.2),
    ("6.05", "万公里", "km", 60500.0),
    ("32.85", "ZB", "EB", 32850.0),
    ("60.61", "％", "%", 60.61),
    ("60.61", "per cent", "%", 60.61),
])
def test_a_published_figure_in_the_unit_of_its_measure(value: str, written: str, kept: str, expected: float) -> None:
    assert convert(value, written, kept) == expected


@pytest.mark.parametrize(("one", "other"), [
    ("10k persons", "10k households"), ("100M yuan", "10k ports"), ("%", "ratio"), ("%", "percentage points"),
    ("10k", "%"), ("100M", "index 2020=100"), ("t", "tce"), ("yuan", "美元"), ("index", "index 0-100"),
    ("sets per 100", "10k sets"), ("rank", "10k"), ("", "yuan"), ("10k prots", "10k ports"), ("件", "人"),
    ("GB", "EFLOPS"), ("1234 yuan", "yuan"),
])
def test_different_things_do_not_convert(one: str, other: str) -> None:
    assert convert("1", one, other) is None
    assert convert("1", other, one) is None


@given(figures, same_thing)
def test_there_and_back_again_is_the_same_figure(value: Decimal, units: tuple[str, str]) -> None:
    there = shift(*units)
    assert there is not None
    assert shift(*reversed(units)) == -there
    assert convert(str(value.scaleb(there)), units[1], units[0]) == float(value)


@given(unit_texts)
def test_any_text_is_read_without_a_crash_and_equals_itself(text: str) -> None:
    parse(text)
    assert shift(text, text) == 0


@given(unit_texts, unit_texts)
def test_what_converts_one_way_converts_back_by_the_opposite_power(one: str, other: str) -> None:
    there, back = shift(one, other), shift(other, one)
    assert (there is None) == (back is None)
    assert there is None or back is None or there == -back


@given(figures)
def test_no_float_noise_appears(value: Decimal) -> None:
    assert convert(str(value), "100M accounts", "10k households") == float(f"{value}e4")


@pytest.mark.parametrize("text", ["", "about 10", "nan", "inf", "1,2,3", "12,34"])
def test_a_text_that_is_no_number_is_a_problem(text: str) -> None:
    with pytest.raises(Problem, match="not a number"):
        convert(text, "10k", "10k stations")


def test_a_unit_is_told_in_chinese_or_left_as_it_is():
    assert [chinese(u) for u in ("10k stations", "trillion yuan", "100M persons", "%", "EFLOPS", "index 0-100", "wells per mile")] == [
        "万个", "万亿元", "亿人", "%", "EFLOPS", "指数（0–100）", "wells per mile"]


def test_every_unit_of_a_measure_can_be_told_in_chinese() -> None:
    international = {"%", "EFLOPS", "ZB"}
    told = {m.unit: chinese(m.unit) for m in declared_measures().values()}
    assert [unit for unit, zh in told.items() if zh == unit and unit not in international] == []
