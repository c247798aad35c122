"""The whole way from raw figures to an index, each step kept for inspection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jingwei.engines.index.aggregate import aggregate, places
from jingwei.engines.index.model import Floats, Method, Tree
from jingwei.engines.index.normalise import normalise
from jingwei.engines.index.prepare import denominate, impute
from jingwei.engines.index.treat import Treated, shifted_log, treat


@dataclass(frozen=True, slots=True)
class Index:
    """Every step and the result.

    denominated, imputed, normalised : (units, indicators)
    scores, ranks : (units, nodes) in the tree's order, indicators first; rank 1 is the best
    """

    denominated: Floats
    imputed: Floats
    treated: Treated
    normalised: Floats
    scores: Floats
    ranks: Floats


def build(
    values: Floats,
    tree: Tree,
    method: Method,
    *,
    denominators: Floats | None = None,
    groups: Sequence[str] | None = None,
    targets: Floats | None = None,
) -> Index:
    """Denominate, impute, treat, normalise, aggregate.

    values, denominators : (units, indicators) raw; a NaN column of denominators means none
    targets : (indicators,) on the denominated scale
    """
    denominated = values.copy() if denominators is None else denominate(values, denominators)
    imputed = impute(denominated, method.impute, groups)
    treated = treat(imputed, method.treat)
    normalised = normalise(treated.values, tree.direction, method.normalise, targets=follow(targets, imputed, treated))
    scores = aggregate(normalised, tree, method.aggregate)
    return Index(denominated, imputed, treated, normalised, scores, places(scores))


def follow(targets: Floats | None, untreated: Floats, treated: Treated) -> Floats | None:
    """Targets on the scale of the treated values: logged where the indicator was."""
    if targets is None or not treated.logged.any():
        return targets
    moved = shifted_log(targets[None, :], untreated)[0]
    return np.where(treated.logged, moved, targets)
