"""Who stands below this node, at any depth, and how the live tests of each went: recorded here and told to the node above.

Two kinds of event say it all: ``node.below {node, above, level, place, via, gone}``, with the name beside it, and ``node.tested
{node, above, test, passed, why}``. What is recorded goes up in the transaction that records it, so that every node above has
the same, once; the instant is that of the test, however long its news was on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from jingwei.kernel import node_records as records
from jingwei.kernel.exchange import Arrival, Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import DUTIES, speaks
from jingwei.kernel.people import LEVELS
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import Told, told

KIND = "node.below"
"""Of message, upward."""

MOST = 1_000
"""Nodes and results in one message."""

Test = Literal["up", "back", "duty", "query"]
TESTS: dict[Test, Text] = {
    "up": Text("请求上行", "a request up"), "back": Text("数据回流", "data back down"), "duty": Text("任务下达", "a duty down"),
    "query": Text("签名查询", "a signed query")}
"""The four live tests of the plan's *joined down*."""

_ID = re.compile(r"n-[0-9a-f]{40}")
_PLACE = re.compile(r"CN|\d{6}", re.ASCII)
_CODE = re.compile(r"[a-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Below:
    """A node below. above : the node it stands below; via : this node's own child that told of it, empty for a child itself."""

    node: str
    above: str
    level: str
    place: str
    name: Text
    via: str = ""
    gone: bool = False

    def facts(self) -> dict[str, Any]:
        return {"node": self.node, "above": self.above, "level": self.level, "place": self.place, "gone": self.gone}


@dataclass(frozen=True, slots=True)
class Tested:
    """One result. why : code of the problem for which it failed, or for which the node rightly refused; empty otherwise."""

    node: str
    above: str
    test: Test
    passed: bool
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Nodes:
    """below : by id; tests : the newest of each, by node and test; since : when each node was first heard of, or heard of again"""

    below: dict[str, Below] = field(default_factory=dict)
    tests: dict[tuple[str, Test], Tested] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)

    @property
    def there(self) -> list[Below]:
        """Those not gone, by place."""
        return sorted((b for b in self.below.values() if not b.gone), key=lambda b: (b.place, b.level, b.node))

    def under(self, node: str) -> list[str]:
        """Nodes at any depth below one of them."""
        found, waiting = list[str](), [node]
        while waiting:
            above = waiting.pop()
            more = [b.node for b in self.there if b.above == above and b.node not in found]
            found, waiting = found + more, waiting + more
        return found


def fold(events: Iterable[Told]) -> Nodes:
    """What the record says of the nodes below, from the first entry on."""
    nodes = Nodes()
    for event in events:
        f, at = event.facts, datetime.fromisoformat(event.at)
        if event.kind == "node.below":
            said, before = event.payload or {}, nodes.below.get(f["node"])
            name = Text(str(said.get("zh", f["node"])), str(said.get("en", f["node"])))
            nodes.below[f["node"]] = Below(f["node"], f["above"], f["level"], f["place"], name, str(f.get("via", "")), f["gone"])
            if before is None or before.gone:
                nodes.since[f["node"]] = at
        elif event.kind == "node.tested":
            nodes.tests[f["node"], f["test"]] = Tested(f["node"], f["above"], f["test"], f["passed"], f["why"], at)
    return nodes


def read(exchange: Exchange) -> Nodes:
    return fold(told(exchange.workspace.ledger, "node"))


def note_children(exchange: Exchange) -> Nodes:
    """Record this node's own children that are not on record as they are now, and those no longer there. A forked one is still there."""
    with exchange.workspace.store.write() as connection:
        me, nodes = records.own(connection), read(exchange)
        now = {one.profile.id: Below(one.profile.id, me.id, one.profile.level, one.profile.place, one.profile.name)
               for one in records.known(connection) if one.relation == "child" and one.state in ("admitted", "forked")}
        news = [b for b in now.values() if nodes.below.get(b.node) != b]
        left = [b for b in nodes.there if (b.via or b.node) not in now]
        record(exchange, [*news, *(_gone(b) for b in left)], [])
        return read(exchange) if news or left else nodes


def _gone(b: Below) -> Below:
    return Below(b.node, b.above, b.level, b.place, b.name, b.via, gone=True)


def fresh(nodes: Nodes, results: Iterable[Tested], silence: float) -> list[Tested]:
    """Results worth an entry: other than the last one, or half a silence later."""
    found = []
    for each in results:
        last = nodes.tests.get((each.node, each.test))
        if last is None or (last.passed, last.why) != (each.passed, each.why) or each.at - last.at > timedelta(seconds=silence / 2):
            found.append(each)
    return found


