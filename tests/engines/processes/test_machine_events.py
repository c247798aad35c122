"""What every element of BPMN does to tokens, by models small enough to be worked out by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import build, gaps
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove
from jingwei.engines.processes.state import State, Wait
from jingwei.kernel.problems import Problem

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">{top}<process id="p" isExecutable="true">{body}</process>{more}</definitions>'
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def flow(a: str, b: str, condition: str = "") -> str:
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}">{inside}</sequenceFlow>'


def chain(*names: str) -> str:
    return "".join(flow(a, b) for a, b in itertools.pairwise(names))


def expression(text: str, _: str) -> Callable[[Any], Any]:
    """Names and numbers only: what a variable is called, ``not`` before it."""
    if text.isdigit():
        return lambda _: int(text)
    return (lambda v: not v.get(text[4:])) if text.startswith("not ") else (lambda v: v.get(text))


class Case:
    """A case spoken to by the names of its nodes."""

    def __init__(self, body: str, top: str = "", more: str = "", **variables: Any) -> None:
        self.net = build(read(HEAD.format(top=top, body=body, more=more).encode()), "p", expression)
        self.machine = Machine(self.net)
        self.machine.start(variables)

    @property
    def state(self) -> State:
        return self.machine.state

    def open(self) -> list[str]:
        """The names of open tasks and awaited events, with ``?`` behind what is only armed."""
        return sorted(self.net.nodes[w.node].id + "?" * (w.wait == Wait.ARMED) + "!" * (w.wait in (Wait.STUCK, Wait.HELD)) for w in self.state.waiting())

    def at(self, name: str) -> int:
        return next(w.id for w in self.state.waiting() if self.net.nodes[w.node].id == name)

    def do(self, *names: str, **variables: Any) -> list[str]:
        for name in names:
            work = self.state.works[self.at(name)]
            (self.machine.complete if work.wait == Wait.TASK else self.machine.catch)(work.id, variables)
        return self.open()

    def said(self, *what: str) -> list[str]:
        return [self.net.nodes[node].id for kind, node, _ in self.machine.log if kind in what]


def test_an_exclusive_gateway_takes_the_first_flow_that_holds_then_the_default_and_holds_a_token_it_cannot_place():
    body = ('<startEvent id="s"/><exclusiveGateway id="x"/><task id="a"/><task id="b"/>' + chain("s", "x") + flow("x", "a", "first") + flow("x", "b", "second"))
    assert Case(body, first=True, second=True).open() == ["a"]
    assert Case(body, second=True).open() == ["b"]
    case = Case(body)
    assert case.open() == ["x!"]
    with pytest.raises(Problem, match="does not wait"):
        case.machine.complete(case.at("x"))
    case.machine.retry(case.at("x"), {"second": True})
    assert case.open() == ["b"]
    assert Case(body.replace('id="x"', 'id="x" default="x-a"')).open() == ["a"]


def test_an_answer_that_is_not_true_holds_for_nothing():
    body = '<startEvent id="s"/><exclusiveGateway id="x" default="x-b"/><task id="a"/><task id="b"/>' + chain("s", "x") + flow("x", "a", "c") + flow("x", "b")
    assert Case(body, c="true").open() == ["b"]
    assert Case(body, c=1).open() == ["b"]


def test_an_inclusive_join_waits_for_those_that_can_still_come_and_for_no_others():
    body = ('<startEvent id="s"/><inclusiveGateway id="o"/><task id="a"/><task id="b"/><task id="c"/><inclusiveGateway id="j"/><task id="z"/>' + chain("s", "o")
            + "".join(flow("o", n, n.upper()) + flow(n, "j") for n in "abc") + flow("j", "z"))
    case = Case(body, A=True, C=True)
    assert case.open() == ["a", "c"]
    assert case.do("a") == ["c"]
    assert case.do("c") == ["z"]
    assert case.do("z") == []
    assert case.state.ended


def test_an_interrupting_boundary_event_ends_its_activity_and_one_that_is_not_lets_it_go_on():
    body = ('<startEvent id="s"/><task id="a"/><boundaryEvent id="stop" attachedToRef="a">' + HOUR + '</boundaryEvent><boundaryEvent id="remind" attachedToRef="a" cancelActivity="false">'
            + HOUR + '</boundaryEvent><task id="late"/><task id="call"/><task id="z"/>' + chain("s", "a", "z") + chain("stop", "late") + chain("remind", "call"))
    case = Case(body)
    assert case.open() == ["a", "remind?", "stop?"]
    assert case.do("remind") == ["a", "call", "stop?"]  # its hour comes once
    assert case.do("stop") == ["call", "late"]
    assert Case(body).do("a") == ["z"]


def test_an_error_is_caught_by_the_nearest_who_knows_its_code_and_else_fails_the_case():
    top = '<error id="e1" errorCode="E1"/><error id="e2" errorCode="E2"/>'
    body = ('<startEvent id="s"/><subProcess id="q"><startEvent id="t"/><task id="a"/><boundaryEvent id="near" attachedToRef="a"><errorEventDefinition errorRef="e1"/></boundaryEvent>'
            '<task id="mend"/>' + chain("t", "a") + chain("near", "mend") + '</subProcess><boundaryEvent id="far" attachedToRef="q"><errorEventDefinition errorRef="e2"/></boundaryEvent><task id="other"/>'
            + chain("s", "q") + chain("far", "other"))
    case = Case(body, top)
    case.machine.fail(case.at("a"), "E1")
    assert case.open() == ["far?", "mend"]
    case = Case(body, top)
    case.machine.fail(case.at("a"), "E2")
    assert case.open() == ["other"]
    case = Case(body, top)
    case.machine.fail(case.at("a"), "E3")
    assert (case.open(), case.state.ended, case.state.failed) == ([], True, "E3")


def test_an_escalation_that_nobody_catches_is_forgotten_and_a_caught_one_lets_the_activity_go_on():
    top = '<escalation id="u" escalationCode="U"/>'
    body = ('<startEvent id="s"/><subProcess id="q"><startEvent id="t"/><intermediateThrowEvent id="up"><escalationEventDefinition escalationRef="u"/></intermediateThrowEvent><task id="a"/>'
            + chain("t", "up", "a") + '</subProcess><boundaryEvent id="heard" attachedToRef="q" cancelActivity="{}"><escalationEventDefinition/></boundaryEvent><task id="chief"/>'
            + chain("s", "q") + chain("heard", "chief"))
    assert Case(body.format("false"), top).open() == ["a", "chief", "heard?"]
    assert Case(body.format("true"), top).open() == ["chief"]
    assert Case(body.replace('attachedToRef="q" cancelActivity="{}"><escalationEventDefinition/>', 'attachedToRef="q"><errorEventDefinition/>'), top).open() == ["a", "heard?"]


def test_behind_an_event_gateway_the_first_event_takes_the_token():
    body = ('<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="m"><messageEventDefinition messageRef="n"/></intermediateCatchEvent>'
            '<intermediateCatchEvent id="h">' + HOUR + '</intermediateCatchEvent><task id="a"/><task id="b"/>' + chain("s", "g", "m", "a") + chain("g", "h", "b"))
    case = Case(body, '<message id="n" name="reply"/>')
    assert case.open() == ["h", "m"]
    assert not case.machine.message("something else")
    assert case.machine.message("reply", {"by": "city"})
    assert case.open() == ["a"]
    assert case.state.variables == {"by": "city"}


def test_a_signal_is_seen_by_all_who_wait_and_a_message_by_one():
    two = "".join(f'<intermediateCatchEvent id="{n}"><{{}}EventDefinition/></intermediateCatchEvent>' for n in "ab")
    body = '<startEvent id="s"/><parallelGateway id="p1"/>' + two + chain("s", "p1", "a") + chain("p1", "b")
    case = Case(body.format("signal", "signal"))
    assert case.machine.signal("now") == 2
    assert case.state.ended
    case = Case(body.format("message", "message"))
    assert case.machine.message("now")
    assert case.open() == ["b"]


def test_a_terminating_end_takes_all_tokens_of_its_scope_and_no_others():
    body = ('<startEvent id="s"/><subProcess id="q"><startEvent id="t"/><parallelGateway id="g"/><task id="a"/><task id="b"/><endEvent id="e"><terminateEventDefinition/></endEvent>'
            + chain("t", "g", "a", "e") + chain("g", "b") + '</subProcess><task id="z"/>' + chain("s", "q", "z"))
    assert Case(body).do("a") == ["z"]


def test_what_was_done_is_undone_in_reverse_order_before_the_case_goes_on():
    def booked(name: str) -> str:
        return (f'<task id="{name}"/><boundaryEvent id="{name}c" attachedToRef="{name}"><compensateEventDefinition/></boundaryEvent><task id="un{name}" isForCompensation="true"/>'
                f'<association id="{name}l" sourceRef="{name}c" targetRef="un{name}"/>')

    body = ('<startEvent id="s"/>' + booked("hotel") + booked("flight") + '<task id="card"/><intermediateThrowEvent id="back"><compensateEventDefinition/></intermediateThrowEvent><task id="z"/>'
            + chain("s", "hotel", "flight", "card", "back", "z"))
    case = Case(body)
    assert case.do("hotel", "flight", "card") == ["unflight"]
    assert case.do("unflight") == ["unhotel"]
    assert case.do("unhotel") == ["z"]
    named = Case(body.replace("<intermediateThrowEvent id=\"back\"><compensateEventDefinition/>", '<intermediateThrowEvent id="back"><compensateEventDefinition activityRef="hotel"/>'))
    assert named.do("hotel", "flight", "card") == ["unhotel"]
    assert named.do("unhotel") == ["z"]


def test_a_cancelled_transaction_undoes_what_was_done_in_it_and_leaves_by_its_boundary():
    body = ('<startEvent id="s"/><transaction id="q"><startEvent id="t"/><task id="pay"/><boundaryEvent id="payc" attachedToRef="pay"><compensateEventDefinition/></boundaryEvent>'
            '<task id="refund" isForCompensation="true"/><association id="l" sourceRef="payc" targetRef="refund"/><endEvent id="no"><cancelEventDefinition/></endEvent>' + chain("t", "pay", "no")
            + '</transaction><boundaryEvent id="out" attachedToRef="q"><cancelEventDefinition/></boundaryEvent><task id="sorry"/><task id="z"/>' + chain("s", "q", "z") + chain("out", "sorry"))
    case = Case(body)
    assert case.do("pay") == ["out?", "refund"]
    assert case.do("refund") == ["sorry"]
    assert prove(case.net).sound


def test_an_event_sub_process_interrupts_its_scope_or_runs_beside_it():
    body = ('<startEvent id="s"/><task id="a"/><subProcess id="h" triggeredByEvent="true"><startEvent id="m" isInterrupting="{}"><messageEventDefinition/></startEvent><task id="answer"/>'
            + chain("m", "answer") + "</subProcess><task id=\"z\"/>" + chain("s", "a", "z"))
    case = Case(body.format("true"))
    assert case.open() == ["a", "m?"]
    assert case.do("m") == ["answer"]
    assert case.do("answer") == []
    assert case.state.ended
    case = Case(body.format("false"))
    assert case.do("m", "m") == ["a", "answer", "answer", "m?"]
    assert case.do("a", "z") == ["answer", "answer", "m?"]
    assert not case.state.ended
    case.do("answer", "answer")
    assert case.state.ended


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_many_instances_go_through_a_list_and_end_early_once_their_condition_holds(sequential):
    body = ('<startEvent id="s"/><task id="a"><multiInstanceLoopCharacteristics isSequential="' + sequential + '"><loopDataInputRef>people</loopDataInputRef><inputDataItem name="person"/>'
            "<completionCondition>enough</completionCondition></multiInstanceLoopCharacteristics></task><task id=\"z\"/>" + chain("s", "a", "z"))
    case = Case(body, people=["An", "Bo", "Cai"])
    seen = [case.machine.seen(w)["person"] for w in case.state.waiting()]
    assert seen == (["An"] if sequential == "true" else ["An", "Bo", "Cai"])
    assert case.do("a") == (["a"] if sequential == "true" else ["a", "a"])
    assert case.do("a", enough=True) == ["z"]
    assert Case(body, people=[]).open() == ["z"]
    stuck = Case(body, people="An")
    assert stuck.open() == ["a!"]
    stuck.machine.retry(stuck.at("a"), {"people": ["An"]})
    assert stuck.open() == ["a"]


def test_a_loop_goes_on_while_its_condition_holds_and_never_beyond_its_most():
    body = '<startEvent id="s"/><task id="a"><standardLoopCharacteristics testBefore="{}" loopMaximum="{}"><loopCondition>again</loopCondition></standardLoopCharacteristics></task><task id="z"/>' + chain("s", "a", "z")
    assert Case(body.format("true", ""), again=False).open() == ["z"]
    assert Case(body.format("false", ""), again=False).open() == ["a"]
    case = Case(body.format("false", "3"), again=True)
    assert case.do("a", "a", "a") == ["z"]


def test_an_activity_that_needs_two_tokens_begins_with_the_second_and_one_that_gives_two_sends_two():
    body = '<startEvent id="s"/><parallelGateway id="g"/><task id="a" startQuantity="2" completionQuantity="2"/><task id="z"/>' + chain("s", "g") + '<sequenceFlow id="1" sourceRef="g" targetRef="a"/><sequenceFlow id="2" sourceRef="g" targetRef="a"/>' + chain("a", "z")
    case = Case(body)
    assert case.open() == ["a"]
    assert case.do("a") == ["z", "z"]
    assert not prove(case.net).sound


def test_a_link_lands_where_its_name_says():
    body = ('<startEvent id="s"/><intermediateThrowEvent id="go"><linkEventDefinition name="L"/></intermediateThrowEvent><intermediateCatchEvent id="here"><linkEventDefinition name="L"/></intermediateCatchEvent><task id="z"/>'
            + chain("s", "go") + chain("here", "z"))
    case = Case(body)
    assert case.open() == ["z"]
    assert prove(case.net).sound


def test_what_a_call_activity_calls_runs_in_its_place_and_what_calls_itself_is_refused():
    body = '<startEvent id="s"/><callActivity id="c" calledElement="other"/><callActivity id="g" calledElement="task"/><task id="z"/>' + chain("s", "c", "g", "z")
    other = '<process id="other"><startEvent id="s"/><task id="a"/>' + chain("s", "a") + "{}</process><globalUserTask id=\"task\"/>"
    case = Case(body, more=other.format(""))
    assert case.open() == ["c/a"]
    assert case.do("c/a") == ["g"]
    assert case.net.nodes[case.net.number["g"]].tag == "userTask"
    again = read(HEAD.format(top="", body=body, more=other.format('<callActivity id="x" calledElement="p"/>' + flow("a", "x"))).encode())
    assert [gap.where for gap in gaps(again, "p")] == ["c/x"]


def test_messages_and_signals_thrown_are_told_to_whoever_runs_the_case():
    body = '<startEvent id="s"/><intermediateThrowEvent id="m"><messageEventDefinition/></intermediateThrowEvent><endEvent id="e"><signalEventDefinition/></endEvent>' + chain("s", "m", "e")
    case = Case(body)
    assert (case.said("message"), case.said("signal"), case.state.ended) == (["m"], ["e"], True)


def test_a_case_is_started_once_and_at_a_start_that_exists():
    body = '<startEvent id="m"><messageEventDefinition/></startEvent><startEvent id="n"><messageEventDefinition/></startEvent><task id="a"/><task id="b"/>' + chain("m", "a") + chain("n", "b")
    net = build(read(HEAD.format(top="", body=body, more="").encode()), "p", expression)
    with pytest.raises(Problem, match="say which one"):
        Machine(net).start()
    with pytest.raises(Problem, match="no start event"):
        Machine(net).start(at="a")
    machine = Machine(net)
    machine.start(at="n")
    assert [net.nodes[w.node].id for w in machine.state.waiting()] == ["b"]
    with pytest.raises(Problem, match="begun already"):
        machine.start(at="m")


def test_a_loop_with_nothing_to_wait_for_is_cut_off():
    body = '<startEvent id="s"/><exclusiveGateway id="x"/><exclusiveGateway id="y"/>' + chain("s", "x", "y", "x")
    with pytest.raises(Problem, match="waits for nothing"):
        Case(body)
