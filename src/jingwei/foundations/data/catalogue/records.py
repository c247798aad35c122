"""Records as the store keeps them: every version for good, the current one found by its words, what was refused beside them.

Every function works on an open connection of the store, so that a harvest and its entry in the ledger stand or fall together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.engines.text.words import Query, indexed
from jingwei.foundations.data.catalogue.model import Record, Refused, Term, called
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import Instant

SOURCES = sa.table("catalogue_sources", sa.column("name"), sa.column("location"), sa.column("mapping", sa.LargeBinary), sa.column("changed", Instant))
DOCUMENTS = sa.table("catalogue_documents", sa.column("source"), sa.column("name"), sa.column("digest", sa.LargeBinary),
                     sa.column("left_over", sa.LargeBinary))
RECORDS = sa.table("catalogue_records", *map(sa.column, ("number", "id", "source", "document", "part", "version", "title", "words")),
                   sa.column("digest", sa.LargeBinary), sa.column("facets", sa.LargeBinary), sa.column("gone", Instant))
VERSIONS = sa.table("catalogue_versions", sa.column("record"), sa.column("version"), sa.column("at", Instant), sa.column("content", sa.LargeBinary))
QUARANTINE = sa.table("catalogue_quarantine", *map(sa.column, ("source", "document", "part", "code", "reason")), sa.column("digest", sa.LargeBinary),
                      sa.column("content", sa.LargeBinary), sa.column("since", Instant), sa.column("until", Instant))

ASKED = 32
"""Words of a query that an index is asked for; the others are looked for in what it proposes."""

FACETS = ("publisher", "theme", "format", "license", "sharing", "source")


@dataclass(slots=True)
class Changes:
    """What a harvest changed. ``rows`` counts every row written."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    back: int = 0
    refused: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands: records that are there, and refusals not yet put right."""

    accepted: int
    quarantined: int


# Harvesting


def known_documents(connection: sa.Connection, source: str) -> dict[str, bytes]:
    """Digest of every document of a source when it was last read."""
    rows = connection.execute(sa.select(DOCUMENTS.c.name, DOCUMENTS.c.digest).where(DOCUMENTS.c.source == source))
    return {name: bytes(digest) for name, digest in rows}


def overtaken(source: str) -> Problem:
    return Problem("overtaken", Text("同一来源的另一次采集更快，这一次的什么也没有保留",
                                     "another harvest of this source was faster, and nothing of this one was kept"),
                   where=source, remedy=Text("请重新采集。", "Harvest again."))


@contextmanager
def alone(source: str) -> Iterator[None]:
    """Two harvests of one source at once: the second keeps nothing and says so, whichever row they meet at."""
    try:
        yield
    except sa.exc.IntegrityError:
        raise overtaken(source) from None


def known_mapping(connection: sa.Connection, source: str) -> dict[str, str]:
    found = connection.scalar(sa.select(SOURCES.c.mapping).where(SOURCES.c.name == source))
    return msgspec.json.decode(found, type=dict[str, str]) if found else {}


def standing(connection: sa.Connection, source: str) -> Standing:
    live = sa.select(sa.func.count()).select_from(RECORDS).where(RECORDS.c.source == source, RECORDS.c.gone.is_(None))
    open_ = sa.select(sa.func.count()).select_from(QUARANTINE).where(QUARANTINE.c.source == source, QUARANTINE.c.until.is_(None))
    return Standing(connection.scalar(live) or 0, connection.scalar(open_) or 0)


def keep_source(connection: sa.Connection, source: str, location: str, mapping: Mapping[str, str], at: datetime) -> None:
    values = {"location": location, "mapping": msgspec.json.encode(mapping, order="deterministic"), "changed": at}
    if not connection.execute(sa.update(SOURCES).where(SOURCES.c.name == source).values(values)).rowcount:
        connection.execute(sa.insert(SOURCES).values(name=source, **values))


def keep(connection: sa.Connection, source: str, documents: Mapping[str, bytes], vanished: Iterable[str],
         records: Sequence[tuple[str, str, Record]], refused: Sequence[Refused], left_over: Mapping[str, bytes], at: datetime) -> Changes:
    """Take in what these documents now say; what they no longer say, and what vanished ones said, is marked as gone.

    A record whose content is what it was gets no row. Nothing is deleted: versions and refusals stay on record.
    """
    changes, touched = Changes(), {*documents, *vanished}
    before = {(row.document, row.part): row for row in connection.execute(sa.select(
        RECORDS.c.id, RECORDS.c.document, RECORDS.c.part, RECORDS.c.version, RECORDS.c.digest, RECORDS.c.gone).where(RECORDS.c.source == source))}
    names = {row.id for row in before.values()}
    new: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    said = set[tuple[str, str]]()
    for document, called_there, record in records:
        part = next(p for p in chain((called_there,), (f"{called_there}~{i}" for i in count(2))) if (document, p) not in said)
        said.add((document, part))
        content = record.encode()
        digest = hashlib.blake2b(content, digest_size=16).digest()
        old = before.get((document, part))
        one = old.id if old is not None else _free(called(source, document, part), names)
        names.add(one)
        if old is not None and bytes(old.digest) == digest:
            changes.same += 1
            if old.gone is not None:
                connection.execute(sa.update(RECORDS).where(RECORDS.c.id == one).values(gone=None))
                changes.back += 1
            continue
        values = {"document": document, "part": part, "version": old.version + 1 if old else 1, "digest": digest, "gone": None, "title": record.name()[:1_000].replace("\0", ""),
                  "words": _words(record), "facets": msgspec.json.encode(facets_of(record, source))}
        versions.append({"record": one, "version": values["version"], "at": at, "content": content})
        if old is None:
            new.append({"id": one, "source": source, **values})
        else:
            connection.execute(sa.update(RECORDS).where(RECORDS.c.id == one).values(values))
            changes.changed += 1
    changes.new = len(new)
    _insert(connection, RECORDS, new)
    _insert(connection, VERSIONS, versions)
    lost = [row.id for key, row in before.items() if key[0] in touched and row.gone is None and key not in said]
    for one in lost:
        connection.execute(sa.update(RECORDS).where(RECORDS.c.id == one).values(gone=at))
    changes.gone = len(lost)
    changes.refused = _quarantine(connection, source, touched, refused, at)
    _documents(connection, source, documents, vanished, left_over)
    changes.rows = len(new) + 2 * changes.changed + len(new) + changes.back + changes.gone + changes.refused + len(touched)
    return changes


def _insert(connection: sa.Connection, table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _free(name: str, taken: Container[str]) -> str:
    """The name, or the first of name~2, name~3, … that nothing has."""
    return next(n for n in chain((name,), (f"{name}~{i}" for i in count(2))) if n not in taken)


def _words(record: Record) -> str:
    """Title, a mark no word is, and the rest: an index takes the mark for a word, a query never asks for it."""
    title = indexed(" ".join(w.text for w in record.title))
    labels = [t.label for t in (*record.theme, *record.spatial) if t.label]
    rest = [*(w.text for w in (*record.keyword, *record.description)), *labels, record.publisher.name if record.publisher else "",
            *(w.text for r in record.resources for w in r.title), *(f"{i.name} {i.description}" for i in record.items), *record.identifier]
    return " ".join(filter(None, (title, "|", indexed(" ".join(rest)))))  # no blank at an end: PostgreSQL would see an empty word


def name_of(term: Term | None) -> str:
    """A term's label, else the last stretch of its address."""
    return "" if term is None else term.label or term.address.rstrip("/").rpartition("/")[2]


