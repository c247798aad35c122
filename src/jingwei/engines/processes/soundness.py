"""Proof, before anybody relies on it, that a process can always end and that its tokens never meet where they must not.

Every standstill a scope can come to is visited, whatever its conditions say and whatever happens first; a sub-process is proved by itself and then
stands as one activity with the ways it can end, so that one which only a timer outside could free is refused. Where many things run side by side, of the
tasks that can only go on to one parallel join, all but one are taken as there already: nothing else can become of them, and the one left can be as late as any. What cannot be visited within the limits is not proved, and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Final, Literal

from jingwei.engines.processes.net import Kind, Net
from jingwei.kernel.i18n import Text

MOST_STATES: Final = 200_000
MOST_MOVES: Final = 1_000_000
"""Moves of tokens tried, those of nets with thousands of nodes counted several times."""
FIRST: Final = 10
"""So much less is tried with every task looked at by itself, which tells a longer way into what is wrong, before it is tried with fewer."""
MOST_CHOICES: Final = 8
"""Conditional flows out of one node; their subsets are all tried."""

Code = Literal["deadlock", "two_tokens", "no_end", "dead", "too_large", "quantities", "no_start"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, with a way that leads there.

    nodes : ids of where it shows
    path : what happens, from the beginning of the scope, until it does
    """

    code: Code
    nodes: tuple[str, ...]
    path: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome for one net.

    states : standstills visited, in all scopes
    findings : none when it is sound; ``dead`` alone is a warning
    """

    process: str
    states: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return all(finding.code == "dead" for finding in self.findings)


_Step = tuple[int, int]
"""A token on its way: the node it comes to, and by which flow (-1 for none)."""
_Moving = tuple[int, tuple[_Step, ...]]
"""What stands still, and the tokens on their way."""


class _Meet(Exception):
    """Two tokens meet at a node."""

    def __init__(self, node: int) -> None:
        self.node = node


class _Turning(Exception):
    """Tokens turn in a circle that waits for nothing and has no way out."""

    def __init__(self, node: int) -> None:
        self.node = node


class _TooLarge(Exception):
    """A node's choices, or the standstills, are too many."""


@dataclass(slots=True)
class _Ends:
    """How a scope can end: as planned, by errors or escalations that leave it (``*`` is any), by being cancelled."""

    done: bool = False
    errors: set[str] = field(default_factory=set)
    escalations: set[str] = field(default_factory=set)
    cancelled: bool = False


def prove(net: Net) -> Proof:
    """Whether every case of this net can always end, with no token left behind and no two tokens at one place."""
    ends: dict[int, _Ends] = {}
    findings: list[Finding] = []
    alive: set[int] = set()
    states = 0
    if not net.starts.get(-1):
        findings.append(Finding("no_start", (), (), Text("流程没有开始的地方。", "The process has nowhere to begin.")))
    findings.extend(
        Finding("quantities", (node.id,), (), Text(f"{node.name or node.id} 一次要或出几个令牌，不能证明。", f"{node.name or node.id} takes or gives several tokens at once, which is not proved."))
        for node in net.nodes if node.needs > 1 or node.gives > 1)
    if not findings:
        inner = [i for i in range(len(net.nodes)) if net.kind[i] == Kind.SUBPROCESS]
        for scope in [*sorted(inner, key=lambda i: -_depth(net, i)), -1]:
            visit, found = _visited(net, scope, ends)
            findings += found
            ends[scope] = visit.ends
            alive |= visit.alive
            states += len(visit.seen)
        dead = [i for i, node in enumerate(net.nodes) if i not in alive and not _aside(net, i) and node.kind != "boundary"]
        if dead and not findings:
            names = [net.nodes[i].id for i in dead]
            findings.append(Finding("dead", tuple(names), (), Text(f"永远走不到：{'、'.join(_name(net, i) for i in dead)}。", f"Never reached: {', '.join(_name(net, i) for i in dead)}.")))
    return Proof(net.process, states, tuple(findings))


