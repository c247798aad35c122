"""A shapes file in Turtle to shapes. What is not SHACL Core is refused by name; what is not SHACL at all is remarked on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from jingwei.engines.shapes.columns import RDF, Triple, iri, kind, literal, text
from jingwei.engines.shapes.model import SH, Constraint, Path, Shape, Shapes, Targets
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable

RDFS_CLASS = "http://www.w3.org/2000/01/rdf-schema#Class"

COUNTS = ("minCount", "maxCount", "minLength", "maxLength")
TERMS = ("class", "datatype", "nodeKind", "hasValue", "equals", "disjoint", "lessThan", "lessThanOrEquals",
         "minExclusive", "minInclusive", "maxExclusive", "maxInclusive")
LISTS = ("in", "languageIn")
SHAPES = ("node", "property", "not")
SHAPE_LISTS = ("and", "or", "xone")
REST = ("pattern", "uniqueLang", "closed", "qualifiedValueShape")
CORE = (*COUNTS, *TERMS, *LISTS, *SHAPES, *SHAPE_LISTS, *REST)
"""Parameters of the constraint components of SHACL Core, each carried out."""

BESIDE = frozenset(("path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "severity", "message", "deactivated", "flags",
                    "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "name", "description",
                    "order", "group", "defaultValue", "shapesGraph", "suggestedShapesGraph", "entailment", "inversePath", "alternativePath",
                    "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath", "declare", "prefix", "namespace"))
BEYOND = frozenset(("sparql", "select", "ask", "target", "rule", "expression", "js", "parameter", "validator", "nodeValidator", "propertyValidator",
                    "condition", "construct", "filterShape", "nodes", "values", "targetShape", "reifierShape", "singleLine", "memberShape"))
"""Asked for by extensions of Core; a check that passed over them would say that something holds that nobody looked at."""

MAX_BYTES = 16 << 20


def of_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """A term of the RDF library as ``columns`` writes it. Raises Unreadable for a quoted triple."""
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.Literal):
        return literal(term.value, term.datatype.value, term.language or "")
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    raise Unreadable(Text("一条三元组嵌在另一条里（RDF 1.2）", "a triple is spoken of inside another (RDF 1.2)"),
                     remedy=Text("请不用嵌套三元组来写。", "Write it without quoted triples."))


def triples(content: bytes, form: ox.RdfFormat, where: str = "", base: str = "") -> Iterator[Triple]:
    """The triples of a document; nothing is ever fetched. Raises Unreadable with line and reason."""
    try:
        for quad in ox.parse(content, format=form, base_iri=base or None):
            yield of_term(quad.subject), of_term(quad.predicate), of_term(quad.object)
    except (SyntaxError, ValueError) as error:
        raise Unreadable(Text(f"不能按 {form.name} 读（{str(error)[:200]}）",
                              f"not readable as {form.name} ({str(error)[:200]})"), where=where,
                         remedy=Text("请改正那一行；它引用的其他文档一概不去取。",
                                     "Correct that line; other documents it refers to are never fetched.")) from None


def read(content: bytes, where: str = "shapes") -> Shapes:
    """The shapes in a Turtle document.

    Raises Unreadable, or Problem ``beyond_core`` (what it asks for is not in SHACL Core), ``bad_shape`` or ``recursive_shapes``.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(Text(f"文件有 {len(content):,} 字节，最多 {MAX_BYTES:,}",
                              f"the file has {len(content):,} bytes; {MAX_BYTES:,} are the most"), where=where)
    return _Reader(triples(content, ox.RdfFormat.TURTLE, where), where).shapes()


