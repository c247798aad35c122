"""Running cases taken to another version of their process: each token to the node of the same id, or the case stays where it is.

A case can be carried when everything it holds has a place in the new net: work items, scopes, tokens at joins, and what could still be undone. A node has
its place when a node of that id, or of the id it was renamed to, is of the same kind in the same scope. What the new version lacks strands the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jingwei.engines.processes.net import Kind, Net
from jingwei.engines.processes.soundness import Standstills
from jingwei.engines.processes.state import Role, Scope, State, Wait, Work
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def stranded(old: Net, new: Net, state: State, renamed: Mapping[str, str] | None = None,
             where: Standstills | None = None) -> list[tuple[str, Text]]:
    """Nodes and flows, by id, at which the case holds something that has no place in the new net, each with the reason; none means it can be carried.

    renamed : new ids by old ones, of nodes and of flows
    where : of the new net; with it, tokens that could never stand together there are stranded too: a join would wait for ever, or two would meet
    """
    said, found = renamed or {}, dict[str, Text]()
    for node in dict.fromkeys(_nodes(state)):
        reason = _misplaced(old, new, node, said)
        if reason is not None:
            found[old.nodes[node].id] = reason
    for flow in dict.fromkeys(f for scope in state.scopes.values() for f in scope.held if f >= 0):
        reason = _unjoined(old, new, flow, said)
        if reason is not None:
            found[old.flows[flow].id] = reason
    for work in state.works.values():
        at = _place(old, new, work.node, said)
        if work.wait == Wait.EVENT and at >= 0 and [t.what for t in old.triggers(work.node)] != [t.what for t in new.triggers(at)]:
            found[old.nodes[work.node].id] = Text("它等的已是另一种事件", "it waits for another kind of event there")
    if not found and where is not None:
        found |= _apart(old, new, state, said, where)
    return list(found.items())


def _apart(old: Net, new: Net, state: State, renamed: Mapping[str, str], where: Standstills) -> Iterator[tuple[str, Text]]:
    """Of every scope whose tokens could never stand together in the new net, where they stand."""
    flows = {f.id: i for i, f in enumerate(new.flows)}
    for scope in state.scopes.values():
        inside = [w for w in state.works.values() if w.scope == scope.id and w.wait != Wait.ARMED]
        if scope.role not in (Role.PROCESS, Role.SUBPROCESS) or any(w.wait in (Wait.STUCK, Wait.HELD) for w in inside) or any(f < 0 for f in scope.held):
            continue
        nodes = [_gateway(old, w) for w in inside] + [s.node for s in state.scopes.values() if s.parent == scope.id and s.role != Role.UNDOING]
        if any(s.parent == scope.id and s.role == Role.UNDOING for s in state.scopes.values()):
            continue
        held = [flows[renamed.get(old.flows[f].id, old.flows[f].id)] for f in scope.held]
        if not where.possible(_place(old, new, scope.node, renamed) if scope.node >= 0 else -1, [_place(old, new, n, renamed) for n in nodes], held):
            yield from ((old.nodes[n].id, Text("新版里这些令牌不可能同时在这些地方：会有汇合永远等不到，或两个令牌相撞",
                                               "in the new version these tokens could never stand in these places together: a join would wait for ever, or two would meet")) for n in nodes)


def _gateway(net: Net, work: Work) -> int:
    """Where the token stands: of events behind an event gateway, the gateway."""
    if work.host < 0:
        return work.node
    return next(net.source[f] for f in net.into[work.node] if net.kind[net.source[f]] == Kind.EVENTS)


def carried(old: Net, new: Net, state: State, renamed: Mapping[str, str] | None = None) -> State:
    """The same case in the new net: numbers of work items and scopes stay, events newly fastened to what is open are armed, and those fastened no more are not.

    Raises Problem ``stranded`` naming every node that holds something the new net has no place for.
    """
    said = renamed or {}
    lost = stranded(old, new, state, said)
    if lost:
        raise Problem("stranded", Text("；".join(f"{at}：{why.zh}" for at, why in lost), "; ".join(f"{at}: {why.en}" for at, why in lost)), where=new.process,
                      remedy=Text("给出改了名的节点，或等它离开这些节点。", "Say which nodes were renamed, or wait until it has left these."))
    flows = {f.id: i for i, f in enumerate(new.flows)}

    def node(number: int) -> int:
        return _place(old, new, number, said) if number >= 0 else number

    def flow(number: int) -> int:
        return flows[said.get(old.flows[number].id, old.flows[number].id)] if number >= 0 else -1 - node(-1 - number)

    def undone(entries: list[Any]) -> list[Any]:
        return [(node(e[0]), node(e[1]), undone(e[2])) if len(e) == 3 else (node(e[0]), undone(e[1])) for e in entries]

    made = State(dict(state.variables), {}, {}, state.next, state.ended, state.failed)
    for s in state.scopes.values():
        made.scopes[s.id] = replace(s, node=node(s.node), held={flow(f): n for f, n in s.held.items()}, undo=undone(s.undo))
    for w in state.works.values():
        if w.wait != Wait.ARMED or _misplaced(old, new, w.node, said) is None:
            made.works[w.id] = replace(w, node=node(w.node))
    _armed(new, made)
    return made


def _armed(new: Net, state: State) -> None:
    """Boundary events and event sub-processes of the new version watch what is open."""
    there = {(w.host, w.node) for w in state.works.values() if w.wait == Wait.ARMED}
    hosts = [(w.node, w.scope, w.id) for w in state.works.values() if w.host < 0 and w.wait in (Wait.TASK, Wait.EVENT) and new.kind[w.node] == Kind.TASK]
    hosts += [(s.node, s.parent, s.id) for s in state.scopes.values() if s.role in (Role.SUBPROCESS, Role.LOOP) and s.node >= 0]
    wanted = [(event, scope, host) for at, scope, host in hosts if not _in_loop(state, scope, at) for event in new.boundary[at]]
    wanted += [(start, s.id, s.id) for s in state.scopes.values() if s.role in (Role.PROCESS, Role.SUBPROCESS) for start in new.handlers.get(s.node, ())]
    for event, scope, host in wanted:
        if (host, event) not in there and all(t.what != "compensation" for t in new.triggers(event)):
            state.works[state.next] = Work(state.next, event, scope, -1, Wait.ARMED, host)
            state.next += 1


def _in_loop(state: State, scope: int, node: int) -> bool:
    """Whether an activity is one round of a loop, which is watched as a whole."""
    frame = state.scopes.get(scope)
    return frame is not None and frame.role == Role.LOOP and frame.node == node


def _nodes(state: State) -> Iterator[int]:
    for work in state.works.values():
        if work.wait != Wait.ARMED:
            yield work.node
    for scope in state.scopes.values():
        if scope.node >= 0:
            yield scope.node
        yield from (-1 - f for f in scope.held if f < 0)
        yield from _undoable(scope)


def _undoable(scope: Scope) -> Iterator[int]:
    pending = list(scope.undo)
    while pending:
        entry = pending.pop()
        *nodes, inside = entry
        yield from (n for n in nodes if n >= 0)
        pending += inside


def _place(old: Net, new: Net, node: int, renamed: Mapping[str, str]) -> int:
    name = old.nodes[node].id
    return new.number.get(renamed.get(name, name), -1)


def _misplaced(old: Net, new: Net, node: int, renamed: Mapping[str, str]) -> Text | None:
    """Why a node has no place in the new net; None when it has."""
    where = _place(old, new, node, renamed)
    if where < 0:
        return Text("新版里没有它", "the new version has none")
    if old.kind[node] != new.kind[where]:
        return Text(f"新版里它是 {new.nodes[where].tag}", f"it is a {new.nodes[where].tag} there")
    outer = [net.nodes[net.scope[i]].id if net.scope[i] >= 0 else "" for net, i in ((old, node), (new, where))]
    if renamed.get(outer[0], outer[0]) != outer[1]:
        return Text("新版里它在另一个子流程中", "it stands in another sub-process there")
    forms = [loop.form if (loop := net.nodes[i].loop) else "" for net, i in ((old, node), (new, where))]
    if forms[0] != forms[1]:
        return Text("新版里它的重复方式不同", "it is repeated in another way there")
    if old.nodes[node].host:
        hosts = [net.nodes[i].host for net, i in ((old, node), (new, where))]
        if renamed.get(hosts[0], hosts[0]) != hosts[1]:
            return Text("新版里它附着在别处", "it is fastened to something else there")
    return None


def _unjoined(old: Net, new: Net, flow: int, renamed: Mapping[str, str]) -> Text | None:
    """Why a token that waits at a join has no place there; None when it has: the flow must lead into the same join."""
    name = old.flows[flow].id
    flows = {f.id: i for i, f in enumerate(new.flows)}
    where = flows.get(renamed.get(name, name), -1)
    if where < 0:
        return Text("在汇合处等着的令牌，新版里没有这条来路", "a token waits at a join by this flow, which the new version lacks")
    reason = _misplaced(old, new, old.target[flow], renamed)
    if reason is None and _place(old, new, old.target[flow], renamed) != new.target[where]:
        reason = Text("新版里这条流通向别处", "the flow leads elsewhere there")
    return reason
