"""Cases deployed, begun and moved; every step on record, nothing done twice."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from case_models import BORN, END, START, TWO, Now, begun, bpmn, deployed, done, flow, given, line, task, world

from jingwei.coordination.jobs.nightly import fire_timers
from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.integrations.government.cases import actions, asks, records
from jingwei.kernel.actions import Context
from jingwei.kernel.people import Principal, Role
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

PAUSE = '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
PAID = '<message id="m" name="Paid"/>'
AWAIT = '<intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
TELL = '<intermediateThrowEvent id="tell"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
SIGN = '<signal id="g" name="Reopened"/>'
SEE = '<intermediateCatchEvent id="see"><signalEventDefinition signalRef="g"/></intermediateCatchEvent>'
LEVELS = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="dd" namespace="t"><inputData id="c" name="children"><variable name="children" typeRef="number"/></inputData>
<decision id="level" name="level"><variable name="level" typeRef="string"/><informationRequirement><requiredInput href="#c"/></informationRequirement><decisionTable id="dt">
<input id="in"><inputExpression id="ie" typeRef="number"><text>children</text></inputExpression></input><output id="out" name="level" typeRef="string"/>
<rule id="r1"><inputEntry id="i1"><text>&lt;= 1</text></inputEntry><outputEntry id="o1"><text>"first"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="i2"><text>&gt; 1</text></inputEntry><outputEntry id="o2"><text>"more"</text></outputEntry></rule></decisionTable></decision></definitions>"""


@pytest.fixture
def context(tmp_path) -> Context:
    return world(Workspace(tmp_path / "node"))


def kinds(context: Context, code: str) -> list[tuple[str, str]]:
    return [(e.kind, e.node) for e in records.events_of(context, code)]


def refused(context: Context, body: str, **more: object) -> Problem:
    with pytest.raises(Problem) as caught:
        deployed(context, body, **more)  # type: ignore[arg-type]
    return caught.value


def test_a_birth_goes_through_every_department_and_ends_with_each_step_on_the_record(node):
    context = world(node)
    actions.deploy(context, asks.DeployThing("newborn"))
    code = begun(context, "newborn", **BORN)
    seen = []
    while waiting := records.work_list(context):
        seen.append([w.node for w in waiting])
        actions.do(context, asks.DoWork(code, waiting[0].node, outcome="granted"))
    assert seen[0] == ["birth_certificate"]
    assert {w for step in seen for w in step} == {"birth_certificate", "household", "vaccination", "insurance", "maternity_claim", "subsidy", "social_card",
                                                 "hand_over"}
    assert max(map(len, seen)) >= 4, "departments work side by side"
    found = records.case(context, code)
    assert (found.status, found.waiting) == ("ended", ())
    happened = records.events_of(context, code)
    assert [e.seq for e in happened] == list(range(len(happened)))
    assert [e.kind for e in happened[-2:]] == ["delivered", "ended"]
    opened, finished = [e.node for e in happened if e.kind == "opened"], [e.node for e in happened if e.kind == "done" and e.channel == "window"]
    assert sorted(opened) == sorted(finished) == sorted(set(opened))
    steps = [e.facts for e in told(context.workspace.ledger, "case", words=False) if e.kind == "case.step"]
    assert [k for s in steps for k in s["kinds"]] == [e.kind for e in happened]
    with node.store.read() as connection:
        assert verify(StoreRecord(node.ledger, connection)).findings == ()
        whole = b"".join(entry for _, entry in node.ledger.entries(within=connection))
    assert b"2026-02-20" not in whole, "what the case knows stays out of the ledger"


def test_a_process_that_cannot_end_is_refused_with_the_way_into_its_fault(context):
    stuck = START + '<exclusiveGateway id="x" default="x-a"/>' + task("a") + task("b") + '<parallelGateway id="j"/>' + END
    problem = refused(context, stuck + flow("s", "x") + flow("x", "a") + flow("x", "b", "more") + flow("a", "j") + flow("b", "j") + flow("j", "e"))
    assert problem.code == "unsound"
    assert "The way there: a" in problem.what.en
    assert not actions.deployed(context, asks.AskDeployed()).data["deployed"]


def test_a_table_with_a_gap_is_refused_and_so_is_a_task_whose_table_is_not_there(context):
    body = line(START, task("level", "businessRuleTask"), END)
    assert refused(context, body).code == "no_decision"
    gap = Document("level.dmn", LEVELS.replace(b"&gt; 1", b"&gt; 2"))
    assert refused(context, body, decisions=gap).code == "incomplete_table"
    assert deployed(context, body, decisions=Document("level.dmn", LEVELS)) == 1


def test_the_same_files_are_the_version_they_were_and_others_the_next(context):
    assert [deployed(context, TWO), deployed(context, TWO), deployed(context, line(START, task("one"), END)), deployed(context, TWO)] == [1, 1, 2, 1]


def test_a_running_case_stays_under_the_version_it_began_with(context):
    deployed(context, TWO)
    code = begun(context)
    deployed(context, line(START, task("one"), END))
    done(context, code, "one")
    assert [w.node for w in records.case(context, code).waiting] == ["two"]


