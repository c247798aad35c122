"""Catalogues on the network, told page by page: what each kind of service answers, where its next page is, and which records a page holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import msgspec
import pyoxigraph as ox
from lxml import etree

from jingwei.engines.shapes.columns import Triple
from jingwei.foundations.data.catalogue import dcat_reading
from jingwei.foundations.data.catalogue.fetching import Answer
from jingwei.foundations.data.catalogue.layouts import records_in
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

PER_PAGE = 100

RDF_KINDS = {"text/turtle": ox.RdfFormat.TURTLE, "application/x-turtle": ox.RdfFormat.TURTLE, "application/rdf+xml": ox.RdfFormat.RDF_XML,
             "application/ld+json": ox.RdfFormat.JSON_LD, "application/n-triples": ox.RdfFormat.N_TRIPLES}
RDF_ENDINGS = {".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES, ".jsonld": ox.RdfFormat.JSON_LD}
ACCEPT = {"dcat": "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/n-triples;q=0.8", "csw": "application/xml, text/xml",
          "ckan": "application/json", "ogc": "application/geo+json, application/json"}
_HYDRA = ("http://www.w3.org/ns/hydra/core#next", "http://www.w3.org/ns/hydra/core#nextPage")
_CSW = {"2.0.2": "http://www.opengis.net/cat/csw/2.0.2", "3.0.0": "http://www.opengis.net/cat/csw/3.0"}
_SEVERAL = frozenset(("keyword", "creator", "contributor", "references", "relation", "uri", "format", "type"))
"""Elements of a CSW record that may stand more than once; of others the first counts and the rest is kept beside."""


@dataclass(slots=True)
class Page:
    """One answer read: its records as trees or as triples, where the next page is, and how many records there are in all if it said so."""

    trees: list[Any] = field(default_factory=list)
    triples: list[Triple] = field(default_factory=list)
    following: str = ""
    total: int | None = None


def kind_at(address: str) -> str:
    """Which kind of service an address is of, where it tells by itself; else empty."""
    asked = {k.lower(): v.lower() for k, v in parse_qsl(urlsplit(address).query)}
    if re.search(r"/api/(?:3/)?action(?:/|$)|/catalogue/ckan/?$", address):
        return "ckan"
    return "csw" if asked.get("service") == "csw" else ""


def kind_of(answer: Answer) -> str:
    """Which kind of service answers like this."""
    head, path = answer.content[:4_096], urlsplit(answer.address).path.rstrip("/")
    if re.search(rb"<(?:\w+:)?(?:GetRecordsResponse|Capabilities)\b", head):
        return "csw"
    if answer.kind in RDF_KINDS or path.endswith(tuple(RDF_ENDINGS)) or b"<rdf:RDF" in head or (b'"@context"' in head and b'"dataset"' not in answer.content[:65_536]):
        return "dcat"
    if b'"FeatureCollection"' in answer.content[:65_536] or path.endswith("/items"):
        return "ogc"
    return "ckan" if re.match(rb'\s*\{[^{]*"success"\s*:', head) else "files"


def first(kind: str, address: str) -> str:
    """The address of the first page."""
    if kind == "ckan":
        base = re.sub(r"/api/(?:3/)?action(?:/.*)?$", "", urlsplit(address).path.rstrip("/"))
        kept = [(k, v) for k, v in parse_qsl(urlsplit(address).query) if k in ("q", "fq", "rows")]
        return _with(address, {**dict(kept), "rows": dict(kept).get("rows", str(PER_PAGE)), "start": "0", "sort": "name asc"}, f"{base}/api/3/action/package_search")
    if kind == "csw":
        asked = {k.lower(): v for k, v in parse_qsl(urlsplit(address).query)}
        version = "3.0.0" if asked.get("version", "").startswith("3") else "2.0.2"
        return _with(address, {"service": "CSW", "version": version, "request": "GetRecords", "typeNames": "csw:Record", "resultType": "results", "elementSetName": "full",
                               "outputSchema": _CSW[version], "startPosition": asked.get("startposition", "1"), "maxRecords": asked.get("maxrecords", str(PER_PAGE))})
    if kind == "ogc" and "limit=" not in urlsplit(address).query:
        return _with(address, {**dict(parse_qsl(urlsplit(address).query)), "limit": str(PER_PAGE)})
    return address


def _with(address: str, asked: Mapping[str, str], path: str | None = None) -> str:
    at = urlsplit(address)
    return urlunsplit((at.scheme, at.netloc, at.path if path is None else path, urlencode(asked), ""))


def read(kind: str, answer: Answer) -> Page:
    """A page's records. Raises Unreadable or Problem when it is none of its kind."""
    return _READERS[kind](answer)


