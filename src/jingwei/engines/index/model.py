"""What an index is made of: its tree, its method, and how far each choice may be doubted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from jingwei.kernel.i18n import Text, Words
from jingwei.kernel.problems import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Imputation = Literal["none", "mean", "median", "group_mean", "group_median"]
Treatment = Literal["none", "winsorise_log"]
Normalisation = Literal["minmax", "zscore", "rank", "percentile", "borda", "distance_to_max", "distance_to_target"]
Aggregation = Literal["arithmetic", "geometric", "harmonic"]

DEFAULT_RANGE: dict[str, tuple[float, float]] = {"minmax": (0.0, 100.0), "zscore": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Normaliser:
    """How indicators are brought to one scale; ``range`` is [low, high] for minmax, [mean, sd] for zscore."""

    method: Normalisation = "minmax"
    range: tuple[float, float] | None = None

    @property
    def scale(self) -> tuple[float, float]:
        return self.range or DEFAULT_RANGE.get(self.method, (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Treater:
    """How outliers are pulled in: an indicator fails when |skew| >= ``skew`` and kurtosis >= ``kurtosis``."""

    method: Treatment = "winsorise_log"
    max_points: int = 5
    skew: float = 2.0
    kurtosis: float = 3.5


@dataclass(frozen=True, slots=True)
class Method:
    """The choices behind one index; ``group`` names the column that group imputation goes by."""

    impute: Imputation = "none"
    group: str = ""
    treat: Treater = Treater()
    normalise: Normaliser = Normaliser()
    aggregate: Aggregation = "arithmetic"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Each choice as a distribution; every replication draws one of each.

    max_points : winsorisation limit, uniform over the whole numbers lo..hi; None keeps the method's
    normalise, aggregate : alternatives, equally likely; empty keeps the method's
    weight_noise : each weight on ``levels`` is multiplied by U(1 - noise, 1 + noise)
    rounding : half-width of the rounding error of each raw figure, in units of its last printed place (0.5 is what
        rounding does); 0 leaves figures as printed
    imputation_draws : True draws every missing figure anew in every replication from those observed; a number draws
        from that many prepared imputations
    """

    replications: int = 1000
    seed: int = 0
    max_points: tuple[int, int] | None = None
    normalise: tuple[Normaliser, ...] = ()
    aggregate: tuple[Aggregation, ...] = ()
    weight_noise: float = 0.0
    levels: tuple[int, ...] = ()
    rounding: float = 0.0
    imputation_draws: int | bool = False


