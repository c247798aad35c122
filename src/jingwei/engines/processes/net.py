"""A process compiled to integers: nodes, flows and scopes are numbers, what is called stands in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

from jingwei.engines.processes.model import Definitions, Flow, Gap, Node, Process, Trigger
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Expression = Callable[[Mapping[str, Any]], Any]
Compile = Callable[[str, str], Expression]
"""(text, language) -> what gives its value for variables; raises Problem for what it does not understand."""

MOST_NODES: Final = 20_000
MOST_NESTED: Final = 60
"""Sub-processes and calls inside one another."""
MOST_STEPS_BACK: Final = 5_000_000
"""Steps on the ways that lead to inclusive joins, all of them walked once when the net is built."""


class Kind(IntEnum):
    START = 0
    END = 1
    TASK = 2
    EXCLUSIVE = 3
    PARALLEL = 4
    INCLUSIVE = 5
    EVENTS = 6
    SUBPROCESS = 7
    CATCH = 8
    THROW = 9
    BOUNDARY = 10


_KINDS: Final = {"start": Kind.START, "end": Kind.END, "task": Kind.TASK, "exclusive": Kind.EXCLUSIVE, "parallel": Kind.PARALLEL, "inclusive": Kind.INCLUSIVE,
                 "events": Kind.EVENTS, "subprocess": Kind.SUBPROCESS, "catch": Kind.CATCH, "throw": Kind.THROW, "boundary": Kind.BOUNDARY}


@dataclass(frozen=True, slots=True)
class Net:
    """What the machine runs. Lists go by node number unless they say otherwise; node numbers follow the file.

    process : the process's id
    nodes, flows : as read, those of a called process with the caller's id and a slash before their own
    kind : what it does to tokens
    scope : the number of the sub-process it stands in, -1 for the process itself
    into, out : numbers of flows
    target, source : by flow, numbers of nodes
    condition : by flow, compiled; None for a flow without one
    default : the number of the default flow, -1 for none
    plain : leaves by all its flows, whatever they say
    boundary : boundary events fastened to it
    starts : by scope (-1 too), where its tokens begin
    handlers : by scope, start events of its event sub-processes
    undo : the activity that undoes it, -1 for none
    links : by throwing link, the catching one
    empty_paths : by inclusive gateway, for each of its incoming flows the set of nodes (a bit each) from which that flow can still be reached
        without passing the gateway
    loop_count, loop_condition : compiled expressions of loops
    """

    process: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    kind: list[int]
    scope: list[int]
    into: list[tuple[int, ...]]
    out: list[tuple[int, ...]]
    source: list[int]
    target: list[int]
    condition: list[Expression | None]
    default: list[int]
    plain: list[bool]
    boundary: list[tuple[int, ...]]
    starts: Mapping[int, tuple[int, ...]]
    handlers: Mapping[int, tuple[int, ...]]
    undo: list[int]
    links: Mapping[int, int]
    empty_paths: Mapping[int, tuple[int, ...]]
    loop_count: Mapping[int, Expression]
    loop_condition: Mapping[int, Expression]
    number: Mapping[str, int]

    def triggers(self, node: int) -> tuple[Trigger, ...]:
        return self.nodes[node].triggers

    def ready(self, join: int, there: Sequence[bool], where: int) -> bool:
        """Whether an inclusive join waits for nothing any more (BPMN 2.0.2 table 13.4).

        there : by its incoming flows, whether a token waits there
        where : nodes of its scope where tokens stand, a bit each
        """
        paths = self.empty_paths[join]
        filled = 0
        for full, reaching in zip(there, paths, strict=True):
            if full:
                filled |= reaching
        return not any(reaching & where & ~filled for full, reaching in zip(there, paths, strict=True) if not full)


def gaps(definitions: Definitions, process: str) -> list[Gap]:
    """All that stands in the way of executing this process or what it calls, each with its place and reason; none means it can be."""
    try:
        found = _whole(definitions, process)
    except Problem as problem:
        return [Gap(process, "process", problem.text())]
    return list(found.gaps) + list(_unanswered(found))


def examine(definitions: Definitions, process: str, expression: Compile) -> tuple[Net | None, list[Gap]]:
    """The net of a process for whoever chooses its ways from outside, None where its elements can't be executed at all; and all that keeps it from
    running by itself: elements, choices the file leaves open, expressions that do not compile.
    """
    try:
        whole = _whole(definitions, process)
        if whole.gaps:
            return None, [*whole.gaps, *_unanswered(whole)]
        net, wrong = _numbered(whole, expression)
    except Problem as problem:
        return None, [Gap(process, "process", problem.text())]
    return net, [*_unanswered(whole), *wrong]


def build(definitions: Definitions, process: str, expression: Compile | None = None) -> Net:
    """The net of one process.

    process : its id
    expression : compiles conditions, counts and completion conditions; without it every choice must be made from outside

    Raises Problem naming every element that cannot be executed, every reference that leads nowhere, and every expression that does not compile.
    """
    whole = _whole(definitions, process)
    lacking = list(whole.gaps) + (list(_unanswered(whole)) if expression else [])
    if lacking:
        said = [(f"{g.tag} {g.where}", g.why) for g in lacking[:20]]
        raise Problem("not_executable", Text("；".join(f"{at}：{why.zh}" for at, why in said), "; ".join(f"{at}: {why.en}" for at, why in said)),
                      where=process, remedy=Text("请改用机器能执行的元素，或补上缺的内容。", "Use elements the machine executes, or supply what is missing."))
    net, wrong = _numbered(whole, expression)
    if wrong:
        said = [(g.where, g.why) for g in wrong[:20]]
        raise Problem("bad_expression", Text("；".join(f"{at}：{why.zh}" for at, why in said), "; ".join(f"{at}: {why.en}" for at, why in said)), where=process,
                      remedy=Text("请改正这些表达式。", "Correct these expressions."))
    return net


def _whole(definitions: Definitions, process: str) -> Process:
    """The process with what it calls in its place."""
    by_id = {p.id: p for p in definitions.processes}
    if process not in by_id:
        raise Problem("unknown_process", Text(f"文件里没有流程 {process}。", f"The file has no process {process}."),
                      remedy=Text(f"有：{'、'.join(by_id) or '无'}。", f"It has: {', '.join(by_id) or 'none'}."))
    start = by_id[process]
    nodes: list[Node] = []
    flows: list[Flow] = []
    undo: dict[str, str] = {}
    lacking: list[Gap] = []
    depth: dict[str, int] = {}

    def put(part: Process, prefix: str, scope: str, inside: tuple[str, ...]) -> None:
        def full(name: str) -> str:
            return f"{prefix}{name}" if name else scope

        def own(name: str) -> str:
            return f"{prefix}{name}" if name else ""

        lacking.extend(replace(gap, where=f"{prefix}{gap.where}") for gap in part.gaps)
        flows.extend(replace(f, id=own(f.id), source=own(f.source), target=own(f.target)) for f in part.flows)
        undo.update({own(a): own(b) for a, b in part.undo.items()})
        for node in part.nodes:
            if len(nodes) >= MOST_NODES:
                raise Problem("too_large", Text(f"连同所调用的，节点超过 {MOST_NODES:,} 个。", f"With what it calls it has more than {MOST_NODES:,} nodes."), where=process,
                              remedy=Text("请拆成几个流程。", "Divide it into several processes."))
            triggers = tuple(replace(t, name=own(t.name)) if t.what == "compensation" else t for t in node.triggers)
            placed = replace(node, id=own(node.id), scope=full(node.scope), host=own(node.host), default=own(node.default), incoming=tuple(map(own, node.incoming)),
                             outgoing=tuple(map(own, node.outgoing)), triggers=triggers)
            if node.tag == "callActivity" and node.called in definitions.global_tasks:
                placed = replace(placed, kind="task", tag=definitions.global_tasks[node.called])
            nodes.append(placed)
            depth[placed.id] = depth.get(placed.scope, 0) + 1
            if depth[placed.id] > MOST_NESTED:
                raise Problem("too_deep", Text(f"子流程和调用套了 {MOST_NESTED} 层以上。", f"Sub-processes and calls stand inside one another more than {MOST_NESTED} deep."), where=placed.id,
                              remedy=Text("请把流程画得平一些。", "Draw the process flatter."))
            if node.tag != "callActivity" or placed.kind == "task":
                continue
            if node.called in inside:
                lacking.append(Gap(placed.id, node.tag, Text(f"{node.called} 又调用自己。", f"{node.called} calls itself again.")))
            elif node.called in by_id:
                put(by_id[node.called], f"{placed.id}/", placed.id, (*inside, node.called))
            else:
                lacking.append(Gap(placed.id, node.tag, Text(f"被调用的 {node.called or '（未写明）'} 不在文件里。", f"What it calls, {node.called or 'nothing named'}, is not in the file.")))

    put(start, "", "", (process,))
    return replace(start, nodes=tuple(nodes), flows=tuple(flows), undo=undo, gaps=tuple(lacking))


def _unanswered(process: Process) -> Iterator[Gap]:
    """Choices the file leaves to whoever reads it: to run by itself, it must make them."""
    conditions = {flow.id: flow.condition for flow in process.flows}
    for node in process.nodes:
        if node.kind in ("exclusive", "inclusive") and len(node.outgoing) > 1:
            for flow in node.outgoing:
                if not conditions.get(flow) and flow != node.default:
                    yield Gap(flow, "sequenceFlow", Text(f"它从网关 {node.name or node.id} 出来，却没有条件，也不是默认。", f"It leaves the gateway {node.name or node.id} with no condition and is not its default."))
        if node.loop and node.loop.form != "while" and not (node.loop.count or node.loop.collection):
            yield Gap(node.id, node.tag, Text("多实例没有写明次数或清单。", "Its multi-instance says neither how many nor for which list."))
        if node.loop and node.loop.form == "while" and not (node.loop.condition or node.loop.count):
            yield Gap(node.id, node.tag, Text("循环没有条件，也没有最多次数。", "Its loop has neither a condition nor a greatest number."))
        for trigger in node.triggers:
            if trigger.what in ("timer", "conditional") and not trigger.expression:
                yield Gap(node.id, node.tag, Text("定时或条件事件没有写明何时。", "Its timer or condition does not say when."))


def _numbered(process: Process, expression: Compile | None) -> tuple[Net, list[Gap]]:
    """The net, and the expressions that do not compile."""
    nodes, flows = process.nodes, process.flows
    number = {node.id: i for i, node in enumerate(nodes)}
    at = {flow.id: i for i, flow in enumerate(flows)}
    kind = [int(_KINDS[node.kind]) for node in nodes]
    scope = [number.get(node.scope, -1) for node in nodes]
    into = [tuple(at[f] for f in node.incoming) for node in nodes]
    out = [tuple(at[f] for f in node.outgoing) for node in nodes]
    source, target = [number[f.source] for f in flows], [number[f.target] for f in flows]
    boundary: defaultdict[int, list[int]] = defaultdict(list)
    handlers: defaultdict[int, list[int]] = defaultdict(list)
    starts: defaultdict[int, list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        if node.kind == "boundary":
            boundary[number[node.host]].append(i)
        outer = nodes[scope[i]] if scope[i] >= 0 else None
        if node.kind == "start" and outer and outer.event_subprocess:
            handlers[scope[scope[i]]].append(i)
        if _begins(node):
            starts[scope[i]].append(i)
    for where, found in starts.items():
        # A start event that waits for nothing begins the scope; only without one do the others, or nodes nothing leads to.
        plain = [i for i in found if kind[i] == Kind.START and not nodes[i].triggers]
        starts[where] = plain or [i for i in found if kind[i] == Kind.START] or found
    catching = {(scope[i], t.name): i for i, node in enumerate(nodes) if node.kind == "catch" for t in node.triggers if t.what == "link"}
    links = {i: catching[scope[i], t.name] for i, node in enumerate(nodes) if node.kind == "throw" for t in node.triggers
             if t.what == "link" and (scope[i], t.name) in catching}
    wrong: list[Gap] = []

    def compiled(text: str, language: str, where: str, tag: str) -> Expression | None:
        if not text or expression is None:
            return None
        try:
            return expression(text, language)
        except Problem as problem:
            wrong.append(Gap(where, tag, problem.text()))
            return None

    condition = [compiled(flow.condition, flow.language, flow.id, "sequenceFlow") for flow in flows]
    counts = {i: compiled(n.loop.count or n.loop.collection, "", n.id, n.tag) for i, n in enumerate(nodes) if n.loop}
    ends = {i: compiled(n.loop.condition, "", n.id, n.tag) for i, n in enumerate(nodes) if n.loop}
    default = [at.get(node.default, -1) for node in nodes]
    undo = [number.get(process.undo.get(node.id, ""), -1) for node in nodes]
    by_all = [kind[i] == Kind.PARALLEL or all(not flows[f].condition for f in out[i]) for i in range(len(nodes))]
    net = Net(process.id, nodes, flows, kind, scope, into, out, source, target, condition, default, by_all, [tuple(boundary[i]) for i in range(len(nodes))],
              {k: tuple(v) for k, v in starts.items()}, {k: tuple(v) for k, v in handlers.items()}, undo, links,
              _empty_paths(kind, source, into, boundary, links, process.id), {i: e for i, e in counts.items() if e}, {i: e for i, e in ends.items() if e}, number)
    return net, wrong


def _begins(node: Node) -> bool:
    """Whether tokens can begin here: nothing leads here, and it is neither run to undo nor by an event."""
    return (not node.incoming and node.kind != "boundary" and not node.compensates and not node.event_subprocess
            and not (node.kind == "catch" and any(t.what == "link" for t in node.triggers)))


def _empty_paths(kind: Sequence[int], source: Sequence[int], into: Sequence[tuple[int, ...]], boundary: Mapping[int, list[int]], links: Mapping[int, int],
                 process: str) -> dict[int, tuple[int, ...]]:
    """By inclusive join and incoming flow, the nodes, a bit each, from which a token can still come to that flow without passing the join; what an
    activity holds counts with it. Raises Problem where joins and ways are too many to be walked.
    """
    before = [[source[f] for f in flows] for flows in into]
    for host, fastened in boundary.items():
        for event in fastened:
            before[event].append(host)
    for thrown, caught in links.items():
        before[caught].append(thrown)
    left = MOST_STEPS_BACK
    found: dict[int, tuple[int, ...]] = {}
    for join in (i for i, what in enumerate(kind) if what == Kind.INCLUSIVE and len(into[i]) > 1):
        reaching = []
        for flow in into[join]:
            seen, pending = {join}, [source[flow]]
            while pending:
                node = pending.pop()
                if node not in seen:
                    seen.add(node)
                    pending.extend(before[node])
                    left -= len(before[node])
            if left < 0:
                raise Problem("too_large", Text("包容网关太多，来路太长，算不完。", "It has too many inclusive joins with too long ways to them."), where=process,
                              remedy=Text("请拆成子流程。", "Divide it into sub-processes."))
            bits = bytearray(len(kind) // 8 + 1)
            for node in seen - {join}:
                bits[node >> 3] |= 1 << (node & 7)
            reaching.append(int.from_bytes(bits, "little"))
        found[join] = tuple(reaching)
    return found
