"""Joined down: nodes below that pass four live tests, none of them longer ago than a node may be silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jingwei.coordination.gauges.model import Gauge, Item, State
from jingwei.kernel.i18n import Text
from jingwei.kernel.told import Told

TESTS = {"up": Text("请求上行", "request up"), "back": Text("数据回流", "back-flow of data down"), "duty": Text("任务下达", "duty received"),
         "query": Text("签名查询应答", "signed query answered")}


@dataclass(frozen=True, slots=True)
class Below:
    """A node below, at any depth, as this node last learnt of it."""

    node: str
    above: str
    level: str
    place: str
    name: Text
    gone: bool
    entry: int


@dataclass(frozen=True, slots=True)
class Tested:
    """The newest result of one test of one node."""

    passed: bool
    why: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Nodes:
    below: dict[str, Below] = field(default_factory=dict)
    tested: dict[tuple[str, str], Tested] = field(default_factory=dict)


def fold(events: Iterable[Told]) -> Nodes:
    """The nodes below and the newest result of each of their tests; what is said of different nodes may come in any order."""
    after = Nodes()
    for event in events:
        f, told = event.facts, event.payload or {}
        node = str(f.get("node", ""))
        if event.kind == "node.below":
            zh, en = (str(told.get(language) or f.get(language) or node) for language in ("zh", "en"))
            after.below[node] = Below(node, str(f.get("above", "")), str(f.get("level", "")), str(f.get("place", "")), Text(zh, en),
                                      f.get("gone") is True, event.position)
        elif event.kind == "node.tested" and f.get("test") in TESTS:
            after.tested[node, str(f["test"])] = Tested(f.get("passed") is True, str(f.get("why", "")), datetime.fromisoformat(event.at), event.position)
    return after


def down(nodes: Nodes, now: datetime, silence: timedelta) -> Gauge:
    """One item a node below that is not gone. It passes when the newest of each of its four tests did, none longer ago than ``silence``."""
    there = [b for b in nodes.below.values() if not b.gone]
    items = [_item(b, nodes, now, silence) for b in sorted(there, key=lambda b: (b.place, b.node))]
    return Gauge("down", tuple(items), Text("本节点之下没有节点", "no node stands below this one"))


def _item(below: Below, nodes: Nodes, now: datetime, silence: timedelta) -> Item:
    seen = list(_tests(below, nodes, now, silence))
    failed, unknown = [(t, e) for s, t, e in seen if s == "no"], [(t, e) for s, t, e in seen if s == "open_no"]
    state: State = "no" if failed else "open_no" if unknown else "yes"
    told = failed + unknown or [(Text("四项都通过", "passes all four"), max(e for _, _, e in seen))]
    reason = Text("；".join(t.zh for t, _ in told), "; ".join(t.en for t, _ in told))
    return Item(below.node, below.name, state, reason, told[0][1], f"node/{below.node}")


def _tests(below: Below, nodes: Nodes, now: datetime, silence: timedelta) -> Iterator[tuple[State, Text, int]]:
    """Each test: passed, failed, or not known now; the last two count as failed, and an unknown one may yet turn out well."""
    for test, name in TESTS.items():
        last = nodes.tested.get((below.node, test))
        if last is None:
            yield "open_no", Text(f"{name.zh}：从未测过", f"{name.en}: never tested"), below.entry
        elif not last.passed:
            yield "no", Text(f"{name.zh}：未通过 {last.why}".rstrip(), f"{name.en}: failed {last.why}".rstrip()), last.entry
        elif now - last.at > silence:
            yield "open_no", Text(f"{name.zh}：{last.at:%Y-%m-%d %H:%M} 以后没有测过", f"{name.en}: not tested since {last.at:%Y-%m-%d %H:%M}"), last.entry
        else:
            yield "yes", Text(f"{name.zh}：通过", f"{name.en}: passed"), last.entry
