"""Jobs on the command line: listed, cancelled, and a night made up for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from jingwei.coordination.duties import actions as duties
from jingwei.coordination.jobs.nightly import ALONE
from jingwei.doors.cli import ANSWER_IS_NO, program
from jingwei.doors.portal.app import application
from jingwei.kernel.actions import Result
from jingwei.kernel.i18n import both
from jingwei.kernel.jobs import Ask, Jobs
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

ASK = Ask(("plan",), {}, {}, "en", "2026-01-01T00:00:00+08:00", {})
A, B = "a" * 64, "ab" * 32


def jingwei(node: Workspace, *words: str, expect: int = 0) -> str:
    told = CliRunner().invoke(program("en"), [*words, "--workspace", str(node.folder)])
    assert told.exit_code == expect, (told.output, told.exception)
    return told.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("JINGWEI_LANG", "en")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772420400")  # 2026-03-02 11:00 in China
    return Workspace(tmp_path / "node")


def test_a_node_without_jobs_says_so_and_stays_as_it_is(here):
    assert jingwei(here, "job", "list") == "There are no jobs.\n"
    assert jingwei(here, "job", "list", "--night", "last") == "There are no jobs.\n"
    assert not here.folder.exists()


def test_jobs_are_listed_newest_first_and_by_state(here):
    jobs = Jobs(here.store)
    jobs.submit(A, ASK, {})
    jobs.submit(B, ASK, {})
    jobs.work(lambda job, step: Result("", None))
    listed = json.loads(jingwei(here, "job", "list", "--json"))
    assert [(job["id"], job["state"]) for job in listed] == [(B, "waiting"), (A, "done")]
    assert [job["id"] for job in json.loads(jingwei(here, "job", "list", "--state", "done", "--json"))] == [A]
    assert len(json.loads(jingwei(here, "job", "list", "--count", "1", "--json"))) == 1
    assert "| plan |" in jingwei(here, "job", "list")
    told = CliRunner().invoke(program("en"), ["job", "list", "--count", "0", "--workspace", str(here.folder)])
    assert isinstance(told.exception, Problem)


def test_a_job_is_cancelled_by_an_unmistakable_beginning_of_its_id(here):
    jobs = Jobs(here.store)
    jobs.submit(A, ASK, {})
    jobs.submit(B, ASK, {})
    for named in ("a", "c", ""):
        told = CliRunner().invoke(program("en"), ["job", "cancel", named, "--workspace", str(here.folder)])
        assert isinstance(told.exception, Problem), named
    assert "Would cancel" in jingwei(here, "job", "cancel", "aa", "--dry-run")
    assert jobs.find(A).status.state == "waiting"
    assert jingwei(here, "job", "cancel", "aa") == f"plan {A[:12]}: cancelled\n"
    assert (jobs.find(A).status.state, jobs.find(B).status.state) == ("cancelled", "waiting")


def test_a_night_is_made_up_for_once_and_what_failed_is_done_again(here, monkeypatch):
    rehearsed = json.loads(jingwei(here, "job", "run-nightly", "--dry-run", "--json"))
    assert [(job["action"], job["state"]) for job in rehearsed["jobs"]] == [(name, "waiting") for name in ALONE]
    assert not here.store.exists()

    def broken(*_: object) -> None:
        raise Problem("no_paper", both("the printer is empty"), remedy=both("Fill it."))

    with monkeypatch.context() as jammed:
        jammed.setattr(duties, "check", broken)
        said = jingwei(here, "job", "run-nightly", expect=ANSWER_IS_NO)
    assert said.startswith("The night of 2026-03-02: 4 things to do, 1 not done.")
    assert "no_paper: the printer is empty" in said.splitlines()[4], "what failed stands first"
    again = json.loads(jingwei(here, "job", "run-nightly", "--json"))
    assert {job["action"]: job["state"] for job in again["jobs"]} == dict.fromkeys(ALONE, "done")
    jingwei(here, "job", "run-nightly")
    told = [json.loads(entry) for _, entry in here.ledger.entries()]
    done = [e["facts"]["action"] for e in told if e["kind"] == "action.done"]
    assert sorted(done) == ["duties.check", *["job.run-nightly"] * 3, "matters.check", "redlines.check"]


def test_other_jobs_are_left_alone_when_a_night_is_made_up_for(here):
    jobs = Jobs(here.store)
    jobs.submit(A, ASK, {})
    jingwei(here, "job", "run-nightly")
    assert jobs.find(A).status.state == "waiting"


def test_the_page_of_the_night_shows_what_failed_first_and_says_no_more_than_its_code(here, monkeypatch):
    with TestClient(application(here)) as portal:
        assert "No night has passed yet" in portal.get("/en/nightly").text

        def broken(*_: object) -> None:
            raise Problem("no_paper", both("the secret printer is empty"), remedy=both("Fill it."))

        with monkeypatch.context() as jammed:
            jammed.setattr(duties, "check", broken)
            jingwei(here, "job", "run-nightly", expect=ANSWER_IS_NO)
        page = portal.get("/en/nightly").text
        assert "1 could not be done; 4 in all, of the night of 2026-03-02." in page
        assert "no_paper" in page
        assert "secret printer" not in page
        assert page.index("duties check") < page.index("matters check") < page.index("ledger head")
        assert "1 件没有做成" in portal.get("/zh/nightly").text
        jingwei(here, "job", "run-nightly")
        assert "could not be done" not in portal.get("/en/nightly").text
        for job in Jobs(here.store).listed(night="2026-03-02"):
            assert portal.get(f"/en/jobs/{job.id}").status_code == 404
            assert portal.get(f"/api/v1/jobs/{job.id}").status_code == 404
