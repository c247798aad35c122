"""What goes out in a standard's form comes back as it was; what no field holds comes along."""

from __future__ import annotations

import json
import logging

import pyoxigraph as ox
import pytest
from drawn_records import RECORD
from hypothesis import given, settings
from rdflib import DCAT, DCTERMS, Graph

from jingwei.foundations.data.catalogue import dcat, dcat_reading
from jingwei.foundations.data.catalogue.croissant import croissant
from jingwei.foundations.data.catalogue.model import Record, Resource, Term, Word
from jingwei.kernel.problems import Unreadable

FORMS = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}


def back(content: bytes, form: ox.RdfFormat) -> list[Record]:
    reader = dcat_reading.Reader(dcat_reading.read(content, form, "test"))
    return [reader.record(at, at[1:-1]) for at in reader.datasets()]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(record=RECORD)
def test_a_record_goes_through_dcat_and_loses_nothing(form, record):
    content = dcat.serialise(dcat.Writer().catalogue([record]), form)
    assert back(content, FORMS[form]) == [record]


@settings(max_examples=40)
@given(record=RECORD)
def test_a_record_goes_through_croissant_and_loses_nothing(record):
    assert back(croissant([record]), ox.RdfFormat.JSON_LD) == [record]


def test_what_no_field_holds_of_a_foreign_graph_comes_out_again():
    foreign = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix x: <urn:x:> .
    @prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <urn:d> a dcat:Dataset, x:Special ; dct:title "T"@en, "T"@en-GB ; x:odd 5, [ x:deep [ x:deeper "down" ] ] ; dct:modified "2024-01-01", "2025-01-01" ;
      dcat:contactPoint [ a vcard:Organization ; vcard:fn "Desk" ; vcard:hasAddress [ vcard:locality "City" ] ] ;
      dct:publisher <urn:p> ; dct:spatial [ dcat:bbox "POLYGON" ] ; dcat:distribution [ a dcat:Distribution ; dcat:accessURL <urn:f> ; x:more "m" ] .
    <urn:p> a foaf:Agent ; foaf:name "P" ; foaf:name "Q"@fr ; x:founded "1900" .
    """
    (record,) = back(foreign, ox.RdfFormat.TURTLE)
    again = dcat.serialise(dcat.Writer().record(record), "turtle")
    after = Graph().parse(data=again, format="turtle")
    for word in ("down", "City", "POLYGON", "m", "1900", "Q", "2024-01-01", "2025-01-01", "5"):
        assert any(str(o) == word for o in after.objects()), word
    paths = "SELECT ?x WHERE { <urn:d> <urn:x:odd>/<urn:x:deep>/<urn:x:deeper> ?x }"
    assert [str(x[0]) for x in after.query(paths)] == ["down"]
    where = "SELECT ?x WHERE { <urn:d> dcat:contactPoint/<http://www.w3.org/2006/vcard/ns#hasAddress>/<http://www.w3.org/2006/vcard/ns#locality> ?x }"
    assert [str(x[0]) for x in after.query(where)] == ["City"]
    assert [str(x[0]) for x in after.query("SELECT ?x WHERE { <urn:d> dcat:distribution/<urn:x:more> ?x }")] == ["m"]


def test_blank_nodes_of_two_documents_never_become_one():
    said = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <urn:%s> a dcat:Dataset ; dct:title "T" ; <urn:x:odd> _:same . _:same <urn:x:says> "%s" ."""
    records = [r for name in "ab" for r in back((said % (name, name)).encode(), ox.RdfFormat.TURTLE)]
    graph = Graph().parse(data=dcat.serialise(dcat.Writer().catalogue(records), "turtle"), format="turtle")
    assert sorted(tuple(map(str, x)) for x in graph.query("SELECT ?d ?s WHERE { ?d <urn:x:odd>/<urn:x:says> ?s }")) == [("urn:a", "a"), ("urn:b", "b")]
    assert records[0] == back((said % ("a", "a")).encode(), ox.RdfFormat.TURTLE)[0], "read again it is the same, whatever labels were drawn"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")
def test_another_reader_finds_the_datasets_and_their_titles():
    records = [Record(f"urn:d:{i}", title=(Word(f"第 {i} 号", "zh"),), resources=(Resource(f"urn:d:{i}#r", access_url=(Term("", "https://a.example/"),)),))
               for i in range(3)]
    for form, name in (("turtle", "turtle"), ("jsonld", "json-ld")):
        graph = Graph().parse(data=dcat.serialise(dcat.Writer().catalogue(records), form), format=name)
        assert {str(o) for o in graph.objects(None, DCAT.dataset)} == {r.address for r in records}
        assert {str(t) for r in records for t in graph.objects(graph.resource(r.address).identifier, DCTERMS.title)} == {f"第 {i} 号" for i in range(3)}


@pytest.mark.oracle("catalogue export")
@pytest.mark.filterwarnings("ignore")
def test_croissants_own_library_takes_what_is_written(tmp_path):
    import mlcroissant

    from jingwei.foundations.data.catalogue.model import Item

    logging.disable(logging.WARNING)
    record = Record("https://a.example/d", title=(Word("wells"),), description=(Word("Depth of wells."),), license=Term("", "https://spdx.org/licenses/CC0-1.0"),
                    landing_page=(Term("", "https://a.example/page"),), issued="2024-01-01", version="1.0.0", items=(Item("depth", "sc:Float", "metres"), Item("名称", "字符型")),
                    resources=(Resource("https://a.example/d#f", title=(Word("wells.csv"),), download_url=(Term("", "https://a.example/wells.csv"),),
                                        media_type=Term("text/csv"), sha256="ab" * 32),), grade="一般数据")
    path = tmp_path / "c.json"
    path.write_bytes(croissant([record]))
    metadata = mlcroissant.Dataset(jsonld=path).metadata
    logging.disable(logging.NOTSET)
    assert (metadata.name, metadata.description) == ("wells", "Depth of wells.")
    assert [d.content_url for d in metadata.distribution] == ["https://a.example/wells.csv"]
    assert [f.name for r in metadata.record_sets for f in r.fields] == ["depth", "名称"]


@pytest.mark.parametrize("context", ['"https://evil.example/context.jsonld"', '["https://evil.example/a", {"title": "http://purl.org/dc/terms/title"}]',
                                     '{"@import": "https://evil.example/context.jsonld"}', '"file:///etc/passwd"'])
def test_a_context_elsewhere_is_never_fetched_and_the_document_refused(context):
    with pytest.raises(Unreadable, match=r"remote|load|fetch|import|[Cc]ontext"):
        dcat_reading.read(f'{{"@context": {context}, "@id": "urn:d", "title": "T"}}'.encode(), ox.RdfFormat.JSON_LD, "d.jsonld")


def test_croissant_in_compact_form_is_json_with_croissants_words():
    told = json.loads(croissant([Record("urn:d", title=(Word("T"),), resources=(Resource("urn:d#f", title=(Word("F"),)),))]))
    assert (told["@type"], told["name"]["@value"], told["distribution"]["@type"]) == ("sc:Dataset", "T", "cr:FileObject")
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.1"
