"""Bottom-k sketches of sets: the smallest hashes below a threshold are a uniform sample, and the same sample of every set that has them.

Broder, "On the resemblance and containment of documents" (1997); Beyer et al., "On synopses for distinct-value estimation under
multiset operations" (2007). A set no larger than its sketch is kept whole, and then every answer is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jingwei.engines.sketches.intervals import Share, share
from jingwei.engines.sketches.values import Hashes

LEAST = 1_024
PART = 64
MOST = 65_536
"""Hashes kept of a set: one in PART, LEAST at the least and MOST at the most, so that a few of a large register can still be looked for."""

END = np.uint64(2**64 - 1)
"""The threshold of a set that is kept whole."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A set by its smallest hashes.

    hashes : ascending, each once; all hashes of the set that are smaller than ``below`` and no others
    size : how many different values the set has
    """

    hashes: Hashes
    below: np.uint64
    size: int

    @property
    def whole(self) -> bool:
        return len(self.hashes) == self.size


def kept(size: int) -> int:
    """How many hashes a set of that size keeps."""
    return min(size, max(LEAST, min(size // PART, MOST)))


def sketch(hashes: Hashes, most: int | None = None) -> Sketch:
    """The sketch of a set, given the hashes of its values in any order; ``most`` in place of what its size asks for."""
    each = np.unique(hashes)
    number = kept(len(each)) if most is None else min(most, len(each))
    below = each[number] if number < len(each) else END
    return Sketch(each[:number], below, len(each))


def common_part(one: Sketch, other: Sketch) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """The hashes of ``one`` below both thresholds, a uniform sample of its set, and which of them the other set has."""
    sample = one.hashes[:int(np.searchsorted(one.hashes, min(one.below, other.below)))]
    return sample, member(sample, other.hashes)


def member(sought: Hashes, among: Hashes) -> npt.NDArray[np.bool_]:
    """Which of the sought are among ascending hashes."""
    if not len(among):
        return np.zeros(len(sought), dtype=np.bool_)
    at = np.minimum(np.searchsorted(among, sought), len(among) - 1)
    return np.asarray(among[at] == sought)


def containment(one: Sketch, other: Sketch) -> Share:
    """The share of ``one`` that ``other`` has too, with its interval; exact when both are kept whole.

    Below both thresholds every hash of ``one`` is known and so is whether ``other`` has it. Which of its values fall there is
    chance alone, so that hits are hypergeometric: of ``size`` values, as many drawn as the sample holds.
    """
    sample, there = common_part(one, other)
    return share(int(there.sum()), len(sample), one.size)


class Shelf:
    """Many sketches laid in one ascending row, so that those a new one meets are found without looking at the others."""

    def __init__(self, sketches: Sequence[Sketch]) -> None:
        sizes = np.array([len(s.hashes) for s in sketches], dtype=np.int64)
        row = np.concatenate([s.hashes for s in sketches]) if sketches else np.zeros(0, np.uint64)
        order = np.argsort(row, kind="stable")
        self._row, self._whose = row[order], np.repeat(np.arange(len(sketches), dtype=np.int32), sizes)[order]
        self._below = np.array([s.below for s in sketches], dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._below)

    def meet(self, new: Sketch) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Which sketches share a hash with a new one, how many they share, and how many were compared: as ``common_part`` would."""
        first, last = np.searchsorted(self._row, new.hashes, "left"), np.searchsorted(self._row, new.hashes, "right")
        lengths = last - first
        met = lengths > 0
        lengths, first = lengths[met], first[met]
        at = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum()) if len(lengths) else np.zeros(0, np.int64)
        shared = np.bincount(self._whose[at], minlength=len(self))
        which = np.flatnonzero(shared)
        compared = np.searchsorted(new.hashes, np.minimum(self._below[which], new.below))
        return which, shared[which], compared
