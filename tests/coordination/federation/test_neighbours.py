"""A tree of nodes: who is admitted, who co-signs whose past, and what becomes of one that rewrites it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from nodes import Process, Time, Wire, free_port, stand_below
from nodes import node as declared

from jingwei.coordination.federation import across
from jingwei.coordination.federation.neighbours import admit, directory, exchange_of, join, meet, neighbours, see_head
from jingwei.coordination.federation.query import read_sql
from jingwei.doors.cli import program
from jingwei.kernel import node_records as records
from jingwei.kernel import people_records
from jingwei.kernel.access import Exact, Grant, Subject
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.heads import Head, node_key
from jingwei.kernel.i18n import both
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import Message, seal
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def tree(tmp_path, clock):
    """A province with two cities, and a county below the first."""
    levels = {"gd": ("province", "440000"), "gz": ("city", "440100"), "sz": ("city", "440300"), "th": ("county", "440106")}
    found = {name: declared(tmp_path / name, name, *where, 2000 + i, clock) for i, (name, where) in enumerate(levels.items())}
    wire = Wire({f"http://127.0.0.1:{2000 + i}": each for i, each in enumerate(found.values())})
    stand_below(found["gz"], found["gd"], wire)
    stand_below(found["sz"], found["gd"], wire)
    stand_below(found["th"], found["gz"], wire)
    return found, wire


def id_of(exchange: Exchange) -> str:
    return exchange.hello().profile.id


def seen(exchange: Exchange, other: Exchange) -> records.Known:
    with exchange.workspace.store.read() as connection:
        found = records.find(connection, id_of(other))
    assert found is not None
    return found


def events(exchange: Exchange) -> list[str]:
    return [json.loads(e)["kind"] for _, e in exchange.workspace.ledger.entries()]


def test_a_node_is_admitted_when_it_asked_and_the_node_above_said_so(tmp_path, clock):
    above, below = declared(tmp_path / "a", "gd", "province", "440000", 1, clock), declared(tmp_path / "b", "gz", "city", "440100", 2, clock)
    wire = Wire({"http://127.0.0.1:1": above, "http://127.0.0.1:2": below})
    join(below, "http://127.0.0.1:1", wire)
    assert (seen(above, below).state, seen(below, above).state) == ("asked", "asked")
    assert neighbours(above) == neighbours(below) == []
    with pytest.raises(Problem) as raised:
        wire.ask(above.hello().profile, below_question(below, above))
    assert raised.value.code == "not_admitted"
    admit(above, id_of(below)[:10])
    above.deliver(wire)
    assert (seen(above, below).state, seen(below, above).state) == ("admitted", "admitted")
    assert "node.admitted" in events(above)
    size = above.workspace.ledger.size()
    admit(above, id_of(below))
    assert above.workspace.ledger.size() == size, "once is enough"


def below_question(below: Exchange, above: Exchange) -> Message:
    return seal(node_key(below.workspace.folder), id_of(above), 0, "head", {"from": 0}, below.clock())


def test_a_request_waits_while_the_node_above_is_down(tmp_path, clock):
    above, below = declared(tmp_path / "a", "gd", "province", "440000", 1, clock), declared(tmp_path / "b", "gz", "city", "440100", 2, clock)
    wire = Wire({"http://127.0.0.1:1": above})
    honest, wire.deliver = wire.deliver, lambda _to, _message: (_ for _ in ()).throw(Problem("unreachable", both("down")))
    join(below, "http://127.0.0.1:1", wire)
    wire.deliver = honest
    while not below.deliver(wire):
        pass  # each look at the clock is a second
    assert seen(above, below).state == "asked"


def test_no_node_stands_below_itself_below_two_or_below_a_lower_level(tree, tmp_path, clock):
    found, wire = tree
    for child, parent, code in (("gz", "gz", "circle"), ("gd", "gz", "circle"), ("gz", "sz", "has_parent")):
        with pytest.raises(Problem) as raised:
            join(found[child], found[parent].hello().profile.url, wire)
        assert raised.value.code == code
    nation = declared(tmp_path / "cn", "cn", "nation", "CN", 9, clock)
    wire.at["http://127.0.0.1:9"] = nation
    join(nation, found["gz"].hello().profile.url, wire)
    with found["gz"].workspace.store.read() as connection:
        assert records.find(connection, id_of(nation)) is None
        assert records.taken(connection, id_of(nation), 1)[1].outcome == "bad_level"


def test_an_admission_nobody_asked_for_changes_nothing(tree):
    found, wire = tree
    before = seen(found["gd"], found["gz"])
    found["gz"].send(id_of(found["gd"]), "node.admitted", {"child": id_of(found["gd"])})
    found["gz"].deliver(wire)
    after = seen(found["gd"], found["gz"])
    assert (after.relation, after.state) == (before.relation, before.state) == ("child", "admitted")


def test_neighbours_cosign_each_others_heads_and_a_quiet_tree_falls_silent(tree):
    found, wire = tree
    for each in found.values():
        assert meet(each, wire).troubles == {}
    heads = found["gd"].workspace.ledger.heads()
    assert {c.key for c in heads[-1].cosignatures} == {found[n].hello().profile.key for n in ("gz", "sz")}
    heads[-1].check()
    sizes = {name: each.workspace.ledger.size() for name, each in found.items()}
    for each in found.values():
        meet(each, wire)
    assert sizes == {name: each.workspace.ledger.size() for name, each in found.items()}


def append(exchange: Exchange, count: int, word: str) -> None:
    exchange.workspace.ledger.record([Event("need.declared", exchange.clock(), "p", {"word": f"{word}{i}"}) for i in range(count)])


def rewrite(exchange: Exchange, size: int) -> None:
    """Give a node another past under the same key: ``size`` entries and its neighbour as it was."""
    folder, parents = exchange.workspace.folder, neighbours(exchange)
    profile = exchange.hello().profile
    exchange.workspace.store.close()
    for file in folder.glob("store.db*"):
        file.unlink()
    append(exchange, size, "forged")
    with exchange.workspace.store.write() as connection:
        records.keep(connection, records.Known(profile, "self", "self"))
        for parent in parents:
            records.keep(connection, parent)


@pytest.mark.parametrize(("honest", "forged"), [(300, 700), (300, 20), (300, 300), (1, 2)])
def test_a_node_that_forks_or_shortens_its_past_is_named_with_both_heads_it_signed_and_nothing_of_it_is_taken(tree, honest, forged):
    found, wire = tree
    gd, gz = found["gd"], found["gz"]
    append(gz, honest, "true")
    old = see_head(gd, seen(gd, gz), wire)
    if honest == forged:
        forged = old.size  # the same number of entries, others
    rewrite(gz, forged)
    met = meet(gd, wire)
    problem = met.troubles[id_of(gz)]
    assert problem.code == "forked_node"
    assert id_of(gz) in str(problem)
    assert set(met.heads) == {id_of(found["sz"])}, "the others are met all the same"
    assert seen(gd, gz).state == "forked"
    with gd.workspace.store.read() as connection:
        (kept,) = (json.loads(each) for each in records.evidence(connection, id_of(gz)))
    older, newer = (Head.read(json.dumps(kept[name]).encode()) for name in ("older", "newer"))
    assert (older.size, older.root, newer.size) == (old.size, old.root, forged)
    assert older.key == newer.key == gz.hello().profile.key
    entry = next(json.loads(e) for _, e in gd.workspace.ledger.entries() if b"node.forked" in e)
    assert entry["facts"]["node"] == id_of(gz)
    assert (entry["facts"]["older_root"], entry["facts"]["newer_root"]) == (older.root, newer.root)
    size = gd.workspace.ledger.size()
    gz.send(id_of(gd), "node.join", {"profile": {}})
    gz.deliver(wire)
    with gz.workspace.store.read() as connection:
        assert records.waiting(connection)[0].trouble.startswith("forked_node")
    meet(gd, wire)
    assert gd.workspace.ledger.size() == size
    shown = CliRunner().invoke(program("en"), ["node", "evidence", id_of(gz)[:12], "--workspace", str(gd.workspace.folder)])
    assert older.root in shown.output
    assert newer.root in shown.output


def test_a_node_that_only_grows_is_never_said_to_have_rewritten_its_past(tree):
    found, wire = tree
    gd, gz = found["gd"], found["gz"]
    for count in (0, 1, 2, 61, 255, 256, 257, 600, 3):
        append(gz, count, "more")
        head = see_head(gd, seen(gd, gz), wire)
        assert head.size == gz.workspace.ledger.size()
    assert seen(gd, gz).state == "admitted"


def test_an_answer_altered_on_its_way_is_not_held_against_the_node(tree):
    found, wire = tree
    gd, gz = found["gd"], found["gz"]
    see_head(gd, seen(gd, gz), wire)
    append(gz, 40, "more")
    honest = wire.ask

    def altered(to, question):
        answer = honest(to, question)
        answer.body["said"]["path"] = answer.body["said"]["path"][:-1]
        return answer

    wire.ask = altered
    with pytest.raises(Problem) as raised:
        see_head(gd, seen(gd, gz), wire)
    assert raised.value.code == "altered_message"
    assert seen(gd, gz).state == "admitted"


def test_the_directory_has_every_node_below_and_names_one_that_does_not_answer(tree, monkeypatch):
    found, wire = tree
    monkeypatch.setattr("jingwei.coordination.federation.sources.Http", lambda: wire)
    lines = directory(found["gd"], wire)
    assert {line["name_en"] for line in lines} == set(found)
    parents = {line["name_en"]: line["parent"] for line in lines}
    assert parents == {"gd": "", "gz": id_of(found["gd"]), "sz": id_of(found["gd"]), "th": id_of(found["gz"])}
    del wire.at[found["gz"].hello().profile.url]
    states = {line["name_en"]: line["state"] for line in directory(found["gd"], wire)}
    assert states == {"gd": "answers", "gz": "unreachable", "sz": "answers"}


def test_on_either_database_a_node_admits_is_asked_and_names_who_rewrote_its_past(node, tmp_path, clock):
    above, below = declared(node.folder, "gd", "province", "440000", 1, clock), declared(tmp_path / "b", "gz", "city", "440100", 2, clock)
    wire = Wire({"http://127.0.0.1:1": above, "http://127.0.0.1:2": below})
    stand_below(below, above, wire)
    append(below, 30, "true")
    see_head(above, seen(above, below), wire)
    births = Dataset("births", 1, {"sex": "string"})
    above.workspace.lake.append(births, [{"sex": sex} for sex in "fm" * 40 + "x"])
    with above.workspace.store.write() as connection:
        known = records.find(connection, id_of(below))
        records.keep(connection, replace(known, relation="parent"))  # as if it stood above: only then may it ask
        people_records.give(connection, Grant("g", Subject("role", "parent"), "statistics", "births", {"sex": Exact()}, "agreement", date(2020, 1, 1), export=True), clock())
    plan = read_sql("SELECT sex, count(*) FROM births GROUP BY sex", "statistics", "n")
    question = seal(node_key(below.workspace.folder), id_of(above), 0, "query", {"plan": msgspec.to_builtins(plan), "patience": 5.0, "depth": 1}, clock())
    said = wire.ask(above.hello().profile, question).body["said"]
    part = across.read_part(said["parts"][0], plan)
    assert sorted(cell["rows"] for cell in part.cells.values()) == [40]
    assert part.hidden == 2
    rewrite(below, 40)
    with pytest.raises(Problem, match="rewrote its past"):
        see_head(above, seen(above, below), wire)
    assert "node.forked" in events(above)


# Processes


def cli(folder: Path, *words: str) -> dict:
    shown = CliRunner().invoke(program("en"), [*words, "--workspace", str(folder), "--json"], catch_exceptions=False)
    return json.loads(shown.output)


def until(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def processes(tmp_path):
    """Three nodes, each in a process of its own."""
    made = {}
    for name, level in (("gd", "province"), ("gz", "city"), ("sz", "city")):
        port = free_port()
        cli(tmp_path / name, "node", "init", "--name", name, "--level", level, "--place", "440000", "--url", f"http://127.0.0.1:{port}")
        made[name] = Process(tmp_path / name, port)
    try:
        for each in made.values():
            each.start()
        yield made
    finally:
        for each in made.values():
            each.kill()


def test_three_processes_join_are_admitted_while_one_is_killed_and_cosign_each_other(processes):
    gd = processes["gd"]
    url, ids = f"http://127.0.0.1:{gd.port}", {name: cli(each.folder, "node", "status")["id"] for name, each in processes.items()}
    assert cli(processes["gz"].folder, "node", "join", url)["taken"]
    assert cli(processes["sz"].folder, "node", "join", url)["taken"]
    processes["sz"].kill()
    for name in ("gz", "sz"):
        cli(gd.folder, "node", "admit", ids[name])
    assert {n["id"]: n["waiting"] for n in cli(gd.folder, "node", "status")["neighbours"]} == {ids["gz"]: 0, ids["sz"]: 1}
    assert {n["name_en"]: n["state"] for n in cli(gd.folder, "node", "directory")["nodes"]} == {"gd": "answers", "gz": "answers", "sz": "unreachable"}
    gd.kill()
    gd.start()
    processes["sz"].start()
    until(lambda: cli(processes["sz"].folder, "node", "status")["neighbours"][0]["state"] == "admitted")
    for each in processes.values():
        met = cli(each.folder, "node", "meet")
        assert met["troubles"] == {}
        assert met["heads"]
    assert cli(gd.folder, "node", "status")["cosigned"] == 2
    assert {n["name_en"]: n["state"] for n in cli(gd.folder, "node", "directory")["nodes"]} == {"gd": "answers", "gz": "answers", "sz": "answers"}
    rewritten = exchange_of(Workspace(processes["gz"].folder))
    processes["gz"].kill()
    rewrite(rewritten, 5)
    processes["gz"].start()
    shown = CliRunner().invoke(program("en"), ["node", "meet", "--workspace", str(gd.folder)])
    assert shown.exit_code == 3
    assert ids["gz"] in shown.output
    assert "rewrote its past" in shown.output
