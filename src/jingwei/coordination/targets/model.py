"""Targets and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

Word = Literal["met", "capped", "missed", "not_comparable", "not_established", "not_assessable"]

WORDS: dict[Word, Text] = {
    "met": Text("达到", "met"),
    "capped": Text("达到但触红线", "met, capped"),
    "missed": Text("未达到", "missed"),
    "not_comparable": Text("口径不可比", "not comparable"),
    "not_established": Text("尚不能认定", "not established"),
    "not_assessable": Text("无法评估", "not assessable"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A number the state set itself, with the document it stands in.

    measure : code of the measure; empty when nobody publishes one
    at_least : True when more is better
    per : measure to divide by, and ``scale`` to multiply by, where the target is a ratio
    definition : what the target counts, where figures under other definitions exist; empty means the measure's own
    otherwise : measures that count the same thing by another definition
    goal : which of the thirteen goals of 2025 it belongs to
    checked : whether the figure was read again at the issuer
    """

    code: str
    clause: str
    name: Text
    measure: str
    value: float
    unit: Text
    source: Text
    year: int = 2025
    at_least: bool = True
    per: str = ""
    scale: float = 1.0
    definition: str = ""
    otherwise: tuple[str, ...] = ()
    goal: int = 0
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a target.

    value, low, high : the figure on the target's scale and how far rounding lets it lie; None when there is none
    period : what the figure is for
    probability : that the target is reached by its year, while that is still open
    """

    target: Target
    word: Word
    reason: Text
    value: float | None = None
    low: float | None = None
    high: float | None = None
    period: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """Why no verdict of a room may read met: red line ``line`` was crossed, as entry ``entry`` of the ledger says."""

    room: str
    line: str
    entry: int

    @property
    def text(self) -> Text:
        return Text(f"触碰红线 {self.line}（账本第 {self.entry} 条），以此封顶", f"capped: red line {self.line} was crossed (entry {self.entry})")


@dataclass(frozen=True, slots=True)
class GoalVerdict:
    """One of the thirteen goals, by the targets under it; never an average."""

    number: int
    word: Word
    reason: Text


@dataclass(frozen=True, slots=True)
class AskTargets:
    """Which targets to list."""

    verdict: Annotated[str | None, Option(Text("只列某一结论", "only targets with this verdict"),
                                          choices=tuple(WORDS))] = None
