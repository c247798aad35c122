"""Ways figures go wrong, made on purpose: each takes good cells and returns spoilt ones and the rows that are spoilt.

Every generator is ``(rng, cells) -> (spoilt cells, spoilt rows)`` and draws its measure, places, years, size and kind
of spoiling at random, within the magnitudes that docs/findings.md promises. To keep a run short the spoilt cells are
those of the one measure touched, with whatever accepted context the kind of spoiling calls for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from jingwei.coordination.observations.figures import published_figures, traits
from jingwei.coordination.observations.screening import Cells, Trait

Spoilt = tuple[Cells, NDArray[np.int64]]
Injector = Callable[[np.random.Generator, Cells], Spoilt]

TRAITS = traits()
GROWING = tuple(m for m, t in TRAITS.items() if t.growing)
BOUNDED = tuple(m for m, t in TRAITS.items() if t.bounded)
REVERSIBLE = 8.0  # noises by which a measure's common growth must differ from its mirror image
NOT_SERIES = ("computing_hub_member", "cac_digital_level_rank", "open_data_index", "gov_online_service_index")


# --- the good figures -----------------------------------------------------------------------------------------------

@cache
def published() -> Cells:
    """The figures we ship."""
    figures = [f for f in published_figures() if f.value is not None and f.status != "missing"]
    return Cells(
        np.array([f.measure for f in figures]), np.array([f.place for f in figures]),
        np.array([f.year for f in figures]), np.array([f.value for f in figures], dtype=np.float64),
        np.array([round(-np.log10(f.last_place)) if f.last_place else 0 for f in figures]),
        np.array([f.source for f in figures]), np.array([f.vintage for f in figures], dtype="<U32"),
        np.array([f.definition for f in figures], dtype="<U32"), np.ones(len(figures), dtype=np.bool_))


def take(cells: Cells, at: NDArray[np.generic]) -> Cells:
    return Cells(**{f.name: getattr(cells, f.name)[at] for f in fields(Cells)})


def join(*parts: Cells) -> Cells:
    return Cells(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Cells)})


def accepted(cells: Cells, vintage: str | None = None) -> Cells:
    old = replace(cells, new=np.zeros(len(cells), dtype=np.bool_))
    return old if vintage is None else replace(old, vintage=np.full(len(cells), vintage))


def with_values(cells: Cells, rows: NDArray[np.int64], values: NDArray[np.float64],
                decimals: NDArray[np.int64] | None = None) -> Cells:
    """The cells with other values at ``rows``, written with their own (or the given) number of digits."""
    places = cells.decimals[rows] if decimals is None else decimals
    value, written = cells.value.copy(), cells.decimals.copy()
    value[rows] = [round(float(v), int(d)) for v, d in zip(values, places, strict=True)]
    written[rows] = places
    return replace(cells, value=value, decimals=written)


# --- drawing where it happens ---------------------------------------------------------------------------------------

def measures(cells: Cells, years: int, *, noise: float = np.inf, among: tuple[str, ...] = ()) -> list[str]:
    """Measures with at least so many years and at most so much scatter of own changes (log points)."""
    return [m for m in np.unique(cells.measure).tolist()
            if m not in NOT_SERIES and (not among or m in among)
            and len(np.unique(cells.year[cells.measure == m])) >= years and scatter(cells, m) <= noise]


_SCATTER: dict[tuple[int, str], float] = {}


def scatter(cells: Cells, measure: str) -> float:
    """Robust standard deviation of yearly log changes around the median change of the year, a measure's noise."""
    key = (id(cells.value), measure)
    if key not in _SCATTER:
        own = changes(grid(take(cells, cells.measure == measure))[0])
        off = np.abs(own - np.nanmedian(own, axis=0))
        _SCATTER[key] = 1.4826 * float(np.nanmedian(off))
    return _SCATTER[key]


