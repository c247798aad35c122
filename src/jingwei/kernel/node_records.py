"""Known nodes, outbox, inbox, heads seen and evidence as the store keeps them.

Every function works on an open connection of the store, so that a message, what it does and its entry in the ledger
stand or fall together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.nodes import VERSIONS, Acknowledgement, Known, Message, Profile
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import Instant, Store

KNOWN = sa.table("nodes_known", *map(sa.column, ("id", "relation", "state", "parent")), sa.column("profile", sa.LargeBinary),
                 sa.column("heard", Instant))
OUTBOX = sa.table("nodes_outbox", *map(sa.column, ("receiver", "sequence", "kind", "attempts", "trouble")), sa.column("due", Instant),
                  *(sa.column(name, sa.LargeBinary) for name in ("message", "acknowledgement")))
INBOX = sa.table("nodes_inbox", *map(sa.column, ("sender", "sequence", "kind", "digest")), sa.column("acknowledgement", sa.LargeBinary))
HEADS = sa.table("nodes_heads", sa.column("node"), sa.column("head", sa.LargeBinary))
EVIDENCE = sa.table("nodes_evidence", sa.column("digest"), sa.column("node"), sa.column("found", Instant), sa.column("evidence", sa.LargeBinary))


# Who is known


def own(connection: sa.Connection) -> Profile:
    """Raises Problem ``no_node`` when this folder was not made a node yet."""
    found = connection.scalar(sa.select(KNOWN.c.profile).where(KNOWN.c.relation == "self"))
    if found is None:
        raise Problem("no_node", Text("这个目录还不是节点", "this folder is not a node among others yet"),
                      remedy=Text("先建节点：jingwei node init --name … --level … --place …",
                                  "Make it one: jingwei node init --name … --level … --place …"))
    return _as_we_are(msgspec.json.decode(found, type=Profile))


def place_of(store: Store) -> str:
    """Administrative code of the place this node answers for; empty where it was not made a node."""
    if not store.exists():
        return ""
    with store.read() as connection:
        found = connection.scalar(sa.select(KNOWN.c.profile).where(KNOWN.c.relation == "self"))
    return msgspec.json.decode(found, type=Profile).place if found else ""


def _as_we_are(profile: Profile) -> Profile:
    """This node's profile, kept when it was made a node, speaks what the program speaks that runs it now."""
    return msgspec.structs.replace(profile, versions=VERSIONS)


def known(connection: sa.Connection) -> list[Known]:
    """Every node on record, itself first, then by relation and id."""
    order = sa.case({"self": 0, "parent": 1, "child": 2}, value=KNOWN.c.relation, else_=3)
    return [_known(row) for row in connection.execute(sa.select(KNOWN).order_by(order, KNOWN.c.id))]


def find(connection: sa.Connection, node: str, *, lock: bool = False) -> Known | None:
    """A node by its id. ``lock`` makes other transactions that want the same wait; on SQLite writers wait anyway."""
    wanted = sa.select(KNOWN).where(KNOWN.c.id == node)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else _known(row)


def keep(connection: sa.Connection, one: Known) -> None:
    """Add it or change it."""
    one.profile.check()
    values = {"profile": msgspec.json.encode(one.profile), "relation": one.relation, "state": one.state, "parent": one.parent, "heard": one.heard}
    if not connection.execute(sa.update(KNOWN).where(KNOWN.c.id == one.profile.id).values(values)).rowcount:
        connection.execute(sa.insert(KNOWN).values(id=one.profile.id, **values))


def heard(connection: sa.Connection, node: str, at: datetime) -> None:
    """It gave a sign: what waits for it is due at once."""
    connection.execute(sa.update(KNOWN).where(KNOWN.c.id == node).values(heard=at))
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.receiver == node, OUTBOX.c.acknowledgement.is_(None), OUTBOX.c.due > at).values(due=at))


def _known(row: sa.Row[tuple[object, ...]]) -> Known:
    profile = msgspec.json.decode(row.profile, type=Profile)
    return Known(_as_we_are(profile) if row.relation == "self" else profile, row.relation, row.state, row.parent, row.heard)