class Standstills:
    """Where the tokens of a sound net can stand together: what a case brought from elsewhere is held against."""

    def __init__(self, net: Net) -> None:
        self._net, self._visits = net, dict[int, _Visit]()
        ends: dict[int, _Ends] = {}
        places = (1 << len(net.flows) + len(net.nodes)) - 1
        for scope in [*sorted((i for i in range(len(net.nodes)) if net.kind[i] == Kind.SUBPROCESS), key=lambda i: -_depth(net, i)), -1]:
            visit, _ = _visited(net, scope, ends)
            ends[scope], self._visits[scope] = visit.ends, visit
            visit.seen = {state & places: (-1, "") for state in visit.seen}

    def possible(self, scope: int, nodes: Collection[int], flows: Collection[int]) -> bool:
        """Whether, in a scope (-1 for the process), one token each can stand at these nodes and wait at joins by these flows, all at once."""
        visit, net = self._visits[scope], self._net
        places = (1 << len(net.flows) + len(net.nodes)) - 1
        straight = [n for n in nodes if visit.goes_straight(n)]
        state = sum({1 << f for f in flows} | {1 << len(net.flows) + n for n in set(nodes).difference(straight)})
        try:
            return len(set(nodes)) == len(nodes) and all(s & places in visit.seen for s in visit.settle(state, tuple((net.target[f], f) for n in straight for f in net.out[n])))
        except (_Meet, _Turning):
            return False


def _visited(net: Net, scope: int, ends: Mapping[int, _Ends]) -> tuple[_Visit, list[Finding]]:
    visit = _Visit(net, scope, ends)
    try:
        return visit, visit.all()
    except _TooLarge:
        visit = _Visit(net, scope, ends, wide=True)
    try:
        return visit, visit.all()
    except _TooLarge:
        return visit, [Finding("too_large", (net.nodes[scope].id,) if scope >= 0 else (), (), Text(
            f"状态超过 {MOST_STATES:,} 个，走法超过 {MOST_MOVES:,} 种，或一处的条件流超过 {MOST_CHOICES} 条，没有证完。请拆成子流程。",
            f"It has more than {MOST_STATES:,} states, {MOST_MOVES:,} moves, or {MOST_CHOICES} conditional flows at one node, and is not proved. Divide it into sub-processes."))]


def _depth(net: Net, node: int) -> int:
    depth = 0
    while net.scope[node] >= 0:
        node, depth = net.scope[node], depth + 1
    return depth


def _aside(net: Net, node: int) -> bool:
    """What undoes, and event sub-processes with what is in them, are reached by events alone."""
    while node >= 0:
        if net.nodes[node].compensates or net.nodes[node].event_subprocess:
            return True
        node = net.scope[node]
    return False


def _name(net: Net, node: int) -> str:
    return net.nodes[node].name or net.nodes[node].id


