"""The machine does nothing an interpreter that tries everything would not do, and everything it could."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from process_models import Slow, TooMany, drawn

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import Net, build
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove
from jingwei.engines.processes.state import State, Wait


def net_of(content: bytes, choice: random.Random) -> tuple[Net, Machine]:
    net = build(read(content), "p", lambda text, _: (lambda _: int(text) if text.isdigit() else True))

    def choose(node: int, flows: object, _: object) -> list[int]:
        assert isinstance(flows, tuple)
        if net.nodes[node].kind == "inclusive":
            return choice.sample(flows, choice.randint(1, len(flows)))
        return [choice.choice(flows)]

    return net, Machine(net, choose=choose)


def walk(seed: int, size: int, most: int = 400) -> int:
    """One case to its end, checked at every step; how many nodes its process has."""
    content = drawn(seed, size)
    choice = random.Random(seed)
    net, machine = net_of(content, choice)
    assert prove(net).sound, prove(net).findings
    slow = Slow(content)
    machine.start()
    for _ in range(most):
        if machine.state.ended:
            assert slow.ended()
            assert not machine.state.works and not machine.state.scopes
            return len(net.nodes)
        works = machine.state.waiting()
        assert works, "a sound process never stands still"
        open_now = {net.nodes[w.node].id for w in works}
        assert open_now <= slow.can()
        state = machine.state
        written = State.of(json.loads(json.dumps(state.plain())), state.variables)  # whatever happens, it survives being written down
        assert State.again(state.standing(), dict(state.variables)) == state, "and being packed"
        machine = Machine(net, written, machine._choose)
        work = choice.choice(works)
        name = net.nodes[work.node].id
        if work.wait == Wait.TASK:
            machine.complete(work.id)
        else:
            machine.catch(work.id)
        slow.see(name)
        assert slow.states, f"{name} could not happen"
    return len(net.nodes)


def walks(first: int, size: int, number: int) -> list[int]:
    """So many processes of at least 30 nodes, from a seed on; those with too many states for the interpreter are passed over."""
    sizes: list[int] = []
    passed = 0
    while len(sizes) < number:
        try:
            nodes = walk(first, size)
        except TooMany:
            passed += 1
        else:
            sizes += [nodes] if nodes >= 30 else []
        first += 1
    assert passed < number, "most must be compared"
    return sizes


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_a_trace_is_one_of_those_that_can_be(seed, size):
    try:
        walk(seed, size)
    except TooMany:
        assert size > 8


def test_traces_of_large_processes_are_among_those_that_can_be():
    assert len(walks(0, 40, 40)) == 40


@pytest.mark.soak
def test_a_thousand_traces_of_large_processes_are_among_those_that_can_be():
    sizes = walks(10_000, 40, 1000)
    print(f"1,000 traces, processes of {min(sizes)} to {max(sizes)} nodes, all among those that can be")
