"""Scores and ranks of places, with what they rest on and how far they may be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jingwei import plan
from jingwei.coordination.evaluation.model import MIN_CELLS, Change, ProvincesResult, RoomStatus
from jingwei.coordination.evaluation.panel import Panel
from jingwei.engines.index.aggregate import effective_weights
from jingwei.engines.index.build import build
from jingwei.engines.index.decompose import decompose
from jingwei.engines.index.model import Bools, Doubt, Floats, Method, Normaliser, Treater, Tree
from jingwei.engines.index.prepare import coverage, interpolate, screen
from jingwei.engines.index.uncertainty import Inputs, Spread, indistinguishable, uncertainty
from jingwei.kernel import places as known_places
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.pillar import Pillar
from jingwei.kernel.problems import NotAssessable

METHOD = Method(impute="group_median", group="year and belt", treat=Treater(), normalise=Normaliser("minmax", (0, 100)),
                aggregate="arithmetic")
"""The nominal method: gaps from the median of the same belt in the same year, equal weights, full compensation."""

RANK_DOUBT = Doubt(replications=4000, max_points=(1, 5),
                   normalise=(Normaliser("minmax", (1, 100)), Normaliser("zscore", (50, 10))),
                   aggregate=("arithmetic", "geometric"), weight_noise=0.25, levels=(1, 2, 3), rounding=0.5,
                   imputation_draws=True)
"""What could have been chosen otherwise: limit of winsorisation, scale, kind of mean, every weight by up to a quarter;
and what is not known: digits rounded away, figures not published."""

SCORE_DOUBT = replace(RANK_DOUBT, replications=2000, max_points=None, normalise=(), aggregate=())
"""The same on one scale, so that scores can be compared: another treatment or mean moves all scores together."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Places of several years as units, so that one set of goalposts serves them all.

    year_of : (units,) ; values, last_place, denominators : (units, indicators)
    """

    place: tuple[str, ...]
    year_of: Floats
    values: Floats
    last_place: Floats
    denominators: Floats
    groups: tuple[str, ...]


def room_status(panel: Panel, pillars: Sequence[Pillar], year: int) -> tuple[RoomStatus, ...]:
    """For each of the eleven rooms: is it assessable from figures of places in this year, and by which measures.

    Shares of cells are counted over the 31 places that national statistics cover: a figure of Hong Kong, Macao or
    Taiwan must not make the others' figures look fewer.
    """
    rooms = [r for r in plan.ROOMS if r.code not in ("G", "O")]
    by_code = {p.code: p for p in pillars}
    covered = np.array([bool(known_places.find(p).belt) for p in panel.places])
    statuses = []
    for room in rooms:
        measures = tuple(m for m in (by_code[room.code].measures if room.code in by_code else ())
                         if m.tag == "digital" and m in panel.measures and ~np.isnan(panel.of(m.code)).all())
        filled = np.array([(~np.isnan(panel.of(m.code)[np.ix_(covered, panel.years == year)])).sum() / covered.sum()
                           for m in measures])
        counted = tuple(m for m, share in zip(measures, filled, strict=True) if share >= MIN_CELLS)
        statuses.append(RoomStatus(room.code, room.name, "provinces", year, measures,
                                   float(filled.mean()) if len(filled) else 0.0, counted))
    return tuple(statuses)


def latest_year(panel: Panel, pillars: Sequence[Pillar]) -> int:
    """The latest year in which most rooms can be assessed that ever can be. Raises NotAssessable when none can."""
    counts = {int(y): sum(s.assessable for s in room_status(panel, pillars, int(y))) for y in panel.years}
    best = max(counts.values(), default=0)
    if not best:
        raise NotAssessable(Text("哪一年都没有一章数够", "no room has enough figures in any year"),
                            remedy=Text("请添加数据：jingwei observe FILE", "Add figures with: jingwei observe FILE"))
    return max(y for y, n in counts.items() if n == best)


@dataclass(frozen=True, slots=True)
class Basis:
    """What the places of one year are ranked by.

    rooms : all eleven; counted : room and measure of each column of ``rows``
    shown : (units,) the places of the year that have enough figures; enough : (units,) of every year
    """

    rooms: tuple[RoomStatus, ...]
    counted: tuple[tuple[str, Measure], ...]
    rows: _Rows
    shown: Bools
    enough: Bools

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(m for _, m in self.counted)

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(p for p, s in zip(self.rows.place, self.shown, strict=True) if s)

    def inputs(self, tree: Tree, ranked: Bools) -> Inputs:
        rows = self.rows
        return Inputs(rows.values, tree, METHOD, rows.denominators, rows.groups, None, rows.last_place, ranked)


def basis(panel: Panel, context: Mapping[str, Floats], pillars: Sequence[Pillar], year: int) -> Basis:
    """Raises NotAssessable when no room can be assessed in that year."""
    rooms = room_status(panel, pillars, year)
    counted = tuple((room.code, m) for room in rooms if room.assessable for m in room.counted)
    if not counted:
        raise NotAssessable(Text(f"{year} 年没有一章数够", f"no room has enough figures for {year}"),
                            remedy=Text("请用 --year 换一年。", "Choose another year with --year."))
    rows = _rows(panel, context, tuple(m for _, m in counted), year)
    enough = screen(rows.values, MIN_CELLS)
    return Basis(rooms, counted, rows, (rows.year_of == year) & enough, enough)


def evaluate_provinces(panel: Panel, context: Mapping[str, Floats], pillars: Sequence[Pillar], year: int,
                       seed: int) -> ProvincesResult:
    """Everything about one year.

    context : (places, years) of each denominator and of ``gdp_per_capita``
    Raises NotAssessable when no room can be assessed in that year.
    """
    on = basis(panel, context, pillars, year)
    rows, shown, enough, measures, codes = on.rows, on.shown, on.enough, on.measures, on.places
    now = rows.year_of == year
    trees = {"2522": tree_2522(on.counted), "5+5": tree_5_5(measures)}
    spreads: dict[tuple[str, str], Spread] = {}
    for view, tree in trees.items():
        nodes = tree.codes[tree.indicators:]
        inputs = on.inputs(tree, shown)
        for spread in uncertainty(inputs, replace(RANK_DOUBT, seed=seed), nodes):
            spreads[view, spread.node] = replace(spread, kept=spread.kept[:0])  # scores of many scales: of no use
    tree = trees["2522"]
    top = spreads["2522", "2522"]
    changes, bounds = _over_time(on, trees, year, seed)
    made = build(rows.values, tree, METHOD, denominators=rows.denominators, groups=rows.groups)
    wealth = context["gdp_per_capita"][[panel.places.index(c) for c in codes], panel.at(year)]
    return ProvincesResult(
        year, codes, coverage(rows.values)[shown], spreads, bounds, tuple(indistinguishable(top)), changes, on.rooms,
        measures, effective_weights(made.normalised[shown], tree).mean(axis=0), _spearman(top.score, wealth),
        _spearman(top.score, spreads["5+5", "5+5"].score),
        tuple(p for p, s, n in zip(rows.place, enough, now, strict=True) if n and not s))


def tree_2522(counted: Sequence[tuple[str, Measure]]) -> Tree:
    """Index, wings, rooms, measures; equal weights among siblings."""
    rooms = list(dict.fromkeys(code for code, _ in counted))
    wings = list(dict.fromkeys(code[0] for code in rooms))
    codes = [m.code for _, m in counted] + rooms + wings + ["2522"]
    parents = [code for code, _ in counted] + [code[0] for code in rooms] + ["2522"] * len(wings)
    return Tree.of(codes, [*parents, None], directions=[*(float(m.direction) for _, m in counted),
                                                        *[1.0] * (len(codes) - len(counted))])


def tree_5_5(measures: Sequence[Measure]) -> Tree:
    """The official framework of 2025: index, domains, measures; equal weights among siblings."""
    domains = list(dict.fromkeys(m.domain for m in measures))
    codes = [m.code for m in measures] + domains + ["5+5"]
    parents = [m.domain for m in measures] + ["5+5"] * len(domains)
    return Tree.of(codes, [*parents, None], directions=[*(float(m.direction) for m in measures),
                                                        *[1.0] * (len(codes) - len(measures))])


def _rows(panel: Panel, context: Mapping[str, Floats], measures: Sequence[Measure], year: int) -> _Rows:
    """All years up to ``year`` that are comparable with it; gaps inside a place's own series filled by a line."""
    years = [int(y) for y in panel.years if y <= year]
    at = [m.code for m in panel.measures]
    values, last, by = [], [], []
    for m in measures:
        i = at.index(m.code)
        series = panel.values[i][:, : len(years)]
        since = max((b for b in m.breaks if b <= year), default=years[0])
        series = np.where(np.array(years) < since, np.nan, series)
        values.append(interpolate(series, np.array(years), m.breaks))
        last.append(np.where(np.isnan(series), 0.0, panel.last_place[i][:, : len(years)]))
        by.append(context[m.denominator][:, : len(years)] if m.denominator else np.full(series.shape, np.nan))
    belts = [known_places.find(p).belt or "" for p in panel.places]
    units = [(p, belt, y) for p, belt in zip(panel.places, belts, strict=True) for y in years]

    def flat(parts: list[Floats]) -> Floats:
        return np.stack([part.reshape(-1) for part in parts], axis=1)

    return _Rows(tuple(p for p, _, _ in units), np.array([y for _, _, y in units], dtype=np.float64), flat(values),
                 flat(last), flat(by), tuple(f"{y} {belt}" for _, belt, y in units))


