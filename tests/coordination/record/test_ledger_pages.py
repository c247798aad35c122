"""The pages of the ledger: what happened, newest first; each entry with its proof; and a verifier that names who touched what."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from jingwei.coordination.record.entries import newest
from jingwei.doors.portal.app import application
from jingwei.kernel.clock import CHINA
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace

START = datetime(2026, 3, 2, 9, tzinfo=CHINA)


@pytest.fixture
def node(node) -> Workspace:
    """On either database."""
    node.ledger.record([Event("drill.held" if i % 3 else "well.dug", START + timedelta(hours=i), "wang.wei", {"well": i}) for i in range(120)])
    node.ledger.append(Event("duty.given", START, "wang.wei", {"duty": "A-1", "to": "bureau"}, {"duty:A-1": {"reason": "分工调整"}}))
    return node


@pytest.fixture
def portal(node) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(node)) as client:
        yield client


def alter(node: Workspace, position: int, old: bytes, new: bytes) -> None:
    """What somebody with the database in hands does."""
    with node.store.write() as connection:
        entry = bytes(connection.scalar(sa.text("SELECT entry FROM ledger_entries WHERE position = :p"), {"p": position}))
        assert old in entry
        connection.execute(sa.text("UPDATE ledger_entries SET entry = :e WHERE position = :p"), {"e": entry.replace(old, new), "p": position})


def positions(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<a href="/en/ledger/(\d+)">\1</a></th>', page)]


def verify(client: TestClient[Litestar], **fields: str) -> str:
    """The answer to the form on the page."""
    sent = client.post("/en/do/ledger/verify", files={"answer": (None, "now"), **{k: (None, v) for k, v in fields.items()}}, follow_redirects=True)
    assert sent.status_code == 200
    return sent.text


def test_entries_stand_newest_first_and_every_one_is_on_exactly_one_page(portal):
    seen, address = [], "/en/ledger"
    while address:
        page = portal.get(address).text
        seen += positions(page)
        older = re.search(r'href="(\?[^"]*before=\d+)#entries"', page)
        address = "/en/ledger" + html.unescape(older[1]) if older else ""
    assert seen == list(range(120, -1, -1))


def test_a_kind_and_a_day_choose_entries_and_nothing_else(portal):
    assert positions(portal.get("/en/ledger?kind=well.dug").text) == list(range(117, -1, -3))
    second = positions(portal.get("/en/ledger?day=2026-03-03").text)
    assert second == list(range(38, 14, -1)), "24 hours of the day in China"
    assert positions(portal.get("/en/ledger?kind=well.dug&day=2026-03-03").text) == [i for i in second if i % 3 == 0]
    assert "no such entries" in portal.get("/en/ledger?kind=duty.closed").text
    assert portal.get("/en/ledger?day=tomorrow").status_code == 404


def test_entries_about_a_duty_are_those_that_name_it_and_not_those_of_a_longer_code(portal, node):
    node.ledger.record([Event("duty.set", START, "local", {"duty": code}) for code in ("A", "A-1", "A-10")])
    node.ledger.append(Event("matter.opened", START, "local", {"matter": "M-1", "about": "duty:A-1", "note": "A"}))
    assert positions(portal.get("/en/ledger?about=duty:A-1").text) == [124, 122, 120]
    assert positions(portal.get("/en/ledger?about=duty:A-1&kind=duty.given").text) == [120]
    assert positions(portal.get("/en/ledger?about=matter:M-1").text) == [124]
    assert portal.get("/en/ledger?about=duty:<b>").status_code == 404


def test_a_mark_inside_the_facts_is_not_taken_for_the_kind_or_the_day(node):
    node.ledger.append(Event("message.taken", START + timedelta(days=40), "local", {"kind": "well.dug", "at": "2026-03-02T10"}))
    assert 121 not in [one.position for one in newest(node.ledger, 500, kind="well.dug")]
    assert 121 not in [one.position for one in newest(node.ledger, 500, day="2026-03-02")]


@pytest.mark.parametrize("position", [0, 63, 120])
def test_the_steps_shown_lead_to_the_signed_root_by_anybodys_hashing(portal, node, position):
    head = node.ledger.head(START)
    page = portal.get(f"/en/ledger/{position}").text
    assert "Untouched" in page
    found = hashlib.sha256(b"\x00" + node.ledger.entry(position)).digest()
    assert f"{found.hex()[:16]}…" in page
    shown = re.findall(r'(ours ‖ )?<span class="code">(\w{12})…</span>( ‖ ours)?</span> → <span class="code ours" title="(\w{64})">', page)
    path = [bytes.fromhex(step) for step in node.ledger.prove(position).path]
    assert len(shown) == len(path) > 0
    for (right, short, left, over), beside in zip(shown, path, strict=True):
        assert beside.hex().startswith(short)
        assert bool(right) != bool(left)
        found = hashlib.sha256(b"\x01" + (beside + found if left else found + beside)).digest()
        assert found.hex() == over
    assert found.hex() == head.root
    assert head.root in page
    if position:
        assert f'href="/en/ledger/{position - 1}"' in page


def test_an_entry_that_no_head_covers_yet_is_not_called_untouched(portal, node):
    node.ledger.head(START)
    node.ledger.append(Event("well.dug", START, "local", {"well": 121}))
    page = portal.get("/zh/ledger/121").text
    assert "还没有签名的树头" in page
    assert "没有动过" not in page


def test_a_row_altered_under_the_open_page_is_named_by_the_next_look(portal, node):
    node.ledger.head(START)
    assert "Untouched" in portal.get("/en/ledger/42").text
    assert "Holds" in verify(portal)
    alter(node, 42, b'"well":42', b'"well":43')
    assert "Tampered with" in portal.get("/en/ledger/42").text, "no page of the ledger is kept"
    assert "Untouched" in portal.get("/en/ledger/43").text
    told = verify(portal)
    assert "The answer is no" in told
    assert "entry 42: altered" in told


def test_an_old_head_pasted_into_the_page_finds_out_who_rewrote_everything(portal, node, tmp_path):
    old = node.ledger.head(START)
    other = Workspace(tmp_path / "forger")
    other.ledger.record([Event("drill.held", START, "local", {"well": i}) for i in range(121)])
    with other.store.read() as theirs, node.store.write() as ours:
        ours.execute(sa.text("DELETE FROM ledger_payloads"))
        for table in ("ledger_entries", "ledger_tiles", "ledger_edge", "ledger_heads"):
            ours.execute(sa.text(f"DELETE FROM {table}"))
            for row in theirs.execute(sa.text(f"SELECT * FROM {table}")).mappings():
                ours.execute(sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + c for c in row)})"), dict(row))
    assert "Holds" in verify(portal), "from inside, a whole forgery cannot be told"
    assert "contradicts a signed head" in verify(portal, pasted=json.dumps(old.to_json(), indent=2))
    assert "not a tree head" in verify(portal, pasted="{}")


def test_the_head_shown_for_keeping_is_one_the_verifier_takes_later(portal, node):
    node.ledger.head(START)
    shown = re.search(r'id="head">(.*?)</p>', portal.get("/en/ledger").text, re.S)
    assert shown
    node.ledger.append(Event("well.dug", START, "local", {"well": 121}))
    assert "Holds" in verify(portal, pasted=html.unescape(shown[1]))


def test_what_was_erased_is_said_to_be_and_its_proof_holds(portal, node):
    node.ledger.head(START)
    assert "the words are there" in portal.get("/en/ledger/120").text
    node.ledger.erase("duty:A-1", "local", START)
    page = portal.get("/en/ledger/120").text
    assert "erased 2026-03-02" in page
    assert "Untouched" in page


def test_no_page_of_the_ledger_names_a_person_or_tells_what_is_kept_apart(portal):
    for address in ("ledger", "ledger/0", "ledger/120"):
        for language in ("zh", "en"):
            page = portal.get(f"/{language}/{address}").text
            assert "wang.wei" not in page
            assert "分工调整" not in page


def test_bytes_that_are_no_entry_any_more_are_shown_as_they_are(portal, node):
    alter(node, 7, b'{"actor"', b'<script>x</script>\xff')
    page = portal.get("/en/ledger/7")
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert "<script>x" not in page.text + portal.get("/en/ledger").text
    assert "unreadable" in portal.get("/en/ledger?before=9").text


@pytest.mark.parametrize("path", ["ledger/121", "ledger/-1", "ledger/x"])
def test_an_entry_that_is_not_there_is_said_to_be_missing(portal, path):
    assert portal.get(f"/en/{path}").status_code in (400, 404)


def test_looking_at_an_empty_ledger_makes_none(tmp_path):
    node = Workspace(tmp_path / "n")
    with TestClient(application(node)) as client:
        page = client.get("/zh/ledger")
        assert client.get("/zh/ledger/0").status_code == 404
    assert "账本还是空的" in page.text
    assert not (node.folder / "store.db").exists()
