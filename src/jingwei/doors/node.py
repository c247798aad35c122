"""One node as its doors see it: the state of its figures today, and what was worked out of that state."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jingwei.doors.health import STATES
from jingwei.kernel import job_records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.i18n import Language
from jingwei.kernel.lake import EMPTY
from jingwei.kernel.memory import Memory
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.receipts import code_version
from jingwei.kernel.settings import FILE as SETTINGS
from jingwei.kernel.store import FILE
from jingwei.kernel.tiles import size_of
from jingwei.kernel.workspace import Workspace

Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class State:
    """The program, the figures, the record and the day: whatever is answered from them is the same in every process.

    key : digest of it all
    instant : the beginning of the day
    snapshots : lake snapshots by dataset; a dataset not there is empty and stays so
    entries : of the ledger, which tells of every change of the store
    invented : whether some of what is on record is: a synthetic event, or a node set up to show how things would be
    memory : of what was worked out of the figures alone; it outlasts a new entry
    """

    key: str
    instant: datetime
    snapshots: Mapping[str, str]
    entries: int = 0
    invented: bool = False
    memory: Memory = field(default_factory=Memory, compare=False)


class Node:
    """A workspace being asked. Any number of threads may ask; what is known of a state goes with the state."""

    def __init__(self, workspace: Workspace, *, clock: Clock = system_clock) -> None:
        self.workspace = Workspace(workspace.folder.resolve())
        self._watched = [(file, str(self.workspace.folder / file)) for file in (FILE, f"{FILE}-wal", SETTINGS)]
        self._lake_folder = str(self.workspace.folder / "lake")
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[Signature, datetime] | None = None
        self._state: State | None = None
        self._lake: tuple[Any, ...] = ()
        self._remote: bool | None = None
        self._searched = 0
        self._synthetic = False

    def now(self) -> State:
        """The present state. Cheap: files are read only when one has changed."""
        instant = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        seen = (self._signature(), instant)
        state = self._state
        if state is not None and seen == self._seen:
            return state
        with self._lock:
            if self._state is None or seen != self._seen:
                snapshots, (entries, nights) = self._snapshots(), self._recorded()
                invented = self._invented(entries)
                lake = (instant.date(), *snapshots.items())
                told = "\n".join((code_version(), repr(lake), str(entries), str(nights), str(invented)))
                key = hashlib.sha256(told.encode()).hexdigest()[:32]
                if self._state is None or key != self._state.key:
                    memory = self._state.memory if self._state is not None and lake == self._lake else Memory()
                    self._state, self._lake = State(key, instant, Snapshots(snapshots), entries, invented, memory), lake
                    STATES.inc()
                self._seen = seen
            return self._state

    def context(self, state: State, language: Language, *, live: bool = False) -> Context:
        """The world an answer to anybody is made in; on its day, or with ``live`` at this very instant."""
        return Context(self.workspace, language, clock=self._clock if live else lambda: state.instant, principal=ANONYMOUS,
                       pinned=state.snapshots, memory=state.memory)

    def _signature(self) -> Signature:
        watched = list(self._watched)  # plain strings: every answer from memory comes by here
        with suppress(OSError), os.scandir(self._lake_folder) as entries:
            watched += [(entry.name, f"{entry.path}/current") for entry in entries]
        found = []
        for name, path in watched:
            try:
                at = os.stat(path)  # noqa: PTH116
            except OSError:
                continue
            found.append((name, at.st_mtime_ns, at.st_ino))
        if self._remote is None:
            self._remote = bool(self.workspace.settings.store.url)
        if self._remote:  # a server's record has no file to look at: its entries are counted once a second
            found.append(("server", int(time.monotonic()), 0))
        return tuple(sorted(found))

    def _recorded(self) -> tuple[int, tuple[int, int]]:
        """Entries of the ledger; and how far the nights' jobs are, which end after their last entry."""
        if not self.workspace.store.exists():
            return 0, (0, 0)
        with self.workspace.store.read() as connection:
            return size_of(connection), job_records.nights(connection)

    def _invented(self, entries: int) -> bool:
        """Each entry is looked at once; nothing makes an event that was recorded unrecorded, except a restored backup."""
        if entries < self._searched:
            self._searched, self._synthetic = 0, False
        if not self._synthetic and entries > self._searched:
            self._synthetic = self.workspace.ledger.holds(b'"synthetic":true', self._searched)
            self._searched = entries
        return self._synthetic or self.workspace.settings.demonstration

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
