"""Activities: begun, done in rounds or instances, and over; sub-processes hold scopes of their own (BPMN 2.0.2 §13.3)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Final

from jingwei.engines.processes.net import Kind
from jingwei.engines.processes.state import Role, Scope, Wait, Work
from jingwei.engines.processes.tokens import Tokens
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

MOST_ROUNDS: Final = 1_000_000

_TASK = int(Kind.TASK)


class Activities(Tokens):
    """A case's activities."""

    __slots__ = ()

    @abstractmethod
    def _visit(self, node: int, flow: int, scope_id: int) -> None:
        """A token comes to a node, by a flow or (-1) by none."""

    @abstractmethod
    def _clear(self, scope: Scope) -> None:
        """Takes away every token inside a scope, and all deeper ones."""

    @abstractmethod
    def _undo_next(self, frame: Scope) -> None:
        """Goes on undoing."""

    def _enter(self, node: int, scope: Scope) -> None:
        needs = self.net.nodes[node].needs
        if needs > 1:
            held = scope.held.pop(-1 - node, 0) + 1
            if held < needs:
                scope.held[-1 - node] = held
                return
            scope.live -= needs - 1
        loop = self.net.nodes[node].loop
        if loop is None:
            self._arm(node, scope, self._open(node, scope, -1))
            return
        try:
            total, items = self._rounds(node, scope)
        except Problem as problem:
            self._stick(node, scope, problem, Wait.STUCK)
            return
        frame = self._new(node, scope.id, Role.LOOP)
        frame.total, frame.items = total, items
        self._arm(node, scope, frame.id)
        if total == 0 or (loop.before and not self._goes_on(frame)):
            self._loop_over(frame)
        else:
            for i in range(total if loop.form == "parallel" else 1):
                self._open(node, frame, i)

    def _open(self, node: int, scope: Scope, round_: int) -> int:
        """Begins one instance of an activity; its number."""
        state = self.state
        if self.net.kind[node] == _TASK:
            number = self._number()
            wait = Wait.EVENT if self.net.nodes[node].triggers else Wait.TASK
            state.works[number] = Work(number, node, scope.id, round_, wait)
            self.log.append(("opened", node, number))
            return number
        inner = self._new(node, scope.id, Role.SUBPROCESS)
        inner.round = round_
        self.log.append(("opened", node, inner.id))
        self._begin(inner, self.net.starts.get(node, ()))
        return inner.id

    def _begin(self, scope: Scope, starts: Sequence[int]) -> None:
        for start in self.net.handlers.get(scope.node, ()):
            self._watch(start, scope, scope.id)
        scope.live = len(starts)
        for start in starts:
            if scope.id in self.state.scopes:  # one of several may end it all at once
                self._visit(start, -1, scope.id)
        if not starts:
            scope.live = 1
            self._gone(scope)

    def _done(self, work: Work) -> None:
        del self.state.works[work.id]
        self.log.append(("done", work.node, work.id))
        self._finished(work.node, self.state.scopes[work.scope], work.id)

    def _finished(self, node: int, scope: Scope, host: int) -> None:
        """One instance of an activity is over."""
        if scope.role == Role.LOOP:
            self._round_over(scope)
            return
        if scope.role == Role.UNDOING:
            self._undo_next(scope)
            return
        self._disarm(host)
        if self.net.undo[node] >= 0:
            scope.undo.append((node, self.net.undo[node], []))
        self._leave(node, scope)

    def _rounds(self, node: int, scope: Scope) -> tuple[int, list[Any] | None]:
        """How many rounds at most, -1 for as long as a condition holds; and the list they go through."""
        loop = self.net.nodes[node].loop
        assert loop is not None
        compiled = self.net.loop_count.get(node)
        if loop.form == "while" and not loop.count:
            return -1, None
        if compiled is None:
            raise Problem("how_many", Text("多实例没有写明次数或清单。", "The multi-instance says neither how many nor for which list."))
        value = compiled(self.variables(scope.id))
        if loop.count:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_ROUNDS or value != int(value):
                raise Problem("how_many", Text(f"多实例的次数是 {value!r}，不是整数。", f"The multi-instance's number is {value!r}, no whole number."))
            return int(value), None
        if not isinstance(value, list | tuple):
            raise Problem("how_many", Text(f"{loop.collection} 不是清单。", f"{loop.collection} is no list."))
        return len(value), list(value)

    def _goes_on(self, frame: Scope) -> bool:
        """Whether a ``while`` has another round."""
        condition = self.net.loop_condition.get(frame.node)
        return frame.done != frame.total and (condition is None or condition({**self.variables(frame.id), "loopCounter": frame.done}) is True)

    def _round_over(self, frame: Scope) -> None:
        frame.done += 1
        node, loop = frame.node, self.net.nodes[frame.node].loop
        assert loop is not None
        if loop.form == "while":
            if self._goes_on(frame):
                self._open(node, frame, frame.done)
            else:
                self._loop_over(frame)
            return
        condition = self.net.loop_condition.get(node)
        if frame.done == frame.total:
            self._loop_over(frame)
        elif condition is not None and condition({**self.variables(frame.id), "numberOfCompletedInstances": frame.done, "numberOfInstances": frame.total}) is True:
            self._clear(frame)
            self._loop_over(frame)
        elif loop.form == "sequential":
            self._open(node, frame, frame.done)

    def _loop_over(self, frame: Scope) -> None:
        parent = self.state.scopes[frame.parent]
        del self.state.scopes[frame.id]
        self._finished(frame.node, parent, frame.id)

    def _over(self, scope: Scope) -> None:
        state = self.state
        self._disarm(scope.id)
        if scope.role == Role.PROCESS:
            del state.scopes[scope.id]
            state.ended = True
            self.log.append(("ended", -1, scope.id))
            return
        parent = state.scopes[scope.parent]
        del state.scopes[scope.id]
        self.log.append(("done", scope.node, scope.id))
        if scope.role == Role.HANDLER:
            if parent.role == Role.UNDOING:
                self._undo_next(parent)
            else:
                self._gone(parent)
            return
        undoer = next((start for start in self.net.handlers.get(scope.node, ()) if any(t.what == "compensation" for t in self.net.triggers(start))), -1)
        if (scope.undo or undoer >= 0) and self.net.undo[scope.node] < 0 and parent.role not in (Role.LOOP, Role.UNDOING):
            parent.undo.append((scope.node, undoer, scope.undo))
        self._finished(scope.node, parent, scope.id)

    def _arm(self, node: int, scope: Scope, host: int) -> None:
        for event in self.net.boundary[node]:
            if host in self.state.works or host in self.state.scopes:  # else it is over already
                self._watch(event, scope, host)

    def _watch(self, event: int, scope: Scope, host: int) -> None:
        if all(t.what != "compensation" for t in self.net.triggers(event)):
            self._wait(event, scope, Wait.ARMED, host)
