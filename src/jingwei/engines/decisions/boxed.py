"""Boxed expressions compiled (DMN 1.5, 10.2.1): context, list, relation, function, invocation, conditional, filter, iterators, tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jingwei.engines.decisions import tables
from jingwei.engines.decisions.calls import by_name, fitted, function_of
from jingwei.engines.decisions.compiler import Scope
from jingwei.engines.decisions.ground import Ground
from jingwei.engines.decisions.iteration import filtered, iterated, quantified
from jingwei.engines.decisions.kinds import ANY, Kind
from jingwei.engines.decisions.names import Names
from jingwei.engines.decisions.parser import parse_domain
from jingwei.engines.decisions.reading import (
    Element,
    child,
    children,
    expression_in,
    local,
    named,
    text_of,
    type_of,
)
from jingwei.engines.decisions.run import Compiled, Frame
from jingwei.engines.decisions.tree import RangeOf
from jingwei.engines.decisions.values import Function, Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


def expression(ground: Ground, element: Element | None) -> Compiled:
    """The closure of a boxed or literal expression, its value converted to its type; null where there is none."""
    if element is None:
        return lambda _: None
    made = _KINDS[local(element)](ground, element)
    reference = "" if local(element) in {"functionDefinition", "decisionTable"} else type_of(element)
    return typed(made, ground.kind(reference))


def typed(made: Compiled, kind: Kind) -> Compiled:
    return made if kind is ANY else lambda f: fitted(f[0], made(f), kind)


def _literal(ground: Ground, element: Element) -> Compiled:
    language = element.get("expressionLanguage") or ""
    if language and "feel" not in language.lower():
        return refused(ground, Text(f"表达式语言 {language} 不予执行", f"the expression language {language} is not carried out"))
    return ground.expression(text_of(element))


def refused(ground: Ground, what: Text) -> Compiled:
    ground.fault(Problem("decision_external", what, remedy=Text("请改写为 FEEL。", "Write it in FEEL.")))
    return ground.nothing(what)


def _context(ground: Ground, element: Element) -> Compiled:
    entries: list[tuple[str, int, Compiled]] = []
    result: Compiled | None = None
    for entry in children(element, "contextEntry"):
        variable, inner = child(entry, "variable"), expression_in(entry)
        if variable is None:
            result = expression(ground.at("结果", "result"), inner)
            break
        name, place = named(variable), ground.unit.place()
        here = ground.at(f"条目 {name}", f"entry {name}")
        if inner is not None and local(inner) == "functionDefinition":
            made = _function(here.given({name: place}), inner, itself=place)
        else:
            made = typed(expression(here, inner), here.kind(type_of(variable)))
        entries.append((name, place, made))
        ground.members.add(name)
        ground = ground.given({name: place})

    def context(f: Frame) -> Value:
        f[0].charge(1 + len(entries))
        found = {}
        for name, place, value in entries:
            f[place] = found[name] = value(f)
        return found if result is None else result(f)

    return context


def _list(ground: Ground, element: Element) -> Compiled:
    items = [expression(ground.at(f"第 {i} 项", f"item {i}"), e) for i, e in enumerate((e for e in element if local(e) in _KINDS), 1)]

    def made(f: Frame) -> Value:
        f[0].charge(len(items))
        return [i(f) for i in items]

    return made


def _relation(ground: Ground, element: Element) -> Compiled:
    columns = [(named(c), ground.kind(type_of(c))) for c in children(element, "column")]
    for name, _ in columns:
        ground.members.add(name)
    rows = [[typed(expression(ground.at(f"第 {i} 行", f"row {i}"), e), kind)
             for (_, kind), e in zip(columns, (e for e in row if local(e) in _KINDS), strict=False)] for i, row in enumerate(children(element, "row"), 1)]

    def made(f: Frame) -> Value:
        f[0].charge(len(rows) * (1 + len(columns)))
        return [{name: cell(f) for (name, _), cell in zip(columns, row, strict=False)} for row in rows]

    return made


def is_feel(kind: str | None) -> bool:
    return (kind or "FEEL").upper() in {"FEEL", "F"}


def foreign(ground: Ground, kind: str) -> Compiled:
    """What stands for a function of Java or PMML: a fault, and null."""
    return refused(ground, Text(f"{kind} 函数不予执行：模型中只用 FEEL", f"{kind} functions are not carried out: models hold FEEL only"))


def _function(ground: Ground, element: Element, itself: int | None = None) -> Compiled:
    if not is_feel(element.get("kind")):
        return foreign(ground, element.get("kind") or "")
    parameters = [(named(p), ground.unit.place(), ground.kind(type_of(p))) for p in children(element, "formalParameter")]
    inner = ground.given({n: p for n, p, _ in parameters})
    return function_of("function", lambda: ground.unit.size, parameters, expression(inner, expression_in(element)), ground.kind(type_of(element)), itself)


def _invocation(ground: Ground, element: Element) -> Compiled:
    function = expression(ground, expression_in(element))
    bindings: list[tuple[str, Compiled]] = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        if parameter is not None:
            name = named(parameter)
            bindings.append((name, typed(expression(ground.at(f"参数 {name}", f"argument {name}"), expression_in(binding)), ground.kind(type_of(parameter)))))

    def called(f: Frame) -> Value:
        found = function(f)
        if not isinstance(found, Function):
            f[0].note("被调用的不是函数，取 null", "what is invoked is not a function: null")
            return None
        return by_name(found, f[0], {name: value(f) for name, value in bindings})

    return called


def _conditional(ground: Ground, element: Element) -> Compiled:
    condition, then, otherwise = (expression(ground.at(n, n), expression_in(child(element, n))) for n in ("if", "then", "else"))

    def chosen(f: Frame) -> Value:
        found = condition(f)
        if found is not None and type(found) is not bool:
            f[0].note("条件不是布尔值，取 null", "the condition is no boolean: null")
            return None
        return then(f) if found else otherwise(f)

    return chosen


def _filter(ground: Ground, element: Element) -> Compiled:
    of, place = expression(ground.at("in", "in"), expression_in(child(element, "in"))), ground.unit.place()
    names = Names(("item",), ground.names)
    names.known.update(ground.members.known)
    names.longest = ground.members.longest
    inner = replace(ground, scope=Scope({}, ground.scope, place), names=names)
    by = expression(inner.at("match", "match"), expression_in(child(element, "match")))
    return filtered(of, by, place)


def _iterator(ground: Ground, element: Element) -> Compiled:
    kind, name, place = local(element), " ".join((element.get("iteratorVariable") or "").split()), ground.unit.place()
    of, out = _domain(ground.at("in", "in"), expression_in(child(element, "in")))
    partial = ground.unit.place()
    inner = ground.given({name: place, "partial": partial} if kind == "for" else {name: place})
    body = expression(inner, expression_in(child(element, "return" if kind == "for" else "satisfies")))
    if kind == "for":
        return iterated([(place, of, out)], partial, body, copies="partial" in "".join(str(t) for t in element.itertext()))
    return quantified([(place, of, out)], body, every=kind == "every")


def _domain(ground: Ground, element: Element | None) -> tuple[Compiled, bool]:
    """What an iterator runs over, and whether that is written ``a..b`` as in a ``for``."""
    node = ground.parsed(text_of(element), parse_domain) if element is not None and local(element) == "literalExpression" else None
    if isinstance(node, RangeOf) and node.iteration:
        return ground.compiled(node), True
    return expression(ground, element), False


def _table(ground: Ground, element: Element) -> Compiled:
    table = tables.of(ground, element)
    return ground.nothing(Text("决策表无法编译", "the table cannot be compiled")) if table is None else table.decide


_KINDS: dict[str, Callable[[Ground, Element], Compiled]] = {
    "literalExpression": _literal, "context": _context, "list": _list, "relation": _relation, "functionDefinition": _function,
    "invocation": _invocation, "conditional": _conditional, "filter": _filter, "for": _iterator, "every": _iterator, "some": _iterator,
    "decisionTable": _table}
