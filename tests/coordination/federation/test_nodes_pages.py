"""The map of nodes: the tree as far as it is known, who answers and who is silent, whatever depth it is reported from."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from nodes import Time, Wire, node, stand_below

from jingwei.coordination.federation.model import AskNode
from jingwei.coordination.federation.neighbours import join, meet
from jingwei.coordination.federation.standing import walk
from jingwei.coordination.federation.views import known_nodes, nodes
from jingwei.coordination.federation.views import node as one_node
from jingwei.doors.portal.app import application
from jingwei.kernel import node_records as records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.ledger import Event
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def family(tmp_path, clock) -> dict[str, Exchange]:
    """A province, two cities, a county below the first; one more city that asked and was not admitted yet."""
    wire, made = Wire(), dict[str, Exchange]()
    for i, (name, level, place) in enumerate([("Zhejiang", "province", "330000"), ("Hangzhou", "city", "330100"), ("Ningbo", "city", "330200"),
                                              ("Xiaoshan", "county", "330109"), ("Wenzhou", "city", "330300")]):
        made[name] = node(tmp_path / name, name, level, place, 3000 + i, clock)
        wire.at[f"http://127.0.0.1:{3000 + i}"] = made[name]
    for child, parent in (("Hangzhou", "Zhejiang"), ("Ningbo", "Zhejiang"), ("Xiaoshan", "Hangzhou")):
        stand_below(made[child], made[parent], wire)
    join(made["Wenzhou"], "http://127.0.0.1:3000", wire)
    for one in (*made.values(), *made.values()):
        meet(one, wire)
    return made


def id_of(exchange: Exchange) -> str:
    return exchange.hello().profile.id


def report(at: Exchange, node: str, above: str, **tests: bool) -> None:
    """What a node learns of one further down."""
    now = at.clock()
    at.workspace.ledger.append(Event("node.below", now, "local", {"node": node, "above": above, "level": "county", "place": "330109", "gone": False},
                                     {f"node:{node}": {"zh": "萧山", "en": "Xiaoshan"}}))
    results(at, node, **tests)


def results(at: Exchange, node: str, **tests: bool) -> None:
    for test, passed in tests.items():
        at.workspace.ledger.append(Event("node.tested", at.clock(), "local", {"node": node, "test": test, "passed": passed, "why": "" if passed else "unreachable"}))


def seen(exchange: Exchange, clock: Time) -> dict[str, str]:
    view = nodes(Context(exchange.workspace, clock=clock), Nothing())
    return {one.name.en: one.state for one in view.nodes}


def shape(exchange: Exchange, clock: Time) -> list[tuple[int, str]]:
    """Names with their depth, in the tree's order."""
    view = nodes(Context(exchange.workspace, clock=clock), Nothing())

    def lines(branch, deep):
        return [(deep, branch.stands.name.en), *(line for one in branch.below for line in lines(one, deep + 1))]

    return [line for root in view.roots for line in lines(root, 0)]


def test_the_tree_has_who_is_above_at_its_root_and_each_node_below_its_own(family, clock):
    assert shape(family["Hangzhou"], clock) == [(0, "Zhejiang"), (1, "Hangzhou"), (2, "Xiaoshan")]
    assert shape(family["Zhejiang"], clock) == [(0, "Zhejiang"), (1, "Hangzhou"), (2, "Xiaoshan"), (1, "Ningbo"), (1, "Wenzhou")]


def test_a_node_is_silent_when_it_has_not_been_heard_of_for_five_minutes_and_not_before(family, clock):
    assert seen(family["Zhejiang"], clock) == {"Zhejiang": "self", "Hangzhou": "answers", "Ningbo": "answers", "Xiaoshan": "untested", "Wenzhou": "asked"}
    clock.now += timedelta(minutes=4)
    assert seen(family["Zhejiang"], clock)["Ningbo"] == "answers"
    clock.now += timedelta(minutes=2)
    assert seen(family["Zhejiang"], clock)["Ningbo"] == "silent"
    with family["Zhejiang"].workspace.store.write() as connection:
        records.heard(connection, id_of(family["Ningbo"]), clock())
    assert seen(family["Zhejiang"], clock) == {"Zhejiang": "self", "Hangzhou": "silent", "Ningbo": "answers", "Xiaoshan": "untested", "Wenzhou": "asked"}


