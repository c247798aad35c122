"""Invented events say that they are, or are not taken in; and never what a node records of its own."""

from __future__ import annotations

import json

import pytest

from jingwei.coordination.record.model import Rehearse
from jingwei.coordination.record.rehearsal import OWN, rehearse
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document
from jingwei.kernel.told import events
from jingwei.kernel.workspace import Workspace


def line(kind: str = "need.declared", at: str = "2026-03-02T09:00:00+08:00", **facts: object) -> bytes:
    return json.dumps({"kind": kind, "at": at, "facts": facts}).encode()


def take(node: Workspace, *lines: bytes, dry_run: bool = False) -> dict[str, object]:
    return dict(rehearse(Context(node, dry_run=dry_run), Rehearse(Document("e.jsonl", b"\n".join(lines)))).data)


def test_events_that_say_they_are_invented_are_recorded_as_such_and_count_for_nothing(node):
    told = take(node, line(need="a", synthetic=True), b"", line("redline.crossed", line="late", synthetic=True))
    assert (told["read"], told["added"]) == (2, 2)
    assert [json.loads(entry)["facts"] for _, entry in node.ledger.entries()] == [{"need": "a", "synthetic": True}, {"line": "late", "synthetic": True}]
    assert list(events(node.ledger, "need.declared")) == [], "nobody who counts events sees them"


@pytest.mark.parametrize("facts", [{}, {"synthetic": False}, {"synthetic": "true"}, {"synthetic": 1}])
def test_one_that_does_not_say_so_keeps_all_the_others_out_and_is_named(node, facts):
    with pytest.raises(Problem) as refused:
        take(node, line(synthetic=True), line(need="b", **facts))
    assert refused.value.code == "not_synthetic"
    assert refused.value.where.en == "e.jsonl, line 2"
    assert not node.store.exists()


@pytest.mark.parametrize("kind", [f"{prefix}set" for prefix in OWN])
def test_what_a_node_records_of_its_own_cannot_be_invented(node, kind):
    with pytest.raises(Problem, match="itself records"):
        take(node, line(kind, synthetic=True))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"kind":"a.b"}', line(at="yesterday", synthetic=True), line(at="2026-03-02T09:00:00", synthetic=True), b"\xff"])
def test_what_is_no_event_is_refused_with_its_line(node, content):
    with pytest.raises(Unreadable, match="line 1"):
        take(node, content)


@pytest.mark.parametrize("facts", [{"who": "Wang Wei"}, {"phone": "13812345678"}])
def test_an_invented_event_holds_no_person_either(node, facts):
    with pytest.raises(Problem, match="identifiers"):
        take(node, line(synthetic=True, **facts))


def test_the_same_file_again_adds_nothing_and_a_rehearsal_of_it_writes_nothing(node):
    lines = [line(need=str(i), synthetic=True) for i in range(5)]
    assert take(node, *lines, dry_run=True)["written"] is False
    assert not node.store.exists()
    assert take(node, *lines)["added"] == 5
    assert take(node, *lines, line(need="6", synthetic=True))["added"] == 1
    assert node.ledger.size() == 6
