"""Processes made at random out of sound blocks, and an interpreter slow enough to be seen through.

The interpreter keeps every state a process could be in after what was seen, moves one token at a time, and knows the standard's table 13.4 by walking
the drawing anew each time. It shares no code with the machine but the reader.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from jingwei.engines.processes.model import Node, Process
from jingwei.engines.processes.reading import read

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


class Drawn:
    """BPMN text that grows block by block."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.parts: list[str] = []
        self.count = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def node(self, tag: str, kind: str, body: str = "", **more: str) -> str:
        name = self.name(kind)
        said = "".join(f' {k}="{v}"' for k, v in more.items())
        self.parts.append(f'<{tag} id="{name}"{said}>{body}</{tag}>')
        return name

    def flow(self, a: str, b: str, condition: str = "") -> str:
        name = self.name("f")
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.parts.append(f'<sequenceFlow id="{name}" sourceRef="{a}" targetRef="{b}">{inside}</sequenceFlow>')
        return name

    def block(self, size: int, depth: int = 0) -> tuple[str, str]:  # noqa: PLR0911  # one return a form
        """A sound block of about ``size`` nodes: its first and last node, neither with flows to the outside yet."""
        choice = self.random
        if size <= 1:
            return self.leaf()
        form = choice.choice(["sequence", "sequence", "exclusive", "parallel", "inclusive", "loop", "inside", "boundary", "events", "many"])
        if form == "sequence" or size < 4:
            cut = choice.randint(1, size - 1)
            (a, b), (c, d) = self.block(cut, depth), self.block(size - cut, depth)
            self.flow(b, c)
            return a, d
        if form in ("exclusive", "parallel", "inclusive"):
            tag = f"{form}Gateway"
            split, join = self.node(tag, "s"), self.node(tag, "j")
            ways = choice.randint(2, 3)
            for _ in range(ways):
                a, b = self.block(max(1, (size - 2) // ways), depth)
                self.flow(split, a, "c" if form != "parallel" else "")
                self.flow(b, join)
            return split, join
        if form == "loop":
            first, last = self.node("exclusiveGateway", "m"), self.node("exclusiveGateway", "x")
            (a, b), (c, d) = self.block((size - 2) // 2, depth), self.block(1, depth)
            self.flow(first, a)
            self.flow(b, last)
            self.flow(last, c, "c")
            self.flow(d, first)
            beyond = self.node("exclusiveGateway", "o")
            self.flow(last, beyond, "c")
            return first, beyond
        if form == "inside" and depth < 2:
            return (name := self.sub(size - 3, depth)), name
        if form == "boundary":
            return self.with_boundary(size, depth)
        if form == "events":
            gate, join = self.node("eventBasedGateway", "g"), self.node("exclusiveGateway", "j")
            for what in ("<messageEventDefinition/>", TIMER):
                caught = self.node("intermediateCatchEvent", "c", what)
                a, b = self.block(max(1, (size - 4) // 2), depth)
                self.flow(gate, caught)
                self.flow(caught, a)
                self.flow(b, join)
            return gate, join
        many = self.node("task", "t", f'<multiInstanceLoopCharacteristics isSequential="{choice.choice(["true", "false"])}"><loopCardinality>'
                         f"{choice.randint(0, 3)}</loopCardinality></multiInstanceLoopCharacteristics>")
        a, b = self.block(size - 1, depth)
        self.flow(many, a)
        return many, b

    def leaf(self) -> tuple[str, str]:
        name = self.node(self.random.choice(["task", "userTask", "serviceTask"]), "t")
        return name, name

    def sub(self, size: int, depth: int) -> str:
        outer, self.parts = self.parts, []
        start, end = self.node("startEvent", "b"), self.node("endEvent", "e")
        a, b = self.block(max(1, size), depth + 1)
        self.flow(start, a)
        self.flow(b, end)
        inside, self.parts = "".join(self.parts), outer
        return self.node("subProcess", "p", inside)

    def with_boundary(self, size: int, depth: int) -> tuple[str, str]:
        host = self.sub(size - 4, depth) if depth < 2 and size > 6 else self.leaf()[0]
        what = self.random.choice([TIMER, "<messageEventDefinition/>", "<errorEventDefinition/>"])
        event = self.node("boundaryEvent", "y", what, attachedToRef=host)
        join = self.node("exclusiveGateway", "j")
        a, b = self.block(1, depth)
        self.flow(host, join)
        self.flow(event, a)
        self.flow(b, join)
        return host, join

    def process(self, size: int) -> bytes:
        start, end = self.node("startEvent", "b"), self.node("endEvent", "e")
        a, b = self.block(size)
        self.flow(start, a)
        self.flow(b, end)
        return f'{HEAD}<process id="p" isExecutable="true">{"".join(self.parts)}</process></definitions>'.encode()


def drawn(seed: int, size: int) -> bytes:
    """A sound process of about ``size`` nodes."""
    return Drawn(seed).process(size)


class TooMany(Exception):
    """More states than anybody waits for."""


Token = tuple[tuple[str, ...], str, int]
"""The sub-processes it is in, a flow or a node, and of several instances how many remain (-1 for none of this)."""
State = tuple[Token, ...]


class Slow:
    """Every state a process can be in after what was seen."""

    def __init__(self, content: bytes) -> None:
        self.process: Process = read(content).processes[0]
        self.nodes = {node.id: node for node in self.process.nodes}
        self.flows = {flow.id: flow for flow in self.process.flows}
        self.states = self.still({self.put((), ())})

    def put(self, state: State, path: tuple[str, ...]) -> State:
        """With a token behind the start of what ``path`` leads into."""
        scope = path[-1] if path else ""
        start = next(n for n in self.process.nodes if n.kind == "start" and n.scope == scope)
        return tuple(sorted((*state, *((path, f, -1) for f in start.outgoing))))

    def without(self, state: State, *gone: Token) -> State:
        left = list(state)
        for token in gone:
            left.remove(token)
        return tuple(left)

    def still(self, states: set[State]) -> set[State]:
        """All states silent moves can lead to, themselves included."""
        seen, pending = set(states), list(states)
        while pending:
            for following in self.silent(pending.pop()):
                if following not in seen:
                    seen.add(following)
                    pending.append(following)
            if len(seen) > 3000:
                raise TooMany
        return seen

    def out(self, state: State, path: tuple[str, ...], node: Node) -> Iterator[State]:
        ways = [node.outgoing]
        if node.kind == "exclusive":
            ways = [(f,) for f in node.outgoing]
        elif node.kind == "inclusive" and len(node.outgoing) > 1:
            ways = [tuple(f for i, f in enumerate(node.outgoing) if bits >> i & 1) for bits in range(1, 1 << len(node.outgoing))]
        for way in ways:
            yield tuple(sorted((*state, *((path, f, -1) for f in way))))

    def silent(self, state: State) -> Iterator[State]:
        for token in set(state):
            path, place, _ = token
            if place not in self.flows:
                node = self.nodes[place]
                if node.kind == "subprocess" and not any(t[0][:len(path) + 1] == (*path, place) for t in state):
                    yield from self.out(self.without(state, token), path, node)
                continue
            node = self.nodes[self.flows[place].target]
            rest = self.without(state, token)
            if node.kind == "end":
                yield rest
            elif node.kind == "exclusive":
                yield from self.out(rest, path, node)
            elif node.kind == "parallel":
                if all((path, f, -1) in state for f in node.incoming):
                    yield from self.out(self.without(state, *((path, f, -1) for f in node.incoming)), path, node)
            elif node.kind == "inclusive":
                if self.ready(state, path, node):
                    yield from self.out(self.without(state, *((path, f, -1) for f in node.incoming if (path, f, -1) in state)), path, node)
            elif node.kind == "subprocess":
                yield self.put(tuple(sorted((*rest, (path, node.id, -1)))), (*path, node.id))
            elif node.loop:
                count = int(node.loop.count)
                yield from (self.out(rest, path, node) if count == 0 else [tuple(sorted((*rest, (path, node.id, count))))])
            else:
                yield tuple(sorted((*rest, (path, node.id, -1))))

    def ready(self, state: State, path: tuple[str, ...], join: Node) -> bool:
        filled = {f for f in join.incoming if (path, f, -1) in state}
        for other_path, place, _ in state:
            if other_path[:len(path)] != path or (other_path == path and place in filled):
                continue
            at = place if other_path == path else other_path[len(path)]
            reached = self.ahead(at, join.id)
            if reached & (set(join.incoming) - filled) and not reached & filled:
                return False
        return True

    def ahead(self, at: str, gateway: str) -> set[str]:
        """The flows a token at a flow or node can come to without passing the gateway."""
        found: set[str] = set()
        pending = [at] if at in self.flows else list(self.leaving(at))
        while pending:
            flow = pending.pop()
            if flow not in found:
                found.add(flow)
                if self.flows[flow].target != gateway:
                    pending += self.leaving(self.flows[flow].target)
        return found

    def leaving(self, node: str) -> list[str]:
        return [f for n in self.process.nodes if node in (n.id, n.host) for f in n.outgoing]

    def can(self) -> set[str]:
        """What can happen next, in any of its states."""
        return {what for state in self.states for what, _ in self.events(state)}

    def see(self, what: str) -> None:
        """Something happened; no state is left when it could not."""
        self.states = self.still({after for state in self.states for seen, after in self.events(state) if seen == what})

    def ended(self) -> bool:
        return () in self.states

    def only_ended(self) -> bool:
        return self.states == {()}

    def events(self, state: State) -> Iterator[tuple[str, State]]:
        for token in set(state):
            path, place, remaining = token
            if place in self.flows:
                continue
            node = self.nodes[place]
            rest = self.without(state, token)
            if node.kind == "events":
                for flow in node.outgoing:
                    caught = self.nodes[self.flows[flow].target]
                    yield from ((caught.id, s) for s in self.out(rest, path, caught))
            elif remaining > 1:
                yield node.id, tuple(sorted((*rest, (path, place, remaining - 1))))
            elif node.kind in ("task", "catch"):
                yield from ((node.id, s) for s in self.out(rest, path, node))
            inside = tuple(t for t in rest if t[0][:len(path) + 1] == (*path, place))
            for event in self.process.nodes:
                if event.host == node.id:
                    yield from ((event.id, s) for s in self.out(self.without(rest, *inside), path, event))
