"""How points and ranges lie to each other (DMN 1.5, 10.3.4.9, after Allen), and ranges read from text."""

from __future__ import annotations

from jingwei.engines.decisions import tree
from jingwei.engines.decisions.library.signatures import built_in
from jingwei.engines.decisions.library.temporal import date_from_text, duration, moment_from_text, time_from_text
from jingwei.engines.decisions.names import Names
from jingwei.engines.decisions.operations import compared, order, within
from jingwei.engines.decisions.parser import parse_expression
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import Range, Value
from jingwei.kernel.problems import Problem

_MADE_BY = {"date": date_from_text, "time": time_from_text, "date and time": moment_from_text, "duration": duration}


def _is(op: str, a: Value, b: Value) -> bool | None:
    return None if a is None or b is None else compared(op, a, b)


def _and(*tests: bool | None) -> bool | None:
    return False if False in tests else None if None in tests else True


def _or(*tests: bool | None) -> bool | None:
    return True if True in tests else None if None in tests else False


@built_in("before", "point1: point, point2: point")
def before(_run: Run, a: Value, b: Value) -> Value:
    return _is("<", a, b)


@built_in("before", "point: point, range: range")
def before_range(_run: Run, point: Value, r: Range) -> Value:
    return _or(_is("<", point, r.low), _and(_is("=", point, r.low), not r.low_in))


@built_in("before", "range: range, point: point")
def range_before(_run: Run, r: Range, point: Value) -> Value:
    return _or(_is("<", r.high, point), _and(_is("=", r.high, point), not r.high_in))


@built_in("before", "range1: range, range2: range")
def range_before_range(_run: Run, a: Range, b: Range) -> Value:
    return _or(_is("<", a.high, b.low), _and(not (a.high_in and b.low_in), _is("=", a.high, b.low)))


@built_in("after", "point1: point, point2: point")
def after(_run: Run, a: Value, b: Value) -> Value:
    return _is(">", a, b)


@built_in("after", "point: point, range: range")
def after_range(run: Run, point: Value, r: Range) -> Value:
    return range_before(run, r, point)


@built_in("after", "range: range, point: point")
def range_after(run: Run, r: Range, point: Value) -> Value:
    return before_range(run, point, r)


@built_in("after", "range1: range, range2: range")
def range_after_range(run: Run, a: Range, b: Range) -> Value:
    return range_before_range(run, b, a)


@built_in("meets", "range1: range, range2: range")
def meets(_run: Run, a: Range, b: Range) -> Value:
    return _and(a.high_in, b.low_in, _is("=", a.high, b.low))


@built_in("met by", "range1: range, range2: range")
def met_by(run: Run, a: Range, b: Range) -> Value:
    return meets(run, b, a)


def _starts_by_end(a: Range, b: Range) -> bool | None:
    """Whether the first starts no later than the second ends, with a point in common."""
    return _or(_is("<", a.low, b.high), _and(_is("=", a.low, b.high), a.low_in and b.high_in))


@built_in("overlaps", "range1: range, range2: range")
def overlaps(_run: Run, a: Range, b: Range) -> Value:
    return _and(_starts_by_end(a, b), _starts_by_end(b, a))


def _lower(a: Range, b: Range) -> bool | None:
    """Whether the first starts before the second."""
    return _or(_is("<", a.low, b.low), _and(_is("=", a.low, b.low), a.low_in and not b.low_in))


def _ends_lower(a: Range, b: Range) -> bool | None:
    """Whether the first ends before the second does."""
    return _or(_is("<", a.high, b.high), _and(_is("=", a.high, b.high), not a.high_in or b.high_in))


@built_in("overlaps before", "range1: range, range2: range")
def overlaps_before(_run: Run, a: Range, b: Range) -> Value:
    return _and(_lower(a, b), _starts_by_end(b, a), _ends_lower(a, b))


