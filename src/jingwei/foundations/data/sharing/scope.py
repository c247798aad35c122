"""Which columns, how precisely, of which rows: as people write it, as a decision may narrow it, and as a grant of the kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from jingwei.foundations.data.sharing.model import Request, Scope, Terms
from jingwei.kernel.access import (
    EVERY_ROW,
    All,
    Banded,
    Between,
    Equal,
    Exact,
    Generalised,
    Grant,
    Hashed,
    Masked,
    Not,
    OneOf,
    Precision,
    Predicate,
    Rounded,
    Subject,
    Truncated,
    Value,
    Within,
    visible,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Principal
from jingwei.kernel.problems import Problem, did_you_mean

COLUMN = "NAME, NAME:rounded 1000, NAME:banded 10, NAME:truncated month, NAME:generalised city, NAME:masked 1 0, NAME:hashed"
ROW = "NAME = value, NAME != value, NAME in a|b, NAME 1..9, NAME >= 1, NAME <= 9, NAME within 440000"

_READ: dict[str, Callable[[list[str]], Precision]] = {
    "exact": lambda a: Exact(*_none(a)), "rounded": lambda a: Rounded(_figure(_one(a))), "banded": lambda a: Banded(_figure(_one(a))), "truncated": lambda a: Truncated(_word(a, "month", "year")),
    "generalised": lambda a: Generalised(_word(a, "city", "province", "nation")), "masked": lambda a: Masked(*(int(x) for x in _two(a))),
    "hashed": lambda a: Hashed(*_none(a))}


def columns_in(texts: Sequence[str], columns: Mapping[str, str]) -> dict[str, Precision]:
    """Columns as people write them. Raises Problem ``bad_scope``, or ``unknown_column``."""
    found: dict[str, Precision] = {}
    for text in texts:
        plain = text.strip()
        name = plain if plain in columns else _named(plain, columns, ":")
        said = plain[len(name):].removeprefix(":").split() or ["exact"]
        if said[0] not in _READ:
            raise _bad(plain, Text(f"{said[0]!r} 不是精度", f"{said[0]!r} is no precision"), COLUMN,
                       did_you_mean(said[0], _READ))
        if name in found:
            raise _bad(plain, Text("同一列写了两次", "the column is named twice"), COLUMN)
        try:
            found[name] = _READ[said[0]](said[1:])
        except (ValueError, TypeError):
            raise _bad(plain, Text(f"{said[0]} 不是这样写的", f"that is not how {said[0]} is written"), COLUMN) from None
    return found


def rows_in(texts: Sequence[str], columns: Mapping[str, str]) -> Predicate:
    """Conditions that all have to hold, as people write them. Raises Problem ``bad_scope``, or ``unknown_column``."""
    parts = tuple(_condition(text.strip(), columns) for text in texts)
    return parts[0] if len(parts) == 1 else All(parts)


def _condition(text: str, columns: Mapping[str, str]) -> Predicate:
    name = _named(text, columns, " =!<>")
    kind, said = columns[name], text[len(name):].strip()
    try:
        for mark in ("!=", ">=", "<=", "="):
            if said.startswith(mark):
                value = _value(said[len(mark):].strip(), kind)
                made: dict[str, Predicate] = {"=": Equal(name, value), "!=": Not(Equal(name, value)), ">=": Between(name, least=value),
                                              "<=": Between(name, most=value)}
                return made[mark]
        if said.startswith("within "):
            return Within(name, said[7:].strip())
        if said.startswith("in "):
            return OneOf(name, tuple(_value(v.strip(), kind) for v in said[3:].split("|")))
        if two := re.fullmatch(r"(.+?)\.\.(.+)", said):
            return Between(name, *(_value(v.strip(), kind) for v in two.groups()))
    except ValueError:
        raise _bad(text, Text(f"这一列是 {kind} 类型", f"the column holds {kind}"), ROW) from None
    raise _bad(text, Text("这不是条件", "that is no condition"), ROW)


def _named(text: str, columns: Mapping[str, str], after: str) -> str:
    """The column a text begins with: the longest that fits, whatever signs stand in names."""
    for name in sorted(columns, key=len, reverse=True):
        if text.startswith(name) and (rest := text[len(name):]) and rest[0] in after:
            return name
    word = re.split(f"[{re.escape(after)}]", text, maxsplit=1)[0]
    raise Problem("unknown_column", Text(f"没有列 {word[:60]!r}", f"there is no column {word[:60]!r}"),
                  where=Text(f"范围 {text[:60]!r}", f"scope {text[:60]!r}"),
                  remedy=did_you_mean(word, columns)
                  or Text(f"各列是 {'、'.join(list(columns)[:20])}。", f"The columns are {', '.join(list(columns)[:20])}."))


def _value(text: str, kind: str) -> Value:
    if kind == "bool":
        return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else _refuse()
    return int(text) if kind == "int64" else float(text) if kind == "float64" else text


def _refuse() -> bool:
    raise ValueError


def _none(said: list[str]) -> list[str]:
    return said if not said else [str(_refuse())]


def _one(said: list[str]) -> str:
    (word,) = said
    return word


def _two(said: list[str]) -> list[str]:
    first, last = said
    return [first, last]


def _word(said: list[str], *allowed: str) -> Any:
    return _one(said) if _one(said) in allowed else _refuse()


def _figure(text: str) -> int | float:
    return int(text) if re.fullmatch("[0-9]{1,13}", text) else float(text)


def fits(scope: Scope, terms: Terms) -> None:
    """Raises Problem ``bad_grant``, ``unknown_column`` or ``unknown_place`` when the scope cannot be had from a table of these columns."""
    import ibis

    table = ibis.table(dict(terms.columns), name="table")
    someone = Principal("p-" + "0" * 32, "asker")
    probe = Grant("scope", Subject("organisation", "asker"), "duty", terms.dataset, scope.columns, "-", date(2000, 1, 1), rows=scope.rows, salt="0" * 32)
    visible(table, [probe], someone, "duty", _noon(), dataset=terms.dataset)


def _noon() -> Any:
    from datetime import datetime

    from jingwei.kernel.clock import CHINA

    return datetime(2025, 8, 1, 12, tzinfo=CHINA)


# Decisions


def narrowed(asked: Scope, columns: Mapping[str, Precision], rows: Predicate = EVERY_ROW) -> Scope:
    """What was asked for, less what the decision leaves out. Raises Problem ``wider_than_asked`` when it would give more.

    columns : those given, none for all that were asked for; rows : a further condition
    """
    for name, given in columns.items():
        if name not in asked.columns:
            raise Problem("wider_than_asked", Text("没有申请这一列", "the column was not asked for"),
                          where=Text(f"列 {name!r}", f"column {name!r}"),
                          remedy=Text("只能给所申请的。", "Give only what was asked for."))
        if not _coarser(given, asked.columns[name]):
            raise Problem("wider_than_asked",
                          Text(f"{_told(given)} 会显示 {_told(asked.columns[name])} 不显示的内容",
                               f"{_told(given)} shows what {_told(asked.columns[name])} does not"),
                          where=Text(f"列 {name!r}", f"column {name!r}"),
                          remedy=Text("请按申请的精度给，或更粗一些。", "Give it as it was asked for, or less precisely."))
    both = asked.rows if rows == EVERY_ROW else rows if asked.rows == EVERY_ROW else All((asked.rows, rows))
    return Scope(dict(columns) or asked.columns, both)


def _coarser(given: Precision, asked: Precision) -> bool:
    """Whether ``given`` can be worked out from what ``asked`` shows: so nothing is shown that was not asked for."""
    if given == asked or isinstance(asked, Exact):
        return True
    match asked, given:
        case (Rounded(fine), Rounded(unit)) | (Banded(fine), Banded(unit)):
            # Bands lie in bands of a whole multiple; rounding twice is not rounding once (3 to 5s of 2s), but for whole odd multiples.
            return float(unit) % float(fine) == 0 and (isinstance(asked, Banded) or (float(unit) / float(fine)) % 2 == 1)
        case Truncated("month"), Truncated("year"):
            return True
        case Generalised(fine), Generalised(to):
            steps = ("city", "province", "nation")
            return steps.index(to) >= steps.index(fine)
        case Masked(first, last), Masked(f, n):
            return f <= first and n <= last
    return False


def _told(precision: Precision) -> str:
    return type(precision).__name__.lower()


def grant_of(request: Request, scope: Scope, *, grant: str, basis: str, salt: str, export: bool, dataset: str) -> Grant:
    """The grant a decision compiles to: the asker, for its purpose, in its period; nothing that is not named is seen.

    Raises Problem ``bad_grant``.
    """
    if request.first is None:
        raise Problem("incomplete_request", Text("申请没有写期限", "the request names no period"), where=request.code,
                      remedy=Text(f"请告知：jingwei share notice {request.code}",
                                  f"Tell it: jingwei share notice {request.code}"))
    return Grant(grant, Subject("organisation", request.asker), request.purpose, dataset, scope.columns, basis, request.first, request.last,
                 scope.rows, export, salt)


def with_scope(request: Request, scope: Scope) -> Request:
    return replace(request, scope=scope)


def _bad(text: str, what: Text, forms: str, near: Text | None = None) -> Problem:
    return Problem("bad_scope", what, where=Text(f"范围 {text[:60]!r}", f"scope {text[:60]!r}"),
                   remedy=near or Text(f"写法有：{forms}。", f"Write it like one of: {forms}."))
