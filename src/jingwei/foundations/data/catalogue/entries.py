"""One tree of keys and values to a record, by a mapping of keys to fields. What a field cannot hold whole stays in extras."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from jingwei.foundations.data.catalogue.dcat import is_address
from jingwei.foundations.data.catalogue.model import SHARING, Agent, Contact, Item, Period, Record, Resource, Term, Word
from jingwei.foundations.data.catalogue.names import ONE_KEY, RESOURCE_NAMES, named
from jingwei.foundations.data.catalogue.rules import (
    SPDX_LICENCES,
    day,
    file_type,
    frequency,
    frequency_in,
    licence_in,
    moment,
    period,
)
from jingwei.foundations.data.catalogue.trees import LEAST, Seen, Tree, by_language, is_link, jsonable, survey, texts_in
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_WORDS = ("title", "description", "keyword", "version_notes")
_TERMS = ("theme", "spatial", "language", "landing_page", "documentation", "source", "conforms_to", "provenance", "relation")
_TERM = ("license", "access_rights")
_TEXT = ("version", "sharing_basis", "sharing_mode", "use_conditions", "grade")
_CONTACT = {"contact_name": "name", "contact_email": "email", "contact_phone": "phone", "contact_page": "page"}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MAIL_IN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED_MAIL = re.compile(r"([^<>@]+?)\s*[<(]\s*(?:mailto:)?([^@\s<>]+@[^@\s<>]+\.[^@\s<>]+?)\s*[>)]")
_NAMED_LINK = re.compile(r"\[([^\]]+)\]\((\S+?)\)")
Unknown = dict[str, dict[str, int]]
"""Field to words no rule knows, with how often they were met."""


def record_of(tree: Tree, mapping: Mapping[str, str], resources: Mapping[str, str], address: str, body: str, unknown: Unknown,  # noqa: PLR0912
              where: str, fallback: str = "") -> Record:
    """The record of a tree; ``fallback`` is its title where its source has no key for one. Raises Problem ``no_title``: nothing can be found, asked for or shown without a name."""
    fields: dict[str, list[Any]] = {}
    extras: dict[str, Any] = {}
    contact: dict[str, str] = {}
    made: tuple[Resource, ...] = ()
    formats: list[str] = []
    for key, value in tree.items():
        target = mapping.get(str(key), "")
        if value in (None, "", [], {}):
            continue
        if target in _CONTACT:
            whole = _contact(contact, _CONTACT[target], value)
        elif target == "resources":
            whole = not made
            made = made or tuple(_resources(value, resources, address, unknown))
        elif target == "format":
            formats, whole = list(texts_in(value)), False
        elif target in ONE_KEY and target in fields:  # another key was faster
            whole = False
        else:
            whole = _fill(fields, target, value, unknown) if target else False
        if not whole:
            extras[str(key)] = jsonable(value)
    made = tuple(_formatted(made, formats, address, unknown)) if formats else made
    if contact:
        fields["contact"] = [Contact(**contact)]
    if body:
        if "description" in fields:
            extras["body"] = body
        else:
            fields["description"] = [Word(body)]
    if "title" not in fields and (heading := re.match(r"#\s+(\S.*)", body)):
        fields["title"] = [Word(heading[1].strip())]
    if "title" not in fields and fallback:
        fields["title"] = [Word(fallback)]
        _not_known(unknown, "title", "file name")
    if "title" not in fields:
        raise Problem("no_title", Text("里面没有标题", "nothing in it is its title"), where=where,
                      remedy=Text("请加上标题，或用 --mapping 说明标题在哪个键。",
                                  "Give it one, or say with --mapping which key holds it."))
    return Record(address, **{n: _held(n, v) for n, v in fields.items()}, resources=made, extras=extras)


def _contact(contact: dict[str, str], part: str, value: Any) -> bool:
    """Put a value into one part of whom to ask; an address of mail or of a page goes where such belong, whatever its key says."""
    if isinstance(value, dict):
        for names, into in (("fn name full_name individualname organization title 姓名 名称", "name"), ("email mail has_email 邮箱", "email"),
                            ("phone telephone tel has_telephone 电话", "phone"), ("url page has_url link web 网址", "page")):
            for key, each in value.items():
                if isinstance(each, str) and each.strip() and named(str(key), names) > LEAST:
                    contact.setdefault(into, each.strip().removeprefix("mailto:").removeprefix("tel:"))
        return False
    said = [s.removeprefix("mailto:") for s in texts_in(value)]
    if not said:
        return False
    if part == "name" and (linked := _NAMED_LINK.fullmatch(said[0])):
        words, into = linked[1], linked[2].removeprefix("mailto:")
        if not _MAIL.fullmatch(words):
            contact.setdefault("name", words)
        contact.setdefault("email" if _MAIL.fullmatch(into) else "page", into)
        return False
    if part == "name" and len(said) == 1 and " " in said[0] and len(mails := {m.rstrip(".,;:") for m in _MAIL_IN.findall(said[0])}) == 1 and not _NAMED_MAIL.fullmatch(said[0]):
        contact.setdefault("email", mails.pop())  # whom to ask is told in a sentence, which stays the name
    if part == "name" and (both := _NAMED_MAIL.fullmatch(said[0])):
        contact.setdefault("name", both[1].strip(" ,\"'"))
        return contact.setdefault("email", both[2]) == both[2] and len(said) == 1 and contact["name"] in said[0]
    if part == "name" and "email" not in contact and _MAIL.fullmatch(said[0]):
        part = "email"
    elif part == "name" and "page" not in contact and is_link(said[0]):
        part = "page"
    elif part == "name" and "phone" not in contact and re.fullmatch(r"[+\d][\d\s()-]{4,}", said[0]):
        part = "phone"
    return contact.setdefault(part, said[0]) == said[0] and len(said) == 1


def _held(name: str, values: Sequence[Any]) -> Any:
    return values[0] if name in _SINGLE else tuple(values) if name == "items" else tuple(sorted(set(values)))


_SINGLE = frozenset((*_TERM, *_TEXT, "publisher", "issued", "modified", "frequency", "sharing"))


def _fill(fields: dict[str, list[Any]], target: str, value: Any, unknown: Unknown) -> bool:  # noqa: PLR0911, PLR0912 (one a kind of field)
    """Put a value into its field; whether the field holds all of it."""
    said = _ends(value) if target == "temporal" and isinstance(value, dict) else list(texts_in(value))
    flat = not isinstance(value, dict) and not (isinstance(value, list) and any(isinstance(v, dict) for v in value))
    whole = flat and not isinstance(value, bool) and bool(said)
    if not said and target not in (*_WORDS, "items"):
        return False
    if target == "keyword" and isinstance(value, str) and len(parts := re.split(r"\s*[,;，；、|]\s*", said[0])) > 1:
        fields.setdefault(target, []).extend(Word(p) for p in parts if p)
        return False  # a comma may have been part of a word
    if target in _WORDS:
        words = [Word(v.strip(), k.replace("_", "-").lower()) for k, v in value.items() if isinstance(v, str) and v.strip()] if by_language(value) else [
            Word(s) for s in said]
        fields.setdefault(target, []).extend(words)
        return bool(words) and (whole or by_language(value))
    if target in ("identifier", *_TERMS, "creator"):
        fields.setdefault(target, []).extend(s if target == "identifier" else Agent(s) if target == "creator" else term(s) for s in said)
        return whole
    if target == "items":
        return _items(fields, value, said)
    if target in fields:  # a second key of a field that holds one
        return False
    if target in ("issued", "modified"):
        return _time(fields, target, said[0], unknown) and whole and len(said) == 1
    if target == "temporal":
        if (between := period(said[0] if len(said) == 1 else " / ".join(said[:2]))) is not None:
            fields["temporal"] = [Period(*between)]
        else:
            _not_known(unknown, target, said[0])
        return False  # the words stay: a range of years is our reading of them
    if target == "sharing":
        code = next((c for c, t in SHARING.items() if said[0].lower() in (c, t.zh, t.en)), "")
        if not code:
            _not_known(unknown, target, said[0])
            return False
        fields[target] = [code]
        return whole and said[0] == code
    if target == "frequency":
        address = frequency_in(said[0])
        fields[target] = [coded(said[0], address)]
        if not address:
            _not_known(unknown, target, said[0])
        return whole and len(said) == 1 and _exact(said[0], address)
    if target == "license":
        return _licence(fields, value, said, unknown) and whole and len(said) == 1
    if target == "publisher" and (link := _NAMED_LINK.fullmatch(said[0])):
        fields[target] = [Agent(link[1], page=link[2])]
        return False
    if target == "publisher" and isinstance(value, dict):
        page = next((v.strip() for k, v in value.items() if isinstance(v, str) and is_link(v.strip()) and named(str(k), "url homepage page website web link 网址") > LEAST), "")
        fields[target] = [Agent(said[0], page=page)]
        return False
    fields[target] = [Agent(said[0]) if target == "publisher" else term(said[0]) if target in _TERM else said[0]]
    return whole and len(said) == 1


def _ends(value: Mapping[str, Any]) -> list[str]:
    """Beginning and end of a period told in two keys."""
    found = [next((str(v) for k, v in value.items() if isinstance(v, str | int) and not isinstance(v, bool) and named(str(k), names) > 0.9), "")
             for names in ("start begin from start_date begin_date startdate 开始 起", "end to until end_date enddate stop 结束 止")]
    return [found[0], found[1] or "present"] if found[0] else []


def _licence(fields: dict[str, list[Any]], value: Any, said: Sequence[str], unknown: Unknown) -> bool:
    """The licence that the words, or the address beside them, are by the rules; whether it says all that they did."""
    first = value[0] if isinstance(value, list) and value else value
    linked = _NAMED_LINK.fullmatch(said[0])
    beside = [str(v) for v in first.values() if isinstance(v, str)] if isinstance(first, dict) else [linked[1], linked[2]] if linked else []
    address = next((code for w in (said[0], *beside) if (code := licence_in(w))), "")
    if not address:
        _not_known(unknown, "license", said[0])
    fields["license"] = [Term("", address) if address else Term(linked[1], linked[2]) if linked and is_address(linked[2]) else term(said[0])]
    return not linked and (not address or address in (said[0], f"{SPDX_LICENCES}{said[0]}"))


def _time(fields: dict[str, list[Any]], target: str, said: str, unknown: Unknown) -> bool:
    if written := moment(said):
        fields[target] = [written]
        return written == said
    if (address := frequency(said)) and "frequency" not in fields:  # portals write how often where others write when
        fields["frequency"] = [coded(said, address)]
        return False
    _not_known(unknown, target, said)
    return False


def _items(fields: dict[str, list[Any]], value: Any, said: Sequence[str]) -> bool:
    found = []
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            told = {plain: next((str(v) for k, v in each.items() if named(str(k), names) > LEAST and not isinstance(v, dict | list | None)), "")
                    for plain, names in (("name", "name title field column id 名称 字段 数据项"), ("kind", "type datatype data_type 类型 数据类型"),
                                         ("description", "description notes label comment 描述 说明"))}
            if told["name"]:
                found.append(Item(**told))
    fields["items"] = found or [Item(s) for part in said for s in re.split(r"[,、;；，]\s*", part) if s]
    return False  # a column may say more than these three


def term(said: str) -> Term:
    """A term of what is written; an address that no IRI may hold as it stands is escaped, and kept as written beside."""
    if (linked := _NAMED_LINK.fullmatch(said)) and is_address(linked[2]):
        return Term(linked[1], linked[2])
    if not is_link(said):
        return Term(said)
    if is_address(said):
        return Term("", said)
    return Term(said, quote(said, safe=":/?#[]@!$&'()*+,;=%~"))


def coded(said: str, address: str) -> Term:
    """The code's address alone where a rule knows the words, so that one address has one name everywhere; else the words."""
    return Term("", address) if address else Term(said)


