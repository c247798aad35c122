"""The officer's pages: what comes first, by whose clock; and who may look."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from case_models import BORN, Now, begun, world
from litestar.testing import TestClient

from jingwei.doors.portal import app
from jingwei.doors.portal.app import application
from jingwei.integrations.government.cases import actions, asks, records, views
from jingwei.kernel.i18n import both
from jingwei.kernel.people import ANONYMOUS, LOCAL, Principal, Role
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


@pytest.fixture
def town(tmp_path):
    now = Now()
    context = world(Workspace(tmp_path / "node"), now)
    actions.deploy(context, asks.DeployThing("newborn"))
    code = begun(context, "newborn", **BORN)
    actions.do(context, asks.DoWork(code, "birth_certificate", outcome="granted"))
    return context, now, code


def due(context, code, node):
    return next(w.due for w in records.case(context, code).waiting if w.node == node)


def test_the_most_pressing_item_is_first_and_what_is_late_says_so(town):
    context, now, _ = town
    view = views.work(context, asks.AskDesk())
    assert [r.waiting.due for r in view.rows] == sorted(r.waiting.due for r in view.rows)
    assert view.late == 0
    now.at += timedelta(days=40)
    assert views.work(context, asks.AskDesk()).late == len(view.rows)


def test_an_item_is_due_on_the_last_working_day_promised_and_a_pause_stops_its_clock(town):
    context, now, code = town
    assert due(context, code, "household").date().isoformat() == "2026-03-05", "three working days after Monday 2 March"
    actions.note(context, asks.NoteCase(code, "paused", "household", ground="inspection"))
    assert due(context, code, "household") is None
    now.at += timedelta(days=7)
    actions.note(context, asks.NoteCase(code, "resumed", "household", ground="inspection"))
    assert due(context, code, "household").date().isoformat() == "2026-03-12"
    assert due(context, code, "insurance").date().isoformat() == "2026-03-09", "another item's clock goes on"


def test_a_clock_that_stands_on_no_ground_of_the_law_or_resumes_unpaused_is_refused(town):
    context, _, code = town
    for wrong in (asks.NoteCase(code, "paused", "household"), asks.NoteCase(code, "resumed", "household", ground="hearing")):
        before = records.events_of(context, code)
        with pytest.raises(Problem):
            actions.note(context, wrong)
        assert records.events_of(context, code) == before


def test_only_a_department_sees_its_work_and_its_cases(town):
    context, _, code = town
    assert not views.work(dataclasses.replace(context, principal=ANONYMOUS), asks.AskDesk()).allowed
    officer = Principal("p-" + "1" * 32, "police", (Role("officer", both("officer"), frozenset({"government.work"})),))
    mine = views.work(dataclasses.replace(context, principal=officer), asks.AskDesk())
    assert {r.waiting.name for r in mine.rows} == {"police"}
    assert not mine.departments
    assert views.case(dataclasses.replace(context, principal=officer), asks.AskCase(code)).case.code == code
    for stranger in (ANONYMOUS, dataclasses.replace(officer, organisation="tourism")):
        with pytest.raises(Problem) as caught:
            views.case(dataclasses.replace(context, principal=stranger), asks.AskCase(code))
        assert caught.value.code == "not_permitted"


def test_a_long_list_is_read_page_by_page_with_nothing_twice_and_nothing_left_out(town):
    context, _, _ = town
    for _ in range(12):
        actions.do(context, asks.DoWork(begun(context, "newborn", **BORN), "birth_certificate", outcome="granted"))
    seen, after = [], ""
    while True:
        view = views.work(context, asks.AskDesk(after=after))
        seen += [(r.waiting.case, r.waiting.work) for r in view.rows]
        after = view.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == len(records.work_list(context, most=1000)) > views.MOST_ROWS


def test_the_pages_are_there_in_both_languages_without_a_script(town, monkeypatch):
    context, _, code = town
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(context.clock().timestamp())))
    with TestClient(application(context.workspace)) as client:
        assert "Sign in as an officer" in client.get("/en/work").text
        assert client.get(f"/en/case/{code}").status_code == 404, "whoever may not see it learns no more than that"
        monkeypatch.setattr(app, "principal_of", lambda _request: LOCAL)
        for language, title in (("zh", "先办哪一件？"), ("en", "What comes first?")):
            page = client.get(f"/{language}/work").text
            assert title in page
            assert f'href="/{language}/case/{code}"' in page
            assert "government/work/done" in page
        assert "how far has it come?" in client.get(f"/en/case/{code}").text
        assert "出生登记" in client.get("/zh/work/police").text
