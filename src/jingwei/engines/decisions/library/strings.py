"""Functions of strings (DMN 1.5, 10.3.4.3), and conversion between strings and other values.

Patterns are those of XPath and XQuery Functions 3.1, 5.6; they run on an engine with a time limit, so that none can hang.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jingwei.engines.decisions.library.signatures import built_in
from jingwei.engines.decisions.run import Run
from jingwei.engines.decisions.values import ARITHMETIC, Value, written
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

SECONDS = 0.5
"""A pattern may search for so long."""

MAX_PATTERN = 2_000
MAX_REPEATS = 100_000
"""What the counts of a pattern may multiply to; each is laid out when the pattern is compiled."""

_COUNTS = re.compile(r"(?:\{|,)(\d+)(?=,|\})", re.ASCII)


@built_in("string", "from: any")
def string(run: Run, value: Value) -> Value:
    return None if value is None else _bounded(run, written(value))


def _bounded(run: Run, text: str) -> str:
    run.text(len(text))
    return text


@built_in("substring", "string: string, start position: number, length?: number")
def substring(_run: Run, text: str, start: Decimal, length: Decimal | None) -> Value:
    first = int(start)
    if not first or abs(first) > len(text) or (length is not None and length < 1):
        return "" if first and length is None and first > 0 else None
    at = first - 1 if first > 0 else len(text) + first
    return text[at:] if length is None else text[at : at + int(length)]


@built_in("string length", "string: string")
def string_length(_run: Run, text: str) -> Value:
    return Decimal(len(text))


@built_in("upper case", "string: string")
def upper_case(run: Run, text: str) -> Value:
    return _bounded(run, text.upper())


@built_in("lower case", "string: string")
def lower_case(run: Run, text: str) -> Value:
    return _bounded(run, text.lower())


@built_in("substring before", "string: string, match: string")
def substring_before(_run: Run, text: str, match: str) -> Value:
    head, found, _ = text.partition(match) if match else ("", "", "")
    return head if found else ""


@built_in("substring after", "string: string, match: string")
def substring_after(_run: Run, text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@built_in("contains", "string: string, match: string")
def contains(_run: Run, text: str, match: str) -> Value:
    return match in text


@built_in("starts with", "string: string, match: string")
def starts_with(_run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@built_in("ends with", "string: string, match: string")
def ends_with(_run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@built_in("string join", "list: list, delimiter?: string?")
def string_join(run: Run, parts: list[Value], delimiter: str | None) -> Value:
    kept = [p for p in parts if p is not None]
    if not all(isinstance(p, str) for p in kept):
        return None
    run.text(sum(map(len, kept)) + len(delimiter or "") * len(kept))
    return (delimiter or "").join(kept)


# patterns


@lru_cache(maxsize=512)
def _pattern(pattern: str, flags: str) -> Any:
    """The compiled pattern; None when it is none of XPath's."""
    import regex
    from elementpath.regex import RegexError, translate_pattern

    if len(pattern) > MAX_PATTERN or not set(flags) <= set("smixq") or math.prod(max(int(n), 1) for n in _COUNTS.findall(pattern)) > MAX_REPEATS:
        return None
    if "q" in flags:
        return regex.compile(regex.escape(pattern), regex.IGNORECASE if "i" in flags else 0)
    number = sum({"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}.get(f, 0) for f in set(flags))
    if "x" in flags:
        pattern = _without_blanks(pattern)
    try:
        return regex.compile(translate_pattern(pattern, number, "1.1"), number)
    except (RegexError, regex.error, ValueError, OverflowError):
        return None


def _without_blanks(pattern: str) -> str:
    """Flag x: white space outside a character class is not part of the pattern."""
    return "".join(re.findall(r"\\\S|\[(?:\\.|[^\]\\])*\]|\S", pattern, re.DOTALL))


def _found(run: Run, text: str, pattern: Any) -> Iterator[Any]:
    run.charge(10 + len(text) // 100)
    try:
        for match in pattern.finditer(text, timeout=SECONDS):
            run.charge(1)
            yield match
    except TimeoutError:
        raise Problem("decision_pattern", Text("正则表达式匹配超时，已停止", "a pattern took too long to match and was stopped"),
                      remedy=Text("请写一个不嵌套重复的表达式。", "Write it without repetitions inside repetitions.")) from None


def _matches_nothing(run: Run, pattern: Any) -> bool:
    """Whether a pattern matches the empty string, which neither ``replace`` nor ``split`` may (FORX0003)."""
    return next(_found(run, "", pattern), None) is not None


@built_in("matches", "input: string, pattern: string, flags?: string?")
def matches(run: Run, text: str, pattern: str, flags: str | None) -> Value:
    compiled = _pattern(pattern, flags or "")
    return None if compiled is None else next(_found(run, text, compiled), None) is not None


@built_in("replace", "input: string, pattern: string, replacement: string, flags?: string?")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None) -> Value:
    compiled = _pattern(pattern, flags or "")
    pieces = [replacement] if "q" in (flags or "") else _replacement(replacement, compiled.groups) if compiled is not None else None
    if compiled is None or pieces is None or _matches_nothing(run, compiled):
        return None
    made, at, size = list[str](), 0, 0
    for match in _found(run, text, compiled):
        added = [text[at : match.start()], *(p if isinstance(p, str) else match[p] or "" for p in pieces)]
        size += sum(map(len, added))
        run.fits(size)
        made += added
        at = match.end()
    return _bounded(run, "".join(made) + text[at:])


def _replacement(text: str, groups: int) -> list[str | int] | None:
    """The parts of a replacement: text, and numbers of groups. None when it is malformed."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1 : at + 2] not in {"\\", "$"}:
                return None
            parts.append(text[at + 1])
            at += 2
        elif text[at] == "$":
            end = at + 1
            while end < len(text) and text[end].isascii() and text[end].isdigit() and (end == at + 1 or int(text[at + 1 : end + 1]) <= groups):
                end += 1
            if end == at + 1:
                return None
            group = int(text[at + 1 : end])
            parts.append(group if group <= groups else "")
            at = end
        else:
            parts.append(text[at])
            at += 1
    return parts


@built_in("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> Value:
    compiled = _pattern(delimiter, "")
    if compiled is None or _matches_nothing(run, compiled):
        return None
    parts, at = list[str](), 0
    for match in _found(run, text, compiled):
        parts.append(text[at : match.start()])
        at = match.end()
    return [*parts, text[at:]]


# numbers read

_NUMERIC = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


@built_in("number", "from: string, grouping separator: string?, decimal separator: string?")
def number(_run: Run, text: str, grouping: str | None, decimal: str | None) -> Value:
    if grouping not in {None, " ", ",", "."} or decimal not in {None, ",", "."} or (grouping is not None and grouping == decimal):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(decimal, ".") if decimal and decimal != "." and "." not in plain else plain if decimal in {None, "."} else "?"
    return ARITHMETIC.create_decimal(plain) if _NUMERIC.fullmatch(plain) else None


@built_in("number", "from: string")
def plain_number(run: Run, text: str) -> Value:
    return number(run, text, None, None)


@built_in("number", "from: number")
def same_number(_run: Run, value: Decimal) -> Value:
    return value