def _exact(said: str, address: str) -> bool:
    """Whether the code says all that the words did."""
    return not address or address.rpartition("/")[2].casefold() == said.casefold()


def _not_known(unknown: Unknown, target: str, said: str) -> None:
    words = unknown.setdefault(target, {})
    if said in words or len(words) < 1_000:
        words[said] = words.get(said, 0) + 1


# Resources


def _formatted(made: tuple[Resource, ...], formats: Sequence[str], address: str, unknown: Unknown) -> Iterator[Resource]:
    """Resources with the formats that the record tells of as a whole: its one resource, or one each where it has none. Several keep their own."""
    said = [f for each in formats for f in re.split(r"\s*[,;，；、|/]\s*", each) if f]
    for place, one in enumerate(said if not made else said[:1] if len(made) == 1 and not made[0].format else ()):
        fields: dict[str, Any] = {}
        _put(fields, "format", one, unknown)
        yield Resource(f"{address}#f{place:04d}", **fields) if not made else msgspec.structs.replace(made[0], **fields)
    if len(made) > 1 or (made and (made[0].format or not said)):
        yield from made


def resource_trees(value: Any) -> Iterator[Mapping[str, Any]]:
    """The resources a value holds, each as keys and values."""
    if isinstance(value, dict):
        if value and all(isinstance(v, dict) for v in value.values()):
            yield from value.values()
        else:
            yield value
    elif isinstance(value, list):
        for each in value:
            yield each if isinstance(each, dict) else {"url": each}
    else:
        yield {"url": value}


