"""Shapes against columns: each constraint one array operation over all its focus nodes and their values at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from jingwei.engines.shapes.columns import BLANK, RDF, Columns, Ids, Mask, text
from jingwei.engines.shapes.literals import order, well_formed
from jingwei.engines.shapes.model import SH, Constraint, Finding, Path, Shape, Shapes
from jingwei.engines.shapes.reading import NODE_KINDS

SUBCLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
_EMPTY = np.empty(0, np.int64)

Pairs = tuple[Ids, Ids]
"""Focus nodes and their values, or those of them at fault; as many of the one as of the other, -1 for no single value."""


def check(columns: Columns, shapes: Shapes) -> list[Finding]:
    """Everything in the graph that does not hold, in order, each once (SHACL §3.4: results of every targeted shape)."""
    return sorted(set(_Check(columns, shapes).findings()))


class _Check:
    """One run; what it works out of the graph is kept for its length."""

    def __init__(self, columns: Columns, shapes: Shapes) -> None:
        self.columns, self.shapes = columns, shapes.shapes
        named = {term for s in self.shapes.values() if not s.deactivated for term in s.targets.nodes} - columns.ids.keys()
        self.terms = columns.terms + tuple(sorted(named))  # a node may be aimed at and not occur
        self.ids = {**columns.ids, **{t: len(columns.terms) + i for i, t in enumerate(sorted(named))}} if named else columns.ids
        self.size = len(self.terms)
        more = len(named)
        self.kinds = np.concatenate((columns.kinds, np.fromiter(("<_\"".index(t[0]) for t in sorted(named)), np.int8, more)))
        self.datatypes = np.concatenate((columns.datatypes, np.full(more, -1, np.int32)))
        self.languages = np.concatenate((columns.languages, np.full(more, -1, np.int32)))
        self.position = np.zeros(self.size, np.int64)
        self.instances: dict[str, Mask] = {}

    def findings(self) -> Iterator[Finding]:
        for shape in self.shapes.values():
            if shape.targets and not shape.deactivated and len(focus := self.focus(shape)):
                yield from self.report(shape, focus)

    # Nodes and values

    def focus(self, shape: Shape) -> Ids:
        """The targets of a shape, ascending, each once (SHACL §2.1.3)."""
        found = [np.array([self.ids[t] for t in shape.targets.nodes], np.int64)]
        found += [np.flatnonzero(self.of_class(c)) for c in shape.targets.classes]
        found += [self.columns.of_predicate(text(p)).subjects for p in shape.targets.subjects_of]
        found += [self.columns.of_predicate(text(p)).objects for p in shape.targets.objects_of]
        return np.unique(np.concatenate(found))

    def of_class(self, term: str) -> Mask:
        """SHACL instances: nodes with a type that is the class or below it in the data (§1.1)."""
        if term not in self.instances:
            below, waiting = set[int](), [self.ids.get(term, -1)]
            sub = self.columns.of_predicate(SUBCLASS)
            while waiting:
                if (one := waiting.pop()) not in below:
                    below.add(one)
                    waiting += sub.subjects[sub.objects == one].tolist() if len(sub.subjects) else []
            types = self.columns.of_predicate(RDF + "type")
            mask = np.zeros(self.size, np.bool_)
            for one in below:
                mask[types.subjects[types.objects == one]] = True
            self.instances[term] = mask
        return self.instances[term]

    def mask(self, nodes: Ids) -> Mask:
        mask = np.zeros(self.size, np.bool_)
        mask[nodes] = True
        return mask

    def values(self, path: Path, focus: Ids) -> Pairs:
        """(focus node, value) for each focus node and each distinct value, ascending (SHACL §2.3.1)."""
        if path.kind == "predicate":
            slice_ = self.columns.of_predicate(path.address)
            keep = self.mask(focus)[slice_.subjects]
            return slice_.subjects[keep], slice_.objects[keep]
        if path.kind == "inverse":
            inner = path.parts[0]
            if inner.kind != "predicate":
                return self.values(_turned(inner), focus)
            slice_ = self.columns.of_predicate(inner.address)
            keep = self.mask(focus)[slice_.objects]
            return self.once(slice_.objects[keep], slice_.subjects[keep])
        if path.kind == "sequence":
            f, v = focus, focus
            for part in path.parts:
                f, v = self.once(*_join((f, v), self.values(part, np.unique(v))))
            return f, v
        if path.kind == "alternative":
            found = [self.values(part, focus) for part in path.parts]
            return self.once(np.concatenate([f for f, _ in found]), np.concatenate([v for _, v in found]))
        f, v = self.once(*self.values(path.parts[0], focus))
        if path.kind != "zero_or_one":
            edge = (f, v)
            while len(edge[0]):
                edge = self.once(*_join(edge, self.values(path.parts[0], np.unique(edge[1]))))
                fresh = ~np.isin(edge[0] * self.size + edge[1], f * self.size + v)
                edge = (edge[0][fresh], edge[1][fresh])
                f, v = np.concatenate((f, edge[0])), np.concatenate((v, edge[1]))
        return self.once(f, v) if path.kind == "one_or_more" else self.once(np.concatenate((f, focus)), np.concatenate((v, focus)))

    def once(self, f: Ids, v: Ids) -> Pairs:
        both = np.unique(f * self.size + v)
        return both // self.size, both % self.size

    def pairs(self, shape: Shape, focus: Ids) -> Pairs:
        return self.values(shape.path, focus) if shape.path else (focus, focus)

    # Results and conformance

    def report(self, shape: Shape, focus: Ids) -> Iterator[Finding]:
        """The results of validating the focus nodes against one shape; those of its property shapes are its own too."""
        if shape.deactivated:
            return
        f, v = self.pairs(shape, focus)
        for constraint in shape.constraints:
            if constraint.component == "Property":
                if len(v):
                    yield from self.report(self.shapes[constraint.shapes[0]], np.unique(v) if shape.path else v)
                continue
            if constraint.component == "Closed":
                for address, subjects, objects in self.closed(constraint, v):
                    back_f, back_v = _join((f, v), (subjects, objects)) if shape.path else (subjects, objects)
                    yield from self.tell(shape, constraint, (back_f, back_v), f"<{address}>")
                continue
            bad = self.faults(constraint, focus, f, v)
            if len(bad[0]):
                yield from self.tell(shape, constraint, bad, str(shape.path) if shape.path else "")

    def tell(self, shape: Shape, constraint: Constraint, bad: Pairs, path: str) -> Iterator[Finding]:
        for f, v in zip(bad[0].tolist(), bad[1].tolist(), strict=True):
            yield Finding(self.terms[f], path, constraint.component, self.terms[v] if v >= 0 else "", shape.severity, shape.message)

    def failing(self, name: str, nodes: Ids) -> Mask:
        """(terms,) which of the nodes do not conform to a shape (SHACL §3.4.2)."""
        shape, bad = self.shapes[name], np.zeros(self.size, np.bool_)
        if shape.deactivated or not len(nodes):
            return bad
        f, v = self.pairs(shape, nodes)
        for constraint in shape.constraints:
            if constraint.component == "Property":
                bad[f[self.failing(constraint.shapes[0], np.unique(v) if shape.path else v)[v]]] = True
            elif constraint.component == "Closed":
                open_ = self.mask(np.concatenate([_EMPTY, *(s for _, s, _ in self.closed(constraint, v))]))
                bad[f[open_[v]]] = True
            else:
                bad[self.faults(constraint, nodes, f, v)[0]] = True
        return bad

    def closed(self, constraint: Constraint, values: Ids) -> Iterator[tuple[str, Ids, Ids]]:
        """Per predicate that is not allowed: address, subjects among the values, objects (SHACL §4.8.1)."""
        wanted = self.mask(values)
        allowed = set(constraint.value) if isinstance(constraint.value, tuple) else set()
        for number, slice_ in self.columns.by_predicate.items():
            if (address := text(self.terms[number])) not in allowed and (keep := wanted[slice_.subjects]).any():
                yield address, slice_.subjects[keep], slice_.objects[keep]

    def faults(self, constraint: Constraint, focus: Ids, f: Ids, v: Ids) -> Pairs:
        """Where one constraint does not hold: of a whole focus node (value -1), or of single values (SHACL §4)."""
        if whole := _WHOLE.get(constraint.component):
            bad = whole(self, constraint, focus, f, v)
            return bad, np.full(len(bad), -1, np.int64)
        if paired := _PAIRED.get(constraint.component):
            return paired(self, constraint, focus, f, v)
        single = _SINGLE[constraint.component](self, constraint, v)
        return f[single], v[single]

    def each(self, v: Ids, holds: Callable[[str], bool]) -> Mask:
        """(values,) where a test of single terms fails; each distinct term is looked at once."""
        distinct, back = np.unique(v, return_inverse=True)
        return np.fromiter((not holds(self.terms[t]) for t in distinct.tolist()), np.bool_, len(distinct))[back]

    def counts(self, focus: Ids, f: Ids) -> Ids:
        """(focus,) how many pairs begin with each focus node."""
        self.position[focus] = np.arange(len(focus))
        return np.bincount(self.position[f], minlength=len(focus))


def _turned(path: Path) -> Path:
    """The inverse of a path, pushed down to its predicates."""
    if path.kind == "predicate":
        return Path("inverse", parts=(path,))
    if path.kind == "inverse":
        return path.parts[0]
    parts = tuple(_turned(p) for p in path.parts)
    return Path(path.kind, parts=parts[::-1] if path.kind == "sequence" else parts)


def _join(a: Pairs, b: Pairs) -> Pairs:
    """(x, z) for every (x, y) of ``a`` and (y, z) of ``b``; ``b`` ascends."""
    left, right = np.searchsorted(b[0], a[1], "left"), np.searchsorted(b[0], a[1], "right")
    many = right - left
    starts = np.repeat(left - np.concatenate(([0], np.cumsum(many)[:-1])) if len(many) else left, many)
    return np.repeat(a[0], many), b[1][starts + np.arange(len(starts))]


def _count(c: Constraint) -> int:
    return c.value if isinstance(c.value, int) else 0


# Constraints on a focus node as a whole: the focus nodes at fault


def _min_count(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Ids:  # noqa: ARG001
    return focus[run.counts(focus, f) < _count(c)]


def _max_count(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Ids:  # noqa: ARG001
    return focus[run.counts(focus, f) > _count(c)]


def _has_value(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Ids:
    return focus[~run.mask(f[v == run.ids.get(str(c.value), -1)])[focus]]


def _unique_language(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Ids:  # noqa: ARG001
    tagged = run.languages[v] >= 0
    both, many = np.unique(f[tagged] * run.size + run.languages[v[tagged]], return_counts=True)
    return np.unique(both[many > 1] // run.size)


def _qualified(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Ids:
    nodes = np.unique(v)
    counted = ~run.failing(c.shapes[0], nodes)
    for sibling in c.shapes[1:]:
        counted &= run.failing(sibling, nodes)
    many = run.counts(focus, f[counted[v]])
    return focus[many < _count(c)] if c.component == "QualifiedMinCount" else focus[many > _count(c)]


# Constraints between the values and those of another property: the pairs at fault


def _equals(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Pairs:
    of, ow = run.values(Path("predicate", text(str(c.value))), focus)
    mine, other = f * run.size + v, of * run.size + ow
    odd = np.setxor1d(mine, other)
    return odd // run.size, odd % run.size


def _disjoint(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Pairs:
    of, ow = run.values(Path("predicate", text(str(c.value))), focus)
    both = np.intersect1d(f * run.size + v, of * run.size + ow)
    return both // run.size, both % run.size


def _less_than(run: _Check, c: Constraint, focus: Ids, f: Ids, v: Ids) -> Pairs:
    other = run.values(Path("predicate", text(str(c.value))), focus)
    at, w = _join((np.arange(len(f)), f), other)
    bad = np.fromiter((not _ordered(run.terms[a], run.terms[b], c.component) for a, b in zip(v[at].tolist(), w.tolist(), strict=True)),
                      np.bool_, len(w))
    return run.once(f[at][bad], v[at][bad])


def _ordered(a: str, b: str, how: str) -> bool:
    """Whether two literals have an order and it is the one asked for; what cannot be compared is at fault."""
    one, two = (order(t) if t.startswith('"') else None for t in (a, b))
    if one is None or two is None or one[0] != two[0]:
        return False
    x: Any = one[1]
    y: Any = two[1]
    return bool(x < y or (how in ("LessThanOrEquals", "MinInclusive", "MaxInclusive") and x == y))


# Constraints on single values: (values,) which are at fault


def _class(run: _Check, c: Constraint, v: Ids) -> Mask:
    bad: Mask = ~run.of_class(str(c.value))[v]
    return bad


def _datatype(run: _Check, c: Constraint, v: Ids) -> Mask:
    wanted = text(str(c.value))
    place = run.columns.datatype_names.index(wanted) if wanted in run.columns.datatype_names else -2
    good = run.datatypes[v] == place
    bad: Mask = ~good
    bad[good] = run.each(v[good], lambda term: well_formed(text(term), wanted))
    return bad


def _node_kind(run: _Check, c: Constraint, v: Ids) -> Mask:
    allowed = np.zeros(3, np.bool_)
    allowed[list(NODE_KINDS[text(str(c.value)).removeprefix(SH)])] = True
    bad: Mask = ~allowed[run.kinds[v]]
    return bad


def _range(run: _Check, c: Constraint, v: Ids) -> Mask:
    limit = str(c.value)
    low = c.component.startswith("Min")
    return run.each(v, lambda term: _ordered(limit, term, c.component) if low else _ordered(term, limit, c.component))


def _length(run: _Check, c: Constraint, v: Ids) -> Mask:
    most = c.component == "MaxLength"
    limit: Any = c.value
    return _blank_or(run, v, lambda term: len(text(term)) <= limit if most else len(text(term)) >= limit)


def _pattern(run: _Check, c: Constraint, v: Ids) -> Mask:
    pattern: Any = c.value
    return _blank_or(run, v, lambda term: pattern.search(text(term)) is not None)


def _blank_or(run: _Check, v: Ids, holds: Callable[[str], bool]) -> Mask:
    """A blank node has no text that could be long enough or fit (§4.4)."""
    bad: Mask = (run.kinds[v] == BLANK) | run.each(v, holds)
    return bad


def _language_in(run: _Check, c: Constraint, v: Ids) -> Mask:
    """Basic filtering of RFC 4647 §3.3.1."""
    ranges = [text(t).lower() for t in c.value] if isinstance(c.value, tuple) else []
    fits = np.array([any(tag == r or tag.startswith(r + "-") or r == "*" for r in ranges) for tag in run.columns.language_names] + [False])
    bad: Mask = ~fits[run.languages[v]]  # -1, no tag, falls on the False at the end
    return bad


def _in(run: _Check, c: Constraint, v: Ids) -> Mask:
    allowed = [run.ids[t] for t in c.value if t in run.ids] if isinstance(c.value, tuple) else []
    bad: Mask = ~run.mask(np.array(allowed, np.int64))[v]
    return bad


def _logic(run: _Check, c: Constraint, v: Ids) -> Mask:
    nodes = np.unique(v)
    fails = np.array([run.failing(name, nodes)[v] for name in c.shapes], np.bool_).reshape(len(c.shapes), len(v))
    held: Ids = (~fails).sum(axis=0)
    bad: Mask = (held > 0 if c.component == "Not" else held < 1 if c.component == "Or" else held != 1 if c.component == "Xone"
                 else held < len(c.shapes))
    return bad


_WHOLE: dict[str, Callable[[_Check, Constraint, Ids, Ids, Ids], Ids]] = {
    "MinCount": _min_count, "MaxCount": _max_count, "HasValue": _has_value, "UniqueLang": _unique_language,
    "QualifiedMinCount": _qualified, "QualifiedMaxCount": _qualified}
_PAIRED: dict[str, Callable[[_Check, Constraint, Ids, Ids, Ids], Pairs]] = {
    "Equals": _equals, "Disjoint": _disjoint, "LessThan": _less_than, "LessThanOrEquals": _less_than}
_SINGLE: dict[str, Callable[[_Check, Constraint, Ids], Mask]] = {
    "Class": _class, "Datatype": _datatype, "NodeKind": _node_kind, "MinInclusive": _range, "MinExclusive": _range,
    "MaxInclusive": _range, "MaxExclusive": _range, "MinLength": _length, "MaxLength": _length, "Pattern": _pattern,
    "LanguageIn": _language_in, "In": _in, "Node": _logic, "And": _logic, "Or": _logic, "Xone": _logic, "Not": _logic}
