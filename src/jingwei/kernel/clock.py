"""The only place that may say "now"; and the clocks that the law sets running."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import WorkCalendar
from jingwei.kernel.problems import Problem

CHINA = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant in China's zone; ``SOURCE_DATE_EPOCH`` (seconds) fixes it, for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        instant = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise Problem("bad_clock", Text(f"{epoch!r} 不是秒数", f"{epoch!r} is not a number of seconds"),
                      where="SOURCE_DATE_EPOCH") from None
    return instant.astimezone(CHINA).replace(microsecond=0)


_ZH = {"working days": "工作日", "days": "自然日", "start": "收件", "pause": "暂停", "resume": "恢复", "extend": "延期", "stop": "办结",
       "idle": "还没有开始", "running": "正在走", "paused": "已暂停", "stopped": "已停止"}


def day_in_china(instant: datetime) -> date:
    """The calendar day an instant falls on in Asia/Shanghai. Raises Problem ``naive_instant`` when it names no zone."""
    if instant.utcoffset() is None:
        raise Problem("naive_instant",
                      Text(f"{instant.isoformat()} 没有写时区", f"{instant.isoformat()} does not say in which zone"),
                      remedy=Text("请补上，例如 +08:00。", "Add it, as in +08:00."))
    return instant.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class Term:
    """How long the law gives.

    unit : working days; or days, of which all count and the last moves to the next working day when it is none
    basis : the article that gives it
    """

    length: int
    unit: Literal["working days", "days"]
    basis: str

    def __post_init__(self) -> None:
        if self.length < 1:
            raise Problem("bad_term",
                          Text(f"{self.length} 个{_ZH[self.unit]}的期限没法遵守",
                               f"a term of {self.length} {self.unit} cannot be kept"), where=self.basis,
                          remedy=Text("至少给一天。", "Give at least one day."))

    def due(self, start: date, calendar: WorkCalendar, left: int | None = None) -> date:
        """The last day, when ``left`` days (by default the whole term) remain after ``start``.

        The day of the start is not counted (Civil Code, art. 201); a last day that is not worked gives way to the next
        working day (art. 203). With nothing left the last day is ``start`` itself, under the same rule.
        """
        left = self.length if left is None else left
        if self.unit == "working days" and left:
            return calendar.add_working_days(start, left)
        return calendar.on_or_after(start + timedelta(days=left if self.unit == "days" else 0))

    def between(self, start: date, end: date, calendar: WorkCalendar) -> int:
        """Days of this term's unit after ``start`` up to and with ``end``."""
        return calendar.working_days_between(start, end) if self.unit == "working days" else (end - start).days


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that happened to a clock.

    kind : start (receipt), pause (materials asked for, a hearing), resume, extend (by ``days``) or stop (it is done)
    at : with its zone
    reason : why, with the article that allows it
    """

    kind: Literal["start", "pause", "resume", "extend", "stop"]
    at: datetime
    days: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a clock stands.

    due : the last day; it ends at 24:00 in China. None while paused: nobody knows it then
    left : days of the term's unit after today up to and with ``due``; below 0 when late; while paused, those not used up
    breached : ``due`` is over, or was over when it was done
    """

    phase: Literal["running", "paused", "stopped"]
    due: date | None
    left: int
    breached: bool

    @property
    def deadline(self) -> datetime | None:
        """The first instant that is too late: 24:00 of the last day (Civil Code, art. 203)."""
        return datetime.combine(self.due + timedelta(days=1), time(), CHINA) if self.due else None


Standing = Literal["breached", "running", "paused", "unknown", "met"]
STANDINGS: dict[Standing, Text] = {
    "breached": Text("已逾期", "breached"), "running": Text("计时中", "running"), "paused": Text("已暂停", "paused"),
    "unknown": Text("工作日未公布", "calendar not published"), "met": Text("按时", "in time")}
"""In the order in which they ask for attention."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one instant, as a list of clocks shows it.

    due : last day; None while paused or unknown
    left : days of its unit until then, below 0 when late; None when unknown
    open : nothing has ended it yet
    """

    state: Standing
    started: date
    due: date | None
    left: int | None
    open: bool


def capped(extensions: Iterable[tuple[datetime, int]], most: int) -> list[Turn]:
    """Of each extension what counts, 0 days included: all together not more than the most the law gives."""
    counted, left = list[Turn](), most
    for at, asked in extensions:
        days = min(asked, left)
        left -= days
        counted.append(Turn("extend", at, days))
    return counted


