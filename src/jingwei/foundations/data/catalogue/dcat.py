"""Records as RDF and back: DCAT-AP 3.0.1 in Turtle and JSON-LD, Croissant 1.1 by the same table with schema.org's words first.

Whatever a field cannot hold stays with the record as N-Triples and goes out again, so that nothing is lost by passing through.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal
from urllib.parse import quote, unquote

import msgspec
import pyoxigraph as ox

from jingwei.engines.shapes.columns import RDF, XSD, Triple, iri, literal, parts, text
from jingwei.engines.shapes.literals import well_formed
from jingwei.engines.shapes.reading import triples
from jingwei.foundations.data.catalogue.model import Agent, Contact, Item, Period, Record, Resource, Term, Word

DCAT, DCT, FOAF = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/"
ADMS, VCARD, SKOS = "http://www.w3.org/ns/adms#", "http://www.w3.org/2006/vcard/ns#", "http://www.w3.org/2004/02/skos/core#"
PROV, ODRL, SPDX = "http://www.w3.org/ns/prov#", "http://www.w3.org/ns/odrl/2/", "http://spdx.org/rdf/terms#"
RDFS, AP, SCHEMA = "http://www.w3.org/2000/01/rdf-schema#", "http://data.europa.eu/r5r/", "https://schema.org/"
CR = "http://mlcommons.org/croissant/"
OURS = "urn:jingwei:order809:"
"""No standard has words in RDF for the fields of Order 809 art. 13 beyond DCAT's; these are ours."""

PREFIXES = {"dcat": DCAT, "dct": DCT, "foaf": FOAF, "adms": ADMS, "vcard": VCARD, "skos": SKOS, "prov": PROV, "odrl": ODRL, "rdfs": RDFS,
            "dcatap": AP, "xsd": XSD, "spdx": SPDX, "schema": SCHEMA, "cr": CR}
MINTED = "urn:jingwei:term:"
"""Terms the source only named get an address of ours: DCAT-AP wants nodes, not texts, and themes with an IRI."""

_DATES = (("date", r"-?\d{4}-\d\d-\d\d"), ("dateTime", r".*T.*"), ("gYear", r"-?\d{4}"), ("gYearMonth", r"-?\d{4}-\d\d"))
_EMBEDDED = iri(OURS + "extras")

Kind = Literal["words", "texts", "text", "date", "decimal", "integer", "duration", "hex", "term", "terms", "agent", "agents", "contacts", "periods"]
Row = tuple[str, str, Kind]

DATASET: tuple[Row, ...] = (
    ("title", DCT + "title", "words"), ("description", DCT + "description", "words"), ("identifier", DCT + "identifier", "texts"),
    ("keyword", DCAT + "keyword", "words"), ("theme", DCAT + "theme", "terms"), ("publisher", DCT + "publisher", "agent"),
    ("creator", DCT + "creator", "agents"), ("contact", DCAT + "contactPoint", "contacts"), ("issued", DCT + "issued", "date"),
    ("modified", DCT + "modified", "date"), ("frequency", DCT + "accrualPeriodicity", "term"), ("spatial", DCT + "spatial", "terms"),
    ("temporal", DCT + "temporal", "periods"), ("language", DCT + "language", "terms"), ("license", DCT + "license", "term"),
    ("access_rights", DCT + "accessRights", "term"), ("landing_page", DCAT + "landingPage", "terms"), ("documentation", FOAF + "page", "terms"),
    ("conforms_to", DCT + "conformsTo", "terms"), ("applicable_legislation", AP + "applicableLegislation", "terms"),
    ("provenance", DCT + "provenance", "terms"), ("source", DCT + "source", "terms"), ("relation", DCT + "relation", "terms"),
    ("has_version", DCT + "hasVersion", "terms"), ("in_series", DCAT + "inSeries", "terms"), ("is_referenced_by", DCT + "isReferencedBy", "terms"),
    ("other_identifier", ADMS + "identifier", "terms"), ("qualified_attribution", PROV + "qualifiedAttribution", "terms"),
    ("qualified_relation", DCAT + "qualifiedRelation", "terms"), ("sample", ADMS + "sample", "terms"), ("type", DCT + "type", "terms"),
    ("was_generated_by", PROV + "wasGeneratedBy", "terms"), ("spatial_resolution", DCAT + "spatialResolutionInMeters", "decimal"),
    ("temporal_resolution", DCAT + "temporalResolution", "duration"), ("version", DCAT + "version", "text"),
    ("version_notes", ADMS + "versionNotes", "words"), ("sharing", OURS + "sharing", "text"), ("sharing_basis", OURS + "sharingBasis", "text"),
    ("sharing_mode", OURS + "sharingMode", "text"), ("use_conditions", OURS + "useConditions", "text"), ("grade", OURS + "grade", "text"))

