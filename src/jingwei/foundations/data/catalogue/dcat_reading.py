"""Records out of a graph: by the vocabulary's table what fields hold, as triples what they do not.

Reading marks each triple it takes; what is left of a dataset and of what hangs on it stays with the record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from jingwei.engines.shapes.columns import RDF, Triple, iri, literal, parts, text
from jingwei.engines.shapes.reading import triples
from jingwei.foundations.data.catalogue.dcat import is_address, mint
from jingwei.foundations.data.catalogue.model import Item, Record, Resource, Term, Word
from jingwei.foundations.data.catalogue.vocabulary import (
    CLASS,
    CR,
    CROISSANT_DATASET,
    CROISSANT_FILE,
    DATASET,
    DCAT,
    DCT,
    DISTRIBUTION,
    LABELS,
    MINTED,
    NESTED,
    OURS,
    SCHEMA,
    SPDX,
    TYPED,
    Kind,
    Row,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


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
        if kind in ("words", "texts", "text", "date") or kind in TYPED:
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
        for predicate in LABELS:
            for each in g.values(value, predicate):
                if each[0] == '"' and not parts(each)[2] and label in ("", text(each)):
                    label = text(g.take(value, predicate, each))
        for class_ in CLASS.values():
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
        make, class_, names = NESTED[kind]
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


def without_entities(content: bytes, where: str) -> None:
    """Raises Problem ``entities`` for XML that declares any: a few lines of them unfold to gigabytes."""
    if b"<!ENTITY" in content or b"<!ENTITY" in content.replace(b"\0", b""):
        raise Problem("entities", Text("XML 里声明了实体，不读", "it declares XML entities, which are not read"), where=where,
                      remedy=Text("请写出它们所代表的文字。", "Write out what they stand for."))


def parsed(content: bytes, form: ox.RdfFormat, where: str, base: str = "urn:jingwei:base:") -> Iterator[Triple]:
    """A document's triples; nothing is fetched. Raises Unreadable, or Problem ``entities``."""
    if form == ox.RdfFormat.RDF_XML:
        without_entities(content, where)
    return triples(content, form, where, base=base)


def read(content: bytes, form: ox.RdfFormat, where: str) -> Graph:
    """A document's graph; see ``parsed``."""
    return Graph.of(parsed(content, form, where))
