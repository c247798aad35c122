"""The token machine: commands move a case from one standstill to the next (BPMN 2.0.2 §13).

Between commands no token moves. A command that finds nothing to do is refused with a Problem and changes nothing; one that runs into a gateway
with no way out, or a number nobody knows, leaves the token there as a work item to be tried again: no token is ever lost. Expressions have no
errors: one without an answer gives None, which holds for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jingwei.engines.processes.events import Events
from jingwei.engines.processes.net import Kind
from jingwei.engines.processes.state import Role, Wait, Work
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

MOST_STEPS: Final = 1_000_000
"""Nodes passed in one command; a loop without anything to wait for would never end."""

_START, _END, _TASK, _EXCLUSIVE, _PARALLEL, _INCLUSIVE, _EVENTS, _SUBPROCESS, _CATCH, _THROW = (int(k) for k in list(Kind)[:10])


class Machine(Events):
    """One case under one net.

    log : what happened since it was made, as (what, node, number): ``passed``, ``opened``, ``done``, ``armed``, ``caught``, ``cancelled``,
        ``message``, ``signal``, ``error``, ``escalation``, ``undone``, ``stuck``, ``ended``, ``failed``
    """

    __slots__ = ()

    # Commands

    def start(self, variables: Mapping[str, Any] | None = None, at: str | None = None) -> None:
        """Begins the case: at the start event ``at``, else wherever the process begins. Raises Problem when it has begun, or for an unknown start."""
        net, state = self.net, self.state
        if state.scopes or state.ended or state.failed is not None:
            raise Problem("already_started", Text("这个事项已经开始。", "This case has begun already."))
        begin = net.starts.get(-1, ())
        if at is not None:
            if net.number.get(at, -1) not in begin and (at not in net.number or net.kind[net.number[at]] != _START or net.scope[net.number[at]] != -1):
                raise Problem("unknown_start", Text(f"{at} 不是开始事件。", f"{at} is no start event."),
                              remedy=Text(f"可从这里开始：{'、'.join(net.nodes[i].id for i in begin)}。", f"It begins at: {', '.join(net.nodes[i].id for i in begin)}."))
            begin = (net.number[at],)
        elif len(begin) > 1 and all(net.nodes[i].triggers for i in begin):
            raise Problem("which_start", Text("流程有几个带事件的开始，请说明从哪一个开始。", "The process has several starts with events: say which one."),
                          remedy=Text("、".join(net.nodes[i].id for i in begin), ", ".join(net.nodes[i].id for i in begin)))
        state.variables.update(variables or {})
        scope = self._new(-1, -1, Role.PROCESS)
        self._begin(scope, begin)
        self._run()

    def complete(self, work: int, variables: Mapping[str, Any] | None = None) -> None:
        """A task is done, with what it found. Raises Problem for what is no open task."""
        item = self._item(work, Wait.TASK)
        if variables:
            self.state.variables.update(variables)
        self._done(item)
        self._run()

    def catch(self, work: int, variables: Mapping[str, Any] | None = None) -> None:
        """What a work item waits for has happened: its time has come, its condition holds, its message is here.

        Raises Problem for what waits for no event.
        """
        item = self._item(work, Wait.EVENT, Wait.ARMED)
        if variables:
            self.state.variables.update(variables)
        self._caught(item)
        self._run()

    def message(self, name: str, variables: Mapping[str, Any] | None = None) -> bool:
        """A message arrives: whoever has waited longest for one of this name takes it. False when nobody waits for it: keep it then."""
        for item in self.state.waiting():
            if item.wait in (Wait.EVENT, Wait.ARMED) and self._wants(item, "message", name):
                self.catch(item.id, variables)
                return True
        return False

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> int:
        """A signal is seen by all who wait for it; how many did."""
        seen = [item.id for item in self.state.waiting() if item.wait in (Wait.EVENT, Wait.ARMED) and self._wants(item, "signal", name)]
        caught = 0
        for number in seen:
            if number in self.state.works:  # one it interrupted on the way no longer waits
                self.catch(number, variables if not caught else None)
                caught += 1
        return caught

    def fail(self, work: int, code: str = "") -> None:
        """A task ends in an error: the nearest boundary event or event sub-process for it goes on, else the case has failed."""
        item = self._item(work, Wait.TASK)
        self._throw("error", code, item.scope, item.id, item.node)
        self._run()

    def escalate(self, work: int, code: str = "") -> None:
        """A task calls for attention above, without ending."""
        item = self._item(work, Wait.TASK)
        self._throw("escalation", code, item.scope, item.id, item.node)
        self._run()

    def retry(self, work: int, variables: Mapping[str, Any] | None = None) -> None:
        """Tries a stuck token again, with what it lacked."""
        item = self._item(work, Wait.STUCK, Wait.HELD)
        if variables:
            self.state.variables.update(variables)
        del self.state.works[item.id]
        if item.wait == Wait.HELD:
            self._leave(item.node, self.state.scopes[item.scope])
        else:
            self._visit(item.node, -1, item.scope)
        self._run()

    def _item(self, number: int, *waits: Wait) -> Work:
        work = self.state.works.get(number)
        if work is None or work.wait not in waits:
            raise Problem("not_waiting", Text(f"{number} 不在等这个。", f"{number} does not wait for this."),
                          remedy=Text("请先看事项在等什么。", "Look what the case waits for."))
        return work

    # The agenda

    def _run(self) -> None:
        agenda, target, state = self._agenda, self.net.target, self.state
        steps = 0
        while True:
            while agenda:
                flow, scope = agenda.popleft()
                steps += 1
                if steps > MOST_STEPS:
                    raise Problem("endless", Text("流程在没有等待的圈里打转。", "The process turns in a loop that waits for nothing."), where=self.net.process,
                                  remedy=Text("圈里应有任务或事件。", "Put a task or an event into the loop."))
                self._visit(target[flow], flow, scope)
            if not self.net.empty_paths or state.ended or not self._inclusive_ready():
                return

    def _visit(self, node: int, flow: int, scope_id: int) -> None:
        kind = self.net.kind[node]
        if kind in (_TASK, _SUBPROCESS):
            self._enter(node, self.state.scopes[scope_id])
        elif kind == _PARALLEL:
            self._gather(node, flow, self.state.scopes[scope_id])
        elif kind in (_EXCLUSIVE, _START):
            self._leave(node, self.state.scopes[scope_id])
        elif kind == _INCLUSIVE:
            scope = self.state.scopes[scope_id]
            if len(self.net.into[node]) < 2 or flow < 0:
                self._leave(node, scope)
            else:
                scope.held[flow] = scope.held.get(flow, 0) + 1
        elif kind == _END:
            self._end(node, self.state.scopes[scope_id])
        elif kind == _CATCH:
            self._await(node, self.state.scopes[scope_id])
        elif kind == _THROW:
            self._thrown(node, self.state.scopes[scope_id])
        else:
            self._alternatives(node, self.state.scopes[scope_id])
