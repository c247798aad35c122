"""Every number of an evaluation, before it is written down."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jingwei import plan
from jingwei.coordination.evaluation import nation, outlook, provinces
from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.evaluation.model import NationResult, ProvincesResult, RoomStatus
from jingwei.coordination.evaluation.outlook import Future, Vision
from jingwei.coordination.evaluation.panel import Panel, assemble
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import Book, read_book
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.redlines.records import caps_now
from jingwei.coordination.targets.model import Cap, GoalVerdict, Verdict
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.trajectories import Series
from jingwei.coordination.targets.verdicts import capped, capped_goal, judge, judge_goal
from jingwei.engines.index.model import Floats
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem

MIN_SERIES = 5
"""Points a provincial series needs to help in learning how wide intervals must be."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All results of one evaluation, and the figures of places it was made from."""

    book: Book
    panel: Panel
    provinces: ProvincesResult | None
    nation: tuple[NationResult, ...]
    rooms: tuple[RoomStatus, ...]
    verdicts: tuple[Verdict, ...]
    goals: tuple[GoalVerdict, ...]
    future: Future
    vision: Vision


def evaluated(context: Context, given: Evaluate) -> Evaluation:
    """The evaluation as red lines leave it, made once for each state of the node when it is asked for with the usual seed."""
    caps = caps_now(context)
    if given.seed != Evaluate().seed:
        return under(compute(context, given), caps)
    done = context.once(("evaluation", given), lambda inner: compute(inner, given))
    return context.once(("evaluation", given, caps), lambda _: under(done, caps)) if caps else done


def under(done: Evaluation, caps: Sequence[Cap]) -> Evaluation:
    """The same with nothing met in a room whose red line stands crossed: neither its targets nor the goals that it bears on."""
    if not caps:
        return done
    verdicts, national = capped(done.verdicts, caps), national_figures(done.book)
    goals = tuple(capped_goal(g, judge_goal(g, verdicts, national), caps) for g in plan.GOALS)
    return replace(done, verdicts=verdicts, goals=goals)


def assessable_years(done: Evaluation) -> tuple[int, ...]:
    """Years in which the figures of places can assess any room."""
    pillars = plan.pillars()
    return tuple(int(y) for y in done.panel.years if any(s.assessable for s in provinces.room_status(done.panel, pillars, int(y))))


def provinces_in(context: Context, year: int) -> ProvincesResult:
    """The places in one year, made once. Raises NotAssessable when no room can be assessed in it."""
    done = evaluated(context, Evaluate())
    if done.provinces and done.provinces.year == year:
        return done.provinces
    return context.once(("provinces", year), lambda _: provinces.evaluate_provinces(
        done.panel, denominators(done.panel), plan.pillars(), year, Evaluate().seed))


def compute(context: Context, given: Evaluate) -> Evaluation:
    """Read the figures, judge the goals, score provinces and nation, look ahead."""
    if given.seed < 0:
        raise Problem("bad_seed", Text(f"随机种子是 {given.seed}", f"the seed is {given.seed}"),
                      remedy=Text("请用 0 或更大的数。", "Choose 0 or more."))
    with context.progress("Evaluating", 6) as step:
        book = read_book(context)
        step()
        measures = declared_measures()
        pillars = plan.pillars()
        national = national_figures(book)
        panel = province_panel(book)
        if given.year is not None and given.year not in _all_years(book):
            raise Problem("bad_year", Text(f"{given.year} 年没有数", f"there are no figures for {given.year}"),
                          remedy=Text(f"请在 {min(_all_years(book))}–{max(_all_years(book))} 之间选。",
                                      f"Choose one of {min(_all_years(book))}–{max(_all_years(book))}."))
        local: ProvincesResult | None = None
        statuses: list[RoomStatus] = []
        if given.level != "nation":
            year = given.year or provinces.latest_year(panel, pillars)
            local = _provinces(panel, year, given)
            statuses += local.rooms if local else provinces.room_status(panel, pillars, year)
        step()
        over_time: tuple[NationResult, ...] = ()
        if given.level != "provinces":
            national_panel = _national_panel(national)
            posts = nation.goalposts(national_panel.measures, TARGETS)
            rooms = nation.room_statuses(national_panel, pillars, posts, given.year)
            over_time = nation.evaluate_nation(national_panel, rooms, posts, given.seed)
            statuses += rooms
        step()
        future = outlook.carry_forward(national, measures, provincial_series(panel))
        step()
        today = context.clock().date()
        verdicts = outlook.with_probability([judge(t, national, today) for t in TARGETS], future.paths)
        goals = tuple(judge_goal(g, verdicts, national) for g in plan.GOALS)
        step()
        year = local.year if local else int(panel.years[-1])
        vision = outlook.vision(national, panel, [m for m in panel.measures if m.tag == "digital"], year,
                                _fields(local), given.seed)
        step()
    return Evaluation(book, panel, local, over_time, tuple(statuses), verdicts, goals, future, vision)


