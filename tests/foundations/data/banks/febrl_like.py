"""Two files of the same people as FEBRL's generator makes them (Christen, set 4): one original and one duplicate each, up to two slips a field and four a record."""

from __future__ import annotations

from typing import Any

import numpy as np

from jingwei.foundations.data.banks.linkage import Evidence, Rules

_SYLLABLES = ["al", "an", "ar", "ba", "be", "bri", "ca", "char", "co", "da", "de", "el", "em", "er", "fa", "fi", "ga", "ge", "ha", "he", "ia", "is", "ja", "jo", "ka", "ken", "la", "le", "li", "lo", "ma", "mar", "mi", "na", "ne", "no", "ol", "pa", "pe", "ra", "ri", "ro", "sa", "se", "so", "ta", "ter", "ti", "va", "vi", "wil", "za"]
COLUMNS = ("given_name", "surname", "street_number", "address", "suburb", "postcode", "date_of_birth", "soc_sec_id")
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"

RULES = Rules(
    (Evidence("given_name", "name", rare=True), Evidence("surname", "name", rare=True), Evidence("date_of_birth", "date"), Evidence("soc_sec_id", "identifier"),
     Evidence("address", "words"), Evidence("street_number", "code"), Evidence("suburb", "words"), Evidence("postcode", "identifier")),
    (("soc_sec_id",), ("given_name", "surname"), ("given_name", "date_of_birth"), ("surname", "date_of_birth"), ("given_name", "postcode"), ("surname", "postcode"),
     ("date_of_birth", "postcode"), ("address", "street_number"), ("surname", "suburb"), ("given_name", "suburb"), ("suburb", "street_number")),
    (("date_of_birth",), ("soc_sec_id",)), (("soc_sec_id",),), recall=0.7, precision=0.99, one_to_one=True)


def two_files(size: int, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Originals and duplicates, each in an order of its own; record ``d17`` is of the person of ``o17``."""
    draw = np.random.default_rng([seed, size])

    def word(parts: int) -> str:
        return "".join(_SYLLABLES[int(i)] for i in draw.integers(0, len(_SYLLABLES), parts))

    givens, surnames, streets, suburbs = ([word(p) for _ in range(n)] for p, n in ((2, 400), (3, 1200), (3, 900), (3, 300)))

    def often(words: list[str]) -> str:
        return words[int(len(words) * draw.random() ** 2)]  # a few are most people's

    originals = [
        {
            "record": f"o{number}", "given_name": often(givens) if draw.random() > 0.02 else None, "surname": often(surnames) if draw.random() > 0.01 else None,
            "street_number": str(int(draw.integers(1, 200))), "address": f"{often(streets)} street", "suburb": often(suburbs), "postcode": f"{int(draw.integers(2000, 7500))}",
            "date_of_birth": f"19{int(draw.integers(0, 100)):02d}{int(draw.integers(1, 13)):02d}{int(draw.integers(1, 29)):02d}" if draw.random() > 0.02 else None,
            "soc_sec_id": f"{int(draw.integers(10**6, 10**7))}"}
        for number in range(size)]
    copies = [_duplicate(draw, row) for row in originals]
    return [originals[int(i)] for i in draw.permutation(size)], [copies[int(i)] for i in draw.permutation(size)]


def _duplicate(draw: np.random.Generator, row: dict[str, Any]) -> dict[str, Any]:
    made, slips = {**row, "record": f"d{row['record'][1:]}"}, dict.fromkeys(COLUMNS, 0)
    for _ in range(int(draw.integers(1, 5))):
        column = COLUMNS[int(draw.integers(0, len(COLUMNS)))]
        if made[column] is None or slips[column] == 2:
            continue
        slips[column] += 1
        how = draw.random()
        if how < 0.08:
            made[column] = None
        elif how < 0.14 and column in ("given_name", "surname"):
            made["given_name"], made["surname"] = made["surname"], made["given_name"]
        else:
            made[column] = _slip(draw, str(made[column]))
    return made


def _slip(draw: np.random.Generator, text: str) -> str:
    """A character put in, left out, another in its place, or two exchanged."""
    letters = _DIGITS if text.isdigit() else _LETTERS
    at, how, other = int(draw.integers(0, len(text))), int(draw.integers(0, 4)), letters[int(draw.integers(0, len(letters)))]
    if how == 0:
        return text[:at] + other + text[at:]
    if how == 1 and len(text) > 1:
        return text[:at] + text[at + 1:]
    if how == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:at] + other + text[at + 1:]


def truth(records: list[str]) -> dict[str, str]:
    return {r: r.rpartition("/")[2][1:] for r in records}
