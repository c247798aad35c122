"""The record nobody can alter unseen: entries under RFC 9162 hashes, what is personal beside them and erasable.

An entry is canonical JSON (RFC 8785) and holds pseudonyms, digests and short facts, never a person. What concerns a
person lies in a payload row under a salt of its own; the entry holds only the digest over both. Erasing takes salt,
payload and the pseudonym's owner away: the entry and every proof over it stay as they were, and say nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from itertools import repeat
from typing import Any

import msgspec
import rfc8785
import sqlalchemy as sa

from jingwei.kernel import merkle
from jingwei.kernel.clock import CHINA
from jingwei.kernel.heads import Cosignature, Head, Natural, node_key, sign
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.store import Instant, Store
from jingwei.kernel.tiles import Nodes, blob, damaged, grow, put, size_of

COMMIT = 5_000
"""Most entries one durable transaction takes on the raw path."""

PRIVATE = b'"private":{"p-'
"""What an entry with payloads holds and no other can: facts have no quotation marks."""

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_FACT = re.compile(r"[A-Za-z0-9._:/+=-]{0,200}")
_OF_A_PERSON = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{6}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx])(?![0-9A-Za-z])")

ENTRIES = sa.table("ledger_entries", sa.column("position"), sa.column("key", sa.LargeBinary),
                   sa.column("entry", sa.LargeBinary))
PAYLOADS = sa.table("ledger_payloads", sa.column("position"), sa.column("pseudonym"), sa.column("salt", sa.LargeBinary),
                    sa.column("content", sa.LargeBinary), sa.column("erased", Instant))
PSEUDONYMS = sa.table("ledger_pseudonyms", sa.column("person"), sa.column("pseudonym"))
HEADS = sa.table("ledger_heads", sa.column("size"), sa.column("root", sa.LargeBinary), sa.column("at"),
                 sa.column("key", sa.LargeBinary), sa.column("signature", sa.LargeBinary))
COSIGNATURES = sa.table("ledger_cosignatures", sa.column("size"), sa.column("key", sa.LargeBinary), sa.column("at"),
                        sa.column("signature", sa.LargeBinary))
WITNESSED = sa.table("ledger_witnessed", sa.column("key", sa.LargeBinary), sa.column("size"),
                     sa.column("root", sa.LargeBinary), sa.column("at"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, to be recorded.

    kind : such as ``need.declared``
    at : instant with its zone
    actor : who did it; the entry holds a pseudonym
    facts : what may stand for ever: identifiers and digests (ASCII, no blanks), whole numbers, yes or no, lists of them
    private : what may one day have to go, by the person whom it concerns; names, reasons and free text belong here
    key : an event whose key is already there is not recorded again
    """

    kind: str
    at: datetime
    actor: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key: str | None = None


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That an entry is in the tree of ``size`` leaves with this root; ``path`` is RFC 9162's, hashes in hexadecimal."""

    position: Natural
    size: Natural
    root: str
    path: tuple[str, ...]
    entry: str
    head: Head | None = None

    def holds(self) -> bool:
        """Whether the path leads from this entry to this root, and the head, when there is one, says the same root."""
        try:
            path, root = [bytes.fromhex(step) for step in self.path], bytes.fromhex(self.root)
        except ValueError:
            return False
        told = self.head is None or (self.head.size, self.head.root) == (self.size, self.root)
        return told and merkle.included(merkle.leaf(as_bytes(self.entry)), self.position, self.size, path, root)


def as_text(entry: bytes) -> str:
    """An entry as text that JSON can hold and ``as_bytes`` turns back, whatever its bytes are."""
    return entry.decode("utf-8", "surrogateescape")