def test_a_table_answers_and_the_way_is_chosen_by_its_answer(context):
    body = (line(START, task("level", "businessRuleTask"), '<exclusiveGateway id="x" default="x-few"/>') + task("few") + task("many") + END
            + flow("x", "few") + flow("x", "many", 'level = "more"') + flow("few", "e") + flow("many", "e"))
    deployed(context, body, decisions=Document("level.dmn", LEVELS))
    for children, way in ((1, "few"), (3, "many")):
        code = begun(context, children=children)
        assert [w.node for w in records.case(context, code).waiting] == [way]


def test_what_no_machine_could_do_waits_for_somebody_with_the_reason_and_goes_on_once_it_is_set_right(context):
    body = line(START, '<task id="each"><multiInstanceLoopCharacteristics><loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics></task>', END)
    deployed(context, body)
    code = begun(context)
    assert [w.what for w in records.work_list(context)] == ["stuck"]
    assert done(context, code, "each", n=2)["waiting"] == ["each", "each"]


def test_begun_twice_under_one_key_a_case_is_begun_once(context):
    deployed(context, TWO)
    codes = {actions.start(context, asks.StartCase("p", given(), key="k1")).data["case"] for _ in range(3)}
    assert len(codes) == 1
    assert len(records.work_list(context)) == 1


def test_an_item_done_twice_is_done_once_and_says_so(context):
    deployed(context, TWO)
    code = begun(context)
    assert not done(context, code, "one")["again"]
    assert done(context, code, "one")["again"]
    assert kinds(context, code).count(("done", "one")) == 1


def test_a_rehearsal_tells_what_would_be_and_writes_nothing(context):
    deployed(context, TWO)
    code = begun(context)
    before = context.workspace.ledger.size()
    rehearsed = actions.do(dataclasses.replace(context, dry_run=True), asks.DoWork(code, "one"))
    assert rehearsed.data["waiting"] == ["two"]
    assert [w.node for w in records.case(context, code).waiting] == ["one"]
    assert context.workspace.ledger.size() == before


def test_work_is_listed_by_deadline_and_an_officer_sees_the_own_department_alone(context):
    lanes = '<laneSet id="l"><lane id="l1" name="health"><flowNodeRef>one</flowNodeRef></lane><lane id="l2" name="police"><flowNodeRef>two</flowNodeRef></lane></laneSet>'
    split = START + '<parallelGateway id="g"/>' + task("one") + task("two") + '<parallelGateway id="j"/>' + END
    deployed(context, lanes + split + flow("s", "g") + flow("g", "one") + flow("g", "two") + flow("one", "j") + flow("two", "j") + flow("j", "e"))
    code = begun(context)
    officer = dataclasses.replace(context, principal=Principal("p-" + "1" * 32, "health", (Role("officer", actions.WORK_WORDS["item"], frozenset({"government.work"})),)))
    assert [w["node"] for w in actions.list_work(officer, asks.AskWork()).data["work"]] == ["one"]
    for forbidden in (lambda: actions.list_work(officer, asks.AskWork("police")), lambda: actions.do(officer, asks.DoWork(code, "two"))):
        with pytest.raises(Problem, match="only police") as caught:
            forbidden()
        assert caught.value.code == "not_party"
    assert actions.do(officer, asks.DoWork(code, "one")).data["waiting"] == ["two"]


def test_what_one_has_taken_another_cannot_take(context):
    deployed(context, TWO)
    code = begun(context)
    actions.claim(context, asks.ClaimWork(code, "one"))
    actions.claim(context, asks.ClaimWork(code, "one"))
    other = dataclasses.replace(context, principal=Principal("p-" + "2" * 32, "", ()))
    with pytest.raises(Problem) as caught, records.changing(other) as desk:
        desk.claim(desk.case(code), records.case(context, code).waiting[0].work, other.principal.id)
    assert caught.value.code == "claimed"
    assert kinds(context, code).count(("claimed", "one")) == 1


def test_a_timer_comes_once_when_its_time_is_there_and_not_before(node):
    now = Now()
    context = world(node, now)
    deployed(context, line(START, PAUSE, END))
    codes = [begun(context) for _ in range(3)]
    now.at += timedelta(days=1)
    assert actions.timers(context, asks.FireTimers()).data["fired"] == 0
    now.at += timedelta(days=1, hours=1)
    assert actions.timers(context, asks.FireTimers()).data["fired"] == 3
    assert actions.timers(context, asks.FireTimers()).data["fired"] == 0
    assert {records.case(context, c).status for c in codes} == {"ended"}


def test_a_server_fires_what_has_come_due_and_leaves_the_record_alone_while_nothing_has(tmp_path):
    now = Now()
    context = world(Workspace(tmp_path / "node"), now)
    assert not fire_timers(context.workspace, now)
    deployed(context, line(START, PAUSE, END))
    code = begun(context)
    size = context.workspace.ledger.size()
    assert not fire_timers(context.workspace, now)
    assert context.workspace.ledger.size() == size
    now.at += timedelta(days=3)
    assert fire_timers(context.workspace, now)
    assert records.case(context, code).status == "ended"


