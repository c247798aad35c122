"""Decision tables (DMN 1.5, chapter 8): every hit policy and aggregation, compiled; columns of constant tests are looked up, not tried."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jingwei.engines.decisions import tree
from jingwei.engines.decisions.calls import fitted
from jingwei.engines.decisions.cells import CellTests, Column, cell_tests, column, constant
from jingwei.engines.decisions.ground import Ground, test_of
from jingwei.engines.decisions.kinds import ANY, Kind
from jingwei.engines.decisions.library.lists import maximum, minimum, total
from jingwei.engines.decisions.operations import equal
from jingwei.engines.decisions.reading import Element, TableRecord, read_table
from jingwei.engines.decisions.run import Compiled, Frame, Run
from jingwei.engines.decisions.values import Value, written
from jingwei.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class InputColumn:
    """read : the input's value; allows : whether the table takes it; cells : its tests where constant, index : all of them at once

    limits : what the allowed values of the column and of its type say, where constant
    plain : the index again, where a value of its kind needs no further look
    """

    label: str
    place: int
    read: Compiled
    kind: Kind
    allows: Callable[[Value], bool] | None
    tests: tuple[Callable[[Frame], bool], ...]
    cells: tuple[CellTests | None, ...]
    index: Column | None
    limits: tuple[CellTests | None, ...]
    plain: Column | None


@dataclass(frozen=True, slots=True)
class Fired:
    """What a table did: the facts it looked at, the rules whose tests they passed, and the answer."""

    where: str
    facts: dict[str, Value]
    rules: tuple[int, ...]
    answer: Value


@dataclass(slots=True)
class Table:
    """A compiled table. outputs : by rule and column; constants : the same where none depends on inputs; ranks : of output values, by column"""

    where: str
    decision: str
    record: TableRecord
    inputs: tuple[InputColumn, ...]
    outputs: tuple[tuple[Compiled, ...], ...]
    constants: tuple[tuple[Value, ...], ...] | None
    kinds: tuple[Kind, ...]
    defaults: tuple[Compiled | None, ...]
    ranks: tuple[list[Value], ...]
    answers: dict[int, Value] = field(default_factory=dict)

    @property
    def every(self) -> int:
        return (1 << len(self.record.rules)) - 1

    def decide(self, f: Frame) -> Value:
        """The answer for the inputs in a frame."""
        run: Run = f[0]
        mask = self.every
        for i in self.inputs:
            value = i.read(f)
            if i.plain is not None and type(value) is i.plain.kind:  # the usual case, at its quickest
                f[i.place] = value
                found = i.plain.hits.get(value)
                mask &= i.plain.gaps[bisect_left(i.plain.points, value)] if found is None else found
                continue
            if value is not None:
                if i.kind is not ANY and (type(value) is not i.kind.python or i.kind.allows is not None):
                    value = fitted(run, value, i.kind)
                if (value is None and i.kind is not ANY) or (i.allows is not None and not i.allows(value)):
                    run.note(f"{self.where}：{i.label} 的值不在允许范围内", f"{self.where}: the value of {i.label} is not allowed")
                    return None
            f[i.place] = value
            if i.index is not None:
                mask &= i.index.mask(value)
            elif mask:
                run.charge(len(i.tests))
                for rule in bits(mask):
                    if not i.tests[rule](f):
                        mask &= ~(1 << rule)
        answer = self.answer(mask, f)
        if run.used is not None:
            run.used.append(Fired(self.where, {i.label: f[i.place] for i in self.inputs}, tuple(bits(mask)), answer))
        return answer

    def answer(self, mask: int, f: Frame) -> Value:
        """What the rules in a mask come to under the hit policy."""
        if self.constants is None:
            return self._answer(mask, f)
        found = self.answers.get(mask, self)
        if found is self:
            found = self._answer(mask, f)
            if len(self.answers) < 4096 and all(d is None for d in self.defaults):
                self.answers[mask] = found
        return found

    def _answer(self, mask: int, f: Frame) -> Value:  # noqa: PLR0911 (one answer a policy)
        policy, aggregation = self.record.policy, self.record.aggregation
        if not mask:
            if any(d is not None for d in self.defaults):
                return self._named([fitted(f[0], d(f), k) if d else None for d, k in zip(self.defaults, self.kinds, strict=True)])
            if policy == "C" and aggregation:
                return Decimal(0) if aggregation == "COUNT" else None
            return [] if policy in {"R", "O", "C"} else None
        if policy == "F":
            return self._row(next(bits(mask)), f)
        if policy == "U" and mask & (mask - 1):
            rules = "、".join(str(r + 1) for r in bits(mask)), ", ".join(str(r + 1) for r in bits(mask))
            f[0].note(f"{self.where}：策略 U，却有多条规则命中：{rules[0]}", f"{self.where}: policy U, and several rules match: {rules[1]}")
            return None
        rows = [self._row(r, f) for r in bits(mask)]
        if self.constants is None:
            f[0].weigh(rows)
        if policy in {"U", "A"}:
            if any(equal(row, rows[0]) is not True for row in rows[1:]):
                f[0].note(f"{self.where}：策略 A，命中的规则结果不一", f"{self.where}: policy A, and the rules that match disagree")
                return None
            return rows[0]
        if policy in {"P", "O"}:
            rows.sort(key=self._rank)
        if policy == "P":
            return rows[0]
        return self._aggregated(rows, f) if policy == "C" and aggregation else rows

    def _row(self, rule: int, f: Frame) -> Value:
        if self.constants is not None:
            return self._named(self.constants[rule])
        return self._named([fitted(f[0], o(f), k) for o, k in zip(self.outputs[rule], self.kinds, strict=True)])

    def _named(self, values: Sequence[Value]) -> Value:
        if len(values) == 1:
            return values[0]
        return {o.name: v for o, v in zip(self.record.outputs, values, strict=True)}

    def _rank(self, row: Value) -> tuple[int, ...]:
        """By output columns from the left, each in the order its output values are listed."""
        values = [row] if len(self.ranks) == 1 else list(row.values())
        return tuple(next((i for i, r in enumerate(ranked) if equal(r, v) is True), len(ranked)) for ranked, v in zip(self.ranks, values, strict=True))

    def _aggregated(self, rows: list[Value], f: Frame) -> Value:
        do = {"SUM": total, "MIN": minimum, "MAX": maximum, "COUNT": lambda _, items: Decimal(len(items))}.get(self.record.aggregation)
        if do is None:
            return None
        if len(self.ranks) == 1:
            return do(f[0], rows)
        return {o.name: do(f[0], [row[o.name] for row in rows]) for o in self.record.outputs}


def bits(mask: int) -> Iterator[int]:
    """The rules in a mask, in order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def of(ground: Ground, element: Element) -> Table | None:
    """A table compiled; None, with the fault noted, when it is not whole."""
    try:
        record = read_table(element, ground.where)
    except Problem as problem:
        ground.problems.append(problem)
        return None
    inputs = tuple(_column(ground, record, at) for at in range(len(record.inputs)))
    parsed = [[ground.at(f"规则 {r} 结果 {c}", f"rule {r} result {c}").parsed(text) if text and text != "-" else tree.Literal(None)
               for c, text in enumerate(rule.outputs, 1)] for r, rule in enumerate(record.rules, 1)]
    outputs = tuple(tuple(ground.compiled(n or tree.Literal(None)) for n in row) for row in parsed)
    kinds = tuple(ground.kind(o.type) for o in record.outputs)
    defaults = tuple(None if o.default is None else ground.at("缺省结果", "default result").expression(o.default) for o in record.outputs)
    ranks = tuple(_ranked(ground, o.values) for o in record.outputs)
    table = Table(ground.where.en, ground.element, record, inputs, outputs, _constants(ground, parsed, kinds), kinds, defaults, ranks)
    ground.tables.append(table)
    return table


