"""Days foretold with their interval, by a model that first had to foretell a part of the log it had not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from jingwei.integrations.government.simulation.learning import learn, settled
from jingwei.integrations.government.simulation.model import (
    DAY,
    LEVEL,
    Check,
    Floats,
    Interval,
    Learned,
    Log,
    Prediction,
    Setting,
    day_of,
)
from jingwei.integrations.government.simulation.running import Span, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

LEARNED = 0.6
"""Share of the log's days that is learned from when the rest is held out."""

FEWEST_HELD = 30

MOST_CASES = 1_500
"""Cases counted in one run; a longer time is foretold by its first days, which makes the interval wider, never narrower."""


def setting(learned: Learned) -> Setting:
    """All as it is."""
    return Setting(learned.routes, tuple(p.servers for p in learned.pools))


def check(log: Log, *, replications: int, seed: int, step: Callable[[int], None] = lambda _done: None) -> Check:
    """Learns from the first part only, as it was known on the day of the split, and foretells the median and p90 of the cases that came later.

    Raises NotAssessable when either part is too small.
    """
    whole = settled(log)
    start, end = float(log.arrived.min()), float(log.arrived[whole].max())
    split = np.floor((start + LEARNED * (end - start)) / DAY) * DAY
    held = whole & (log.arrived >= split)
    if held.sum() < FEWEST_HELD:
        raise NotAssessable(Text(f"留出来检验的只有 {int(held.sum())} 件，至少要 {FEWEST_HELD} 件", f"{int(held.sum())} cases are held out for the check; {FEWEST_HELD} are the fewest"))
    first = _until(log, split)
    learned = learn(first, seed=seed)
    took = (log.ended[held] - log.arrived[held]) / DAY
    last = float(log.arrived[held].max())
    drawn = run(learned, setting(learned), _span(learned, day_of(split), day_of(last)), replications=replications, seed=seed, step=step)
    return Check(day_of(split), len(first.cases), int(held.sum()), Interval.of(drawn.median), Interval.of(drawn.p90), *map(float, np.quantile(took, [0.5, 0.9])))


def predict(learned: Learned, changed: Setting | None, *, first: date, days: int, replications: int, seed: int, step: Callable[[int], None] = lambda _done: None) -> Prediction:
    """The days of cases that come in so many days from ``first``, as things are and as changed; the same days, cases and work in both."""
    span = _span(learned, first, first + timedelta(days=days - 1))
    before = run(learned, setting(learned), span, replications=replications, seed=seed, step=step)
    cases = round(float(sum(learned.arrivals.means[learned.hours.kind(first + timedelta(days=i))] for i in range((span.last - span.first).days + 1))))
    found = Prediction(cases, span.first, span.last, Interval.of(before.median), Interval.of(before.p90))
    if changed is None:
        return found
    after = run(learned, changed, span, replications=replications, seed=seed, step=step)
    return replace(found, after_median=Interval.of(after.median), after_p90=Interval.of(after.p90), median_change=_moved(before.median, after.median),
                   p90_change=_moved(before.p90, after.p90), cut=float(after.cut.mean()))


def refuse(checked: Check) -> None:
    """Raises NotAssessable when the model failed on what it had not seen."""
    if not checked.inside:
        low, high, seen = checked.p90.low, checked.p90.high, checked.seen_p90
        raise NotAssessable(Text(f"从 {checked.split} 之前学到的，没有料到之后的：之后九成办件用了 {seen:.2f} 天以内，料想的 {LEVEL:.0%} 区间是 {low:.2f} 到 {high:.2f} 天。所以不作预测",
                                 f"what was learned before {checked.split} did not foretell the rest: nine in ten cases then took up to {seen:.2f} days, and the {LEVEL:.0%} interval was {low:.2f} to {high:.2f}. So nothing is predicted"),
                            remedy=Text("请看这一天前后变了什么（人员、规则、来件），只用变化之后的日志再试。", "Look what changed about that day (people, rules, arrivals), and try again with the log after it."))


def _span(learned: Learned, first: date, last: date) -> Span:
    counted = 0.0
    for i in range((last - first).days + 1):
        counted += float(learned.arrivals.means[learned.hours.kind(first + timedelta(days=i))])
        if counted > MOST_CASES:
            last = first + timedelta(days=i)
            break
    return Span.of(learned, first, last)


def _until(log: Log, split: float) -> Log:
    """What was known then: visits not ended yet are not seen, and cases of which one was still to come have no end."""
    visits = log.done <= split
    seen = np.zeros(len(log.cases), dtype=bool)
    seen[log.case[visits]] = True
    seen &= log.arrived < split
    cut = replace(log, ended=np.where(log.ended <= split, log.ended, np.nan), case=log.case[visits], activity=log.activity[visits], resource=log.resource[visits],
                  group=log.group[visits], ready=log.ready[visits], begun=log.begun[visits], done=log.done[visits])
    return cut.chosen(seen)


def _moved(before: Floats, after: Floats) -> Interval:
    return Interval.of(after - before)
