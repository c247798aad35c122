"""How each node stands as far as this one knows: neighbours by what passed between them, nodes further down by what was reported of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from jingwei.kernel import node_records as records
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.node_records import Waiting
from jingwei.kernel.nodes import Known
from jingwei.kernel.told import Told

if TYPE_CHECKING:
    import sqlalchemy as sa

State = Literal["self", "answers", "silent", "asked", "forked", "gone", "passes", "fails", "untested"]
STATES: dict[State, Text] = {
    "self": Text("本节点", "this node"), "answers": Text("在线", "answers"), "silent": Text("没有音讯", "silent"), "asked": Text("待接纳", "asked to be admitted"),
    "forked": Text("改写了历史", "rewrote its past"), "gone": Text("已离开", "gone"), "passes": Text("通过检验", "passes its tests"),
    "fails": Text("检验不过", "fails a test"), "untested": Text("未检验", "not tested")}

Test = Literal["up", "back", "duty", "query"]
TESTS: dict[Test, Text] = {"up": Text("请求上得去", "a request goes up"), "back": Text("数据下得来", "data come back down"),
                           "duty": Text("任务收得到", "a duty is received"), "query": Text("查询有签名的答复", "a signed query is answered")}

UNHEARD = timedelta(minutes=5)
"""Neighbours meet once a minute: one not heard of for so long does not answer."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The newest result of a live test, and the entry that tells of it."""

    passed: bool
    at: str
    why: str
    position: int


@dataclass(frozen=True, slots=True)
class Stands:
    """One node.

    relation : self, parent, child, or below for one further down
    above : id of the node above it; empty at the top or when not known
    head : the last head seen of it; waiting : what waits to be sent to it
    cosigned : whether it co-signed this node's newest head; None where it is no neighbour
    """

    id: str
    name: Text
    level: str
    place: str
    url: str
    relation: str
    state: State
    above: str = ""
    heard: datetime | None = None
    waiting: Waiting | None = None
    head: Head | None = None
    cosigned: bool | None = None
    tests: Mapping[Test, Tested] = field(default_factory=dict)
    reported: int | None = None


def standing(connection: sa.Connection, events: Iterable[Told], ours: Head | None, now: datetime) -> dict[str, Stands]:
    """Every node this one knows of, by id. Without neighbours or before this folder is a node: as many as there are.

    events : of kind ``node.below`` and ``node.tested``, in order; others are passed over
    ours : this node's newest head
    """
    below, tests = _told(events)
    waiting = {one.receiver: one for one in records.waiting(connection)}
    found = dict[str, Stands]()
    for one in records.known(connection):
        found[one.profile.id] = _neighbour(one, waiting.get(one.profile.id), records.last_head(connection, one.profile.id), ours,
                                           tests.get(one.profile.id, {}), now)
    me = next((node for node, one in found.items() if one.relation == "self"), "")
    for node, (f, position) in below.items():
        if node in found or f.get("gone") is True:
            continue
        seen = tests.get(node, {})
        state: State = "fails" if any(not t.passed for t in seen.values()) else "untested" if len(seen) < len(TESTS) else "passes"
        found[node] = Stands(node, Text(_said(f, "zh") or node[:14], _said(f, "en") or node[:14]), _said(f, "level"), _said(f, "place"), "", "below", state,
                             _said(f, "above") or me, tests=seen, reported=position)
    return found


def _neighbour(one: Known, queue: Waiting | None, head: Head | None, ours: Head | None, tests: Mapping[Test, Tested], now: datetime) -> Stands:
    p = one.profile
    state: State = ("self" if one.relation == "self" else "forked" if one.state == "forked" else "asked" if one.state == "asked" else
                    "answers" if one.heard is not None and now - one.heard <= UNHEARD else "silent")
    cosigned = None if one.relation == "self" or ours is None else any(c.key == p.key for c in ours.cosignatures)
    return Stands(p.id, p.name, p.level, p.place, p.url, one.relation, state, one.parent, one.heard, queue, head, cosigned, tests)


def _told(events: Iterable[Told]) -> tuple[dict[str, tuple[Mapping[str, Any], int]], dict[str, dict[Test, Tested]]]:
    """The newest report of each node below, with the words kept beside it, and the newest result of each test of each node."""
    below, tests = dict[str, tuple[Mapping[str, Any], int]](), dict[str, dict[Test, Tested]]()
    for event in events:
        node = str(event.facts.get("node", ""))
        if event.kind == "node.below":
            below[node] = ({**event.facts, **(event.payload or {})}, event.position)
        elif event.kind == "node.tested" and event.facts.get("test") in TESTS:
            why = str(event.facts.get("why") or (event.payload or {}).get("why", ""))
            tests.setdefault(node, {})[cast(Test, event.facts["test"])] = Tested(event.facts.get("passed") is True, event.at[:16].replace("T", " "), why, event.position)
    return below, tests


def reported(events: Iterable[Told]) -> dict[str, Text | None]:
    """Names of the nodes further down that were reported, by id; None for those that are gone since."""
    below, _ = _told(events)
    return {node: None if f.get("gone") is True else Text(_said(f, "zh") or node[:14], _said(f, "en") or node[:14]) for node, (f, _) in below.items()}


def _said(facts: Mapping[str, Any], name: str) -> str:
    return str(facts.get(name) or "")


@dataclass(frozen=True, slots=True)
class Branch:
    """A node in the tree with those below it."""

    stands: Stands
    below: Sequence[Branch]


def tree(nodes: Mapping[str, Stands]) -> list[Branch]:
    """From the top: the node above, this one, those below. One whose superior is not known stands beside this one."""
    me = next((one for one in nodes.values() if one.relation == "self"), None)
    above: dict[str, str] = {}
    for node, one in nodes.items():
        over = "" if one.relation == "parent" else one.above
        if one.relation == "self":
            over = next((p.id for p in nodes.values() if p.relation == "parent"), "")
        elif one.relation == "child" and me is not None:
            over = me.id
        above[node] = over if over in nodes and over != node else ""

    def branch(node: str, path: frozenset[str]) -> Branch:
        under = sorted((n for n, over in above.items() if over == node and n not in path),
                       key=lambda n: (nodes[n].place == nodes[node].place, nodes[n].place, nodes[n].name.en))  # departments after places
        return Branch(nodes[node], [branch(n, path | {n}) for n in under])

    roots = [n for n, over in above.items() if not over]
    placed = [branch(n, frozenset({n})) for n in roots]
    seen = {one.stands.id for root in placed for one in walk(root)}
    return [*placed, *(Branch(nodes[n], []) for n in nodes if n not in seen)]  # a circle somebody reported hides nobody


def walk(branch: Branch) -> Iterable[Branch]:
    yield branch
    for one in branch.below:
        yield from walk(one)
