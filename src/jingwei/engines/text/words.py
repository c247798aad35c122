"""Text to index words: Chinese in pairs of characters, since a word of two is the commonest and no blank shows it; Latin stemmed.

Both full-text engines of the store are given these words ready cut, so that they find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

MAX_WORDS = 20_000
"""Words of one text that are indexed; PostgreSQL takes no more than a megabyte."""

MAX_LETTERS = 64

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3040-\u30ff\uac00-\ud7af"
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_STEMMER = Stemmer.Stemmer("english")


def normal(text: str) -> str:
    """Full-width as half-width, one form of each character (NFKC), case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word's English stem (Snowball), so that *bridges* finds *bridge*; digits and other scripts stay."""
    stemmed: str = _STEMMER.stemWord(word[:MAX_LETTERS])
    return stemmed


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """Stretches of ideographs (True) and words of other scripts (False), in order."""
    for found in _RUN.finditer(normal(text)):
        run = found[0]
        yield run[0] > "\u2fff", run


def indexed(text: str) -> str:
    """The words of a text parted by blanks: pairs and stems in order, then each ideograph once, for queries of one."""
    words, single = list[str](), dict[str, None]()
    for han, run in runs(text):
        if not han:
            words.append(stem(run))
        else:
            words += [run[i:i + 2] for i in range(len(run) - 1)] or [run]
            single.update(dict.fromkeys(run))
        if len(words) > MAX_WORDS:
            break
    return " ".join([*words[:MAX_WORDS], *single])


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: every word must be there, and a stretch of ideographs as it is written.

    words : what an index is asked for; phrases : stretches of pairs that must follow one another
    """

    words: tuple[str, ...]
    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Query:
        words, phrases = dict[str, None](), list[str]()
        for han, run in runs(text):
            cut = [run[i:i + 2] for i in range(len(run) - 1)] or [run] if han else [stem(run)]
            words.update(dict.fromkeys(cut))
            if len(cut) > 1:
                phrases.append(" ".join(cut))
        return cls(tuple(words), tuple(phrases))

    def __bool__(self) -> bool:
        return bool(self.words)

    def holds(self, text: str) -> bool:
        """Whether an indexed text has it all. For what an index found by the words, this settles the phrases."""
        padded = f" {text} "
        return all(f" {w} " in padded for w in self.words) and all(f" {p} " in padded for p in self.phrases)

    def score(self, title: str, body: str) -> float:
        """How much an indexed text is about it: a title's words count six times, and repetition ever less (BM25's k = 1.2).

        Without the length and rarity of BM25: all found texts hold all the words, and catalogue texts are of one length.
        """
        total = 0.0
        heading, rest = f" {title} ", f" {body} "
        for word in self.words:
            often = 6 * heading.count(f" {word} ") + rest.count(f" {word} ")
            total += often / (often + 1.2)
        return round(total / max(1, len(self.words)) + 0.25 * all(f" {p} " in heading for p in self.phrases or self.words), 6)
