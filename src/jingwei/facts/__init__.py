"""Published figures and code tables the product ships, values apart from sources (see ``docs/facts.md``); and the things it brings, a folder each."""

from __future__ import annotations

import csv
from importlib.resources import files
from io import StringIO


def open_table(name: str) -> list[dict[str, str]]:
    """The rows of one bundled table, such as ``"nation"``; every cell is text, empty where nothing is known."""
    return list(csv.DictReader(StringIO((files(__name__) / f"{name}.csv").read_text(encoding="utf-8"))))
