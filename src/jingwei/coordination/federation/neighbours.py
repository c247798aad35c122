"""What nodes say to their neighbours: asking for admission, admitting, showing heads and co-signing them, telling who is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import msgspec

from jingwei.coordination.federation.below import note_children, tell_all
from jingwei.kernel import node_records as records
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.exchange import Apply, Arrival, Exchange, Transport, introduced
from jingwei.kernel.files import held
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import JOIN, Known, Message, Profile
from jingwei.kernel.people import LEVELS
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.workspace import Workspace

ADMITTED = "node.admitted"
PATIENCE = 5.0
"""Seconds a person waits to hear whether what was just said was taken, while the courier is on its way."""

MOST_HASHES = 64
"""On the path of a consistency proof; that is enough for 2^63 entries."""


# Admission


def _joined(arrival: Arrival) -> None:
    """A node asks to stand below this one. It waits for a decision, unless it was admitted before."""
    profile, me = introduced(arrival.message), records.own(arrival.connection)
    sender = arrival.sender or Known(profile, "child", "asked")
    if sender.relation == "parent":
        raise Problem("circle", Text("本节点在它之下", "this node stands below it"), where=profile.id,
                      remedy=Text("请加入别的节点。", "Join another node."))
    if LEVELS.index(profile.level) < LEVELS.index(me.level):
        raise Problem("bad_level",
                      Text(f"{profile.level} 级不能在 {me.level} 级之下",
                           f"a {profile.level} cannot stand below a {me.level}"), where=profile.id,
                      remedy=Text("请加入级别更高的节点。", "Join a node of a higher level."))
    records.keep(arrival.connection, replace(sender, profile=profile, relation="child", parent=me.id))
    if sender.state == "admitted":
        arrival.exchange.send(profile.id, ADMITTED, {"child": profile.id})


def _admitted(arrival: Arrival) -> None:
    """The node that was asked for it admits this one."""
    sender = arrival.sender
    if sender is None or sender.relation != "parent":
        raise Problem("not_asked", Text("本节点没有申请加入它", "this node did not ask it to be admitted"),
                      where=arrival.message.envelope.sender[:60], remedy=Text("请先申请。", "Ask first."))
    records.keep(arrival.connection, replace(sender, state="admitted"))
    if sender.state != "admitted":
        tell_all(arrival.exchange)


def join(exchange: Exchange, url: str, transport: Transport) -> Known:
    """Ask the node at ``url`` to stand above this one; the request is kept until it is taken. Raises Problem ``has_parent``."""
    profile = transport.greet(url).profile
    with exchange.workspace.store.write() as connection:
        me = records.own(connection)
        above = next((one for one in records.known(connection) if one.relation == "parent"), None)
        there = records.find(connection, profile.id)
        if there is not None and there.relation in ("self", "child"):
            raise Problem("circle", Text("那是本节点自己，或它的下级", "that is this node itself, or one below it"), where=url,
                          remedy=Text("请加入别的节点。", "Join another node."))
        if above is not None and above.profile.id != profile.id:
            raise Problem("has_parent",
                          Text(f"本节点在{above.profile.name.zh}（{above.profile.id}）之下",
                               f"this node stands below {above.profile.name.en} ({above.profile.id})"), where=url,
                          remedy=Text("一个节点只有一个上级。", "A node has one above it."))
        known = replace(there, profile=profile) if there else Known(profile, "parent", "asked")
        records.keep(connection, known)
        exchange.send(profile.id, JOIN, {"profile": msgspec.to_builtins(me)})
    exchange.deliver(transport, patience=PATIENCE)
    return known


def admit(exchange: Exchange, node: str) -> Known:
    """Admit a node that asked; it is told by a signed message, and given the duties that are its. Raises Problem ``not_asked``."""
    from jingwei.coordination.duties.passing import pass_on  # brings the language of evidence along

    now = exchange.clock()
    with exchange.workspace.store.write() as connection:
        me, one = records.own(connection), called(connection, node)
        if one.relation != "child" or one.state == "forked":
            raise Problem("not_asked", Text("它没有申请加入本节点", "it did not ask to be admitted here"), where=one.profile.id,
                          remedy=Text("见 jingwei node status。", "See jingwei node status."))
        if one.state == "asked":
            one = replace(one, state="admitted")
            records.keep(connection, one)
            exchange.workspace.ledger.append(Event("node.admitted", now, me.id, {"node": one.profile.id, "place": one.profile.place, "level": one.profile.level}))
            exchange.send(one.profile.id, ADMITTED, {"child": one.profile.id})
            note_children(exchange)
            pass_on(exchange)
    return one


def dismiss(exchange: Exchange, node: str, reason: str) -> Known:
    """Let a node go that stood below this one, and those below it with it; its duties are this node's again. It may ask anew.

    Raises Problem ``unknown_node``, ``not_below`` or ``no_reason``.
    """
    from jingwei.coordination.duties.passing import pass_on  # brings the language of evidence along

    if not reason:
        raise Problem("no_reason", Text("移出节点要有理由", "a node is not let go without a reason"),
                      remedy=Text('用 --reason "……" 给出。', 'Give it with --reason "…".'))
    with exchange.workspace.store.write() as connection:
        me, one = records.own(connection), called(connection, node)
        if one.relation != "child":
            raise Problem("not_below", Text("它不是本节点的下级", "it does not stand below this node"), where=one.profile.id,
                          remedy=Text("见 jingwei node status。", "See jingwei node status."))
        gone = replace(one, relation="other", state="asked" if one.state != "forked" else "forked")
        records.keep(connection, gone)
        exchange.workspace.ledger.append(Event("node.dismissed", exchange.clock(), me.id, {"node": one.profile.id},
                                               {f"node:{one.profile.id}": {"zh": one.profile.name_zh, "en": one.profile.name_en, "reason": reason}}))
        note_children(exchange)
        pass_on(exchange)
    return gone


def called(connection: Any, node: str) -> Known:
    """The one known node whose id begins so. Raises Problem ``unknown_node``."""
    found = [one for one in records.known(connection) if one.profile.id.startswith(node)] if len(node) > 2 else []
    if len(found) != 1:
        raise Problem("unknown_node",
                      Text(f"已知节点中有 {len(found)} 个的编号以 {node[:60]!r} 开头",
                           f"{len(found)} known nodes have an id that begins with {node[:60]!r}"),
                      remedy=Text("见 jingwei node status。", "See jingwei node status."))
    return found[0]


# Heads


def _head(exchange: Exchange, _asker: Known, question: Message) -> Mapping[str, Any]:
    """The newest head, and that it begins with the one the asker saw last. What cannot be shown is not: let the asker judge."""
    seen, ledger = question.body.get("from"), exchange.workspace.ledger
    head = ledger.head(exchange.clock())
    begins = isinstance(seen, int) and 0 <= seen <= head.size
    path = ledger.consistency(int(seen or 0), head.size) if begins else []
    return {"head": head.to_json(), "path": [step.hex() for step in path]}


def _cosigned(exchange: Exchange, _asker: Known, question: Message) -> Mapping[str, Any]:
    """A neighbour co-signed a head of this node, and brings it."""
    exchange.workspace.ledger.keep(Head.read(json.dumps(question.body.get("head")).encode()))
    return {}


def see_head(exchange: Exchange, neighbour: Known, transport: Transport) -> Head:
    """Have a neighbour show that its ledger begins with what was seen of it, co-sign its head, and keep it.

    Raises Problem ``forked_node``, naming it, when it cannot: both heads as it signed them, and its signed answer, are kept as
    evidence, ``node.forked`` goes into the ledger, and nothing is taken from it any more.
    """
    ledger, store = exchange.workspace.ledger, exchange.workspace.store
    with held(exchange.workspace.folder / "heads.lock", wait=True):  # of two at once, one would hold an old path to a new head
        seen = ledger.witnessed(neighbour.profile.key)
        answer = exchange.asked(neighbour, "head", {"from": seen}, transport)
        head, path = _shown(answer, neighbour)
        try:
            with store.write() as connection:
                cosigned = ledger.witness(head, path, exchange.clock())
                records.keep_head(connection, neighbour.profile.id, head)
                records.heard(connection, neighbour.profile.id, exchange.clock())
        except Problem as problem:
            if problem.code != "rewritten_past":
                raise
            raise _forked(exchange, neighbour, head, answer) from None
    if all(one.key != exchange.hello().profile.key for one in head.cosignatures):
        exchange.ask(neighbour, "head.cosigned", {"head": cosigned.to_json()}, transport)
    return cosigned


def _shown(answer: Message, neighbour: Known) -> tuple[Head, list[bytes]]:
    said = answer.body["said"]
    head = Head.read(json.dumps(said.get("head")).encode(), neighbour.profile.id)
    try:
        path = [bytes.fromhex(step) for step in said["path"]]
        if len(path) > MOST_HASHES:
            raise ValueError("too long")
    except (LookupError, TypeError, ValueError) as error:
        raise Unreadable(Text(f"不是一致性证明（{error}）", f"not a proof of consistency ({error})"), where=neighbour.profile.id) from None
    if head.key != neighbour.profile.key:
        raise Problem("forged_head", Text("它把别的节点的树头当作自己的", "it shows the head of another node as its own"),
                      where=neighbour.profile.id, remedy=Text("请再问它一次。", "Ask it again."))
    return head, path


def _forked(exchange: Exchange, neighbour: Known, newer: Head, answer: Message) -> Problem:
    """Keep what shows it, in one transaction with the entry that names the node."""
    now, node = exchange.clock(), neighbour.profile
    with exchange.workspace.store.write() as connection:
        older = records.last_head(connection, node.id)
        told = {"node": msgspec.to_builtins(node), "older": older and older.to_json(), "newer": newer.to_json(), "answer": msgspec.to_builtins(answer)}
        kept = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
        digest = sha256(kept).hexdigest()
        records.keep(connection, replace(neighbour, state="forked"))
        records.keep_evidence(connection, node.id, digest, kept, now)
        was = {"older": older.size, "older_root": older.root} if older else {}
        exchange.workspace.ledger.append(Event("node.forked", now, records.own(connection).id, {
            "node": node.id, **was, "newer": newer.size, "newer_root": newer.root, "evidence": digest}))
    what = (Text("比以前少", "has fewer entries than before") if older and newer.size < older.size
            else Text("开头与以前不同", "does not begin with what it was"))
    seen = (Text(f"以前 {older.size} 条，根 {older.root[:16]}，签于 {older.at}", f"{older.size} entries, root {older.root[:16]}, signed {older.at}") if older
            else Text("以前的树头", "an older head"))
    return Problem("forked_node",
                   Text(f"{node.name.zh}（{node.id}）改写了自己的历史：它 {newer.at} 签名、根为 {newer.root[:16]} 的 {newer.size} 条账本{what.zh}（{seen.zh}）",
                        f"{node.name.en} ({node.id}) rewrote its past: its ledger of {newer.size} entries, root {newer.root[:16]}, signed {newer.at}, {what.en} ({seen.en})"),
                   where=node.url,
                   remedy=Text(f"两个树头都留作证据：jingwei node evidence {node.id[:12]}",
                               f"Both heads are kept as evidence: jingwei node evidence {node.id[:12]}"))


# Who is there


def _directory(exchange: Exchange, _asker: Known, question: Message) -> Mapping[str, Any]:
    from jingwei.coordination.federation.sources import Http

    depth = question.body.get("depth")
    return {"nodes": directory(exchange, Http(), depth if isinstance(depth, int) and 0 <= depth < len(LEVELS) else 0)}


def directory(exchange: Exchange, transport: Transport, depth: int = len(LEVELS) - 1) -> list[dict[str, Any]]:
    """This node and those below it as they answer now, each with its health; who does not answer is listed with the reason.

    depth : levels below this one still to be asked
    """
    with exchange.workspace.store.read() as connection:
        me = records.own(connection)
        children = [one for one in records.known(connection) if one.relation == "child"]
        parent = next((one.profile.id for one in records.known(connection) if one.relation == "parent"), "")
        queue = sum(each.messages for each in records.waiting(connection))
    found = [_line(me, parent, "answers", ledger=exchange.workspace.ledger.size(), waiting=queue)]
    for child in children:
        if child.state != "admitted":
            found.append(_line(child.profile, me.id, child.state))
            continue
        try:
            said = exchange.ask(child, "directory", {"depth": depth - 1}, transport)["nodes"] if depth else []
            found += [_read_line(one) for one in said]
        except (Problem, LookupError, TypeError) as error:
            found.append(_line(child.profile, me.id, error.code if isinstance(error, Problem) else "unreadable"))
    return found


def _line(profile: Profile, parent: str, state: str, *, ledger: int | None = None, waiting: int | None = None) -> dict[str, Any]:
    return {"id": profile.id, "name_zh": profile.name_zh, "name_en": profile.name_en, "level": profile.level, "place": profile.place,
            "url": profile.url, "parent": parent, "state": state, "ledger": ledger, "waiting": waiting}


def _read_line(told: Any) -> dict[str, Any]:
    """A line another node gave, cut to what it may hold."""
    texts = {name: str(told[name])[:200] for name in ("id", "name_zh", "name_en", "level", "place", "url", "parent", "state")}
    return {**texts, **{name: told[name] if isinstance(told[name], int) else None for name in ("ledger", "waiting")}}


# All of it


def _figures(arrival: Arrival) -> None:
    from jingwei.coordination.federation.figures import taken_in  # brings the whole evaluation along

    taken_in(arrival)


def _below(arrival: Arrival) -> None:
    from jingwei.coordination.federation.below import taken_in

    taken_in(arrival)


def _tested(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    from jingwei.coordination.federation.live import asked

    return asked(exchange, asker, question)


def _tested_up(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    from jingwei.coordination.federation.live import came_up

    return came_up(exchange, asker, question)


def _duty(arrival: Arrival) -> None:
    from jingwei.coordination.duties.passing import received

    received(arrival)


def _duty_recalled(arrival: Arrival) -> None:
    from jingwei.coordination.duties.passing import recalled

    recalled(arrival)


def _duty_standing(arrival: Arrival) -> None:
    from jingwei.coordination.duties.answers import answered

    answered(arrival)


def _share(kind: str) -> Apply:
    """What sharing does with its messages; it brings grants and tables along, and is loaded when one comes."""

    def apply(arrival: Arrival) -> None:
        from jingwei.foundations.data.sharing import across, landing

        {across.ASKED: across.asked, across.TOLD: across.heard, landing.COMING: landing.coming, landing.LANDED: landing.landed,
         landing.USED: landing.used, landing.DISPOSED: landing.disposed}[kind](arrival)

    return apply


def _case(kind: str) -> Apply:
    """What cases do with their messages."""

    def apply(arrival: Arrival) -> None:
        from jingwei.integrations.government.cases.across import APPLY

        APPLY[kind](arrival)

    return apply


def _part(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    from jingwei.foundations.data.sharing.landing import part

    return part(exchange, asker, question)


def _query(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    from jingwei.coordination.federation.across import answer  # brings the lake along

    return answer(exchange, asker, question)


KINDS = {JOIN: _joined, ADMITTED: _admitted, "figures": _figures, "duty": _duty, "duty.recalled": _duty_recalled,
         "duty.standing": _duty_standing, "node.below": _below,
         **{kind: _share(kind) for kind in ("share.asked", "share.told", "share.coming", "share.landed", "share.used", "share.disposed")},
         **{kind: _case(kind) for kind in ("case.asked", "case.told", "case.item", "case.item.done")}}
QUESTIONS = {"head": _head, "head.cosigned": _cosigned, "directory": _directory, "query": _query, "test": _tested, "test.up": _tested_up,
             "share.part": _part}


def exchange_of(workspace: Workspace, clock: Clock = system_clock) -> Exchange:
    """The node with everything this program can say and be told."""
    return Exchange(workspace, KINDS, QUESTIONS, clock)


@dataclass(frozen=True, slots=True)
class Met:
    """What came of meeting the neighbours. heads : co-signed; troubles : by node, as problems; uncollected : deliveries not here yet."""

    acknowledged: int
    heads: Mapping[str, Head]
    troubles: Mapping[str, Problem]
    uncollected: int = 0


def gather(exchange: Exchange, transport: Transport) -> int:
    """Collect what neighbours delivered, and dispose of what is granted no more; how many deliveries still wait."""
    from jingwei.foundations.data.sharing.landing import collect, retire

    waits = collect(exchange, transport)
    retire(exchange)
    return waits


def meet(exchange: Exchange, transport: Transport) -> Met:
    """Deliver what is due, collect what neighbours delivered, and see the head of every one that is admitted."""
    acknowledged, heads, troubles = exchange.deliver(transport), dict[str, Head](), dict[str, Problem]()
    for one in neighbours(exchange):
        try:
            exchange.greeted(one, transport)
            heads[one.profile.id] = see_head(exchange, one, transport)
        except Problem as problem:
            troubles[one.profile.id] = problem
    waits = gather(exchange, transport)
    return Met(acknowledged + exchange.deliver(transport), heads, troubles, waits)


def neighbours(exchange: Exchange) -> Sequence[Known]:
    """Parent and children that are admitted and did not rewrite their past."""
    with exchange.workspace.store.read() as connection:
        return [one for one in records.known(connection) if one.relation != "self" and one.state == "admitted"]
