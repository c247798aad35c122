"""What an evaluation finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jingwei.engines.index.model import Floats
from jingwei.engines.index.uncertainty import Spread
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure

MIN_MEASURES = 3
"""Digital measures a room needs before it is scored: fewer are a list, not an index."""

MIN_CELLS = 0.65
"""Share of a room's figures that must be there (the COIN Tool's rule of thumb for coverage)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table written as CSV, JSON and Parquet."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class RoomStatus:
    """Whether public figures can assess a room.

    measures : digital measures with figures at this level
    cells : share of their cells that are filled in the year
    counted : those that enter the index
    """

    code: str
    name: Text
    level: Literal["provinces", "nation"]
    year: int
    measures: tuple[Measure, ...]
    cells: float
    counted: tuple[Measure, ...]

    @property
    def assessable(self) -> bool:
        return len(self.counted) >= MIN_MEASURES and self.cells >= MIN_CELLS

    @property
    def reason(self) -> Text:
        if self.assessable:
            return Text(f"{len(self.measures)} 个指标用了 {len(self.counted)} 个，数据齐 {self.cells:.0%}",
                        f"{len(self.counted)} of {len(self.measures)} measures used, {self.cells:.0%} of all cells filled")
        if not self.measures:
            return Text("没有公布的数字化指标", "no digital measure is published")
        if len(self.measures) < MIN_MEASURES:
            counted = "1 digital measure" if len(self.measures) == 1 else f"{len(self.measures)} digital measures"
            return Text(f"只有 {len(self.measures)} 个公布的数字化指标，至少要 {MIN_MEASURES} 个",
                        f"{counted} published, {MIN_MEASURES} needed")
        if len(self.counted) < MIN_MEASURES:
            return Text(f"{len(self.measures)} 个指标中只有 {len(self.counted)} 个在{self.year}年的数够用，至少要 {MIN_MEASURES} 个",
                        f"enough figures for {self.year} in only {len(self.counted)} of {len(self.measures)} measures, "
                        f"{MIN_MEASURES} needed")
        return Text(f"{len(self.measures)} 个指标只有 {self.cells:.0%} 的数，至少要 {MIN_CELLS:.0%}",
                    f"only {self.cells:.0%} of the cells of {len(self.measures)} measures, {MIN_CELLS:.0%} needed")


@dataclass(frozen=True, slots=True)
class Change:
    """What moved in one place from one year to the next, on frozen goalposts.

    given : what each measure's own change gave, in points
    composition : what figures that came or went gave; with ``given`` it adds up to after - before
    p_rose : share of replications in which the later score is the higher
    """

    place: str
    before: float
    after: float
    q05: float
    q95: float
    p_rose: float
    given: tuple[tuple[str, float], ...]
    composition: float


@dataclass(frozen=True, slots=True)
class ProvincesResult:
    """Scores of the places in one year.

    spreads : by view and node, ranks with their spread; rows as ``places``
    bounds : by view and node, 5 % and 95 % of the score under one scale, each (places,)
    runs : sets of places that cannot be told apart, by position
    gdp_correlation : rank correlation of the index with GDP per head
    views_agree : rank correlation of the two views
    left_out : places with too few figures
    """

    year: int
    places: tuple[str, ...]
    coverage: Floats
    spreads: dict[tuple[str, str], Spread]
    bounds: dict[tuple[str, str], tuple[Floats, Floats]]
    runs: tuple[tuple[int, ...], ...]
    changes: tuple[Change, ...]
    rooms: tuple[RoomStatus, ...]
    measures: tuple[Measure, ...]
    weights: Floats
    gdp_correlation: float
    views_agree: float
    left_out: tuple[str, ...]

    @property
    def top(self) -> Spread:
        return self.spreads["2522", "2522"]

    @property
    def low(self) -> Floats:
        return self.bounds["2522", "2522"][0]

    @property
    def high(self) -> Floats:
        return self.bounds["2522", "2522"][1]


@dataclass(frozen=True, slots=True)
class NationResult:
    """A room of the nation over time: 100 is the goalpost of every measure, reached or passed.

    index, low, high : (years,) NaN where fewer than half of the measures have a figure
    given : (years, measures) what each measure's own change gave to the change of each year, in points
    composition : (years,) what figures that came or went gave
    """

    room: RoomStatus
    years: Sequence[int]
    index: Floats
    low: Floats
    high: Floats
    given: Floats
    composition: Floats
