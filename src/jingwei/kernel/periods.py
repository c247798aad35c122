"""Years, halves, quarters and months as values that sort, nest and print the same way everywhere; and working days."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Kind = Literal["year", "half", "quarter", "month"]

_MONTHS: dict[Kind, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_FORM = re.compile(r"(?P<year>[12]\d{3})(?:年度?|年?-?(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)
_CHINESE = re.compile(r"([12]\d{3})年(?:([上下])半年|第?([1-4一二三四])季度|(0?[1-9]|1[0-2])月份?)", re.ASCII)
_PARTS = {"上": "H1", "下": "H2"} | {zh: f"Q{n}" for n, zh in enumerate("一二三四", 1)} | {n: f"Q{n}" for n in "1234"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period, written ``2025``, ``2025H1``, ``2025Q3`` or ``2025-06``."""

    year: int
    kind: Kind = "year"
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Also as Chinese tables write it: 2025年, 2025年度, 2025年上半年, 2025年第三季度, 2025年6月.

        Raises Problem ``bad_period`` with the forms that are understood.
        """
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        if zh := _CHINESE.fullmatch(plain):
            plain = f"{zh[1]}-{zh[4]:0>2}" if zh[4] else zh[1] + _PARTS[zh[2] or zh[3]]
        found = _FORM.fullmatch(plain)
        if not found:
            raise Problem("bad_period", Text(f"{text[:40]!r} 不是时期", f"{text[:40]!r} is not a period"),
                          remedy=Text("写 2025、2025H1、2025Q3 或 2025-06。", "Write 2025, 2025H1, 2025Q3 or 2025-06."))
        for kind in ("half", "quarter", "month"):
            if found[kind]:
                return cls(int(found["year"]), kind, int(found[kind]))
        return cls(int(found["year"]))

    @property
    def end(self) -> date:
        """The last day of the period."""
        months = _MONTHS[self.kind] * self.number
        year, month = self.year + months // 12, months % 12 + 1
        return date(year, month, 1) - timedelta(days=1)

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return str(self.year)
            case "half":
                return f"{self.year}H{self.number}"
            case "quarter":
                return f"{self.year}Q{self.number}"
            case _:
                return f"{self.year}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Notice:
    """One year's holiday notice of the State Council's General Office, or a later change of it.

    number : how it is cited, such as 国办发明电〔2025〕7号
    off : days off; weekends among them change nothing
    worked : Saturdays and Sundays that are worked instead
    """

    year: int
    number: str
    off: frozenset[date]
    worked: frozenset[date]

    def __post_init__(self) -> None:
        own = all(date(self.year - 1, 12, 29) <= day <= date(self.year, 12, 31) for day in self.off | self.worked)
        if not own or self.off & self.worked or any(day.weekday() < 5 for day in self.worked):
            raise Problem("bad_notice",
                          Text("放假通知只写当年和此前三天之内的日子，同一天不能既休又班，上班的只能是周六周日",
                               "a notice names days of its own year or of the three days before it, no day both "
                               "off and worked, and only Saturdays and Sundays as worked"),
                          where=self.number or str(self.year),
                          remedy=Text("请把日子与通知原文对照。", "Compare the days with the text of the notice."))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked, from ``first`` to ``until``; beyond them nothing is said, because nothing is settled.

    days : every working day between the two, in order

    A year's last three days belong to the next year's notice (29 December 2018 was worked by 国办发明电〔2018〕15号, the
    notice for 2019), so ``until`` is 28 December of the last year whose notice is known.
    """

    first: date
    until: date
    days: tuple[date, ...]

    def works_on(self, day: date) -> bool:
        """Raises Problem ``unknown_calendar``, as everything here does."""
        self._settled(day)
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

    def on_or_after(self, day: date) -> date:
        """The day itself when it is worked, else the next that is (Civil Code, art. 203)."""
        self._settled(day)
        return self._nth(bisect_left(self.days, day))

    def add_working_days(self, start: date, n: int) -> date:
        """The ``n``-th working day after ``start``, which is not counted itself (Civil Code, art. 201).

        n : 0 gives ``start``; below 0, the working day that many before it
        """
        self._settled(start)
        if n == 0:
            return start
        return self._nth(bisect_right(self.days, start) + n - 1 if n > 0 else bisect_left(self.days, start) + n)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; below 0 when ``end`` comes first."""
        self._settled(start)
        self._settled(end)
        return bisect_right(self.days, end) - bisect_right(self.days, start)

    def with_notice(self, notice: Notice) -> WorkCalendar:
        """The calendar as the notice leaves it: a further year, or a change of one that was known."""
        last = self.until.year
        if not self.first.year <= notice.year <= last + 1:
            raise _unknown(last + 1 if notice.year > last else notice.year)
        until = max(self.until, date(notice.year, 12, 28))
        known = {*self.days, *_weekdays(self.until + timedelta(days=1), until)} - notice.off | notice.worked
        return WorkCalendar(self.first, until, tuple(sorted(day for day in known if self.first <= day <= until)))

    def _nth(self, at: int) -> date:
        if at < 0:
            raise _unknown(self.first.year - 1)
        if at >= len(self.days):
            raise _unknown(self.until.year + 1)
        return self.days[at]

    def _settled(self, day: date) -> None:
        if day < self.first:
            raise _unknown(day.year)
        if day > self.until:
            raise _unknown(max(day.year, self.until.year + 1))


@cache
def work_calendar() -> WorkCalendar:
    """The published calendars of all years that the package ``chinesecalendar`` knows."""
    from chinese_calendar.constants import holidays, workdays

    first, last = min(holidays).year, max(holidays).year
    opens, until = date(first, 1, 1), date(last, 12, 28)
    days = {*_weekdays(opens, until)} - holidays.keys() | {day for day in workdays if opens <= day <= until}
    return WorkCalendar(opens, until, tuple(sorted(days)))


def _weekdays(first: date, last: date) -> list[date]:
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5]


def _unknown(year: int) -> Problem:
    return Problem("unknown_calendar",
                   Text(f"{year} 年的工作日还不知道：国务院一般在上一年末公布次年放假和调休",
                        f"the working days of {year} are not known: the State Council publishes a year's "
                        "holidays and make-up days late in the year before"),
                   where=str(year),
                   remedy=Text(f"请升级 chinesecalendar 包，或把 {year} 年的通知录入工作日历。",
                               f"Update the package chinesecalendar, or enter the notice for {year} in the work calendar."))


def working_day_due(start: date, days: int) -> date | None:
    """The last of ``days`` working days; None while that year's calendar is not published: no day is invented."""
    try:
        return work_calendar().add_working_days(start, days)
    except Problem:
        return None
