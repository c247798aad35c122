"""A process is refused exactly when trying everything finds a standstill, two tokens in one place, or no way to an end."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from process_models import Slow, State, TooMany, drawn

from jingwei.engines.processes import soundness
from jingwei.engines.processes.net import build
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove

MOST = 6000


def broken(content: bytes, seed: int) -> bytes:
    """The same with one gateway turned into another kind."""
    text = content.decode()
    gateways = re.findall(r'<(\w+)Gateway id="([sj]\d+)"', text)
    if not gateways:
        return content
    kind, name = random.Random(seed).choice(gateways)
    other = random.Random(seed + 1).choice([k for k in ("exclusive", "parallel", "inclusive") if k != kind])
    return text.replace(f'<{kind}Gateway id="{name}"></{kind}Gateway>', f'<{other}Gateway id="{name}"></{other}Gateway>').encode()


def sound(content: bytes) -> bool:
    """By trying everything; and again with no boundary event ever happening, since none may be needed to free what it watches."""
    return all(_sound(Slow(content), rescued) for rescued in (True, False))


def _sound(slow: Slow, rescued: bool) -> bool:
    joins = {f for n in slow.process.nodes if n.kind in ("parallel", "inclusive") and len(n.incoming) > 1 for f in n.incoming}
    first = slow.put((), ())
    after: dict[State, list[State]] = {}
    pending = [first]
    while pending:
        state = pending.pop()
        if state in after:
            continue
        if len(after) > MOST:
            raise TooMany
        places = [t[:2] for t in state if t[1] in slow.nodes or t[1] in joins]
        if len(set(places)) < len(places):
            return False
        after[state] = [*slow.silent(state), *(s for what, s in slow.events(state) if rescued or slow.nodes[what].kind != "boundary")]
        if not after[state] and state:
            return False
        pending += after[state]
    before: dict[State, list[State]] = {}
    for state, following in after.items():
        for one in following:
            before.setdefault(one, []).append(state)
    can, pending = {()}, [()]
    while pending:
        for state in before.get(pending.pop(), ()):
            if state not in can:
                can.add(state)
                pending.append(state)
    return can >= set(after)


def agree(seed: int, size: int) -> bool | None:
    """Whether it is sound, by both; None when there is too much to try."""
    content = broken(drawn(seed, size), seed)
    try:
        tried = sound(content)
    except TooMany:
        return None
    proof = prove(build(read(content), "p"))
    assert proof.sound == tried, (seed, size, proof.findings)
    for finding in proof.findings:
        assert finding.text.zh and finding.text.en
        assert finding.nodes
    return tried


@given(st.integers(0, 2**32), st.integers(4, 11))
def test_a_broken_process_is_refused_exactly_when_trying_everything_finds_it_wrong(seed, size):
    agree(seed, size)


def test_large_processes_of_which_fewer_states_are_visited_are_judged_as_all_would_be(monkeypatch):
    monkeypatch.setattr(soundness, "FIRST", 10**9)
    said = [agree(seed, 4 + seed % 10) for seed in range(5000, 5150)]
    assert said.count(False) > 20
    assert said.count(True) > 20


@pytest.mark.soak
def test_three_thousand_large_processes_judged_by_fewer_states(monkeypatch):
    monkeypatch.setattr(soundness, "FIRST", 10**9)
    said = [agree(seed, 4 + seed % 10) for seed in range(6000, 9000)]
    assert said.count(False) > 200


@pytest.mark.soak
def test_two_thousand_broken_processes():
    said = [agree(seed, 4 + seed % 10) for seed in range(2000)]
    print(f"{said.count(True):,} sound and {said.count(False):,} unsound told apart as by trying everything, {said.count(None)} too large to try")
    assert said.count(False) > 200


def test_the_way_into_a_deadlock_is_told():
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><startEvent id="s"/><exclusiveGateway id="x"/><task id="a" name="A"/><task id="b" name="B"/><parallelGateway id="j" name="Join"/><endEvent id="e"/>'
    flows = "".join(f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ("sx", "xa", "xb", "aj", "bj", "je"))
    (finding,) = prove(build(read(f"{head}{flows}</process></definitions>".encode()), "p")).findings
    assert (finding.code, finding.nodes, finding.path) == ("deadlock", ("j",), ("B",)) or finding.path == ("A",)
    assert "Join" in finding.text.en


def test_an_end_nobody_can_reach_is_told():
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><startEvent id="s"/><exclusiveGateway id="m"/><task id="a" name="A"/>'
    flows = "".join(f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ("sm", "ma", "am"))
    (finding,) = prove(build(read(f"{head}{flows}</process></definitions>".encode()), "p")).findings
    assert finding.code == "no_end"
    assert "A" in finding.text.zh
