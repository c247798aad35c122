"""Finds implausible and gamed figures in a panel of published statistics, so that they are held back, not used.

Ten codes: ``unit_slip``, ``reversed_series``, ``exact_extrapolation``, ``constant_growth``, ``jump``,
``series_break``, ``mixed_definition``, ``share_over_100``, ``duplicate_vintage``, ``zero_for_missing``. What each
means, which magnitudes it promises to catch and what it finds in the panel we ship is written in docs/findings.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from jingwei.coordination.observations.cell_detectors import (
    borrowed_figures,
    clipped,
    duplicate_vintages,
    shares_over_100,
    stated_definitions,
    zeros_for_missing,
)
from jingwei.coordination.observations.fit_detectors import computed
from jingwei.coordination.observations.level_detector import misplaced_levels
from jingwei.coordination.observations.panel import MAX_DIGITS, Cells, Finding, Flags, Ints, Panel, Trait, panels
from jingwei.coordination.observations.panel_detectors import mixed_definitions, series_breaks, vintage_conflicts
from jingwei.coordination.observations.series_detectors import jumps, reversals, unit_slips
from jingwei.coordination.observations.total_detector import totals

__all__ = ["CODES", "Cells", "Finding", "Trait", "screen"]

CODES = ("unit_slip", "reversed_series", "exact_extrapolation", "constant_growth", "jump", "series_break",
         "mixed_definition", "share_over_100", "duplicate_vintage", "zero_for_missing")
SAME = 1e-3  # of a figure: what rounding may hide between two prints of it


def screen(cells: Cells, traits: Mapping[str, Trait]) -> tuple[Finding, ...]:
    """All findings on the new figures, by measure, code and place; the order of the rows plays no part.

    Accepted figures complete the series and cross-sections but are never held back, nor is a figure that repeats one:
    it says nothing new, and beside spoilt neighbours it is the one to be trusted. Growth is judged on positive
    figures; zero, negative and missing ones take part only in the tests that are about them. Never raises on data.
    """
    if not len(cells):
        return ()
    found: list[Finding] = []
    with np.errstate(all="ignore"):
        judged = replace(cells, new=cells.new & ~_settled(cells))
        order = np.argsort(cells.measure, kind="stable")
        names, start = np.unique(cells.measure[order], return_index=True)
        for name, rows in zip(names, np.split(order, start[1:]), strict=True):
            if len(rows) and cells.new[rows].any():
                trait = traits.get(str(name), Trait())
                found += shares_over_100(cells, rows.astype(np.int64), trait)  # wrong whatever was accepted
                found += duplicate_vintages(cells, rows.astype(np.int64))
                found += _measure(judged, rows.astype(np.int64), trait)
        found += borrowed_figures(judged)
        found += misplaced_levels(judged, found)
        found += totals(judged, traits, found)
    kept = _with_twins(cells, list(_distinct(found)))
    return tuple(sorted(kept, key=lambda f: (f.measure, f.code, f.place, f.rows, f.detail_en)))


def _settled(cells: Cells) -> Flags:
    """New figures that repeat an accepted one of the same cell and definition."""
    known: dict[tuple[str, str, int, str], list[int]] = {}
    measures = np.unique(cells.measure[cells.new])
    for r in np.flatnonzero(~cells.new & np.isin(cells.measure, measures)).tolist():
        known.setdefault(_cell(cells, r), []).append(r)
    settled = np.zeros(len(cells), dtype=np.bool_)
    for r in np.flatnonzero(cells.new).tolist() if known else ():
        settled[r] = any(_repeats(cells, r, other) for other in known.get(_cell(cells, r), ()))
    return settled


def _cell(cells: Cells, row: int) -> tuple[str, str, int, str]:
    return str(cells.measure[row]), str(cells.place[row]), int(cells.year[row]), str(cells.definition[row])


def _repeats(cells: Cells, row: int, other: int) -> bool:
    """Whether two figures are one apart from rounding, which may not hide more than a thousandth."""
    apart, size = abs(float(cells.value[row] - cells.value[other])), abs(float(cells.value[other]))
    digits = int(np.clip(min(cells.decimals[row], cells.decimals[other]), -MAX_DIGITS, MAX_DIGITS))
    return apart <= max(min(0.5 * 10.0**-digits * (1 + 1e-9), SAME * size), 1e-12 * size)


def _distinct(found: list[Finding]) -> Iterator[Finding]:
    """Without findings whose figures another one of the same code already holds back."""
    seen: dict[tuple[str, str], list[set[int]]] = {}
    for f in found:
        before = seen.setdefault((f.code, f.measure), [])
        if f.known or not any(set(f.rows) <= rows for rows in before):
            before.append(set(f.rows))
            yield f


def _with_twins(cells: Cells, found: list[Finding]) -> Iterator[Finding]:
    """A figure that is held back takes its exact repetitions with it."""
    keys = (cells.measure, cells.place, cells.definition)
    key = np.column_stack([np.unique(k, return_inverse=True)[1] for k in keys])
    order = np.lexsort((cells.value, cells.year, *key.T))
    same = ((np.diff(key[order], axis=0) == 0).all(axis=1) & (np.diff(cells.year[order]) == 0)
            & (cells.value[order][1:] == cells.value[order][:-1]))
    group = np.empty(len(cells), dtype=np.int64)
    group[order] = np.concatenate(([0], np.cumsum(~same)))
    if not same.any():
        yield from found
        return
    for f in found:
        twins = np.flatnonzero(np.isin(group, group[list(f.rows)]) & cells.new) if f.rows else ()
        yield replace(f, rows=tuple(int(r) for r in twins))


def _measure(cells: Cells, rows: Ints, trait: Trait) -> Iterator[Finding]:
    yield from stated_definitions(cells, rows, trait)
    for panel in panels(cells, rows):
        yield from _panel(panel, trait)


def _panel(panel: Panel, trait: Trait) -> Iterator[Finding]:
    trait = replace(trait, breaks=tuple(sorted({*trait.breaks, *panel.turns})))
    yield from zeros_for_missing(panel, trait)
    if np.isin(panel.value[np.isfinite(panel.value)], (0.0, 1.0)).all():
        return
    yield from clipped(panel)
    yield from vintage_conflicts(panel)
    yield from series_breaks(panel, trait)
    yield from computed(panel)
    for part in panel.segments(trait.breaks):
        if not part.new.any():
            continue
        slips, power = unit_slips(part)
        yield from slips
        yield from jumps(part, power)
        yield from reversals(part, trait)
        yield from mixed_definitions(part, power)
