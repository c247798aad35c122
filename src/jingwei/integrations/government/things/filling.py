"""A plain table, as TOML reads it, into a dataclass: every field checked by its annotation, every fault told with its file and key."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.problems import Problem, did_you_mean

T = TypeVar("T")
_PLAIN = {str: Text("文字", "a text"), int: Text("整数", "a whole number"), bool: Text("true 或 false", "true or false")}


def fault(file: str, key: str, what: Text, remedy: Text = NOTHING) -> Problem:
    return Problem("thing_file", what, where=Text(f"{file}，{key}", f"{file}, {key}") if key else file, remedy=remedy)


def filled(kind: type[T], table: Any, file: str, key: str) -> T:
    """A dataclass from a table of the same keys. Raises Problem ``thing_file`` for one that is missing, unknown or of another type."""
    if not isinstance(table, dict):
        raise fault(file, key, Text("这里应是一个表", "a table is wanted here"))
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # called with dataclasses only
    for name in table:
        if name not in known:
            raise fault(file, _under(key, name), Text("没有这个键", "there is no such key"),
                        did_you_mean(name, known) or Text(f"可用的键：{'、'.join(known)}。", f"The keys are: {', '.join(known)}."))
    for name, one in known.items():
        if name not in table and one.default is MISSING and one.default_factory is MISSING:
            raise fault(file, _under(key, name), Text("缺少这个键", "this key is missing"))
    return kind(**{name: value(hints[name], said, file, _under(key, name)) for name, said in table.items()})


def value(kind: Any, said: Any, file: str, key: str) -> Any:
    """What was said as the annotation wants it."""
    origin = get_origin(kind)
    if kind in _PLAIN:
        if type(said) is not kind or (kind is str and not said.strip()):
            raise fault(file, key, Text(f"应为{_PLAIN[kind].zh}", f"it should be {_PLAIN[kind].en}"))
        if kind is int and not 0 <= said <= 1_000_000:
            raise fault(file, key, Text("应在 0 到 1,000,000 之间", "it should lie between 0 and 1,000,000"))
        return said
    if origin is Literal:
        words = get_args(kind)
        if said not in words:
            raise fault(file, key, Text(f"{said!r} 不在其中", f"{said!r} is none of them"),
                        Text(f"可写：{'、'.join(w for w in words if w)}。", f"It is one of: {', '.join(w for w in words if w)}."))
        return said
    if origin is tuple:
        if not isinstance(said, list):
            raise fault(file, key, Text("应为列表", "it should be a list"))
        return tuple(value(get_args(kind)[0], one, file, f"{key}[{i}]") for i, one in enumerate(said, 1))
    if origin is types.UnionType:
        return value(next(k for k in get_args(kind) if k is not type(None)), said, file, key)
    if isinstance(said, dict) and not is_dataclass(kind) and origin is not None and issubclass(origin, Mapping):
        return {name: value(str, one, file, _under(key, name)) for name, one in said.items()}
    return filled(kind, said, file, key)


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
