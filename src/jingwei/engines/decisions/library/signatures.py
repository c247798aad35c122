"""How a built-in function is declared and its arguments are matched: by place or name, converted as FEEL converts, null on a mismatch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import Date, DateTime, DaysDuration, Function, MonthsDuration, Range, Time, Value

Body = Callable[..., Value]
_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,), "string": (str,), "boolean": (bool,), "date": (Date,), "time": (Time,), "moment": (DateTime,),
    "days": (DaysDuration,), "months": (MonthsDuration,), "list": (list,), "context": (dict,), "function": (Function,), "range": (Range,),
    "point": (Decimal, str, Date, Time, DateTime, DaysDuration, MonthsDuration)}
_MISFIT = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """types : empty when anything will do; many : takes all arguments from here on"""

    name: str
    types: tuple[type, ...]
    optional: bool
    nullable: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Signature:
    parameters: tuple[Parameter, ...]
    body: Body

    def by_place(self, arguments: Sequence[Value]) -> list[Value] | None:
        """What the body is given; None when the arguments do not fit."""
        parameters = self.parameters
        if parameters and parameters[-1].many:
            extra = len(arguments) - len(parameters)
            if extra < 0:
                return None
            parameters = parameters + (parameters[-1],) * extra
        if len(arguments) > len(parameters):
            return None
        given: list[Value] = []
        for i, parameter in enumerate(parameters):
            if i >= len(arguments):
                if not parameter.optional:
                    return None
                given.append(None)
                continue
            value = _fitted(arguments[i], parameter)
            if value is _MISFIT:
                return None
            given.append(value)
        return given

    def by_name(self, arguments: Mapping[str, Value]) -> list[Value] | None:
        if any(p.many for p in self.parameters) or not arguments.keys() <= {p.name for p in self.parameters}:
            return None
        given: list[Value] = []
        for parameter in self.parameters:
            if parameter.name not in arguments:
                if not parameter.optional:
                    return None
                given.append(None)
                continue
            value = _fitted(arguments[parameter.name], parameter)
            if value is _MISFIT:
                return None
            given.append(value)
        return given


def _fitted(value: Value, parameter: Parameter) -> Any:
    if value is None:
        return None if parameter.nullable else _MISFIT
    types = parameter.types
    if not types or type(value) in types:
        return value
    if type(value) is list and len(value) == 1 and type(value[0]) in types:
        return value[0]
    return [value] if list in types else _MISFIT


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in function: the first of its signatures that the arguments fit is carried out."""

    name: str
    signatures: tuple[Signature, ...]

    def by_place(self, run: Run, arguments: list[Value]) -> Value:
        return self._carried_out(run, arguments, lambda s: s.by_place(arguments))

    def by_name(self, run: Run, arguments: dict[str, Value]) -> Value:
        return self._carried_out(run, list(arguments.values()), lambda s: s.by_name(arguments))

    def _carried_out(self, run: Run, arguments: list[Value], fit: Callable[[Signature], list[Value] | None]) -> Value:
        run.charge(1)
        for value in arguments:
            if type(value) in (list, dict):
                run.weigh(value)
        for signature in self.signatures:
            given = fit(signature)
            if given is not None:
                try:
                    return signature.body(run, *given)
                except ArithmeticError:
                    break
        run.note(f"{self.name}(…) 的参数不合要求，结果为 null", f"the arguments of {self.name}(…) do not fit: null")
        return None

    def function(self) -> Function:
        """As a value, to be handed to another function."""
        longest = max(self.signatures, key=lambda s: -sum(not p.optional for p in s.parameters))
        return Function(self.name, tuple(p.name for p in longest.parameters), self.by_place, by_name=self.by_name)


REGISTRY: dict[str, list[Signature]] = {}


def built_in(name: str, declared: str) -> Callable[[Body], Body]:
    """Declare a signature, such as ``string: string, length?: number, rest*: any``.

    ``?`` behind a name: may be left out; behind a type: may be null; ``*``: takes the rest; types: of _KINDS, parted by ``|``, or any.
    """
    parameters = []
    for part in filter(None, (p.strip() for p in declared.split(","))):
        called, _, kinds = part.partition(":")
        kinds = kinds.strip()
        plain = kinds.rstrip("?")
        types = () if plain == "any" else tuple(t for kind in plain.split("|") for t in _KINDS[kind])
        parameters.append(Parameter(called.strip().rstrip("?*"), types, called.strip().endswith("?"), kinds.endswith("?") or plain == "any", called.strip().endswith("*")))

    def registered(body: Body) -> Body:
        REGISTRY.setdefault(name, []).append(Signature(tuple(parameters), body))
        return body

    return registered
