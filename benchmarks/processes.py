"""A newborn's case, beside SpiffWorkflow: cases a second in memory, bytes a waiting case, many instances at once.

python benchmarks/processes.py [--cases 2000]

The case: prefill, six departments in parallel, their join, a decision with eight rules, a choice, a notice. Both do the tasks at once; ours decides
with a compiled DMN table in FEEL, the peer with its own table (Python expressions).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import given_back, taken
from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import Net, build
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.state import Standing, State
from jingwei.integrations.government.processes.expressions import compiled

HELD = 100_000
PEER_PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
REPEATED = 50
"""Processors' clocks tick in hundredths of a second on some machines."""

PEER = Path(__file__).parent / "peers" / "spiff_newborn.py"
HEAD = ('xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"')
DEPARTMENTS = ("birth_certificate", "household_registration", "vaccination", "medical_insurance", "social_security_card", "subsidy")


def flow(a: str, b: str, condition: str = "") -> str:
    inside = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
    return f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}">{inside}</sequenceFlow>'


def model(task: Callable[[str], str]) -> bytes:
    """The case as BPMN; ``task`` makes the element of a task."""
    body = ('<startEvent id="born"/>' + task("prefill") + '<parallelGateway id="split"/>' + "".join(map(task, DEPARTMENTS)) + '<parallelGateway id="join"/>'
            '<businessRuleTask id="level" camunda:decisionRef="allowance"/><exclusiveGateway id="how" default="how-by_post"/>' + task("by_hand") + task("by_post")
            + '<exclusiveGateway id="then"/>' + task("notify") + '<endEvent id="done"/>')
    flows = (flow("born", "prefill") + flow("prefill", "split") + "".join(flow("split", d) + flow(d, "join") for d in DEPARTMENTS) + flow("join", "level") + flow("level", "how")
             + flow("how", "by_hand", "allowance &gt; 3") + flow("how", "by_post") + flow("by_hand", "then") + flow("by_post", "then") + flow("then", "notify") + flow("notify", "done"))
    return f'<definitions {HEAD} id="d" targetNamespace="t"><process id="newborn" isExecutable="true">{body}{flows}</process></definitions>'.encode()


def table(equal: str) -> bytes:
    """Eight rules: the allowance by the number of children."""
    rules = "".join(f'<rule id="r{i}"><inputEntry id="i{i}"><text>{equal}{i}</text></inputEntry><outputEntry id="o{i}"><text>{i}</text></outputEntry></rule>' for i in range(8))
    return ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="dd" namespace="t"><inputData id="c" name="children"><variable name="children" typeRef="number"/></inputData>'
            '<decision id="allowance" name="allowance"><variable name="allowance" typeRef="number"/><informationRequirement><requiredInput href="#c"/></informationRequirement><decisionTable id="dt">'
            '<input id="in"><inputExpression id="ie" typeRef="number"><text>children</text></inputExpression></input><output id="out" name="allowance" typeRef="number"/>'
            f"{rules}</decisionTable></decision></definitions>").encode()


def ours() -> Callable[[], Machine]:
    decisions = Model.read(table(""), "allowance.dmn")
    net = build(read(model(lambda name: f'<serviceTask id="{name}"/>')), "newborn", compiled)
    level = net.number["level"]

    def one() -> Machine:
        machine = Machine(net)
        machine.start({"children": 5})
        works = machine.state.works
        while works:
            for work in list(works.values()):
                machine.complete(work.id, {"allowance": given_back(decisions.decide("allowance", {"children": taken(machine.state.variables["children"])}))} if work.node == level else {net.nodes[work.node].id: 1})
        assert machine.state.ended
        return machine

    return one


def peer(cases: int) -> list[float]:
    """The peer's rates, by a process of its own in the environment of the peers."""
    with tempfile.TemporaryDirectory() as folder:
        drawn, decided = Path(folder, "newborn.bpmn"), Path(folder, "allowance.dmn")
        drawn.write_bytes(model(lambda name: f'<scriptTask id="{name}"><script>{name} = 1</script></scriptTask>'))
        decided.write_bytes(table(""))
        said = subprocess.run([PEER_PYTHON, PEER, drawn, decided, str(cases)], capture_output=True, text=True, check=True)
    return [float(x) for x in json.loads(said.stdout)]


def rate(one: Callable[[], object], cases: int) -> float:
    """Cases a second of processor time."""
    one()
    begin = time.process_time()
    for _ in range(cases):
        one()
    return cases / (time.process_time() - begin)


def waiting(net: Net, cases: int) -> tuple[int, int, int, float]:
    """Bytes a case that waits for six departments takes: of a holder of so many with their names and variables, at rest; of one that moves; written down.
    And the processor's microseconds to wake one, do a task and lay it to rest.
    """
    def make(number: int) -> Machine:
        machine = Machine(net)
        machine.start({"children": number % 8})
        machine.complete(next(iter(machine.state.works)))
        return machine

    make(0)
    tracemalloc.start()
    held: dict[str, tuple[Standing, dict[str, object]]] = {}
    for number in range(cases):
        state = make(number).state
        held[f"case-{number:08}"] = (state.standing(), state.variables)
    at_rest, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    tracemalloc.start()
    moving = [make(number).state for number in range(1000)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    begin = time.process_time()
    for name, (standing, variables) in list(held.items())[:20_000]:
        machine = Machine(net, State.again(standing, variables))
        machine.complete(next(iter(machine.state.works)))
        held[name] = (machine.state.standing(), machine.state.variables)
    woken = 1e6 * (time.process_time() - begin) / min(cases, 20_000)
    return at_rest // cases, size // 1000, len(json.dumps(moving[0].plain(), separators=(",", ":"))), woken


def instances(number: int) -> float:
    """Processor seconds for one activity in so many parallel instances."""
    many = (f'<startEvent id="s"/><task id="a"><multiInstanceLoopCharacteristics><loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics></task><endEvent id="e"/>'
            + flow("s", "a") + flow("a", "e"))
    net = build(read(f'<definitions {HEAD} targetNamespace="t"><process id="p" isExecutable="true">{many}</process></definitions>'.encode()), "p", lambda text, _: lambda _: int(text))
    begin = time.process_time()
    for _ in range(REPEATED):
        machine = Machine(net)
        machine.start()
        for work in list(machine.state.works):
            machine.complete(work)
        assert machine.state.ended
    return (time.process_time() - begin) / REPEATED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    cases = parser.parse_args().cases
    mine = [rate(ours(), cases) for _ in range(5)]
    print(f"ours      {statistics.median(mine):10,.0f} cases a CPU second ({min(mine):,.0f} to {max(mine):,.0f})")
    theirs = peer(max(20, cases // 20))
    print(f"Spiff     {statistics.median(theirs):10,.0f} cases a CPU second ({min(theirs):,.0f} to {max(theirs):,.0f}); ours {statistics.median(mine) / statistics.median(theirs):.0f} times (bar 50)")
    at_rest, moving, written, woken = waiting(build(read(model(lambda name: f'<serviceTask id="{name}"/>')), "newborn"), HELD)
    print(f"a waiting case beside the model: {at_rest:,} bytes of a holder of {HELD:,} with its name and variables (bar 1,024), {moving:,} while it moves, {written:,} written down")
    print(f"to wake one, do a task and lay it to rest: {woken:.1f} µs")
    for number in (400, 800, 1600):
        seconds = statistics.median(instances(number) for _ in range(5))
        print(f"{number:,} parallel instances: {seconds:.4f} s ({1e6 * seconds / number:.1f} µs each; bar 0.05 s for 1,600)")


if __name__ == "__main__":
    main()