def test_a_cycle_comes_again_and_again_without_ending_what_it_watches(tmp_path):
    now = Now()
    context = world(Workspace(tmp_path / "node"), now)
    every = '<boundaryEvent id="again" attachedToRef="one" cancelActivity="false"><timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></boundaryEvent>'
    deployed(context, line(START, task("one"), END) + every + task("remind") + '<endEvent id="r"/>' + flow("again", "remind") + flow("remind", "r"))
    code = begun(context)
    for days in range(1, 4):
        now.at += timedelta(days=1)
        assert actions.timers(context, asks.FireTimers()).data["fired"] == 1
        assert sum(w.node == "remind" for w in records.case(context, code).waiting) == days
    assert any(w.node == "one" for w in records.case(context, code).waiting)


def test_a_message_that_comes_early_is_kept_and_one_that_comes_in_time_is_heard(node):
    context = world(node)
    deployed(context, line(START, task("one"), AWAIT, task("two"), END), extra=PAID)
    early, timely = begun(context), begun(context)
    assert not actions.message(context, asks.SendMessage("Paid", early, given(fee=5))).data["heard"]
    done(context, early, "one")
    assert [w.node for w in records.case(context, early).waiting] == ["two"]
    done(context, timely, "one")
    assert actions.message(context, asks.SendMessage("Paid", timely)).data["heard"]
    assert records.case(context, early).variables["fee"] == 5


def test_a_signal_is_seen_by_all_cases_that_wait_for_it(context):
    deployed(context, line(START, SEE, END), extra=SIGN)
    codes = [begun(context) for _ in range(3)]
    deployed(context, line(START, '<intermediateThrowEvent id="say"><signalEventDefinition signalRef="g"/></intermediateThrowEvent>', END), process="q", extra=SIGN)
    begun(context, "q")
    assert {records.case(context, c).status for c in codes} == {"ended"}


def test_a_withdrawn_case_waits_for_nothing_any_more(context):
    deployed(context, TWO)
    code = begun(context)
    actions.cancel(context, asks.CancelCase(code, "the applicant asked for it"))
    assert records.case(context, code).status == "cancelled"
    assert records.work_list(context) == []
    with pytest.raises(Problem) as caught:
        actions.cancel(context, asks.CancelCase(code, "again"))
    assert caught.value.code == "case_over"


def test_reasons_lie_apart_from_what_measures_read(context):
    deployed(context, TWO)
    code = begun(context)
    actions.cancel(context, asks.CancelCase(code, "her own reason"))
    with context.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT events, words FROM case_events ORDER BY seq DESC LIMIT 1").one()
    assert b"her own reason" not in rows.events
    assert b"her own reason" in rows.words
    assert records.events_of(context, code)[-1].detail == {"reason": "her own reason"}


def test_events_are_given_by_process_and_time(context):
    deployed(context, TWO)
    deployed(context, TWO, process="q")
    first = begun(context)
    middle = context.clock()
    second = begun(context, "q")
    assert {e.case for e in records.events(context)} == {first, second}
    assert {e.case for e in records.events(context, process="q")} == {second}
    assert {e.case for e in records.events(context, since=middle)} == {second}
    assert {e.case for e in records.events(context, until=middle)} == {first}


def test_unreadable_facts_are_refused_by_name(context):
    deployed(context, TWO)
    for content in (b"[1]", b"{", json.dumps("x").encode()):
        with pytest.raises(Problem) as caught:
            actions.start(context, asks.StartCase("p", Document("in.json", content)))
        assert caught.value.where.en == "in.json"


def test_a_birth_nobody_answered_for_does_not_begin_and_the_questions_left_are_told(context):
    actions.deploy(context, asks.DeployThing("newborn"))
    with pytest.raises(Problem) as caught:
        actions.start(context, asks.StartCase("newborn", given(**{k: v for k, v in BORN.items() if k not in ("child_name", "delivery")})))
    assert caught.value.code == "answers_missing"
    assert "child_name, delivery" in caught.value.what.en
    assert not list(records.events(context))


def test_a_case_at_the_window_and_on_the_web_is_one_case(context):
    deployed(context, TWO)
    code = begun(context)
    actions.do(context, asks.DoWork(code, "one", channel="web"))
    actions.note(context, asks.NoteCase(code, "material", requirement="identity", form="paper", channel="window"))
    actions.do(context, asks.DoWork(code, "two", channel="window"))
    assert {e.channel for e in records.events_of(context, code)} == {"web", "window", "system"}
    assert records.case(context, code).status == "ended"


def test_a_file_that_is_no_thing_is_refused(context):
    with pytest.raises(Problem):
        actions.deploy(context, asks.DeployThing(file=Document("x.zip", b"PK\x03\x04broken")))
    with pytest.raises(Problem):
        actions.deploy(context, asks.DeployThing())
    assert bpmn(TWO).name == "p.bpmn"
