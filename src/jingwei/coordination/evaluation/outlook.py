"""2030 and 2035: how likely, with an interval, and by which reading of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jingwei.coordination.evaluation.panel import Panel
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.observations.published import read_world
from jingwei.coordination.targets.model import Verdict
from jingwei.coordination.targets.trajectories import (
    Backtest,
    Calibration,
    Forecast,
    Series,
    calibrate,
    forecast,
    rolling_origin,
)
from jingwei.coordination.targets.world import (
    RankOutlook,
    RankPanel,
    rank_outlook,
    theil,
    theil_interval,
    weakest_over_mean,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.problems import NotAssessable

HORIZON = 2030
MIN_POINTS = 4


@dataclass(frozen=True, slots=True)
class Path:
    """A national measure carried to 2030."""

    measure: Measure
    forecast: Forecast


def comparable(measure: Measure, figures: Sequence[Figure]) -> Series:
    """The newest run of yearly figures under one definition; the node's own and revised figures come first.

    Raises NotAssessable when there is none.
    """
    by_year: dict[int, Figure] = {}
    for f in figures:
        under = f.definition in ("", measure.definition_in(f.year).code)
        before = by_year.get(f.year)
        if under and f.value and f.value > 0 and (
                before is None or (f.order, f.status == "revised") > (before.order, before.status == "revised")):
            by_year[f.year] = f
    since = max((b for b in measure.breaks if b <= max(by_year, default=0)), default=0)
    years = sorted(y for y in by_year if y >= since)
    ceiling = 100.0 if measure.bounded else None
    values = [float(by_year[y].value or 0.0) for y in years]
    if ceiling and values and max(values) >= ceiling:
        raise NotAssessable(Text(f"{measure.code} 已到上限", f"{measure.code} has reached its ceiling"))
    return Series(np.array(years, dtype=np.int64), np.array(values), ceiling)


@dataclass(frozen=True, slots=True)
class Lesson:
    """How each single model, fitted to a measure's first years, missed a later one: error in per cent, by model."""

    measure: Measure
    fitted: tuple[int, int]
    year: int
    errors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Future:
    """National measures carried to 2030, and how far such forecasts may be trusted.

    calibration : what past misses taught; widths of any further forecast
    backtest : every series from every origin, its whole measure kept out of the calibration that judges it
    """

    paths: tuple[Path, ...]
    calibration: Calibration
    backtest: Backtest
    lesson: Lesson | None


def carry_forward(national: Mapping[str, Sequence[Figure]], measures: Mapping[str, Measure],
                  provincial: Sequence[tuple[str, Series]]) -> Future:
    """Every digital national measure with enough comparable figures; widths learned from all series.

    provincial : measure and series of each place
    """
    own: dict[str, Series] = {}
    for code, figures in national.items():
        if measures[code].tag == "digital" and measures[code].unit != "rank":
            try:
                series = comparable(measures[code], figures)
            except NotAssessable:
                continue
            if len(series.years) >= MIN_POINTS:
                own[code] = series
    named = [*own.items(), *provincial]
    calibration = calibrate([series for _, series in named])
    made = []
    for code, series in own.items():
        horizon = HORIZON - int(series.years[-1])
        if horizon > 0:
            made.append(Path(measures[code], forecast(series, horizon, calibration)))
    back = rolling_origin([series for _, series in named], groups=[code for code, _ in named])
    return Future(tuple(made), calibration, back, _lesson(measures, own, calibration))


LESSON = ("base_stations_5g", 2023, 2025)
"""The measure on which exponential growth fails: fitted up to the first year, judged by the second."""


def _lesson(measures: Mapping[str, Measure], own: Mapping[str, Series], calibration: Calibration) -> Lesson | None:
    code, until, year = LESSON
    series = own.get(code)
    if series is None or year not in series.years or (series.years <= until).sum() < MIN_POINTS:
        return None
    early = series.years <= until
    made = forecast(Series(series.years[early], series.values[early], series.ceiling), year - until, calibration)
    seen = float(series.values[series.years == year][0])
    errors = {name: float(100 * (path[-1] / seen - 1)) for name, path in {**made.models, "combination": made.median}.items()}
    return Lesson(measures[code], (int(series.years[0]), until), year, errors)


def with_probability(verdicts: Sequence[Verdict], carried: Sequence[Path]) -> tuple[Verdict, ...]:
    """Targets that are not due yet get the chance of being reached."""
    by_code = {p.measure.code: p.forecast for p in carried}
    return tuple(_likely(v, by_code) for v in verdicts)


