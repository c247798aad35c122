"""No action is written twice: declared once, it is a command, a route, a form, a job and a part of the API's description."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient

from jingwei import plan
from jingwei.doors.cli import program
from jingwei.doors.forms import ASKED, FILE
from jingwei.doors.openapi import PREFIX, is_open, method_of
from jingwei.doors.portal.app import application
from jingwei.doors.projection import inputs
from jingwei.kernel.actions import Action, Context, Option, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.workspace import Workspace

ACTIONS = [a for p in plan.pillars() for a in p.actions]
each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda a: " ".join(a.path))


@dataclass(frozen=True, slots=True)
class AskWells:
    """Which wells to count."""

    depth: Annotated[int, Option(Text("深度", "how deep"))]


def count(context: Context, given: AskWells) -> Result:
    return Result(Text(f"{given.depth} 口井", f"{given.depth} wells").in_(context.language), {"wells": given.depth})


ROOM = Pillar("F1", Text("井", "Wells"), actions=(
    Action(("wells", "count"), Text("数井", "Count the wells"), ("F1.1",), "public", "read", AskWells, f"{__name__}.count",
           example="jingwei wells count --depth 3"),))


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Litestar]]:
    """A node of a province that brought a room of its own."""
    monkeypatch.setenv("JINGWEI_LANG", "en")
    real = plan.pillars()
    monkeypatch.setattr(plan, "pillars", lambda: (*real, ROOM))
    with TestClient(application(Workspace(tmp_path))) as client:
        yield client


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(Workspace(tmp_path_factory.mktemp("node")))) as client:
        yield client


def done(client: TestClient[Litestar], address: str) -> dict[str, object]:
    for _ in range(600):
        job = client.get(address).json()
        if job["state"] not in ("waiting", "running"):
            return dict(job)
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_an_action_declared_in_a_room_is_a_command_with_no_further_code(made_up, tmp_path):
    told = CliRunner().invoke(program("en"), ["wells", "count", "--depth", "3", "--workspace", str(tmp_path)])
    assert told.output == "3 wells\n"


def test_an_action_declared_in_a_room_is_a_route_with_no_further_code(made_up):
    assert made_up.get(f"{PREFIX}/wells/count?depth=3").json() == {"data": {"wells": 3}, "report": "3 wells"}


def test_an_action_declared_in_a_room_is_a_form_and_a_page_with_no_further_code(made_up):
    assert 'href="/zh/do/wells/count"' in made_up.get("/zh/do").text
    assert re.search(r'<input [^>]*id="f-depth"[^>]* required', made_up.get("/zh/do/wells/count").text)
    assert "3 口井" in made_up.get("/zh/do/wells/count?depth=3&answer=now").text


def test_an_action_declared_in_a_room_is_a_job_with_no_further_code(made_up):
    accepted = made_up.get(f"{PREFIX}/wells/count?depth=3", headers={"Prefer": "respond-async"})
    assert accepted.status_code == 202
    assert done(made_up, accepted.headers["location"])["result"] == {"data": {"wells": 3}, "report": "3 wells"}


def test_an_action_declared_in_a_room_is_described_with_no_further_code(made_up):
    operation = made_up.get(f"{PREFIX}/openapi.json").json()["paths"][f"{PREFIX}/wells/count"]["get"]
    assert operation["operationId"] == "wells.count"
    assert next((p["name"], p["required"]) for p in operation["parameters"]) == ("depth", True)


@each_action
def test_every_action_of_the_plan_has_all_five(portal, action):
    command = program("en")
    for word in action.path:
        command = command.commands[word]
    assert command.callback
    words = "/".join(action.path)
    operation = portal.get(f"{PREFIX}/openapi.json").json()["paths"][f"{PREFIX}/{words}"][method_of(action).value.lower()]
    form = portal.get(f"/en/do/{words}")
    route = portal.request(method_of(action).value, f"{PREFIX}/{words}?lang=fr")
    job = portal.request(method_of(action).value, f"{PREFIX}/{words}?lang=fr", headers={"Prefer": "respond-async"})
    if is_open(action):
        assert {"200", "202"} <= set(operation["responses"])
        assert (form.status_code, form.text.count("<button")) == (200, 2)
        assert route.status_code == job.status_code == (400 if method_of(action) == "GET" else 415)  # there, and read
    else:
        assert set(operation["responses"]) == {"403"}
        assert [form.status_code, route.status_code, job.status_code] == [403, 403, 403]
    assert all(f'id="f-{name}"' in form.text for name, *_ in inputs(action.input) if is_open(action))


@each_action
def test_no_action_takes_a_word_the_doors_need_for_themselves(action):
    assert action.path[0] not in ("jobs", "openapi.json", "serve", "demo")
    assert not {ASKED, FILE} & {name for name, *_ in inputs(action.input)}


def test_the_words_of_an_action_are_safe_in_an_address():
    assert all(re.fullmatch(r"[a-z0-9-]+", word) for action in ACTIONS for word in action.path)