def _json(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        page = answer.content.lstrip()[:200].lower().startswith((b"<!doctype", b"<html"))
        raise Unreadable(Text(f"答复不是 JSON{'，是网页' if page else ''}（{error}）", f"the answer is not JSON{', it is a web page' if page else ''} ({error})"), where=answer.address[:200],
                         remedy=Text("请核对地址，或用 --kind 说明是哪种服务。", "Check the address, or say with --kind what service it is.")) from None


def _not(answer: Answer, service: str) -> Unreadable:
    return Unreadable(Text(f"答复不是 {service}", f"the answer is not of {service}"), where=answer.address[:200],
                      remedy=Text("请核对地址，或用 --kind 说明是哪种服务。", "Check the address, or say with --kind what service it is."))


def _ckan(answer: Answer) -> Page:
    tree = _json(answer)
    found = tree.get("result") if isinstance(tree, dict) and tree.get("success") is True else None
    if not isinstance(found, dict) or not isinstance(found.get("results"), list) or not isinstance(found.get("count"), int):
        raise _not(answer, "CKAN")
    asked = dict(parse_qsl(urlsplit(answer.address).query))
    reached = int(asked.get("start", "0")) + len(found["results"])
    if not found["results"] and reached < found["count"]:
        raise Problem("incomplete", Text(f"说有 {found['count']} 条，到第 {reached} 条就没有了", f"it speaks of {found['count']} records and gives none after {reached}"), where=answer.address[:200])
    return Page(found["results"], following=_with(answer.address, {**asked, "start": str(reached)}) if reached < found["count"] else "", total=found["count"])


def _ogc(answer: Answer) -> Page:
    tree = _json(answer)
    if not isinstance(tree, dict) or not isinstance(tree.get("features"), list):
        raise _not(answer, "OGC API – Records")
    links = [x for x in tree.get("links") or () if isinstance(x, dict) and x.get("rel") == "next" and isinstance(x.get("href"), str)]
    total = tree.get("numberMatched")
    return Page([_feature(f) for f in tree["features"]], following=urljoin(answer.address, links[0]["href"]) if links else answer.following,
                total=total if isinstance(total, int) else None)


def _feature(feature: Any) -> Any:
    """The properties of a record with what stands beside them; of two of one name both stay."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return feature
    inner = feature["properties"]
    return {**{k: v for k, v in feature.items() if k not in ("properties", "type") and k not in inner}, **inner, **{f"feature.{k}": v for k, v in feature.items() if k in inner}}


def _dcat(answer: Answer) -> Page:
    form = RDF_KINDS.get(answer.kind) or next((f for e, f in RDF_ENDINGS.items() if urlsplit(answer.address).path.endswith(e)), None) or (
        ox.RdfFormat.JSON_LD if answer.content.lstrip()[:1] in (b"{", b"[") else ox.RdfFormat.RDF_XML if answer.content.lstrip()[:1] == b"<" else ox.RdfFormat.TURTLE)
    triples = list(dcat_reading.parsed(answer.content, form, answer.address[:200], base=answer.address))
    following = [o for _, p, o in triples if p[1:-1] in _HYDRA]
    return Page(triples=triples, following=urljoin(answer.address, following[0].strip('<>"')) if following else answer.following)


def xml(content: bytes, where: str) -> etree._Element:
    """The root of a document: no entities, nothing fetched, no depth without end. Raises Unreadable."""
    try:
        dcat_reading.without_entities(content, where)
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True))
    except etree.XMLSyntaxError as error:
        raise Unreadable(Text(f"不是有效的 XML（{error}）", f"not valid XML ({error})"), where=where) from None


def _csw(answer: Answer) -> Page:
    root = xml(answer.content, answer.address[:200])
    results = root.find(".//{*}SearchResults")
    if results is None:
        told = " ".join(str(t) for e in root.iter("{*}ExceptionText") for t in e.itertext())
        raise Problem("refused_there", Text(f"不是目录的答复：{told[:300] or root.tag}", f"no answer of a catalogue service: {told[:300] or root.tag}"), where=answer.address[:200])
    asked = dict(parse_qsl(urlsplit(answer.address).query))
    following, total = results.get("nextRecord", "0"), results.get("numberOfRecordsMatched", "")
    trees = [_element(e) for e in results if isinstance(e.tag, str)]
    more = following.isdecimal() and int(following) > int(asked.get("startPosition", "1")) and trees and not (total.isdecimal() and int(following) > int(total))
    return Page(trees, following=_with(answer.address, {**asked, "startPosition": following}) if more else "", total=int(total) if total.isdecimal() else None)


def _element(record: etree._Element) -> dict[str, Any]:
    """A record of Dublin Core as keys and values; what stands inside an element comes as its own mapping."""
    found: dict[str, Any] = {}
    for each in record:
        if not isinstance(each.tag, str):
            continue
        key = etree.QName(each).localname
        key = "keyword" if key == "subject" else key  # Dublin Core's subjects are words, no classes
        said: Any = _element(each) if len(each) else (each.text or "").strip()
        key, said = ("spatial", " ".join(v for v in said.values() if isinstance(v, str))) if key == "BoundingBox" and isinstance(said, dict) else (key, said)
        if key in ("references", "URI") and isinstance(said, str) and said:
            said = {"url": said, **({"protocol": p} if (p := each.get("scheme") or each.get("protocol")) else {}), **({"name": n} if (n := each.get("name")) else {})}
            key = "resources"
        if said in ("", {}):
            continue
        if key == "resources" or key.lower() in _SEVERAL:
            found.setdefault(key, []).append(said)
        else:
            number = sum(k == key or k.startswith(f"{key}~") for k in found)
            found[f"{key}~{number + 1}" if number else key] = said
    return found


def _files(answer: Answer) -> Page:
    """A document of records as such, like DCAT-US's data.json."""
    from jingwei.foundations.data.catalogue.yaml_trees import yaml_trees

    if urlsplit(answer.address).path.endswith((".yaml", ".yml")) or "yaml" in answer.kind:
        trees = yaml_trees(Document(answer.address[:200], answer.content).text().lstrip("\ufeff"), answer.address[:200])
        return Page([r for t in trees for r in records_in(t)], following=answer.following)
    return Page(records_in(_json(answer)), following=answer.following)


_READERS: dict[str, Callable[[Answer], Page]] = {"ckan": _ckan, "ogc": _ogc, "dcat": _dcat, "csw": _csw, "files": _files}


def named(trees: list[Any], slug: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    """Each record with a name that stays when others come or go: its own id, else a digest of what it says; of two of one name the second gets a number."""
    import hashlib

    seen: dict[str, int] = {}
    for tree in trees:
        own = next((str(tree[k]) for k in ("id", "identifier", "@id", "uuid", "name", "编号", "标识符") if isinstance(tree.get(k), str | int) and str(tree[k]).strip()), "") if isinstance(tree, dict) else ""
        name = slug(own) if own else hashlib.blake2b(msgspec.json.encode(tree, order="deterministic"), digest_size=8).hexdigest()
        seen[name] = seen.get(name, 0) + 1
        yield f"{name}~{seen[name]}" if seen[name] > 1 else name, tree
