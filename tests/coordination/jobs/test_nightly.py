"""Every night's work is begun once, by whoever looks first; a night nobody saw begin is caught up with."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.coordination.jobs.nightly import ALONE, Nights, night_of, perform, work_of_a_night
from jingwei.doors.desk import Desk
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import both
from jingwei.kernel.jobs import Job, Jobs
from jingwei.kernel.ledger import Event
from jingwei.kernel.people import NODE, may, needs_second
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE
from jingwei.kernel.store import _migrate
from jingwei.kernel.workspace import Workspace

BORN = datetime(2026, 3, 1, 12, tzinfo=CHINA)


def born(node: Workspace) -> Workspace:
    node.ledger.append(Event("need.declared", BORN, "local"))
    return node


def setting(node: Workspace, text: str) -> None:
    node.establish()
    with (node.folder / FILE).open("a") as file:
        file.write(f"\n[nightly]\n{text}\n")


def kinds(node: Workspace) -> list[tuple[str, str, str]]:
    """Kind, action and actor of the entries that frame actions."""
    people = node.ledger.people()
    told = [json.loads(entry) for _, entry in node.ledger.entries()]
    return [(e["kind"], e["facts"]["action"], people[e["actor"]]) for e in told if e["kind"].startswith("action.")]


@given(st.integers(0, 20 * 365 * 24 * 60), st.times())
def test_the_last_night_to_begin_is_never_ahead_and_never_a_day_behind(minutes, at):
    instant = BORN + timedelta(minutes=minutes)
    night, began = night_of(instant, f"{at:%H:%M}")
    assert began <= instant < began + timedelta(days=1)
    assert (night, f"{began:%H:%M}") == (began.date(), f"{at:%H:%M}")


def test_a_night_is_begun_at_its_hour_and_done_as_the_node_itself_in_order(node):
    now = [BORN]
    jobs = Jobs(born(node).store, clock=lambda: now[0])
    nights = Nights(node, jobs)
    assert nights.look() == []
    now[0] = datetime(2026, 3, 2, 2, 29, tzinfo=CHINA)
    assert nights.look() == []
    now[0] += timedelta(minutes=1)
    assert [job.night for job in nights.look()] == ["2026-03-02"] * 4
    assert nights.look() == Nights(node, jobs).look()[4:] == []
    while jobs.work(lambda job, step: perform(node, job, step, lambda: now[0])):
        pass
    assert [job.status.state for job in jobs.listed(night="2026-03-02")] == ["done"] * 4
    assert kinds(node) == [(kind, action, "node") for action in ("redlines.check", "duties.check", "matters.check") for kind in ("action.begun", "action.done")]
    assert len(node.ledger.heads()) == 1


def test_a_node_that_recorded_nothing_or_is_younger_than_the_night_has_nothing_to_look_after(node):
    jobs = Jobs(node.store, clock=lambda: datetime(2026, 3, 1, 13, tzinfo=CHINA))
    assert Nights(node, jobs).look() == []
    assert not node.store.exists()
    born(node)
    assert Nights(node, jobs).look() == []


def test_a_server_started_late_catches_up_with_the_last_night_and_no_other(node):
    jobs = Jobs(born(node).store, clock=lambda: datetime(2026, 3, 9, 10, tzinfo=CHINA))
    assert {job.night for job in Nights(node, jobs).look()} == {"2026-03-09"}
    assert {job.night for job in jobs.listed()} == {"2026-03-09"}


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 20 * 60), st.booleans(), st.booleans()), min_size=1, max_size=25))
def test_while_a_server_lives_no_night_is_skipped_and_none_is_done_twice(template, tmp_path_factory, looks):
    """Any of three processes looks next, any time within a day later; it may die half-way, or begin anew; jobs are done in between."""
    node = Workspace(tmp_path_factory.mktemp("node"))
    shutil.copytree(template.folder, node.folder, dirs_exist_ok=True)
    now, done = [BORN], list[tuple[str, str]]()
    jobs = Jobs(node.store, clock=lambda: now[0])
    processes, expected = [Nights(node, jobs) for _ in range(3)], set[date]()

    def count(job: Job, step: object) -> object:
        from jingwei.kernel.actions import Result

        done.append((job.night, " ".join(job.ask.action)))
        return Result("", None)

    for which, minutes, dies, works in looks:
        now[0] += timedelta(minutes=minutes)
        if dies:
            with pytest.MonkeyPatch.context() as dying:
                dying.setattr("jingwei.coordination.jobs.nightly.ALONE", ALONE[:1])  # as far as it comes
                Nights(node, jobs).look()
            processes[which] = Nights(node, jobs)
        processes[which].look()
        while works and jobs.work(count):
            pass
        night, began = night_of(now[0], "02:30")
        expected |= {night} if began > BORN else set()
    while jobs.work(count):
        pass
    assert sorted(done) == sorted((night.isoformat(), name) for night in expected for name in ALONE)
    node.store.close()
    shutil.rmtree(node.folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    node = born(Workspace(tmp_path_factory.mktemp("template")))
    node.store.close()
    return node


def test_two_processes_that_look_at_one_moment_put_the_night_down_once(node):
    jobs = Jobs(born(node).store, clock=lambda: BORN + timedelta(days=1))
    threads = [threading.Thread(target=Nights(node, Jobs(node.store, clock=jobs.clock)).look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [" ".join(job.ask.action) for job in jobs.listed(night="2026-03-02")] == list(ALONE)


def test_the_settings_say_when_and_what(node):
    setting(born(node), 'at = "23:15"\nactions = ["ledger head", "measures"]')
    assert [" ".join(a.path) for a in work_of_a_night(node)] == ["ledger head", "measures"]
    jobs = Jobs(node.store, clock=lambda: datetime(2026, 3, 2, 23, 14, tzinfo=CHINA))
    assert {job.night for job in Nights(node, jobs).look()} == {"2026-03-01"}


def test_no_hour_means_no_nights(node):
    setting(born(node), 'at = ""')
    assert Nights(node, Jobs(node.store, clock=lambda: BORN + timedelta(days=3))).look() == []


@pytest.mark.parametrize(("name", "why"), [
    ("duties chek", "no action 'duties chek'"), ("restore", "cannot be undone"), ("job run-nightly", "about nights"), ("observe", "must be told")])
def test_what_no_night_can_do_is_refused_by_name(node, name, why):
    setting(born(node), f'actions = ["{name}"]')
    with pytest.raises(Problem, match=why) as raised:
        Nights(node, Jobs(node.store)).look()
    assert raised.value.code == "bad_settings"


@pytest.mark.parametrize("at", ["24:00", "2:30", "02:60", "night", "02:30:00"])
def test_an_hour_that_is_none_is_refused(tmp_path, at):
    node = Workspace(tmp_path)
    setting(node, f'at = "{at}"')
    with pytest.raises(Problem, match=r"nightly\.at"):
        _ = node.settings


def test_a_node_among_others_shares_its_figures_at_night_too(tmp_path):
    from jingwei.coordination.federation.actions import init
    from jingwei.coordination.federation.model import Init

    node = Workspace(tmp_path)
    assert [" ".join(a.path) for a in work_of_a_night(node)] == list(ALONE)
    init(Context(node), Init("广州市数据局", "city", "440100"))
    assert [" ".join(a.path) for a in work_of_a_night(node)] == [*ALONE, "node share"]


def test_the_node_itself_may_do_nothing_it_was_not_given():
    assert not may(NODE, "duties.check", "write")
    assert not may(NODE, "ledger.read")
    assert needs_second(NODE, "irreversible")


def test_one_thing_that_fails_keeps_nothing_else_from_being_done_and_is_not_tried_all_day(node, monkeypatch):
    from jingwei.coordination.duties import actions

    def broken(*_: object) -> None:
        raise Problem("no_paper", both("the printer is empty"), remedy=both("Fill it."))

    monkeypatch.setattr(actions, "check", broken)
    now = BORN + timedelta(days=1)
    jobs = Jobs(born(node).store, clock=lambda: now)
    for _ in range(3):
        Nights(node, jobs).look()
        while jobs.work(lambda job, step: perform(node, job, step, lambda: now)):
            pass
    assert {" ".join(j.ask.action): j.status.state for j in jobs.listed(night="2026-03-02")} == {
        "redlines check": "done", "duties check": "failed", "matters check": "done", "ledger head": "done"}
    assert kinds(node).count(("action.failed", "duties.check", "node")) == 1


def test_the_desk_of_a_server_does_the_night_and_a_wrong_setting_keeps_no_job_from_being_done(tmp_path, caplog):
    node = born(Workspace(tmp_path))
    jobs = Jobs(node.store, clock=lambda: BORN + timedelta(days=1))
    desk = Desk(node, jobs=jobs, nightly=True)
    desk._nightfall()
    (first, *_) = jobs.listed(night="2026-03-02")
    assert desk.find(first.id) is None, "its name can be worked out by anybody"
    while jobs.work(desk._perform):
        pass
    assert {job.status.state for job in jobs.listed()} == {"done"}
    setting(node, 'at = "25:00"')
    for _ in range(2):
        desk._look_at = 0.0
        desk._nightfall()
    assert caplog.text.count("the night's work was not begun") == 1
    assert Path(node.folder, FILE).exists()


def test_a_store_of_an_older_program_is_complained_of_once_by_a_server(tmp_path, caplog):
    node = Workspace(tmp_path)
    with node.store._writer() as connection:
        _migrate(connection, "ledger_2")
    desk = Desk(node, nightly=True)
    looks = iter(range(4))
    desk._called.wait = lambda _: next(looks, None) is not None or desk._closing.set()  # type: ignore[method-assign]
    desk._work()
    assert caplog.text.count("jobs are not done") == 1
    assert "Traceback" not in caplog.text
