"""FEEL's types: what conforms to which, and what is converted where a value meets a type (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from jingwei.engines.decisions.operations import midnight
from jingwei.engines.decisions.tree import Tests, TypeNode
from jingwei.engines.decisions.values import Date, DateTime, DaysDuration, Function, MonthsDuration, Range, Time, Value

Shape = Literal["any", "null", "simple", "list", "context", "function", "range", "unknown"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type.

    python : class of a simple type's values; of : of a list's items or a range's ends; members : of a context;
    parameters, result : of a function; allows : what else a value must pass, None where nothing; limits : the same as written
    """

    shape: Shape
    name: str = ""
    python: type | None = None
    of: Kind | None = None
    members: Mapping[str, Kind] = field(default_factory=dict)
    parameters: tuple[Kind, ...] = ()
    result: Kind | None = None
    allows: Callable[[Value], bool] | None = None
    limits: tuple[Tests, ...] = ()


ANY = Kind("any", "Any")
UNKNOWN = Kind("unknown", "unknown")
"""A type nobody declared: nothing conforms to it."""

_SIMPLE: dict[str, type] = {
    "number": Decimal, "string": str, "boolean": bool, "date": Date, "time": Time, "date and time": DateTime, "dateTime": DateTime,
    "days and time duration": DaysDuration, "dayTimeDuration": DaysDuration, "years and months duration": MonthsDuration,
    "yearMonthDuration": MonthsDuration}
KINDS: dict[str, Kind] = {name: Kind("simple", name, python) for name, python in _SIMPLE.items()} | {
    "Any": ANY, "any": ANY, "Null": Kind("null", "Null"), "list": Kind("list", "list", of=ANY), "context": Kind("context", "context"),
    "function": Kind("function", "function"), "range": Kind("range", "range", of=ANY)}


def kind_of(node: TypeNode, known: Mapping[str, Kind]) -> Kind:
    """The type an expression names; UNKNOWN where the model declares none of that name."""
    if node.kind == "name":
        return KINDS.get(node.name) or known.get(node.name, UNKNOWN)
    parts = [(name, kind_of(part, known)) for name, part in node.parts]
    if node.kind == "context":
        return Kind("context", "context", members=dict(parts))
    if node.kind == "function":
        result = kind_of(node.result, known) if node.result else ANY
        return Kind("function", "function", parameters=tuple(k for _, k in parts), result=result)
    return Kind("list" if node.kind == "list" else "range", node.kind, of=parts[0][1])


def conforms(value: Value, kind: Kind) -> bool:
    """Whether a value is of a type; null is of every type here."""
    if value is None:
        return kind.shape != "unknown"
    return _shaped(value, kind) and (kind.allows is None or kind.allows(value))


def _shaped(value: Value, kind: Kind) -> bool:
    shape = kind.shape
    if shape == "simple":
        return type(value) is kind.python
    if shape == "any":
        return True
    if shape == "list":
        return type(value) is list and (kind.of is None or kind.of is ANY or all(conforms(v, kind.of) for v in value))
    if shape == "context":
        return type(value) is dict and all(name in value and conforms(value[name], member) for name, member in kind.members.items())
    if shape == "range":
        ends = [e for e in (value.low, value.high) if e is not None] if isinstance(value, Range) else []
        return bool(ends) and (kind.of is None or all(conforms(e, kind.of) for e in ends))
    return shape == "function" and isinstance(value, Function) and _is_function(value, kind)


def _is_function(value: Function, kind: Kind) -> bool:
    """A function may ask for less and give more than its type says (contravariant parameters, covariant result).

    Of a function that does not say what it gives, the result is looked at when it gives it.
    """
    if kind.result is None:
        return True
    if len(value.parameters) != len(kind.parameters):
        return False
    own = tuple(t or ANY for t in value.types) or (ANY,) * len(value.parameters)
    return all(narrower(asked, had) for asked, had in zip(kind.parameters, own, strict=True)) and (
        value.result is None or value.result is ANY or narrower(value.result, kind.result))


def narrower(one: Kind, other: Kind) -> bool:  # noqa: PLR0911 (one answer a shape)
    """Whether every value of one type is of the other."""
    if other.shape == "any" or one is other:
        return True
    if one.shape != other.shape:
        return one.shape == "null"
    if one.shape == "simple":
        return one.python is other.python
    if one.shape in {"list", "range"}:
        return narrower(one.of or ANY, other.of or ANY)
    if one.shape == "context":
        return all(n in one.members and narrower(one.members[n], k) for n, k in other.members.items())
    if one.shape == "function":
        return len(one.parameters) == len(other.parameters) and narrower(one.result or ANY, other.result or ANY) and all(
            narrower(b, a) for a, b in zip(one.parameters, other.parameters, strict=True))
    return one.shape == other.shape


def is_instance(value: Value, kind: Kind) -> bool | None:
    """``instance of``: null is an instance of Null only, and allowed values do not count; None when the type is not known."""
    if kind.shape == "unknown":
        return None
    if value is None:
        return kind.shape == "null"
    return _shaped(value, kind)


def converted(value: Value, kind: Kind | None) -> Value:
    """The value as the type wants it: itself, its only item, a list of itself, a date's midnight; null when it cannot be."""
    if kind is None or value is None or kind.shape == "any":
        return value
    if conforms(value, kind):
        return value
    if type(value) is list:
        return value[0] if len(value) == 1 and kind.shape != "list" and conforms(value[0], kind) else None
    if kind.shape == "list":
        one = converted(value, kind.of)
        return [one] if one is not None and conforms([one], kind) else None
    if kind.python is DateTime and isinstance(value, Date):
        at = midnight(value)
        return at if conforms(at, kind) else None
    return None
