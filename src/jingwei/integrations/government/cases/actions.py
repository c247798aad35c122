"""Deploy a thing, begin its cases, do what they wait for, and see where they stand."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jingwei.integrations.government.cases import asks, deployments, records, rows
from jingwei.integrations.government.cases.model import (
    STATUS_WORDS,
    WHATS,
    CaseEvent,
    Waiting,
    instant_of,
    milliseconds,
)
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.cases.running import Desk, Live
from jingwei.integrations.government.cases.timing import timer_due
from jingwei.integrations.government.forms.asking import standing
from jingwei.integrations.government.forms.reading import form_of
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.markdown import markdown
from jingwei.kernel.people import LOCAL
from jingwei.kernel.people_records import organisations
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

MOST_BYTES: Final = 64 * 2**20
MOST_FILES: Final = 200
BATCH: Final = 500
"""Timers fired in one transaction."""

WORK_WORDS: Final[Mapping[str, Text]] = {
    "item": Text("待办", "to do"), "retraction": Text("请求撤回", "retraction asked"), "deferred": Text("后续办理", "put off"), "stuck": Text("卡住", "stuck"),
    "timer": Text("到时", "a time"), "message": Text("等消息", "a message"), "signal": Text("等信号", "a signal"), "condition": Text("等条件", "a condition"),
    "elsewhere": Text("等答复", "an answer"), "kept": Text("早到的消息", "a message kept")}


# Deploying


def deploy(context: Context, given: asks.DeployThing) -> Result:
    """Keeps a version that is proved sound; the same files again are the version they were. Raises Problem for what cannot be run."""
    made = deployments.compile_files(_files(context, given), given.process)
    proofs = deployments.proved(made)
    if made.thing:
        from jingwei.integrations.government.evidence.links import sharing_of
        from jingwei.integrations.government.evidence.proof import require

        proofs.append(f"once_only:{len(require(made.thing, sharing_of(context, made.thing)).saved)}")
    with changing(context) as desk:
        kept = deployments.keep(desk.connection, made, milliseconds(desk.now))
        context.workspace.ledger.append(Event("case.deployed", desk.now, context.principal.id, {"process": kept.process, "version": kept.version, "digest": kept.digest, "proofs": proofs},
                                              key=f"case.deployed/{kept.process}/{kept.version}"))
    d = kept
    return _done(context, f"{d.process} 第 {d.version} 版已部署：{len(d.net.nodes)} 个节点，已证能到终点。", f"{d.process} version {d.version} is deployed: {len(d.net.nodes)} nodes, proved to reach an end.",
                 {"process": d.process, "version": d.version, "digest": d.digest, "nodes": len(d.net.nodes), "proofs": proofs})


def _files(context: Context, given: asks.DeployThing) -> dict[str, bytes]:
    """By name, without folders. Raises Problem when nothing, or too much, is given."""
    documents = [d for d in (given.file, given.decisions) if d is not None]
    files: dict[str, bytes] = {}
    if given.thing:
        from jingwei.integrations.government.things.sources import files_of, known

        there = known(context.workspace)
        if given.thing in there:
            files |= files_of(context.workspace, given.thing)
        elif context.principal.id == LOCAL.id and Path(given.thing).is_dir():
            files |= {p.name: p.read_bytes() for p in sorted(Path(given.thing).iterdir()) if p.is_file()}
        elif context.principal.id == LOCAL.id and Path(given.thing).is_file():
            documents.insert(0, Document(Path(given.thing).name, Path(given.thing).read_bytes()))
        else:
            raise Problem("unknown_thing", Text(f"没有一件事 {given.thing[:60]!r}", f"there is no thing {given.thing[:60]!r}"),
                          remedy=Text(f"有：{'、'.join(there)}。", f"There are: {', '.join(there)}."))
    for document in documents:
        files |= _unpacked(document) if document.content[:4] == b"PK\x03\x04" else {Path(document.name).name: document.content}
    if not files:
        raise Problem("nothing_given", Text("没有给出要部署的一件事", "nothing to deploy was given"), remedy=Text("写名字，或用 --file。", "Give its name, or --file."))
    return files


def _unpacked(document: Document) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_BYTES:
                raise Unreadable(Text(f"压缩包里超过 {MOST_FILES} 个文件或 {MOST_BYTES:,} 字节", f"the archive holds more than {MOST_FILES} files or {MOST_BYTES:,} bytes"), where=document.name)
            return {Path(m.filename).name: archive.read(m) for m in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable(Text(f"不是可读的 zip 压缩包（{error}）", f"not a readable zip archive ({error})"), where=document.name) from None


def deployed(context: Context, given: asks.AskDeployed) -> Result:  # noqa: ARG001
    """Every version of every process."""
    with context.workspace.store.read() as connection:
        found = [{"process": p, "version": v, "digest": g, "at": instant_of(at).isoformat()} for _, p, v, g, at in deployments.listed(connection)]
    text = "".join(f"- {f['process']} {f['version']} ({str(f['at'])[:10]})\n" for f in found) or context.say("还没有部署。\n", "Nothing is deployed yet.\n")
    return Result(text, {"deployed": found})


def place(context: Context, given: asks.PlaceDepartment) -> Result:
    """From now on a department's items and evidence go to the node it works on."""
    from jingwei.integrations.government.cases.across import keep_place, node_of

    with changing(context) as desk:
        keep_place(desk.connection, given.department, given.node)
        node = node_of(desk.connection, given.department)
        context.workspace.ledger.append(Event("case.placed", desk.now, context.principal.id, {"department": given.department, "node": node}))
    return _done(context, f"{given.department} 在{f'节点 {node[:12]}' if node else '本节点'}办。", f"{given.department} works on {f'node {node[:12]}' if node else 'this node'}.",
                 {"department": given.department, "node": node})


