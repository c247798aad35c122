"""Messages between nodes: nothing lost, nothing doubled, nothing out of order, and who tampers is named."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel import node_records as records
from jingwei.kernel.clock import CHINA
from jingwei.kernel.exchange import LONGEST_PAUSE, Arrival, Early, Exchange
from jingwei.kernel.heads import node_key, public_of
from jingwei.kernel.i18n import both
from jingwei.kernel.nodes import (
    JOIN,
    VERSIONS,
    Acknowledgement,
    Hello,
    Known,
    Message,
    Profile,
    common_version,
    fingerprint,
    loopback,
    seal,
)
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.workspace import Workspace

START = datetime(2026, 3, 2, 9, tzinfo=CHINA)
WROTE = "note"


@dataclass
class Time:
    """A clock that tests turn."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Cut(Exception):
    """The process died here."""


def note(arrival: Arrival) -> None:
    """Write a message's number into a table of the same store."""
    c = arrival.connection
    c.exec_driver_sql("CREATE TABLE IF NOT EXISTS notes (sender VARCHAR, said INTEGER)")
    c.execute(sa.text("INSERT INTO notes VALUES (:sender, :said)"), {"sender": arrival.message.envelope.sender, "said": arrival.message.body["n"]})
    if arrival.message.body.get("bad"):
        raise Problem("bad_note", both("that cannot be noted"))


def notes(exchange: Exchange, sender: str) -> list[int]:
    with exchange.workspace.store.read() as c:
        if not sa.inspect(c).has_table("notes"):
            return []
        return list(c.scalars(sa.text("SELECT said FROM notes WHERE sender = :sender"), {"sender": sender}))  # in the order of writing


def made(folder: Path, port: int, clock: Time, url: str = "") -> tuple[Exchange, Profile]:
    workspace = Workspace(folder)
    workspace.establish()
    if url:
        (folder / "jingwei.toml").write_text(f'[store]\nurl = "{url}"\n')
    key = public_of(node_key(folder))
    profile = Profile(fingerprint(key), key, f"节点{port}", f"node {port}", "city", "CN", "bureau", f"http://127.0.0.1:{port}")
    exchange = Exchange(workspace, {WROTE: note, JOIN: lambda _: None}, {"sum": lambda _e, _k, m: {"is": sum(m.body["of"])}}, clock)
    with workspace.store.write() as connection:
        records.keep(connection, Known(profile, "self", "self"))
    return exchange, profile


def meet(one: Exchange, other: Exchange, *, state: str = "admitted") -> None:
    for here, there in ((one, other), (other, one)):
        with here.workspace.store.write() as connection:
            records.keep(connection, Known(there.hello().profile, "other", state))


@dataclass
class Wire:
    """A network of exchanges in one process, which may be down, or die before or after a message was taken."""

    at: dict[str, Exchange]
    down: set[str] = field(default_factory=set)
    chance: random.Random | None = None
    carried: int = 0

    def _up(self, url: str) -> Exchange:
        if url in self.down:
            raise Problem("unreachable", both("nobody answers"), where=url)
        return self.at[url]

    def greet(self, url: str) -> Hello:
        return Hello.read(msgspec.json.encode(self._up(url).hello()))

    def deliver(self, to: Profile, message: Message) -> Acknowledgement:
        fate = self.chance.random() if self.chance else 1.0
        if fate < 0.2:
            raise Problem("unreachable", both("lost on the way"))
        self.carried += 1
        answer = self._up(to.url).receive(message.encode())
        if fate < 0.4:
            raise Problem("unreachable", both("the acknowledgement was lost"))
        if fate < 0.5:
            raise Cut
        return answer

    def ask(self, to: Profile, question: Message) -> Message:
        return Message.read(self._up(to.url).answer(question.encode()).encode())


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pair(tmp_path, time):
    a, _ = made(tmp_path / "a", 1001, time)
    b, _ = made(tmp_path / "b", 1002, time)
    meet(a, b)
    return a, b, Wire({"http://127.0.0.1:1001": a, "http://127.0.0.1:1002": b})


def id_of(exchange: Exchange) -> str:
    return exchange.hello().profile.id


def queued(a: Exchange, b: Exchange, n: int) -> list[Message]:
    return [a.send(id_of(b), WROTE, {"n": i}) for i in range(n)]


