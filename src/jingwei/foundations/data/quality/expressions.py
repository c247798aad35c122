"""Conditions on rows as people write them: a small part of SQL, parsed by sqlglot and built anew in Ibis, so that no SQL of theirs runs.

There are columns, numbers, texts in single quotes, ``TRUE``, ``FALSE``, ``NULL``; ``AND OR NOT``, ``= != < <= > >=``, ``IN (…)``,
``BETWEEN``, ``IS [NOT] NULL``; ``+ - * /``; ``CASE WHEN``, ``coalesce``, ``abs``, ``length``, ``left(text, 4)``, ``near(a, b, tolerance)``,
``starts_with(text, 'x')`` and ``matches(text, 'pattern')``. Arithmetic is in float64, and what is divided by zero is missing.
Days and instants are ISO text. A missing value makes a comparison undecided, as in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.quality.formats import known, pattern, whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from sqlglot import exp

LONGEST = 2_000
DEEPEST = 60


@dataclass(frozen=True, slots=True)
class _Known:
    """A compiled part: ``kind`` is number, text, truth or nothing (of NULL)."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: columns by the word before the point, which is empty for a condition on one row alone."""

    tables: Mapping[str, ir.Table]
    missing: tuple[str, ...]
    where: str


def condition(text: str, scope: Scope) -> Any:
    """The condition as a boolean Ibis column: true, false, or NULL where it is undecided. Raises Problem ``bad_rule``."""
    compiled = _compile(_parsed(text, scope), scope, 0)
    if compiled.kind != "truth":
        raise _bad(scope, Text("不是判断", "is no condition"), text)
    return compiled.value


def columns_of(text: str, scope: Scope) -> tuple[str, ...]:
    """The columns of the first table it speaks of, in the order they come."""
    from sqlglot import exp

    mine = next(iter(scope.tables))
    return tuple(dict.fromkeys(c.name for c in _parsed(text, scope).find_all(exp.Column) if c.table == mine))


def _parsed(text: str, scope: Scope) -> exp.Expression:
    import sqlglot

    if len(text) > LONGEST:
        raise _bad(scope, Text("太长", "is too long"), text)
    try:
        (found,) = sqlglot.parse(text, read="duckdb")
    except (sqlglot.errors.SqlglotError, ValueError, RecursionError) as error:
        said = str(error).partition("\n")[0][:120]
        raise _bad(scope, Text(f"读不懂（{said}）", f"cannot be read ({said})"), text) from None
    if not isinstance(found, sqlglot.exp.Expression):
        raise _bad(scope, Text("是空的", "is empty"), text)
    return found


def text_of(column: Any) -> Any:
    """Days and instants as ISO text, alike on either engine."""
    kind = column.type()
    if kind.is_date():
        return column.cast("string")
    return column.strftime("%Y-%m-%d %H:%M:%S") if kind.is_timestamp() else column


def where(condition: Any, value: Any) -> Any:
    """The value where the condition is true, else missing."""
    import ibis

    return ibis.ifelse(condition, value, ibis.null(value.type()))


def _column(node: exp.Column, scope: Scope) -> _Known:
    if node.table not in scope.tables or node.args.get("db") is not None:
        forms = ", ".join(f"{n}.name" for n in scope.tables if n) or "name"
        raise _bad(scope, Text(f"这里的列写作 {forms}", f"is not how a column is written here: {forms}"), node.sql())
    table, name = scope.tables[node.table], node.name
    if name not in table.columns:
        raise Problem("unknown_column", Text(f"没有列 {name[:60]!r}", f"there is no column {name[:60]!r}"), where=scope.where,
                      remedy=did_you_mean(name, table.columns) or Text(f"各列是 {'、'.join(table.columns[:20])}。", f"The columns are {', '.join(table.columns[:20])}."))
    column = table[name]
    kind = column.type()
    there = where(known(column, scope.missing), text_of(column))
    if kind.is_boolean():
        return _Known("truth", there)
    if kind.is_numeric():
        return _Known("number", there)
    if kind.is_string() or kind.is_date() or kind.is_timestamp():
        return _Known("text", there)
    raise _bad(scope, Text(f"{name} 列是 {kind}，不能用在规则里", f"column {name} is {kind}, which no rule can use"), node.sql())


