"""The duty tree as a pure fold over what happened, and the rules every state of it keeps.

What happened is a list of ledger events: ``duty.set`` (a duty as it stands from now on), ``duty.given`` (to another lead),
``duty.split`` (how the targets below add up), ``duty.evidence`` (another query), ``duty.withdrawn``, ``duty.closed`` and
``duty.reopened``; and between nodes ``duty.sent`` (passed on to a node below), ``duty.recalled`` (taken back from it),
``duty.answered`` (its word on it) and ``duty.reported`` (this node's word to the one above). The fold looks at nothing else,
so that replaying the ledger from empty gives the same tree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jingwei import plan
from jingwei.coordination.duties.model import Duty, Goal, Kept, Passed, Word
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import Told

Tree = Mapping[str, Kept]

ERASED = Text("（已删除）", "(erased)")


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule a tree does not keep. ``about`` names the duties of which at least one must change; the first is the one to blame."""

    code: str
    what: Text
    about: tuple[str, ...]
    remedy: Text

    def problem(self) -> Problem:
        return Problem(self.code, self.what, where=Text(f"任务 {self.about[0]}", f"duty {self.about[0]}"),
                       remedy=self.remedy)


def fold(events: Iterable[Told], tree: Tree | None = None) -> dict[str, Kept]:
    """The tree after the events, beginning from ``tree`` or from nothing."""
    after = dict(tree or {})
    for event in events:
        code, f = str(event.facts["duty"]), event.facts
        before = after.get(code)
        if event.kind == "duty.set":
            kept = before or Kept(_duty(code, event))
            after[code] = replace(kept, duty=_duty(code, event), since=event.at, erased=event.payload is None, giver=str(f.get("from", "")),
                                  order=str(f.get("order", "")), reported=None)
            continue
        if before is None:  # nobody can close what was never set; such an entry changes nothing
            continue
        duty, kept = before.duty, replace(before, since=event.at)
        match event.kind:
            case "duty.given":
                after[code] = replace(kept, duty=replace(duty, lead=str(f["to"]), helpers=tuple(h for h in duty.helpers if h != f["to"])))
            case "duty.split":
                after[code] = replace(kept, duty=replace(duty, adds=f["adds"]))
            case "duty.evidence":
                told = event.payload or {}
                after[code] = replace(kept, duty=replace(duty, evidence=str(told.get("evidence", ""))), erased=event.payload is None)
            case "duty.closed":
                after[code] = replace(kept, closed=True, closings=before.closings + 1)
            case "duty.reopened":
                after[code] = replace(kept, closed=False)
            case "duty.withdrawn":
                del after[code]
            case _:
                after[code] = _between_nodes(before, event)
    return after


def _between_nodes(kept: Kept, event: Told) -> Kept:
    """The duty after something passed between this node and another."""
    f = event.facts
    match event.kind:
        case "duty.sent":
            return replace(kept, passed=Passed(f["to"], _told(event, f["to"]), f["order"], f["sequence"]), since=event.at)
        case "duty.recalled":
            return replace(kept, passed=None, since=event.at)
        case "duty.answered" if kept.passed and kept.passed.node == f["node"]:
            word = Word(f["state"], f["holds"], _told(event, ERASED.en), f["entry"], f["head"], event.at)
            return replace(kept, passed=replace(kept.passed, word=word), since=event.at)
        case "duty.reported":
            return replace(kept, reported=(f["state"], f["holds"]))
        case _:
            return kept


def facts(duty: Duty) -> dict[str, Any]:
    """What of a duty may stand in the ledger for ever; its words go beside it (``words``)."""
    told: dict[str, Any] = {"duty": duty.code, "clause": duty.clause, "lead": duty.lead, "place": duty.place, "adds": duty.adds,
                            "deadline": duty.deadline.isoformat(), "helpers": list(duty.helpers), "parent": duty.parent}
    if g := duty.goal:
        told |= {"measure": g.measure, "value": str(g.value), "year": g.year, "at_least": g.at_least}
    return told


def words(duty: Duty) -> dict[str, Any]:
    """What of a duty is text, and kept where it can be erased."""
    return {"zh": duty.text.zh, "en": duty.text.en, "evidence": duty.evidence,
            "datasets": sorted(duty.datasets), "functions": sorted(duty.functions)}


def _duty(code: str, event: Told) -> Duty:
    f, told = event.facts, event.payload or {}
    goal = Goal(f["measure"], Decimal(f["value"]), f["year"], f["at_least"]) if "measure" in f else None
    text = Text(told["zh"], told["en"]) if told else ERASED
    return Duty(code, f["clause"], text, f["lead"], date.fromisoformat(f["deadline"]), f["place"], tuple(f["helpers"]), f["parent"],
                goal, f["adds"], told.get("evidence", ""), frozenset(told.get("datasets", ())), frozenset(told.get("functions", ())))


def _told(event: Told, otherwise: str) -> Text:
    told = event.payload or {}
    return Text(str(told.get("zh", otherwise)), str(told.get("en", otherwise)))


