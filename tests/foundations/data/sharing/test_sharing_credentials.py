"""Whoever asks an interface shows a credential of its own, which ends, is revoked or replaced, and gives no more than its limits."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from shared_node import NOON, Node

from jingwei.doors.portal.app import application
from jingwei.foundations.data.sharing import actions, asks, credentials
from jingwei.foundations.data.sharing.credentials import fetch
from jingwei.foundations.data.sharing.records import case
from jingwei.kernel.problems import Problem


@pytest.fixture
def node(tmp_path) -> Node:
    return Node(tmp_path / "node")


def refused(code: str) -> Any:
    return pytest.raises(Problem, check=lambda p: p.code == code)


def opened(node: Node, **over: Any) -> str:
    name = node.granted(mode="api", **over)
    actions.hand_over(node.context, asks.DeliverRequest(name))
    return name


def issued(node: Node, name: str, consumer: str = "immunisation", **over: Any) -> str:
    return str(credentials.issue(node.by("civil"), asks.IssueCredential(name, consumer, **over)).data["secret"])


def test_each_consumer_has_its_own_and_nothing_at_rest_tells_any(node):
    name = opened(node)
    one, other = issued(node, name), issued(node, name, "school")
    assert one != other
    fetch(node.context, name, one)
    fetch(node.context, name, other)
    assert [u.credential for u in case(node.ledger, name).uses if not u.delivery] == ["K-1", "K-2"]
    at_rest = b"".join(p.read_bytes() for p in node.context.workspace.folder.rglob("*") if p.is_file())
    assert not [secret for secret in (one, other) if secret.encode() in at_rest]


def test_issued_again_under_the_same_key_it_is_the_same(node):
    name = opened(node)
    assert issued(node, name, key="a") == issued(node, name, key="a") != issued(node, name, key="b")
    assert [c.code for c in case(node.ledger, name).credentials] == ["K-0", "K-1", "K-2"]


def test_a_revoked_or_replaced_credential_answers_no_more_and_the_others_do(node):
    name = opened(node)
    one, other = issued(node, name), issued(node, name, "school")
    credentials.revoke(node.by("civil"), asks.RevokeCredential(name, "K-2"))
    with refused("not_granted"):
        fetch(node.context, name, other)
    new = issued(node, name, replaces="K-1")
    with refused("not_granted"):
        fetch(node.context, name, one)
    assert fetch(node.context, name, new)[1].credential == "K-3"
    with refused("unknown_credential"):
        issued(node, name, replaces="K-9")


def test_a_credential_serves_until_its_last_day_and_never_beyond_the_grant(node):
    name = opened(node)
    one = issued(node, name, last="2026-03-10")
    fetch(node.at(8).context, name, one)
    with refused("not_granted"):
        fetch(node.at(9).context, name, one)
    for wrong in ("2027-01-01", "2026-01-01", "soon"):
        with refused("bad_day"):
            issued(node, name, last=wrong)


def test_a_credential_is_for_one_grant_alone_and_only_its_provider_issues_it(node):
    name = opened(node)
    second = node.requested(mode="api", key="2")
    actions.decide(node.context, asks.DecideRequest(second, "grant"))
    one = issued(node, name)
    with refused("not_granted"):
        fetch(node.context, second, one)
    with refused("not_party"):
        credentials.issue(node.by("health"), asks.IssueCredential(name, "mine"))
    third = node.requested(key="3")
    actions.decide(node.context, asks.DecideRequest(third, "grant"))
    with refused("no_interface"):
        issued(node, third)


def test_more_answers_than_a_minute_allows_are_refused_until_it_is_over(node):
    name = opened(node)
    one = issued(node, name, calls=2)
    for _ in range(2):
        fetch(node.context, name, one)
    node.now = NOON + timedelta(seconds=50)
    with pytest.raises(credentials.TooMany) as over:
        fetch(node.context, name, one)
    assert over.value.seconds == 10
    node.now = NOON + timedelta(seconds=60)
    fetch(node.context, name, one)


def test_no_more_rows_a_day_are_given_than_allowed_however_many_ask_at_once(node):
    name = opened(node)
    one = issued(node, name, rows=5, calls=0)
    given, refusals = list[int](), list[str]()

    def ask() -> None:
        try:
            given.append(fetch(node.context, name, one)[1].rows)
        except Problem as problem:
            refusals.append(problem.code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(given), refusals) == ([2, 2], ["too_many"] * 2)
    assert fetch(node.at(0.5).context, name, one)[1].rows == 2, "another day"


def test_a_rehearsal_issues_nothing(node):
    name = opened(node)
    told = credentials.issue(replace(node.context, dry_run=True), asks.IssueCredential(name, "school")).data
    assert "secret" not in told
    assert len(case(node.ledger, name).credentials) == 1


def test_the_door_says_after_how_many_seconds_to_come_again(node):
    name = opened(node, first="2020-01-01", last="2999-12-31")  # the door's clock is the machine's
    one = issued(node, name, calls=1)
    with TestClient(application(node.context.workspace)) as client:
        answers = [client.get(f"/shared/v1/{name}", headers={"Authorization": f"Bearer {one}"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 60
