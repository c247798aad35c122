"""Cells in the form in which they are compared, hashed under a key: the same value is written in many ways, and told in none.

The hash is BLAKE2b with a key (RFC 7693): whoever does not have the key can neither reverse it nor try values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Literal

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Kind = Literal["", "text", "integer", "decimal", "date"]

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "—", "…", "..", "...", "缺失", "无"})
"""Words that say nothing; as in the tables people send, and 无."""

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ t]00:00(?::00(?:\.0+)?)?z?)?")
_FIGURE = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_NUMBERED = re.compile(r"(?:\+86)?[\d\s-]{7,}")
_DASH = re.compile("[‐‑‒–—―−]")


def normal(value: str) -> str:
    """A cell in the one form it is compared in; empty when it says nothing.

    Full-width as half-width (NFKC), case folded; days as 20240105 however written; 1,234.50 as 1234.5 and 440106.0 as 440106;
    leading zeros stay, they belong to a code; telephone and account numbers without blanks, hyphens and +86; no blanks beside Chinese;
    without the mark that keeps a spreadsheet from running a cell.
    """
    text = value.strip().removeprefix("'").lstrip()
    if text.isdigit() and text.isascii():
        return text
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text).strip()
        if _DASH.search(text):
            text = _DASH.sub("-", text)
    text = text.casefold()
    if text in MISSING or text.isdigit():
        return "" if text in MISSING else text
    if text[0].isdigit() or text[0] in "+-":
        text = _figures(text)
    return (" " if text.isascii() else "").join(text.split())


def _figures(text: str) -> str:
    """What begins with a digit or a sign: a day, a figure or a number of the telephone book, each in one form."""
    if found := _DATE.fullmatch(text):
        year, month, day = (part for part in found.groups() if part)
        return f"{year}{int(month):02d}{int(day):02d}"
    if _FIGURE.fullmatch(text):
        text = text.replace(",", "").removeprefix("+")
        return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    return "".join(text.split()).replace("-", "").removeprefix("+86") if _NUMBERED.fullmatch(text) else text


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


def tied(subjects: Hashes, rows: Iterable[Sequence[str]], columns: int, key: bytes) -> npt.NDArray[np.uint32]:
    """32 bits of each cell together with its subject: the same value of two subjects looks different, so that nothing can be counted.

    rows : normal forms, a row a subject, ``columns`` of them each; an empty one is 0
    """
    start = blake2b(digest_size=4, key=key, person=b"cell")
    made, told = np.zeros((len(subjects), columns), dtype=np.uint32), subjects.astype("<u8").tobytes()
    for i, row in enumerate(rows):
        subject = start.copy()
        subject.update(told[8 * i:8 * i + 8])
        for j, value in enumerate(row):
            if value:
                cell = subject.copy()
                cell.update(value.encode("utf-8", "surrogatepass"))
                made[i, j] = int.from_bytes(cell.digest(), "little") or 1
    return made
