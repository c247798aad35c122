"""FEEL compiled to Python closures: names become places in a frame once, and nothing of the text is looked at again while it runs.

A frame is a list: the run at 0, then whatever is in scope, each at a place of its own. A function keeps the frame it was made in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jingwei.engines.decisions import tree
from jingwei.engines.decisions.calls import by_name, function_of
from jingwei.engines.decisions.iteration import filtered, iterated, quantified
from jingwei.engines.decisions.kinds import ANY, Kind, is_instance, kind_of
from jingwei.engines.decisions.library import BUILT_INS, BuiltIn
from jingwei.engines.decisions.operations import (
    ARITHMETICS,
    COMPARES,
    compared,
    equal,
    half_line,
    member,
    negate,
    order,
    passes,
    within,
)
from jingwei.engines.decisions.run import Compiled, Frame, Run
from jingwei.engines.decisions.values import Function, Range, Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Scope:
    """Names to places, one level; ``item`` is set where the level is a filter's, whose item's entries are names too."""

    places: Mapping[str, int]
    outer: Scope | None = None
    item: int | None = None


@dataclass(slots=True)
class Unit:
    """One compilation: how long its frames are, the model's types, and names that mean nothing where they stand."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    size: int = 1
    unknown: list[str] = field(default_factory=list)

    def place(self) -> int:
        self.size += 1
        return self.size - 1

    def frame(self, run: Run) -> Frame:
        return [run, *[None] * (self.size - 1)]

    def compile(self, node: tree.Node, scope: Scope | None) -> Compiled:
        """The closure of an expression. Raises Problem when it is nested too deeply."""
        try:
            return _COMPILERS[type(node)](self, node, scope)
        except RecursionError:
            raise Problem("feel_too_deep", Text("表达式太长或嵌套太深", "the expression is too long or nested too deeply"),
                          remedy=Text("请拆成几个决策。", "Part it into several decisions.")) from None

    def tests(self, node: tree.Tests, scope: Scope | None, place: int) -> Callable[[Frame], bool]:
        """Whether the value at a place passes the unary tests."""
        compiled = [self.test(t, scope, place) for t in node.tests]
        if not compiled:
            return lambda _: True
        if node.negated:
            return lambda f: not any(t(f) is True for t in compiled) and not all(t(f) is None for t in compiled)
        if len(compiled) == 1:
            one = compiled[0]
            return lambda f: one(f) is True
        return lambda f: any(t(f) is True for t in compiled)

    def test(self, node: tree.Node, scope: Scope | None, place: int) -> Callable[[Frame], bool | None]:
        """One positive unary test of the value at a place."""
        if isinstance(node, tree.HalfLine):
            op, bound = node.op, self.compile(node.bound, scope)
            return lambda f: compared(op, f[place], bound(f))
        made = self.compile(node, scope)
        if tree.speaks_of(node, "?"):
            return lambda f: _truth(made(f), f[place])

        def tested(f: Frame) -> bool | None:
            test = made(f)
            if type(test) is list:
                f[0].weigh(test)
            if type(test) is bool and type(f[place]) is not bool and not isinstance(node, tree.Literal):
                return test
            return passes(f[place], test)

        return tested


def _truth(found: Value, value: Value) -> bool | None:
    return found if found is None or type(found) is bool else passes(value, found)


def _literal(_unit: Unit, node: tree.Literal, _scope: Scope | None) -> Compiled:
    value = node.value
    return lambda _: value


def _name(unit: Unit, node: tree.Name, scope: Scope | None) -> Compiled:
    name = node.name
    filters: list[int] = []
    level, found = scope, None
    while level is not None:
        if level.item is not None:
            filters.append(level.item)
            if name == "item":
                found = level.item
                break
        elif name in level.places:
            found = level.places[name]
            break
        level = level.outer
    if found is not None:
        place = found
        base: Compiled = lambda f: f[place]  # noqa: E731
    elif name in BUILT_INS:
        function = BUILT_INS[name].function()
        base = lambda _: function  # noqa: E731
    else:
        if not filters:
            unit.unknown.append(name)

        def base(f: Frame) -> Value:
            f[0].note(f"没有 {name} 这个名称，取 null", f"there is no {name!r}: null")
            return None
    for item in reversed(filters):
        base = _of_item(name, item, base)
    return base


def _of_item(name: str, place: int, otherwise: Compiled) -> Compiled:
    """An entry of a filter's item, where it has one of that name."""

    def read(f: Frame) -> Value:
        item = f[place]
        if type(item) is dict and name in item:
            return item[name]
        return otherwise(f)

    return read