@dataclass(slots=True)
class _Visit:
    """All standstills of one scope.

    A standstill is an integer: a bit for each flow with a token waiting at its join, one for each node at work, one for each event that has
    happened while its host goes on. 0 is the planned end; ``left`` any other: an error or a cancellation that leaves the scope.

    wide : of tasks that can only go on to one parallel join, all but the last are passed over
    """

    net: Net
    scope: int
    inner: Mapping[int, _Ends]
    ends: _Ends = field(default_factory=_Ends)
    alive: set[int] = field(default_factory=set)
    seen: dict[int, tuple[int, str]] = field(default_factory=dict)
    now: int = -1
    wide: bool = False
    moves: int = 0
    lasts: dict[int, int] = field(default_factory=dict)

    def all(self) -> list[Finding]:
        """Visits them; what is wrong with them. Raises _TooLarge beyond the limits."""
        findings: list[Finding] = []
        following: dict[int, list[int]] = {}
        try:
            pending = [state for begin in self._beginnings() for state in self.settle(0, begin) if self._new(state, -1, "")]
            while pending:
                state = pending.pop()
                after = following[state] = []
                for what, reached in self._moves(state):
                    after.append(reached)
                    if self._new(reached, state, what):
                        pending.append(reached)
                if not after and state not in (0, self.left):
                    findings.append(self._deadlock(state))
                    break
        except _Meet as meet:
            name = _name(self.net, meet.node)
            findings.append(Finding("two_tokens", (self.net.nodes[meet.node].id,), self._path(self.now), Text(
                f"两个令牌会同时到 {name}：前面的并行没有汇合。", f"Two tokens can be at {name} at once: what ran in parallel before it was not joined.")))
        except _Turning as turning:
            name = _name(self.net, turning.node)
            findings.append(Finding("no_end", (self.net.nodes[turning.node].id,), self._path(self.now), Text(
                f"经过 {name} 的圈里没有任务也没有事件，也出不去。", f"The circle through {name} has neither task nor event in it, and no way out.")))
        self.ends.done = 0 in self.seen
        return findings or list(self._endless(following))

    def _spend(self, moves: int) -> None:
        self.moves += moves * (1 + len(self.net.nodes) // 1000)
        if self.moves > (MOST_MOVES if self.wide else MOST_MOVES // FIRST):
            raise _TooLarge

    @property
    def left(self) -> int:
        return 1 << len(self.net.flows) + 2 * len(self.net.nodes)

    def _new(self, state: int, before: int, what: str) -> bool:
        if state in self.seen:
            return False
        if len(self.seen) >= (MOST_STATES if self.wide else MOST_STATES // FIRST):
            raise _TooLarge
        self.seen[state] = (before, what)
        return True

    def _beginnings(self) -> list[tuple[_Step, ...]]:
        """Where it begins: each start with an event by itself, all others at once."""
        starts = self.net.starts.get(self.scope, ())
        if starts and all(self.net.nodes[s].triggers for s in starts):
            return [((s, -1),) for s in starts]
        return [tuple((s, -1) for s in starts)]

    def _endless(self, following: Mapping[int, list[int]]) -> Iterator[Finding]:
        """States from which no end can be reached."""
        before: dict[int, list[int]] = {}
        for state, after in following.items():
            for reached in after:
                before.setdefault(reached, []).append(state)
        can, pending = {0, self.left}, [0, self.left]
        while pending:
            for state in before.get(pending.pop(), ()):
                if state not in can:
                    can.add(state)
                    pending.append(state)
        stuck = next((state for state in self.seen if state not in can), None)
        if stuck is not None:
            nodes = self._at_work(stuck)
            yield Finding("no_end", tuple(self.net.nodes[i].id for i in nodes), self._path(stuck), Text(
                f"从这里再也到不了终点：{'、'.join(_name(self.net, i) for i in nodes)}。", f"From here no end can be reached any more: {', '.join(_name(self.net, i) for i in nodes)}."))

    def _deadlock(self, state: int) -> Finding:
        net = self.net
        joins = sorted({net.target[f] for f in range(len(net.flows)) if state >> f & 1}) or self._at_work(state)
        return Finding("deadlock", tuple(net.nodes[i].id for i in joins), self._path(state), Text(
            f"{'、'.join(_name(net, i) for i in joins)} 等不到所有的来路。", f"{', '.join(_name(net, i) for i in joins)} waits for ways nobody comes."))

    def _path(self, state: int) -> tuple[str, ...]:
        path: list[str] = []
        while state >= 0 and state in self.seen:
            state, what = self.seen[state]
            if what:
                path.append(what)
        return tuple(reversed(path))

    # What can happen

    def _at_work(self, state: int) -> list[int]:
        return _bits(state >> len(self.net.flows) & (1 << len(self.net.nodes)) - 1)

    def _active(self, node: int) -> int:
        return 1 << len(self.net.flows) + node

    def _happened(self, event: int) -> int:
        return 1 << len(self.net.flows) + len(self.net.nodes) + event

    def _moves(self, state: int) -> Iterator[tuple[str, int]]:
        """Everything that can happen next, with the standstill it leads to."""
        net = self.net
        self.now = state
        for node in self._at_work(state):
            name = _name(net, node)
            if net.scope[node] == self.scope and net.nodes[node].event_subprocess:
                yield from ((name, s) for s in self.settle(state & ~self._active(node), ()))
                continue
            rest = state & ~self._active(node)
            for event in net.boundary[node]:
                rest &= ~self._happened(event)
            ends = self.inner.get(node)
            if net.kind[node] == Kind.EVENTS:
                for flow in net.out[node]:
                    self.alive.add(net.target[flow])
                    yield from ((_name(net, net.target[flow]), s) for s in self._leave(rest, net.target[flow]))
            elif ends is None or ends.done:
                yield from ((name, s) for s in self._leave(rest, node))
            yield from self._around(state, rest, node, ends)
        if state not in (0, self.left):
            yield from self._handlers(state)

    def _around(self, state: int, rest: int, node: int, ends: _Ends | None) -> Iterator[tuple[str, int]]:
        """What can happen at the boundary of an activity; errors of a sub-process that nothing there catches leave this scope too."""
        net = self.net
        caught: set[str] = set()
        for event in net.boundary[node]:
            what = {t.what for t in net.triggers(event)}
            names = {t.name for t in net.triggers(event)}
            if "compensation" in what:
                continue
            if "error" in what:
                caught |= names
            possible = ends is None or not what & {"error", "escalation", "cancel"} or any(
                ("error" in what and _any(ends.errors, n)) or ("escalation" in what and _any(ends.escalations, n)) or ("cancel" in what and ends.cancelled) for n in names)
            if not possible:
                continue
            self.alive.add(event)
            if net.nodes[event].interrupting:
                yield from ((_name(net, event), s) for s in self._leave(rest, event))
            elif not state & self._happened(event):
                yield from ((_name(net, event), s) for s in self._leave(state | self._happened(event), event))
        if ends is not None:
            for error in ends.errors:
                if "" not in caught and error not in caught and self._error(error):
                    yield f"{_name(net, node)} ! {error}", self.left
            self.ends.escalations |= ends.escalations
        elif net.kind[node] == Kind.TASK and "" not in caught:
            self._error("*")

    def _error(self, code: str) -> bool:
        """An error no boundary caught leaves the scope, unless an event sub-process here is for it; whether it does."""
        leaves = self._handler(code) is None
        if leaves:
            self.ends.errors.add(code)
        return leaves

    def _handler(self, error: str) -> int | None:
        return next((self.net.scope[start] for start in self.net.handlers.get(self.scope, ())
                     if any(t.what == "error" and t.name in ("", error) for t in self.net.triggers(start))), None)

    def _handlers(self, state: int) -> Iterator[tuple[str, int]]:
        """Event sub-processes of this scope."""
        net = self.net
        for start in net.handlers.get(self.scope, ()):
            handler = net.scope[start]
            if state & self._happened(start) or any(t.what == "compensation" for t in net.triggers(start)):
                continue
            self.alive |= {start, handler}
            if not net.nodes[start].interrupting:
                yield _name(net, start), state | self._active(handler) | self._happened(start)
            elif not state & self._active(handler):
                yield _name(net, start), self._active(handler)

    # Tokens on the move

    def _leave(self, state: int, node: int) -> Iterator[int]:
        """Standstills after a token goes out of a node."""
        self.alive.add(node)
        for steps in self._ways(node):
            yield from self.settle(state, steps)

    def _ways(self, node: int) -> list[tuple[_Step, ...]]:
        """Every set of flows a token can leave by."""
        net = self.net
        out, kind = net.out[node], net.kind[node]
        if kind == Kind.EXCLUSIVE and len(out) > 1:
            return [((net.target[f], f),) for f in out]
        if net.plain[node] and (kind != Kind.INCLUSIVE or len(out) < 2):
            return [tuple((net.target[f], f) for f in out)]
        free = [f for f in out if f != net.default[node] and (kind == Kind.INCLUSIVE or net.flows[f].condition)]
        always = [f for f in out if f != net.default[node] and f not in free]
        if len(free) > MOST_CHOICES:
            raise _TooLarge
        sets = [always + list(some) for some in chain.from_iterable(combinations(free, n) for n in range(len(free) + 1))]
        return [tuple((net.target[f], f) for f in flows or [net.default[node]]) for flows in sets if flows or net.default[node] >= 0]

    def settle(self, state: int, steps: tuple[_Step, ...]) -> Iterator[int]:
        """Moves tokens on until all stand still; at each choice, every way is taken."""
        stack = [(state, steps)]
        before: dict[_Moving, list[_Moving]] = {(state, steps): []}
        still: list[_Moving] = []
        turns = False
        while stack:
            moving = state, steps = stack.pop()
            self._spend(1 + len(steps) // 8)
            if steps:
                *rest, (node, flow) = steps
                self.alive.add(node)
                following = list(self._arrive(state, tuple(rest), node, flow))
            elif (ready := self._inclusive(state)) is not None:
                following = [(ready[1], way) for way in self._ways(ready[0])]
            else:  # where nothing is at work and no token waits, all is over, whatever has happened
                still.append(moving)
                yield state if state == self.left or state & (1 << len(self.net.flows) + len(self.net.nodes)) - 1 else 0
                continue
            for one in following:
                if one in before:
                    turns = True
                else:
                    before[one] = []
                    stack.append(one)
                before[one].append(moving)
        if turns:
            self._must_stand(before, still)

    def _must_stand(self, before: Mapping[_Moving, list[_Moving]], still: list[_Moving]) -> None:
        """Where tokens turn without anything to wait for, some way must lead out to a standstill."""
        can = set(still)
        while still:
            for moving in before[still.pop()]:
                if moving not in can:
                    can.add(moving)
                    still.append(moving)
        turning = next((steps for state, steps in before if steps and (state, steps) not in can), None)
        if turning is not None:
            raise _Turning(turning[-1][0])

    def _arrive(self, state: int, rest: tuple[_Step, ...], node: int, flow: int) -> Iterator[tuple[int, tuple[_Step, ...]]]:
        """A token comes to a node: what can follow, with the tokens still on their way."""
        net = self.net
        kind = net.kind[node]
        if kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(net.into[node]) > 1:
            if state >> flow & 1:
                raise _Meet(node)
            state |= 1 << flow
            if kind == Kind.INCLUSIVE or not all(state >> f & 1 for f in net.into[node]):
                yield state, rest
                return
            state = self._taken(state, node)
        elif kind == Kind.END:
            yield from self._end(state, rest, node)
            return
        elif kind == Kind.THROW and any(t.what == "link" for t in net.triggers(node)):
            if node in net.links:
                self.alive.add(net.links[node])
                yield from ((state, rest + way) for way in self._ways(net.links[node]))
            else:
                yield state | self._active(node), rest  # it lands nowhere and stays
            return
        elif kind in (Kind.TASK, Kind.SUBPROCESS, Kind.CATCH, Kind.EVENTS):
            if not self.goes_straight(node):
                if state & self._active(node):
                    raise _Meet(node)
                yield state | self._active(node), rest
                return
            self._error("*")  # a task can fail, whether it is looked at or not
        elif kind == Kind.THROW:
            self.ends.escalations |= {t.name for t in net.triggers(node) if t.what == "escalation"}
        yield from ((state, rest + way) for way in self._ways(node))

    def _taken(self, state: int, join: int) -> int:
        for f in self.net.into[join]:
            state &= ~(1 << f)
        return state

    def goes_straight(self, node: int) -> bool:
        """Whether standing here adds nothing to standing at the next node: of a sequence only the last is looked at, of those before a join (``wide``) one."""
        if not self._is_bare(node):
            return False
        net = self.net
        after = net.target[net.out[node][0]]
        if net.kind[after] == Kind.PARALLEL and len(net.into[after]) > 1:
            return self.wide and self.scope not in net.handlers and node != self._last_before(after)
        return net.kind[after] in (Kind.TASK, Kind.SUBPROCESS, Kind.CATCH) and node < after

    def _is_bare(self, node: int) -> bool:
        """A task with nothing at its boundary and one way out."""
        net = self.net
        return net.kind[node] == Kind.TASK and not net.boundary[node] and len(net.out[node]) == 1 and net.plain[node]

    def _last_before(self, join: int) -> int:
        if join not in self.lasts:
            self.lasts[join] = max(n for n in (self.net.source[f] for f in self.net.into[join]) if self._is_bare(n))
        return self.lasts[join]

    def _end(self, state: int, rest: tuple[_Step, ...], node: int) -> Iterator[tuple[int, tuple[_Step, ...]]]:
        for trigger in self.net.triggers(node):
            if trigger.what == "terminate":
                yield 0, ()
                return
            if trigger.what == "cancel":
                self.ends.cancelled = True
                yield self.left, ()
                return
            if trigger.what == "error":
                handler = None if self._error(trigger.name) else self._handler(trigger.name)
                yield (self.left if handler is None else self._active(handler)), ()
                return
            if trigger.what == "escalation":
                self.ends.escalations.add(trigger.name)
        yield state, rest

    def _inclusive(self, state: int) -> tuple[int, int] | None:
        """An inclusive join that waits for nothing any more, and the state without what it takes."""
        net = self.net
        joins = [join for join in net.empty_paths if net.scope[join] == self.scope and any(state >> f & 1 for f in net.into[join])]
        if not joins:
            return None
        where = 0
        for node in self._at_work(state):
            where |= 1 << node
        for flow in _bits(state & (1 << len(net.flows)) - 1):
            where |= 1 << net.target[flow]
        for join in joins:
            if net.ready(join, [bool(state >> f & 1) for f in net.into[join]], where):
                return join, self._taken(state, join)
        return None


def _bits(number: int) -> list[int]:
    """Which bits are set, the lowest first."""
    found = []
    while number:
        low = number & -number
        found.append(low.bit_length() - 1)
        number ^= low
    return found


def _any(said: set[str], wanted: str) -> bool:
    return bool(said) if not wanted else wanted in said or "*" in said
