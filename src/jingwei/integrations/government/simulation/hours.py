"""When work is done: office hours of each weekday and days off, learned from when things happened; time counted in open minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import NotAssessable, Problem

Floats = npt.NDArray[np.float64]
DAY = 1_440.0
FIRST = date(2001, 1, 1)
HALVES = 48
ENOUGH = 480
"""Happenings on a weekday that show its own hours; with fewer, all open weekdays are read together."""

OPEN_DAY, OPEN_HALF = 0.10, 0.10
"""A weekday is open that has this share of the busiest one's happenings; a half-hour, this share of what a full one has."""

OFF = 7
"""The kind of a day off; 0 to 6 are Monday to Sunday."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Open stretches of some days, in order; minutes since ``FIRST``.

    opens, closes : (stretches,) instants
    worked : (stretches,) open minutes up to the end of each
    """

    opens: Floats
    closes: Floats
    worked: Floats

    def work(self, at: Floats) -> Floats:
        """Instants as open minutes since the first day."""
        bounds = np.stack((self.opens, self.closes), 1).ravel()
        counted = np.stack((self.worked - (self.closes - self.opens), self.worked), 1).ravel()
        return np.asarray(np.interp(at, bounds, counted), dtype=np.float64)

    def clock(self, work: Floats) -> Floats:
        """Open minutes as instants. Raises NotAssessable beyond the last day: a queue that long has no end."""
        if work.size and float(work.max()) > self.worked[-1]:
            raise NotAssessable(Text("来的多于办得完的，队越排越长", "more comes in than can be done, and the queue grows without end"),
                                remedy=Text("请加人，或减少到来。", "Add people, or let less come in."))
        at = np.searchsorted(self.worked, work, side="left")
        return np.asarray(self.closes[at] - (self.worked[at] - work), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week's open half-hours, and whether statutory days off and make-up days are kept.

    open : (7, 48) from Monday 00:00
    """

    open: npt.NDArray[np.bool_]
    statutory: bool

    def kind(self, day: date) -> int:
        """The weekday whose hours a day has, or ``OFF``; where no calendar is published yet, the weekday's own."""
        if self.statutory:
            works = _works(day)
            if works is not None and works != (day.weekday() < 5):
                return OFF if not works else 0
        return day.weekday()

    @property
    def day(self) -> float:
        """Open minutes of an open day."""
        spans = self.open.sum(1) * 30.0
        return float(spans[spans > 0].mean())

    def timeline(self, first: date, days: int) -> Timeline:
        """The open stretches of so many days. Raises NotAssessable when there are none."""
        bounds: dict[int, list[tuple[float, float]]] = {OFF: []}
        for weekday in range(7):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], self.open[weekday].astype(int), [0]))))
            bounds[weekday] = [(a * 30.0, b * 30.0) for a, b in edges.reshape(-1, 2)]
        zero = (first - FIRST).days
        found = [((zero + i) * DAY + a, (zero + i) * DAY + b) for i in range(days) for a, b in bounds[self.kind(first + timedelta(days=i))]]
        if not found:
            raise NotAssessable(Text("这段时间没有一天上班", "no day of this time is worked"))
        opens, closes = np.array(found).T
        return Timeline(opens, closes, np.cumsum(closes - opens))

    def told(self) -> list[str]:
        """Each open weekday's stretches, such as ``1 09:00–12:00 13:30–17:00``; 1 is Monday."""
        lines = []
        for weekday in range(7):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], self.open[weekday].astype(int), [0])))).reshape(-1, 2)
            if len(edges):
                lines.append(f"{weekday + 1} " + " ".join(f"{a // 2:02d}:{a % 2 * 30:02d}–{b // 2:02d}:{b % 2 * 30:02d}" for a, b in edges))
        return lines


def learn(at: Floats) -> Hours:
    """Office hours from instants at which people began or ended something.

    Raises NotAssessable for fewer than 20.
    """
    if len(at) < 20:
        raise NotAssessable(Text(f"只有 {len(at)} 个时刻，看不出上班时间", f"{len(at)} instants do not show office hours"),
                            remedy=Text("至少要 20 个。", "At least 20 are needed."))
    day, half = (at // DAY).astype(int), (at % DAY // 30).astype(int)
    statutory = _keeps_holidays(day)
    ordinary = np.ones(len(day), dtype=bool)
    if statutory:  # a Sunday worked instead of a holiday does not open Sundays
        odd = [d for d in np.unique(day).tolist() if (works := _works(at_day := FIRST + timedelta(days=d))) is not None and works != (at_day.weekday() < 5)]
        ordinary = ~np.isin(day, odd)
    counts = np.zeros((7, HALVES))
    np.add.at(counts, (day[ordinary] % 7, half[ordinary]), 1)
    totals = counts.sum(1)
    opened = totals >= OPEN_DAY * totals.max()
    together = counts[opened].sum(0)
    shown = np.zeros((7, HALVES), dtype=bool)
    for weekday in np.flatnonzero(opened):
        profile = counts[weekday] if totals[weekday] >= ENOUGH else together
        shown[weekday] = profile >= OPEN_HALF * np.quantile(profile[profile > 0], 0.75)
    return Hours(shown, statutory)


def _keeps_holidays(days: npt.NDArray[np.int64]) -> bool:
    """Whether next to nothing happened on weekdays that were statutory days off, while it did on the others."""
    every = np.bincount(days - days.min())
    dates = [FIRST + timedelta(days=int(days.min()) + i) for i in range(len(every))]
    off = np.array([d.weekday() < 5 and _works(d) is False for d in dates])
    ordinary = np.array([d.weekday() < 5 for d in dates]) & ~off
    return bool(off.any() and ordinary.any() and every[off].mean() < 0.2 * every[ordinary].mean())


def _works(day: date) -> bool | None:
    try:
        return work_calendar().works_on(day)
    except Problem:
        return None
