"""The statutory clock of an application: its dates are those of the Administrative Licensing Law, counted on the fingers."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import pytest
from chinese_calendar import is_workday
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from jingwei.doors.cli import program
from jingwei.integrations.government.clocks.law import GROUNDS
from jingwei.integrations.government.clocks.model import Happening, Regime, Standing
from jingwei.integrations.government.clocks.statutory import standing
from jingwei.kernel.clock import CHINA, Term
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem

CALENDAR = work_calendar()
LICENCE, JOINT = Regime("licensing"), Regime("joint")


def at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(10), CHINA)


def happened(*given: tuple[str, str] | tuple[str, str, dict[str, object]]) -> list[Happening]:
    return [Happening(kind, at(day), **(more[0] if more else {})) for kind, day, *more in given]


def seen(regime: Regime, on: str, *given: tuple[str, str] | tuple[str, str, dict[str, object]]) -> Standing:
    return standing(regime, happened(*given), at(on), CALENDAR)


def due(now: Standing, kind: str, on: str) -> date | None:
    return [r.due for c, r in now.readings(at(on), CALENDAR) if c.kind == kind][-1]


def test_twenty_working_days_after_24_september_2025_end_on_28_october():
    assert due(seen(LICENCE, "2025-09-24", ("accepted", "2025-09-24")), "decide", "2025-09-24") == date(2025, 10, 28)


APPROVED, BY_GOVERNMENT = {"days": 10, "approved": "head"}, {"days": 15, "approved": "government"}
TESTING = {"ground": "testing"}


@pytest.mark.parametrize(("regime", "given_", "last"), [
    (LICENCE, [("accepted", "2025-09-24")], "2025-10-28"),  # eight days off from 1 October, 28 September and 11 October worked
    (LICENCE, [("accepted", "2026-01-30")], "2026-03-05"),  # nine days off from 15 February, the 14th and the 28th worked
    (LICENCE, [("accepted", "2024-12-20")], "2025-01-20"),  # a new year's day between, and a year's end
    (LICENCE, [("accepted", "2025-09-27")], "2025-10-30"),  # accepted on a Saturday
    (JOINT, [("accepted", "2025-03-03")], "2025-05-08"),  # 4 April, 1 to 5 May off, 27 April worked
    (LICENCE, [("accepted", "2025-03-03"), ("joint", "2025-03-10")], "2025-05-08"),
    (LICENCE, [("accepted", "2025-09-24"), ("extended", "2025-10-20", APPROVED)], "2025-11-11"),
    (LICENCE, [("accepted", "2025-09-24"), ("extended", "2025-10-20", {"days": 30, "approved": "head"})], "2025-11-11"),
    (LICENCE, [("accepted", "2025-09-24"), ("extended", "2025-10-20", {"days": 6, "approved": "head"}), ("extended", "2025-10-21", {"days": 6, "approved": "head"})], "2025-11-11"),
    (LICENCE, [("accepted", "2025-09-24"), ("extended", "2025-10-20", {"days": 10})], "2025-10-28"),
    (JOINT, [("accepted", "2025-03-03"), ("extended", "2025-05-06", APPROVED)], "2025-05-08"),  # the head alone cannot
    (JOINT, [("accepted", "2025-03-03"), ("extended", "2025-05-06", BY_GOVERNMENT)], "2025-05-29"),
    (LICENCE, [("accepted", "2025-09-24"), ("paused", "2025-09-29", TESTING), ("resumed", "2025-10-13", TESTING)], "2025-11-04"),
    (LICENCE, [("accepted", "2025-09-24"), ("paused", "2025-09-29", TESTING), ("resumed", "2025-09-29", TESTING)], "2025-10-28"),
    (LICENCE, [("accepted", "2025-09-24"), ("paused", "2025-09-29", {"ground": "the official was away"}), ("resumed", "2025-10-13")], "2025-10-28"),
    (LICENCE, [("accepted", "2025-09-24"), ("paused", "2025-09-29", TESTING), ("paused", "2025-09-30", {"ground": "expert_review"}), ("resumed", "2025-10-09", TESTING),
               ("resumed", "2025-10-13", {"ground": "expert_review"})], "2025-11-04"),
    (LICENCE, [("received", "2025-09-17"), ("accepted", "2025-09-24")], "2025-10-28"),  # the fifth day: still in time
    (LICENCE, [("received", "2025-09-16"), ("accepted", "2025-09-24")], "2025-10-20"),  # the sixth: accepted from receipt
    (LICENCE, [("received", "2025-09-16"), ("correction_asked", "2025-09-24")], "2025-10-20"),
    (LICENCE, [("received", "2025-09-10"), ("correction_asked", "2025-09-12"), ("corrected", "2025-09-23"), ("accepted", "2025-09-24")], "2025-10-28"),
    (LICENCE, [("received", "2025-09-10"), ("correction_asked", "2025-09-12"), ("corrected", "2025-09-16"), ("correction_asked", "2025-09-17"), ("corrected", "2025-09-22"),
               ("decided", "2025-09-30")], "2025-10-20"),  # a second notice has no effect: accepted from 16 September by silence
    (Regime("licensing", own=Term(10, "working days", "食品经营许可和备案管理办法 22")), [("accepted", "2025-09-24")], "2025-10-14"),
])
def test_the_last_day_for_deciding_is_that_of_articles_32_42_and_45(regime, given_, last):
    assert due(seen(regime, last, *given_), "decide", last) == date.fromisoformat(last)


@pytest.mark.parametrize(("given_", "finding", "article"), [
    ([("received", "2025-09-10"), ("correction_asked", "2025-09-19")], "notice_late", 32),
    ([("received", "2025-09-10"), ("decided", "2025-09-19")], "accepted_by_silence", 32),
    ([("received", "2025-09-10"), ("correction_asked", "2025-09-11"), ("correction_asked", "2025-09-12")], "second_notice", 32),
    ([("accepted", "2025-09-10"), ("correction_asked", "2025-09-11")], "notice_after_acceptance", 32),
    ([("accepted", "2025-09-10"), ("paused", "2025-09-11", {"ground": "holiday"})], "pause_without_ground", 45),
    ([("accepted", "2025-09-10"), ("paused", "2025-09-11", {"ground": "hearing", "told": False})], "pause_untold", 45),
    ([("accepted", "2025-08-10"), ("paused", "2025-09-11", {"ground": "hearing"})], "pause_too_late", 45),
    ([("accepted", "2025-09-10"), ("extended", "2025-09-11", {"days": 5})], "extension_unapproved", 42),
    ([("accepted", "2025-09-10"), ("extended", "2025-09-11", {"days": 5, "approved": "head", "told": False})], "extension_untold", 42),
    ([("accepted", "2025-09-10"), ("extended", "2025-09-11", {"days": 11, "approved": "head"})], "extension_too_long", 42),
    ([("accepted", "2025-08-10"), ("extended", "2025-09-11", APPROVED)], "extension_too_late", 42),
    ([("accepted", "2025-08-10"), ("joint", "2025-09-11")], "joint_too_late", 42)])
def test_what_offends_the_law_is_found_with_its_article(given_, finding, article):
    found = seen(LICENCE, "2025-09-19", *given_).findings
    assert [(f.kind, f.article) for f in found if f.kind == finding] == [(finding, article)]
    lawful = [(kind, day, *more) for kind, day, *more in [("received", "2025-09-10"), ("accepted", "2025-09-11"), ("paused", "2025-09-12", TESTING), ("resumed", "2025-09-15")]]
    assert seen(LICENCE, "2025-09-19", *lawful).findings == ()


def test_a_licence_granted_is_to_be_delivered_within_ten_working_days_and_a_refusal_is_not():
    granted = seen(LICENCE, "2025-09-30", ("accepted", "2025-09-10"), ("decided", "2025-09-24"))
    assert (granted.phase, due(granted, "deliver", "2025-09-30")) == ("decided", date(2025, 10, 14))
    done = seen(LICENCE, "2025-10-30", ("accepted", "2025-09-10"), ("decided", "2025-09-24"), ("delivered", "2025-10-15"))
    assert [(c.kind, r.state) for c, r in done.readings(at("2025-10-30"), CALENDAR)][-1] == ("deliver", "breached")
    refused = seen(LICENCE, "2025-09-30", ("accepted", "2025-09-10"), ("decided", "2025-09-24", {"granted": False}))
    assert refused.phase == "refused"
    assert "deliver" not in {c.kind for c in refused.clocks}


def test_a_promise_is_due_before_the_law_and_no_extension_moves_it_while_what_the_law_does_not_count_does():
    promised = Regime("licensing", promised=5)
    plain = seen(promised, "2025-09-24", ("accepted", "2025-09-24"))
    assert (due(plain, "promise", "2025-09-24"), plain.due(at("2025-09-24"), CALENDAR)) == (date(2025, 9, 30), date(2025, 9, 30))
    longer = seen(promised, "2025-09-26", ("accepted", "2025-09-24"), ("extended", "2025-09-25", APPROVED))
    assert (due(longer, "promise", "2025-09-26"), due(longer, "decide", "2025-09-26")) == (date(2025, 9, 30), date(2025, 11, 11))
    paused = seen(promised, "2025-10-09", ("accepted", "2025-09-24"), ("paused", "2025-09-25", TESTING), ("resumed", "2025-10-09"))
    assert due(paused, "promise", "2025-10-09") == date(2025, 10, 14)


def test_a_promise_longer_than_the_law_is_refused():
    with pytest.raises(Problem, match="longer than the 20"):
        seen(Regime("licensing", promised=21), "2025-09-24", ("accepted", "2025-09-24"))
    assert due(seen(Regime("joint", promised=21), "2025-09-24", ("accepted", "2025-09-24")), "promise", "2025-09-24") == date(2025, 10, 29)


def test_a_service_with_a_promise_alone_knows_no_silence_and_one_done_on_the_spot_no_clock():
    service = seen(Regime("promised", promised=3), "2025-09-30", ("received", "2025-09-01"), ("accepted", "2025-09-24"))
    assert [(c.kind, r.due, r.state) for c, r in service.readings(at("2025-09-30"), CALENDAR)] == [("promise", date(2025, 9, 28), "breached")]
    assert seen(Regime("none"), "2025-09-30", ("accepted", "2025-09-24"), ("paused", "2025-09-25", TESTING)).clocks == ()


@pytest.mark.parametrize("order", [
    [("accepted", "2025-09-24"), ("decided", "2025-09-23")], [("decided", "2025-09-23")], [("paused", "2025-09-23", TESTING)], [("accepted", "2025-09-24"), ("resumed", "2025-09-25")],
    [("accepted", "2025-09-24"), ("accepted", "2025-09-25")], [("received", "2025-09-24"), ("received", "2025-09-25")], [("correction_asked", "2025-09-24")], [("received", "2025-09-24"), ("corrected", "2025-09-25")],
    [("accepted", "2025-09-24"), ("decided", "2025-09-25"), ("decided", "2025-09-26")], [("accepted", "2025-09-24"), ("delivered", "2025-09-25")],
    [("accepted", "2025-09-24"), ("paused", "2025-09-25", TESTING), ("paused", "2025-09-26", TESTING)], [("accepted", "2025-09-24"), ("extended", "2025-09-25", {"approved": "head"})]])
def test_an_order_of_things_that_cannot_be_is_refused_with_its_place(order):
    with pytest.raises(Problem) as raised:
        seen(LICENCE, "2025-09-30", *order)
    assert (raised.value.code, raised.value.where.en) == ("bad_happening", f"happening {len(order)}")


def test_a_last_day_in_a_year_whose_holidays_are_not_published_is_not_invented(tmp_path):
    year = CALENDAR.until.year + 1
    file = tmp_path / "h.json"
    file.write_text(json.dumps({"happened": [{"kind": "accepted", "at": f"{year - 1}-12-20"}]}))
    told = CliRunner().invoke(program("en"), ["government", "clock", str(file), "--at", f"{year - 1}-12-21", "--workspace", str(tmp_path)])
    assert told.exit_code != 0
    assert f"working days of {year} are not known" in str(told.exception)
    now = seen(LICENCE, f"{year - 1}-12-21", ("accepted", f"{year - 1}-12-20"))
    assert [r.state for _, r in now.readings(at(f"{year - 1}-12-21"), CALENDAR)][-1] == "unknown"


def test_before_the_law_was_in_force_it_sets_no_term():
    with pytest.raises(Problem, match="in force since 2004-07-01"):
        seen(LICENCE, "2004-06-30", ("accepted", "2004-06-28"))


def test_the_command_says_what_is_due_when_and_that_a_term_was_broken(tmp_path):
    file = tmp_path / "h.json"
    file.write_text(json.dumps({"promised": 15, "happened": [{"kind": "received", "at": "2025-09-22"}, {"kind": "accepted", "at": "2025-09-24T09:00:00+08:00"}]}))
    asked = ["government", "clock", str(file), "--workspace", str(tmp_path), "--json", "--at"]
    told = CliRunner().invoke(program("en"), [*asked, "2025-10-15"])
    data = json.loads(told.output)
    assert [(c["term"], c["due"], c["left"], c["state"]) for c in data["clocks"]] == [
        ("notice", "2025-09-28", 3, "met"), ("decide", "2025-10-28", 9, "running"), ("promise", "2025-10-21", 4, "running")]
    assert told.exit_code == 0
    late = CliRunner().invoke(program("en"), [*asked, "2025-10-22"])
    assert [c["state"] for c in json.loads(late.output)["clocks"]] == ["met", "running", "breached"]
    assert late.exit_code != 0


@pytest.mark.parametrize(("text", "says"), [
    ("[", "not valid JSON"), ("[]", "not one object"), ('{"happened": [{"kind": "accepted"}]}', "happening 1"), ('{"happened": [{"kind": "acepted", "at": "2025-09-24"}]}', "accepted"),
    ('{"happened": [{"kind": "accepted", "at": "24/9"}]}', "not a date"), ('{"happened": [{"kind": "accepted", "at": "2025-09-24T09:00:00"}]}', "zone"),
    ('{"regime": "joined", "happened": []}', "joint"), ('{"promised": "3", "happened": []}', "working days"), ('{"happened": [{"kind": "extended", "at": "2025-09-24", "days": true}]}', "days"),
    ('{"regime": "promised", "happened": []}', "how many")])
def test_what_is_not_a_record_of_what_happened_is_refused_in_words(text, says, tmp_path):
    file = tmp_path / "h.json"
    file.write_text(text)
    told = CliRunner().invoke(program("en"), ["government", "clock", str(file), "--workspace", str(tmp_path)])
    assert told.exit_code != 0
    assert says in str(told.exception)


# Counted on the fingers

FIRST = date(2024, 1, 8)


@st.composite
def records(draw: st.DrawFn) -> tuple[str, list[tuple[int, str, str, int]], int]:
    """A regime; acceptance at day 0, then (day, kind, ground, days) in order; and the day it is looked at."""
    regime = draw(st.sampled_from(["licensing", "joint"]))
    steps, day, open_ = list[tuple[int, str, str, int]](), 0, list[str]()
    for _ in range(draw(st.integers(0, 7))):
        day += draw(st.integers(0, 12))
        kind = draw(st.sampled_from(["paused", "resumed", "extended"]))
        if kind == "paused" and (free := sorted(GROUNDS.keys() - set(open_))):
            open_.append(draw(st.sampled_from(free)))
            steps.append((day, kind, open_[-1], 0))
        elif kind == "resumed" and open_:
            steps.append((day, kind, open_.pop(draw(st.integers(0, len(open_) - 1))), 0))
        elif kind == "extended":
            steps.append((day, kind, "", draw(st.integers(1, 12))))
    return regime, steps, day + draw(st.integers(0, 30))


def on_the_fingers(regime: str, steps: list[tuple[int, str, str, int]], look: int) -> date | None:
    """Walk day by day with the calendar's own word for each; what comes after the last day changes nothing. None while it stands still."""
    term, most = (20, 10) if regime == "licensing" else (45, 15)
    used, allowed, open_, last = 0, term, set[str](), date.max
    for day in range(500):
        today = FIRST + timedelta(days=day)
        works = is_workday(today)
        used += day > 0 and not open_ and works
        last = min(last, today) if used >= allowed and works and not open_ else last
        for when, _, ground, days in steps:
            if when == day <= look and (open_ or today <= last):
                open_ ^= {ground} if ground else set()
                allowed = min(allowed + days, term + most)
                last = today if used >= allowed and works and not open_ else date.max
        if day >= look and (open_ or last < date.max):
            return None if open_ else last
    raise AssertionError("no last day within 500 days")