# Beginning


def start(context: Context, given: asks.StartCase) -> Result:
    """A case, moved to where it first waits. Raises Problem ``not_deployed``, or ``answers_missing`` where the thing's form must ask what was not given."""
    with changing(context) as desk:
        deployment, known = deployments.newest(desk.connection, given.process), facts(given.input)
        if deployment.thing is not None:
            _demand_answers(deployment.thing, known)
        live = desk.start(deployment, known, channel=given.channel, key=given.key, at=given.at or None)
        told = _told(desk, live)
    return _done(context, f"{live.code} 已开始，在等：{'、'.join(told['waiting']) or '无'}。", f"{live.code} has begun; it waits for: {', '.join(told['waiting']) or 'nothing'}.", told)


def _demand_answers(thing: Thing, known: Mapping[str, Any]) -> None:
    """What only the applicant can say must be said before a case begins: without it a table would answer for nobody."""
    lacking = [q for q in standing(form_of(thing), known, {}).asked if q.required and not q.held and q.name not in known]
    if lacking:
        raise Problem("answers_missing", Text(f"还缺 {len(lacking)} 个回答：{'、'.join(q.name for q in lacking)}", f"{len(lacking)} answers are missing: {', '.join(q.name for q in lacking)}"),
                      where="--input", remedy=Text(f"先问：{'；'.join(q.title.zh for q in lacking)}", f"Ask first: {'; '.join(q.title.en for q in lacking)}"))


def facts(document: Document | None) -> dict[str, Any]:
    """A JSON object as variables. Raises Unreadable."""
    if document is None:
        return {}
    try:
        read = json.loads(document.text())
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name) from None
    if not isinstance(read, dict):
        raise Unreadable(Text("事实应为一个对象", "the facts are not one object"), where=document.name, remedy=Text('写 {"事实名": 值, …}。', 'Write {"fact": value, …}.'))
    return read


def _told(desk: Desk, live: Live) -> dict[str, Any]:
    nodes = live.deployment.net.nodes
    return {"case": live.code, "process": live.deployment.process, "version": live.deployment.version, "status": live.status,
            "waiting": [nodes[r.node].id for _, r in sorted(live.rows.items()) if WHATS[r.what] != "kept"], "at": desk.now.isoformat()}


# Working