def _provinces(panel: Panel, year: int, given: Evaluate) -> ProvincesResult | None:
    """Raises NotAssessable only where nothing but provinces was asked for; otherwise the nation is still evaluated."""
    try:
        return provinces.evaluate_provinces(panel, denominators(panel), plan.pillars(), year, given.seed)
    except NotAssessable:
        if given.level == "provinces":
            raise
        return None


def national_figures(book: Book) -> dict[str, list[Figure]]:
    """Usable figures of the nation by measure; population, where only provinces are published, as their sum."""
    national: dict[str, list[Figure]] = defaultdict(list)
    parts: dict[str, list[Figure]] = defaultdict(list)
    for f in (f for f in book.usable if f.is_annual):
        if f.place == "CN":
            national[f.measure].append(f)
        elif f.measure == "population":
            parts[f.period].append(f)
    for period, figures in parts.items():
        by_place = {f.place: f for f in figures}
        if len(by_place) == len(PROVINCES) and not any(f.period == period for f in national["population"]):
            first = figures[0]
            total = sum(f.value or 0.0 for f in by_place.values())
            national["population"].append(Figure(
                f"sum/population/{period}", "population", "CN", period, total,
                max(f.last_place for f in by_place.values()) * len(by_place) ** 0.5, first.unit, "estimated",
                first.source, "sum of 31 provinces"))
    return dict(national)


PROVINCES = tuple(p.code for p in places.provinces() if p.belt)
"""The 31 divisions that national statistics cover, in the order of their codes."""


def _all_years(book: Book) -> list[int]:
    return sorted({f.year for f in book.usable})


def province_panel(book: Book) -> Panel:
    local = [f for f in book.usable if f.place != "CN"]
    if not local:
        raise NotAssessable(Text("没有各省的数", "there are no figures of provinces"))
    seen = {f.measure for f in local} | {"population", "gdp", "gdp_pre5census"}
    measures = [m for m in declared_measures().values() if m.code in seen]
    others = sorted({f.place for f in local} - set(PROVINCES))
    return assemble(local, measures, [*PROVINCES, *others], sorted({f.year for f in local}))


def _national_panel(national: Mapping[str, Sequence[Figure]]) -> Panel:
    figures = [f for per_measure in national.values() for f in per_measure]
    measures = [m for m in declared_measures().values() if m.code in national]
    return assemble(figures, measures, ["CN"], sorted({f.year for f in figures}))


def denominators(panel: Panel) -> Mapping[str, Floats]:
    """Denominators by measure, and GDP per head."""
    codes = {m.denominator for m in panel.measures if m.denominator}
    found = {c: panel.of(c) for c in codes}
    return {**found, "gdp_per_capita": panel.of("gdp") / panel.of("population")}


def provincial_series(panel: Panel) -> list[tuple[str, Series]]:
    """Every comparable run of a digital measure in a place, for learning how far forecasts miss."""
    found: list[tuple[str, Series]] = []
    for m, place in itertools.product((m for m in panel.measures if m.tag == "digital"), range(len(panel.places))):
        values = panel.of(m.code)[place]
        since = max(m.breaks, default=0)
        usable = ~np.isnan(values) & (panel.years >= since) & (values > 0)
        if m.bounded:
            usable &= values < 100
        if usable.sum() >= MIN_SERIES:
            found.append((m.code, Series(panel.years[usable], values[usable], 100.0 if m.bounded else None)))
    return found


FIELDS = {"I1": "economy", "I2": "government", "I3": "culture", "I4": "society", "I5": "ecology"}


def _fields(local: ProvincesResult | None) -> dict[str, float | None]:
    """The five fields of G.3: mean score over places, None where public figures cannot assess the room."""
    spreads = local.spreads if local else {}
    return {field: float(np.nanmean(spreads["2522", code].score)) if ("2522", code) in spreads else None
            for code, field in FIELDS.items()}
