"""A process model checked and walked from the command line."""

from __future__ import annotations

import json

import pytest

from jingwei.integrations.government.processes.actions import check, run
from jingwei.integrations.government.processes.model import CheckProcess, RunProcess
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p" name="Registration" isExecutable="true">'
BODY = ('<startEvent id="s"/><userTask id="look" name="Look"/><exclusiveGateway id="x" name="Complete?" default="no"/><userTask id="ask" name="Ask"/><endEvent id="e"/>'
        '<sequenceFlow id="1" sourceRef="s" targetRef="look"/><sequenceFlow id="2" sourceRef="look" targetRef="x"/>'
        '<sequenceFlow id="yes" sourceRef="x" targetRef="e"><conditionExpression>complete</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="no" sourceRef="x" targetRef="ask"/><sequenceFlow id="3" sourceRef="ask" targetRef="look"/>')


@pytest.fixture
def context(tmp_path) -> Context:
    return Context(Workspace(tmp_path))


def model(body: str = BODY) -> Document:
    return Document("it.bpmn", f"{HEAD}{body}</process></definitions>".encode())


def steps(**said: object) -> Document:
    return Document("steps.json", json.dumps(said).encode())


@pytest.mark.oracle("processes check")
def test_a_sound_model_is_told_sound_and_a_deadlock_with_the_way_into_it(context):
    told = check(context, CheckProcess(model()))
    assert told.holds
    assert "It can be executed" in told.report
    stuck = check(context, CheckProcess(model(BODY.replace('targetRef="look"/><seq', 'targetRef="look"/><parallelGateway id="j"/><seq').replace('sourceRef="ask" targetRef="look"', 'sourceRef="ask" targetRef="j"')
                                              .replace('sourceRef="s" targetRef="look"', 'sourceRef="s" targetRef="j"') + '<sequenceFlow id="9" sourceRef="j" targetRef="look"/>')))
    assert not stuck.holds
    assert stuck.data["processes"][0]["findings"][0]["code"] == "deadlock"


@pytest.mark.oracle("processes run")
def test_a_case_goes_where_its_variables_say(context):
    told = run(context, RunProcess(model(), steps(steps=["Look", "Ask", {"do": "look", "variables": {"complete": True}}])))
    assert [one["open"] for one in told.data["trace"]] == [["Look"], ["Ask"], ["Look"], []]
    assert told.data["ended"]
    chosen = run(context, RunProcess(model(), steps(choices={"Complete?": "e"}, steps=["Look"])))
    assert chosen.data["ended"]


def test_a_step_that_is_not_possible_is_told_with_what_is(context):
    with pytest.raises(Problem, match=r"step 1: Loook does not wait now.\nDid you mean Look"):
        run(context, RunProcess(model(), steps(steps=["Loook"])))
    with pytest.raises(Problem, match="Nobody waits"):
        run(context, RunProcess(model(), steps(steps=[{"message": "m"}])))
    with pytest.raises(Problem, match="no flow to nowhere"):
        run(context, RunProcess(model(), steps(choices={"x": "nowhere"}, steps=["Look"])))
    with pytest.raises(Problem, match="not valid JSON"):
        run(context, RunProcess(model(), Document("steps.json", b"{")))
    with pytest.raises(Problem, match="no process q"):
        run(context, RunProcess(model(), process="q"))
