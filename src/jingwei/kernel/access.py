"""Grants compiled into the query: who sees which rows of a dataset, which columns, how precisely, for what, until when.

Nothing is seen without a grant, and a denial beats every grant. One mechanism: a policy language is read into grants.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import LOCAL, PUBLIC, Principal
from jingwei.kernel.problems import Problem, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

PURPOSES = {
    "duty": Text("履行职责", "Statutory duty"),
    "service": Text("政务服务", "Service to a person or firm"),
    "supervision": Text("监督检查", "Supervision"),
    "statistics": Text("统计分析", "Statistics"),
    "research": Text("科学研究", "Research"),
    "emergency": Text("应急处置", "Emergency"),
    "audit": Text("审计监督", "Audit"),
    "operation": Text("授权运营", "Authorised operation"),
    "public": Text("向社会公开", "Open to the public"),
}
"""What data may be asked for. A grant serves the one purpose it names."""

Value = str | int | float | bool
_PLACE = re.compile(r"CN|[0-9]{6}")
_MOST = 2**62


class Equal(Struct, frozen=True, tag="eq", forbid_unknown_fields=True):
    column: str
    value: Value


class OneOf(Struct, frozen=True, tag="in", forbid_unknown_fields=True):
    column: str
    values: tuple[Value, ...]


class Between(Struct, frozen=True, tag="range", forbid_unknown_fields=True):
    """Both ends included; None where there is none."""

    column: str
    least: Value | None = None
    most: Value | None = None


class Within(Struct, frozen=True, tag="within", forbid_unknown_fields=True):
    """The column's place lies in ``place`` (GB/T 2260): 440000 has 440106 in it, CN has all. Other writings are unknown."""

    column: str
    place: str

    def __post_init__(self) -> None:
        if not _PLACE.fullmatch(self.place):
            raise Problem("unknown_place",
                          Text(f"{self.place[:40]!r} 不是行政区划代码", f"{self.place[:40]!r} is not an administrative code"),
                          where=self.column, remedy=Text("写六位数字，或 CN。", "Write six digits, or CN."))


class All(Struct, frozen=True, tag="and", forbid_unknown_fields=True):
    parts: tuple[Predicate, ...]


class Some(Struct, frozen=True, tag="or", forbid_unknown_fields=True):
    parts: tuple[Predicate, ...]


class Not(Struct, frozen=True, tag="not", forbid_unknown_fields=True):
    part: Predicate


Predicate = Equal | OneOf | Between | Within | All | Some | Not
"""Which rows, in the three-valued logic of SQL: what is said of a missing value (NULL, NaN, no such place) is unknown, and its
negation too. A grant gives the rows for which it is true; a denial takes all but those for which it is false."""

EVERY_ROW = All(())


class Exact(Struct, frozen=True, tag="exact", forbid_unknown_fields=True):
    """As it is."""


class Rounded(Struct, frozen=True, tag="rounded", forbid_unknown_fields=True):
    """A figure to the nearest multiple of ``unit``, halves upward; beyond 2^52 units (integers: 2^62) missing."""

    unit: int | float


class Banded(Struct, frozen=True, tag="banded", forbid_unknown_fields=True):
    """A figure as the lower edge of its band: 20 for 20 to below 30 in bands of 10, -10 for -1; missing where rounding is."""

    unit: int | float


class Truncated(Struct, frozen=True, tag="truncated", forbid_unknown_fields=True):
    """A date to the first day of its month or year; ISO text to 2024-06 or 2024; other text is missing."""

    to: Literal["month", "year"]


class Generalised(Struct, frozen=True, tag="generalised", forbid_unknown_fields=True):
    """A place to the city, province or nation it lies in; what is no administrative code is missing."""

    to: Literal["city", "province", "nation"]


class Masked(Struct, frozen=True, tag="masked", forbid_unknown_fields=True):
    """The first and last characters of a text around four stars, which do not tell its length; only stars when it is short."""

    first: int = 0
    last: int = 0


class Hashed(Struct, frozen=True, tag="hashed", forbid_unknown_fields=True):
    """A keyed pseudonym: SHA-256 of the grant's secret salt and the text. Rows can be matched under one grant, not between grants: two
    who are granted the same column cannot join what they have."""