def _constants(ground: Ground, parsed: list[list[Any]], kinds: tuple[Kind, ...]) -> tuple[tuple[Value, ...], ...] | None:
    rows = []
    for row in parsed:
        found = [constant(n or tree.Literal(None), ground.unit) for n in row]
        if not all(good for good, _ in found):
            return None
        rows.append(tuple(fitted(Run(), v, k) for (_, v), k in zip(found, kinds, strict=True)))
    return tuple(rows)


def _column(ground: Ground, record: TableRecord, at: int) -> InputColumn:
    clause = record.inputs[at]
    here = ground.at(f"第 {at + 1} 列", f"column {at + 1}")
    place = ground.unit.place()
    inner = here.given({"?": place})
    kind = here.kind(clause.type)
    tests, cells = list[Callable[[Frame], bool]](), list[CellTests | None]()
    for number, rule in enumerate(record.rules, 1):
        text = rule.tests[at]
        parsed = inner.at(f"规则 {number}", f"rule {number}").parsed_tests(text) if text and text != "-" else tree.Tests(False, ())
        tests.append(_never if parsed is None else inner.at(f"规则 {number}", f"rule {number}").tests(parsed, place))
        cells.append(None if parsed is None else cell_tests(parsed, ground.unit))

    def test(rule: int, value: Value) -> bool:
        frame = ground.unit.frame(Run())
        frame[place] = value
        return tests[rule](frame)

    allowed = test_of(here, clause.allowed) if clause.allowed else None
    limits = kind.limits if allowed is None else (*kind.limits, allowed[1])
    index = column(cells, test)
    plain = index if index is not None and not limits and (kind is ANY or kind.python is index.kind) else None
    return InputColumn(clause.label, place, here.expression(clause.expression), kind, None if allowed is None else allowed[0], tuple(tests), tuple(cells),
                       index, tuple(cell_tests(t, ground.unit) for t in limits), plain)


def _never(_f: Frame) -> bool:
    return False


def _ranked(ground: Ground, text: str) -> list[Value]:
    """Output values in the order they are listed; written as constants."""
    if not text:
        return []
    parsed = ground.at("结果取值", "output values").parsed_tests(text)
    found = [] if parsed is None else [constant(t, ground.unit) for t in parsed.tests]
    return [v for good, value in found if good for v in (value if isinstance(value, list) else [value])]


def rule_text(table: Table, rule: int) -> str:
    """A rule as one line: its tests and results."""
    tests = ", ".join(f"{i.label} {t}" for i, t in zip(table.record.inputs, table.record.rules[rule].tests, strict=True) if t not in {"", "-"})
    return f"{tests or '-'} → {', '.join(table.record.rules[rule].outputs)}"


def facts_text(facts: dict[str, Value]) -> str:
    return ", ".join(f"{name} = {written(value, inside=True)}" for name, value in facts.items())
