"""Records in the forms of CKAN's API and of a table. Each carries the record itself beside what those forms have words for.

Whoever reads CKAN or a table reads what they know; who reads both halves, and finds the visible one as it was written, has the record itself again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from jingwei.foundations.data.catalogue.model import Agent, Contact, Item, Period, Record, Resource, Term, Word, spoken

WHOLE, SEAL = "jingwei_record", "jingwei_seal"
"""The record itself, and the digest of what stands beside it: once somebody changed that, it counts and the record does not."""

_CLOSED = re.compile(r"(?:NON_PUBLIC|CONFIDENTIAL|SENSITIVE)$|private|non-?public|不公开|不开放|不予开放|涉密", re.IGNORECASE)


def is_public(record: Record) -> bool:
    """Whether others may be told of it: not of what is not to be shared, nor of what is closed by its own words."""
    rights = record.access_rights
    return record.sharing != "none" and not (rights and (_CLOSED.search(rights.label) or _CLOSED.search(rights.address)))


# CKAN


def called(one: str) -> str:
    """A record's id as CKAN names packages: small letters, digits and strokes, at most 100, and no two alike."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", one.lower()).strip("-")[:80]
    return one if one == plain and len(one) > 1 else f"{plain or 'd'}-{hashlib.blake2b(one.encode('utf-8', 'replace'), digest_size=5).hexdigest()}"


def package(one: str, record: Record) -> dict[str, Any]:
    """A record as ``package_show`` of CKAN 2.10 answers. ``one`` : its id here."""
    license_ = record.license or Term()
    contact = record.contact[0] if record.contact else Contact()
    extras = [{"key": key, "value": value} for key, value in (
        ("frequency", _said(record.frequency)), ("spatial", _said(record.spatial)), ("temporal", _said(record.temporal)), ("issued", record.issued), ("language", _said(record.language)),
        ("access_rights", _said(record.access_rights)), ("identifier", _said(record.identifier)), ("uri", record.address), ("sharing", record.sharing), ("sharing_mode", record.sharing_mode),
        ("use_conditions", record.use_conditions), ("grade", record.grade), ("items", _said(record.items))) if value]
    made: dict[str, Any] = {
        "id": hashlib.blake2b(one.encode("utf-8", "replace"), digest_size=16).hexdigest(), "name": called(one), "title": record.name(), "notes": spoken(record.description, ""), "type": "dataset",
        "state": "active", "private": False, "isopen": None, "url": next((t.address for t in record.landing_page if t.address), ""), "version": record.version,
        "license_id": license_.address.rpartition("/")[2] or license_.label, "license_title": license_.label or license_.address.rpartition("/")[2], "license_url": license_.address,
        "author": _said(record.creator), "author_email": next((a.email for a in record.creator if a.email), ""), "maintainer": contact.name, "maintainer_email": contact.email,
        "metadata_created": record.issued, "metadata_modified": record.modified or record.issued,
        "organization": _group(record.publisher.name or record.publisher.address) if record.publisher else None, "owner_org": _group(record.publisher.name)["id"] if record.publisher else None,
        "tags": [{"name": w.text, "display_name": w.text, "state": "active"} for w in record.keyword], "num_tags": len(record.keyword),
        "groups": [_group(t.label or t.address) for t in record.theme], "num_resources": len(record.resources), "resources": [_resource(r, n) for n, r in enumerate(record.resources)], "extras": extras}
    seal, whole = _seal(made), record.encode().decode()
    extras += [{"key": WHOLE, "value": whole}, {"key": SEAL, "value": seal}]
    return made


def _group(name: str) -> dict[str, Any]:
    return {"id": hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).hexdigest(), "name": called(name), "title": name, "display_name": name}


def _resource(one: Resource, position: int) -> dict[str, Any]:
    media = one.media_type or Term()
    return {"id": hashlib.blake2b(one.address.encode("utf-8", "replace"), digest_size=16).hexdigest(), "position": position, "state": "active",
            "url": next((t.address or t.label for t in (*one.access_url, *one.download_url)), ""), "download_url": next((t.address for t in one.download_url), ""),
            "name": spoken(one.title, ""), "description": spoken(one.description, ""), "format": _said(one.format), "mimetype": media.label or media.address.rpartition("media-types/")[2],
            "size": int(one.byte_size) if one.byte_size.isdecimal() and len(one.byte_size) < 18 else None, "hash": one.sha256, "created": one.issued, "last_modified": one.modified, "license": _said(one.license)}


def _said(value: Any) -> str:  # noqa: PLR0911 (one a kind of value)
    """A field's values in words, one after the other."""
    if isinstance(value, Term):
        return value.label or (value.address.rpartition("/")[2] if value.address.startswith(("http://publications.europa.eu/", "https://spdx.org/")) else value.address)
    if isinstance(value, Word):
        return value.text
    if isinstance(value, Agent | Contact):
        return value.name or value.email or value.page or value.address
    if isinstance(value, Period):
        return value.start if value.start == value.end else f"{value.start}/{value.end or '..'}"
    if isinstance(value, Item):
        return value.name
    if isinstance(value, tuple):
        return "; ".join(filter(None, map(_said, value)))
    return str(value or "")


# Tables

_COLUMNS = ("title", "description", "publisher", "keyword", "theme", "format", "frequency", "issued", "modified", "sharing", "sharing_mode", "sharing_basis", "use_conditions", "grade", "items",
            "license", "access_rights", "spatial", "temporal", "language", "identifier", "creator", "contact", "landing_page", "version")


