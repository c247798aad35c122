"""How duties from above stand, told to the node that gave them; and what nodes below say of the duties they were given.

A node's word that a duty is closed comes with the entry of its ledger that closed it, the path that shows the entry to be
there (RFC 9162) and the head it signed: whoever holds a later head of that node can hold it to its word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec

from jingwei.coordination.duties.model import STATES
from jingwei.coordination.duties.passing import changed, inward, pass_on
from jingwei.coordination.duties.proof import world
from jingwei.coordination.duties.records import ROOM, TURN, Change, read_tree
from jingwei.coordination.duties.standing import Standing, stand, turns
from jingwei.coordination.duties.tree import Tree
from jingwei.kernel import node_records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Proof
from jingwei.kernel.nodes import DUTIES, speaks
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told

STANDING = "duty.standing"
"""Kind of message, upward."""

MOST_WORDS = 2_000
"""Characters of a reason."""


def settle(context: Context) -> tuple[dict[str, Standing], list[tuple[str, str, Standing]]]:
    """Hold every duty against its evidence; what closed or opened again is recorded, and the node above is told of what it gave.

    Returns the duties as they stand after it, and what turned: code, ``duty.closed`` or ``duty.reopened``, and why.
    """
    today, turned = day_in_china(context.clock()), list[tuple[str, str, Standing]]()
    stand(read_tree(context.workspace.ledger), world(context), today)  # figures are slow to read, and therefore read before the store is locked
    proof = world(context)

    def make(before: Tree) -> list[Change]:
        standings = stand(before, proof, today)
        turned.extend((code, kind, standings[code]) for code, kind, _ in turns(standings))
        return [Change(kind, {"duty": code, "assessable": s.answer.holds is not None}, {"reason": s.answer.reason.en}) for code, kind, s in turned]

    if context.dry_run:
        after, _, _ = changed(context, make)
        return stand(after, proof, today), turned
    with context.workspace.store.write_in_turn(TURN):
        pass_on(Exchange(context.workspace, clock=context.clock))  # first: the word of a node that has a duty no more counts no more
        after, _, _ = changed(context, make)
        standings = stand(after, proof, today)
        report(Exchange(context.workspace, clock=context.clock), standings)
    return standings, turned


def report(exchange: Exchange, standings: Mapping[str, Standing]) -> list[str]:
    """Tell the node above how its duties stand here, each when that is another thing than it was told last; codes of those told."""
    ledger, news = exchange.workspace.ledger, list[Change]()
    with exchange.workspace.store.write_in_turn(TURN) as connection:
        parents = {one.profile.id for one in node_records.known(connection) if one.relation == "parent" and one.state == "admitted" and speaks(one.profile, DUTIES)}
        due = [s for s in standings.values() if s.kept.giver in parents and s.kept.reported != (s.state, s.answer.holds)]
        if not due:
            return []
        closed = {str(t.facts["duty"]): t.position for t in told(ledger, ROOM, words=False) if t.kind == "duty.closed"}
        head, now = ledger.head(exchange.clock()), exchange.clock()
        for s in due:
            code, kept = s.kept.duty.code, s.kept
            entry = closed.get(code) if s.state == "closed" else None
            said = {"duty": code, "order": kept.order, "state": s.state, "holds": s.answer.holds, "zh": s.answer.reason.zh[:MOST_WORDS],
                    "en": s.answer.reason.en[:MOST_WORDS], "head": head.to_json(),
                    "proof": None if entry is None else msgspec.to_builtins(msgspec.structs.replace(ledger.prove(entry, head.size), head=head))}
            exchange.send(kept.giver, STANDING, said)
            news.append(Change("duty.reported", {"duty": code, "to": kept.giver, "state": s.state, "holds": s.answer.holds}))
        ledger.record([c.event(now, node_records.own(connection).id) for c in news])
    return [s.kept.duty.code for s in due]


def answered(arrival: Arrival) -> None:
    """What the node below says of a duty it was given. Its word on another version of it says nothing.

    Raises Problem ``not_passed_on``, ``old_order``, ``unreadable`` or ``bad_proof``.
    """
    body, sender, ledger = arrival.message.body, arrival.sender, arrival.exchange.workspace.ledger
    code = inward(str(body.get("duty")), node_records.own(arrival.connection).id)
    kept, node = read_tree(ledger).get(code), arrival.message.envelope.sender
    if sender is None or kept is None or kept.passed is None or kept.passed.node != node:
        raise Problem("not_passed_on", Text("这项任务没有转给它，或已经收回", "that duty was not passed on to it, or was taken back"),
                      where=Text(f"任务 {code[:55]}", f"duty {code[:55]}"),
                      remedy=Text("不用做什么。", "Nothing is to be done."))
    if body.get("order") != kept.passed.order:
        raise Problem("old_order", Text("它答的是任务的旧版本", "it answers an earlier version of the duty"),
                      where=Text(f"任务 {code[:55]}", f"duty {code[:55]}"),
                      remedy=Text("它会就新版本作答。", "It will answer the newer one."))
    try:
        state, holds = next(s for s in STATES if s == body["state"]), body["holds"]
        reason, size = Text(str(body["zh"])[:MOST_WORDS], str(body["en"])[:MOST_WORDS]), body["head"]["size"]
        if not (holds is None or isinstance(holds, bool)) or not isinstance(size, int) or (state == "closed") != (holds is True):
            raise ValueError("holds, state and head do not hang together")
        proof = None if body.get("proof") is None else msgspec.convert(body["proof"], Proof)
    except (LookupError, TypeError, ValueError, StopIteration) as error:
        raise Problem("unreadable",
                      Text(f"消息没有说明任务的状态（{error}）", f"the message does not say how the duty stands ({error})"),
                      where=node[:60], remedy=Text("请用 jingwei duties check 发送。", "Send it with jingwei duties check.")) from None
    entry = _proven(proof, sender.profile.key, str(body["duty"]), node) if state == "closed" else None
    facts = {"duty": code, "node": node, "state": state, "holds": holds, "entry": entry, "head": size}
    ledger.record([Change("duty.answered", facts, {"zh": reason.zh, "en": reason.en}).event(arrival.at, node)])


def _proven(proof: Proof | None, key: str, duty: str, node: str) -> int:
    """Position of the entry that closed the duty, in the ledger of the node whose key this is."""
    try:
        if proof is None or proof.head is None or proof.head.key != key or not proof.holds():
            raise ValueError("no proof, or it does not hold")
        proof.head.check()
        entry = json.loads(proof.entry)
        if (entry["kind"], entry["facts"]["duty"]) != ("duty.closed", duty):
            raise ValueError("the entry closes no such duty")
    except (Problem, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Problem("bad_proof",
                      Text(f"没有证据表明它的账本办结了这项任务（{error}）", f"nothing shows that its ledger closed the duty ({error})"),
                      where=node[:60], remedy=Text("请连同证明一起发送。", "Send the proof with it.")) from None
    return proof.position


def summary(standings: Sequence[Standing]) -> Text:
    """How many duties come from above and how many were passed on; empty where there are none of either."""
    above, on = sum(bool(s.kept.giver) for s in standings), sum(s.kept.passed is not None for s in standings)
    return Text(f"其中上级交办 {above} 项，已交下级 {on} 项。", f"{above} of them come from above, {on} were passed on.") if above or on else Text("", "")
