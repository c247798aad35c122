"""What runs over lists and ranges: filters, ``for``, ``some`` and ``every``, for expressions written and boxed alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from jingwei.engines.decisions.run import Compiled, Frame, Run
from jingwei.engines.decisions.values import Date, Range, Value, date_of


def filtered(of: Compiled, by: Compiled, place: int) -> Compiled:
    """Items of a list for which a condition holds, or the one at a position; a single value is a list of itself."""

    def found(f: Frame) -> Value:
        value = of(f)
        if value is None:
            return None
        items = value if type(value) is list else [value]
        run: Run = f[0]
        run.charge(len(items))
        kept = []
        for at, item in enumerate(items or [None]):
            f[place] = item
            answer = by(f)
            if type(answer) is Decimal and not at:
                return _at(items, answer)
            if answer is not None and type(answer) is not bool:
                run.note("筛选条件不是布尔值，取 null", "the condition of a filter is no boolean: null")
                return None
            if answer and items:
                kept.append(item)
        return kept

    return found


def _at(items: list[Value], position: Decimal) -> Value:
    at = int(position)
    if at != position or not 1 <= abs(at) <= len(items):
        return None
    return items[at - 1] if at > 0 else items[at]


def domain(value: Value, *, written_out: bool) -> Iterator[Value] | None:
    """What a ``for`` runs over: a list's items, or whole numbers or days between two ends; None where there is no such thing.

    written_out : ``a..b`` without brackets, which may also run downwards
    """
    if type(value) is list:
        return iter(value)
    if not isinstance(value, Range):
        return iter([value]) if value is not None else None
    low, high = value.low, value.high
    if type(low) is not type(high) or not isinstance(low, Decimal | Date):
        return None
    if isinstance(low, Date):
        first, last = low.days, high.days
        make: Callable[[int], Value] = date_of
    else:
        if low != low.to_integral_value() or high != high.to_integral_value():
            return None
        first, last = int(low), int(high)
        make = Decimal
    down = first > last
    if down and not written_out:
        return None
    first, last = first + (not value.low_in), last - (not value.high_in)
    return (make(i) for i in (range(first, last - 1, -1) if down else range(first, last + 1)))


def over(domains: Sequence[tuple[int, Compiled, bool]], f: Frame, at: int = 0) -> Iterator[bool]:
    """Set the variables to each combination in turn, the last the fastest; False where a domain is none."""
    if at == len(domains):
        f[0].charge(1)
        yield True
        return
    place, of, out = domains[at]
    items = domain(of(f), written_out=out)
    if items is None:
        yield False
        return
    for item in items:
        f[place] = item
        yield from over(domains, f, at + 1)


def iterated(domains: Sequence[tuple[int, Compiled, bool]], partial: int, body: Compiled, *, copies: bool = True) -> Compiled:
    """``for``: the body for each combination, what came before in ``partial``; null where a domain is none."""

    def made(f: Frame) -> Value:
        results: list[Value] = []
        for good in over(domains, f):
            if not good:
                return None
            if copies:
                f[0].charge(len(results) // 8)
                f[partial] = list(results)
            results.append(body(f))
        return results

    return made


def quantified(domains: Sequence[tuple[int, Compiled, bool]], body: Compiled, *, every: bool) -> Compiled:
    """``some`` and ``every``: a chain of ``or`` or ``and`` in three values."""

    def found(f: Frame) -> Value:
        unsure = False
        for good in over(domains, f):
            answer = body(f) if good else None
            if not good:
                return None
            if answer is not None and type(answer) is not bool:
                return None
            if answer is (not every):
                return not every
            unsure = unsure or answer is not every
        return None if unsure else every

    return found
