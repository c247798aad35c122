"""What a FEEL expression is made of, as the parser gives it (DMN 1.5, 10.3.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """op : one of + - * / ** and or = != < <= > >="""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    of: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    of: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Filter(Node):
    of: Node
    by: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """domains : (variable, where it runs)"""

    domains: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    domains: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    of: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """body : None when the function is external (Java or PMML)"""

    parameters: tuple[tuple[str, TypeNode | None], ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """iteration : written ``a..b`` without brackets, in a ``for``"""

    low: Node
    high: Node
    low_in: bool
    high_in: bool
    iteration: bool = False


@dataclass(frozen=True, slots=True)
class HalfLine(Node):
    """``< 5`` and the like, as a unary test or, in parentheses, as a range"""

    op: str
    bound: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests of a cell; none means that anything passes (``-``)."""

    negated: bool
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TypeNode(Node):
    """kind : ``name``, ``list``, ``range``, ``context`` or ``function``; parts : its members, parameters or elements, result : of a function"""

    kind: str
    name: str = ""
    parts: tuple[tuple[str, TypeNode], ...] = ()
    result: TypeNode | None = None


def inside(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    waiting: list[Any] = [node]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Node):
            yield at
            waiting.extend(getattr(at, f.name) for f in fields(at))
        elif isinstance(at, tuple):
            waiting.extend(at)


def speaks_of(node: Node, name: str) -> bool:
    return any(isinstance(n, Name) and n.name == name for n in inside(node))
