"""Units of published figures in Chinese and English: 万户, 100M accounts, 亿元, tn yuan, Mt, sites per 100 firms.

A unit is a power of ten times a base. Two units convert when their bases are the same thing under another name; what
a word may mean is a set, because 用户 counts accounts in one table and persons in the next, and 个 counts anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Base = frozenset[str]
ANYTHING: Base = frozenset()  # a bare magnitude such as "10k" or 亿: the table leaves it to its heading what is counted

# Chinese magnitudes stand directly before their base; Latin ones need a number before or a space behind, or they
# would be taken for the SI prefixes of km and kWh. Longest first.
_CHINESE = {"万亿": 12, "千亿": 11, "百亿": 10, "十亿": 9, "千万": 7, "百万": 6, "十万": 5, "亿": 8, "万": 4, "千": 3,
            "百": 2, "十": 1}
_LATIN = {"trillion": 12, "tn": 12, "billion": 9, "bn": 9, "million": 6, "M": 6, "thousand": 3, "k": 3, "K": 3,
          "hundred": 2}
_MAGNITUDE = re.compile(
    rf"(?P<chinese>{'|'.join(_CHINESE)})|(?P<number>10*)(?:(?P<after>{'|'.join(_LATIN)})(?![A-Za-z]))?(?![\d,.])"
    rf"|(?P<latin>{'|'.join(_LATIN)})(?:\s|$)")

_SI = {"k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21}
_SI_UNIT = re.compile(rf"(?P<prefix>[{''.join(_SI)}]?)(?P<symbol>tce|t|Wh|W|B|FLOPS|m)")

# Scales without magnitude: each is its own base, and a bare "10k" is none of them.
_SCALES = {"%": ("%", 0), "percent": ("%", 0), "per cent": ("%", 0), "百分比": ("%", 0), "‰": ("%", -1),
           "percentage points": ("percentage point", 0), "百分点": ("percentage point", 0),
           "个百分点": ("percentage point", 0), "ratio": ("ratio", 0), "比值": ("ratio", 0), "0/1": ("flag", 0),
           "rank": ("rank", 0), "位": ("rank", 0), "名次": ("rank", 0), "index": ("index", 0), "指数": ("index", 0),
           "ug/m3": ("ug/m3", 0), "μg/m3": ("ug/m3", 0), "微克/立方米": ("ug/m3", 0)}

_WORDS: dict[str, Base] = {word: frozenset(bases.split()) for words, bases in {
    "account household subscriber subscription 户 账户 家庭": "account",
    "person people resident student employee 人 人口 学生": "person",
    "user 用户 网民": "account person",
    "set 部": "set",
    "unit 台": "unit",
    "station 站 座": "station",
    "port 端口": "port",
    "site 网站": "site",
    "个": "station port site unit firm",
    "firm enterprise company 家 企业": "firm",
    "parcel": "parcel", "patent 项": "patent", "件": "parcel patent",
    "volume 册 卷": "volume", "bed 张": "bed",
    "yuan rmb cny 元 人民币元": "yuan", "dollar usd 美元": "dollar",
    "person-year 人年": "person-year",
    "tonne ton 吨": "t", "吨标准煤 吨标煤": "tce", "瓦时": "Wh", "字节": "B", "米": "m",
}.items() for word in words.split()}
_SCALED_WORDS = {"公里": ("m", 3), "度": ("Wh", 3)}


@dataclass(frozen=True, slots=True)
class Unit:
    """``10**power`` of ``base``, or of ``base`` per ``per``."""

    power: int
    base: Base
    per: Base | None = None


@lru_cache(maxsize=4096)
def parse(unit: str) -> Unit | None:
    """What a unit says; None when it says nothing. Unknown words are bases of their own."""
    text = " ".join(unicodedata.normalize("NFKC", unit).split())
    if scale := _SCALES.get(text.lower()):
        return Unit(scale[1], frozenset({scale[0]}))
    if text.startswith(("index ", "指数 ")):
        return Unit(0, frozenset({text}))
    over, slash, under = text.partition("/")
    if not slash:
        over, slash, under = f" {text}".partition(" per ")
    if not slash:
        part = _part(text)
        return Unit(*part) if part else None
    above, below = _part(over.strip()) if over.strip() else (0, ANYTHING), _part(under.strip())
    return Unit(above[0] - below[0], above[1], below[1]) if above and below else None


def _part(text: str) -> tuple[int, Base] | None:
    """Power and base of one side of a unit."""
    power, rest = 0, text
    while rest and (found := _MAGNITUDE.match(rest)):
        if found["chinese"]:
            power += _CHINESE[found["chinese"]]
        elif found["latin"]:
            power += _LATIN[found["latin"]]
        else:
            power += len(found["number"]) - 1 + _LATIN.get(found["after"] or "", 0)
        rest = rest[found.end():].lstrip()
    if not rest:
        return (power, ANYTHING) if text else None
    if symbol := _SI_UNIT.fullmatch(rest):
        return power + _SI.get(symbol["prefix"], 0), frozenset({symbol["symbol"]})
    if rest in _SCALED_WORDS:
        base, more = _SCALED_WORDS[rest]
        return power + more, frozenset({base})
    word = rest.lower()
    for form in (word, word.removesuffix("s"), f"{word.removesuffix('ies')}y"):
        if form in _WORDS:
            return power, _WORDS[form]
    return power, frozenset({word})


_SCALE_BASES = frozenset(base for base, _ in _SCALES.values())


def _same(one: Base | None, other: Base | None) -> bool:
    if one is None or other is None:
        return one is other
    if one and other:
        return bool(one & other)
    return not any(base in _SCALE_BASES or base.startswith(("index", "指数")) for base in one | other)


_CHINESE_WORDS = {
    "10k": "万", "100M": "亿", "trillion": "万亿", "1M": "百万", "count": "次", "stations": "个", "accounts": "户", "households": "户", "users": "户",
    "persons": "人", "people": "人", "days": "天", "minutes": "分钟", "ports": "个", "yuan": "元", "firms": "家", "parcels": "件", "patents": "件", "volumes": "册",
    "students": "人", "person-years": "人年", "tce": "吨标准煤", "ratio": "比值", "rank": "名次", "t": "吨",
}


_CHINESE_UNITS = {
    "sets per 100": "部/百人", "per 100": "部/百人", "per 10k": "件/万人", "beds per 1000": "张/千人",
    "sites per 100 firms": "个/百家企业", "units per 100 employees": "台/百人", "10k GB": "万GB", "100M kWh": "亿千瓦时",
    "Mt": "百万吨", "km": "公里", "ug/m3": "微克/立方米", "index": "指数", "index 0-100": "指数（0–100）",
    "index 2020=100": "指数（2020年=100）", "0/1": "是否（0/1）",
}
"""Units that are not read word by word."""


@lru_cache(maxsize=4096)
def chinese(unit: str) -> str:
    """A measure's unit as a Chinese reader writes it, such as 万户; a unit with a word of another kind stays as it is."""
    if whole := _CHINESE_UNITS.get(unit):
        return whole
    words = [_CHINESE_WORDS.get(word, "") for word in unit.split()]
    return "".join(words) if all(words) else unit


