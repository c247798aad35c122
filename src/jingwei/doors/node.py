"""One node as its doors see it: the state of its figures today, and what was worked out of that state."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jingwei.doors.health import STATES
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.i18n import Language
from jingwei.kernel.lake import EMPTY
from jingwei.kernel.memory import Memory
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.receipts import code_version
from jingwei.kernel.workspace import Workspace

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class State:
    """The program, the figures and the day: whatever is answered from them is the same in every process.

    key : digest of it all, and of how long the ledger is: duties and matters are what it says
    instant : the beginning of the day
    snapshots : lake snapshots by dataset; a dataset not there is empty and stays so
    """

    key: str
    instant: datetime
    snapshots: Mapping[str, str]
    memory: Memory = field(default_factory=Memory, compare=False)


class Node:
    """A workspace being asked. Any number of threads may ask; what is known of a state goes with the state."""

    def __init__(self, workspace: Workspace, *, clock: Clock = system_clock) -> None:
        self.workspace = Workspace(workspace.folder.resolve())
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[Signature, datetime] | None = None
        self._state: State | None = None
        self._figures = ""

    def now(self) -> State:
        """The present state. Cheap: files are read only when one has changed."""
        instant = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        seen = ((*self._signature(), *self._record()), instant)
        state = self._state
        if state is not None and seen == self._seen:
            return state
        with self._lock:
            if self._state is None or seen != self._seen:
                snapshots = self._snapshots()
                told = "\n".join((code_version(), instant.date().isoformat(), *(f"{n} {s}" for n, s in snapshots.items())))
                key = hashlib.sha256(f"{told}\n{self._entries()}".encode()).hexdigest()[:32]
                if self._state is None or key != self._state.key:
                    kept = self._state.memory if self._state and told == self._figures else Memory()
                    self._state, self._figures = State(key, instant, Snapshots(snapshots), kept), told  # an entry changes no figure
                    STATES.inc()
                self._seen = seen
            return self._state

    def context(self, state: State, language: Language) -> Context:
        """The world an answer to anybody is made in."""
        return Context(self.workspace, language, clock=lambda: state.instant, principal=ANONYMOUS,
                       pinned=state.snapshots, memory=state.memory)

    def _signature(self) -> Signature:
        found = []
        try:
            with os.scandir(self.workspace.folder / "lake") as entries:
                for entry in entries:
                    try:
                        at = Path(entry.path, "current").stat()
                    except OSError:
                        continue
                    found.append((entry.name, at.st_mtime_ns, at.st_ino))
        except OSError:
            return ()
        return tuple(sorted(found))

    def _record(self) -> Signature:
        """What changes when the ledger does: SQLite's files, or its length where it is on a server."""
        if self.workspace.settings.store.url:
            return (("ledger", self._entries(), 0),)
        found = []
        for name in ("store.db", "store.db-wal"):
            try:
                at = (self.workspace.folder / name).stat()
            except OSError:
                continue
            found.append((name, at.st_mtime_ns, at.st_size))
        return tuple(found)

    def _entries(self) -> int:
        """How long the ledger is; a node that keeps none has none, and asking makes none."""
        store = self.workspace.settings.store.url or (self.workspace.folder / "store.db").exists()
        return self.workspace.ledger.size() if store else 0

    def _snapshots(self) -> dict[str, str]:
        found = {}
        for current in sorted((self.workspace.folder / "lake").glob("*/current")):
            found[current.parent.name] = current.read_text().strip()
        return found


class Snapshots(Mapping[str, str]):
    """Snapshots by dataset as they were when the question was asked: a dataset not there then stays empty."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = found

    def __getitem__(self, dataset: str) -> str:
        return self._found.get(dataset, EMPTY.id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
