"""A model put together from its files: decisions, knowledge and services, each compiled when first needed, answered in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jingwei.engines.decisions import boxed, invocable, tree
from jingwei.engines.decisions.calls import fitted
from jingwei.engines.decisions.compiler import Unit
from jingwei.engines.decisions.ground import Ground, Types, type_names
from jingwei.engines.decisions.kinds import Kind, converted
from jingwei.engines.decisions.names import Names
from jingwei.engines.decisions.reading import (
    Definitions,
    Node,
    expression_in,
    named,
    read,
)
from jingwei.engines.decisions.run import MAX_STEPS, Compiled, Run, too_deep
from jingwei.engines.decisions.tables import Table
from jingwei.engines.decisions.values import Function, Value
from jingwei.kernel.clock import system_clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

Key = tuple[str, str]
Needs = tuple[tuple[int, Key], ...]
Groups = tuple[tuple[int, tuple[tuple[str, Key], ...]], ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled decision: what it needs at which place of its frame, and its logic.

    needs : (place, key); groups : (place, ((name, key), …)) of an import that has a prefix, with functions among them
    """

    unit: Unit
    needs: Needs
    groups: Groups
    body: Compiled
    kind: Kind


class Case:
    """One set of inputs and what has been answered of it."""

    __slots__ = ("decided", "given", "known", "model", "run")

    def __init__(self, model: Model, run: Run, given: Mapping[Key, Value]) -> None:
        self.model = model
        self.run = run
        self.given = given
        self.decided = frozenset(given.keys() & model.deciding)
        self.known: dict[Key, Value] = {}

    def value(self, key: Key) -> Value:
        """Of any element; what it needs is answered first, in order, so that long chains need no stack."""
        if key in self.known:
            return self.known[key]
        known, given, model = self.known, self.given, self.model
        for needed, kind in model.plan(key, self.decided):
            if needed not in known:
                value = given.get(needed) if kind is not None else None
                if kind is not None and type(value) is kind.python and kind.allows is None:
                    known[needed] = value  # an input that needs no second look
                else:
                    known[needed] = model.answer(needed, self)
        return known[key]


