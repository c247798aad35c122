"""What a log teaches: office hours, arrivals, routes, how long the work takes, who does it and how many they are."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from jingwei.integrations.government.simulation import hours as office
from jingwei.integrations.government.simulation import routes
from jingwei.integrations.government.simulation.durations import Duration, choose
from jingwei.integrations.government.simulation.hours import OFF, Hours
from jingwei.integrations.government.simulation.model import DAY, Arrivals, Floats, Learned, Log, Pool, day_of
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

FEWEST = 50
"""Cases from which anything is learned."""

OWN = 50
"""Visits by one channel from which it has a law of its own."""

SHARED = 0.5
"""Share of their people (Jaccard) from which two activities are done by one pool, where no department is named."""


def learn(log: Log, whole: npt.NDArray[np.bool_] | None = None, *, seed: int = 0) -> Learned:
    """All of it. Raises NotAssessable for fewer than ``FEWEST`` cases.

    whole : (cases,) those of which the log has seen all; by default those that came before the last ones of which many cannot have ended
    """
    if len(log.cases) < FEWEST:
        raise NotAssessable(Text(f"只有 {len(log.cases)} 件，至少要 {FEWEST} 件", f"there are {len(log.cases)} cases; {FEWEST} are the fewest"))
    if whole is None:
        whole = settled(log)
    touched = ~np.isnan(log.begun)
    hands = log.resource >= 0 if (log.resource >= 0).any() else np.ones(len(log.case), dtype=bool)
    hours = office.learn(np.concatenate((log.begun[touched & hands], log.done[hands])))
    known, route_of, ready, awaited = routes.learn(log)
    first, last = day_of(float(log.arrived.min())), day_of(float(np.nanmax(log.done)))
    time = hours.timeline(first, (last - first).days + 1)
    at_ready, at_done = time.work(ready), time.work(log.done)
    at_begun = np.where(touched, time.work(np.where(touched, log.begun, 0.0)), at_ready)
    service = np.maximum(at_done - at_begun, 0.0)
    delay = np.maximum(at_ready - time.work(awaited), 0.0)
    pools: list[Pool] = []
    pool_of = np.full(len(log.activities), -1, dtype=np.int64)
    for name, activities in _pools(log, touched):
        mine = np.flatnonzero(np.isin(log.activity, activities) & touched)
        servers, waits = _servers(at_ready[mine], at_begun[mine], service[mine])
        delay[mine] += np.maximum(at_begun[mine] - at_ready[mine] - waits, 0.0)
        pool_of[list(activities)] = len(pools)
        pools.append(Pool(name, activities, servers, float(service[mine].sum() / (time.worked[-1] * servers)) if servers else 0.0))
    durations, scores = _durations(log, service, np.random.default_rng(seed))
    return Learned(log, hours, _arrivals(log, hours), known, route_of, whole, tuple(pools), pool_of, service, delay, durations, scores)


def settled(log: Log) -> npt.NDArray[np.bool_]:
    """Cases seen to their end that came so early that nearly all of their day's had ended when the log does: late ones that ended are the quick ones."""
    took = log.ended - log.arrived
    long = float(np.nanquantile(took, 0.98))
    early = log.arrived <= float(np.nanmax(log.done)) - long
    found = early & ~np.isnan(took)
    return np.asarray(found if found.sum() >= FEWEST // 2 else ~np.isnan(took))


def _pools(log: Log, touched: npt.NDArray[np.bool_]) -> list[tuple[str, tuple[int, ...]]]:
    """Activities that share people: by department where one is named, else by whom they share."""
    active = [a for a in range(len(log.activities)) if (touched & (log.activity == a)).any()]
    if (log.group >= 0).any():
        of: dict[str, list[int]] = {}
        for a in active:
            told = log.group[(log.activity == a) & (log.group >= 0)]
            of.setdefault(log.groups[int(np.bincount(told).argmax())] if len(told) else log.activities[a], []).append(a)
        return [(name, tuple(found)) for name, found in of.items()]
    people = {a: set(log.resource[(log.activity == a) & (log.resource >= 0)].tolist()) for a in active}
    pools: list[list[int]] = []
    for a in active:
        joined = [p for p in pools if any(people[a] & people[b] and len(people[a] & people[b]) >= SHARED * len(people[a] | people[b]) for b in p)]
        pools = [p for p in pools if p not in joined] + [sorted(sum(joined, [a]))]
    return [(" + ".join(log.activities[a] for a in p), tuple(p)) for p in pools]


def _servers(ready: Floats, begun: Floats, service: Floats) -> tuple[int, Floats]:
    """How many serve at once, and the waits a first-come-first-served queue with so many would have given the same visits.

    The fewest that make nobody wait longer on average than was seen, and at least as many as were seen at work at once. 0 where nobody was seen to wait.
    """
    seen = begun - ready
    if seen.mean() <= max(1.0, 0.01 * service.mean()):
        return 0, np.zeros(len(ready))
    low = max(1, _at_once(begun, service))
    high = max(low, len(ready))
    enough = 1.02 * seen.mean() + 0.5
    waits = replay(ready, service, low)
    if waits.mean() <= enough:
        return low, waits
    while high - low > 1:
        middle = min((low + high) // 2, 2 * low)
        waits = replay(ready, service, middle)
        low, high = (low, middle) if waits.mean() <= enough else (middle, high)
    return high, replay(ready, service, high)


def _at_once(begun: Floats, service: Floats) -> int:
    """The most at work at once, but for one moment in a thousand."""
    long = service > 0
    if not long.any():
        return 1
    at = np.concatenate((begun[long], begun[long] + service[long]))
    change = np.concatenate((np.ones(long.sum()), -np.ones(long.sum())))
    order = np.lexsort((change, at))  # who ends makes room for who begins at the same instant
    return int(np.quantile(np.cumsum(change[order]), 0.999))


def replay(ready: Floats, service: Floats, servers: int) -> Floats:
    """Waits of visits served first come, first served by so many; open minutes."""
    free = [0.0] * servers
    waits = np.empty(len(ready))
    for i in np.argsort(ready, kind="stable").tolist():
        start = max(float(ready[i]), free[0])
        heapq.heapreplace(free, start + float(service[i]))
        waits[i] = start - ready[i]
    return waits


def _durations(log: Log, service: Floats, rng: np.random.Generator) -> tuple[Mapping[tuple[int, int], Duration], Mapping[int, Mapping[str, float]]]:
    durations: dict[tuple[int, int], Duration] = {}
    scores: dict[int, Mapping[str, float]] = {}
    by = log.channel[log.case]
    for a in range(len(log.activities)):
        mine = log.activity == a
        durations[a, -1], scores[a] = choose(service[mine], rng)
        for channel in range(len(log.channels)):
            if (mine & (by == channel)).sum() >= OWN:
                durations[a, channel] = choose(service[mine & (by == channel)], rng)[0]
    return durations, scores


def _arrivals(log: Log, hours: Hours) -> Arrivals:
    """By kind of day and hour; days whose whole run lies in the log."""
    days = (log.arrived // DAY).astype(np.int64)
    counts = np.bincount(days - days.min())
    first = day_of(float(days.min()) * DAY)
    kinds = np.array([hours.kind(first + timedelta(days=i)) for i in range(len(counts))])
    by_day = tuple(counts[kinds == kind] for kind in range(OFF + 1))
    by_hour = np.bincount((log.arrived % DAY // 60).astype(np.int64), minlength=24) / len(log.arrived)
    expected = np.array([by_day[kind].mean() for kind in kinds])
    spread = float(((counts - expected) ** 2 - counts).sum() / max(1e-9, (expected**2).sum()))
    noise = np.sqrt(2 * len(counts)) * expected.mean() / max(1e-9, float((expected**2).sum()))  # its standard deviation where Poisson's law holds
    return Arrivals(by_day, by_hour, kinds[days - days.min()], spread if spread > 2 * noise else 0.0)
