"""What each provision cost: its fair part of what all cost together (Shapley 1953), and what its repeal alone would save; with intervals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from jingwei.integrations.government.obstructions.course import OWN_CHOICE, Course
from jingwei.integrations.government.obstructions.model import Cost, Interval, Obstructions, Provision
from jingwei.integrations.government.savings.figures import Floats, drawn

EXACT = 8
"""Provisions of one case up to which every order is weighed; beyond it ``ORDERS`` drawn ones."""

ORDERS = 400
DAYS_A_YEAR = 365.25


def shapley(players: Sequence[Provision], saved: Callable[[frozenset[Provision]], float]) -> dict[Provision, float]:
    """Each one's mean contribution over all orders in which they could be taken away; adds up to what taking all away saves.

    saved : days saved without a set of them; asked once for each set
    """
    known = dict[frozenset[Provision], float]()

    def worth(s: frozenset[Provision]) -> float:
        if s not in known:
            known[s] = saved(s)
        return known[s]

    n = len(players)
    if n <= EXACT:
        weights = [math.factorial(k) * math.factorial(n - k - 1) / math.factorial(n) for k in range(n)]
        return {p: sum(weights[k] * (worth(frozenset((*s, p))) - worth(frozenset(s))) for k in range(n) for s in itertools.combinations([q for q in players if q != p], k)) for p in players}
    rng, total = np.random.default_rng(n), dict.fromkeys(players, 0.0)
    for _ in range(ORDERS // 2):
        drawn_order = [players[i] for i in rng.permutation(n)]
        for way in (drawn_order, drawn_order[::-1]):
            for k, p in enumerate(way):
                total[p] += (worth(frozenset(way[:k + 1])) - worth(frozenset(way[:k]))) / ORDERS
    return total


def shares_of_trips(course: Course) -> dict[Provision, float]:
    """The same for visits, which go only when everything that demanded them does: each is parted equally among its causes."""
    found = dict[Provision, float]()
    for causes in course.visits.values():
        if OWN_CHOICE not in causes:
            found |= {p: found.get(p, 0.0) + 1 / len(causes) for p in causes}
    return found


def obstructions(courses: Sequence[Course], began: Sequence[date], seed: int = 0) -> Obstructions:
    """Provisions ranked by the days and then the trips they cost.

    courses, began : of finished cases, with the day each began, in an order that does not depend on how they were read
    """
    count = len(courses)
    known = sorted({p for c in courses for p in c.provisions()})
    place = {p: n for n, p in enumerate(known)}
    days, alone, trips, trips_alone = (np.zeros((count, len(known))) for _ in range(4))
    together, length = np.zeros(count), np.array([c.days() for c in courses])
    for n, c in enumerate(courses):
        players = c.provisions()

        def saved(s: frozenset[Provision], n: int = n, c: Course = c) -> float:
            return float(length[n]) - c.days(s)

        for p, value in shapley(players, saved).items():
            days[n, place[p]] = value
            alone[n, place[p]] = saved(frozenset((p,)))
            trips_alone[n, place[p]] = c.trips() - c.trips(frozenset((p,)))
        for p, value in shares_of_trips(c).items():
            trips[n, place[p]] = value
        together[n] = saved(frozenset(players))
    a_year = count / ((max(began) - min(began)).days + 1) * DAYS_A_YEAR if count else 0.0
    costs = [_cost(p, courses, days[:, k], trips[:, k], alone[:, k], trips_alone[:, k], a_year, seed) for k, p in enumerate(known)]
    costs.sort(key=lambda c: (-round(c.days.value, 9), -round(c.trips.value, 9), c.provision))
    return Obstructions(count, a_year, float(length.mean()) if count else 0.0, _mean(together, seed), tuple(costs))


def _cost(p: Provision, courses: Sequence[Course], days: Floats, trips: Floats, alone: Floats, trips_alone: Floats, a_year: float, seed: int) -> Cost:
    demanded = sorted({d for c in courses for d in c.demanded.get(p, ())}, key=lambda d: (d[0], d[1].zh))
    names = dict.fromkeys(name for _, name in demanded)
    return Cost(p, tuple(dict.fromkeys(kind for kind, _ in demanded)), tuple(names), sum(p in c.provisions() for c in courses), _mean(days, seed), _mean(trips, seed),
                _mean(alone, seed).times(a_year), _mean(trips_alone, seed).times(a_year))


def _mean(values: Floats, seed: int) -> Interval:
    if not len(values):
        return Interval(0.0, 0.0, 0.0)

    def mean(i: npt.NDArray[np.int64]) -> Floats:
        found: Floats = values[i].mean(axis=1)
        return found

    return Interval(float(values.mean()), *drawn(len(values), mean, seed))
