"""Every constraint component, target and path of SHACL Core, on graphs nobody chose, beside pyshacl."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from beside_pyshacl import graph_of, judged, keys
from rdflib import Graph

from jingwei.engines.shapes.check import check
from jingwei.engines.shapes.columns import RDF, XSD, Columns, Triple, iri, literal
from jingwei.engines.shapes.literals import well_formed
from jingwei.engines.shapes.reading import CORE, read
from jingwei.kernel.problems import Problem, Unreadable

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <urn:t:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
NODE = ":S a sh:NodeShape ; sh:targetClass :A ; "
OF = ":N a sh:NodeShape ; sh:class :B . :M a sh:NodeShape ; sh:nodeKind sh:IRI . :L a sh:NodeShape ; sh:datatype xsd:integer . "

SHAPES = {
    "targets": OF + ":S sh:targetNode :n1, :nowhere, 5 ; sh:targetSubjectsOf :p ; sh:targetObjectsOf :q ; sh:node :M .",
    "implicit class": ":A a rdfs:Class, sh:NodeShape ; sh:property [ sh:path :p ; sh:minCount 1 ] .",
    "minCount, maxCount": NODE + "sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 1 ] .",
    "class": NODE + "sh:property [ sh:path :p ; sh:class :A, :B ] .",
    "datatype": NODE + "sh:property [ sh:path :p ; sh:datatype xsd:integer ], [ sh:path :q ; sh:datatype xsd:date ], "
                       "[ sh:path :r ; sh:datatype rdf:langString ], [ sh:path :s ; sh:datatype xsd:string ] .",
    "nodeKind": NODE + "sh:nodeKind sh:IRI ; sh:property [ sh:path :p ; sh:nodeKind sh:BlankNodeOrIRI ], "
                       "[ sh:path :q ; sh:nodeKind sh:Literal ], [ sh:path :r ; sh:nodeKind sh:IRIOrLiteral ] .",
    "range": NODE + "sh:property [ sh:path :p ; sh:minInclusive 2 ; sh:maxExclusive 5 ], [ sh:path :q ; sh:minExclusive 2 ; sh:maxInclusive 4.0 ] .",
    "range of dates": NODE + 'sh:property [ sh:path :q ; sh:minInclusive "2021-03-01"^^xsd:date ] .',
    "lengths": NODE + "sh:minLength 6 ; sh:property [ sh:path :p ; sh:minLength 2 ; sh:maxLength 4 ] .",
    "pattern": NODE + 'sh:property [ sh:path :p ; sh:pattern "^X|n[12]$" ; sh:flags "i" ] .',
    "languageIn": NODE + 'sh:property [ sh:path :r ; sh:languageIn ( "en" "zh" ) ] .',
    "uniqueLang": NODE + "sh:property [ sh:path :r ; sh:uniqueLang true ] .",
    "equals": NODE + "sh:property [ sh:path :p ; sh:equals :q ] .",
    "disjoint": NODE + "sh:disjoint :q ; sh:property [ sh:path :p ; sh:disjoint :q ] .",
    "lessThan": NODE + "sh:property [ sh:path :p ; sh:lessThan :q ], [ sh:path :q ; sh:lessThanOrEquals :s ] .",
    "not": OF + NODE + "sh:not :N ; sh:property [ sh:path :p ; sh:not :M ] .",
    "and": OF + NODE + "sh:property [ sh:path :p ; sh:and ( :N :M ) ] .",
    "or": OF + NODE + "sh:property [ sh:path :p ; sh:or ( :N :L [ sh:datatype xsd:string ] ) ] .",
    "xone": OF + NODE + "sh:property [ sh:path :p ; sh:xone ( :N :M :L ) ] .",
    "node": OF + ":D a sh:NodeShape ; sh:property [ sh:path :q ; sh:minCount 1 ; sh:node :N ] . " + NODE + "sh:property [ sh:path :p ; sh:node :D ] .",
    "property in property": NODE + "sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ] .",
    "qualifiedValueShape": OF + NODE + "sh:property [ sh:path :p ; sh:qualifiedValueShape :N ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] .",
    "siblings": OF + NODE + "sh:property [ sh:path :p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape :N ; sh:qualifiedMinCount 1 ], "
                            "[ sh:path :p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape :M ; sh:qualifiedMaxCount 1 ] .",
    "closed": NODE + "sh:closed true ; sh:ignoredProperties ( rdf:type :r ) ; sh:property [ sh:path :p ] .",
    "hasValue": NODE + "sh:property [ sh:path :p ; sh:hasValue :n1 ], [ sh:path :q ; sh:hasValue 3 ] .",
    "in": NODE + 'sh:property [ sh:path :p ; sh:in ( :n1 :n2 3 "x" ) ] .',
    "inverse": NODE + "sh:property [ sh:path [ sh:inversePath :p ] ; sh:minCount 1 ; sh:nodeKind sh:IRI ] .",
    "sequence": NODE + "sh:property [ sh:path ( :p :q ) ; sh:maxCount 1 ; sh:class :B ] .",
    "inverse of a sequence": NODE + "sh:property [ sh:path ( [ sh:inversePath :p ] :q ) ; sh:minCount 1 ] .",
    "alternative": NODE + "sh:property [ sh:path [ sh:alternativePath ( :p :q ) ] ; sh:maxCount 2 ; sh:class :B ] .",
    "zero or more": NODE + "sh:property [ sh:path [ sh:zeroOrMorePath :p ] ; sh:maxCount 3 ; sh:nodeKind sh:IRI ] .",
    "one or more": NODE + "sh:property [ sh:path [ sh:oneOrMorePath :p ] ; sh:minCount 2 ; sh:class :A ] .",
    "zero or one": NODE + "sh:property [ sh:path [ sh:zeroOrOnePath :p ] ; sh:maxCount 1 ] .",
    "deactivated": NODE + "sh:property [ sh:path :p ; sh:minCount 1 ; sh:deactivated true ], [ sh:path :q ; sh:minCount 1 ; sh:severity sh:Warning ] .",
}
VALUES = [iri(f"urn:t:n{i}") for i in range(6)] + ["_:b1", "_:b2"] + [
    *(literal(str(i), XSD + "integer") for i in range(1, 6)), literal("3.5", XSD + "decimal"), literal("x", XSD + "integer"),
    literal("x"), literal("n1"), literal("xyzzy"), literal("您好", language="zh"), literal("hello", language="en"), literal("hi", language="en-GB"),
    literal("moin", language="de"), literal("hey", language="en"), literal("2021-03-01", XSD + "date"), literal("2020-12-31", XSD + "date"),
    literal("2021-02-30", XSD + "date")]


TAGGED = [v for v in VALUES if "@" in v]
UNORDERED = ("_:b1", literal("x", XSD + "integer"), literal("2021-02-30", XSD + "date"), literal("3"), literal("2021-03-01", XSD + "date"))
"""What has no place between two numbers. rdflib, and pyshacl with it, orders literals of any two types; SPARQL does not."""

NUMBERS = {v for v in VALUES if v.endswith(("integer", "decimal")) and v not in UNORDERED}
DATES = {v for v in VALUES if v.endswith("date") and v not in UNORDERED[:3]}
ORDERED = {"range": NUMBERS, "range of dates": DATES, "lessThan": NUMBERS}


def drawn(seed: int, only: Iterable[str] = VALUES) -> list[Triple]:
    """A little graph of everything, by lot."""
    lot = random.Random(seed)
    values = {**dict.fromkeys("pqs", sorted(only)), "r": VALUES + 4 * TAGGED}
    nodes = VALUES[:8]
    found: list[Triple] = [(iri("urn:t:C"), iri("http://www.w3.org/2000/01/rdf-schema#subClassOf"), iri("urn:t:A"))]
    for each in nodes:
        found += [(each, iri(RDF + "type"), iri(f"urn:t:{kind}")) for kind in lot.sample("ABC", lot.randrange(3))]
        for name in "pqrs":
            found += [(each, iri(f"urn:t:{name}"), lot.choice(values[name])) for _ in range(lot.choice((0, 0, 1, 1, 2, 3)))]
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_a_component_finds_on_drawn_graphs_what_pyshacl_finds(name):
    written = HEAD + SHAPES[name]
    shapes, other, found = read(written.encode()), Graph().parse(data=written, format="turtle"), 0
    for seed in range(25):
        graph = drawn(seed, ORDERED.get(name, VALUES))
        mine = keys(check(Columns.of(graph), shapes))
        assert mine == judged(graph_of(graph), other), f"seed {seed}"
        found += len(mine)
    assert found, "a shape that finds nothing anywhere shows nothing"


@pytest.mark.parametrize("value", UNORDERED)
def test_what_has_no_order_is_within_no_range(value):
    shapes = read((HEAD + NODE + "sh:property [ sh:path :p ; sh:maxInclusive 9 ], [ sh:path :p ; sh:minInclusive 0 ] .").encode())
    found = check(Columns.of([("_:a", iri(RDF + "type"), iri("urn:t:A")), ("_:a", iri("urn:t:p"), value)]), shapes)
    assert [f.component for f in found] == ["MaxInclusive", "MinInclusive"]


def test_every_component_of_core_is_among_those_compared():
    used = {c for written in SHAPES.values() for c in read((HEAD + written).encode()).components}
    parameters = {"qualifiedMinCount", "qualifiedMaxCount"} | set(CORE) - {"qualifiedValueShape"}
    assert used == {p[0].upper() + p[1:] for p in parameters}


@pytest.mark.parametrize(("written", "code", "said"), [
    (NODE + 'sh:sparql [ sh:select "SELECT $this WHERE { }" ] .', "beyond_core", "sh:s"),
    (":S a sh:NodeShape ; sh:targetClass :A ; sh:js [ ] .", "beyond_core", "sh:js"),
    (":S a sh:NodeShape ; sh:targetClass :A ; sh:minCount 1 .", "bad_shape", "without a path"),
    (NODE + "sh:property [ sh:path :p ; sh:minCount 1, 2 ] .", "bad_shape", "2 times"),
    (NODE + "sh:property [ sh:path :p ; sh:minCount -1 ] .", "bad_shape", "not a count"),
    (NODE + 'sh:property [ sh:path :p ; sh:pattern "(" ] .', "bad_shape", "regular expression"),
    (NODE + "sh:property [ sh:path :p ; sh:node :S ] .", "recursive_shapes", "undefined"),
    (NODE + "sh:property [ sh:path [ ] ; sh:minCount 1 ] .", "bad_shape", "not a path"),
    (NODE + "sh:property [ sh:path :p ; sh:in :n1 ] .", "bad_shape", "list"),
])
def test_what_cannot_be_carried_out_is_refused_by_name(written, code, said):
    with pytest.raises(Problem, match=said) as raised:
        read((HEAD + written).encode())
    assert raised.value.code == code


def test_a_file_that_is_not_turtle_is_refused_with_its_line():
    with pytest.raises(Unreadable, match="line 2"):
        read(b"@prefix a: <urn:a:> .\na:b a:c ")


def test_a_word_in_the_namespace_that_shacl_does_not_have_is_remarked_on():
    shapes = read((HEAD + NODE + "sh:property [ sh:path :p ; sh:shape :N ; sh:minCount 1 ] .").encode())
    assert shapes.remarks == ("sh:shape (1×)",)


@pytest.mark.parametrize(("lexical", "datatype", "good"), [
    ("2024-02-29", "date", True), ("2023-02-29", "date", False), ("2024-2-9", "date", False), ("2024", "gYear", True), ("24", "gYear", False),
    ("2024-13", "gYearMonth", False), ("P1Y2M3DT4H", "duration", True), ("P", "duration", False), ("P1DT", "duration", False), ("0", "nonNegativeInteger", True),
    ("-1", "nonNegativeInteger", False), ("1e3", "decimal", False), ("1e3", "double", True), ("abc", "hexBinary", False), ("ab", "hexBinary", True),
    ("2024-01-01T00:00:00", "dateTime", True), ("2024-01-01", "dateTime", False), ("２０２４", "gYear", False), ("yes", "boolean", False)])
def test_a_literal_is_well_formed_as_xml_schema_has_it(lexical, datatype, good):
    assert well_formed(lexical, XSD + datatype) is good


def test_a_triple_given_twice_counts_once():
    triple = (iri("urn:t:a"), iri(RDF + "type"), iri("urn:t:A"))
    assert len(Columns.of([triple, triple])) == 1
    assert len(Columns.of([])) == 0
    assert check(Columns.of([]), read((HEAD + SHAPES["minCount, maxCount"]).encode())) == []
