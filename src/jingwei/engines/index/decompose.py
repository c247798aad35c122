"""What a change is made of, exactly: no residual (Handbook step 8; LMDI after Ang 2004, Bennet 1920 for weights)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jingwei.engines.index.aggregate import aggregate, effective_weights
from jingwei.engines.index.model import Aggregation, Floats, Tree


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a node, and what each indicator's own change gave to it.

    total : (units,) after minus before
    by_value : (units, indicators) because the indicator's score changed
    by_weight : (units, indicators) because the indicator came to count for more or less, or entered or left
    ``by_value`` and ``by_weight`` add up to ``total``.
    """

    total: Floats
    by_value: Floats
    by_weight: Floats


def decompose(before: Floats, after: Floats, tree: Tree, method: Aggregation, top: int = -1) -> Change:
    """Part the change of node ``top`` between two tables of indicator scores, ``(units, indicators)`` each.

    With f the identity, logarithm or reciprocal of the mean's kind, f(I) = sum w f(s) at every depth, so that
    f(I1) - f(I0) = sum mean(w) (f(s1) - f(s0)) + sum mean(f(s)) (w1 - w0). The scale factor (I1 - I0) / (f(I1) - f(I0))
    brings it back to points of the index. An indicator present on one side only is counted under weight.
    """
    index0 = aggregate(before, tree, method)[:, top]
    index1 = aggregate(after, tree, method)[:, top]
    weight0 = np.nan_to_num(effective_weights(before, tree, top))
    weight1 = np.nan_to_num(effective_weights(after, tree, top))
    turned0, turned1 = _turn(before, method), _turn(after, method)
    both = ~np.isnan(turned0) & ~np.isnan(turned1)
    only0 = np.where(np.isnan(turned0), 0.0, turned0)
    only1 = np.where(np.isnan(turned1), 0.0, turned1)
    by_value = np.where(both, (weight0 + weight1) / 2 * (only1 - only0), 0.0)
    by_weight = np.where(both, (only0 + only1) / 2 * (weight1 - weight0), only1 * weight1 - only0 * weight0)
    scale = _scale(index0, index1, method)[:, None]
    return Change(index1 - index0, by_value * scale, by_weight * scale)


def _turn(scores: Floats, method: Aggregation) -> Floats:
    if method == "arithmetic":
        return scores
    return np.log(scores) if method == "geometric" else 1.0 / scores


def _scale(index0: Floats, index1: Floats, method: Aggregation) -> Floats:
    """(I1 - I0) / (f(I1) - f(I0)), by its limit where the two are equal."""
    if method == "arithmetic":
        return np.ones_like(index0)
    if method == "harmonic":
        return -index0 * index1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index1 / index0 - 1.0
        return np.where(np.abs(ratio) < 1e-8, index0 * (1.0 + ratio / 2), (index1 - index0) / np.log1p(ratio))