def list_work(context: Context, given: asks.AskWork) -> Result:
    """What people have to do, by deadline; everybody sees the items of their own organisation alone."""
    mine = given.department
    if context.principal.id != LOCAL.id:
        demand_department(context, mine or context.principal.organisation)
        mine = mine or context.principal.organisation
    found = records.work_list(context, department=mine, most=given.most)
    table = markdown([context.say(zh, en) for zh, en in (("事项", "case"), ("项", "item"), ("部门", "department"), ("期限", "due"), ("", ""))],
                     [(w.case, f"{w.work} {w.label}", w.name, w.due.date().isoformat() if w.due else "–", WORK_WORDS[w.what].in_(context.language)) for w in found])
    return Result(table if found else context.say("没有待办。\n", "Nothing is to be done.\n"), {"work": [_plain(w) for w in found]})


def _plain(w: Waiting) -> dict[str, Any]:
    return {"case": w.case, "process": w.process, "work": w.work, "node": w.node, "label": w.label, "what": w.what, "department": w.name,
            "due": w.due.isoformat() if w.due else None, "opened": w.opened.isoformat(), "claimed": bool(w.claimed)}


def demand_department(context: Context, department: str) -> None:
    """Raises Problem ``not_party`` unless whoever acts is of that department, of one above it, or the node's own operator."""
    mine = context.principal.organisation
    if context.principal.id == LOCAL.id or (mine and mine == department):
        return
    with context.workspace.store.read() as connection:
        if mine and organisations(connection).over(mine, department):
            return
    raise Problem("not_party", Text(f"只有 {department or '主管部门'} 的人可以办", f"only {department or 'the bureau in charge'} may do this"), where=mine or context.principal.id,
                  remedy=Text(f"请 {department or '主管部门'} 的人来办。", f"Have someone of {department or 'that bureau'} do it."))


def _named(context: Context, desk: Desk, code: str, said: str) -> tuple[Live, rows.Row]:
    """The item somebody names, by its number or its node, that they may work on."""
    live = desk.case(code)
    found = [row for number, row in sorted(live.rows.items(), reverse=True) if said in (str(number), live.deployment.net.nodes[row.node].id) and row.what <= WHATS.index("stuck")]
    if not found and said.lstrip("-").isdigit() and 0 <= int(said) < live.state.next:
        raise _already(live, said)
    if not found:
        waiting = [live.deployment.net.nodes[r.node].id for _, r in sorted(live.rows.items())]
        known = said in live.deployment.net.number and any(e.kind == "done" and e.node == said for e in records.events_of(context, code))
        if known:
            raise _already(live, said)
        raise Problem("not_waiting", Text(f"{said[:60]} 现在不在等。", f"{said[:60]} does not wait now."), where=code,
                      remedy=Text(f"在等的有：{'、'.join(waiting) or '无'}。", f"What waits: {', '.join(waiting) or 'nothing'}."))
    demand_department(context, found[0].name)
    return live, found[0]


def _already(live: Live, said: str) -> Problem:
    return Problem("already_done", Text(f"{said[:60]} 已经办过。", f"{said[:60]} was done already."), where=live.code,
                   remedy=Text(f"查看：jingwei government case {live.code}", f"See: jingwei government case {live.code}"))


def claim(context: Context, given: asks.ClaimWork) -> Result:
    """From now on somebody is at work on it."""
    with changing(context) as desk:
        live, row = _named(context, desk, given.code, given.work)
        desk.claim(live, row.work, context.principal.id)
        told = _told(desk, live)
    return _done(context, "已领取。", "It is yours.", {**told, "work": row.work})


def do(context: Context, given: asks.DoWork) -> Result:
    """An item is done, a part put off is done after all, a retraction is made, or something stuck is set right. Done twice, it is done once."""
    with changing(context) as desk:
        try:
            live, row = _named(context, desk, given.code, given.work)
        except Problem as problem:
            if problem.code != "already_done":
                raise
            return _done(context, "已经办过，没有变化。", "It was done already; nothing changes.", {**_told(desk, desk.case(given.code)), "again": True})
        found, detail = facts(given.input), {"outcome": given.outcome} if given.outcome else {}
        if row.work < 0:
            desk.settle(live, row.work, found, channel=given.channel, detail=detail)
        elif WHATS[row.what] == "stuck" and live.state.works[row.work].why:
            desk.retry(live, row.work, found)
        else:
            item, fact = live.deployment.items.get(row.node), f"{live.deployment.net.nodes[row.node].id}_outcome"
            known = {fact: given.outcome} if given.outcome and item is not None and fact in item.gives else {}
            desk.complete(live, row.work, {**known, **found}, channel=given.channel, detail=detail)
        told = _told(desk, live)
    return _done(context, f"已办。在等：{'、'.join(told['waiting']) or '无'}。", f"Done. It waits for: {', '.join(told['waiting']) or 'nothing'}.", {**told, "again": False})