@lru_cache(maxsize=4096)
def additive(unit: str) -> bool:
    """Whether figures of places in this unit add up to the nation's: counts and amounts do, shares and ratios do not."""
    found = parse(unit)
    return found is not None and found.per is None and unit not in ("%", "ratio", "rank", "0/1", "yuan", "days", "minutes") and "index" not in unit


def shift(from_unit: str, to_unit: str) -> int | None:
    """The power of ten that turns figures in ``from_unit`` into ``to_unit``; None when they count different things."""
    if from_unit == to_unit:
        return 0
    one, other = parse(from_unit), parse(to_unit)
    if one is None or other is None or not _same(one.base, other.base) or not _same(one.per, other.per):
        return None
    return one.power - other.power


def convert(value_text: str, from_unit: str, to_unit: str) -> float | None:
    """A written figure in another unit, moved by an exact power of ten; None when the units count different things.

    Raises Problem ``bad_number`` when the text is not a finite number.
    """
    power = shift(from_unit, to_unit)
    if power is None:
        return None
    try:
        value = Decimal(re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", value_text.strip()))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Problem("bad_number", Text(f"{value_text!r} 不是数", f"{value_text!r} is not a number"),
                      remedy=Text("写带小数点的数字，例如 113.6。", "Write digits with a point, such as 113.6."))
    return float(value.scaleb(power))
