"""Outage drills: what waits, what is asked instead and which cases finish, by the real net and the real planner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from jingwei.coordination.gauges.reading import other_provider
from jingwei.integrations.government.cases.deployments import compile_files, keep, newest
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.evidence.planner import plan, sharing_as_declared
from jingwei.integrations.government.simulation.asks import HoldDrill
from jingwei.integrations.government.simulation.drill import (
    Drill,
    Fallback,
    Outcome,
    Played,
    drill,
    fallback,
    finish_with_any_down,
    lead,
    simulated,
)
from jingwei.integrations.government.simulation.drilling import hold
from jingwei.integrations.government.things.reading import bundled_files
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

FORK = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"><process id="p" isExecutable="true">
<startEvent id="s"><outgoing>f0</outgoing></startEvent><userTask id="a"><incoming>f0</incoming><outgoing>f1</outgoing></userTask>
<parallelGateway id="g"><incoming>f1</incoming><outgoing>f2</outgoing><outgoing>f3</outgoing></parallelGateway>
<userTask id="b"><incoming>f2</incoming><outgoing>f4</outgoing></userTask><userTask id="c"><incoming>f3</incoming><outgoing>f5</outgoing></userTask>
<parallelGateway id="j"><incoming>f4</incoming><incoming>f5</incoming><outgoing>f6</outgoing></parallelGateway>
<userTask id="e"><incoming>f6</incoming><outgoing>f7</outgoing></userTask><endEvent id="z"><incoming>f7</incoming></endEvent>
<boundaryEvent id="late" attachedToRef="c" cancelActivity="true"><outgoing>f8</outgoing><timerEventDefinition><timeDuration>P4D</timeDuration></timerEventDefinition></boundaryEvent>
<endEvent id="y"><incoming>f8</incoming><terminateEventDefinition/></endEvent>""" + "".join(
    f'<sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>' for i, (a, b) in enumerate(["sa", "ag", "gb", "gc", "bj", "cj", "je", "ez"])) + \
    '<sequenceFlow id="f8" sourceRef="late" targetRef="y"/></process></definitions>'

TOOK = {"a": [(1.0, {})], "b": [(2.0, {})], "c": [(3.0, {})], "e": [(0.5, {})]}


@pytest.fixture(scope="module")
def newborn():
    return compile_files(bundled_files("newborn"))


@pytest.fixture(scope="module")
def sharing(newborn):
    return sharing_as_declared(newborn.thing)


@pytest.fixture(scope="module")
def day(newborn):
    return simulated(newborn, 40, 3)


@pytest.fixture(scope="module")
def fork():
    return compile_files({"p.bpmn": FORK.encode()})


# A case led again


def test_a_case_led_again_ends_when_the_longest_way_does(fork):
    assert lead(fork, Played("c", 0.25, {}, TOOK)) == (0.25 + 1 + 3 + 0.5, ())


def test_what_begins_later_moves_the_end_only_where_it_is_on_the_longest_way(fork):
    def by(node, until):
        return lead(fork, Played("c", 0.0, {}, TOOK), lambda n, at: max(at, until) if n == node else at)[0]

    assert by("b", 1.5) == 4.5  # b ends at 3.5, c at 4 all the same
    assert by("b", 3.0) == 5.5
    assert by("a", 2.0) == 6.5


def test_a_timer_that_comes_first_takes_its_own_way(fork):
    slow = {**TOOK, "c": [(5.0, {})]}
    assert lead(fork, Played("c", 0.0, {}, slow)) == (5.0, ())  # a is done at 1, four days later the case is stopped


def test_a_case_that_stands_still_says_where(fork):
    assert lead(fork, Played("c", 0.0, {}, {**TOOK, "b": []})) == (None, ("b",))


# One provider silent


def test_exactly_what_the_provider_said_is_asked_and_logged_after_three_tries(newborn, sharing, day):
    found = drill(newborn, day, sharing, "births")
    assert set(found.fallback.asked) == {"child_birth_date", "child_sex", "child_order", "birth_hospital", "birth_area"}
    assert set(found.fallback.asked) == set(plan(newborn.thing, {k: v for k, v in sharing.items() if k != "births"}).asked) - set(plan(newborn.thing, sharing).asked)
    first = [row[1:] for row in found.happened if row[0] == day[0].code and row[1] != "waits"]
    assert first[:3] == [("fetched", "birth_record", "EDM:ERR:0005")] * 3
    assert {what for kind, what, code in first if kind == "asked" and code == "EDM:ERR:0005"} == set(found.fallback.asked)
    assert not any(kind == "fetched" for kind, *_ in first[3:])


def test_the_item_that_writes_into_a_silent_register_waits_and_no_other(newborn, sharing, day):
    found = drill(newborn, day, sharing, "births", days=2.0)
    assert found.fallback.waits == {"birth_certificate"}
    for outcome in found.outcomes:
        assert outcome.finishes == (not outcome.waiting)
        assert set(outcome.waiting) <= {"birth_certificate"}
    stopped = [o for o in found.outcomes if not o.finishes]
    assert found.single
    assert 0 < len(stopped) < len(day), "cases referred elsewhere need no certificate"
    assert all(0 < o.added <= 2.0 for o in stopped)