@built_in("overlaps after", "range1: range, range2: range")
def overlaps_after(_run: Run, a: Range, b: Range) -> Value:
    starts = _or(_is("<", b.low, a.low), _and(_is("=", b.low, a.low), b.low_in and not a.low_in))
    ends = _or(_is("<", b.high, a.high), _and(_is("=", b.high, a.high), not b.high_in or a.high_in))
    return _and(starts, _starts_by_end(a, b), ends)


@built_in("finishes", "point: point, range: range")
def finishes(_run: Run, point: Value, r: Range) -> Value:
    return _and(r.high_in, _is("=", r.high, point))


@built_in("finishes", "range1: range, range2: range")
def range_finishes(_run: Run, a: Range, b: Range) -> Value:
    return _and(a.high_in == b.high_in, _is("=", a.high, b.high), _or(_is(">", a.low, b.low), _and(_is("=", a.low, b.low), not a.low_in or b.low_in)))


@built_in("finished by", "range: range, point: point")
def finished_by(run: Run, r: Range, point: Value) -> Value:
    return finishes(run, point, r)


@built_in("finished by", "range1: range, range2: range")
def range_finished_by(run: Run, a: Range, b: Range) -> Value:
    return range_finishes(run, b, a)


@built_in("includes", "range: range, point: point")
def includes(_run: Run, r: Range, point: Value) -> Value:
    return within(point, r)


@built_in("includes", "range1: range, range2: range")
def range_includes(_run: Run, a: Range, b: Range) -> Value:
    return _and(_or(_is("<", a.low, b.low), _and(_is("=", a.low, b.low), a.low_in or not b.low_in)),
                _or(_is(">", a.high, b.high), _and(_is("=", a.high, b.high), a.high_in or not b.high_in)))


@built_in("during", "point: point, range: range")
def during(run: Run, point: Value, r: Range) -> Value:
    return includes(run, r, point)


@built_in("during", "range1: range, range2: range")
def range_during(run: Run, a: Range, b: Range) -> Value:
    return range_includes(run, b, a)


@built_in("starts", "point: point, range: range")
def starts(_run: Run, point: Value, r: Range) -> Value:
    return _and(r.low_in, _is("=", r.low, point))


@built_in("starts", "range1: range, range2: range")
def range_starts(_run: Run, a: Range, b: Range) -> Value:
    return _and(a.low_in == b.low_in, _is("=", a.low, b.low), _or(_is("<", a.high, b.high), _and(_is("=", a.high, b.high), not a.high_in or b.high_in)))


@built_in("started by", "range: range, point: point")
def started_by(run: Run, r: Range, point: Value) -> Value:
    return starts(run, point, r)


@built_in("started by", "range1: range, range2: range")
def range_started_by(run: Run, a: Range, b: Range) -> Value:
    return range_starts(run, b, a)


@built_in("coincides", "point1: point, point2: point")
def coincides(_run: Run, a: Value, b: Value) -> Value:
    return _is("=", a, b)


@built_in("coincides", "range1: range, range2: range")
def range_coincides(_run: Run, a: Range, b: Range) -> Value:
    return _and(_is("=", a.low, b.low), a.low_in == b.low_in, _is("=", a.high, b.high), a.high_in == b.high_in)


@built_in("range", "from: string")
def range_from_text(run: Run, text: str) -> Value:
    """A range between literals, in order; anything else is null."""
    try:
        node = parse_expression(text, Names(_MADE_BY))
    except Problem:
        return None
    if not isinstance(node, tree.RangeOf):
        return None
    low, high = (_literal(run, end) for end in (node.low, node.high))
    sign = order(low, high)
    return None if sign is None or sign > 0 else Range(low, high, node.low_in, node.high_in)


def _literal(run: Run, node: tree.Node) -> Value:
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.Invoke) and isinstance(node.function, tree.Name) and len(node.arguments) == 1:
        made, text = _MADE_BY.get(node.function.name), node.arguments[0]
        if made and isinstance(text, tree.Literal) and isinstance(text.value, str):
            return made(run, text.value)
    return None
