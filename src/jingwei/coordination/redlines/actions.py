"""Sign a red line, look for crossings, lift them by a decision, withdraw a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from jingwei import plan
from jingwei.coordination.duties.evidence import parse
from jingwei.coordination.duties.proof import world
from jingwei.coordination.redlines.crossing import check_condition, events_of, offences, turn
from jingwei.coordination.redlines.fold import Lines
from jingwei.coordination.redlines.model import (
    STATES,
    AskRedLines,
    CheckRedLines,
    LiftRedLine,
    RedLine,
    SignRedLine,
    WithdrawRedLine,
)
from jingwei.coordination.redlines.records import Turn, at, lines_now, read_lines
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import told

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)


def list_lines(context: Context, given: AskRedLines) -> Result:  # noqa: ARG001
    """Every line with how it stands, and every crossing; nothing that happened is left out."""
    lines = attention(lines_now(context))
    data = {"lines": [as_json(line, context) for line in lines], "crossed": sum(line.state == "crossed" for line in lines)}
    if not lines:
        return Result(context.say("没有签过红线。签一条：jingwei redlines sign", "No red line was signed. Sign one: jingwei redlines sign"), data)
    return Result(_table(context, lines), data)


def sign(context: Context, given: SignRedLine) -> Result:
    """Put a red line on record. Raises Problem ``bad_code``, ``unknown_room``, ``bad_evidence``, ``bad_red_line`` or ``no_reason``."""
    if not _CODE.fullmatch(given.code):
        raise Problem("bad_code", Text(f"{given.code[:40]!r} 不是红线代码", f"{given.code[:40]!r} is no code of a red line"),
                      remedy=Text("用小写字母、数字、点和横线，例如 late_report。",
                                  "Write small letters, digits, points and dashes, such as late_report."))
    rooms = {r.code for r in plan.ROOMS}
    if given.room not in rooms:
        raise Problem("unknown_room", Text(f"没有 {given.room[:20]!r} 这一章", f"there is no room {given.room[:20]!r}"),
                      remedy=did_you_mean(given.room, rooms)
                      or Text(f"各章是 {'、'.join(sorted(rooms))}。", f"The rooms are {', '.join(sorted(rooms))}."))
    query = parse(given.when)
    check_condition(query)
    when, reason = str(query), _reason(given.reason)

    def make(lines: Lines) -> list[Turn]:
        known = lines.get(given.code)
        if known and (known.room, known.when, known.withdrawn) == (given.room, when, False):
            return []
        return [Turn("redline.signed", {"line": given.code, "room": given.room}, {"when": when, "reason": reason})]

    return _changed(context, given.code, make, Text(f"红线 {given.code} 从现在起生效：{when}", f"Red line {given.code} holds from now on: {when}"))


def check(context: Context, given: CheckRedLines) -> Result:  # noqa: ARG001
    """Hold every line against what was recorded since it was signed; each offence is recorded once, whoever looks and however often."""
    if not lines_now(context):
        return Result(context.say("没有签过红线。", "No red line was signed."), {"lines": 0, "crossed": [], "receded": [], "unclear": [], "written": False})
    now, ledger = world(context), context.workspace.ledger  # reading the figures is slow, and therefore done before the store is locked
    turns, unclear = list[Turn](), dict[str, Text]()
    with _transaction(context):
        lines = read_lines(ledger)
        for line in lines.values():
            if line.withdrawn:
                continue
            try:
                query = parse(line.when)
            except Problem as unreadable:
                unclear[line.code] = unreadable.what
                continue
            if (counting := events_of(query)) is not None:
                events = told(ledger, counting.kind.partition(".")[0], words=False)
                turns += [Turn("redline.crossed", f, key=f"redline.crossed/{line.code}/{line.signed}/{f['entry']}") for f in offences(line, counting, events)]
            elif (one := turn(line, query, now)) is not None:
                turns.append(Turn(*one))
        _record(context, turns)
    crossed = [t.facts for t in turns if t.kind == "redline.crossed"]
    receded = [t.facts["line"] for t in turns if t.kind == "redline.receded"]
    report = [context.say(f"查了 {len(lines)} 条红线：新触碰 {len(crossed)} 次。", f"{len(lines)} red lines checked: {len(crossed)} new crossings.")]
    report += [f"- {line}: {n}" for line, n in Counter(f["line"] for f in crossed).items()]
    report += [context.say(f"- {line}：读不懂条件，没有查（{why.zh}）", f"- {line}: its condition is not understood and was not checked ({why.en})") for line, why in unclear.items()]
    return Result("\n".join(report) + "\n", {"lines": len(lines), "crossed": [dict(f) for f in crossed], "receded": receded, "unclear": sorted(unclear),
                                             "written": bool(turns) and not context.dry_run})


def lift(context: Context, given: LiftRedLine) -> Result:
    """Decide that the crossings so far cap nothing any more. Raises Problem ``unknown_red_line``, ``not_crossed`` or ``no_reason``."""
    reason = _reason(given.reason)

    def make(lines: Lines) -> list[Turn]:
        if all(c.lifted for c in at(lines, given.code).crossings):
            raise Problem("not_crossed", Text("没有可解除的触碰", "there is no crossing to lift"),
                          where=Text(f"红线 {given.code}", f"red line {given.code}"),
                          remedy=Text("查有没有新的：jingwei redlines check", "Look for new ones: jingwei redlines check"))
        return [Turn("redline.lifted", {"line": given.code}, {"reason": reason})]

    return _changed(context, given.code, make, Text(f"红线 {given.code} 已有的触碰已解除；红线仍在。", f"The crossings of red line {given.code} so far are lifted; the line holds."))


def withdraw(context: Context, given: WithdrawRedLine) -> Result:
    """Let a line hold no longer. Raises Problem ``unknown_red_line``, ``still_crossed`` or ``no_reason``."""
    reason = _reason(given.reason)

    def make(lines: Lines) -> list[Turn]:
        line = at(lines, given.code)
        if line.state == "crossed":
            raise Problem("still_crossed", Text("正被触碰的红线不能撤销", "a line that stands crossed cannot be withdrawn"),
                          where=Text(f"红线 {given.code}", f"red line {given.code}"),
                          remedy=Text("请先就它的触碰作决定：jingwei redlines lift CODE --reason …",
                                      "Decide on its crossings first: jingwei redlines lift CODE --reason …"))
        return [] if line.withdrawn else [Turn("redline.withdrawn", {"line": given.code}, {"reason": reason})]

    return _changed(context, given.code, make, Text(f"红线 {given.code} 已撤销。", f"Red line {given.code} is withdrawn."))


def attention(lines: Lines) -> list[RedLine]:
    """Those crossed first."""
    order = list(STATES)
    return sorted(lines.values(), key=lambda line: (order.index(line.state), line.code))


def as_json(line: RedLine, context: Context) -> dict[str, Any]:
    """A line for programs."""
    return {"line": line.code, "room": line.room, "state": line.state, "word": STATES[line.state].in_(context.language), "when": line.when, "reason": line.reason,
            "signed": {"entry": line.signed, "on": line.on.isoformat()}, "decided": line.decided or None,
            "crossings": [{"entry": c.position, "on": c.on.isoformat(), "offence": c.entry, "cases": c.cases, "synthetic": c.synthetic,
                           "lifted": c.lifted.isoformat() if c.lifted else None} for c in line.crossings]}


def _changed(context: Context, code: str, make: Callable[[Lines], list[Turn]], told_as: Text) -> Result:
    if not context.dry_run:
        context.workspace.establish()
    with _transaction(context):
        turns = make(read_lines(context.workspace.ledger))
        _record(context, turns)
    text = told_as if turns else Text("没有变化。", "Nothing changes.")
    return Result(text.in_(context.language) + "\n", {"line": code, "changed": bool(turns), "written": bool(turns) and not context.dry_run})


def _record(context: Context, turns: Sequence[Turn]) -> None:
    if turns and not context.dry_run:
        context.workspace.ledger.record([t.event(context) for t in turns])


def _transaction(context: Context) -> AbstractContextManager[Any]:
    """What is read and what is recorded are one; a rehearsal only reads."""
    store = context.workspace.store
    return store.read() if context.dry_run else store.write()


def _reason(text: str) -> str:
    if not text.strip():
        raise Problem("no_reason", Text("关于红线的决定要有理由", "a decision about a red line says why"),
                      remedy=Text('用 --reason "……" 给出。', 'Give it with --reason "…".'))
    return text.strip()


def _table(context: Context, lines: Sequence[RedLine]) -> str:
    head = (Text("红线", "red line"), Text("章", "room"), Text("状态", "state"), Text("什么算触碰", "crossed by"), Text("触碰", "crossings"), Text("签于", "signed"))
    return markdown([h.in_(context.language) for h in head], (
        (line.code, line.room, STATES[line.state].in_(context.language), line.when or context.say("（已删除）", "(erased)"), _counted(context, line), line.on) for line in lines))


def _counted(context: Context, line: RedLine) -> str:
    real, made_up = (sum(c.synthetic is it for c in line.crossings) for it in (False, True))
    standing = sum(c.caps for c in line.crossings)
    told_as = context.say(f"{real}（未解除 {standing}）", f"{real} ({standing} not lifted)") if real else "0"
    return told_as + (context.say(f"，合成 {made_up}", f", {made_up} synthetic") if made_up else "")
