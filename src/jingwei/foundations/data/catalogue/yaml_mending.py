"""YAML as people write it by hand: a value that holds ``: `` or begins with a mark YAML keeps for itself is meant as one text.

``Title: Get to know it: part 2`` is no YAML. Every reader that refuses such a file loses a record that any person could read, so the value that
stands there is written as YAML wants a text, and no other; which lines those were is told with the record. The same goes for the rest of a text
that was pasted in from the left margin, and for tabs that set a line in.
"""

from __future__ import annotations

import re
from typing import Final

MOST_LINES: Final = 50

_ENTRY = re.compile(r"^(?P<key>[ ]*(?:- +)*(?:[\w.@$/()& -]+?|\"[^\"]*\"|'[^']*'):[ \t]+|[ ]*- +)(?P<value>\S.*?)[ \t\r]*$")
_BLOCK = re.compile(r"[|>][+-]?[1-9]?$")
_KEYED = re.compile(r"[ \t]*(?:#|-(?:[ \t]|$)|---|\.\.\.|(?:[\w.@$/()& -]+?|\"[^\"]*\"|'[^']*'):(?:[ \t]|$))")
_TABBED = re.compile(r"([ ]*\t[ \t]*)\S")
_CLOSES = {"[": "]", "{": "}", "'": "'", '"': '"'}
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"")


def mended(lines: list[str], at: int) -> bool:  # noqa: PLR0911 (one return a slip)
    """Writes the value on line ``at`` (from 0) as a text; False when none stands there, or one is written so already.

    One that goes on over several lines becomes a folded block, in the same number of lines.
    """
    if not 0 <= at < len(lines):
        return False
    if tabbed := _TABBED.match(lines[at]):
        lines[at] = tabbed[1].replace("\t", "  ") + lines[at][tabbed.end(1):]
        return True
    if _text_alone(lines[at]) and _drawn_in(lines, at):
        return True
    start = _begins(lines, at)
    if start != at:
        return _folded(lines, start, at)
    found = _entry(lines[at])
    if found is None:
        return False
    following = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), at)
    if _text_alone(lines[following]) and _drawn_in(lines, following):
        return True
    value = found["value"].replace("'", "''")
    lines[at] = f"{found['key']}'{value}'"
    return True


def _entry(line: str) -> re.Match[str] | None:
    """A key or dash with a value behind it that could be a text; a list or quotes that never close are half a value."""
    found = _ENTRY.match(line)
    if found is None or _BLOCK.match(found["value"]) or _QUOTED.fullmatch(found["value"]):
        return None
    first, rest = found["value"][0], found["value"][1:]
    return found if _CLOSES.get(first, "") in rest else None


def _text_alone(line: str) -> bool:
    """Whether a line begins neither a key nor an entry of a list, so that it can only go on with a text."""
    return bool(line.strip()) and _KEYED.match(line) is None


def _drawn_in(lines: list[str], at: int) -> bool:
    """Sets line ``at``, which stands no further in than the key whose text it goes on with, below that key; the text becomes a folded block."""
    start = next((n for n in range(at - 1, -1, -1) if lines[n].strip() and _indent(lines[n]) <= _indent(lines[at]) and not _text_alone(lines[n])), -1)
    if start < 0:
        return False
    found, block = _entry(lines[start]), lines[start].rstrip().endswith(">-")
    if not block and (found is None or not found["key"].rstrip().endswith(":")):
        return False
    lines[at] = " " * (_indent(lines[start]) + 2) + lines[at].strip()
    return block or _folded(lines, start, at)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _begins(lines: list[str], at: int) -> int:
    """The line where the value begins that line ``at`` goes on with; ``at`` itself when it begins there."""
    for above in range(at - 1, -1, -1):
        if not lines[above].strip():
            continue
        if _indent(lines[above]) < _indent(lines[at]):
            found = _entry(lines[above])
            return above if (found is not None and len(found["key"]) > _indent(lines[at]) - 1) or (found is not None and not found["key"].lstrip().startswith("- ")) else at
        if _indent(lines[above]) > _indent(lines[at]):
            return at
    return at


def _folded(lines: list[str], start: int, at: int) -> bool:
    """``key: one`` over ``  two`` as ``key: >-`` over ``  one two``."""
    found = _entry(lines[start])
    if found is None:
        return False
    lines[start] = f"{found['key']}>-"
    lines[start + 1] = " " * _indent(lines[start + 1] if lines[start + 1].strip() else lines[at]) + f"{found['value']} {lines[start + 1].strip()}".rstrip()
    return True