def facets_of(record: Record, source: str) -> dict[str, list[str]]:
    formats = {name_of(r.format).upper() for r in record.resources if r.format}
    licences = {name_of(x) for x in (record.license, *(r.license for r in record.resources)) if x}
    publisher = (record.publisher.name or record.publisher.address) if record.publisher else ""
    return {"publisher": [publisher] if publisher else [], "theme": [name_of(t) for t in record.theme], "format": sorted(formats),
            "license": sorted(licences), "sharing": [record.sharing] if record.sharing else [], "source": [source]}


def _quarantine(connection: sa.Connection, source: str, touched: set[str], refused: Sequence[Refused], at: datetime) -> int:
    """Refusals as they stand; those of documents read again and no longer refused are closed. Returns rows written."""
    q = QUARANTINE.c
    rows = connection.execute(sa.select(q.document, q.part, q.digest, q.until).where(q.source == source)).all()
    known = {(r.document, r.part, bytes(r.digest)): r.until for r in rows}
    now = {(r.document, r.part, hashlib.blake2b(r.content, digest_size=16).digest()): r for r in refused}
    written = 0
    for key, until in known.items():
        wanted = None if key in now else at
        if key[0] in touched and (until is None) != (wanted is None):
            same = (q.source == source, q.document == key[0], q.part == key[1], q.digest == key[2])
            connection.execute(sa.update(QUARANTINE).where(*same).values(until=wanted))
            written += 1
    fresh = [{"source": source, "document": key[0], "part": key[1], "digest": key[2], "code": r.code, "reason": r.reason.en.replace("\0", ""), "content": r.content,
              "since": at, "until": None} for key, r in now.items() if key not in known]
    _insert(connection, QUARANTINE, fresh)
    return written + len(fresh)


