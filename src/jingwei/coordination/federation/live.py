"""The four live tests of each node below: does a request come up, do data go back down, does a duty arrive, is a query answered?

Each goes the way the real thing goes: what is sent is a message that waits, is taken once and is acknowledged; what is asked
is asked by a signed question; what is answered is checked. Nothing of it changes duties or figures.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from jingwei.coordination.federation import records as shared
from jingwei.coordination.federation.below import TESTS, Nodes, Test, Tested, fresh, note_children, record
from jingwei.kernel import node_records as records
from jingwei.kernel import people_records
from jingwei.kernel.access import EVERY_ROW, Exact, Grant, Subject
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.exchange import Exchange, Transport
from jingwei.kernel.files import held, write_whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.nodes import APPLIED, DUTIES, Known, Message, speaks
from jingwei.kernel.problems import Problem

ASK = "test"
"""Question, downward: what a node below is asked for its part in the tests."""

UP = "test.up"
"""Question, upward: the request that has to come up."""

PROBE = Dataset("nodes_probe", 1, {"thread": "string"})
"""What the test query counts: the same few rows at every node, so that no two answers tell anything together."""

ROWS = 12
"""Of each thread."""

PATIENCE = 10.0
"""Seconds to wait for another courier of this node."""

SAMPLE = 200
"""Figures passed between the two of which the node below is asked whether it can read them."""

RIGHTLY = ("not_granted", "differencing")
"""Refusals of a query under the node's own rules: it was asked, applied them and signed the answer. That is what the test asks for."""

_DONE = "tested.json"
_LOCK = "tested.lock"


def test(exchange: Exchange, transport: Transport) -> tuple[Nodes, list[Tested]]:
    """Test every node directly below now; what is news is recorded and told to the node above. Those further down are tested by
    the node they stand below. Two at a time never test: the second finds nothing to do."""
    with held(exchange.workspace.folder / _LOCK, wait=False) as mine:
        if not mine:
            return note_children(exchange), []
        nodes = note_children(exchange)
        with exchange.workspace.store.read() as connection:
            children = [one for one in records.known(connection) if one.relation == "child" and one.state in ("admitted", "forked")]
            me = records.own(connection).id
        results = [Tested(child.profile.id, me, name, passed, why, at)
                   for child in children for name, (passed, why, at) in _four(exchange, child, transport).items()]
        record(exchange, [], fresh(nodes, results, exchange.workspace.settings.federation.silence))
        done = {"at": exchange.clock().isoformat(), "nodes": [child.profile.id for child in children]}
        write_whole(exchange.workspace.folder / _DONE, json.dumps(done).encode())
        return note_children(exchange), results


def due(exchange: Exchange) -> bool:
    """Whether it is time: ``[federation] test_every`` seconds after the last tests, or a child was never tested."""
    done, tested = _done(exchange.workspace.folder / _DONE)
    with exchange.workspace.store.read() as connection:
        known = records.known(connection)
    children = {one.profile.id for one in known if one.relation == "child" and one.state == "admitted"}
    if not children:
        return False
    late = done is None or (exchange.clock() - done).total_seconds() >= exchange.workspace.settings.federation.test_every
    return late or not children <= tested


def _done(path: Path) -> tuple[datetime | None, set[str]]:
    """When the last tests were done, and of which nodes."""
    try:
        told = json.loads(path.read_bytes())
        return datetime.fromisoformat(told["at"]), set(told["nodes"])
    except (OSError, ValueError, LookupError, TypeError):
        return None, set()


Outcome = tuple[bool, str, datetime]


def _four(exchange: Exchange, child: Known, transport: Transport) -> dict[Test, Outcome]:
    """All four results for one child; what stops one of them may stop the others, and then says so in each."""
    found: dict[Test, Outcome] = {}
    try:
        profile = exchange.greeted(child, transport)
        if not speaks(profile, DUTIES):
            raise Problem("older_program", Text("它的程序还不会实测", "its program knows no live tests"), where=profile.id,
                          remedy=Text("请升级它。", "Upgrade it."))
    except Problem as problem:
        return dict.fromkeys(TESTS, (False, problem.code, exchange.clock()))
    child = Known(profile, child.relation, child.state, child.parent, child.heard)
    tests = {"up": _up, "duty": _duty, "back": _back, "query": _query}
    for name in TESTS:
        try:
            found[name] = (True, tests[name](exchange, child, transport), exchange.clock())
        except Problem as problem:
            found[name] = (False, problem.code, exchange.clock())
        except (LookupError, TypeError, ValueError):
            found[name] = (False, "unreadable", exchange.clock())
    return found


def _up(exchange: Exchange, child: Known, transport: Transport) -> str:
    """The child, asked, sends a signed request up here, and shows the answer it got."""
    nonce = secrets.token_hex(16)
    said = exchange.ask(child, ASK, {"up": nonce}, transport)
    with exchange.workspace.store.write() as connection:
        records.heard(connection, child.profile.id, exchange.clock())  # it signed: what waits for it is due now
    if "answer" not in said:
        raise Problem(_code(said.get("trouble")), Text("它的请求没有上来", "its request did not come up"),
                      where=child.profile.id)
    answer, me = msgspec.convert(said["answer"], Message), exchange.hello().profile
    answer.check(me.key, child.profile.id)
    if answer.envelope.kind != f"{UP}.answer" or answer.body["said"] != {"nonce": nonce}:
        raise Problem("altered_message", Text("它出示的回答不是给它的那个", "it shows another answer than it was given"),
                      where=child.profile.id)
    return ""


def _duty(exchange: Exchange, child: Known, transport: Transport) -> str:
    """A duty message that holds no duty is taken and acknowledged."""
    _taken(exchange, child, "duty", {"probe": secrets.token_hex(16)}, transport)
    return ""


