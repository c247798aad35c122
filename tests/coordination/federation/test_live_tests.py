"""Who stands below is known to every node above, and so is whether each passed its four live tests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from nodes import Process, Time, Wire, free_port, node, stand_below

from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.passing import changed
from jingwei.coordination.duties.records import set_duty
from jingwei.coordination.federation import below, live
from jingwei.coordination.federation.below import TESTS, Nodes, fold
from jingwei.coordination.federation.figures import share
from jingwei.coordination.federation.neighbours import KINDS, QUESTIONS, admit, join
from jingwei.coordination.federation.sources import Http
from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.model import OBSERVATIONS, Observe
from jingwei.doors.cli import program
from jingwei.kernel import node_records as records
from jingwei.kernel import people_records
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import Text, both
from jingwei.kernel.nodes import Known
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import Federation
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.told import Told

PLACES = {"gd": ("province", "440000"), "gz": ("city", "440100"), "sz": ("city", "440300"), "th": ("county", "440106")}
ALL = dict.fromkeys(TESTS, True)


@pytest.fixture
def tree(tmp_path, monkeypatch):
    clock = Time()
    found = {name: node(tmp_path / name, name, *where, 5000 + i, clock) for i, (name, where) in enumerate(PLACES.items())}
    wire = Wire({each.hello().profile.url: each for each in found.values()})
    monkeypatch.setattr("jingwei.coordination.federation.sources.Http", lambda *_: wire)
    for child, parent in (("gz", "gd"), ("sz", "gd"), ("th", "gz")):
        stand_below(found[child], found[parent], wire)
    return found, wire


def after_tests(found: dict[str, Exchange], wire: Wire) -> dict[str, dict[str, bool]]:
    """The nodes that have others below test them; what the province knows then."""
    for name in ("gz", "gd"):
        live.test(found[name], wire)
        found[name].deliver(wire)
    nodes = below.read(found["gd"])
    return {b.name.en: {test: nodes.tests[b.node, test].passed for test in TESTS if (b.node, test) in nodes.tests} for b in nodes.there}


def why(exchange: Exchange, of: Exchange) -> set[str]:
    return {t.why for (node, _), t in below.read(exchange).tests.items() if node == of.hello().profile.id and not t.passed}


def recorded(exchange: Exchange, kind: str) -> list[dict]:
    return [e["facts"] for e in (json.loads(each) for _, each in exchange.workspace.ledger.entries()) if e["kind"] == kind]


def test_an_ancestor_knows_every_node_below_and_that_each_passes_four_tests(tree):
    found, wire = tree
    assert after_tests(found, wire) == {"gz": ALL, "th": ALL, "sz": ALL}
    nodes = below.read(found["gd"])
    ids = {name: each.hello().profile.id for name, each in found.items()}
    assert {b.node: (b.above, b.level, b.place, b.gone) for b in nodes.there} == {
        ids["gz"]: (ids["gd"], "city", "440100", False), ids["sz"]: (ids["gd"], "city", "440300", False), ids["th"]: (ids["gz"], "county", "440106", False)}
    assert nodes.below[ids["th"]].name.zh == "th节点"
    assert set(recorded(found["gd"], "node.tested")[0]) == {"node", "above", "test", "passed", "why"}
    assert recorded(found["th"], "node.below") == []


def test_a_result_that_says_nothing_new_makes_no_entry_until_half_a_silence_has_passed(tree):
    found, wire = tree
    after_tests(found, wire)
    before = len(recorded(found["gd"], "node.tested"))
    assert before == 12
    after_tests(found, wire)
    assert len(recorded(found["gd"], "node.tested")) == before
    found["gd"].clock.now += timedelta(seconds=Federation().silence / 2 + 1)
    after_tests(found, wire)
    assert len(recorded(found["gd"], "node.tested")) == 2 * before


def test_a_node_that_is_down_fails_all_four_tests_at_every_node_above_and_passes_when_it_is_back(tree):
    found, wire = tree
    after_tests(found, wire)
    url = found["th"].hello().profile.url
    gone = wire.at.pop(url)
    assert after_tests(found, wire) == {"gz": ALL, "th": dict.fromkeys(TESTS, False), "sz": ALL}
    assert why(found["gd"], found["th"]) == {"unreachable"}
    wire.at[url] = gone
    assert after_tests(found, wire)["th"] == ALL


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """The nation and a province."""
    clock = Time()
    cn, gd = node(tmp_path / "cn", "cn", "nation", "CN", 5011, clock), node(tmp_path / "gd", "gd", "province", "440000", 5012, clock)
    wire = Wire({each.hello().profile.url: each for each in (cn, gd)})
    monkeypatch.setattr("jingwei.coordination.federation.sources.Http", lambda *_: wire)
    stand_below(gd, cn, wire)
    return cn, gd, wire


def passes(above: Exchange, wire: Wire) -> dict[str, bool]:
    """The tests of the only node below."""
    nodes, _ = live.test(above, wire)
    return {test: t.passed for (_, test), t in nodes.tests.items()}


def observed(exchange: Exchange) -> None:
    content = "measure,place,period,value,unit,source,vintage,status\nbase_stations_5g,440000,2023,32.4,10k,own,2026-01,observed\n"
    observe(Context(exchange.workspace), Observe(Table.read(Document("own.csv", content.encode()))))


def test_tests_are_due_when_there_is_a_child_never_tested_and_again_when_their_time_has_passed(tree, tmp_path):
    found, wire = tree
    gd = found["gd"]
    assert live.due(gd)
    assert not live.due(found["sz"]), "nobody stands below it"
    live.test(gd, wire)
    assert not live.due(gd)
    gd.clock.now += timedelta(seconds=Federation().test_every)
    assert live.due(gd)
    live.test(gd, wire)
    new = node(tmp_path / "zh", "zh", "city", "440400", 5010, gd.clock)
    wire.at[new.hello().profile.url] = new
    stand_below(new, gd, wire)
    assert live.due(gd)


def broken(monkeypatch, name: str, code: str = "broken") -> None:
    def fails(*_args):
        raise Problem(code, both("it does not work"))

    monkeypatch.setitem(QUESTIONS if name in QUESTIONS else KINDS, name, fails)


@pytest.mark.parametrize(("part", "test"), [("test.up", "up"), ("figures", "back"), ("duty", "duty"), ("query", "query")])
def test_what_does_not_work_fails_its_own_test_and_no_other(tree, monkeypatch, part, test):
    found, wire = tree
    after_tests(found, wire)
    broken(monkeypatch, part)
    assert after_tests(found, wire)["sz"] == {**ALL, test: False}
    assert why(found["gd"], found["sz"]) == {"broken"}


def test_figures_sent_down_that_cannot_be_read_there_any_more_fail_the_back_flow(pair):
    cn, gd, wire = pair
    observed(cn)
    assert share(cn)
    assert passes(cn, wire) == ALL
    (gd.workspace.lake.folder / OBSERVATIONS.name / "current").unlink()
    assert passes(cn, wire) == {**ALL, "back": False}
    assert why(cn, gd) == {"not_readable"}


def test_a_query_refused_under_the_nodes_own_rules_is_answered_and_one_forged_or_left_out_is_not(tree, monkeypatch):
    found, wire = tree
    after_tests(found, wire)
    with found["sz"].workspace.store.write() as connection:
        people_records.withdraw(connection, "nodes-probe", found["sz"].clock())
    assert after_tests(found, wire)["sz"] == ALL
    sz = found["sz"].hello().profile.id
    assert below.read(found["gd"]).tests[sz, "query"].why == "not_granted"
    monkeypatch.setitem(QUESTIONS, "query", lambda *_: {"parts": [], "silent": []})
    assert after_tests(found, wire)["sz"] == {**ALL, "query": False}
    monkeypatch.setitem(QUESTIONS, "query", lambda *_: {"parts": [{"profile": {}, "part": {}}], "silent": []})
    assert after_tests(found, wire)["sz"] == {**ALL, "query": False}


def test_a_node_whose_messages_wait_is_not_sent_probe_after_probe(tree):
    found, wire = tree
    gd, sz = found["gd"], found["sz"].hello().profile
    honest, wire.deliver = wire.deliver, lambda to, m: honest(to, m) if to.id != sz.id else (_ for _ in ()).throw(Problem("unreachable", both("down")))
    for _ in range(5):
        assert after_tests(found, wire)["sz"] == {**ALL, "duty": False, "back": False}
    with gd.workspace.store.read() as connection:
        assert {w.receiver: w.messages for w in records.waiting(connection)} == {sz.id: 1}


def older(exchange: Exchange, wire: Wire, monkeypatch) -> None:
    """A node whose program speaks version 1 alone, as it was before there were duties between nodes."""
    url, honest, receive = exchange.hello().profile.url, wire.greet, wire.deliver

    def greet(at: str):
        hello = honest(at)
        return msgspec.structs.replace(hello, profile=msgspec.structs.replace(hello.profile, versions=(1, 1))) if at == url else hello

    def deliver(to, message):
        if to.url == url and (message.envelope.protocol > 1 or message.envelope.kind.startswith(("duty", "node.below"))):
            raise Problem("unknown_kind", both("this program knows no message of that kind"))
        return receive(to, message)

    monkeypatch.setattr(wire, "greet", greet)
    monkeypatch.setattr(wire, "deliver", deliver)


def test_an_older_node_goes_on_taking_figures_and_what_it_cannot_do_is_said_until_it_is_upgraded(pair, monkeypatch):
    cn, gd, wire = pair
    duty = Duty("A", "O.1", Text("办", "do"), "gd-data", cn.clock().date() + timedelta(days=90), "440000")
    with monkeypatch.context() as before:
        older(gd, wire, before)
        assert passes(cn, wire) == dict.fromkeys(TESTS, False)
        assert why(cn, gd) == {"older_program"}
        _, _, sent = changed(Context(cn.workspace, clock=cn.clock), lambda t: set_duty(t, duty))
        assert sent == [], "it would block what waits behind it"
        observed(cn)
        share(cn)
        assert cn.deliver(wire) == 1
        shown = CliRunner().invoke(program("en"), ["node", "status", "--workspace", str(cn.workspace.folder)])
        assert "gd: an older program" in shown.output
    assert passes(cn, wire) == ALL
    _, _, sent = changed(Context(cn.workspace, clock=cn.clock), lambda _: [])
    assert [s.duty for s in sent] == ["A"]


def test_a_message_of_a_kind_its_receiver_does_not_know_waits_and_the_status_says_so(tree):
    found, wire = tree
    gd, sz = found["gd"], found["sz"]
    sz_old = Exchange(sz.workspace, {k: v for k, v in KINDS.items() if k != "duty"}, sz.questions, sz.clock)
    wire.at[sz.hello().profile.url] = sz_old
    gd.send(sz.hello().profile.id, "duty", {"probe": "x"})
    gd.deliver(wire)
    shown = CliRunner().invoke(program("en"), ["node", "status", "--workspace", str(gd.workspace.folder)])
    assert "does not know the first message that waits" in shown.output
    wire.at[sz.hello().profile.url] = sz
    gd.clock.now += timedelta(minutes=10)
    assert gd.deliver(wire) == 1


def test_a_child_says_nothing_of_itself_of_anothers_nodes_or_of_what_does_not_hang_below_it(tree):
    found, wire = tree
    after_tests(found, wire)
    before, gd = below.read(found["gd"]), found["gd"].hello().profile.id
    gz, sz, th = (found[n].hello().profile.id for n in ("gz", "sz", "th"))
    line = {"level": "county", "place": "440305", "zh": "x", "en": "x", "gone": False}
    at = (found["sz"].clock() + timedelta(days=1)).isoformat()
    lies = {"nodes": [{**line, "node": th, "above": sz}, {**line, "node": gz, "above": sz, "gone": True}, {**line, "node": sz, "above": sz, "gone": True},
                      {**line, "node": "n-" + "a" * 40, "above": gz}, {**line, "node": gd, "above": sz}],
            "tests": [{"node": node_, "above": gd, "test": "up", "passed": False, "why": "x", "at": at} for node_ in (sz, gz, th)]}
    found["sz"].send(gd, "node.below", lies)
    found["sz"].deliver(wire)
    assert below.read(found["gd"]) == before


@pytest.mark.parametrize("body", [{}, {"nodes": 1, "tests": []}, {"nodes": [{"node": "x"}], "tests": []},
                                  {"nodes": [], "tests": [{"node": "n-" + "a" * 40, "above": "n-" + "a" * 40, "test": "up", "passed": True, "why": "", "at": "2026-01-01"}]}])
def test_a_message_that_does_not_say_who_stands_below_is_noted_as_unreadable(tree, body):
    found, wire = tree
    message = found["sz"].send(found["gd"].hello().profile.id, "node.below", body)
    found["sz"].deliver(wire)
    with found["sz"].workspace.store.read() as connection:
        assert records.outcome(connection, message.envelope.to, message.envelope.sequence) == "unreadable"


def test_a_node_that_joins_with_others_below_it_brings_them_along_and_takes_them_with_it(tree, tmp_path):
    found, wire = tree
    after_tests(found, wire)
    nation = node(tmp_path / "cn", "cn", "nation", "CN", 5009, found["gd"].clock)
    wire.at[nation.hello().profile.url] = nation
    join(found["gd"], nation.hello().profile.url, wire)
    admit(nation, found["gd"].hello().profile.id)
    for each in (nation, found["gd"]):
        each.deliver(wire)
    nodes = below.read(nation)
    assert {b.name.en for b in nodes.there} == {"gd", "gz", "sz", "th"}
    assert len(nodes.tests) == 12
    assert set(nodes.under(found["gz"].hello().profile.id)) == {found["th"].hello().profile.id}
    with found["gd"].workspace.store.write() as connection:
        one = records.find(connection, found["gz"].hello().profile.id)
        assert isinstance(one, Known)
        records.keep(connection, replace(one, relation="other"))
    live.test(found["gd"], wire)
    found["gd"].deliver(wire)
    assert {b.name.en for b in below.read(nation).there} == {"gd", "sz"}


IDS = [f"n-{c * 40}" for c in "abc"]
SAID = st.builds(lambda n, a, gone, via: ("node.below", {"node": n, "above": a, "level": "city", "place": "440100", "via": via, "gone": gone}),
                 st.sampled_from(IDS), st.sampled_from(IDS), st.booleans(), st.sampled_from(["", *IDS])) | st.builds(
    lambda n, t, p: ("node.tested", {"node": n, "above": IDS[0], "test": t, "passed": p, "why": ""}), st.sampled_from(IDS), st.sampled_from(list(TESTS)), st.booleans())


@given(st.lists(SAID, max_size=20), st.integers(0, 20))
def test_the_newest_word_on_each_node_and_test_counts_and_nothing_else(said, cut):
    events = [Told(i, f"2026-01-01T00:00:{i:02d}+08:00", kind, facts, {}) for i, (kind, facts) in enumerate(said)]
    nodes = fold(events)
    last = {e.facts["node"]: e for e in events if e.kind == "node.below"}
    assert {b.node for b in nodes.there} == {n for n, e in last.items() if not e.facts["gone"]}
    others = [e for e in events[:cut] if e not in last.values() and e.kind == "node.below" and e.facts["gone"] is last[e.facts["node"]].facts["gone"]]
    assert fold([e for e in events if e not in others]).below == nodes.below
    for one in IDS:
        assert len(set(Nodes(nodes.below).under(one))) == len(Nodes(nodes.below).under(one)), "whatever is said, the walk down ends"


def test_a_node_tests_another_process_over_http_and_says_when_it_does_not_answer(tmp_path):
    ports, names = [free_port(), free_port()], ("gd", "gz")
    for name, port in zip(names, ports, strict=True):
        shown = CliRunner().invoke(program("en"), ["node", "init", "--name", name, "--level", PLACES[name][0], "--place", PLACES[name][1],
                                                   "--url", f"127.0.0.1:{port}", "--workspace", str(tmp_path / name)])
        assert shown.exit_code == 0, shown.output
    both = [Process(tmp_path / name, port) for name, port in zip(names, ports, strict=True)]
    try:
        for each in both:
            each.start()
        for words in (["gz", "join", f"127.0.0.1:{ports[0]}"], ["gd", "admit", Http().greet(f"http://127.0.0.1:{ports[1]}").profile.id]):
            assert CliRunner().invoke(program("en"), ["node", *words[1:], "--workspace", str(tmp_path / words[0])]).exit_code == 0
        shown = CliRunner().invoke(program("en"), ["node", "test", "--json", "--workspace", str(tmp_path / "gd")])
        assert shown.exit_code == 0, shown.output
        (line,) = json.loads(shown.output)["nodes"]
        assert {name: t["passed"] for name, t in line["tests"].items()} == ALL
        both[1].kill()
        shown = CliRunner().invoke(program("en"), ["node", "test", "--json", "--workspace", str(tmp_path / "gd")])
        assert shown.exit_code == 3, "somebody does not pass"
        assert {t["why"] for t in json.loads(shown.output)["nodes"][0]["tests"].values()} == {"unreachable"}
    finally:
        for each in both:
            each.kill()
