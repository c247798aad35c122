"""Banks as the ledger keeps them: read by folding, changed by appending, and whose invented tables are whose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jingwei.foundations.data.banks.model import Answer, Criteria, Linking, Table, Version
from jingwei.kernel.actions import Context
from jingwei.kernel.ledger import Event
from jingwei.kernel.told import Told, told

ROOM = "bank"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a steward signed for a table: its grade with clause and grounds, or the basis of the right to hold it."""

    value: str
    clause: str
    grounds: str
    version: int
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Banks:
    """All banks. ``examined``: the last word of the gate on each table in each role; ``invented``: tables made up for exercises."""

    grades: Mapping[str, Signed] = field(default_factory=dict)
    rights: Mapping[str, Signed] = field(default_factory=dict)
    examined: Mapping[tuple[str, str, str], Table] = field(default_factory=dict)
    linkings: Mapping[str, Linking] = field(default_factory=dict)
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    invented: frozenset[str] = frozenset()

    def tables(self, bank: str) -> list[Table]:
        """Every table the gate has seen for a bank, the last seen first."""
        return sorted((t for t in self.examined.values() if t.bank == bank), key=lambda t: -t.entry)

    def admitted(self, bank: str) -> dict[str, Table]:
        """The table last admitted in each role."""
        return {t.role: t for t in reversed(self.tables(bank)) if not t.reasons}

    def linking(self, bank: str) -> Linking | None:
        """The last run over the tables now admitted; None when they were not linked yet."""
        reads = tuple(sorted(f"{t.dataset}:{t.snapshot}" for t in self.admitted(bank).values()))
        return next((k for k in sorted(self.linkings.values(), key=lambda k: -k.entry) if k.bank == bank and tuple(sorted(k.reads)) == reads), None)


def banks(context: Context) -> Banks:
    """As the ledger tells; nothing where there is no node yet."""
    if not context.workspace.ledger.store.exists():
        return Banks()
    return fold(told(context.workspace.ledger, ROOM))


def fold(events: Iterable[Told]) -> Banks:
    signed: dict[str, dict[str, Signed]] = {"graded": {}, "entitled": {}}
    examined: dict[tuple[str, str, str], Table] = {}
    linkings, versions, answers, invented = dict[str, Linking](), dict[str, tuple[Version, ...]](), dict[str, Answer](), set[str]()
    for event in events:
        kind, f, words = event.kind.partition(".")[2], event.facts, event.payload or {}
        at = datetime.fromisoformat(event.at)
        if kind in signed:
            signed[kind][f["dataset"]] = Signed(f.get("grade", "") or words.get("basis", ""), words.get("clause", ""), words.get("grounds", ""), f["version"], at,
                                                event.position)
        elif kind == "examined":
            table = Table(f["bank"], f["role"], f["dataset"], f["snapshot"], f["version"], at, tuple(f["reasons"]), f["grade"], f["quality"], f["synthetic"],
                          event.position)
            examined[table.bank, table.role, table.dataset] = table
        elif kind == "linked":
            linkings[f["run"]] = Linking(f["bank"], f["run"], tuple(f["reads"]), f["records"], f["entities"], f["pairs"], f["precision"],
                                         f["seed"], at, f["synthetic"], words.get("agreement"), event.position)
        elif kind == "published":
            files = dict(n.split(":", 1) for n in f["files"])
            versions[f["bank"]] = (*versions.get(f["bank"], ()), Version(f["bank"], f["number"], f["digest"], f["run"], tuple(f["reads"]), files, at, f["synthetic"],
                                                                         event.position))
        elif kind == "answered" and words:
            answers[f["answer"]] = Answer(f["bank"], f["answer"], f["run"], Criteria(tuple(words["topics"]), words["first"], words["last"]),
                                          tuple(map(tuple, words["levels"])), {tuple(c): n for *c, n in words["cells"]}, words["facts"], at, f["synthetic"], event.position)
        elif kind == "invented":
            invented.add(f["dataset"])
    return Banks(signed["graded"], signed["entitled"], examined, linkings, versions, answers, frozenset(invented))


def event(context: Context, kind: str, facts: Mapping[str, Any], words: Mapping[str, Any] | None = None, key: str | None = None) -> Event:
    about = facts.get("bank") or facts["dataset"]
    return Event(f"{ROOM}.{kind}", context.clock(), context.principal.id, facts, {f"{ROOM}:{about}": words} if words else {}, key)


@contextmanager
def changing(context: Context) -> Iterator[None]:
    """Everything read and recorded inside stands or falls together; a rehearsal records nothing."""
    if context.dry_run:
        yield
        return
    context.workspace.establish()
    with context.workspace.store.write_in_turn("banks"):
        yield


def record(context: Context, *events: Event) -> None:
    """Inside ``changing``."""
    if not context.dry_run:
        context.workspace.ledger.record(events)


def digest(*parts: str, length: int = 16) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
