"""A table's inputs as axes, each cut into cells within which no test changes its answer: what proofs and arrays stand on.

Cells alternate along an axis: the gap before the first point, the first point, the gap between, and so on; 2 points make 5 cells. Only
cells that hold a value its type and allowed values admit are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from jingwei.engines.decisions.cells import (
    INDEXED,
    MAX_POINTS,
    at_point,
    masks_along,
    points_of,
    ranked_points,
)
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
    lines = [masks_along(own, points) for own in cells]
    allowed = masks_along(limits, points)
    gaps = [between(kind, low, high) for low, high in pairwise([None, *points, None])]
    empty = [allowed[cell] != (1 << len(limits)) - 1 or (cell % 2 == 0 and gaps[cell // 2] is None) for cell in range(2 * len(points) + 1)]
    masks = [tuple(None if nothing else mask for mask, nothing in zip(line, empty, strict=True)) for line in lines]
    null = sum(1 << rule for rule, test in enumerate(cells[0]) if at_point(test, None))
    return Axis(column.label, kind, tuple(points), masks[0], null), tuple(masks[1:])


def _uncut(label: str) -> NotAssessable:
    return NotAssessable(Text(f"{label} 列的条件取决于其他输入，或其取值没有全序，无法逐格证明", f"the tests of {label} depend on other inputs, or its values have no total order; cell by cell it cannot be proved"),
                         remedy=Text("请把条件写成常量、区间或列表。", "Write its tests as constants, ranges or lists."))


def axes(table: Table) -> list[Axis]:
    return [axis(column)[0] for column in table.inputs]
