"""The nation and its 34 provincial-level divisions: codes, names in both languages, cells of a tile map.

The table is ``jingwei/facts/places.csv``. Codes follow GB/T 2260-2007 and ISO 3166-2:CN; ``belt`` is the four-way
grouping of the National Bureau of Statistics, which leaves out Hong Kong, Macao and Taiwan. The tile grid is our own.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from jingwei.kernel.i18n import Text, Words
from jingwei.kernel.problems import Problem, did_you_mean

Kind = Literal["nation", "province", "autonomous region", "municipality", "special administrative region"]
Belt = Literal["east", "central", "west", "northeast"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place figures are given for.

    code : six-digit administrative code; ``CN`` for the nation
    name, short, abbreviation : 广西壮族自治区, 广西, 桂; the nation has no abbreviation
    region, tile : 华北, and (row, column) from the top left; None for the nation
    valid_from, valid_to : first and last day it stood as it is now; None where the table knows no limit
    variants : every way of writing it that ``find`` accepts, apart from case, spaces and width
    """

    code: str
    name: Text
    short: Text
    abbreviation: str
    iso: str
    kind: Kind
    region: Text | None
    belt: Belt | None
    tile: tuple[int, int] | None
    valid_from: date | None
    valid_to: date | None
    variants: tuple[str, ...]

    def stood_on(self, day: date) -> bool:
        """Whether the place existed on ``day``: before 14 March 1997 Chongqing's figures are inside Sichuan's."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


NATION: Place  # read from the table when first asked for, like the rest

_STYLES = {
    "nation": (),
    "province": ("{en} Province", "{en} Sheng"),
    "autonomous region": ("{en} Autonomous Region", "{en} AR", "{en} Zizhiqu"),
    "municipality": ("{en} Municipality", "{en} City", "{en} Shi"),
    "special administrative region": ("{en} SAR", "{en} SAR China", "{en} China", "China {en} SAR", "中国{zh}"),
}
_JOINERS = re.compile(r"[\s'’‘.,()·_–-]+")


def provinces() -> tuple[Place, ...]:
    """All 34 provincial-level divisions in the order of their codes."""
    return _table()[1:]


def find(text: str, *, where: Words = "") -> Place:
    """The place written as ``text``: a code, or any usual name in Chinese or English. Never a guess.

    where : file, row and column, for the message of Problem ``unknown_place``, which has the closest known names
    """
    if found := _index().get(_key(text)):
        return found
    raise Problem("unknown_place",
                  Text(f"{text[:40]!r} 不是全国，也不是 34 个省级行政区之一",
                       f"{text[:40]!r} is not the nation or one of its 34 provincial-level divisions"), where=where,
                  remedy=_suggestion(text[:40])
                  or Text("写六位代码（如 110000）或名称。", "Write a six-digit code such as 110000, or a name."))


def within(place: str, of: str) -> bool:
    """Whether one administrative code is another or lies in it; CN has all. The digits say it: 440106 lies in 440100 and 440000."""
    return of == "CN" or place.startswith(of[:2] if of.endswith("0000") else of[:4] if of.endswith("00") else of)


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    bare = _JOINERS.sub("", plain)
    return plain if bare.isdecimal() else bare  # -110000 and 1,100.00 are figures, not codes


def _place(row: dict[str, Any]) -> Place:
    code, zh, en = row["code"], row["short_zh"], row["short_en"]
    written = [code, row["name_zh"], row["name_en"], zh, en, row["abbreviation"], row["iso"],
               *row["variants"].split("|"), *(style.format(zh=zh, en=en) for style in _STYLES[row["kind"]])]
    if row["kind"] != "nation":
        written += [f"{code}000000", f"CN-{code[:2]}"]  # the statistical form, and ISO 3166-2 before 2017
    since, until = (date.fromisoformat(d) if d else None for d in (row["valid_from"], row["valid_to"]))
    return Place(code, Text(row["name_zh"], row["name_en"]), Text(zh, en), row["abbreviation"], row["iso"], row["kind"],
                 Text(row["region_zh"], row["region_en"]) if row["region_zh"] else None, row["belt"] or None,
                 (int(row["row"]), int(row["col"])) if row["row"] else None, since, until,
                 tuple(dict.fromkeys(filter(None, written))))


@cache
def _table() -> tuple[Place, ...]:
    text = (files("jingwei.facts") / "places.csv").read_text(encoding="utf-8")
    return tuple(_place(row) for row in csv.DictReader(text.splitlines()))


@cache
def _index() -> dict[str, Place]:
    return {_key(variant): place for place in _table() for variant in place.variants}


@lru_cache
def _suggestion(text: str) -> Text:
    return did_you_mean(text.title(), [name for p in _table() for t in (p.short, p.name) for name in (t.zh, t.en)])


def __getattr__(name: str) -> Any:
    if name == "NATION":
        return _table()[0]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
