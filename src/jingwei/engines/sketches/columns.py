"""What a column's values are worth as evidence: bits of information, and how densely numbers lie that would meet by chance."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_TRAILING = re.compile(r"(.*?)(\d{1,15})(\D?)", re.DOTALL)


def bits(counts: npt.ArrayLike) -> float:
    """Information of one value, in bits: the collision entropy -log2 of the chance that two rows say the same (Rényi 1961, order 2).

    counts : rows of each value. The chance is the unbiased one with three pairs added, its upper limit at 95 % where none agree,
    so that a column is never held for more telling than its rows can show.
    """
    each = np.asarray(counts, dtype=np.float64)
    rows = float(each.sum())
    pairs = rows * (rows - 1) / 2
    if pairs < 1:
        return 0.0
    agree = float((each * (each - 1) / 2).sum())
    return max(0.0, -math.log2(min(1.0, (agree + 3) / pairs)))


class Numbers:
    """How densely numbered values lie, told of values that come in parts, each value once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, str], int] = {}
        self._begin = [np.zeros(0, np.int64)]
        self._number = [np.zeros(0, np.int64)]
        self._values = 0

    def add(self, values: Sequence[str]) -> None:
        """Numbers are the last digits of a value, up to 15; those that begin alike are of one count."""
        begins, numbers = list[int](), list[int]()
        self._values += len(values)
        for value in values:
            if found := _TRAILING.fullmatch(value):
                begin = (found[1], len(found[2]) if found[1] or found[2][0] == "0" else 0, found[3])
                begins.append(self._known.setdefault(begin, len(self._known)))
                numbers.append(int(found[2]))
        self._begin.append(np.array(begins, dtype=np.int64))
        self._number.append(np.array(numbers, dtype=np.int64))

    def density(self) -> float:
        """The share of values whose successor is there too; 0 where fewer than half are numbered.

        Of a subset drawn at random from consecutive numbers that share is the density itself, and so is the chance that a number of
        another such subset is met. A step that all keep, as of amounts in hundreds, counts as one.
        """
        begin, number = np.concatenate(self._begin), np.concatenate(self._number)
        if len(number) < 2 or 2 * len(number) < self._values:
            return 0.0
        order = np.lexsort((number, begin))
        steps = np.diff(number[order])[np.diff(begin[order]) == 0]
        steps = steps[steps > 0]
        return float((steps == np.gcd.reduce(steps)).sum()) / len(number) if len(steps) else 0.0
