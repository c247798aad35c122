"""What the pages of nodes show: who stands above and below, who answers, and what waits."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.coordination.federation.model import AskNode
from jingwei.coordination.federation.standing import (
    STATES,
    TESTS,
    Branch,
    Stands,
    State,
    Test,
    reported,
    standing,
    tree,
    walk,
)
from jingwei.coordination.record.entries import Line, newest
from jingwei.kernel import node_records as records
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

ENTRIES = 20
RESULTS: dict[State, Text] = {"passes": Text("通过", "passed"), "fails": Text("不过", "failed"), "untested": Text("未检验", "not tested")}
LEVELS = {"nation": Text("国家", "nation"), "province": Text("省", "province"), "city": Text("市", "city"), "county": Text("县", "county"), "township": Text("乡镇", "township")}


@dataclass(frozen=True, slots=True)
class NodesView:
    """All nodes known here. ``head`` is this node's newest; ``entries`` how long its ledger is."""

    nodes: tuple[Stands, ...]
    roots: tuple[Branch, ...]
    head: Head | None
    entries: int
    places: dict[str, Text]
    states: dict[State, Text]
    tests: dict[Test, Text]
    levels: dict[str, Text]
    results: dict[State, Text]

    def count(self, *states: State) -> int:
        return sum(one.state in states for one in self.nodes)

    @property
    def rows(self) -> tuple[Stands, ...]:
        """In the tree's order."""
        return tuple(branch.stands for root in self.roots for branch in walk(root))

    @property
    def tested(self) -> bool:
        return any(one.tests for one in self.nodes)


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node, the one above it, those below it, and the newest entries that name it."""

    one: Stands
    above: Stands | None
    below: tuple[Stands, ...]
    lines: tuple[Line, ...]
    all: NodesView


def nodes(context: Context, query: Nothing) -> NodesView:
    store, ledger = context.workspace.store, context.workspace.ledger
    if not store.exists():
        return NodesView((), (), None, 0, {}, STATES, TESTS, LEVELS, RESULTS)
    with store.read() as connection:
        heads = ledger.heads(within=connection)
        found = standing(connection, told(ledger, "node"), heads[-1] if heads else None, context.clock())
    roots = tree(found) if found else []
    return NodesView(tuple(found.values()), tuple(roots), heads[-1] if heads else None, ledger.size(), {
        one.place: _place(one.place) for one in found.values()}, STATES, TESTS, LEVELS, RESULTS)


def node(context: Context, query: AskNode) -> NodeView:
    """Raises Problem ``unknown_neighbour``."""
    every = nodes(context, Nothing())
    found = [one for one in every.nodes if one.id.startswith(query.id)] if len(query.id) > 2 else []
    if len(found) != 1:
        raise Problem("unknown_neighbour", Text(f"认识的节点中，没有编号以 {query.id[:60]!r} 开头的",
                      f"no known node has an id that begins with {query.id[:60]!r}"), remedy=Text("见节点页。", "See the page of nodes."))
    one = found[0]
    branches = [branch for root in every.roots for branch in walk(root)]
    under = next((tuple(b.stands for b in branch.below) for branch in branches if branch.stands.id == one.id), ())
    over = next((branch.stands for branch in branches if any(b.stands.id == one.id for b in branch.below)), None)
    return NodeView(one, over, under, tuple(newest(context.workspace.ledger, ENTRIES, subject=f"node:{one.id}")), every)


def known_nodes(workspace: Workspace) -> dict[str, Text]:
    """Names of all nodes that have a page here, by id."""
    with workspace.store.read() as connection:
        near = {one.profile.id: one.profile.name for one in records.known(connection)}
    below = {node: name for node, name in reported(told(workspace.ledger, "node")).items() if name is not None}
    return {**below, **near}


def _place(code: str) -> Text:
    """A city or county the table of places does not hold is told by its province and its code."""
    try:
        return places.find(code).short
    except Problem:
        try:
            above = places.find(f"{code[:2]}0000").short
        except Problem:
            return Text(code, code)
        return Text(f"{above.zh} {code}", f"{above.en} {code}")
