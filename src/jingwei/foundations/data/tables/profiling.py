"""Statistics of a table by queries that run on disk when memory is short: exact, column by column, and nothing told of single persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.tables.model import CODES, IDENTIFYING, SMALL, Bin, Column, Counted, Hint
from jingwei.kernel.lake import ColumnType, arrow

if TYPE_CHECKING:
    import ibis.expr.types as ir

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 12
PATTERNS = 5
PAIRS = 12
"""Pairs of columns at most that are tried as a key."""

MOST_VALUES = 20
"""Values of a coded column that are told."""

_HAN = "[\u2e80-\u2fd5々〇〡-〩〸-〻\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9\U00016fe2-\U00016ff1\U00020000-\U000323af]"
"""Unicode's script Han, in ranges: RE2 calls it ``\\p{Han}``, Java ``\\p{IsHan}``, and each knows the characters of its own year."""

_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def personal(hints: Mapping[str, Hint]) -> bool:
    """Whether a table seems to be about persons."""
    return any(hint in IDENTIFYING for hint in hints.values())


def columns_of(table: ir.Table, columns: Mapping[str, ColumnType], hints: Mapping[str, Hint], units: Mapping[str, str],
               written: Mapping[str, Mapping[str, int]]) -> Iterator[Column]:
    """One column after the other, each by a few queries over all rows; memory is bounded by the engine's limit.

    table : of Ibis, with these columns in these types
    """
    guarded = personal(hints)
    for name, kind in columns.items():
        hint = hints.get(name, "")
        said = Column(name, kind, 0, 0, hint, units.get(name, ""), written=dict(written.get(name, {})))
        match kind:
            case "int64" | "float64":
                yield _figures(table, said, guarded)
            case "date":
                yield _days(table, said, guarded)
            case _:
                yield _texts(table, said)


def _grouped(table: ir.Table, name: str) -> ir.Table:
    """Each value with its rows, NULL left out."""
    return table.select(v=table[name]).filter(lambda t: t.v.notnull()).group_by("v").aggregate(n=lambda t: t.count())


def _rows(expression: ir.Table) -> list[dict[str, Any]]:
    """Through Arrow on either engine: by way of pandas a missing count would be NaN, and a day an instant."""
    return list(arrow(expression).to_pylist())


def _one(expression: ir.Table) -> dict[str, Any]:
    return _rows(expression)[0]


def _figures(table: ir.Table, said: Column, guarded: bool) -> Column:
    column = table[said.name]
    told = _one(table.aggregate(rows=table.count(), known=column.count(), total=column.cast("float64").mean(), q=column.cast("float64").quantile(list(QUANTILES))))
    made = _with(said, missing=told["rows"] - told["known"], distinct=_distinct(table, said.name))
    if said.hint in IDENTIFYING or not told["known"] or (guarded and told["known"] < 2 * SMALL):
        return made
    least, most = _ends(table, said.name, guarded)
    values, unlisted = _coded(_grouped(table, said.name), made) if said.type == "int64" and said.hint != "identifier" else ((), 0)
    return _with(made, least=least, most=most, mean=told["total"], quantiles=tuple(_within(q, least, most) for q in told["q"]),
                 bins=tuple(_bins(table, said, least, most, guarded)), values=values, unlisted=unlisted)


def _within(q: float, least: float, most: float) -> float:
    """A quantile between the ends that are told: near an end of a short column it would be one person's figure."""
    return min(max(float(q), float(least)), float(most))


def _days(table: ir.Table, said: Column, guarded: bool) -> Column:
    told = _one(table.aggregate(rows=table.count(), known=table[said.name].count()))
    made = _with(said, missing=told["rows"] - told["known"], distinct=_distinct(table, said.name))
    if not told["known"] or (guarded and told["known"] < 2 * SMALL):
        return made
    least, most = _ends(table, said.name, guarded)
    return _with(made, least=least.isoformat(), most=most.isoformat())


def _ends(table: ir.Table, name: str, guarded: bool) -> tuple[Any, Any]:
    """Least and greatest value; in a table about persons the SMALL-th from either end."""
    column = table[name]
    if not guarded:
        told = _one(table.aggregate(least=column.min(), most=column.max()))
        return told["least"], told["most"]
    known = table.select(v=column).filter(lambda t: t.v.notnull())
    ends = [_one(known.order_by(order(known.v)).limit(1, offset=SMALL - 1))["v"] for order in (_up, _down)]
    return ends[0], ends[1]


def _up(column: Any) -> Any:
    return column.asc()


def _down(column: Any) -> Any:
    return column.desc()


