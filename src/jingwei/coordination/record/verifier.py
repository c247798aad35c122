"""The verifier: recomputes a ledger from its entries and names the first that was altered, deleted, moved or inserted.

It compares three things that somebody would have to forge together: the entries, the hashes kept over them by position
(every leaf, every complete subtree), and the signed heads. Where entry and hash disagree, the entry is named. Where all
hashes were forged to fit, only a head can tell, and what is named lies between the last head that holds and the first
that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from jingwei.kernel import merkle
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import PRIVATE, payload_digest
from jingwei.kernel.problems import Problem

Code = Literal["altered", "deleted", "inserted", "reordered", "rewritten", "hashes", "payload", "signature"]
ERASURE = b'"kind":"person.erased"'

SAID: dict[Code, Text] = {
    "altered": Text("条目被改动", "altered"),
    "deleted": Text("条目被删除", "deleted"),
    "inserted": Text("条目是后来插入的", "inserted"),
    "reordered": Text("条目被调换了位置", "moved from its place"),
    "rewritten": Text("历史被改写：与已签名的树头不符", "rewritten: contradicts a signed head"),
    "hashes": Text("存下的哈希受损，条目本身完好", "stored hashes are damaged; the entries themselves are as signed"),
    "payload": Text("另存的内容被改动或丢失", "what is kept beside it was altered or taken away"),
    "signature": Text("树头的签名无效", "the signature on a head does not hold"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was done to the entries from ``first`` to ``last``; one entry when the hashes allow to say which."""

    code: Code
    first: int
    last: int

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "first": self.first, "last": self.last}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a verification.

    size, root : of the entries as they are now; root in hexadecimal
    findings : the first of each sort, the one that names the earliest entry first
    holding : size of the newest head that holds; 0 when none does
    """

    size: int
    root: str
    findings: tuple[Finding, ...]
    holding: int
    heads: int

    @property
    def holds(self) -> bool:
        return not self.findings


class Payload(NamedTuple):
    """A row beside an entry. ``salt`` and ``content`` are None once it was erased."""

    position: int
    pseudonym: str
    salt: bytes | None
    content: bytes | None


class Record(Protocol):
    """A ledger to be verified, from a store or from a file."""

    def entries(self) -> Iterator[tuple[int, bytes]]: ...
    def tile(self, level: int, number: int) -> bytes | None: ...
    def edge(self, level: int) -> dict[int, bytes]: ...
    def heads(self) -> Sequence[Head]: ...
    def payloads(self) -> Iterator[Payload] | None: ...


@dataclass
class _Seen:
    """What one pass over the entries has found so far."""

    growing: merkle.Growing = field(default_factory=merkle.Growing)
    rows: int = 0
    gap: Finding | None = None
    differing: tuple[int, bytes] | None = None
    inner: Finding | None = None
    payload: Finding | None = None
    roots: list[bytes] = field(default_factory=list)


def verify(record: Record, trusted: Head | None = None) -> Verdict:
    """Recompute everything once, in order; memory does not grow with the entries.

    trusted : a head from outside, such as an old one that a neighbour co-signed; its signatures were checked by reading it
    """
    heads = sorted({(h.size, h.root): h for h in (*record.heads(), *([trusted] if trusted else []))}.values(), key=lambda h: h.size)
    seen, held, broken = _Seen(), list[Head](), list[Head]()
    waiting = [h for h in heads if h.size > 0]
    held += [h for h in heads if h.size == 0 and h.root == merkle.EMPTY.hex()]
    beside = _Beside(record.payloads())
    for number, group in groupby(record.entries(), key=lambda row: row[0] // merkle.TILE):
        rows = list(group)
        hashes = merkle.leaves(entry for _, entry in rows)
        _compare(seen, record, number, rows, hashes)
        seen.payload = seen.payload or beside.check(rows)
        while waiting and waiting[0].size <= seen.growing.size + len(rows):
            head = waiting.pop(0)
            root = seen.growing.with_more(hashes[:head.size - seen.growing.size]).root().hex()
            (held if root == head.root else broken).append(head)
        _grow(seen, record, number, hashes)
    return _conclude(record, seen, held, [*broken, *waiting], [h for h in heads if not _signed(h)], beside)


def _compare(seen: _Seen, record: Record, number: int, rows: list[tuple[int, bytes]], hashes: list[bytes]) -> None:
    """Note the first position that is not the next one, and the first entry whose hash is not the one kept for it."""
    start = number * merkle.TILE
    kept = _kept(record, number)
    if rows[0][0] == seen.rows == start and rows[-1][0] == start + len(rows) - 1 and hashes == kept:
        seen.rows += len(rows)
        return
    for (position, _), found in zip(rows, hashes, strict=True):
        if seen.gap is None and position != seen.rows:
            seen.gap = Finding("deleted", seen.rows, position - 1) if position > seen.rows else Finding("inserted", position, position)
        within = position - start
        if seen.differing is None and (within >= len(kept) or kept[within] != found):
            seen.differing = (position, found)
        seen.rows += 1


def _grow(seen: _Seen, record: Record, number: int, hashes: list[bytes]) -> None:
    """Add a tile's leaves to the tree, and hold the subtree hashes kept over them against it."""
    if len(hashes) != merkle.TILE or seen.growing.size % merkle.TILE:
        seen.growing.extend(hashes)
        return
    nodes = merkle.tile(hashes)
    kept = record.tile(0, number)
    if seen.inner is None and kept is not None and kept != b"".join(nodes):
        seen.inner = _inner(kept, nodes, 0, number)
    seen.roots.append(nodes[-1])
    seen.growing.add(merkle.HEIGHT, nodes[-1])