def as_bytes(entry: str) -> bytes:
    return entry.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one store. Any number of threads and processes may read and append; appenders take turns."""

    store: Store

    # Appending

    def append(self, event: Event) -> int:
        """Record one event; returns its position. Joins a transaction of the store that is open in this thread."""
        return self.record((event,))[0]

    def record(self, events: Sequence[Event]) -> list[int]:
        """Record events in one transaction; returns their positions, old ones for keys that are already there.

        Raises Problem ``not_recordable`` when an event would put into an entry what could name a person.
        """
        for event in events:
            recordable(event)
        with self.store.write() as connection:
            _lock(connection)
            keys = [blake2b(e.key.encode(), digest_size=16).digest() if e.key is not None else None for e in events]
            taken = {key: row.position for key, row in _held(connection, keys).items()}
            fresh: list[tuple[Event, bytes | None]] = []
            start, positions = size_of(connection), []
            for event, key in zip(events, keys, strict=True):
                if key is None or key not in taken:
                    taken[key or b""] = start + len(fresh)
                    fresh.append((event, key))
                positions.append(taken[key or b""])
            payloads: list[dict[str, Any]] = []
            entries = [_entry(connection, event, start + i, payloads) for i, (event, _) in enumerate(fresh)]
            _extend(connection, start, entries, [key for _, key in fresh])
            if payloads:
                connection.execute(sa.insert(PAYLOADS), payloads)
            return positions

    def append_many(self, entries: Sequence[bytes], keys: Sequence[bytes] | None = None) -> Sequence[int]:
        """The raw path: up to 5,000 finished entries in one durable transaction, all or nothing; their positions.

        entries : canonical JSON without personal data; the caller answers for that
        keys : one an entry, up to 32 bytes that mean nothing to others, such as a digest. An entry that is already there
            under its key is not added again. Raises Problem ``key_taken`` when the key holds another entry.
        """
        if len(entries) > COMMIT:
            raise ValueError(f"{len(entries)} entries in one call; at most {COMMIT}")
        if keys is not None and len(keys) != len(entries):
            raise ValueError(f"{len(keys)} keys for {len(entries)} entries")
        try:
            with self.store.attempt() as connection:
                _lock(connection)
                start = size_of(connection)
                _extend(connection, start, entries, keys)
                return range(start, start + len(entries))
        except sa.exc.IntegrityError:
            if keys is None:
                raise
        with self.store.write() as connection:
            _lock(connection)
            start = size_of(connection)
            taken = {key: (row.position, blob(row.entry)) for key, row in _held(connection, keys).items()}
            fresh: list[int] = []
            for i, (entry, key) in enumerate(zip(entries, keys, strict=True)):
                if taken.setdefault(key, (start + len(fresh), entry))[1] != entry:
                    raise Problem("key_taken", Text("同一个键下已记了另一条", "another entry was recorded under the same key"),
                                  where=Text(f"第 {taken[key][0]} 条", f"entry {taken[key][0]}"),
                                  remedy=Text("每条用自己的键。", "Give each entry a key of its own."))
                if taken[key][0] == start + len(fresh):
                    fresh.append(i)
            _extend(connection, start, [entries[i] for i in fresh], [keys[i] for i in fresh])
            return [taken[key][0] for key in keys]

    def pseudonym(self, person: str) -> str:
        """What entries call somebody; for whoever makes finished entries. Inside the transaction they are added in."""
        with self.store.write() as connection:
            return _pseudonym(connection, person)

    def erase(self, person: str, actor: str, at: datetime) -> int:
        """Take away what the record knows of a person; returns how many payloads went. Every proof stays valid.

        Raises Problem ``unknown_person``. Backups and other nodes hold what they held: erase there too.
        """
        with self.store.write() as connection:
            pseudonym = connection.scalar(sa.select(PSEUDONYMS.c.pseudonym).where(PSEUDONYMS.c.person == person))
            if pseudonym is None:
                raise Problem("unknown_person", Text("账本里没有这个人的记录", "the ledger knows nothing of that person"),
                              remedy=Text("请核对名字。", "Check the name."))
            gone = connection.execute(
                sa.update(PAYLOADS).where(PAYLOADS.c.pseudonym == pseudonym, PAYLOADS.c.erased.is_(None))
                .values(salt=None, content=None, erased=at)).rowcount
            self.record((Event("person.erased", at, actor, {"person": pseudonym, "payloads": gone}),))
            connection.execute(sa.delete(PSEUDONYMS).where(PSEUDONYMS.c.person == person))
        self.store.settle()
        return gone

    # Reading

    def size(self) -> int:
        with self.store.read() as connection:
            return size_of(connection)

    def entry(self, position: int) -> bytes:
        """Raises Problem ``no_entry``."""
        with self.store.read() as connection:
            return _one(connection, position)

    def entries(self, first: int = 0, end: int | None = None, *,
                within: sa.Connection | None = None) -> Iterator[tuple[int, bytes]]:
        """Positions and entries in order, from one state of the store (that of ``within``); read as they are asked for."""
        wanted = sa.select(ENTRIES.c.position, ENTRIES.c.entry).where(ENTRIES.c.position >= first).order_by(ENTRIES.c.position)
        if end is not None:
            wanted = wanted.where(ENTRIES.c.position < end)
        with self._reading(within) as connection, closing(connection.execute(
                wanted, execution_options={"yield_per": 1_000})) as rows:
            for row in rows:
                yield row.position, blob(row.entry)

    def holds(self, mark: bytes, first: int = 0) -> bool:
        """Whether these bytes stand in any entry from ``first`` on; looked for where the entries are."""
        with self.store.read() as connection:
            within = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.pg_catalog.position
            found = sa.select(ENTRIES.c.position).where(ENTRIES.c.position >= first, within(ENTRIES.c.entry, mark) > 0).limit(1)
            return connection.scalar(found) is not None

    def people(self) -> dict[str, str]:
        """Who stands behind each pseudonym, as long as they were not erased."""
        with self.store.read() as connection:
            return {row.pseudonym: row.person for row in connection.execute(sa.select(PSEUDONYMS))}

    def payloads(self, position: int) -> dict[str, Any]:
        """What an entry keeps apart, by pseudonym; None where it was erased."""
        with self.store.read() as connection:
            rows = connection.execute(sa.select(PAYLOADS).where(PAYLOADS.c.position == position))
            return {r.pseudonym: None if r.content is None else msgspec.json.decode(r.content) for r in rows}

    def _reading(self, within: sa.Connection | None) -> AbstractContextManager[sa.Connection]:
        return nullcontext(within) if within is not None else self.store.read()

    # Heads and proofs

    def head(self, at: datetime) -> Head:
        """The ledger as it stands, signed by this node and kept; the kept one when nothing was added since.

        Raises Problem ``damaged_ledger`` rather than sign what contradicts the last head.
        """
        with self.store.write() as connection:
            _lock(connection)
            size, node, kept = size_of(connection), Nodes(connection), self.heads(within=connection)
            if kept and merkle.root(kept[-1].size, node).hex() != kept[-1].root:
                raise damaged(Text("树里已没有最后一个树头所说的内容", "the tree no longer holds what the last head says"))
            if kept and kept[-1].size == size:
                return kept[-1]
            made = sign(size, merkle.root(size, node), at.astimezone(CHINA), node_key(self.store.folder))
            connection.execute(sa.insert(HEADS).values(size=size, root=bytes.fromhex(made.root), at=made.at,
                                                       key=bytes.fromhex(made.key), signature=bytes.fromhex(made.signature)))
            return made

    def heads(self, *, within: sa.Connection | None = None) -> list[Head]:
        """Every head this node signed, oldest first, with the co-signatures it was given."""
        with self._reading(within) as connection:
            rows = connection.execute(sa.select(HEADS).order_by(HEADS.c.size)).all()
            given: dict[int, list[Cosignature]] = {}
            for each in connection.execute(sa.select(COSIGNATURES).order_by(COSIGNATURES.c.at, COSIGNATURES.c.key)):
                given.setdefault(each.size, []).append(Cosignature(blob(each.key).hex(), str(each.at), blob(each.signature).hex()))
        if not all(isinstance(r.size, int) and 0 <= r.size < 2**53 for r in rows):
            raise damaged(Text("有一个树头的条数不对", "a head has no proper size"))
        return [Head(r.size, blob(r.root).hex(), str(r.at), blob(r.key).hex(), blob(r.signature).hex(), tuple(given.get(r.size, ())))
                for r in rows]

    def keep(self, head: Head) -> None:
        """Keep the co-signatures a neighbour put on a head of ours. Raises Problem ``forged_head`` or ``not_our_head``."""
        head.check()
        with self.store.write() as connection:
            ours = next((h for h in self.heads() if h.size == head.size), None)
            if ours is None or ours.statement != head.statement or ours.signature != head.signature:
                raise Problem("not_our_head",
                              Text(f"本节点从没签过 {head.size} 条记录的那个树头",
                                   f"this node never signed that head of {head.size} entries"),
                              remedy=Text("请留作证据：见 jingwei ledger verify --head FILE",
                                          "Keep it as evidence: see jingwei ledger verify --head FILE"))
            known = {c.key for c in ours.cosignatures}
            fresh = [{"size": head.size, "key": bytes.fromhex(c.key), "at": c.at, "signature": bytes.fromhex(c.signature)}
                     for c in head.cosignatures if c.key not in known]
            if fresh:
                connection.execute(sa.insert(COSIGNATURES), fresh)

    def witness(self, head: Head, path: Sequence[bytes], at: datetime) -> Head:
        """Co-sign a neighbour's head, having seen that it begins with the last head seen of that neighbour.

        path : ``consistency(old, new)`` as the neighbour gives it; empty at the first meeting
        Raises Problem ``forged_head``, or ``rewritten_past`` when the heads contradict each other.
        """
        head.check()
        with self.store.write() as connection:
            last = connection.execute(sa.select(WITNESSED).where(WITNESSED.c.key == bytes.fromhex(head.key))).first()
            if last is not None and not merkle.consistent(last.size, head.size, last.root, bytes.fromhex(head.root), path):
                raise Problem("rewritten_past",
                              Text(f"它 {head.size} 条记录的树头不是从 {last.at} 所见 {last.size} 条的树头接下来的",
                                   f"its head of {head.size} entries does not begin with its head of "
                                   f"{last.size} seen at {last.at}"),
                              where=Text(f"节点 {head.key[:16]}", f"node {head.key[:16]}"),
                              remedy=Text("不要联署。向它要账本并运行：jingwei ledger verify FILE --head OLD",
                                          "Do not co-sign. Ask for its ledger and run: jingwei ledger verify FILE --head OLD"))
            connection.execute(sa.delete(WITNESSED).where(WITNESSED.c.key == bytes.fromhex(head.key)))
            connection.execute(sa.insert(WITNESSED).values(key=bytes.fromhex(head.key), size=head.size,
                                                           root=bytes.fromhex(head.root), at=head.at))
            return head.cosigned(node_key(self.store.folder), at.astimezone(CHINA))

    def witnessed(self, key: str) -> int:
        """Size of the last head seen of a neighbour: where its next proof of consistency has to begin; 0 when none was."""
        with self.store.read() as connection:
            return connection.scalar(sa.select(WITNESSED.c.size).where(WITNESSED.c.key == bytes.fromhex(key))) or 0

    def root(self, size: int | None = None) -> bytes:
        """Root over the first ``size`` entries, over all by default. Raises Problem ``no_entry`` beyond the end."""
        with self.store.read() as connection:
            return merkle.root(_within(connection, size), Nodes(connection))

    def prove(self, position: int, size: int | None = None) -> Proof:
        """That an entry is among the first ``size``, by default among those of the newest head that covers it.

        Reads three tiles for a million entries. Raises Problem ``no_entry``.
        """
        with self.store.read() as connection:
            entry, head = _one(connection, position), None
            if size is None:
                head = next((h for h in reversed(self.heads(within=connection)) if h.size > position), None)
            size, node = _within(connection, head.size if head else size), Nodes(connection)
            if position >= size:
                raise _missing(position, size)
            path = tuple(step.hex() for step in merkle.inclusion(position, size, node))
            return Proof(position, size, merkle.root(size, node).hex(), path, as_text(entry), head)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """RFC 9162 path that shows the first ``new`` entries to begin with the first ``old``."""
        with self.store.read() as connection:
            new = _within(connection, new)
            if not 0 <= old <= new:
                raise _missing(old, new)
            return merkle.consistency(old, new, Nodes(connection))


def _entry(connection: sa.Connection, event: Event, position: int, payloads: list[dict[str, Any]]) -> bytes:
    """The canonical entry; what is private goes to ``payloads``, under a salt that nobody can guess after erasure."""
    said: dict[str, Any] = {"actor": _pseudonym(connection, event.actor), "at": event.at.astimezone(CHINA).isoformat(),
                            "facts": dict(event.facts), "kind": event.kind}
    for person, values in event.private.items():
        pseudonym, salt, content = _pseudonym(connection, person), secrets.token_bytes(32), rfc8785.dumps(dict(values))
        said.setdefault("private", {})[pseudonym] = payload_digest(salt, content)
        payloads.append({"position": position, "pseudonym": pseudonym, "salt": salt, "content": content, "erased": None})
    return rfc8785.dumps(said)


def payload_digest(salt: bytes, content: bytes) -> str:
    return sha256(salt + content).hexdigest()


def _pseudonym(connection: sa.Connection, person: str) -> str:
    """Drawn by lot, not derived: nothing leads back to the person once the row is gone."""
    known = connection.scalar(sa.select(PSEUDONYMS.c.pseudonym).where(PSEUDONYMS.c.person == person))
    if known is not None:
        return str(known)
    made = f"p-{secrets.token_hex(16)}"
    connection.execute(sa.insert(PSEUDONYMS).values(person=person, pseudonym=made))
    return made


def recordable(event: Event) -> None:
    """Raises Problem ``not_recordable`` when an entry would hold what could name a person, or free text."""
    if not _KIND.fullmatch(event.kind):
        raise Problem("not_recordable", Text(f"{event.kind!r} 不是一种事件", f"{event.kind!r} is not a kind of event"),
                      remedy=Text("写成 need.declared 这样。", "Write it like need.declared."))
    if event.at.tzinfo is None:
        raise Problem("not_recordable", Text("时刻没有时区", "the instant has no zone"), where=event.kind,
                      remedy=Text("请用运行环境的时钟。", "Use the context's clock."))
    for name, value in event.facts.items():
        for each in (name, *(value if isinstance(value, list | tuple) else [value])):
            if isinstance(each, bool | int) or each is None:
                continue
            if not (isinstance(each, str) and _FACT.fullmatch(each)) or _OF_A_PERSON.search(each):
                raise Problem("not_recordable",
                              Text("一条记录只放标识、摘要和整数", "an entry holds identifiers, digests and whole numbers only"),
                              where=f"{event.kind}, {name!r}",
                              remedy=Text("姓名、证件号和文字请放进 private。",
                                          "Put names, numbers of persons and text into private."))


def _lock(connection: sa.Connection) -> None:
    """One appender at a time; SQLite's transaction has seen to that."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE ledger_entries IN SHARE ROW EXCLUSIVE MODE")


