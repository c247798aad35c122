"""Years, halves, quarters and months as values that sort, nest and print the same way everywhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from jingwei.kernel.problems import Problem

Kind = Literal["year", "half", "quarter", "month"]

_MONTHS: dict[Kind, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_FORM = re.compile(r"(?P<year>[12]\d{3})(?:年度?|年?-?(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)
_CHINESE = re.compile(r"([12]\d{3})年(?:([上下])半年|第?([1-4一二三四])季度|(0?[1-9]|1[0-2])月份?)", re.ASCII)
_PARTS = {"上": "H1", "下": "H2"} | {zh: f"Q{n}" for n, zh in enumerate("一二三四", 1)} | {n: f"Q{n}" for n in "1234"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period, written ``2025``, ``2025H1``, ``2025Q3`` or ``2025-06``."""

    year: int
    kind: Kind = "year"
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Also as Chinese tables write it: 2025年, 2025年度, 2025年上半年, 2025年第三季度, 2025年6月.

        Raises Problem ``bad_period`` with the forms that are understood.
        """
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        if zh := _CHINESE.fullmatch(plain):
            plain = f"{zh[1]}-{zh[4]:0>2}" if zh[4] else zh[1] + _PARTS[zh[2] or zh[3]]
        found = _FORM.fullmatch(plain)
        if not found:
            raise Problem("bad_period", f"{text[:40]!r} is not a period", remedy="Write 2025, 2025H1, 2025Q3 or 2025-06.")
        for kind in ("half", "quarter", "month"):
            if found[kind]:
                return cls(int(found["year"]), kind, int(found[kind]))
        return cls(int(found["year"]))

    @property
    def end(self) -> date:
        """The last day of the period."""
        months = _MONTHS[self.kind] * self.number
        year, month = self.year + months // 12, months % 12 + 1
        return date(year, month, 1) - timedelta(days=1)

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return str(self.year)
            case "half":
                return f"{self.year}H{self.number}"
            case "quarter":
                return f"{self.year}Q{self.number}"
            case _:
                return f"{self.year}-{self.number:02d}"