def test_a_node_further_down_stands_as_its_newest_tests_say(family, clock):
    top, county = family["Zhejiang"], id_of(family["Xiaoshan"])
    report(top, county, id_of(family["Hangzhou"]), up=True, back=True, duty=True)
    assert seen(top, clock)["Xiaoshan"] == "untested", "three of four is not four"
    results(top, county, query=True)
    assert seen(top, clock)["Xiaoshan"] == "passes"
    results(top, county, back=False)
    assert seen(top, clock)["Xiaoshan"] == "fails"
    results(top, county, back=True)
    assert seen(top, clock)["Xiaoshan"] == "passes"
    top.workspace.ledger.append(Event("node.below", clock(), "local", {"node": county, "above": "", "level": "county", "place": "330109", "gone": True}))
    assert "Xiaoshan" not in seen(top, clock)
    assert county not in known_nodes(top.workspace)


def test_nodes_reported_to_stand_below_each_other_are_all_shown_once(family, clock):
    top = family["Zhejiang"]
    one, other = "n-" + "1" * 40, "n-" + "2" * 40
    report(top, one, other)
    report(top, other, one)
    view = nodes(Context(top.workspace, clock=clock), Nothing())
    assert sorted(b.stands.id for root in view.roots for b in walk(root)) == sorted(n.id for n in view.nodes)


def test_a_node_that_co_signed_our_newest_head_is_told_from_one_that_has_not_yet(family, clock):
    top = family["Zhejiang"]
    top.workspace.ledger.append(Event("drill.held", clock(), "local"))
    wire = Wire({"http://127.0.0.1:3000": top})
    meet(family["Ningbo"], wire)  # it asks for our head, which is signed now, and co-signs it
    view = nodes(Context(top.workspace, clock=clock), Nothing())
    assert {n.name.en: n.cosigned for n in view.nodes} == {"Zhejiang": None, "Hangzhou": False, "Ningbo": True, "Xiaoshan": None, "Wenzhou": False}


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ("本节点", "在线", "检验不过", "待接纳", "四项检验", "待发")), ("en", ("this node", "answers", "fails a test", "asked to be admitted", "Four tests", "Waiting for it"))])
def test_the_pages_say_it_in_both_languages_and_lead_on_to_the_ledger(family, clock, language, words):
    top, county = family["Zhejiang"], id_of(family["Xiaoshan"])
    report(top, county, id_of(family["Hangzhou"]), up=True, back=True, duty=True, query=False)
    with top.workspace.store.write() as connection:  # the page looks at the clock on the wall
        for name in ("Hangzhou", "Ningbo"):
            records.heard(connection, id_of(family[name]), system_clock())
    top.send(id_of(family["Ningbo"]), "figures", {"csv": ""})
    with TestClient(application(top.workspace)) as client:
        page = client.get(f"/{language}/nodes").text
        assert all(w in page for w in words)
        about = client.get(f"/{language}/node/{county}")
        assert about.status_code == 200
        entry = re.search(rf'href="(/{language}/ledger/\d+)"', about.text)
        assert entry
        assert county in client.get(entry[1]).text
        assert f'href="/{language}/node/{id_of(family["Hangzhou"])}"' in about.text
        assert client.get(f"/{language}/node/{county[:9]}").status_code == 200
        assert client.get(f"/{language}/node/n-zz").status_code == 404


def test_what_waits_for_a_node_stands_beside_it_with_the_reason(family, clock):
    top, city = family["Zhejiang"], id_of(family["Ningbo"])
    top.send(city, "figures", {"csv": ""})
    top.deliver(Wire())
    view = one_node(Context(top.workspace, clock=clock), AskNode(city))
    assert view.one.waiting is not None
    assert (view.one.waiting.messages, view.one.waiting.trouble.partition(":")[0]) == (1, "unreachable")


def test_a_folder_that_is_no_node_says_so_and_an_unknown_node_is_refused(tmp_path):
    workspace = Workspace(tmp_path / "bare")
    with TestClient(application(workspace)) as client:
        assert "jingwei node init" in client.get("/zh/nodes").text
    assert not (workspace.folder / "store.db").exists()
    with pytest.raises(Problem, match="begins with"):
        one_node(Context(workspace), AskNode("n-123"))
