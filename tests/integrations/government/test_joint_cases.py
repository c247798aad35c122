"""Joint things: components, review side by side, decisions retracted and never rolled back, parts that bind later."""

from __future__ import annotations

import pytest
from case_models import BORN, END, START, TWO, begun, deployed, done, flow, line, task, world

from jingwei.integrations.government.cases import actions, asks, records
from jingwei.integrations.government.cases.replaying import replayed
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

PARENT = (START + '<parallelGateway id="g"/>' + task("left", "serviceTask", ' implementation="urn:jingwei:component:q"') + task("right", "serviceTask", ' implementation="urn:jingwei:component:r"')
          + '<parallelGateway id="j"/>' + task("hand_over") + END + flow("s", "g") + flow("g", "left") + flow("g", "right") + flow("left", "j") + flow("right", "j") + flow("j", "hand_over") + flow("hand_over", "e"))


@pytest.fixture
def context(tmp_path):
    return world(Workspace(tmp_path / "node"))


def waiting(context, code):
    return [w.node for w in records.case(context, code).waiting if w.what in ("item", "retraction", "deferred", "stuck")]


def test_a_joint_thing_goes_on_component_by_component_and_ends_when_all_have(node):
    context = world(node)
    deployed(context, TWO, process="q")
    deployed(context, line(START, task("only"), END), process="r")
    deployed(context, PARENT)
    code = begun(context, applicant="a1")
    (left, _), (right, _) = records.components(context, code)
    assert records.case(context, left).variables == {"applicant": "a1"}
    assert records.case(context, right).parent == code
    done(context, left, "one")
    done(context, right, "only", licence="L-1")
    assert waiting(context, code) == []
    done(context, left, "two")
    assert waiting(context, code) == ["hand_over"]
    assert records.case(context, code).variables["licence"] == "L-1"
    done(context, code, "hand_over")
    assert {records.case(context, c).status for c in (code, left, right)} == {"ended"}
    kept, made = replayed(context, code)
    assert (kept.plain(), kept.variables) == (made.plain(), made.variables)


def test_a_component_that_is_withdrawn_fails_its_part_and_the_joint_thing_says_so(context):
    body = line(START, task("part", "serviceTask", ' implementation="urn:jingwei:component:q"'), END)
    refused = '<boundaryEvent id="lost" attachedToRef="part"><errorEventDefinition/></boundaryEvent>' + task("tell") + '<endEvent id="f"/>' + flow("lost", "tell") + flow("tell", "f")
    deployed(context, TWO, process="q")
    deployed(context, body + refused)
    code = begun(context)
    ((part, _),) = records.components(context, code)
    actions.cancel(context, asks.CancelCase(part, "the shop will not open"))
    assert waiting(context, code) == ["tell"]


def test_a_decision_is_never_rolled_back_its_department_is_asked_to_retract_it(context):
    deployed(context, TWO)
    code = begun(context)
    with pytest.raises(Problem) as caught:
        actions.retract(context, asks.RetractWork(code, "one", "too early"))
    assert caught.value.code == "not_done"
    done(context, code, "one")
    actions.retract(context, asks.RetractWork(code, "one", "the certificate named another"))
    assert {(w.node, w.what) for w in records.work_list(context)} == {("two", "item"), ("one", "retraction")}
    done(context, code, "two")
    assert records.case(context, code).status == "ended", "the case does not wait for it"
    done(context, code, "one")
    assert records.events_of(context, code)[-1].kind == "retracted"
    assert records.work_list(context) == []


def test_what_a_model_undoes_is_a_request_to_retract_too(context):
    body = (line(START, task("decide"), task("check"), '<intermediateThrowEvent id="undo"><compensateEventDefinition/></intermediateThrowEvent>', END)
            + '<boundaryEvent id="un" attachedToRef="decide"><compensateEventDefinition/></boundaryEvent>' + task("withdraw", "userTask", ' isForCompensation="true"')
            + '<association id="a" sourceRef="un" targetRef="withdraw" associationDirection="One"/>')
    deployed(context, body)
    code = begun(context)
    done(context, code, "decide")
    done(context, code, "check")
    assert [(w.node, w.what) for w in records.work_list(context)] == [("withdraw", "retraction")]
    done(context, code, "withdraw")
    assert [e.kind for e in records.events_of(context, code)].count("retracted") == 1
    assert records.case(context, code).status == "ended"


def test_a_part_put_off_holds_nothing_up_and_is_still_to_be_done(context):
    deployed(context, TWO)
    code = begun(context)
    with pytest.raises(Problem):
        actions.defer(context, asks.DeferWork(code, "one", " "))
    actions.defer(context, asks.DeferWork(code, "one", "no tax officer is hired yet"))
    done(context, code, "two")
    found = records.case(context, code)
    assert (found.status, [w.what for w in found.waiting]) == ("ended", ["deferred"])
    assert found.variables["one_deferred"] is True
    done(context, code, "one", officer="o-1")
    last = records.events_of(context, code)[-1]
    assert (last.kind, last.detail["late"]) == ("done", True)
    assert records.work_list(context) == []
    kept, made = replayed(context, code)
    assert kept.variables == made.variables


def test_what_the_thing_does_not_let_bind_later_cannot_be_put_off(context):
    actions.deploy(context, asks.DeployThing("newborn"))
    code = begun(context, "newborn", **BORN)
    with pytest.raises(Problem) as caught:
        actions.defer(context, asks.DeferWork(code, "birth_certificate", "later"))
    assert caught.value.code == "not_late"
