"""Croissant 1.1 as its readers expect it: JSON-LD in compact form under Croissant's own context, nested by what belongs to what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jingwei.engines.shapes.columns import RDF, STRING, parts, text
from jingwei.foundations.data.catalogue.dcat import Writer
from jingwei.foundations.data.catalogue.model import Record
from jingwei.foundations.data.catalogue.vocabulary import CR, PREFIXES, SCHEMA

CONFORMS = "http://mlcommons.org/croissant/1.1"

_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": SCHEMA, "sc": SCHEMA, "conformsTo": "dct:conformsTo", "recordSet": "cr:recordSet", "field": "cr:field",
    **{word: f"cr:{word}" for word in ("column", "extract", "fileObject", "source")},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, **{k: v for k, v in PREFIXES.items() if k != "schema"}}


def croissant(records: Sequence[Record]) -> bytes:
    """One record as a Croissant dataset; several as a graph of them."""
    writer = Writer(croissant=True)  # one for all: blank nodes are numbered through
    made = [_Nest(record, writer).dataset() for record in records]
    document = {"@context": _CONTEXT, **made[0]} if len(made) == 1 else {"@context": _CONTEXT, "@graph": made}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


class _Nest:
    """The triples of one record as a tree: each node where it is first spoken of, only named afterwards."""

    def __init__(self, record: Record, writer: Writer) -> None:
        self.record, self.out, self.told = record, dict[str, dict[str, list[str]]](), set[str]()
        for s, p, o in writer.record(record):
            values = self.out.setdefault(s, {}).setdefault(text(p), [])
            if o not in values:
                values.append(o)

    def dataset(self) -> dict[str, Any]:
        made: dict[str, Any] = self.node(f"<{self.record.address}>")
        declared = made.pop("conformsTo", [])
        made["conformsTo"] = [CONFORMS, *rest] if (rest := declared if isinstance(declared, list) else [declared]) else CONFORMS
        for node in list(self.out):
            if node not in self.told:  # said of something that nothing here leads to
                made.setdefault("@included", []).append(self.node(node))
        return made

    def node(self, term: str) -> dict[str, Any]:
        named = {"@id": text(term)}
        if term in self.told or term not in self.out:
            return named
        self.told.add(term)
        made: dict[str, Any] = dict(named)
        for predicate, values in self.out[term].items():
            if predicate == RDF + "type":
                made["@type"] = [_short(text(v)) for v in values] if len(values) > 1 else _short(text(values[0]))
                continue
            key = _short(predicate)
            told = [self.value(v, key) for v in values]
            made[key] = told[0] if len(told) == 1 else told
        return made

    def value(self, term: str, key: str) -> Any:
        if term[0] != '"':
            return _short(text(term)) if key == "dataType" and term.startswith(f"<{SCHEMA}") else self.node(term)
        lexical, datatype, language = parts(term)
        if language:
            return lexical if language == "en" else {"@value": lexical, "@language": language}
        if datatype == RDF + "JSON":
            return {"@value": json.loads(lexical), "@type": "@json"}
        return {"@value": lexical} if datatype == STRING else {"@value": lexical, "@type": datatype}  # a bare text would be English


def _short(address: str) -> str:
    """As the context abbreviates it."""
    if address.startswith(SCHEMA):
        return f"sc:{address[len(SCHEMA):]}" if address[len(SCHEMA):len(SCHEMA) + 1].isupper() else address[len(SCHEMA):]
    for key, at in (("conformsTo", PREFIXES["dct"] + "conformsTo"), ("recordSet", CR + "recordSet"), ("field", CR + "field"), ("dataType", CR + "dataType"),
                    *((word, CR + word) for word in ("column", "extract", "fileObject", "source"))):
        if address == at:
            return key
    for prefix, start in PREFIXES.items():
        if address.startswith(start) and address[len(start):].replace("_", "").isalnum():
            return f"{prefix}:{address[len(start):]}"
    return address
