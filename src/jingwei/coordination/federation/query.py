"""A query that many nodes can answer in part: read from SQL, checked, pushed down, and its partial answers put together.

It has one dataset, conditions, columns to group by, and count, sum, mean, min and max. What each node gives are the rows of
each group and, for each column aggregated, how many values there are, their sum, least and greatest: of these the whole can be
computed exactly, of means it could not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

import msgspec
import rfc8785
from msgspec import Struct

from jingwei.kernel.access import All, Between, Equal, Not, OneOf, Predicate, Some, Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

Function = Literal["count", "sum", "mean", "min", "max"]
FUNCTIONS: tuple[Function, ...] = ("count", "sum", "mean", "min", "max")
MOST_COLUMNS = 4
"""To group by: with more, cells are few rows each and the margins to protect double with every one."""

ROWS = "rows"
NAMED = {
    "figures": "SELECT measure, count(*) FROM observations GROUP BY measure",
    "figures-by-place": "SELECT place, count(*) FROM observations GROUP BY place",
}
"""Queries that have a name of their own."""

_NAME = re.compile("[a-z][a-z0-9_]{0,60}")

Key = tuple[Any, ...]
Cell = dict[str, Any]


class Aggregate(Struct, frozen=True, forbid_unknown_fields=True):
    """column : empty for count(*)"""

    function: Function
    column: str = ""

    @property
    def name(self) -> str:
        return f"{self.function}_{self.column}" if self.column else self.function


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """What each node is to work out.

    purpose : what the answer is for, as in grants
    nonce : of chance; makes the signed answers answers to this query and to no earlier one
    """

    dataset: str
    by: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    where: Predicate
    purpose: str
    nonce: str = ""

    @property
    def digest(self) -> str:
        return sha256(rfc8785.dumps(msgspec.to_builtins(self))).hexdigest()

    def check(self) -> None:
        """Raises Problem ``bad_query``."""
        names = (self.dataset, *self.by, *(a.column for a in self.aggregates if a.column))
        if not all(_NAME.fullmatch(name) for name in names):
            raise bad(Text("里面有一个名称不是数据集也不是列", "a name in it is none of a dataset or column"))
        if len(self.by) > MOST_COLUMNS or len(set(self.by)) < len(self.by):
            raise bad(Text(f"分组的列超过 {MOST_COLUMNS} 个，或有一列写了两次",
                           f"it groups by more than {MOST_COLUMNS} columns, or by one twice"))
        if not 0 < len(self.aggregates) <= 20 or len(set(self.aggregates)) < len(self.aggregates):
            raise bad(Text("没有汇总，或超过 20 个，或有一个写了两次", "it has no aggregate, more than 20, or one twice"))
        if any(not a.column and a.function != "count" for a in self.aggregates):
            raise bad(Text("只有 count 不用写列", "only count needs no column"))

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What a node gives for each column: (n, column), and sum, min, max as they are needed."""
        wanted: dict[tuple[str, str], None] = {}
        for a in self.aggregates:
            for part in {"count": ("n",), "sum": ("n", "sum"), "mean": ("n", "sum"), "min": ("n", "min"), "max": ("n", "max")}[a.function]:
                if a.column:
                    wanted[part, a.column] = None
        return tuple(wanted)


def read_sql(text: str, purpose: str, nonce: str = "") -> Plan:
    """The plan that a name or an SQL text stands for. Raises Problem ``bad_query``, naming what cannot be asked across nodes."""
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    if _NAME.fullmatch(text.replace("-", "_")) and text not in NAMED:
        raise bad(Text(f"没有名为 {text!r} 的查询", f"no query is named {text!r}"),
                  did_you_mean(text, NAMED)
                  or Text(f"名称有 {'、'.join(NAMED)}；也可以写 SQL。", f"The names are {', '.join(NAMED)}; or write SQL."))
    try:
        statements = parse(NAMED.get(text, text), read="duckdb")
    except SqlglotError as error:
        raise bad(Text(f"不是 SQL（{str(error).splitlines()[0][:200]}）",
                       f"it is no SQL ({str(error).splitlines()[0][:200]})")) from None
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Select):
        raise bad(Text("不是单独一条 SELECT", "it is not one SELECT"))
    used = {name for name, value in tree.args.items() if value}
    if extra := sorted(used - {"expressions", "from", "from_", "where", "group", "kind"}):
        raise bad(Text(f"里面有 {'、'.join(extra)}", f"it has {', '.join(extra)}"))
    tables = list(tree.find_all(exp.Table))
    if len(tables) != 1 or tree.find(exp.Subquery) or tables[0].args.get("db"):
        raise bad(Text("读的不是单独一个数据集", "it reads not one dataset alone"))
    group = tree.args.get("group")
    if group and {name for name, value in group.args.items() if value} - {"expressions"}:
        raise bad(Text("分组用的不只是列", "it groups by more than columns"))
    by = tuple(_column(e) for e in group.expressions) if group else ()
    shown, aggregates = list[str](), list[Aggregate]()
    for item in tree.expressions:
        bare = item.this if isinstance(item, exp.Alias) else item
        if isinstance(bare, exp.Column):
            shown.append(_column(bare))
        else:
            aggregates.append(_aggregate(bare))
    if not set(shown) <= set(by):
        raise bad(Text("显示的列里有一个没有用来分组", "a column it shows is not one it groups by"))
    condition = tree.args.get("where")
    plan = Plan(tables[0].name, by, tuple(aggregates), _predicate(condition.this) if condition else All(()), purpose, nonce)
    plan.check()
    return plan


