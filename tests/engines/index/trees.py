"""Random trees and tables for laws that hold of every index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from jingwei.engines.index.model import Aggregation, Tree

Floats = NDArray[np.float64]

MEANS: tuple[Aggregation, ...] = ("arithmetic", "geometric", "harmonic")

scores_above_0 = st.floats(1, 100)
raw_figures = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@st.composite
def trees(draw: st.DrawFn, *, zero_weights: bool = True) -> Tree:
    """One to eight indicators or so under up to five nodes, to any depth, weights and directions of all kinds."""
    inner = draw(st.integers(1, 5))
    parents = {f"n{i}": f"n{draw(st.integers(0, i - 1))}" if i else None for i in range(inner)}
    for k in range(draw(st.integers(1, 6))):
        parents[f"x{k}"] = f"n{draw(st.integers(0, inner - 1))}"
    for node in [f"n{i}" for i in range(inner)]:
        if node not in parents.values():
            parents[f"y{node}"] = node
    weight = st.sampled_from([0.0, 0.25, 1.0, 2.5] if zero_weights else [0.25, 1.0, 2.5])
    weights = {code: draw(weight) for code in parents}
    for node in {p for p in parents.values() if p}:
        children = [c for c, p in parents.items() if p == node]
        if not any(weights[c] for c in children):
            weights[children[0]] = 1.0
    codes = draw(st.permutations(list(parents)))
    return Tree.of(
        codes,
        [parents[c] for c in codes],
        weights=[weights[c] for c in codes],
        directions=[draw(st.sampled_from([1.0, -1.0])) for _ in codes],
    )


@st.composite
def tables(draw: st.DrawFn, columns: int, cells: st.SearchStrategy[float], *, missing: bool = True) -> Floats:
    """(units, columns), three to eight units, some cells missing."""
    units = draw(st.integers(3, 8))
    values = draw(arrays(np.float64, (units, columns), elements=cells))
    if missing:
        values[draw(arrays(np.bool_, (units, columns), elements=st.sampled_from([False, False, True])))] = np.nan
    return values


def turns(method: Aggregation) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """The function a mean takes its average under, and its inverse."""
    if method == "arithmetic":
        return float, float
    return (np.log, np.exp) if method == "geometric" else (lambda x: 1 / x, lambda x: 1 / x)


def node_by_hand(tree: Tree, method: Aggregation, scores: Floats, node: int) -> float | None:
    """The score of one node of one unit, from the definition; None when nothing under it counts."""
    if node < tree.indicators:
        return None if np.isnan(scores[node]) else float(scores[node])
    there, back = turns(method)
    below = [(float(tree.weight[c]), node_by_hand(tree, method, scores, c)) for c in np.flatnonzero(tree.parent == node)]
    counted = [(weight, there(score)) for weight, score in below if score is not None]
    mass = sum(weight for weight, _ in counted)
    return float(back(sum(weight * score for weight, score in counted) / mass)) if mass else None