def _back(exchange: Exchange, child: Known, transport: Transport) -> str:
    """A batch of figures, with none in it, is taken; and figures that passed between the two before can be read there."""
    from jingwei.coordination.federation.figures import TOLD
    from jingwei.kernel.tables import csv_bytes

    _taken(exchange, child, "figures", {"csv": csv_bytes(TOLD, []).decode()}, transport)
    with exchange.workspace.store.read() as connection:
        passed = sorted(shared.has(connection, child.profile.id))
    asked = [passed[i] for i in sorted(secrets.SystemRandom().sample(range(len(passed)), min(SAMPLE, len(passed))))]
    if exchange.ask(child, ASK, {"back": asked}, transport)["missing"] != 0:
        raise Problem("not_readable",
                      Text("两者之间传过的数在那里读不到", "figures that passed between the two cannot be read there"),
                      where=child.profile.id)
    return ""


def _query(exchange: Exchange, child: Known, transport: Transport) -> str:
    """A query over the node's probe is answered for the node itself: by its signed part, or by its signed refusal under its own rules."""
    from jingwei.coordination.federation.across import read_part
    from jingwei.coordination.federation.query import Aggregate, Plan

    plan = Plan(PROBE.name, tuple(PROBE.columns), (Aggregate("count"),), EVERY_ROW, "statistics", secrets.token_hex(16))
    said = exchange.ask(child, "query", {"plan": msgspec.to_builtins(plan), "patience": 5.0, "depth": 1}, transport)
    if any(read_part(part, plan).profile.id == child.profile.id for part in said["parts"]):
        return ""
    why = next((str(s["code"]) for s in said["silent"] if s["id"] == child.profile.id), "unreadable")
    if why not in RIGHTLY:
        raise Problem(_code(why), Text("它没有回答", "it gave no answer"), where=child.profile.id)
    return why


def _taken(exchange: Exchange, child: Known, kind: str, body: Mapping[str, Any], transport: Transport) -> None:
    """Raises Problem unless the node takes the message. Where others wait for it already, they are sent and none is added."""
    node = child.profile.id
    exchange.deliver(transport, patience=PATIENCE)
    _none_waits(exchange, node)
    message = exchange.send(node, kind, body)
    exchange.deliver(transport, patience=PATIENCE)
    with exchange.workspace.store.read() as connection:
        outcome = records.outcome(connection, node, message.envelope.sequence)
    if outcome is None:
        _none_waits(exchange, node)
    if outcome != APPLIED:
        raise Problem(_code(outcome), Text("它收下了消息，却没有照办", "it took the message and did not do what it says"),
                      where=node)


def _none_waits(exchange: Exchange, node: str) -> None:
    with exchange.workspace.store.read() as connection:
        queue = next((w for w in records.waiting(connection) if w.receiver == node), None)
    if queue is not None:
        raise Problem(_code(queue.trouble.partition(":")[0] or "not_taken"), Text("有消息等着发给它", "messages wait for it"),
                      where=node)


def _code(said: Any) -> str:
    """A problem's code as another node wrote it, cut to what the record may hold."""
    plain = "".join(c for c in str(said) if c in "abcdefghijklmnopqrstuvwxyz0123456789_")[:60]
    return plain or "not_taken"


# The part of the node that is tested


def asked(exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    """What the node above wants of a test. Raises Problem ``not_permitted`` and ``unreadable``."""
    from jingwei.coordination.federation.sources import Http

    if asker.relation != "parent":
        raise Problem("not_permitted", Text("只有上级节点可以实测", "only the node above tests"), where=asker.profile.id,
                      remedy=Text("请从上级节点提问。", "Ask from the node above."))
    _ready(exchange)
    body = question.body
    if isinstance(nonce := body.get("up"), str):
        try:
            return {"answer": msgspec.to_builtins(exchange.asked(asker, UP, {"nonce": nonce[:64]}, Http(PATIENCE)))}
        except Problem as problem:
            return {"trouble": problem.code}
    if isinstance(digests := body.get("back"), list):
        return {"missing": _missing(exchange, {str(d) for d in digests[:SAMPLE]})}
    raise Problem("unreadable", Text("提问没有说是哪项实测", "the question names no test"), where=asker.profile.id,
                  remedy=Text("请问 up 或 back。", "Ask up or back."))


def came_up(_exchange: Exchange, asker: Known, question: Message) -> Mapping[str, Any]:
    """A request of a node below, answered."""
    if asker.relation != "child":
        raise Problem("not_permitted", Text("只有下级节点能发这个请求", "only a node below sends this request"),
                      where=asker.profile.id, remedy=Text("请上报。", "Send it up."))
    return {"nonce": str(question.body.get("nonce"))[:64]}


def _missing(exchange: Exchange, digests: set[str]) -> int:
    """How many figures, by digest, this node does not have or cannot read."""
    if not digests:
        return 0
    from jingwei.coordination.federation.figures import digests_of_all

    return len(digests - digests_of_all(exchange))


def _ready(exchange: Exchange) -> None:
    """The probe's rows, and once the grant that lets the node above count them; one that was withdrawn stays so."""
    lake, now = exchange.workspace.lake, exchange.clock()
    if not lake.snapshot(PROBE).files:
        lake.append(PROBE, [{"thread": thread} for thread in ("warp", "weft") for _ in range(ROWS)])
    grant = Grant("nodes-probe", Subject("role", "parent"), "statistics", PROBE.name, {"thread": Exact()}, "joined below it", day_in_china(now), export=True)
    try:
        with exchange.workspace.store.write() as connection:
            people_records.give(connection, grant, now)
    except Problem as given:
        if given.code != "bad_grant":
            raise
