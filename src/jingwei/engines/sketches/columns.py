"""What a column's values are worth as evidence: bits of information, and how densely numbers lie that would meet by chance."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

_TRAILING = re.compile(r"(.*?)(\d{1,15})(\D?)", re.DOTALL)
_WHOLE = 15


def bits(counts: Sequence[int]) -> float:
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


def density(values: Sequence[str]) -> float:
    """How densely numbered values lie, 0 to 1: the share of them whose successor is there too.

    Of a subset drawn at random from consecutive numbers that share is the density itself, and so is the chance that a number of
    another such subset is met. Numbers are the last digits, up to 15, and compared among those that begin alike; a step that all
    keep, as of amounts in hundreds, counts as one. 0 where fewer than half are numbered.
    """
    begins, numbers = list[int](), list[int]()
    known: dict[tuple[str, int, str], int] = {}
    for value in values:
        if found := _TRAILING.fullmatch(value):
            begins.append(known.setdefault((found[1], len(found[2]) if found[2][0] == "0" or found[1] else 0, found[3]), len(known)))
            numbers.append(int(found[2]))
    if len(numbers) < 2 or 2 * len(numbers) < len(values):
        return 0.0
    begin, number = np.array(begins), np.array(numbers, dtype=np.int64)
    order = np.lexsort((number, begin))
    begin, number = begin[order], number[order]
    same, apart = begin[1:] == begin[:-1], np.diff(number)
    steps = apart[same & (apart > 0)]
    if not len(steps):
        return 0.0
    return float((steps == np.gcd.reduce(steps)).sum()) / len(number)
