"""Where an expression of a model stands: what is in scope there, which types it knows, and where faults are noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jingwei.engines.decisions.compiler import Scope, Unit
from jingwei.engines.decisions.kinds import ANY, KINDS, UNKNOWN, Kind
from jingwei.engines.decisions.library import BUILT_INS
from jingwei.engines.decisions.names import Names
from jingwei.engines.decisions.parser import TYPE_NAMES, parse_expression, parse_tests
from jingwei.engines.decisions.reading import Element, children, named, text_of, type_of
from jingwei.engines.decisions.run import Compiled, Frame, Run
from jingwei.engines.decisions.tree import FunctionOf, Node, Tests, inside
from jingwei.engines.decisions.values import Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

ROOT = Names(BUILT_INS)


@dataclass(frozen=True, slots=True)
class Ground:
    """members : names of entries that may follow a dot; problems, tables : what could not be compiled, and what tables were; of a whole model

    element : the decision or knowledge model it stands in
    """

    unit: Unit
    where: Text
    members: Names
    types: Names
    problems: list[Problem]
    element: str = ""
    tables: list[Any] = field(default_factory=list)
    scope: Scope | None = None
    names: Names = ROOT

    def given(self, places: Mapping[str, int]) -> Ground:
        """The ground with more names in scope."""
        return replace(self, scope=Scope(places, self.scope), names=Names(places, self.names))

    def at(self, zh: str, en: str) -> Ground:
        return replace(self, where=Text(f"{self.where.zh}，{zh}", f"{self.where.en}, {en}"))

    def fault(self, problem: Problem) -> None:
        where = Text(f"{self.where.zh} {problem.where.zh}".strip(), f"{self.where.en} {problem.where.en}".strip())
        self.problems.append(Problem(problem.code, problem.what, where=where, remedy=problem.remedy))

    def parsed(self, text: str, read: Callable[[str, Names, Names, Names], Node] = parse_expression) -> Node | None:
        """None where the text is no FEEL; the fault is noted."""
        try:
            return read(text, self.names, self.members, self.types)
        except Problem as problem:
            self.fault(problem)
            return None

    def parsed_tests(self, text: str) -> Tests | None:
        try:
            return parse_tests(text, Names(("?",), self.names), self.members, self.types)
        except Problem as problem:
            self.fault(problem)
            return None

    def expression(self, text: str) -> Compiled:
        """The closure of a text; of one that is no FEEL, null and a note."""
        node = self.parsed(text) if text else None
        if node is None:
            return self.nothing(Text("表达式无法编译", "the expression cannot be compiled")) if text else lambda _: None
        return self.compiled(node)

    def compiled(self, node: Node) -> Compiled:
        if any(isinstance(n, FunctionOf) and n.body is None for n in inside(node)):
            self.fault(Problem("decision_external", Text("外部函数（Java、PMML）不予执行：模型中只用 FEEL", "external functions (Java, PMML) are not carried out: models hold FEEL only"),
                               remedy=Text("请改写为 FEEL。", "Write it in FEEL.")))
        try:
            return self.unit.compile(node, self.scope)
        except Problem as problem:
            self.fault(problem)
            return self.nothing(problem.what)
        finally:
            self.tell_unknown()

    def tests(self, node: Tests, place: int) -> Callable[[Frame], bool]:
        """Whether the value at a place passes; tests that cannot be compiled pass nothing, and the fault is noted."""
        try:
            return self.unit.tests(node, self.scope, place)
        except Problem as problem:
            self.fault(problem)
            return lambda _: False
        finally:
            self.tell_unknown()

    def tell_unknown(self) -> None:
        """Names nobody declared are null when asked, and a fault of the model."""
        for name in self.unit.unknown:
            self.fault(Problem("decision_name_unknown", Text(f"此处没有 {name!r} 这个名称", f"there is no name {name!r} here"),
                               remedy=did_you_mean(name, self.names.all()) or Text("请声明所需的输入或知识。", "Declare the input or knowledge it needs as a requirement.")))
        self.unit.unknown.clear()

    def nothing(self, why: Text) -> Compiled:
        where = self.where

        def null(f: Frame) -> Value:
            f[0].note(f"{where.zh}：{why.zh}", f"{where.en}: {why.en}")
            return None

        return null

    def kind(self, reference: str) -> Kind:
        """The type of that name; one that nobody declared is noted as a fault and taken as any."""
        found = find_kind(reference, self.unit.kinds)
        if found is None:
            self.fault(Problem("decision_type", Text(f"类型 {reference!r} 没有定义", f"the type {reference!r} is not defined"),
                               remedy=Text("请在 itemDefinition 中定义，或更正名称。", "Define it as an itemDefinition, or correct its name.")))
        return found or ANY


def find_kind(reference: str, known: Mapping[str, Kind]) -> Kind | None:
    """By name, with or without a prefix such as ``feel:``; an empty name is any type."""
    if not reference:
        return ANY
    plain = " ".join(reference.split())
    tail = plain.rpartition(":")[2]
    return known.get(plain) or KINDS.get(plain) or known.get(tail) or KINDS.get(tail)


def type_names(kinds: Iterable[str]) -> Names:
    return Names(kinds, TYPE_NAMES)


@dataclass(slots=True)
class Types:
    """The item definitions of one model as types; those that mention each other are resolved when asked for.

    known : types from elsewhere, such as ``prefix.name``
    """

    elements: Mapping[str, Element]
    known: dict[str, Kind]
    where: Text
    members: Names
    problems: list[Problem]
    making: set[str] = field(default_factory=set)

    def all(self) -> dict[str, Kind]:
        for name in self.elements:
            self.named(name)
        return self.known

    def named(self, reference: str) -> Kind:
        plain = " ".join(reference.split())
        tail = plain.rpartition(":")[2]
        for name in (plain, tail):
            if name not in self.known and name in self.elements:
                if name in self.making:
                    return ANY  # a type that contains itself is not looked into any deeper
                self.making.add(name)
                self.known[name] = self.made(self.elements[name])
                self.making.discard(name)
        return find_kind(reference, self.known) or UNKNOWN

    def made(self, element: Element) -> Kind:
        name = named(element)
        components = tuple(children(element, "itemComponent"))
        function = next(children(element, "functionItem"), None)
        if components:
            for component in components:
                self.members.add(named(component))
            base = Kind("context", name, members={named(c): self.made(c) for c in components})
        elif function is not None:
            parameters = tuple(self.named(type_of(p)) for p in children(function, "parameters"))
            base = Kind("function", name, parameters=parameters, result=self.named(function.get("outputTypeRef") or ""))
        else:
            base = self.named(type_of(element)) if type_of(element) else ANY
        allowed = self.constraint(element, "allowedValues")
        if element.get("isCollection") == "true":
            item = base if allowed is None else _constrained(base, allowed)
            base, allowed = Kind("list", name, of=item), None
        for test in (allowed, self.constraint(element, "typeConstraint")):
            if test is not None:
                base = _constrained(base, test)
        return base

    def constraint(self, element: Element, name: str) -> Constraint | None:
        found = next(children(element, name), None)
        text = text_of(found)
        if not text:
            return None
        where = Text(f"{self.where.zh}，类型 {named(element)}", f"{self.where.en}, type {named(element)}")
        unit = Unit(self.known)
        ground = Ground(unit, where, self.members, type_names(self.known), self.problems)
        return test_of(ground, text)


Constraint = tuple[Callable[[Value], bool], Tests]


def test_of(ground: Ground, text: str) -> Constraint | None:
    """Unary tests that stand by themselves, as a function of the value and as written; None when they are no FEEL (the fault is noted)."""
    place = ground.unit.place()
    ground = ground.given({"?": place})
    parsed = ground.parsed_tests(text)
    if parsed is None:
        return None
    test = ground.tests(parsed, place)

    def holds(value: Value) -> bool:
        frame = ground.unit.frame(Run())
        frame[place] = value
        return test(frame)

    return holds, parsed


def _constrained(base: Kind, constraint: Constraint) -> Kind:
    before, (test, written) = base.allows, constraint
    return replace(base, allows=test if before is None else lambda value: before(value) and test(value), limits=(*base.limits, written))


