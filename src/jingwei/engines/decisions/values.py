"""FEEL's values and how they are written (DMN 1.5, 10.3.2.3): what Python's own types cannot hold is defined here.

null is None, a boolean is bool, a number is Decimal, a string is str, a list is list, a context is dict. Years run from -999,999,999 to
999,999,999, so that dates and times are our own: days since 1970-01-01 in the proleptic Gregorian calendar, and integer nanoseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Value = Any

ARITHMETIC = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow])
"""IEEE 754-2008 Decimal128, as FEEL's numbers are defined."""

MAX_YEAR = 999_999_999
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MAX_OFFSET = 18 * 3600


@dataclass(frozen=True, slots=True, order=True)
class Date:
    year: int
    month: int
    day: int

    @property
    def days(self) -> int:
        return days_of(self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Time:
    """Of day. nanos : since midnight; offset : seconds east of UTC, None when local; zone : its IANA name, when it was given by name."""

    nanos: int
    offset: int | None = None
    zone: str | None = None

    @property
    def utc(self) -> int:
        return self.nanos - (self.offset or 0) * SECOND


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of it; the time's offset is that of its zone on that day."""

    date: Date
    time: Time

    @property
    def local(self) -> int:
        return self.date.days * DAY + self.time.nanos

    @property
    def utc(self) -> int:
        return self.date.days * DAY + self.time.utc


@dataclass(frozen=True, slots=True, order=True)
class DaysDuration:
    """days and time duration, in nanoseconds"""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class MonthsDuration:
    """years and months duration, in months"""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """Between two values, of which one may be missing (None): a half-line such as ``> 5``.

    unequal : ``!= value``: everything but ``low``
    """

    low: Value
    high: Value
    low_in: bool
    high_in: bool
    unequal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """What can be invoked: its parameters in order, and what it does with the run and its arguments.

    types, result : of parameters and result, None where any will do; by_name : set where names are matched otherwise than in order
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[[Any, list[Value]], Value]
    types: tuple[Any, ...] = ()
    result: Any = None
    by_name: Callable[[Any, dict[str, Value]], Value] | None = None


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (eras of 400 years; exact for any integer year)."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def date_of(days: int) -> Date | None:
    """The inverse; None when the year leaves what FEEL can hold."""
    era, of_era = divmod(days + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    m = (5 * of_year + 2) // 153
    month = m + 3 if m < 10 else m - 9
    full = year + era * 400 + (month <= 2)
    return Date(full, month, of_year - (153 * m + 2) // 5 + 1) if abs(full) <= MAX_YEAR else None


def month_length(year: int, month: int) -> int:
    return 29 if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def date(year: int, month: int, day: int) -> Date | None:
    """A date that exists, or None."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        return None
    return Date(year, month, day)


@cache
def zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_at(name: str, day: Date, nanos: int) -> int | None:
    """Seconds east of UTC that a zone keeps at a local instant; years beyond Python's are taken as the like year within them."""
    zone = zone_of(name)
    if zone is None:
        return None
    year = day.year if 1 <= day.year <= 9998 else day.year % 400 + (9200 if day.year > 0 else 400)
    second = min(nanos // SECOND, 86_399)
    at = datetime(year, day.month, day.day, second // 3600, second // 60 % 60, second % 60, tzinfo=zone)
    offset = at.utcoffset()
    return None if offset is None else round(offset.total_seconds())


def moment(day: Date, time: Time) -> DateTime:
    """A date at a time, with the offset its zone keeps that day."""
    if time.zone is not None:
        time = Time(time.nanos, offset_at(time.zone, day, time.nanos), time.zone)
    return DateTime(day, time)


def moment_of(local: int, time: Time) -> DateTime | None:
    """The date and time at so many local nanoseconds since 1970, in the zone or offset of ``time``."""
    days, nanos = divmod(local, DAY)
    day = date_of(days)
    return None if day is None else moment(day, Time(nanos, time.offset, time.zone))


def at_utc(utc: int, time: Time) -> DateTime | None:
    """The date and time at so many nanoseconds since 1970 in UTC, told in the zone or offset of ``time``."""
    guess = moment_of(utc + (time.offset or 0) * SECOND, time)
    if guess is None or guess.time.offset == time.offset:
        return guess
    return moment_of(utc + (guess.time.offset or 0) * SECOND, time)


def from_clock(at: datetime) -> DateTime:
    """What the clock says, as FEEL has it. A clock without a zone is taken as UTC."""
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    nanos = ((at.hour * 60 + at.minute) * 60 + at.second) * SECOND + at.microsecond * 1000
    offset = at.utcoffset()
    return DateTime(Date(at.year, at.month, at.day), Time(nanos, round(offset.total_seconds()) if offset is not None else 0))


_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+\-/]+))?", re.ASCII)
_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS = re.compile(r"(-?)P(?:(\d+)D)?(?:(T)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?", re.ASCII)


def parse_date(text: str) -> Date | None:
    found = _DATE.fullmatch(text)
    return date(int(found[1] + found[2]), int(found[3]), int(found[4])) if found else None


