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
_FORM = re.compile(r"(?P<year>[12]\d{3})(?:年)?(?:-?(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period, written ``2025``, ``2025H1``, ``2025Q3`` or ``2025-06``."""

    year: int
    kind: Kind = "year"
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Raises Problem ``bad_period`` with the forms that are understood."""
        found = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
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
