"""A job is done once, by whoever is left to do it, and everybody sees the same of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from jingwei.kernel.actions import Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.jobs import MOST_ATTEMPTS, MOST_WAITING, Ask, Cancelled, Job, Jobs, Step
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import _migrate
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

ASK = Ask(("wells", "list"), {"depth": 3}, {}, "en", "2026-01-01T00:00:00+08:00", {"wells": "empty"})
A, B, C = (letter * 64 for letter in "abc")

WORKER = """
import sys, time
from pathlib import Path
from jingwei.kernel.actions import Result
from jingwei.kernel.jobs import Jobs
from jingwei.kernel.workspace import Workspace

def perform(job, step):
    with step.progress("Digging", 10) as done:
        done(4)
        time.sleep(0.3)
        done(0)
        print("digging", flush=True)
        time.sleep(600)
    return Result("never", None)

Jobs(Workspace(Path(sys.argv[1])).store).work(perform)
"""


def counted(job: Job, step: Step) -> Result:
    with step.progress("Counting", 3) as done:
        for _ in range(3):
            done()
    return Result("# three", [{"n": n} for n in range(3)], (Document("steps/a.csv", b"n\n1\n"), Document("井.svg", b"<svg/>")))


@pytest.fixture
def jobs(node: Workspace) -> Jobs:
    return Jobs(node.store)


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
    assert [p.name for p in jobs.folder.iterdir() if p.name != A] == []


def test_a_job_whose_worker_was_killed_is_taken_up_by_another(jobs):
    jobs.submit(A, ASK, {})
    with subprocess.Popen([sys.executable, "-c", WORKER, str(jobs.store.folder)], stdout=subprocess.PIPE, text=True) as worker:
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


def test_a_worker_that_died_with_the_answer_written_and_not_told_leaves_the_job_to_another(jobs, monkeypatch):
    jobs.submit(A, ASK, {})
    with monkeypatch.context() as dying:
        dying.setattr(Jobs, "_end", lambda *_, **__: sys.exit())
        with pytest.raises(SystemExit):
            jobs.work(counted)
    assert (jobs.folder / A / "result.json").exists()
    assert (jobs.find(A).status.state, jobs.waiting()) == ("running", [A])
    assert jobs.work(counted)
    assert (jobs.find(A).status.state, jobs.waiting()) == ("done", [])
    assert not jobs.work(counted)


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


def test_a_worker_that_must_end_leaves_its_job_to_another(node):
    ending = [False]
    jobs = Jobs(node.store, closing=lambda: ending[0])
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
        raise Problem("too_deep", Text("没有这么深的井", "no well is that deep"), where="wells.csv, line 3", remedy=Text("请少要一些。", "Ask for less."))

    def broken(job: Job, step: Step) -> Result:
        raise RuntimeError("secret")

    jobs.submit(A, ASK, {})
    assert jobs.work(wrong)
    assert jobs.find(A).status.problem == {"type": "problems/too_deep", "title": "too_deep", "detail": "no well is that deep",
                                           "instance": "wells.csv, line 3", "remedy": "Ask for less.",
                                               "detail_zh": "没有这么深的井", "instance_zh": "wells.csv, line 3", "remedy_zh": "请少要一些。"}
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


def test_finished_jobs_beyond_the_room_go_those_that_ended_first_before_the_others(node):
    now = [datetime.fromisoformat("2026-01-01T00:00:00+08:00")]
    jobs = Jobs(node.store, room=25_000, clock=lambda: now[0])
    for name in (B, A, C):
        now[0] += timedelta(seconds=1)
        jobs.submit(name, ASK, {})
        jobs.work(lambda job, step: Result("", None, (Document("d", b"x" * 10_000),)))
    assert [jobs.find(name) is not None for name in (B, A, C)] == [False, True, True]
    jobs.submit(B, ASK, {})
    assert jobs.find(B).status.state == "waiting"


def test_a_job_larger_than_the_room_is_kept_while_it_is_the_last(node):
    jobs = Jobs(node.store, room=10)
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


def test_nothing_is_created_by_looking_for_jobs(jobs):
    assert (jobs.find(A), jobs.cancel(A), jobs.waiting(), jobs.listed(), jobs.work(counted)) == (None, None, [], [], False)
    assert not jobs.store.exists()
    assert not jobs.folder.exists()


def test_a_job_for_later_waits_for_its_hour(node):
    now = [datetime.fromisoformat("2026-01-01T00:00:00+08:00")]
    jobs = Jobs(node.store, clock=lambda: now[0])
    jobs.submit(A, ASK, {}, due=now[0] + timedelta(hours=2))
    jobs.submit(B, ASK, {}, due=now[0] + timedelta(hours=1))
    assert jobs.waiting() == [B, A]
    assert not jobs.work(counted)
    now[0] += timedelta(hours=1)
    assert jobs.work(counted)
    assert not jobs.work(counted)
    assert (jobs.find(A).status.state, jobs.find(B).status.state) == ("waiting", "done")
    now[0] += timedelta(hours=1)
    assert jobs.work(counted)


def test_a_job_put_down_with_no_second_try_stays_as_it_ended(jobs):
    jobs.submit(A, ASK, {}, again=False)
    jobs.cancel(A)
    assert jobs.submit(A, ASK, {}, again=False).status.state == "cancelled"
    assert jobs.submit(A, ASK, {}).status.state == "waiting"


def test_many_workers_do_every_job_once(node):
    names, done, lock = [f"{n:064x}" for n in range(24)], list[str](), threading.Lock()

    def perform(job: Job, step: Step) -> Result:
        with lock:
            done.append(job.id)
        return Result("", None)

    def worker() -> None:
        while jobs.waiting():
            jobs.work(perform)

    jobs = Jobs(node.store)
    for name in names:
        jobs.submit(name, ASK, {})
    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == names


def test_a_worker_that_lost_its_job_to_another_changes_nothing_of_it(jobs):
    jobs.submit(A, ASK, {})

    def overtaken(job: Job, step: Step) -> Result:
        with jobs.store.write() as connection:  # as when the server let go of this worker's lock and another took the job up
            connection.execute(sa.text("UPDATE jobs SET attempts = attempts + 1"))
        with step.progress("Late", 5) as done:
            done(3)
        return Result("late", None)

    jobs.work(overtaken)
    status = jobs.find(A).status
    assert (status.state, status.label, status.attempts) == ("running", "", 2)
    assert jobs.work(counted)
    assert jobs.find(A).result().report == "# three"


def test_a_job_whose_files_are_gone_says_so_and_can_be_asked_again(jobs):
    import shutil

    asked = Ask(ASK.action, ASK.given, {"table": "wells.csv"}, "en", ASK.at, ASK.snapshots)
    wells = {"table": Document("wells.csv", b"name\n")}
    for lost in ("before", "after"):
        jobs.submit(A, asked, wells)
        if lost == "after":
            assert jobs.work(lambda job, step: Result(str(len(job.files())), None))
        shutil.rmtree(jobs.folder / A)
        if lost == "before":
            assert jobs.work(lambda job, step: Result(str(len(job.files())), None))
        assert (jobs.find(A).status.state, jobs.find(A).status.problem["title"]) == ("failed", "lost_files")
        assert jobs.find(A).documents() == {}


# Jobs of before the store had them: a folder each, status.json beside the files


def _folder_of_before(jobs: Jobs, name: str, status: dict[str, object], *, result: Result | None = None) -> None:
    home = jobs.folder / name
    (home / "in").mkdir(parents=True)
    (home / "in" / "table").write_bytes(b"name\na\n")
    (home / "ask.json").write_text(json.dumps({"action": ["wells", "list"], "given": {"depth": 3}, "files": {"table": "wells.csv"}, "language": "zh",
                                               "at": "2026-01-01T00:00:00+08:00", "snapshots": {"wells": "empty"}}))
    (home / "status.json").write_text(json.dumps(status))
    if result:
        jobs._keep(home, result)


@pytest.mark.parametrize("upgraded", [True, False])
def test_jobs_kept_as_folders_before_are_taken_in_finished_or_not(node, upgraded):
    jobs, at = Jobs(node.store), "2026-01-01T00:00:00+08:00"
    if upgraded:  # a store from before, which jingwei upgrade brings forward; else none at all, and the first job makes it
        with node.store._writer() as connection:
            _migrate(connection, "ledger_2")
    _folder_of_before(jobs, A, {"state": "done", "asked": at, "began": at, "ended": at, "done": 3, "total": 3, "label": "Digging", "attempts": 1},
                      result=Result("# kept", [1], (Document("a.csv", b"n\n"),)))
    _folder_of_before(jobs, B, {"state": "running", "asked": at, "began": at, "attempts": 1})
    _folder_of_before(jobs, C, {"state": "failed", "asked": at, "ended": at, "problem": {"title": "too_deep", "detail": "no"}})
    (jobs.folder / ("d" * 64)).mkdir()
    (jobs.folder / "open").mkdir()
    if upgraded:
        with pytest.raises(Problem, match="jingwei upgrade"):
            jobs.find(A)
        assert "jobs_1" in {step.revision for step in node.store.upgrade(dry_run=True)}
        node.store.upgrade()
    else:
        jobs.submit("e" * 64, ASK, {})
        jobs.cancel("e" * 64)
    done = jobs.find(A)
    assert (done.result().report, done.document("a.csv"), done.status.label) == ("# kept", Document("a.csv", b"n\n"), "Digging")
    assert (done.status.asked, done.ask.language) == (at, "zh")
    assert jobs.find(C).status.problem["title"] == "too_deep"
    assert jobs.waiting() == [B]
    assert jobs.find("d" * 64) is None
    assert jobs.work(lambda job, step: Result(job.files()["table"].text(), None))
    assert (jobs.find(B).result().report, jobs.find(B).status.attempts) == ("name\na\n", 2)
    assert not (jobs.folder / "open").exists()
