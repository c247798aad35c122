"""Decisions by the column: whole arrays of inputs answered by one look-up of a cell each, exactly as each row would be by itself.

A double stands for its shortest decimal, as in JSON: 0.1 in an array is 0.1 in the table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jingwei.engines.decisions.calls import fitted
from jingwei.engines.decisions.cells import Column
from jingwei.engines.decisions.kinds import Kind, converted
from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import taken
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.tables import InputColumn
from jingwei.engines.decisions.tree import Name
from jingwei.engines.decisions.values import Range, Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Ints = NDArray[np.int64]
Answers = NDArray[np.object_]

MAX_TABLE = 4_000_000
"""Combinations of cells kept as one look-up table."""

MAX_SEEN = 1_000_000
"""Words of which the cell is kept."""

_EXACT = 2**53


class Batch:
    """A decision table made ready for arrays. Raises Problem when it cannot be: rows then go one by one through ``Model.decide``.

    Each input must be one of the model's input data by its name, each test and result constant.
    """

    def __init__(self, model: Model, name: str) -> None:
        self.table = model.table(name)
        node = model.named(name)
        inputs = {model.nodes[k].variable: k for k in node.requires if k in model.nodes and model.nodes[k].kind == "inputData"}
        parsed = [model.parsed(node, c.expression) for c in self.table.record.inputs]
        names = [p.name if isinstance(p, Name) else "" for p in parsed]
        if self.table.constants is None or any(d is not None for d in self.table.defaults) or any(n not in inputs for n in names):
            raise _not_ready(name)
        self.columns = [_Coded(n, column, model.input_kind(inputs[n])) for n, column in zip(names, self.table.inputs, strict=True)]
        self.kind = model.program(node).kind
        self.width = int(np.prod([c.size for c in self.columns], dtype=np.float64))
        if self.width > MAX_TABLE:
            raise _not_ready(name)
        self.answers: Answers = np.empty(self.width, dtype=object)
        self.filled = np.zeros(self.width, dtype=bool)

    def decide(self, inputs: Mapping[str, Any]) -> Answers:
        """Answers of all rows. inputs : by name, arrays or lists of one length; numbers, strings, booleans or dates, None or NaN for null."""
        sizes = {len(inputs[c.name]) for c in self.columns if c.name in inputs}
        missing = [c.name for c in self.columns if c.name not in inputs]
        if missing or len(sizes) > 1:
            raise Problem("decision_columns", Text(f"缺少列 {missing} 或各列长短不一", f"columns {missing} are missing, or the columns differ in length"),
                          remedy=Text("每个输入给一列，长度相同。", "Give one column an input, all of one length."))
        code: Ints = np.zeros(sizes.pop() if sizes else 0, dtype=np.int64)
        for column in self.columns:
            code *= column.size
            code += column.codes(inputs[column.name])
        for at in np.flatnonzero(np.bincount(code, minlength=self.width).astype(bool) & ~self.filled) if len(code) else ():
            self.answers[at] = self._answer(int(at))
            self.filled[at] = True
        return self.answers[code]

    def _answer(self, code: int) -> Value:
        mask, admitted = self.table.every, True
        for column in reversed(self.columns):
            code, cell = divmod(code, column.size)
            mask &= column.masks[cell]
            admitted = admitted and column.admits[cell]
        run = Run()
        return fitted(run, self.table.answer(mask, [run]), self.kind) if admitted else None


def _not_ready(name: str) -> Problem:
    return Problem("decision_not_by_column", Text(f"{name} 的条件或结果不是常量，不能整列计算", f"{name} has tests or results that are no constants; it cannot be answered by the column"),
                   remedy=Text("请逐行计算。", "Answer it row by row."))


def _fit_doubles(array: NDArray[Any]) -> bool:
    """Whether a double holds each of the numbers exactly."""
    return array.dtype.kind == "f" or not len(array) or (array.max() <= _EXACT and array.min() >= -_EXACT)


class _Coded:
    """One input's cells as numbers: gaps even, points odd, then null, then values of another kind, then what the table does not admit."""

    def __init__(self, name: str, column: InputColumn, given: Kind) -> None:
        index = column.index
        if index is None or (column.allows is not None and None in column.limits):
            raise _not_ready(name)
        self.name = name
        self.column = column
        self.given = given
        self.index: Column = index
        self.null = 2 * len(index.points) + 1
        self.size = self.null + 3
        points = [m for i, g in enumerate(index.gaps) for m in ([g, index.hits[index.points[i]]] if i < len(index.points) else [g])]
        self.masks = [*points, index.null, index.other("" if index.kind is not str else Decimal(0)), 0]
        self.admits = [True] * (self.size - 1) + [False]
        self.restricted = column.allows is not None or column.kind.allows is not None or given.allows is not None
        self.seen: dict[Any, int] = {}
        if index.kind is Decimal and not self.restricted and given.python in {None, Decimal}:
            self.doubles = np.unique(np.array([float(p) for p in index.points], dtype=np.float64))
            self.at_double: Ints = np.array([self._cell(taken(float(d))) for d in self.doubles], dtype=np.int64)
            below = [0, *(sum(float(p) <= d for p in index.points) for d in self.doubles)]
            self.behind: Ints = np.array([2 * n for n in below], dtype=np.int64)

    def codes(self, values: Sequence[Any] | NDArray[Any]) -> Ints:
        array = values if isinstance(values, np.ndarray) else None
        if array is not None and hasattr(self, "doubles") and array.dtype.kind in "iuf" and _fit_doubles(array):
            return self._of_doubles(array.astype(np.float64))
        listed = array.tolist() if array is not None else values
        seen, unknown = self.seen, self._unknown
        return np.fromiter((seen[v] if type(v) is str and v in seen else unknown(v) for v in listed), dtype=np.int64, count=len(listed))

    def _of_doubles(self, array: NDArray[np.float64]) -> Ints:
        at = np.searchsorted(self.doubles, array)
        found: Ints = self.behind[at]
        if len(self.doubles):
            near = np.minimum(at, len(self.doubles) - 1)
            hit = self.doubles[near] == array
            found = np.where(hit, self.at_double[near], found)
        return np.where(np.isfinite(array), found, self.null)

    def _unknown(self, value: Any) -> int:
        cell = self._found(value)
        if isinstance(value, str) and len(self.seen) < MAX_SEEN:
            self.seen[value] = cell
        return cell

    def _found(self, value: Any) -> int:
        """The cell of one value, as the table would come to it: by the type of the input, then that of the column, then what it allows."""
        found = converted(taken(value, self.given), self.given)
        if found is None:
            return self.null
        fitting = converted(found, self.column.kind)
        if fitting is None or (self.column.allows is not None and not self.column.allows(fitting)):
            return self.size - 1
        if type(fitting) is self.index.kind:
            return self._cell(fitting)
        if isinstance(fitting, list | dict | Range):
            raise _not_ready(self.name)
        return self.null + 1

    def _cell(self, value: Value) -> int:
        at = bisect_left(self.index.points, value)
        return 2 * at + (at < len(self.index.points) and self.index.points[at] == value)