DISTRIBUTION: tuple[Row, ...] = (
    ("title", DCT + "title", "words"), ("description", DCT + "description", "words"), ("access_url", DCAT + "accessURL", "terms"),
    ("download_url", DCAT + "downloadURL", "terms"), ("format", DCT + "format", "term"), ("media_type", DCAT + "mediaType", "term"),
    ("license", DCT + "license", "term"), ("byte_size", DCAT + "byteSize", "integer"), ("issued", DCT + "issued", "date"),
    ("modified", DCT + "modified", "date"), ("rights", DCT + "rights", "term"), ("access_service", DCAT + "accessService", "terms"),
    ("applicable_legislation", AP + "applicableLegislation", "terms"), ("availability", AP + "availability", "term"),
    ("compress_format", DCAT + "compressFormat", "term"), ("package_format", DCAT + "packageFormat", "term"),
    ("conforms_to", DCT + "conformsTo", "terms"), ("documentation", FOAF + "page", "terms"), ("language", DCT + "language", "terms"),
    ("policy", ODRL + "hasPolicy", "term"), ("status", ADMS + "status", "term"), ("spatial_resolution", DCAT + "spatialResolutionInMeters", "decimal"),
    ("temporal_resolution", DCAT + "temporalResolution", "duration"))

# Croissant 1.1 says these in schema.org's words; the others keep DCAT's, which JSON-LD carries beside them.
CROISSANT_DATASET: dict[str, str] = {"title": "name", "description": "description", "identifier": "identifier", "keyword": "keywords",
                                     "issued": "datePublished", "modified": "dateModified", "version": "version", "license": "license",
                                     "landing_page": "url", "creator": "creator", "publisher": "publisher"}
CROISSANT_FILE: dict[str, str] = {"title": "name", "description": "description", "download_url": "contentUrl", "sha256": "sha256",
                                  "byte_size": "contentSize", "media_type": "encodingFormat"}

_AS_TEXT = frozenset(("license", "landing_page", "media_type", "download_url"))
"""Croissant wants these as a text or URL, not as a node."""

_AGENT = (("name", FOAF + "name"), ("email", FOAF + "mbox"), ("page", FOAF + "homepage"))
_CONTACT = (("name", VCARD + "fn"), ("email", VCARD + "hasEmail"), ("phone", VCARD + "hasTelephone"), ("page", VCARD + "hasURL"))
_PERIOD = (("start", DCAT + "startDate"), ("end", DCAT + "endDate"))
_NESTED: dict[str, tuple[type[Agent] | type[Contact] | type[Period], str, Sequence[tuple[str, str]]]] = {
    "agent": (Agent, FOAF + "Agent", _AGENT), "contact": (Contact, VCARD + "Kind", _CONTACT), "period": (Period, DCT + "PeriodOfTime", _PERIOD)}
_CLASS = {"theme": SKOS + "Concept", "license": DCT + "LicenseDocument", "spatial": DCT + "Location"}
_LABELS = (SKOS + "prefLabel", RDFS + "label", DCT + "title", FOAF + "name", SCHEMA + "name")


def mint(label: str) -> str:
    """The address of a term that was only named."""
    return MINTED + quote(label, safe="")


