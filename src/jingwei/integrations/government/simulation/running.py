"""Runs a setting many times: cases come, queue for pools in office hours and leave; the median and the ninth decile of their days."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np

from jingwei.integrations.government.simulation.durations import Duration, fit
from jingwei.integrations.government.simulation.hours import OFF, Timeline
from jingwei.integrations.government.simulation.model import (
    DAY,
    ORIGIN,
    Drawn,
    Floats,
    Ints,
    Learned,
    Setting,
    Step,
)

TOGETHER = 5
"""Runs with one set of parameters; then the cases are drawn anew and everything is fitted again."""

OWN_DAY = 50
"""Cases on one kind of day from which it has hours and ways of its own; with fewer, those of all days."""

_ARRIVING, _FITTING, _WORKING = range(3)


@dataclass(frozen=True, slots=True)
class Span:
    """What is simulated: days from ``first`` to ``last``, of which cases are counted; before them a run-up that fills the queues, after them others still come.

    timeline : from the beginning of the run-up, and long enough for every case to end where queues do not grow without end
    """

    first: date
    last: date
    before: int
    after: int
    timeline: Timeline

    @classmethod
    def of(cls, learned: Learned, first: date, last: date) -> Span:
        longest = np.nanquantile(learned.log.ended - learned.log.arrived, 0.95) / DAY
        before, after = int(min(120, max(14, 2 * longest))), int(min(120, max(7, 2 * longest)))
        start = first - timedelta(days=before)
        return cls(first, last, before, after, learned.hours.timeline(start, before + (last - first).days + after + 90 + int(4 * longest)))


@dataclass(frozen=True, slots=True)
class World:
    """One set of parameters: what could have been learned from another draw of the same cases.

    drawn : by kind of day, the cases to choose from, as often as they were drawn
    durations : by activity and channel
    delays : by activity, open minutes to draw from
    """

    means: Floats
    drawn: list[Ints]
    durations: dict[tuple[int, int], Duration]
    delays: list[Floats]


def run(learned: Learned, setting: Setting, span: Span, *, replications: int, seed: int, step: Callable[[int], None] = lambda _done: None) -> Drawn:
    """The drawn medians and ninth deciles; two settings run with one seed meet the same days, cases and work.

    Raises NotAssessable when a queue grows without end.
    """
    found = []
    for number in range(replications):
        draw, repeat = divmod(number, TOGETHER)
        if not repeat:
            world = _world(learned, np.random.default_rng([seed, _FITTING, draw]))
        found.append(_once(learned, world, setting, span, seed, number))
        step(1)
    median, p90, cut = np.array(found).T
    return Drawn(median, p90, cut)


def _world(learned: Learned, rng: np.random.Generator) -> World:
    """Cases and days drawn again with replacement, and every law fitted to them."""
    log = learned.log
    times = np.bincount(rng.integers(len(log.cases), size=len(log.cases)), minlength=len(log.cases))
    weight = times[log.case]
    by = log.channel[log.case]
    durations = {}
    for (activity, channel), law in learned.durations.items():
        mine = (log.activity == activity) & ((by == channel) | (channel < 0))
        values = np.repeat(learned.service[mine], weight[mine])
        durations[activity, channel] = fit(values, law.family) if law.a > 0 or law.family == "lognormal" else law
    delays = []
    for a in range(len(log.activities)):
        mine = log.activity == a
        values = np.repeat(learned.delay[mine], weight[mine])
        delays.append(values if values.any() else np.empty(0))
    means = np.array([rng.choice(days, len(days)).mean() if len(days) else 0.0 for days in learned.arrivals.by_day])
    kinds = learned.arrivals.kinds
    drawn = np.repeat(np.arange(len(log.cases)), times * learned.whole)
    by_kind = [drawn[kinds[drawn] == kind] for kind in range(OFF + 1)]
    return World(means, [own if len(own) >= OWN_DAY else drawn for own in by_kind], durations, delays)


def _once(learned: Learned, world: World, setting: Setting, span: Span, seed: int, number: int) -> tuple[float, float, float]:
    log = learned.log
    arrived, like = _arrivals(learned, world, setting, span, np.random.default_rng([seed, _ARRIVING, number]))
    ways = [setting.routes[r] for r in learned.route_of[like].tolist()]
    steps = [s for way in ways for s in way]
    service, delay = _work(world, steps, np.repeat(log.channel[like], [len(w) for w in ways]), seed, number)
    ends, cut = _queue(learned, setting, ways, steps, span.timeline.work(arrived), service, delay)
    begin = (span.first - ORIGIN.date()).days * DAY
    counted = (arrived >= begin) & (arrived < begin + ((span.last - span.first).days + 1) * DAY)
    if not counted.any():
        return np.nan, np.nan, np.nan
    took = np.maximum(span.timeline.clock(ends[counted]) - arrived[counted], 0.0) / DAY
    median, p90 = np.quantile(took, [0.5, 0.9])
    return float(median), float(p90), cut


def _arrivals(learned: Learned, world: World, setting: Setting, span: Span, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Instants at which cases come, in order, and the learned case each is like in its hour, its channel and its way."""
    start = span.first - timedelta(days=span.before)
    days = span.before + (span.last - span.first).days + 1 + span.after
    kinds = np.array([learned.hours.kind(start + timedelta(days=i)) for i in range(days)])
    means = world.means.copy()
    if not len(learned.arrivals.by_day[OFF]):
        means[OFF] = means[6]  # a log without a holiday says nothing of one: as on a Sunday
    spread = learned.arrivals.spread
    busier = rng.gamma(1 / spread, spread, days) if spread > 1e-6 else np.ones(days)
    counts = rng.poisson(means[kinds] * busier)
    day = np.repeat(np.arange(days), counts)
    like = np.empty(len(day), dtype=np.int64)
    for kind in np.unique(kinds[day]).tolist():
        mine, cases = kinds[day] == kind, world.drawn[kind]
        like[mine] = rng.choice(cases, int(mine.sum()), p=_weights(learned.log.channel[cases], setting.share))
    at = learned.log.arrived[like] % DAY + ((start - ORIGIN.date()).days + day) * DAY
    order = np.argsort(at)
    return at[order], like[order]


