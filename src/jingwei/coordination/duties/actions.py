"""Take a work plan in, show the tree, hold every duty against its evidence, hand one over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from jingwei.coordination.duties.answers import settle
from jingwei.coordination.duties.model import (
    REJECTED_DUTIES,
    STATES,
    AskDuty,
    AskTree,
    CheckDuties,
    GiveDuty,
    ImportDuties,
)
from jingwei.coordination.duties.overlap import THRESHOLD, Double, doubles
from jingwei.coordination.duties.passing import changed, told_lines, told_where
from jingwei.coordination.duties.proof import world
from jingwei.coordination.duties.records import Change, at, give, read_tree
from jingwei.coordination.duties.sources import Row, read_organisations, read_plan
from jingwei.coordination.duties.standing import Standing, attention, days_left, stand
from jingwei.coordination.duties.tree import Tree
from jingwei.coordination.federation.sources import Http
from jingwei.kernel import node_records
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.markdown import markdown
from jingwei.kernel.nodes import APPLIED
from jingwei.kernel.people import Organisations
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.people_records import organisations as known_organisations
from jingwei.kernel.problems import Problem, did_you_mean

SHOWN_ROWS = 20


def import_duties(context: Context, given: ImportDuties) -> Result:
    """Read a work plan: rows that are duties are kept in one transaction, the others with their reason."""
    store, left_out, taken = context.workspace.store, list[Row](), list[str]()

    def make(tree: Tree) -> list[Change]:
        with store.read() as connection:
            known = known_organisations(connection)
        organisations, added = read_organisations(given.organisations, known)
        changes, duties, rows = read_plan(given.file, tree, organisations)
        left_out.extend(rows)
        taken.extend(d.code for d in duties)
        if not context.dry_run and added:
            with store.write() as connection:
                for one in _from_the_top(organisations, [o.id for o in added]):
                    keep_organisation(connection, organisations[one])
        return changes

    if not context.dry_run:
        context.workspace.establish()
    after, changes, sent = changed(context, make)
    passed = told_where(context, sent, Http())
    if left_out and not context.dry_run:
        before = {r["file"] for r in records(context.read(REJECTED_DUTIES).select("file").distinct(), by=("file",))}
        if given.file.digest not in before:
            context.workspace.lake.append(REJECTED_DUTIES, [
                {"file": given.file.digest, "line": r.line, "code": r.code, "detail": r.detail.en, "cells": r.cells} for r in left_out])
    data = {"read": len(given.file), "taken": len(taken), "changed": len(changes), "rejected": [
        {"line": r.line, "code": r.code, "detail": r.detail.in_(context.language)} for r in left_out], "duties": len(after), "passed": passed, "written": not context.dry_run}
    lines = [context.say(f"读到 {len(given.file)} 行：收下 {len(taken)} 项任务，其中新的或有变化的 {len(changes)} 项，退回 {len(left_out)} 行。",
                  f"{len(given.file)} rows read: {len(taken)} duties taken in, {len(changes)} of them new or changed; {len(left_out)} rows sent back.")]
    if context.dry_run:
        lines.append(context.say("这是演练，没有写入。", "This was a rehearsal; nothing was written."))
    if passed:
        lines += ["", f"## {context.say('交下级节点', 'Passed on to nodes below')}", "", *told_lines(context, passed)]
    if left_out:
        lines += ["", f"## {context.say('退回的行', 'Rows sent back')}", "", *(f"- {r.code}: {r.detail.in_(context.language)}".replace("\n", " ") for r in left_out[:SHOWN_ROWS])]
        if len(left_out) > SHOWN_ROWS:
            lines.append(context.say(f"- 另有 {len(left_out) - SHOWN_ROWS} 行", f"- and {len(left_out) - SHOWN_ROWS} more"))
    return Result("\n".join(lines) + "\n", data)


def _from_the_top(organisations: Organisations, ids: Sequence[str]) -> list[str]:
    """Superiors before those below them, as the store wants them."""
    return sorted(ids, key=lambda one: len(list(organisations.superiors(one))))


def tree(context: Context, given: AskTree) -> Result:
    """Every duty with its lead, its deadline and how it stands, each under the one it is part of."""
    standings = standing(context)
    shown = {c: s for c, s in standings.items() if given.lead in (None, s.kept.duty.lead) and given.state in (None, s.state)}
    return Result(f"{_counted(context, standings)}\n\n{_table(context, list(shown.values()))}" if standings else _none(context),
                  [duty_json(context, s) for s in shown.values()])


def show(context: Context, given: AskDuty) -> Result:
    """One duty: who leads, what would prove it, what the evidence says, and what is below it."""
    standings = standing(context)
    at({c: s.kept for c, s in standings.items()}, given.code)
    s, under = standings[given.code], [x for x in standings.values() if x.kept.duty.parent == given.code]
    d = s.kept.duty
    rows = [(Text("状态", "state"), s.word), (Text("条款", "clause"), d.clause), (Text("牵头", "lead"), d.lead),
            (Text("配合", "helpers"), ", ".join(d.helpers)), (Text("地区", "place"), d.place), (Text("时限", "deadline"), d.deadline.isoformat()),
            (Text("目标", "target"), str(d.goal or "")), (Text("证据", "evidence"), d.evidence), (Text("看到", "seen"), s.answer.reason), *_between_nodes(context, s)]
    text = markdown(("", ""), [(k.in_(context.language), v.in_(context.language) if isinstance(v, Text) else v) for k, v in rows])
    more = f"\n{_table(context, under)}" if under else ""
    return Result(f"# {d.code} {d.text.in_(context.language)}\n\n{text}{more}", {**duty_json(context, s), "below": [duty_json(context, x) for x in under]})


def check(context: Context, given: CheckDuties) -> Result:  # noqa: ARG001
    """Hold every duty against its evidence; what closes or opens again is told to the record. Likely doubles are named."""
    if not context.workspace.store.exists():
        return Result(_none(context), {"duties": 0, "closed": [], "reopened": [], "doubles": [], "written": False})
    standings, turned = settle(context)
    twice = doubles({code: s.kept for code, s in standings.items()})
    closed = [code for code, kind, _ in turned if kind == "duty.closed"]
    opened = [code for code, kind, _ in turned if kind == "duty.reopened"]
    data = {"duties": len(standings), "states": dict(Counter(s.state for s in standings.values())), "closed": closed, "reopened": opened, "doubles": [
        {"one": d.one, "other": d.other, "data": d.data, "functions": d.functions, "shared": list(d.shared)} for d in twice],
        "written": bool(turned) and not context.dry_run}
    lines = [_counted(context, standings)]
    if closed:
        lines.append(context.say(f"新办结：{'、'.join(closed)}。", f"Closed now: {', '.join(closed)}."))
    if opened:
        lines.append(context.say(f"重新打开：{'、'.join(opened)}。", f"Open again: {', '.join(opened)}."))
    lines += ["", _table(context, [s for s in attention(standings) if s.state in ("overdue", "reopened")])] if any(
        s.state in ("overdue", "reopened") for s in standings.values()) else []
    lines += _told_doubles(context, twice)
    return Result("\n".join(lines) + "\n", data)


def hand_over(context: Context, given: GiveDuty) -> Result:
    """Another organisation leads from now on."""
    if not given.reason.strip():
        raise Problem("no_reason", Text("移交任务要有理由", "a duty is not handed over without a reason"),
                      remedy=Text('用 --reason "……" 给出。', 'Give it with --reason "…".'))
    with context.workspace.store.read() as connection:
        known = {o.id: o for o in known_organisations(connection)}
    if (to := known.get(given.to)) is None:
        raise Problem("unknown_organisation",
                      Text(f"没有机构 {given.to[:40]!r}", f"there is no organisation {given.to[:40]!r}"),
                      remedy=did_you_mean(given.to[:40], known) or Text(
                          "机构随工作方案录入：jingwei duties import FILE --organisations FILE",
                          "Organisations come with a work plan: jingwei duties import FILE --organisations FILE"))
    _, changes, sent = changed(context, lambda before: give(before, given.code, to.id, given.reason.strip()))
    passed = told_where(context, sent, Http())
    said = context.say(f"{given.code} 今后由 {to.name.zh} 牵头。", f"{given.code} is led by {to.name.en} from now on.")
    return Result("\n".join([said, *told_lines(context, passed)]), {
        "duty": given.code, "lead": to.id, "changed": bool(changes), "passed": passed, "written": bool(changes) and not context.dry_run})


def standing(context: Context) -> dict[str, Standing]:
    """Every duty as it stands on this node today; worked out once for one state of the node."""

    def make(inner: Context) -> dict[str, Standing]:
        tree = read_tree(inner.workspace.ledger)
        return stand(tree, world(inner), day_in_china(inner.clock())) if tree else {}

    if not context.workspace.store.exists():
        return {}
    return context.once(("duties", context.workspace.ledger.size()), make)


def duty_json(context: Context, s: Standing) -> dict[str, Any]:
    """A duty for programs."""
    d = s.kept.duty
    return {"code": d.code, "clause": d.clause, "text": d.text.in_(context.language), "lead": d.lead, "helpers": list(d.helpers), "place": d.place,
            "deadline": d.deadline.isoformat(), "parent": d.parent or None, "target": None if d.goal is None else {
                "measure": d.goal.measure, "value": str(d.goal.value), "year": d.goal.year, "at_least": d.goal.at_least},
            "adds": d.adds, "evidence": d.evidence, "state": s.state, "holds": s.answer.holds, "seen": s.answer.reason.in_(context.language),
            "days_late": max(0, s.late), "working_days_left": days_left(d.deadline, day_in_china(context.clock())), "closings": s.kept.closings,
            "from": s.kept.giver or None, "passed": None if (p := s.kept.passed) is None else {
                "node": p.node, "name": p.name.in_(context.language), "answer": None if p.word is None else {
                    "state": p.word.state, "holds": p.word.holds, "reason": p.word.reason.in_(context.language), "entry": p.word.entry,
                    "head": p.word.head, "at": p.word.at}}}


def _between_nodes(context: Context, s: Standing) -> list[tuple[Text, Text | str]]:
    """Who gave it, and who has it now."""
    rows: list[tuple[Text, Text | str]] = [(Text("交办节点", "given by node"), s.kept.giver)] if s.kept.giver else []
    if p := s.kept.passed:
        with context.workspace.store.read() as connection:
            outcome = node_records.outcome(connection, p.node, p.sequence)
        taken = Text("已收下", "taken") if outcome == APPLIED else Text("待收", "waits to be taken") if outcome is None else Text(
            f"没有办成：{outcome}", f"not done there: {outcome}")
        rows.append((Text("已交节点", "passed on to node"), Text(f"{p.name.zh} {p.node}，{taken.zh}", f"{p.name.en} {p.node}, {taken.en}")))
    return rows


def _counted(context: Context, standings: Mapping[str, Standing]) -> str:
    counts = Counter(s.state for s in standings.values())
    if not standings:
        return _none(context)
    return context.say(f"{len(standings)} 项任务：" + "，".join(f"{w.zh} {counts[k]}" for k, w in STATES.items() if counts[k]) + "。",
                       f"{len(standings)} duties: " + ", ".join(f"{counts[k]} {w.en}" for k, w in STATES.items() if counts[k]) + ".")


def _none(context: Context) -> str:
    return context.say("本节点还没有任务。收入一份工作方案：jingwei duties import FILE", "This node keeps no duties. Take a work plan in: jingwei duties import FILE")


def _table(context: Context, shown: Sequence[Standing]) -> str:
    head = (Text("任务", "duty"), Text("内容", "what"), Text("条款", "clause"), Text("牵头", "lead"), Text("时限", "deadline"), Text("状态", "state"), Text("依据", "because"))
    return markdown([h.in_(context.language) for h in head], (
        ("· " * s.deep + s.kept.duty.code, s.kept.duty.text.in_(context.language), s.kept.duty.clause, s.kept.duty.lead, s.kept.duty.deadline,
         s.word.in_(context.language), s.answer.reason.in_(context.language)) for s in shown))


def _told_doubles(context: Context, twice: Sequence[Double]) -> list[str]:
    if not twice:
        return []
    head = context.say(f"疑似重复建设（数据与功能的重合度都不低于 {THRESHOLD:g}）", f"Likely doubles (overlap of data and of functions each at least {THRESHOLD:g})")
    return ["", f"## {head}", "", *(f"- {d.one} · {d.other}: {d.data:.2f}, {d.functions:.2f} ({', '.join(d.shared)})" for d in twice)]
