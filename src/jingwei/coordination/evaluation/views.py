"""What each page of the evaluation shows, as plain records; no HTTP and no HTML here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jingwei import plan
from jingwei.coordination.duties.views import DutiesView, duties
from jingwei.coordination.evaluation.ask import AskCode, AskMeasure, AskRank, AskYear, Evaluate
from jingwei.coordination.evaluation.compute import Evaluation, assessable_years, evaluated, provinces_in
from jingwei.coordination.evaluation.method import (
    MEAN_NAMES,
    SCALE_NAMES,
    TREATMENT_NAMES,
    Rescored,
    rescore,
    weighed_at,
)
from jingwei.coordination.evaluation.model import ProvincesResult, RoomStatus
from jingwei.coordination.evaluation.outlook import Path, comparable
from jingwei.coordination.gauges.views import GaugesView, gauges
from jingwei.coordination.matters.views import MattersView, RedPair, matters, red_pairs
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Figure, Held
from jingwei.coordination.observations.published import Source, read_sources
from jingwei.coordination.oracles import VOUCHED
from jingwei.coordination.redlines.records import caps_now
from jingwei.coordination.targets.model import Cap, Verdict
from jingwei.kernel import places
from jingwei.kernel.actions import Action, Context, Result, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.places import Place
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.receipts import NAME, Receipt
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
class HomeView:
    """The plan at a glance: verdicts first, then the rooms with their clauses' states."""

    done: Evaluation
    states: Mapping[str, ClauseState]
    duties: DutiesView
    matters: MattersView
    gauges: GaugesView
    caps: tuple[Cap, ...]
    red: tuple[RedPair, ...]


@dataclass(frozen=True, slots=True)
class ProvincesView:
    """The places in one year; ``result`` is None when no year has enough figures."""

    result: ProvincesResult | None
    year: int
    years: tuple[int, ...]
    tiles: tuple[Tile, ...]
    ranking: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room: what the plan asks of it, what is counted, what is doubtful."""

    room: Room
    clauses: tuple[tuple[Clause, ClauseState], ...]
    measures: tuple[Measure, ...]
    statuses: tuple[RoomStatus, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Held, ...]
    actions: tuple[Action, ...]
    caps: tuple[Cap, ...]
    ways: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure: its definitions, every figure with its source, the map of one year, and where the nation is heading.

    path, observed : the nation's figures carried forward and what they were carried from; None where there are too few
    vintages : figures of places that stand beside another of the same place and year
    """

    measure: Measure
    room: str
    year: int | None
    years: tuple[int, ...]
    tiles: tuple[Tile, ...]
    national: tuple[Figure, ...]
    path: Path | None
    observed: tuple[tuple[int, float], ...]
    rows: tuple[tuple[Place, tuple[Figure | None, ...]], ...]
    vintages: tuple[Figure, ...]
    sources: tuple[Source, ...]
    findings: tuple[Held, ...]

    @property
    def definitions(self) -> Mapping[str, Text]:
        """What each definition counts, by the code that figures carry."""
        return {d.code: d.text for d in self.measure.definitions}


@dataclass(frozen=True, slots=True)
class MethodView:
    """A method tried: what was asked, what came of it, or why nothing could.

    sliders : node, name, weight asked for, and whether it is a room
    """

    asked: AskRank
    years: tuple[int, ...]
    choices: tuple[tuple[str, tuple[tuple[str, Text], ...]], ...]
    sliders: tuple[tuple[str, Text, float, bool], ...]
    result: Rescored | None
    rows: tuple[tuple[Place, int, float, float, float, int, bool], ...]
    problem: Problem | None
    command: str


def home(context: Context, query: Nothing) -> HomeView:
    done = evaluated(context, Evaluate())
    known = matters(context, query)
    return HomeView(done, _states(done), duties(context, query), known, gauges(context, query), caps_now(context), red_pairs(context, known.rows))


def provinces(context: Context, query: AskYear) -> ProvincesView:
    """Raises Problem ``bad_year``."""
    done = evaluated(context, Evaluate())
    years = assessable_years(done)
    if done.provinces is None:
        return ProvincesView(None, 0, years, (), ())
    year = one_of(query.year or done.provinces.year, years)
    result = provinces_in(context, year)
    ranking = tuple(sorted(standings(result, "2522").values(), key=lambda s: s.rank))
    shown = tiles({s.place.code: s.score for s in ranking}, {s.place.code: str(s.rank) for s in ranking})
    return ProvincesView(result, year, years, shown, ranking)


