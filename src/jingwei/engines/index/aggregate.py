"""From indicator scores to nodes: weights, means, and what each indicator really counts for (Handbook steps 6 to 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jingwei.engines.index.model import Aggregation, Floats, Tree
from jingwei.engines.index.normalise import extremes, ranks
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def aggregate(scores: Floats, tree: Tree, method: Aggregation, weights: Floats | None = None) -> Floats:
    """Scores of all nodes, ``(..., units, nodes)`` in the tree's order, from those of its indicators.

    scores : (..., units, indicators)
    weights : (..., nodes) in place of the tree's; leading axes as in ``scores`` or absent
    Missing children drop out and the others' weights are scaled up; a node with no child left is missing.
    Raises Problem ``not_positive`` when a geometric or harmonic mean meets a score of 0 or less.
    """
    given = tree.weight if weights is None else weights
    nodes: list[Floats] = [scores[..., j] for j in range(tree.indicators)]
    for node in tree.inner:
        children = tree.children[node]
        nodes.append(_mean([nodes[c] for c in children], [given[..., c] for c in children], method, tree.codes[node]))
    shape = np.broadcast_shapes(*(n.shape for n in nodes))
    return np.stack([np.broadcast_to(n, shape) for n in nodes], axis=-1)


def _mean(parts: Sequence[Floats], weights: Sequence[Floats], method: Aggregation, node: str) -> Floats:
    total: Floats | float = 0.0
    mass: Floats | float = 0.0
    for part, weight in zip(parts, weights, strict=True):
        share = np.asarray(weight)[..., None]
        missing = np.isnan(part)
        turned = _turn(part, method, node)
        if missing.any():
            total = total + share * np.where(missing, 0.0, turned)
            mass = mass + share * ~missing
        else:
            total = total + share * turned
            mass = mass + share
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = np.asarray(total / np.where(mass == 0, np.nan, mass))
    return _turn_back(mean, method)


def _turn(scores: Floats, method: Aggregation, node: str) -> Floats:
    if method == "arithmetic":
        return scores
    with np.errstate(invalid="ignore"):
        bad = scores <= 0
    if bad.any():
        raise Problem("not_positive",
                      Text(f"{method} 平均要求得分都大于 0，而 {node} 有一个得分不大于 0",
                           f"a {method} mean needs scores above 0, and {node} has one of 0 or less"),
                      remedy=Text("请化到大于 0 的区间，例如 minmax，range = [1, 100]。",
                                  "Normalise onto a range above 0, such as minmax with range = [1, 100]."))
    return np.log(scores) if method == "geometric" else 1.0 / scores


def _turn_back(mean: Floats, method: Aggregation) -> Floats:
    if method == "arithmetic":
        return mean
    return np.exp(mean) if method == "geometric" else 1.0 / mean


def equal_weights(tree: Tree) -> Floats:
    """1 for every node."""
    return np.ones(len(tree.codes))


def entropy_weights(scores: Floats) -> Floats:
    """Weights of indicators by Shannon entropy: e = -sum(p ln p) / ln n, w proportional to 1 - e, adding up to 1.

    scores : (units, indicators), 0 or more; missing ones are left out
    An indicator with the same score everywhere, or with fewer than two scores, gets weight 0; when all are such, all
    weigh the same. Raises Problem ``not_positive`` for negative scores.
    """
    if (np.nan_to_num(scores) < 0).any():
        raise Problem("not_positive", Text("熵权要求得分不小于 0", "entropy weights need scores of 0 or more"),
                      remedy=Text("用熵权之前先用 minmax 归一。", "Normalise with minmax before asking for entropy weights."))
    filled = np.nan_to_num(scores)
    count = (~np.isnan(scores)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = filled / filled.sum(axis=0)
        entropy = -np.where(p > 0, p * np.log(p), 0.0).sum(axis=0) / np.log(count)
    low, high = extremes(scores)
    spare = np.where(high > low, np.clip(1.0 - entropy, 0.0, None), 0.0)
    if spare.sum() == 0:
        return np.full(scores.shape[1], 1.0 / scores.shape[1])
    weights: Floats = spare / spare.sum()
    return weights


def effective_weights(scores: Floats, tree: Tree, top: int = -1) -> Floats:
    """Share of each indicator in the node ``top`` for each unit, ``(units, indicators)``, missing ones left out.

    Rows add up to 1; a unit with nothing under ``top`` gets NaN.
    """
    top = top % len(tree.codes)
    present = np.zeros((len(scores), len(tree.codes)), np.bool_)
    present[:, : tree.indicators] = ~np.isnan(scores)
    for node in tree.inner:
        children = tree.children[node]
        present[:, node] = (present[:, children] & (tree.weight[children] > 0)).any(axis=1)
    share = np.zeros(present.shape)
    share[:, top] = np.where(present[:, top], 1.0, np.nan)
    for node in reversed(range(tree.indicators, top + 1)):
        children = tree.children[node]
        mass = tree.weight[children] * present[:, children]
        total = mass.sum(axis=1, keepdims=True)
        share[:, children] = share[:, [node]] * mass / np.where(total == 0, 1.0, total)
    return share[:, : tree.indicators]


def correlations(scores: Floats) -> Floats:
    """Pearson correlation of every pair of columns over the units that have both, ``(columns, columns)``."""
    columns = scores.shape[1]
    result = np.full((columns, columns), np.nan)
    for a in range(columns):
        for b in range(a, columns):
            both = ~np.isnan(scores[:, a]) & ~np.isnan(scores[:, b])
            x, y = scores[both, a], scores[both, b]
            if len(x) > 2 and np.ptp(x) > 0 and np.ptp(y) > 0:
                result[a, b] = result[b, a] = np.corrcoef(x, y)[0, 1]
    return result


def places(scores: Floats) -> Floats:
    """Rank of each unit in each column, 1 the best, ties taking the better place, NaN kept."""
    return ranks(-scores)
