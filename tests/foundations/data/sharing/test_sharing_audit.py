"""Whoever answers for data sees who used them under which grant and what broke the order; the figures go to the evaluation with place and year."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from shared_node import NOON, Node

from jingwei import plan
from jingwei.doors.portal.app import application
from jingwei.foundations.data.sharing import actions, asks, collecting, following, reports
from jingwei.kernel.actions import run
from jingwei.kernel.clock import system_clock
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table

PERIOD = {"first": "2025-08-01", "last": "2099-12-31"}
ACTIONS = {a.path: a for p in plan.pillars() for a in p.actions}


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Node:
    """One delivered and collected, one answered late, one that waits."""
    made = Node(tmp_path_factory.mktemp("audited") / "node")
    made.now = system_clock() - timedelta(days=60)
    made.offered()
    made.offered("POP-02")
    late = made.requested("POP-02", **PERIOD)
    made.now += timedelta(days=40)
    actions.decide(made.context, asks.DecideRequest(late, "refuse", reason="不在共享条件内"))
    given = made.requested(**PERIOD)
    actions.decide(made.context, asks.DecideRequest(given, "grant"))
    actions.hand_over(made.context, asks.DeliverRequest(given))
    made.now += timedelta(days=1)
    collecting.collect(made.by("health"), asks.CollectData(given))
    return made


@pytest.fixture(scope="module")
def portal(node) -> Iterator[TestClient]:
    with TestClient(application(node.context.workspace)) as client:
        yield client


def cells(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document.text())))


def test_every_use_names_its_grant_and_can_be_had_as_a_file(node):
    done = reports.uses(node.context, asks.AskUses())
    rows = cells(done.documents[0])
    assert [(r["asker"], r["provider"], r["data"], r["rows"]) for r in rows] == [("health", "civil", "POP-01", "2")] * 2
    assert {r["grant"] for r in rows} == {f"{rows[0]['request']}.1"}
    assert rows[0]["digest"] == rows[1]["digest"], "what was collected is what was delivered"


@pytest.mark.parametrize(("asked", "count"), [
    ({"provider": "civil"}, 2), ({"provider": "health"}, 0), ({"asker": "health"}, 2), ({"data": "POP-02"}, 0), ({"first": "2099-01-01"}, 0), ({"last": "2020-01-01"}, 0)])
def test_uses_are_chosen_by_department_data_and_days(node, asked, count):
    assert len(reports.uses(node.context, asks.AskUses(**asked)).data) == count


def test_a_day_that_is_none_is_refused(node):
    with pytest.raises(Problem) as refused:
        reports.uses(node.context, asks.AskUses(first="yesterday"))
    assert refused.value.code == "bad_day"


@pytest.mark.parametrize(("language", "words"), [("zh", ("第 21 条", "答复逾期", "使用记录", "这件申请的期限")), ("en", ("art. 21", "reply late", "Records of use", "working days"))])
def test_the_page_shows_uses_and_breaches_by_article_with_the_clocks_of_each_case(portal, language, words):
    page = portal.get(f"/{language}/audit")
    assert page.status_code == 200
    assert [w for w in words if w not in page.text] == []


def test_a_department_sees_who_has_used_its_data_and_nothing_else(portal):
    page = portal.get("/en/audit?provider=civil").text
    assert "Who used data of Civil affairs" in page
    assert page.count("POP-01</td>") == 2
    other = portal.get("/en/audit?provider=health").text
    assert "There is no such record of use" in other
    assert "reply late" not in other
    assert portal.get("/en/audit?first=yesterday").status_code == 404


def test_a_page_tells_nothing_of_what_the_data_or_the_words_say(portal):
    page = portal.get("/zh/audit").text
    assert not any(word in page for word in ("疫苗接种通知", "张三", "8460"))


def test_nobody_but_the_asker_collects_and_nothing_after_it_was_stopped(tmp_path):
    node = Node(tmp_path / "node")
    name = node.granted()
    with pytest.raises(Problem) as early:
        collecting.collect(node.by("health"), asks.CollectData(name))
    actions.hand_over(node.context, asks.DeliverRequest(name))
    with pytest.raises(Problem) as stranger:
        collecting.collect(node.by("civil"), asks.CollectData(name))
    assert collecting.collect(node.by("health"), asks.CollectData(name)).data["same"]
    following.stop(node.context, asks.StopRequest(name, "purpose_met", "完成", agreed=True))
    with pytest.raises(Problem) as over:
        collecting.collect(node.by("health"), asks.CollectData(name))
    assert [e.value.code for e in (early, stranger, over)] == ["not_delivered", "not_party", "not_granted"]


def test_the_figures_reach_the_evaluation_with_the_nodes_place_and_the_year(tmp_path):
    node = Node(tmp_path / "node")
    run(ACTIONS["node", "init"], node.context, ACTIONS["node", "init"].input(name="广东省数据局", name_en="Guangdong", level="province", place="440000", organisation="pbureau",
                                                                            url="http://127.0.0.1:2999"))
    node.granted()
    audit = reports.audit(node.context, asks.AskAudit())
    file = next(d for d in audit.documents if d.name == "observations.csv")
    assert {(r["place"], r["period"]) for r in cells(file)} == {("440000", str(NOON.year))}
    observed = run(ACTIONS["observe",], node.context, ACTIONS["observe",].input(file=Table.read(file)))
    assert observed.data["rejected"] in (0, [])
    figures = run(ACTIONS["figures",], node.context, ACTIONS["figures",].input(measure="sharing_on_time", place="440000")).data
    assert [(f["place"], f["period"], f["value"]) for f in figures] == [("440000", str(NOON.year), 100.0)]
