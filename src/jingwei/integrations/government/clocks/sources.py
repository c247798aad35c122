"""What happened to an application, as JSON from outside; anything malformed is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, cast, get_args

from jingwei.integrations.government.clocks.model import HAPPENINGS, Happening, Regime, Regimes
from jingwei.kernel.clock import CHINA, Term
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document

_KEYS = {"kind": str, "at": str, "ground": str, "days": int, "approved": str, "told": bool, "granted": bool, "complete": bool}


def happened_of(document: Document) -> tuple[Regime, list[Happening]]:
    """Regime and happenings of ``{"regime": …, "promised": …, "term": {"days": …, "basis": …}, "happened": [{"kind": …, "at": …}, …]}``.

    Raises Unreadable for what is not that, or a Problem of the regime.
    """
    try:
        given = json.loads(document.text())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name) from None
    if not isinstance(given, dict) or not isinstance(given.get("happened"), list) or given.keys() - {"regime", "promised", "term", "happened"}:
        raise Unreadable(Text("应为带 happened 列表的一个对象", "not one object with a list happened"), where=document.name,
                         remedy=Text('写 {"regime": "licensing", "happened": [{"kind": "accepted", "at": "2025-09-24"}]}；还可写 promised、term。',
                                     'Write {"regime": "licensing", "happened": [{"kind": "accepted", "at": "2025-09-24"}]}; promised and term may be given too.'))
    return _regime(given, document.name), [_happening(each, Text(f"{document.name}，第 {n} 项", f"{document.name}, happening {n}")) for n, each in enumerate(given["happened"], 1)]


def _regime(given: Mapping[str, Any], name: str) -> Regime:
    kind, promised, own = given.get("regime", "licensing"), given.get("promised", 0), given.get("term")
    if kind not in get_args(Regimes):
        raise Unreadable(Text(f"没有 {kind!r} 这种时限制度", f"there is no regime {kind!r}"), where=name, remedy=_one_of(get_args(Regimes), str(kind)))
    if type(promised) is not int or promised < 0:
        raise Unreadable(Text("promised 应为工作日数", "promised is not a number of working days"), where=name)
    if own is not None and not (isinstance(own, dict) and type(own.get("days")) is int and isinstance(own.get("basis"), str) and own["basis"].strip()):
        raise Unreadable(Text("term 应写明 days 和 basis（哪部法律、行政法规第几条）", "term has to say days and basis (which law or regulation, which article)"), where=name)
    return Regime(cast(Regimes, kind), promised, Term(own["days"], "working days", own["basis"]) if own else None)


def _happening(given: object, where: Text) -> Happening:
    if not isinstance(given, dict) or not {"kind", "at"} <= given.keys():
        raise Unreadable(Text("每一项要有 kind 和 at", "each happening has kind and at"), where=where)
    for key, value in given.items():
        if key not in _KEYS or type(value) is not _KEYS[key]:
            raise Unreadable(Text(f"{key!r}：{value!r} 不能用", f"{key!r}: {value!r} cannot be used"), where=where, remedy=_one_of(_KEYS, str(key)))
    if given["kind"] not in HAPPENINGS:
        raise Unreadable(Text(f"没有 {given['kind']!r} 这种经过", f"nothing called {given['kind']!r} happens"), where=where, remedy=_one_of(HAPPENINGS, given["kind"]))
    if given.get("approved", "") not in ("", "head", "government"):
        raise Unreadable(Text(f"approved 不能是 {given['approved']!r}", f"approved cannot be {given['approved']!r}"), where=where, remedy=_one_of(("head", "government"), given["approved"]))
    return Happening(**{**given, "at": instant_of(given["at"], where)})


def _one_of(known: Any, given: str) -> Text:
    return did_you_mean(given, known) or Text(f"有：{'、'.join(known)}", f"There are: {', '.join(known)}")


def instant_of(text: str, where: Text) -> datetime:
    """A day in China as its first instant, or an instant with its zone. Raises Unreadable, or Problem ``naive_instant`` through the clock."""
    try:
        if len(text) == len("2025-09-24"):
            return datetime.combine(date.fromisoformat(text), time(), CHINA)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(Text(f"{text!r} 不是日期", f"{text!r} is not a date"), where=where, remedy=Text("写 2025-09-24，或带时区的时刻。", "Write 2025-09-24, or an instant with its zone.")) from None
    if instant.utcoffset() is None:
        raise Problem("naive_instant", Text(f"{text} 没有写时区", f"{text} does not say in which zone"), where=where, remedy=Text("请补上，例如 +08:00。", "Add it, as in +08:00."))
    return instant