def record(exchange: Exchange, below: Sequence[Below], tests: Sequence[Tested]) -> None:
    """Into the ledger, and to the node above, in one transaction."""
    if not below and not tests:
        return
    now = exchange.clock()
    with exchange.workspace.store.write() as connection:
        me = records.own(connection).id
        exchange.workspace.ledger.record([
            *(Event("node.below", now, me, {**b.facts(), "via": b.via}, {f"node:{b.node}": {"zh": b.name.zh, "en": b.name.en}}) for b in below),
            *(Event("node.tested", t.at, me, {"node": t.node, "above": t.above, "test": t.test, "passed": t.passed, "why": t.why}) for t in tests)])
        tell(exchange, below, tests)


def tell(exchange: Exchange, below: Sequence[Below], tests: Sequence[Tested]) -> None:
    """To the node above, when there is one that understands it."""
    with exchange.workspace.store.read() as connection:
        above = next((one for one in records.known(connection) if one.relation == "parent" and one.state == "admitted"), None)
    if above is None or not speaks(above.profile, DUTIES):
        return
    nodes = [{**b.facts(), "zh": b.name.zh, "en": b.name.en} for b in below]
    results = [{"node": t.node, "above": t.above, "test": t.test, "passed": t.passed, "why": t.why, "at": t.at.isoformat()} for t in tests]
    for at in range(0, max(len(nodes), len(results)), MOST):
        exchange.send(above.profile.id, KIND, {"nodes": nodes[at:at + MOST], "tests": results[at:at + MOST]})


def tell_all(exchange: Exchange) -> None:
    """Everything on record, to a node above that is new."""
    nodes = read(exchange)
    tell(exchange, nodes.there, [t for t in nodes.tests.values() if t.node in nodes.below and not nodes.below[t.node].gone])


# What a node below says of those below it


def taken_in(arrival: Arrival) -> None:
    """Lines a child tells of nodes below it; it says nothing of itself, of others' nodes, or of tests yet to come."""
    sender, exchange = arrival.sender, arrival.exchange
    if sender is None or sender.relation != "child":
        raise Problem("not_below", Text("只有下级节点能说它下面有谁", "only a node below tells who stands below it"),
                      where=arrival.message.envelope.sender[:60], remedy=Text("请上报。", "Send it up."))
    via, nodes = sender.profile.id, read(exchange)
    near = {one.profile.id for one in records.known(arrival.connection) if one.relation in ("self", "parent", "child")}
    lines, results = _lines(arrival.message.body)
    heard, known = list[Below](), {via, *(b.node for b in nodes.there if b.via == via)}
    for line in lines:
        b = Below(line.node, line.above, line.level, line.place, line.name, via, line.gone)
        before = nodes.below.get(b.node)
        others = before is not None and not before.gone and before.via != via
        if b.node in near or others or b.above not in known:
            continue
        known.add(b.node)
        if before != b:
            heard.append(b)
    tests = [t for t in results if t.node in known and t.node != via and _newer(t, nodes, arrival.at)]
    record(exchange, heard, tests)


def _newer(t: Tested, nodes: Nodes, now: datetime) -> bool:
    last = nodes.tests.get((t.node, t.test))
    return t.at <= now + timedelta(minutes=5) and (last is None or last.at < t.at)


def _lines(body: Mapping[str, Any]) -> tuple[list[Below], list[Tested]]:
    """Raises Problem ``unreadable``."""
    try:
        lines = [Below(_like(_ID, n["node"]), _like(_ID, n["above"]), next(v for v in LEVELS if v == n["level"]), _like(_PLACE, n["place"]),
                       Text(str(n["zh"])[:200], str(n["en"])[:200]), gone=n["gone"] is True) for n in body["nodes"][:MOST]]
        tests = [Tested(_like(_ID, t["node"]), _like(_ID, t["above"]), next(x for x in TESTS if x == t["test"]), t["passed"] is True,
                        _like(_CODE, t["why"]), _instant(t["at"])) for t in body["tests"][:MOST]]
    except (LookupError, TypeError, ValueError, StopIteration) as error:
        raise Problem("unreadable",
                      Text(f"消息没有说明下面有谁（{error}）", f"the message does not say who stands below ({error})"),
                      remedy=Text("请用 jingwei node test 发送。", "Send it with jingwei node test.")) from None
    return lines, tests


def _like(shape: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ValueError(f"{str(value)[:60]!r} will not do")
    return value


def _instant(text: Any) -> datetime:
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError("an instant without its zone")
    return at
