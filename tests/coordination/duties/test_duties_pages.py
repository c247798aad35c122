"""The pages of duties and matters say in both languages who leads, by which clause and clock; the first page what is urgent today."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from jingwei.doors.cli import program
from jingwei.doors.portal.app import application
from jingwei.kernel.clock import day_in_china, system_clock
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace


def run(node: Workspace, *words: str) -> str:
    done = CliRunner().invoke(program("en"), [*words, "--workspace", str(node.folder)])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Workspace:
    folder = tmp_path_factory.mktemp("desk")
    soon = day_in_china(system_clock()) + timedelta(days=3)
    (folder / "o.csv").write_text("id,name_zh,name_en,kind,level,place,parent\nbureau,省数据局,Data bureau,bureau,province,330000,\n"
                                  "city,杭州市数据局,Hangzhou bureau,bureau,city,330100,bureau\n", encoding="utf-8")
    (folder / "p.csv").write_text(
        "code,clause,task,task_en,lead,helpers,deadline,parent,place,evidence,measure,target,year,datasets,functions\n"
        "A,I4.1,<b>网民</b>,<b>Users</b>,bureau,city,2025-12-31,,CN,measure netizens CN 2025 >= 12,netizens,12,2025,人口库,查询\n"
        f"A-1,F1.1,基站,Stations,city,,{date(2025, 6, 30)},A,330100,events drill.held count >= 1,,,,,\n"
        f"B,O.1,演练,Drill,bureau,,{soon},,,events drill.held count >= 1,,,,人口库,查询\n", encoding="utf-8")
    made = Workspace(folder / "node")
    run(made, "duties", "import", str(folder / "p.csv"), "--organisations", str(folder / "o.csv"))
    made.ledger.append(Event("redline.crossed", system_clock(), "local", {"line": "late_report", "cases": 40_000, "synthetic": True}))
    run(made, "matters", "check")
    return made


@pytest.fixture(scope="module")
def portal(node) -> Iterator[TestClient]:
    with TestClient(application(node)) as client:
        yield client


def code_of(node: Workspace, about: str) -> str:
    return str(next(m["code"] for m in json.loads(run(node, "matters", "--json")) if m["about"] == about))


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("逾期", "省数据局", "下级任务", "疑似重复建设", "合成事件", "怎么办")), ("en", ("overdue", "Data bureau", "Duties below", "Likely doubles", "synthetic event", "what is to be done"))])
def test_every_page_says_who_leads_what_is_overdue_and_what_waits(portal, node, language, words):
    overdue, lead, below, doubles, synthetic, ask = words
    tree = portal.get(f"/{language}/duties").text
    assert all(w in tree for w in (overdue, lead, doubles, "<table"))
    assert tree.index('id="late"') < tree.index('id="soon"') < tree.index('id="tree"')
    duty = portal.get(f"/{language}/duty/A").text
    assert all(w in duty for w in (overdue, lead, below, "I4.1", "measure netizens CN 2025 &gt;= 12", f"/{language}/measure/netizens", f"/{language}/duty/A-1"))
    assert "<b>网民" not in duty + tree, "what somebody wrote is text, never markup"
    assert "<b>Users" not in duty + tree
    matters = portal.get(f"/{language}/matters").text
    assert synthetic in matters
    assert matters.index("late_report") < matters.index("A-1"), "40,000 cases come before one"
    matter = portal.get(f"/{language}/matter/{code_of(node, 'duty:A')}").text
    assert all(w in matter for w in (ask, f"/{language}/duty/A", "matters decide"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_page_says_what_is_urgent_today_and_leads_there(portal, node, language):
    today = re.search(r'<section aria-labelledby="today">.*?</section>', portal.get(f"/{language}").text, re.S)
    assert today
    for address in (f"/{language}/duty/A", f"/{language}/duty/B", f"/{language}/duties", f"/{language}/matters", f"/{language}/matter/{code_of(node, 'duty:A')}"):
        assert f'href="{address}"' in today[0]
        assert portal.get(address).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["duties", "matters"])
def test_a_node_without_duties_says_so_and_is_not_made_by_asking(tmp_path, language, path):
    node = Workspace(tmp_path / "n")
    with TestClient(application(node)) as client:
        page = client.get(f"/{language}/{path}")
    assert page.status_code == 200
    assert "jingwei" in page.text
    assert "<table" not in page.text
    assert not (node.folder / "store.db").exists()


@pytest.mark.parametrize("path", ["duty/Z", "matter/M-0"])
def test_what_is_not_there_is_said_to_be_missing(portal, path):
    assert portal.get(f"/en/{path}").status_code == 404


def test_a_page_changes_with_the_ledger_and_its_figures_are_not_worked_out_again(portal, node):
    first = portal.get("/en/duty/B")
    again = portal.get("/en/duty/B", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    node.ledger.append(Event("drill.held", system_clock(), "local"))
    later = portal.get("/en/duty/B", headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == 200
    assert "done" in later.text