@pytest.mark.oracle("government clock")
@given(records())
def test_whatever_is_paused_resumed_and_extended_the_last_day_is_the_one_counted_on_the_fingers(record):
    regime, steps, look = record
    given_ = [Happening("accepted", at(FIRST.isoformat()))] + [
        Happening(kind, at((FIRST + timedelta(days=d)).isoformat()), ground=ground, days=days, approved="government") for d, kind, ground, days in steps]
    when = at((FIRST + timedelta(days=look)).isoformat())
    now = standing(Regime(regime), given_, when, CALENDAR)
    found = next(r for c, r in now.readings(when, CALENDAR) if c.kind == "decide")
    assert found.due == on_the_fingers(regime, steps, look)


@given(records(), st.integers(0, 60))
def test_how_an_application_stood_is_the_same_whatever_happened_later(record, back):
    regime, steps, look = record
    given_ = [Happening("accepted", at(FIRST.isoformat()))] + [
        Happening(kind, at((FIRST + timedelta(days=d)).isoformat()), ground=ground, days=days, approved="head") for d, kind, ground, days in steps]
    when = at((FIRST + timedelta(days=max(0, look - back))).isoformat())
    assert standing(Regime(regime), given_, when, CALENDAR) == standing(Regime(regime), [h for h in given_ if h.at <= when], when, CALENDAR)
