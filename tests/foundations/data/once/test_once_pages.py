"""The pages of collecting once: who holds what, column by column, in both languages, without JavaScript, on a telephone too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from once_node import Node, collected, table

from jingwei.doors.portal.app import application
from jingwei.foundations.data.once import actions, asks
from jingwei.kernel.clock import system_clock


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Node:
    made = Node(tmp_path_factory.mktemp("once") / "node")
    made.now = system_clock() - timedelta(days=2)
    made.take()
    made.now += timedelta(days=1)
    made.plan()
    collected(made, "intake")
    actions.plan(made.context, asks.PlanCollection("survey", "labour", table("身份证号", "手机号码", "地址"), title="<b>调查</b>"))
    made.decide(next(f["finding"] for f in made.report().data["findings"] if f["new"]["dataset"] == "visits"))
    return made


@pytest.fixture(scope="module")
def portal(node) -> Iterator[TestClient]:
    with TestClient(application(node.context.workspace)) as client:
        yield client


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_ranks_what_is_collected_twice_and_every_finding_has_its_own(portal, node, language):
    page = portal.get(f"/{language}/once")
    assert page.status_code == 200
    told = node.report().data["findings"]
    assert len(told) == 3
    ranked = [page.text.index(f["finding"]) for f in told]
    assert ranked == sorted(ranked)
    for f in told:
        one = portal.get(f"/{language}/once/{f['finding']}")
        assert one.status_code == 200
        assert all(p["new"] in one.text and p["held"] in one.text for p in f["pairs"])
        assert ('class="band"' in one.text) == (f["basis"] == "values")


def test_the_number_of_duplicates_is_the_reports(portal, node):
    assert f'Duplicate collections</a> {int(node.figures()["duplicate_collections"])}' in portal.get("/en/once").text


def test_what_somebody_wrote_as_a_title_is_text_and_reasons_are_not_on_a_public_page(portal, node):
    pages = [portal.get("/en/once").text, *(portal.get(f"/en/once/{f['finding']}").text for f in node.report().data["findings"])]
    assert not any("<b>调查</b>" in p or "shared already" in p for p in pages)
    assert any("decided against, less than ninety days ago" in p and "entry" in p for p in pages)


@pytest.mark.parametrize("code", ["D-0000000000", "<b>"])
def test_a_finding_that_is_not_there_is_told_so(portal, code):
    page = portal.get(f"/en/once/{code}")
    assert page.status_code == 404
    assert "<b>" not in page.text.partition("<main")[2]


def test_an_empty_node_says_how_to_begin(tmp_path):
    from jingwei.kernel.workspace import Workspace

    with TestClient(application(Workspace(tmp_path))) as client:
        assert "jingwei once take" in client.get("/en/once").text