def _likely(verdict: Verdict, by_code: Mapping[str, Forecast]) -> Verdict:
    target = verdict.target
    made = by_code.get(target.measure)
    if target.year <= 2025 or target.per or made is None or target.year not in made.years:
        return verdict
    p = made.probability(target.year, target.value, 1 if target.at_least else -1)
    at = int(np.searchsorted(made.years, target.year))
    told = f"{made.median[at]:.3g} ({made.q05[at]:.3g}–{made.q95[at]:.3g})"
    return replace(verdict, probability=p, reason=Text(
        f"{verdict.reason.zh}；外推中位 {told}，达到的可能性 {p:.0%}",
        f"{verdict.reason.en}; carried forward {told}, {p:.0%} likely to be reached"))


@dataclass(frozen=True, slots=True)
class Gap:
    """Inequality between provinces in one measure: Theil's T in two years, each with its 90 % interval."""

    measure: Measure
    first: int
    last: int
    before: tuple[float, float, float]
    after: tuple[float, float, float]


FIELD_NAMES = {"economy": "经济", "government": "政务", "culture": "文化", "society": "社会", "ecology": "生态"}
"""The five fields of G.3 in Chinese."""


@dataclass(frozen=True, slots=True)
class Vision:
    """The 2035 reading: world rank, balance of the five fields, gaps between provinces.

    weakest : weakest field over the mean of the five, or why that cannot be said
    """

    rank: RankOutlook
    weakest: float | None
    why_not: Text
    gaps: tuple[Gap, ...]


def vision(national: Mapping[str, Sequence[Figure]], panel: Panel, measures: Sequence[Measure], year: int,
           fields: Mapping[str, float | None], seed: int) -> Vision:
    """How the plan's words for 2035 stand as numbers.

    fields : score of each of the five fields, None where it cannot be assessed
    """
    try:
        weakest, why_not = weakest_over_mean(fields), Text("", "")
    except NotAssessable as error:
        absent = "、".join(FIELD_NAMES[code] for code, score in fields.items() if score is None)
        weakest, why_not = None, Text(f"{absent}没有得分" if absent else "得分须为正", error.what.en)
    own = {f.year: int(f.value or 0) for f in national.get("egdi_rank", ())}
    return Vision(rank_outlook(world_panel(), own, seed=seed), weakest, why_not,
                  tuple(gap for m in measures if (gap := _gap(panel, m, year, seed))))


def world_panel() -> RankPanel:
    """Ranks of all states in the bundled editions of the UN E-Government Survey."""
    world = read_world()
    editions = np.unique(world.editions)
    states = {iso: i for i, iso in enumerate(np.unique(world.iso3))}
    ranks = np.full((len(states), len(editions)), np.nan)
    for edition, iso, rank in zip(world.editions, world.iso3, world.rank, strict=True):
        ranks[states[str(iso)], int(np.searchsorted(editions, edition))] = rank
    return RankPanel(editions, ranks)


def _gap(panel: Panel, measure: Measure, year: int, seed: int) -> Gap | None:
    """Between the first comparable year and ``year``, over the places that have both; per head, weighted by people."""
    if measure.denominator != "population":
        return None
    people = panel.of("population")
    perhead = panel.of(measure.code) / people
    since = max((b for b in measure.breaks if b <= year), default=int(panel.years[0]))
    years = [int(y) for y in panel.years if since <= y <= year and (~np.isnan(perhead[:, panel.at(int(y))])).mean() > 0.9]
    if len(years) < 2 or years[-1] != year:
        return None
    first = years[0]
    both = ~np.isnan(perhead[:, panel.at(first)] + perhead[:, panel.at(year)])
    if (perhead[both] < 0).any():  # a released negative figure: no share of a total, so no inequality
        return None
    last_place = panel.last_place[panel.measures.index(measure)]
    revision = _revision(panel)

    def reading(at: int) -> tuple[float, float, float]:
        x, w = perhead[both, panel.at(at)], people[both, panel.at(at)]
        half = last_place[both, panel.at(at)] / w / 2
        low, high = theil_interval(x, w, half_unit=half, revision=revision, seed=seed)
        return theil(x, w), low, high

    return Gap(measure, first, year, reading(first), reading(year))


def _revision(panel: Panel) -> float:
    """Spread of revisions, from the one statistic we hold in two vintages: GDP before and after the fifth census."""
    ratio = np.log(panel.of("gdp") / panel.of("gdp_pre5census"))
    return float(np.nanstd(ratio))
