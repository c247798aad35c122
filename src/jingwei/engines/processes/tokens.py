"""Tokens on their way through gateways: where they wait, how many leave, and what a scope does when its last is gone (BPMN 2.0.2 §13.4)."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from jingwei.engines.processes.net import Kind, Net
from jingwei.engines.processes.state import Role, Scope, State, Wait, Work
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Choose = Callable[[int, Sequence[int], Mapping[str, Any]], Sequence[int] | None]
"""(gateway, its flows, variables) -> the flows to take, in place of the conditions; None leaves it to them."""

MOST_AT_ONCE: Final = 250_000
"""Works and scopes of one case: multi-instances inside one another would soon be more than any memory holds."""

_EXCLUSIVE, _INCLUSIVE = int(Kind.EXCLUSIVE), int(Kind.INCLUSIVE)


class Tokens:
    """A case's tokens.

    net, state : what moves, and where it stands
    log : what happened since the machine was made, as (what, node, number)
    """

    __slots__ = ("_agenda", "_choose", "_hosted", "log", "net", "state")

    def __init__(self, net: Net, state: State | None = None, choose: Choose | None = None) -> None:
        self.net, self.state, self._choose = net, state or State(), choose
        self.log: list[tuple[str, int, int]] = []
        self._agenda: deque[tuple[int, int]] = deque()
        self._hosted: dict[int, list[int]] = {}
        for work in self.state.works.values():
            if work.host >= 0:
                self._hosted.setdefault(work.host, []).append(work.id)

    def variables(self, scope: int, round_: int = -1) -> Mapping[str, Any]:
        """What can be seen from a scope: the case's variables, and ``loopCounter`` and the list's element of the rounds around it."""
        overlays: list[dict[str, Any]] = []
        while scope >= 0:
            found = self.state.scopes[scope]
            if round_ >= 0:
                loop = self.net.nodes[found.node].loop
                overlays.append({"loopCounter": round_})
                if found.items is not None and loop is not None:
                    overlays[-1][loop.item or "item"] = found.items[round_]
            scope, round_ = found.parent, found.round
        if not overlays:
            return self.state.variables
        seen = dict(self.state.variables)
        for overlay in reversed(overlays):
            seen.update(overlay)
        return seen

    def seen(self, work: Work) -> Mapping[str, Any]:
        """What a work item can see."""
        return self.variables(work.scope, work.round)

    @abstractmethod
    def _over(self, scope: Scope) -> None:
        """The last token of a scope is gone."""

    # Joins

    def _gather(self, node: int, flow: int, scope: Scope) -> None:
        into = self.net.into[node]
        if len(into) < 2 or flow < 0:
            self._leave(node, scope)
            return
        held = scope.held
        held[flow] = held.get(flow, 0) + 1
        for f in into:
            if not held.get(f):
                return
        self._take(scope, into)
        scope.live -= len(into) - 1
        self._leave(node, scope)

    def _take(self, scope: Scope, flows: Sequence[int]) -> None:
        for f in flows:
            if scope.held[f] == 1:
                del scope.held[f]
            else:
                scope.held[f] -= 1

    def _inclusive_ready(self) -> bool:
        """Fires the first inclusive join that waits for nothing any more (BPMN 2.0.2 table 13.4); False when none does."""
        for scope in list(self.state.scopes.values()):
            joins = sorted({self.net.target[f] for f in scope.held if f >= 0 and self.net.kind[self.net.target[f]] == _INCLUSIVE})
            if not joins:
                continue
            where = self._tokens(scope)
            for join in joins:
                into = self.net.into[join]
                if not self.net.ready(join, [bool(scope.held.get(f)) for f in into], where):
                    continue
                there = [f for f in into if scope.held.get(f)]
                self._take(scope, there)
                scope.live -= len(there) - 1
                self._leave(join, scope)
                return True
        return False

    def _tokens(self, scope: Scope) -> int:
        """The nodes of a scope where tokens stand, a bit each; what stands deeper counts where its sub-process stands."""
        found = 0
        for work in self.state.works.values():
            if work.wait != Wait.ARMED:
                found |= self._at(work.scope, work.node, scope.id)
        for inner in self.state.scopes.values():
            if inner.id != scope.id and inner.node >= 0 and inner.role != Role.HANDLER:
                found |= self._at(inner.parent, inner.node, scope.id)
        for flow in scope.held:
            found |= 1 << (self.net.target[flow] if flow >= 0 else -1 - flow)
        return found

    def _at(self, inside: int, node: int, scope: int) -> int:
        """The bit of ``node``, or of what holds it, when that stands right in ``scope``; 0 when it stands elsewhere."""
        while inside != scope:
            holder = self.state.scopes[inside]
            if holder.parent < 0 or holder.role == Role.HANDLER:
                return 0
            inside, node = holder.parent, holder.node
        return 1 << node

    # Leaving

    def _leave(self, node: int, scope: Scope) -> None:
        """A token goes out of a node by the flows its kind and conditions say."""
        net = self.net
        out = net.out[node]
        if len(out) == 1 and net.plain[node] and net.nodes[node].gives == 1:
            self.log.append(("passed", node, -1))
            self._agenda.append((out[0], scope.id))
            return
        if net.kind[node] in (_EXCLUSIVE, _INCLUSIVE) or not net.plain[node]:
            try:
                out = tuple(self._chosen(node, out, scope))
            except Problem as problem:
                self._stick(node, scope, problem, Wait.HELD)
                return
        self.log.append(("passed", node, -1))
        if not out:
            self._gone(scope)
            return
        gives = net.nodes[node].gives
        scope.live += len(out) * gives - 1
        for flow in out * gives:
            self._agenda.append((flow, scope.id))

    def _chosen(self, node: int, out: Sequence[int], scope: Scope) -> Sequence[int]:
        net = self.net
        if not out:
            return ()
        variables = self.variables(scope.id)
        if self._choose is not None and (said := self._choose(node, out, variables)) is not None:
            return said
        first = net.kind[node] == _EXCLUSIVE
        default = net.default[node]
        taken = []
        for flow in out:
            if flow == default:
                continue
            condition = net.condition[flow]
            if condition is None:
                if net.flows[flow].condition:
                    raise Problem("no_choice", Text("条件没有编译，须由外面选定。", "Its conditions are not compiled: the choice must be made from outside."))
                holds = not first or len(out) == 1
                if first and len(out) > 1:
                    raise Problem("no_choice", Text(f"流 {net.flows[flow].id} 没有条件，也不是默认。", f"Flow {net.flows[flow].id} has no condition and is not the default."))
            else:
                holds = condition(variables) is True
            if holds:
                taken.append(flow)
                if first:
                    break
        if taken:
            return taken
        if default >= 0:
            return (default,)
        name = net.nodes[node].name or net.nodes[node].id
        raise Problem("no_way_out", Text(f"{name}：没有条件成立，也没有默认的流。", f"{name}: no condition holds and there is no default flow."),
                      remedy=Text("请补上变量后再试，或在模型里加上默认流。", "Supply the variables and try again, or give the model a default flow."))

    def _gone(self, scope: Scope) -> None:
        """A token of a scope is consumed; the last one ends it."""
        scope.live -= 1
        if scope.live == 0:
            self._over(scope)

    # Small things

    def _number(self) -> int:
        state = self.state
        if len(state.works) + len(state.scopes) >= MOST_AT_ONCE:
            raise Problem("too_many", Text(f"同时在办的超过 {MOST_AT_ONCE:,} 件。", f"More than {MOST_AT_ONCE:,} things would be at work at once."), where=self.net.process,
                          remedy=Text("请减少多实例的个数。", "Let the multi-instances have fewer instances."))
        state.next += 1
        return state.next - 1

    def _new(self, node: int, parent: int, role: Role) -> Scope:
        number = self._number()
        scope = self.state.scopes[number] = Scope(number, node, parent, role)
        return scope

    def _stick(self, node: int, scope: Scope, problem: Problem, wait: Wait) -> None:
        work = self._wait(node, scope, wait, -1)
        work.why = str(problem)
        self.log.append(("stuck", node, work.id))

    def _wait(self, node: int, scope: Scope, wait: Wait, host: int) -> Work:
        number = self._number()
        work = self.state.works[number] = Work(number, node, scope.id, -1, wait, host)
        if host >= 0:
            self._hosted.setdefault(host, []).append(number)
        self.log.append(("armed" if wait == Wait.ARMED else "opened", node, number))
        return work

    def _disarm(self, host: int) -> None:
        for number in self._hosted.pop(host, ()):
            if number in self.state.works:
                del self.state.works[number]
