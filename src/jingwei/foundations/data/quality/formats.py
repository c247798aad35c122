"""What a value looks like: named formats with their check digits, patterns that no engine can choke on, what is missing, what is dirty.

Every expression here is one of Ibis and gives the same on DuckDB (RE2) and on Spark (java.util.regex).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_YEAR = "[0-9]{4}"
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DATE = (f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        f"|{_LEAP}-02-29)")
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"

FORMATS: dict[str, str] = {
    "year": _YEAR, "month": f"{_YEAR}-(?:0[1-9]|1[0-2])", "date": DATE, "date-time": f"{DATE}[T ]{_CLOCK}",
    "email": "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,250}[.][A-Za-z]{2,24}", "uri": "[A-Za-z][A-Za-z0-9+.-]{0,30}:[^ \t\r\n]{1,2000}",
    "uuid": "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    "place": "CN|[1-9][0-9]{5}",
    "uscc": "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}",
    "resident-id": "[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]",
    "mobile": "1[3-9][0-9]{9}", "postcode": "[0-9]{6}"}
"""Dates are real days (no 30 February). place: GB/T 2260; uscc: GB 32100-2015; resident-id: GB 11643-1999."""

CHECKED = ("uscc", "resident-id")
"""Formats whose last character is worked out of the others; whether it is right is content (0301), not form (0302)."""

TYPES: dict[str, str] = {"integer": "[+-]?[0-9]+", "number": "[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,3})?",
                         "boolean": "true|false|True|False|TRUE|FALSE", "date": DATE, "timestamp": f"{DATE}(?:[T ]{_CLOCK})?"}
"""How a type is written where it is kept as text."""

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BLANKS = " \t\r\n\u00a0\u3000"
_DIRT = "[\ufffd\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]|锟斤拷|烫烫烫"
LARGEST = sys.float_info.max
_PLAIN = re.compile(r"\\[dDwW.\-+*?()\[\]{}|^$/\\]|[^\\]", re.DOTALL)
_REPEAT = re.compile(r"[*+]|\{[0-9]+,(?:[0-9]*)\}")


def whole(column: Any, pattern: str) -> Any:
    """Whether all of a text matches: a stop is any character and the ends are the text's, on either engine."""
    return column.re_search(rf"(?s)\A(?:{pattern})\z")


def pattern(text: str, where: str) -> str:
    r"""A pattern both engines read alike and neither can be made to run for ever on.

    Allowed are characters, classes, groups, ``|``, repeats and the escapes ``\d \D \w \W``; not what the two read differently
    (``\s``, ``\b``, ``\p``, ``[[:alpha:]]``, ``&&``), what RE2 lacks (back references, looking around), a repeat of what repeats.
    Raises Problem ``bad_pattern``.
    """
    why = _wrong(text)
    if why:
        raise Problem("bad_pattern", Text(f"正则式 {text[:60]!r} {why.zh}", f"the pattern {text[:60]!r} {why.en}"), where=where,
                      remedy=Text(r"用字符、[…]、(?:…)、|、{n,m}、* + ? 和 \d \w 写。", r"Write it with characters, […], (?:…), |, {n,m}, * + ? and \d \w."))
    return text


def _wrong(text: str) -> Text | None:
    if len(text) > 500:
        return Text("太长", "is too long")
    if "".join(_PLAIN.findall(text)) != text:
        return Text("用了不支持的转义", "has an escape that is not supported")
    bare = re.sub(r"\\.", "x", text)
    if "[:" in bare or "&&" in bare or re.search(r"\[[^\]]*\[", bare) or re.search(r"\(\?(?!:)", bare) or re.search(r"[*+?}]\+", bare):
        return Text("有两种引擎读法不同的写法", "has something the two engines read differently")
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        return Text(f"不成立（{error}）", f"is none ({error})")
    if any(int(n) > 1000 for n in re.findall(r"\{[0-9]*,?([0-9]+)\}", bare)):
        return Text("重复次数过多", "repeats too often")
    return Text("重复之中又有重复", "repeats what repeats already") if _nested(re.sub(r"\[\^?\]?[^\]]*\]", "x", bare).replace("(?:", "(")) else None


def _nested(bare: str) -> bool:
    """Whether a group with a repeat or a choice in it is repeated without end: what makes backtracking take for ever."""
    open_: list[bool] = []
    at = 0
    while at < len(bare):
        sign = bare[at]
        if sign == "(":
            open_.append(False)
        elif sign == ")" and open_:
            inner = open_.pop()
            repeated = _REPEAT.match(bare, at + 1)
            if inner and repeated:
                return True
            if open_ and (inner or repeated):
                open_[-1] = True
        elif open_ and (sign in "*+?|" or _REPEAT.match(bare, at)):
            open_[-1] = True
        at += 1
    return False


def known(column: Any, missing: Sequence[str]) -> Any:
    """Whether there is a value: not NULL, not NaN, not blank, not a word that stands for nothing. Never NULL itself."""
    import ibis

    kind = column.type()
    if kind.is_floating():
        return column.notnull() & ~ibis.coalesce(column.isnan(), ibis.literal(False))
    if kind.is_string():
        there = ibis.coalesce(column.re_search(f"[^{_BLANKS}]"), ibis.literal(False))
        return there & ~ibis.coalesce(column.isin(list(missing)), ibis.literal(False)) if missing else there
    return column.notnull()


def dirty(column: Any, missing: Sequence[str]) -> Any:
    """Broken or control characters, blanks at an end, a missing value written as a word; of decimals infinity. Never NULL itself."""
    import ibis

    if column.type().is_floating():
        return ibis.coalesce((column.abs() > LARGEST) & ~column.isnan(), ibis.literal(False))  # Spark's own test for infinity says no
    found = column.re_search(rf"(?s){_DIRT}|\A[{_BLANKS}]|[{_BLANKS}]\z")
    return ibis.coalesce(found | column.isin(list(missing)) if missing else found, ibis.literal(False))


def digit_right(column: Any, name: str) -> Any:
    """Whether the check character is right; asked only of values in their form. ISO 7064 MOD 11-2; GB 32100's modulus 31."""
    import ibis

    if name == "resident-id":
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(column.substr(i, 1).cast("int64") * w for i, w in enumerate(weights))
        return ibis.literal("10X98765432").substr((total % 11).cast("int64"), 1) == column.substr(17, 1)
    alphabet = ibis.literal(_USCC)
    total = sum(alphabet.find(column.substr(i, 1)) * pow(3, i, 31) for i in range(17))
    return alphabet.substr(((31 - total % 31) % 31).cast("int64"), 1) == column.substr(17, 1)
