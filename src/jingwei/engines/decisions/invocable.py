"""What a model lets others invoke: business knowledge models and decision services as functions (DMN 1.5, 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jingwei.engines.decisions import boxed
from jingwei.engines.decisions.calls import fitted, taken_as
from jingwei.engines.decisions.compiler import Unit
from jingwei.engines.decisions.kinds import ANY, Kind
from jingwei.engines.decisions.reading import Node, child, children, expression_in, named, references, type_of
from jingwei.engines.decisions.run import Compiled, Run
from jingwei.engines.decisions.values import Function, Value

if TYPE_CHECKING:
    from jingwei.engines.decisions.model import Groups, Key, Model, Needs

Logic = tuple[Compiled, "Needs", "Groups", Kind]


class Knowledge:
    """A business knowledge model; its logic is compiled when first invoked, for it may invoke itself."""

    def __init__(self, model: Model, node: Node) -> None:
        self.model = model
        self.node = node
        self.unit = Unit(model.kinds(node.key[0]))
        self.encapsulated = child(node.element, "encapsulatedLogic")
        self.parameters = tuple(children(self.encapsulated, "formalParameter"))
        self.names = tuple(named(p) for p in self.parameters)
        self.places = [self.unit.place() for _ in self.parameters]
        ground = model.ground(node, self.unit)
        self.kinds = tuple(ground.kind(type_of(p)) for p in self.parameters)
        self.result = given_by(ground.kind(node.type))
        self._logic: Logic | None = None

    def logic(self) -> Logic:
        if self._logic is None:
            ground, needs, groups = self.model.surrounded(self.node, self.unit)
            itself = self.unit.place()
            ground = ground.given({self.node.variable: itself}).given(dict(zip(self.names, self.places, strict=True)))
            kind = None if self.encapsulated is None else self.encapsulated.get("kind")
            made = boxed.expression(ground, expression_in(self.encapsulated)) if boxed.is_feel(kind) else boxed.foreign(ground, kind or "")
            self._logic = made, (*needs, (itself, self.node.key)), groups, self.result
        return self._logic

    def function(self) -> Function:
        return Function(self.node.name, self.names, self.call, self.kinds, self.result)

    def call(self, run: Run, arguments: list[Value]) -> Value:
        given = taken_as(run, self.node.name, self.names, self.kinds, arguments)
        if given is None:
            return None
        made, needs, groups, result = self.logic()
        f = self.unit.frame(run)
        for place, value in zip(self.places, given, strict=True):
            f[place] = value
        for place, key in needs:
            f[place] = known(self.model, key)
        for place, group in groups:
            f[place] = {name: known(self.model, key) for name, key in group}
        run.enter()
        try:
            return fitted(run, made(f), result)
        finally:
            run.depth -= 1


def given_by(kind: Kind) -> Kind:
    """What a function gives: models say either that, or the type of the function itself."""
    return (kind.result or ANY) if kind.shape == "function" else kind


def known(model: Model, key: Key) -> Value:
    """What knowledge may invoke: other knowledge and services, no data."""
    node = model.nodes.get(key)
    return model.function(key) if node is not None and node.kind in {"businessKnowledgeModel", "decisionService"} else None


def service(model: Model, node: Node) -> Function:
    """A decision service: its input data, then its input decisions are its parameters; several outputs make a context."""
    from jingwei.engines.decisions.model import Case

    space = node.key[0]
    outputs, decisions, data = (model.resolved(references(node.element, n, space)) for n in ("outputDecision", "inputDecision", "inputData"))
    inputs = [model.nodes[k] for k in (*data, *decisions) if k in model.nodes]
    ground = model.ground(node, Unit(model.kinds(space)))
    names, kinds, result = tuple(i.variable for i in inputs), tuple(ground.kind(i.type) for i in inputs), given_by(ground.kind(node.type))

    def call(run: Run, arguments: list[Value]) -> Value:
        given = taken_as(run, node.name, names, kinds, arguments)
        if given is None:
            return None
        run.enter()
        try:
            case = Case(model, run, {i.key: value for i, value in zip(inputs, given, strict=True)})
            found = {model.nodes[k].variable: case.value(k) for k in outputs if k in model.nodes}
        finally:
            run.depth -= 1
        return fitted(run, next(iter(found.values())) if len(found) == 1 else found, result)

    return Function(node.name, names, call, kinds, result)
