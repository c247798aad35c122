"""Functions of numbers and booleans (DMN 1.5, 10.3.4.2 and 10.3.4.5)."""

from __future__ import annotations

import random
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)

from jingwei.engines.decisions.library.signatures import built_in
from jingwei.engines.decisions.operations import negate
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import ARITHMETIC, DaysDuration, MonthsDuration, Value

_WIDE = Context(prec=12_400, Emin=-20_000, Emax=20_000, traps=[InvalidOperation])
"""Wide enough to place any Decimal128 on any scale before it is rounded back."""

MIN_SCALE, MAX_SCALE = -6111, 6176


def rounded(number: Decimal, scale: Decimal | None, rounding: str) -> Value:
    places = int(scale or 0)
    if not MIN_SCALE <= places <= MAX_SCALE:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= places:
        return number
    found = number.quantize(Decimal((0, (1,), -places)), rounding, _WIDE)
    return ARITHMETIC.plus(found)


@built_in("decimal", "n: number, scale: number")
def decimal(_run: Run, n: Decimal, scale: Decimal) -> Value:
    return rounded(n, scale, ROUND_HALF_EVEN)


@built_in("floor", "n: number, scale?: number")
def floor(_run: Run, n: Decimal, scale: Decimal | None) -> Value:
    return rounded(n, scale, ROUND_FLOOR)


@built_in("ceiling", "n: number, scale?: number")
def ceiling(_run: Run, n: Decimal, scale: Decimal | None) -> Value:
    return rounded(n, scale, ROUND_CEILING)


@built_in("round up", "n: number, scale: number")
def round_up(_run: Run, n: Decimal, scale: Decimal) -> Value:
    return rounded(n, scale, ROUND_UP)


@built_in("round down", "n: number, scale: number")
def round_down(_run: Run, n: Decimal, scale: Decimal) -> Value:
    return rounded(n, scale, ROUND_DOWN)


@built_in("round half up", "n: number, scale: number")
def round_half_up(_run: Run, n: Decimal, scale: Decimal) -> Value:
    return rounded(n, scale, ROUND_HALF_UP)


@built_in("round half down", "n: number, scale: number")
def round_half_down(_run: Run, n: Decimal, scale: Decimal) -> Value:
    return rounded(n, scale, ROUND_HALF_DOWN)


@built_in("abs", "n: number|days|months")
def absolute(_run: Run, n: Value) -> Value:
    if isinstance(n, DaysDuration):
        return negate(n) if n.nanos < 0 else n
    if isinstance(n, MonthsDuration):
        return negate(n) if n.months < 0 else n
    return ARITHMETIC.abs(n)


@built_in("modulo", "dividend: number, divisor: number")
def modulo(_run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """dividend - divisor * floor(dividend / divisor): the sign is the divisor's."""
    if not divisor:
        return None
    rest = _WIDE.remainder(dividend, divisor)
    return ARITHMETIC.plus(_WIDE.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest)


@built_in("sqrt", "number: number")
def sqrt(_run: Run, number: Decimal) -> Value:
    return None if number < 0 else ARITHMETIC.sqrt(number)


@built_in("log", "number: number")
def log(_run: Run, number: Decimal) -> Value:
    return ARITHMETIC.ln(number) if number > 0 else None


@built_in("exp", "number: number")
def exp(_run: Run, number: Decimal) -> Value:
    return ARITHMETIC.exp(number)


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


@built_in("odd", "number: number")
def odd(_run: Run, number: Decimal) -> Value:
    return _is_whole(number) and _WIDE.remainder(number, Decimal(2)) != 0


@built_in("even", "number: number")
def even(_run: Run, number: Decimal) -> Value:
    return _is_whole(number) and _WIDE.remainder(number, Decimal(2)) == 0


@built_in("random number", "")
def random_number(_run: Run) -> Value:
    return ARITHMETIC.create_decimal(repr(random.random()))


@built_in("not", "negand: any")
def negation(_run: Run, negand: Value) -> Value:
    return None if not isinstance(negand, bool) else not negand
