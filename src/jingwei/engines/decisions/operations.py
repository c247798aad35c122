"""What FEEL's operators mean (DMN 1.5, 10.3.2.10 to 10.3.2.15): equality and order in three values, arithmetic, paths, membership.

Nothing here raises for a value of the wrong kind: the answer is null (None), as the standard has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jingwei.engines.decisions.values import (
    ARITHMETIC,
    DAY,
    SECOND,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Range,
    Time,
    Value,
    at_utc,
    date_of,
    moment,
    month_length,
)

_ORDERED = (Decimal, str, Date, DaysDuration, MonthsDuration)


def equal(left: Value, right: Value) -> bool | None:  # noqa: PLR0911 (one answer a kind)
    """Equality: null only equals null, and values of different kinds cannot be compared (None)."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is list:
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if kind is dict:
        return left.keys() == right.keys() and all(equal(v, right[k]) is True for k, v in left.items())
    if kind is Time or kind is DateTime:
        return order(left, right) == 0
    if kind is Range:
        return (left.low_in, left.high_in, left.unequal) == (right.low_in, right.high_in, right.unequal) and (
            equal(left.low, right.low) is True and equal(left.high, right.high) is True)
    return bool(left == right)


def is_local(value: Time | DateTime) -> bool:
    return (value.time if isinstance(value, DateTime) else value).offset is None


def order(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where the two have no order, as a local time and one with an offset."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _ORDERED:
        return -1 if left < right else int(left > right)
    if kind is Time or kind is DateTime:
        if is_local(left) != is_local(right):
            return None
        a, b = left.utc, right.utc
        return -1 if a < b else int(a > b)
    return None


def compared(op: str, left: Value, right: Value) -> bool | None:
    if op == "=":
        return equal(left, right)
    if op == "!=":
        same = equal(left, right)
        return None if same is None else not same
    sign = order(left, right)
    return None if sign is None else COMPARES[op](sign)


COMPARES: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0, "<=": lambda sign: sign <= 0, ">": lambda sign: sign > 0, ">=": lambda sign: sign >= 0}


def within(value: Value, of: Range) -> bool | None:
    """Whether a value lies in a range."""
    if of.unequal:
        return compared("!=", value, of.low)
    if of.low is None and of.high is None:
        return None
    low = True if of.low is None else compared(">=" if of.low_in else ">", value, of.low)
    high = True if of.high is None else compared("<=" if of.high_in else "<", value, of.high)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def passes(value: Value, test: Value) -> bool | None:
    """Whether a value passes the test that a value is: lies in the range, is in the list, or equals it."""
    if type(test) is Range and type(value) is not Range:
        return within(value, test)
    if type(test) is list:
        if type(value) is list and equal(value, test):
            return True
        return any(passes(value, one) is True for one in test)
    return equal(value, test)


def half_line(op: str, bound: Value) -> Range | None:
    if bound is None and op not in {"=", "!="}:
        return None
    return {"<": lambda: Range(None, bound, False, False), "<=": lambda: Range(None, bound, False, True),
            ">": lambda: Range(bound, None, False, False), ">=": lambda: Range(bound, None, True, False),
            "=": lambda: Range(bound, bound, True, True), "!=": lambda: Range(bound, bound, False, False, unequal=True)}[op]()


# arithmetic


def months_later(day: Date, months: int) -> Date | None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if abs(year) > 999_999_999:
        return None
    return Date(year, month + 1, min(day.day, month_length(year, month + 1)))