def test_messages_are_applied_once_each_in_the_order_they_were_sent_and_the_receiver_signs_for_each(pair):
    a, b, wire = pair
    messages = queued(a, b, 20)
    assert a.deliver(wire) == 20
    assert notes(b, id_of(a)) == list(range(20))
    assert a.deliver(wire) == 0
    with a.workspace.store.read() as c:
        rows = c.execute(sa.select(records.OUTBOX.c.acknowledgement).order_by(records.OUTBOX.c.sequence)).scalars().all()
    for message, row in zip(messages, rows, strict=True):
        Acknowledgement.read(row).check(message, b.hello().profile.key)
    kinds = [json.loads(e)["kind"] for _, e in b.workspace.ledger.entries()]
    assert kinds == ["message.taken"] * 20


def test_a_node_that_is_down_for_a_week_has_lost_nothing_when_it_is_back(pair, time):
    a, b, wire = pair
    wire.down.add("http://127.0.0.1:1002")
    tries = 0
    for hour in range(0, 7 * 24, 3):
        time.now = START + timedelta(hours=hour)
        a.send(id_of(b), WROTE, {"n": hour})
        assert a.deliver(wire) == 0
        assert a.deliver(wire) == 0, "it waits before it tries again"
        tries += 1
    wire.down.clear()
    time.now += timedelta(seconds=LONGEST_PAUSE)
    assert a.deliver(wire) == tries
    assert notes(b, id_of(a)) == list(range(0, 7 * 24, 3))


def test_what_waits_for_a_node_is_tried_at_once_when_it_gives_a_sign_of_life(pair, time):
    a, b, wire = pair
    wire.down.add("http://127.0.0.1:1002")
    queued(a, b, 1)
    for _ in range(12):
        a.deliver(wire)
        time.now += timedelta(seconds=LONGEST_PAUSE)
    a.deliver(wire)
    wire.down.clear()
    assert a.deliver(wire) == 0
    queued(b, a, 1)
    assert b.deliver(wire) == 1
    assert a.deliver(wire) == 1


def test_a_message_that_comes_again_is_acknowledged_as_it_was_and_does_nothing(pair):
    a, b, _ = pair
    (message,) = queued(a, b, 1)
    first = b.receive(message.encode())
    before = b.workspace.ledger.size()
    assert b.receive(message.encode()) == first
    assert notes(b, id_of(a)) == [0]
    assert b.workspace.ledger.size() == before


def refusal(exchange: Exchange, message: Message) -> str:
    size = exchange.workspace.ledger.size()
    with pytest.raises(Problem) as raised:
        exchange.receive(message.encode())
    assert raised.value.remedy.en
    assert exchange.workspace.ledger.size() == size
    return raised.value.code


def test_what_is_replayed_altered_misaddressed_out_of_order_or_from_a_stranger_is_refused_by_name(pair, tmp_path, time):
    a, b, _ = pair
    first, second = queued(a, b, 2)
    key, me = node_key(a.workspace.folder), id_of(b)
    assert refusal(b, second) == "early_message"
    assert refusal(b, msgspec.structs.replace(first, body={"n": 7})) == "altered_message"
    for field_, value in {"sequence": 2, "kind": JOIN, "at": "2026-03-02T09:00:01+08:00", "digest": "0" * 64}.items():
        altered = msgspec.structs.replace(first, envelope=msgspec.structs.replace(first.envelope, **{field_: value}))
        assert refusal(b, altered) == "altered_message"
    assert refusal(b, msgspec.structs.replace(first, envelope=msgspec.structs.replace(first.envelope, protocol=9))) == "unknown_protocol"
    assert refusal(b, seal(key, id_of(a), 1, WROTE, {"n": 0}, START)) == "misaddressed_message"
    stranger, _ = made(tmp_path / "c", 1003, time)
    theirs = node_key(stranger.workspace.folder)
    assert refusal(b, seal(theirs, me, 1, WROTE, {"n": 0}, START)) == "unknown_sender"
    assert refusal(b, seal(key, me, 1, "unheard_of", {}, START)) == "unknown_kind"
    assert refusal(b, seal(theirs, me, 1, JOIN, {"profile": msgspec.to_builtins(a.hello().profile)}, START)) == "bad_node"
    b.receive(first.encode())
    assert refusal(b, seal(key, me, 1, WROTE, {"n": 5}, START)) == "replayed_message"
    assert refusal(b, seal(key, me, 0, WROTE, {"n": 5}, START)) == "early_message"
    assert notes(b, id_of(a)) == [0]


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(
    st.sampled_from(["envelope", "body", "signature", "at"]), x, max_size=3)).map(lambda v: json.dumps(v).encode()))
