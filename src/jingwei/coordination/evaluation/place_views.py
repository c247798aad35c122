"""Pages about places: one province beside peers of the reader's choice, and two to six of them side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jingwei.coordination.evaluation.ask import AskCompare, AskPlace, Evaluate
from jingwei.coordination.evaluation.compute import Evaluation, denominators, evaluated
from jingwei.coordination.evaluation.model import Change, ProvincesResult
from jingwei.coordination.evaluation.outlook import HORIZON, MIN_POINTS, comparable
from jingwei.coordination.evaluation.views import Standing, standings
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.targets.model import Target
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.trajectories import Forecast, Series, forecast
from jingwei.coordination.targets.verdicts import on_target_scale
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.places import Place
from jingwei.kernel.problems import NotAssessable, Problem, did_you_mean

MOST_PEERS = 5
MOST_COMPARED = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """One node of the index for a place, beside the median of all places and each peer."""

    node: str
    standing: Standing
    median: float
    peers: tuple[Standing | None, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a place is from a target of the nation, on the target's scale; low and high allow for rounding."""

    target: Target
    value: float
    low: float
    high: float
    period: str

    @property
    def beyond(self) -> bool | None:
        """Whether the figure lies at or beyond the target whatever its rounding; None when rounding decides."""
        sign = 1 if self.target.at_least else -1
        clear = [sign * (v - self.target.value) >= 0 for v in (self.low, self.high)]
        return clear[0] if clear[0] == clear[1] else None


@dataclass(frozen=True, slots=True)
class Distance:
    """A counted measure of a place beside the others: times the median, and what the best place reaches of it.

    Denominated as the index does; ``own`` and ``best`` are relative to the median of all places. ``rank`` is 1 for the best.
    """

    measure: Measure
    rank: int
    of: int
    own: float
    best: float
    leader: Place


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Comparable figures of a place and where they are heading."""

    measure: Measure
    series: Series
    ahead: Forecast


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A province: where it stands in each room, what moved, how far it has to go, where it is heading, and every figure."""

    place: Place
    year: int
    standing: Standing | None
    peers: tuple[Place, ...]
    others: tuple[Place, ...]
    profile: tuple[Profile, ...]
    change: Change | None
    moved: tuple[tuple[Measure, float], ...]
    gaps: tuple[Gap, ...]
    distances: tuple[Distance, ...]
    trajectory: Trajectory | None
    carried: tuple[Measure, ...]
    figures: tuple[tuple[Measure, Figure], ...]


@dataclass(frozen=True, slots=True)
class CompareView:
    """Places side by side: scores with intervals, how surely one leads another, and one measure over the years.

    above : row leads column in this share of replications
    series : years, and each place's figures, None where there are none
    """

    year: int
    chosen: tuple[Place, ...]
    others: tuple[Place, ...]
    profile: tuple[tuple[str, tuple[Standing | None, ...]], ...]
    above: tuple[tuple[float | None, ...], ...]
    measure: Measure
    measures: tuple[Measure, ...]
    series: tuple[tuple[int, tuple[float | None, ...]], ...]
    figures: tuple[tuple[Measure, tuple[Figure | None, ...]], ...]


def place(context: Context, query: AskPlace) -> PlaceView:
    """Raises Problem ``unknown_place``, ``too_many`` or ``unknown_measure``."""
    found = places.find(query.code)
    done = evaluated(context, Evaluate())
    result = done.provinces
    peers = tuple(p for p in _several(query.peer, MOST_PEERS) if p.code != found.code)
    figures = context.once("figures by place", lambda _: _by_place(done)).get(found.code, {})
    measures = declared_measures()
    shown = tuple((measures[c], _newest(figures[c])) for c in measures if c in figures)
    others = tuple(p for p in places.provinces() if p.belt and p.code != found.code)
    carried = context.once(("carried", found.code), lambda _: _carried(figures))
    ahead = context.once(("trajectory", found.code, query.measure), lambda _: _trajectory(done, carried, query.measure))
    gaps = context.once(("gaps", found.code), lambda _: _gaps(figures))
    if result is None or found.code not in result.places:
        return PlaceView(found, 0, None, peers, others, (), None, (), gaps, (), ahead, tuple(m for m, _ in carried), shown)
    by_node = context.once("standings", lambda _: _by_node(result))
    profile = tuple(Profile(node, one[found.code], middle, tuple(one.get(p.code) for p in peers))
                    for node, one, middle in by_node)
    change = next((c for c in result.changes if c.place == found.code), None)
    moved = tuple(sorted(((measures[m], g) for m, g in change.given), key=lambda x: -abs(x[1]))) if change else ()
    distances = context.once("distances", lambda _: _distances(done, result))[found.code]
    return PlaceView(found, result.year, profile[0].standing, peers, others, profile, change, moved, gaps, distances, ahead,
                     tuple(m for m, _ in carried), shown)


