"""How many windows a hall needs: Erlang's formula, and the same hall played with the touch times that were seen."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np

from jingwei.integrations.government.simulation.durations import Duration
from jingwei.integrations.government.simulation.model import Floats, Interval, Learned
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem, did_you_mean

WAIT, SHARE = 15.0, 0.10
"""Minutes nobody should wait longer than, and the share that may."""

RUNS, CUSTOMERS = 40, 4_000
"""Plays of the hall, and those served in each; the first tenth fills it and is not counted."""


@dataclass(frozen=True, slots=True)
class Hall:
    """What was learned of one step at its busiest, and the windows it needs.

    rate : arrivals a minute in the busiest hour; weekday and hour are that hour's
    mean : minutes of touch
    erlang, played : the fewest windows by the formula (exponential touch times) and by play (those seen)
    late : for each number of windows shown, (share by formula, share in play with its interval)
    """

    step: str
    rate: float
    weekday: int
    hour: int
    mean: float
    erlang: int
    played: int
    late: dict[int, tuple[float, Interval]]


def erlang_c(servers: int, load: float) -> float:
    """P(W > 0) in M/M/c (Erlang 1917), by the recursion of Erlang's loss formula, which does not overflow.

    load : arrivals × mean touch time; 1 where it is not below ``servers``
    """
    if load >= servers:
        return 1.0
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def late(servers: int, rate: float, mean: float, wait: float) -> float:
    """P(W > wait) = C(c, a)·e^{−(cμ−λ)·wait}; ``rate`` a minute, ``mean`` and ``wait`` in minutes."""
    load = rate * mean
    return 1.0 if load >= servers else erlang_c(servers, load) * math.exp(-(servers / mean - rate) * wait)


def windows(rate: float, mean: float, wait: float = WAIT, share: float = SHARE) -> int:
    """The fewest windows with P(W > wait) ≤ share."""
    servers = max(1, math.floor(rate * mean) + 1)
    while late(servers, rate, mean, wait) > share:
        servers += 1
    return servers


def play(servers: int, rate: float, law: Duration, wait: float, rng: np.random.Generator) -> Floats:
    """(runs,) share that waited longer than ``wait``: arrivals by Poisson's law, touch by the one that was learned, one queue."""
    found = np.empty(RUNS)
    for run in range(RUNS):
        at = np.cumsum(rng.exponential(1 / rate, CUSTOMERS)).tolist()
        touch = law.draw(rng, CUSTOMERS).tolist()
        free = [0.0] * servers
        long = 0
        for number, (arrived, takes) in enumerate(zip(at, touch, strict=True)):
            start = max(arrived, free[0])
            heapq.heapreplace(free, start + takes)
            long += number >= CUSTOMERS // 10 and start - arrived > wait
        found[run] = long / (CUSTOMERS - CUSTOMERS // 10)
    return found


def hall(learned: Learned, step: str, channel: str = "", *, wait: float = WAIT, share: float = SHARE, seed: int = 0) -> Hall:
    """The hall of one step, by one channel or all. Raises Problem for a step or channel the log has not."""
    log = learned.log
    if step not in log.activities:
        raise Problem("unknown_step", Text(f"日志里没有 {step[:60]!r} 这一步", f"the log has no step {step[:60]!r}"), remedy=did_you_mean(step, log.activities))
    if channel and channel not in log.channels:
        raise Problem("unknown_channel", Text(f"日志里没有 {channel[:60]!r} 这个渠道", f"the log has no channel {channel[:60]!r}"), remedy=did_you_mean(channel, log.channels))
    a, c = log.activities.index(step), log.channels.index(channel) if channel else -1
    mine = (log.activity == a) & ((log.channel[log.case] == c) | (c < 0))
    law = learned.durations.get((a, c), learned.durations[a, -1])
    came = np.where(np.isnan(log.ready), log.begun, log.ready)[mine]
    came = came[~np.isnan(came)]
    if len(came) < 50 or law.mean <= 0:
        raise NotAssessable(Text(f"{step} 只有 {len(came)} 次看得到起止，不够算窗口数", f"{step} shows beginning and end {len(came)} times: too few to count windows"))
    weekday, hour, rate = _busiest(learned, came)
    formula = windows(rate, law.mean, wait, share)
    rng = np.random.default_rng([seed, a])
    least = max(1, math.floor(rate * law.mean) + 1)
    shown: dict[int, tuple[float, Interval]] = {}
    servers, played = least, 0
    while not played or servers <= formula + 1:
        shown[servers] = (late(servers, rate, law.mean, wait), Interval.of(play(servers, rate, law, wait, rng)))
        if not played and shown[servers][1].value <= share:
            played = servers
        servers += 1
    return Hall(step, rate, weekday, hour, law.mean, formula, played, shown)


def _busiest(learned: Learned, came: Floats) -> tuple[int, int, float]:
    """Weekday, hour and arrivals a minute of open time of the busiest hour; what comes while it is closed stands there at the next opening and is no rate."""
    day, hour = (came // 1_440).astype(np.int64), (came % 1_440 // 60).astype(np.int64)
    counts = np.zeros((7, 24))
    np.add.at(counts, (day % 7, hour), 1)
    days = [len(np.unique(day[day % 7 == w])) for w in range(7)]
    opened = learned.hours.open.reshape(7, 24, 2).sum(2) * 30.0
    rates = np.array([[counts[w, h] / (days[w] * opened[w, h]) if days[w] and opened[w, h] == 60 else 0.0 for h in range(24)] for w in range(7)])
    if not rates.any():
        raise NotAssessable(Text("没有一个整小时是开门的", "no whole hour is open"))
    weekday, at = np.unravel_index(int(rates.argmax()), rates.shape)
    return int(weekday), int(at), float(rates[weekday, at])
