"""Cases moved step by step. A step is one command with all that follows from it by itself: tables answered, services done, messages delivered.

Whatever a transaction does to cases is gathered and written together at its end: event rows, the case's state, what it waits for, and an entry in the
ledger with the digest of the events. So a step is there whole or not at all, and many steps share one commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.migration import carried
from jingwei.engines.processes.net import Kind
from jingwei.engines.processes.state import State, Wait, Work
from jingwei.integrations.government.cases import rows as stored
from jingwei.integrations.government.cases.deployments import Deployment, loaded
from jingwei.integrations.government.cases.model import (
    DECISIONS,
    STATUSES,
    WHATS,
    WORDS,
    Channel,
    Status,
    What,
    milliseconds,
)
from jingwei.integrations.government.cases.timing import STATUTORY, due_of, timer_due
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import NODE
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from jingwei.integrations.government.things.model import Sharing

MOST_BY_ITSELF: Final = 10_000
"""Tasks one command may do by itself before it counts as turning in a circle."""

_WHAT: Final[Mapping[str, int]] = {what: i for i, what in enumerate(WHATS)}
_TASK: Final = int(Kind.TASK)
_TRIGGERS: Final = {"timer": "timer", "message": "message", "signal": "signal", "conditional": "condition"}

Done = list[Any]
"""One command as it is kept, so that a case can be run again: (verb, work, word, variables)."""


@dataclass(slots=True)
class Live:
    """A case being moved.

    rows : what it waits for, by work, as it is to be written
    written : the same as the store has it
    fresh : it is not in the store yet
    """

    id: int
    code: str
    deployment: Deployment
    machine: Machine
    status: Status
    seq: int
    began: datetime
    salt: bytes
    parent: int | None = None
    parent_work: int | None = None
    rows: dict[int, stored.Row] = field(default_factory=dict)
    written: dict[int, stored.Row] = field(default_factory=dict)
    fresh: bool = False
    dirty: bool = False
    events: list[tuple[str, str, Channel, Mapping[str, Any]]] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.machine.state

    def tried(self, connection: sa.Connection) -> set[tuple[str, str]]:
        """Evidence that was fetched or asked for, with the code it came back with."""
        told = [*([] if self.fresh else stored.history(connection, self.id, "fetched")), *(e for e in self.events if e[0] == "fetched")]
        waiting = {(row.name, "") for row in self.rows.values() if row.work < 0 and WHATS[row.what] == "elsewhere"}
        return {(str(e[3]["evidence"]), str(e[3].get("code", ""))) for e in told} | waiting


Service = Callable[["Desk", Live, Work], Mapping[str, Any] | None]
"""Does a service task: what it found, or None when the answer comes later. Raises Problem for what people must then see to."""


class Desk:
    """One transaction's work on cases, written by ``flush``.

    services : by name, what does a service task
    """

    def __init__(self, context: Context, connection: sa.Connection, services: Mapping[str, Service] | None = None) -> None:
        from jingwei.integrations.government.cases.services import SERVICES

        self.context, self.connection, self.services = context, connection, services or SERVICES
        self.lives: dict[int, Live] = {}
        self._next = -1
        self._steps: list[tuple[Any, ...]] = []
        self._entries: list[tuple[Live, int, datetime, str, list[str], str]] = []
        self._thrown: list[tuple[Live, str, str]] = []
        self._deployments: dict[int, Deployment] = {}
        self._sharing: dict[int, Mapping[str, Sharing]] = {}
        self._places: dict[str, str] | None = None
        self._awaited: list[tuple[Live, int, str]] = []
        self._keys: list[tuple[str, int]] = []
        self.now = context.clock()

    def resume(self, connection: sa.Connection) -> None:
        """Goes on in another transaction with the cases it holds, but for those that somebody else moved meanwhile, which are read anew."""
        self.connection, self.now, self._next = connection, self.context.clock(), -1
        self._places, self._sharing = None, {}
        there = stored.reached(connection, list(self.lives))
        self.lives = {number: live for number, live in self.lives.items() if there.get(number) == live.seq}

    # Cases

    def case(self, code: str) -> Live:
        """Raises Problem ``unknown_case``."""
        return self.by_id(stored.id_of(self.connection, code))

    def by_id(self, number: int) -> Live:
        if number not in self.lives:
            self.lives.update(self.many([number]))
        return self.lives[number]

    def many(self, numbers: Iterable[int]) -> dict[int, Live]:
        """Cases read together, which is several times as fast as one by one."""
        wanted = [n for n in numbers if n not in self.lives]
        decode, lives = msgspec.msgpack.decode, self.lives
        for number, code, deployment, status, seq, began, parent, parent_work, salt, state, variables in stored.cases_of(self.connection, wanted):
            d = self._deployments.get(deployment) or self._deployments.setdefault(deployment, loaded(self.connection, deployment))
            lives[number] = Live(number, code, d, Machine(d.net, State.of(decode(state), decode(variables))), STATUSES[status], seq, stored.instant(began), bytes(salt), parent, parent_work)
        for found in stored.works_of(self.connection, wanted):
            live = self.lives[found.case]
            live.rows[found.work] = live.written[found.work] = found
        return self.lives

    def start(self, deployment: Deployment, variables: Mapping[str, Any], *, channel: Channel = "web", key: str = "", at: str | None = None,
              parent: Live | None = None, parent_work: int | None = None, accepted: bool = True, fetched: Iterable[Mapping[str, Any]] = ()) -> Live:
        """A new case, moved to where it first waits; under a key that was used before, the case it was used for.

        fetched : what departments were asked for before the case began, as details of its events; none of it is asked for again
        """
        if key and (known := stored.keyed(self.connection, key)) is not None:
            return self.by_id(known)
        self._next = (stored.last_id(self.connection) if self._next < 0 else self._next) + 1
        live = Live(self._next, f"C-{secrets.token_hex(8)}", deployment, Machine(deployment.net), "open", 0, self.now, secrets.token_bytes(12),
                    parent.id if parent else None, parent_work, fresh=True)
        self.lives[live.id] = live
        if key:
            self._keys.append((key, live.id))
        live.machine.start(variables, at)
        live.done.append(["start", deployment.id, at, dict(variables)])
        live.events.append(("started", "", channel, {"process": deployment.process, "version": deployment.version, **({"parent": parent.code} if parent else {})}))
        live.events += [("fetched", "", channel, detail) for detail in fetched]
        if accepted:
            live.events.append(("accepted", "", channel, {}))
        return self.moved(live)

    # Commands

    def complete(self, live: Live, work: int, variables: Mapping[str, Any] | None = None, *, channel: Channel = "window", detail: Mapping[str, Any] | None = None) -> Live:
        """A task is done, with what it found. Raises Problem ``not_waiting`` or ``already_done``."""
        item = self._item(live, work)
        live.machine.complete(work, variables)
        live.done.append(["complete", work, None, dict(variables or {})])
        node = live.deployment.net.nodes[item.node]
        live.events.append(("retracted" if node.compensates else "done", node.id, channel, {"work": work, **(detail or {})}))
        if detail and detail.get("outcome") in DECISIONS:
            live.events.append(("decided", node.id, channel, {"outcome": detail["outcome"]}))
        return self.moved(live)

    def fail(self, live: Live, work: int, code: str, *, channel: Channel = "window", detail: Mapping[str, Any] | None = None) -> Live:
        """A task cannot be done: an event for that error goes on, else the case stops."""
        item = self._item(live, work)
        live.machine.fail(work, code)
        live.done.append(["fail", work, code, {}])
        live.events.append(("failed", live.deployment.net.nodes[item.node].id, channel, {"work": work, "code": code, **(detail or {})}))
        return self.moved(live)

    def escalate(self, live: Live, work: int, code: str = "", *, channel: Channel = "system", detail: Mapping[str, Any] | None = None) -> Live:
        item = self._item(live, work)
        live.machine.escalate(work, code)
        live.done.append(["escalate", work, code, {}])
        live.events.append(("escalated", live.deployment.net.nodes[item.node].id, channel, {"work": work, "code": code, **(detail or {})}))
        return self.moved(live)

    def catch(self, live: Live, work: int, kind: str, variables: Mapping[str, Any] | None = None, *, channel: Channel = "system",
              detail: Mapping[str, Any] | None = None) -> Live:
        """What a case waits for has come. kind : ``timer``, ``message`` or ``signal``"""
        item = live.state.works[work]
        live.machine.catch(work, variables)
        live.done.append(["catch", work, None, dict(variables or {})])
        live.events.append((kind, live.deployment.net.nodes[item.node].id, channel, {"work": work, **(detail or {})}))
        return self.moved(live)

    def retry(self, live: Live, work: int, variables: Mapping[str, Any] | None = None) -> Live:
        """A stuck token is tried again, with what it lacked."""
        live.machine.retry(work, variables)
        live.done.append(["retry", work, None, dict(variables or {})])
        return self.moved(live)

    def facts(self, live: Live, variables: Mapping[str, Any]) -> Live:
        """The case knows more than it did; conditions it waits for may hold now."""
        live.state.variables.update(variables)
        live.done.append(["facts", -1, None, dict(variables)])
        return self.moved(live)

    def note(self, live: Live, kind: str, node: str = "", *, channel: Channel = "web", detail: Mapping[str, Any] | None = None) -> Live:
        """Something happened beside the process: no token moves, but the clocks of items may. Raises Problem for what cannot happen to a clock."""
        live.events.append((kind, node, channel, dict(detail or {})))
        if kind in STATUTORY:
            self._reckon(live, node)
        return self.moved(live)

    def _reckon(self, live: Live, node: str) -> None:
        """Works out anew when items are due whose clock was moved: those of one node, or all."""
        d = live.deployment
        self.flush()
        told = stored.history(self.connection, live.id, *STATUTORY) + [(self.now, k, n, dict(detail)) for k, n, _, detail in live.events if k in STATUTORY]
        for number, row in list(live.rows.items()):
            name = d.net.nodes[row.node].id
            if row.work < 0 or row.node not in d.items or node not in ("", name) or WHATS[row.what] not in ("item", "elsewhere"):
                continue
            opened = stored.instant(row.opened)
            due = due_of(d, row.node, opened, [(at, k, detail) for at, k, n, detail in told if n in ("", name) and at >= opened])
            live.rows[number] = row._replace(due=stored.NEVER if due is None else milliseconds(due))

    def claim(self, live: Live, work: int, by: str, *, channel: Channel = "window") -> Live:
        """Somebody is at work on it from now on. Raises Problem ``claimed``."""
        row = live.rows.get(work)
        if row is None:
            raise not_waiting(live, work)
        if row.claimed and row.claimed != by:
            raise Problem("claimed", Text("已有人在办。", "Somebody is at work on it already."), where=f"{live.code} {work}", remedy=Text("请办别的。", "Take another."))
        if not row.claimed:
            live.rows[work] = row._replace(claimed=by)
            live.events.append(("claimed", live.deployment.net.nodes[row.node].id, channel, {"work": work}))
        return self.moved(live)

    def defer(self, live: Live, work: int, *, channel: Channel = "window", detail: Mapping[str, Any] | None = None) -> Live:
        """A part binds late: the case goes on without it, and knows so as ``NODE_deferred``; its department still has it to do."""
        item, row = self._item(live, work), live.rows[work]
        node = live.deployment.net.nodes[item.node].id
        known = {f"{node}_deferred": True}
        live.machine.complete(work, known)
        live.done.append(["complete", work, None, known])
        live.events.append(("deferred", node, channel, {"work": work, "department": row.name, **(detail or {})}))
        self._apart(live, item.node, "deferred", row.name)
        return self.moved(live)

    def ask_retraction(self, live: Live, node: int, *, channel: Channel = "window", detail: Mapping[str, Any] | None = None) -> Live:
        """What a department decided is never rolled back: it is asked to retract it, and decides about that."""
        d = live.deployment
        number = self._apart(live, node, "retraction", d.department(node))
        live.events.append(("opened", d.net.nodes[node].id, channel, {"work": number, "department": d.department(node), "retraction": True, **(detail or {})}))
        return self.moved(live)

    def settle(self, live: Live, work: int, variables: Mapping[str, Any], *, channel: Channel = "window", detail: Mapping[str, Any] | None = None) -> Live:
        """What waits beside the tokens is done: a part put off, or a retraction that was asked for."""
        row = live.rows.get(work)
        if row is None:
            raise not_waiting(live, work)
        del live.rows[work]
        node = live.deployment.net.nodes[row.node].id
        late = {} if row.what == _WHAT["retraction"] else {"late": True}
        live.events.append(("done" if late else "retracted", node, channel, {"work": work, **late, **(detail or {})}))
        live.state.variables.update(variables)
        live.done.append(["facts", -1, None, dict(variables)])
        return self.moved(live)

    def _apart(self, live: Live, node: int, what: What, name: str) -> int:
        """A row beside the tokens; its number is negative, and used once."""
        number = min(-live.seq, 0, *live.rows) - 1
        live.rows[number] = stored.Row(live.id, number, node, _WHAT[what], name, stored.NEVER, milliseconds(self.now), "")
        live.dirty = True
        return number

    def cancel(self, live: Live, *, channel: Channel = "web", detail: Mapping[str, Any] | None = None) -> Live:
        """The case is withdrawn: nothing of it waits any more. What departments decided stands until they retract it."""
        self._open(live)
        live.state.works.clear()
        live.state.scopes.clear()
        live.state.ended = True
        live.done.append(["cancel", -1, None, {}])
        live.status = "cancelled"
        if live.parent_work is not None:
            self._thrown.append((live, "over", ""))
        live.events.append(("cancelled", "", channel, dict(detail or {})))
        return self.moved(live)

    def migrate(self, live: Live, to: Deployment, renamed: Mapping[str, str]) -> Live:
        """The case goes on under another version. Raises Problem ``stranded``; ``migration.stranded`` tells beforehand."""
        self._open(live)
        old = live.deployment
        state = carried(old.net, to.net, live.state, renamed)
        live.deployment, live.machine = to, Machine(to.net, state)
        live.done.append(["migrate", to.id, dict(renamed), {}])
        live.events.append(("migrated", "", "system", {"from": old.version, "to": to.version}))
        for number, row in list(live.rows.items()):
            work = state.works.get(number)
            if work is None:
                if number < 0 and WHATS[row.what] != "kept":
                    name = renamed.get(old.net.nodes[row.node].id, old.net.nodes[row.node].id)
                    live.rows[number] = row._replace(node=to.number(name))
            elif work.wait == Wait.TASK and to.doing.get(work.node) == "item":
                live.rows[number] = row._replace(node=work.node, name=to.department(work.node))
            elif work.wait == Wait.TASK:
                del live.rows[number]
                live.machine.log.append(("opened", work.node, number))
            elif old.net.triggers(row.node) == to.net.triggers(work.node):
                live.rows[number] = row._replace(node=work.node)
            else:
                del live.rows[number]
        return self.moved(live)

    def _open(self, live: Live) -> None:
        if live.status != "open":
            raise Problem("case_over", Text("这件事已经结束。", "This case is over."), where=live.code, remedy=Text("请另行发起。", "Start another."))

    def _item(self, live: Live, work: int) -> Work:
        found = live.state.works.get(work)
        if found is None or found.wait != Wait.TASK:
            raise not_waiting(live, work)
        return found

    # What follows by itself

    def moved(self, live: Live) -> Live:
        """All that follows by itself from what was done, until the case stands still; then the step is gathered."""
        machine, d = live.machine, live.deployment
        steps = 0
        while True:
            todo = self._told(live)
            if not todo and not (todo := self._holding(live)):
                break
            for work, act in todo:
                steps += 1
                if steps > MOST_BY_ITSELF:
                    raise Problem("endless", Text("流程在没有等待的圈里打转。", "The process turns in a loop that waits for nothing."), where=d.process)
                if work in machine.state.works:
                    act(live, machine.state.works[work])
        if machine.state.ended and live.status == "open":
            self._over(live)
        if machine.state.works or live.rows:
            self._waits(live)
        self._kept(live)
        self._deliver()
        return live

    def _told(self, live: Live) -> list[tuple[int, Callable[[Live, Work], None]]]:
        """What the machine did, as events; returns what is to be done by itself now."""
        log, d, works = live.machine.log, live.deployment, live.machine.state.works
        todo: list[tuple[int, Callable[[Live, Work], None]]] = []
        for what, node, number in log:
            if what == "opened":
                work = works.get(number)
                if work is None or work.wait != Wait.TASK:
                    continue
                doing = d.doing.get(node)
                if doing == "item":
                    self._opened(live, work)
                else:
                    todo.append((number, self._decide if doing == "decision" else self._serve))
            elif what in ("message", "signal"):
                live.events.append((what, d.net.nodes[node].id, "system", {"sent": True}))
                self._thrown += [(live, what, t.name) for t in d.net.triggers(node) if t.what == what]
            elif what == "cancelled" and number in live.rows:
                live.events.append(("cancelled", d.net.nodes[node].id, "system", {"work": number}))
            elif what == "escalation" and d.net.kind[node] != _TASK:
                live.events.append(("escalated", d.net.nodes[node].id, "system", {}))
            elif what == "stuck":
                live.events.append(("escalated", d.net.nodes[node].id, "system", {"work": number, "code": "stuck"}))
        log.clear()
        return todo

    def _opened(self, live: Live, work: Work) -> None:
        """An item waits for its department."""
        d, node = live.deployment, live.deployment.net.nodes[work.node]
        department, due = d.department(work.node), due_of(d, work.node, self.now)
        elsewhere = self.node_of(department)
        live.rows[work.id] = stored.Row(live.id, work.id, work.node, _WHAT["elsewhere" if elsewhere else "retraction" if node.compensates else "item"], department,
                                      stored.NEVER if due is None else milliseconds(due), milliseconds(self.now), "")
        detail: dict[str, Any] = {"work": work.id, "department": department}
        if due is not None:
            detail["due"] = due.isoformat()
        if work.round >= 0:
            detail["round"] = work.round
        if node.compensates:
            detail["retraction"] = True
        if elsewhere:
            from jingwei.integrations.government.cases.across import visit

            detail["at"] = elsewhere
            visit(self, live, work.id, elsewhere, due)
        live.events.append(("opened", node.id, "system", detail))

    def sharing(self, deployment: Deployment) -> Mapping[str, Sharing]:
        """How the thing's providers share here, looked up once a transaction."""
        if deployment.id not in self._sharing:
            from jingwei.integrations.government.evidence.links import sharing_of

            assert deployment.thing is not None
            self._sharing[deployment.id] = sharing_of(self.context, deployment.thing)
        return self._sharing[deployment.id]

    def node_of(self, department: str) -> str:
        """The other node a department works on; empty for this one."""
        if self._places is None:
            self._places = stored.places(self.connection)
        return self._places.get(department, "") if department else ""

    def _decide(self, live: Live, work: Work) -> None:
        d = live.deployment
        decision = d.decisions[work.node]
        try:
            answer = decision.answer(live.machine.seen(work), self.context.clock)
        except Problem as problem:
            self._for_people(live, work, problem)
            return
        live.machine.complete(work.id, answer)
        live.done.append(["complete", work.id, None, answer])
        live.events.append(("done", d.net.nodes[work.node].id, "system", {"work": work.id, "decision": decision.name}))

    def _serve(self, live: Live, work: Work) -> None:
        d = live.deployment
        name = d.services[work.node]
        try:
            found = self.services[name](self, live, work)
        except Problem as problem:
            self._for_people(live, work, problem)
            return
        if found is None:
            live.rows[work.id] = stored.Row(live.id, work.id, work.node, _WHAT["elsewhere"], name, stored.NEVER, milliseconds(self.now), "")
            return
        live.machine.complete(work.id, found)
        live.done.append(["complete", work.id, None, dict(found)])
        live.events.append(("done", d.net.nodes[work.node].id, "system", {"work": work.id, "service": name}))

    def _for_people(self, live: Live, work: Work, problem: Problem) -> None:
        """What no machine could do waits for somebody, with the reason; no token is lost."""
        live.rows[work.id] = stored.Row(live.id, work.id, work.node, _WHAT["stuck"], live.deployment.department(work.node), stored.NEVER, milliseconds(self.now), "")
        live.events.append(("escalated", live.deployment.net.nodes[work.node].id, "system", {"work": work.id, "code": problem.code, "reason": str(problem)}))

    def _holding(self, live: Live) -> list[tuple[int, Callable[[Live, Work], None]]]:
        """Conditions awaited that hold now."""
        d = live.deployment
        if not d.conditional:
            return []
        held: Callable[[Live, Work], None] = self._held
        return [(work.id, held) for work in live.state.works.values() if work.wait in (Wait.EVENT, Wait.ARMED) for t in d.net.triggers(work.node)
                if t.what == "conditional" and d.condition(t.expression)(live.machine.seen(work)) is True][:1]

    def _held(self, live: Live, work: Work) -> None:
        live.machine.catch(work.id)
        live.done.append(["catch", work.id, None, {}])
        live.events.append(("signal", live.deployment.net.nodes[work.node].id, "system", {"work": work.id, "condition": True}))

    def _over(self, live: Live) -> None:
        failed = live.state.failed
        live.status = "ended" if failed is None else "failed"
        if failed is None and live.deployment.thing is not None:
            live.events.append(("delivered", "", "system", {}))
        live.events.append(("ended", "", "system", {} if failed is None else {"failed": failed}))
        if live.parent_work is not None:
            self._thrown.append((live, "over", ""))

    # What waits

    def _waits(self, live: Live) -> None:
        """Rows for what the case waits for; those of what is over go."""
        works = live.state.works
        gone = [n for n in live.rows if n >= 0 and n not in works]
        for number in gone:
            del live.rows[number]
        for number, work in works.items():
            if number not in live.rows and work.wait != Wait.TASK:
                self._wait(live, work)

    def _wait(self, live: Live, work: Work) -> None:
        opened = milliseconds(self.now)
        if work.wait in (Wait.STUCK, Wait.HELD):
            live.rows[work.id] = stored.Row(live.id, work.id, work.node, _WHAT["stuck"], live.deployment.department(work.node), stored.NEVER, opened, "")
            return
        for trigger in live.deployment.net.triggers(work.node):
            what = _TRIGGERS.get(trigger.what)
            if what is None:
                continue
            due = milliseconds(timer_due(trigger, self.now, live.machine.seen(work))) if what == "timer" else stored.NEVER
            live.rows[work.id] = stored.Row(live.id, work.id, work.node, _WHAT[what], trigger.name, due, opened, "")
            if what == "message":
                self._awaited.append((live, work.id, trigger.name))

    # Between cases

    def _deliver(self) -> None:
        """What cases said reaches whoever waits for it; who begins to wait finds what was said before."""
        while self._thrown or self._awaited:
            if self._awaited:
                self._find(*self._awaited.pop(0))
                continue
            sender, what, name = self._thrown.pop(0)
            if what == "over":
                if sender.parent is None or sender.parent_work is None:
                    from jingwei.integrations.government.cases.across import over

                    over(self, sender)
                    continue
                parent = self.by_id(sender.parent)
                if sender.parent_work in parent.state.works:
                    given = {k: v for k, v in sender.state.variables.items() if k not in parent.state.variables}
                    if sender.status == "ended":
                        self.complete(parent, sender.parent_work, given, channel="system", detail={"case": sender.code})
                    else:
                        self.fail(parent, sender.parent_work, sender.state.failed or sender.status, channel="system", detail={"case": sender.code})
            elif what == "signal":
                self.signal(name)
            elif not self._to_family(sender, name):
                self._keep_message(sender, name)

    def signal(self, name: str) -> int:
        """All cases that wait for it see it; how many did."""
        self.flush()
        seen = 0
        for row in stored.awaiting(self.connection, _WHAT["signal"], name):
            live = self.by_id(row.case)
            if row.work in live.state.works:
                self.catch(live, row.work, "signal", detail={"name": name})
                seen += 1
        return seen

    def message(self, live: Live, name: str, variables: Mapping[str, Any] | None = None, *, channel: Channel = "system") -> bool:
        """A message for one case: whoever waits longest takes it. What comes too early is kept; False then."""
        self._open(live)
        for work in live.state.waiting():
            if work.wait in (Wait.EVENT, Wait.ARMED) and any(t.what == "message" and t.name in ("", name) for t in live.deployment.net.triggers(work.node)):
                self.catch(live, work.id, "message", variables, channel=channel, detail={"name": name})
                return True
        if variables:
            self.facts(live, variables)
        self._keep_message(live, name)
        return False

    def _to_family(self, sender: Live, name: str) -> bool:
        """The case itself, its parent, its components and its sisters hear it, the oldest waiting first."""
        self.flush()
        for row in stored.awaiting(self.connection, _WHAT["message"], name):
            live = self.by_id(row.case)
            related = live.id in (sender.id, sender.parent) or live.parent in (sender.id, *([sender.parent] if sender.parent else []))
            if related and row.work in live.state.works:
                self.catch(live, row.work, "message", detail={"name": name, "from": sender.code})
                return True
        return False

    def _find(self, live: Live, work: int, name: str) -> None:
        """A message that came before anybody waited for it."""
        family = [live] if live.fresh else [live, *(self.by_id(row.case) for row in stored.awaiting(self.connection, _WHAT["kept"], name) if row.case != live.id)]
        for sender in family:
            if sender is not live and sender.id != live.parent and sender.parent not in (live.id, *([live.parent] if live.parent else [])):
                continue
            for number, row in list(sender.rows.items()):
                if row.what == _WHAT["kept"] and row.name == name and work in live.state.works:
                    del sender.rows[number]
                    sender.dirty = True
                    self.catch(live, work, "message", detail={"name": name, "from": sender.code})
                    return

    def _keep_message(self, live: Live, name: str) -> None:
        self._apart(live, 0, "kept", name)

    # Writing

    def _kept(self, live: Live) -> None:
        """The step as it is to be written."""
        if live.events or live.done:
            words = [[i, {k: v for k, v in e[3].items() if k in WORDS}] for i, e in enumerate(live.events) if not e[3].keys().isdisjoint(WORDS)]
            events = [(k, n, c, {a: b for a, b in d.items() if a not in WORDS} if words else d) for k, n, c, d in live.events]
            packed = msgspec.msgpack.encode(events)
            kinds = [e[0] for e in events]
            actor = self.context.principal.id if any(e[2] != "system" for e in events) else NODE.id
            self._steps.append((live.id, live.seq, milliseconds(self.now), actor, packed, msgspec.msgpack.encode(words) if words else None,
                                msgspec.msgpack.encode(live.done) if live.done else None))
            self._entries.append((live, live.seq, self.now, actor, kinds, sha256(live.salt + packed).hexdigest()[:32]))
            live.seq += len(events) or 1
            live.events, live.done = [], []
        live.dirty = True

    def flush(self) -> None:
        """Writes all that was done; inside the transaction it was done in."""
        dirty = [live for live in self.lives.values() if live.dirty]
        if not dirty:
            return
        stored.write_cases(self.connection, dirty)
        stored.write_steps(self.connection, self._steps)
        stored.write_keys(self.connection, self._keys)
        for live in dirty:
            live.written, live.fresh, live.dirty = dict(live.rows), False, False
        entries, self._entries, self._steps, self._keys = self._entries, [], [], []
        ledger = self.context.workspace.ledger
        names = {actor: ledger.pseudonym(actor) for actor in {e[3] for e in entries}}
        for at in range(0, len(entries), stored.MOST_ENTRIES):
            part = entries[at:at + stored.MOST_ENTRIES]
            ledger.append_many([_entry(names[e[3]], e) for e in part], [blake2b(f"case/{e[0].code}/{e[1]}".encode(), digest_size=16).digest() for e in part])


def _entry(pseudonym: str, entry: tuple[Live, int, datetime, str, list[str], str]) -> bytes:
    """As RFC 8785 writes it: identifiers and digests alone, so that nothing of a person is in it."""
    live, seq, at, _, kinds, digest = entry
    d = live.deployment
    told = ",".join([f'"{kind}"' for kind in kinds])
    return (f'{{"actor":"{pseudonym}","at":"{at.isoformat()}","facts":{{"case":"{live.code}","digest":"{digest}","kinds":[{told}],"process":"{d.process}","seq":{seq},'
            f'"version":{d.version}}},"kind":"case.step"}}').encode()


def not_waiting(live: Live, work: int) -> Problem:
    done = 0 <= work < live.state.next
    return Problem("already_done" if done else "not_waiting",
                   Text(f"第 {work} 项已经办过，或已不用办。", f"Item {work} was done already, or is needed no more.") if done else Text(f"没有第 {work} 项。", f"There is no item {work}."),
                   where=live.code, remedy=Text(f"查看：jingwei government case {live.code}", f"See: jingwei government case {live.code}"))