def _path(unit: Unit, node: tree.Path, scope: Scope | None) -> Compiled:
    of, name = unit.compile(node.of, scope), node.name

    def read(f: Frame) -> Value:
        value = of(f)
        if type(value) is dict:
            return value.get(name)
        if type(value) is list:
            f[0].weigh(value)
        return member(value, name)

    return read


def _list(unit: Unit, node: tree.ListOf, scope: Scope | None) -> Compiled:
    items = [unit.compile(i, scope) for i in node.items]

    def made(f: Frame) -> Value:
        f[0].charge(len(items))
        return [i(f) for i in items]

    return made


def _context(unit: Unit, node: tree.ContextOf, scope: Scope | None) -> Compiled:
    entries: list[tuple[str, int, Compiled]] = []
    for key, value in node.entries:
        place = unit.place()
        if isinstance(value, tree.FunctionOf):
            scope = Scope({key: place}, scope)
            entries.append((key, place, _function(unit, value, scope, place)))
        else:
            entries.append((key, place, unit.compile(value, scope)))
            scope = Scope({key: place}, scope)

    def made(f: Frame) -> Value:
        f[0].charge(1 + len(entries))
        context = {}
        for key, place, value in entries:
            f[place] = context[key] = value(f)
        return context

    return made


def _binary(unit: Unit, node: tree.Binary, scope: Scope | None) -> Compiled:
    op = node.op
    left, right = unit.compile(node.left, scope), unit.compile(node.right, scope)
    if op == "and":
        return lambda f: _conjunction(left(f), lambda: right(f))
    if op == "or":
        return lambda f: _disjunction(left(f), lambda: right(f))
    if op in ARITHMETICS:
        calculate = ARITHMETICS[op]

        def calculated(f: Frame) -> Value:
            a, b = left(f), right(f)
            if type(a) is str:
                f[0].text(len(a) + (len(b) if type(b) is str else 0))
            try:
                return calculate(a, b)
            except ArithmeticError:
                f[0].note(f"{op} 的结果超出数的范围，取 null", f"{op} leaves the range of numbers: null")
                return None

        return calculated
    if op in COMPARES:
        holds = COMPARES[op]

        def ordered(f: Frame) -> Value:
            sign = order(left(f), right(f))
            return None if sign is None else holds(sign)

        return ordered
    wanted = op == "="

    def same(f: Frame) -> Value:
        a, b = left(f), right(f)
        if type(a) in (list, dict):
            f[0].weigh(a)
        found = equal(a, b)
        return None if found is None else found is wanted

    return same


def _conjunction(left: Value, right: Callable[[], Value]) -> Value:
    if left is False:
        return False
    other = right()
    if other is False:
        return False
    return True if left is True and other is True else None


def _disjunction(left: Value, right: Callable[[], Value]) -> Value:
    if left is True:
        return True
    other = right()
    if other is True:
        return True
    return False if left is False and other is False else None


def _negate(unit: Unit, node: tree.Negate, scope: Scope | None) -> Compiled:
    of = unit.compile(node.of, scope)
    return lambda f: negate(of(f))


def _between(unit: Unit, node: tree.Between, scope: Scope | None) -> Compiled:
    of, low, high = (unit.compile(n, scope) for n in (node.of, node.low, node.high))

    def found(f: Frame) -> Value:
        a, b = low(f), high(f)
        return None if a is None or b is None else within(of(f), Range(a, b, True, True))

    return found


def _in(unit: Unit, node: tree.In, scope: Scope | None) -> Compiled:
    of, place = unit.compile(node.of, scope), unit.place()
    tests = [unit.test(t, scope, place) for t in node.tests]

    def found(f: Frame) -> Value:
        f[place] = of(f)
        answers = [t(f) for t in tests]
        return True if True in answers else False if False in answers else None

    return found


def _if(unit: Unit, node: tree.If, scope: Scope | None) -> Compiled:
    condition, then, otherwise = (unit.compile(n, scope) for n in (node.condition, node.then, node.otherwise))
    return lambda f: then(f) if condition(f) is True else otherwise(f)


def _filter(unit: Unit, node: tree.Filter, scope: Scope | None) -> Compiled:
    place = unit.place()
    of, by = unit.compile(node.of, scope), unit.compile(node.by, Scope({}, scope, place))
    return filtered(of, by, place)


