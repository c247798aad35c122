"""FEEL's values from JSON and Python, and back. What JSON cannot say (a date, a duration) is a string, read by the type it is to have."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date as python_date
from datetime import datetime
from decimal import Decimal
from typing import Any

from jingwei.engines.decisions.kinds import ANY, Kind
from jingwei.engines.decisions.values import (
    ARITHMETIC,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Value,
    from_clock,
    parse_date,
    parse_duration,
    parse_moment,
    parse_time,
    written,
)

_READ: dict[type, Callable[[str], Value]] = {
    Date: parse_date, Time: parse_time, DateTime: parse_moment, DaysDuration: parse_duration, MonthsDuration: parse_duration}


def taken(value: Any, kind: Kind = ANY) -> Value:  # noqa: PLR0911 (one answer a type)
    """A value of JSON or Python as FEEL's. Numbers are taken by their shortest digits; NaN and infinities become null."""
    if isinstance(value, str):
        read = _READ.get(kind.python) if kind.python else None
        return read(value) if read else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return ARITHMETIC.create_decimal(value)
    if isinstance(value, float):
        return ARITHMETIC.create_decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return ARITHMETIC.plus(value) if value.is_finite() else None
    if isinstance(value, dict):
        return {str(k): taken(v, kind.members.get(str(k), ANY)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [taken(v, kind.of or ANY) for v in value]
    if isinstance(value, datetime):
        return from_clock(value)
    if isinstance(value, python_date):
        return Date(value.year, value.month, value.day)
    return value


def given_back(value: Value) -> Any:
    """JSON-ready. A number with a fraction is the nearest double; whatever JSON has no kind for is its FEEL text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    if isinstance(value, list):
        return [given_back(v) for v in value]
    if isinstance(value, dict):
        return {k: given_back(v) for k, v in value.items()}
    return value if value is None or isinstance(value, bool | str) else written(value)
