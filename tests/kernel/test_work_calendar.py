"""Working days as the State Council's notices set them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.periods import Notice, WorkCalendar, work_calendar
from jingwei.kernel.problems import Problem

NOTICES = {
    2019: ("国办发明电〔2018〕15号，劳动节依〔2019〕3号", "20181230-20190101 0204-0210 0405-0407 0501-0504 0607-0609 0913-0915 1001-1007",
           "20181229 0202 0203 0428 0505 0929 1012"),
    2020: ("国办发明电〔2019〕16号，春节依〔2020〕1号", "0101 0124-0202 0404-0406 0501-0505 0625-0627 1001-1008", "0119 0426 0509 0628 0927 1010"),
    2021: ("国办发明电〔2020〕27号", "0101-0103 0211-0217 0403-0405 0501-0505 0612-0614 0919-0921 1001-1007",
           "0207 0220 0425 0508 0918 0926 1009"),
    2022: ("国办发明电〔2021〕11号", "0101-0103 0131-0206 0403-0405 0430-0504 0603-0605 0910-0912 1001-1007",
           "0129 0130 0402 0424 0507 1008 1009"),
    2023: ("国办发明电〔2022〕16号", "20221231-20230102 0121-0127 0405 0429-0503 0622-0624 0929-1006",
           "0128 0129 0423 0506 0625 1007 1008"),
    2024: ("国办发明电〔2023〕7号", "0101 0210-0217 0404-0406 0501-0505 0610 0915-0917 1001-1007",
           "0204 0218 0407 0428 0511 0914 0929 1012"),
    2025: ("国办发明电〔2024〕12号", "0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008", "0126 0208 0427 0928 1011"),
    2026: ("国办发明电〔2025〕7号", "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
           "0104 0214 0228 0509 0920 1010"),
}
"""Days off and days worked, typed from the notices; a day without a year is one of the notice's own year."""


def days(year: int, written: str) -> frozenset[date]:
    def day(text: str) -> date:
        return date(*((int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 else (year, int(text[:2]), int(text[2:]))))

    spans = [[day(end) for end in span.split("-")] for span in written.split()]
    return frozenset(span[0] + timedelta(days=n) for span in spans for n in range((span[-1] - span[0]).days + 1))


def notice(year: int) -> Notice:
    number, off, worked = NOTICES[year]
    return Notice(year, number, days(year, off), days(year, worked))


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return work_calendar()


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_is_worked_or_off_as_the_notices_say(calendar, year):
    off = frozenset().union(*(notice(y).off for y in NOTICES))
    worked = frozenset().union(*(notice(y).worked for y in NOTICES))
    for n in range(366):
        day = date(year, 1, 1) + timedelta(days=n)
        if day.year == year and day <= calendar.until:
            assert calendar.works_on(day) == (day in worked or (day.weekday() < 5 and day not in off)), day


@pytest.mark.parametrize(("start", "n", "end"), [
    ("2018-12-28", 3, "2019-01-03"),   # Sa 29 Dec worked; 2, 3 Jan
    ("2019-04-26", 5, "2019-05-06"),   # Su 28, 29, 30 Apr; Su 5, 6 May, as 〔2019〕3号 changed it
    ("2019-09-27", 3, "2019-10-08"),   # Su 29, 30 Sep; 8 Oct
    ("2020-01-16", 10, "2020-02-06"),  # 17, Su 19, 20-23 Jan; 3-6 Feb, after 〔2020〕1号 had lengthened the holiday
    ("2020-09-25", 5, "2020-10-09"),   # Su 27, 28, 29, 30 Sep; 9 Oct
    ("2021-02-05", 10, "2021-02-24"),  # Su 7, 8-10; 18, 19, Sa 20, 22-24 Feb
    ("2021-09-17", 10, "2021-10-08"),  # Sa 18, 22-24, Su 26, 27-30 Sep; 8 Oct
    ("2022-01-28", 3, "2022-02-07"),   # Sa 29, Su 30 Jan; 7 Feb
    ("2022-04-22", 10, "2022-05-09"),  # Su 24, 25-29 Apr; 5, 6, Sa 7, 9 May
    ("2022-12-30", 1, "2023-01-03"),   # 31 Dec to 2 Jan off
    ("2023-06-21", 1, "2023-06-25"),   # a Sunday
    ("2023-09-28", 2, "2023-10-08"),   # Sa 7, Su 8 Oct
    ("2024-02-02", 10, "2024-02-21"),  # Su 4, 5-9; Su 18, 19-21 Feb
    ("2024-04-03", 1, "2024-04-07"),   # a Sunday
    ("2024-09-13", 20, "2024-10-17"),  # Sa 14, 18-20, 23-27, Su 29, 30 Sep; 8-11, Sa 12, 14-17 Oct
    ("2025-09-24", 20, "2025-10-28"),  # 25, 26, Su 28, 29, 30 Sep; 9, 10, Sa 11, 13-17, 20-24, 27, 28 Oct
    ("2025-12-31", 2, "2026-01-05"),   # Su 4, 5 Jan
    ("2026-02-12", 10, "2026-03-04"),  # 13, Sa 14; 24-27, Sa 28 Feb; 2-4 Mar
    ("2026-09-18", 15, "2026-10-15"),  # Su 20, 21-24, 28-30 Sep; 8, 9, Sa 10, 12-15 Oct
])
def test_terms_worked_out_by_hand_end_on_the_day_worked_out(calendar, start, n, end):
    assert calendar.add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)
    assert calendar.working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == n


