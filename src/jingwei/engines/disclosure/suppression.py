"""Which cells of a table must not be shown, so that no group of fewer rows than the threshold can be told; pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import combinations

Key = tuple[Hashable, ...]


def hidden(cells: Mapping[Key, int], threshold: int) -> set[Key]:
    """Cells to hide: those under the threshold, and others so that the hidden ones cannot be had by subtraction.

    cells : rows by cell of a table of one or more dimensions, in which rows of one dimension can be added up
    In each line of each margin (some dimensions fixed, the others added up) the hidden cells together hold as many rows as the
    threshold, and are two at least; else the smallest shown cell of the line is hidden too. A line wholly hidden cannot be
    told from its margin, which is itself a cell of some other query and under the same rule there.
    """
    away = {key for key, rows in cells.items() if rows < threshold}
    width = len(next(iter(cells), ()))
    margins = [fixed for size in range(width) for fixed in combinations(range(width), size)] or [()]
    while True:
        before = len(away)
        for fixed in margins:
            lines: dict[Key, list[Key]] = {}
            for key in cells:
                lines.setdefault(tuple(key[i] for i in fixed), []).append(key)
            for line in lines.values():
                gone = [key for key in line if key in away]
                shown = sorted((key for key in line if key not in away), key=lambda key: (cells[key], str(key)))
                while gone and shown and (len(gone) < 2 or sum(cells[key] for key in gone) < threshold):
                    away.add(shown[0])
                    gone.append(shown.pop(0))
        if len(away) == before:
            return away
