"""Folders and files to records: DCAT, CKAN, Croissant and trees of unknown keys. What is no record is refused, never dropped."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pyoxigraph as ox

from jingwei.engines.shapes.columns import text
from jingwei.foundations.data.catalogue import dcat, dcat_reading
from jingwei.foundations.data.catalogue.entries import record_of
from jingwei.foundations.data.catalogue.giving import restored, rows_of
from jingwei.foundations.data.catalogue.layouts import lifted, records_in
from jingwei.foundations.data.catalogue.model import Record, Refused, called
from jingwei.foundations.data.catalogue.trees import jsonable, mapped, survey
from jingwei.foundations.data.catalogue.yaml_trees import yaml_trees
from jingwei.kernel.actions import Progress
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

MAX_BYTES = 256 << 20
"""Of one document; a larger one is refused unread."""

MAX_TREE_BYTES = 64 << 20

UNNAMED = 0.05
"""Above this share, and three of them, records without a title are a habit of their source; below it, slips."""

RDF_FORMS = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML, "xml": ox.RdfFormat.RDF_XML, "owl": ox.RdfFormat.RDF_XML,
             "jsonld": ox.RdfFormat.JSON_LD}
FORMS = frozenset((*RDF_FORMS, "yaml", "yml", "json", "jsonl", "ndjson", "md", "markdown"))


@dataclass(frozen=True, slots=True)
class Listed:
    """One document of a source: its name below the source, where it lies, and its digest (BLAKE2b, 16 bytes)."""

    name: str
    ending: str
    digest: bytes
    content: bytes | None


@dataclass(slots=True)
class Taken:
    """What reading gave. ``mapping`` is key to field, of resources' keys as ``resources.KEY``."""

    records: list[tuple[str, str, Record]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)
    unknown_words: dict[str, dict[str, int]] = field(default_factory=dict)
    left_over: dict[str, bytes] = field(default_factory=dict)


def listed(source: str) -> tuple[list[Listed], int]:
    """Every document of a source in order, and how many files are of no form known here.

    Links that lead out of the folder are not followed. Raises Unreadable when there is nothing to read.
    """
    try:
        at = str(Path(source).resolve(strict=True))
        alone = not Path(at).is_dir()
        found = [(Path(at).name, at)] if alone else sorted(_below(at, "", at))
        forms = FORMS | {"csv"} if alone else FORMS  # beside records, tables are the data themselves
        known = [(name, path, ending) for name, path in found if (ending := name.rpartition(".")[2].lower()) in forms]
        if not known:
            raise Unreadable(Text(f"{len(found)} 个文件中没有目录", f"there is no catalogue among {len(found)} files"),
                             where=source,
                             remedy=Text("记录请用 .md、.yaml、.json、.jsonl、.ttl、.jsonld、.rdf、.nt，或单独一个 .csv。",
                                         "Give records as .md, .yaml, .json, .jsonl, .ttl, .jsonld, .rdf, .nt, or a single .csv."))
        return [_listed(*one) for one in known], len(found) - len(known)
    except (OSError, ValueError) as error:
        raise Unreadable(Text(f"读不了（{getattr(error, 'strerror', None) or error}）",
                              f"cannot be read ({getattr(error, 'strerror', None) or error})"), where=source,
                         remedy=Text("请核对文件名。", "Check the name.")) from None


def _below(folder: str, name: str, root: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, f"{name}{entry.name}/", root)
            elif entry.is_file():
                yield name + entry.name, entry.path


def _listed(name: str, path: str, ending: str) -> Listed:
    """Read once: what is hashed is what will be parsed."""
    shown = name.encode("utf-8", "backslashreplace").decode()
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 (a Path for each of thousands costs more than reading it)
        size = os.fstat(file.fileno()).st_size
        content = file.readall() if size <= MAX_BYTES else None
    return Listed(shown, ending, hashlib.blake2b(content if content is not None else b"%d" % size, digest_size=16).digest(), content)


@dataclass(frozen=True, slots=True)
class _Part:
    """A tree that may be a record, its name within its document, and the text behind its front matter."""

    document: str
    name: str
    tree: Any
    body: str = ""


