"""How far found clusters agree with true ones: pairwise, by B³ (Bagga & Baldwin 1998), and what was merged or parted wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """precision, recall and f1 of pairs, then of B³; clusters that hold several entities, and entities in several clusters."""

    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    over_merged: int
    under_merged: int


def agreement(found: Mapping[str, Hashable], true: Mapping[str, Hashable]) -> Agreement:
    """Hold clusters against the truth.

    found, true : cluster and entity by record, of the same records
    Raises ValueError when the records differ. No pair found, or none there to find, leaves nothing wrong: 1.
    """
    if found.keys() != true.keys():
        raise ValueError("clusters and truth are of different records")
    both = Counter((found[r], true[r]) for r in found)
    clusters, entities = Counter(found.values()), Counter(true.values())

    def pairs(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    right = pairs(both)
    precision, recall = _share(right, pairs(clusters)), _share(right, pairs(entities))
    b3p = sum(n * n / clusters[c] for (c, _), n in both.items()) / len(found) if found else 1.0
    b3r = sum(n * n / entities[e] for (_, e), n in both.items()) / len(found) if found else 1.0
    return Agreement(precision, recall, _f1(precision, recall), b3p, b3r, _f1(b3p, b3r),
                     sum(n > 1 for n in Counter(c for c, _ in both).values()), sum(n > 1 for n in Counter(e for _, e in both).values()))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
