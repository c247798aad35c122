"""Records as RDF: DCAT-AP 3.0.1 in Turtle and JSON-LD, Croissant 1.1 by the same table with schema.org's words first.

Whatever a field cannot hold stays with the record as N-Triples and goes out again (see ``dcat_reading``), so that nothing is lost by passing through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any
from urllib.parse import quote

import msgspec
import pyoxigraph as ox

from jingwei.engines.shapes.columns import RDF, XSD, Triple, iri, literal, parts
from jingwei.engines.shapes.literals import well_formed
from jingwei.foundations.data.catalogue.model import Agent, Contact, Period, Record, Resource, Term
from jingwei.foundations.data.catalogue.vocabulary import (
    AS_TEXT,
    CLASS,
    CR,
    CROISSANT_DATASET,
    CROISSANT_FILE,
    DATASET,
    DATES,
    DCAT,
    DCT,
    DISTRIBUTION,
    EMBEDDED,
    FOAF,
    MINTED,
    NESTED,
    OURS,
    PREFIXES,
    RDFS,
    SCHEMA,
    SKOS,
    SPDX,
    TYPED,
    Row,
)


def mint(label: str) -> str:
    """The address of a term that was only named."""
    return MINTED + quote(label, safe="")


def is_address(written: str) -> bool:
    """Whether it can stand as an absolute IRI."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+", written) is not None


def _date(written: str) -> str:
    for name, form in DATES:
        if re.fullmatch(form, written) and well_formed(written, XSD + name):
            return literal(written, XSD + name)
    return literal(written)


# Out


