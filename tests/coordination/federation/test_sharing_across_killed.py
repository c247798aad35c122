"""Two nodes that share, killed and cut off at random while they are at it: nothing lost, nothing doubled, exactly the granted rows."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from nodes import free_port, nursery
from nursery import Child
from sharing_nodes import Two, granted_rows

from jingwei.coordination.federation.sources import Http
from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.foundations.data.sharing import asks, received
from jingwei.foundations.data.sharing.records import shared
from jingwei.kernel import node_records
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told

PATIENCE = 120


class Pair:
    """The two nodes as processes; each can be killed and started again, and cut off from the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance, self.folder, self.ports = random.Random(seed), folder, {"city": free_port(), "county": free_port()}
        self.two = Two(folder, (self.ports["city"], self.ports["county"]))
        (folder / "county" / "holder").write_text(self.two.city_id[2:])
        self.two.county.workspace.store.close()
        self.two.city.workspace.store.close()
        self.nursery = nursery()
        self.running: dict[str, Child] = {}
        self.began = time.time()

    def start(self, name: str) -> None:
        work = {"city": "decides", "county": "asks"}[name]
        self.running[name] = self.nursery.child("sharing_process:serve", str(self.folder / name), self.ports[name], self.chance.randrange(2**30), work, self.began,
                                                 log=self.folder / f"{name}.log")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                Http().greet(f"http://127.0.0.1:{self.ports[name]}")
                return
            except Problem:
                assert self.running[name].lives(), (self.folder / f"{name}.log").read_text()
                time.sleep(0.01)
        raise AssertionError("it does not answer")

    def disturb(self, times: int) -> tuple[int, int]:
        """How many kills and cuts."""
        kills = 0
        for _ in range(times):
            time.sleep(self.chance.uniform(0.1, 0.8))
            name = self.chance.choice(("city", "county"))
            if self.chance.random() < 0.6:
                kills += 1
                self.running[name].kill()
                time.sleep(self.chance.uniform(0, 0.2))
                self.start(name)
            else:
                (self.folder / name / "cut").touch()
                time.sleep(self.chance.uniform(0.2, 0.6))
                (self.folder / name / "cut").unlink()
        return kills, times - kills

    def end(self) -> None:
        for child in self.running.values():
            child.kill()


def waits(pair: Pair) -> str:
    for name, node in (("county", pair.two.county), ("city", pair.two.city)):
        with node.workspace.store.read() as connection:
            if queue := node_records.waiting(connection):
                return f"{name}: {queue}"
    for case in shared(pair.two.city.workspace.ledger, words=False).cases.values():
        if not case.landed:
            return f"{case.request.code} has not landed"
    return ""


def share_between_two(folder: Path, times: int, seed: int) -> None:
    pair = Pair(folder, seed)
    try:
        for name in ("city", "county"):
            pair.start(name)
        kills, cuts = pair.disturb(times)
        (folder / "county" / "stop").touch()
        until = time.monotonic() + PATIENCE
        while left := waits(pair):
            assert time.monotonic() < until, left + (folder / "city.log").read_text()[-2000:] + (folder / "county.log").read_text()[-2000:]
            time.sleep(0.1)
        (folder / "city" / "over").touch()
    finally:
        pair.end()
    two = pair.two
    two.clock.now += timedelta(hours=12)  # the processes began at noon
    acknowledged = (folder / "county" / "acknowledged").read_text().split()
    cases = {end: shared(node.workspace.ledger).cases for end, node in (("city", two.city), ("county", two.county))}
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= set(cases["city"]) == set(cases["county"]), "at most one more was sent than was acknowledged each time one died"
    assert len(acknowledged) >= times // 2
    for node, kinds in ((two.city, ("requested", "decided", "delivered", "landed")), (two.county, ("asked", "requested", "decided", "delivered", "coming", "landed"))):
        counted = Counter((e.kind, e.facts["request"]) for e in told(node.workspace.ledger, "share", words=False) if "request" in e.facts)
        assert counted == {(f"share.{kind}", name): 1 for kind in kinds for name in cases["city"]}
        with node.workspace.store.read() as connection:
            assert verify(StoreRecord(node.workspace.ledger, connection)).findings == ()
    expected = granted_rows(40)
    for name, case in cases["county"].items():
        assert [d.at for d in case.decisions] == [d.at for d in cases["city"][name].decisions]
        document = received.take(two.at_county("health"), asks.TakeData(name)).documents[0]
        assert sorted((tuple(row.values()) for row in pq.read_table(io.BytesIO(document.content)).to_pylist()), key=repr) == expected
    assert not list((folder / "city" / "outgoing").iterdir()), "what landed is kept for collection no longer"
    assert not list((folder / "county" / "incoming").iterdir())
    print(f"{kills} kills and {cuts} cuts: {len(cases['city'])} requests asked, granted, delivered in parts and landed, each once")
    two.city.workspace.store.close()
    two.county.workspace.store.close()


def test_eight_kills_and_cuts_lose_and_double_nothing(tmp_path):
    share_between_two(tmp_path, 8, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_nor_do_a_hundred(tmp_path, seed):
    share_between_two(tmp_path, 100, seed)
