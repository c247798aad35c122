"""FEEL held against Python's own decimal, datetime and sets, and against any text at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from dmn_files import ROOT, feel
from hypothesis import given
from hypothesis import strategies as st

from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.parser import parse_expression, parse_tests
from jingwei.engines.decisions.tree import Node
from jingwei.engines.decisions.values import ARITHMETIC, date_of, days_of, parse_at, written
from jingwei.kernel.problems import Problem

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)
days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@given(numbers, numbers)
def test_arithmetic_is_that_of_decimal128(a, b):
    made = feel(f"[({a}) + ({b}), ({a}) - ({b}), ({a}) * ({b}), ({a}) / ({b}), ({a}) < ({b}), ({a}) = ({b})]")
    quotient = ARITHMETIC.divide(a, b) if b else None
    assert made == [ARITHMETIC.add(a, b), ARITHMETIC.subtract(a, b), ARITHMETIC.multiply(a, b), quotient, a < b, a == b]


@given(numbers)
def test_a_number_written_and_read_again_is_the_same_number(a):
    assert feel(f'number("{feel(f"string({a})")}", null, null)') == a
    assert "E" not in feel(f"string({a})")


@given(st.integers(-400_000_000, 400_000_000))
def test_days_and_dates_are_one_to_one_over_a_million_years(n):
    day = date_of(n)
    assert day is not None
    assert days_of(day.year, day.month, day.day) == n


@given(days, st.integers(-20_000, 20_000))
def test_days_are_added_as_pythons_calendar_adds_them(day, n):
    try:
        later = day + timedelta(days=n)
    except OverflowError:
        return
    assert written(feel(f'@"{day}" + duration("{"-" if n < 0 else ""}P{abs(n)}D")')) == str(later)
    assert feel(f'(@"{later}" - @"{day}") / @"P1D"') == n


@given(days)
def test_weekdays_and_weeks_of_the_year_are_those_of_iso_8601(day):
    assert feel(f'[@"{day}".weekday, week of year(@"{day}"), day of year(@"{day}")]') == [day.isoweekday(), day.isocalendar().week, day.timetuple().tm_yday]


local = st.datetimes(datetime.fromisoformat("1975-01-01"), datetime.fromisoformat("2035-01-01"))


@given(local, st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]), st.integers(0, 9_000))
def test_hours_pass_in_a_zone_as_they_pass_on_its_clocks(start, zone, hours):
    start = start.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    later = (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(ZoneInfo(zone))
    if later.fold or start.fold or start.astimezone(UTC).astimezone(ZoneInfo(zone)) != start:
        return  # an hour told twice a year, or never, has no one reading
    found = feel(f'@"{start:%Y-%m-%dT%H:%M:%S}@{zone}" + @"PT{hours}H"')
    assert written(found) == f"{later:%Y-%m-%dT%H:%M:%S}@{zone}"


@given(st.integers(-10**9, 10**9), st.integers(1, 10**6), st.booleans())
def test_a_duration_written_and_read_again_is_the_same(n, m, months):
    text = f"P{m}M" if months else f"PT{abs(n)}.5S"
    assert parse_at(written(parse_at(text))) == parse_at(text)


def points(r):
    """The points of a range over a grid fine enough to tell open ends from closed."""
    low, high, low_in, high_in = r
    return {x for x in range(4 * low, 4 * high + 1) if (x > 4 * low or low_in) and (x < 4 * high or high_in)}


ends = st.tuples(st.integers(0, 4), st.integers(1, 4), st.booleans(), st.booleans()).map(lambda t: (t[0], t[0] + t[1], t[2], t[3]))


def text_of(r):
    return f"{'[' if r[2] else '('}{r[0]}..{r[1]}{']' if r[3] else ')'}"


@given(ends, ends)
def test_relations_between_ranges_are_those_between_their_sets_of_points(a, b):
    one, other = points(a), points(b)
    told = {name: feel(f"{name}({text_of(a)}, {text_of(b)})") for name in ("before", "after", "overlaps", "includes", "during", "coincides", "meets", "starts", "finishes")}
    assert told["before"] == (max(one) < min(other))
    assert told["after"] == (min(one) > max(other))
    assert told["overlaps"] == bool(one & other)
    assert told["includes"] == (one >= other)
    assert told["during"] == (one <= other)
    assert told["coincides"] == (one == other)
    assert told["meets"] == (one & other == {max(one)} == {min(other)})
    assert told["starts"] == (min(one) == min(other) and a[2] == b[2] and one <= other)
    assert told["finishes"] == (max(one) == max(other) and a[3] == b[3] and one <= other)


@given(ends, st.integers(-1, 9))
def test_a_number_is_in_a_range_exactly_when_it_is_one_of_its_points(r, n):
    inside = 4 * n in points(r)
    assert feel(f"{n} in {text_of(r)}") == inside
    assert feel(f"includes({text_of(r)}, {n})") == inside


@pytest.mark.parametrize(("a", "b"), list(product(("true", "false", "null"), repeat=2)))
def test_and_and_or_have_three_values(a, b):
    truth = {"true": True, "false": False, "null": None}
    one, other = truth[a], truth[b]
    assert feel(f"{a} and {b}") is (False if False in (one, other) else None if None in (one, other) else True)
    assert feel(f"{a} or {b}") is (True if True in (one, other) else None if None in (one, other) else False)


@given(st.lists(st.integers(-50, 50), max_size=12))
def test_lists_are_sorted_filtered_and_counted_as_python_does(items):
    text = f"{items}"
    assert feel(f"sort({text}, function(x, y) x < y)") == sorted(map(Decimal, items))
    assert feel(f"{text}[item > 0]") == [i for i in items if i > 0]
    assert feel(f"count(distinct values({text}))") == len(set(items))
    assert feel(f"for i in {text} return i * 2") == [2 * i for i in items]
    assert feel(f"some i in {text} satisfies i > 10") is any(i > 10 for i in items)
    assert feel(f"every i in {text} satisfies i > 10") is all(i > 10 for i in items)


FRAGMENTS = ("if", "then", "else", "for", "in", "return", "some", "satisfies", "(", ")", "[", "]", "{", "}", "..", ".", ",", ":", "+", "-", "*", "/", "**", "<", "<=", "=", "!=", "1", "2.5", ".5",
             '"a"', '"', "@", '@"2020-01-01"', "x", "a b", "function", "instance of", "list<", ">", "and", "or", "not", "between", "null", "true", "?", "item", "//", "/*", "\n", "\\", "date and time", "external")


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(" ".join)))
def test_any_text_is_either_feel_or_refused_with_its_place(text):
    for read in (parse_expression, parse_tests):
        try:
            node = read(text, ROOT)
        except Problem as problem:
            assert problem.code.startswith("feel_")
            continue
        assert isinstance(node, Node)
    try:
        written(feel(text))
    except Problem as problem:
        assert problem.code.startswith(("feel_", "decision_"))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode), st.sampled_from([b"<definitions/>", b"<definitions><decision/></definitions>", b"<a>", b""])))
def test_any_file_is_either_a_model_or_refused(content):
    try:
        Model.read(content, "m.dmn")
    except Problem as problem:
        assert str(problem.where) or problem.code


@pytest.mark.parametrize(("text", "value"), [
    ('matches("foobar", "^fo*b.r$")', True), ('matches("FOO", "foo", "i")', True), ('matches("a\nb", "a.b")', False), ('matches("a\nb", "a.b", "s")', True),
    ('matches("hello world", "hello\\\\ sworld", "x")', True), ('matches("kbc", "[a-z-[aeiou]]+")', True), ('matches("aeiou", "[a-z-[aeiou]]")', False), ('matches("abab", "(ab)\\\\1")', True),
    ('replace("abc", "b", "$0$0")', "abbc"), ('replace("abc", "x*", "-")', None), ('split("a;b;;c", ";")', ["a", "b", "", "c"]), ('matches("a.b", "a.b", "q")', True),
    ('replace("abc", "(", "x")', None), ('matches("a", "a", "z")', None), ('string length("\U0001f600")', 1), ('substring("\U0001f600ab", 2, 1)', "a")])
def test_patterns_are_those_of_xpath(text, value):
    assert feel(text) == value


def test_names_may_hold_spaces_and_operators_where_they_are_known():
    assert feel("{a b: 2, a-b: 5, a: 1, b: 3, sum: a b + a-b, difference: a - b + 0}.sum") == 7
    assert feel("{first name: \"Li\", full: first name + \"!\"}.full") == "Li!"


def test_a_function_may_call_itself_and_keep_what_it_was_made_in():
    assert feel("{fact: function(n) if n <= 1 then 1 else n * fact(n - 1), r: fact(20)}.r") == 2432902008176640000
    assert feel("(for i in 1..3 return function(x) x * i)[2](10)") == 20


def test_time_comes_from_the_clock_it_is_given():
    from dmn_files import literals, model

    noon = datetime(2031, 5, 6, 12, tzinfo=UTC)
    assert written(model(literals({"d": "string(today()) + \" \" + string(now())"})).decide("d", {}, clock=lambda: noon)) == "2031-05-06 2031-05-06T12:00:00Z"
