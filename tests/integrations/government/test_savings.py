"""What one thing done at once saves is counted from events alone: by hand on one case, by a slow second reading on many, and never by the order they come in."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain

import numpy as np
import pytest
from case_histories import START, THINGS, History, random_history, small_thing
from chinese_calendar import is_workday
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from jingwei.doors.cli import program
from jingwei.doors.portal.app import application
from jingwei.integrations.government.cases.model import CaseEvent
from jingwei.integrations.government.savings.counting import counted, roots
from jingwei.integrations.government.savings.figures import figures, funnel
from jingwei.integrations.government.savings.model import Counted, Estimate
from jingwei.integrations.government.things.model import Clock
from jingwei.kernel.clock import CHINA
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.workspace import Workspace

NOW = datetime(2025, 9, 30, 23, 59, tzinfo=CHINA)


def count(*histories: Sequence[CaseEvent], things=THINGS) -> list[Counted]:
    return [counted(told, NOW, work_calendar()) for told in roots(chain.from_iterable(histories), things)]


def by_code(cases: list[Counted]) -> dict[str, Estimate]:
    return {e.measure.code: e for e in figures(cases)}


def one_case() -> History:
    """On the web on Monday 3 March; the address fetched, a wish asked; a booklet brought to the window on Tuesday; done on Friday."""
    h = History("c1").tell("asked", fact="wish").tell("answered", fact="wish").tell("fetched", evidence="register", provider="police_register", code="", facts=["address", "name"]).tell("accepted")
    h.tell("opened", "permit", channel="system", work=1, department="hall").tell("opened", "card", channel="system", work=2, department="police")
    h.tell("material", "permit", after=1, channel="window", requirement="booklet", form="paper").tell("presence", "permit", channel="window", why="booklet")
    h.tell("claimed", "permit", after=1, channel="window", work=1).tell("done", "permit", after=1 / 24, channel="window", work=1)
    h.tell("claimed", "card", after=2 - 1 / 24, channel="window", work=2).tell("done", "card", after=1 / 48, channel="window", work=2)
    return h.tell("ended", channel="system")


def test_one_case_counted_by_hand():
    found = by_code(count(one_case().events))
    assert found["case_forms_cut"].value == pytest.approx(100 * (1 - 1 / 3))
    assert found["case_materials_cut"].value == pytest.approx(100 * (1 - 1 / 7))
    assert found["case_trips_cut"].value == pytest.approx(100 * (1 - 1 / 3))
    assert found["case_days_cut"].value == pytest.approx(100 * (1 - 4 / 30))
    assert found["case_elapsed_median"].value == pytest.approx(4 + 1 / 48)
    assert found["case_touch_median"].value == pytest.approx(90)
    assert (found["illegal_ask_rate"].value, found["evidence_reuse"].value) == (0, pytest.approx(100 * 2 / 3))
    assert [found[c].value for c in ("first_time_right", "items_on_time", "web_take_up")] == [100, 100, 100]


@pytest.mark.parametrize(("told", "illegal"), [
    ([("asked", {"fact": "address"})], 1), ([("asked", {"fact": "address"}), ("asked", {"fact": "address"})], 1), ([("asked", {"fact": "wish"})], 0),
    ([("fetched", {"evidence": "register", "code": "EDM:ERR:0005", "facts": []}), ("asked", {"fact": "address"})], 0),
    ([("fetched", {"evidence": "register", "code": "", "facts": ["address"]}), ("previewed", {"evidence": "register", "accepted": False}), ("asked", {"fact": "address"})], 0),
    ([("fetched", {"evidence": "register", "code": "", "facts": ["address"]}), ("disputed", {"fact": "address"}), ("asked", {"fact": "address"})], 0),
    ([("asked", {"fact": "id_number"})], 0), ([("asked", {"fact": "permit_number"})], 0)])
def test_a_question_is_illegal_when_a_department_held_the_answer_and_would_have_given_it(told, illegal):
    h = History("c1")
    for kind, detail in told:
        h.tell(kind, **detail)
    assert count(h.events)[0].illegal == illegal


def test_what_no_provider_can_answer_any_more_may_be_asked():
    h = History("c1").tell("asked", fact="address")
    assert count(h.events, things={("small", 1): small_thing(live=False)})[0].illegal == 0


def test_two_visits_on_one_day_are_one_trip_and_what_is_begun_at_the_window_is_one():
    h = History("c1", channel="window").tell("presence", channel="window").tell("presence", channel="window", after=0.1).tell("presence", channel="window", after=1)
    assert count(h.events)[0].trips == 2


def test_a_promise_is_the_term_an_item_is_held_to_and_a_lawful_pause_moves_it():
    def told(days: float, *, pause: float = 0) -> Counted:
        h = History("c1").tell("accepted").tell("opened", "card", channel="system", work=1, department="police")
        if pause:
            h.tell("paused", "card", ground="testing").tell("resumed", "card", after=pause, ground="testing")
        return count(h.tell("done", "card", after=days, work=1).events)[0]

    assert [(c.kept, c.late) for c in (told(7), told(8), told(7, pause=3))] == [(1, 0), (0, 1), (1, 0)]  # five working days after Monday 3 March: Monday 10


def test_a_lawful_extension_lengthens_an_item_that_promises_no_less_than_the_law_and_one_nobody_approved_does_not():
    thing = small_thing()
    at_the_law = replace(thing, items=tuple(replace(i, clock=Clock("licensing", 20)) for i in thing.items))

    def told(**detail: str) -> Counted:
        h = History("c1").tell("accepted").tell("opened", "permit", channel="system", work=1).tell("extended", "permit", after=5, days=10, **detail).tell("done", "permit", after=30, work=1)
        return count(h.events, things={("small", 1): at_the_law})[0]

    assert [(c.kept, c.late) for c in (told(approved="head"), told())] == [(1, 0), (0, 1)]


def test_an_item_whose_term_still_runs_counts_neither_way_and_one_not_done_in_time_is_late():
    open_ = History("c1", NOW - timedelta(days=3)).tell("opened", "card", channel="system", work=1)
    old = History("c2").tell("opened", "card", channel="system", work=1)
    assert [(c.kept, c.late) for c in count(open_.events, old.events)] == [(0, 0), (0, 1)]


def test_a_part_that_was_put_off_is_held_to_no_clock():
    h = History("c1").tell("opened", "card", channel="system", work=1).tell("deferred", "card", work=1)
    assert [(c.kept, c.late) for c in count(h.events)] == [(0, 0)]


def test_a_case_that_is_part_of_another_is_counted_with_it():
    part = History("c0", parent="c1").tell("opened", "card", channel="system", work=1).tell("material", "card", requirement="photo").tell("done", "card", work=1).tell("ended")
    found = count(part.events, one_case().events)
    assert [(c.case, c.materials, c.before.forms) for c in found if c.before] == [("c1", 2, 4)]


def test_with_no_cases_nothing_is_assessable_and_nothing_is_zero():
    assert {e.value for e in figures([])} == {None}


LOGS = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 12)).map(lambda given_: [random_history(f"c{n:02d}", np.random.default_rng([given_[0], n])) for n in range(given_[1])])


@given(LOGS, st.randoms(use_true_random=False))
def test_neither_the_order_of_cases_nor_that_of_rows_changes_a_figure(log, rng: random.Random):
    rows = list(chain.from_iterable(log))
    rng.shuffle(rows)
    assert figures(count(*log)) == figures(count(*reversed(log))) == figures(count(rows))


def slowly(log: list[list[CaseEvent]]) -> dict[str, float | None]:
    """The same figures read another way: question by question over the raw events, with nothing of the package but its events and the thing."""
    thing, out = small_thing(), dict[str, float | None]()
    done = [c for c in log if any(e.kind == "ended" for e in c)]

    def items(case: list[CaseEvent]):
        return [i for i in thing.items if any(e.kind == "opened" and e.node == i.task for e in case)]

    def cut(now: float, before: float) -> float | None:
        return 100 - 100 * now / before if done and before else None

    def days(case: list[CaseEvent]) -> tuple[datetime, datetime]:
        return min([e.at for e in case if e.kind == "accepted"] or [case[0].at]), next(e.at for e in case if e.kind == "ended")

    def worked(a: date, b: date) -> int:
        return sum(is_workday(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))

    out["case_forms_cut"] = cut(sum(any(e.kind == "asked" for e in c) for c in done), sum(i.before.forms for c in done for i in items(c)))
    out["case_materials_cut"] = cut(sum(e.kind == "material" for c in done for e in c), sum(i.before.materials for c in done for i in items(c)))
    out["case_trips_cut"] = cut(sum(len({e.at.date() for e in c if e.kind == "presence" or (e.channel == "window" and e.kind in {"started", "corrected", "material", "answered"})}) for c in done),
                                sum(i.before.trips for c in done for i in items(c)))
    out["case_days_cut"] = cut(sum(worked(a.date(), b.date()) for a, b in map(days, done)), sum(i.before.days for c in done for i in items(c)))
    elapsed = [(b - a) / timedelta(days=1) for a, b in map(days, done)]
    out["case_elapsed_median"], out["case_elapsed_p90"] = (float(np.quantile(elapsed, q)) if elapsed else None for q in (0.5, 0.9))
    touch = [sum((next(x.at for x in c[n:] if x.kind == "done" and x.node == e.node) - e.at) / timedelta(minutes=1) for n, e in enumerate(c) if e.kind == "claimed")
             for c in done if any(e.kind == "claimed" for e in c)]
    out["case_touch_median"], out["case_touch_p90"] = (float(np.quantile(touch, q)) if touch else None for q in (0.5, 0.9))
    asked = [(c, e.detail["fact"]) for c in log for e in c if e.kind == "asked"]
    illegal = [f for c, f in asked if f in ("address", "name") and not any(e.kind == "disputed" and e.detail["fact"] == f for e in c) and not any(e.kind == "fetched" and e.detail["code"] for e in c)]
    fetched = sum(2 for c in log for e in c if e.kind == "fetched" and not e.detail["code"])
    out["illegal_ask_rate"] = 100 * len(illegal) / len(asked) if asked else None
    out["evidence_reuse"] = 100 * fetched / (fetched + len(asked)) if fetched + len(asked) else None
    accepted = [c for c in log if any(e.kind == "accepted" for e in c)]
    out["first_time_right"] = 100 * sum(not any(e.kind == "correction_asked" for e in c) for c in accepted) / len(accepted) if accepted else None
    out["web_take_up"] = 100 * sum(c[0].channel == "web" for c in log) / len(log)
    kept = [k for c in log for k in map(lambda i, c=c: in_time(c, i.task, i.clock.days), items(c))]
    out["items_on_time"] = 100 * sum(kept) / len(kept) if kept else None
    return out


def in_time(case: list[CaseEvent], node: str, promised: int) -> bool:
    """Walked day by day: no day of a pause counts, and no extension moves a promise."""
    opened, done = (next(e.at for e in case if e.kind == k and e.node == node).date() for k in ("opened", "done"))
    pauses = [(e.at.date(), next(x.at for x in case[n:] if x.kind == "resumed" and x.node == node).date()) for n, e in enumerate(case) if e.kind == "paused" and e.node == node]
    used, day = 0, opened
    while day < done:
        day += timedelta(days=1)
        used += is_workday(day) and not any(a < day <= b for a, b in pauses)
        if used == promised and is_workday(day):
            if day >= done:
                return True
            return any(a == day and b >= done for a, b in pauses)
        if used > promised:
            return False
    return True


@given(LOGS)
def test_every_figure_is_the_one_a_slow_second_reading_gives(log):
    found, again = by_code(count(*log)), slowly(log)
    assert set(found) == set(again)
    for code, value in again.items():
        assert found[code].value == (None if value is None else pytest.approx(value)), code


@given(LOGS)
def test_an_interval_holds_its_value_and_the_funnel_loses_nobody(log):
    cases = count(*log)
    for e in figures(cases):
        assert e.value is None or (e.low is not None and e.high is not None and e.low - 1e-9 <= e.value <= e.high + 1e-9)
    f = funnel(cases)
    assert f.begun == len(log) == f.finished + f.cancelled + f.open
    assert f.accepted <= f.begun


def test_the_interval_of_a_median_holds_the_true_one_about_as_often_as_it_says():
    rng, held = np.random.default_rng(2), 0
    for _ in range(60):
        cases = count(*(one.events for one in (History(f"c{n}").tell("accepted").tell("ended", after=float(t)) for n, t in enumerate(rng.exponential(10, 40)))))
        e = by_code(cases)["case_elapsed_median"]
        held += e.low <= 10 * np.log(2) <= e.high
    assert 45 <= held <= 60  # of 60 at 90 %: fewer than 45 has a chance of 1 in 10,000


# On a node


def test_cases_done_on_a_node_are_what_the_command_and_the_page_tell(tmp_path):
    def run(*words: str) -> dict[str, object]:
        told = CliRunner().invoke(program("en"), ["government", *words, "--workspace", str(tmp_path), "--json"])
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        return dict(json.loads(told.output))

    bpmn = tmp_path / "two.bpmn"
    bpmn.write_text('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="two" isExecutable="true"><startEvent id="s"/><userTask id="a"/>'
                    '<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/></process></definitions>')
    run("deploy", str(bpmn))
    code = str(run("start", "two", "--channel", "window")["case"])
    run("start", "two")
    run("work", "done", code, "a")
    found = {f["measure"]: f for f in run("savings")["figures"]}
    assert (found["web_take_up"]["count"], found["web_take_up"]["of"], found["first_time_right"]["value"]) == (1, 2, 100)
    assert found["case_forms_cut"]["value"] is None  # a bare process has no baseline
    assert found["case_elapsed_median"]["count"] == 1
    with TestClient(application(Workspace(tmp_path))) as client:
        assert "2 cases begun, 2 accepted, 1 finished" in client.get("/en/government/savings").text
        assert "2 件开始，2 件受理，1 件办结" in client.get("/zh/government/savings").text


def test_started_is_the_day_in_china():
    assert count(History("c1", datetime.combine(START.date(), time(23, 59), CHINA)).events)[0].began == START.date()