def fail(context: Context, given: asks.FailWork) -> Result:
    """An item cannot be done."""
    with changing(context) as desk:
        live, row = _named(context, desk, given.code, given.work)
        desk.fail(live, row.work, given.error, channel=given.channel, detail={"reason": given.reason} if given.reason else {})
        told = _told(desk, live)
    return _done(context, f"已记为办不成。在等：{'、'.join(told['waiting']) or '无'}。", f"Noted as impossible. It waits for: {', '.join(told['waiting']) or 'nothing'}.", told)


def retry(context: Context, given: asks.RetryWork) -> Result:
    """Something stuck is tried again with what it lacked."""
    return do(context, asks.DoWork(given.code, given.work, given.input))


def defer(context: Context, given: asks.DeferWork) -> Result:
    """A late-binding part is put off, with its reason: the case goes on, the department still has it to do."""
    said = _reason(given.reason)
    with changing(context) as desk:
        live, row = _named(context, desk, given.code, given.work)
        item = live.deployment.items.get(row.node)
        if item is not None and not item.late:
            raise Problem("not_late", Text(f"{item.name.zh}不是可以后续办理的部分", f"{item.name.en} is no part that may bind later"), where=given.code,
                          remedy=Text("在 thing.toml 的事项里写 late = true 并说明理由，再部署。", "Write late = true with a reason into the item in thing.toml, and deploy it."))
        desk.defer(live, row.work, detail={"reason": said})
        told = _told(desk, live)
    return _done(context, "已推后，理由已记。", "Put off, with its reason.", told)


def retract(context: Context, given: asks.RetractWork) -> Result:
    """A department is asked to retract what it decided."""
    said = _reason(given.reason)
    with changing(context) as desk:
        live = desk.case(given.code)
        node = live.deployment.number(given.node)
        if not any(e.kind == "done" and e.node == given.node for e in records.events_of(context, given.code)):
            raise Problem("not_done", Text(f"{given.node} 还没有办，没有可撤回的。", f"{given.node} is not done: there is nothing to retract."), where=given.code,
                          remedy=Text("撤销整件事：jingwei government cancel", "To withdraw the whole case: jingwei government cancel"))
        desk.ask_retraction(live, node, detail={"reason": said})
        told = _told(desk, live)
    return _done(context, f"已请求 {live.deployment.department(node)} 撤回。", f"{live.deployment.department(node)} is asked to retract it.", told)


def note(context: Context, given: asks.NoteCase) -> Result:
    """Something happened beside the process: a document was handed in, a clock stopped for a hearing, a decision was made known."""
    detail = {k: v for k, v in (("fact", given.fact), ("requirement", given.requirement), ("form", given.form), ("ground", given.ground), ("outcome", given.outcome),
                                ("days", given.days), ("approved", given.approved), ("why", given.requirement if given.kind == "presence" else ""), ("reason", given.reason)) if v}
    if given.kind in ("paused", "resumed") and not given.ground:
        raise Problem("no_ground", Text("停钟要有法定理由", "a clock stands still on a ground the law names only"), where="--ground",
                      remedy=Text("许可法第四十五条所列。", "One of those in the Licensing Law, art. 45."))
    with changing(context) as desk:
        live = desk.case(given.code)
        if given.node:
            demand_department(context, live.deployment.department(live.deployment.number(given.node)))
        desk.note(live, given.kind, given.node, channel=given.channel, detail=detail)
        told = _told(desk, live)
    return _done(context, "已记。", "Noted.", told)


