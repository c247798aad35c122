"""A broken tree is refused with a reason; a sound one stands in an order in which it can be computed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from trees import trees

from jingwei.engines.index.model import Tree
from jingwei.kernel.problems import Problem

BROKEN: dict[str, tuple[list[str], list[str | None], dict[str, Any], str]] = {
    "a circle above an indicator": (["x", "A", "B"], ["A", "B", "A"], {}, "circle"),
    "a circle beside a sound tree": (["x", "I", "A", "B"], ["I", None, "B", "A"], {}, "circle"),
    "a node that is its own parent": (["x", "I"], ["I", "I"], {}, "circle"),
    "an unknown parent": (["x", "I"], ["J", None], {}, "'J' of 'x' is not in the tree"),
    "a repeated code": (["x", "x", "I"], ["I", "I", None], {}, "'x' stands twice"),
    "a node without children": (["x", "A", "I"], ["I", "I", None], {"indicators": ["x"]}, "'A' has no children"),
    "an indicator with children": (
        ["x", "y", "I"],
        ["I", "x", None],
        {"indicators": ["x", "y"]},
        "cannot have children",
    ),
    "a negative weight": (["x", "I"], ["I", None], {"weights": [-1.0, 1.0]}, "the weight of 'x' is -1.0"),
    "a weight that is no number": (["x", "I"], ["I", None], {"weights": [float("nan"), 1.0]}, "the weight of 'x'"),
    "nothing but zero weights": (["x", "y", "I"], ["I", "I", None], {"weights": [0.0, 0.0, 1.0]}, "under 'I' are 0"),
    "a direction of neither kind": (["x", "I"], ["I", None], {"directions": [0.0, 1.0]}, "direction of 'x'"),
    "an indicator under nothing": (["x", "y", "I"], ["I", None, None], {}, "'y' and 'I' have no parent"),
    "two tops": (["x", "y", "I", "J"], ["I", "J", None, None], {}, "'I' and 'J' have no parent"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_tree_is_refused_with_the_reason_and_the_place(what: str) -> None:
    codes, parents, further, reason = BROKEN[what]
    with pytest.raises(Problem) as refused:
        Tree.of(codes, parents, where="tree.csv", **further)
    assert refused.value.code == "bad_tree"
    assert refused.value.where.en == "tree.csv"
    assert reason in refused.value.what.en


@given(trees())
def test_indicators_come_first_and_children_before_their_parents(tree: Tree) -> None:
    assert all(len(tree.children[i]) == 0 for i in range(tree.indicators))
    assert all(child < node for node in tree.inner for child in tree.children[node])
    assert list(tree.parent).count(-1) == 1
    assert tree.parent[-1] == -1


@given(trees())
def test_a_level_is_one_more_than_the_highest_below_it(tree: Tree) -> None:
    assert (tree.level[: tree.indicators] == 1).all()
    assert all(tree.level[node] == tree.level[tree.children[node]].max() + 1 for node in tree.inner)