@dataclass(frozen=True, slots=True)
class LegalClock:
    """A term and what happened to it: pure, so that any past state can be had again.

    Days after the day of a pause, up to and with the day of resuming, do not count: both events are treated as the law
    treats a receipt. A pause and its resuming on one day therefore change nothing.
    """

    term: Term
    turns: tuple[Turn, ...] = ()

    def then(self, turn: Turn, calendar: WorkCalendar) -> LegalClock:
        """The clock after one thing more. Raises Problem ``bad_turn`` when that cannot follow, or comes too late."""
        day_in_china(turn.at)
        if self.turns and turn.at < self.turns[-1].at:
            raise _bad_turn(self.term,
                            Text(f"{_ZH[turn.kind]}早于上一次{_ZH[self.turns[-1].kind]}",
                                 f"{turn.kind} lies before the last {self.turns[-1].kind}"))
        state = self.state(turn.at, calendar) if self.turns else None
        phase = state.phase if state else "idle"
        allowed = {"idle": ("start",), "running": ("pause", "extend", "stop"), "paused": ("resume", "extend", "stop"), "stopped": ()}
        if turn.kind not in allowed[phase]:
            raise _bad_turn(self.term,
                            Text(f"时钟{_ZH[phase]}，不能{_ZH[turn.kind]}", f"a clock that is {phase} cannot {turn.kind}"))
        if state and state.breached and turn.kind in ("pause", "extend"):
            raise _bad_turn(self.term,
                            Text(f"最后一天是 {state.due}；期限已过，不能再{_ZH[turn.kind]}",
                                 f"the last day was {state.due}; nothing can {turn.kind} a term that is over"))
        if (turn.kind == "extend") != (turn.days > 0):
            raise _bad_turn(self.term,
                            Text("延期至少一天，其他操作不给天数", "an extension gives at least one day, and nothing else gives any"))
        return replace(self, turns=(*self.turns, turn))

    def state(self, at: datetime, calendar: WorkCalendar) -> ClockState:
        """How it stood at ``at``; what happened later is not looked at.

        Raises Problem ``clock_not_started``, or ``unknown_calendar`` when its days reach into a year not yet published.
        """
        today = day_in_china(at)
        known = [turn for turn in self.turns if turn.at <= at]
        if not known:
            raise Problem("clock_not_started",
                          Text(f"到 {at.isoformat()} 为止没有收到任何东西", f"nothing was received by {at.isoformat()}"),
                          where=self.term.basis, remedy=Text("请问更晚的时刻。", "Ask for a later instant."))
        since, left = day_in_china(known[0].at), self.term.length
        due: date | None = self.term.due(since, calendar)
        for turn in known[1:]:
            day = day_in_china(turn.at)
            if turn.kind == "stop":
                gone = left if due is None else self.term.between(day, due, calendar)
                return ClockState("stopped", due, gone, due is not None and day > due)
            if due is not None and day > due:  # too late for anything but the end; `then` refuses it, a replay passes over it
                continue
            if turn.kind == "pause":
                left, due = max(0, left - self.term.between(since, day, calendar)), None
            else:
                left += turn.days
                if turn.kind == "resume":
                    since = day
                if turn.kind == "resume" or due is not None:
                    due = self.term.due(since, calendar, left)
        if due is None:
            return ClockState("paused", None, left, False)
        return ClockState("running", due, self.term.between(today, due, calendar), today > due)

    def read(self, at: datetime, calendar: WorkCalendar) -> Reading:
        """The same for a list of clocks: *unknown*, neither kept nor broken, where its days reach into a year not yet published."""
        started, stopped = day_in_china(self.turns[0].at), self.turns[-1].kind == "stop" and self.turns[-1].at <= at
        try:
            now = self.state(at, calendar)
        except Problem as problem:
            if problem.code != "unknown_calendar":
                raise
            return Reading("unknown", started, None, None, not stopped)
        state: Standing = "breached" if now.breached else "met" if now.phase == "stopped" else now.phase
        return Reading(state, started, now.due, now.left, not stopped)


def _bad_turn(term: Term, what: Text) -> Problem:
    return Problem("bad_turn", what, where=term.basis,
                   remedy=Text("请把时钟的记录与实际经过对照。", "Compare the clock's record with what happened."))