def cancel(context: Context, given: asks.CancelCase) -> Result:
    """The case is withdrawn."""
    said = _reason(given.reason)
    with changing(context) as desk:
        live = desk.cancel(desk.case(given.code), channel=given.channel, detail={"reason": said})
        told = _told(desk, live)
    return _done(context, "已撤销。", "Withdrawn.", told)


# What comes from outside


def message(context: Context, given: asks.SendMessage) -> Result:
    """A message for one case; one that comes too early is kept."""
    with changing(context) as desk:
        live = desk.case(given.code)
        heard = desk.message(live, given.name, facts(given.input))
        told = _told(desk, live)
    return _done(context, "已收到。" if heard else "还没有谁等它，先留着。", "It was heard." if heard else "Nobody waits for it yet; it is kept.", {**told, "heard": heard})


def signal(context: Context, given: asks.SendSignal) -> Result:
    """A signal, seen by all cases that wait for it."""
    with changing(context) as desk:
        seen = desk.signal(given.name)
    return _done(context, f"{seen} 件看到了。", f"{seen} saw it.", {"signal": given.name, "seen": seen})


def timers(context: Context, given: asks.FireTimers) -> Result:  # noqa: ARG001
    """Fires what has come due, the earliest first; a timer fires once, whoever looks."""
    fired, what = 0, WHATS.index("timer")
    while context.workspace.store.exists():
        with changing(context) as desk:
            due = rows.due_timers(desk.connection, what, milliseconds(desk.now), BATCH)
            desk.many(list(dict.fromkeys(row.case for row in due)))
            for row in due:
                live = desk.by_id(row.case)
                if row.work not in live.state.works:
                    continue  # another of this batch took it away
                desk.catch(live, row.work, "timer", detail={"due": instant_of(row.due).isoformat()})
                if row.work in live.state.works:  # a cycle goes on
                    trigger = next(t for t in live.deployment.net.triggers(row.node) if t.what == "timer")
                    again = max(milliseconds(timer_due(trigger, instant_of(row.due), live.state.variables)), milliseconds(desk.now) + 1)
                    live.rows[row.work] = row._replace(due=again)
                    live.dirty = True
                fired += 1
        if len(due) < BATCH or context.dry_run:
            break
    return _done(context, f"到时 {fired} 个。", f"{fired} timers came due.", {"fired": fired})


# Looking


def show(context: Context, given: asks.AskCase) -> Result:
    """What a case waits for and what happened to it; not what it knows."""
    found, happened = records.case(context, given.code), records.events_of(context, given.code)
    parts = records.components(context, given.code)
    lines = [context.say(f"**{found.code}**：{found.process} 第 {found.version} 版，{STATUS_WORDS[found.status].zh}", f"**{found.code}**: {found.process} version {found.version}, {STATUS_WORDS[found.status].en}"), ""]
    lines += [f"- {w.work} {w.label} ({WORK_WORDS[w.what].in_(context.language)}{f', {w.name}' if w.name else ''}{f', {w.due.date()}' if w.due else ''})" for w in found.waiting]
    lines += ["", *(f"- {e.at:%Y-%m-%d %H:%M} {e.kind} {e.node}".rstrip() for e in happened)]
    return Result("\n".join(lines) + "\n", {"case": found.code, "process": found.process, "version": found.version, "status": found.status, "parent": found.parent,
                                            "components": [{"case": c, "status": s} for c, s in parts], "waiting": [_plain(w) for w in found.waiting],
                                            "events": [plain_event(e) for e in happened]})


def plain_event(e: CaseEvent) -> dict[str, Any]:
    return {"case": e.case, "seq": e.seq, "at": e.at.isoformat(), "kind": e.kind, "node": e.node, "actor": e.actor, "channel": e.channel, "detail": dict(e.detail)}


def _reason(text: str) -> str:
    if not text.strip():
        raise Problem("no_reason", Text("这样做要说明理由", "this is not done without saying why"), where="--reason", remedy=Text("请说明：“……”。", 'Say it: "…".'))
    return text.strip()


def _done(context: Context, zh: str, en: str, data: dict[str, Any]) -> Result:
    return Result(context.say(zh, en) + (context.say("（演练，没有写入）", " (rehearsed; nothing was written)") if context.dry_run else ""), {**data, "written": not context.dry_run})
