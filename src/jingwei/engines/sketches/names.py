"""How alike two names of columns are, in Chinese, English, pinyin or what databases make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from jingwei.engines.text.words import normal

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MARKS = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """Letters, digits and ideographs only, case folded: idCardNo, ID_CARD_NO and ``id card no.`` are one."""
    return _MARKS.sub("", normal(_CAMEL.sub(" ", name)))


class Terms:
    """Names that mean the same, and words before a name that only say whose it is."""

    def __init__(self, names: Mapping[str, Iterable[str]], whose: Iterable[str] = ()) -> None:
        """names : of each term, by its code. Raises ValueError when one name stands for two terms."""
        self._terms: dict[str, str] = {}
        for term, each in names.items():
            for name in each:
                if self._terms.setdefault(plain(name), term) != term:
                    raise ValueError(f"{name} stands for {term} and {self._terms[plain(name)]}")
        self._whose = tuple(sorted(map(plain, whose), key=len, reverse=True))

    def term(self, name: str) -> str:
        """The term a name stands for; empty when it is none that is known."""
        short = plain(name)
        if short in self._terms:
            return self._terms[short]
        return next((self._terms[short[len(w):]] for w in self._whose if short.startswith(w) and short[len(w):] in self._terms), "")

    def meaning(self, name: str) -> str:
        """The term, or the bare name where none is known: alike for names that mean the same."""
        return self.term(name) or plain(name)

    def likeness(self, one: str, other: str) -> float:
        """1 for names of one term or spelt alike, 0 for names of two terms, else the share of character pairs in common (Dice 1945)."""
        first, second = self.term(one), self.term(other)
        if first and second:
            return float(first == second)
        return dice(plain(one), plain(other))


def dice(one: str, other: str) -> float:
    """Twice the character pairs in common over all of them; of names too short for a pair, whether they are equal."""
    if one == other:
        return float(bool(one))
    pairs, others = ({t[i:i + 2] for i in range(len(t) - 1)} for t in (one, other))
    return 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs and others else 0.0
