"""The ways cases took: which visit waited for which, told from what always came before what."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from jingwei.integrations.government.simulation.model import Floats, Ints, Log, Route, Step

ALWAYS = 0.95
"""Share of the cases with two activities in which one ended before the other began, from which it is held to come before it."""


def learn(log: Log) -> tuple[tuple[Route, ...], Ints, Floats, Floats]:
    """The routes; the route each case took; and for each visit, when it could have begun and when the last of what it waited for was done.

    Where the log does not say when a visit could have begun, it could when what it waits for was done, and the first ones when the case came. A visit is
    known by its activity and how often the case had been there before. One comes before another when it ended before the other was ready (or, where that is
    not logged, began) in ``ALWAYS`` of the cases with both: of parallel branches, neither does.
    """
    kinds, kind = np.unique(np.stack((log.activity, _rounds(log)), 1), axis=0, return_inverse=True)
    kind = kind.ravel()
    opened = np.where(np.isnan(log.ready), np.where(np.isnan(log.begun), log.done, log.begun), log.ready)
    size = len(kinds)
    both, earlier = np.zeros((size, size)), np.zeros((size, size))
    bounds = np.searchsorted(log.case, np.arange(len(log.cases) + 1))
    for a, b in pairwise(bounds):
        here = kind[a:b]
        both[np.ix_(here, here)] += 1
        earlier[np.ix_(here, here)] += log.done[a:b, None] <= opened[None, a:b] + 1e-6
    before = earlier >= ALWAYS * np.maximum(both, 1)
    before &= ~(before & before.T)  # what took no time may seem to come both before and after
    known: dict[Route, int] = {}
    route_of = np.empty(len(log.cases), dtype=np.int64)
    awaited = np.empty(len(log.case))
    for number, (a, b) in enumerate(pairwise(bounds)):
        here = kind[a:b]
        waits = before[np.ix_(here, here)]
        waits &= np.tri(b - a, k=-1, dtype=bool).T  # visits stand in order of readiness: no step waits for a later one
        direct = waits & ~((waits.astype(np.int64) @ waits.astype(np.int64)) > 0)
        behind = [np.flatnonzero(direct[:, i]).tolist() for i in range(b - a)]
        for i, waited in enumerate(behind):
            awaited[a + i] = log.done[a:b][waited].max() if waited else log.arrived[number]
        route_of[number] = known.setdefault(_route(log.activity[a:b].tolist(), behind), len(known))
    return tuple(known), route_of, np.where(np.isnan(log.ready), awaited, log.ready), awaited


def _route(activities: list[int], behind: list[list[int]]) -> Route:
    """The same for the same ways, whichever of two branches was the quicker."""
    depth: list[int] = []
    for waited in behind:
        depth.append(max((depth[j] + 1 for j in waited), default=0))
    order = sorted(range(len(activities)), key=lambda i: (depth[i], activities[i], i))
    number = {old: new for new, old in enumerate(order)}
    return tuple(Step((activities[i],), tuple(sorted(number[j] for j in behind[i]))) for i in order)


def _rounds(log: Log) -> Ints:
    """How often a case had been at the activity before."""
    order = np.lexsort((np.arange(len(log.case)), log.activity, log.case))
    key = log.case[order] * (int(log.activity.max()) + 1) + log.activity[order]
    first = np.concatenate(([True], key[1:] != key[:-1]))
    start = np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))
    rounds = np.empty(len(key), dtype=np.int64)
    rounds[order] = np.arange(len(key)) - start
    return rounds