def test_bytes_that_are_no_message_are_said_to_be_none(content):
    with pytest.raises(Unreadable):
        Message.read(content)


def test_a_forged_acknowledgement_settles_nothing(pair):
    a, b, wire = pair
    queued(a, b, 1)
    honest = wire.deliver

    def forged(to: Profile, message: Message) -> Acknowledgement:
        return msgspec.structs.replace(honest(to, message), outcome="bad_note")

    wire.deliver = forged
    assert a.deliver(wire) == 0
    with a.workspace.store.read() as c:
        assert records.waiting(c)[0].trouble.startswith("forged_acknowledgement")


def test_what_cannot_be_done_is_taken_back_noted_and_acknowledged_as_not_done_and_the_next_goes_on(pair):
    a, b, wire = pair
    a.send(id_of(b), WROTE, {"n": 1, "bad": True})
    a.send(id_of(b), WROTE, {"n": 2})
    assert a.deliver(wire) == 2
    assert notes(b, id_of(a)) == [2]
    with b.workspace.store.read() as c:
        assert [records.taken(c, id_of(a), n)[1].outcome for n in (1, 2)] == ["bad_note", "applied"]


def test_a_receiver_put_back_from_a_backup_is_sent_again_what_it_lacks(pair, tmp_path):
    a, b, wire = pair
    queued(a, b, 3)
    a.deliver(wire)
    b.workspace.store.settle()
    kept = (b.workspace.folder / "store.db").read_bytes()
    for n in (3, 4):
        a.send(id_of(b), WROTE, {"n": n})
    a.deliver(wire)
    b.workspace.store.close()
    (b.workspace.folder / "store.db").write_bytes(kept)
    for beside in ("store.db-wal", "store.db-shm"):
        (b.workspace.folder / beside).unlink(missing_ok=True)
    a.send(id_of(b), WROTE, {"n": 5})
    assert a.deliver(wire) == 1
    assert notes(b, id_of(a)) == [0, 1, 2, 3, 4, 5]


def test_two_who_deliver_the_same_message_at_once_apply_it_once_on_either_database(node, tmp_path, time):
    from concurrent.futures import ThreadPoolExecutor

    a, _ = made(tmp_path / "a", 1001, time)
    b, _ = made(node.folder, 1002, time, node.settings.store.url)
    meet(a, b)
    messages = queued(a, b, 5)
    with ThreadPoolExecutor(4) as pool:
        for message in messages:
            answers = list(pool.map(lambda _, m=message: b.receive(m.encode()), range(4)))
            assert len(set(answers)) == 1
    assert notes(b, id_of(a)) == [0, 1, 2, 3, 4]
    b.workspace.store.close()


def test_a_question_is_answered_to_whoever_asked_it_and_an_answer_to_another_is_refused(pair):
    a, b, wire = pair
    with a.workspace.store.read() as c:
        known = records.find(c, id_of(b))
    assert a.ask(known, "sum", {"of": [1, 2, 3]}, wire) == {"is": 6}
    old = wire.ask(known.profile, seal(node_key(a.workspace.folder), id_of(b), 0, "sum", {"of": [1]}, START))
    wire.ask = lambda _to, _question: old
    with pytest.raises(Problem, match="no answer to what was asked"):
        a.ask(known, "sum", {"of": [1, 2, 3]}, wire)


def test_versions_meet_at_the_highest_both_speak_and_where_there_is_none_it_says_what_cannot_be_done(pair):
    a, _, _ = pair
    profile = a.hello().profile
    speaks = msgspec.structs.replace
    assert common_version(speaks(profile, versions=(1, 4)), (2, 3)) == 3
    assert common_version(speaks(profile, versions=(1, 2)), (2, 3)) == 2
    for theirs, older in (((4, 6), "this program"), ((1, 1), "node n-")):
        with pytest.raises(Problem, match="neither messages, nor heads, nor questions") as raised:
            common_version(speaks(profile, versions=theirs), (2, 3))
        assert raised.value.code == "no_common_version"
        assert older in raised.value.remedy.en


def test_messages_for_a_node_of_another_version_wait_with_the_reason_until_it_is_upgraded(pair, time):
    a, b, wire = pair
    queued(a, b, 1)
    hello = b.hello()
    wire.greet = lambda _url: Hello(msgspec.structs.replace(hello.profile, versions=(VERSIONS[1] + 1, VERSIONS[1] + 2)))
    assert a.deliver(wire) == 0
    with a.workspace.store.read() as c:
        assert "no_common_version" in records.waiting(c)[0].trouble
    del wire.greet
    time.now += timedelta(seconds=LONGEST_PAUSE)
    assert a.deliver(wire) == 1