def _aggregate(item: Any) -> Aggregate:
    from sqlglot import exp

    kinds: dict[type, Function] = {exp.Count: "count", exp.Sum: "sum", exp.Avg: "mean", exp.Min: "min", exp.Max: "max"}
    function = kinds.get(type(item))
    if function is None or item.args.get("expressions"):
        raise bad(Text(f"{item.sql()[:60]!r} 既不是列，也不是列的 count、sum、avg、min 或 max",
                       f"{item.sql()[:60]!r} is neither a column nor count, sum, avg, min or max of one"))
    if function == "count" and isinstance(item.this, exp.Star):
        return Aggregate("count")
    return Aggregate(function, _column(item.this))


def _column(item: Any) -> str:
    from sqlglot import exp

    if not isinstance(item, exp.Column) or not isinstance(item.this, exp.Identifier):
        raise bad(Text(f"{item.sql()[:60]!r} 不是列", f"{item.sql()[:60]!r} is not a column"))
    return str(item.name)


def _predicate(item: Any) -> Predicate:
    """Conditions in the words grants are written in."""
    from sqlglot import exp

    conditions: dict[type, Callable[[Any], Predicate]] = {
        exp.Paren: lambda e: _predicate(e.this),
        exp.And: lambda e: All((_predicate(e.left), _predicate(e.right))),
        exp.Or: lambda e: Some((_predicate(e.left), _predicate(e.right))),
        exp.Not: lambda e: Not(_predicate(e.this)),
        exp.EQ: lambda e: Equal(_column(e.left), _value(e.right)),
        exp.NEQ: lambda e: Not(Equal(_column(e.left), _value(e.right))),
        exp.In: lambda e: OneOf(_column(e.this), tuple(_value(v) for v in e.expressions)),
        exp.Between: lambda e: Between(_column(e.this), _value(e.args["low"]), _value(e.args["high"])),
        exp.GTE: lambda e: Between(_column(e.left), least=_value(e.right)),
        exp.LTE: lambda e: Between(_column(e.left), most=_value(e.right)),
        exp.GT: lambda e: Not(Between(_column(e.left), most=_value(e.right))),
        exp.LT: lambda e: Not(Between(_column(e.left), least=_value(e.right))),
    }
    make = conditions.get(type(item))
    if make is None or (isinstance(item, exp.In) and not item.expressions):
        raise bad(Text(f"条件 {item.sql()[:60]!r} 不能问", f"the condition {item.sql()[:60]!r} cannot be asked"))
    return make(item)


def _value(item: Any) -> Value:
    from sqlglot import exp

    if isinstance(item, exp.Boolean):
        return bool(item.this)
    negative = isinstance(item, exp.Neg)
    literal = item.this if negative else item
    if not isinstance(literal, exp.Literal) or (negative and literal.is_string):
        raise bad(Text(f"{item.sql()[:60]!r} 不是值", f"{item.sql()[:60]!r} is no value"))
    if literal.is_string:
        return str(literal.this)
    number = float(literal.this) if any(c in literal.this for c in ".eE") else int(literal.this)
    return -number if negative else number


# Putting it together


def merge(plan: Plan, answers: Iterable[Mapping[Key, Cell]]) -> dict[Key, Cell]:
    """Partial cells of many nodes as one; floating sums without loss on the way (Shewchuk), whole ones exactly."""
    gathered: dict[Key, list[Cell]] = {}
    for answer in answers:
        for key, cell in answer.items():
            gathered.setdefault(key, []).append(cell)
    merged: dict[Key, Cell] = {}
    for key, cells in gathered.items():
        whole: Cell = {ROWS: sum(c[ROWS] for c in cells)}
        for part, column in plan.parts:
            values = [c[f"{part}_{column}"] for c in cells if c[f"{part}_{column}"] is not None]
            whole[f"{part}_{column}"] = _together(part, values)
        merged[key] = whole
    return merged


def _together(part: str, values: Sequence[Any]) -> Any:
    if part in ("min", "max"):
        return (min if part == "min" else max)(values, default=None)
    if part == "sum" and not values:
        return None
    return math.fsum(values) if any(isinstance(v, float) for v in values) else sum(values)


def finished(plan: Plan, cells: Mapping[Key, Cell]) -> list[dict[str, Any]]:
    """The answer's rows in the order of their keys, missing ones last. A mean of nothing is missing."""

    def value(cell: Cell, a: Aggregate) -> Any:
        if not a.column:
            return cell[ROWS]
        n = cell.get(f"n_{a.column}")
        if a.function == "mean":
            return cell[f"sum_{a.column}"] / n if n else None
        return n if a.function == "count" else cell[f"{a.function}_{a.column}"]

    order = sorted(cells, key=lambda key: [(part is None, str(type(part)), part if part is not None else 0) for part in key])
    return [{**dict(zip(plan.by, key, strict=True)), **{a.name: value(cells[key], a) for a in plan.aggregates}} for key in order]


def bad(what: Text, remedy: Text | None = None) -> Problem:
    return Problem("bad_query", what,
                   remedy=remedy or Text("这样问：SELECT level, count(*), avg(age) FROM people WHERE age >= 18 GROUP BY level",
                                         "Ask like: SELECT level, count(*), avg(age) FROM people WHERE age >= 18 GROUP BY level"))
