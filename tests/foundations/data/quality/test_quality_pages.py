"""The desk says what is to be done first, and a table's page where it can be relied on, in both languages and for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.foundations.data.quality.actions import bring_facts, run_quality, set_contract
from jingwei.foundations.data.quality.contract import Contract, Field, Update
from jingwei.foundations.data.quality.model import METRICS, AskQuality, BringFacts, RunQuality, SetContract
from jingwei.foundations.data.quality.odcs import write
from jingwei.foundations.data.quality.views import quality, stewardship
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.lake import Dataset
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.workspace import Workspace

PEOPLE = Dataset("人口 <b>", 1, {"id": "string", "day": "string"})


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> Context:
    """Published figures, a table that is overdue and broken in two runs, one that nobody assessed."""
    made = Context(Workspace(tmp_path_factory.mktemp("quality") / "node"))
    bring_facts(made, BringFacts())
    made.workspace.lake.append(PEOPLE, [{"id": "secret-1", "day": "2020-01-01"}, {"id": None, "day": "2020-01-02"}])
    promised = Contract(dataset=PEOPLE.name, owner="民政局", fields=(Field(name="id", required=True), Field(name="day")), update=Update("MONTHLY", "day"))
    set_contract(replace(made, clock=lambda: system_clock() - timedelta(days=3)), SetContract(PEOPLE.name, write(promised)))
    run_quality(replace(made, clock=lambda: system_clock() - timedelta(days=2)), RunQuality(PEOPLE.name))
    made.workspace.lake.append(PEOPLE, [{"id": "secret-2", "day": None}])
    run_quality(made, RunQuality())
    made.workspace.lake.append(Dataset("nobody_looked", 1, {"x": "float64"}), [{"x": 1.0}])
    return made


@pytest.fixture(scope="module")
def portal(context) -> Iterator[TestClient]:
    with TestClient(application(context.workspace)) as client:
        yield client


def test_the_desk_has_the_worst_first_and_everything_on_it(context):
    desk = stewardship(context, Nothing())
    told = [t for _, todos in desk.owners for t in todos]
    assert {t.dataset for t in told} == {PEOPLE.name, "nobody_looked", "facts_nation", "facts_provinces", "facts_sources", "facts_world"}
    heavy = {t.dataset for t in told if t.errors or t.overdue}
    assert heavy == {PEOPLE.name, "facts_sources", "facts_world"}
    for _, todos in desk.owners:
        assert [t.weight for t in todos] == sorted(t.weight for t in todos)
    assert {owner for owner, _ in desk.owners} == {"民政局", "jingwei", ""}
    assert (desk.tables, desk.assessed, desk.overdue, desk.unpromised) == (6, 5, 1, 1)
    overdue = next(t for t in told if t.overdue)
    assert (overdue.dataset, overdue.next.en) == (PEOPLE.name, "its update is overdue")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_table_on_the_desk_leads_to_its_page_and_back(portal, language):
    page = portal.get(f"/{language}/quality")
    assert page.status_code == 200
    addresses = re.findall(rf'href="(/{language}/quality/[^"]+)"', page.text)
    assert len(addresses) == 5
    for address in addresses:
        found = portal.get(address)
        assert found.status_code == 200
        assert f'href="/{language}/quality"' in found.text
        assert all(code in found.text for code in METRICS)
    assert f'href="/{language}/quality"' in portal.get(f"/{language}/catalogue").text


@pytest.mark.parametrize(("language", "words"), [("zh", ("无法评估", "没有业务规则", "初见", "历次", "民政局")), ("en", ("not assessable", "no business rule is given", "First seen", "History"))])
def test_a_page_shows_what_is_missing_since_when_it_is_broken_and_no_value(portal, language, words):
    page = portal.get(f"/{language}/quality/%E4%BA%BA%E5%8F%A3%20%3Cb%3E").text
    assert [w for w in words if w not in page] == []
    assert "secret" not in page
    assert "<b>:" not in page
    assert "人口 &lt;b&gt;" in page
    assert re.search(rf"id {'应当填写' if language == 'zh' else 'is filled in'} <small><code>id\.required</code></small></th>.*?1 / 3", page, re.DOTALL)
    assert "polyline" in page


def test_a_bar_is_as_long_as_its_score_and_none_is_drawn_where_there_is_none(context):
    view = quality(context, AskQuality(PEOPLE.name))
    drawn = {b.score.dimension: (b.score.value, b.at) for b in view.bars}
    assert drawn["02"][1] == round(1000 * (drawn["02"][0] or 0)) == 667
    assert drawn["06"] == (None, 0)
    assert view.bars[1].line == "0,30.0 1000,21.3"
    assert len(view.runs) == 2
    assert not view.changed


def test_a_table_that_is_not_there_or_was_not_assessed_is_said_so(portal):
    for address in ("/zh/quality/nowhere", "/en/quality/nobody_looked"):
        assert portal.get(address).status_code == 404


def test_a_node_without_tables_says_how_to_begin(tmp_path):
    with TestClient(application(Workspace(tmp_path))) as client:
        assert "jingwei data facts" in client.get("/zh/quality").text
