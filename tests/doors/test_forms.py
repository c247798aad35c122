"""Every action is a form in either language; what comes of it is a page, and what cannot be is said beside its field."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from jingwei import plan
from jingwei.doors.forms import typeset
from jingwei.doors.openapi import is_open
from jingwei.doors.portal.app import application
from jingwei.doors.projection import inputs
from jingwei.kernel.workspace import Workspace

ACTIONS = [a for p in plan.pillars() for a in p.actions]
VALUES = "uCode,x,y\nA,1,2\nB,2,5\nC,3,3\nD,5,1\n"
TREE = "iCode,Parent,Level,Weight,Direction,Type\nx,I,1,1,1,Indicator\ny,I,1,1,1,Indicator\nI,,2,1,1,Aggregate\n"
INDEX = {"values": ("V.csv", VALUES), "tree": ("T.csv", TREE)}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(Workspace(tmp_path_factory.mktemp("node")))) as client:
        yield client


def of(action) -> str:
    return f"do/{'/'.join(action.path)}"


def settled(portal: TestClient[Litestar], page: str) -> str:
    """The page of a job that is finished."""
    for _ in range(600):
        answer = portal.get(page)
        if "refresh" not in answer.headers:
            return answer.text
        time.sleep(0.05)
    raise AssertionError("the job did not end")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_action_is_listed_under_each_clause_it_answers(portal, language):
    text = unescape(portal.get(f"/{language}/do").text)
    for action in ACTIONS:
        assert text.count(f'href="/{language}/{of(action)}"') == len(action.clauses)
        assert action.title.in_(language) in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("action", [a for a in ACTIONS if is_open(a)], ids=lambda a: " ".join(a.path))
def test_every_field_has_a_label_a_help_and_a_mark_when_it_is_required(portal, action, language):
    text = portal.get(f"/{language}/{of(action)}").text
    for name, _, option, default in inputs(action.input):
        assert f'<label for="f-{name}">' in text
        assert f'id="h-{name}">{option.help.in_(language)}' in unescape(text)
        control = re.search(f'<(input|select|textarea)[^>]*id="f-{name}"[^>]*>', text)
        assert control
        assert (" required" in control[0]) == (type(default).__name__ == "_MISSING_TYPE")
        assert all(f"<option>{word}</option>" in text for word in option.choices)


@pytest.mark.parametrize("action", [a for a in ACTIONS if not is_open(a)], ids=lambda a: " ".join(a.path))
def test_what_is_not_open_says_so_and_what_to_run_instead(portal, action):
    for language, said in (("zh", "不对外开放"), ("en", "not open to everybody")):
        answer = portal.get(f"/{language}/{of(action)}")
        assert answer.status_code == 403
        assert said in answer.text
        assert f"jingwei {' '.join(action.path)} --help" in answer.text
        assert "<button" not in answer.text
    assert portal.post(f"/en/{of(action)}", files={"x": ("x", "x")}).status_code == 403


def test_a_question_is_answered_at_an_address_that_can_be_sent_to_others(portal):
    answer = portal.get("/en/do/measures", params={"room": "F1", "tag": "", "answer": "now"})
    assert answer.status_code == 200
    assert '<div class="wide" role="region" tabindex="0" aria-label="table, scrolls sideways"><table>' in answer.text
    assert '<th scope="col">code</th>' in answer.text
    assert answer.text.count("<h1>") == 1
    assert 'href="/en/do/measures?room=F1&amp;tag="' in answer.text or 'href="/en/do/measures?room=F1"' in answer.text
    assert 'value="F1"' in portal.get("/en/do/measures?room=F1").text


def test_the_files_of_an_answer_are_links_of_the_same_address(portal):
    text = portal.get("/zh/do/evaluate", params={"level": "nation", "answer": "now"}).text
    files = re.findall(r'<a href="(\?[^"]*download=[^"]*)" download>([^<]+)</a>', text)
    assert "receipt.json" in {name for _, name in files}
    for address, name in files:
        got = portal.get(f"/zh/do/evaluate{address.replace('&amp;', '&')}")
        assert got.status_code == 200
        assert name in got.headers["content-disposition"]
    assert portal.get("/zh/do/evaluate?level=nation&answer=now&download=..%2fx").status_code == 404


@pytest.mark.parametrize(("language", "said"), [("zh", "tag 不能是"), ("en", "tag cannot be")])
def test_a_field_that_cannot_be_is_named_at_the_top_and_beside_it_in_the_readers_language(portal, language, said):
    answer = portal.get(f"/{language}/do/measures", params={"tag": "<b>", "room": "F1", "answer": "now"})
    assert answer.status_code == 400
    assert answer.text.count(said) == 2
    assert '<a href="#f-tag">' in answer.text
    assert re.search(r'<select id="f-tag"[^>]*aria-describedby="h-tag e-tag"[^>]*aria-invalid="true"', answer.text)
    assert 'value="F1"' in answer.text
    assert "<b>'" not in answer.text


def test_all_that_is_wrong_is_said_at_once(portal):
    answer = portal.post("/en/do/index/build", files={"values": (None, "no file"), "other": (None, "x")}, data={"answer": "now"})
    assert answer.status_code == 400
    assert all(said in answer.text for said in ("values is not a file", "tree is missing", "&#39;other&#39; is not known"))


def test_what_an_action_cannot_answer_is_said_above_its_form(portal):
    answer = portal.get("/en/do/measures", params={"room": "Z9", "answer": "now"})
    assert answer.status_code == 422
    assert "there is no room" in answer.text
    assert 'value="Z9"' in answer.text


def test_files_are_sent_and_the_answer_is_a_page_that_can_be_read_again_by_any_worker(portal, tmp_path):
    sent = portal.post("/en/do/index/build", files=INDEX, data={"answer": "now"}, follow_redirects=False)
    assert sent.status_code == 303
    page = settled(portal, sent.headers["location"])
    assert "scores.csv" in page
    address = re.search(r'<a href="([^"]+scores.csv)" download>', page)
    assert portal.get(address[1]).text.startswith("unit,node,score")
    again = portal.post("/en/do/index/build", files=INDEX, data={"answer": "later"}, follow_redirects=False)
    assert again.headers["location"] == sent.headers["location"]


def test_a_file_that_cannot_be_read_is_said_above_the_form(portal):
    answer = portal.post("/en/do/index/build", files={**INDEX, "tree": ("T.xlsx", b"PK\x03\x04\x00\x00")}, data={"answer": "now"})
    assert answer.status_code == 400
    assert "Excel workbook" in answer.text
    assert portal.post("/en/do/index/build", data={"answer": "now"}).status_code == 415


def test_any_question_can_be_worked_on_later_and_its_page_leads_to_the_answer(portal):
    sent = portal.post("/zh/do/targets", files={"verdict": (None, "")}, data={"answer": "later"}, follow_redirects=False)
    assert sent.headers["location"].startswith("/zh/jobs/")
    assert "<table>" in settled(portal, sent.headers["location"])
    assert 'lang="zh-CN"' in portal.get(sent.headers["location"].replace("/zh/", "/en/")).text


def test_a_job_can_be_cancelled_on_its_page_and_its_page_can_be_told_to_keep_still(tmp_path: Path):
    app = application(Workspace(tmp_path))
    app.program.on_startup.clear()  # nobody is at work
    with TestClient(app) as portal:
        from jingwei.doors.desk import Desk

        real, Desk.begin = Desk.begin, lambda self: None
        try:
            page = portal.post("/en/do/plan", files={"answer": (None, "later")}, follow_redirects=False).headers["location"]
            waiting = portal.get(page)
            assert waiting.headers["refresh"] == "2"
            assert "waiting" in waiting.text
            assert "refresh" not in portal.get(f"{page}?still").headers
            assert portal.post(f"{page}/cancel", follow_redirects=False).headers["location"] == page
            assert "cancelled" in portal.get(page).text
            assert "refresh" not in portal.get(page).headers
        finally:
            Desk.begin = real


@pytest.mark.parametrize("path", ["/en/do/nothing", "/en/do/index", "/fr/do", "/fr/do/plan", "/en/jobs/x", "/en/jobs/" + "a" * 64,
                                  "/en/jobs/x/files/y", "/en/do/observe/more"])
def test_what_is_not_there_is_said_on_a_page(portal, path):
    answer = portal.get(path)
    assert answer.status_code == 404
    assert 'id="main"' in answer.text


# Reports as pages


def test_no_markup_of_a_report_passes_and_only_its_own_pictures_are_shown():
    html = typeset('# A\n<script>x</script> [a](javascript:x) ![p](ranks.svg) ![q](http://else/where.png)\n\n<b>b</b>', "t", {"ranks.svg": "?f"})
    assert "<h2>A</h2>" in html
    assert "<script" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html
    assert '<img src="?f" alt="p" />' in html
    assert "else" not in html


def test_headings_of_a_report_stand_below_that_of_the_page():
    assert re.findall(r"<h(\d)>", typeset("# a\n## b\n###### c\n", "t", {})) == ["2", "3", "6"]


@given(st.text(max_size=200))
def test_whatever_a_report_says_it_opens_no_element_of_its_own(text):
    html = typeset(text, "t", {})
    assert not re.search(r"<(?!/?(p|h[2-6]|ul|ol|li|em|strong|a|code|pre|blockquote|hr|br|div|table|thead|tbody|tr|th|td)\b)", html)
