"""The ledger: what is recorded is proved, once, for good, by both databases alike; persons can go, proofs stay."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
import pymerkle
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.kernel import merkle
from jingwei.kernel.clock import CHINA
from jingwei.kernel.heads import KEY_FILE, Head, node_key
from jingwei.kernel.ledger import COMMIT, Event, Ledger, Proof, read_proof
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.store import FILE
from jingwei.kernel.tiles import Nodes
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 1, 1, 12, tzinfo=CHINA)


def numbered(first: int, end: int) -> list[bytes]:
    return [b'{"n":%d}' % i for i in range(first, end)]


def event(n: int = 0, **more: object) -> Event:
    return Event("need.declared", NOON, "张三", {"need": n}, **more)  # type: ignore[arg-type]


def peer_root(entries: list[bytes]) -> bytes:
    return pymerkle.InmemoryTree.init_from_entries(entries).get_root(len(entries))


# Appending


def test_entries_get_the_next_positions_whatever_the_size_of_the_runs(node):
    at = 0
    for run in (1, 255, 1, 0, 300, 2, 256, 1000, 1):
        assert list(node.ledger.append_many(numbered(at, at + run))) == list(range(at, at + run))
        at += run
    assert node.ledger.size() == at
    assert list(node.ledger.entries()) == list(enumerate(numbered(0, at)))
    assert list(node.ledger.entries(5, 8)) == list(enumerate(numbered(0, at)))[5:8]
    assert node.ledger.root() == peer_root(numbered(0, at))
    assert node.ledger.root(700) == peer_root(numbered(0, 700))


def test_a_tree_of_three_levels_of_tiles_keeps_the_roots_of_an_independent_program(tmp_path):
    ledger = Workspace(tmp_path).ledger
    entries = numbered(0, 66_000)
    for at in range(0, len(entries), COMMIT):
        ledger.append_many(entries[at:at + COMMIT])
    assert ledger.root() == peer_root(entries)
    with ledger.store.read() as connection:
        tiles = connection.execute(sa.text("SELECT level, count(*) FROM ledger_tiles GROUP BY level ORDER BY level")).all()
        edge = connection.scalar(sa.text("SELECT count(*) FROM ledger_edge"))
    assert [tuple(row) for row in tiles] == [(0, 257), (1, 1)]
    assert edge == (66_000 - 257 * 256) + 1 + 1
    for position in (0, 255, 256, 65_535, 65_536, 65_999):
        assert ledger.prove(position).holds()
    path = ledger.consistency(40_000)
    assert merkle.consistent(40_000, 66_000, peer_root(entries[:40_000]), ledger.root(), path)


def test_an_append_writes_a_number_of_rows_that_does_not_grow(tmp_path):
    ledger, written = Workspace(tmp_path).ledger, list[int]()
    ledger.append_many(numbered(0, 1))
    engine = ledger.store._engine()

    def count(_connection, _cursor, statement, parameters, _context, many):
        if statement.startswith("INSERT"):
            written[-1] += len(parameters) if many else 1

    sa.event.listen(engine, "before_cursor_execute", count)
    for at in range(1, 601):
        written.append(0)
        ledger.append_many(numbered(at, at + 1))
    sa.event.remove(engine, "before_cursor_execute", count)
    assert sum(written) <= 2.02 * len(written)
    assert max(written) <= 4


def test_an_entry_is_canonical_json_without_the_person(node):
    position = node.ledger.append(event(7, private={"李四": {"reason": "申请低保", "amount": 1.5}}))
    entry = node.ledger.entry(position)
    told = json.loads(entry)
    assert entry == json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    assert "张三".encode() not in entry
    assert "李四".encode() not in entry
    assert told["at"] == "2026-01-01T12:00:00+08:00"
    assert told["facts"] == {"need": 7}
    (pseudonym,) = told["private"]
    assert re.fullmatch("p-[0-9a-f]{32}", pseudonym)
    assert node.ledger.people()[pseudonym] == "李四"
    assert node.ledger.people()[told["actor"]] == "张三"
    assert node.ledger.payloads(position) == {pseudonym: {"reason": "申请低保", "amount": 1.5}}


def test_one_person_has_one_pseudonym_in_a_node_and_another_in_the_next(node, tmp_path):
    actors = {json.loads(node.ledger.entry(node.ledger.append(event(i))))["actor"] for i in range(3)}
    assert len(actors) == 1
    other = Workspace(tmp_path / "other").ledger
    assert json.loads(other.entry(other.append(event())))["actor"] not in actors


@pytest.mark.parametrize("facts", [
    {"name": "张三"}, {"name": "Zhang San"}, {"mail": "a@b.cn"}, {"id": "11010119900307123X"}, {"phone": "13812345678"},
    {"share": 0.5}, {"deep": {"a": 1}}, {"list": ["ok", "not ok"]}, {"phone 13812345678": 1}, {"long": "x" * 201}, {"tel": "tel:13812345678"}])
def test_a_fact_that_could_name_a_person_is_not_recorded(node, facts):
    with pytest.raises(Problem, match="private") as raised:
        node.ledger.append(Event("need.declared", NOON, "张三", facts))
    assert raised.value.code == "not_recordable"
    assert node.ledger.size() == 0


@given(st.binary(max_size=40))
def test_a_digest_is_always_a_fact(content):
    from jingwei.kernel.ledger import recordable

    recordable(Event("a.b", NOON, "x", {"digest": "sha256:" + sha256(content).hexdigest(), "code": "91110108MA01XXXX0X"}))


@pytest.mark.parametrize("wrong", [Event("Need", NOON, "x"), Event("need", NOON, "x"), Event("need.declared", datetime(2026, 1, 1), "x")])  # noqa: DTZ001
def test_an_event_without_a_proper_kind_or_zone_is_not_recorded(node, wrong):
    with pytest.raises(Problem) as raised:
        node.ledger.append(wrong)
    assert raised.value.code == "not_recordable"


def test_an_event_under_a_key_that_is_there_is_not_recorded_again(node):
    first = node.ledger.record([event(1, key="a"), event(2), event(3, key="b"), event(1, key="a")])
    assert first == [0, 1, 2, 0]
    assert node.ledger.record([event(9), event(1, key="a"), event(4, key="c"), event(4, key="c")]) == [3, 0, 4, 4]
    assert node.ledger.size() == 5


def test_a_raw_entry_under_a_key_that_is_there_is_not_added_again_and_another_is_refused(node):
    keys = [b"k%d" % i for i in range(300)]
    assert list(node.ledger.append_many(numbered(0, 300), keys)) == list(range(300))
    mixed, names = [b'{"new":1}', *numbered(298, 300), b'{"new":1}', b'{"new":2}'], [b"n1", b"k298", b"k299", b"n1", b"n2"]
    assert list(node.ledger.append_many(mixed, names)) == [300, 298, 299, 300, 301]
    assert node.ledger.root() == peer_root([*numbered(0, 300), b'{"new":1}', b'{"new":2}'])
    with pytest.raises(Problem) as raised:
        node.ledger.append_many([b'{"new":3}', b'{"another":0}'], [b"n3", b"k0"])
    assert raised.value.code == "key_taken"
    assert raised.value.where.en == "entry 0"
    assert node.ledger.size() == 302


def test_more_than_one_commit_takes_is_refused_and_nothing_added(node):
    with pytest.raises(ValueError, match="at most"):
        node.ledger.append_many([b"{}"] * (COMMIT + 1))
    with pytest.raises(ValueError, match="keys"):
        node.ledger.append_many([b"{}"], [])
    assert node.ledger.size() == 0


def test_many_appenders_at_once_lose_double_and_mix_up_nothing(node):
    def work(name: int) -> None:
        for i in range(12):
            node.ledger.append_many([b'{"by":%d,"i":%d,"k":%d}' % (name, i, k) for k in range(40)])
            node.ledger.append(event(name * 100 + i, key=f"{name}-{i}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = [entry for _, entry in node.ledger.entries()]
    assert len(entries) == len(set(entries)) == 4 * 12 * 41
    assert node.ledger.root() == peer_root(entries)


def test_a_change_and_its_entry_stand_or_fall_together(node):
    add = sa.text("INSERT INTO ledger_witnessed VALUES (:key, 1, :key, 'now')")
    with pytest.raises(RuntimeError), node.store.write() as connection:
        connection.execute(add, {"key": b"a"})
        node.ledger.append(event())
        raise RuntimeError
    assert (node.ledger.size(), node.ledger.witnessed(b"a".hex())) == (0, 0)
    with node.store.write() as connection:
        connection.execute(add, {"key": b"a"})
        node.ledger.append(event())
    assert (node.ledger.size(), node.ledger.witnessed(b"a".hex())) == (1, 1)


def test_nothing_is_added_to_a_ledger_whose_end_was_cut_off(node):
    node.ledger.append_many(numbered(0, 300))
    with node.store.write() as connection:
        connection.execute(sa.text("DELETE FROM ledger_entries WHERE position = 299"))
    with pytest.raises(Problem, match="verify") as raised:
        node.ledger.append_many(numbered(299, 300))
    assert raised.value.code == "damaged_ledger"


KILLED = """
import sys; from pathlib import Path; from jingwei.kernel.workspace import Workspace
ledger = Workspace(Path(sys.argv[1])).ledger
batch = int(sys.argv[2])
while True:
    print(ledger.append_many([b'{"n":%d,"of":%d}' % (i, batch) for i in range(700)], [b"%d-%d" % (batch, i) for i in range(700)])[-1], flush=True)
    batch += 1
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_a_process_killed_while_appending_leaves_whole_commits_and_every_one_it_told_of(node, rounds):
    batch = 0
    for round_ in range(rounds):
        running = subprocess.Popen([sys.executable, "-c", KILLED, str(node.folder), str(batch)], stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        told = running.stdout.readline()
        time.sleep(0.013 * (round_ % 8))
        running.kill()
        told = (told + running.stdout.read()).split()
        running.wait()
        running.stdout.close()
        size = node.ledger.size()
        assert size % 700 == 0
        assert size >= int(told[-1]) + 1
        entries = [entry for _, entry in node.ledger.entries()]
        assert entries == [b'{"n":%d,"of":%d}' % (i % 700, i // 700) for i in range(size)]
        assert node.ledger.root() == peer_root(entries)
        batch = size // 700
        again = node.ledger.append_many(entries[-700:], [b"%d-%d" % (batch - 1, i) for i in range(700)])
        assert list(again) == list(range(size - 700, size)), "what was sent again after the crash is not doubled"


# Proofs


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64, 255, 256, 257, 300, 513])
def test_every_entry_is_proved_at_the_end_and_at_every_later_size(node, size):
    node.ledger.append_many(numbered(0, size))
    with node.store.read() as connection:
        tree = Nodes(connection)
        for position in range(size):
            path = merkle.inclusion(position, size, tree)
            assert merkle.included(merkle.leaf(b'{"n":%d}' % position), position, size, path, peer_root(numbered(0, size)))
        for old in range(0, size + 1, max(1, size // 20)):
            path = merkle.consistency(old, size, tree)
            assert merkle.consistent(old, size, merkle.root(old, tree), merkle.root(size, tree), path)


@settings(max_examples=settings().max_examples // 4)
@given(runs=st.lists(st.integers(1, 600), min_size=1, max_size=8), data=st.data())
def test_a_tree_grown_by_runs_of_any_length_proves_any_entry_at_any_later_size(tmp_path_factory, runs, data):
    ledger, at = Workspace(tmp_path_factory.mktemp("node")).ledger, 0
    for run in runs:
        ledger.append_many(numbered(at, at + run))
        at += run
    size = data.draw(st.integers(1, at))
    position, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    root = peer_root(numbered(0, size))
    assert ledger.root(size) == root
    proof = ledger.prove(position, size)
    assert proof.holds()
    assert proof.root == root.hex()
    pymerkle_root = peer_root(numbered(0, old)) if old else merkle.EMPTY
    assert merkle.consistent(old, size, pymerkle_root, root, ledger.consistency(old, size))


@given(st.binary(max_size=60) | st.text('{}[]":,abcsizeroot0123', max_size=60).map(str.encode))
def test_any_file_is_a_head_and_a_proof_or_a_problem(content):
    for read in (Head.read, read_proof):
        try:
            read(content, "x.json")
        except Problem as problem:
            assert problem.code in ("unreadable", "forged_head")


def test_a_proof_reads_a_number_of_rows_that_grows_with_the_logarithm(tmp_path):
    ledger, reads = Workspace(tmp_path).ledger, list[str]()
    ledger.append_many(numbered(0, 5000))
    engine = ledger.store._engine()

    def count(_connection, _cursor, statement, *_):
        reads.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    assert ledger.prove(1234, 5000).holds()
    sa.event.remove(engine, "before_cursor_execute", count)
    assert len([s for s in reads if "ledger_tiles WHERE level = ? AND" in s or "FROM ledger_edge WHERE level = ? ORDER" in s]) <= 2 * 3


def test_a_proof_goes_through_json_and_an_altered_one_does_not_hold(node):
    node.ledger.append_many(numbered(0, 10))
    head = node.ledger.head(NOON)
    node.ledger.append_many(numbered(10, 12))
    proof = node.ledger.prove(3)
    assert (proof.size, proof.head) == (10, head)
    assert node.ledger.prove(11).head is None
    again = read_proof(msgspec.json.encode(proof))
    assert again == proof
    assert again.holds()
    replace = msgspec.structs.replace
    for other in (replace(proof, entry='{"n":4}'), replace(proof, position=4), replace(proof, path=proof.path[:-1]), replace(proof, root="00" * 32),
                  replace(proof, path=("zz",)), replace(proof, head=replace(head, size=11)), replace(proof, size=11)):
        assert not other.holds()
    with pytest.raises(Problem) as raised:
        read_proof(msgspec.json.encode(replace(proof, head=replace(head, size=11))))
    assert raised.value.code == "forged_head"
    with pytest.raises(Unreadable):
        read_proof(b"[]")


@pytest.mark.parametrize("ask", [lambda ledger: ledger.entry(3), lambda ledger: ledger.prove(3), lambda ledger: ledger.prove(2, 2),
                                 lambda ledger: ledger.root(4), lambda ledger: ledger.consistency(4), lambda ledger: ledger.prove(-1)])
def test_what_is_beyond_the_end_is_refused(node, ask):
    node.ledger.append_many(numbered(0, 3))
    with pytest.raises(Problem, match=r"ledger of [23] entries") as raised:
        ask(node.ledger)
    assert raised.value.code == "no_entry"


def test_entries_that_are_not_text_are_kept_and_proved_too(node):
    node.ledger.append_many([bytes(range(256)), b""])
    assert node.ledger.entry(0) == bytes(range(256))
    assert Proof(**msgspec.json.decode(msgspec.json.encode(node.ledger.prove(1)))).holds()


# Heads


def test_a_head_is_signed_once_for_one_size_and_kept_with_its_co_signatures(node):
    node.ledger.append_many(numbered(0, 5))
    head = node.ledger.head(NOON)
    assert head == node.ledger.head(NOON + timedelta(days=1))
    assert (head.size, bytes.fromhex(head.root), head.at) == (5, peer_root(numbered(0, 5)), "2026-01-01T12:00:00+08:00")
    neighbour = Ledger(Workspace(node.folder.parent / "neighbour").store)
    seen = neighbour.witness(head, [], NOON)
    node.ledger.keep(seen)
    node.ledger.keep(seen)
    assert node.ledger.heads() == [seen]
    assert Head.read(json.dumps(seen.to_json()).encode()) == seen
    stranger = msgspec.structs.replace(head, size=4)
    with pytest.raises(Problem):
        node.ledger.keep(stranger)


def test_a_neighbour_co_signs_only_what_begins_with_what_it_saw(node):
    neighbour = Ledger(Workspace(node.folder.parent / "neighbour").store)
    node.ledger.append_many(numbered(0, 300))
    first = node.ledger.head(NOON)
    assert neighbour.witnessed(first.key) == 0
    neighbour.witness(first, [], NOON)
    node.ledger.append_many(numbered(300, 700))
    second = node.ledger.head(NOON)
    path = node.ledger.consistency(neighbour.witnessed(first.key))
    with pytest.raises(Problem) as raised:
        neighbour.witness(second, path[:-1], NOON)
    assert raised.value.code == "rewritten_past"
    assert first.key[:16] in raised.value.where.en
    assert neighbour.witness(second, path, NOON).cosignatures
    assert neighbour.witnessed(first.key) == 700
    with pytest.raises(Problem) as raised:
        neighbour.witness(first, [], NOON)
    assert raised.value.code == "rewritten_past", "a node cannot go back to an older head either"


def test_a_node_does_not_sign_what_contradicts_its_last_head(node):
    node.ledger.append_many(numbered(0, 10))
    node.ledger.head(NOON)
    with node.store.write() as connection:
        connection.execute(sa.text("UPDATE ledger_edge SET hash = :junk WHERE number = 3"), {"junk": bytes(32)})
    node.ledger.append_many(numbered(10, 11))
    with pytest.raises(Problem) as raised:
        node.ledger.head(NOON)
    assert raised.value.code == "damaged_ledger"


def test_the_nodes_key_is_made_once_and_for_its_owner_only(tmp_path):
    keys = {node_key(tmp_path).private_bytes_raw() for _ in range(3)}
    assert len(keys) == 1
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == [KEY_FILE]
    (tmp_path / KEY_FILE).write_text("not a key")
    with pytest.raises(Problem) as raised:
        node_key(tmp_path)
    assert raised.value.code == "bad_key"
    assert Ed25519PrivateKey.generate().private_bytes_raw() not in keys


# Erasing


def test_erasing_takes_payload_salt_and_name_and_leaves_every_proof(node):
    ledger = node.ledger
    ledger.append(event(1, private={"李四": {"id": "secret-of-li-si"}, "王五": {"id": "other"}}))
    ledger.append(event(2, private={"李四": {"id": "secret-of-li-si"}}))
    before, entries = ledger.prove(0, 2), list(ledger.entries())
    assert ledger.erase("李四", "张三", NOON.astimezone(UTC)) == 2
    assert ledger.prove(0, 2) == before
    assert before.holds()
    assert list(ledger.entries())[:2] == entries
    assert sorted(ledger.people().values()) == ["张三", "王五"]
    assert [v for v in ledger.payloads(0).values() if v] == [{"id": "other"}]
    assert json.loads(ledger.entry(2))["kind"] == "person.erased"
    with pytest.raises(Problem) as raised:
        ledger.erase("李四", "张三", NOON)
    assert raised.value.code == "unknown_person"
    again = json.loads(ledger.entry(ledger.append(event(3, private={"李四": {}}))))
    assert again["private"].keys() & json.loads(entries[0][1])["private"].keys() == set(), "who comes back is a stranger"
    if not node.store.url:
        held = b"".join(p.read_bytes() for p in node.folder.glob(FILE + "*"))
        assert b"secret-of-li-si" not in held
        assert b'"other"' in held


def test_one_may_erase_oneself(node):
    node.ledger.append(event(1, private={"张三": {"id": "x"}}))
    assert node.ledger.erase("张三", "张三", NOON) == 1
    assert node.ledger.people() == {}
    assert node.ledger.size() == 2


def test_equal_payloads_have_digests_that_differ(node):
    node.ledger.record([event(i, private={"李四": {"answer": "yes"}}) for i in range(2)])
    digests = {next(iter(json.loads(e)["private"].values())) for _, e in node.ledger.entries()}
    assert len(digests) == 2
    assert sha256(b'{"answer":"yes"}').hexdigest() not in digests
