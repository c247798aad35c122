"""Errors that say what was wrong, where, and what to do about it (the shape of RFC 9457), in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from jingwei.kernel.i18n import NOTHING, Language, Text, Words, both

_SAID = ("detail", "instance", "remedy")
"""The members of RFC 9457, and of ours, that say what, where and what to do."""


class Problem(Exception):
    """Something the user can put right.

    code : stable short name, such as ``unknown_place``
    what : what was wrong, one sentence
    where : file, row, column, clause; empty when there is no place to name
    remedy : what to do now; empty when nothing can be done

    A place may be plain words that stand for both languages, such as ``figures.csv``.
    """

    def __init__(self, code: str, what: Text, *, where: Words = "", remedy: Text = NOTHING) -> None:
        self.code = code
        self.what = what
        self.where = both(where)
        self.remedy = remedy
        super().__init__(str(self))

    def in_(self, language: Language) -> str:
        """All of it as a person reads it: place and sentence, and the remedy on a line of its own."""
        what, where, remedy = (text.in_(language) for text in (self.what, self.where, self.remedy))
        head = f"{where}{'：' if language == 'zh' else ': '}{what}" if where else what
        return f"{head}\n{remedy}" if remedy else head

    def text(self) -> Text:
        """All of it, to be kept with what it was about."""
        return Text(self.in_("zh"), self.in_("en"))

    def __str__(self) -> str:
        """In English: for logs and for programmers."""
        return self.in_("en")

    def to_json(self, language: Language = "en") -> dict[str, str]:
        """RFC 9457 members; ``type`` is relative, because a problem has no home outside the node that reports it."""
        return {
            "type": f"problems/{self.code}",
            "title": self.code,
            "detail": self.what.in_(language),
            "instance": self.where.in_(language),
            "remedy": self.remedy.in_(language),
        }

    def kept(self) -> dict[str, str]:
        """As ``to_json`` in English, with ``detail_zh`` and so on beside it: to be kept, or sent to another node."""
        zh = {f"{name}_zh": text.zh for name, text in zip(_SAID, (self.what, self.where, self.remedy), strict=True)}
        return {**self.to_json(), **{name: text for name, text in zh.items() if text}}

    @staticmethod
    def of(kept: Mapping[str, str]) -> Problem:
        """The problem ``kept`` was made of; one kept in one language only says the same in both."""
        what, where, remedy = (Text(kept.get(f"{name}_zh") or kept.get(name, ""), kept.get(name, "")) for name in _SAID)
        return Problem(kept.get("title", ""), what, where=where, remedy=remedy)


class NotAssessable(Problem):
    """There is too little to go on. A result in its own right: never replaced by 0 or 1."""

    def __init__(self, what: Text, *, where: Words = "", remedy: Text = NOTHING) -> None:
        super().__init__("not_assessable", what, where=where, remedy=remedy)


class Unreadable(Problem):
    """A file cannot be read at all, as opposed to holding some bad rows."""

    def __init__(self, what: Text, *, where: Words = "", remedy: Text = NOTHING) -> None:
        super().__init__("unreadable", what, where=where, remedy=remedy)


def reason(error: Exception) -> Text:
    """Why, as the error says it: in both languages when it was raised with a text."""
    said = error.args[0] if error.args else None
    return said if isinstance(said, Text) else both(str(error))


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """``"Did you mean x or y?"`` for the closest known words, else an empty text, which counts as false."""
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return Text(f"是不是 {' 或 '.join(close)}？", f"Did you mean {' or '.join(close)}?") if close else NOTHING
