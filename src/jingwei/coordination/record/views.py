"""What the pages of the ledger show: its newest entries, and one of them with the proof that it stands where it stood."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from jingwei.coordination.record.entries import Beside, Line, about, beside, line, newest, recent_kinds
from jingwei.coordination.record.model import KINDS, AskEntry, AskLedger
from jingwei.kernel import merkle
from jingwei.kernel.actions import Context
from jingwei.kernel.heads import Head
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

PAGE = 50


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Entries, newest first.

    head : the newest signed head; None before the first
    cosigned : the newest that a neighbour co-signed
    kinds : those among the newest entries, with their number
    older : the position before which the next page begins; None on the last
    words : what kinds say
    """

    size: int
    head: Head | None
    cosigned: Head | None
    lines: tuple[Line, ...]
    kinds: tuple[tuple[str, int], ...]
    older: int | None
    words: dict[str, Text]

    @property
    def head_text(self) -> str:
        """The head as a file would hold it."""
        return json.dumps(self.head.to_json(), separators=(",", ":")) if self.head else ""


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the proof: the hash beside ours, on which side, the hash over both, and the first and last entry under it."""

    left: bool
    beside: str
    found: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry and its proof.

    head : the newest signed head that covers it; None when none does as yet
    root : to which the steps should lead
    holds : whether they do
    links : what it is about, with the page of it where this node has one
    """

    line: Line
    text: str
    size: int
    leaf: str
    rungs: tuple[Rung, ...]
    root: str
    under: int
    head: Head | None
    holds: bool
    beside: tuple[Beside, ...]
    links: tuple[tuple[Text, Text, str], ...]
    word: Text | None


def ledger(context: Context, query: AskLedger) -> LedgerView:
    """Raises Problem ``bad_parameter``."""
    if query.day and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", query.day):
        raise Problem("bad_parameter", Text(f"{query.day[:20]!r} 不是日期", f"{query.day[:20]!r} is not a day"), remedy=Text("写作 2026-11-24。", "Write it like 2026-11-24."))
    if query.kind and not re.fullmatch(r"[a-z0-9_.]{1,80}", query.kind):
        raise Problem("bad_parameter", Text(f"{query.kind[:40]!r} 不是条目的类别", f"{query.kind[:40]!r} is not a kind of entry"),
                      remedy=Text("写作 duty.set。", "Write it like duty.set."))
    if query.about and not re.fullmatch(r"[a-z]{1,20}:[A-Za-z0-9._:/-]{1,80}", query.about):
        raise Problem("bad_parameter", Text(f"条目不会是关于 {query.about[:40]!r} 的", f"{query.about[:40]!r} is nothing an entry can be about"),
                      remedy=Text("写作 duty:A-1。", "Write it like duty:A-1."))
    kept = context.workspace.ledger
    if not kept.store.exists():
        return LedgerView(0, None, None, (), (), None, KINDS)
    found = newest(kept, PAGE + 1, kind=query.kind, day=query.day, subject=query.about, before=query.before)
    heads, size = kept.heads(), kept.size()
    older = found[PAGE - 1].position if len(found) > PAGE else None
    return LedgerView(size, heads[-1] if heads else None, next((h for h in reversed(heads) if h.cosignatures), None),
                      tuple(found[:PAGE]), tuple(recent_kinds(kept)), older, KINDS)


def entry(context: Context, query: AskEntry) -> EntryView:
    """Raises Problem ``no_entry``."""
    kept = context.workspace.ledger
    if not kept.store.exists() or query.position < 0:
        raise Problem("no_entry", Text(f"没有第 {query.position} 条", f"there is no entry {query.position}"), remedy=Text("条目从 0 数起。", "Entries are counted from 0."))
    size, proof = kept.size(), kept.prove(query.position)
    shown = line(query.position, kept.entry(query.position))
    leaf, path = merkle.leaf(shown.entry), [bytes.fromhex(step) for step in proof.path]
    steps = merkle.climb(leaf, proof.position, proof.size, path) or []
    spans = merkle.covered(proof.position, proof.size)
    rungs = tuple(Rung(s.left, s.beside.hex(), s.found.hex(), first, end - 1) for s, (first, end) in zip(steps, spans, strict=True))
    root = proof.head.root if proof.head else proof.root
    word = next((text for kind, text in KINDS.items() if kind == shown.kind), None)
    return EntryView(shown, shown.entry.decode(errors="replace"), size, leaf.hex(), rungs, root, proof.size, proof.head, merkle.included(
        leaf, proof.position, proof.size, path, bytes.fromhex(root)), tuple(beside(kept, query.position)), tuple(_links(context, shown)), word)


_SORTS = {"duty": Text("任务", "duty"), "matter": Text("事项", "matter"), "node": Text("节点", "node"), "action": Text("动作", "action"),
          "entry": Text("条目", "entry"), "measure": Text("指标", "measure"), "target": Text("目标", "target"), "finding": Text("存疑的数", "finding")}
_FACTS = {"above": Text("上级节点", "node above"), "from": Text("来自节点", "from node"), "to": Text("发往节点", "to node"), "via": Text("经由节点", "told by node"),
          "requester": Text("提问的节点", "asked by node"), "into": Text("分成任务", "into duty")}


def _links(context: Context, shown: Line) -> list[tuple[Text, Text, str]]:
    """What the entry is about: what it is to it, its name, and its page; no page where this node has none of it."""
    from jingwei.coordination.federation.views import known_nodes

    named, found = about(shown.facts), list[tuple[Text, Text, str]]()
    nodes = known_nodes(context.workspace) if any(sort == "node" for _, sort, _ in named) else {}
    for fact, sort, name in named:
        if sort == "node":
            called = Text(f"{nodes[name].zh} {name[:10]}", f"{nodes[name].en} {name[:10]}") if name in nodes else Text(name, name)
            found.append((_FACTS.get(fact, _SORTS[sort]), called, f"node/{name}" if name in nodes else ""))
        elif sort in _SORTS:
            found.append((_FACTS.get(fact, _SORTS[sort]), Text(name, name), _page(context, sort, name)))
    return found


def _page(context: Context, sort: str, name: str) -> str:
    from jingwei.coordination.duties.records import read_tree
    from jingwei.coordination.matters.records import read_matters
    from jingwei.coordination.observations.declared import declared_measures

    ledger = context.workspace.ledger
    there: dict[str, Any] = {
        "duty": lambda: name in read_tree(ledger), "matter": lambda: name in read_matters(ledger), "measure": lambda: name in declared_measures(),
        "entry": lambda: name.isdecimal() and int(name) < ledger.size(), "action": lambda: bool(re.fullmatch(r"[a-z0-9.-]+", name)),
        "target": lambda: True, "finding": lambda: True}
    if not there[sort]():
        return ""
    return {"action": f"do/{name.replace('.', '/')}", "entry": f"ledger/{name}", "target": "targets", "finding": f"findings#{name}"}.get(sort, f"{sort}/{name}")