class Writer:
    """Triples of records; blank nodes are numbered through."""

    def __init__(self, *, croissant: bool = False) -> None:
        self.croissant, self.fresh = croissant, count()

    def catalogue(self, records: Iterable[Record], title: str = "Jingwei", publisher: str = "Jingwei") -> Iterator[Triple]:
        """A dcat:Catalog over the records, and everything about them."""
        at = iri("urn:jingwei:catalogue")
        agent = iri(mint(publisher))
        yield from ((at, iri(RDF + "type"), iri(DCAT + "Catalog")), (at, iri(DCT + "title"), literal(title)), (at, iri(DCT + "description"), literal(title)),
                    (at, iri(DCT + "publisher"), agent), (agent, iri(RDF + "type"), iri(FOAF + "Agent")), (agent, iri(FOAF + "name"), literal(publisher)))
        for record in records:
            yield at, iri(DCAT + "dataset"), iri(record.address)
            yield from self.record(record)

    def record(self, record: Record) -> Iterator[Triple]:
        at = iri(record.address)
        yield at, iri(RDF + "type"), iri(SCHEMA + "Dataset" if self.croissant else DCAT + "Dataset")
        yield from self._fields(at, record, DATASET, CROISSANT_DATASET)
        for resource in record.resources:
            yield from self._resource(at, resource)
        if record.items:
            yield from self._items(at, record)
        if record.extras:
            yield from self._extras(at, record.extras)

    def _resource(self, at: str, resource: Resource) -> Iterator[Triple]:
        node = iri(resource.address)
        yield at, iri(SCHEMA + "distribution" if self.croissant else DCAT + "distribution"), node
        yield node, iri(RDF + "type"), iri(CR + "FileObject" if self.croissant else DCAT + "Distribution")
        yield from self._fields(node, resource, DISTRIBUTION, CROISSANT_FILE)
        if resource.sha256 and self.croissant:
            yield node, iri(SCHEMA + "sha256"), literal(resource.sha256)
        elif resource.sha256:
            sum_ = self._blank()
            yield from ((node, iri(SPDX + "checksum"), sum_), (sum_, iri(RDF + "type"), iri(SPDX + "Checksum")),
                        (sum_, iri(SPDX + "algorithm"), iri(SPDX + "checksumAlgorithm_sha256")),
                        (sum_, iri(SPDX + "checksumValue"), literal(resource.sha256, XSD + "hexBinary")))
        if resource.extras:
            yield from self._extras(node, resource.extras)

    def _items(self, at: str, record: Record) -> Iterator[Triple]:
        """RDF has no order; a number keeps that of the columns. Croissant wants each to say which file it is a column of."""
        of, file = at, next((iri(r.address) for r in record.resources if r.download_url), "")
        if self.croissant:
            of = iri(at[1:-1] + "#records")
            yield from ((at, iri(CR + "recordSet"), of), (of, iri(RDF + "type"), iri(CR + "RecordSet")), (of, iri(SCHEMA + "name"), literal("records")))
        for place, item in enumerate(record.items):
            node = iri(f"{at[1:-1]}#item{place}") if self.croissant else self._blank()
            yield of, iri(CR + "field" if self.croissant else OURS + "item"), node
            if self.croissant:
                yield node, iri(RDF + "type"), iri(CR + "Field")
            if self.croissant and file:
                source, extract = self._blank(), self._blank()
                yield from ((node, iri(CR + "source"), source), (source, iri(CR + "fileObject"), file), (source, iri(CR + "extract"), extract),
                            (extract, iri(CR + "column"), literal(item.name)))
            yield node, iri(OURS + "place"), literal(str(place), XSD + "integer")
            yield node, iri(SCHEMA + "name" if self.croissant else DCT + "title"), literal(item.name)
            schema = item.kind.startswith("sc:") and is_address(SCHEMA + item.kind[3:])
            if self.croissant:  # its types are schema.org's; what the source wrote stays beside
                yield node, iri(CR + "dataType"), iri(SCHEMA + (item.kind[3:] if schema else "Text"))
            elif schema:
                yield node, iri(OURS + "kind"), literal(item.kind)
            if not schema and (item.kind or self.croissant):
                yield node, iri(OURS + "kind"), literal(item.kind)
            if item.description:
                yield node, iri(SCHEMA + "description" if self.croissant else DCT + "description"), literal(item.description)

    def _extras(self, at: str, extras: Mapping[str, Any]) -> Iterator[Triple]:
        rest = {k: v for k, v in extras.items() if k != "rdf"}
        if "rdf" in extras:
            yield from (tuple(t) for t in extras["rdf"])
        if rest:
            yield at, EMBEDDED, literal(msgspec.json.encode(rest, order="deterministic").decode(), RDF + "JSON")

    def _fields(self, at: str, of: Record | Resource, table: Sequence[Row],  # noqa: PLR0912 (one branch a kind of field)
                spoken: Mapping[str, str]) -> Iterator[Triple]:
        for name, predicate, kind in table:
            if not (value := getattr(of, name)):
                continue
            p = iri(SCHEMA + spoken[name] if self.croissant and name in spoken else predicate)
            if kind == "words":
                for word in value:
                    yield at, p, literal(word.text, language=word.language)
            elif kind == "texts":
                for each in value:
                    yield at, p, literal(each)
            elif kind == "text":
                yield at, p, literal(value)
            elif kind == "date":
                yield at, p, _date(value)
            elif kind in TYPED:
                good = well_formed(value, TYPED[kind])
                yield at, p, literal(value, TYPED[kind] if good else "")
            elif kind in ("term", "terms"):
                for term in (value,) if kind == "term" else value:
                    if self.croissant and name in AS_TEXT and (not term.address or (not term.label and term.address.startswith("http"))):
                        yield at, p, literal(term.address or term.label)
                        continue
                    yield from self._term(at, p, term, CLASS.get(name, ""))
            else:
                for each in (value,) if kind == "agent" else value:
                    yield from self._nested(at, p, each, kind.removesuffix("s"))

    def _term(self, at: str, p: str, term: Term, class_: str) -> Iterator[Triple]:
        node = term.address if term.address.startswith("_:") else iri(term.address or mint(term.label))
        yield at, p, node
        if term.label:
            if class_:
                yield node, iri(RDF + "type"), iri(class_)
            yield node, iri(SKOS + "prefLabel" if class_ == SKOS + "Concept" else RDFS + "label"), literal(term.label)

    def _nested(self, at: str, p: str, one: Agent | Contact | Period, kind: str) -> Iterator[Triple]:
        _, class_, names = NESTED[kind]
        node = one.address if one.address.startswith("_:") else iri(one.address) if one.address else self._blank()
        yield from ((at, p, node), (node, iri(RDF + "type"), iri(class_)))
        for name, predicate in names:
            if value := getattr(one, name):
                yield node, iri(predicate), _date(value) if kind == "period" else _node_or_text(name, value)

    def _blank(self) -> str:
        return f"_:j{next(self.fresh)}"


def _node_or_text(name: str, value: str) -> str:
    """Mail, telephone and pages are IRIs where they can be."""
    scheme = {"email": "mailto:", "phone": "tel:"}.get(name, "")
    if name == "name" or not is_address(scheme + value) or (not scheme and ":" not in value):
        return literal(value)
    return iri(scheme + value)


def _ox(term: str) -> Any:
    if term[0] == "<":
        return ox.NamedNode(term[1:-1])
    if term[0] == "_":
        return ox.BlankNode(term[2:])
    lexical, datatype, language = parts(term)
    return ox.Literal(lexical, language=language) if language else ox.Literal(lexical, datatype=ox.NamedNode(datatype))


def serialise(graph: Iterable[Triple], form: str) -> bytes:
    """Triples as ``turtle`` or expanded ``jsonld``."""
    made = dict.fromkeys(graph)
    quads = (ox.Triple(*map(_ox, t)) for t in made)
    if form == "turtle":
        return ox.serialize(quads, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    return ox.serialize(quads, format=ox.RdfFormat.JSON_LD) or b""