def _bins(table: ir.Table, said: Column, least: float, most: float, guarded: bool) -> Iterator[Bin]:
    low, high = float(least), float(most)
    step = (high - low) / BINS
    edges = [low + i * step for i in range(BINS)] + [high] if 0 < step < float("inf") and low + step > low else [low, high]
    column = table[said.name].cast("float64")
    count = len(edges) - 1
    which = sum(((column >= edge).cast("int64") for edge in edges[1:-1]), start=(column >= low).cast("int64") - 1) if count > 1 else (column >= low).cast("int64") - 1
    inside = table.filter(column.between(low, high)).select(b=which).group_by("b").aggregate(n=lambda t: t.count())
    rows = {row["b"]: row["n"] for row in _rows(inside)}
    for i in range(count):
        n = rows.get(i, 0)
        yield Bin(edges[i], edges[i + 1], None if guarded and 0 < n < SMALL else n)


def _texts(table: ir.Table, said: Column) -> Column:
    groups = _grouped(table, said.name)
    text = said.type == "string"
    sizes = {"shortest": groups.v.length().min(), "longest": groups.v.length().max()} if text else {}
    told = _one(groups.aggregate(known=groups.n.sum(), distinct=groups.count(), **sizes))
    rows = _one(table.aggregate(n=table.count()))["n"]
    made = _with(said, missing=rows - (told["known"] or 0), distinct=told["distinct"])
    if text and told["known"]:
        made = _with(made, shortest=told["shortest"], longest=told["longest"], patterns=tuple(_patterns(groups)) if said.hint != "person_name" else ())
    if said.hint in IDENTIFYING:
        return made
    values, unlisted = _coded(groups if text else groups.mutate(v=groups.v.cast("string")), made)
    return _with(made, values=values, unlisted=unlisted)


def _coded(groups: ir.Table, said: Column) -> tuple[tuple[Counted, ...], int]:
    """Values of a column with few of them, each in several rows on average; those of fewer than SMALL rows are only counted together."""
    if not 0 < said.distinct <= CODES:
        return (), 0
    all_ = _rows(groups.select(v=groups.v.cast("string"), n=groups.n))
    known = sum(row["n"] for row in all_)
    told = sorted((Counted(row["v"], row["n"]) for row in all_ if row["n"] >= SMALL), key=lambda c: (-c.rows, c.value))[:MOST_VALUES]
    if known < said.distinct * SMALL:
        return (), 0
    return tuple(told), known - sum(c.rows for c in told)


def _patterns(groups: ir.Table) -> Iterator[Counted]:
    """The commonest shapes that SMALL rows have. What is all digits or all Chinese is told by its length alone, which costs a twentieth."""
    import ibis

    begin = groups.v.left(60)
    first = ibis.cases((begin.re_search("^[0-9]+$"), ibis.literal("9").repeat(begin.length())), (begin.re_search(rf"^{_HAN}+$"), ibis.literal("文").repeat(begin.length())),
                       else_=begin.translate(_DIGITS + _LOWER + _UPPER, "9" * 10 + "a" * 26 + "A" * 26))
    some = groups.select(p=first, n=groups.n).group_by("p").aggregate(n=lambda t: t.n.sum())
    shape = some.p.re_replace(_HAN, "文").re_replace(r"[^9aA文+_/.:,@#()（） -]", "?")
    for run in ("文", "a", "A"):
        shape = shape.re_replace(run + "{5,}", run + "+")
    by = some.select(p=shape, n=some.n).group_by("p").aggregate(n=lambda t: t.n.sum())
    for row in _rows(by.filter(by.n >= SMALL).order_by([by.n.desc(), by.p]).limit(PATTERNS)):
        yield Counted(row["p"], row["n"])


def _distinct(table: ir.Table, *names: str) -> int:
    """Values, or combinations of values, that differ; by grouping, which can work on disk. Rows with a NULL are left out."""
    known = table.select(*names).filter(*(table[n].notnull() for n in names))
    return int(_one(known.distinct().aggregate(n=lambda t: t.count()))["n"])


def keys_of(table: ir.Table, columns: Sequence[Column], rows: int) -> tuple[tuple[str, ...], ...]:
    """Columns without a gap whose values all differ, amounts left out; where there is none, pairs of columns, those that tell most apart tried first."""
    whole = [c for c in columns if not c.missing and c.distinct and c.type != "float64" and c.hint not in ("amount", "share")]
    if single := tuple((c.name,) for c in whole if c.distinct == rows):
        return single
    pairs = [p for p in combinations((c for c in whole if c.distinct > 1), 2) if prod(c.distinct for c in p) >= rows]
    tried = sorted(pairs, key=lambda p: -prod(c.distinct for c in p))[:PAIRS]
    return tuple((a.name, b.name) for a, b in tried if _distinct(table, a.name, b.name) == rows)


def _with(column: Column, **changed: Any) -> Column:
    import msgspec

    return msgspec.structs.replace(column, **changed)
