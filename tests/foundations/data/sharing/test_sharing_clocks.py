"""The clocks of Order 809: what the log shows to be late is late by the calendar, and nothing else is."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from simulated_year import NOW, Year, walked

from jingwei.foundations.data.sharing.cases import fold
from jingwei.foundations.data.sharing.clocks import breaches, clocks_of, kept_until, read, readings, soonest
from jingwei.foundations.data.sharing.law import BREACHES, basis_of
from jingwei.kernel.clock import CHINA
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told

CALENDAR = work_calendar()


def found(year: Year) -> list[tuple[str, int, str, date]]:
    return sorted((b.kind, b.article, b.about, b.day) for b in breaches(year.events, NOW, CALENDAR))


def check(year: Year) -> None:
    assert sorted(walked(year.events, NOW)) == sorted(year.planted), "the checker and the planting disagree"
    assert found(year) == sorted(year.planted)


@pytest.mark.oracle("share audit")
@pytest.mark.parametrize("seed", range(4))
def test_in_a_year_of_requests_every_planted_breach_is_found_with_its_article_and_no_other(seed):
    year = Year(seed, 500, 50)
    check(year)
    assert len(year.planted) > 100


def test_a_sample_of_years_plants_every_breach_the_law_knows():
    planted = Counter(kind for seed in range(4) for kind, *_ in Year(seed, 500, 50).planted)
    assert set(planted) == set(BREACHES)


@pytest.mark.soak
def test_in_a_year_of_ten_thousand_requests_every_planted_breach_is_found_and_no_other():
    check(Year(809, 10_000, 1_000))


def test_the_log_says_the_same_at_every_instant_as_the_checker_who_walks_up_to_it():
    year = Year(5, 200, 20)
    for days in range(0, 480, 37):
        at = datetime(2025, 8, 2, 0, tzinfo=CHINA) + timedelta(days=days)
        known = [e for e in year.events if datetime.fromisoformat(e.at) <= at]
        assert sorted((b.kind, b.article, b.about, b.day) for b in breaches(year.events, at, CALENDAR)) == sorted(walked(known, at)), at


# Single clocks


def told(*events: tuple[str, str, dict[str, object]]) -> list[Told]:
    return [Told(n, f"{at}+08:00", f"share.{kind}", facts, {}) for n, (at, kind, facts) in enumerate(events)]


def requested(at: str, attribute: str = "conditional", missing: tuple[str, ...] = ()) -> tuple[str, str, dict[str, object]]:
    return at, "requested", {"request": "R-1", "data": "D", "asker": "health", "provider": "civil", "attribute": attribute, "purpose": "duty",
                             "mode": "csv", "first": "2025-08-01", "last": "2030-08-01", "missing": list(missing), "need": "", "synthetic": False}


def decided(at: str, granted: bool = True) -> tuple[str, str, dict[str, object]]:
    return at, "decided", {"request": "R-1", "granted": granted, "ground": "" if granted else "law", "reasoned": True, "grant": "R-1" if granted else ""}


def clock(events: list[Told], kind: str, at: str):
    when = datetime.fromisoformat(f"{at}+08:00")
    return next(r for r in readings(fold(e for e in events if e.at <= when.isoformat()), when, CALENDAR) if r.clock.kind == kind)


def test_an_unconditional_request_on_the_eve_of_national_day_is_answered_on_9_october():
    seen = clock(told(requested("2025-09-30T17:00:00", "unconditional")), "reply", "2025-10-08T09:00:00")
    assert (seen.state, seen.due, seen.left, seen.article) == ("running", date(2025, 10, 9), 1, 21)


def test_make_up_days_count_in_the_ten_days_for_a_reply():
    # 26 (Fri), 28 (Sun, worked), 29, 30 September; 9, 10, 11 (Sat, worked), 13, 14, 15 October
    assert clock(told(requested("2025-09-25T09:00:00")), "reply", "2025-09-25T10:00:00").due == date(2025, 10, 15)


def test_a_reply_at_the_last_second_of_the_last_day_is_in_time_and_a_second_later_it_is_not():
    asked = requested("2026-03-02T09:00:00")
    in_time, late = (clock(told(asked, decided(at, False)), "reply", "2026-04-01T00:00:00") for at in ("2026-03-16T23:59:59", "2026-03-17T00:00:00"))
    assert (in_time.state, in_time.due, late.state) == ("met", date(2026, 3, 16), "breached")


def test_a_notice_stops_the_clock_until_what_was_missing_is_there():
    events = told(requested("2026-03-02T09:00:00", missing=("basis",)), ("2026-03-06T09:00:00", "noticed", {"request": "R-1", "missing": ["basis"]}))
    seen = clock(events, "reply", "2026-03-31T09:00:00")
    assert (seen.state, seen.due, seen.left) == ("paused", None, 6)
    more = {"request": "R-1", "complete": True, "mode": "csv", "first": "2025-08-01", "last": "2030-08-01", "missing": []}
    again = [*events, Told(2, "2026-03-31T10:00:00+08:00", "share.supplemented", more, {})]
    # 1, 2, 3 April; 4 to 6 Qingming; 7, 8, 9
    assert clock(again, "reply", "2026-03-31T11:00:00").due == date(2026, 4, 9)


def test_a_notice_given_after_the_last_day_stops_nothing():
    events = told(requested("2026-03-02T09:00:00", missing=("basis",)), ("2026-03-18T09:00:00", "noticed", {"request": "R-1", "missing": ["basis"]}))
    assert [(b.kind, b.day) for b in breaches(events, NOW, CALENDAR)] == [("reply_late", date(2026, 3, 17))]


def test_an_extension_is_worth_nothing_without_the_bureaus_consent_and_ten_days_at_the_most_with_it():
    def due(days: int, consent: str) -> date | None:
        events = told(requested("2026-03-02T09:00:00"), ("2026-03-03T09:00:00", "extended", {"request": "R-1", "days": days, "consent": consent}))
        return clock(events, "reply", "2026-03-04T09:00:00").due

    assert (due(10, ""), due(10, "bureau"), due(30, "bureau")) == (date(2026, 3, 16), date(2026, 3, 30), date(2026, 3, 30))


def test_delivery_is_due_twenty_working_days_after_consent():
    events = told(requested("2025-09-22T09:00:00"), decided("2025-09-24T09:00:00"))
    assert clock(events, "deliver", "2025-09-25T09:00:00").due == date(2025, 10, 28)


def test_a_clock_that_reaches_into_a_year_without_a_calendar_is_neither_kept_nor_broken():
    events = told(requested("2026-12-20T09:00:00"), decided("2026-12-24T09:00:00", False))
    assert (clock(events, "reply", "2026-12-21T09:00:00").state, clock(events, "reply", "2026-12-25T09:00:00").state) == ("unknown", "unknown")
    assert breaches(events, datetime(2027, 6, 1, tzinfo=CHINA), CALENDAR) == []


def test_what_happened_before_the_order_came_into_force_breaks_nothing():
    events = told(requested("2025-06-02T09:00:00"), decided("2025-07-28T09:00:00", False))
    assert breaches(events, NOW, CALENDAR) == []


def test_open_clocks_come_soonest_first_and_those_without_a_last_day_at_the_end():
    year = Year(3, 300, 20)
    at = datetime(2026, 2, 10, 12, tzinfo=CHINA)
    shared = fold(e for e in year.events if datetime.fromisoformat(e.at) <= at)
    listed = soonest(readings(shared, at, CALENDAR))
    days = [r.due for r in listed if r.due]
    assert days == sorted(days)
    assert len(days) > 10
    assert {r.state for r in listed[len(days):]} <= {"paused", "unknown"}
    assert all(r.open for r in listed)


def test_a_reopened_decision_has_no_second_reply_clock_but_a_delivery_clock_of_its_own():
    settled = ("2026-03-20T09:00:00", "settled", {"request": "R-1", "outcome": "reopened"})
    events = told(requested("2026-03-02T09:00:00"), decided("2026-03-10T09:00:00", False), ("2026-03-12T09:00:00", "objected", {"request": "R-1"}), settled,
                  decided("2026-05-06T09:00:00"))
    case = fold(events).cases["R-1"]
    assert [(c.kind, read(c, NOW, CALENDAR).state) for c in clocks_of(case)] == [("reply", "met"), ("deliver", "breached")]
    assert fold(events[:4]).cases["R-1"].decision is None


def test_events_about_what_nobody_asked_for_change_nothing():
    assert fold(told(decided("2026-03-10T09:00:00"))).cases == {}


def test_records_of_29_february_are_kept_until_28_february_three_years_on():
    assert (kept_until(date(2028, 2, 29)), kept_until(date(2026, 3, 4))) == (date(2031, 2, 28), date(2029, 3, 4))


# What may keep data back


@pytest.mark.parametrize(("citation", "kind"), [
    ("《中华人民共和国数据安全法》第二十一条", "law"), ("《统计法》第28条", "law"), ("《中华人民共和国民法典》第一千零三十八条", "law"),
    ("《政务数据共享条例》（国务院令第809号）第十五条", "regulation"), ("国发〔2022〕14号", "decision"), ("《城市房地产管理法》第六十一条", "law"),
    ("《香港特别行政区基本法》第三十条", "law"), ("《民族区域自治法》第三十五条", "law")])
def test_a_law_a_regulation_and_a_decision_of_the_state_council_may_keep_data_back(citation, kind):
    assert basis_of(citation).kind == kind


@pytest.mark.parametrize("citation", [
    "", "涉及敏感信息", "领导不同意", "数据安全法", "《数据安全法》", "《广东省公共数据管理办法》第十条", "《广东省数字经济促进条例》第十条", "《深圳经济特区数据条例》第十条",
    "《杭州市公共数据管理条例》第三条", "《政务数据共享条例》第十五条", "《某部公共数据管理办法》第三条", "国办发〔2020〕1号", "security", "《内部规定》第一条",
    "《广东省数字经济促进条例》（国务院令第1号）第一条"])
def test_free_text_and_local_or_departmental_rules_may_not(citation):
    with pytest.raises(Problem, match=r"Order 809, art\. 15") as refused:
        basis_of(citation)
    assert refused.value.code == "no_legal_basis"
