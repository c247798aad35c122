"""Where every door hands its questions in: answered now, or later as a job; what must be worked out is rationed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from jingwei import plan
from jingwei.coordination.jobs.nightly import Nights, fire_timers, perform
from jingwei.doors.answers import ONE_AT_A_TIME, Answers, Question
from jingwei.doors.asked import Refused
from jingwei.doors.guard import Bucket
from jingwei.doors.health import ANSWERS
from jingwei.doors.node import Snapshots
from jingwei.doors.projection import inputs
from jingwei.kernel.actions import Action, Context, Result, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.jobs import OPEN, Ask, Job, Jobs, Step
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import describe
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

COSTLY_A_MINUTE = 120
COSTLY_AT_ONCE = 120
NIGHTFALL = 5.0
"""Seconds between two looks whether a night has begun."""

PAUSE = 0.5
"""Seconds between two looks for jobs another process put down or dropped."""


class Desk:
    """The desk of one worker; the jobs on it are those of the whole node.

    actions : those jobs may be for, all of the plan's by default
    nightly : whether the node's own nightly work is begun from here
    costs : how many questions nobody asked before one asker may put; each worker rations for itself
    """

    def __init__(self, workspace: Workspace, *, actions: Iterable[Action] | None = None, answers: Answers | None = None,
                 costs: Bucket | None = None, jobs: Jobs | None = None, nightly: bool = False) -> None:
        self.workspace = Workspace(workspace.folder.resolve())
        self._actions = {a.path: a for a in (
            (a for p in plan.pillars() for a in p.actions) if actions is None else actions)}
        self.answers = answers or Answers(workspace)
        self.jobs = jobs or Jobs(self.workspace.store)
        self._nights = Nights(self.workspace, self.jobs) if nightly else None
        self._costs = costs or Bucket(COSTLY_A_MINUTE, COSTLY_AT_ONCE)
        self._called = threading.Event()
        self._closing = threading.Event()
        self._worker: threading.Thread | None = None
        self._lock = threading.Lock()
        self._look_at, self._said = 0.0, set[str]()
        self.jobs.closing = self._closing.is_set

    def now(self, question: Question, asker: str) -> Result:
        """The answer. Raises Refused (429) when it must be worked out and the asker has asked for too much."""
        there = self.answers.has(question)
        if not there:
            self.ration(asker)
        ANSWERS.labels("kept" if there else "made").inc()
        return self.answers.answer(question)

    def later(self, question: Question, files: Mapping[str, Document], asker: str) -> Job:
        """A job for the question: the same one however often it is asked. Raises Refused (429).

        files : the files of the question by field, as they were sent
        """
        self.workspace.establish()
        if self.jobs.find(question.key) is None:
            self.ration(asker)
        plain, _ = describe(question.given)
        ask = Ask(question.action.path, plain, {name: document.name for name, document in files.items()},
                  question.language, question.state.instant.isoformat(), dict(question.state.snapshots))
        try:
            job = self.jobs.submit(question.key, ask, files)
        except Problem as problem:
            if problem.code != "too_many_jobs":
                raise
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, problem.code, problem.what, remedy=problem.remedy,
                          headers={"Retry-After": "60"}) from None
        self.begin()
        self._called.set()
        return job

    def find(self, identity: str) -> Job | None:
        """A job somebody asked for at a door. The node's own are nobody's to see by their names, which can be worked out."""
        job = self.jobs.find(identity)
        return None if job is None or job.night else job

    def settled(self, identity: str, patience: float) -> Job | None:
        """The job once it is finished, or as it stands after that many seconds."""
        until = time.monotonic() + patience
        job = self.jobs.find(identity)
        while job and job.status.state in OPEN and time.monotonic() < until:
            time.sleep(0.05)
            job = self.jobs.find(identity)
        return job

    def begin(self) -> None:
        """Start doing jobs: those put down here, and those other processes put down or lost."""
        with self._lock:
            if self._worker is None and not self._closing.is_set():
                self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
                self._worker.start()

    def close(self) -> None:
        """Do no more jobs. The one at work goes back at its next step, or is taken up by others when this process is gone."""
        self._closing.set()
        self._called.set()
        if self._worker is not None:
            self._worker.join(timeout=5)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self._nightfall()
                busy = self.jobs.work(self._perform)
            except Problem as problem:  # such as a store another program is upgrading
                self._warn("jobs are not done", problem)
                busy = False
            except Exception:
                logging.getLogger(__name__).exception("a job failed")
                busy = False
            if not busy:
                self._called.wait(PAUSE)
                self._called.clear()

    def _nightfall(self) -> None:
        """What keeps a night from beginning, such as a setting that cannot be, keeps no other job from being done."""
        if self._nights is None or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + NIGHTFALL
        try:
            self._nights.look()
            fire_timers(self.workspace, self.jobs.clock)
        except Problem as problem:
            self._warn("the night's work was not begun", problem)

    def _warn(self, what: str, problem: Problem) -> None:
        """Once, however often it is met with."""
        if (said := f"{what}: {problem}") not in self._said:
            self._said.add(said)
            logging.getLogger(__name__).warning(said)

    def _perform(self, job: Job, step: Step) -> Result:
        if job.night:
            with ONE_AT_A_TIME:
                return perform(self.workspace, job, step, self.jobs.clock)
        action = self._actions.get(job.ask.action)
        if action is None:
            name = " ".join(job.ask.action)
            raise Problem("unknown_action", Text(f"没有 {name} 这件事可做", f"there is no action {name}"),
                          remedy=Text("请按现在的程序再问一次。", "Ask the present program."))
        instant = datetime.fromisoformat(job.ask.at)
        context = Context(self.workspace, job.ask.language, clock=lambda: instant, principal=ANONYMOUS,
                          pinned=Snapshots(job.ask.snapshots), progress=step.progress, cancelled=step.cancelled)
        given = _restored(action.input, job.ask.given, job.files())
        with ONE_AT_A_TIME:
            return run(action, context, given)

    def ration(self, asker: str) -> None:
        """Raises Refused (429) when an address asks for too much that must be worked out."""
        if wait := self._costs.take(asker):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", Text("短时间内问得太多", "too much was asked in a short time"),
                          remedy=Text(f"请过 {wait} 秒再问。答过的问题不计数。", f"Ask again in {wait} s. What was answered before costs nothing."),
                          headers={"Retry-After": str(wait)})


def _restored(kind: type, plain: Mapping[str, Any], files: Mapping[str, Document]) -> Any:
    """An action's input as it was when it was described."""
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    for name, wanted, _, _ in inputs(kind):
        if name in files:
            given[name] = Table.read(files[name]) if wanted is Table else files[name]
    return kind(**given)
