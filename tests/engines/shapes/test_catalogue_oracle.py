"""A real catalogue and 200 mutations of it under DCAT-AP 3.0.1's own shapes: pyshacl and the columns find the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from beside_pyshacl import graph_of, judged, keys
from rdflib import Graph

from jingwei.engines.shapes.check import check
from jingwei.engines.shapes.columns import RDF, XSD, Columns, Triple, iri, literal
from jingwei.engines.shapes.reading import read
from jingwei.foundations.data.catalogue import dcat
from jingwei.foundations.data.catalogue.model import Record
from jingwei.foundations.data.catalogue.sources import listed
from jingwei.foundations.data.catalogue.sources import read as read_records
from jingwei.foundations.data.catalogue.vocabulary import DCAT

CLASSES = ["Dataset", "Distribution", "Catalog", "DataService", "CatalogRecord", "DatasetSeries"]


@pytest.fixture(scope="module")
def records(shared: Path) -> list[Record]:
    documents, _ = listed(str(shared / "oracles/catalogue/opendataphilly"))
    return [r for _, _, r in read_records("philly", documents, {}, {}, lambda _: None).records]


@pytest.fixture(scope="module")
def shapes_file(shared: Path) -> bytes:
    return (shared / "oracles/catalogue/dcat-ap-3.0.1-shapes.ttl").read_bytes()


def triples(records: list[Record]) -> list[Triple]:
    return list(dict.fromkeys(dcat.Writer().catalogue(records)))


@pytest.mark.oracle("catalogue validate")
def test_the_whole_catalogue_is_judged_as_pyshacl_judges_it(records, shapes_file):
    graph = triples(records)
    mine = keys(check(Columns.of(graph), read(shapes_file)))
    assert mine == judged(graph_of(graph), Graph().parse(data=shapes_file, format="turtle"))
    assert len(mine) > 15


def mutated(graph: list[Triple], predicates: list[str], lot: random.Random) -> list[Triple]:
    """Up to twelve things go wrong: lost, doubled, of another kind, of another type, with another value."""
    odd = [literal(""), literal("x", language="en"), literal("-5", XSD + "integer"), literal("not a day", XSD + "date"), literal("2024-02-30", XSD + "date"),
           literal("1.5", XSD + "decimal"), literal("x", XSD + "decimal"), literal("P1D", XSD + "duration"), literal("12", XSD + "nonNegativeInteger"),
           literal("-1", XSD + "nonNegativeInteger"), literal("zz", XSD + "hexBinary"), literal("2024", XSD + "gYear"), "_:odd", iri("urn:odd")]
    subjects = sorted({s for s, _, _ in graph})
    found = list(graph)
    changes: list[Callable[[], None]] = [
        lambda: found.pop(lot.randrange(len(found))) and None,
        lambda: found.append((lot.choice(subjects), iri(lot.choice(predicates)), lot.choice(odd))),
        lambda: found.append((lot.choice(subjects), iri(RDF + "type"), iri(DCAT + lot.choice(CLASSES)))),
        lambda: found.__setitem__((i := lot.randrange(len(found))), (found[i][0], found[i][1], lot.choice(odd))),
        lambda: found.__setitem__((i := lot.randrange(len(found))), (found[i][0], iri(lot.choice(predicates)), found[i][2])),
        lambda: found.append((lot.choice(subjects), iri(DCAT + "inSeries"), lot.choice(subjects)))]
    for _ in range(lot.randrange(1, 13)):
        lot.choice(changes)()
    return found


@pytest.mark.parametrize("part", range(8))
def test_two_hundred_mutations_are_judged_as_pyshacl_judges_them(records, shapes_file, part):
    """Each of six records drawn anew: what pyshacl needs for the whole catalogue, times 200, is no test."""
    shapes, other = read(shapes_file), Graph().parse(data=shapes_file, format="turtle")
    predicates = sorted({s.path.address for s in shapes.shapes.values() if s.path and s.path.kind == "predicate"})
    found = 0
    for seed in range(25 * part, 25 * part + 25):
        lot = random.Random(seed)
        graph = mutated(triples(lot.sample(records, 6)), predicates, lot)
        mine = keys(check(Columns.of(graph), shapes))
        assert mine == judged(graph_of(graph), other), f"mutation {seed}"
        found += len(mine)
    assert found > 25


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_a_mutation_of_the_whole_catalogue_is_judged_as_pyshacl_judges_it(records, shapes_file, seed):
    shapes, lot = read(shapes_file), random.Random(1_000 + seed)
    predicates = sorted({s.path.address for s in shapes.shapes.values() if s.path and s.path.kind == "predicate"})
    graph = triples(records)
    for _ in range(20):
        graph = mutated(graph, predicates, lot)
    assert keys(check(Columns.of(graph), shapes)) == judged(graph_of(graph), Graph().parse(data=shapes_file, format="turtle"))


def test_the_file_uses_eight_components_and_says_one_word_that_shacl_does_not_have(shapes_file):
    shapes = read(shapes_file)
    assert shapes.components == ("Class", "Datatype", "MaxCount", "MinCount", "Node", "NodeKind", "Or", "Property")
    assert shapes.remarks == ("sh:shape (5×)",)
