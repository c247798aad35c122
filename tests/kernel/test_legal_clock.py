"""Statutory clocks: when a term ends, what a pause does to it, and when it is breached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.clock import CHINA, LegalClock, Term, Turn
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem

REPLY = Term(10, "working days", "政务数据共享条例 21")
DELIVERY = Term(20, "working days", "政务数据共享条例 22")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def clock(term: Term, *turns: tuple[str, str] | tuple[str, str, int]) -> LegalClock:
    made = LegalClock(term)
    for kind, when, *more in turns:
        made = made.then(Turn(kind, at(when), *more), work_calendar())
    return made


@pytest.mark.parametrize(("start", "length", "end"), [
    ("2025-09-16", 15, "2025-10-09"),  # 1 October, the first of eight days off
    ("2024-01-11", 30, "2024-02-18"),  # 10 February; the first day after the festival is a Sunday that is worked
    ("2026-02-04", 10, "2026-02-14"),  # a Saturday that is worked: nothing moves
    ("2026-11-03", 18, "2026-11-23"),  # an ordinary Saturday
    ("2025-11-24", 30, "2025-12-24")])
def test_a_term_of_days_that_ends_on_a_day_off_ends_on_the_next_working_day(start, length, end):
    state = clock(Term(length, "days", "民法典 203"), ("start", f"{start}T09:00")).state(at(f"{start}T10:00"), work_calendar())
    assert state.due == date.fromisoformat(end)


def test_delivery_within_twenty_working_days_across_the_national_day_of_2025_is_due_by_the_end_of_28_october():
    running = clock(DELIVERY, ("start", "2025-09-24T23:59:59"))
    on_time, late = (running.state(at(t), work_calendar()) for t in ("2025-10-28T23:59:59", "2025-10-29T00:00:00"))
    assert (on_time.due, on_time.left, on_time.breached) == (date(2025, 10, 28), 0, False)
    assert on_time.deadline == at("2025-10-29T00:00:00")
    assert (late.left, late.breached) == (-1, True)


def test_the_day_is_the_day_in_china_wherever_the_clock_is_read():
    made = LegalClock(REPLY).then(Turn("start", datetime(2026, 4, 1, 16, 30, tzinfo=UTC)), work_calendar())
    assert made.state(datetime(2026, 4, 1, 23, tzinfo=UTC), work_calendar()).left == 10  # already 2 April there
    assert made.state(datetime(2026, 4, 2, 16, tzinfo=UTC), work_calendar()).left == 9
    with pytest.raises(Problem, match="zone"):
        made.state(at("2026-04-02T10:00").replace(tzinfo=None), work_calendar())


def test_materials_asked_for_stop_the_clock_and_their_arrival_sets_it_going_the_day_after():
    """Received We 4 March 2026; asked Fr 6 (2 days used); came Mo 16; 8 left: Tu 17 to Fr 20, Mo 23 to Th 26."""
    made = clock(REPLY, ("start", "2026-03-04T10:00"), ("pause", "2026-03-06T16:00"), ("resume", "2026-03-16T09:00"))
    waiting = made.state(at("2026-03-12T12:00"), work_calendar())
    assert (waiting.phase, waiting.due, waiting.deadline, waiting.left, waiting.breached) == ("paused", None, None, 8, False)
    again = made.state(at("2026-03-16T10:00"), work_calendar())
    assert (again.phase, again.due, again.left) == ("running", date(2026, 3, 26), 8)


def test_an_extension_adds_to_what_is_left():
    made = clock(REPLY, ("start", "2026-03-04T10:00"), ("extend", "2026-03-17T10:00", 10))
    assert made.state(at("2026-03-16T10:00"), work_calendar()).due == date(2026, 3, 18)
    assert made.state(at("2026-03-17T10:00"), work_calendar()).due == date(2026, 4, 1)


def test_what_is_done_late_stays_late_and_what_is_done_in_time_stays_in_time():
    done = clock(REPLY, ("start", "2026-03-04T10:00"), ("stop", "2026-03-18T23:59:00"))
    late = clock(REPLY, ("start", "2026-03-04T10:00"), ("stop", "2026-03-19T00:00:00"))
    for day in ("2026-03-20", "2026-09-01"):
        state = done.state(at(f"{day}T08:00"), work_calendar())
        assert (state.phase, state.left, state.breached) == ("stopped", 0, False)
        state = late.state(at(f"{day}T08:00"), work_calendar())
        assert (state.phase, state.left, state.breached) == ("stopped", -1, True)


def test_a_term_paused_on_its_last_day_is_due_on_the_day_it_resumes():
    made = clock(REPLY, ("start", "2026-03-04T10:00"), ("pause", "2026-03-18T17:00"), ("resume", "2026-03-21T09:00"))  # a Saturday
    assert made.state(at("2026-03-21T10:00"), work_calendar()).due == date(2026, 3, 23)


@pytest.mark.parametrize(("turns", "next_turn"), [
    ((), ("pause", "2026-03-05T10:00")),
    ((("start", "2026-03-04T10:00"),), ("start", "2026-03-05T10:00")),
    ((("start", "2026-03-04T10:00"),), ("resume", "2026-03-05T10:00")),
    ((("start", "2026-03-04T10:00"),), ("pause", "2026-03-03T10:00")),
    ((("start", "2026-03-04T10:00"),), ("pause", "2026-03-19T00:00")),
    ((("start", "2026-03-04T10:00"),), ("extend", "2026-03-19T00:00", 5)),
    ((("start", "2026-03-04T10:00"),), ("extend", "2026-03-05T00:00", 0)),
    ((("start", "2026-03-04T10:00"),), ("pause", "2026-03-05T00:00", 3)),
    ((("start", "2026-03-04T10:00"), ("pause", "2026-03-05T10:00")), ("pause", "2026-03-06T10:00")),
    ((("start", "2026-03-04T10:00"), ("stop", "2026-03-05T10:00")), ("resume", "2026-03-06T10:00"))])
def test_what_cannot_follow_is_refused(turns, next_turn):
    with pytest.raises(Problem) as raised:
        clock(REPLY, *turns, next_turn)
    assert raised.value.code == "bad_turn"
    assert raised.value.where.en == REPLY.basis


def test_a_record_in_which_somebody_paused_a_term_that_was_over_still_shows_the_breach():
    started = Turn("start", at("2026-03-04T10:00"))
    forged = LegalClock(REPLY, (started, Turn("pause", at("2026-03-20T10:00")), Turn("resume", at("2026-04-20T10:00"))))
    state = forged.state(at("2026-04-21T10:00"), work_calendar())
    assert (state.due, state.breached) == (date(2026, 3, 18), True)


def test_a_clock_asked_about_a_time_before_it_started_says_so():
    with pytest.raises(Problem, match="nothing was received"):
        clock(REPLY, ("start", "2026-03-04T10:00")).state(at("2026-03-03T10:00"), work_calendar())


def test_a_term_of_no_days_is_refused():
    with pytest.raises(Problem, match="at least one day"):
        Term(0, "days", "x")


START = datetime(2025, 1, 6, 9, tzinfo=CHINA)
TERMS = st.builds(Term, st.integers(1, 40), st.sampled_from(["working days", "days"]), st.just("x"))
GAPS = st.lists(st.integers(0, 12), max_size=6)


def played(term: Term, gaps: list[int]) -> LegalClock:
    """Start, then pause and resume in turn, as many as come before the last day."""
    made, when, calendar = LegalClock(term).then(Turn("start", START), work_calendar()), START, work_calendar()
    for n, gap in enumerate(gaps):
        when += timedelta(days=gap)
        if made.state(when, calendar).breached:
            break
        made = made.then(Turn("resume" if n % 2 else "pause", when), calendar)
    return made


def due_on_the_fingers(term: Term, turns: tuple[Turn, ...]) -> date | None:
    """Walk day by day: a day counts when it is of the term's kind and not after a pause up to its resuming."""
    calendar, day, used, last = work_calendar(), START.date(), 0, turns[-1].at.date()
    paused = False
    while True:
        of_day = [t.kind for t in turns[1:] if t.at.date() == day]
        if day > START.date() and not paused and (term.unit == "days" or calendar.works_on(day)):
            used += 1
        for kind in of_day:
            paused = kind == "pause"
        if day >= last and paused:
            return None
        if used >= term.length and day >= last and calendar.works_on(day):
            return day
        day += timedelta(days=1)


