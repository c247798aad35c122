"""The characters of a FEEL text: blanks and comments, words, strings, keys; where the reader stands and what it could not read."""

from __future__ import annotations

import re
from typing import NoReturn

from jingwei.engines.decisions.names import PART, SPACE, START
from jingwei.kernel.i18n import Text

_BLANK = re.compile(rf"(?:[{SPACE}]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(rf"[{START}][{PART}]*")
_PIECE = re.compile(rf"[{START}][{PART}]*|\d+|[./\-'+*]")
KEY = re.compile(rf"([{START}][{PART}{SPACE}./\-'+*]*?)[{SPACE}]*:")
_STRING = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_NEVER_BLANK = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\"()[]{},.+-*<>=!?:@_") | {""}
"""Where most texts stand most of the time; the end of the text among them."""


class Unparsed(Exception):
    """The text is no FEEL: why, and at which character."""

    def __init__(self, what: Text, at: int) -> None:
        super().__init__(str(what))
        self.what = what
        self.at = at


class Characters:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def blank(self) -> None:
        if self.text[self.at : self.at + 1] in _NEVER_BLANK:
            return
        found = _BLANK.match(self.text, self.at)
        if found:
            self.at = found.end()

    def fails(self, zh: str, en: str) -> NoReturn:
        raise Unparsed(Text(zh, en), min(self.at, len(self.text)))

    def at_end(self) -> bool:
        self.blank()
        return self.at == len(self.text)

    def see(self, sign: str) -> bool:
        self.blank()
        return self.text.startswith(sign, self.at)

    def take(self, sign: str) -> bool:
        if self.see(sign):
            self.at += len(sign)
            return True
        return False

    def need(self, sign: str) -> None:
        if not self.take(sign):
            self.fails(f"此处应为 {sign!r}", f"{sign!r} is expected here")

    def word(self) -> str:
        """The word ahead, not taken; empty when there is none."""
        self.blank()
        found = _WORD.match(self.text, self.at)
        return found[0] if found else ""

    def take_word(self, word: str) -> bool:
        if self.word() == word:
            self.at += len(word)
            return True
        return False

    def need_word(self, word: str) -> None:
        if not self.take_word(word):
            self.fails(f"此处应为 {word}", f"{word!r} is expected here")

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if not found:
            self.fails("字符串没有收尾的引号", "a string is expected here, closed by a quotation mark")
        self.at = found.end()

        def unescaped(escape: re.Match[str]) -> str:
            code = escape[1] or escape[2]
            if code:
                return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else escape[0]
            return _ESCAPES.get(escape[3], escape[0])

        text = _ESCAPE.sub(unescaped, found[1])
        return _PAIR.sub(lambda p: p[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)

    def key(self) -> str:
        self.blank()
        if self.see('"'):
            key = self.string()
            self.need(":")
            return key
        found = KEY.match(self.text, self.at)
        if not found:
            self.fails("此处应为键和冒号", "a key and a colon are expected here")
        self.at = found.end()
        return " ".join(found[1].split())

    def pieces(self, most: int) -> tuple[list[str], list[int]]:
        found, ends, at = list[str](), list[int](), self.at
        while len(found) < most:
            piece = _PIECE.match(self.text, at)
            if not piece:
                break
            found.append(piece[0])
            ends.append(piece.end())
            blank = _BLANK.match(self.text, piece.end())
            at = blank.end() if blank else piece.end()
        return found, ends
