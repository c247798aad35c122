"""Numbers and tables as people read them in a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def readable(value: float) -> str:
    """A number for people: 23,800 and 11.25, never 2.38e+04."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as a Markdown table; numbers are to be formatted by the caller."""

    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str("" if c is None else c).replace("|", "\\|") for c in cells) + " |"

    return "\n".join([line(columns), line(["---"] * len(columns)), *(line(row) for row in rows)]) + "\n"
