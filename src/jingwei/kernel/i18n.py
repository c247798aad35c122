"""Text in the two languages every page and report is written in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One short text in Chinese and English; ``text.in_("zh")`` picks one."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


NOTHING = Text("", "")
"""Nothing is said."""


Words = str | Text
"""A text, or plain words that are the same in both languages, such as the name of a file."""


def both(words: Words) -> Text:
    """The text; plain words are the same in both languages."""
    return words if isinstance(words, Text) else Text(words, words)


def language_of(environment: dict[str, str] | None = None) -> Language:
    """The language asked for by ``JINGWEI_LANG``, else by the locale variables; English when neither says Chinese."""
    env = os.environ if environment is None else environment
    for name in ("JINGWEI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := env.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