def later(start: Value, duration: Value, sign: int) -> Value:
    """A date, time or date and time moved by a duration; None where the two do not go together."""
    if isinstance(duration, MonthsDuration):
        if isinstance(start, Date):
            return months_later(start, sign * duration.months)
        if isinstance(start, DateTime):
            day = months_later(start.date, sign * duration.months)
            return None if day is None else moment(day, start.time)
        return None
    nanos = sign * duration.nanos
    if isinstance(start, Date):
        return date_of((start.days * DAY + nanos) // DAY)
    if isinstance(start, DateTime):
        return at_utc(start.utc + nanos, start.time)
    return Time((start.nanos + nanos) % DAY, start.offset, start.zone)


_DURATIONS = (DaysDuration, MonthsDuration)
_POINTS = (Date, Time, DateTime)


def add(left: Value, right: Value) -> Value:
    kind = type(left)
    if kind is Decimal and type(right) is Decimal:
        return ARITHMETIC.add(left, right)
    if kind is str and type(right) is str:
        return left + right
    if kind in _DURATIONS:
        if kind is type(right):
            return MonthsDuration(left.months + right.months) if kind is MonthsDuration else DaysDuration(left.nanos + right.nanos)
        return later(right, left, 1) if isinstance(right, _POINTS) else None
    return later(left, right, 1) if isinstance(left, _POINTS) and isinstance(right, _DURATIONS) else None


def subtract(left: Value, right: Value) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return ARITHMETIC.subtract(left, right)
    if isinstance(left, _POINTS) and isinstance(right, _DURATIONS):
        return later(left, right, -1)
    if kind is other and kind in _DURATIONS:
        return MonthsDuration(left.months - right.months) if kind is MonthsDuration else DaysDuration(left.nanos - right.nanos)
    if kind is Date and other is Date:
        return DaysDuration((left.days - right.days) * DAY)
    if isinstance(left, Date | DateTime) and isinstance(right, Date | DateTime):
        left, right = midnight(left), midnight(right)
    elif not (kind is Time and other is Time):
        return None
    return None if is_local(left) != is_local(right) else DaysDuration(left.utc - right.utc)


def midnight(value: Date | DateTime) -> DateTime:
    """A date as a date and time: its midnight in UTC (10.3.2.9.4)."""
    return DateTime(value, Time(0, 0)) if isinstance(value, Date) else value


def multiply(left: Value, right: Value) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return ARITHMETIC.multiply(left, right)
    if type(right) is Decimal:
        left, right = right, left
    return _scaled(right, lambda size: ARITHMETIC.multiply(size, left)) if type(left) is Decimal else None


def divide(left: Value, right: Value) -> Value:
    if type(right) is Decimal:
        if not right:
            return None
        if type(left) is Decimal:
            return ARITHMETIC.divide(left, right)
        return _scaled(left, lambda size: ARITHMETIC.divide(size, right))
    if type(left) is not type(right) or not isinstance(left, _DURATIONS):
        return None
    above, below = _size(left), _size(right)
    return ARITHMETIC.divide(above, below) if below else None


def _size(duration: Value) -> Decimal:
    return Decimal(duration.months if isinstance(duration, MonthsDuration) else duration.nanos)


def _scaled(duration: Value, scale: Callable[[Decimal], Decimal]) -> Value:
    """A duration times a number, cut to whole months or nanoseconds."""
    if not isinstance(duration, _DURATIONS):
        return None
    return type(duration)(int(scale(_size(duration))))


def power(left: Value, right: Value) -> Value:
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    return Decimal(1) if not right else ARITHMETIC.power(left, right)


def negate(value: Value) -> Value:
    if type(value) is Decimal:
        return ARITHMETIC.minus(value)
    if isinstance(value, MonthsDuration):
        return MonthsDuration(-value.months)
    return DaysDuration(-value.nanos) if isinstance(value, DaysDuration) else None


ARITHMETICS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "**": power}


# paths


def _offset(value: Time) -> Value:
    return None if value.offset is None else DaysDuration(value.offset * SECOND)


def _fraction(value: Time) -> Decimal:
    return ARITHMETIC.divide(Decimal(value.nanos % (60 * SECOND)), Decimal(SECOND))


_OF_DATE: dict[str, Callable[[Date], Any]] = {
    "year": lambda d: d.year, "month": lambda d: d.month, "day": lambda d: d.day, "weekday": lambda d: (d.days + 3) % 7 + 1}
_OF_TIME: dict[str, Callable[[Time], Any]] = {
    "hour": lambda t: t.nanos // (3600 * SECOND), "minute": lambda t: t.nanos // (60 * SECOND) % 60, "second": _fraction,
    "time offset": _offset, "timezone": lambda t: t.zone}


def _split(nanos: int, unit: int, of: int) -> int:
    """Whole units in a duration, the larger ones taken out; with its sign."""
    return (abs(nanos) // unit % of if of else abs(nanos) // unit) * (-1 if nanos < 0 else 1)


_OF_DAYS: dict[str, Callable[[DaysDuration], Any]] = {
    "days": lambda d: _split(d.nanos, DAY, 0), "hours": lambda d: _split(d.nanos, 3600 * SECOND, 24),
    "minutes": lambda d: _split(d.nanos, 60 * SECOND, 60),
    "seconds": lambda d: ARITHMETIC.divide(Decimal(_split(d.nanos, 1, 60 * SECOND)), Decimal(SECOND))}
_OF_MONTHS: dict[str, Callable[[MonthsDuration], Any]] = {
    "years": lambda d: _split(d.months, 12, 0), "months": lambda d: _split(d.months, 1, 12)}
_OF_RANGE: dict[str, Callable[[Range], Any]] = {
    "start": lambda r: r.low, "end": lambda r: r.high, "start included": lambda r: r.low_in, "end included": lambda r: r.high_in}
_OF_MOMENT: dict[str, Callable[[DateTime], Any]] = {
    **{n: (lambda v, f=f: f(v.date)) for n, f in _OF_DATE.items()}, **{n: (lambda v, f=f: f(v.time)) for n, f in _OF_TIME.items()}}  # type: ignore[misc]
_PROPERTIES: dict[type, Mapping[str, Callable[[Any], Any]]] = {
    Date: _OF_DATE, Time: _OF_TIME, DaysDuration: _OF_DAYS, MonthsDuration: _OF_MONTHS, Range: _OF_RANGE,
    DateTime: _OF_MOMENT}


def member(value: Value, name: str) -> Value:
    """``value.name``: an entry of a context, of each context of a list, or a property of a temporal value or range."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        return [member(v, name) for v in value]
    read = _PROPERTIES.get(type(value), {}).get(name)
    found = read(value) if read else None
    return Decimal(found) if type(found) is int else found
