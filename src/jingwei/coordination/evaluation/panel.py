"""Figures as arrays: measures by places by years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jingwei.coordination.observations.model import Figure
from jingwei.engines.index.model import Floats, Ints
from jingwei.kernel.measures import Measure


@dataclass(frozen=True, slots=True)
class Panel:
    """The one figure used of each measure, place and year.

    values, last_place : (measures, places, years), NaN where there is no figure
    """

    measures: tuple[Measure, ...]
    places: tuple[str, ...]
    years: Ints
    values: Floats
    last_place: Floats

    def of(self, code: str) -> Floats:
        """(places, years) of one measure."""
        values: Floats = self.values[[m.code for m in self.measures].index(code)]
        return values

    def at(self, year: int) -> int:
        return int(np.searchsorted(self.years, year))


def assemble(figures: Iterable[Figure], measures: Sequence[Measure], places: Sequence[str],
             years: Sequence[int]) -> Panel:
    """Choose one figure for each cell, by ``precedence``; a figure under an older definition is left to its own years."""
    m_at = {m.code: i for i, m in enumerate(measures)}
    p_at = {p: i for i, p in enumerate(places)}
    y_at = {y: i for i, y in enumerate(years)}
    shape = (len(measures), len(places), len(years))
    values, last = np.full(shape, np.nan), np.zeros(shape)
    chosen: dict[tuple[int, int, int], Figure] = {}
    for f in figures:
        if f.measure in m_at and f.place in p_at and f.year in y_at and f.is_annual:
            key = m_at[f.measure], p_at[f.place], y_at[f.year]
            measure = measures[key[0]]
            if f.definition and len(measure.definitions) > 1 and f.definition != measure.definition_in(f.year).code:
                continue
            if key not in chosen or precedence(f) > precedence(chosen[key]):
                chosen[key] = f
    for key, f in chosen.items():
        assert f.value is not None  # usable figures have values
        values[key], last[key] = f.value, f.last_place
    return Panel(tuple(measures), tuple(places), np.array(years, dtype=np.int64), values, last)


def precedence(figure: Figure) -> tuple[int, bool, bool, float, str]:
    """Of several figures for one cell: the node's own before published ones, the newest file first, then revised ones
    before first releases, observed before estimated, the one printed to more digits, then the later vintage by name."""
    return (figure.order, figure.status == "revised", figure.status != "estimated", -figure.last_place, figure.vintage)
