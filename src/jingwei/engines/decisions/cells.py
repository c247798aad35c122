"""One column of a table cut into cells: every value its tests name, and the open gaps between. Within a cell no test changes its answer.

What a column answers for a value is then one look-up: the set of rules (bits of an integer) whose test the value passes. The same cells
prove a table complete, compare two versions, and answer whole arrays at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from itertools import accumulate
from operator import xor

from jingwei.engines.decisions import tree
from jingwei.engines.decisions.compiler import Unit
from jingwei.engines.decisions.library import BUILT_INS
from jingwei.engines.decisions.operations import compared, order, passes
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import Date, DaysDuration, MonthsDuration, Range, Value
from jingwei.kernel.problems import Problem

INDEXED = (Decimal, str, bool, Date, DaysDuration, MonthsDuration)
"""Kinds of which equal values are the same value, so that a dictionary finds them."""

_CHANGING = frozenset({"now", "today", "random number"})
MAX_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class Test:
    """A test against a constant. op : a comparison, or ``in`` for equality, membership and ranges"""

    op: str
    bound: Value


@dataclass(frozen=True, slots=True)
class CellTests:
    """The tests of one cell of the table; none means that anything passes."""

    negated: bool
    tests: tuple[Test, ...]


def constant(node: tree.Node, unit: Unit) -> tuple[bool, Value]:
    """Whether an expression says the same whatever the inputs and the time, and what."""
    for part in tree.inside(node):
        if isinstance(part, tree.Name) and (part.name not in BUILT_INS or part.name in _CHANGING):
            return False, None
        if isinstance(part, tree.For | tree.Quantified | tree.FunctionOf | tree.Filter | tree.ContextOf):
            return False, None
    try:
        inner = Unit(unit.kinds)
        made = inner.compile(node, None)
        return True, made(inner.frame(Run()))
    except Problem:
        return False, None


def cell_tests(node: tree.Tests, unit: Unit) -> CellTests | None:
    """The tests of a cell as constants; None where they depend on anything else."""
    found = []
    for test in node.tests:
        half = isinstance(test, tree.HalfLine)
        good, value = constant(test.bound if isinstance(test, tree.HalfLine) else test, unit)
        if not good or (not half and isinstance(value, bool) and not isinstance(test, tree.Literal)):
            return None
        found.append(Test(test.op if isinstance(test, tree.HalfLine) else "in", value))
    return CellTests(node.negated, tuple(found))


def points_of(value: Value) -> list[Value]:
    """The values at which a test may change its answer."""
    if isinstance(value, list):
        return [p for v in value for p in points_of(v)]
    if isinstance(value, Range):
        return [v for v in (value.low, value.high) if v is not None]
    return [] if value is None else [value]


@dataclass(frozen=True, slots=True)
class Column:
    """kind : of its points; hits : rules passed at each point; gaps : in the open cells before, between and behind them

    null : rules passed by null; other : rules passed by a value of another kind, worked out test by test
    """

    kind: type
    points: tuple[Value, ...]
    hits: dict[Value, int]
    gaps: tuple[int, ...]
    null: int
    other: Callable[[Value], int]

    def mask(self, value: Value) -> int:
        if type(value) is self.kind:
            found = self.hits.get(value)
            return self.gaps[bisect_left(self.points, value)] if found is None else found
        return self.null if value is None else self.other(value)


def column(cells: Sequence[CellTests | None], test: Callable[[int, Value], bool]) -> Column | None:
    """A column of which every cell has constant tests of one indexed kind; None otherwise.

    test : whether a value passes the tests of one rule, for what the cells do not say
    """
    if any(c is None for c in cells):
        return None
    known = [c for c in cells if c is not None]
    points = [p for c in known for t in c.tests for p in points_of(t.bound)]
    kinds = {type(p) for p in points}
    if not points:
        kinds = {str}
    if len(kinds) != 1 or len(points) > MAX_POINTS:
        return None
    kind = kinds.pop()
    if kind not in INDEXED:
        return None
    ranked = ranked_points(points)

    def other(value: Value) -> int:
        return sum(1 << rule for rule in range(len(known)) if test(rule, value))

    masks = masks_along(known, ranked)
    return Column(kind, tuple(ranked), dict(zip(ranked, masks[1::2], strict=True)), tuple(masks[0::2]), other(None), other)


def masks_along(cells: Sequence[CellTests], points: Sequence[Value]) -> list[int]:
    """For each cell along sorted points (gap, point, gap, …), the rules whose tests the values in it pass.

    A rule's answer changes at its own points only, so that each is asked a few times and not once a cell.
    """
    index = {p: i for i, p in enumerate(points)}
    turns = [0] * (2 * len(points) + 2)
    for rule, tests in enumerate(cells):
        at = 0
        for own in sorted({index[p] for t in tests.tests for p in points_of(t.bound) if p in index}):
            _turn(turns, rule, at, 2 * own, holds=in_gap(tests, at // 2, index))
            _turn(turns, rule, 2 * own + 1, 2 * own + 1, holds=at_point(tests, points[own]))
            at = 2 * own + 2
        _turn(turns, rule, at, 2 * len(points), holds=in_gap(tests, at // 2, index))
    return list(accumulate(turns[:-1], xor))


def _turn(turns: list[int], rule: int, first: int, last: int, *, holds: bool) -> None:
    """Note that a rule passes from one cell to another."""
    if holds:
        turns[first] ^= 1 << rule
        turns[last + 1] ^= 1 << rule


def at_point(cell: CellTests, value: Value) -> bool:
    """Whether a value passes constant tests."""
    return _holds(cell, [compared(t.op, value, t.bound) if t.op != "in" else passes(value, t.bound) for t in cell.tests])


def _holds(cell: CellTests, answers: list[bool | None]) -> bool:
    if not answers:
        return True
    if cell.negated:
        return True not in answers and any(a is not None for a in answers)
    return True in answers


def ranked_points(points: Sequence[Value]) -> list[Value]:
    return sorted(set(points), key=cmp_to_key(lambda a, b: order(a, b) or 0) if points and not isinstance(points[0], bool) else None)


def in_gap(cell: CellTests, at: int, index: dict[Value, int]) -> bool:
    """Whether the values strictly between point ``at - 1`` and point ``at`` pass."""
    return _holds(cell, [_gap_answer(t.op, t.bound, at, index) for t in cell.tests])


def _gap_answer(op: str, bound: Value, at: int, index: dict[Value, int]) -> bool | None:  # noqa: PLR0911 (one answer a test)
    if isinstance(bound, list):
        return op == "in" and any(_gap_answer("in", v, at, index) is True for v in bound)
    if isinstance(bound, Range) and op == "in":
        if bound.unequal:
            return True
        if any(end is not None and end not in index for end in (bound.low, bound.high)):
            return None
        low = True if bound.low is None else index[bound.low] < at
        return low and (True if bound.high is None else index[bound.high] >= at)
    if bound is None or bound not in index:
        return False if op in {"in", "="} else True if op == "!=" else None
    if op in {"<", "<="}:
        return index[bound] >= at
    if op in {">", ">="}:
        return index[bound] < at
    return op == "!="