STARTS = st.dates(date(2004, 6, 1), date(2026, 6, 1))


@given(STARTS, st.integers(0, 60), st.integers(0, 60))
def test_a_term_in_two_parts_ends_with_the_whole(start, a, b):
    c = work_calendar()
    assert c.add_working_days(c.add_working_days(start, a), b) == c.add_working_days(start, a + b)


@given(STARTS, st.integers(0, 1500), st.integers(0, 90))
def test_a_later_start_or_a_longer_term_never_ends_earlier(start, later, n):
    c = work_calendar()
    other = min(start + timedelta(days=later), date(2026, 6, 1))
    assert c.add_working_days(start, n) <= c.add_working_days(other, n)
    assert c.add_working_days(start, n) < c.add_working_days(start, n + 1)


@given(STARTS, st.integers(0, 100))
def test_counting_the_days_of_a_term_gives_its_length_back(start, n):
    c = work_calendar()
    end = c.add_working_days(start, n)
    assert c.working_days_between(start, end) == n == -c.working_days_between(end, start)
    if c.works_on(start):
        assert c.add_working_days(end, -n) == start


@given(STARTS, st.dates(date(2004, 6, 1), date(2026, 6, 1)))
def test_days_are_counted_as_one_would_on_the_fingers(start, end):
    c = work_calendar()
    start, end = min(start, end), min(max(start, end), min(start, end) + timedelta(days=500))
    assert c.working_days_between(start, end) == sum(c.works_on(start + timedelta(days=n + 1)) for n in range((end - start).days))


@pytest.mark.parametrize(("ask", "year"), [
    (lambda c: c.add_working_days(date(2026, 12, 1), 30), 2027), (lambda c: c.add_working_days(date(2030, 1, 1), 1), 2030),
    (lambda c: c.works_on(date(2026, 12, 29)), 2027), (lambda c: c.working_days_between(date(2026, 1, 1), date(2027, 3, 1)), 2027),
    (lambda c: c.on_or_after(date(2003, 12, 31)), 2003), (lambda c: c.add_working_days(date(2004, 1, 2), -5), 2003)])
def test_days_of_a_year_whose_calendar_is_not_known_are_refused_by_the_years_name(ask, year):
    calendar = work_calendar()
    if calendar.until != date(2026, 12, 28) and year > 2026:
        calendar = WorkCalendar(calendar.first, date(2026, 12, 28), tuple(d for d in calendar.days if d <= date(2026, 12, 28)))
    with pytest.raises(Problem, match=str(year)) as raised:
        ask(calendar)
    assert raised.value.code == "unknown_calendar"
    assert str(year) in raised.value.remedy.en


def test_the_last_days_of_a_year_wait_for_the_next_years_notice(calendar):
    """29 December 2018, a Saturday, was worked by the notice for 2019; nobody could know it in November 2018."""
    before = WorkCalendar(calendar.first, date(2018, 12, 28), tuple(d for d in calendar.days if d <= date(2018, 12, 28)))
    with pytest.raises(Problem, match="2019"):
        before.works_on(date(2018, 12, 29))
    after = before.with_notice(notice(2019))
    assert after.works_on(date(2018, 12, 29))
    assert not after.works_on(date(2018, 12, 31))


def test_entering_the_notices_one_by_one_gives_the_published_calendar(calendar):
    built = WorkCalendar(calendar.first, date(2018, 12, 28), tuple(d for d in calendar.days if d <= date(2018, 12, 28)))
    for year in NOTICES:
        built = built.with_notice(notice(year))
    assert [d for d in built.days if d <= calendar.until] == [d for d in calendar.days if d <= built.until]
    assert built.with_notice(notice(2021)) == built


def test_a_year_cannot_be_skipped(calendar):
    last = calendar.until.year
    with pytest.raises(Problem, match=str(last + 1)):
        calendar.with_notice(Notice(last + 2, "", frozenset(), frozenset()))


@pytest.mark.parametrize(("off", "worked"), [
    ({date(2026, 1, 1)}, set()), (set(), {date(2027, 3, 1)}), ({date(2027, 2, 6)}, {date(2027, 2, 6)}), (set(), {date(2028, 1, 1)})])
def test_a_notice_that_cannot_be_one_is_refused(off, worked):
    with pytest.raises(Problem, match="the text of the notice"):
        Notice(2027, "", frozenset(off), frozenset(worked))
