"""Every action can be asked to work later over HTTP, and any worker of the node answers for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from furnished import ASKED_OF, furnish, models_of
from litestar import Litestar
from litestar.testing import TestClient

from jingwei import plan
from jingwei.doors.api import PREFIX, router
from jingwei.doors.desk import Desk
from jingwei.doors.guard import Bucket
from jingwei.doors.openapi import is_open, method_of
from jingwei.kernel.actions import Action, Context, Option, Result
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import NotAssessable
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

LATER = {"Prefer": "respond-async"}
OPEN_DOOR = threading.Event()
runs: list[Any] = []


@dataclass(frozen=True, slots=True)
class AskWells:
    """Which wells."""

    depth: Annotated[int, Option(Text("深度", "depth"))] = 1
    named: Annotated[tuple[str, ...], Option(Text("名称", "only these"))] = ()


@dataclass(frozen=True, slots=True)
class AskFile:
    """A table and something beside it."""

    wells: Annotated[Table, Option(Text("井表", "the wells"))]
    more: Annotated[Document | None, Option(Text("附件", "anything else"))] = None


def wells(context: Context, given: AskWells) -> Result:
    runs.append(given)
    with context.progress("Digging", given.depth) as step:
        for _ in range(given.depth):
            step()
    if given.depth == 7:
        raise NotAssessable(both("no well is that deep"), where=str(context.workspace.folder / "w.csv"))
    if given.depth == 8:
        OPEN_DOOR.wait(30)
        with context.progress("More", 1) as step:
            step()
    rows = [{"n": n, "named": "".join(given.named)} for n in range(given.depth)]
    return Result(f"# {context.language}", rows, (Document("steps/井.csv", b"n\n"), Document("a.svg", b"<svg/>")))


def told(context: Context, given: AskFile) -> Result:
    return Result("", {"rows": [{"name": r[0]} for r in given.wells.rows], "name": given.wells.name, "more": given.more and given.more.text()})


def _action(name: str, of: str, kind: type, scope: str = "public") -> Action:
    return Action(("wells", name), Text("井", "Wells"), ("F1.1",), scope, "read", kind, f"{__name__}.{of}")


ROOM = Pillar("F1", Text("井", "Wells"), actions=(
    _action("list", "wells", AskWells), _action("read", "told", AskFile), _action("audit", "wells", AskWells, "wells.audit")))
LIST, READ = f"{PREFIX}/wells/list", f"{PREFIX}/wells/read"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.clear()
    OPEN_DOOR.clear()
    monkeypatch.setenv("JINGWEI_LANG", "en")


@pytest.fixture
def node(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "a node")


def worker(node: Workspace, *, desk: Desk | None = None) -> TestClient[Litestar]:
    at = desk or Desk(node, actions=ROOM.actions)
    return TestClient(Litestar([router(node, [ROOM], desk=at)], openapi_config=None, on_shutdown=[at.close]))


@pytest.fixture
def room(node: Workspace) -> Iterator[TestClient[Litestar]]:
    with worker(node) as opened:
        yield opened


def settled(client: TestClient[Litestar], address: str) -> dict[str, Any]:
    """The job once it is finished."""
    for _ in range(600):
        told = client.get(address)
        assert told.status_code == 200, told.text
        if told.json()["state"] not in ("waiting", "running"):
            return dict(told.json())
        assert told.headers["retry-after"]
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_question_asked_for_later_is_accepted_and_answered_at_the_address_told(room):
    accepted = room.get(LIST, params={"depth": 3, "named": ["a", "b"]}, headers=LATER)
    assert accepted.status_code == 202
    assert accepted.headers["preference-applied"] == "respond-async"
    assert accepted.headers["location"] == f"{PREFIX}/jobs/{accepted.json()['id']}"
    assert "Prefer" in accepted.headers["vary"]
    job = settled(room, accepted.headers["location"])
    assert (job["state"], job["action"], job["progress"]["total"]) == ("done", "wells list", 3)
    assert job["asked"] <= job["began"] <= job["ended"]
    assert job["result"] == room.get(LIST, params={"depth": 3, "named": ["a", "b"]}).json()


def test_the_result_of_a_job_is_shown_in_every_form_and_page_of_the_direct_answer(room):
    where = room.get(LIST, params={"depth": 5, "lang": "zh"}, headers=LATER).headers["location"]
    settled(room, where)
    for params, accept in (({}, "text/csv"), ({}, "text/markdown"), ({"limit": 2, "offset": 1}, "text/csv")):
        headers = {"Accept": accept}
        direct = room.get(LIST, params={"depth": 5, "lang": "zh", **params}, headers=headers)
        there = room.get(where, params=params, headers=headers)
        assert (there.content, there.headers["content-type"]) == (direct.content, direct.headers["content-type"])
    page = room.get(where, params={"limit": 2})
    assert [r["n"] for r in page.json()["result"]["data"]] == [0, 1]
    assert page.headers["x-total-count"] == "5"
    assert page.links["next"]["url"].startswith(where)
    assert room.get(where, params={"table": "x"}).status_code == 400


def test_files_sent_for_later_reach_the_action_as_they_were(room):
    sent = {"wells": ("w.csv", "name\na\nb\n"), "more": ("m.txt", "also")}
    where = room.post(READ, files=sent, headers=LATER).headers["location"]
    assert settled(room, where)["result"]["data"] == {"rows": [{"name": "a"}, {"name": "b"}], "name": "w.csv", "more": "also"}
    other = room.post(READ, files={**sent, "wells": ("w.csv", "name\nc\n")}, headers=LATER).headers["location"]
    assert other != where


def test_the_files_a_job_made_are_to_be_had_by_name(room):
    job = settled(room, room.get(LIST, headers=LATER).headers["location"])
    assert [f["name"] for f in job["files"]] == ["steps/井.csv", "a.svg", "receipt.json"]
    first, second = (room.get(f["href"]) for f in job["files"][:2])
    assert (first.content, first.headers["content-type"]) == (b"n\n", "text/csv; charset=utf-8")
    assert first.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert second.headers["content-type"] == "image/svg+xml"
    assert room.get(f"{PREFIX}/jobs/{job['id']}/files/..%2fask.json").status_code == 404


def test_asking_twice_is_one_job_on_any_worker_and_another_question_another(node, room):
    first = room.get(LIST, params={"depth": 3}, headers=LATER)
    settled(room, first.headers["location"])
    with worker(node) as other:
        again = other.get(f"{LIST}?depth=3&limit=5", headers={"Prefer": 'wait=10, respond-async'})
        assert again.headers["location"] == first.headers["location"]
        assert again.json()["state"] == "done"
        assert other.get(first.headers["location"]).json() == room.get(first.headers["location"]).json()
        assert other.get(LIST, params={"depth": 3, "lang": "zh"}, headers=LATER).headers["location"] != first.headers["location"]
    assert len([r for r in runs if r.depth == 3]) <= 2


def test_a_worker_left_with_a_job_it_never_heard_of_does_it(node):
    idle = Desk(node, actions=ROOM.actions)
    idle.begin = lambda: None  # the worker that took the question dies before it begins
    with worker(node, desk=idle) as dying:
        where = dying.get(LIST, params={"depth": 2}, headers=LATER).headers["location"]
        assert dying.get(where).json()["state"] == "waiting"
    other = Desk(node, actions=ROOM.actions)
    other.begin()
    with worker(node, desk=other) as alive:
        assert settled(alive, where)["result"]["data"] == [{"n": 0, "named": ""}, {"n": 1, "named": ""}]


def test_a_job_is_cancelled_and_can_be_asked_for_again(room):
    where = room.get(LIST, params={"depth": 8}, headers=LATER).headers["location"]
    while room.get(where).json()["state"] != "running":
        time.sleep(0.02)
    assert room.delete(where).status_code == 200
    OPEN_DOOR.set()
    assert settled(room, where)["state"] == "cancelled"
    assert room.get(LIST, params={"depth": 8}, headers=LATER).json()["state"] == "waiting"
    assert settled(room, where)["state"] == "done"


def test_a_job_that_failed_says_why_and_not_where_the_node_keeps_its_files(room, node):
    job = settled(room, room.get(LIST, params={"depth": 7}, headers=LATER).headers["location"])
    assert (job["state"], job["problem"]["title"], job["problem"]["detail"]) == ("failed", "not_assessable", "no well is that deep")
    assert str(node.folder) not in str(job)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "jobs/" + "a" * 64, 404), ("GET", "jobs/x", 404), ("DELETE", "jobs/" + "a" * 64, 404), ("GET", "jobs/%2e%2e", 404),
    ("GET", "jobs/" + "a" * 64 + "/files/x", 404), ("POST", "jobs/x", 405), ("PUT", "jobs/x/files/y", 405), ("GET", "jobs", 404)])
def test_what_is_not_there_or_cannot_be_done_is_refused_in_words(room, method, path, status):
    answer = room.request(method, f"{PREFIX}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["remedy"]


def test_what_is_not_open_or_cannot_be_read_makes_no_job(room, node):
    assert room.get(f"{PREFIX}/wells/audit", headers=LATER).status_code == 403
    assert room.get(LIST, params={"depth": "deep"}, headers=LATER).status_code == 400
    assert not (node.folder / "jobs").exists()


def test_new_jobs_are_rationed_and_known_ones_are_not(node):
    with worker(node, desk=Desk(node, actions=ROOM.actions, costs=Bucket(1, 1, clock=lambda: 0.0))) as room:
        asked = [room.get(LIST, params={"depth": depth}, headers=LATER).status_code for depth in (1, 1, 2, 1)]
    assert asked == [202, 202, 429, 202]


@pytest.mark.parametrize("prefer", ["", "wait=10", "respond-async-not", "return=minimal", 'handling="respond"'])
def test_only_who_prefers_it_is_answered_later(room, prefer):
    assert room.get(LIST, headers={"Prefer": prefer}).status_code == 200


def test_a_job_not_done_has_no_table_to_show(room):
    where = room.get(LIST, params={"depth": 8}, headers=LATER).headers["location"]
    assert room.get(where, headers={"Accept": "text/csv"}).status_code == 406
    assert room.head(where).headers["retry-after"]
    OPEN_DOOR.set()
    settled(room, where)


def test_every_open_action_of_the_plan_can_be_asked_to_work_later(tmp_path):
    tables = {"values": "uCode,x,y\nA,1,2\nB,2,5\nC,3,3\nD,5,1\n",
              "tree": "iCode,Parent,Level,Weight,Direction,Type\nx,I,1,1,1,Indicator\ny,I,1,1,1,Indicator\nI,,2,1,1,Aggregate\n",
              "spec": "[uncertainty]\nreplications = 20\nseed = 1\nweight_noise = 0.25\nlevels = [1]\n",
              "shapes": "<urn:s> <http://www.w3.org/ns/shacl#targetNode> <urn:d> .\n"}
    node = furnish(Workspace(tmp_path))
    desk = Desk(node)
    with TestClient(Litestar([router(node, desk=desk)], openapi_config=None, on_shutdown=[desk.close])) as client:
        asked = {}
        for action in (a for p in plan.pillars() for a in p.actions if is_open(a)):
            files = {n: (f"{n}.csv", t) for n, t in tables.items() if n in action.input.__dataclass_fields__} | models_of(action)
            fields = ASKED_OF.get(action.path, {})
            posted = method_of(action) == "POST"
            answer = client.request(method_of(action).value, f"{PREFIX}/{'/'.join(action.path)}", headers=LATER,
                                    files={**files, **{n: (None, v) for n, v in fields.items()}} if posted else None, params=None if posted else fields)
            asked[action.path] = answer.headers["location"]
        ended = {path: settled(client, where)["state"] for path, where in asked.items()}
    assert set(ended.values()) == {"done"}
