"""How each duty stands today: overdue, reopened, open, not assessable or closed; and what the record must be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from jingwei.coordination.duties.evidence import counts_events, parse
from jingwei.coordination.duties.model import STATES, Kept, State
from jingwei.coordination.duties.proof import Answer
from jingwei.coordination.duties.tree import Tree, below, depth_first
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem

SOON = 10
"""Working days before a deadline from which on its clock is about to run out; days where the calendar is not published."""


class Holds(Protocol):
    """Answers a query as it is written."""

    def holds(self, evidence: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A duty today.

    deep : how far below the top it lies
    answer : whether its evidence holds, and why
    late : days since its deadline; 0 or below when it is not over
    """

    kept: Kept
    deep: int
    state: State
    answer: Answer
    late: int

    @property
    def word(self) -> Text:
        return STATES[self.state]


def stand(tree: Tree, world: Holds, today: date) -> dict[str, Standing]:
    """Every duty of the tree, in its order. What is closed is closed by evidence alone, whoever says otherwise."""
    answers: dict[str, Answer] = {}
    children = below(tree)
    ordered = list(depth_first(tree))
    for _, code in reversed(ordered):
        answers[code] = _answer(tree[code], world, [answers[c] for c in children.get(code, [])])
    return {code: Standing(tree[code], deep, _state(tree[code], answers[code], today), answers[code], (today - tree[code].duty.deadline).days)
            for deep, code in ordered}


def _answer(kept: Kept, world: Holds, under: list[Answer]) -> Answer:
    """What can be told here; of a duty passed on, the word of the node that has it, where it cannot be told here.

    Evidence on events is a matter of the ledger of whoever has the duty; evidence on figures is judged here first.
    """
    here = _here(kept, world, under)
    if kept.passed is None or kept.erased or (here.holds is not None and not _on_events(kept.duty.evidence)):
        return here
    p = kept.passed
    if p.word is None:
        return Answer(None, Text(f"已交 {p.name.zh}（{p.node[:10]}），尚无答复", f"passed on to {p.name.en} ({p.node[:10]}), which has not answered yet"))
    if p.word.entry is not None:
        return Answer(p.word.holds, Text(f"在 {p.name.zh}（{p.node[:10]}）有据，见其账本第 {p.word.entry} 条：{p.word.reason.zh}",
                                         f"proven at {p.name.en} ({p.node[:10]}), entry {p.word.entry} of its ledger: {p.word.reason.en}"))
    return Answer(p.word.holds, Text(f"{p.name.zh}（{p.node[:10]}）：{p.word.reason.zh}", f"{p.name.en} ({p.node[:10]}): {p.word.reason.en}"))


def _on_events(evidence: str) -> bool:
    try:
        return bool(evidence) and counts_events(parse(evidence))
    except Problem:
        return False


def _here(kept: Kept, world: Holds, under: list[Answer]) -> Answer:
    if kept.erased:
        return Answer(None, Text("任务的文字和证据条件已删除", "its words and its query were erased"))
    if kept.duty.evidence:
        try:
            return world.holds(kept.duty.evidence)
        except Problem as unreadable:
            return Answer(None, Text(f"证据条件读不懂：{unreadable.what.zh}", f"its query is not understood: {unreadable.what.en}"))
    if not under:
        return Answer(None, Text("没有写明凭什么办结", "nothing says what would prove it"))
    done, unknown = sum(a.holds is True for a in under), sum(a.holds is None for a in under)
    told = Text(f"下级任务 {len(under)} 项，有据可办结 {done} 项", f"{done} of the {len(under)} duties below are proven")
    return Answer(True if done == len(under) else None if done + unknown == len(under) else False, told)


def _state(kept: Kept, answer: Answer, today: date) -> State:
    if answer.holds is True:
        return "closed"
    if today > kept.duty.deadline and answer.holds is False:
        return "overdue"
    if answer.holds is None:
        return "not_assessable"
    return "reopened" if kept.closings else "open"


def turns(standings: dict[str, Standing]) -> list[tuple[str, str, Answer]]:
    """What the record does not say yet: code, ``duty.closed`` or ``duty.reopened``, and the answer it rests on."""
    return [(code, "duty.closed" if s.state == "closed" else "duty.reopened", s.answer)
            for code, s in standings.items() if (s.state == "closed") != s.kept.closed]


def attention(standings: dict[str, Standing]) -> list[Standing]:
    """Overdue first, then by deadline: what a bureau reads in the morning."""
    order = {state: i for i, state in enumerate(STATES)}
    return sorted(standings.values(), key=lambda s: (order[s.state], s.kept.duty.deadline, s.kept.duty.code))


def is_soon(deadline: date, today: date) -> bool:
    """Whether the deadline is over or its last ten working days have begun."""
    left = days_left(deadline, today)
    return (deadline - today).days <= SOON if left is None else left <= SOON


def days_left(deadline: date, today: date) -> int | None:
    """Working days until a deadline, below 0 when it is over; None where the calendar of its year is not published."""
    try:
        return work_calendar().working_days_between(today, deadline)
    except Problem:
        return None
