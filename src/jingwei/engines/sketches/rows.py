"""Samples of rows by subject: the same subjects are drawn from every table, so that what two tables say of one can be compared.

After Santos et al., "Correlation sketches for approximate join-correlation queries" (2021): rows are sampled by the hash of the key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jingwei.engines.sketches.intervals import Share, share
from jingwei.engines.sketches.sets import Sketch, common_part
from jingwei.engines.sketches.values import Hashes

Cells = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the subjects in ``sample``: cells[i, j] is what row i says in column j, tied to its subject; 0 where it says nothing."""

    sample: Sketch
    cells: Cells

    @classmethod
    def of(cls, subjects: Hashes, cells: Cells, below: np.uint64, size: int) -> Rows:
        """subjects : distinct, all of the table's that are smaller than ``below``, in any order; size : of the whole table."""
        order = np.argsort(subjects)
        return cls(Sketch(subjects[order], below, size), cells[order])


@dataclass(frozen=True, slots=True)
class Agreement:
    """equal[a, b] : subjects of whom column a of one table and column b of the other say the same; both[a, b] : of whom both say something."""

    equal: npt.NDArray[np.int64]
    both: npt.NDArray[np.int64]
    subjects: int


def agreement(one: Rows, other: Rows) -> Agreement:
    """Of the subjects that both tables have below both thresholds, how far their columns agree, each with each."""
    ours, theirs = _joined(one, other)
    said, told = ours != 0, theirs != 0
    equal = np.zeros((ours.shape[1], theirs.shape[1]), dtype=np.int64)
    both = np.zeros_like(equal)
    for a in range(ours.shape[1]):
        there = said[:, a, None] & told
        both[a] = there.sum(axis=0)
        equal[a] = (there & (ours[:, a, None] == theirs)).sum(axis=0)
    return Agreement(equal, both, len(ours))


def held(one: Rows, other: Rows, pairs: list[tuple[int, int]]) -> Share:
    """Share of the cells of these columns of ``one``, its key among them, that the other table holds with the same value.

    pairs : column of one, column of the other. A subject counts for the part of its cells that are held, so that the interval
    takes in how they hang together.
    """
    ours, theirs = _joined(one, other)
    equal = sum(((ours[:, a] != 0) & (ours[:, a] == theirs[:, b]) for a, b in pairs), np.zeros(len(ours), dtype=np.int64))
    hits = float((equal + 1).sum()) / (len(pairs) + 1)
    return share(hits, len(common_part(one.sample, other.sample)[0]), one.sample.size)


def _joined(one: Rows, other: Rows) -> tuple[Cells, Cells]:
    sample, there = common_part(one.sample, other.sample)
    at = np.searchsorted(other.sample.hashes, sample[there])
    return one.cells[:len(sample)][there], other.cells[at]