def compare(context: Context, query: AskCompare) -> CompareView:
    """Raises Problem ``unknown_place``, ``too_many``, ``unknown_measure``, or NotAssessable when nothing is ranked."""
    done = evaluated(context, Evaluate())
    result = done.provinces
    if result is None:
        raise NotAssessable(Text("哪一年的数都不够给各地排名", "no year has enough figures to rank places"))
    chosen = _several(query.place, MOST_COMPARED)
    if len(chosen) < 2:
        leaders = [code for code, _ in sorted(zip(result.places, result.top.rank, strict=True), key=lambda x: x[1])]
        chosen = (*chosen, *(places.find(c) for c in leaders if c not in {p.code for p in chosen}))[:3]
    by_node = context.once("standings", lambda _: _by_node(result))
    profile = tuple((node, tuple(one.get(p.code) for p in chosen)) for node, one, _ in by_node)
    at = [result.places.index(p.code) if p.code in result.places else None for p in chosen]
    above = tuple(tuple(None if i is None or j is None or i == j else float(result.top.above[i, j]) for j in at) for i in at)
    figures = context.once("figures by place", lambda _: _by_place(done))
    measures = declared_measures()
    known = tuple(m for c, m in measures.items() if any(c in figures.get(p.code, {}) for p in chosen))
    drawn = _chosen_measure(query.measure, known) or next((m for m in result.measures if m in known), known[0])
    series = [{f.year: f.value for f in figures.get(p.code, {}).get(drawn.code, ())} for p in chosen]
    years = sorted({y for one in series for y in one})
    rows = tuple((m, tuple(_newest(figures[p.code][m.code]) if m.code in figures.get(p.code, {}) else None for p in chosen))
                 for m in known if m.tag == "digital")
    return CompareView(result.year, chosen, tuple(p for p in places.provinces() if p.belt), profile, above, drawn, known,
                       tuple((y, tuple(one.get(y) for one in series)) for y in years), rows)


def _several(codes: Sequence[str], most: int) -> tuple[Place, ...]:
    found = tuple(dict.fromkeys(places.find(code) for code in codes))
    if len(found) > most:
        raise Problem("too_many", Text(f"{len(found)} 个地区，超过了 {most} 个", f"{len(found)} places are more than {most}"),
                      remedy=Text(f"最多选 {most} 个。", f"Choose {most} at the most."))
    return found


def _chosen_measure(code: str | None, known: Sequence[Measure]) -> Measure | None:
    if code is None:
        return None
    found = next((m for m in known if m.code == code), None)
    if found is None:
        raise Problem("unknown_measure", Text(f"这里画不了 {code[:40]!r}", f"there is no {code[:40]!r} to be drawn here"),
                      remedy=did_you_mean(code, [m.code for m in known]) or Text("请从列表里选。", "Choose one of the list."))
    return found


def _by_place(done: Evaluation) -> dict[str, dict[str, list[Figure]]]:
    """Usable yearly figures by place and measure, in the order of their years."""
    found: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for f in sorted((f for f in done.book.usable if f.is_annual), key=lambda f: (f.year, f.order, f.status == "revised")):
        found[f.place][f.measure].append(f)
    return {code: dict(by_measure) for code, by_measure in found.items()}


def _newest(figures: Sequence[Figure]) -> Figure:
    return figures[-1]


def _by_node(result: ProvincesResult) -> list[tuple[str, dict[str, Standing], float]]:
    """The whole first, then its rooms: node, every place's standing, the median score."""
    nodes = [n for view, n in result.spreads if view == "2522" and n not in ("F", "I", "C", "E")]
    return [(node, standings(result, node), float(np.nanmedian(result.spreads["2522", node].score))) for node in reversed(nodes)]


def _carried(figures: Mapping[str, list[Figure]]) -> tuple[tuple[Measure, Series], ...]:
    """Digital measures of a place with enough comparable years to be carried forward."""
    found = []
    for code, measure in declared_measures().items():
        if measure.tag == "digital" and code in figures and measure.unit != "rank":
            try:
                series = comparable(measure, figures[code])
            except NotAssessable:
                continue
            if len(series.years) >= MIN_POINTS and series.years[-1] < HORIZON:
                found.append((measure, series))
    return tuple(found)


def _trajectory(done: Evaluation, carried: Sequence[tuple[Measure, Series]], wanted: str | None) -> Trajectory | None:
    if not carried:
        return None
    measure = _chosen_measure(wanted, [m for m, _ in carried]) or carried[0][0]
    series = next(s for m, s in carried if m.code == measure.code)
    return Trajectory(measure, series, forecast(series, HORIZON - int(series.years[-1]), done.future.calibration))


def _gaps(figures: Mapping[str, list[Figure]]) -> tuple[Gap, ...]:
    """Targets of the nation that can be read for one place: ratios and shares; totals cannot."""
    measures = declared_measures()
    found = []
    for target in TARGETS:
        if target.measure in figures and (target.per or measures[target.measure].bounded):
            newest = _newest(figures[target.measure])
            scaled = on_target_scale(target, newest, figures)
            if scaled is not None:
                found.append(Gap(target, *scaled[:3], newest.period))
    return tuple(found)


def _distances(done: Evaluation, result: ProvincesResult) -> dict[str, tuple[Distance, ...]]:
    """Every counted measure of every ranked place beside the others, in the year of the ranking."""
    by = denominators(done.panel)
    year = done.panel.at(result.year)
    rows = [done.panel.places.index(p) for p in result.places]
    found: dict[str, list[Distance]] = {p: [] for p in result.places}
    for measure in result.measures:
        values = done.panel.of(measure.code)[rows, year]
        if measure.denominator:
            values = values / by[measure.denominator][rows, year]
        median = float(np.nanmedian(values))
        if not median > 0:
            continue
        better = values * measure.direction
        leader = int(np.nanargmax(better))
        for i, code in enumerate(result.places):
            if not np.isnan(values[i]):
                rank = int((better > better[i]).sum()) + 1
                found[code].append(Distance(measure, rank, int((~np.isnan(values)).sum()), float(values[i] / median),
                                            float(values[leader] / median), places.find(result.places[leader])))
    return {code: tuple(d) for code, d in found.items()}