def read(source: str, documents: Sequence[Listed], known: Mapping[str, str], laid_down: Mapping[str, str],
         step: Progress) -> Taken:
    """Records and refusals of these documents.

    source : its name, which goes into addresses we mint
    known : the mapping as it was; ``laid_down`` goes before it, and keys never seen before are told by what they are like
    """
    taken, parts = Taken(), list[_Part]()
    for document in documents:
        _read_one(document, source, taken, parts)
        step(1)
    trees = [p.tree for p in parts if isinstance(p.tree, dict)]
    given = {**{k: v for k, v in known.items() if not k.startswith("resources.")}, **{k: v for k, v in laid_down.items() if not k.startswith("resources.")}}
    surveyed = survey(trees)
    taken.mapping = mapped(surveyed, given)
    resources = _resource_mapping(trees, taken.mapping, {**known, **laid_down})
    taken.mapping |= {f"resources.{k}": v for k, v in resources.items()}
    taken.unmapped = {key: seen.filled for key, seen in surveyed.items() if seen.filled and not taken.mapping.get(key)}
    titles = [k for k, t in taken.mapping.items() if t == "title"]
    without = sum(not any(t.get(k) for k in titles) for t in trees)
    for part in parts:
        _convert(part, source, taken, resources, unnamed=(without > max(2, UNNAMED * len(trees))) or not titles)
    return taken


def _read_one(document: Listed, source: str, taken: Taken, parts: list[_Part]) -> None:
    ending = document.ending
    try:
        if document.content is None:
            raise Unreadable(Text(f"文件大于 {MAX_BYTES >> 20} MiB", f"the file is larger than {MAX_BYTES >> 20} MiB"))
        if ending in RDF_FORMS:
            _read_graph(document, source, document.content, RDF_FORMS[ending], taken)
            return
        if len(document.content) > MAX_TREE_BYTES:
            raise Unreadable(Text(f"文件大于 {MAX_TREE_BYTES >> 20} MiB",
                                  f"the file is larger than {MAX_TREE_BYTES >> 20} MiB"))
        if ending == "json" and _linked(document):
            _read_graph(document, source, document.content, ox.RdfFormat.JSON_LD, taken)
        else:
            parts += _trees(document, ending)
    except (Unreadable, Problem) as error:
        taken.refused.append(Refused(document.name, "", error.code, error.text(), document.content or b""))


def _linked(document: Listed) -> bool:
    """Whether a .json file is JSON-LD. A list of datasets whose context lies elsewhere (DCAT-US) is read by its keys instead."""
    if b'"@context"' not in (document.content or b"")[:65_536]:
        return False
    try:
        tree = msgspec.json.decode(document.content or b"")
    except (msgspec.DecodeError, RecursionError):
        return False  # said with its reason by whoever reads it as JSON
    return isinstance(tree, dict) and "@context" in tree and not (isinstance(tree["@context"], str) and isinstance(tree.get("dataset"), list))