class Model:
    """A DMN model and what it imports. Raises Problem for what is not whole; single faults are in ``problems`` and give null.

    definitions : the files, the first being the model itself
    """

    def __init__(self, definitions: Sequence[Definitions]) -> None:
        self.main = definitions[0]
        self.spaces = {d.namespace: d for d in reversed(definitions)}
        self.nodes: dict[Key, Node] = {n.key: n for d in reversed(definitions) for n in d.nodes}
        self.nodes = {k: replace(n, requires=self.resolved(n.requires), knows=self.resolved(n.knows)) for k, n in self.nodes.items()}
        self.deciding = frozenset(k for k, n in self.nodes.items() if n.kind == "decision")
        self.problems: list[Problem] = []
        self._tables: list[Table] = []
        self.members = Names(())
        self._kinds: dict[str, dict[str, Kind]] = {}
        self._programs: dict[Key, Program] = {}
        self._functions: dict[Key, Function] = {}
        self._knowledge: dict[Key, invocable.Knowledge] = {}
        self._orders: dict[tuple[Key, frozenset[Key]], tuple[Key, ...]] = {}
        self._input_kinds: dict[Key, Kind] = {}
        self._plans: dict[tuple[Key, frozenset[Key]], tuple[tuple[Key, Kind | None], ...]] = {}
        self._prefixes = {i.prefix for i in self.main.imports if i.prefix}
        self._inputs_called = self._by_name()
        self._named: dict[tuple[str, str], Node] = {}
        self._check_whole()

    @classmethod
    def read(cls, content: bytes, where: str, others: Iterable[tuple[str, bytes]] = ()) -> Model:
        """A model from its file and the files it may import. Raises Unreadable or Problem."""
        main = read(content, where)
        wanted = {i.namespace for i in main.imports}
        files = [main]
        rest, unread = list[Definitions](), list[Problem]()
        for name, other_content in others if wanted else ():
            try:
                rest.append(read(other_content, name))
            except Problem as problem:  # of a file that may not be wanted at all
                unread.append(problem)
        grown = True
        while grown:
            grown = False
            for other in rest:
                if other.namespace in wanted and other not in files:
                    files.append(other)
                    wanted |= {i.namespace for i in other.imports}
                    grown = True
        model = cls(files)
        model.problems += unread
        return model

    def unnamed(self, space: str) -> list[str]:
        """Namespaces whose elements one model may speak of as if they were its own: imported without a name, and through these again."""
        found: list[str] = [space]
        for at in found:
            found += [i.namespace for i in (self.spaces[at].imports if at in self.spaces else ()) if not i.prefix and i.namespace not in found]
        return found[1:]

    def resolved(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Keys of elements as they are; one that only a model imported without a name has, by that. Where several have it, none is meant."""
        found = []
        for space, name in keys:
            there = [(space, name)] if (space, name) in self.nodes else [(s, name) for s in self.unnamed(space) if (s, name) in self.nodes]
            found.append(there[0] if len(there) == 1 else (space, name))
        return tuple(found)

    def _check_whole(self) -> None:
        for node in self.nodes.values():
            for key in (*node.requires, *node.knows):
                if key not in self.nodes:
                    self.problems.append(Problem("decision_missing", Text(f"{node.name} 需要的 {key[1]!r} 不在模型中", f"{key[1]!r}, which {node.name} needs, is not in the model"),
                                                 where=self.main.where, remedy=Text("请把所引的模型文件放在一起。", "Put the file of the imported model beside it.")))
        for node in self.nodes.values():
            if node.kind == "decision":
                self.order(node.key, frozenset())

    # what there is

    def named(self, name: str, kind: str = "decision") -> Node:
        """An element of the model itself by name. Raises Problem, with what there is."""
        if (name, kind) in self._named:
            return self._named[name, kind]
        plain = " ".join(name.split())
        own = [self.nodes[n.key] for n in self.main.nodes]
        lent = [n for s in self.unnamed(self.main.namespace) for n in self.nodes.values() if n.key[0] == s]
        found = next((n for n in (*own, *lent) if n.kind == kind and plain in {n.name, n.key[1]}), None)
        if found is None:
            known = [n.name for n in self.main.nodes if n.kind == kind]
            raise Problem("decision_unknown", Text(f"没有名为 {name!r} 的 {kind}", f"there is no {kind} {name!r}"), where=self.main.where,
                          remedy=did_you_mean(name, known) or Text(f"有：{'、'.join(known[:20])}", f"There are: {', '.join(known[:20])}"))
        self._named[name, kind] = found
        return found

    def decisions(self) -> list[Node]:
        return [self.nodes[n.key] for n in self.main.nodes if n.kind == "decision"]

    def kinds(self, space: str) -> dict[str, Kind]:
        """Types known in one file: its own, and those it imports as ``prefix.name``."""
        if space not in self._kinds:
            self._kinds[space] = {}
            definitions = self.spaces.get(space)
            if definitions is not None:
                imported = {f"{i.prefix}.{name}" if i.prefix else name: kind for i in definitions.imports if i.namespace != space
                            for name, kind in self.kinds(i.namespace).items()}
                types = Types({named(e): e for e in definitions.types}, imported, Text(definitions.where, definitions.where), self.members, self.problems)
                self._kinds[space] = types.all()
        return self._kinds[space]

    # answering

    def decide(self, name: str, inputs: Mapping[str, Value], *, clock: Callable[[], datetime] = system_clock, run: Run | None = None) -> Value:
        """The answer of one decision for inputs by name, as FEEL values; small enough to be written out. Raises Problem for limits and unknown names."""
        run = run or Run(clock, MAX_STEPS)
        try:
            answer = Case(self, run, self.by_key(inputs)).value(self.named(name).key)
        except RecursionError:
            raise too_deep() from None
        if type(answer) in (list, dict):
            run.weigh(answer)
        return answer

    def by_key(self, inputs: Mapping[str, Value]) -> dict[Key, Value]:
        """Inputs by name as inputs by key; decisions may be given too, and are then not worked out.

        An imported input goes by its own name, by ``prefix.name``, or in a context under the import's prefix.
        """
        found: dict[Key, Value] = {}
        for name, value in inputs.items():
            for key in self._inputs_called.get(name, ()):
                found.setdefault(key, value)
            if name in self._prefixes and isinstance(value, dict):
                found |= {k: v for n, v in value.items() for k in self._inputs_called.get(f"{name}.{n}", ())}
        return found

    def _by_name(self) -> dict[str, tuple[Key, ...]]:
        """Which inputs and decisions each name may mean."""
        prefixes = {i.namespace: i.prefix for i in self.main.imports}
        called: dict[str, list[Key]] = {}
        for node in self.nodes.values():
            if node.kind in {"inputData", "decision"}:
                prefix = prefixes.get(node.key[0], "") if node.key[0] != self.main.namespace else ""
                for name in {node.name, node.variable, *([f"{prefix}.{node.name}", f"{prefix}.{node.variable}"] if prefix else [])}:
                    called.setdefault(name, []).append(node.key)
        return {name: tuple(keys) for name, keys in called.items()}

    @staticmethod
    def guarded(answer: Callable[[], Value]) -> Value:
        try:
            return answer()
        except RecursionError:
            raise too_deep() from None

    def order(self, key: Key, given: frozenset[Key]) -> tuple[Key, ...]:
        """What must be answered before an element, and it last. Raises Problem when decisions need each other in a circle.

        given : decisions that are given and not worked out
        """
        known = (key, given)
        if known in self._orders:
            return self._orders[known]
        done: dict[Key, None] = {}
        path: dict[Key, None] = {}
        waiting: list[tuple[Key, bool]] = [(key, False)]
        while waiting:
            at, back = waiting.pop()
            if back:
                path.pop(at)
                done[at] = None
            elif at in path:
                circle = [*list(path)[list(path).index(at):], at]
                names = " → ".join(self.nodes[k].name for k in circle)
                raise Problem("decision_circle", Text(f"决策相互依赖成环：{names}", f"decisions need each other in a circle: {names}"), where=self.main.where,
                              remedy=Text("请去掉其中一个 requirement。", "Take one of the requirements away."))
            elif at not in done and at in self.nodes:
                path[at] = None
                waiting.append((at, True))
                if at not in given:
                    waiting.extend((k, False) for k in reversed(self.nodes[at].requires))
        self._orders[known] = tuple(done)
        return self._orders[known]

    def plan(self, key: Key, given: frozenset[Key]) -> tuple[tuple[Key, Kind | None], ...]:
        """``order`` with the type of each input beside it, and None beside decisions."""
        found = self._plans.get((key, given))
        if found is None:
            found = tuple((k, self.input_kind(k) if self.nodes[k].kind == "inputData" else None) for k in self.order(key, given))
            self._plans[key, given] = found
        return found

    def answer(self, key: Key, case: Case) -> Value:
        """One element, with what it needs known already."""
        node = self.nodes[key]
        if key in case.given or node.kind == "inputData":
            return self._input(node, case)
        program = self.program(node)
        f = program.unit.frame(case.run)
        known = case.known
        for place, needed in program.needs:
            f[place] = known[needed] if needed in known else self._seen(needed, case)
        for place, group in program.groups:
            f[place] = {name: self._seen(needed, case) for name, needed in group}
        return fitted(case.run, program.body(f), program.kind)

    def _seen(self, key: Key, case: Case) -> Value:
        node = self.nodes.get(key)
        if node is None:
            return None
        return case.value(key) if node.kind in {"inputData", "decision"} else self.function(key)

    def input_kind(self, key: Key) -> Kind:
        """The type of an input or decision."""
        if key not in self._input_kinds:
            node = self.nodes[key]
            self._input_kinds[key] = self.ground(node, Unit(self.kinds(key[0]))).kind(node.type)
        return self._input_kinds[key]

    def _input(self, node: Node, case: Case) -> Value:
        value = case.given.get(node.key)
        found = converted(value, self.input_kind(node.key))
        if found is None and value is not None:
            case.run.note(f"输入 {node.name} 不符合它的类型", f"the input {node.name} is not of its type")
        return found

    # compiling

    def ground(self, node: Node, unit: Unit) -> Ground:
        return Ground(unit, Text(f"{self.main.where}，{node.name}", f"{self.main.where}, {node.name}"), self.members, type_names(unit.kinds), self.problems, node.name, self._tables)

    def program(self, node: Node) -> Program:
        if node.key not in self._programs:
            unit = Unit(self.kinds(node.key[0]))
            ground, needs, groups = self.surrounded(node, unit)
            body = boxed.expression(ground, expression_in(node.element))
            self._programs[node.key] = Program(unit, needs, groups, body, ground.kind(node.type))
        return self._programs[node.key]

    def surrounded(self, node: Node, unit: Unit) -> tuple[Ground, Needs, Groups]:
        """The ground a node's logic stands on, with what it requires and knows in scope; imported things under their import's name."""
        prefixes = {i.namespace: i.prefix for i in self.spaces[node.key[0]].imports}
        needs: dict[str, tuple[int, Key]] = {}
        groups: dict[str, tuple[int, list[tuple[str, Key]]]] = {}
        for key in (*node.requires, *node.knows):
            other = self.nodes.get(key)
            if other is None:
                continue
            prefix = prefixes.get(key[0], "") if key[0] != node.key[0] else ""
            if prefix:
                self.members.add(other.variable)
                groups.setdefault(prefix, (unit.place(), []))[1].append((other.variable, key))
            else:
                needs[other.variable] = (unit.place(), key)
        places = {name: place for name, (place, _) in needs.items()} | {name: place for name, (place, _) in groups.items()}
        return self.ground(node, unit).given(places), tuple(needs.values()), tuple((p, tuple(g)) for p, g in groups.values())

    def function(self, key: Key) -> Function:
        """A knowledge model or a decision service as a function."""
        if key not in self._functions:
            node = self.nodes[key]
            self._functions[key] = invocable.service(self, node) if node.kind == "decisionService" else self.knowledge(node).function()
        return self._functions[key]

    def knowledge(self, node: Node) -> invocable.Knowledge:
        if node.key not in self._knowledge:
            self._knowledge[node.key] = invocable.Knowledge(self, node)
        return self._knowledge[node.key]

    def parsed(self, node: Node, text: str) -> tree.Node | None:
        """A text as it would be read in a decision's own scope."""
        return self.surrounded(node, Unit(self.kinds(node.key[0])))[0].parsed(text)

    def explained(self, name: str, inputs: Mapping[str, Value], clock: Callable[[], datetime] = system_clock) -> tuple[Value, Run]:
        """The answer, and the run that knows which tables fired which rules on which facts, and why anything became null."""
        run = Run(clock)
        run.used = []
        answer = self.decide(name, inputs, run=run)
        for fired in run.used:
            run.weigh([*fired.facts.values(), fired.answer])
        return answer, run

    def input_kinds(self) -> dict[str, Kind]:
        """Types of the model's own inputs by name: what JSON's strings are read by."""
        return {n.name: self.input_kind(n.key) for n in self.main.nodes if n.kind == "inputData"}

    def compile_all(self) -> list[Problem]:
        """Compile everything and return every fault there is."""
        for node in self.nodes.values():
            if node.kind == "decision":
                self.program(node)
            elif node.kind == "businessKnowledgeModel":
                self.knowledge(node).logic()
            elif node.kind == "decisionService":
                self.function(node.key)
        return self.problems

    def tables(self) -> list[Table]:
        """Every table compiled so far, those inside other expressions too."""
        return self._tables

    def table(self, name: str) -> Table:
        """The decision's table. Raises Problem when its logic is no table."""
        node = self.named(name)
        body = self.program(node).body
        table = getattr(body, "__self__", None)
        if not isinstance(table, Table):
            raise Problem("decision_no_table", Text(f"{name} 不是决策表", f"{name} is no decision table"), where=self.main.where,
                          remedy=Text("请指定逻辑是决策表的决策。", "Name a decision whose logic is a table."))
        return table
