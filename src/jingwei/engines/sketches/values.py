"""Cells in the form in which they are compared, hashed under a key: the same value is written in many ways, and told in none.

The hash is BLAKE2b with a key (RFC 7693): whoever does not have the key can neither reverse it nor try values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal

import numpy as np
import numpy.typing as npt

from jingwei.kernel.tables import MISSING

Hashes = npt.NDArray[np.uint64]
Kind = Literal["", "text", "integer", "decimal", "date"]

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ t]00:00(?::00(?:\.0+)?)?z?)?")
_FIGURE = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_NUMBERED = re.compile(r"(?:\+86)?[\d\s-]{7,}")
_BLANKS = re.compile(r"\s+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def normal(value: str) -> str:
    """A cell in the one form it is compared in; empty when it says nothing.

    Full-width as half-width (NFKC), case folded; days as 20240105 however written; 1,234.50 as 1234.5 and 440106.0 as 440106;
    leading zeros stay, they belong to a code; telephone and account numbers without blanks, hyphens and +86; no blanks beside Chinese.
    """
    text = value.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    text = text.casefold()
    if text in MISSING:
        return ""
    if text.isdigit():
        return text
    if text[0].isdigit() or text[0] in "+-":
        if found := _DATE.fullmatch(text):
            year, month, day = (part for part in found.groups() if part)
            return f"{year}{int(month):02d}{int(day):02d}"
        if _FIGURE.fullmatch(text):
            text = text.replace(",", "").removeprefix("+")
            return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
        if _NUMBERED.fullmatch(text):
            return _BLANKS.sub("", text).replace("-", "").removeprefix("+86")
    return _BLANKS.sub(" ", text) if text.isascii() else _BLANKS.sub("", text)


def kind_of(plain: str) -> Kind:
    """What one normal form looks like; a day is told by its shape."""
    if plain.isdigit():
        return "date" if len(plain) == 8 and "1850" <= plain[:4] <= "2099" and "01" <= plain[4:6] <= "12" and "01" <= plain[6:] <= "31" else "integer"
    return "decimal" if _FIGURE.fullmatch(plain) else "text"


def hashed(values: Iterable[str], key: bytes) -> Hashes:
    """64 bits of each normal form under a key of 16 to 64 bytes. Two of ten million values collide with a chance of 3 in 1,000,000."""
    start = blake2b(digest_size=8, key=key)
    made = bytearray()
    for value in values:
        one = start.copy()
        one.update(value.encode("utf-8", "surrogatepass"))
        made += one.digest()
    return np.frombuffer(bytes(made), dtype="<u8").astype(np.uint64)


def tied(subjects: Hashes, values: Iterable[str], key: bytes) -> npt.NDArray[np.uint32]:
    """32 bits of each value together with its subject: the same value of two subjects looks different, so that nothing can be counted.

    values : normal forms, one a subject; an empty one is 0
    """
    start = blake2b(digest_size=4, key=key, person=b"cell")
    made = np.zeros(len(subjects), dtype=np.uint32)
    for i, (subject, value) in enumerate(zip(subjects.astype("<u8"), values, strict=True)):
        if value:
            one = start.copy()
            one.update(subject.tobytes())
            one.update(value.encode("utf-8", "surrogatepass"))
            made[i] = int.from_bytes(one.digest(), "little") or 1
    return made
