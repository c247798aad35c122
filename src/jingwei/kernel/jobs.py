"""Work asked for now and done later, as files that any process of the node can read and any can take up.

A job is a folder: ``ask.json`` and ``in/`` say what was asked, ``status.json`` where it stands, ``result.json`` and ``out/``
what came of it. Whoever works on it holds the lock on its ``lock``; a job that runs and is not held lost its worker, and
whoever finds it does it again. ``open/`` holds the names of the jobs that are not finished.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import msgspec

from jingwei.kernel.actions import Progress, Result
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.files import held, write_whole
from jingwei.kernel.i18n import Language
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("waiting", "running")

KEPT_BYTES = 256 * 2**20
MOST_WAITING = 200
MOST_ATTEMPTS = 3
"""A job that three workers did not outlive is not given to a fourth."""

TELLING = 0.2
"""Seconds between two notes of how far a job is."""

_ID = re.compile("[0-9a-f]{64}")


class Cancelled(Problem):
    """Nobody wants the result any more."""

    def __init__(self) -> None:
        super().__init__("cancelled", "the job was cancelled", remedy="Ask again to have it done.")


class Interrupted(Exception):
    """The worker must end; another will do the job from the start."""


class Ask(msgspec.Struct, frozen=True):
    """What was asked: an action by its path, its plain input, and the files in ``in/`` by field with their names.

    at, snapshots : the instant and the state of the lake it was asked of
    """

    action: tuple[str, ...]
    given: dict[str, Any]
    files: dict[str, str]
    language: Language
    at: str
    snapshots: dict[str, str]


class Status(msgspec.Struct, frozen=True):
    """Where a job stands. Times as ISO 8601, empty when not yet; ``done`` of ``total`` steps of ``label``."""

    state: State
    asked: str
    began: str = ""
    ended: str = ""
    done: int = 0
    total: int = 0
    label: str = ""
    attempts: int = 0
    problem: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stood when it was looked at."""

    id: str
    folder: Path
    ask: Ask
    status: Status

    def files(self) -> dict[str, Document]:
        """The files it was given, by field."""
        return {name: Document(called, (self.folder / "in" / name).read_bytes()) for name, called in self.ask.files.items()}

    def result(self) -> Result:
        """What came of it, without its documents. Only of a job that is done."""
        kept = json.loads((self.folder / "result.json").read_bytes())
        return Result(kept["report"], kept["data"], holds=kept["holds"])

    def documents(self) -> dict[str, int]:
        """Names and bytes of the documents that came of it, in their order."""
        if self.status.state != "done":
            return {}
        names: list[str] = json.loads((self.folder / "result.json").read_bytes())["documents"]
        return {name: (self.folder / "out" / str(n)).stat().st_size for n, name in enumerate(names)}

    def document(self, name: str) -> Document | None:
        """One of them."""
        names = list(self.documents())
        return Document(name, (self.folder / "out" / str(names.index(name))).read_bytes()) if name in names else None


@dataclass(frozen=True, slots=True)
class Step:
    """What a worker is given to tell of its work: the two ends of ``Context.progress`` and ``Context.cancelled``."""

    progress: Callable[[str, int], Any]
    cancelled: Callable[[], bool]


Perform = Callable[[Job, Step], Result]


