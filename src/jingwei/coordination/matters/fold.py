"""Matters as a pure fold over what happened; nothing else is kept, so that a replay gives the same.

``matter.opened``, ``matter.returned`` (its cause is back), ``matter.closed`` (its cause is gone), ``matter.escalated``,
``matter.decided`` and ``matter.checked``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jingwei.coordination.matters.model import Cause, Decision, Expected, Matter
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.told import Told, day_of

Matters = Mapping[str, Matter]

ERASED = Text("（已删除）", "(erased)")


def code_of(cause: str) -> str:
    """The same cause has the same code on every node and in every replay."""
    return "M-" + hashlib.sha256(cause.encode()).hexdigest()[:10]


def fold(events: Iterable[Told], matters: Matters | None = None) -> dict[str, Matter]:
    """The matters after the events, beginning from ``matters`` or from none."""
    after = dict(matters or {})
    for event in events:
        code, f, told = str(event.facts["matter"]), event.facts, event.payload or {}
        if event.kind == "matter.opened":
            if code not in after:
                after[code] = Matter(code, _cause(event), _day(event), due=day_of(f["due"]), to=f["to"])
            continue
        if (before := after.get(code)) is None:  # what was never opened cannot be decided
            continue
        match event.kind:
            case "matter.closed":
                after[code] = replace(before, closed=True)
            case "matter.returned":
                after[code] = replace(before, closed=False, decision=None, outcome="not_yet", seen="", level="negotiation",
                                      due=day_of(f["due"]), to=f["to"], returned=before.returned + 1)
            case "matter.escalated":
                after[code] = replace(before, level=f["level"], due=day_of(f["due"]), to=f["to"])
            case "matter.decided":
                after[code] = replace(before, decision=Decision(_day(event), str(told.get("decision", ERASED.en)), tuple(f["duties"]), _expected(f)),
                                      outcome="not_yet", seen="")
            case "matter.checked":
                after[code] = replace(before, outcome=f["outcome"], seen=f["seen"])
    return after


def facts_of(cause: Cause) -> dict[str, Any]:
    """What of a cause may stand in the ledger for ever."""
    return {"matter": code_of(cause.key), "cause": cause.key, "rule": cause.rule, "about": cause.about, "since": cause.since.isoformat(),
            "blocked": cause.blocked, "measure": cause.measure, "synthetic": cause.synthetic}


def facts_expected(expected: Expected | None) -> dict[str, Any]:
    if expected is None:
        return {}
    return {"measure": expected.measure, "place": expected.place, "after": expected.after, "years": list(expected.years),
            "low": [f"{v:f}" for v in expected.low], "high": [f"{v:f}" for v in expected.high]}


def _cause(event: Told) -> Cause:
    f, told = event.facts, event.payload
    return Cause(f["cause"], f["rule"], f["about"], date.fromisoformat(f["since"]), f["blocked"],
                 Text(told["zh"], told["en"]) if told else ERASED, f["measure"], f["synthetic"])


def _expected(f: Mapping[str, Any]) -> Expected | None:
    if "measure" not in f:
        return None
    return Expected(f["measure"], f["place"], f["after"], tuple(f["years"]), tuple(map(Decimal, f["low"])), tuple(map(Decimal, f["high"])))


def _day(event: Told) -> date:
    return day_in_china(datetime.fromisoformat(event.at))