Precision = Exact | Rounded | Banded | Truncated | Generalised | Masked | Hashed


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom: a principal, all of an organisation (not of those below it; ``public`` is everybody), or a role by its code."""

    kind: Literal["principal", "organisation", "role"]
    id: str

    def is_one(self, principal: Principal) -> bool:
        match self.kind:
            case "principal":
                return principal.id == self.id
            case "organisation":
                return self.id in (PUBLIC, principal.organisation)
            case _:
                return any(role.code == self.id for role in principal.roles)


class Grant(Struct, frozen=True, tag="grant", forbid_unknown_fields=True):
    """Permission to see part of a dataset.

    columns : precision by column; a column that is not named is absent
    basis : the law, article or agreement it rests on
    first, last : days in China on which it holds; None is without end
    export : whether what is seen may leave the node
    salt : 32 or more hexadecimal digits of chance, secret, this grant's own; needed where a column is hashed
    """

    id: str
    subject: Subject
    purpose: str
    dataset: str
    columns: dict[str, Precision]
    basis: str
    first: date
    last: date | None = None
    rows: Predicate = EVERY_ROW
    export: bool = False
    salt: str = ""

    def __post_init__(self) -> None:
        _complete(self)
        if not self.columns:
            raise _bad(self.id, Text("授权至少要给一列", "a grant gives a column at least"))
        for precision in self.columns.values():
            unit = precision.unit if isinstance(precision, Rounded | Banded) else 1
            if not 0 < unit <= 10**12 or (isinstance(precision, Masked) and min(precision.first, precision.last) < 0):
                raise _bad(self.id, Text(f"{precision} 不是一种精度", f"{precision} is no precision"))
            if isinstance(precision, Hashed) and not re.fullmatch("[0-9a-f]{32,}", self.salt):
                raise _bad(self.id, Text("散列要有至少 32 位十六进制的盐", "hashing needs a salt of at least 32 hexadecimal digits"))


class Denial(Struct, frozen=True, tag="denial", forbid_unknown_fields=True):
    """Beats every grant, for whatever purpose unless it names one.

    columns : whose cells are hidden; None hides whole rows
    """

    id: str
    subject: Subject
    dataset: str
    basis: str
    first: date
    last: date | None = None
    purpose: str | None = None
    rows: Predicate = EVERY_ROW
    columns: frozenset[str] | None = None

    def __post_init__(self) -> None:
        _complete(self)


def visible(table: ir.Table, grants: Iterable[Grant | Denial], principal: Principal, purpose: str, at: datetime, *,
            dataset: str, export: bool = False) -> ir.Table:
    """The part of a dataset that the principal may see for the purpose at the instant, as one query.

    A row is seen when some grant gives it and no denial takes it. Each cell is seen as the finest of the grants that give this
    row shows it: exact, rounded (smaller units first), truncated, generalised, masked (more characters first), hashed (by id of
    the grant); missing when none of them shows it. Columns that no grant gives are not in the query's result.

    dataset : whose rows these are; other datasets' grants are passed over
    export : only what may leave the node
    Without a grant the table is empty and has its own columns. ``local`` sees its node's own data as it is.
    Raises Problem ``unknown_purpose``; ``unknown_column`` or ``bad_grant`` when a grant or denial in force does not fit the table.
    """
    import ibis

    _purpose(purpose)
    if principal.id == LOCAL.id:
        return table
    today = day_in_china(at)
    ours = [g for g in grants if g.dataset == dataset and g.subject.is_one(principal) and g.purpose in (purpose, None)
            and g.first <= today and (g.last is None or today <= g.last)]
    allows = {g.id: g for g in ours if isinstance(g, Grant) and (g.export or not export)}
    if twice := [g.id for g in ours if any(g.id == other.id and g != other for other in ours)]:
        raise _bad(twice[0], Text("两条不同的授权或禁止用了同一个编号", "two different grants or denials bear this id"))
    denials = [g for g in ours if isinstance(g, Denial)]
    for rule in ours:
        for column in rule.columns or ():
            _column(table, column, rule.id)
    when = {name: _holds(table, allows[name].rows, name) for name in sorted(allows)}
    unless = [(denial, ~_holds(table, denial.rows, denial.id)) for denial in denials]
    hidden = {c for d in denials if d.rows == EVERY_ROW for c in d.columns or ()}
    cells = [_cell(table, column, allows, when, [free for d, free in unless if column in (d.columns or ())])
             for column in table.columns if column not in hidden and any(column in g.columns for g in allows.values())]
    if not cells:
        return table.filter(ibis.literal(False))
    # WHERE drops rows for which a condition is unknown: right for a grant, and, being negated, for a denial too.
    return table.filter(ibis.or_(*when.values()), *(free for d, free in unless if d.columns is None)).select(cells)


def holds(table: ir.Table, predicate: Predicate, where: str) -> Any:
    """Whether the predicate is true of a row, as a boolean column without NULL: unknown counts as no.

    where : for the message of Problem ``unknown_column`` or ``bad_grant``
    """
    import ibis

    return ibis.coalesce(_holds(table, predicate, where), ibis.literal(False))


def _cell(table: ir.Table, column: str, allows: dict[str, Grant], when: dict[str, Any], free: Sequence[Any]) -> Any:
    """One column of the result: CASE over the grants that give it, finest first, NULL where a denial of it is not false."""
    import ibis

    nothing = ibis.null(table[column].type())
    giving = sorted((_coarseness(grant.columns[column]), name) for name, grant in allows.items() if column in grant.columns)
    views = []
    for _, alike in groupby(giving, key=lambda one: one if one[0] == _HASHED else one[0]):
        names = [name for _, name in alike]
        views.append((ibis.or_(*(when[name] for name in names)), _shown(table[column], allows[names[0]], column)))
    # Where every grant gives the column, a row that none of the finer ones gave was given by the last.
    last = views.pop()[1] if len(giving) == len(allows) else nothing
    cell = ibis.cases(*views, else_=last) if views else last
    return (ibis.cases((ibis.and_(*free), cell), else_=nothing) if free else cell).name(column)


_HASHED = (5.0,)


def _coarseness(precision: Precision) -> tuple[float, ...]:
    match precision:
        case Exact():
            return (0,)
        case Rounded(unit) | Banded(unit):
            return (1, unit, isinstance(precision, Banded))
        case Truncated(to):
            return (2, ("month", "year").index(to))
        case Generalised(to):
            return (3, ("city", "province", "nation").index(to))
        case Masked(first, last):
            return (4, -first - last, -first)
        case Hashed():
            return _HASHED


def _shown(column: Any, grant: Grant, name: str) -> Any:
    """The column as the grant shows it; always of its own type, so that cells of several grants can stand in one column."""
    import ibis

    kind, precision = column.type(), grant.columns[name]
    shown, text = column, kind.is_string()
    known = column.notnull()
    match precision:
        case Exact():
            pass
        case Rounded(unit) if kind.is_float64():
            known = column.abs() < float(unit) * 2.0**52  # false for NaN and the infinities
            shown = (column / float(unit) + 0.5).floor().cast("float64") * float(unit)
        case Rounded(unit) if kind.is_int64() and isinstance(unit, int):
            over = _over(column, unit)
            known, shown = column.between(-_MOST, _MOST), column - over + ibis.ifelse(over * 2 >= unit, unit, 0)
        case Banded(unit) if kind.is_float64():
            known, shown = column.abs() < float(unit) * 2.0**52, (column / float(unit)).floor().cast("float64") * float(unit)
        case Banded(unit) if kind.is_int64() and isinstance(unit, int):
            known, shown = column.between(-_MOST, _MOST), column - _over(column, unit)
        case Truncated(to) if kind.is_date():
            shown = ibis.date(column.year(), column.month() if to == "month" else 1, 1)  # Spark truncates to an instant
        case Truncated(to) if text:
            form, length = ("^[0-9]{4}-(0[1-9]|1[0-2])", 7) if to == "month" else ("^[0-9]{4}", 4)
            known, shown = column.re_search(form), column.left(length)
        case Generalised(to) if text:
            code = _code(column)
            wider = {"city": code.left(4) + "00", "province": code.left(2) + "0000", "nation": ibis.literal("CN")}[to]
            known, shown = code.notnull(), ibis.ifelse(code == "CN", "CN", wider)
        case Masked(first, last) if text:
            shown = ibis.ifelse(column.length() > first + last, column.left(first) + "****" + column.right(last), "****")
        case Hashed() if text:
            shown = (ibis.literal(grant.salt) + column).hexdigest("sha256")
        case _:
            raise _bad(grant.id,
                       Text(f"{precision} 不适合 {name} 列，它是 {kind}",
                            f"{precision} does not fit column {name}, which is {kind}"))
    return column if shown is column else ibis.ifelse(known, shown, ibis.null(kind)).cast(kind)


def _over(column: Any, unit: int) -> Any:
    """How far a whole number is above the multiple of ``unit`` below it; engines give the remainder the sign of the figure."""
    return (column % unit + unit) % unit


def _holds(table: ir.Table, predicate: Predicate, rule: str) -> Any:
    """The predicate as a boolean column: true, false or NULL for unknown."""
    import ibis

    match predicate:
        case All(parts):
            return ibis.and_(ibis.literal(True), *(_holds(table, part, rule) for part in parts))
        case Some(parts):
            return ibis.or_(ibis.literal(False), *(_holds(table, part, rule) for part in parts))
        case Not(part):
            return ~_holds(table, part, rule)
        case _:
            return _says(_column(table, predicate.column, rule), predicate, rule)


def _says(column: Any, predicate: Equal | OneOf | Between | Within, rule: str) -> Any:
    """What is said of one column."""
    import ibis

    kind = column.type()
    if kind.is_floating():
        column = ibis.ifelse(column.isnan(), ibis.null(kind), column)  # else NaN is above every figure
    match predicate:
        case Within(_, place) if kind.is_string():
            return _code(column).startswith("" if place == "CN" else re.sub("(00){1,2}$", "", place))
        case Equal(_, value):
            return column == _literal(kind, value, rule)
        case OneOf(_, values):  # starts with an unknown for a missing value, which an empty list would turn into a no
            return ibis.or_(ibis.ifelse(column.notnull(), False, ibis.null("boolean")),
                            *(column == _literal(kind, value, rule) for value in values))
        case Between(_, least, most) if not kind.is_boolean() and (least, most) != (None, None):
            sides = [] if least is None else [column >= _literal(kind, least, rule)]
            return ibis.and_(*sides, *([] if most is None else [column <= _literal(kind, most, rule)]))
        case _:
            raise _bad(rule,
                       Text(f"{predicate} 不适合它的列，那一列是 {kind}", f"{predicate} does not fit its column, which is {kind}"))


def _code(column: Any) -> Any:
    """Administrative codes; NULL for everything else."""
    import ibis

    known = (column == "CN") | ((column.length() == 6) & column.re_search("^[0-9]{6}"))
    return ibis.ifelse(known, column, ibis.null("string"))


def _literal(kind: Any, value: Value, rule: str) -> Any:
    """A value as the column's own type. Raises Problem ``bad_grant``: 1 is not "1", nor true."""
    import ibis

    match value:
        case bool() if kind.is_boolean():
            return ibis.literal(value)
        case int() if kind.is_integer() and not isinstance(value, bool) and -(2**63) <= value < 2**63:
            return ibis.literal(value, "int64")
        case int() | float() if kind.is_floating() and not isinstance(value, bool) and abs(value) < 1e308:
            return ibis.literal(float(value), "float64")
        case str() if kind.is_string() and "\0" not in value:
            return ibis.literal(value)
        case str() if kind.is_date() and (day := _iso(value)):
            return ibis.literal(day)
        case _:
            raise _bad(rule,
                       Text(f"{str(value)[:40]!r} 不是 {kind} 列的值",
                            f"{str(value)[:40]!r} is no value of a column of {kind}"))


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _column(table: ir.Table, column: str, rule: str) -> Any:
    if column not in table.columns:
        raise Problem("unknown_column", Text(f"没有 {column!r} 这一列", f"there is no column {column!r}"), where=rule,
                      remedy=did_you_mean(column, table.columns)
                      or Text(f"有这些列：{'、'.join(table.columns[:20])}。",
                              f"The columns are {', '.join(table.columns[:20])}."))
    return table[column]


def _complete(rule: Grant | Denial) -> None:
    if rule.purpose is not None:
        _purpose(rule.purpose, rule.id)
    if not (rule.id and rule.dataset and rule.basis.strip()) or (rule.last and rule.last < rule.first):
        raise _bad(rule.id,
                   Text("授权或禁止要有编号、数据集、法律依据和起止日期，止期不早于起期",
                        "a grant or denial has an id, a dataset, a legal basis and a period that ends after it starts"))


def _purpose(purpose: str, rule: str = "") -> None:
    if purpose not in PURPOSES:
        raise Problem("unknown_purpose", Text(f"没有 {purpose[:40]!r} 这种用途", f"{purpose[:40]!r} is no purpose"),
                      where=rule,
                      remedy=did_you_mean(purpose, PURPOSES)
                      or Text(f"用途有：{'、'.join(PURPOSES)}。", f"The purposes are {', '.join(PURPOSES)}."))


def _bad(rule: str, what: Text) -> Problem:
    return Problem("bad_grant", what, where=rule, remedy=Text("请改正后重新给出。", "Correct it and give it again."))