def _extend(connection: sa.Connection, start: int, entries: Sequence[bytes], keys: Sequence[bytes | None] | None) -> None:
    if entries:
        rows = list(zip(range(start, start + len(entries)), keys or repeat(None), entries, strict=False))
        put(connection, "ledger_entries", ("position", "key", "entry"), rows)
        grow(connection, 0, start, merkle.leaves(entries))


def _held(connection: sa.Connection, keys: Sequence[bytes | None]) -> dict[bytes | None, sa.Row[Any]]:
    found: dict[bytes | None, sa.Row[Any]] = {}
    wanted = [key for key in keys if key is not None]
    for at in range(0, len(wanted), 500):
        rows = connection.execute(sa.select(ENTRIES).where(ENTRIES.c.key.in_(wanted[at:at + 500])))
        found.update({bytes(row.key): row for row in rows})
    return found


def _one(connection: sa.Connection, position: int) -> bytes:
    entry = connection.scalar(sa.select(ENTRIES.c.entry).where(ENTRIES.c.position == position))
    if entry is None:
        raise _missing(position, size_of(connection))
    return blob(entry)


def _within(connection: sa.Connection, size: int | None) -> int:
    there = size_of(connection)
    if size is not None and not 0 <= size <= there:
        raise _missing(size, there)
    return there if size is None else size


def _missing(position: int, size: int) -> Problem:
    return Problem("no_entry", Text(f"没有第 {position} 条记录", f"there is no entry {position}"),
                   where=Text(f"共 {size} 条的账本", f"ledger of {size} entries"),
                   remedy=Text("记录从 0 数起：见 jingwei ledger list", "Entries are counted from 0: see jingwei ledger list"))


def read_proof(content: bytes, where: str = "") -> Proof:
    """A proof from its JSON, signatures checked. Raises Unreadable, or Problem ``forged_head``."""
    try:
        proof = msgspec.json.decode(content, type=Proof)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(Text(f"不是证明（{error}）", f"not a proof ({error})"), where=where) from None
    if proof.head is not None:
        proof.head.check()
    return proof