@dataclass(slots=True)
class Jobs:
    """The jobs of one node. Any number of threads and processes may ask, work and cancel.

    room : bytes of finished jobs to keep; those that ended longest ago go first
    closing : becomes true when this process must end; the job at work is then left to another
    """

    folder: Path
    room: int = KEPT_BYTES
    clock: Clock = system_clock
    closing: Callable[[], bool] = field(default=lambda: False)

    def submit(self, identity: str, ask: Ask, files: Mapping[str, Document]) -> Job:
        """The job of that name, new or as it stands; one that failed or was cancelled is to be done again.

        Raises Problem ``too_many_jobs``.
        """
        home = self.folder / identity
        job = self.find(identity)
        if job is None:
            if len(self.waiting()) >= MOST_WAITING:
                raise Problem("too_many_jobs", f"{MOST_WAITING} jobs are waiting", remedy="Ask again when some are done.")
            self._put(home, ask, files)
        elif job.status.state not in (*OPEN, "done"):
            with held(home / "lock", wait=False) as mine:  # else somebody else has just asked again, and it is at work
                if mine and job == self.find(identity):
                    (home / "cancel").unlink(missing_ok=True)
                    self._tell(home, Status("waiting", self._now()))
        else:
            return job
        found = self.find(identity)
        assert found is not None
        return found

    def find(self, identity: str) -> Job | None:
        """The job of that name, if there is one."""
        home = self.folder / identity
        if not _ID.fullmatch(identity):
            return None
        try:
            return Job(identity, home, msgspec.json.decode((home / "ask.json").read_bytes(), type=Ask),
                       msgspec.json.decode((home / "status.json").read_bytes(), type=Status))
        except FileNotFoundError:
            return None

    def cancel(self, identity: str) -> Job | None:
        """Let a job that is not finished be. One at work ends at its next step."""
        job = self.find(identity)
        if job is None or job.status.state not in OPEN:
            return job
        (job.folder / "cancel").touch()
        with held(job.folder / "lock", wait=False) as mine:
            if mine:  # nobody is at work on it
                self._end(job, "cancelled")
        return self.find(identity)

    def waiting(self) -> list[str]:
        """Names of the jobs that are not finished, those asked for first at the head."""
        try:
            marks = [(mark.stat().st_mtime_ns, mark.name) for mark in os.scandir(self.folder / "open")]
        except FileNotFoundError:
            return []
        return [name for _, name in sorted(marks)]

    def work(self, perform: Perform) -> bool:
        """Do the first job nobody is at work on. False when there is none."""
        return any(self._work(name, perform) for name in self.waiting())

    def _work(self, name: str, perform: Perform) -> bool:
        try:
            with held(self.folder / name / "lock", wait=False) as mine:
                job = self.find(name) if mine else None
                if job is None:
                    return False
                if job.status.state not in OPEN:  # its worker died between the last two strokes
                    self._mark(name).unlink(missing_ok=True)
                    return False
                self._perform(job, perform)
                return True
        except FileNotFoundError:  # dropped in between
            self._mark(name).unlink(missing_ok=True)
            return False

    def _perform(self, job: Job, perform: Perform) -> None:
        attempts = job.status.attempts + 1
        if attempts > MOST_ATTEMPTS:
            lost = Problem("worker_lost", f"{MOST_ATTEMPTS} workers died over it", remedy="Ask for less, or tell whoever runs this node.")
            self._end(job, "failed", lost)
            return
        job = Job(job.id, job.folder, job.ask, msgspec.structs.replace(
            job.status, state="running", began=self._now(), attempts=attempts, done=0, total=0, label=""))
        self._tell(job.folder, job.status)
        try:
            if (job.folder / "cancel").exists():
                raise Cancelled
            result = perform(job, self._step(job))
            self._keep(job.folder, result)
        except Cancelled:
            self._end(job, "cancelled")
        except Interrupted:
            self._tell(job.folder, msgspec.structs.replace(job.status, state="waiting", attempts=attempts - 1))
        except Problem as problem:
            self._end(job, "failed", problem)
        except Exception:
            self._end(job, "failed", Problem("internal_error", "the program failed; its log says how",
                                             remedy="Tell whoever runs this node."))
            raise
        else:
            self._end(job, "done")
            self._make_room()

    def _step(self, job: Job) -> Step:
        def cancelled() -> bool:
            return (job.folder / "cancel").exists()

        @contextmanager
        def progress(label: str, total: int) -> Iterator[Progress]:
            so_far, told = 0, monotonic()
            self._tell(job.folder, msgspec.structs.replace(job.status, label=label, total=total))

            def step(done: int = 1) -> None:
                nonlocal so_far, told
                so_far += done
                if cancelled():
                    raise Cancelled
                if self.closing():
                    raise Interrupted
                if monotonic() - told >= TELLING:
                    told = monotonic()
                    self._tell(job.folder, msgspec.structs.replace(job.status, label=label, total=total, done=so_far))

            yield step

        return Step(progress, cancelled)

    def _put(self, home: Path, ask: Ask, files: Mapping[str, Document]) -> None:
        """A new folder appears whole; when two put the same, one does."""
        beside = self.folder / f".{home.name}.{os.urandom(8).hex()}"
        (beside / "in").mkdir(parents=True)
        for name, document in files.items():
            write_whole(beside / "in" / name, document.content)
        write_whole(beside / "ask.json", msgspec.json.encode(ask))
        self._tell(beside, Status("waiting", self._now()), mark=False)
        try:
            beside.rename(home)
        except OSError:  # another was first
            shutil.rmtree(beside)
        self._mark(home.name).touch()

    def _tell(self, home: Path, status: Status, *, mark: bool = True) -> None:
        write_whole(home / "status.json", msgspec.json.encode(status))
        if mark and status.state in OPEN:
            self._mark(home.name).touch()

    def _end(self, job: Job, state: State, problem: Problem | None = None) -> None:
        told = {} if problem is None else problem.to_json()
        now = self.find(job.id)
        self._tell(job.folder, msgspec.structs.replace((now or job).status, state=state, ended=self._now(), problem=told))
        self._mark(job.id).unlink(missing_ok=True)

    def _mark(self, name: str) -> Path:
        (self.folder / "open").mkdir(parents=True, exist_ok=True)
        return self.folder / "open" / name

    def _keep(self, home: Path, result: Result) -> None:
        (home / "out").mkdir(exist_ok=True)
        for n, document in enumerate(result.documents):
            write_whole(home / "out" / str(n), document.content)
        kept = {"report": result.report, "data": result.data, "holds": result.holds,
                "documents": [d.name for d in result.documents]}
        write_whole(home / "result.json", json.dumps(kept, ensure_ascii=False, allow_nan=False).encode())

    def _make_room(self) -> None:
        """Drop what ended longest ago; the one that ended last stays, however large it is."""
        ended = sorted((j.status.ended, j.id, j.folder) for j in map(self.find, self._names()) if j and j.status.state not in OPEN)
        sizes = [_bytes(folder) for *_, folder in ended]
        total = sum(sizes)
        for (*_, folder), size in zip(ended[:-1], sizes, strict=False):
            if total <= self.room:
                return
            gone = folder.with_name(f".{folder.name}.gone")
            try:
                folder.rename(gone)  # in one step: nobody ever reads half a job
            except OSError:  # another is at it
                continue
            shutil.rmtree(gone, ignore_errors=True)
            total -= size

    def _names(self) -> Sequence[str]:
        return [entry.name for entry in os.scandir(self.folder) if _ID.fullmatch(entry.name)]

    def _now(self) -> str:
        return self.clock().isoformat()


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
