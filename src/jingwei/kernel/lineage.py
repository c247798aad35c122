"""What was made from what: the ledger's entries that name what they read and made, as a graph of datasets in their snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jingwei.kernel.ledger import Ledger

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

READS, MAKES = "reads", "makes"
"""Facts by which an entry says so: lists of ``dataset:snapshot``."""

USED = "result.made"
"""A result with files, such as an evaluation, that changed nothing but was made from datasets."""


@dataclass(frozen=True, slots=True, order=True)
class Stand:
    """A dataset as it stood: its name, and its snapshot or version; empty where that is not known."""

    dataset: str
    snapshot: str = ""

    @classmethod
    def of(cls, text: str) -> Stand:
        name, _, snapshot = text.rpartition(":")
        return cls(name or snapshot, snapshot if name else "")

    def __str__(self) -> str:
        return f"{self.dataset}:{self.snapshot}"


@dataclass(frozen=True, slots=True)
class Made:
    """One step. kind : of the entry; ``facts`` are all that it says."""

    at: datetime
    kind: str
    reads: tuple[Stand, ...]
    makes: tuple[Stand, ...]
    facts: Mapping[str, Any]
    entry: int

    @property
    def synthetic(self) -> bool:
        return self.facts.get("synthetic") is True

    @property
    def job(self) -> str:
        """What ran: the action where the entry names one."""
        return str(self.facts.get("action") or self.facts.get("job") or self.kind)


def told_of(snapshots: Mapping[str, str]) -> list[str]:
    """What was read, as facts; datasets that hold nothing are no source of anything."""
    return [f"{fact(name)}:{snapshot}" for name, snapshot in sorted(snapshots.items()) if snapshot != "empty"]


def fact(name: str) -> str:
    """A dataset's name as it may stand in an entry: itself when it is a code, else its digest."""
    return name if _CODE.fullmatch(name) else "sha256:" + sha256(name.encode()).hexdigest()


def steps(ledger: Ledger) -> list[Made]:
    """Every step on record, in order; none where there is no node yet."""
    from jingwei.kernel.told import with_fact

    if not ledger.store.exists():
        return []
    found = {e.position: e for name in (READS, MAKES) for e in with_fact(ledger, name)}
    return [Made(datetime.fromisoformat(e.at), e.kind, _stands(e.facts, READS), _stands(e.facts, MAKES), e.facts, p) for p, e in sorted(found.items())]


def _stands(facts: Mapping[str, Any], name: str) -> tuple[Stand, ...]:
    return tuple(Stand.of(str(text)) for text in facts.get(name) or ())


def behind(made: Iterable[Made], dataset: str) -> list[Made]:
    """The steps that a dataset comes from, its own and those of what they read, however far back; in order."""
    return _reached(list(made), dataset, lambda m: m.makes, lambda m: m.reads)


def onward(made: Iterable[Made], dataset: str) -> list[Made]:
    """The steps that used a dataset, or what was made of it; in order."""
    return _reached(list(made), dataset, lambda m: m.reads, lambda m: m.makes)


def _reached(made: list[Made], dataset: str, near: Any, far: Any) -> list[Made]:
    names, kept = {dataset}, dict[int, Made]()
    grown = True
    while grown:
        grown = False
        for one in made:
            if one.entry not in kept and any(s.dataset in names for s in near(one)):
                kept[one.entry] = one
                names |= {s.dataset for s in far(one)}
                grown = True
    return [kept[e] for e in sorted(kept)]