def _compile(node: exp.Expression, scope: Scope, depth: int) -> _Known:  # noqa: PLR0911, PLR0912 - one case a word of the language
    """One node built anew; whatever is not named here is refused."""
    import ibis
    from sqlglot import exp

    if depth > DEEPEST:
        raise _bad(scope, Text("嵌套太深", "is nested too deeply"), "…")

    def part(inner: Any, *kinds: str) -> _Known:
        made = _compile(inner, scope, depth + 1)
        if kinds and made.kind not in (*kinds, "nothing"):
            raise _bad(scope, Text(f"{inner.sql()} 应是{_KIND[kinds[0]].zh}", f"{inner.sql()} should be {_KIND[kinds[0]].en}"), node.sql())
        return made

    def compared(left: Any, right: Any, how: Callable[[Any, Any], Any], *kinds: str) -> _Known:
        one, other = part(left, *kinds), part(right, *kinds)
        if "nothing" in (one.kind, other.kind):
            return _Known("truth", ibis.null("boolean"))
        if one.kind != other.kind:
            raise _bad(scope, Text(f"{left.sql()} 与 {right.sql()} 类型不同，不能比较", f"{left.sql()} and {right.sql()} are of different kinds"), node.sql())
        return _Known("truth", how(*_alike(one.value, other.value)))

    match node:
        case exp.Paren():
            return part(node.this)
        case exp.Column() if isinstance(node.this, exp.Identifier):
            return _column(node, scope)
        case exp.Boolean():
            return _Known("truth", ibis.literal(bool(node.this)))
        case exp.Null():
            return _Known("nothing", None)
        case exp.Literal():
            return _Known("text", ibis.literal(node.name)) if node.is_string else _Known("number", _number(node.name, scope))
        case exp.Neg():
            return _Known("number", -part(node.this, "number").value)
        case exp.Not():
            return _Known("truth", ~part(node.this, "truth").value)
        case exp.And() | exp.Or():
            both = [part(node.this, "truth").value, part(node.expression, "truth").value]
            return _Known("truth", both[0] & both[1] if isinstance(node, exp.And) else both[0] | both[1])
        case exp.EQ() | exp.NEQ():
            return compared(node.this, node.expression, _COMPARE[type(node).__name__])
        case exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            return compared(node.this, node.expression, _COMPARE[type(node).__name__], "number", "text")
        case exp.Between():
            low = compared(node.this, node.args["low"], _COMPARE["GTE"], "number", "text").value
            return _Known("truth", low & compared(node.this, node.args["high"], _COMPARE["LTE"], "number", "text").value)
        case exp.In() if not node.args.get("query") and not node.args.get("unnest") and node.expressions:
            found = [compared(node.this, each, _COMPARE["EQ"]).value for each in node.expressions]
            return _Known("truth", ibis.or_(*found))
        case exp.Is() if isinstance(node.expression, exp.Null):
            return _Known("truth", part(node.this).value.isnull())
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            one, other = (part(p, "number").value.cast("float64") for p in (node.this, node.expression))
            return _Known("number", _ARITHMETIC[type(node).__name__](one, other))
        case exp.Abs():
            return _Known("number", part(node.this, "number").value.abs())
        case exp.Length():
            return _Known("number", part(node.this, "text").value.length().cast("int64"))
        case exp.Left() if isinstance(node.expression, exp.Literal) and node.expression.name.isdigit() and len(node.expression.name) < 5:
            return _Known("text", part(node.this, "text").value.left(int(node.expression.name)))
        case exp.StartsWith():
            return _Known("truth", part(node.this, "text").value.startswith(_text(node.expression, scope)))
        case exp.Coalesce():
            every = [part(p) for p in (node.this, *node.expressions)]
            return _Known(_one_kind(every, node, scope), ibis.coalesce(*(p.value for p in every if p.kind != "nothing")))
        case exp.Case() if node.this is None and node.args.get("ifs"):
            branches = [(part(b.this, "truth").value, part(b.args["true"])) for b in node.args["ifs"]]
            last = part(node.args["default"]) if node.args.get("default") is not None else _Known("nothing", None)
            kind = _one_kind([b for _, b in branches] + [last], node, scope)
            return _Known(kind, ibis.cases(*((w, b.value) for w, b in branches), else_=last.value))
        case exp.Anonymous() if node.name.lower() == "near" and len(node.expressions) == 3:
            one, other, gap = (part(p, "number").value.cast("float64") for p in node.expressions)
            return _Known("truth", (one - other).abs() <= gap)
        case exp.Anonymous() if node.name.lower() == "matches" and len(node.expressions) == 2:
            return _Known("truth", whole(part(node.expressions[0], "text").value, pattern(_text(node.expressions[1], scope), scope.where)))
        case _:
            raise _bad(scope, Text(f"不支持 {node.sql()[:60]}", f"{node.sql()[:60]} is not supported"), node.sql())


_KIND = {"number": Text("数", "a number"), "text": Text("文字", "a text"), "truth": Text("判断", "a condition")}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "EQ": lambda a, b: a == b, "NEQ": lambda a, b: a != b, "LT": lambda a, b: a < b, "LTE": lambda a, b: a <= b, "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mul": lambda a, b: a * b, "Div": lambda a, b: a / b.nullif(0.0)}


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Decimals are compared with binary fractions as those, on either engine."""
    kinds = one.type(), other.type()
    if any(k.is_numeric() for k in kinds) and any(k.is_floating() or k.is_decimal() for k in kinds) and kinds[0] != kinds[1]:
        return one.cast("float64"), other.cast("float64")
    return one, other


def _one_kind(parts: list[_Known], node: exp.Expression, scope: Scope) -> str:
    kinds = {p.kind for p in parts} - {"nothing"}
    if len(kinds) != 1:
        raise _bad(scope, Text("各支类型不同", "has branches of different kinds"), node.sql())
    return kinds.pop()


def _number(text: str, scope: Scope) -> Any:
    import ibis

    try:
        return ibis.literal(int(text), "int64") if text.isdigit() and int(text) < 2**63 else ibis.literal(float(text), "float64")
    except ValueError:
        raise _bad(scope, Text("不是数", "is no number"), text) from None


def _text(node: exp.Expression, scope: Scope) -> str:
    from sqlglot import exp

    if not isinstance(node, exp.Literal) or not node.is_string:
        raise _bad(scope, Text("这里要写单引号里的文字", "a text in single quotes belongs here"), node.sql())
    return node.name


def _bad(scope: Scope, what: Text, text: str) -> Problem:
    return Problem("bad_rule", Text(f"{text[:80]} {what.zh}", f"{text[:80]} {what.en}"), where=scope.where,
                   remedy=Text("规则的写法见 docs/quality.md。", "How rules are written: docs/quality.md."))