class _Reader:
    def __init__(self, graph: Iterable[Triple], where: str) -> None:
        self.where = where
        self.out: dict[str, dict[str, list[str]]] = {}
        for s, p, o in graph:
            self.out.setdefault(s, {}).setdefault(p[1:-1], []).append(o)

    def shapes(self) -> Shapes:
        remarks = self._refuse()
        names = self._names()
        found = {name: self._shape(name) for name in names}
        _not_recursive(found, self.where)
        return Shapes(found, remarks)

    def _refuse(self) -> tuple[str, ...]:
        """Raises for what goes beyond Core; returns what is in SHACL's namespace and not in SHACL."""
        odd: Counter[str] = Counter()
        for node, said in self.out.items():
            for predicate in said:
                if not predicate.startswith(SH):
                    continue
                name = predicate[len(SH):]
                if name in BEYOND:
                    raise Problem("beyond_core",
                                  Text(f"sh:{name} 不在 SHACL Core 之内，不执行",
                                       f"sh:{name} is not in SHACL Core and is not carried out"),
                                  where=f"{self.where}, {node}",
                                  remedy=Text("请用 Core 的约束来写，或从文件中删去。",
                                              "Say it with constraints of Core, or take it out of the file."))
                if name not in CORE and name not in BESIDE:
                    odd[name] += 1
        return tuple(f"sh:{name} ({n}×)" for name, n in sorted(odd.items()))

    def _names(self) -> list[str]:
        """Every shape: typed, with a target or a parameter, or spoken of by another."""
        marks = {SH + name for name in (*CORE, "path", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
        kinds = {iri(SH + "NodeShape"), iri(SH + "PropertyShape")}
        names = {n for n, said in self.out.items() if marks & said.keys() or kinds & set(said.get(RDF + "type", ()))}
        for said in list(self.out.values()):
            for name in (*SHAPES, "qualifiedValueShape"):
                names.update(said.get(SH + name, ()))
            for name in SHAPE_LISTS:
                for head in said.get(SH + name, ()):
                    names.update(self._list(head))
        return sorted(names)

    def _values(self, node: str, name: str) -> list[str]:
        return self.out.get(node, {}).get(SH + name, [])

    def _one(self, node: str, name: str) -> str | None:
        values = self._values(node, name)
        if len(values) > 1:
            raise self._bad(node, Text(f"sh:{name} 给了 {len(values)} 次", f"sh:{name} is given {len(values)} times"))
        return values[0] if values else None

    def _bad(self, node: str, what: Text) -> Problem:
        return Problem("bad_shape", what, where=f"{self.where}, {node}",
                       remedy=Text("请改正形状文件。", "Correct the shapes file."))

    def _list(self, head: str) -> tuple[str, ...]:
        items, seen = list[str](), set[str]()
        while head != iri(RDF + "nil"):
            said = self.out.get(head, {})
            if head in seen or len(said.get(RDF + "first", ())) != 1 or len(said.get(RDF + "rest", ())) != 1:
                raise self._bad(head, Text("这不是完整的列表", "this is not a well-formed list"))
            seen.add(head)
            items.append(said[RDF + "first"][0])
            head = said[RDF + "rest"][0]
        return tuple(items)

    def _number(self, node: str, name: str, term: str) -> int:
        if kind(term) != 2 or not re.fullmatch(r"\+?\d{1,15}", text(term), re.ASCII):
            raise self._bad(node, Text(f"sh:{name} {term} 不是个数", f"sh:{name} {term} is not a count"))
        return int(text(term))

    def _true(self, node: str, name: str) -> bool:
        return any(text(value) in ("true", "1") for value in self._values(node, name))

    def _path(self, node: str, depth: int = 0) -> Path:
        if kind(node) == 0 and node != iri(RDF + "nil"):
            return Path("predicate", text(node))
        if depth > 20:
            raise self._bad(node, Text("路径没有尽头", "the path has no end"))
        said = self.out.get(node, {})
        if RDF + "first" in said:
            return Path("sequence", parts=tuple(self._path(each, depth + 1) for each in self._list(node)))
        if heads := said.get(SH + "alternativePath"):
            return Path("alternative", parts=tuple(self._path(each, depth + 1) for each in self._list(heads[0])))
        for name, what in (("inversePath", "inverse"), ("zeroOrMorePath", "zero_or_more"), ("oneOrMorePath", "one_or_more"),
                           ("zeroOrOnePath", "zero_or_one")):
            if inner := said.get(SH + name):
                return Path(what, parts=(self._path(inner[0], depth + 1),))  # type: ignore[arg-type]
        raise self._bad(node, Text("这不是路径", "this is not a path"))

    def _shape(self, name: str) -> Shape:
        said = self.out.get(name, {})
        at = self._one(name, "path")
        classes = list(self._values(name, "targetClass"))
        if iri(RDFS_CLASS) in said.get(RDF + "type", ()):
            classes.append(name)
        targets = Targets(*(tuple(sorted(set(v))) for v in (
            self._values(name, "targetNode"), classes, self._values(name, "targetSubjectsOf"), self._values(name, "targetObjectsOf"))))
        severity = self._one(name, "severity")
        message = next(iter(sorted(self._values(name, "message"))), "")
        return Shape(name, self._path(at) if at else None, tuple(self._constraints(name, at is not None)), targets,
                     text(severity).removeprefix(SH) if severity else "Violation", text(message) if message else "",
                     self._true(name, "deactivated"))

    def _constraints(self, name: str, has_path: bool) -> Iterator[Constraint]:  # noqa: PLR0912 (one branch a kind of parameter)
        for word in (*COUNTS, "uniqueLang", "lessThan", "lessThanOrEquals"):
            if not has_path and word not in ("minLength", "maxLength") and self._values(name, word):
                raise self._bad(name, Text(f"sh:{word} 写在没有路径的形状上", f"sh:{word} stands on a shape without a path"))
        for word in COUNTS:
            if (value := self._one(name, word)) is not None:
                yield Constraint(_component(word), self._number(name, word, value))
        for word in TERMS:
            for value in self._values(name, word):
                if word == "nodeKind" and text(value).removeprefix(SH) not in NODE_KINDS:
                    raise self._bad(name, Text(f"{value} 不是节点种类", f"{value} is not a kind of node"))
                yield Constraint(_component(word), value)
        for word in LISTS:
            if (value := self._one(name, word)) is not None:
                yield Constraint(_component(word), self._list(value))
        for word in SHAPES:
            for value in self._values(name, word):
                yield Constraint(_component(word), None, (value,))
        for word in SHAPE_LISTS:
            for value in self._values(name, word):
                yield Constraint(_component(word), None, self._list(value))
        flags = text(self._one(name, "flags") or '""')
        if set(flags) - set("ismx"):
            raise self._bad(name,
                            Text(f"sh:flags {flags!r} 不在 i、s、m、x 之中",
                                 f"sh:flags {flags!r} are not among i, s, m and x"))
        for value in self._values(name, "pattern"):
            try:
                yield Constraint("Pattern", re.compile(text(value), sum(getattr(re, f.upper()) for f in set(flags))))
            except re.error as error:
                raise self._bad(name,
                                Text(f"模式 {text(value)[:60]!r} 不是正则表达式（{error}）",
                                     f"the pattern {text(value)[:60]!r} is not a regular expression ({error})")) from None
        if self._true(name, "uniqueLang"):
            yield Constraint("UniqueLang")
        if self._true(name, "closed"):
            allowed = {text(p) for p in self._list(self._one(name, "ignoredProperties") or iri(RDF + "nil"))}
            for each in self._values(name, "property"):
                if (at := self._one(each, "path")) and kind(at) == 0:
                    allowed.add(text(at))
            yield Constraint("Closed", tuple(sorted(allowed)))
        yield from self._qualified(name)

    def _qualified(self, name: str) -> Iterator[Constraint]:
        """The sibling shapes go behind the shape itself: a value that conforms to one of them is not counted (§4.7.3)."""
        for value in self._values(name, "qualifiedValueShape"):
            siblings: set[str] = set()
            if self._true(name, "qualifiedValueShapesDisjoint"):
                for said in self.out.values():
                    if name in said.get(SH + "property", ()):
                        for other in said[SH + "property"]:
                            siblings.update(self._values(other, "qualifiedValueShape"))
            shapes = (value, *sorted(siblings - {value}))
            for word in ("qualifiedMinCount", "qualifiedMaxCount"):
                if (count := self._one(name, word)) is not None:
                    yield Constraint(_component(word), self._number(name, word, count), shapes)


NODE_KINDS = {"IRI": (0,), "BlankNode": (1,), "Literal": (2,), "BlankNodeOrIRI": (0, 1), "IRIOrLiteral": (0, 2), "BlankNodeOrLiteral": (1, 2)}


def _component(word: str) -> str:
    return word[0].upper() + word[1:]


def _not_recursive(shapes: dict[str, Shape], where: str) -> None:
    """SHACL leaves shapes that speak of themselves undefined (§3.4.3); two checkers may then differ, so they are refused."""
    state: dict[str, int] = {}
    for start in shapes:
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, done = stack.pop()
            if done:
                state[name] = 2
            elif state.get(name) is None and name in shapes:
                state[name] = 1
                stack.append((name, True))
                for constraint in shapes[name].constraints:
                    for other in constraint.shapes:
                        if state.get(other) == 1:
                            raise Problem("recursive_shapes",
                                          Text("形状说到了自己，SHACL 对此没有定义",
                                               "a shape speaks of itself, which SHACL leaves undefined"),
                                          where=f"{where}, {other}", remedy=Text("请断开循环。", "Break the circle."))
                        stack.append((other, False))
