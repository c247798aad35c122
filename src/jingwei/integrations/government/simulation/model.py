"""What a log of work holds, what is learned of it, what is changed and what is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from jingwei.integrations.government.simulation.durations import Duration
from jingwei.integrations.government.simulation.hours import Hours

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY: Final = 1_440.0
"""Minutes of a day. All instants here are minutes of China time since ``ORIGIN``."""

ORIGIN: Final = datetime(2001, 1, 1)  # noqa: DTZ001 (a Monday; China's clocks have had one offset since)

LEVEL: Final = 0.80
"""Of all intervals of predictions: the level the held-out part is held against."""


def minutes(instant: datetime) -> float:
    """A naive instant of China time as minutes since ``ORIGIN``."""
    return (instant - ORIGIN).total_seconds() / 60


def day_of(at: float) -> date:
    return (ORIGIN + timedelta(minutes=at)).date()


@dataclass(frozen=True, slots=True)
class Log:
    """Cases and the visits of each to activities, as arrays; visits stand in the order of cases, then of readiness.

    arrived, ended : (cases,) minutes; ``ended`` NaN where the log does not see the end
    channel : (cases,) number of the channel it came by, -1 where none is told
    case, activity, resource, group : (visits,) numbers; resource and group (department) -1 where none is told
    ready : (visits,) when it could have begun, NaN where the log does not say so itself
    begun, done : (visits,) minutes; ``begun`` NaN where only ends are logged
    """

    cases: tuple[str, ...]
    activities: tuple[str, ...]
    resources: tuple[str, ...]
    groups: tuple[str, ...]
    channels: tuple[str, ...]
    arrived: Floats
    ended: Floats
    channel: Ints
    case: Ints
    activity: Ints
    resource: Ints
    group: Ints
    ready: Floats
    begun: Floats
    done: Floats

    def chosen(self, cases: npt.NDArray[np.bool_]) -> Log:
        """Only these cases, under new numbers."""
        number = np.cumsum(cases) - 1
        visits = cases[self.case]
        return Log(tuple(c for c, kept in zip(self.cases, cases, strict=True) if kept), self.activities, self.resources, self.groups, self.channels,
                   self.arrived[cases], self.ended[cases], self.channel[cases], number[self.case[visits]], self.activity[visits], self.resource[visits],
                   self.group[visits], self.ready[visits], self.begun[visits], self.done[visits])


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of a route: the activities done in it, one after the other by whoever does the first; what must be done before; the pool that does it."""

    activities: tuple[int, ...]
    before: tuple[int, ...]


Route = tuple[Step, ...]
"""A case's way: each step waits for those it names, which stand before it."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How cases come.

    by_day : for each kind of day (Monday … Sunday, days off), the number of cases on each such day of the log
    by_hour : (24,) share of cases in each hour; kinds : (cases,) the kind of day each came on
    spread : variance of the factor that makes whole days busier or quieter than Poisson's law would have them
    """

    by_day: tuple[Ints, ...]
    by_hour: Floats
    kinds: Ints
    spread: float

    @property
    def means(self) -> Floats:
        return np.array([days.mean() if len(days) else 0.0 for days in self.by_day])


@dataclass(frozen=True, slots=True)
class Pool:
    """Those who do the work of some activities from one queue, first come first served.

    servers : how many at once; 0 where nobody waits for anybody
    busy : share of open time in which a server works
    """

    name: str
    activities: tuple[int, ...]
    servers: int
    busy: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What a log teaches; ``log`` keeps what it rests on, for the bootstrap.

    route_of : (cases,) the route each case took; ``whole`` whether the log has seen all of it
    pool_of : (activities,) number of the pool, -1 for none
    service, delay : (visits,) working minutes of touch; and of waiting for nobody's hands, or idly though somebody was free
    durations : by activity and channel (-1: all of them), how long the work takes
    scores : by activity, what each family of laws made of visits it had not seen (mean log-likelihood)
    """

    log: Log
    hours: Hours
    arrivals: Arrivals
    routes: tuple[Route, ...]
    route_of: Ints
    whole: npt.NDArray[np.bool_]
    pools: tuple[Pool, ...]
    pool_of: Ints
    service: Floats
    delay: Floats
    durations: Mapping[tuple[int, int], Duration]
    scores: Mapping[int, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated: the learned routes and pools, or what a change makes of them.

    limits : by activity, the working minutes after which it is done at the latest
    share : by channel, the share of cases that come by it; empty leaves it as it was
    """

    routes: tuple[Route, ...]
    servers: tuple[int, ...]
    limits: Mapping[int, float] = field(default_factory=dict)
    share: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with where it lies in ``LEVEL`` of the worlds the log allows."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, drawn: Floats) -> Interval:
        low, middle, high = np.quantile(drawn, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        return cls(float(middle), float(low), float(high))

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Check:
    """Learned on the first part of a log, held against the rest.

    inside : whether the rest's p90 lies in the interval; without that nothing is predicted
    """

    split: date
    learned: int
    held: int
    median: Interval
    p90: Interval
    seen_median: float
    seen_p90: float

    @property
    def inside(self) -> bool:
        return self.p90.holds(self.seen_p90)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simulated worlds, (replications,) each: median and p90 of days from arrival to end, share of visits done by their limit only because of it."""

    median: Floats
    p90: Floats
    cut: Floats


@dataclass(frozen=True, slots=True)
class Prediction:
    """Days before and after a change; ``after`` and the differences are None where no change was asked."""

    cases: int
    first: date
    last: date
    median: Interval
    p90: Interval
    after_median: Interval | None = None
    after_p90: Interval | None = None
    median_change: Interval | None = None
    p90_change: Interval | None = None
    cut: float = 0.0