def room(context: Context, query: AskCode) -> RoomView:
    """Raises Problem ``unknown_room``."""
    done, code = evaluated(context, Evaluate()), query.code
    found = next((r for r in plan.ROOMS if r.code == code), None)
    if found is None:
        raise Problem("unknown_room", Text(f"没有 {code[:20]!r} 这一章", f"there is no room {code[:20]!r}"),
                      remedy=Text("各章见首页。", "The rooms are on the first page."))
    by_clause = _states(done)
    measures = tuple(m for p in plan.pillars() if p.code == code for m in p.measures)
    codes = {m.code for m in measures}
    return RoomView(found, tuple((c, by_clause[c.code]) for c in found.clauses), measures,
                    tuple(s for s in done.rooms if s.code == code),
                    tuple(v for v in done.verdicts if v.target.clause.split(".")[0] == code),
                    tuple(h for h in done.book.held if h.measure in codes),
                    tuple(a for p in plan.pillars() for a in p.actions if any(c.room == code for c in map(plan.clause, a.clauses))),
                    tuple(c for c in caps_now(context) if c.room == code),
                    tuple(way for p in plan.pillars() if p.code == code for way in p.ways))


def measure(context: Context, query: AskMeasure) -> MeasureView:
    """Raises Problem ``unknown_measure`` or ``bad_year``."""
    measures = declared_measures()
    if query.code not in measures:
        raise Problem("unknown_measure",
                      Text(f"{query.code[:40]!r} 不是任何一章的指标", f"{query.code[:40]!r} is not a measure of any room"),
                      remedy=did_you_mean(query.code, measures)
                      or Text("它们列在各章之下。", "They are listed under their rooms."))
    done, found = evaluated(context, Evaluate()), measures[query.code]
    figures = [f for f in done.book.by_id.values() if f.measure == found.code and f.value is not None]
    local = [f for f in figures if f.place != "CN" and f.is_annual]
    usable = {f.id for f in done.book.usable if f.measure == found.code}
    years = tuple(sorted({f.year for f in local}))
    best: dict[tuple[str, int], Figure] = {}
    for f in sorted(local, key=lambda f: (f.id in usable, f.order)):
        best[f.place, f.year] = f
    year = one_of(query.year or years[-1], years) if years else None
    values = {p: float(f.value or 0.0) for (p, y), f in best.items() if y == year}
    known = read_sources()
    path = next((p for p in done.future.paths if p.measure.code == found.code), None)
    seen = comparable(found, [f for f in done.book.usable if f.measure == found.code and f.place == "CN" and f.is_annual]) if path else None
    return MeasureView(
        found, next(p.code for p in plan.pillars() if found in p.measures), year, years,
        tiles({p: v * found.direction for p, v in values.items()}, {p: f"{v:,.4g}" for p, v in values.items()}) if local else (),
        tuple(sorted((f for f in figures if f.place == "CN"), key=lambda f: (f.period, f.order, f.vintage))),
        path, tuple(zip(map(int, seen.years), map(float, seen.values), strict=True)) if seen else (),
        tuple((p, tuple(best.get((p.code, y)) for y in years)) for p in places.provinces() if local),
        tuple(sorted((f for f in local if best[f.place, f.year].id != f.id), key=lambda f: (f.place, f.period, f.order))),
        tuple(known[s] for s in dict.fromkeys(f.source for f in figures) if s in known),
        tuple(h for h in done.book.held if h.measure == found.code))


def findings(context: Context, query: Nothing) -> tuple[Held, ...]:
    """Every finding, those that hold figures back first."""
    held = evaluated(context, Evaluate()).book.held
    return tuple(sorted(held, key=lambda h: (h.known or bool(h.released), h.code, h.measure)))


def targets(context: Context, query: Nothing) -> tuple[Verdict, ...]:
    return evaluated(context, Evaluate()).verdicts


def data(context: Context, query: Nothing) -> Result:
    """The files of the evaluation in the reader's language, with their receipt."""
    action = next(a for p in plan.pillars() for a in p.actions if a.path == ("evaluate",))
    return context.once(("files", context.language, caps_now(context)), lambda inner: run(action, inner, Evaluate()))


