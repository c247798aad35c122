"""Finds places that count too little or too much by what the national figure leaves for them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from jingwei.coordination.observations.panel import TOTAL, Cells, Finding, Ints, Trait

PARTS = 31  # provincial-level divisions in national totals: Hong Kong, Macao and Taiwan are counted apart
TOLERANCE = 0.01  # share of the national figure by which sums of true figures may miss it (0.4 % at most in ours)
LEAST_OFF = 1.25  # a place must be this many times off what is left for it to be named


def totals(cells: Cells, traits: Mapping[str, Trait], before: list[Finding]) -> list[Finding]:
    """Figures whose place stands far from the national figure less all other places, in a year where all are given.

    Only for measures whose places add up. Where several new figures could be at fault, the ones are named for which
    the miss makes the same ratio in every such year; where none stands out, nobody is. A measure of which a whole
    cross-section was already doubted is left alone: its sum says nothing of one place.
    """
    found = []
    doubted = {f.measure for f in before if not f.place and not f.known}
    for name in np.unique(cells.measure[cells.new]):
        if traits.get(str(name), Trait()).additive and str(name) not in doubted:
            found += _measure(cells, np.flatnonzero(cells.measure == name))
    return found


def _measure(cells: Cells, rows: Ints) -> list[Finding]:
    places = {str(p) for p in cells.place[rows]} - {TOTAL}
    if len(places) != PARTS:
        return []
    suspects: dict[str, list[tuple[int, float, float]]] = {}
    for year in np.unique(cells.year[rows]):
        here = rows[cells.year[rows] == year]
        figure = {str(cells.place[r]): int(r) for r in sorted(here, key=lambda r: (bool(cells.new[r]), r))}
        if TOTAL not in figure or len(figure) != PARTS + 1:
            continue
        values = {p: float(cells.value[r]) for p, r in figure.items()}
        left = values[TOTAL] - sum(v for p, v in values.items() if p != TOTAL)
        rounding = 10.0 ** -float(cells.decimals[figure[TOTAL]])
        if not np.isfinite(left) or abs(left) <= max(TOLERANCE * abs(values[TOTAL]), rounding):
            continue
        for place in sorted(places):
            should = values[place] + left
            if cells.new[figure[place]] and values[place] > 0 and should > 0 and not _borne_out(cells, here, figure[place]):
                suspects.setdefault(place, []).append((figure[place], values[place] / should, left))
    return [_finding(cells, rows_of, median) for rows_of, median in _steady(suspects)]


def _borne_out(cells: Cells, here: Ints, row: int) -> bool:
    """Whether an accepted figure of the same place and year says the same."""
    twins = here[(cells.place[here] == cells.place[row]) & ~cells.new[here]]
    return bool((np.abs(cells.value[twins] / cells.value[row] - 1.0) < TOLERANCE).any())


def _steady(suspects: dict[str, list[tuple[int, float, float]]]) -> list[tuple[list[int], float]]:
    """Of the places that could be at fault, those off by a large and steady ratio; the steadiest where many are."""
    most = max((len(s) for s in suspects.values()), default=0)
    scored = []
    for seen in suspects.values():
        logs = np.log([ratio for _, ratio, _ in seen])
        middle = float(np.median(logs))
        if len(seen) == most and abs(middle) >= np.log(LEAST_OFF):
            scored.append((float(np.ptp(logs)) + 0.05 * abs(abs(middle) - np.log(2.0)), middle, [r for r, _, _ in seen]))
    scored.sort(key=lambda s: s[0])
    return [(rows, float(np.exp(middle))) for _, middle, rows in scored[:1]]


def _finding(cells: Cells, rows: list[int], ratio: float) -> Finding:
    first = min(rows, key=lambda r: int(cells.year[r]))
    shown = f"{cells.value[first]:.10g}"
    return Finding(
        "mixed_definition", str(cells.measure[first]), str(cells.place[first]), tuple(sorted(rows)),
        f"{shown} in {cells.year[first]} is {ratio:.2f} times what the national figure leaves when all other places are taken off; "
        "counted another way, or only in part?",
        f"{cells.year[first]}年为{shown}，是全国数减去其他各地之后所余的{ratio:.2f}倍；口径不同或只计了一部分？",
        abs(float(np.log(ratio))) / TOLERANCE)
