"""Duties down the tree of nodes: which node below has which, what it is told, and what the node above said.

After every change of the tree the node compares what each node below should have with what it was last told, and sends the
difference as messages, in the transaction of the change. So nothing is sent twice, nothing is forgotten, and what was
handed over elsewhere is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jingwei.coordination.duties.model import Duty, Goal, Kept
from jingwei.coordination.duties.records import ROOM, TURN, Change, change, read_tree
from jingwei.coordination.duties.sources import place_code
from jingwei.coordination.duties.tree import Tree, below, breaches, depth_first, facts, fold, words
from jingwei.coordination.observations.declared import declared_measures
from jingwei.kernel import node_records
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Arrival, Exchange, Transport
from jingwei.kernel.i18n import Text
from jingwei.kernel.nodes import APPLIED, DUTIES, Known, Profile, body_digest, speaks
from jingwei.kernel.people import LEVELS, Organisation, Organisations
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.people_records import organisations as known_organisations
from jingwei.kernel.places import within
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told, told

SET, RECALLED = "duty", "duty.recalled"
"""Kinds of message, downward."""

PATIENCE = 5.0
"""Seconds a person waits to hear who took a duty, while the courier is on its way."""

_CODE = re.compile(r"[0-9a-f]{8}:[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_KINDS = ("committee", "bureau", "department", "unit", "firm", "auditor", "public")


@dataclass(frozen=True, slots=True)
class Sending:
    """A duty on its way: to whom, and whether it is taken back."""

    duty: str
    to: Profile
    sequence: int
    back: bool = False


def mark(node: str) -> str:
    """What stands before the code of a duty that node gave, wherever it is passed on to; codes of one's own have no colon."""
    return node[2:10]


def outward(code: str, me: str) -> str:
    """A duty's code as other nodes call it."""
    return code if ":" in code else f"{mark(me)}:{code}"


def inward(code: str, me: str) -> str:
    """A duty's code as this node calls it."""
    return code.removeprefix(f"{mark(me)}:")


# Which node has a duty


def route(duty: Duty, me: Profile, children: Sequence[Known], organisations: Mapping[str, Organisation]) -> Known | None:
    """The node below to which a duty belongs; None when it is this node's.

    It belongs to the node of its lead. Where no node here says it is the lead's, the place decides: that of the lead, or, when
    this node does not know the lead, that of the duty; a node below has it when that place lies in its own, smaller than this
    node's. Where two nodes could have it, none gets it.
    """
    if duty.lead == me.organisation:
        return None
    named = [one for one in children if one.profile.organisation == duty.lead]
    if named:
        return named[0] if len(named) == 1 else None
    place = organisations[duty.lead].place if duty.lead in organisations else duty.place
    there = [one for one in children if one.profile.place != me.place and within(place, one.profile.place)]
    closest = [one for one in there if all(within(one.profile.place, other.profile.place) for other in there)]
    return closest[0] if len(closest) == 1 else None


# Downward


def changed(context: Context, make: Callable[[Tree], Iterable[Change]]) -> tuple[dict[str, Kept], Sequence[Change], list[Sending]]:
    """Change the tree as ``records.change`` does, and pass on what belongs to nodes below, in one transaction."""
    if context.dry_run:
        return *change(context, make), []
    with context.workspace.store.write_in_turn(TURN):
        _, changes = change(context, make)
        sent = pass_on(Exchange(context.workspace, clock=context.clock))
        return read_tree(context.workspace.ledger), changes, sent


def pass_on(exchange: Exchange) -> list[Sending]:
    """Tell each node below what has changed of its duties; nothing when nothing has. A node that is no node passes nothing on."""
    ledger = exchange.workspace.ledger
    with exchange.workspace.store.write_in_turn(TURN) as connection:
        nodes = node_records.known(connection)
        if not nodes or nodes[0].relation != "self":
            return []
        me, children = nodes[0].profile, [one for one in nodes if one.relation == "child" and one.state == "admitted" and speaks(one.profile, DUTIES)]
        seen = told(ledger, ROOM)
        before = _sent(seen)
        if not children and not before:
            return []
        tree, organisations = fold(seen), {o.id: o for o in known_organisations(connection)}
        wanted = {code: to for code, k in tree.items() if (to := route(k.duty, me, children, organisations))}
        reachable = {one.profile.id: one.profile for one in children}
        done, changes = list[Sending](), list[Change]()
        for code, (node, _) in before.items():
            if code in wanted and wanted[code].profile.id == node:
                continue
            changes.append(Change("duty.recalled", {"duty": code, "from": node}))
            if node in reachable:  # one that rewrote its past or was let go is told nothing, and its word counts no more
                message = exchange.send(node, RECALLED, {"duty": outward(code, me.id)})
                done.append(Sending(code, reachable[node], message.envelope.sequence, back=True))
        for _, code in depth_first(tree):
            if (to := wanted.get(code)) is None or tree[code].erased:
                continue
            order = _order(tree[code].duty, wanted, me, organisations)
            digest = body_digest(order)
            if before.get(code) == (to.profile.id, digest):
                continue
            message = exchange.send(to.profile.id, SET, order)
            told_ = {"duty": code, "to": to.profile.id, "order": digest, "sequence": message.envelope.sequence}
            changes.append(Change("duty.sent", told_, {"zh": to.profile.name_zh, "en": to.profile.name_en}))
            done.append(Sending(code, to.profile, message.envelope.sequence))
        _record(exchange, changes, me.id)
        return done


