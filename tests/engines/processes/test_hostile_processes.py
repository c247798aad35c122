"""Processes made to hang, swell or go round for ever end with a clear problem, and soon: by limits that count, not by a clock."""

from __future__ import annotations

import itertools

import pytest

from jingwei.engines.processes import machine as machines
from jingwei.engines.processes import soundness
from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import MOST_NODES, build, examine, gaps
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove
from jingwei.engines.processes.tokens import MOST_AT_ONCE
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.kernel.problems import Problem

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
MANY = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"


def flows(*pairs: tuple[str, str]) -> str:
    return "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def process(body: str, name: str = "p") -> bytes:
    return f'{HEAD}<process id="{name}">{body}</process></definitions>'.encode()


def side_by_side(number: int, gateway: str = "parallelGateway") -> bytes:
    tasks = [f"t{i}" for i in range(number)]
    return process(f'<startEvent id="s"/><{gateway} id="o"/><{gateway} id="j"/><endEvent id="e"/>' + "".join(f'<task id="{t}"/>' for t in tasks)
                   + flows(("s", "o"), ("j", "e"), *(("o", t) for t in tasks), *((t, "j") for t in tasks)))


def calling(*called: tuple[str, ...]) -> bytes:
    """Processes q0, q1, …, each of which calls the ones given."""
    told = "".join(f'<process id="q{i}"><startEvent id="s{i}"/>' + "".join(
        f'<callActivity id="c{k}" calledElement="{other}"/>' + flows((f"s{i}", f"c{k}")) for k, other in enumerate(others)) + "</process>" for i, others in enumerate(called))
    return f"{HEAD}{told}</definitions>".encode()


def test_a_million_elements_are_refused_before_the_rest_is_read():
    with pytest.raises(Problem) as told:
        read(f"{HEAD}<process>{'<task/>' * 1_000_000}<<<no XML".encode())
    assert told.value.code == "too_large"


@pytest.mark.parametrize("called", [[("q0",)], [("q1",), ("q2",), ("q0",)], [("q1", "q1"), ("q1",)]])
def test_calls_that_come_back_to_their_caller_are_named(called):
    found = gaps(read(calling(*called)), "q0")
    assert any("calls itself again" in gap.why.en for gap in found)
    assert all(gap.where for gap in found)


def test_calls_that_double_at_every_level_are_refused_when_they_are_too_many():
    doubling = [(f"q{i + 1}", f"q{i + 1}") for i in range(40)] + [()]
    (gap,) = gaps(read(calling(*doubling)), "q0")
    assert f"{MOST_NODES:,} nodes" in gap.why.en


def test_calls_a_thousand_deep_and_nested_sub_processes_are_refused():
    for content, name in ((calling(*[(f"q{i + 1}",) for i in range(1000)], ()), "q0"), (process("".join(f'<subProcess id="p{i}">' for i in range(90)) + "</subProcess>" * 90), "p")):
        with pytest.raises(Problem) as told:
            build(read(content), name)
        assert told.value.code == "too_deep"
        net, found = examine(read(content), name, compiled)
        assert (net, len(found)) == (None, 1)


def test_a_circle_that_waits_for_nothing_is_found_by_the_proof_and_stopped_by_the_machine(monkeypatch):
    ring = [f"x{i}" for i in range(200)]
    body = '<startEvent id="s"/>' + "".join(f'<exclusiveGateway id="{x}"/>' for x in ring)
    net = build(read(process(body + flows(("s", "x0"), *itertools.pairwise(ring), ("x199", "x0")))), "p")
    assert [f.code for f in prove(net).findings] == ["no_end"]
    out = build(read(process(body + '<endEvent id="e"/>' + flows(("s", "x0"), *itertools.pairwise(ring), ("x199", "x0"), ("x7", "e")))), "p")
    assert prove(out).sound
    trap = build(read(process(body + '<endEvent id="e"/>' + flows(("s", "x0"), *itertools.pairwise(ring), ("x199", "x100"), ("x7", "e")))), "p")
    (finding,) = prove(trap).findings
    assert (finding.code, "no way out" in finding.text.en) == ("no_end", True)
    monkeypatch.setattr(machines, "MOST_STEPS", 1000)
    with pytest.raises(Problem) as told:
        Machine(net).start()
    assert told.value.code == "endless"