TREE = Text("树", "tree")
"""Where a tree is at fault that came of no file."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Indicators under nodes under nodes, to any depth; indicators come first.

    codes : (nodes,) indicators in the order of the value columns, then inner nodes, children before parents
    parent : (nodes,) position of the parent, -1 at the top
    weight : (nodes,) relative to the siblings
    level : (nodes,) 1 for indicators
    direction : (indicators,) 1 or -1
    """

    codes: tuple[str, ...]
    parent: Ints
    weight: Floats
    level: Ints
    direction: Floats
    children: tuple[Ints, ...] = field(default=(), repr=False)

    @property
    def indicators(self) -> int:
        return len(self.direction)

    @property
    def inner(self) -> range:
        return range(self.indicators, len(self.codes))

    @classmethod
    def of(
        cls,
        codes: Sequence[str],
        parents: Sequence[str | None],
        *,
        weights: Sequence[float] | None = None,
        directions: Sequence[float] | None = None,
        levels: Sequence[int] | None = None,
        indicators: Sequence[str] | None = None,
        where: Words = TREE,
    ) -> Tree:
        """Put nodes in order and check them. A node that is nobody's parent is an indicator unless told otherwise.

        levels : as the tree's author numbers them; by default the height above the indicators

        Raises Problem ``bad_tree`` for an unknown parent, a circle, a repeated code, a negative weight, a direction
        other than 1 or -1, a node without children, or more than one node without a parent.
        """
        position = {code: i for i, code in enumerate(codes)}
        if len(position) != len(codes):
            twice = sorted({c for c in codes if list(codes).count(c) > 1})
            raise _bad(Text(f"代码 {twice[0]!r} 出现两次", f"code {twice[0]!r} stands twice"), where)
        given_weights = [1.0] * len(codes) if weights is None else list(weights)
        given_directions = [1.0] * len(codes) if directions is None else list(directions)
        for code, parent, weight in zip(codes, parents, given_weights, strict=True):
            if parent is not None and parent not in position:
                raise _bad(Text(f"{code!r} 的上级 {parent!r} 不在树里",
                                f"the parent {parent!r} of {code!r} is not in the tree"), where)
            if not weight >= 0:
                raise _bad(Text(f"{code!r} 的权重是 {weight}；权重不能小于 0",
                                f"the weight of {code!r} is {weight}; weights are 0 or more"), where)
        has_children = {p for p in parents if p is not None}
        leaves = [c for c in codes if c not in has_children] if indicators is None else list(indicators)
        for code in leaves:
            if code in has_children:
                raise _bad(Text(f"{code!r} 是指标，不能有下级", f"{code!r} is an indicator and cannot have children"), where)
        below = {c for c in codes if c not in has_children} - set(leaves)
        if below:
            raise _bad(Text(f"{min(below)!r} 没有下级", f"{min(below)!r} has no children"), where)
        level = _levels(codes, parents, leaves, where)
        tops = [code for code, parent in zip(codes, parents, strict=True) if parent is None]
        if len(tops) > 1:
            raise _bad(Text(f"{tops[0]!r} 和 {tops[1]!r} 都没有上级；只有顶点可以没有",
                            f"{tops[0]!r} and {tops[1]!r} have no parent; only the top node has none"), where)
        order = leaves + sorted((c for c in codes if c not in set(leaves)), key=lambda c: (level[c], position[c]))
        at = {code: i for i, code in enumerate(order)}
        parent_of = dict(zip(codes, parents, strict=True))
        direction = np.array([given_directions[position[c]] for c in leaves], dtype=np.float64)
        if not np.isin(direction, (1.0, -1.0)).all():
            odd = leaves[int(np.argmin(np.isin(direction, (1.0, -1.0))))]
            raise _bad(Text(f"{odd!r} 的方向既不是 1 也不是 -1", f"the direction of {odd!r} is neither 1 nor -1"), where)
        parent_at = np.array([-1 if (p := parent_of[c]) is None else at[p] for c in order], dtype=np.int64)
        weight_at = np.array([given_weights[position[c]] for c in order], dtype=np.float64)
        children = tuple(np.flatnonzero(parent_at == i) for i in range(len(order)))
        for i in range(len(leaves), len(order)):
            if weight_at[children[i]].sum() <= 0:
                raise _bad(Text(f"{order[i]!r} 之下的权重全是 0", f"all weights under {order[i]!r} are 0"), where)
        named = level if levels is None else dict(zip(codes, levels, strict=True))
        return cls(
            tuple(order), parent_at, weight_at, np.array([named[c] for c in order], dtype=np.int64), direction, children
        )


def _bad(what: Text, where: Words) -> Problem:
    return Problem("bad_tree", what, where=where)


def _levels(codes: Sequence[str], parents: Sequence[str | None], leaves: Sequence[str], where: Words) -> dict[str, int]:
    """Height above the indicators: a node's level is one more than that of its highest child."""
    parent_of = dict(zip(codes, parents, strict=True))
    level = dict.fromkeys(leaves, 1)
    for leaf in leaves:
        code, height = leaf, 1
        while (parent := parent_of[code]) is not None:
            height += 1
            if height > len(codes):
                raise _bad(Text(f"{leaf!r} 挂在一个圈上", f"{leaf!r} hangs in a circle"), where)
            level[parent] = max(level.get(parent, 0), height)
            code = parent
    missing = [c for c in codes if c not in level]
    if missing:
        raise _bad(Text(f"{missing[0]!r} 挂在一个圈上", f"{missing[0]!r} hangs in a circle"), where)
    return level
