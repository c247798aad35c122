"""Entries of the ledger read back as what happened, with their words, for whoever folds them into a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.kernel.ledger import ENTRIES, PAYLOADS, PSEUDONYMS, Event, Ledger

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One entry. ``payload`` is what was said about ``subject``; None when it was erased, empty when nothing was kept apart."""

    position: int
    at: str
    kind: str
    facts: Mapping[str, Any]
    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that is to happen: what stands in the ledger, and the words kept beside it. With ``key`` it happens once, whoever repeats it.

    It is about what the fact named like its room says, such as the duty of ``duty.set``.
    """

    kind: str
    facts: Mapping[str, Any]
    words: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None

    def event(self, at: datetime, actor: str) -> Event:
        room = self.kind.partition(".")[0]
        return Event(self.kind, at, actor, self.facts, {f"{room}:{self.facts[room]}": self.words} if self.words else {}, self.key)

    def told(self, at: datetime) -> Told:
        """As it will be read back."""
        return Told(-1, at.isoformat(), self.kind, self.facts, self.words)


def day_of(text: str) -> date | None:
    """A day as facts write it: 2026-12-31, or empty for none."""
    return date.fromisoformat(text) if text else None


def told(ledger: Ledger, room: str, *, words: bool = True, about: str = "") -> list[Told]:
    """Every event whose kind begins with ``room``., in order; joins a transaction of the store that is open.

    words : read what is kept apart, under the subject ``room:`` and the fact named ``room``
    about : only events among whose facts this very text is
    """
    mark = f'"kind":"{room}.'.encode()
    with ledger.store.read() as connection:
        found = [(p, msgspec.json.decode(e)) for p, e in _holding(connection, mark, *([f'"{about}"'.encode()] if about else []))]
        found = [(p, e) for p, e in found if not about or about in e["facts"].values()]
        found = [(p, e) for p, e in found if str(e["kind"]).startswith(f"{room}.")]
        said = _payloads(connection, [p for p, e in found if e.get("private")], room) if words else {}
    return [Told(p, e["at"], e["kind"], e["facts"], said.get(p) if e.get("private") and words else {}) for p, e in found]


def events(ledger: Ledger, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Instant and facts of every event of a kind that is not synthetic."""
    mark = f'"kind":"{kind}"'.encode()
    with ledger.store.read() as connection:
        for _, entry in _holding(connection, mark):
            read = msgspec.json.decode(entry)
            if read.get("kind") == kind and read["facts"].get("synthetic") is not True:
                yield read["at"], read["facts"]


def with_fact(ledger: Ledger, name: str) -> list[Told]:
    """Every entry among whose facts is a list of this name, in order, without words."""
    with ledger.store.read() as connection:
        found = [(p, msgspec.json.decode(e)) for p, e in _holding(connection, f'"{name}":['.encode())]
    return [Told(p, e["at"], e["kind"], e["facts"], {}) for p, e in found if isinstance(e.get("facts", {}).get(name), list)]


def _holding(connection: sa.Connection, *marks: bytes) -> Iterator[tuple[int, bytes]]:
    """Entries in which all these bytes stand, in order: the database looks for them several times faster than they are handed over."""
    within = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.pg_catalog.position
    wanted = sa.select(ENTRIES.c.position, ENTRIES.c.entry).where(*(within(ENTRIES.c.entry, m) > 0 for m in marks)).order_by(ENTRIES.c.position)
    for row in connection.execute(wanted):
        yield row.position, bytes(row.entry)


def _payloads(connection: sa.Connection, positions: list[int], room: str) -> dict[int, dict[str, Any]]:
    """Words about the room's own subjects by position; what is kept about persons is left where it is."""
    said: dict[int, dict[str, Any]] = {}
    for at in range(0, len(positions), CHUNK):
        rows = connection.execute(
            sa.select(PAYLOADS.c.position, PAYLOADS.c.content)
            .join(PSEUDONYMS, PSEUDONYMS.c.pseudonym == PAYLOADS.c.pseudonym)
            .where(PAYLOADS.c.position.in_(positions[at:at + CHUNK]), PSEUDONYMS.c.person.startswith(f"{room}:")))
        said |= {row.position: msgspec.json.decode(row.content) for row in rows if row.content is not None}
    return said