@pytest.mark.parametrize(("content", "code"), [
    (side_by_side(9000), "too_large"),
    (process('<startEvent id="s"/><task id="t"/>' + flows(("s", "t")) + "".join(
        f'<boundaryEvent id="b{i}" attachedToRef="t" cancelActivity="false"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>' for i in range(5000))), "too_large"),
    (side_by_side(9, "inclusiveGateway"), "too_large")])
def test_more_states_than_can_be_visited_are_said_not_to_be_proved(content, code, monkeypatch):
    monkeypatch.setattr(soundness, "MOST_MOVES", 20_000)
    proof = prove(build(read(content), "p"))
    assert not proof.sound
    assert [f.code for f in proof.findings] == [code]


def test_thousands_of_inclusive_joins_are_refused_before_their_ways_are_all_walked():
    names = [f"g{i}" for i in range(4000)]
    body = '<startEvent id="s"/>' + "".join(f'<inclusiveGateway id="{n}"/>' for n in names)
    content = process(body + flows(("s", "g0"), *itertools.pairwise(names), *zip(names, names[2:], strict=False)))
    with pytest.raises(Problem) as told:
        build(read(content), "p")
    assert told.value.code == "too_large"
    assert "inclusive" in told.value.what.en


def test_forty_departments_side_by_side_are_proved():
    assert prove(build(read(side_by_side(40)), "p")).sound
    broken = side_by_side(40).replace(b'<parallelGateway id="o"/>', b'<exclusiveGateway id="o"/>')
    assert [f.code for f in prove(build(read(broken), "p")).findings] == ["deadlock"]


def test_instances_inside_instances_stop_before_they_fill_the_memory():
    many = MANY.format(1000)
    inner = '<startEvent id="s2"/><task id="t">' + many + "</task>" + flows(("s2", "t"))
    body = f'<startEvent id="s"/><subProcess id="a">{inner}{many}</subProcess>' + flows(("s", "a"))
    case = Machine(build(read(process(body)), "p", compiled))
    with pytest.raises(Problem) as told:
        case.start()
    assert told.value.code == "too_many"
    assert len(case.state.works) + len(case.state.scopes) <= MOST_AT_ONCE


@pytest.mark.parametrize("count", ["1e9", "-1", "1.5", '"many"', "[1, 2]", "10 ** 400", "nothing"])
def test_a_number_of_instances_nobody_could_do_leaves_the_token_where_it_is(count):
    body = f'<startEvent id="s"/><task id="t">{MANY.format(count)}</task>' + flows(("s", "t"))
    case = Machine(build(read(process(body)), "p", compiled))
    case.start()
    (work,) = case.state.waiting()
    assert work.why
    assert not case.state.ended


@pytest.mark.parametrize("condition", ["{f: function(n) f(n + 1), r: f(0)}.r", "some a in 1..1000000000 satisfies false", 'matches(text, "^(a|aa|a*)*c$")',
                                       'replace(text, "(a|aa|a*)*c", "x") = "x"', 'count(split(text, "(a|aa|a*)*c")) = 9'])
def test_a_condition_without_end_holds_for_nothing(condition):
    body = ('<startEvent id="s"/><exclusiveGateway id="x" default="x-b"/><task id="a"/><task id="b"/>' + flows(("s", "x"), ("x", "b"))
            + f'<sequenceFlow id="x-a" sourceRef="x" targetRef="a"><conditionExpression>{condition}</conditionExpression></sequenceFlow>')
    case = Machine(build(read(process(body)), "p", compiled))
    case.start({"text": "a" * 60 + "b"})
    assert [case.net.nodes[w.node].id for w in case.state.waiting()] == ["b"]


@pytest.mark.parametrize(("body", "named"), [
    ('<task id="a"/><task id="a"/>', "a"), ("<task/>", "?"), ('<task id="a"/><sequenceFlow id="a" sourceRef="a" targetRef="a"/>', "a"),
    ('<subProcess id="q"><task id="q"/></subProcess>', "q"), ('<boundaryEvent id="b" attachedToRef="b"/>', "b"), ('<startEvent id="s" default="nowhere"/>', "")])
def test_ids_that_are_missing_or_not_alone_are_named(body, named):
    found = gaps(read(process(body)), "p")
    assert (named in {gap.where for gap in found}) == bool(named)


@pytest.mark.parametrize("expression", ["${" + "(" * 5000 + "a" + ")" * 5000 + "}", "getDataObject(" * 3000, "(" * 10_000, "${!!!!" + "!(" * 4000 + "}"])
def test_an_expression_of_another_language_too_long_or_deep_is_told(expression):
    with pytest.raises(Problem):
        compiled(expression, "")
