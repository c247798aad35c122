"""One evaluation: how much work it may still do, what time it is, and what became null on the way and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jingwei.engines.decisions.values import DateTime, Value, from_clock
from jingwei.kernel.clock import system_clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Frame = list[Any]
"""The run at 0, then whatever is in scope, each at a place of its own."""

Compiled = Callable[[Frame], Value]

MAX_STEPS = 2_000_000
"""Iterations, calls and items made; a page of tables needs a few hundred."""

MAX_DEPTH = 100
"""Functions within functions; a deeper recursion would leave Python's own stack."""

MAX_CHARACTERS = 1_000_000
MAX_NOTES = 20


class Run:
    """steps, depth : left and used; notes : why things became null; used : what each table did, when that is asked for"""

    __slots__ = ("_now", "clock", "depth", "notes", "steps", "used")

    def __init__(self, clock: Callable[[], datetime] = system_clock, steps: int = MAX_STEPS) -> None:
        self.steps = steps
        self.depth = 0
        self.clock = clock
        self.notes: list[Text] = []
        self.used: list[Any] | None = None
        self._now: DateTime | None = None

    @property
    def now(self) -> DateTime:
        """The same instant throughout a run."""
        if self._now is None:
            self._now = from_clock(self.clock())
        return self._now

    def charge(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise Problem("decision_too_long", Text("计算超过步数上限，已停止", "the evaluation went beyond its limit of steps and was stopped"),
                          remedy=Text("请检查循环、递归和列表的大小。", "Look at its loops, recursion and the sizes of its lists."))

    def enter(self) -> None:
        """Into a function; the caller leaves by ``depth -= 1``."""
        self.depth += 1
        self.charge(1)
        if self.depth > MAX_DEPTH:
            raise too_deep()

    def text(self, size: int) -> None:
        """Before a text of so many characters is made."""
        self.fits(size)
        self.charge(size // 100)

    def fits(self, size: int) -> None:
        """Whether a text of so many characters may be; raises Problem."""
        if size > MAX_CHARACTERS:
            raise Problem("decision_too_large", Text(f"字符串会有 {size:,} 个字符，最多 {MAX_CHARACTERS:,}", f"a string would have {size:,} characters; {MAX_CHARACTERS:,} are the most"),
                          remedy=Text("请检查拼接和替换。", "Look at what is joined and replaced."))

    def weigh(self, value: Value) -> None:
        """Charge a value by its size when written out: one that holds itself many times over is found out before it is walked."""
        waiting = [value]
        while waiting:
            at = waiting.pop()
            if type(at) is list:
                self.charge(len(at))
                waiting.extend([v for v in at if type(v) in (list, dict)])
            elif type(at) is dict:
                self.charge(len(at))
                waiting.extend([v for v in at.values() if type(v) in (list, dict)])

    def note(self, zh: str, en: str) -> None:
        """Why something became null."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(Text(zh, en))


def too_deep() -> Problem:
    return Problem("decision_too_deep", Text(f"函数相互调用超过 {MAX_DEPTH} 层，已停止", f"functions called each other more than {MAX_DEPTH} deep; stopped"),
                   remedy=Text("请检查递归有没有终点，或改用 for 和 partial。", "See that the recursion ends, or use 'for' with 'partial'."))