def _trees(document: Listed, ending: str) -> Iterator[_Part]:
    content = Document(document.name, document.content or b"").text().lstrip("\ufeff")
    body = ""
    if ending in ("md", "markdown"):
        found = re.match(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", content, re.DOTALL | re.MULTILINE)
        if not found:
            raise Problem("no_front_matter",
                          Text("文件开头没有夹在两行 --- 之间的一段", "the file does not begin with a block between two lines of ---"),
                          where=document.name,
                          remedy=Text("请把记录的字段以 YAML 写在那里。", "Put the record's fields there, as YAML."))
        content, body = found[1], content[found.end():].strip()
    if ending == "csv":
        trees: list[Any] = list(_rows(content, document.name))
    else:
        trees = _lines(content, document.name) if ending in ("jsonl", "ndjson") else _json(content, document.name) if ending == "json" else _yaml(content, document.name)
    several = len(trees) > 1
    for number, tree in enumerate(trees):
        yield _Part(document.name, _part_name(tree, number) if several else "", lifted(tree), body)


def _part_name(tree: Any, number: int) -> str:
    """A record's own id where it has one, so that it is the same when others are put before it."""
    if isinstance(tree, dict):
        for key in ("id", "identifier", "@id", "name", "slug", "编号", "标识符"):
            if isinstance(tree.get(key), str) and tree[key].strip():
                return slug(tree[key])
    return str(number + 1)


def _json(content: str, name: str) -> list[Any]:
    try:
        tree = msgspec.json.decode(content.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, RecursionError) as error:
        page = content.lstrip()[:200].lower().startswith(("<!doctype", "<html"))
        html = Text("（是网页）", " (it is a web page)") if page else NOTHING
        raise Unreadable(Text(f"不是有效的 JSON{html.zh}（{error}）", f"not valid JSON{html.en} ({error})"), where=name) from None
    return records_in(tree)


def _rows(content: str, name: str) -> Iterator[Any]:
    try:
        yield from rows_of(content, name)
    except (csv.Error, ValueError) as error:
        raise Unreadable(Text(f"不是有效的表格（{error}）", f"not a valid table ({error})"), where=name) from None


def _lines(content: str, name: str) -> list[Any]:
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            found += _json(line, f"{name}, line {number}")
    return found


def _yaml(content: str, name: str) -> list[Any]:
    trees = yaml_trees(content, name)
    if not trees:
        raise Unreadable(Text("文件是空的", "the file is empty"), where=name)
    return [r for t in trees for r in records_in(t)]


def _read_graph(document: Listed, source: str, content: bytes, form: ox.RdfFormat, taken: Taken) -> None:
    graph = dcat_reading.read(content, form, document.name)
    reader = dcat_reading.Reader(graph)
    datasets = reader.datasets()
    if not datasets:
        raise Problem("no_dataset",
                      Text("里面没有 dcat:Dataset 或 schema:Dataset", "nothing in it is a dcat:Dataset or schema:Dataset"),
                      where=document.name, remedy=Text("请给每个数据集写明类型。", "Give each dataset its type."))
    for number, at in enumerate(sorted(datasets)):
        part = slug(text(at)) if at[0] == "<" else f"b{number + 1}"
        address = text(at) if at[0] == "<" else _minted(source, document.name, part)
        record = reader.record(at, address)
        if record.title:
            taken.records.append((document.name, part, record))
        else:
            said = dcat.serialise(((s, f"<{p}>", o) for s in (at,) for p, values in graph.out[at].items() for o in values), "turtle")
            taken.refused.append(Refused(document.name, part, "no_title",
                                         Text(f"{document.name}，{at}：数据集没有标题",
                                              f"{document.name}, {at}: the dataset has no title"), said))
    rest = [t for s in graph.out for t in graph.left(s)]
    if rest:
        taken.left_over[document.name] = dcat.serialise(rest, "turtle")


def _convert(part: _Part, source: str, taken: Taken, resources: Mapping[str, str], *, unnamed: bool) -> None:
    """``unnamed``: this source does not name its records, and the names of their files stand for titles."""
    where = f"{part.document}, {part.name}" if part.name else part.document
    content = msgspec.json.encode(jsonable(part.tree)) if part.name else b""
    if not isinstance(part.tree, dict):
        taken.refused.append(Refused(part.document, part.name, "no_record",
                                     Text(f"{where}：是 {type(part.tree).__name__}，不是由键和值组成的记录",
                                          f"{where}: a {type(part.tree).__name__}, not a record of keys and values"),
                                     content or msgspec.json.encode(jsonable(part.tree))))
        return
    if not part.body and (kept := restored(part.tree)) is not None:
        taken.records.append((part.document, part.name, kept))
        return
    try:
        address = _minted(source, part.document, part.name)
        stem = part.name or part.document.rpartition("/")[2].rpartition(".")[0]
        fallback = re.sub(r"[-_\s]+", " ", stem).strip() if unnamed else ""
        record = record_of(part.tree, taken.mapping, resources, address, part.body, taken.unknown_words, where, fallback)
    except Problem as problem:
        taken.refused.append(Refused(part.document, part.name, problem.code, problem.text(), content or msgspec.json.encode(jsonable(part.tree))))
        return
    taken.records.append((part.document, part.name, record))


def _resource_mapping(trees: Sequence[Mapping[str, Any]], mapping: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    from jingwei.foundations.data.catalogue.entries import resource_mapping, resource_trees

    key = next((k for k, t in mapping.items() if t == "resources"), None)
    laid_down = {k.removeprefix("resources."): v for k, v in given.items() if k.startswith("resources.")}
    return resource_mapping([r for t in trees if key in t for r in resource_trees(t[key])] if key is not None else [], laid_down)


def _minted(source: str, document: str, part: str) -> str:
    return "urn:jingwei:record:" + quote(called(source, document, part), safe="/")


def slug(written: str) -> str:
    """The last telling stretch of an IRI or an id, as a short name; the whole in a digest when that is not enough."""
    plain = unicodedata.normalize("NFKC", written).strip().rstrip("/#")
    last = re.split(r"[/#]", plain)[-1]
    slug = re.sub(r"[^\w.-]+", "-", last).strip("-")[:80]
    exact = slug == plain
    return slug if exact and slug else f"{slug or 'r'}-{hashlib.blake2b(written.encode('utf-8', 'replace'), digest_size=4).hexdigest()}"