def resource_mapping(trees: Sequence[Mapping[str, Any]], laid_down: Mapping[str, str]) -> dict[str, str]:
    """Key of resources to field, by the same rule as for records; the address is whatever can be followed."""
    found = {k: t for k, t in laid_down.items() if t}
    scores = []
    for place, (key, seen) in enumerate(survey(trees).items()):
        if key in laid_down or not seen.filled:
            continue
        for target, names in RESOURCE_NAMES.items():
            score = max(named(key, names) * _resource_fit(target, seen) * (target != "format" or _of_formats(key, seen)), 0.7 * seen.share("link") * seen.coverage * (target == "address"))
            if score >= LEAST:
                scores.append((score, -place, key, target))
    for _, _, key, target in sorted(scores, reverse=True):
        if key not in found and target not in found.values():
            found[key] = target
    return found


def _of_formats(key: str, seen: Seen) -> bool:
    """Whether a key is of formats: by its own name, or a mere *type* because some of its values are known ones. *S3 Bucket* is none."""
    return named(key, "format 格式 extension") > LEAST or sum(file_type(t) != "" for t in seen.texts) > 0.2 * len(seen.texts)


def _resource_fit(target: str, seen: Seen) -> float:
    if target in ("address", "download_url"):
        return seen.share("link")
    if target in ("issued", "modified"):
        return seen.share("date")
    return seen.share("text", "number", "link", "date", "frequency")