def _inner(kept: bytes, nodes: Sequence[bytes], level: int, number: int) -> Finding | None:
    """The lowest subtree whose hash is not the one kept; None when only leaves differ, which is told elsewhere."""
    for row in range(0 if level else 1, merkle.HEIGHT + 1):
        for index in range(merkle.TILE >> row):
            at = merkle.offset(row, index)
            if kept[merkle.HASH * at:merkle.HASH * (at + 1)] != nodes[at]:
                height = level * merkle.HEIGHT + row
                first = (number << (level + 1) * merkle.HEIGHT) + (index << height)
                return Finding("hashes", first, first + (1 << height) - 1)
    return None


def _upper(record: Record, roots: list[bytes]) -> Finding | None:
    """The first subtree above the tiles whose kept hash is not the one over the entries."""
    level = 1
    while roots:
        above = []
        for number in range(len(roots) // merkle.TILE):
            nodes = merkle.tile(roots[number * merkle.TILE:(number + 1) * merkle.TILE])
            kept = record.tile(level, number)
            if kept != b"".join(nodes):
                found = _inner(kept or b"", nodes, level, number)
                return found or Finding("hashes", 0, 0)
            above.append(nodes[-1])
        edge = record.edge(level)
        for number in range(len(above) * merkle.TILE, len(roots)):
            if edge.get(number) != roots[number]:
                width = merkle.TILE ** level
                return Finding("hashes", number * width, (number + 1) * width - 1)
        roots, level = above, level + 1
    return None


def _conclude(record: Record, seen: _Seen, held: list[Head], broken: list[Head], forged: list[Head], beside: _Beside) -> Verdict:
    leaves = _leaves(record)
    findings: list[Finding] = []
    holding = max((h.size for h in held), default=0)
    if seen.gap is not None:  # a row out of its place leaves a gap, but none is missing in the end
        findings.append(replace(seen.gap, code="reordered") if seen.rows == leaves else seen.gap)
    if seen.differing is not None:
        findings.append(_named(record, seen, leaves, holding))
    if not findings and leaves > seen.rows:
        findings.append(Finding("deleted", seen.rows, leaves - 1))
    if not findings and (inner := seen.inner or _upper(record, seen.roots)):
        findings.append(inner if inner.last < holding else replace(inner, code="altered"))
    if broken:
        worst = min(broken, key=lambda h: h.size)
        good = max((h.size for h in held if h.size <= worst.size), default=0)
        if worst.size > seen.rows and not findings:
            findings.append(Finding("deleted", seen.rows, worst.size - 1))
        elif not any(good <= f.first < worst.size for f in findings):
            findings.append(Finding("rewritten", min(good, worst.size - 1), worst.size - 1))
    if payload := seen.payload or beside.rest():
        findings.append(payload)
    findings += [Finding("signature", max(h.size - 1, 0), max(h.size - 1, 0)) for h in forged[:1]]
    findings.sort(key=lambda f: (f.first, f.last))
    return Verdict(seen.rows, seen.growing.root().hex(), tuple(findings), holding, len(held) + len(broken))


def _named(record: Record, seen: _Seen, leaves: int, holding: int) -> Finding:
    """What happened where entry and kept hash first disagree; the place is certain, the sort is the simplest that fits."""
    assert seen.differing is not None
    position, found = seen.differing
    one = Finding("altered", position, position)
    if position < holding:
        return replace(one, code="hashes")
    elsewhere = any(found in _kept(record, n) for n in range(-(-leaves // merkle.TILE)))
    if seen.rows > leaves and not elsewhere:
        return replace(one, code="inserted")
    if seen.rows < leaves and elsewhere:
        return replace(one, code="deleted", last=position + leaves - seen.rows - 1)
    return replace(one, code="reordered") if elsewhere else one


def _kept(record: Record, number: int) -> list[bytes]:
    """The leaf hashes kept for one tile's worth of positions, up to the first that is missing."""
    hashes = record.tile(0, number)
    if hashes is not None:
        return [hashes[at:at + merkle.HASH] for at in range(0, merkle.HASH * merkle.TILE, merkle.HASH)]
    edge, found = record.edge(0), list[bytes]()
    while (each := edge.get(number * merkle.TILE + len(found))) is not None and len(found) < merkle.TILE:
        found.append(each)
    return found


def _leaves(record: Record) -> int:
    """How many leaf hashes are kept."""
    number = 0
    while record.tile(0, number) is not None:
        number += 1
    return max((n + 1 for n in record.edge(0)), default=number * merkle.TILE)


def _signed(head: Head) -> bool:
    try:
        head.check()
    except Problem:
        return False
    return True


class _Beside:
    """Payload rows, held against the digests in the entries as both pass by."""

    def __init__(self, rows: Iterator[Payload] | None) -> None:
        self._known = rows is not None
        self._rows: Iterator[Payload] = rows or iter(())
        self._next: Payload | None = next(self._rows, None)
        self._erased: dict[str, int] = {}

    def check(self, rows: Iterable[tuple[int, bytes]]) -> Finding | None:
        """The first entry among these whose payloads are not what it says."""
        first: Finding | None = None
        for position, entry in rows if self._known else ():
            there: dict[str, Payload] = {}
            while self._next is not None and self._next.position <= position:
                there[self._next.pseudonym] = self._next
                self._next = next(self._rows, None)
            if ERASURE in entry:
                self._erased.pop(_json(entry).get("facts", {}).get("person", ""), None)
            if PRIVATE not in entry and not there:
                continue
            said = _json(entry).get("private", {})
            good = said.keys() == there.keys() and all(self._holds(row, said[name]) for name, row in there.items())
            if not good and first is None:
                first = Finding("payload", position, position)
        return first

    def rest(self) -> Finding | None:
        """What is left at the end: rows of no entry, and payloads that went without an erasure on the record."""
        left = [self._next.position] if self._next is not None else []
        at = min((*left, *self._erased.values()), default=None)
        return None if at is None else Finding("payload", at, at)

    def _holds(self, row: Payload, digest: str) -> bool:
        if row.salt is None or row.content is None:
            self._erased.setdefault(row.pseudonym, row.position)
            return row.salt is None and row.content is None
        return payload_digest(row.salt, row.content) == digest


def _json(entry: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(entry)
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}
