"""Answers as a page sends them, read into values of their schema or into faults that name the field. Nothing is guessed and nothing corrected on the quiet.

Full-width digits and letters are read as the plain ones, since Chinese keyboards write them without asking; the page shows what was read.
"""

from __future__ import annotations

import base64
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.integrations.government.forms.model import LEFT_EMPTY, Question
from jingwei.integrations.government.forms.validity import broken
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

Sent = Mapping[str, Sequence[str | Document]]
"""What a page sent, by field; several for checkboxes."""

MOST_CHARACTERS = 2_000
MOST_FILE_BYTES = 5 * 2**20
_WIDE = {wide: wide - 0xFEE0 for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ")) for wide in range(ord(first), ord(last) + 1)}
_WIDE_SIGNS = {ord("．"): ".", ord("－"): "-", ord("−"): "-"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_STEERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200e\u200f")
"""Characters that turn the direction of writing, by which one text can look like another."""

_BEGINS = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
MEDIA = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
PARTS_OF_DATE = (("year", Text("年", "Year")), ("month", Text("月", "Month")), ("day", Text("日", "Day")))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer. field : the input that the reader is taken to"""

    field: str
    what: Text


@dataclass(frozen=True, slots=True)
class Read:
    """A value, when there are no faults. shown : what each field holds as it was read, to be shown again"""

    value: Any
    faults: tuple[Fault, ...] = ()
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(question: Question, sent: Sent) -> Read:
    """The answer to a question from the fields of its page, which are called by its name; parts of it have a dot and their own name behind it."""
    return _read(question, question.name, sent)


def fields_of(question: Question, name: str = "") -> tuple[str, ...]:
    """The inputs of a question, in order."""
    name = name or question.name
    if question.kind == "date":
        return tuple(f"{name}.{part}" for part, _ in PARTS_OF_DATE)
    if question.kind == "group":
        return tuple(f for part in question.parts for f in fields_of(part, f"{name}.{part.name}"))
    return (name,)


def shown(question: Question, value: Any, name: str = "") -> dict[str, tuple[str, ...]]:
    """What the fields hold when a page shows an answer that was given before."""
    name = name or question.name
    if value is LEFT_EMPTY or question.kind == "file":
        return {}
    if question.kind == "date":
        return {f"{name}.{part}": (each,) for (part, _), each in zip(PARTS_OF_DATE, (str(int(p)) for p in value.split("-")), strict=True)}
    if question.kind == "group":
        return {f: said for part in question.parts if part.name in value for f, said in shown(part, value[part.name], f"{name}.{part.name}").items()}
    if question.kind == "several":
        return {name: tuple(str(v) for v in value)}
    return {name: ({True: "yes", False: "no"}[value] if question.kind == "yesno" else _plain(value),)}


def _read(question: Question, name: str, sent: Sent) -> Read:
    several = {"group": _group, "file": _file, "several": _several, "date": _date}.get(question.kind)
    return several(question, name, sent) if several else _line(question, name, sent)


def _line(question: Question, name: str, sent: Sent) -> Read:
    """An answer of one line of text, whatever it means."""
    given = sent.get(name, ())
    if len(given) > 1 or any(not isinstance(v, str) for v in given):
        return _wrong(name, Text(f"“{question.title.zh}”只能有一个回答", f"“{question.title.en}” takes one answer"))
    text = _clean(str(given[0]) if given else "", signs=question.kind == "number")
    again = {name: (text,)}
    if not text:
        return _empty(question, name, again)
    if (fault := _characters(question, text)) is not None:
        return Read(None, (Fault(name, fault),), {name: (_writable(text),)})
    if question.kind == "number":
        return _number(question, name, text)
    if question.kind in ("choice", "yesno"):
        return _choice(question, name, text)
    return _checked(question, name, text, again)


def _clean(text: str, *, signs: bool = False) -> str:
    text = text.translate(_WIDE).replace("\r\n", "\n").replace("\r", "\n").strip()
    return text.translate(_WIDE_SIGNS) if signs else text


def _characters(question: Question, text: str) -> Text | None:
    if len(text) > MOST_CHARACTERS:
        return Text(f"太长：最多 {MOST_CHARACTERS} 个字，写了 {len(text)} 个", f"Too long: {MOST_CHARACTERS} characters are the most, you wrote {len(text)}")
    allowed = "\n\t" if question.kind == "paragraph" else ""
    if any((unicodedata.category(c) in ("Cc", "Cs") and c not in allowed) or c in _STEERS for c in text):
        return Text("有看不见的字符，请重新输入，不要粘贴", "There are characters that cannot be seen: type it again instead of pasting")
    return None


def _writable(text: str) -> str:
    """What can be shown of a text with characters that cannot."""
    return "".join(c for c in text[:MOST_CHARACTERS] if unicodedata.category(c) not in ("Cc", "Cs") and c not in _STEERS)


def _empty(question: Question, name: str, again: Mapping[str, tuple[str, ...]]) -> Read:
    if not question.required:
        return Read(LEFT_EMPTY, (), again)
    zh, en = {"choice": ("请选一项", "Choose one"), "yesno": ("请选“是”或“否”", "Choose yes or no"), "several": ("请至少选一项", "Choose at least one"), "file": ("请选一个文件", "Choose a file"),
              "date": ("请填日期", "Enter the date")}.get(question.kind, ("请填写", "Enter an answer"))
    return Read(None, (Fault(_first(question, name), Text(f"{zh}：{question.title.zh}", f"{en}: {question.title.en}")),), again)


def _first(question: Question, name: str) -> str:
    return fields_of(question, name)[0]


def _wrong(name: str, what: Text, again: Mapping[str, tuple[str, ...]] | None = None) -> Read:
    return Read(None, (Fault(name, what),), again or {})


def _number(question: Question, name: str, text: str) -> Read:
    again = {name: (text,)}
    if not _NUMBER.fullmatch(text):
        return _wrong(name, Text("请只用数字写，如 1200 或 3.5；不要逗号、空格和单位", "Write it in digits only, such as 1200 or 3.5, without commas, spaces or units"), again)
    if question.schema["type"] == "integer":
        if "." in text:
            return _wrong(name, Text("请写整数", "Write a whole number"), again)
        value: int | float = int(text) if len(text) <= 17 else 2**63
        if abs(value) > 2**53:
            return _wrong(name, Text("数太大", "The number is too large"), again)
    else:
        value = float(text)
        if not math.isfinite(value) or Decimal(repr(value)) != Decimal(text):
            return _wrong(name, Text("位数太多", "There are too many digits"), again)
    return _checked(question, name, value, again)


def _choice(question: Question, name: str, text: str) -> Read:
    if question.kind == "yesno":
        if text not in ("yes", "no"):
            return _wrong(name, Text("请选“是”或“否”", "Choose yes or no"))
        return _checked(question, name, text == "yes", {name: (text,)})
    found = next((c for c in question.choices if c.sent == text), None)
    if found is None:
        return _wrong(name, Text(f"请选列出的一项：{question.title.zh}", f"Choose one of those listed: {question.title.en}"))
    return _checked(question, name, found.value, {name: (text,)})


def _several(question: Question, name: str, sent: Sent) -> Read:
    given = [v for v in sent.get(name, ()) if isinstance(v, str)]
    again = {name: tuple(c.sent for c in question.choices if c.sent in given)}
    if len(set(given)) < len(sent.get(name, ())) or not set(given) <= {c.sent for c in question.choices}:
        return _wrong(name, Text(f"只能选列出的，每项一次：{question.title.zh}", f"Choose among those listed, each once: {question.title.en}"), again)
    if not given and (not question.required or question.schema.get("minItems", 0) > 0):
        return _empty(question, name, again)
    return _checked(question, name, [c.value for c in question.choices if c.sent in given], again)


def _date(question: Question, name: str, sent: Sent) -> Read:
    parts, again = [], {}
    for part, _ in PARTS_OF_DATE:
        given = sent.get(f"{name}.{part}", ())
        text = _clean(str(given[0])) if len(given) == 1 and isinstance(given[0], str) else ""
        parts.append(text)
        again[f"{name}.{part}"] = (_writable(text)[:40],)
        if len(given) > 1 or any(not isinstance(v, str) for v in given):
            return _wrong(f"{name}.{part}", Text("每一格只能有一个数", "There is one number in each field"))
    if not any(parts):
        return _empty(question, name, again)
    for (part, called), text in zip(PARTS_OF_DATE, parts, strict=True):
        if not re.fullmatch(r"[0-9]{4}" if part == "year" else r"[0-9]{1,2}", text):
            return _wrong(f"{name}.{part}", Text(f"日期的“{called.zh}”要写数字{'，四位' if part == 'year' else ''}：{question.title.zh}",
                                                 f"The {called.en.lower()} must be {'four digits' if part == 'year' else 'one or two digits'}: {question.title.en}"), again)
    try:
        found = date(*map(int, parts))
    except ValueError:
        return _wrong(f"{name}.day", Text(f"没有 {parts[0]} 年 {parts[1]} 月 {parts[2]} 日这一天", f"There is no such day as {parts[0]}-{parts[1]}-{parts[2]}"), again)
    return _checked(question, f"{name}.day", found.isoformat(), again)


def _file(question: Question, name: str, sent: Sent) -> Read:
    given = sent.get(name, ())
    if not given or given[0] == "":
        return _empty(question, name, {})
    document, media = given[0], str(question.schema["contentMediaType"])
    if len(given) > 1 or not isinstance(document, Document):
        return _wrong(name, Text("请选一个文件", "Choose one file"))
    if not document.content:
        return _wrong(name, Text(f"{document.name} 是空的", f"{document.name} is empty"))
    if len(document.content) > MOST_FILE_BYTES:
        return _wrong(name, Text(f"文件太大，最多 {MOST_FILE_BYTES // 2**20} MB", f"The file is too large; {MOST_FILE_BYTES // 2**20} MB is the most"))
    if not document.content.startswith(_BEGINS[media]):
        return _wrong(name, Text(f"这个文件不是 {MEDIA[media]}", f"This file is not {MEDIA[media]}"))
    return _checked(question, name, base64.b64encode(document.content).decode(), {})


def _group(question: Question, name: str, sent: Sent) -> Read:
    whole = [(part, _read(part, f"{name}.{part.name}", sent)) for part in question.parts]
    again = {f: said for _, one in whole for f, said in one.shown.items()}
    touched = any(v not in ("",) for f in fields_of(question, name) for v in sent.get(f, ()))
    if not touched and not question.required:
        return Read(LEFT_EMPTY, (), again)
    if faults := tuple(f for _, one in whole for f in one.faults):
        return Read(None, faults, again)
    return _checked(question, _first(question, name), {part.name: one.value for part, one in whole if one.value is not LEFT_EMPTY}, again)


def _checked(question: Question, name: str, value: Any, again: Mapping[str, tuple[str, ...]]) -> Read:
    """Against the schema: the last word is jsonschema-rs's."""
    found = broken(question.schema, value)
    return Read(None, tuple(Fault(name, _said(question, keyword, limit, value)) for keyword, _, limit in found[:1]), again) if found else Read(value, (), again)


def _said(question: Question, keyword: str, limit: Any, value: Any) -> Text:
    """What a broken keyword means to somebody who has never heard of it."""
    count = len(value) if isinstance(value, str | list) else 0
    told = {
        "minLength": Text(f"至少写 {limit} 个字，现在 {count} 个", f"Write at least {limit} characters; there are {count}"),
        "maxLength": Text(f"最多写 {limit} 个字，现在 {count} 个", f"Write at most {limit} characters; there are {count}"),
        "minimum": Text(f"不能小于 {limit}", f"It must be {limit} or more"), "maximum": Text(f"不能大于 {limit}", f"It must be {limit} or less"),
        "exclusiveMinimum": Text(f"要大于 {limit}", f"It must be more than {limit}"), "exclusiveMaximum": Text(f"要小于 {limit}", f"It must be less than {limit}"),
        "multipleOf": Text(f"应是 {limit} 的整数倍", f"It must be a multiple of {limit}"),
        "minItems": Text(f"至少选 {limit} 项", f"Choose at least {limit}"), "maxItems": Text(f"最多选 {limit} 项", f"Choose at most {limit}"),
        "const": Text("只有选“是”才能继续", "You can only go on with yes") if limit is True else Text("这样回答就不能继续", "With this answer you cannot go on"),
    }.get(keyword, Text("写法不对", "It is not written as it should be"))
    if question.kind == "file":
        told = Text("文件太大", "The file is too large") if keyword == "maxLength" else Text("文件太小", "The file is too small")
    hint = question.hint if keyword in ("pattern", "format") else None
    title = Text(question.title.zh.rstrip("？"), question.title.en.rstrip("?"))
    return Text(f"{title.zh}：{told.zh}{f'。{hint.zh}' if hint else ''}", f"{title.en}: {told.en}{f'. {hint.en}' if hint else ''}")


def _plain(value: Any) -> str:
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
