"""Logs of invented cases from hidden parameters: an office played minute by minute, written apart from the simulation it is to test."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from jingwei.integrations.government.cases.model import CaseEvent
from jingwei.kernel.clock import CHINA
from jingwei.kernel.periods import work_calendar

STRETCHES = ((time(9), time(12)), (time(13, 30), time(17)))


@dataclass(frozen=True)
class Hidden:
    """An office: birth cases are taken in, then police and insurance work side by side, then the card is issued; some are checked again.

    Touch times in minutes by law; officers by department; cases come on working days, a few of them by night over the web.
    """

    start: date = date(2025, 3, 3)
    days: int = 150
    a_day: float = 9.0
    web: float = 0.6
    again: float = 0.2
    officers: Mapping[str, int] = field(default_factory=lambda: {"hall": 2, "police": 2, "insurance": 1})
    slower: float = 1.0
    """Factor on police work after the 60th part of the days in a hundred: what a log of before can't foretell."""

    def touch(self, rng: np.random.Generator, node: str, web: bool, late: bool) -> float:
        match node:
            case "intake":
                return float(rng.gamma(4.0, 3.0 if web else 6.0))
            case "register":
                return float(rng.lognormal(3.3, 0.6)) * (self.slower if late else 1.0)
            case "insure":
                return float(18 * rng.weibull(2.0))
            case "recheck":
                return float(rng.lognormal(2.7, 0.4))
            case _:
                return float(rng.gamma(2.0, 5.0))


OF = {"intake": "hall", "register": "police", "insure": "insurance", "recheck": "police", "issue": "hall"}


def office(seed: int, hidden: Hidden = Hidden()) -> list[CaseEvent]:
    """The events of all cases that came in the days, each played to its end; case by case."""
    rng = np.random.default_rng(seed)
    opens, closes = _open(hidden.start, hidden.days + 400)
    heap: list[tuple[datetime, int, int, str]] = []
    told: dict[int, list[tuple[datetime, str, str, str, dict[str, Any]]]] = {}
    web: dict[int, bool] = {}
    number = 0
    calendar = work_calendar()
    for day in (hidden.start + timedelta(days=i) for i in range(hidden.days)):
        for _ in range(rng.poisson(hidden.a_day) if calendar.works_on(day) else 0):
            web[number] = bool(rng.random() < hidden.web)
            at = datetime.combine(day, time(8), CHINA) + timedelta(minutes=float(rng.uniform(0, 14 * 60) if web[number] else rng.uniform(60, 9 * 60)))
            told[number] = [(at, "started", "", "citizen", {}), (at, "accepted", "", "", {})]
            heapq.heappush(heap, (at, number, 0, "intake"))
            number += 1
    free = {d: [(datetime.combine(hidden.start, time(0), CHINA), f"{d}-{i}") for i in range(n)] for d, n in hidden.officers.items()}
    lacking: dict[int, int] = {}
    late = datetime.combine(hidden.start + timedelta(days=int(hidden.days * 0.6)), time(0), CHINA)
    order = len(told)
    while heap:
        at, case, _, node = heapq.heappop(heap)
        department = OF[node]
        free_at, who = heapq.heappop(free[department])
        begun = _next(max(at, free_at), opens, closes)
        done = _worked(begun, hidden.touch(rng, node, web[case], at >= late), opens, closes)
        heapq.heappush(free[department], (done, who))
        told[case] += [(at, "opened", node, "", {"department": department}), (begun, "claimed", node, who, {}), (done, "done", node, who, {})]
        order += 1
        if node == "intake":
            lacking[case] = 2
            for following in ("register", "insure"):
                heapq.heappush(heap, (done, case, order, following))
        elif node in ("register", "insure", "recheck"):
            if node == "register" and rng.random() < hidden.again:
                heapq.heappush(heap, (done, case, order, "recheck"))
                continue
            lacking[case] -= 1
            told[case].append((done, "joined", "", "", {}))
            if not lacking[case]:
                heapq.heappush(heap, (max(t for t, kind, *_ in told[case] if kind == "joined"), case, order, "issue"))
        else:
            told[case].append((done, "ended", "", "", {}))
    return list(_written(told, web))


def _written(told: Mapping[int, list[tuple[datetime, str, str, str, dict[str, Any]]]], web: Mapping[int, bool]) -> Iterator[CaseEvent]:
    for case, happened in told.items():
        in_order = sorted((h for h in happened if h[1] != "joined"), key=lambda h: h[0])
        for seq, (at, kind, node, actor, detail) in enumerate(in_order):
            yield CaseEvent(f"c{case:05d}", seq, at, kind, node, actor, "system" if not actor else "web" if web[case] else "window", detail)


def _open(start: date, days: int) -> tuple[list[datetime], list[datetime]]:
    calendar = work_calendar()
    worked = [d for d in (start + timedelta(days=i) for i in range(days)) if (calendar.works_on(d) if d <= calendar.until else d.weekday() < 5)]
    return ([datetime.combine(d, a, CHINA) for d in worked for a, _ in STRETCHES], [datetime.combine(d, b, CHINA) for d in worked for _, b in STRETCHES])


def _next(at: datetime, opens: list[datetime], closes: list[datetime]) -> datetime:
    i = bisect_right(closes, at)
    return max(at, opens[i])


def _worked(at: datetime, minutes: float, opens: list[datetime], closes: list[datetime]) -> datetime:
    i, left = bisect_right(closes, at), timedelta(minutes=minutes)
    while at + left > closes[i]:
        left -= closes[i] - at
        i += 1
        at = opens[i]
    return at + left
