"""Functions that make and read dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.7 and 10.3.4.8)."""

from __future__ import annotations

from decimal import Decimal

from jingwei.engines.decisions.library.signatures import built_in
from jingwei.engines.decisions.operations import equal
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import (
    MAX_OFFSET,
    SECOND,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Value,
    date,
    days_of,
    moment,
    parse_date,
    parse_duration,
    parse_moment,
    parse_time,
    zoned,
)

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@built_in("date", "from: string")
def date_from_text(_run: Run, text: str) -> Value:
    return parse_date(text)


@built_in("date", "from: date|moment")
def date_from(_run: Run, value: Date | DateTime) -> Value:
    return _day(value)


@built_in("date", "year: number, month: number, day: number")
def date_of_parts(_run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    return date(int(year), int(month), int(day))


def _time(hour: Decimal, minute: Decimal, second: Decimal) -> int | None:
    """Nanoseconds since midnight, or None."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    return (int(hour) * 60 + int(minute)) * 60 * SECOND + int(second * SECOND)


@built_in("time", "from: string")
def time_from_text(_run: Run, text: str) -> Value:
    return parse_time(text)


@built_in("time", "from: time|moment")
def time_from(_run: Run, value: Time | DateTime) -> Value:
    return value.time if isinstance(value, DateTime) else value


@built_in("time", "from: date")
def time_from_date(_run: Run, _value: Date) -> Value:
    return Time(0, 0)


@built_in("time", "hour: number, minute: number, second: number, offset?: days?")
def time_of_parts(_run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None) -> Value:
    nanos = _time(hour, minute, second)
    if nanos is None or (offset is not None and abs(offset.nanos) > MAX_OFFSET * SECOND):
        return None
    return Time(nanos, None if offset is None else offset.nanos // SECOND)


@built_in("date and time", "from: string")
def moment_from_text(_run: Run, text: str) -> Value:
    return parse_moment(text)


@built_in("date and time", "from: moment")
def moment_from(_run: Run, value: DateTime) -> Value:
    return value


@built_in("date and time", "from: date")
def moment_from_date(_run: Run, value: Date) -> Value:
    return DateTime(value, Time(0, 0))


@built_in("date and time", "date: date|moment, time: time")
def moment_of_both(_run: Run, day: Date | DateTime, time: Time) -> Value:
    return moment(_day(day), time)


_SIX = "year: number, month: number, day: number, hour: number, minute: number, second: number"


@built_in("date and time", f"{_SIX}, offset?: days?")
def moment_of_parts(run: Run, year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal,
                    offset: DaysDuration | None) -> Value:
    found, time = date(int(year), int(month), int(day)), time_of_parts(run, hour, minute, second, offset)
    return None if found is None or time is None else DateTime(found, time)


@built_in("date and time", f"{_SIX}, timezone: string")
def moment_in_zone(_run: Run, year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal, zone: str) -> Value:
    found, nanos = date(int(year), int(month), int(day)), _time(hour, minute, second)
    time = None if nanos is None else zoned(nanos, zone)
    return None if found is None or time is None else moment(found, time)


@built_in("duration", "from: string")
def duration(_run: Run, text: str) -> Value:
    return parse_duration(text)


@built_in("duration", "from: days|months")
def same_duration(_run: Run, value: DaysDuration | MonthsDuration) -> Value:
    return value


@built_in("years and months duration", "from: date|moment, to: date|moment")
def between(_run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    """Whole months from one day to the other; times of day do not count."""
    a, b = _day(start), _day(end)
    months, rest = (b.year - a.year) * 12 + b.month - a.month, b.day - a.day
    if months > 0 and rest < 0:
        months -= 1
    elif months < 0 and rest > 0:
        months += 1
    return MonthsDuration(months)


@built_in("day of year", "date: date|moment")
def day_of_year(_run: Run, value: Date | DateTime) -> Value:
    day = _day(value)
    return Decimal(day.days - days_of(day.year, 1, 1) + 1)


@built_in("day of week", "date: date|moment")
def day_of_week(_run: Run, value: Date | DateTime) -> Value:
    return _DAYS[(_day(value).days + 3) % 7]


@built_in("month of year", "date: date|moment")
def month_of_year(_run: Run, value: Date | DateTime) -> Value:
    return _MONTHS[_day(value).month - 1]


@built_in("week of year", "date: date|moment")
def week_of_year(_run: Run, value: Date | DateTime) -> Value:
    """ISO 8601: the week whose Thursday lies in the year."""
    day = _day(value)
    thursday = day.days - (day.days + 3) % 7 + 3
    year = next(y for y in (day.year + 1, day.year, day.year - 1) if days_of(y, 1, 1) <= thursday)
    return Decimal((thursday - days_of(year, 1, 1)) // 7 + 1)


@built_in("now", "")
def now(run: Run) -> Value:
    return run.now


@built_in("today", "")
def today(run: Run) -> Value:
    return run.now.date


@built_in("is", "value1?: any, value2?: any")
def same(_run: Run, one: Value, other: Value) -> Value:
    """The same element of the same domain: times are, where offset or zone are the same too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Time | DateTime):
        return bool(one == other)
    return equal(one, other) is True