def below(tree: Tree) -> dict[str, list[str]]:
    """Codes of the duties directly below each duty, in order; under the empty code those at the top."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in sorted(tree):
        found[tree[code].duty.parent].append(code)
    return found


def depth_first(tree: Tree) -> Iterator[tuple[int, str]]:
    """Every duty after the one it is part of, with how deep it lies. A tree without cycles is given whole."""
    children = below(tree)
    stack = [(0, code) for code in reversed(children.get("", []))]
    while stack:
        deep, code = stack.pop()
        yield deep, code
        stack += [(deep + 1, child) for child in reversed(children.get(code, []))]


def breaches(tree: Tree) -> Iterator[Breach]:
    """Every rule the tree does not keep, those that make others meaningless first."""
    for code, kept in tree.items():
        yield from _alone(code, kept.duty)
    missing = [(code, k.duty.parent) for code, k in tree.items() if k.duty.parent and k.duty.parent not in tree]
    for code, parent in missing:
        yield Breach("unknown_parent", Text(f"它的上级任务 {parent!r} 不存在", f"the duty above it, {parent!r}, is not there"),
                     (code,),
                     did_you_mean(parent, tree)
                     or Text("上级留空，或把那项任务也录入。", "Leave the parent empty, or take that duty in too."))
    circling = _circling(tree)
    for code in circling:
        yield Breach("duty_cycle", Text("它成了自己的一部分", "it is part of itself"), (code, *circling),
                     Text("请改正上级。", "Correct the parents."))
    children = below(tree)
    for parent, codes in children.items():
        if parent in tree and parent not in circling:
            yield from _under(tree[parent].duty, [tree[c].duty for c in codes])


def _alone(code: str, duty: Duty) -> Iterator[Breach]:
    try:
        plan.clause(duty.clause)
    except Problem as unknown:
        yield Breach(unknown.code, unknown.what, (code,), unknown.remedy)
    if not duty.lead:
        yield Breach("no_lead", Text("没有牵头单位", "nobody leads it"), (code,),
                     Text("请写出唯一的牵头单位。", "Name the one organisation that leads."))
    if duty.lead in duty.helpers or len(set(duty.helpers)) < len(duty.helpers):
        yield Breach("two_parts", Text("同一机构担了两个角色", "one organisation has two parts in it"), (code,),
                     Text("每个机构只牵头或只配合，写一次。", "Let each organisation lead or help, once."))


def _circling(tree: Tree) -> list[str]:
    """Duties that lie on a circle or hang below one: those that no top reaches."""
    reached: set[str] = set()
    for start in tree:
        path, at = [], start
        while at in tree and at not in reached and at not in path:
            path.append(at)
            at = tree[at].duty.parent
        if at not in path:
            reached.update(path)
    return sorted(set(tree) - reached)


def _under(parent: Duty, children: list[Duty]) -> Iterator[Breach]:
    for child in children:
        if child.deadline > parent.deadline:
            yield Breach("late_deadline",
                         Text(f"它的时限 {child.deadline} 晚于 {parent.code} 的 {parent.deadline}",
                              f"its deadline {child.deadline} lies after {parent.deadline}, that of {parent.code}"),
                         (child.code, parent.code),
                         Text("请提前，或推后上级的时限。", "Bring it forward, or move the deadline above."))
    if parent.adds == "none":
        return
    about = (parent.code, *(c.code for c in children))
    if parent.goal is None:
        yield Breach("no_target",
                     Text("它自己没有目标，下级的目标汇总不上来", "targets below cannot add up to one that it does not have"), about,
                     Text("请给它一个目标，或写明不汇总。", "Give it a target, or say that nothing is added up."))
        return
    goals = [c.goal for c in children if c.goal]
    other = [c.code for c in children if c.goal is None or (c.goal.measure, c.goal.at_least) != (parent.goal.measure, parent.goal.at_least)
             or c.goal.year > parent.goal.year]
    for code in other:
        yield Breach("other_target",
                     Text(f"它没有 {parent.goal.year} 年同方向的 {parent.goal.measure} 目标，而 {parent.code} 要汇总下级的",
                          f"it has no target of {parent.goal.measure} in the same direction by {parent.goal.year}, and {parent.code} adds up those below it"),
                     (code, parent.code), Text("请给它应担的那一份目标。", "Give it its part of the target."))
    if not other and (made := _added(parent, goals)) != Fraction(parent.goal.value):
        yield Breach("not_adding_up",
                     Text(f"下级目标汇总（{parent.adds}）得 {_shown(made)}，不是 {parent.goal.value}",
                          f"the targets below make {_shown(made)} ({parent.adds}), not {parent.goal.value}"), about,
                     Text("请改正目标，或汇总办法。", "Correct the targets, or how they add up."))


def _added(parent: Duty, goals: list[Goal]) -> Fraction:
    """Exact, whatever the digits: fractions do not round."""
    values = [Fraction(g.value) for g in goals]
    if parent.adds == "sum":
        return sum(values, Fraction(0))
    if parent.adds == "mean":
        return sum(values, Fraction(0)) / len(values)
    return (min if parent.goal and parent.goal.at_least else max)(values)


def _shown(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"
