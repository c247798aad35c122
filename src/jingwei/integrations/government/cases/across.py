"""Cases between nodes: a department of another node is asked for evidence, or does its item there; what it says comes back into the one case at home.

Where a department is, the node is told once (``government place``); a node that is no neighbour is reached through those between. Evidence is asked for by an explicit request, found by keys and answered by the other
node's own register, which it has offered for sharing. An item travels as a visit: a case of one task at the other node, in its own work list and on its own
record, which ends where it began. Every message is kept until it is acknowledged and applied once; both ends record it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

import msgspec
import sqlalchemy as sa

from jingwei.foundations.data.sharing.across import as_of, unreadable
from jingwei.foundations.data.sharing.records import shared
from jingwei.integrations.government.cases import deployments
from jingwei.integrations.government.cases.model import DECISIONS, WHATS, milliseconds
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.evidence.exchange import Answer, Request, judge, request_of
from jingwei.integrations.government.evidence.planner import Step
from jingwei.integrations.government.evidence.registers import answer as answer_of
from jingwei.kernel import node_records
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.nodes import CASES, speaks
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.running import Desk, Live
    from jingwei.kernel.actions import Context

ASKED, TOLD, ITEM, ITEM_DONE = "case.asked", "case.told", "case.item", "case.item.done"
"""Kinds of message: evidence asked for and its answer; a department's item and what became of it."""

PLACES = sa.table("case_places", *map(sa.column, ("department", "node")))
HOMES = sa.table("case_homes", *map(sa.column, ("case_id", "node", "home", "work")))

NOT_PERMITTED: Final = "EDM:ERR:0002"
ANSWERS_WITHIN: Final = timedelta(days=10)
"""An answer that comes later is not used: the sharing law's own term for a reply, in calendar days at the least."""

MOST_NODES: Final = 5
"""A request passes; there are five levels of government."""

ELSEWHERE: Final = WHATS.index("elsewhere")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it travels. path : nodes it passed on its way, which the answer goes back by"""

    case: str
    work: int
    id: str
    thing: str
    evidence: str
    dataset: str
    provider: str
    department: str
    zh: str
    en: str
    fields: tuple[str, ...]
    keys: dict[str, Any]
    asked: datetime
    expires: datetime
    path: tuple[str, ...] = ()

    def request(self) -> Request:
        """As a register is asked and its answer judged by."""
        return Request(self.id, self.thing, self.evidence, self.provider, Text(self.zh, self.en), self.fields, self.keys, self.asked, self.expires)


@dataclass(frozen=True, slots=True)
class _Told:
    case: str
    work: int
    request: _Asked
    at: datetime
    code: str = ""
    record: dict[str, Any] | None = None
    subject: dict[str, Any] | None = None
    issued: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as it travels. facts : those its department needs for it, and no others; gives : those it fills in"""

    case: str
    work: int
    process: str
    node: str
    label: str
    department: str
    due: datetime | None
    facts: dict[str, Any]
    gives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Done:
    """outcome : of the item, empty for none; failed : the error's code when it could not be done"""

    case: str
    work: int
    variables: dict[str, Any]
    outcome: str = ""
    failed: str | None = None


# Where departments are


def node_of(connection: sa.Connection, department: str) -> str:
    """The node a department works on; empty for this one."""
    return connection.scalar(sa.select(PLACES.c.node).where(PLACES.c.department == department)) or ""


def keep_place(connection: sa.Connection, department: str, node: str) -> None:
    """Raises Problem ``unknown_node`` or ``older_program``. node : its id or the beginning of it; empty takes the department back here"""
    connection.execute(sa.delete(PLACES).where(PLACES.c.department == department))
    if not node:
        return
    found = [k for k in node_records.known(connection) if k.relation != "self" and len(node) > 2 and k.profile.id.startswith(node)]
    if len(found) != 1 or found[0].state != "admitted":
        raise Problem("unknown_node", Text(f"相邻且已接上的节点中有 {len(found)} 个的编号以 {node[:60]!r} 开头", f"{len(found)} neighbours that are joined have an id that begins with {node[:60]!r}"),
                      where="--node", remedy=Text("见 jingwei node status。", "See jingwei node status."))
    if not speaks(found[0].profile, CASES):
        raise Problem("older_program", Text("它的程序还不会办事项", "its program knows no cases yet"), where=found[0].profile.id, remedy=Text("等它升级后再试。", "Try when it has been upgraded."))
    connection.execute(sa.insert(PLACES).values(department=department, node=found[0].profile.id))


