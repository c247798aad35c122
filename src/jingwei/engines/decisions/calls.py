"""Functions as values: made over a frame, invoked by place or by name, their arguments and results converted to their types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jingwei.engines.decisions.kinds import ANY, Kind, converted
from jingwei.engines.decisions.run import Compiled, Frame, Run
from jingwei.engines.decisions.values import Function, Value


def function_of(name: str, size: Callable[[], int], parameters: Sequence[tuple[str, int, Kind]], body: Compiled, result: Kind = ANY,
                itself: int | None = None) -> Compiled:
    """A function value over the frame it is made in. Arguments are converted to the parameters' types; one that cannot be makes null.

    size : of frames, known when all is compiled; itself : place at which the function knows itself, so that it may recur
    """
    names = tuple(n for n, _, _ in parameters)
    places = tuple(p for _, p, _ in parameters)
    kinds = tuple(k for _, _, k in parameters)

    def made(f: Frame) -> Value:
        def call(run: Run, arguments: list[Value]) -> Value:
            given = taken_as(run, name, names, kinds, arguments)
            if given is None:
                return None
            inner = own.copy()
            inner[0] = run
            for place, value in zip(places, given, strict=True):
                inner[place] = value
            run.enter()
            try:
                return fitted(run, body(inner), result)
            finally:
                run.depth -= 1

        own = f.copy()
        own.extend([None] * (size() - len(own)))
        function = Function(name, names, call, kinds, result)
        if itself is not None:
            own[itself] = function
        return function

    return made


def taken_as(run: Run, name: str, parameters: Sequence[str], kinds: Sequence[Kind], arguments: Sequence[Value]) -> list[Value] | None:
    """Arguments as their parameters' types want them; None, with a note, where there are more or fewer or one cannot be."""
    if len(arguments) != len(parameters):
        run.note(f"{name} 要 {len(parameters)} 个参数，给了 {len(arguments)} 个", f"{name} takes {len(parameters)} arguments and was given {len(arguments)}")
        return None
    given = [fitted(run, argument, kind) for argument, kind in zip(arguments, kinds, strict=True)]
    for parameter, argument, value in zip(parameters, arguments, given, strict=True):
        if value is None and argument is not None:
            run.note(f"{name} 的参数 {parameter} 类型不符", f"argument {parameter} of {name} is not of its type")
            return None
    return given


def fitted(run: Run, value: Value, kind: Kind) -> Value:
    if kind is ANY:
        return value
    if type(value) in (list, dict):
        run.weigh(value)
    return converted(value, kind)


def by_name(function: Function, run: Run, arguments: dict[str, Value]) -> Value:
    """A function invoked with named arguments; null where they are not exactly its parameters."""
    if function.by_name:
        return function.by_name(run, arguments)
    if arguments.keys() != set(function.parameters):
        run.note(f"{function.name} 的参数名不符", f"these are not the parameters of {function.name}")
        return None
    return function.call(run, [arguments[p] for p in function.parameters])