def receipt(context: Context, query: Nothing) -> Receipt:
    """How the evaluation was made."""
    return Receipt.read(next(d for d in data(context, query).documents if d.name == NAME))


def method(context: Context, query: AskRank) -> MethodView:
    """A method that cannot be carried out is said on the page, beside the choices that led there."""
    done = evaluated(context, Evaluate())
    years, usual_year = assessable_years(done), done.provinces.year if done.provinces else None
    problem, result = None, None
    try:
        result = rescore(context, query)
    except Problem as error:
        problem = error
    standard = result or rescore(context, AskRank())
    asked = dict(text.partition("=")[::2] for text in query.weight)
    names = declared_measures()
    sliders = [(code, node_name(code)) for code in standard.rooms]
    sliders += [(code, names[code].name) for code in standard.tree.codes[: standard.tree.indicators]]
    rows = _ranked(result) if result else ()
    return MethodView(
        query, years, (("normalise", tuple(SCALE_NAMES.items())), ("aggregate", tuple(MEAN_NAMES.items())),
                       ("treat", tuple(TREATMENT_NAMES.items()))),
        tuple((code, name, _number(asked.get(code), standard.weights.get(weighed_at(standard.tree, code), 1.0)), code in standard.rooms)
              for code, name in sliders), result, rows, problem, _command(query, usual_year))


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise


def _ranked(result: Rescored) -> tuple[tuple[Place, int, float, float, float, int, bool], ...]:
    order = np.argsort(result.spread.rank, kind="stable")
    return tuple((places.find(result.places[i]), int(result.spread.rank[i]), float(result.low[i]), float(result.high[i]),
                  float(result.spread.score[i]), int(result.standard[i]), bool(result.survives[i])) for i in order)


def _command(asked: AskRank, usual_year: int | None) -> str:
    """The line that gives the same at a terminal; what is as a rule is left out."""
    usual = AskRank(year=usual_year)
    words = [f"--{name} {getattr(asked, name)}" for name in ("year", "normalise", "aggregate", "treat")
             if getattr(asked, name) not in (None, getattr(usual, name))]
    words += [f"--weight {text}" for text in asked.weight if text.partition("=")[2] not in ("1", "1.0")]
    return " ".join(["jingwei rank", *words])


# What several pages are made of


def one_of(year: int, years: Sequence[int]) -> int:
    """Raises Problem ``bad_year`` for a year that is not among ``years``."""
    if year not in years:
        raise Problem("bad_year", Text(f"{year} 年没有可看的", f"there is nothing to show for {year}"),
                      remedy=Text(f"可选：{'、'.join(map(str, years))}。", f"Choose one of {', '.join(map(str, years))}."))
    return year


def tiles(scores: Mapping[str, float], label: Mapping[str, str]) -> tuple[Tile, ...]:
    """All 34 divisions; fifths of those that have a value."""
    ordered = sorted(scores.values())
    cells = []
    for place in places.provinces():
        value = scores.get(place.code)
        shade = 0 if value is None else 1 + min(CLASSES - 1, int(np.searchsorted(ordered, value) * CLASSES / len(ordered)))
        row, column = place.tile or (0, 0)
        cells.append(Tile(place, row, column, shade, label.get(place.code, "")))
    return tuple(cells)


def standings(result: ProvincesResult, node: str) -> dict[str, Standing]:
    """Every place in one node of the index, by code."""
    spread = result.spreads["2522", node]
    low, high = spread.rank_quantile(0.05), spread.rank_quantile(0.95)
    score_low, score_high = result.bounds["2522", node]
    return {code: Standing(places.find(code), int(spread.rank[i]), float(low[i]), float(high[i]), float(spread.score[i]),
                           float(score_low[i]), float(score_high[i]), float(result.coverage[i]))
            for i, code in enumerate(result.places)}


def node_name(node: str) -> Text:
    """What a node of the index is called."""
    if node == "2522":
        return Text("总分", "Overall")
    return next(r.name for r in plan.ROOMS if r.code == node)


def _states(done: Evaluation) -> dict[str, ClauseState]:
    """Every clause's state, from what was observed and what is vouched for."""
    return plan.states({f.measure for f in done.book.usable}, VOUCHED, ())
