"""Matters as the ledger keeps them: opened once a cause, whoever looks and however many look at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from jingwei.coordination.matters.fold import Matters, code_of, facts_expected, facts_of, fold
from jingwei.coordination.matters.model import DAYS, LEVELS, Cause, Expected, Level, Matter, Outcome
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Ledger
from jingwei.kernel.people import Organisations
from jingwei.kernel.periods import working_day_due
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import Turn, told

ROOM = "matter"


def read_matters(ledger: Ledger) -> dict[str, Matter]:
    """The matters as they stand, from the first entry on."""
    return fold(told(ledger, ROOM))


def keep(context: Context, before: Matters, turns: Sequence[Turn]) -> dict[str, Matter]:
    """Record what happened, inside the transaction in which ``before`` was read; a rehearsal records nothing."""
    if turns and not context.dry_run:
        context.workspace.ledger.record([t.event(context.clock(), context.principal.id) for t in turns])
    return fold((t.told(context.clock()) for t in turns), before)


def surfaced(before: Matters, causes: Iterable[Cause], today: date) -> list[Turn]:
    """Matters to open, to bring back and to close, so that they are exactly the causes there are."""
    seen: dict[str, Cause] = {}
    for cause in causes:
        seen.setdefault(cause.key, cause)
    due = _due(today, "negotiation")
    turns = []
    for cause in seen.values():
        code = code_of(cause.key)
        if code not in before:
            turns.append(Turn("matter.opened", {**facts_of(cause), **due, "to": ""}, {"zh": cause.text.zh, "en": cause.text.en}, f"matter.opened/{cause.key}"))
        elif before[code].closed:
            turns.append(Turn("matter.returned", {"matter": code, **due, "to": ""}))
    there = {code_of(key) for key in seen}
    return turns + [Turn("matter.closed", {"matter": code}) for code, m in before.items() if not m.closed and code not in there]


def overdue(matters: Matters, concerned: Mapping[str, Sequence[str]], organisations: Organisations, today: date) -> list[Turn]:
    """Matters nobody decided in time, passed to the next level with a new last day. The topmost level stays responsible.

    concerned : organisations that a matter is between, by its code
    """
    levels = list(LEVELS)
    turns = []
    for code, m in matters.items():
        if m.phase != "open" or m.due is None or today <= m.due or m.level == levels[-1]:
            continue
        level = levels[levels.index(m.level) + 1]
        to = common_superior(organisations, concerned.get(code, ())) if level == "superior" else _bureau(organisations, concerned.get(code, ()))
        turns.append(Turn("matter.escalated", {"matter": code, "level": level, **_due(today, level), "to": to}))
    return turns


_ZH = {"open": "待决", "decided": "已有决定", "closed": "已经了结"}


def decided(matter: Matter, text: str, duties: Sequence[str], expected: Expected | None) -> Turn:
    """Raises Problem ``matter_closed`` or ``matter_decided``."""
    if matter.phase != "open":
        raise Problem(f"matter_{matter.phase}", Text(f"事项{_ZH[matter.phase]}", f"the matter is {matter.phase} already"),
                      where=Text(f"事项 {matter.code}", f"matter {matter.code}"),
                      remedy=Text("查看：jingwei matters show CODE", "See it: jingwei matters show CODE"))
    return Turn("matter.decided", {"matter": matter.code, "duties": list(duties), **facts_expected(expected)}, {"decision": text})


def checked(matter: Matter, outcome: Outcome, seen: str) -> list[Turn]:
    """What a check found, when it is another thing than was found before."""
    return [] if (matter.outcome, matter.seen) == (outcome, seen) else [Turn("matter.checked", {"matter": matter.code, "outcome": outcome, "seen": seen})]


def at(matters: Matters, code: str) -> Matter:
    """Raises Problem ``unknown_matter``."""
    if code not in matters:
        raise Problem("unknown_matter", Text(f"没有事项 {code[:40]!r}", f"there is no matter {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], matters)
                      or Text("列出全部：jingwei matters", "List them: jingwei matters"))
    return matters[code]


def common_superior(organisations: Organisations, concerned: Sequence[str]) -> str:
    """The lowest organisation above all of them; empty where the node knows none."""
    known = {o.id for o in organisations}
    lines = [[o.id for o in organisations.superiors(one)] for one in concerned if one in known]
    if not lines or len(lines) < len(concerned):
        return ""
    return next((one for one in lines[0] if all(one in line for line in lines)), "")


def _bureau(organisations: Organisations, concerned: Sequence[str]) -> str:
    """The data bureau in the place of the first of them, or the only one there is."""
    by_id = {o.id: o for o in organisations}
    bureaus = [o for o in organisations if o.kind == "bureau"]
    near = [o for o in bureaus if any(o.place == by_id[c].place for c in concerned[:1] if c in by_id)] or bureaus
    return near[0].id if len(near) == 1 else ""


def _due(today: date, level: Level) -> dict[str, str]:
    due = working_day_due(today, DAYS[level])
    return {"due": due.isoformat() if due else ""}