def _documents(connection: sa.Connection, source: str, documents: Mapping[str, bytes], vanished: Iterable[str], left_over: Mapping[str, bytes]) -> None:
    d = DOCUMENTS.c
    for name in (*known_documents(connection, source).keys() & documents.keys(), *vanished):
        connection.execute(sa.delete(DOCUMENTS).where(d.source == source, d.name == name))
    _insert(connection, DOCUMENTS, [{"source": source, "name": n, "digest": digest, "left_over": left_over.get(n, b"")} for n, digest in documents.items()])


# Reading


def record(connection: sa.Connection, one: str, version: int | None = None) -> tuple[Record, int, datetime, datetime | None]:
    """A record with its version, when that was taken in, and since when its source no longer has it.

    Raises Problem ``unknown_record`` or ``unknown_version``.
    """
    row = connection.execute(sa.select(RECORDS.c.version, RECORDS.c.gone).where(RECORDS.c.id == one.replace("\0", "\ufffd"))).first()
    if row is None:
        raise Problem("unknown_record", Text(f"没有记录 {one[:80]!r}", f"there is no record {one[:80]!r}"),
                      remedy=Text("查找：jingwei catalogue search WORDS", "Look for it: jingwei catalogue search WORDS"))
    v = VERSIONS.c
    wanted = version if version is not None else row.version
    if not 1 <= wanted <= row.version or (kept := connection.execute(
            sa.select(v.at, v.content).where(v.record == one, v.version == wanted)).first()) is None:
        raise Problem("unknown_version",
                      Text(f"{one} 有第 1 到第 {row.version} 版，没有 {wanted}",
                           f"{one} has versions 1 to {row.version}, not {wanted}"),
                      remedy=Text("请从中选一个。", "Ask for one of them."))
    return Record.decode(bytes(kept.content)), wanted, kept.at, row.gone


def versions(connection: sa.Connection, one: str) -> list[tuple[int, datetime]]:
    v = VERSIONS.c
    return [(row.version, row.at) for row in connection.execute(sa.select(v.version, v.at).where(v.record == one).order_by(v.version))]


def origin(connection: sa.Connection, one: str) -> tuple[str, str]:
    """The source and the document that tell of a record; empty for one that is not there."""
    row = connection.execute(sa.select(RECORDS.c.source, RECORDS.c.document).where(RECORDS.c.id == one)).first()
    return (row.source, row.document) if row else ("", "")


def counted_all(connection: sa.Connection) -> int:
    """Records that their sources still have."""
    return connection.scalar(sa.select(sa.func.count()).select_from(RECORDS).where(RECORDS.c.gone.is_(None))) or 0


