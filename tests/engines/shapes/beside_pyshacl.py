"""The same graph and shapes given to pyshacl, and its report brought to the form of our findings."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import pyshacl
import rdflib
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef

from jingwei.engines.shapes.columns import STRING, Triple, literal, parts
from jingwei.engines.shapes.model import Finding

Key = tuple[str, str, str]


def node(term: str) -> rdflib.term.Node:
    if term.startswith("<"):
        return URIRef(term[1:-1])
    if term.startswith("_:"):
        return BNode(term[2:])
    lexical, datatype, language = parts(term)
    if language:
        return Literal(lexical, lang=language)
    return Literal(lexical, datatype=None if datatype == STRING else URIRef(datatype), normalize=False)


def graph_of(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for s, p, o in triples:
        graph.add((node(s), node(p), node(o)))
    return graph


def term(value: rdflib.term.Node | None) -> str:
    if value is None:
        return ""
    if isinstance(value, URIRef):
        return f"<{value}>"
    if isinstance(value, BNode):
        return f"_:{value}"
    return literal(str(value), str(value.datatype or ""), value.language or "")


def path(graph: Graph, at: rdflib.term.Node | None) -> str:
    """A path in the report as SPARQL writes it."""
    if at is None:
        return ""
    if isinstance(at, URIRef):
        return f"<{at}>"

    def inner(x: rdflib.term.Node) -> str:
        told = path(graph, x)
        compound = (x, RDF.first, None) in graph or (x, SH.alternativePath, None) in graph
        return f"({told})" if compound else told

    if (at, RDF.first, None) in graph:
        return "/".join(inner(x) for x in graph.items(at))
    for mark, predicate in (("^", SH.inversePath), ("*", SH.zeroOrMorePath), ("+", SH.oneOrMorePath), ("?", SH.zeroOrOnePath)):
        if (found := graph.value(at, predicate)) is not None:
            return mark + inner(found) if mark == "^" else inner(found) + mark
    return "|".join(inner(x) for x in graph.items(graph.value(at, SH.alternativePath)))


def judged(graph: Graph, shapes: Graph) -> set[Key]:
    """(focus node, path, component) of everything pyshacl finds at the top of its report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False)
    assert isinstance(report, Graph)
    return reported(report)


def reported(report: Graph) -> set[Key]:
    """The results at the top of a report."""
    found = set()
    for result in report.objects(None, SH.result):
        component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH)).removesuffix("ConstraintComponent")
        where = report.value(result, SH.resultPath)
        found.add((term(report.value(result, SH.focusNode)), path(report, where), component))
    return found


def keys(findings: Iterable[Finding]) -> set[Key]:
    return {(f.focus, f.path, f.component) for f in findings}
