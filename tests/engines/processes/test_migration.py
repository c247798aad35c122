"""Running cases taken to another version: carried where every token has its place, refused by name where one has not."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.migration import carried, stranded
from jingwei.engines.processes.net import Net, build
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import Standstills, prove
from jingwei.engines.processes.state import State
from jingwei.kernel.problems import Problem

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p" isExecutable="true">'


def net(body: str) -> Net:
    made = build(read(f"{HEAD}{body}</process></definitions>".encode()), "p", lambda text, _: lambda variables: variables.get(text))
    assert prove(made).sound
    return made


def flow(a: str, b: str) -> str:
    return f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>'


def chain(*names: str) -> str:
    ids = ["s", *names, "e"]
    return '<startEvent id="s"/>' + "".join(f'<task id="{n}"/>' for n in names) + '<endEvent id="e"/>' + "".join(flow(a, b) for a, b in pairwise(ids))


def fork(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    body = '<startEvent id="s"/><parallelGateway id="g"/><parallelGateway id="j"/><endEvent id="e"/>' + flow("s", "g") + flow("j", "e")
    for way in (left, right):
        ids = ["g", *way, "j"]
        body += "".join(f'<task id="{n}"/>' for n in way) + "".join(flow(a, b) for a, b in pairwise(ids))
    return body


def standing(at: Net, *done: str) -> State:
    machine = Machine(at)
    machine.start({"n": 1})
    for name in done:
        machine.complete(next(w.id for w in machine.state.waiting() if at.nodes[w.node].id == name))
    return machine.state


def test_a_case_goes_on_in_the_version_that_has_its_node():
    old, new = net(chain("a", "b")), net(chain("a", "check", "b"))
    machine = Machine(new, carried(old, new, standing(old)))
    for name in ("a", "check", "b"):
        machine.complete(next(w.id for w in machine.state.waiting() if new.nodes[w.node].id == name))
    assert machine.state.ended


def test_a_case_whose_node_is_gone_is_refused_by_the_nodes_name_and_goes_where_it_was_renamed_to():
    old, new = net(chain("a", "b")), net(chain("a", "c"))
    state = standing(old, "a")
    with pytest.raises(Problem, match="b: the new version has none") as caught:
        carried(old, new, state)
    assert caught.value.code == "stranded"
    moved = carried(old, new, state, {"b": "c"})
    assert [new.nodes[w.node].id for w in moved.waiting()] == ["c"]


def test_tokens_that_would_wait_for_ever_at_a_join_are_refused_though_every_node_is_there():
    old, new = net(fork(("a",), ("b",))), net(chain("a", "b"))
    state = standing(old)
    assert [at for at, _ in stranded(old, new, state, where=Standstills(new))] == ["a", "b"]
    one = net(fork(("a", "c"), ("b",)))
    other = net(fork(("a",), ("c", "b")))
    both = standing(one, "a")  # c and b stand side by side, which the other version does one after the other
    assert [at for at, _ in stranded(one, other, both, where=Standstills(other))] == ["b", "c"]
    assert stranded(one, other, standing(one), where=Standstills(other)) == [], "a and b can stand side by side in both"


def test_a_token_at_a_join_needs_its_way_in():
    old, new = net(fork(("a",), ("b",))), net(fork(("a", "late"), ("b",)))
    assert [at for at, _ in stranded(old, new, standing(old, "a"))] == ["a-j"]
    assert stranded(old, new, standing(old, "a"), {"a-j": "late-j"}) == []


def test_what_became_another_kind_of_node_strands():
    old = net(chain("a"))
    new = net(chain("a").replace('<task id="a"/>', '<subProcess id="a"><startEvent id="i"/><task id="t"/><endEvent id="o"/>' + flow("i", "t") + flow("t", "o") + "</subProcess>"))
    assert "subProcess" in stranded(old, new, standing(old))[0][1].en


def test_a_timer_newly_fastened_to_what_is_open_watches_it_and_one_taken_off_does_not():
    late = ('<boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>'
            '<endEvent id="told"/>' + flow("late", "told"))
    bare, watched = net(chain("a")), net(chain("a") + late)
    there = carried(bare, watched, standing(bare))
    assert [watched.nodes[w.node].id for w in there.waiting()] == ["a", "late"]
    machine = Machine(watched, there)
    machine.catch(there.waiting()[1].id)
    machine.complete(there.waiting()[0].id)
    assert machine.state.ended
    back = carried(watched, bare, standing(watched))
    assert [bare.nodes[w.node].id for w in back.waiting()] == ["a"]


@pytest.mark.parametrize("seed", range(20))
def test_at_every_standstill_a_case_can_be_carried_to_its_own_version_and_ends_as_it_would_have(seed):
    luck = random.Random(seed)
    left, right = (tuple(f"{side}{i}" for i in range(luck.randrange(1, 4))) for side in "lr")
    at = net(fork(left, right) if luck.random() < 0.7 else chain(*left, *right))
    where, machine = Standstills(at), Machine(at)
    machine.start({})
    while not machine.state.ended:
        assert stranded(at, at, machine.state, where=where) == []
        moved = carried(at, at, machine.state)
        assert moved.plain() == machine.state.plain()
        machine = Machine(at, moved)
        machine.complete(luck.choice(machine.state.waiting()).id)
