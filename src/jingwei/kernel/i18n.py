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


def language_of(environment: dict[str, str] | None = None) -> Language:
    """The language asked for by ``JINGWEI_LANG``, else by the locale variables; English when neither says Chinese."""
    env = os.environ if environment is None else environment
    for name in ("JINGWEI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := env.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
