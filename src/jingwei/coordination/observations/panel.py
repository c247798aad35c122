"""Figures laid out as places by years, with what is common to all places separated from what is a place's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

MIN_PLACES = 5  # below this a median over places says nothing about what is common to them
TEN = float(np.log(10.0))
HALF_TEN = TEN / 2  # beyond this a change is nearer to a slipped point than to none
NOISE_FLOOR = 0.004  # log points: even population moves about this much from year to year
MAD_TO_SD = 1.4826  # makes the median absolute deviation estimate a normal standard deviation
MAX_DIGITS = 15  # digits either side of the point that a float can hold
SEEN_DIGITS = 9  # digits after the point up to which a value is looked at for more than it states
TOTAL = "CN"  # the country: the sum or mean of the other places, so its level is not comparable with theirs
GRID_PARTS = 20  # fractions of the smallest difference tried as the grid of a column
GRID_FIT = 1e-3  # share of the grid within which every figure must lie on it
MAX_LAYERS = 4  # vintages of one figure inside one file that are screened one after the other


@dataclass(frozen=True, slots=True)
class Cells:
    """Figures to be screened and the accepted ones around them: equally long arrays, one entry a figure.

    value : NaN where missing
    decimals : digits written after the point in the source (113.6 has 1, 24000 has 0)
    definition : code of the definition the figure states, empty when it states none
    new : True for the file under scrutiny; False for accepted figures, which are never held back
    """

    measure: NDArray[np.str_]
    place: NDArray[np.str_]
    year: Ints
    value: Floats
    decimals: Ints
    source: NDArray[np.str_]
    vintage: NDArray[np.str_]
    definition: NDArray[np.str_]
    new: Flags

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class Trait:
    """What is known of a measure before its figures are looked at.

    bounded : a share that cannot exceed 100
    growing : a stock that only grows in ordinary times
    breaks : years in which a new definition starts; nothing is compared across them
    zero_possible : a place may truly have none
    additive : the places add up to the national figure
    """

    bounded: bool = False
    growing: bool = False
    breaks: tuple[int, ...] = ()
    zero_possible: bool = False
    additive: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to hold figures back.

    place : empty when the whole cross-section is concerned
    rows : indices into Cells of the figures held back, only new ones
    strength : the detector's own statistic, comparable within one code
    known : explained by a declared break: listed, and nothing is held back
    """

    code: str
    measure: str
    place: str
    rows: tuple[int, ...]
    detail_en: str
    detail_zh: str
    strength: float
    known: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure under one definition: arrays of shape (places, years), NaN where there is no figure.

    log : natural logarithm of positive figures; zero, negative and missing ones are NaN
    other : the nearest accepted figure of another vintage for a new cell
    unit : the last written digit as a quantity (0.1 for 113.6)
    growth : (years - 1,) change of the log figure common to all places between neighbouring years
    path : (years,) running sum of ``growth``
    noise : standard deviation of a place's change around the common one, robust, per year
    noise_in : (years - 1,) the same for one year step, never below ``noise`` where places are few
    turns : years in which the figures start to state another definition
    """

    measure: str
    places: NDArray[np.str_]
    years: Ints
    value: Floats
    log: Floats
    other: Floats
    unit: Floats
    new: Flags
    row: Ints
    growth: Floats
    path: Floats
    noise: float
    noise_in: Floats
    turns: tuple[int, ...] = ()

    @property
    def level(self) -> Floats:
        """Log figures without the common path: flat for a place that moves like the others."""
        return self.log - self.path

    @property
    def wide(self) -> bool:
        return len(self.places) >= MIN_PLACES

    def news(self, t: int) -> bool:
        """Whether the step into year position ``t + 1`` is told by new figures, not by accepted ones on both sides."""
        both = np.isfinite(self.log[:, t:t + 2]).all(axis=1)
        return bool(2 * (both & self.new[:, t:t + 2].any(axis=1)).sum() >= both.sum())

    def between(self, first: int, last: int) -> Panel:
        """The same panel for the year positions first..last only."""
        t, s = slice(first, last + 1), slice(first, last)
        return replace(self, years=self.years[t], value=self.value[:, t], log=self.log[:, t], other=self.other[:, t],
                       unit=self.unit[:, t], new=self.new[:, t], row=self.row[:, t], growth=self.growth[s],
                       path=self.path[t], noise_in=self.noise_in[s])

    def segments(self, breaks: tuple[int, ...]) -> Iterator[Panel]:
        """The stretches between declared breaks."""
        cuts = sorted({int(np.searchsorted(self.years, year)) for year in breaks} | {0, len(self.years)})
        for first, end in pairwise(cuts):
            if end > first:
                yield self.between(first, end - 1)

    def held(self, mask: Flags) -> tuple[int, ...]:
        """Rows of the new figures under ``mask``."""
        return tuple(sorted(int(r) for r in self.row[mask & self.new]))

    def shown(self, place: int, year: int) -> str:
        return written(float(self.value[place, year]), float(self.unit[place, year]))


@dataclass(frozen=True, slots=True)
class Packed:
    """A panel with every place's missing years squeezed out to the right; ``count`` figures remain per place."""

    column: Ints
    present: Flags
    count: Ints

    def take(self, array: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.take_along_axis(array, self.column, axis=1)

    def floats(self, array: Floats) -> Floats:
        """``array`` (places, years) or (years,), packed, NaN to the right."""
        full = np.broadcast_to(array, self.column.shape)
        return np.where(self.present, np.take_along_axis(full, self.column, axis=1), np.nan)


def pack(present: Flags) -> Packed:
    column = np.argsort(~present, axis=1, kind="stable")
    return Packed(column, np.take_along_axis(present, column, axis=1), present.sum(axis=1))


def written(value: float, unit: float) -> str:
    """A figure with the digits it was published with."""
    if not np.isfinite(value):
        return str(value)
    digits = 0 if unit >= 1 or unit <= 0 else min(MAX_DIGITS, int(np.ceil(-np.log10(unit) - 1e-9)))
    return f"{value:.{digits}f}"


def neighbours(panel: Panel, place: int, year: int) -> tuple[str, str]:
    """The nearest figures before and after one, in English and Chinese, such as ``113.6 in 2022, 117.2 in 2024``."""
    there = np.flatnonzero(np.isfinite(panel.value[place]))
    near = [int(t) for t in (*there[there < year][-1:], *there[there > year][:1])]
    return (", ".join(f"{panel.shown(place, t)} in {panel.years[t]}" for t in near),
            "、".join(f"{panel.years[t]}年{panel.shown(place, t)}" for t in near))


def series(panel: Panel, place: int) -> str:
    """All figures of one place, ``2019: 1.2, 2020: 1.4``."""
    there = np.flatnonzero(np.isfinite(panel.value[place]))
    return ", ".join(f"{panel.years[t]}: {panel.shown(place, int(t))}" for t in there)


def times_ten(power: int) -> tuple[str, str]:
    """``100 times`` or ``1/100 of``, in English and Chinese."""
    ten = 10 ** abs(power)
    return (f"{ten:,} times", f"{ten}倍") if power > 0 else (f"1/{ten:,} of", f"{ten}分之一")


def median(values: Floats, default: float = 0.0) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else default


def spread(values: Floats, default: float = 0.0) -> float:
    """Robust standard deviation: 1.4826 times the median absolute deviation (Hampel 1974)."""
    finite = values[np.isfinite(values)]
    return float(MAD_TO_SD * np.median(np.abs(finite - np.median(finite)))) if finite.size else default


def written_unit(value: Floats, decimals: Ints) -> Floats:
    """The last digit's worth: by the stated decimals, or finer where the value itself shows more digits."""
    digits = np.clip(decimals, -MAX_DIGITS, MAX_DIGITS).astype(np.int64)
    size = np.abs(np.where(np.isfinite(value), value, 0.0))
    for finer in range(SEEN_DIGITS):
        scaled = size * 10.0**finer
        visible = np.abs(scaled - np.round(scaled)) > 1e-6 + 1e-12 * scaled
        digits = np.where(visible & (digits <= finer), finer + 1, digits)
    return np.power(10.0, -digits.astype(np.float64))


def common_unit(value: Floats) -> float:
    """The grid all figures lie on when it is coarser than the digits show (round tens, converted units), else 0.

    It is sought among the smallest difference of two figures and its whole fractions.
    """
    seen = np.unique(np.abs(value[np.isfinite(value) & (value != 0)]))
    if len(seen) < 3:
        return 0.0
    smallest = np.diff(seen).min()
    for part in range(1, GRID_PARTS + 1):
        times = seen * (part / smallest)
        if (np.abs(times - np.round(times)) < GRID_FIT).all():
            return float(smallest / part)
    return 0.0


def panels(cells: Cells, rows: Ints) -> Iterator[Panel]:
    """Panels of the one measure whose ``rows`` are given, one per vintage within the file.

    Definitions that follow one another year by year stay in one panel, whose ``turns`` name the changes. Where two
    are stated for one year they stand apart; figures that state none join the only stated one.
    """
    definitions = cells.definition[rows]
    stated = np.unique(definitions[definitions != ""])
    turns = _turns(cells.year[rows], definitions) if len(stated) > 1 else ()
    if turns is None:
        for definition in np.unique(definitions):
            yield from _layers(cells, rows[definitions == definition])
    else:
        for panel in _layers(cells, rows):
            yield replace(panel, turns=turns)


def _turns(year: Ints, definition: NDArray[np.str_]) -> tuple[int, ...] | None:
    """Years in which the stated definition changes; None where a year has two."""
    in_year: dict[int, str] = {}
    for y, d in sorted({(int(y), str(d)) for y, d in zip(year, definition, strict=True) if d}):
        if y in in_year:
            return None
        in_year[y] = d
    return tuple(later for earlier, later in pairwise(in_year) if in_year[earlier] != in_year[later])


def _layers(cells: Cells, rows: Ints) -> Iterator[Panel]:
    rows = rows[np.isfinite(cells.value[rows])]
    if not cells.new[rows].any():
        return
    places, place = np.unique(cells.place[rows], return_inverse=True)
    years, year = np.unique(cells.year[rows], return_inverse=True)
    key = place * len(years) + year
    value = cells.value[rows]
    order = np.lexsort((value, cells.source[rows], cells.vintage[rows], key))
    order = order[_first_of(key[order], value[order], cells.new[rows][order])]
    fresh, old = order[cells.new[rows][order]], order[~cells.new[rows][order]]
    rank = _rank(key[fresh])
    old_rank = _rank(key[old][::-1])[::-1]
    for layer in range(min(int(rank.max()) + 1, MAX_LAYERS)):
        at = np.full(len(places) * len(years), -1)
        at[key[old[old_rank == 0]]] = old[old_rank == 0]
        if layer:
            at[key[fresh[rank == 0]]] = fresh[rank == 0]
        chosen = fresh[rank == layer]
        at[key[chosen]] = chosen
        new = np.zeros(len(at), dtype=np.bool_)
        new[key[chosen]] = True
        compared = np.concatenate((old, fresh[rank < layer]))
        shape = (len(places), len(years))
        yield _panel(cells, rows, places, years, at.reshape(shape), new.reshape(shape), key, compared)


def _first_of(key: Ints, value: Floats, new: Flags) -> Flags:
    """False for a figure that repeats an earlier one of the same cell and side."""
    seen: set[tuple[int, float, bool]] = set()
    first = np.zeros(len(key), dtype=np.bool_)
    for i, mark in enumerate(zip(key.tolist(), value.tolist(), new.tolist(), strict=True)):
        first[i] = mark not in seen
        seen.add(mark)
    return first


def _rank(key: Ints) -> Ints:
    """Position of each entry within its run of equal keys."""
    start = np.concatenate(([True], key[1:] != key[:-1])) if len(key) else np.zeros(0, dtype=np.bool_)
    place = np.arange(len(key))
    return np.asarray(place - np.maximum.accumulate(np.where(start, place, 0)), dtype=np.int64)


def _panel(cells: Cells, rows: Ints, places: NDArray[np.str_], years: Ints, at: Ints, new: Flags,
           key: Ints, compared: Ints) -> Panel:
    there = at >= 0
    value = np.where(there, cells.value[rows][at], np.nan)
    decimals = np.where(there, cells.decimals[rows][at], 0)
    log = np.log(np.where(value > 0, value, 1.0))
    log[~(value > 0)] = np.nan
    growth, path, noise, noise_in = common_path(log, years)
    return Panel(measure=str(cells.measure[rows[0]]), places=places, years=years, value=value, log=log,
                 other=_nearest_other(value, new, cells.value[rows][compared], key[compared]),
                 unit=np.maximum(written_unit(value, decimals), common_unit(value)), new=new & there, row=np.where(there, rows[at], -1),
                 growth=growth, path=path, noise=noise, noise_in=noise_in)


def _nearest_other(value: Floats, new: Flags, others: Floats, key: Ints) -> Floats:
    """For each new cell the accepted figure of the same place and year that lies nearest to it."""
    flat, best = value.ravel(), np.full(value.size, np.nan)
    for at, other in zip(key.tolist(), others.tolist(), strict=True):
        if new.ravel()[at] and not abs(best[at] - flat[at]) <= abs(other - flat[at]):
            best[at] = other
    return best.reshape(value.shape)


def common_path(log: Floats, years: Ints) -> tuple[Floats, Floats, float, Floats]:
    """Growth common to all places (median over places per year step), its running sum, and the noise around it.

    A step seen in fewer than MIN_PLACES places gets the median yearly growth of the whole panel instead.
    """
    step = np.diff(log, axis=1)
    gap = np.diff(years).astype(np.float64)
    seen = np.isfinite(step).sum(axis=0)
    usual = _usual_growth(log, years)
    growth = np.array([median(step[:, t]) if seen[t] >= MIN_PLACES else usual * gap[t] for t in range(len(gap))])
    path = np.concatenate(([0.0], np.cumsum(growth)))
    own = (step - growth) / np.sqrt(gap)
    noise = max(spread(own), NOISE_FLOOR)
    noise_in = np.array([max(noise, spread(own[:, t])) if seen[t] >= 2 * MIN_PLACES else noise for t in range(len(gap))])
    return growth, path, noise, noise_in * np.sqrt(gap)


def _usual_growth(log: Floats, years: Ints) -> float:
    """Median yearly log growth over all places and neighbouring present years, misplaced points left aside."""
    packed = pack(np.isfinite(log))
    when = packed.floats(years.astype(np.float64))
    yearly = np.diff(packed.floats(log), axis=1) / np.diff(when, axis=1)
    return median(yearly[np.abs(yearly) < HALF_TEN])
