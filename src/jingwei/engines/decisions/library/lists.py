"""Functions of lists, and statistics (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key

from jingwei.engines.decisions.library.signatures import Body, built_in
from jingwei.engines.decisions.operations import add, equal, order
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import ARITHMETIC, DaysDuration, Function, MonthsDuration, Value


def of_a_list_or_of_arguments(name: str) -> Callable[[Body], Body]:
    """``sum([1, 2])`` and ``sum(1, 2)`` are the same."""

    def registered(body: Body) -> Body:
        built_in(name, "list: list")(body)
        built_in(name, "first: any, second: any, rest*: any")(lambda run, *items: body(run, list(items)))
        built_in(name, "first: any, second: any")(lambda run, *items: body(run, list(items)))
        return body

    return registered


@built_in("list contains", "list: list, element: any")
def list_contains(_run: Run, items: list[Value], element: Value) -> Value:
    return any(equal(item, element) is True for item in items)


@built_in("count", "list: list")
def count(_run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


def _extreme(items: list[Value], sign: int) -> Value:
    best = items[0] if items else None
    for item in items:
        found = order(item, best)
        if found is None:
            return None
        if found == sign:
            best = item
    return best


@of_a_list_or_of_arguments("min")
def minimum(_run: Run, items: list[Value]) -> Value:
    return _extreme(items, -1)


@of_a_list_or_of_arguments("max")
def maximum(_run: Run, items: list[Value]) -> Value:
    return _extreme(items, 1)


def _numbers(items: list[Value]) -> bool:
    return bool(items) and all(type(i) is Decimal for i in items)


@of_a_list_or_of_arguments("sum")
def total(_run: Run, items: list[Value]) -> Value:
    if not items or type(items[0]) not in (Decimal, DaysDuration, MonthsDuration):
        return None
    found = items[0]
    for item in items[1:]:
        if type(item) is not type(found):
            return None
        found = add(found, item)
    return found


@of_a_list_or_of_arguments("mean")
def mean(run: Run, items: list[Value]) -> Value:
    return ARITHMETIC.divide(total(run, items), Decimal(len(items))) if _numbers(items) else None


@of_a_list_or_of_arguments("product")
def product(_run: Run, items: list[Value]) -> Value:
    if not _numbers(items):
        return None
    found = Decimal(1)
    for item in items:
        found = ARITHMETIC.multiply(found, item)
    return found


@of_a_list_or_of_arguments("median")
def median(_run: Run, items: list[Value]) -> Value:
    if not _numbers(items):
        return None
    ranked, half = sorted(items), len(items) // 2
    return ranked[half] if len(items) % 2 else ARITHMETIC.divide(ARITHMETIC.add(ranked[half - 1], ranked[half]), Decimal(2))


@of_a_list_or_of_arguments("stddev")
def stddev(run: Run, items: list[Value]) -> Value:
    """Of a sample: divided by one less than their number."""
    if not _numbers(items) or len(items) < 2:
        return None
    centre = mean(run, items)
    squares = total(run, [ARITHMETIC.multiply(d, d) for d in (ARITHMETIC.subtract(i, centre) for i in items)])
    return ARITHMETIC.sqrt(ARITHMETIC.divide(squares, Decimal(len(items) - 1)))


@of_a_list_or_of_arguments("mode")
def mode(_run: Run, items: list[Value]) -> Value:
    if not items:
        return []
    if not _numbers(items):
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    return sorted(v for v, n in counts.items() if n == most)


@of_a_list_or_of_arguments("all")
def all_true(_run: Run, items: list[Value]) -> Value:
    if any(i is not None and type(i) is not bool for i in items):
        return None
    return False if False in items else None if None in items else True


@of_a_list_or_of_arguments("any")
def any_true(_run: Run, items: list[Value]) -> Value:
    if any(i is not None and type(i) is not bool for i in items):
        return None
    return True if True in items else None if None in items else False


def _place(items: list[Value], position: Decimal, *, beyond: int = 0) -> int | None:
    """Index of a position counted from 1, or from the end when negative; None when there is none."""
    at = int(position)
    if position != at or not 1 <= abs(at) <= len(items) + (beyond if at > 0 else 0):
        return None
    return at - 1 if at > 0 else len(items) + at


@built_in("sublist", "list: list, start position: number, length?: number")
def sublist(_run: Run, items: list[Value], start: Decimal, length: Decimal | None) -> Value:
    at = _place(items, start)
    if at is None or (length is not None and (length < 1 or at + int(length) > len(items))):
        return None
    return items[at:] if length is None else items[at : at + int(length)]


@built_in("append", "list: list, item*: any")
def append(_run: Run, items: list[Value], *added: Value) -> Value:
    return [*items, *added]


@built_in("concatenate", "list*: list")
def concatenate(_run: Run, *lists: list[Value]) -> Value:
    return [item for items in lists for item in items]


@built_in("insert before", "list: list, position: number, newItem: any")
def insert_before(_run: Run, items: list[Value], position: Decimal, added: Value) -> Value:
    at = _place(items, position, beyond=1)
    return None if at is None else [*items[:at], added, *items[at:]]


@built_in("remove", "list: list, position: number")
def remove(_run: Run, items: list[Value], position: Decimal) -> Value:
    at = _place(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@built_in("list replace", "list: list, position: number, newItem: any")
def list_replace(_run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    at = _place(items, position)
    return None if at is None else [*items[:at], new, *items[at + 1 :]]


@built_in("list replace", "list: list, match: function, newItem: any")
def list_replace_where(run: Run, items: list[Value], match: Function, new: Value) -> Value:
    if len(match.parameters) != 2:
        return None
    made = []
    for item in items:
        found = match.call(run, [item, new])
        if type(found) is not bool:
            return None
        made.append(new if found else item)
    return made


@built_in("reverse", "list: list")
def reverse(_run: Run, items: list[Value]) -> Value:
    return items[::-1]


@built_in("index of", "list: list, match: any")
def index_of(_run: Run, items: list[Value], match: Value) -> Value:
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match) is True]


def distinct(run: Run, items: Iterable[Value]) -> list[Value]:
    kept: list[Value] = []
    for item in items:
        run.charge(len(kept) // 8)
        if not any(equal(item, other) is True for other in kept):
            kept.append(item)
    return kept


@built_in("union", "list*: list")
def union(run: Run, *lists: list[Value]) -> Value:
    return distinct(run, (item for items in lists for item in items))


@built_in("distinct values", "list: list")
def distinct_values(run: Run, items: list[Value]) -> Value:
    return distinct(run, items)


@built_in("flatten", "list: list")
def flatten(_run: Run, items: list[Value]) -> Value:
    made: list[Value] = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            if type(item) is list:
                waiting.append(iter(item))
                break
            made.append(item)
        else:
            waiting.pop()
    return made


class _NoOrder(Exception):
    """The function that should say which comes first said neither true nor false."""


@built_in("sort", "list: list, precedes: function")
def sort(run: Run, items: list[Value], precedes: Function) -> Value:
    """Stable, by a function of two items that says whether the first comes before the second."""
    if len(precedes.parameters) != 2:
        return None

    def sign(a: Value, b: Value) -> int:
        found = precedes.call(run, [a, b])
        if type(found) is not bool:
            raise _NoOrder
        return -1 if found else int(precedes.call(run, [b, a]) is True)

    try:
        return sorted(items, key=cmp_to_key(sign))
    except _NoOrder:
        return None


@built_in("sort", "list: list")
def sort_naturally(_run: Run, items: list[Value]) -> Value:
    if any(order(a, items[0]) is None for a in items):
        return None
    return sorted(items, key=cmp_to_key(lambda a, b: order(a, b) or 0))
