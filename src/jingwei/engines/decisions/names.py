"""Names in FEEL (DMN 1.5, 10.3.1.2): what they may be made of, and which are known where."""

from __future__ import annotations

import re
from collections.abc import Iterable

START = "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
PART = START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
SPACE = "\\s\u180e\u200b\ufeff"
_PIECE = re.compile(rf"[{START}][{PART}]*|\d+|[^{SPACE}]")


class Names:
    """Names in scope, one level of it: what is not here is looked for in ``outer``."""

    __slots__ = ("known", "longest", "outer")

    def __init__(self, names: Iterable[str], outer: Names | None = None) -> None:
        self.known: dict[tuple[str, ...], str] = {}
        self.longest = 1
        self.outer = outer
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        pieces = tuple(_PIECE.findall(name))
        self.known[pieces] = name
        self.longest = max(self.longest, len(pieces))

    def longest_match(self, pieces: list[str]) -> tuple[int, str] | None:
        """How many of the pieces are the longest name known at any level, and how it was declared."""
        best: tuple[int, str] | None = None
        level: Names | None = self
        while level is not None:
            for count in range(min(level.longest, len(pieces)), best[0] if best else 0, -1):
                name = level.known.get(tuple(pieces[:count]))
                if name is not None:
                    best = (count, name)
                    break
            level = level.outer
        return best

    def reach(self) -> int:
        level, most = self.outer, self.longest
        while level is not None:
            most, level = max(most, level.longest), level.outer
        return most

    def all(self) -> list[str]:
        """Every name in scope."""
        found, level = list(self.known.values()), self.outer
        while level is not None:
            found += level.known.values()
            level = level.outer
        return found
