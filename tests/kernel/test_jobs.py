"""A job is done once, by whoever is left to do it, and everybody sees the same of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jingwei.kernel.actions import Result
from jingwei.kernel.jobs import MOST_ATTEMPTS, MOST_WAITING, Ask, Cancelled, Job, Jobs, Step
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

ASK = Ask(("wells", "list"), {"depth": 3}, {}, "en", "2026-01-01T00:00:00+08:00", {"wells": "empty"})
A, B, C = (letter * 64 for letter in "abc")

WORKER = """
import sys, time
from pathlib import Path
from jingwei.kernel.actions import Result
from jingwei.kernel.jobs import Jobs

def perform(job, step):
    with step.progress("Digging", 10) as done:
        done(4)
        time.sleep(0.3)
        done(0)
        print("digging", flush=True)
        time.sleep(600)
    return Result("never", None)

Jobs(Path(sys.argv[1])).work(perform)
"""


def counted(job: Job, step: Step) -> Result:
    with step.progress("Counting", 3) as done:
        for _ in range(3):
            done()
    return Result("# three", [{"n": n} for n in range(3)], (Document("steps/a.csv", b"n\n1\n"), Document("井.svg", b"<svg/>")))


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "jobs")


def test_a_job_waits_runs_and_is_done_with_its_result_and_its_files(jobs):
    seen: list[str] = []

    def watched(job: Job, step: Step) -> Result:
        seen.append(jobs.find(A).status.state)
        assert job.files() == {"table": Document("wells.csv", b"name\na\n")}
        return counted(job, step)

    asked = Ask(ASK.action, ASK.given, {"table": "wells.csv"}, "en", ASK.at, ASK.snapshots)
    assert jobs.submit(A, asked, {"table": Document("wells.csv", b"name\na\n")}).status.state == "waiting"
    assert jobs.work(watched)
    job = jobs.find(A)
    assert (*seen, job.status.state, job.ask) == ("running", "done", asked)
    assert (job.status.label, job.status.total, job.status.attempts) == ("Counting", 3, 1)
    assert job.status.asked <= job.status.began <= job.status.ended
    assert (job.result().report, job.result().data) == ("# three", [{"n": 0}, {"n": 1}, {"n": 2}])
    assert job.documents() == {"steps/a.csv": 4, "井.svg": 6}
    assert job.document("井.svg") == Document("井.svg", b"<svg/>")
    assert job.document("../status.json") is None
    assert not jobs.work(watched)


def test_asking_twice_is_one_job_and_a_job_done_is_not_done_again(jobs):
    done: list[str] = []

    def perform(job: Job, step: Step) -> Result:
        done.append(job.id)
        return Result("", None)

    for _ in range(3):
        jobs.submit(A, ASK, {})
    while jobs.work(perform):
        pass
    assert jobs.submit(A, ASK, {}).status.state == "done"
    assert not jobs.work(perform)
    assert done == [A]


def test_jobs_are_done_in_the_order_they_were_asked_for(jobs):
    done: list[str] = []
    for name in (C, A, B):
        jobs.submit(name, ASK, {})
        time.sleep(0.01)
    while jobs.work(lambda job, step: done.append(job.id) or Result("", None)):
        pass
    assert done == [C, A, B]


def test_two_that_put_the_same_job_at_one_moment_put_one(jobs):
    threads = [threading.Thread(target=jobs.submit, args=(A, ASK, {"t": Document("t", b"x")})) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs.waiting() == [A]
    assert [p.name for p in jobs.folder.iterdir() if p.name not in ("open", A)] == []


def test_a_job_whose_worker_was_killed_is_taken_up_by_another(jobs):
    jobs.submit(A, ASK, {})
    with subprocess.Popen([sys.executable, "-c", WORKER, str(jobs.folder)], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout.readline() == "digging\n"
        at_work = jobs.find(A).status
        assert (at_work.state, at_work.label, at_work.done, at_work.total) == ("running", "Digging", 4, 10)
        assert not jobs.work(counted)  # somebody is at it
        os.kill(worker.pid, signal.SIGKILL)
    assert jobs.find(A).status.state == "running"
    assert jobs.work(counted)
    assert (jobs.find(A).status.state, jobs.find(A).status.attempts) == ("done", 2)


def test_a_job_that_kills_its_workers_is_not_given_to_more_of_them(jobs):
    jobs.submit(A, ASK, {})

    def deadly(job: Job, step: Step) -> Result:
        raise SystemExit

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            jobs.work(deadly)
    assert jobs.work(deadly)
    status = jobs.find(A).status
    assert (status.state, status.problem["title"]) == ("failed", "worker_lost")
    assert jobs.waiting() == []


def test_a_worker_that_died_between_the_last_two_strokes_leaves_nothing_to_do(jobs):
    jobs.submit(A, ASK, {})
    jobs.work(counted)
    (jobs.folder / "open" / A).touch()
    assert not jobs.work(counted)
    assert jobs.waiting() == []


def test_a_job_nobody_has_begun_is_cancelled_at_once_and_can_be_asked_for_again(jobs):
    jobs.submit(A, ASK, {})
    assert jobs.cancel(A).status.state == "cancelled"
    assert not jobs.work(counted)
    assert jobs.submit(A, ASK, {}).status.state == "waiting"
    assert jobs.work(counted)
    assert jobs.find(A).status.state == "done"
    assert jobs.cancel(A).status.state == "done"


def test_a_job_at_work_ends_at_its_next_step_when_it_is_cancelled(jobs):
    jobs.submit(A, ASK, {})
    reached: list[str] = []

    def perform(job: Job, step: Step) -> Result:
        with step.progress("Digging", 2) as done:
            done()
            assert not step.cancelled()
            assert jobs.cancel(A).status.state == "running"
            assert step.cancelled()
            reached.append("before")
            done()
            reached.append("after")
        return Result("", None)

    assert jobs.work(perform)
    assert (jobs.find(A).status.state, reached) == ("cancelled", ["before"])


def test_a_worker_that_must_end_leaves_its_job_to_another(tmp_path):
    ending = [False]
    jobs = Jobs(tmp_path / "jobs", closing=lambda: ending[0])
    jobs.submit(A, ASK, {})

    def perform(job: Job, step: Step) -> Result:
        ending[0] = True
        return counted(job, step)

    assert jobs.work(perform)
    assert (jobs.find(A).status.state, jobs.find(A).status.attempts, jobs.waiting()) == ("waiting", 0, [A])
    ending[0] = False
    assert jobs.work(counted)
    assert jobs.find(A).status.state == "done"


def test_what_goes_wrong_is_told_and_a_fault_of_the_program_is_not(jobs):
    def wrong(job: Job, step: Step) -> Result:
        raise Problem("too_deep", "no well is that deep", where="wells.csv, line 3", remedy="Ask for less.")

    def broken(job: Job, step: Step) -> Result:
        raise RuntimeError("secret")

    jobs.submit(A, ASK, {})
    assert jobs.work(wrong)
    assert jobs.find(A).status.problem == {"type": "problems/too_deep", "title": "too_deep", "detail": "no well is that deep",
                                           "instance": "wells.csv, line 3", "remedy": "Ask for less."}
    jobs.submit(B, ASK, {})
    with pytest.raises(RuntimeError):
        jobs.work(broken)
    assert jobs.find(B).status.state == "failed"
    assert "secret" not in str(jobs.find(B).status.problem)


def test_a_result_that_cannot_be_kept_is_a_fault_and_no_result(jobs):
    jobs.submit(A, ASK, {})
    with pytest.raises(ValueError, match="JSON"):
        jobs.work(lambda job, step: Result("", float("nan")))
    assert jobs.find(A).status.state == "failed"


def test_finished_jobs_beyond_the_room_go_those_that_ended_first_before_the_others(tmp_path):
    from datetime import datetime, timedelta

    now = [datetime.fromisoformat("2026-01-01T00:00:00+08:00")]
    jobs = Jobs(tmp_path / "jobs", room=25_000, clock=lambda: now[0])
    for name in (B, A, C):
        now[0] += timedelta(seconds=1)
        jobs.submit(name, ASK, {})
        jobs.work(lambda job, step: Result("", None, (Document("d", b"x" * 10_000),)))
    assert [jobs.find(name) is not None for name in (B, A, C)] == [False, True, True]
    jobs.submit(B, ASK, {})
    assert jobs.find(B).status.state == "waiting"


def test_a_job_larger_than_the_room_is_kept_while_it_is_the_last(tmp_path):
    jobs = Jobs(tmp_path / "jobs", room=10)
    jobs.submit(A, ASK, {})
    jobs.work(counted)
    assert jobs.find(A).status.state == "done"


def test_more_than_enough_waiting_jobs_are_refused(jobs):
    for n in range(MOST_WAITING):
        jobs.submit(f"{n:064x}", ASK, {})
    with pytest.raises(Problem, match="waiting"):
        jobs.submit(A, ASK, {})
    assert jobs.submit(f"{3:064x}", ASK, {}).status.state == "waiting"


@pytest.mark.parametrize("name", ["", "a", "../" + "a" * 61, "A" * 64, "a" * 65, "open"])
def test_what_is_not_a_jobs_name_is_no_job(jobs, name):
    jobs.submit(A, ASK, {})
    assert jobs.find(name) is None
    assert jobs.cancel(name) is None


def test_cancelled_work_says_so():
    assert Cancelled().code == "cancelled"