def _domains(unit: Unit, node: tree.For | tree.Quantified, scope: Scope | None) -> tuple[list[tuple[int, Compiled, bool]], Scope | None]:
    made = []
    for name, of in node.domains:
        place = unit.place()
        out = isinstance(of, tree.RangeOf) and of.iteration
        made.append((place, unit.compile(of, scope), out))
        scope = Scope({name: place}, scope)
    return made, scope


def _for(unit: Unit, node: tree.For, scope: Scope | None) -> Compiled:
    domains, inner = _domains(unit, node, scope)
    partial = unit.place()
    body = unit.compile(node.body, Scope({"partial": partial}, inner))
    return iterated(domains, partial, body, copies=tree.speaks_of(node.body, "partial"))


def _quantified(unit: Unit, node: tree.Quantified, scope: Scope | None) -> Compiled:
    domains, inner = _domains(unit, node, scope)
    return quantified(domains, unit.compile(node.body, inner), every=node.every)


def _instance(unit: Unit, node: tree.InstanceOf, scope: Scope | None) -> Compiled:
    of, kind = unit.compile(node.of, scope), kind_of(node.type, unit.kinds)

    def found(f: Frame) -> Value:
        value = of(f)
        f[0].weigh(value)
        return is_instance(value, kind)

    return found


def _function(unit: Unit, node: tree.FunctionOf, scope: Scope | None, itself: int | None = None) -> Compiled:
    if node.body is None:
        def refused(f: Frame) -> Value:
            f[0].note("外部函数（Java、PMML）不予执行，取 null", "external functions (Java, PMML) are not carried out: null")
            return None

        return refused
    parameters = [(name, unit.place(), kind_of(t, unit.kinds) if t else ANY) for name, t in node.parameters]
    body = unit.compile(node.body, Scope({n: p for n, p, _ in parameters}, scope))
    return function_of("function", lambda: unit.size, parameters, body, itself=itself)


def _invoke(unit: Unit, node: tree.Invoke, scope: Scope | None) -> Compiled:
    arguments = [unit.compile(a, scope) for a in node.arguments]
    names = node.names
    known = _built_in(node.function, scope)
    if known is not None:
        built_in = known
        if names is None:
            return lambda f: built_in.by_place(f[0], [a(f) for a in arguments])
        return lambda f: built_in.by_name(f[0], dict(zip(names, [a(f) for a in arguments], strict=True)))
    function = unit.compile(node.function, scope)

    def called(f: Frame) -> Value:
        found = function(f)
        if not isinstance(found, Function):
            f[0].note("被调用的不是函数，取 null", "what is invoked is not a function: null")
            return None
        values = [a(f) for a in arguments]
        return found.call(f[0], values) if names is None else by_name(found, f[0], dict(zip(names, values, strict=True)))

    return called


def _built_in(node: tree.Node, scope: Scope | None) -> BuiltIn | None:
    """The built-in a name stands for, where nothing in scope can hide it."""
    if not isinstance(node, tree.Name) or node.name not in BUILT_INS:
        return None
    level = scope
    while level is not None:
        if node.name in level.places:
            return None
        level = level.outer
    return BUILT_INS[node.name]


def _range(unit: Unit, node: tree.RangeOf, scope: Scope | None) -> Compiled:
    low, high = unit.compile(node.low, scope), unit.compile(node.high, scope)
    low_in, high_in, loose = node.low_in, node.high_in, node.iteration

    def made(f: Frame) -> Value:
        a, b = low(f), high(f)
        if (a is None and (low_in or b is None)) or (b is None and high_in):
            return None
        if a is not None and b is not None and order(a, b) is None and not loose:
            return None
        return Range(a, b, low_in, high_in)

    return made


def _half_line(unit: Unit, node: tree.HalfLine, scope: Scope | None) -> Compiled:
    op, bound = node.op, unit.compile(node.bound, scope)
    return lambda f: half_line(op, bound(f))


_COMPILERS: dict[type[tree.Node], Callable[[Unit, Any, Scope | None], Compiled]] = {
    tree.Literal: _literal, tree.Name: _name, tree.Path: _path, tree.ListOf: _list, tree.ContextOf: _context, tree.Binary: _binary,
    tree.Negate: _negate, tree.Between: _between, tree.In: _in, tree.If: _if, tree.Filter: _filter, tree.For: _for,
    tree.Quantified: _quantified, tree.InstanceOf: _instance, tree.FunctionOf: _function, tree.Invoke: _invoke, tree.RangeOf: _range,
    tree.HalfLine: _half_line}
