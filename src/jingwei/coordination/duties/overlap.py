"""Projects that do the same twice: duties that build on the same data and do the same things."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.tree import Tree

THRESHOLD = 0.5
"""Least Jaccard index, of data and of functions each, at which two duties are shown to a person as a likely double."""


@dataclass(frozen=True, slots=True)
class Double:
    """Two duties, and what they share; ``data`` and ``functions`` are Jaccard indices (Jaccard 1901), 0 to 1."""

    one: str
    other: str
    data: float
    functions: float
    shared: tuple[str, ...]


def doubles(tree: Tree, threshold: float = THRESHOLD) -> list[Double]:
    """Pairs at or above the threshold in both, the most alike first. What lies above or below each other is no double.

    Both must declare data and functions: of what says nothing, nothing is said.
    """
    told = [k.duty for _, k in sorted(tree.items()) if k.duty.datasets and k.duty.functions]
    found = []
    for one, other in combinations(told, 2):
        data, functions = jaccard(one.datasets, other.datasets), jaccard(one.functions, other.functions)
        if min(data, functions) >= threshold and not (_above(tree, one, other.code) or _above(tree, other, one.code)):
            shared = sorted((one.datasets & other.datasets) | (one.functions & other.functions))
            found.append(Double(one.code, other.code, data, functions, tuple(shared)))
    return sorted(found, key=lambda d: (-d.data - d.functions, d.one, d.other))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all; 0 for two empty sets."""
    return len(one & other) / len(one | other) if one | other else 0.0


def _above(tree: Tree, duty: Duty, code: str) -> bool:
    """Whether ``code`` lies above the duty."""
    at = duty.parent
    while at in tree:
        if at == code:
            return True
        at = tree[at].duty.parent
    return False