def parse_time(text: str) -> Time | None:  # noqa: PLR0911 (one answer a fault)
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    fraction = int(((found[4] or "") + "000000000")[:9])
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or fraction)):
        return None
    nanos = ((hour % 24 * 60 + minute) * 60 + second) * SECOND + fraction
    if found[5]:
        return Time(nanos, 0)
    if found[6]:
        if int(found[8]) > 59 or int(found[9] or 0) > 59:
            return None
        offset = (int(found[7]) * 60 + int(found[8])) * 60 + int(found[9] or 0)
        return None if offset > MAX_OFFSET else Time(nanos, -offset if found[6] == "-" else offset)
    if found[10]:
        return zoned(nanos, found[10])
    return Time(nanos)


def zoned(nanos: int, zone: str) -> Time | None:
    """A time of day in a zone; without a date its offset is that of 1 January 1970. None when there is no such zone."""
    offset = offset_at(zone, Date(1970, 1, 1), nanos)
    return None if offset is None else Time(nanos, offset, zone)


def parse_moment(text: str) -> DateTime | None:
    """``date T time``; a date alone is its midnight; 24:00:00 is the midnight after."""
    head, mark, tail = text.partition("T")
    day = parse_date(head)
    if day is None:
        return None
    if not mark:
        return DateTime(day, Time(0))
    time = parse_time(tail)
    if time is None:
        return None
    if tail.startswith("24"):
        following = date_of(day.days + 1)
        return None if following is None else moment(following, time)
    return moment(day, time)


def parse_duration(text: str) -> DaysDuration | MonthsDuration | None:
    months = _MONTHS.fullmatch(text)
    if months and (months[2] or months[3]):
        total = int(months[2] or 0) * 12 + int(months[3] or 0)
        return MonthsDuration(-total if months[1] else total)
    found = _DAYS.fullmatch(text)
    if not found or not any(found[i] for i in (2, 4, 5, 6)) or (found[3] and not any(found[i] for i in (4, 5, 6))):
        return None
    seconds = ((int(found[2] or 0) * 24 + int(found[4] or 0)) * 60 + int(found[5] or 0)) * 60 + int(found[6] or 0)
    nanos = seconds * SECOND + int(((found[7] or "") + "000000000")[:9])
    return DaysDuration(-nanos if found[1] else nanos)


def parse_at(text: str) -> Value:
    """What stands in an at-literal: whichever of the temporal forms it is, or None."""
    for form in (parse_date, parse_moment, parse_time, parse_duration):
        value = form(text)
        if value is not None:
            return value
    return None


def offset_text(seconds: int) -> str:
    if not seconds:
        return "Z"
    size = abs(seconds)
    tail = f":{size % 60:02d}" if size % 60 else ""
    return f"{'-' if seconds < 0 else '+'}{size // 3600:02d}:{size // 60 % 60:02d}{tail}"


def number_text(value: Decimal) -> str:
    text = format(value, "f")
    return text.lstrip("-") if not value else text


def _time_text(value: Time) -> str:
    second, fraction = divmod(value.nanos, SECOND)
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    if fraction:
        text += f".{fraction:09d}".rstrip("0")
    if value.zone is not None:
        return f"{text}@{value.zone}"
    return text if value.offset is None else text + offset_text(value.offset)


def _days_text(value: DaysDuration) -> str:
    seconds, fraction = divmod(abs(value.nanos), SECOND)
    days, seconds = divmod(seconds, 86_400)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    tail = f"{rest}" + (f".{fraction:09d}".rstrip("0") if fraction else "") if rest or fraction else ""
    time = f"{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{f'{tail}S' if tail else ''}"
    text = f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"
    return ("-" if value.nanos < 0 else "") + (text if text != "P" else "PT0S")


def _months_text(value: MonthsDuration) -> str:
    years, months = divmod(abs(value.months), 12)
    text = f"P{f'{years}Y' if years else ''}{f'{months}M' if months or not years else ''}"
    return ("-" if value.months < 0 else "") + text


def written(value: Value, *, inside: bool = False) -> str:  # noqa: PLR0911 (one answer a type)
    """The value as FEEL's ``string`` gives it; ``inside`` a list or context a string keeps its quotation marks."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if inside else value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, Date):
        return f"{'-' if value.year < 0 else ''}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, Time):
        return _time_text(value)
    if isinstance(value, DateTime):
        return f"{written(value.date)}T{_time_text(value.time)}"
    if isinstance(value, DaysDuration):
        return _days_text(value)
    if isinstance(value, MonthsDuration):
        return _months_text(value)
    if isinstance(value, list):
        return f"[{', '.join(written(v, inside=True) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {written(v, inside=True)}" for k, v in value.items()) + "}"
    if isinstance(value, Range):
        return _range_text(value)
    return f"function({', '.join(value.parameters)})"


_PLAIN_KEY = re.compile(r"[^\W\d][\w ]*")


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else written(name, inside=True)


def _range_text(value: Range) -> str:
    if value.unequal:
        return f"!={written(value.low, inside=True)}"
    if value.low is None or value.high is None:
        if value.low is None:
            return f"<{'=' if value.high_in else ''} {written(value.high, inside=True)}"
        return f">{'=' if value.low_in else ''} {written(value.low, inside=True)}"
    low, high = written(value.low, inside=True), written(value.high, inside=True)
    return f"{'[' if value.low_in else '('}{low}..{high}{']' if value.high_in else ')'}"