def test_a_provider_that_is_only_read_stops_no_case(newborn, sharing, day):
    found = drill(newborn, day, sharing, "marriages")
    assert found.finish == len(day)
    assert not found.single
    assert set(found.fallback.asked) == {"spouse_name", "spouse_id"}


def test_a_case_that_came_before_the_outage_is_asked_nothing(newborn, sharing, day):
    early = [replace(c, start=-0.5) for c in day]
    assert not any(o.asks for o in drill(newborn, early, sharing, "marriages").outcomes)


def test_without_documents_to_hand_in_a_question_more_takes_no_day(newborn, sharing, day):
    assert all(o.added == pytest.approx(0) for o in drill(newborn, day, sharing, "assistance", papers=0.0).outcomes)


def test_a_longer_outage_never_ends_a_case_sooner(newborn, sharing, day):
    short, long = (drill(newborn, day, sharing, "population", days=d) for d in (1.0, 5.0))
    assert all(a.added <= b.added + 1e-9 for a, b in zip(short.outcomes, long.outcomes, strict=True))


def test_a_provider_nobody_has_is_refused_with_those_there_are(newborn, sharing):
    with pytest.raises(Problem) as found:
        fallback(newborn, sharing, "nobody")
    assert "births" in found.value.remedy.en


def test_a_case_counts_as_finishing_only_if_it_does_whichever_is_down():
    none = Fallback("x", (), 3, (), (), (), frozenset())
    one, two = (Drill(none, tuple(Outcome(code, False, ok, (), 0.0) for code, ok in pairs)) for pairs in ([("a", True), ("b", False), ("c", True)], [("a", True), ("b", True), ("c", False)]))
    assert finish_with_any_down([one, two]) == (1, 3)


# On record


class Time:
    def __init__(self) -> None:
        self.now = datetime(2025, 6, 3, 9, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node with two finished births of 3 June 2025, the certificate opened within the hour, each item done a day after it was opened."""
    time = Time()
    context = Context(Workspace(tmp_path_factory.mktemp("node")), clock=time)
    day = simulated(compile_files(bundled_files("newborn")), 60, 5)
    led = compile_files(bundled_files("newborn"))
    wanted = [c for c in day if (lead(led, c)[0] or 0) > c.start + 2][:2]
    with changing(context) as desk:
        keep(desk.connection, compile_files(bundled_files("newborn")), 0)
    for case in wanted:
        time.now = datetime(2025, 6, 3, 9, tzinfo=CHINA)
        with changing(context) as desk:
            code = desk.start(newest(desk.connection, "newborn"), case.variables).code
        for step in range(30):
            time.now += timedelta(days=1) if step else timedelta(hours=1)
            with changing(context) as desk:
                desk.now = time.now
                live = desk.case(code)
                if live.status != "open":
                    break
                for work in [w for w in live.state.waiting() if w.wait == 0]:
                    if work.id in live.state.works:
                        desk.complete(live, work.id, case.done.get(live.deployment.net.nodes[work.node].id, [(0, {})])[0][1])
    return context


def test_a_real_day_is_led_again_as_it_was(node):
    result = hold(replace(node, dry_run=True), HoldDrill("newborn", day=date(2025, 6, 3)))
    assert result.data["cases"] == 2
    assert not result.data["synthetic"]
    births = next(p for p in result.data["providers"] if p["provider"] == "births")
    assert births["waiting"] == {"birth_certificate": 2}
    assert 0 < births["added"]["most"] < 1.0 + 1.0, "back at midnight, after a day's wait for the documents at the most"
    assert not told(node.workspace.ledger, "drill")


def test_a_day_without_cases_is_not_assessable(node):
    with pytest.raises(NotAssessable):
        hold(node, HoldDrill("newborn", day=date(2025, 1, 1)))


def test_only_whole_drills_of_real_days_are_read_as_a_number_of_the_plan(node):
    hold(node, HoldDrill("newborn", cases=5))
    hold(node, HoldDrill("newborn", down="births", day=date(2025, 6, 3)))
    assert "not assessable" in other_provider(node).en
    result = hold(node, HoldDrill("newborn", day=date(2025, 6, 3)))
    finish, of = (result.data["any_one_down"][k] for k in ("finish", "of"))
    assert of == 2
    assert f"{finish} of {of}" in other_provider(node).en
    facts = told(node.workspace.ledger, "drill")[-1].facts
    assert (facts["finish"], facts["cases"], facts["synthetic"], facts["whole"]) == (finish, of, False, True)
    assert f",{100 * finish / of}," in next(d for d in result.documents if d.name == "observations.csv").text()


def test_what_the_record_holds_of_a_drill_is_nothing_personal(node):
    hold(node, HoldDrill("newborn", day=date(2025, 6, 3)))
    assert set(told(node.workspace.ledger, "drill")[-1].facts) == {"thing", "version", "day", "down", "single", "whole", "cases", "finish", "synthetic"}
