"""Records of unknown keys: which key is which field, told from its name and its values, over a whole source at once.

A key scores for a field by its name (the words of ``NAMES``, Chinese and English) and by what its values are like; the
best pairs are taken first. What no field fits stays with the record under its own key. The mapping is kept with the
source, shown by the harvest, and may be laid down key by key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from jingwei.foundations.data.catalogue.names import NAMES, ONE_KEY, named
from jingwei.foundations.data.catalogue.rules import YEAR, frequency, is_date

Tree = Mapping[str, Any]

SAMPLE = 200
"""Records looked at to tell what a key is; more would not change it."""

LEAST = 0.5
"""The least score at which a key is taken for a field."""

_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://[^\s/][^\n\r\t]*|arn:[\w-]*:\S+|doi:\S+)")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LICENCE = re.compile(r"licen[cs]e|creative commons|public domain|\bcc[ -](?:by|0)|\bcc0|\bodc\b|\bodbl\b|\bpddl\b|copyright|terms|open government|\bmit\b|许可|授权", re.I)
_ORGANISATION = re.compile(r"\b(?:agency|department|dept|office|board|bureau|institut\w*|universit\w*|ministr\w*|council|commission|committee|cent(?:er|re)|service|authority|survey|"
                           r"foundation|association|society|organi[sz]ation|company|inc|ltd|gmbh|laborator\w*|administration|city of|county|amt|behörde)\b|"
                           r"amt\b|(?:局|部|厅|委|委员会|中心|公司|大学|研究院|研究所|办公室|政府|集团|协会|法院|检察院)$", re.I)
_SLUG = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*")


def is_link(value: object) -> bool:
    """Whether it can be followed: a URL, an ARN or a DOI."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) is not None


def by_language(value: Any) -> bool:
    """Whether it is one text in several languages: {"zh": …, "en": …}."""
    return isinstance(value, dict) and bool(value) and all(
        isinstance(k, str) and _LANGUAGE.fullmatch(k) and isinstance(v, str | None) for k, v in value.items())


@dataclass(slots=True)
class Seen:
    """What a key's values are like over the records looked at. Shares are of the values that say something.

    rows : the records, by number, in which it says something
    linked : lists of records of which one at least can be followed
    """

    filled: int = 0
    of: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    linked: int = 0

    def share(self, *kinds: str) -> float:
        return sum(self.shares[k] for k in kinds) / self.filled if self.filled else 0.0

    @property
    def coverage(self) -> float:
        return self.filled / self.of if self.of else 0.0

    @property
    def distinct(self) -> float:
        return len(set(self.texts)) / len(self.texts) if self.texts else 0.0

    @property
    def length(self) -> float:
        return sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0

    @property
    def various(self) -> bool:
        """Whether it tells at least two things apart; what every record says alike tells nothing of any."""
        return len(set(self.texts)) > 1 or self.of == 1

    def like(self, form: re.Pattern[str], *, whole: bool = False) -> float:
        looked = [t[:200] for t in self.texts[:SAMPLE]]
        return sum((form.fullmatch(t) if whole else form.search(t)) is not None for t in looked) / len(looked) if looked else 0.0