@pytest.mark.parametrize("url", ["http://example.test:80", "https://127.0.0.1:80", "http://127.0.0.1", "http://127.0.0.1:70000", "http://127.0.0.1:0",
                                 "http://user@127.0.0.1:80", "http://127.0.0.1:80/x", "http://127.0.0.1:٣", "file:///etc/passwd", ""])
def test_an_address_elsewhere_is_no_address_of_a_node(url):
    with pytest.raises(Problem) as raised:
        loopback(url)
    assert raised.value.code == "bad_url"


def schedule(folder: Path, seed: int, *, steps: int, size: int) -> None:
    """Three nodes that send at random while links are cut, messages and acknowledgements lost, and senders die in the middle."""
    time, chance = Time(), random.Random(seed)
    nodes = [made(folder / str(i), 1001 + i, time)[0] for i in range(size)]
    ids = [id_of(each) for each in nodes]
    for i, one in enumerate(nodes):
        for other in nodes[:i]:
            meet(one, other)
    wire = Wire({f"http://127.0.0.1:{1001 + i}": each for i, each in enumerate(nodes)}, chance=chance)
    said: dict[tuple[int, int], list[int]] = {}
    for step in range(steps):
        time.now += timedelta(seconds=chance.choice((0, 1, 30, 600)))
        wire.down = {url for url in wire.at if chance.random() < 0.25}
        a, b = chance.sample(range(size), 2)
        if chance.random() < 0.5:
            nodes[a].send(ids[b], WROTE, {"n": step})
            said.setdefault((a, b), []).append(step)
        try:
            nodes[a].deliver(wire)
        except Cut:  # restarted: all it knows is in its store
            nodes[a].workspace.store.close()
        for (x, y), all_of_it in said.items():
            got = notes(nodes[y], ids[x])
            assert got == all_of_it[:len(got)], (seed, step)
    wire.down, wire.chance = set(), None
    for _ in range(3):
        time.now += timedelta(seconds=LONGEST_PAUSE)
        for each in nodes:
            each.deliver(wire)
    for (x, y), all_of_it in said.items():
        assert notes(nodes[y], ids[x]) == all_of_it, seed
    for each in nodes:
        each.workspace.store.close()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_cut_lost_or_killed_every_message_is_applied_once_and_in_order(tmp_path, seed):
    schedule(tmp_path, seed, steps=60, size=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(300))
def test_three_hundred_schedules_lose_and_double_nothing(tmp_path, seed):
    schedule(tmp_path, 1000 + seed, steps=120, size=4)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {here!r})
import test_exchange as t
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.workspace import Workspace

where, content = sys.argv[1], Path(sys.argv[2]).read_bytes()
def dying(arrival):
    t.note(arrival)
    if where == "inside":
        os.kill(os.getpid(), signal.SIGKILL)
node = Exchange(Workspace(Path(sys.argv[3])), {{t.WROTE: dying}}, clock=t.Time())
node.receive(content)
os.kill(os.getpid(), signal.SIGKILL)  # it is done, and nobody was told
"""


@pytest.mark.parametrize("where", ["inside", "after"])
def test_a_receiver_killed_before_or_after_it_took_a_message_applies_it_once_when_it_comes_again(pair, tmp_path, where):
    a, b, wire = pair
    (message,) = queued(a, b, 1)
    (tmp_path / "message").write_bytes(message.encode())
    b.workspace.store.close()
    ended = subprocess.run([sys.executable, "-c", KILLED.format(here=str(Path(__file__).parent)), where, tmp_path / "message", b.workspace.folder], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert notes(b, id_of(a)) == ([] if where == "inside" else [0])
    assert a.deliver(wire) == 1
    assert notes(b, id_of(a)) == [0]
    assert [json.loads(e)["kind"] for _, e in b.workspace.ledger.entries()] == ["message.taken"]


def test_an_early_message_says_which_one_is_waited_for(pair):
    a, b, _ = pair
    *_, last = queued(a, b, 3)
    with pytest.raises(Early) as raised:
        b.receive(last.encode())
    assert raised.value.expected == 1
    assert raised.value.to_json()["expected"] == "1"
