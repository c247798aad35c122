"""Work asked for now and done later: rows of the node's store that any of its processes can read and any can take up.

The row says what was asked and where it stands; the files it was given and those that came of it lie in ``jobs/ID`` of the
workspace, written before the row that tells of them. Whoever works on a job holds its lock; a job that runs and is not held
lost its worker, and whoever finds it does it again.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from jingwei.kernel import job_records as records
from jingwei.kernel.actions import Progress, Result
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.files import write_whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.job_records import OPEN, Ask, Found, State, Status
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import Store
from jingwei.kernel.tables import Document

__all__ = ["OPEN", "Ask", "Cancelled", "Interrupted", "Job", "Jobs", "State", "Status", "Step"]

KEPT_BYTES = 256 * 2**20
MOST_WAITING = 200
MOST_ATTEMPTS = 3
"""A job that three workers did not outlive is not given to a fourth."""

TELLING = 0.2
"""Seconds between two notes of how far a job is, and between two looks whether anybody still wants it."""

LEAST_BYTES = 1024
"""What a finished job is counted as at the least, so that small ones stay bounded too."""

_ID = re.compile("[0-9a-f]{64}")


class Cancelled(Problem):
    """Nobody wants the result any more."""

    def __init__(self) -> None:
        super().__init__("cancelled", Text("工作已取消", "the job was cancelled"), remedy=Text("要做就再问一次。", "Ask again to have it done."))


class Interrupted(Exception):
    """The worker must end; another will do the job from the start."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stood when it was looked at.

    night : the day whose nightly work it belongs to, empty for what somebody asked for
    """

    id: str
    folder: Path
    ask: Ask
    status: Status
    night: str = ""

    def files(self) -> dict[str, Document]:
        """The files it was given, by field. Raises Problem ``lost_files``."""
        try:
            return {name: Document(called, (self.folder / "in" / name).read_bytes()) for name, called in self.ask.files.items()}
        except FileNotFoundError:
            raise Problem("lost_files", Text("交给它的文件已不在这个工作区", "the files it was given are gone from this workspace"),
                          remedy=Text("请重新发送。", "Send them again.")) from None

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

    store : holds the rows; created by the first job
    room : bytes of finished jobs to keep; those that ended longest ago go first
    closing : becomes true when this process must end; the job at work is then left to another
    """

    store: Store
    room: int = KEPT_BYTES
    clock: Clock = system_clock
    closing: Callable[[], bool] = field(default=lambda: False)

    @property
    def folder(self) -> Path:
        """Where the jobs' files are, a folder each."""
        return self.store.folder / "jobs"

    def submit(self, identity: str, ask: Ask, files: Mapping[str, Document], *, due: datetime | None = None, night: str = "",
               again: bool = True) -> Job:
        """The job of that name, new or as it stands; with ``again`` one that failed or was cancelled is to be done again.

        due : not to be begun before; now by default
        night : the day, of the node's own nightly work
        Raises Problem ``too_many_jobs``.
        """
        job = self.find(identity)
        if job is not None and (job.status.state in (*OPEN, "done") or not again):
            return job
        with self.store.write() as connection:
            records.lock(connection)
            now, found = self.clock(), records.find(connection, identity)
            if found is None and len(records.waiting(connection)) >= MOST_WAITING:
                raise Problem("too_many_jobs", Text(f"已有 {MOST_WAITING} 项工作在等", f"{MOST_WAITING} jobs are waiting"),
                              remedy=Text("等做完一些再问。", "Ask again when some are done."))
            self._put(self.folder / identity, files)
            if found is None:
                records.add(connection, identity, ask, night, now, due or now)
            elif self._job(found).status.state not in (*OPEN, "done"):  # else somebody else has just asked again
                records.again(connection, identity, now, due or now)
        return self._known(identity)

    def find(self, identity: str) -> Job | None:
        """The job of that name, if there is one."""
        if not _ID.fullmatch(identity) or not self.store.exists():
            return None
        with self.store.read() as connection:
            found = records.find(connection, identity)
        return None if found is None else self._job(found)

    def listed(self, *, night: str | None = None, states: tuple[State, ...] = (), most: int = 1_000) -> list[Job]:
        """The jobs of a night in their order; or of all, the newest first, those of these states. Files are not looked for."""
        if not self.store.exists():
            return []
        with self.store.read() as connection:
            return [self._job(found, whole=True) for found in records.listed(connection, night=night, states=states, most=most)]

    def cancel(self, identity: str) -> Job | None:
        """Let a job that is not finished be. One at work ends at its next step, or at one a fifth of a second later."""
        job = self.find(identity)
        if job is None or job.status.state not in OPEN:
            return job
        with self.store.write() as connection:
            records.let_be(connection, identity, self.clock())
        job = self._known(identity)
        if job.status.state == "running":
            with self._alone(identity) as mine:
                if mine:  # nobody is at work on it
                    self._end(job, "cancelled")
        return self.find(identity)

    def waiting(self) -> list[str]:
        """Names of the jobs that are not finished, those due first at the head."""
        return self._waiting(None)

    def work(self, perform: Perform, only: str = "") -> bool:
        """Do the first job that is due and nobody is at work on, or ``only`` that one. False when there is none."""
        return any(self._work(name, perform) for name in self._waiting(self.clock()) if only in ("", name))

    def _waiting(self, by: datetime | None) -> list[str]:
        if not self.store.exists():
            return []
        with self.store.read() as connection:
            return records.waiting(connection, by)

    def _alone(self, identity: str) -> AbstractContextManager[bool]:
        return self.store.alone(f"jobs/{identity}/lock")

    def _work(self, name: str, perform: Perform) -> bool:
        with self._alone(name) as mine:
            job = self._claimed(name) if mine else None
            if job is None:
                return False
            self._perform(job, perform)
            return True

    def _claimed(self, identity: str) -> Job | None:
        """The job, with one attempt more; a job that was done, dropped or put off in between is none."""
        with self.store.write() as connection:
            now = self.clock()
            found = records.claim(connection, identity, now)
            if found is None:
                return None
            job = self._job(found)
            status = msgspec.structs.replace(job.status, state="running", began=now.isoformat(), attempts=job.status.attempts + 1,
                                             done=0, total=0, label="")
            records.begin(connection, identity, status.attempts, now)
            return replace(job, status=status)

    def _perform(self, job: Job, perform: Perform) -> None:
        if job.status.attempts > MOST_ATTEMPTS:
            lost = Problem("worker_lost",
                           Text(f"先后有 {MOST_ATTEMPTS} 个工作进程因它退出", f"{MOST_ATTEMPTS} workers died over it"),
                           remedy=Text("请少要一些，或告诉管理本节点的人。", "Ask for less, or tell whoever runs this node."))
            self._end(job, "failed", lost)
            return
        step = self._step(job)
        try:
            if step.cancelled():
                raise Cancelled
            size = self._keep(job.folder, perform(job, step))
        except Cancelled:
            self._end(job, "cancelled")
        except Interrupted:
            self._tell(job, state="waiting", attempts=job.status.attempts - 1)
        except Problem as problem:
            self._end(job, "failed", problem)
        except Exception:
            self._end(job, "failed", Problem("internal_error",
                                             Text("程序出了错，日志里有经过", "the program failed; its log says how"),
                                             remedy=Text("请告诉管理本节点的人。", "Tell whoever runs this node.")))
            raise
        else:
            self._end(job, "done", size=size)
            self._make_room()

    def _step(self, job: Job) -> Step:
        unwanted = [False]

        def cancelled() -> bool:
            with self.store.read() as connection:
                unwanted[0] = unwanted[0] or records.unwanted(connection, job.id)
            return unwanted[0]

        @contextmanager
        def progress(label: str, total: int) -> Iterator[Progress]:
            so_far, told = 0, monotonic()
            if cancelled():
                raise Cancelled
            self._note(job, label=label[:200], total=total, done=0)

            def step(done: int = 1) -> None:
                nonlocal so_far, told
                so_far += done
                if self.closing():
                    raise Interrupted
                late = monotonic() - told >= TELLING
                if unwanted[0] or (late and cancelled()):
                    raise Cancelled
                if late:
                    told = monotonic()
                    self._note(job, label=label[:200], total=total, done=so_far)

            yield step

        return Step(progress, cancelled)

    def _note(self, job: Job, **values: Any) -> None:
        with suppress(Problem):  # while another writes for long; how far a job is may be told later
            self._tell(job, **values)

    def _tell(self, job: Job, **values: Any) -> None:
        with self.store.write() as connection:
            records.tell(connection, job.id, job.status.attempts, values)

    def _end(self, job: Job, state: State, problem: Problem | None = None, *, size: int = 0) -> None:
        told = {} if problem is None else problem.kept()
        given = sum(path.stat().st_size for path in (job.folder / "in").glob("*"))
        self._tell(job, state=state, ended=self.clock(), problem=msgspec.json.encode(told), bytes=max(LEAST_BYTES, size + given))

    def _put(self, home: Path, files: Mapping[str, Document]) -> None:
        (home / "in").mkdir(parents=True, exist_ok=True)
        for name, document in files.items():
            write_whole(home / "in" / name, document.content)

    def _keep(self, home: Path, result: Result) -> int:
        """What came of it, on the disk; returns its bytes."""
        kept = json.dumps({"report": result.report, "data": result.data, "holds": result.holds,
                           "documents": [d.name for d in result.documents]}, ensure_ascii=False, allow_nan=False).encode()
        (home / "out").mkdir(parents=True, exist_ok=True)
        for n, document in enumerate(result.documents):
            write_whole(home / "out" / str(n), document.content)
        write_whole(home / "result.json", kept)
        return len(kept) + sum(len(document.content) for document in result.documents)

    def _make_room(self) -> None:
        """Drop what ended longest ago; the one that ended last stays, however large it is."""
        shutil.rmtree(self.folder / "open", ignore_errors=True)  # of the layout before the store had them
        with self.store.read() as connection:
            found = records.ended(connection)
        total = sum(size for _, size in found)
        for name, size in found[:-1]:
            if total <= self.room:
                return
            total -= size
            home = self.folder / name
            gone = home.with_name(f".{name}.gone")
            with self.store.write() as connection:
                records.lock(connection)
                if not records.drop(connection, name):  # asked for again, or another has dropped it
                    continue
                with suppress(OSError):
                    home.rename(gone)  # in one step: nobody ever reads half a job
            shutil.rmtree(gone, ignore_errors=True)

    def _job(self, found: Found, *, whole: bool = False) -> Job:
        """A job as it was found. One whose result is gone, as after a restore elsewhere, is one that failed."""
        name, night, ask, status = found
        home = self.folder / name
        if not whole and status.state == "done" and not (home / "result.json").exists():
            status = msgspec.structs.replace(status, state="failed", problem=Problem(
                "lost_files", Text("它的结果已不在这个工作区", "its result is gone from this workspace"),
                remedy=Text("请再问一次。", "Ask again.")).kept())
        return Job(name, home, ask, status, night)

    def _known(self, identity: str) -> Job:
        found = self.find(identity)
        assert found is not None
        return found
