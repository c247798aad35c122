"""Errors that say what was wrong, where, and what to do about it (the shape of RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class Problem(Exception):
    """Something the user can put right.

    code : stable short name, such as ``unknown_place``
    what : what was wrong, one sentence
    where : file, row, column, clause; empty when there is no place to name
    remedy : what to do now; empty when nothing can be done
    """

    def __init__(self, code: str, what: str, *, where: str = "", remedy: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n{self.remedy}" if self.remedy else head

    def to_json(self) -> dict[str, str]:
        """RFC 9457 members; ``type`` is relative, because a problem has no home outside the node that reports it."""
        return {
            "type": f"problems/{self.code}",
            "title": self.code,
            "detail": self.what,
            "instance": self.where,
            "remedy": self.remedy,
        }


class NotAssessable(Problem):
    """There is too little to go on. A result in its own right: never replaced by 0 or 1."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__("not_assessable", what, where=where, remedy=remedy)


class Unreadable(Problem):
    """A file cannot be read at all, as opposed to holding some bad rows."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__("unreadable", what, where=where, remedy=remedy)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"Did you mean x or y?"`` for the closest known words, else an empty text."""
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(close)}?" if close else ""
