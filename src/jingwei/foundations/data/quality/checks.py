"""A contract turned into checks on single rows: where each applies and whether it holds, as boolean Ibis columns without NULL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.quality.contract import Contract, Field
from jingwei.foundations.data.quality.expressions import Scope, columns_of, condition, text_of, where
from jingwei.foundations.data.quality.formats import (
    CHECKED,
    FORMATS,
    LARGEST,
    TYPES,
    digit_right,
    dirty,
    known,
    pattern,
    whole,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Check:
    """One promise about rows.

    counts : the metrics it enters, each with the part of it
    promised : breaking it is a breach; what a contract does not speak of, such as dirty text, is measured only
    """

    name: str
    counts: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    severity: str
    applies: Any
    holds: Any
    promised: bool = True


def row_checks(table: ir.Table, contract: Contract, today: date) -> Iterator[Check]:
    """Every check that one row alone decides. Terms on columns that the table lacks are left to the data model (0102)."""
    for field in contract.fields:
        if field.name in table.columns:
            yield from _field_checks(table, contract, field)
    for rule in contract.rules:
        scope = Scope({"": table}, contract.missing, rule.name)
        verdict = condition(rule.condition, scope)
        counts = {"business": (("0104", ""),), "equal": (("0402", "intra-equal"),), "logic": (("0402", "intra-logic"),)}[rule.kind]
        yield Check(rule.name, counts, columns_of(rule.condition, scope), rule.severity, verdict.notnull(), true(verdict))
    for columns in contract.sequences:
        if all(c in table.columns for c in columns):
            times = [text_of(table[c]) for c in columns]
            ordered = _all(a <= b for a, b in pairwise(times))
            yield Check(f"sequence({','.join(columns)})", (("0503", ""),), columns, "error", _all(known(table[c], contract.missing) for c in columns), true(ordered))
    period = contract.period
    if period and period.column in table.columns:
        when = text_of(table[period.column])
        ends = [*([when >= period.first] if period.first else []), *([_upto(when, period.last)] if period.last else [])]
        yield Check("period", (("0501", ""),), (period.column,), "error", known(table[period.column], contract.missing), true(_all(ends)))
    if contract.validity in table.columns:
        until = text_of(table[contract.validity])
        yield Check("validity", (("0602", ""),), (contract.validity,), "warning", known(table[contract.validity], contract.missing),
                    true(until.left(10) >= today.isoformat()))
    for column in table.columns:
        if table[column].type().is_string() or table[column].type().is_floating():
            yield Check(f"{column}.clean", (("0305", ""),), (column,), "warning", _always(), ~dirty(table[column], contract.missing), promised=False)


def complete_rows(table: ir.Table, contract: Contract) -> Any:
    """Whether a row has all that is required of it."""
    return _all(known(table[f.name], contract.missing) if f.name in table.columns else ~_always() for f in contract.fields if f.required)


def _field_checks(table: ir.Table, contract: Contract, field: Field) -> Iterator[Check]:
    column, name = table[field.name], field.name
    there = known(column, contract.missing)

    def check(what: str, holds: Any, *counts: tuple[str, str], applies: Any = there) -> Check:
        return Check(f"{name}.{what}", counts, (name,), field.severity, applies, true(holds))

    if field.required:
        yield check("required", there, ("0201", ""), applies=_always())
    if field.type:
        yield check("type", _typed(column, field.type), ("0101", "type"))
    text = column.type().is_string()
    if field.format or field.pattern:
        form = FORMATS.get(field.format) or pattern(field.pattern, name)
        right = whole(text_of(column) if not text else column, form) if text or column.type().is_temporal() else ~_always()
        yield check("format", right, ("0101", "format"), ("0302", ""))
        if field.format in CHECKED and text:
            yield check("digit", digit_right(_guarded(column, form), field.format), ("0301", ""), applies=there & true(right))
    if text and (field.shortest is not None or field.longest is not None):
        long = column.length()
        yield check("length", _all([*([long >= field.shortest] if field.shortest is not None else []), *([long <= field.longest] if field.longest is not None else [])]),
                    ("0101", "length"))
    if field.least is not None or field.most is not None:
        yield check("range", _within(column, field), ("0301", ""))
    if field.codes:
        yield check("codes", _one_of(column, field), ("0105", ""))
    if field.protected and text:
        yield check("protected", column.contains("****") if field.protected == "masked" else whole(column, "[0-9a-f]{64}"), ("0106", ""))


def _typed(column: Any, kind: str) -> Any:
    """Whether a value is of a type: as its column has it, or as its text is written."""
    import ibis

    held = column.type()
    if held.is_string():
        return _always() if kind == "string" else whole(column, TYPES[kind])
    if kind == "integer" and (held.is_floating() or held.is_decimal()):
        number = column.cast("float64")
        fraction = ibis.ifelse(number.abs() < 2.0**53, number, 0.0)  # beyond, all are whole; and a floor is an int64 on either engine
        return (fraction.floor() == fraction) & (number.abs() <= LARGEST)
    return _always() if agrees(held, kind) else ~_always()


def agrees(held: Any, kind: str) -> bool:
    """Whether a column of that type can hold what is declared; text can hold anything, written out."""
    fits = {"string": held.is_string(), "integer": held.is_integer() or held.is_floating() or held.is_decimal(), "number": held.is_numeric(),
            "boolean": held.is_boolean(), "date": held.is_date(), "timestamp": held.is_timestamp()}
    return bool(fits[kind] or held.is_string())


def _within(column: Any, field: Field) -> Any:
    """Numbers as numbers, also those kept as text; everything else as text. What is no number is out of a range of numbers."""
    held = column.type()
    numeric = isinstance(field.least if field.least is not None else field.most, int | float)
    if numeric and held.is_string():
        value = where(whole(column, TYPES["number"]), column).cast("float64")
    elif numeric and held.is_numeric():
        value = column if held.is_integer() and all(isinstance(e, int) for e in (field.least, field.most) if e is not None) else column.cast("float64")
    elif not numeric and (held.is_string() or held.is_temporal()):
        value = text_of(column)
    else:
        return ~_always()
    return _all([*([value >= field.least] if field.least is not None else []),
                 *([(_upto(value, str(field.most)) if not numeric and held.is_temporal() else value <= field.most)] if field.most is not None else [])])


def _one_of(column: Any, field: Field) -> Any:
    """Codes of another type than the column are written out as it writes them."""
    held = column.type()
    if held.is_string():
        return column.isin([str(c) for c in field.codes])
    if held.is_numeric():
        return column.cast("float64").isin([float(c) for c in field.codes if isinstance(c, int | float)]) if any(isinstance(c, int | float) for c in field.codes) else ~_always()
    return text_of(column).cast("string").isin([str(c) for c in field.codes])


def _guarded(column: Any, form: str) -> Any:
    """The column where it has the form, else noughts: arithmetic on characters must not meet what is none."""
    import ibis

    return ibis.ifelse(true(whole(column, form)), column, "0" * 18)


def _upto(when: Any, last: str) -> Any:
    """Up to the end of what ``last`` names: 2024 takes in all of 2024-12-31."""
    return when.left(len(last)) <= last


def true(condition: Any) -> Any:
    """Unknown is no."""
    import ibis

    return ibis.coalesce(condition, ibis.literal(False))


def _always() -> Any:
    import ibis

    return ibis.literal(True)


def _all(conditions: Any) -> Any:
    import ibis

    return ibis.and_(ibis.literal(True), *conditions)