def _weights(channel: Ints, share: Mapping[int, float]) -> Floats | None:
    """Chances that give each channel its share; None for even ones."""
    if not share:
        return None
    weights = np.array([share.get(int(c), 0.0) / int((channel == c).sum()) for c in channel])
    return np.asarray(weights / weights.sum())


def _work(world: World, steps: list[Step], channel: Ints, seed: int, number: int) -> tuple[Floats, Floats]:
    """Touch and idle minutes of every step; each activity draws from a stream of its own, so that a change elsewhere leaves its work as it was."""
    done = np.array([a for s in steps for a in s.activities])
    where = np.repeat(np.arange(len(steps)), [len(s.activities) for s in steps])
    drawn, delay = np.zeros(len(done)), np.zeros(len(steps))
    leading = np.array([s.activities[0] for s in steps])
    for a in np.unique(done).tolist():
        rng = np.random.default_rng([seed, _WORKING, number, a])
        mine = done == a
        by = channel[where[mine]]
        values = world.durations[a, -1].draw(rng, int(mine.sum()))
        for c in np.unique(by).tolist():
            if (a, c) in world.durations and c >= 0:
                values[by == c] = world.durations[a, c].draw(rng, int((by == c).sum()))
        drawn[mine] = values
        if len(world.delays[a]):
            first = leading == a
            delay[first] = rng.choice(world.delays[a], int(first.sum()))
    return np.asarray(np.bincount(where, drawn, len(steps)), dtype=np.float64), delay


def _queue(learned: Learned, setting: Setting, ways: list[tuple[Step, ...]], steps: list[Step], arrived: Floats, service: Floats, delay: Floats) -> tuple[Floats, float]:
    """When each case ends, in open minutes; and the share of steps that only a limit ended.

    Steps are taken in the order in which they become ready: what becomes ready later can delay nothing that was taken before, so that one pass is exact for
    pools served first come, first served.
    """
    offsets = [0, *accumulate(len(w) for w in ways)]
    after: list[list[int]] = [[] for _ in steps]
    lacking = [0] * len(steps)
    for base, way in zip(offsets, ways, strict=False):
        for i, one in enumerate(way, base):
            lacking[i] = len(one.before)
            for j in one.before:
                after[base + j].append(i)
    pools = [int(learned.pool_of[s.activities[0]]) for s in steps]
    free: list[list[float] | None] = [[0.0] * n if n else None for n in setting.servers]
    work, idle = service.tolist(), delay.tolist()
    limits = [setting.limits.get(s.activities[0], np.inf) for s in steps] if setting.limits else None
    since = [0.0] * len(steps)
    ends = [0.0] * len(steps)
    ready = list(_first(ways, offsets, arrived.tolist(), idle, since))
    heapq.heapify(ready)
    cut = 0
    while ready:
        at, i = heapq.heappop(ready)
        servers = free[pools[i]] if pools[i] >= 0 else None
        start = at if servers is None else max(at, servers[0])
        end = start + work[i]
        if limits is not None and end > since[i] + limits[i]:
            end, cut = since[i] + limits[i], cut + 1
        if servers is not None and end > start:
            heapq.heapreplace(servers, end)
        ends[i] = end
        for j in after[i]:
            since[j] = max(since[j], end)
            lacking[j] -= 1
            if not lacking[j]:
                heapq.heappush(ready, (since[j] + idle[j], j))
    last = np.maximum.reduceat(np.array(ends), offsets[:-1]) if steps else np.empty(0)
    return last, cut / max(1, len(steps))


def _first(ways: list[tuple[Step, ...]], offsets: list[int], arrived: list[float], idle: list[float], since: list[float]) -> Iterator[tuple[float, int]]:
    for base, way, at in zip(offsets, ways, arrived, strict=False):
        for i, one in enumerate(way, base):
            if not one.before:
                since[i] = at
                yield at + idle[i], i