def _over_time(on: Basis, trees: Mapping[str, Tree], year: int,
               seed: int) -> tuple[tuple[Change, ...], dict[tuple[str, str], tuple[Floats, Floats]]]:
    """What moved since the year before, and score intervals of every node; both from the same replications."""
    rows, shown, tree = on.rows, on.shown, trees["2522"]
    before = (rows.year_of == year - 1) & on.enough
    both = shown | before
    scored = {(view, spread.node): spread for view, each in trees.items()
              for spread in uncertainty(on.inputs(each, both), replace(SCORE_DOUBT, seed=seed), each.codes[each.indicators:])}
    spread = scored["2522", "2522"]
    at = np.flatnonzero(both)
    position = {(rows.place[i], int(rows.year_of[i])): k for k, i in enumerate(at)}
    now = [position[rows.place[i], year] for i in np.flatnonzero(shown)]
    bounds = {key: (one.score_quantile(0.05)[now], one.score_quantile(0.95)[now]) for key, one in scored.items()}
    made = build(rows.values, tree, METHOD, denominators=rows.denominators, groups=rows.groups)
    changes = []
    for i in np.flatnonzero(shown):
        place = rows.place[i]
        if (place, year - 1) not in position:
            continue
        j = at[position[place, year - 1]]
        a, b = position[place, year], position[place, year - 1]
        moved = decompose(made.normalised[[j]], made.normalised[[i]], tree, METHOD.aggregate)
        q05, q95 = np.quantile(spread.kept[:, a] - spread.kept[:, b], (0.05, 0.95))
        changes.append(Change(place, float(spread.score[b]), float(spread.score[a]), float(q05), float(q95),
                              float(spread.above[a, b]),
                              tuple(zip(tree.codes[: tree.indicators], map(float, moved.by_value[0]), strict=True)),
                              float(moved.by_weight.sum())))
    return tuple(changes), bounds


def _spearman(a: Floats, b: Floats) -> float:
    """Rank correlation over the places that have both."""
    from scipy.stats import spearmanr

    both = ~np.isnan(a) & ~np.isnan(b)
    return float(spearmanr(a[both], b[both]).statistic) if both.sum() > 2 else float("nan")