# What goes out


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for one node; ``trouble`` is why it does, as the last attempt had it."""

    receiver: str
    messages: int
    attempts: int
    trouble: str


def next_sequence(connection: sa.Connection, receiver: str) -> int:
    return (connection.scalar(sa.select(sa.func.max(OUTBOX.c.sequence)).where(OUTBOX.c.receiver == receiver)) or 0) + 1


def put(connection: sa.Connection, message: Message, due: datetime) -> None:
    e = message.envelope
    connection.execute(sa.insert(OUTBOX).values(receiver=e.to, sequence=e.sequence, kind=e.kind, message=message.encode(), attempts=0, due=due,
                                                trouble="", acknowledgement=None))


def waiting(connection: sa.Connection) -> list[Waiting]:
    """For whom something waits."""
    c = OUTBOX.c
    counted = sa.select(c.receiver, sa.func.count(), sa.func.max(c.attempts), sa.func.max(c.trouble)).where(c.acknowledgement.is_(None))
    return [Waiting(*row) for row in connection.execute(counted.group_by(c.receiver).order_by(c.receiver))]


def due(connection: sa.Connection, at: datetime) -> list[str]:
    """Nodes whose first waiting message is due: the others behind it wait for it."""
    c = OUTBOX.c
    first = sa.select(c.receiver, sa.func.min(c.sequence).label("sequence")).where(c.acknowledgement.is_(None)).group_by(c.receiver).subquery()
    ready = sa.select(c.receiver).join(first, sa.and_(first.c.receiver == c.receiver, first.c.sequence == c.sequence)).where(c.due <= at)
    return list(connection.scalars(ready.order_by(c.receiver)))


def unacknowledged(connection: sa.Connection, receiver: str, most: int) -> list[Message]:
    """What waits for a node, in its order."""
    c = OUTBOX.c
    rows = connection.scalars(sa.select(c.message).where(c.receiver == receiver, c.acknowledgement.is_(None)).order_by(c.sequence).limit(most))
    return [Message.read(row) for row in rows]


def sent(connection: sa.Connection, receiver: str, first: int, most: int) -> list[Message]:
    """Messages from ``first`` on, acknowledged or not: for a receiver put back from a backup, which lacks what it had."""
    c = OUTBOX.c
    rows = connection.scalars(sa.select(c.message).where(c.receiver == receiver, c.sequence >= first).order_by(c.sequence).limit(most))
    return [Message.read(row) for row in rows]


def settled(connection: sa.Connection, acknowledgement: Acknowledgement) -> bool:
    """Keep the receiver's word on a message; False when it was kept before."""
    c = OUTBOX.c
    which = (c.receiver == acknowledgement.to, c.sequence == acknowledgement.sequence, c.acknowledgement.is_(None))
    return connection.execute(sa.update(OUTBOX).where(*which).values(acknowledgement=msgspec.json.encode(acknowledgement), trouble="")).rowcount == 1


def failed(connection: sa.Connection, receiver: str, sequence: int, trouble: str, again: datetime) -> None:
    which = (OUTBOX.c.receiver == receiver, OUTBOX.c.sequence == sequence)
    connection.execute(sa.update(OUTBOX).where(*which).values(attempts=OUTBOX.c.attempts + 1, trouble=trouble[:500], due=again))


def attempts(connection: sa.Connection, receiver: str, sequence: int) -> int:
    which = (OUTBOX.c.receiver == receiver, OUTBOX.c.sequence == sequence)
    return connection.scalar(sa.select(OUTBOX.c.attempts).where(*which)) or 0


def outcome(connection: sa.Connection, receiver: str, sequence: int) -> str | None:
    """What became of a message, in its receiver's signed word; None while it waits."""
    found = connection.scalar(sa.select(OUTBOX.c.acknowledgement).where(OUTBOX.c.receiver == receiver, OUTBOX.c.sequence == sequence))
    return None if found is None else Acknowledgement.read(found).outcome


# What came in


def last_in(connection: sa.Connection, sender: str) -> int:
    """The sequence of the last message taken from a node; 0 before the first."""
    return connection.scalar(sa.select(sa.func.max(INBOX.c.sequence)).where(INBOX.c.sender == sender)) or 0


def taken(connection: sa.Connection, sender: str, sequence: int) -> tuple[str, Acknowledgement] | None:
    """Digest of the message taken as that one, and what was answered."""
    row = connection.execute(sa.select(INBOX).where(INBOX.c.sender == sender, INBOX.c.sequence == sequence)).first()
    return None if row is None else (row.digest, Acknowledgement.read(row.acknowledgement))


def take(connection: sa.Connection, message: Message, answer: Acknowledgement) -> None:
    e = message.envelope
    connection.execute(sa.insert(INBOX).values(sender=e.sender, sequence=e.sequence, kind=e.kind, digest=message.digest,
                                               acknowledgement=msgspec.json.encode(answer)))


# Heads


def last_head(connection: sa.Connection, node: str) -> Head | None:
    """The last head of a node that this one co-signed, as that node signed it."""
    found = connection.scalar(sa.select(HEADS.c.head).where(HEADS.c.node == node))
    return None if found is None else msgspec.json.decode(found, type=Head)


def keep_head(connection: sa.Connection, node: str, head: Head) -> None:
    connection.execute(sa.delete(HEADS).where(HEADS.c.node == node))
    connection.execute(sa.insert(HEADS).values(node=node, head=msgspec.json.encode(head)))


def keep_evidence(connection: sa.Connection, node: str, digest: str, evidence: bytes, at: datetime) -> None:
    """Once, however often it is found."""
    if connection.scalar(sa.select(EVIDENCE.c.digest).where(EVIDENCE.c.digest == digest)) is None:
        connection.execute(sa.insert(EVIDENCE).values(digest=digest, node=node, found=at, evidence=evidence))


def evidence(connection: sa.Connection, node: str) -> list[bytes]:
    """What shows that a node rewrote its past, oldest first."""
    return [bytes(row) for row in connection.scalars(
        sa.select(EVIDENCE.c.evidence).where(EVIDENCE.c.node == node).order_by(EVIDENCE.c.found, EVIDENCE.c.digest))]
