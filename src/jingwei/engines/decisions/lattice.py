"""A table's inputs as axes, each cut into cells within which no test changes its answer: what proofs and arrays stand on.

Cells alternate along an axis: the gap before the first point, the first point, the gap between, and so on; 2 points make 5 cells. Only
cells that hold a value its type and allowed values admit are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jingwei.engines.decisions.cells import (
    INDEXED,
    MAX_POINTS,
    CellTests,
    in_gap,
    points_of,
    ranked_points,
)
from jingwei.engines.decisions.operations import compared, passes
from jingwei.engines.decisions.tables import InputColumn, Table
from jingwei.engines.decisions.values import (
    Date,
    DaysDuration,
    MonthsDuration,
    Range,
    Value,
    date_of,
    written,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable


@dataclass(frozen=True, slots=True)
class Axis:
    """One input. kind : of its points; masks : by cell, the rules whose test every value of the cell passes; None for a cell nothing can be in

    null : rules that null passes
    """

    label: str
    kind: type
    points: tuple[Value, ...]
    masks: tuple[int | None, ...]
    null: int

    def example(self, cell: int) -> Value:
        """A value in a cell that holds one."""
        at, is_point = divmod(cell, 2)
        return self.points[at] if is_point else between(self.kind, self.points[at - 1] if at else None, self.points[at] if at < len(self.points) else None)

    def text(self, cells: Sequence[int]) -> str:
        """Neighbouring cells as one range, value or list of them."""
        parts, begun = [], 0
        for i in range(1, len(cells) + 1):
            if i == len(cells) or any(self.masks[c] is not None for c in range(cells[i - 1] + 1, cells[i])):
                parts.append(self._run(cells[begun], cells[i - 1]))
                begun = i
        return ", ".join(parts)

    def _run(self, first: int, last: int) -> str:
        if first == last and first % 2:
            return written(self.points[first // 2], inside=True)
        low = None if first < 1 else self.points[(first - 1) // 2]
        high = None if last >= 2 * len(self.points) else self.points[last // 2]
        if low is None and high is None:
            return "-"
        return written(Range(low, high, first % 2 == 1, last % 2 == 1))


def between(kind: type, low: Value, high: Value) -> Value:
    """A value strictly between two, either of which may be missing; None where there is none."""
    if kind is bool:
        return None
    if kind is Decimal:
        return _number_between(low, high)
    if kind is str:
        found = "" if low is None else low + ("a" if high is None or low + "a" < high else "\0")
        return found if (low is None or low < found) and (high is None or found < high) else None
    size, make = _STEPPED[kind]
    if low is None:
        return make(0) if high is None else make(size(high) - 1)
    at = size(low) + 1
    return make(at) if high is None or at < size(high) else None


_STEPPED: dict[type, tuple[Callable[[Value], int], Callable[[int], Value]]] = {
    Date: (lambda v: v.days, date_of), DaysDuration: (lambda v: v.nanos, DaysDuration), MonthsDuration: (lambda v: v.months, MonthsDuration)}
"""Kinds that go by whole steps: how many, and the value so many steps along."""


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    if low is None:
        return Decimal(0) if high is None else (high - 1).to_integral_value()
    whole = Decimal(int(low // 1) + 1)
    return whole if high is None or whole < high else (low + high) / 2


def axis(column: InputColumn, *others: InputColumn) -> tuple[Axis, tuple[tuple[int | None, ...], ...]]:
    """An input as an axis, with the cells of the same input in other tables; their masks come beside. Raises NotAssessable.

    A column whose tests depend on other inputs, or on an order that is not total, cannot be cut.
    """
    sides = (column, *others)
    cells = [[c for c in side.cells if c is not None] for side in sides]
    limits = [t for side in sides for t in side.limits if t is not None]
    if any(len(c) != len(side.cells) for c, side in zip(cells, sides, strict=True)):
        raise _uncut(column.label)
    points = [p for t in (*(c for side in cells for c in side), *limits) for test in t.tests for p in points_of(test.bound)]
    kinds = {type(p) for p in points}
    kind = column.kind.python or (kinds.pop() if len(kinds) == 1 else None if kinds else str)
    if kind is bool:
        points = [False, True]
    if kind not in INDEXED or len(points) > MAX_POINTS:
        raise _uncut(column.label)
    points = ranked_points([p for p in points if type(p) is kind])
    index = {p: i for i, p in enumerate(points)}

    def holds(test: CellTests, cell: int) -> bool:
        at, is_point = divmod(cell, 2)
        return at_point(test, points[at]) if is_point else in_gap(test, at, index)

    def empty(cell: int) -> bool:
        at, is_point = divmod(cell, 2)
        if any(not holds(limit, cell) for limit in limits):
            return True
        return not is_point and between(kind, points[at - 1] if at else None, points[at] if at < len(points) else None) is None

    masks: list[list[int | None]] = [[] for _ in sides]
    for cell in range(2 * len(points) + 1):
        nothing = empty(cell)
        for side, own in zip(masks, cells, strict=True):
            side.append(None if nothing else sum(1 << rule for rule, test in enumerate(own) if holds(test, cell)))
    null = sum(1 << rule for rule, test in enumerate(cells[0]) if at_point(test, None))
    return Axis(column.label, kind, tuple(points), tuple(masks[0]), null), tuple(tuple(m) for m in masks[1:])


def _uncut(label: str) -> NotAssessable:
    return NotAssessable(Text(f"{label} 列的条件取决于其他输入，或其取值没有全序，无法逐格证明", f"the tests of {label} depend on other inputs, or its values have no total order; cell by cell it cannot be proved"),
                         remedy=Text("请把条件写成常量、区间或列表。", "Write its tests as constants, ranges or lists."))


def at_point(cell: CellTests, value: Value) -> bool:
    """Whether a value passes constant tests."""
    answers = [compared(t.op, value, t.bound) if t.op != "in" else passes(value, t.bound) for t in cell.tests]
    if not answers:
        return True
    if cell.negated:
        return True not in answers and any(a is not None for a in answers)
    return True in answers


def axes(table: Table) -> list[Axis]:
    return [axis(column)[0] for column in table.inputs]
