"""Events: awaited, armed, caught and thrown; what they interrupt, and what is undone (BPMN 2.0.2 §10.5, §13.5)."""

from __future__ import annotations

from typing import Any

from jingwei.engines.processes.activities import Activities
from jingwei.engines.processes.net import Kind
from jingwei.engines.processes.state import Role, Scope, Wait, Work
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_START, _TASK, _THROW = int(Kind.START), int(Kind.TASK), int(Kind.THROW)


class Events(Activities):
    """A case's events."""

    __slots__ = ()

    def _await(self, node: int, scope: Scope) -> None:
        """A token stands at a catching event; one at a link's landing goes on."""
        if any(t.what == "link" for t in self.net.triggers(node)):
            self._leave(node, scope)
            return
        self._wait(node, scope, Wait.EVENT, -1)

    def _alternatives(self, node: int, scope: Scope) -> None:
        """An event gateway: one token, and whatever of the events behind it happens first takes it."""
        self.log.append(("passed", node, -1))
        first = self.state.next
        for flow in self.net.out[node]:
            self._wait(self.net.target[flow], scope, Wait.EVENT, first)

    def _wants(self, work: Work, what: str, name: str) -> bool:
        return any(t.what == what and t.name in ("", name) for t in self.net.triggers(work.node))

    def _caught(self, work: Work) -> None:
        state, node, scope = self.state, work.node, self.state.scopes[work.scope]
        if work.wait == Wait.EVENT:
            if work.host >= 0:
                self._disarm(work.host)
            state.works.pop(work.id, None)
            self.log.append(("caught", node, work.id))
            if self.net.kind[node] == _TASK:
                self._finished(node, scope, work.id)
            else:
                self._leave(node, scope)
            return
        self.log.append(("caught", node, work.id))
        if self.net.kind[node] == _START:
            self._handle(work, scope)
            return
        if self.net.nodes[node].interrupting:
            self._interrupt(work.host)
        else:
            scope.live += 1
            if any(t.what == "timer" and t.form != "cycle" for t in self.net.triggers(node)):
                del state.works[work.id]  # its hour comes once
        self._leave(node, scope)

    def _handle(self, work: Work, scope: Scope) -> None:
        """An event sub-process begins."""
        if self.net.nodes[work.node].interrupting:
            self._clear(scope)
            for number in self._hosted.get(scope.id, ()):
                if number in self.state.works and self.state.works[number].scope == scope.id:  # not what watches it from outside
                    del self.state.works[number]
            scope.live = 0
        scope.live += 1
        handler = self._new(self.net.scope[work.node], scope.id, Role.HANDLER)
        self._begin(handler, (work.node,))

    def _interrupt(self, host: int) -> None:
        """Ends an activity from outside, with all inside it; its token is free to go another way."""
        self._disarm(host)
        if host in self.state.works:
            work = self.state.works.pop(host)
            self.log.append(("cancelled", work.node, host))
        else:
            scope = self.state.scopes[host]
            self._clear(scope)
            self._disarm(host)
            del self.state.scopes[host]
            self.log.append(("cancelled", scope.node, host))

    def _clear(self, scope: Scope) -> None:
        """Takes away every token inside a scope, and all deeper ones."""
        state = self.state
        scope.held.clear()
        inside = {scope.id}
        for inner in sorted(state.scopes):  # one that holds another is older
            if state.scopes[inner].parent in inside:
                inside.add(inner)
        for number in [w.id for w in state.works.values() if w.scope in inside and w.host != scope.id]:
            self._disarm(number)
            work = state.works.pop(number, None)
            if work is not None and work.wait != Wait.ARMED:
                self.log.append(("cancelled", work.node, number))
        for number in inside - {scope.id}:
            self._disarm(number)
            self.log.append(("cancelled", state.scopes[number].node, number))
            del state.scopes[number]
        going = [(f, s) for f, s in self._agenda if s not in inside]
        self._agenda.clear()
        self._agenda.extend(going)

    def _thrown(self, node: int, scope: Scope) -> None:
        """A throwing event in the middle: what it says goes out, and its token goes on."""
        for trigger in self.net.triggers(node):
            if trigger.what == "link":
                if node not in self.net.links:
                    self._stick(node, scope, Problem("no_landing", Text(f"链接 {trigger.name} 没有落点。", f"Link {trigger.name} lands nowhere.")), Wait.STUCK)
                    return
                self.log.append(("passed", node, -1))
                self._visit(self.net.links[node], -1, scope.id)
                return
            if trigger.what == "compensation":
                self._undo(node, scope, trigger.name)
                return
            if self._say(trigger.what, trigger.name, scope, node):
                return
        self._leave(node, scope)

    def _say(self, what: str, name: str, scope: Scope, node: int) -> bool:
        """Whether saying it ended the very scope it was said in."""
        if what == "escalation":
            return self._throw("escalation", name, scope.id, scope.id, node)
        if what in ("message", "signal"):
            self.log.append((what, node, -1))
        return False

    def _end(self, node: int, scope: Scope) -> None:
        self.log.append(("passed", node, -1))
        for trigger in self.net.triggers(node):
            if trigger.what == "error":
                self._throw("error", trigger.name, scope.id, -1, node)
                return
            if trigger.what == "terminate":
                self._clear(scope)
                scope.live = 0
                self._over(scope)
                return
            if trigger.what == "compensation":
                self._undo(node, scope, trigger.name)
                return
            if trigger.what == "cancel":
                self._clear(scope)
                scope.live = 1
                self._undo(node, scope, "")
                return
            if self._say(trigger.what, trigger.name, scope, node):
                return
        self._gone(scope)

    def _throw(self, what: str, code: str, inside: int, host: int, node: int) -> bool:
        """An error or escalation looks for its catcher, from the inside out (BPMN 2.0.2 §10.5.6); whether its catcher interrupts."""
        state = self.state
        self.log.append((what, node, -1))
        while True:
            for number in self._hosted.get(host, ()):
                work = state.works.get(number)
                if work is not None and work.wait == Wait.ARMED and self._wants(work, what, code):
                    self._caught(work)
                    return self.net.nodes[work.node].interrupting
            if host != inside:
                host = inside
                continue
            scope = state.scopes[inside]
            if scope.parent < 0:
                break
            host = inside = scope.parent
        if what == "error":
            root = state.scopes[inside]
            self._clear(root)
            self._disarm(root.id)
            del state.scopes[root.id]
            state.ended, state.failed = True, code
            self.log.append(("failed", node, -1))
        return what == "error"

    # Undoing

    def _undo(self, node: int, scope: Scope, activity: str) -> None:
        """Compensation: what was done is undone in reverse order, one after the other; then the event that asked goes on."""
        wanted = self.net.number.get(activity, -1)
        kept: list[Any] = []
        queue: list[Any] = []
        for entry in scope.undo:
            (queue if wanted < 0 or entry[0] == wanted else kept).append(entry)
        scope.undo = kept
        frame = self._new(node, scope.id, Role.UNDOING)
        frame.undo = [handler for entry in queue for handler in _flat(entry)]
        self._undo_next(frame)

    def _undo_next(self, frame: Scope) -> None:
        if frame.undo:
            handler, done = frame.undo.pop()
            self.log.append(("undone", handler, frame.id))
            if self.net.kind[handler] == _START:
                inner = self._new(self.net.scope[handler], frame.id, Role.HANDLER)
                inner.undo = done
                self._begin(inner, (handler,))
            else:
                self._open(handler, frame, -1)
            return
        node, scope = frame.node, self.state.scopes[frame.parent]
        del self.state.scopes[frame.id]
        if self.net.kind[node] == _THROW:
            self._leave(node, scope)
        elif any(t.what == "cancel" for t in self.net.triggers(node)):
            self._cancelled(scope)
        else:
            self._gone(scope)

    def _cancelled(self, scope: Scope) -> None:
        """A transaction is undone: its token leaves by the cancel boundary event; without one the token is consumed with it."""
        for number in self._hosted.get(scope.id, ()):
            work = self.state.works.get(number)
            if work is not None and self._wants(work, "cancel", ""):
                self._caught(work)
                return
        self._gone(scope)


def _flat(entry: Any) -> list[tuple[int, list[Any]]]:
    """What undoes an entry, oldest first: an activity, or the start of an event sub-process with what was done in its scope."""
    _, handler, inside = entry
    return [(handler, inside)] if handler >= 0 else [one for inner in inside for one in _flat(inner)]