def is_address(written: str) -> bool:
    """Whether it can stand as an absolute IRI."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+", written) is not None


def _date(written: str) -> str:
    for name, form in _DATES:
        if re.fullmatch(form, written) and well_formed(written, XSD + name):
            return literal(written, XSD + name)
    return literal(written)


_TYPED = {"decimal": XSD + "decimal", "integer": XSD + "nonNegativeInteger", "duration": XSD + "duration", "hex": XSD + "hexBinary"}


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
            yield at, _EMBEDDED, literal(msgspec.json.encode(rest, order="deterministic").decode(), RDF + "JSON")

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
            elif kind in _TYPED:
                good = well_formed(value, _TYPED[kind])
                yield at, p, literal(value, _TYPED[kind] if good else "")
            elif kind in ("term", "terms"):
                for term in (value,) if kind == "term" else value:
                    if self.croissant and name in _AS_TEXT and (not term.address or (not term.label and term.address.startswith("http"))):
                        yield at, p, literal(term.address or term.label)
                        continue
                    yield from self._term(at, p, term, _CLASS.get(name, ""))
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
        _, class_, names = _NESTED[kind]
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


# In


@dataclass(slots=True)
class Graph:
    """Triples by subject; what a record has taken is marked, and what is left stays with it."""

    out: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    taken: set[Triple] = field(default_factory=set)

    @classmethod
    def of(cls, found: Iterable[Triple]) -> Graph:
        graph = cls()
        for s, p, o in found:
            values = graph.out.setdefault(s, {}).setdefault(p[1:-1], [])
            if o not in values:
                values.append(o)
        return graph

    def values(self, at: str, predicate: str) -> list[str]:
        return sorted(self.out.get(at, {}).get(predicate, ()))

    def take(self, at: str, predicate: str, value: str) -> str:
        self.taken.add((at, iri(predicate), value))
        return value

    def is_a(self, at: str, *classes: str) -> bool:
        return any(iri(c) in self.out.get(at, {}).get(RDF + "type", ()) for c in classes)

    def left(self, at: str) -> list[Triple]:
        return [t for p, values in self.out.get(at, {}).items() for o in values if (t := (at, iri(p), o)) not in self.taken]


class Reader:
    """Records out of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def datasets(self) -> list[str]:
        """Nodes that are datasets, by their type."""
        return [at for at in self.graph.out if self.graph.is_a(at, DCAT + "Dataset", SCHEMA + "Dataset", SCHEMA.replace("https", "http") + "Dataset")]

    def record(self, at: str, address: str) -> Record:
        """What the graph says of one dataset. ``address`` is its IRI, minted for a blank node."""
        g = self.graph
        for class_ in (DCAT, SCHEMA):
            g.take(at, RDF + "type", iri(class_ + "Dataset"))
        fields = self._fields(at, DATASET, CROISSANT_DATASET)
        resources = []
        for predicate in (DCAT + "distribution", SCHEMA + "distribution"):
            for number, node in enumerate(g.values(at, predicate)):
                g.take(at, predicate, node)
                resources.append(self._resource(node, text(node) if node[0] == "<" else f"{address}#r{number:04d}"))
        items = self._items(at)
        extras = self._embedded(at)
        if rest := self._rest(at, address):
            extras["rdf"] = rest
        return _relabelled(Record(address, **fields, resources=tuple(sorted(resources, key=lambda r: r.address)), items=items, extras=extras))

    def _resource(self, node: str, address: str) -> Resource:
        g = self.graph
        for class_ in (DCAT + "Distribution", CR + "FileObject"):
            g.take(node, RDF + "type", iri(class_))
        fields = self._fields(node, DISTRIBUTION, CROISSANT_FILE)
        fields["sha256"] = self._checksum(node)
        extras = self._embedded(node)
        if node[0] != "<" and (rest := self._rest(node, address)):
            extras["rdf"] = rest
        return Resource(address, **fields, extras=extras)

    def _checksum(self, node: str) -> str:
        g = self.graph
        for value in g.values(node, SCHEMA + "sha256"):
            return text(g.take(node, SCHEMA + "sha256", value))
        for at in g.values(node, SPDX + "checksum"):
            values = g.values(at, SPDX + "checksumValue")
            if iri(SPDX + "checksumAlgorithm_sha256") in g.values(at, SPDX + "algorithm") and len(values) == 1 and at[0] == "_":
                g.take(node, SPDX + "checksum", at)
                for p, v in ((RDF + "type", iri(SPDX + "Checksum")), (SPDX + "algorithm", iri(SPDX + "checksumAlgorithm_sha256")),
                             (SPDX + "checksumValue", values[0])):
                    g.take(at, p, v)
                return text(values[0])
        return ""

    def _items(self, at: str) -> tuple[Item, ...]:
        g, found = self.graph, []
        nodes = [(at, OURS + "item", n) for n in g.values(at, OURS + "item")]
        for set_ in g.values(at, CR + "recordSet"):
            nodes += [(set_, CR + "field", n) for n in g.values(set_, CR + "field")]
        for of, predicate, node in nodes:
            said = {}
            for name, options in (("name", (SCHEMA + "name", DCT + "title")), ("kind", (CR + "dataType", OURS + "kind")),  # the later wins
                                  ("description", (SCHEMA + "description", DCT + "description")), ("place", (OURS + "place",))):
                for p in options:
                    for value in g.values(node, p)[:1]:
                        said[name] = re.sub("^https?://schema.org/", "sc:", text(g.take(node, p, value)))
            g.take(of, predicate, node)
            g.take(node, RDF + "type", iri(CR + "Field"))
            self._column(node, said.get("name", ""))
            place = int(said["place"]) if re.fullmatch(r"\d{1,9}", said.get("place", "")) else 0
            found.append((place, said.get("name", ""), Item(said.get("name", ""), said.get("kind", ""), said.get("description", ""))))
        for set_ in g.values(at, CR + "recordSet") if found else ():
            g.take(at, CR + "recordSet", set_)
            g.take(set_, RDF + "type", iri(CR + "RecordSet"))
            for name in g.values(set_, SCHEMA + "name"):
                g.take(set_, SCHEMA + "name", name)
        return tuple(item for *_, item in sorted(found, key=lambda f: f[:2]))

    def _column(self, node: str, name: str) -> None:
        """Which file an item is a column of, when that says no more than the item's name."""
        g = self.graph
        for source in g.values(node, CR + "source"):
            extract = g.values(source, CR + "extract")
            if len(extract) == 1 and g.out.get(source, {}).keys() == {CR + "extract", CR + "fileObject"} and g.out.get(extract[0], {}) == {
                    CR + "column": [literal(name)]}:
                g.take(node, CR + "source", source)
                g.take(source, CR + "extract", extract[0])
                g.take(extract[0], CR + "column", literal(name))
                for file in g.values(source, CR + "fileObject"):
                    g.take(source, CR + "fileObject", file)

    def _embedded(self, at: str) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        for value in self.graph.values(at, OURS + "extras"):
            try:
                extras.update(json.loads(text(value)))
            except (ValueError, TypeError):
                continue
            self.graph.take(at, OURS + "extras", value)
        return extras

    def _rest(self, at: str, address: str) -> list[list[str]]:
        """What is said of the dataset and of the blank nodes and resources below it and no field took; the node by its address."""
        found, seen, waiting = list[list[str]](), set[str](), [at]
        while waiting:
            if (one := waiting.pop()) in seen:
                continue
            seen.add(one)
            for predicate, values in self.graph.out.get(one, {}).items():
                for value in values:
                    triple = (one, iri(predicate), value)
                    if triple not in self.graph.taken:
                        found.append([iri(address) if one == at else one, triple[1], value])
                        self.graph.taken.add(triple)
                    if value[0] == "_" or (value[0] == "<" and value in self.graph.out
                                           and not self.graph.is_a(value, DCAT + "Dataset", DCAT + "Catalog", SCHEMA + "Dataset")):
                        waiting.append(value)
        return found

    def _fields(self, at: str, table: Sequence[Row], spoken: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, predicate, kind in table:
            options = [predicate]
            if name in spoken:
                options += [SCHEMA + spoken[name], SCHEMA.replace("https", "http") + spoken[name]]
            values = [(p, v) for p in options for v in self.graph.values(at, p)]
            if values and (value := self._value(at, values, kind)):
                found[name] = value
        return found

    def _value(self, at: str, values: Sequence[tuple[str, str]], kind: Kind) -> Any:
        g = self.graph
        if kind in ("words", "texts", "text", "date") or kind in _TYPED:
            fit = [(p, v) for p, v in values if v[0] == '"']
            if kind != "words":
                fit = [(p, v) for p, v in fit if "@" not in v[v.rindex('"'):]]
            if kind not in ("words", "texts"):
                fit = fit[:1]
            for p, v in fit:
                g.take(at, p, v)
            if kind == "words":
                return tuple(sorted({Word(parts(v)[0], parts(v)[2]) for _, v in fit if parts(v)[0]}))
            plain = sorted({parts(v)[0] for _, v in fit} - {""})
            return tuple(plain) if kind == "texts" else plain[0] if plain else ""
        if kind in ("term", "terms"):
            declared = [(p, v) for p, v in values if text(v).startswith(CR + "1.")]  # of the document's form, not of the data
            for p, v in declared:
                g.take(at, p, v)
            values = [each for each in values if each not in declared]
            if not values:
                return ()
            terms = sorted({self._term(at, p, v) for p, v in (values[:1] if kind == "term" else values)})
            return tuple(terms) if kind == "terms" else terms[0]
        nested = [self._nested(at, p, v, kind.removesuffix("s")) for p, v in (values[:1] if kind == "agent" else values) if v[0] != '"']
        if kind == "agent":
            return nested[0] if nested else None
        return tuple(sorted(set(nested)))

    def _term(self, at: str, p: str, value: str) -> Term:
        g = self.graph
        g.take(at, p, value)
        if value[0] == '"':
            said = text(value)
            return Term("", said) if said.startswith("http") and is_address(said) else Term(said)
        label = ""
        for predicate in _LABELS:
            for each in g.values(value, predicate):
                if each[0] == '"' and not parts(each)[2] and label in ("", text(each)):
                    label = text(g.take(value, predicate, each))
        for class_ in _CLASS.values():
            if label:
                g.take(value, RDF + "type", iri(class_))
        if value[0] == "_":
            return Term(label, value if g.left(value) else "")
        address = text(value)
        if address.startswith(MINTED) and (not label or address == mint(label)):
            return Term(label or unquote(address[len(MINTED):]))
        return Term(label, address)

    def _nested(self, at: str, p: str, value: str, kind: str) -> Any:
        g = self.graph
        make, class_, names = _NESTED[kind]
        g.take(at, p, value)
        g.take(value, RDF + "type", iri(class_))
        said = {}
        for name, predicate in names:
            options = [predicate, SCHEMA + {"name": "name", "email": "email", "page": "url"}.get(name, name)]
            for option in options:
                for each in g.values(value, option):
                    if name not in said and not (each[0] == '"' and parts(each)[2]):
                        said[name] = text(g.take(value, option, each)).removeprefix("mailto:" if name == "email" else "tel:" if name == "phone" else "\0")
        address = text(value) if value[0] == "<" else value if g.left(value) else ""
        return make(**said, address=address)


_LABEL = re.compile(r'"(_:[^"\\\\]+)"')


def _relabelled(record: Record) -> Record:
    """Blank nodes named after the record and in order: labels mean nothing outside their document and are drawn by lot in it."""
    content = record.encode().decode()
    if not (labels := list(dict.fromkeys(_LABEL.findall(content)))):
        if "rdf" in record.extras:
            record.extras["rdf"].sort()
        return record
    home = hashlib.blake2b(record.address.encode("utf-8", "replace"), digest_size=6).hexdigest()
    new = {label: f"_:x{home}n{number}" for number, label in enumerate(labels)}
    said = Record.decode(_LABEL.sub(lambda m: f'"{new[m[1]]}"', content).encode())
    if "rdf" in said.extras:
        said.extras["rdf"].sort()
    return said


def read(content: bytes, form: ox.RdfFormat, where: str) -> Graph:
    """A document's graph; nothing is fetched. Raises Unreadable."""
    return Graph.of(triples(content, form, where, base="urn:jingwei:base:"))
