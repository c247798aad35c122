"""The evaluation's results as tables with fixed columns, written as CSV, JSON and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from jingwei.coordination.evaluation.method import Rescored
from jingwei.coordination.evaluation.model import Grid, NationResult, ProvincesResult, RoomStatus
from jingwei.coordination.evaluation.outlook import Path, Vision
from jingwei.coordination.observations.figures import Book
from jingwei.coordination.observations.model import Held
from jingwei.coordination.targets.model import GoalVerdict, Verdict
from jingwei.kernel import places
from jingwei.kernel.i18n import Language
from jingwei.kernel.tables import Document, csv_bytes, json_bytes, parquet_bytes
from jingwei.plan import GOALS


def documents(grid: Grid) -> tuple[Document, ...]:
    """One table in three forms."""
    plain = [[_plain(v) for v in row] for row in grid.rows]
    return (
        Document(f"{grid.name}.csv", csv_bytes(grid.columns, plain)),
        Document(f"{grid.name}.json", json_bytes([dict(zip(grid.columns, row, strict=True)) for row in plain])),
        Document(f"{grid.name}.parquet", parquet_bytes(grid.columns, plain)),
    )


def scores(provinces: ProvincesResult | None, nation: Sequence[NationResult], language: Language) -> Grid:
    """Provinces: score and rank of every node in both views. Nation: attainment of each room's targets, by year."""
    columns = ("view", "node", "place", "name", "year", "score", "score_q05", "score_q95", "rank", "rank_median",
               "rank_q05", "rank_q95", "coverage")
    rows: list[tuple[object, ...]] = []
    for (view, node), spread in (provinces.spreads if provinces else {}).items():
        assert provinces is not None
        low, middle, high = (spread.rank_quantile(q) for q in (0.05, 0.5, 0.95))
        least, most = provinces.bounds[view, node]
        for i, place in enumerate(provinces.places):
            rows.append((view, node, place, name(place, language), provinces.year, spread.score[i],
                         least[i], most[i], spread.rank[i], middle[i], low[i], high[i], provinces.coverage[i]))
    for room in nation:
        for i, year in enumerate(room.years):
            rows.append(("target=100", room.room.code, "CN", name("CN", language), year, room.index[i], room.low[i],
                         room.high[i], None, None, None, None, room.room.cells if year == room.room.year else None))
    return Grid("scores", columns, tuple(rows))


def ranks(done: Rescored, language: Language) -> Grid:
    """Places by a method of the asker's, beside the standard one."""
    middle = done.spread.rank_quantile(0.5)
    return Grid("ranks", ("place", "name", "year", "score", "rank", "rank_median", "rank_q05", "rank_q95", "rank_standard",
                          "survives"), tuple(
        (place, name(place, language), done.year, done.spread.score[i], done.spread.rank[i], middle[i], done.low[i],
         done.high[i], done.standard[i], bool(done.survives[i])) for i, place in enumerate(done.places)))


def pairs(provinces: ProvincesResult | None, language: Language) -> Grid:
    """How surely the first place stands above the second."""
    rows: tuple[tuple[object, ...], ...] = ()
    if provinces:
        codes, above = provinces.places, provinces.top.above
        rows = tuple((a, b, above[i, j], name(a, language), name(b, language))
                     for i, a in enumerate(codes) for j, b in enumerate(codes) if i != j)
    return Grid("pairs", ("a", "b", "p_a_above_b", "a_name", "b_name"), rows)


def rooms(statuses: Sequence[RoomStatus], language: Language) -> Grid:
    columns = ("level", "room", "name", "year", "assessable", "measures", "counted", "cells", "reason")
    return Grid("rooms", columns, tuple(
        (s.level, s.code, s.name.in_(language), s.year, s.assessable, len(s.measures), len(s.counted), s.cells,
         s.reason.in_(language)) for s in statuses))


def goals(verdicts: Sequence[GoalVerdict], language: Language) -> Grid:
    return Grid("goals", ("goal", "text", "wording", "verdict", "reason", "clauses"), tuple(
        (v.number, GOALS[v.number - 1].text.in_(language), GOALS[v.number - 1].wording, v.word, v.reason.in_(language),
         " ".join(GOALS[v.number - 1].clauses)) for v in verdicts))


def targets(verdicts: Sequence[Verdict], language: Language) -> Grid:
    columns = ("code", "target", "value", "value_period", "verdict", "reason", "name", "unit", "year", "low", "high",
               "probability", "measure", "clause", "goal", "source", "checked")
    return Grid("targets", columns, tuple(
        (t.code, t.value, v.value, v.period or None, v.word, v.reason.in_(language), t.name.in_(language),
         t.unit.in_(language), t.year, v.low, v.high, v.probability, t.measure or None, t.clause, t.goal or None,
         t.source.in_(language), t.checked) for v in verdicts for t in (v.target,)))


def findings(book: Book, language: Language) -> Grid:
    columns = ("id", "code", "measure", "place", "name", "figures", "periods", "state", "released", "detail")
    return Grid("findings", columns, tuple(
        (h.id, h.code, h.measure, h.place or None, name(h.place, language), len(h.figures), _periods(h, book),
         "declared" if h.known else "released" if h.released else "held", h.released or None, h.detail.in_(language))
        for h in book.held))


def changes(provinces: ProvincesResult | None, language: Language) -> Grid:
    """What moved since the year before, and what each measure gave; with composition that adds up to the change."""
    measures = tuple(m.code for m in provinces.measures) if provinces else ()
    columns = ("place", "name", "year", "before", "after", "change", "change_q05", "change_q95", "p_rose", *measures,
               "composition")
    rows = tuple((c.place, name(c.place, language), provinces.year, c.before, c.after, c.after - c.before, c.q05, c.q95,
                  c.p_rose, *(g for _, g in c.given), c.composition) for c in provinces.changes) if provinces else ()
    return Grid("changes", columns, rows)


def outlook(paths: Sequence[Path], vision: Vision, language: Language) -> Grid:
    """2030 and 2035, never without an interval."""
    columns = ("what", "code", "name", "year", "median", "q05", "q95", "probability", "model")
    rows: list[tuple[object, ...]] = []
    for p in paths:
        for i, year in enumerate(p.forecast.years):
            model = " ".join(f"{k}:{w:.2f}" for k, w in p.forecast.weights.items())
            rows.append(("trajectory", p.measure.code, p.measure.name.in_(language), int(year), p.forecast.median[i],
                         p.forecast.q05[i], p.forecast.q95[i], None, model))
    for reading in vision.rank.readings:
        for limit, p10 in reading.within.items():
            rows.append(("world_rank", f"rank<={limit}", None, vision.rank.edition, reading.median, reading.q05,
                         reading.q95, p10, reading.model))
    for gap in vision.gaps:
        for year, (value, low, high) in ((gap.first, gap.before), (gap.last, gap.after)):
            rows.append(("theil", gap.measure.code, gap.measure.name.in_(language), year, value, low, high, None, None))
    return Grid("outlook", columns, tuple(rows))


def _periods(held: Held, book: Book) -> str | None:
    """The periods of the figures a finding holds back."""
    return " ".join(sorted({book.by_id[i].period for i in held.figures if i in book.by_id})) or None


def name(code: str, language: Language) -> str | None:
    return places.find(code).short.in_(language) if code else None


def _plain(value: object) -> object:
    """numpy scalars as Python ones; NaN as nothing; whole ranks as whole numbers."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


def as_json(grids: Iterable[Grid]) -> dict[str, object]:
    return {g.name: [{c: _plain(v) for c, v in zip(g.columns, row, strict=True)} for row in g.rows] for g in grids}
