"""A graph as columns: every term once under a number, triples as three integer arrays sorted by predicate and subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

IRI, BLANK, LITERAL = 0, 1, 2

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
STRING = XSD + "string"
LANG_STRING = RDF + "langString"

Triple = tuple[str, str, str]


def iri(address: str) -> str:
    """The term of an IRI: ``<address>``."""
    return f"<{address}>"


def literal(lexical: str, datatype: str = "", language: str = "") -> str:
    """The term of a literal: ``"lexical"``, with ``@tag`` or ``^^datatype`` behind it unless it is a plain string.

    Nothing in it is escaped: the last quotation mark ends the lexical form, since tags and IRIs hold none.
    """
    if language:
        return f'"{lexical}"@{language.lower()}'
    return f'"{lexical}"' if datatype in ("", STRING) else f'"{lexical}"^^{datatype}'


def kind(term: str) -> int:
    """IRI, BLANK or LITERAL, by the first character: ``<``, ``_`` or a quotation mark."""
    return IRI if term[0] == "<" else LITERAL if term[0] == '"' else BLANK


def parts(term: str) -> tuple[str, str, str]:
    """Lexical form, datatype and language of a literal."""
    end = term.rindex('"')
    rest = term[end + 1:]
    if rest.startswith("@"):
        return term[1:end], LANG_STRING, rest[1:]
    return term[1:end], rest[2:] if rest else STRING, ""


def text(term: str) -> str:
    """What SPARQL's ``str`` gives: the address of an IRI, the lexical form of a literal; a blank node as it is."""
    return term[1:-1] if term[0] == "<" else parts(term)[0] if term[0] == '"' else term


@dataclass(frozen=True, slots=True)
class Slice:
    """All triples of one predicate: subjects ascending, then objects; and how many objects each subject has."""

    subjects: Ids
    objects: Ids


_NONE = Slice(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Columns:
    """A loaded graph.

    terms : the terms by number; ids : the numbers by term
    kinds : (terms,) IRI, BLANK or LITERAL
    datatypes : (terms,) place of a literal's datatype among ``datatype_names``, -1 for what is no literal
    languages : (terms,) place of a literal's tag among ``language_names``, -1 for what has none
    by_predicate : the triples, by number of the predicate; no triple twice
    """

    terms: tuple[str, ...]
    ids: Mapping[str, int]
    kinds: NDArray[np.int8]
    datatypes: NDArray[np.int32]
    datatype_names: tuple[str, ...]
    languages: NDArray[np.int32]
    language_names: tuple[str, ...]
    by_predicate: Mapping[int, Slice]

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> Columns:
        """Load triples of terms as ``iri``, ``literal`` and ``_:label`` write them; a triple given twice counts once."""
        ids: dict[str, int] = {}
        number = ids.setdefault
        flat = [number(term, len(ids)) for triple in triples for term in triple]
        table = np.array(flat, np.int64).reshape(-1, 3)
        order = np.lexsort((table[:, 2], table[:, 0], table[:, 1]))
        table = table[order]
        if len(table):
            table = table[np.concatenate(([True], np.any(table[1:] != table[:-1], axis=1)))]
        terms = tuple(ids)
        kinds = np.fromiter(map(kind, terms), np.int8, len(terms))
        datatypes, languages = np.full(len(terms), -1, np.int32), np.full(len(terms), -1, np.int32)
        names, tags = dict[str, int](), dict[str, int]()
        for at in np.flatnonzero(kinds == LITERAL).tolist():
            _, datatype, tag = parts(terms[at])
            datatypes[at] = names.setdefault(datatype, len(names))
            if tag:
                languages[at] = tags.setdefault(tag, len(tags))
        predicates, starts = np.unique(table[:, 1], return_index=True)
        ends = [*starts[1:], len(table)][:len(starts)]
        slices = {int(p): Slice(np.ascontiguousarray(table[a:b, 0]), np.ascontiguousarray(table[a:b, 2]))
                  for p, a, b in zip(predicates, starts, ends, strict=True)}
        return cls(terms, ids, kinds, datatypes, tuple(names), languages, tuple(tags), slices)

    def __len__(self) -> int:
        """How many triples."""
        return sum(len(s.subjects) for s in self.by_predicate.values())

    def of_predicate(self, address: str) -> Slice:
        """The triples whose predicate has this address."""
        return self.by_predicate.get(self.ids.get(iri(address), -1), _NONE)
