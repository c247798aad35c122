"""Years, halves, quarters and months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.periods import Period
from jingwei.kernel.problems import Problem

COUNTS = {"year": 1, "half": 2, "quarter": 4, "month": 12}
periods = st.sampled_from(sorted(COUNTS)).flatmap(
    lambda kind: st.builds(Period, st.integers(1000, 2999), st.just(kind), st.integers(1, COUNTS[kind])))


@given(periods)
def test_a_period_is_read_back_from_how_it_is_written(period):
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(("written", "meant"), [
    ("2025", "2025"), ("2025年", "2025"), (" 2025 ", "2025"), ("２０２５", "2025"), ("2025h1", "2025H1"), ("2025-H2", "2025H2"),
    ("2025q3", "2025Q3"), ("2025-Q4", "2025Q4"), ("2025-06", "2025-06"), ("202506", "2025-06"), ("２０２５－０６", "2025-06"),
    ("2025年度", "2025"), ("2025年上半年", "2025H1"), ("2025年下半年", "2025H2"), ("2025年第三季度", "2025Q3"), ("2025年1季度", "2025Q1"),
    ("2025年6月", "2025-06"), ("2025年12月份", "2025-12"), ("２０２５年０６月", "2025-06")])
def test_usual_forms_mean_the_same_period(written, meant):
    assert str(Period.parse(written)) == meant


@pytest.mark.parametrize("written", ["", "25", "20255", "2025H3", "2025Q5", "2025Q0", "2025-13", "2025-00", "2025-6", "3025", "0999",
                                     "2025.0", "2025/06", "FY2025", "2٠25", "2025-06-30", "last year", "2025年13月", "2025年0季度", "2025年五季度",
                                     "上半年", "2025年6", "2025年6月30日"])
def test_other_forms_are_refused_with_those_that_are_understood(written):
    with pytest.raises(Problem, match="2025Q3") as raised:
        Period.parse(written)
    assert raised.value.code == "bad_period"


@given(st.text() | st.text("0123456789HQ年-", max_size=8))
def test_any_text_is_a_period_or_a_short_problem(text):
    try:
        assert 1000 <= Period.parse(text).year <= 2999
    except Problem as problem:
        assert len(str(problem)) < 500


@pytest.mark.parametrize(("written", "end"), [("2025", date(2025, 12, 31)), ("2025H1", date(2025, 6, 30)), ("2025H2", date(2025, 12, 31)),
                                              ("2025Q1", date(2025, 3, 31)), ("2024-02", date(2024, 2, 29)),
                                              ("1900-02", date(1900, 2, 28)), ("2025-12", date(2025, 12, 31))])
def test_a_period_ends_on_its_last_day(written, end):
    assert Period.parse(written).end == end


@given(st.integers(1000, 2998), st.sampled_from(["half", "quarter", "month"]))
def test_the_parts_of_a_year_follow_each_other_and_end_with_it(year, kind):
    ends = [Period(year, kind, n).end for n in range(1, COUNTS[kind] + 1)]
    assert ends == sorted(ends)
    assert ends[-1] == Period(year).end
    assert {(end + timedelta(days=1)).day for end in ends} == {1}


@given(periods, periods)
def test_an_earlier_year_always_sorts_first(one, other):
    if one.year != other.year:
        assert (one < other) == (one.year < other.year)