def _resources(value: Any, mapping: Mapping[str, str], address: str, unknown: Unknown) -> Iterator[Resource]:
    for number, tree in enumerate(resource_trees(value)):
        fields: dict[str, Any] = {}
        extras: dict[str, Any] = {}
        for key, each in tree.items():
            if each in (None, "", [], {}):
                continue
            target, said = mapping.get(str(key), "address" if key == "url" else ""), str(each).strip() if isinstance(each, str | int | float) else ""
            if not target or not said or isinstance(each, bool) or not _put(fields, target, said, unknown):
                extras[str(key)] = jsonable(each)
        yield Resource(f"{address}#r{number:04d}", **fields, extras=extras)


def _put(fields: dict[str, Any], target: str, said: str, unknown: Unknown) -> bool:  # noqa: PLR0911 (one a kind of field)
    if target in ("title", "description"):
        fields[target] = (Word(said),)
    elif target in ("address", "download_url"):
        if not is_link(said):
            return False
        fields["access_url" if target == "address" else target] = (term(said),)
    elif target == "format":
        address = file_type(said)
        if not address:
            _not_known(unknown, target, said)
        fields[target] = coded(said, address)
        return _exact(said, address)
    elif target == "license":
        address = licence_in(said)
        if not address:
            _not_known(unknown, target, said)
        fields[target] = Term("", address) if address else term(said)
        return not address or address in (said, f"{SPDX_LICENCES}{said}")
    elif target == "media_type":
        fields[target] = term(said)
    elif target in ("issued", "modified"):
        written = day(said)
        if not written:
            _not_known(unknown, target, said)
            return False
        fields[target] = written
        return written == said
    elif (target == "byte_size" and not said.isdecimal()) or (target == "sha256" and not re.fullmatch(r"[0-9A-Fa-f]{64}", said)):
        return False
    else:
        fields[target] = said
    return True