def _sent(seen: Iterable[Told]) -> dict[str, tuple[str, str]]:
    """Node and order by duty, also of duties that are no more."""
    found: dict[str, tuple[str, str]] = {}
    for event in seen:
        if event.kind == "duty.sent":
            found[str(event.facts["duty"])] = str(event.facts["to"]), str(event.facts["order"])
        elif event.kind == "duty.recalled":
            found.pop(str(event.facts["duty"]), None)
    return found


def _order(duty: Duty, wanted: Mapping[str, Known], me: Profile, organisations: Mapping[str, Organisation]) -> dict[str, Any]:
    """What a node below is told. The duty above it is named only where that node has it too; how targets add up is for each node to say."""
    same = duty.parent in wanted and wanted[duty.parent].profile.id == wanted[duty.code].profile.id
    plain = replace(duty, adds="none", parent=outward(duty.parent, me.id) if same else "")
    bodies = [organisations[one] for one in (duty.lead, *duty.helpers) if one in organisations]
    return {**facts(plain), "duty": outward(duty.code, me.id), "words": words(plain), "organisations": [
        {"id": o.id, "zh": o.name.zh, "en": o.name.en, "kind": o.kind, "level": o.level, "place": o.place} for o in bodies]}


def told_where(context: Context, sendings: Sequence[Sending], transport: Transport) -> list[dict[str, Any]]:
    """Try to deliver at once, and say of each duty on its way who took it; what waits is sent again by itself."""
    if not sendings:
        return []
    Exchange(context.workspace, clock=context.clock).deliver(transport, patience=PATIENCE)
    with context.workspace.store.read() as connection:
        outcomes = [node_records.outcome(connection, s.to.id, s.sequence) for s in sendings]
    return [{"duty": s.duty, "node": s.to.id, "name_zh": s.to.name_zh, "name_en": s.to.name_en, "back": s.back, "taken": outcome == APPLIED,
             "outcome": outcome} for s, outcome in zip(sendings, outcomes, strict=True)]