# At home


def ask(desk: Desk, live: Live, work: int, step: Step, node: str, number: str) -> None:
    """Asks another node for evidence. The message and the event that says so stand or fall together."""
    thing = live.deployment.thing
    assert thing is not None
    request = request_of(thing, step, number, live.state.variables, desk.now, desk.now + ANSWERS_WITHIN)
    body = _Asked(live.code, work, request.id, thing.id, request.evidence, thing.provider(step.provider).dataset, step.provider, step.department, request.purpose.zh, request.purpose.en,
                  request.fields, dict(request.keys), request.asked, request.expires)
    _send(desk.context, node, ASKED, body)


def told(arrival: Arrival) -> None:
    """The answer to evidence that was asked for: judged as one from here would be; then the case goes on. One that nobody waits for changes nothing."""
    from jingwei.integrations.government.cases.services import heard

    body = _read(arrival, _Told)
    if body.request.path:
        *before, back = body.request.path
        _send(as_of(arrival), back, TOLD, replace(body, request=replace(body.request, path=tuple(before))), arrival.exchange)
        return
    with changing(as_of(arrival)) as desk:
        live = desk.case(body.case)
        row = next((r for r in live.rows.values() if r.what == ELSEWHERE and r.name == body.request.evidence and r.work < 0), None)
        thing = live.deployment.thing
        if row is None or thing is None or node_of(desk.connection, thing.provider(body.request.provider).department) != arrival.message.envelope.sender:
            raise Problem("not_asked", Text("本节点没有向它要这项证明", "this node did not ask it for that evidence"), where=arrival.message.envelope.sender,
                          remedy=Text("不用做什么。", "Nothing is to be done."))
        request = body.request.request()
        judged = judge(thing, request, Answer(request.id, desk.now, body.code, body.record, body.subject, body.issued, body.until))
        del live.rows[row.work]
        heard(desk, live, body.work, request.evidence, request.provider, judged)


def visit(desk: Desk, live: Live, work: int, node: str, due: datetime | None) -> None:
    """Sends an item to the node of its department."""
    d, row = live.deployment, live.state.works[work].node
    item, thing = d.items.get(row), d.thing
    gives = item.gives if item else ()
    known = live.state.variables
    wanted = set(gives)
    if thing is None:  # it is a visit here itself, and its department works further on
        wanted, gives = set(known) - {_GIVES}, tuple(known.get(_GIVES, ()))
    elif item is not None:
        for requirement in item.materials:
            for evidence in {e for several in thing.requirement(requirement).evidence for e in several}:
                wanted |= {*thing.evidence_called(evidence).fields.values(), *thing.evidence_called(evidence).keys}
        wanted |= {f.name for f in thing.facts if f.origin == "login"}
    body = _Item(live.code, work, d.process, d.net.nodes[row].id, d.labels[row], d.department(row), due, {k: known[k] for k in sorted(wanted) if k in known}, tuple(gives))
    _send(desk.context, node, ITEM, body)


def item_done(arrival: Arrival) -> None:
    """What became of an item at its department's node."""
    body = _read(arrival, _Done)
    with changing(as_of(arrival)) as desk:
        live = desk.case(body.case)
        row = live.rows.get(body.work)
        if row is None or row.what != ELSEWHERE or node_of(desk.connection, row.name) != arrival.message.envelope.sender:
            raise Problem("not_asked", Text("本节点没有请它办这一项", "this node did not ask it to do that item"), where=arrival.message.envelope.sender,
                          remedy=Text("不用做什么。", "Nothing is to be done."))
        item = live.deployment.items.get(row.node)
        known = {k: v for k, v in body.variables.items() if item is None or k in item.gives}
        detail = {"department": row.name, **({"outcome": body.outcome} if body.outcome in DECISIONS else {})}
        if body.failed is not None:
            desk.fail(live, body.work, body.failed, detail=detail)
        else:
            desk.complete(live, body.work, known, detail=detail)


# At the department's node


