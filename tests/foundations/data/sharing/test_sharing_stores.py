"""Sharing says the same on SQLite and on PostgreSQL, and two who decide at once decide once on either."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from shared_node import Node

from jingwei.foundations.data.sharing import actions, asks, reports
from jingwei.foundations.data.sharing.records import case
from jingwei.kernel.people_records import rules
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told


@pytest.fixture
def sharing(node) -> Node:
    return Node(node.folder)


def test_a_request_goes_from_asking_to_delivery_on_either_store(sharing):
    name = sharing.granted()
    assert actions.hand_over(sharing.context, asks.DeliverRequest(name)).data["rows"] == 2
    assert [u["rows"] for u in reports.uses(sharing.context, asks.AskUses()).data] == [2]
    assert reports.audit(sharing.at(30).context, asks.AskAudit()).data["breaches"] == []


def test_of_many_who_decide_at_once_one_decides(sharing):
    name = sharing.requested(sharing.offered())
    went: list[str] = []
    begin = threading.Barrier(6)

    def decide(outcome: str) -> None:
        begin.wait()
        try:
            actions.decide(sharing.context, asks.DecideRequest(name, outcome, reason="不在共享条件内"))
            went.append(outcome)
        except Problem as problem:
            went.append(problem.code)

    threads = [threading.Thread(target=decide, args=(outcome,)) for outcome in ("grant", "refuse") * 3]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    decided = case(sharing.ledger, name).decisions
    said = "grant" if decided[0].granted else "refuse"
    assert (len(decided), Counter(went)) == (1, Counter({said: 3, "already_decided": 3}))
    with sharing.context.workspace.store.read() as connection:
        assert len(rules(connection, "people", sharing.now)) == decided[0].granted


def test_many_who_send_one_request_under_one_key_send_one(sharing):
    sharing.offered()
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(sharing.requested(key="k"))) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(names), len(set(names))) == (6, 1)
    assert [e.kind for e in told(sharing.ledger, "share")].count("share.requested") == 1
