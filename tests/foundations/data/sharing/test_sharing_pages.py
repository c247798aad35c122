"""The pages of sharing say in both languages whose clock runs out next; the interface gives what was granted to its credential alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from shared_node import Node

from jingwei.doors.portal.app import application
from jingwei.foundations.data.sharing import actions, asks
from jingwei.kernel.clock import system_clock
from jingwei.kernel.told import told

PERIOD = {"first": "2025-08-01", "last": "2099-12-31"}


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Node:
    made = Node(tmp_path_factory.mktemp("pages") / "node")
    made.now = system_clock()
    made.offered()
    made.offered("POP-02", "unconditional", name_zh="人口基本信息", name_en="Residents")
    made.offered("POP-X", synthetic=True)
    return made


@pytest.fixture(scope="module")
def names(node) -> dict[str, str]:
    """One of each: open, delivered, with an interface, refused, an exercise."""
    found = {"open": node.requested(**PERIOD, scenario="<b>秘密</b>"), "fast": node.requested("POP-02", **PERIOD), "exercise": node.requested("POP-X", **PERIOD)}
    for name, mode in (("delivered", "csv"), ("api", "api")):
        found[name] = node.requested(mode=mode, **PERIOD)
        actions.decide(node.context, asks.DecideRequest(found[name], "grant"))
    actions.hand_over(node.context, asks.DeliverRequest(found["delivered"]))
    found["credential"] = actions.hand_over(node.context, asks.DeliverRequest(found["api"])).data["credential"]
    found["refused"] = node.requested(**PERIOD)
    actions.decide(node.context, asks.DecideRequest(found["refused"], "refuse", reason="不在共享条件内"))
    return found


@pytest.fixture(scope="module")
def portal(node, names) -> Iterator[TestClient]:
    with TestClient(application(node.context.workspace)) as client:
        yield client


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_has_the_most_pressing_first_and_every_request_leads_to_its_own_page(portal, names, language):
    page = portal.get(f"/{language}/sharing")
    assert page.status_code == 200
    open_, rest = page.text.split('id="rest"')
    assert open_.index(names["fast"]) < open_.index(names["open"])
    assert all(names[n] in rest for n in ("delivered", "api", "refused"))
    assert ("演练" if language == "zh" else "exercise") in page.text
    assert ("人口基本信息 <code>POP-02" if language == "zh" else "Residents <code>POP-02") in page.text
    assert ("已删除" if language == "zh" else "(erased)") not in page.text
    for name in re.findall(rf'href="(/{language}/(?:sharing|desk)/[^"]+)"', page.text):
        assert portal.get(name).status_code == 200


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("答复", "第 21 条", "第 22 条", "提供 2 行、3 项", "记录至少保存至")), ("en", ("reply", "art. 21", "art. 22", "2 rows of 3 columns delivered", "Record kept until"))])
def test_a_request_shows_its_clocks_what_happened_and_what_was_delivered(portal, names, language, words):
    page = portal.get(f"/{language}/sharing/{names['delivered']}").text
    assert [w for w in words if w not in page] == []


def test_what_somebody_wrote_in_a_request_is_not_on_a_public_page(portal, names):
    for address in ("/zh/sharing", f"/zh/sharing/{names['open']}", "/zh/desk/civil", f"/zh/do/share/show?code={names['open']}&answer=now"):
        page = portal.get(address)
        assert page.status_code == 200
        assert "秘密" not in page.text
        assert "张" not in page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk_of_a_provider_says_what_to_do_next_and_how(portal, names, language):
    page = portal.get(f"/{language}/desk/civil").text
    assert page.index(f"jingwei share decide {names['fast']}") < page.index(f"jingwei share decide {names['open']}")
    assert names["refused"] not in page
    assert names["refused"] in portal.get(f"/{language}/desk/health").text


@pytest.mark.parametrize("address", ["/zh/sharing/R-nothing", "/en/desk/nobody", "/en/sharing/%3Cem%3E"])
def test_what_is_not_there_is_said_so(portal, address):
    page = portal.get(address)
    assert page.status_code == 404
    assert "<em>" not in page.text


def test_a_node_on_which_nothing_is_shared_says_how_to_begin(tmp_path):
    from jingwei.kernel.workspace import Workspace

    with TestClient(application(Workspace(tmp_path))) as client:
        assert "share offer" in client.get("/zh/sharing").text
        assert client.get("/en/desk/civil").status_code == 404
        assert client.get("/shared/v1/R-1", headers={"Authorization": "Bearer x"}).status_code == 401


def test_the_interface_gives_exactly_what_was_granted_and_leaves_a_record_each_time(portal, node, names):
    header = {"Authorization": f"Bearer {names['credential']}"}
    before = len([e for e in told(node.ledger, "share") if e.kind == "share.used"])
    for wanted in ("", "?format=csv", "?format=parquet"):
        answer = portal.get(f"/shared/v1/{names['api']}{wanted}", headers=header)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        use = [e for e in told(node.ledger, "share") if e.kind == "share.used"][-1]
        assert use.facts["digest"] == "sha256:" + hashlib.sha256(answer.content).hexdigest()
        assert (use.facts["request"], use.facts["rows"], use.facts["columns"]) == (names["api"], 2, 3)
    assert len([e for e in told(node.ledger, "share") if e.kind == "share.used"]) == before + 3


def test_without_the_credential_the_interface_gives_nothing_and_tells_nothing(portal, names):
    seen = set()
    for name, secret in ((names["api"], "jws_" + "0" * 64), ("R-nothing", names["credential"]), (names["delivered"], names["credential"])):
        answer = portal.get(f"/shared/v1/{name}", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
        seen.add(answer.json()["detail"])
    assert len(seen) == 1
    for header in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}):
        assert portal.get(f"/shared/v1/{names['api']}", headers=header).status_code == 401
    assert portal.get(f"/shared/v1/{names['api']}?format=xml", headers={"Authorization": f"Bearer {names['credential']}"}).status_code == 400
