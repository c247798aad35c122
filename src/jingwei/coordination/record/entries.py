"""Entries as a reader of the ledger sees them: newest first, by kind and day; what is kept beside one; what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.kernel.ledger import ENTRIES, PAYLOADS, Ledger
from jingwei.kernel.tiles import blob

RECENT = 2_000
"""Entries whose kinds are counted, to choose from: all of them would take too long on a long ledger."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. ``told`` is empty when its bytes are no longer what an entry is."""

    position: int
    entry: bytes
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.told.get("kind", ""))

    @property
    def at(self) -> str:
        """To the second, in the zone it was recorded in."""
        return str(self.told.get("at", ""))[:19].replace("T", " ")

    @property
    def facts(self) -> Mapping[str, Any]:
        facts = self.told.get("facts")
        return facts if isinstance(facts, dict) else {}

    @property
    def synthetic(self) -> bool:
        return self.facts.get("synthetic") is True


@dataclass(frozen=True, slots=True)
class Beside:
    """What is kept apart from an entry about one pseudonym. ``erased``: since when it is gone."""

    pseudonym: str
    there: bool
    erased: datetime | None


def line(position: int, entry: bytes) -> Line:
    try:
        told = msgspec.json.decode(entry)
    except (msgspec.DecodeError, RecursionError):
        return Line(position, entry)
    return Line(position, entry, told if isinstance(told, dict) else {})


def newest(ledger: Ledger, count: int, *, kind: str = "", day: str = "", subject: str = "", before: int | None = None) -> list[Line]:
    """Up to ``count`` entries from the newest back. The database looks for the marks; what it finds is read to be sure.

    subject : what they are about, as sort and name: ``duty:A-1``, ``node:n-…``
    """
    found, marks = list[Line](), [f'"kind":"{kind}"' if kind else "", f'"at":"{day}T' if day else "", subject.partition(":")[2]]
    with ledger.store.read() as connection, closing(_backwards(connection, [mark for mark in marks if mark], before)) as lines:
        for each in lines:
            if (not kind or each.kind == kind) and (not day or each.at.startswith(day)) and (
                    not subject or subject in (f"{sort}:{name}" for _, sort, name in about(each.facts))):
                found.append(each)
                if len(found) == count:
                    break
    return found


def recent_kinds(ledger: Ledger) -> list[tuple[str, int]]:
    """How often each kind stands among the newest entries, most frequent first."""
    return sorted(Counter(each.kind for each in newest(ledger, RECENT) if each.kind).items(), key=lambda one: (-one[1], one[0]))


def _backwards(connection: sa.Connection, marks: Collection[str], before: int | None) -> Generator[Line]:
    within = sa.func.instr if connection.dialect.name == "sqlite" else sa.func.pg_catalog.position
    wanted = sa.select(ENTRIES.c.position, ENTRIES.c.entry).order_by(ENTRIES.c.position.desc())
    for mark in marks:
        wanted = wanted.where(within(ENTRIES.c.entry, mark.encode()) > 0)
    if before is not None:
        wanted = wanted.where(ENTRIES.c.position < before)
    with closing(connection.execute(wanted, execution_options={"yield_per": 200})) as rows:
        for row in rows:
            yield line(row.position, blob(row.entry))


def beside(ledger: Ledger, position: int) -> list[Beside]:
    """What is kept apart from an entry, without what it says: that is for those it concerns."""
    with ledger.store.read() as connection:
        rows = connection.execute(sa.select(PAYLOADS).where(PAYLOADS.c.position == position).order_by(PAYLOADS.c.pseudonym))
        return [Beside(row.pseudonym, row.content is not None, row.erased) for row in rows]


def about(facts: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What an entry is about: the fact, the sort of thing it names, and its name. Sorts: duty, matter, node, action, entry, measure, target."""
    found = list[tuple[str, str, str]]()
    for fact, value in facts.items():
        for each in value if isinstance(value, list) else [value]:
            if fact in ("duty", "matter", "measure", "action", "entry") and isinstance(each, str | int) and not isinstance(each, bool) and each != "":
                found.append((fact, fact, str(each)))
            elif fact in ("duties", "into") and isinstance(each, str):
                found.append((fact, "duty", each))
            elif fact == "about" and isinstance(each, str) and ":" in each:
                sort, _, name = each.partition(":")
                found.append((fact, sort, name))
            elif isinstance(each, str) and each.startswith("n-") and len(each) == 42:
                found.append((fact, "node", each))
    return list(dict.fromkeys(found))