def grid(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(places, years) values and rows, NaN and -1 where missing."""
    places, p = np.unique(cells.place, return_inverse=True)
    years, t = np.unique(cells.year, return_inverse=True)
    value, row = np.full((len(places), len(years)), np.nan), np.full((len(places), len(years)), -1)
    value[p, t], row[p, t] = cells.value, np.arange(len(cells))
    return value, row


def changes(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.diff(np.log(value), axis=1)


def one(rng: np.random.Generator, cells: Cells, years: int, **limits: object) -> Cells:
    """The cells of one measure drawn at random."""
    name = str(rng.choice(measures(cells, years, **limits)))  # type: ignore[arg-type]
    return take(cells, cells.measure == name)


def pick(rng: np.random.Generator, *kinds: Callable[[], Spoilt]) -> Spoilt:
    return kinds[int(rng.integers(len(kinds)))]()


def full_places(row: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero((row >= 0).all(axis=1))


def factor(rng: np.random.Generator, low: float, high: float) -> float:
    """A factor of that size, up or down."""
    size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return size if rng.random() < 0.5 else 1 / size


def cut(rng: np.random.Generator, years: NDArray[np.int64], measure: str) -> int:
    """Position of a first year after which something changes; never a declared break."""
    breaks = TRAITS.get(measure, Trait()).breaks
    return int(rng.choice([t for t in range(1, len(years)) if int(years[t]) not in breaks]))


# --- the ten codes --------------------------------------------------------------------------------------------------

def unit_slip(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """A power of ten: one figure, part of a series, a year, a new year, or a series or measure of a known vintage."""
    part = one(rng, cells, 2)
    power = int(rng.choice([-8, -4, -3, -2, -1, 1, 2, 3, 4, 8]))
    _, row = grid(part)
    years = np.unique(part.year)

    def spoil(rows: NDArray[np.int64], *context: Cells) -> Spoilt:
        spoilt = with_values(part, rows, part.value[rows] * 10.0**power,
                             np.maximum(0, part.decimals[rows] - power) if power > 0 else part.decimals[rows] - power)
        return join(spoilt, *context), rows

    def cell() -> Spoilt:
        p = rng.choice(np.flatnonzero((row >= 0).sum(axis=1) >= 3)) if len(years) > 2 else rng.choice(full_places(row))
        return spoil(rng.choice(row[p][row[p] >= 0], 1))

    def end_of_series() -> Spoilt:
        p = int(rng.choice(full_places(row)))
        length = int(rng.integers(1, len(years) // 2 + 1))
        return spoil(row[p, -length:] if rng.random() < 0.7 else row[p, :length])

    def year() -> Spoilt:
        column = row[:, int(rng.integers(len(years)))]
        return spoil(column[column >= 0])

    def new_year() -> Spoilt:
        nonlocal part
        last = part.year == years[-1]
        part = replace(part, new=last)
        rows = np.flatnonzero(last)
        return spoil(rows if rng.random() < 0.5 else rng.choice(rows, int(rng.integers(1, 6)), replace=False))

    def series_of_known_vintage() -> Spoilt:
        p = int(rng.integers(len(row)))
        return spoil(row[p][row[p] >= 0], accepted(part, "earlier"))

    def measure_of_known_vintage() -> Spoilt:
        return spoil(np.arange(len(part)), accepted(part, "earlier"))

    kinds = (cell, cell, year, series_of_known_vintage, measure_of_known_vintage, new_year)
    return pick(rng, *kinds, *([end_of_series] if len(years) >= 4 and len(full_places(row)) else []))


def reversed_series(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Years backwards: a growing column, a column or series of a known vintage, new years, one place against all."""
    def turned(part: Cells, row: NDArray[np.int64], *context: Cells) -> Spoilt:
        new, old = [], []
        for line in row:
            there = line[line >= 0]
            new += there.tolist()
            old += there[::-1].tolist()
        target, origin = np.array(new), np.array(old)
        return join(with_values(part, target, part.value[origin], part.decimals[origin]), *context), target

    def growing_column() -> Spoilt:
        part = one(rng, cells, 3, among=GROWING)
        return turned(part, grid(part)[1])

    def column_of_known_vintage() -> Spoilt:
        part = one(rng, cells, 3)
        return turned(part, grid(part)[1], accepted(part, "earlier"))

    def series_of_known_vintage() -> Spoilt:
        part = one(rng, cells, 3)
        row = grid(part)[1]
        return turned(part, row[[int(rng.integers(len(row)))]], accepted(part, "earlier"))

    def new_years() -> Spoilt:
        part = one(rng, cells, 5, among=GROWING)
        years = np.unique(part.year)
        first = int(rng.integers(2, len(years) - 1))
        part = replace(part, new=part.year >= years[first])
        return turned(part, grid(part)[1][:, first:])

    def one_place() -> Spoilt:
        name = str(rng.choice([m for m in measures(cells, 4) if mirror_size(cells, m) >= REVERSIBLE]))
        part = take(cells, cells.measure == name)
        row = grid(part)[1]
        return turned(part, row[[int(rng.choice(full_places(row)))]])

    return pick(rng, growing_column, column_of_known_vintage, series_of_known_vintage, new_years, one_place)


def mirror_size(cells: Cells, measure: str) -> float:
    """Root sum of squares, in noises, by which the common growth differs from itself read backwards."""
    if TRAITS.get(measure, Trait()).breaks:
        return 0.0
    common = np.nanmedian(changes(grid(take(cells, cells.measure == measure))[0]), axis=0)
    return float(np.sqrt(((common + common[::-1]) ** 2).sum())) / scatter(cells, measure)


def exact_extrapolation(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """The last one to three years by a rule from the years before, the first by one from those after, or gaps filled."""
    part = one(rng, cells, 4)
    if rng.random() < 0.2:
        return _filled_gaps(rng, part)
    value, row = grid(part)
    back = rng.random() < 0.15  # run backwards, the growth of two years is constant growth
    rule = EXTRAPOLATIONS[str(rng.choice([name for name in EXTRAPOLATIONS if name != "growth" or not back]))]
    span = int(rng.integers(1, min(3, row.shape[1] - 3) + 1))
    if back:
        value, row = value[:, ::-1], row[:, ::-1]
    full = full_places(row)
    many = rng.random() < 0.5 or span < 2
    who = full if many else rng.choice(full, int(rng.integers(8, 16)), replace=False)
    rows = row[who, -span:].ravel()
    guess = np.array([rule(line, span) for line in value[who, :-span]]).ravel()
    return with_values(part, rows, np.maximum(guess, 10.0 ** -part.decimals[rows])), rows


def _filled_gaps(rng: np.random.Generator, part: Cells) -> Spoilt:
    """Interpolated inner years, written with more digits than the column or spread over a dozen places."""
    value, row = grid(part)
    t = int(rng.integers(1, row.shape[1] - 1))
    full = full_places(row)
    finer = rng.random() < 0.5
    who = rng.choice(full, 4 if finer else int(min(len(full), rng.integers(12, 31))), replace=False)
    rows = row[who, t]
    middle = (value[who, t - 1] + value[who, t + 1]) / 2
    return with_values(part, rows, middle, np.full(len(rows), part.decimals.max() + 2) if finer else None), rows


def _fit(base: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    x = np.arange(len(base))
    return np.polyval(np.polyfit(x, base, 1), np.arange(len(base), len(base) + span))


EXTRAPOLATIONS: dict[str, Callable[[NDArray[np.float64], int], NDArray[np.float64]]] = {
    "line": lambda b, k: b[-1] + (b[-1] - b[-2]) * np.arange(1, k + 1),
    "growth": lambda b, k: b[-1] * (b[-1] / b[-2]) ** np.arange(1, k + 1),
    "mean increase": lambda b, k: b[-1] + (b[-1] - b[0]) / (len(b) - 1) * np.arange(1, k + 1),
    "compound": lambda b, k: b[-1] * (b[-1] / b[0]) ** (np.arange(1, k + 1) / (len(b) - 1)),
    "mean growth": lambda b, k: b[-1] * np.mean(b[1:] / b[:-1]) ** np.arange(1, k + 1),
    "least squares": _fit,
    "log least squares": lambda b, k: np.exp(_fit(np.log(b), k)),
}


def constant_growth(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Four or more years at one rate: a back-cast with one rate for all, with each place's own, or one fine series."""
    def one_rate() -> Spoilt:
        part = one(rng, cells, 4)
        value, row = grid(part)
        start = int(rng.integers(2, row.shape[1]))
        rate, full = 1 + rng.uniform(0.02, 0.4) * rng.choice([-0.5, 1.0]), full_places(row)
        return cast(part, value, row, full, start, np.full(len(full), rate))

    def own_rates() -> Spoilt:
        part = one(rng, cells, 5)
        value, row = grid(part)
        full = full_places(row)
        who = rng.choice(full, int(rng.integers(min(8, len(full)), len(full) + 1)), replace=False)
        return cast(part, value, row, who, int(rng.integers(3, row.shape[1])), np.exp(rng.normal(0.06, 0.06, len(who))))

    def one_series() -> Spoilt:
        part = one(rng, cells, 5)
        value, row = grid(part)
        full = full_places(row)
        fine = [p for p in full if (10.0 ** -part.decimals[row[p]] <= 3e-3 * scatter(cells, str(part.measure[0]))
                                    * value[p]).all()]
        if not fine:
            return one_series()
        start = int(rng.integers(3, row.shape[1]))
        return cast(part, value, row, rng.choice(fine, 1), start, np.exp(rng.normal(0.06, 0.06, 1)))

    def cast(part: Cells, value: NDArray[np.float64], row: NDArray[np.int64], who: NDArray[np.int64], start: int,
             rate: NDArray[np.float64]) -> Spoilt:
        rows = row[who, :start]
        made = value[who, start][:, None] * rate[:, None] ** (np.arange(start) - start)
        digits = np.maximum(part.decimals[rows], np.ceil(2.5 - np.log10(made)).astype(np.int64))
        return with_values(part, rows.ravel(), made.ravel(), digits.ravel()), rows.ravel()

    return pick(rng, one_rate, own_rates, one_series)


def jump(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """One figure, or a place from one year on, off by a factor of three to eight."""
    part = one(rng, cells, 2)
    _, row = grid(part)
    size = factor(rng, 3, 8)
    if rng.random() < 0.3:
        part = replace(part, new=part.year == part.year.max())
        rows = rng.choice(np.flatnonzero(part.new), 1)
        rows = rows if (row[np.any(row == rows[0], axis=1)] >= 0).sum() > 1 else np.flatnonzero(part.new)[:1]
    elif rng.random() < 0.6:
        p = int(rng.choice(np.flatnonzero((row >= 0).sum(axis=1) >= 2)))
        rows = rng.choice(row[p][row[p] >= 0], 1)
    else:
        p = int(rng.choice(full_places(row)))
        rows = row[p, cut(rng, np.unique(part.year), str(part.measure[0])):]
    return with_values(part, rows, part.value[rows] * size), rows


def series_break(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Every place from one year on off by a common factor."""
    names = measures(cells, 4)
    while True:
        part = take(cells, cells.measure == str(rng.choice(names)))
        value, row = grid(part)
        years = np.unique(part.year)
        t = cut(rng, years, str(part.measure[0]))
        size = factor(rng, 1.15, 2.0)
        if abs(np.log(size)) >= break_bar(value, t, size):
            break
    rows = row[:, t:]
    rows = rows[rows >= 0]
    if rng.random() < 0.3:
        part = replace(part, new=part.year >= years[t])
    elif rng.random() < 0.5:
        return with_values(part, rows, part.value[rows] * size * np.exp(rng.normal(0, 0.01, len(rows)))), rows
    return with_values(part, rows, part.value[rows] * size), rows


def break_bar(value: NDArray[np.float64], t: int, size: float) -> float:
    """The least log factor promised to be seen in this measure and year: above its own common swings and scatter."""
    step = changes(value)
    common = np.nanmedian(step, axis=0)
    others = np.delete(common, t - 1)
    wobble = float(np.abs(others - np.median(others)).max())
    noise = 1.4826 * float(np.nanmedian(np.abs(step[:, t - 1] - common[t - 1])))
    masking = max(0.0, -np.sign(np.log(size)) * (common[t - 1] - np.median(others)))
    return float(max(np.log(1.15), 2.5 * noise + masking, 2.5 * wobble + masking))


def mixed_definition(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Some places in a year or from a year on, one place for some years, one vintage against another, or as stated."""
    def places() -> Spoilt:
        part = one(rng, cells, 3)
        _, row = grid(part)
        noise = scatter(cells, str(part.measure[0]))
        size = factor(rng, max(1.2, np.exp(7 * noise)), max(2.5, 1.5 * np.exp(7 * noise)))
        years = np.unique(part.year)
        t = cut(rng, years, str(part.measure[0]))
        full = full_places(row)
        who = rng.choice(full, int(rng.integers(4, max(5, len(full) // 2))), replace=False)
        rows = row[who, t] if rng.random() < 0.5 else row[who, t:].ravel()
        if rng.random() < 0.3:
            part = replace(part, new=part.year >= years[t])
        return with_values(part, rows, part.value[rows] * size), rows

    def one_place() -> Spoilt:
        part = one(rng, cells, 5, noise=0.06)
        if TRAITS[str(part.measure[0])].breaks:
            return one_place()
        _, row = grid(part)
        size = factor(rng, max(1.5, np.exp(10 * scatter(cells, str(part.measure[0])))), 2.2)
        p, half = int(rng.choice(full_places(row))), row.shape[1] // 2
        rows = row[p, half:] if rng.random() < 0.5 else row[p, :half]
        return with_values(part, rows, part.value[rows] * size), rows

    def known_vintage() -> Spoilt:
        part = one(rng, cells, 2)
        row = grid(part)[1]
        size = factor(rng, 1.25, 3.0)
        full = np.flatnonzero((row >= 0).sum(axis=1) >= 2)
        who = full if rng.random() < 0.3 else rng.choice(full, int(rng.integers(1, 8)), replace=False)
        rows = row[who]
        rows = rows[rows >= 0]
        noisy = accepted(part, "earlier")
        noisy = with_values(noisy, np.arange(len(noisy)), noisy.value * np.exp(rng.normal(0, 0.01, len(noisy))))
        return join(with_values(part, rows, part.value[rows] * size), noisy), rows

    def stated() -> Spoilt:
        part = one(rng, cells, 2)
        _, row = grid(part)
        who = rng.choice(full_places(row), int(rng.integers(1, 6)), replace=False)
        rows = row[who, int(rng.integers(1, row.shape[1]))]
        definition = np.full(len(part), "current", dtype="<U16")
        definition[rows] = "former"
        return replace(part, definition=definition), rows

    return pick(rng, places, places, one_place, known_vintage, stated)


def share_over_100(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """A share just above 100, far above it, or below 0; one figure or several."""
    part = one(rng, cells, 1, among=BOUNDED)
    rows = rng.choice(len(part), int(rng.integers(1, 4)), replace=False)
    size = rng.choice([100 + rng.exponential(20, len(rows)) + 0.1, -rng.exponential(10, len(rows)) - 0.1])
    return with_values(part, rows, size, np.full(len(rows), 2)), rows


def duplicate_vintage(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Figures given twice by one source and vintage: alike, slightly different, or against an accepted one."""
    part = one(rng, cells, 1)
    rows = rng.choice(len(part), int(rng.integers(1, 6)), replace=False)
    again = take(part, rows)
    if rng.random() < 0.7:
        again = with_values(again, np.arange(len(rows)), again.value * factor(rng, 1.01, 3), again.decimals + 2)
    if rng.random() < 0.3:
        part = accepted(part)
    return join(part, again), np.arange(len(part), len(part) + len(rows))


def zero_for_missing(rng: np.random.Generator, cells: Cells) -> Spoilt:
    """Missing figures written as 0: one, a few, a place, a year."""
    part = one(rng, cells, 2)
    _, row = grid(part)
    kind = rng.integers(4)
    there = row[row >= 0]
    if kind == 0:
        rows = rng.choice(there, 1)
    elif kind == 1:
        rows = rng.choice(there, int(rng.integers(2, len(there) // 5)), replace=False)
    elif kind == 2:
        line = row[int(rng.integers(len(row)))]
        rows = line[line >= 0]
    else:
        column = row[:, int(rng.integers(row.shape[1]))] if row.shape[1] > 2 else row[:8, 0]
        rows = column[column >= 0]
    if rng.random() < 0.3 and len(rows) < len(part) / 2:
        new = np.zeros(len(part), dtype=np.bool_)
        new[rows] = True
        part = replace(part, new=new)
    return with_values(part, rows, np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64)), rows


INJECTORS: dict[str, Injector] = {f.__name__: f for f in (
    unit_slip, reversed_series, exact_extrapolation, constant_growth, jump, series_break, mixed_definition,
    share_over_100, duplicate_vintage, zero_for_missing)}