@given(TERMS, GAPS)
def test_the_last_day_is_the_one_counted_on_the_fingers(term, gaps):
    made = played(term, gaps)
    assert made.state(made.turns[-1].at, work_calendar()).due == due_on_the_fingers(term, made.turns)


@given(TERMS, GAPS, st.integers(0, 100))
def test_a_state_of_the_past_is_the_same_whatever_happened_later(term, gaps, days):
    made, when = played(term, gaps), START + timedelta(days=days)
    known = replace(made, turns=tuple(t for t in made.turns if t.at <= when))
    assert made.state(when, work_calendar()) == known.state(when, work_calendar())


@given(TERMS, GAPS)
def test_a_pause_that_ends_on_its_own_day_changes_nothing(term, gaps):
    made, calendar = played(term, gaps), work_calendar()
    now = made.turns[-1].at
    if made.state(now, calendar).phase == "running":
        twice = made.then(Turn("pause", now), calendar).then(Turn("resume", now), calendar)
        assert twice.state(now, calendar).due == made.state(now, calendar).due


@given(TERMS, GAPS, st.integers(0, 60), st.integers(0, 60))
def test_a_breach_once_there_stays_and_what_is_left_never_grows_while_it_runs(term, gaps, one, more):
    made, calendar = played(term, gaps), work_calendar()
    now = made.turns[-1].at
    first, later = (made.state(now + timedelta(days=n), calendar) for n in (one, one + more))
    assert first.left >= later.left
    assert later.breached or not first.breached
    assert first.breached == (first.due is not None and now.date() + timedelta(days=one) > first.due)