def table(records: Iterable[tuple[str, Record]]) -> bytes:
    """Records as CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read Chinese): one a row, what art. 13 of Order 809 asks for first."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(("id", *_COLUMNS, "resources", WHOLE, SEAL))
    for one, record in records:
        said = {n: _said(getattr(record, n)) for n in _COLUMNS if n != "format"}
        row = {"id": one, **{n: said.get(n, "; ".join(dict.fromkeys(filter(None, (_said(r.format) for r in record.resources))))) for n in _COLUMNS},
               "resources": "; ".join(filter(None, (next((t.address for t in (*r.access_url, *r.download_url)), "") for r in record.resources)))}
        row = {k: _inert(v) for k, v in row.items()}
        writer.writerow((*row.values(), record.encode().decode(), _seal(row)))
    return b"\xef\xbb\xbf" + sink.getvalue().encode("utf-8", "replace")


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; and that every reader of CSV gives back as it is."""
    plain = " ".join(cell.replace("\0", "").split("\r"))
    return f"'{plain}" if plain[:1] in tuple("=+-@\t") else plain


# Back


def restored(tree: Mapping[str, Any]) -> Record | None:
    """The record that a package or row carries, when what stands beside it is as it was written."""
    told: Mapping[str, Any] = tree
    visible: dict[str, Any] = {k: v for k, v in tree.items() if k not in (WHOLE, SEAL)}
    if WHOLE not in tree:
        if not isinstance(extras := tree.get("extras"), list) or not any(isinstance(e, dict) and e.get("key") == WHOLE for e in extras):
            return None
        told = {e["key"]: e.get("value") for e in extras if isinstance(e, dict) and isinstance(e.get("key"), str)}
        visible["extras"] = [e for e in extras if not (isinstance(e, dict) and e.get("key") in (WHOLE, SEAL))]
    if told.get(SEAL) != _seal(visible):
        return None
    try:
        record = Record.decode(str(told[WHOLE]).encode())
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return record if record.title else None


def _seal(visible: Mapping[str, Any]) -> str:
    return hashlib.blake2b(msgspec.json.encode(visible, order="deterministic"), digest_size=16).hexdigest()


# CKAN's API


def answered(action: str, asked: Mapping[str, str], records: Sequence[tuple[str, Record]]) -> Any:
    """What CKAN's action API gives for these public records, in the order of their names; None where there is no such action or package.

    Searches hold every word of ``q`` in title, notes or tags; ``fq`` of organisation, tags and groups is carried out, other filters find nothing.
    """
    named = sorted((called(one), one, record) for one, record in records)
    if action == "status_show":
        return {"ckan_version": "2.10.4", "site_title": "Jingwei", "extensions": []}
    if action == "package_list":
        return [name for name, *_ in _cut(named, asked, "limit", "offset", len(named))]
    if action == "organization_list":
        return sorted({called(r.publisher.name or r.publisher.address) for *_, r in named if r.publisher})
    if action == "package_show":
        wanted = asked.get("id", asked.get("name_or_id", ""))
        return next((package(one, r) for name, one, r in named if wanted in (name, one, hashlib.blake2b(one.encode("utf-8", "replace"), digest_size=16).hexdigest())), None)
    if action == "package_search":
        found = [each for each in named if _holds(each[2], asked.get("q", "")) and _filtered(each[2], asked.get("fq", ""))]
        return {"count": len(found), "sort": "name asc", "facets": {}, "search_facets": {}, "results": [package(one, r) for _, one, r in _cut(found, asked, "rows", "start", 10)]}
    return None


ACTIONS = ("status_show", "package_list", "organization_list", "package_show", "package_search")
MOST_ROWS = 1_000


def _cut(found: Sequence[Any], asked: Mapping[str, str], rows: str, start: str, otherwise: int) -> Sequence[Any]:
    first = int(asked[start]) if asked.get(start, "").isdecimal() else 0
    number = min(int(asked[rows]), MOST_ROWS) if asked.get(rows, "").isdecimal() and rows == "rows" else int(asked[rows]) if asked.get(rows, "").isdecimal() else otherwise
    return found[first:first + number]


def _holds(record: Record, words: str) -> bool:
    if words.strip() in ("", "*:*", "*"):
        return True
    text = " ".join((*(w.text for w in (*record.title, *record.description, *record.keyword)), record.publisher.name if record.publisher else "")).lower()
    return all(w in text for w in words.lower().split())


def _filtered(record: Record, asked: str) -> bool:
    publisher = record.publisher.name or record.publisher.address if record.publisher else ""
    held = {"organization": {publisher, called(publisher)}, "tags": {w.text for w in record.keyword}, "dataset_type": {"dataset"}, "type": {"dataset"}, "state": {"active"},
            "groups": {n for t in record.theme for n in (t.label or t.address, called(t.label or t.address))}}
    return all((quoted or whole) in held.get(field, ()) for field, whole, quoted in re.findall(r'(\w+):("([^"]*)"|\S+)', asked))


def rows_of(content: str, where: str) -> Iterator[dict[str, Any]]:
    """Rows of a table as records: keys from its first line. Raises ValueError for a heading that stands twice."""
    csv.field_size_limit(64 << 20)
    first = content.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=max(",;\t", key=first.count))
    heading = [h.strip() or f"column {n}" for n, h in enumerate(next(reader, []), 1)]
    if len(set(heading)) != len(heading):
        raise ValueError(f"{where}: a heading stands twice")
    for row in reader:
        if any(cell.strip() for cell in row):
            yield {**dict(zip(heading, row, strict=False)), **({"…": row[len(heading):]} if len(row) > len(heading) else {})}
