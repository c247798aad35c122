"""Seven nodes killed, cut off and started again at random while all of them are at work: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from nodes import Wire, free_port, stand_below
from nodes import node as declared
from seven import NAMES, Seven, under
from test_neighbours import rewrite

from jingwei.coordination.duties.passing import inward, outward
from jingwei.coordination.duties.records import read_tree
from jingwei.coordination.duties.tree import breaches
from jingwei.coordination.federation import actions
from jingwei.coordination.federation.model import Init
from jingwei.kernel import merkle
from jingwei.kernel import node_records as records
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Exchange

PATIENCE = 240
"""Seconds after which what has not arrived counts as lost."""


def made(folder: Path) -> tuple[dict[str, Exchange], dict[str, int]]:
    """The tree of NAMES; each node is that of the organisation of its name."""
    ports = {name: free_port() for name in NAMES}
    found = {name: declared(folder / name, name, level, place, ports[name], system_clock) for name, (level, place, _) in NAMES.items()}  # type: ignore[arg-type]
    for name, (level, place, _) in NAMES.items():
        actions.init(Context(found[name].workspace), Init(f"{name}节点", level, place, name, name, f"http://127.0.0.1:{ports[name]}"))  # type: ignore[arg-type]
    wire = Wire({each.hello().profile.url: each for each in found.values()})
    for name, (_, _, above) in NAMES.items():
        if above:
            stand_below(found[name], found[above], wire)
    return found, ports


def events(exchange: Exchange) -> list[dict]:
    return [json.loads(e) for _, e in exchange.workspace.ledger.entries()]


def waits(found: dict[str, Exchange]) -> str:
    """What is still on its way."""
    for name, each in found.items():
        with each.workspace.store.read() as connection:
            if queue := records.waiting(connection):
                return f"{name}: {queue}"
        for code, kept in read_tree(each.workspace.ledger).items():
            if kept.passed is not None and (kept.passed.word is None or kept.passed.word.holds is None):
                return f"{name}: no word on {code}"
    return ""


def quiet(seven: Seven, found: dict[str, Exchange]) -> None:
    end = time.monotonic() + PATIENCE
    while left := waits(found):
        assert time.monotonic() < end, left
        assert all(p.lives() for p in seven.running.values()), [(seven.folder / f"{n}.log").read_text()[-2000:] for n, p in seven.running.items() if not p.lives()]
        time.sleep(0.25)


def nothing_is_lost_or_doubled(seven: Seven, found: dict[str, Exchange]) -> dict[str, int]:
    """Every acknowledged entry and message stands in its ledger once, and in its order; what was not acknowledged, once at most."""
    told = {name: events(each) for name, each in found.items()}
    ids = {each.hello().profile.id: name for name, each in found.items()}
    counts = Counter[str]()
    for name in NAMES:
        entries = Counter(e["facts"]["op"] for e in told[name] if e["kind"] == "need.declared")
        notes = {other: [e["facts"]["op"] for e in told[other] if e["kind"] == "note.taken" and e["facts"]["from"] == name] for other in NAMES}
        taken = Counter(op for each in notes.values() for op in each)
        decisions = Counter(e["facts"]["matter"] for e in told[name] if e["kind"] == "matter.decided")
        sent = defaultdict(list)
        for did in seven.acknowledged(name):
            counts[did["did"]] += 1
            if did["did"] == "entry":
                assert entries[did["op"]] == 1, did
            elif did["did"] == "note":
                assert taken[did["op"]] == 1, did
                sent[ids[did["to"]]].append(did["op"])
            elif did["did"] == "decision":
                assert decisions[did["matter"]] == 1, did
        assert set(entries.values()) | set(taken.values()) | set(decisions.values()) <= {1}
        for other, ops in sent.items():
            assert [op for op in notes[other] if op in set(ops)] == ops, "in the order in which they were sent"
    return dict(counts)


def every_duty_is_where_it_belongs(seven: Seven, found: dict[str, Exchange]) -> int:
    """At its giver as last acknowledged or later, at every node on its way to its lead alike, nowhere else, and proven there."""
    trees = {name: read_tree(each.workspace.ledger) for name, each in found.items()}
    ids = {name: each.hello().profile.id for name, each in found.items()}
    given = {(giver, code): kept for giver, tree in trees.items() for code, kept in tree.items() if not kept.giver}
    for giver in NAMES:
        assert list(breaches(trees[giver])) == []
        for did in seven.acknowledged(giver):
            if "duty" in did:
                assert (giver, did["duty"]) in given, did
        last = {did["duty"]: did for did in seven.acknowledged(giver) if "duty" in did}
        history = defaultdict(list)
        for e in events(found[giver]):
            if e["kind"] == "duty.set" and "from" not in e["facts"]:
                history[e["facts"]["duty"]].append((e["facts"]["lead"], e["facts"]["deadline"]))
        for code, did in last.items():
            assert (did["lead"], did["deadline"]) in history[code][-2:], "at most one more change was made and not acknowledged"
    for name, tree in trees.items():
        expected = {outward(code, ids[giver]) for (giver, code), kept in given.items() if under(name, giver) and (kept.duty.lead == name or under(kept.duty.lead, name))}
        assert {code for code, kept in tree.items() if kept.giver} == expected, name
        for code in expected:
            giver = next(g for g in NAMES if code.startswith(ids[g][2:10]))
            mine, theirs = tree[code].duty, given[giver, inward(code, ids[giver])].duty
            assert (mine.text, mine.lead, mine.deadline, mine.evidence) == (theirs.text, theirs.lead, theirs.deadline, theirs.evidence)
    proven = 0
    for (giver, code), kept in given.items():
        assert kept.passed is not None
        word = kept.passed.word
        assert word is not None
        there = next(n for n in NAMES if ids[n] == kept.passed.node)
        if word.entry is not None:
            entry = json.loads(found[there].workspace.ledger.entry(word.entry))
            assert (entry["kind"], entry["facts"]["duty"]) == ("duty.closed", outward(code, ids[giver]))
            proven += 1
    return proven


def every_head_is_consistent_with_every_earlier(found: dict[str, Exchange]) -> int:
    """Each head a node ever signed is the root of the beginning of its ledger, worked out anew; and what neighbours saw is among that."""
    heads = 0
    for name, each in found.items():
        ledger = each.workspace.ledger
        signed = ledger.heads()
        for older, newer in pairwise(signed):
            assert merkle.consistent(older.size, newer.size, bytes.fromhex(older.root), bytes.fromhex(newer.root), ledger.consistency(older.size, newer.size))
        for head in signed:
            head.check()
            assert ledger.root(head.size).hex() == head.root
        key = each.hello().profile.key
        for other, there in found.items():
            if other != name and (size := there.workspace.ledger.witnessed(key)):
                assert size in {h.size for h in ledger.heads()}  # read after: the nodes are at work, and sign on
        assert not [e for e in events(each) if e["kind"] == "node.forked"], "nobody is accused who did nothing"
        heads += len(signed)
    return heads


def neighbours_name_who_rewrites(seven: Seven, found: dict[str, Exchange], who: str) -> None:
    seven.kill(who)
    node = found[who].hello().profile.id
    rewrite(found[who], 400)
    seven.start(who)
    near = [name for name, (_, _, above) in NAMES.items() if above == who or NAMES[who][2] == name]
    end = time.monotonic() + PATIENCE
    while not all(any(e["kind"] == "node.forked" and e["facts"]["node"] == node for e in events(found[n])) for n in near):
        assert time.monotonic() < end, "a neighbour has not named it"
        time.sleep(0.25)


def run(folder: Path, seed: int, times: int, rewriting: str = "gz") -> None:
    found, ports = made(folder)
    seven = Seven(folder, ports, seed)
    began = time.monotonic()
    try:
        seven.separate()
        for name in NAMES:
            seven.start(name)
        seven.disturb(times)
        seven.heal()
        disturbed = time.monotonic()
        quiet(seven, found)
        healed = time.monotonic()
        counts = nothing_is_lost_or_doubled(seven, found)
        proven = every_duty_is_where_it_belongs(seven, found)
        heads = every_head_is_consistent_with_every_earlier(found)
        if rewriting:
            neighbours_name_who_rewrites(seven, found, rewriting)
    finally:
        seven.end()
        for each in found.values():
            each.workspace.store.close()
    assert seven.kills + seven.cuts == times
    assert {"entry", "note", "duty", "decision"} <= set(counts)
    assert sum(counts.values()) > times
    print(f"{seven.kills} kills and {seven.cuts} cuts ({seven.how or 'sockets refused'}) in {disturbed - began:.0f} s, quiet {healed - disturbed:.0f} s later: "
          f"{counts} acknowledged and kept once, {proven} duties proven from below, {heads} heads consistent")


def test_seven_nodes_killed_and_cut_off_thirty_times_at_work_lose_and_double_nothing_and_name_who_rewrites_its_past(tmp_path):
    run(tmp_path, 7, 30)


@pytest.mark.soak
def test_seven_nodes_killed_and_cut_off_three_hundred_times_at_work_lose_and_double_nothing(tmp_path):
    run(tmp_path, 1, 300)


def test_where_there_are_no_namespaces_a_node_that_is_cut_off_refuses_every_socket(tmp_path, monkeypatch):
    monkeypatch.setattr(Seven, "separate", lambda _self: None)
    run(tmp_path, 3, 6, rewriting="")