def asked(arrival: Arrival) -> None:
    """Answers from this node's register, when it is offered to the asker; the answer, or the code that says why there is none, goes back in the same transaction."""
    body = _read(arrival, _Asked)
    context, sender = as_of(arrival), arrival.message.envelope.sender
    if further := node_of(arrival.connection, body.department):
        if further == sender or len(body.path) >= MOST_NODES:
            raise _circle(sender)
        _send(context, further, ASKED, replace(body, path=(*body.path, sender)), arrival.exchange)
        return
    found = answer_of(context, body.request(), body.dataset) if _offered(arrival, body.dataset, sender) else Answer(body.id, arrival.at, NOT_PERMITTED)
    _send(context, sender, TOLD, _Told(body.case, body.work, body, found.at, found.code, dict(found.record) if found.record is not None else None,
                                       dict(found.subject) if found.subject is not None else None, found.issued, found.until), arrival.exchange)


def _offered(arrival: Arrival, dataset: str, sender: str) -> bool:
    """Whether the register is shared without conditions, or this node has granted it to the asker (Order 809, arts. 13 and 22)."""
    known = shared(arrival.exchange.workspace.ledger, words=False)
    offers = {code: o.published or o.terms for code, o in known.offers.items() if (o.published or o.terms).dataset == dataset}
    return any(t.attribute == "unconditional" for t in offers.values()) or any(
        case.request.asker == sender and case.request.data in offers and case.decision is not None and case.decision.granted and case.stopped is None for case in known.cases.values())


def item(arrival: Arrival) -> None:
    """An item of another node's case begins here as a visit, in the work list of its department."""
    body = _read(arrival, _Item)
    sender = arrival.message.envelope.sender
    with changing(as_of(arrival)) as desk:
        if node_of(desk.connection, body.department) == sender:
            raise _circle(sender)
        made = deployments.compile_files({"visit.bpmn": _drawn(body)}, _named(body))
        live = desk.start(deployments.keep(desk.connection, made, milliseconds(desk.now)), {**body.facts, _GIVES: list(body.gives)}, channel="system",
                          key=f"visit/{sender}/{body.case}/{body.work}", parent_work=body.work)
        for number, row in list(live.rows.items()):
            if body.due is not None:
                live.rows[number] = row._replace(due=milliseconds(body.due))
        live.dirty = True
        desk.flush()
        desk.connection.execute(sa.insert(HOMES).values(case_id=live.id, node=sender, home=body.case, work=body.work))


_GIVES: Final = "_gives"


def over(desk: Desk, live: Live) -> None:
    """A visit is over: what came of it goes home."""
    desk.flush()
    home = desk.connection.execute(sa.select(HOMES).where(HOMES.c.case_id == live.id)).first()
    if home is None:
        return
    known = live.state.variables
    gives = known.get(_GIVES) or [k for k in known if k != _GIVES]
    outcome = next((str(known[k]) for k in known if k.endswith("_outcome") and known[k] in DECISIONS), "")
    failed = None if live.status == "ended" else live.state.failed or live.status
    _send(desk.context, home.node, ITEM_DONE, _Done(home.home, home.work, {k: known[k] for k in gives if k in known}, outcome, failed))


def _named(body: _Item) -> str:
    return f"{body.process}.{body.node}"[:80]


def _drawn(body: _Item) -> bytes:
    """One task in its department's lane."""
    node, name, lane, process = (quoteattr(text) for text in (body.node, body.label, body.department, _named(body)))
    return (f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="visit" targetNamespace="urn:jingwei:visit"><process id={process} isExecutable="true">'
            f'<laneSet id="_lanes"><lane id="_lane" name={lane}><flowNodeRef>{body.node}</flowNodeRef></lane></laneSet>'
            f'<startEvent id="_start"/><userTask id={node} name={name}/><endEvent id="_end"/>'
            f'<sequenceFlow id="_in" sourceRef="_start" targetRef={node}/><sequenceFlow id="_out" sourceRef={node} targetRef="_end"/></process></definitions>').encode()


def _circle(sender: str) -> Problem:
    return Problem("circle", Text("它在节点之间转圈", "it goes round in a circle between nodes"), where=sender,
                   remedy=Text("对照各节点所说的部门所在：jingwei government place", "Compare where each node says the department is: jingwei government place"))


# Messages


def _send(context: Context, to: str, kind: str, body: Any, exchange: Exchange | None = None) -> None:
    plain: Mapping[str, Any] = msgspec.to_builtins(body)
    (exchange or Exchange(context.workspace, clock=context.clock)).send(to, kind, plain)


def _read(arrival: Arrival, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(arrival.message.body, kind)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise unreadable(arrival.message.envelope.sender, error) from None


APPLY: Final = {ASKED: asked, TOLD: told, ITEM: item, ITEM_DONE: item_done}
