"""Whatever is done to the rows of a ledger, the verifier finds it and names the first entry it was done to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from jingwei.coordination.record.sources import StoreRecord, export, read_export
from jingwei.coordination.record.verifier import Finding, Verdict, verify
from jingwei.kernel import merkle
from jingwei.kernel.clock import CHINA
from jingwei.kernel.heads import Head
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tiles import blob
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 1, 1, 12, tzinfo=CHINA)
SIZE = 40


class TakenBack(Exception):
    pass


@contextmanager
def tampered(ledger: Ledger, *statements: str, **values: Any) -> Iterator[Callable[..., Verdict]]:
    """The ledger as somebody with the database in hands left it; put back afterwards."""
    try:
        with ledger.store.write() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), {k: v for k, v in values.items() if f":{k}" in statement})

            def check(trusted: Head | None = None) -> Verdict:
                return verify(StoreRecord(ledger, connection), trusted)

            yield check
            raise TakenBack
    except TakenBack:
        pass


def entry(i: int) -> bytes:
    return b'{"n":%d}' % i


@pytest.fixture
def ledger(node) -> Ledger:
    node.ledger.append_many([entry(i) for i in range(SIZE)])
    return node.ledger


@pytest.fixture
def long(node) -> Ledger:
    """Two complete tiles and a piece of a third, with heads at 100 and at the end."""
    node.ledger.append_many([entry(i) for i in range(100)])
    node.ledger.head(NOON)
    node.ledger.append_many([entry(i) for i in range(100, 600)])
    node.ledger.head(NOON + timedelta(hours=1))
    return node.ledger


UP = "UPDATE ledger_entries SET position = position + 100000 WHERE position >= :i"
DOWN = "UPDATE ledger_entries SET position = position - 100000 + :by WHERE position >= 100000"
DELETE = "DELETE FROM ledger_entries WHERE position = :i"
INSERT = "INSERT INTO ledger_entries (position, entry) VALUES (:i, :entry)"
ALTER = "UPDATE ledger_entries SET entry = :entry WHERE position = :i"


def test_a_ledger_that_nobody_touched_holds(long):
    with tampered(long) as check:
        verdict = check()
        assert (verdict.findings, verdict.size, verdict.holding, verdict.heads) == ((), 600, 600, 2)
        assert verdict.root == long.root().hex()
        assert check(long.heads()[0]).holds


@pytest.mark.parametrize("signed", [False, True])
def test_every_single_altered_row_is_named(ledger, signed):
    if signed:
        ledger.head(NOON)
    for i in range(SIZE):
        with tampered(ledger, ALTER, i=i, entry=b'{"n":-1}') as check:
            assert check().findings == (Finding("altered", i, i),)


def test_every_single_deleted_row_is_named_with_and_without_closing_the_gap(ledger):
    for i in range(SIZE):
        with tampered(ledger, DELETE, i=i) as check:
            assert check().findings == (Finding("deleted", i, i),)
        with tampered(ledger, DELETE, UP, DOWN, i=i, by=-1) as check:
            assert check().findings == (Finding("deleted", i, i),)


def test_every_pair_of_swapped_rows_is_named_by_the_first(ledger):
    for i in range(SIZE):
        for j in (i + 1, SIZE - 1):
            if i < j < SIZE:
                with tampered(ledger, ALTER, ALTER.replace(":i", ":j").replace(":entry", ":other"), i=i, j=j,
                              entry=entry(j), other=entry(i)) as check:
                    assert check().findings == (Finding("reordered", i, i),)


def test_every_single_inserted_row_is_named(ledger):
    for i in range(SIZE + 1):
        with tampered(ledger, UP, DOWN, INSERT, i=i, by=1, entry=b'{"n":-1}') as check:
            assert check().findings == (Finding("inserted", i, i),)


@pytest.mark.parametrize("i", [0, 99, 100, 255, 256, 511, 512, 599])
def test_rows_under_complete_tiles_are_named_too(long, i):
    head = long.heads()[1]
    with tampered(long, ALTER, i=i, entry=b"{}") as check:
        assert check(head).findings == (Finding("altered", i, i),)
    with tampered(long, DELETE, UP, DOWN, i=i, by=-1) as check:
        assert check(head).findings == (Finding("deleted", i, i),)
    with tampered(long, UP, DOWN, INSERT, i=i, by=1, entry=b"{}") as check:
        assert check(head).findings == (Finding("inserted", i, i),)


def rewrite(ledger: Ledger, i: int, forged: bytes, size: int) -> tuple[list[str], dict[str, Any]]:
    """What an attacker with the code at hand does: entry and every hash over it, made to fit."""
    entries = [forged if k == i else e for k, e in ledger.entries()]
    hashes = merkle.leaves(entries)
    number = i // merkle.TILE
    statements, values = [ALTER], {"i": i, "entry": forged}
    for n in range(size // merkle.TILE):
        tile = merkle.tile(hashes[n * merkle.TILE:(n + 1) * merkle.TILE])
        if n == number:
            statements += [f"UPDATE ledger_tiles SET hashes = :tile WHERE level = 0 AND number = {n}",
                           f"UPDATE ledger_edge SET hash = :root WHERE level = 1 AND number = {n}"]
            values |= {"tile": b"".join(tile), "root": tile[-1]}
    if number == size // merkle.TILE:
        statements.append("UPDATE ledger_edge SET hash = :leaf WHERE level = 0 AND number = :i")
        values["leaf"] = hashes[i]
    return statements, values


@pytest.mark.parametrize(("i", "named"), [(7, (0, 99)), (150, (100, 599)), (300, (100, 599)), (599, (100, 599))])
def test_when_all_hashes_were_forged_to_fit_the_heads_say_between_which_of_them(long, i, named):
    statements, values = rewrite(long, i, b'{"n":-1}', 600)
    with tampered(long, *statements, **values) as check:
        assert check().findings == (Finding("rewritten", *named),)


def test_an_old_co_signed_head_alone_convicts_a_node_that_forged_everything_and_dropped_its_heads(long):
    old = long.heads()[0].cosigned(Ed25519PrivateKey.generate(), NOON)
    statements, values = rewrite(long, 42, b'{"n":-1}', 600)
    with tampered(long, *statements, "DELETE FROM ledger_heads", **values) as check:
        assert check().holds, "nothing in the node itself can tell"
        assert check(old).findings == (Finding("rewritten", 0, 99),)
    with tampered(long, "DELETE FROM ledger_heads", "DELETE FROM ledger_entries WHERE position >= 90",
                  "DELETE FROM ledger_edge", "DELETE FROM ledger_tiles") as check:
        assert not check(old).holds


def test_a_past_cut_off_with_all_its_hashes_is_missed_by_its_head(ledger):
    old = ledger.head(NOON)
    with tampered(ledger, "DELETE FROM ledger_entries WHERE position >= 30", "DELETE FROM ledger_edge WHERE number >= 30",
                  "DELETE FROM ledger_heads") as check:
        assert check().holds
        assert check(old).findings == (Finding("deleted", 30, 39),)


def test_damaged_hashes_are_told_from_altered_entries_where_a_head_proves_the_entries(long):
    for statement, first, last in (
            ("UPDATE ledger_edge SET hash = :junk WHERE level = 0 AND number = 599", 599, 599),
            ("UPDATE ledger_edge SET hash = :junk WHERE level = 1 AND number = 1", 256, 511),
            ("DELETE FROM ledger_tiles WHERE number = 1", 256, 256)):
        with tampered(long, statement, junk=bytes(32)) as check:
            assert check().findings == (Finding("hashes", first, last),)


def test_a_forged_entry_and_leaf_are_narrowed_down_by_the_hash_above_them(long):
    with long.store.read() as connection:
        tile = StoreRecord(long, connection).tile(0, 1)
    assert tile is not None
    forged = merkle.leaf(b"{}") + tile[32:]
    with tampered(long, ALTER, "UPDATE ledger_tiles SET hashes = :tile WHERE number = 1", i=256, entry=b"{}", tile=forged) as check:
        assert check().findings == (Finding("altered", 256, 257),)


def test_a_head_with_another_signature_or_root_is_found(ledger):
    ledger.head(NOON)
    with tampered(ledger, "UPDATE ledger_heads SET signature = :junk", junk=bytes(64)) as check:
        assert check().findings == (Finding("signature", SIZE - 1, SIZE - 1),)
    with tampered(ledger, "UPDATE ledger_heads SET root = :junk", junk=bytes(32)) as check:
        assert {f.code for f in check().findings} == {"rewritten", "signature"}


COLUMNS = {"ledger_entries": ("entry",), "ledger_edge": ("number", "hash", "level"), "ledger_tiles": ("hashes", "number", "level"),
           "ledger_heads": ("size", "root", "at", "key", "signature"),
           "ledger_payloads": ("position", "pseudonym", "salt", "content")}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, cs in COLUMNS.items() for c in cs])
def test_whatever_is_left_in_a_cell_of_sqlite_is_found_or_refused_and_never_crashes(tmp_path, table, column):
    """SQLite keeps any type in any column."""
    ledger = Workspace(tmp_path / "node").ledger
    ledger.append(Event("need.declared", NOON, "甲", {}, {"乙": {"id": "1"}}))
    ledger.append_many([entry(i) for i in range(300)])
    ledger.head(NOON)
    def cells() -> list[list[bytes]]:
        with ledger.store.write() as connection:
            return [[blob(v) for v in row] for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]

    for junk in ("'text'", "5", "-1", "2.5", "x''", "x'00'", "9223372036854775807", "NULL", f"'{'x' * 9000}'", f"CAST({column} AS TEXT)"):
        where = f"rowid = (SELECT min(rowid) FROM {table})" if table != "ledger_edge" else "level = 0 AND number = 258"
        before = cells()
        try:
            with tampered(ledger, f"UPDATE OR REPLACE {table} SET {column} = {junk} WHERE {where}") as check:
                assert not check().holds or cells() == before, junk
        except sa.exc.IntegrityError:
            continue  # the table itself refuses it
        except Problem as problem:
            assert problem.code in ("damaged_ledger", "damaged_store")


# Payloads


@pytest.fixture
def personal(node) -> Ledger:
    for i, person in enumerate(["甲", "乙", "丙"]):
        node.ledger.append(Event("need.declared", NOON, "办事员", {"need": i}, {person: {"id": f"1101011990{i:08d}"}}))
    return node.ledger


def test_an_altered_lost_or_added_payload_is_named(personal):
    for statement in ("UPDATE ledger_payloads SET content = :junk WHERE position = 1", "DELETE FROM ledger_payloads WHERE position = 1",
                      "UPDATE ledger_payloads SET salt = :junk WHERE position = 1", "UPDATE ledger_payloads SET salt = NULL WHERE position = 1",
                      "UPDATE ledger_payloads SET salt = NULL, content = NULL WHERE position = 1",
                      "INSERT INTO ledger_payloads (position, pseudonym) VALUES (1, 'p-0')"):
        with tampered(personal, statement, junk=b"{}") as check:
            assert check().findings == (Finding("payload", 1, 1),), statement


def test_erasing_a_person_leaves_every_proof_and_the_whole_ledger_as_they_were(personal):
    proofs = [personal.prove(i, 3) for i in range(3)]
    head = personal.head(NOON)
    assert personal.erase("乙", "办事员", NOON + timedelta(days=1)) == 1
    assert [personal.prove(i, 3) for i in range(3)] == proofs
    assert all(proof.holds() for proof in proofs)
    with tampered(personal) as check:
        assert check(head).holds
    assert "乙" not in personal.people().values()
    assert list(personal.payloads(1).values()) == [None]
    assert list(personal.payloads(2).values()) == [{"id": "110101199000000002"}]


# Exported


def of_file(ledger: Ledger, change: Callable[[list[dict[str, Any]]], object], trusted: Head | None = None) -> Verdict:
    lines = [json.loads(line) for line in export(ledger).splitlines()]
    change(lines)
    return verify(read_export(b"\n".join(json.dumps(line).encode() for line in lines), "ledger.jsonl"), trusted)


def test_an_exported_ledger_is_verified_without_its_store(long):
    assert of_file(long, lambda lines: None, long.heads()[0]).holds
    for i in (0, 99, 255, 256, 599):
        assert of_file(long, lambda lines, i=i: lines[i + 1].update(entry="{}")).findings == (Finding("altered", i, i),)
        assert of_file(long, lambda lines, i=i: lines.pop(i + 1)).findings[0] == Finding("deleted", i, i)
        assert of_file(long, lambda lines, i=i: lines.insert(i + 1, {"position": i, "entry": "{}"})).findings[0].first == i
    swapped = of_file(long, lambda lines: lines.__setitem__(slice(11, 13), lines[12:10:-1]))
    assert swapped.findings == (Finding("reordered", 10, 10),)


def test_an_export_without_its_hashes_still_faces_the_heads(long):
    def change(lines: list[dict[str, Any]]) -> None:
        lines[:] = [line for line in lines if "hash" not in line and "hashes" not in line]
        lines[200 + 1]["entry"] = "{}"

    verdict = of_file(long, change, long.heads()[0])
    assert not verdict.holds
    assert verdict.holding == 100


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format":"jingwei ledger 1"}\n[]', b'{"format":"jingwei ledger 1"}\n{"position":-1,"entry":""}',
                                     b'{"format":"jingwei ledger 1"}\n{"position":0,"entry":3}', b'{"format":"jingwei ledger 1"}\n{"head":{}}', b"\xff\xfe"])
def test_a_file_that_is_no_ledger_is_refused_by_line(content):
    if content == b"":
        assert verify(read_export(content, "x")).size == 0
        return
    with pytest.raises(Unreadable, match="x, line"):
        verify(read_export(content, "x"))


def test_a_head_altered_in_any_field_is_refused(ledger):
    head = ledger.head(NOON).cosigned(Ed25519PrivateKey.generate(), NOON)
    told = json.dumps(head.to_json()).encode()
    assert Head.read(told) == head
    for name, value in (("size", 39), ("root", "00" * 32), ("at", "2026-01-01T12:00:01+08:00"), ("key", "00" * 32), ("signature", "00" * 64)):
        with pytest.raises(Problem) as raised:
            Head.read(json.dumps({**head.to_json(), name: value}).encode())
        assert raised.value.code == "forged_head"
    witness = head.to_json()["cosignatures"][0]
    with pytest.raises(Problem) as raised:
        Head.read(json.dumps({**head.to_json(), "cosignatures": [{**witness, "at": "2027-01-01T00:00:00+08:00"}]}).encode())
    assert raised.value.code == "forged_head"


@given(st.data())
def test_any_change_to_the_entries_of_a_file_is_found_and_never_named_too_late(tmp_path_factory, data):
    entries = [entry(i) for i in range(data.draw(st.integers(2, 300)))]
    ledger = Workspace(tmp_path_factory.mktemp("node")).ledger
    ledger.append_many(entries)
    changed = list(entries)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        what = data.draw(st.sampled_from(["alter", "delete", "insert", "move"]))
        if what == "alter":
            changed[at] = b'{"x":%d}' % data.draw(st.integers(0, 9))
        elif what == "insert":
            changed.insert(at, b'{"x":%d}' % data.draw(st.integers(0, 9)))
        elif len(changed) > 1:
            taken = changed.pop(at)
            if what == "move":
                changed.insert(data.draw(st.integers(0, len(changed))), taken)
    first = next((i for i, (a, b) in enumerate(zip(entries, changed, strict=False)) if a != b), min(len(entries), len(changed)))

    def change(lines: list[dict[str, Any]]) -> None:
        rest = [line for line in lines if "entry" not in line]
        lines[:] = [rest[0], *({"position": i, "entry": e.decode()} for i, e in enumerate(changed)), *rest[1:]]

    verdict = of_file(ledger, change)
    if changed == entries:
        assert verdict.holds
    else:
        assert verdict.findings[0].first == first
