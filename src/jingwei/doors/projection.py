"""What an action asks for, as every door must know it to ask."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from jingwei.kernel.actions import Option


@cache
def inputs(kind: type) -> tuple[tuple[str, Any, Option, Any], ...]:
    """Each field of an action's input: name, type without None, how it is asked for, default or MISSING."""
    hints = get_type_hints(kind, include_extras=True)
    found = []
    for each in fields(kind):
        if get_origin(hints[each.name]) is not Annotated:
            raise TypeError(f"{kind.__name__}.{each.name} is not annotated with an Option")
        bare, option = get_args(hints[each.name])
        found.append((each.name, _without_none(bare), option, each.default))
    return tuple(found)


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        (rest,) = [a for a in get_args(kind) if a is not NoneType]
        return rest
    return kind