def survey(trees: Sequence[Tree]) -> dict[str, Seen]:
    """Every key of the records, in order of appearance."""
    step = -(-len(trees) // SAMPLE) or 1
    looked = trees[::step]
    found: dict[str, Seen] = {}
    for number, tree in enumerate(looked):
        for key, value in tree.items():
            seen = found.setdefault(str(key), Seen(of=len(looked)))
            if value in (None, "", [], {}):
                continue
            seen.filled += 1
            seen.rows.add(number)
            kind = kind_of(value)
            seen.shares[kind] += 1
            if kind == "texts":
                seen.texts += [str(v) for v in value][:20]
            elif by_language(value):
                seen.texts.append(next(iter(value.values())) or "")
            elif kind == "table":
                seen.linked += any(is_link(v) for each in value for v in each.values())
            elif not isinstance(value, dict | list):
                seen.texts.append(str(value))
    return found


def kind_of(value: Any) -> str:  # noqa: PLR0911 (one return a kind)
    """link, mail, date, year, frequency, number, flag, text, texts, table (a list of records), links,
    record (that says what it is), named (records under their names), parts (keys and values without a name) or mixed."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, date | datetime):
        return "date"
    if isinstance(value, int | float):
        return "year" if YEAR.fullmatch(str(value)) else "number"
    if isinstance(value, str):
        text = value.strip()
        if is_link(text):
            return "link"
        if _MAIL.fullmatch(text):
            return "mail"
        if _NUMBER.fullmatch(text):
            return "year" if YEAR.fullmatch(text) else "date" if "." in text and is_date(text) else "number"
        return "date" if is_date(text) else "frequency" if frequency(text) else "text"
    if isinstance(value, dict):
        if by_language(value):
            return "text"
        return "named" if value and all(isinstance(v, dict) for v in value.values()) else "record" if any(texts_in(value)) else "parts"
    if isinstance(value, list) and value:
        if all(isinstance(v, dict) for v in value):
            return "table"
        if all(isinstance(v, str) for v in value):
            alone = kind_of(value[0]) if len(value) == 1 else "text"
            return "links" if all(is_link(v) for v in value) else alone if alone in ("date", "year") else "texts"
        return "texts" if not any(isinstance(v, dict | list) for v in value) else "mixed"
    return "mixed"


def alike(seen: Seen) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """How well values fit each field: a factor on the name's score (0 rules it out), and a score without any name.

    The last is that of the fields not listed.
    """
    text, texts = seen.share("text"), seen.share("texts")
    few = 1 - seen.distinct
    slug = seen.like(_SLUG, whole=True)
    bodies = seen.like(_ORGANISATION) if 4 <= seen.length <= 100 else 0.0
    fits: dict[str, tuple[float, float]] = {
        "title": ((seen.share("text", "number", "date", "year", "frequency") + 0.9 * seen.share("texts", "table")) * (1 - 0.25 * slug),
                  0.62 * text * seen.coverage * seen.distinct * (4 <= seen.length <= 160)),
        "description": (seen.share("text", "texts", "table", "frequency"), 0.60 * text * min(1.0, seen.length / 200) * seen.distinct),
        "keyword": (seen.share("texts", "text", "table"), 0.58 * texts * (seen.length < 40) * (len(set(seen.texts)) > 2)),
        "theme": (seen.share("texts", "text", "record", "table"),
                  0.56 * (texts + text) * few * (seen.length < 40) * (few > 0.5) * (seen.coverage > 0.3) * seen.various * (1 - bodies)),
        "publisher": (seen.share("text", "record", "parts", "link", "texts", "table"),
                      max(0.54 * text * few * (few > 0.3), 0.62 * (text + texts) * bodies) * (4 <= seen.length <= 100) * seen.various * (few > 0.1)),
        "contact_email": (seen.share("mail", "text"), 0.8 * seen.share("mail")),
        "contact_name": (seen.share("text", "number", "link", "record", "table", "parts") + 0.7 * seen.share("mail"), 0.0), "contact_phone": (seen.share("text", "number"), 0.0),
        "contact_page": (seen.share("link", "text"), 0.0),
        "issued": (seen.share("date", "year"), 0.52 * seen.share("date")),
        "modified": (seen.share("date", "year") + 0.75 * seen.share("frequency"), 0.53 * seen.share("date")),
        "frequency": (seen.share("frequency", "text"), 0.75 * seen.share("frequency")),
        "license": (seen.share("text", "texts", "link", "links", "record", "table"), 0.75 * seen.like(_LICENCE) * few),
        "temporal": (seen.share("text", "texts", "date", "year", "parts", "record"), 0.0),
        "creator": (seen.share("text", "texts", "record", "table"), 0.0),
        "source": (seen.share("text", "texts", "link", "links", "record", "table"), 0.0),
        "resources": (seen.share("table", "links", "record", "named", "parts", "link"), 0.62 * (seen.linked / seen.filled + seen.share("links")) * (seen.coverage > 0.2)),
        "items": (seen.share("table", "texts", "text"), 0.0),
        "format": (seen.share("text", "texts"), 0.0),
        "landing_page": (seen.share("link", "links", "text"), 0.55 * seen.share("link")),
        "documentation": (seen.share("link", "links", "text"), 0.0),
        "identifier": (seen.share("text", "number", "year", "link"), 0.0)}
    return fits, (seen.share("text", "texts", "link", "links", "number", "year", "date", "record", "frequency"), 0.0)


def mapped(surveyed: Mapping[str, Seen], laid_down: Mapping[str, str] | None = None) -> dict[str, str]:
    """Key to field, the best pairs first; keys no field fits are absent. ``laid_down`` goes before (``""`` leaves a key alone).

    By values alone a field gets one key, and none when a key of its name is there. A field that one key fills gets another beside
    it where the two are hardly ever in one record: sources of several hands name one thing in several ways.
    """
    given = dict(laid_down or {})
    scores: list[tuple[float, float, str, str, bool]] = []
    for place, (key, seen) in enumerate(surveyed.items()):
        if key in given or not seen.filled:
            continue
        fits, other = alike(seen)
        for target, names in NAMES.items():
            factor, alone = fits.get(target, other)
            by_name = named(key, names) * factor
            if max(by_name, alone) >= LEAST:
                scores.append((max(by_name, alone) + 0.05 * seen.coverage, -place, key, target, by_name >= LEAST))
    found = {k: t for k, t in given.items() if t}
    filled = set(found.values()) & ONE_KEY
    taken = set(found.values()) | {target for *_, target, by_name in scores if by_name}
    holders: dict[str, set[int]] = {}
    for key, target in found.items():
        holders.setdefault(target, set()).update(surveyed[key].rows if key in surveyed else ())
    for _, _, key, target, by_name in sorted(scores, reverse=True):
        rows = surveyed[key].rows
        if key in found or (not by_name and target in taken):
            continue
        if target in filled and not (by_name and len(rows & holders.get(target, rows)) <= 0.05 * len(rows)):
            continue
        found[key] = target
        filled |= {target} & ONE_KEY
        taken.add(target)
        holders.setdefault(target, set()).update(rows)
    if "title" not in found.values() and (names_ := [(score, place, key) for score, place, key, target, by_name in scores if target == "title" and by_name]):
        found[max(names_)[2]] = "title"  # a short name that would do for an identifier is better than none
    return found


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: days and instants as ISO 8601, keys as text; nothing else changes."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=_as_text) if not isinstance(value, str | int | float | bool | None) else value


def _as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


_SAYING = ("display_name", "title", "name", "label", "full_name", "fullName", "fn", "@value", "value", "text", "description", "abstract", "subject", "keyword", "rights",
           "organization", "individualname", "term", "code", "名称", "标题", "姓名", "值")
"""Where a record within a record says what it is, the best first."""


def texts_in(value: Any) -> Iterable[str]:
    """The texts a value holds: itself, its members, or what members that are records say first of all (CKAN's tags and groups)."""
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for key in _SAYING:
            if isinstance(value.get(key), str) and value[key].strip():
                yield value[key].strip()
                return
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield value.isoformat() if isinstance(value, date) else str(value).strip()
