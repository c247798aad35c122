"""A table of counts with all its margins, hidden so far that no attacker who adds and subtracts knows a small count too well.

Cell suppression with sliding protection (Fischetti & Salazar, Management Science 47, 2001): the cells are hidden by a quick rule, an attacker who
solves the table's equations in whole numbers tests them, and cells are added until every small one keeps its room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cell = tuple[int, ...]

DIRECTIONS = 6
"""Looks at random an attack begins with."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown of a table.

    counts : (n1 + 1, …, nk + 1) the table with its margins: the last place of each axis is the sum over it
    shown : the same shape; a cell that is not shown is at least 1, since a 0 is always shown, but for parts where none is
    small : cells below the threshold, all hidden
    width : how many counts an attacker cannot tell apart, at least, for each small cell: highest less lowest
    """

    counts: Counts
    shown: Mask
    small: Mask
    width: int


def with_margins(counts: Counts) -> Counts:
    """The table with the sum over each axis, and over all of them, as a last place."""
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    return counts


def protect(counts: Counts, threshold: int, *, margins_only: bool = False) -> Protected:
    """Hide every count from 1 to ``threshold`` - 1, and as many more as it takes.

    counts : (n1, …, nk) whole numbers
    margins_only : none of the parts themselves is shown, zeros included, which lets far more of the sums be
    Each small cell keeps a range of at least ``threshold``: as far as all that is shown goes, its count may be any of so many others. Where no
    more can be hidden among the parts, the sums are, and last the sum of all.
    """
    full = with_margins(counts)
    small = (full > 0) & (full < threshold)
    hidden = small.copy()
    least_known = np.ones(full.shape)
    if margins_only:
        parts = tuple(slice(0, n) for n in counts.shape)
        hidden[parts], least_known[parts] = True, 0
    lines = list(_lines(full.shape))
    through: dict[Cell, list[Cell]] = {}
    for line in lines:
        for cell in line:
            through.setdefault(cell, []).extend(line)
    _pair_up(full, hidden, lines, threshold)
    least, most = full.copy(), full.copy()  # what was found to agree with less hidden agrees with more
    while narrow := _too_narrow(full, hidden, small, threshold, least_known, least, most):
        added: set[Cell] = set()
        for cell in narrow:
            if added.isdisjoint(through[cell]):  # one more in a line may be enough for all of it
                more = _cheapest(full, hidden, through[cell]) or _cheapest(full, hidden, list(np.ndindex(full.shape)))
                if more is not None:
                    added.add(more)
                    hidden[more] = True
        if not added:
            break  # all but the zeros is hidden: nothing is known of anything
        _pair_up(full, hidden, lines, threshold)
    return Protected(full, ~hidden, small, threshold)


def _lines(shape: Cell) -> Iterator[tuple[Cell, ...]]:
    """Cells along each axis, the sum among them: parts less sum are 0."""
    for axis, size in enumerate(shape):
        for rest in product(*(range(n) for i, n in enumerate(shape) if i != axis)):
            yield tuple((*rest[:axis], at, *rest[axis:]) for at in range(size))


def _cheapest(full: Counts, hidden: Mask, cells: list[Cell]) -> Cell | None:
    """The smallest count that is shown and not 0, parts before sums."""
    last = tuple(n - 1 for n in full.shape)
    there = [c for c in cells if full[c] > 0 and not hidden[c]]
    return min(there, key=lambda c: (sum(at == end for at, end in zip(c, last, strict=True)), int(full[c]), c), default=None)


def _pair_up(full: Counts, hidden: Mask, lines: list[tuple[Cell, ...]], threshold: int) -> None:
    """A line with one hidden cell, or with parts that hold less than the threshold together, gives it away: hide one more, until none does."""
    grown = True
    while grown:
        grown = False
        for line in lines:
            gone = [c for c in line if hidden[c]]
            if not gone or (len(gone) > 1 and (hidden[line[-1]] or sum(int(full[c]) for c in gone) >= threshold)):
                continue
            more = _cheapest(full, hidden, list(line))
            if more is not None:
                hidden[more] = grown = True


def _too_narrow(full: Counts, hidden: Mask, small: Mask, width: int, least_known: NDArray[np.float64], least: Counts, most: Counts) -> list[Cell]:
    """Small cells whose range is narrower than ``width``; ``least`` and ``most``, the widest found so far, grow.

    The attacker looks in directions drawn at random first, since one answer widens many cells, then at each cell that is left.
    """
    if not small.any():
        return []
    attack, draw = Attack.on(full, hidden, least_known), np.random.default_rng(0)

    def left() -> list[int]:
        return [i for i, c in enumerate(attack.cells) if small[c] and most[c] - least[c] < width]

    def look(goal: NDArray[np.float64]) -> None:
        found = attack.extreme(goal)
        for cell, count in zip(attack.cells, found, strict=True):
            least[cell], most[cell] = min(least[cell], count), max(most[cell], count)

    for _ in range(DIRECTIONS):
        if not (waiting := left()):
            return []
        goal = np.zeros(len(attack.cells))
        goal[waiting] = draw.choice((-1.0, 1.0), len(waiting))
        look(goal)
        look(-goal)
    for at in left():
        for sign in (1.0, -1.0):
            if most[attack.cells[at]] - least[attack.cells[at]] < width:
                goal = np.zeros(len(attack.cells))
                goal[at] = sign
                look(goal)
    return [attack.cells[i] for i in left()]


@dataclass(frozen=True, slots=True)
class Attack:
    """Somebody who sees what is shown, knows that hidden counts are whole and at least 1 (0 where zeros are hidden too), and solves for them.

    cells : the hidden ones; truth : their counts, which only the audit knows
    rows, sums : (equations, cells) coefficients and (equations,) what the shown counts leave for them
    least : (cells,) what the attacker knows each to be at least; ``most``, beyond which nobody looks
    """

    cells: tuple[Cell, ...]
    truth: Counts
    rows: NDArray[np.float64]
    sums: NDArray[np.float64]
    least: NDArray[np.float64]
    most: int

    @classmethod
    def on(cls, full: Counts, hidden: Mask, least: NDArray[np.float64]) -> Attack:
        cells = tuple(tuple(int(i) for i in c) for c in np.argwhere(hidden))
        place = {c: i for i, c in enumerate(cells)}
        rows, sums = [], []
        for line in _lines(full.shape):
            if not any(c in place for c in line):
                continue
            row, left = np.zeros(len(cells)), 0.0
            for c in line:
                sign = -1.0 if c == line[-1] else 1.0
                if c in place:
                    row[place[c]] = sign
                else:
                    left -= sign * float(full[c])
            rows.append(row)
            sums.append(left)
        truth = np.array([full[c] for c in cells], dtype=np.int64)
        return cls(cells, truth, np.array(rows).reshape(-1, len(cells)), np.array(sums), least[hidden],
                   int(full.max(initial=0)) * 2 + 100)

    def extreme(self, goal: NDArray[np.float64]) -> Counts:
        """Hidden counts that agree with all that is shown and lie as far in the direction ``goal`` as any."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        solved: Any = milp(-goal, integrality=np.ones(len(self.cells)), bounds=Bounds(self.least, self.most),
                           constraints=LinearConstraint(csr_array(self.rows), self.sums, self.sums))
        return np.rint(solved.x).astype(np.int64) if solved.x is not None else self.truth
