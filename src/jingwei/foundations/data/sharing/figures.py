"""How well sharing goes, counted from what happened: never from exercises, and never a share of nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jingwei.foundations.data.measures import SHARING_BREACHES, SHARING_MET, SHARING_ON_TIME
from jingwei.foundations.data.sharing.cases import Shared
from jingwei.foundations.data.sharing.clocks import Breach, broken, readings
from jingwei.foundations.data.sharing.model import Case
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.measures import Measure
from jingwei.kernel.periods import WorkCalendar


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is made of. ``of`` is None for a count; a share of 0 is not assessable.

    unknown : how many more there are of which nobody can tell
    """

    measure: Measure
    count: int
    of: int | None
    unknown: int = 0

    @property
    def value(self) -> float | None:
        if self.of is None:
            return float(self.count)
        return 100 * self.count / self.of if self.of else None


def published(shared: Shared, *, synthetic: bool = False) -> Shared:
    """Without exercises, or exercises alone; and without what lies at another node, which counts it itself."""
    return Shared({k: o for k, o in shared.offers.items() if o.terms.synthetic == synthetic},
                  {k: c for k, c in shared.cases.items() if c.request.synthetic == synthetic and not c.request.holder}, shared.last)


def figures(shared: Shared, at: datetime, calendar: WorkCalendar) -> list[Figure]:
    """On-time replies, requests met, breaches; ``shared`` is what is to be counted."""
    return [on_time(shared, at, calendar), requests_met(shared.cases.values(), day_in_china(at)),
            Figure(SHARING_BREACHES, len(broken(shared, at, calendar)), None)]


def on_time(shared: Shared, at: datetime, calendar: WorkCalendar) -> Figure:
    """Replies given by their last day, of all whose last day was kept or is over.

    One that waits or rests does not count yet; a request that was taken back in time needed no reply.
    """
    taken_back = {c.request.code for c in shared.cases.values() if c.stopped and not c.decisions}
    states = Counter(r.state for r in readings(shared, at, calendar) if r.clock.kind == "reply" and not (r.state == "met" and r.clock.about in taken_back))
    return Figure(SHARING_ON_TIME, states["met"], states["met"] + states["breached"], states["unknown"])


def requests_met(cases: Iterable[Case], today: date) -> Figure:
    """Requests of which something was delivered, of all that were decided or delivered."""
    listed = [c for c in cases if c.decisions or c.uses]
    served = sum(any(u.delivery for u in c.uses) for c in listed)
    waiting = sum(c.phase(today) == "granted" for c in listed)
    return Figure(SHARING_MET, served, len(listed) - waiting)


def by_article(found: Sequence[Breach]) -> Mapping[int, int]:
    """How many breaches of each article there are, in the order of the articles."""
    return dict(sorted(Counter(b.article for b in found).items()))
