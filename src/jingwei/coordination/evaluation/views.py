"""What each page of the evaluation shows, as plain records; no HTTP and no HTML here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jingwei import plan
from jingwei.coordination.evaluation.compute import Evaluation
from jingwei.coordination.evaluation.model import ProvincesResult, RoomStatus
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Figure, Held
from jingwei.coordination.observations.published import Source, read_sources
from jingwei.coordination.oracles import VOUCHED
from jingwei.coordination.targets.model import Verdict
from jingwei.engines.index.uncertainty import Spread
from jingwei.kernel import places
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.places import Place
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.plan import Clause, ClauseState, Room

CLASSES = 5
"""Shades of a tile map: fifths of the ranked places."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One division on the grid; ``shade`` is 1 (lowest fifth) to 5, 0 where data lack."""

    place: Place
    row: int
    column: int
    shade: int
    label: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in the ranking, never without its interval."""

    place: Place
    rank: int
    low: float
    high: float
    score: float
    score_low: float
    score_high: float
    coverage: float


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room: what the plan asks of it, what is counted, what is doubtful."""

    room: Room
    clauses: tuple[tuple[Clause, ClauseState], ...]
    measures: tuple[Measure, ...]
    statuses: tuple[RoomStatus, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A province: where it stands in each room, what moved, and every figure behind it."""

    place: Place
    year: int
    standing: Standing | None
    rooms: tuple[tuple[str, Standing, float], ...]
    """Node of the index, its standing, and the median score of all places."""
    moved: tuple[tuple[Measure, float], ...]
    composition: float
    change: tuple[float, float, float, float] | None
    figures: tuple[tuple[Measure, Figure], ...]


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure: its definitions, every figure with its source, and the map of its latest year."""

    measure: Measure
    room: str
    year: int | None
    tiles: tuple[Tile, ...]
    national: tuple[Figure, ...]
    years: tuple[int, ...]
    rows: tuple[tuple[Place, tuple[Figure | None, ...]], ...]
    sources: tuple[Source, ...]
    findings: tuple[Held, ...]


def states(done: Evaluation) -> dict[str, ClauseState]:
    """Every clause's state, from what was observed and what is vouched for."""
    return plan.states({f.measure for f in done.book.usable}, VOUCHED, ())


def ranking(done: Evaluation, node: str = "2522") -> tuple[Standing, ...]:
    """Places in order of rank."""
    result = done.provinces
    if result is None:
        return ()
    return tuple(sorted(_standings(result, result.spreads["2522", node], top=node == "2522").values(), key=lambda s: s.rank))


def tiles(scores: dict[str, float], label: dict[str, str]) -> tuple[Tile, ...]:
    """All 34 divisions; fifths of those that have a value."""
    ordered = sorted(scores.values())
    cells = []
    for place in places.provinces():
        value = scores.get(place.code)
        shade = 0 if value is None else 1 + min(CLASSES - 1, int(np.searchsorted(ordered, value) * CLASSES / len(ordered)))
        row, column = place.tile or (0, 0)
        cells.append(Tile(place, row, column, shade, label.get(place.code, "")))
    return tuple(cells)


def ranking_tiles(done: Evaluation) -> tuple[Tile, ...]:
    """The map of the top score; labels are ranks."""
    standing = ranking(done)
    return tiles({s.place.code: s.score for s in standing}, {s.place.code: str(s.rank) for s in standing})


def room(done: Evaluation, code: str) -> RoomView:
    """Raises Problem ``unknown_room``."""
    found = next((r for r in plan.ROOMS if r.code == code), None)
    if found is None:
        raise Problem("unknown_room", f"there is no room {code[:20]!r}", remedy="The rooms are on the first page.")
    by_clause = states(done)
    pillars = [p for p in plan.pillars() if p.code == code]
    measures = tuple(m for p in pillars for m in p.measures)
    codes = {m.code for m in measures}
    return RoomView(found, tuple((c, by_clause[c.code]) for c in found.clauses), measures,
                    tuple(s for s in done.rooms if s.code == code),
                    tuple(v for v in done.verdicts if v.target.clause.split(".")[0] == code),
                    tuple(h for h in done.book.held if h.measure in codes))


def place(done: Evaluation, code: str) -> PlaceView:
    """Raises Problem ``unknown_place``."""
    found = places.find(code)
    result = done.provinces
    figures = [f for f in done.book.usable if f.place == found.code]
    measures = declared_measures()
    newest: dict[str, Figure] = {}
    for f in figures:
        if f.is_annual and (f.measure not in newest or (f.year, f.order) >= (newest[f.measure].year, newest[f.measure].order)):
            newest[f.measure] = f
    shown = tuple((measures[c], newest[c]) for c in measures if c in newest)
    if result is None or found.code not in result.places:
        return PlaceView(found, 0, None, (), (), 0.0, None, shown)
    nodes = [n for view, n in result.spreads if view == "2522" and n not in ("F", "I", "C", "E")]
    rooms = []
    for node in reversed(nodes):
        standing = _standings(result, result.spreads["2522", node], top=node == "2522")
        rooms.append((node, standing[found.code], float(np.nanmedian(result.spreads["2522", node].score))))
    change = next((c for c in result.changes if c.place == found.code), None)
    moved = tuple(sorted(((measures[m], g) for m, g in change.given), key=lambda x: -abs(x[1]))) if change else ()
    return PlaceView(found, result.year, rooms[0][1], tuple(rooms), moved, change.composition if change else 0.0,
                     (change.after - change.before, change.q05, change.q95, change.p_rose) if change else None, shown)


def measure(done: Evaluation, code: str) -> MeasureView:
    """Raises Problem ``unknown_measure``."""
    measures = declared_measures()
    if code not in measures:
        raise Problem("unknown_measure", f"{code[:40]!r} is not a measure of any room",
                      remedy=did_you_mean(code, measures) or "They are listed under their rooms.")
    found = measures[code]
    figures = [f for f in done.book.by_id.values() if f.measure == code and f.value is not None]
    local = [f for f in figures if f.place != "CN" and f.is_annual]
    usable = {f.id for f in done.book.usable}
    years = tuple(sorted({f.year for f in local}))
    best: dict[tuple[str, int], Figure] = {}
    for f in sorted(local, key=lambda f: (f.id in usable, f.order)):
        best[f.place, f.year] = f
    latest = years[-1] if years else None
    values = {p: float(f.value or 0.0) for (p, y), f in best.items() if y == latest}
    known = read_sources()
    return MeasureView(
        found, next(p.code for p in plan.pillars() if found in p.measures), latest,
        tiles({p: v * found.direction for p, v in values.items()}, {p: f"{v:,.4g}" for p, v in values.items()}) if local else (),
        tuple(sorted((f for f in figures if f.place == "CN"), key=lambda f: (f.period, f.order, f.vintage))), years,
        tuple((p, tuple(best.get((p.code, y)) for y in years)) for p in places.provinces() if local),
        tuple(known[s] for s in dict.fromkeys(f.source for f in figures) if s in known),
        tuple(h for h in done.book.held if h.measure == code))


def node_name(node: str) -> Text:
    """What a node of the index is called."""
    if node == "2522":
        return Text("总分", "Overall")
    return next(r.name for r in plan.ROOMS if r.code == node)


def _standings(result: ProvincesResult, spread: Spread, *, top: bool) -> dict[str, Standing]:
    low, high = spread.rank_quantile(0.05), spread.rank_quantile(0.95)
    score_low = result.low if top else spread.score
    score_high = result.high if top else spread.score
    return {code: Standing(places.find(code), int(spread.rank[i]), float(low[i]), float(high[i]), float(spread.score[i]),
                           float(score_low[i]), float(score_high[i]), float(result.coverage[i]))
            for i, code in enumerate(result.places)}