def told_lines(context: Context, passed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each duty on its way."""
    for p in passed:
        done = Text("已收下", "taken") if p["taken"] else Text("待收，送到为止", "waits; it is sent until it is taken") if p["outcome"] is None else Text(
            f"没有办成：{p['outcome']}", f"not done: {p['outcome']}")
        way = Text(f"从 {p['name_zh']} 收回", f"taken back from {p['name_en']}") if p["back"] else Text(f"交 {p['name_zh']}", f"to {p['name_en']}")
        yield f"- {p['duty']}: {way.in_(context.language)} `{p['node'][:10]}`: {done.in_(context.language)}"


# What the node above said


def received(arrival: Arrival) -> None:
    """A duty from the node above, or a change of one; it goes further down from here by the same rule. A probe changes nothing."""
    giver, ledger, body = _above(arrival), arrival.exchange.workspace.ledger, arrival.message.body
    if set(body) == {"probe"}:
        return
    tree, me = read_tree(ledger), node_records.own(arrival.connection)
    duty = _read(body, tree, me)
    known = tree.get(duty.code)
    if known is not None and known.giver != giver:
        raise Problem("other_giver", Text("它由另一个节点下达，或是本节点自己的", "another node gave it, or it is this node's own"),
                      where=Text(f"任务 {duty.code}", f"duty {duty.code}"),
                      remedy=Text("只有下达的节点能改。", "Only its giver changes it."))
    for told_ in body.get("organisations") or []:
        _introduce(arrival, told_)
    changes = [Change("duty.set", {**facts(duty), "from": giver, "order": body_digest(body)}, words(duty)), *_brought_forward(tree, duty)]
    after = fold((c.told(arrival.at) for c in changes), tree)
    if broken := next((b for b in breaches(after) if duty.code in b.about), None):
        raise broken.problem()
    _record(arrival.exchange, changes, giver)
    pass_on(arrival.exchange)


def recalled(arrival: Arrival) -> None:
    """The node above takes a duty back; what lies below it here stays, with nothing above it."""
    giver, ledger = _above(arrival), arrival.exchange.workspace.ledger
    code, tree = str(arrival.message.body.get("duty")), read_tree(ledger)
    if code not in tree:
        return
    if tree[code].giver != giver:
        raise Problem("other_giver", Text("它由另一个节点下达，或是本节点自己的", "another node gave it, or it is this node's own"),
                      where=Text(f"任务 {code[:55]}", f"duty {code[:55]}"),
                      remedy=Text("只有下达的节点能收回。", "Only its giver takes it back."))
    changes = [_again(replace(tree[one].duty, parent=""), tree[one]) for one in below(tree).get(code, [])]
    _record(arrival.exchange, [*changes, Change("duty.withdrawn", {"duty": code, "from": giver})], giver)
    pass_on(arrival.exchange)


def _above(arrival: Arrival) -> str:
    if arrival.sender is None or arrival.sender.relation != "parent":
        raise Problem("not_above", Text("任务只能来自上级节点", "duties come from the node above"),
                      where=arrival.message.envelope.sender[:60],
                      remedy=Text("请上报，或发给下级节点。", "Send it up, or to a node below."))
    return arrival.sender.profile.id


def _read(body: Mapping[str, Any], tree: Tree, me: Profile) -> Duty:
    """Raises Problem ``bad_duty``. A target of a measure this program does not know is left out."""
    try:
        code, w = str(body["duty"]), body["words"]
        if not _CODE.fullmatch(code) or code.startswith(f"{mark(me.id)}:"):
            raise ValueError(f"{code[:60]!r} is no code of another node")
        goal = Goal(str(body["measure"]), Decimal(str(body["value"])), int(body["year"]), bool(body["at_least"])) if body.get("measure") in declared_measures() else None
        parent = str(body.get("parent", ""))
        return Duty(code, str(body["clause"]), Text(str(w["zh"]), str(w["en"])), str(body["lead"]), date.fromisoformat(str(body["deadline"])), place_code(str(body["place"]), "place"),
                    tuple(map(str, body["helpers"])), parent if parent in tree and parent != code else "", goal, "none", str(w["evidence"]),
                    frozenset(map(str, w["datasets"])), frozenset(map(str, w["functions"])))
    except (LookupError, TypeError, ValueError, InvalidOperation) as error:
        raise Problem("bad_duty", Text(f"消息里没有任务（{error}）", f"the message holds no duty ({error})"),
                      remedy=Text("请用 jingwei duties import 发送。", "Send it with jingwei duties import.")) from None


def _brought_forward(tree: Tree, duty: Duty) -> list[Change]:
    """What lies below it here and would end later ends with it: a deadline from above binds."""
    children, found, waiting = below(tree), list[Change](), [duty.code]
    while waiting:
        for code in children.get(waiting.pop(), []):
            waiting.append(code)
            if tree[code].duty.deadline > duty.deadline:
                found.append(_again(replace(tree[code].duty, deadline=duty.deadline), tree[code]))
    return found


def _again(duty: Duty, kept: Kept) -> Change:
    """A duty changed because the one above it was; who gave it stays."""
    return Change("duty.set", facts(duty) | ({"from": kept.giver, "order": kept.order} if kept.giver else {}), {} if kept.erased else words(duty))


def _introduce(arrival: Arrival, said: Any) -> None:
    """An organisation this node does not know yet, so that people see its name; those it knows it knows better."""
    try:
        kind = next(k for k in _KINDS if k == said["kind"])
        level = next(v for v in LEVELS if v == said["level"])
        one = Organisation(str(said["id"])[:80], Text(str(said["zh"])[:200], str(said["en"])[:200]), kind, level, str(said["place"])[:6])  # type: ignore[arg-type]
    except (LookupError, TypeError, StopIteration):
        return
    known: Organisations = known_organisations(arrival.connection)
    if one.id and all(o.id != one.id for o in known):
        keep_organisation(arrival.connection, one)


def _record(exchange: Exchange, changes: Sequence[Change], actor: str) -> None:
    if changes:
        exchange.workspace.ledger.record([c.event(exchange.clock(), actor) for c in changes])
