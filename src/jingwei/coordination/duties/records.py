"""Duties as the ledger keeps them: read by folding, changed by appending, both in one transaction so that rules hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from jingwei.coordination.duties.evidence import parse
from jingwei.coordination.duties.model import Adds, Duty, Kept
from jingwei.coordination.duties.tree import Tree, below, breaches, facts, fold, words
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Ledger
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import Turn, told

ROOM = "duty"

TURN = "duties and matters"
"""Whoever changes duties or matters takes turns, since a decision changes both."""


Change = Turn


def read_tree(ledger: Ledger) -> dict[str, Kept]:
    """The tree as it stands, from the first entry on."""
    return fold(told(ledger, ROOM))


def change(context: Context, make: Callable[[Tree], Iterable[Change]]) -> tuple[dict[str, Kept], Sequence[Change]]:
    """Change the tree: ``make`` sees it, and what it gives is kept whole or not at all. A rehearsal keeps nothing.

    Raises the Problem of the first rule that would be broken. Nobody else changes the tree in between.
    """
    ledger = context.workspace.ledger
    if context.dry_run:
        with ledger.store.read():
            return _after(read_tree(ledger), make, context.clock())
    with ledger.store.write_in_turn(TURN):
        after, changes = _after(read_tree(ledger), make, context.clock())
        if changes:
            ledger.record([c.event(context.clock(), context.principal.id) for c in changes])
    return after, changes


def _after(before: Tree, make: Callable[[Tree], Iterable[Change]], at: datetime) -> tuple[dict[str, Kept], list[Change]]:
    changes = list(make(before))
    after = fold((c.told(at) for c in changes), before)
    if changes and (broken := next(breaches(after), None)):
        raise broken.problem()
    return after, changes


# What can happen to a duty


def set_duty(tree: Tree, duty: Duty) -> list[Change]:
    """The duty as it is from now on; nothing when it is so already. Raises Problem ``bad_evidence``."""
    if duty.evidence:
        parse(duty.evidence)
    known = own(tree, duty.code)
    return [] if known and known.duty == duty and not known.erased else [Change("duty.set", facts(duty), words(duty))]


def give(tree: Tree, code: str, to: str, reason: str) -> list[Change]:
    """Another organisation leads; if it helped before, it does not help any more."""
    own(tree, code)
    return [] if at(tree, code).duty.lead == to else [Change("duty.given", {"duty": code, "to": to}, {"reason": reason})]


def split(tree: Tree, code: str, adds: Adds, parts: Sequence[Duty]) -> list[Change]:
    """The duty parted among others, whose targets make up its own as ``adds`` says."""
    at(tree, code)
    own(tree, code)
    return [Change("duty.split", {"duty": code, "adds": adds, "into": [p.code for p in parts]}),
            *(c for part in parts for c in set_duty(tree, part))]


def evidence(tree: Tree, code: str, query: str) -> list[Change]:
    """Another query decides whether it is done. Raises Problem ``bad_evidence``."""
    if query:
        parse(query)
    own(tree, code)
    return [] if at(tree, code).duty.evidence == query else [Change("duty.evidence", {"duty": code}, {"evidence": query})]


def withdraw(tree: Tree, code: str, reason: str) -> list[Change]:
    """The duty is no more. Raises Problem ``duties_below`` while there are any."""
    at(tree, code)
    own(tree, code)
    if under := below(tree).get(code):
        raise Problem("duties_below", Text(f"{'、'.join(under)} 是它的一部分", f"{', '.join(under)} are part of it"),
                      where=Text(f"任务 {code}", f"duty {code}"), remedy=Text("请先撤回它们。", "Withdraw them first."))
    return [Change("duty.withdrawn", {"duty": code}, {"reason": reason})]


def own(tree: Tree, code: str) -> Kept | None:
    """The duty, None when there is none. Raises Problem ``from_above``: what a node above gave, only that node changes."""
    known = tree.get(code)
    if known is not None and known.giver:
        raise Problem("from_above",
                      Text(f"它由上级节点 {known.giver[:10]} 下达：这里谁也不能改它的文字、牵头单位和时限",
                           f"node {known.giver[:10]} above gave it: nobody here changes its text, lead or deadline"),
                      where=Text(f"任务 {code}", f"duty {code}"),
                      remedy=Text(f"请向上级提出；或在它下面另立自己的任务（上级填 {code}）。",
                                  f"Ask there; or give duties of your own below it (parent {code})."))
    return known


def at(tree: Tree, code: str) -> Kept:
    """Raises Problem ``unknown_duty``."""
    if code not in tree:
        raise Problem("unknown_duty", Text(f"没有任务 {code[:40]!r}", f"there is no duty {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], tree)
                      or Text("列出全部：jingwei duties tree", "List them: jingwei duties tree"))
    return tree[code]

