"""Killed at any point, nothing that was acknowledged is lost and nothing happens twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from nursery import Nursery
from shared_node import NOON, Node

from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.foundations.data.sharing import actions, asks
from jingwei.foundations.data.sharing.records import shared
from jingwei.kernel.access import Grant
from jingwei.kernel.people_records import rules
from jingwei.kernel.told import told

HERE = Path(__file__).parent


def killed(nursery: Nursery, folder: Path, first: int, after: int, wait: float) -> list[list[str]]:
    """What a worker acknowledged before it was killed, ``wait`` seconds after it had acknowledged ``after`` things."""
    log = folder.parent / f"from-{first}-{after}-{wait}"
    worker = nursery.child("sharing_worker:work", str(folder), first, log=log)
    worker.lines(after + 1)
    time.sleep(wait)
    assert worker.lives()
    worker.kill()
    said = worker.lines()
    assert said[0] == "ready\n"
    return [line.split() for line in said[1:]]


def kill_again_and_again(folder: Path, times: int, seed: int) -> None:
    node, luck = Node(folder), random.Random(seed)
    node.offered()
    acknowledged: dict[tuple[str, str], tuple[str, ...]] = {}
    first = 0
    node.context.workspace.store.close()
    with Nursery("sharing_worker", path=(HERE,)) as nursery:
        for _ in range(times):
            for word, n, *rest in killed(nursery, folder, first, luck.randrange(6), luck.random() * 0.1):
                acknowledged[word, n] = tuple(rest)
                first = max(first, int(n))
    assert len({n for word, n in acknowledged if word == "delivered"}) >= times // 3
    node.now = NOON
    for n in range(first + 1):  # whoever heard nothing sends again, under the same key
        given = asks.AskData("POP-01", asker="health", basis="条例第二十条", scenario="核验", columns=("place", "income:rounded 1000"), mode="csv",
                             first="2026-03-01", last="2026-12-31", key=f"k{n}")
        name = actions.request(node.context, given).data["request"]
        actions.decide(node.context, asks.DecideRequest(name, "grant"))
        digest = actions.hand_over(node.context, asks.DeliverRequest(name, key="once")).data["digest"]
        for word in ("requested", "decided", "delivered"):
            if said := acknowledged.get((word, str(n))):
                assert said == (name, digest)[:len(said)]
    counted = Counter((e.kind, e.facts["request"]) for e in told(node.ledger, "share") if "request" in e.facts)
    assert set(counted.values()) == {1}
    assert len(counted) == 3 * (first + 1)
    assert len(shared(node.ledger).cases) == first + 1
    with node.context.workspace.store.read() as connection:
        grants = [rule for rule in rules(connection, "people", NOON) if isinstance(rule, Grant)]
        assert len(grants) == first + 1
        assert verify(StoreRecord(node.ledger, connection)).findings == ()


def test_no_acknowledged_request_decision_or_delivery_is_lost_or_doubled_by_thirty_kills(tmp_path):
    kill_again_and_again(tmp_path / "node", 30, seed=9)


@pytest.mark.soak
def test_nor_by_two_hundred(tmp_path):
    kill_again_and_again(tmp_path / "node", 200, seed=2026)
