"""What a duty is, what the actions on duties are given, and the rows of a work plan that could not be taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.tables import Table

Adds = Literal["sum", "mean", "weakest", "none"]
ADDS: dict[Adds, Text] = {
    "sum": Text("合计", "sum"), "mean": Text("平均", "mean"), "weakest": Text("最弱一环", "weakest"), "none": Text("不汇总", "none")}

State = Literal["overdue", "reopened", "open", "not_assessable", "closed"]
STATES: dict[State, Text] = {
    "overdue": Text("逾期", "overdue"), "reopened": Text("重新打开", "reopened"), "open": Text("办理中", "open"),
    "not_assessable": Text("无法评估", "not assessable"), "closed": Text("办结", "closed")}
"""In the order in which they ask for attention."""

REJECTED_DUTIES = Dataset("duties_rejected", 1, {
    "file": "string", "line": "int64", "code": "string", "detail": "string", "cells": "string"})
"""Rows of work plans that were not taken in, as they stood, with the reason."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The number a duty is about: ``measure`` at least (or at most) ``value`` in the measure's unit, in ``year``."""

    measure: str
    value: Decimal
    year: int
    at_least: bool = True

    def __str__(self) -> str:
        return f"{self.measure} {'>=' if self.at_least else '<='} {self.value} ({self.year})"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that one organisation has to see done.

    clause : of the plan
    lead, helpers : ids of organisations; exactly one leads, and it is not among the helpers
    place : ``CN`` or a six-digit administrative code
    deadline : last day; not after that of the duty above
    parent : code of the duty it is part of; empty at the top
    adds : how the targets of the duties below make up this one's
    evidence : query that must be true for it to be closed (see ``evidence``); empty where it closes with all below it
    datasets, functions : what it builds on and what it does, to find projects that do the same twice
    """

    code: str
    clause: str
    text: Text
    lead: str
    deadline: date
    place: str = "CN"
    helpers: tuple[str, ...] = ()
    parent: str = ""
    goal: Goal | None = None
    adds: Adds = "none"
    evidence: str = ""
    datasets: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Word:
    """What the node that has a duty says of it, as it signed it.

    holds : whether its evidence is true there; None when that node cannot tell either
    entry : of its ledger, the one that closed the duty, proven to be there; None when it is not closed
    head : entries its ledger had
    """

    state: State
    holds: bool | None
    reason: Text
    entry: int | None
    head: int
    at: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A duty passed on to a node below.

    node, name : which; order : digest of what it was told; sequence : of the message that told it
    word : the node's own word on it; None before it gave one
    """

    node: str
    name: Text
    order: str
    sequence: int
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A duty as the record has it.

    closed : whether the last check found its evidence true
    closings : how often it was closed; above 0 and not closed means reopened
    since : instant, as recorded, of the last thing that happened to it
    erased : its words and its query were taken out of the record
    giver, order : node above that gave it, and the digest of what it said; empty for this node's own
    reported : state and answer the giver was told last; None before the first time
    passed : where it was passed on to; None while it is this node's to do
    """

    duty: Duty
    closed: bool = False
    closings: int = 0
    since: str = ""
    erased: bool = False
    giver: str = ""
    order: str = ""
    reported: tuple[State, bool | None] | None = None
    passed: Passed | None = None


@dataclass(frozen=True, slots=True)
class ImportDuties:
    """A work plan."""

    file: Annotated[Table, Option(Text(
        "工作方案（CSV）：编号、条款、任务、牵头单位、配合单位、地区、完成时限、上级任务、指标、目标值、目标年份、方向、汇总方式、证据、数据、功能",
        "work plan (CSV): code, clause, task, lead, helpers, place, deadline, parent, measure, target, year, direction, adds, "
        "evidence, datasets, functions"), positional=True)]
    organisations: Annotated[Table | None, Option(Text(
        "本节点尚不认识的单位（CSV）：id,name_zh,name_en,kind,level,place,parent",
        "organisations this node does not know yet (CSV): id,name_zh,name_en,kind,level,place,parent"))] = None


@dataclass(frozen=True, slots=True)
class AskTree:
    """Which duties to show."""

    lead: Annotated[str | None, Option(Text("只看某单位牵头的", "only those led by this organisation"))] = None
    state: Annotated[str | None, Option(Text("只看某种状态", "only those in this state"), choices=tuple(STATES))] = None


@dataclass(frozen=True, slots=True)
class AskDuty:
    """One duty."""

    code: Annotated[str, Option(Text("任务编号", "its code"), positional=True)]


@dataclass(frozen=True, slots=True)
class CheckDuties:
    """All duties, to be held against the evidence."""


@dataclass(frozen=True, slots=True)
class GiveDuty:
    """A duty that another organisation is to lead."""

    code: Annotated[str, Option(Text("任务编号", "code of the duty"), positional=True)]
    to: Annotated[str, Option(Text("新的牵头单位", "organisation that leads from now on"))]
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]