def state(connection: sa.Connection) -> str:
    """What changes whenever a record does: the instant of the last harvest that changed something, and how many records there are."""
    at = connection.scalar(sa.select(sa.func.max(SOURCES.c.changed, type_=Instant)))
    return f"{at.isoformat() if at else ''} {counted_all(connection)}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something set apart and not yet put right; what it said stays in the store."""

    source: str
    document: str
    part: str
    code: str
    reason: str
    since: datetime


def refusals(connection: sa.Connection, most: int, source: str | None = None, document: str | None = None) -> tuple[list[Refusal], int]:
    """Refusals that stand, the newest first and no more than ``most``, with how many there are; of one source or document if asked."""
    q = QUARANTINE.c
    which = [q.until.is_(None), *([q.source == source] if source is not None else []), *([q.document == document] if document is not None else [])]
    number = connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE).where(*which)) or 0
    rows = connection.execute(sa.select(q.source, q.document, q.part, q.code, q.reason, q.since).where(*which)
                              .order_by(q.since.desc(), q.source, q.document, q.part, q.digest).limit(most))
    return [Refusal(*row) for row in rows], number


def current(connection: sa.Connection, source: str | None = None) -> list[tuple[str, Record]]:
    """Every record that its source still has, by id."""
    wanted = sa.select(RECORDS.c.id, VERSIONS.c.content).join(
        VERSIONS, sa.and_(VERSIONS.c.record == RECORDS.c.id, VERSIONS.c.version == RECORDS.c.version)).where(RECORDS.c.gone.is_(None))
    if source is not None:
        wanted = wanted.where(RECORDS.c.source == source)
    return sorted((row.id, Record.decode(bytes(row.content))) for row in connection.execute(wanted))


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found."""

    id: str
    title: str
    score: float
    facets: dict[str, list[str]]


def search(connection: sa.Connection, words: str, facets: Mapping[str, str]) -> list[Hit]:
    """Records that hold all the words, best first, then by id; all records when no word is asked for.

    The index only proposes: what is found, and in which order, is decided here, alike on either database.
    """
    query = Query.of(words)
    if words.strip() and not query:
        return []  # marks and blanks are in nobody's text
    wanted = sa.select(RECORDS.c.id, RECORDS.c.title, RECORDS.c.words, RECORDS.c.facets).where(RECORDS.c.gone.is_(None))
    if query and connection.dialect.name == "postgresql":
        asked = " & ".join(f"'{w}'" for w in query.words[:ASKED])
        wanted = wanted.where(sa.text("array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:asked AS tsquery)").bindparams(asked=asked))
    elif query:
        asked = " ".join(f'"{w}"' for w in query.words[:ASKED])
        wanted = wanted.where(sa.text("number IN (SELECT rowid FROM catalogue_words WHERE catalogue_words MATCH :asked)").bindparams(asked=asked))
    found = []
    for row in connection.execute(wanted):
        told: dict[str, list[str]] = msgspec.json.decode(bytes(row.facets))
        if all(value in told.get(name, ()) for name, value in facets.items()) and (not query or query.holds(row.words)):
            title, _, rest = row.words.partition("|")
            found.append(Hit(row.id, row.title, query.score(title, rest) if query else 0.0, told))
    return sorted(found, key=lambda h: (-h.score, h.id))


def counted(hits: Iterable[Hit], most: int = 10) -> dict[str, list[tuple[str, int]]]:
    """Per facet its commonest values among the hits with how many have them, most first, then by name."""
    numbers: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for hit in hits:
        for name, values in hit.facets.items():
            for value in values:
                numbers[name][value] = numbers[name].get(value, 0) + 1
    order: Callable[[tuple[str, int]], tuple[int, str]] = lambda pair: (-pair[1], pair[0])  # noqa: E731
    return {name: sorted(values.items(), key=order)[:most] for name, values in numbers.items()}
