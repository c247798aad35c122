"""Make this folder a node, see its neighbours, join one, admit one, meet them all, and show what was found against one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import msgspec

from jingwei.coordination.federation import below, live, neighbours
from jingwei.coordination.federation.model import (
    Admit,
    AskDirectory,
    AskEvidence,
    AskStatus,
    Dismiss,
    Init,
    Join,
    Meet,
    Query,
    Share,
    TestBelow,
)
from jingwei.coordination.federation.neighbours import exchange_of
from jingwei.coordination.federation.sources import Http
from jingwei.kernel import node_records as records
from jingwei.kernel import places
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.heads import KEY_FILE, node_key, public_of
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.markdown import markdown
from jingwei.kernel.nodes import DUTIES, Known, Profile, fingerprint, loopback
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, csv_bytes

RELATIONS = {"self": Text("本节点", "this node"), "parent": Text("上级", "above"), "child": Text("下级", "below"), "other": Text("其他", "other")}
STATES = {"self": Text("", ""), "asked": Text("待接纳", "asked"), "admitted": Text("已接纳", "admitted"), "forked": Text("改写了历史", "rewrote its past"),
          "answers": Text("在线", "answers")}


def init(context: Context, given: Init) -> Result:
    """The node's profile, under the key it has or gets now. Done again it changes the profile and keeps the id."""
    place = given.place if re.fullmatch(r"CN|[0-9]{6}", given.place) else places.find(given.place, where="--place").code
    workspace, url = context.workspace, loopback(given.url)
    if context.dry_run:
        there = (workspace.folder / KEY_FILE).exists()
        return Result(context.say(f"将设为节点 {given.name}（{place}），密钥{'已有' if there else '届时生成'}。没有写入。",
                           f"Would be the node {given.name} ({place}); its key {'is there' if there else 'would be made'}. Nothing was written."),
                      {"place": place, "url": url, "written": False})
    workspace.establish()
    key = public_of(node_key(workspace.folder))
    profile = Profile(fingerprint(key), key, given.name, given.name_en or given.name, given.level, place, given.organisation, url)
    with workspace.store.write() as connection:
        before = records.find(connection, profile.id)
        records.keep(connection, replace(before, profile=profile) if before else Known(profile, "self", "self"))
        workspace.ledger.append(Event("node.declared", context.clock(), profile.id, {"node": profile.id, "key": key, "level": given.level, "place": place}))
    return Result(context.say(f"节点 {given.name}：`{profile.id}`，地址 {url}。请把 {KEY_FILE} 另存一份：丢了它就是另一个节点。",
                       f"Node {given.name}: `{profile.id}`, at {url}. Keep a copy of {KEY_FILE} elsewhere: without it, it would be another node."),
                  {**msgspec.to_builtins(profile), "written": True})


def status(context: Context, given: AskStatus) -> Result:  # noqa: ARG001
    """This node, its neighbours, what waits for each and why, and what was last seen of each."""
    with context.workspace.store.read() as connection:
        me, all_ = records.own(connection), records.known(connection)
        waiting = {w.receiver: w for w in records.waiting(connection)}
        heads = {one.profile.id: records.last_head(connection, one.profile.id) for one in all_}
        ours = context.workspace.ledger.heads(within=connection)
    told = []
    for one in all_[1:]:
        queue, head = waiting.get(one.profile.id), heads[one.profile.id]
        told.append({**msgspec.to_builtins(one.profile), "relation": one.relation, "state": one.state, "heard": one.heard.isoformat() if one.heard else None,
                     "waiting": queue.messages if queue else 0, "trouble": queue.trouble if queue else "", "head": head.size if head else None})
    cosigned = len(ours[-1].cosignatures) if ours else 0
    data = {**msgspec.to_builtins(me), "ledger": context.workspace.ledger.size(), "head": ours[-1].size if ours else None, "cosigned": cosigned, "neighbours": told}
    said = context.say(f"{me.name_zh}（{me.level}，{me.place}）`{me.id}`，{me.url}。账本 {data['ledger']} 条，最近的树头 {data['head']}，会签 {cosigned} 个。",
                f"{me.name_en} ({me.level}, {me.place}) `{me.id}`, {me.url}. A ledger of {data['ledger']} entries, newest head {data['head']}, {cosigned} co-signatures.")
    older = [n for n in told if n["versions"][1] < DUTIES]
    if older:
        names = "、".join(n["name_zh"] for n in older) if context.language == "zh" else ", ".join(n["name_en"] for n in older)
        said += context.say(f"\n\n{names} 的程序较旧：数据、查询、会签照常，任务和实测等它升级。",
                            f"\n\n{names}: an older program. Figures, queries and heads go on; duties and live tests wait for its upgrade.")
    if stuck := [n for n in told if n["trouble"].startswith("unknown_kind")]:
        names = "、".join(n["name_zh"] for n in stuck) if context.language == "zh" else ", ".join(n["name_en"] for n in stuck)
        said += context.say(f"\n\n{names} 的程序不认识排在最前的消息：它和其后的消息在此等候，直到对方升级。",
                     f"\n\n{names}: its program does not know the first message that waits; that one and those behind it wait here until it is upgraded.")
    columns = [Text("节点", "node"), Text("名称", "name"), Text("关系", "relation"), Text("状态", "state"), Text("最近音讯", "heard"), Text("待发", "waiting"),
               Text("账本见到", "entries seen"), Text("因", "why")]
    rows = [(n["id"], n["name_zh"] if context.language == "zh" else n["name_en"], RELATIONS[n["relation"]].in_(context.language),
             STATES[n["state"]].in_(context.language), n["heard"], n["waiting"], n["head"], n["trouble"]) for n in told]
    none = context.say("没有相邻节点。加入上级：jingwei node join 地址", "No neighbours. Join the node above: jingwei node join URL")
    return Result(said + "\n\n" + (markdown(tuple(c.in_(context.language) for c in columns), rows) if rows else none), data)


def join(context: Context, given: Join) -> Result:
    """Ask to stand below a node. The request is signed and kept until it is taken."""
    exchange, transport = exchange_of(context.workspace, context.clock), Http()
    if context.dry_run:
        hello = transport.greet(given.url)
        return Result(context.say(f"那里是 {hello.profile.name_zh} `{hello.profile.id}`。没有发送。", f"There is {hello.profile.name_en}, `{hello.profile.id}`. Nothing was sent."),
                      {"node": hello.profile.id, "written": False})
    known = neighbours.join(exchange, given.url, transport)
    with context.workspace.store.read() as connection:
        queue = next((w for w in records.waiting(connection) if w.receiver == known.profile.id), None)
    taken = context.say("对方已收到。", "It has taken the request.") if queue is None else context.say(
        f"还在待发：{queue.trouble}", f"The request waits: {queue.trouble}")
    return Result(context.say(f"已请求加入 {known.profile.name_zh} `{known.profile.id}`。{taken}对方接纳时运行：jingwei node admit 编号",
                       f"Asked {known.profile.name_en}, `{known.profile.id}`, to be admitted. {taken} There it is admitted with: jingwei node admit ID"),
                  {"node": known.profile.id, "state": known.state, "taken": queue is None, "written": True})


def admit(context: Context, given: Admit) -> Result:
    """Admit a node that asked."""
    exchange = exchange_of(context.workspace, context.clock)
    if context.dry_run:
        with context.workspace.store.read() as connection:
            one = neighbours.called(connection, given.node)
        return Result(context.say(f"将接纳 {one.profile.name_zh}。没有写入。", f"Would admit {one.profile.name_en}. Nothing was written."),
                      {"node": one.profile.id, "state": one.state, "written": False})
    one = neighbours.admit(exchange, given.node)
    exchange.deliver(Http(), patience=neighbours.PATIENCE)
    return Result(context.say(f"已接纳 {one.profile.name_zh} `{one.profile.id}`。", f"Admitted {one.profile.name_en}, `{one.profile.id}`."),
                  {"node": one.profile.id, "state": one.state, "written": True})


def dismiss(context: Context, given: Dismiss) -> Result:
    """Let a node below go."""
    exchange = exchange_of(context.workspace, context.clock)
    if context.dry_run:
        with context.workspace.store.read() as connection:
            one = neighbours.called(connection, given.node)
        return Result(context.say(f"将与 {one.profile.name_zh} 脱离。没有写入。", f"Would let {one.profile.name_en} go. Nothing was written."),
                      {"node": one.profile.id, "state": one.state, "written": False})
    one = neighbours.dismiss(exchange, given.node, given.reason.strip())
    return Result(context.say(f"{one.profile.name_zh} `{one.profile.id}` 不再是下级节点。", f"{one.profile.name_en}, `{one.profile.id}`, stands below this node no more."),
                  {"node": one.profile.id, "state": one.state, "written": True})


def meet(context: Context, given: Meet) -> Result:  # noqa: ARG001
    """Deliver what is due and hold every neighbour to its past."""
    exchange = exchange_of(context.workspace, context.clock)
    if context.dry_run:
        with context.workspace.store.read() as connection:
            count = sum(w.messages for w in records.waiting(connection))
        near = len(neighbours.neighbours(exchange))
        return Result(context.say(f"将与 {near} 个节点往来，待发 {count} 条。没有发送。", f"Would meet {near} nodes; {count} messages wait. Nothing was sent."),
                      {"neighbours": near, "waiting": count, "written": False})
    met = neighbours.meet(exchange, Http())
    lines = [context.say(f"送达 {met.acknowledged} 条，会签 {len(met.heads)} 个树头。", f"{met.acknowledged} messages taken, {len(met.heads)} heads co-signed.")]
    lines += [f"- {node}: {problem.code}: {problem.what.in_(context.language)}" for node, problem in met.troubles.items()]
    if met.uncollected:
        lines.append(context.say(f"- {met.uncollected} 件数据还没有取齐", f"- {met.uncollected} deliveries are not wholly here yet"))
    data: dict[str, Any] = {"acknowledged": met.acknowledged, "uncollected": met.uncollected, "heads": {node: head.size for node, head in met.heads.items()},
                            "troubles": {node: problem.to_json(context.language) for node, problem in met.troubles.items()}, "written": True}
    return Result("\n".join(lines), data, holds=all(p.code != "forked_node" for p in met.troubles.values()))


def test_below(context: Context, given: TestBelow) -> Result:  # noqa: ARG001
    """Test the nodes directly below, and show the newest result of each test of every node at any depth."""
    exchange = exchange_of(context.workspace, context.clock)
    if context.dry_run:
        nodes, results = below.read(exchange), list[below.Tested]()
    else:
        nodes, results = live.test(exchange, Http())
    failed = [t for t in results if not t.passed]
    newest = {(b.node, name): nodes.tests.get((b.node, name)) for b in nodes.there for name in below.TESTS}
    head = context.say(f"以下 {len(nodes.there)} 个节点。", f"{len(nodes.there)} nodes below. ") + (
        context.say("这是演练，没有测。", "This was a rehearsal; nothing was tested.") if context.dry_run else
        context.say(f"实测 {len(results)} 项，未过 {len(failed)} 项。", f"{len(results)} tests, {len(failed)} not passed."))
    columns = [Text("节点", "node").in_(context.language), Text("区划", "place").in_(context.language), *(t.in_(context.language) for t in below.TESTS.values())]
    rows = [(f"{b.name.in_(context.language)} {b.node[:10]}", b.place, *(_result(context, newest[b.node, name]) for name in below.TESTS)) for b in nodes.there]
    data = {"nodes": [{"node": b.node, "above": b.above, "level": b.level, "place": b.place, "name_zh": b.name.zh, "name_en": b.name.en, "tests": {
        name: None if (t := newest[b.node, name]) is None else {"passed": t.passed, "why": t.why, "at": t.at.isoformat()} for name in below.TESTS}} for b in nodes.there],
        "tested": len(results), "failed": len(failed), "written": not context.dry_run}
    return Result(head + "\n\n" + markdown(columns, rows) if rows else head, data, holds=not failed)


def _result(context: Context, t: below.Tested | None) -> str:
    if t is None:
        return context.say("未测", "never tested")
    word = context.say("通过", "passed") if t.passed else context.say("未过", "failed")
    return f"{word} {t.why}".strip()


def evidence(context: Context, given: AskEvidence) -> Result:
    """Both heads as the node signed them, and its signed answer to the question what lies between them."""
    with context.workspace.store.read() as connection:
        one = neighbours.called(connection, given.node)
        found = records.evidence(connection, one.profile.id)
    if not found:
        raise Problem("no_evidence", Text("没有发现它的问题", "nothing was found against it"), where=one.profile.id,
                      remedy=Text("见 jingwei node status。", "See jingwei node status."))
    told = [json.loads(each) for each in found]
    lines = [context.say(f"{one.profile.name_zh} `{one.profile.id}` 改写了历史：", f"{one.profile.name_en}, `{one.profile.id}`, rewrote its past:"), ""]
    for each in told:
        older, newer = each["older"] or {}, each["newer"]
        lines.append(context.say(f"- 先签 {older.get('size')} 条 `{older.get('root')}`（{older.get('at')}），后签 {newer['size']} 条 `{newer['root']}`（{newer['at']}）",
                          f"- it signed {older.get('size')} entries `{older.get('root')}` ({older.get('at')}), then {newer['size']} entries `{newer['root']}` ({newer['at']})"))
    return Result("\n".join(lines), {"node": one.profile.id, "evidence": told}, (Document("evidence.json", json.dumps(told, ensure_ascii=False, indent=1).encode()),))


def directory(context: Context, given: AskDirectory) -> Result:  # noqa: ARG001
    """All nodes at and below this one, as they answer now."""
    found = neighbours.directory(exchange_of(context.workspace, context.clock), Http())
    columns = [Text("节点", "node"), Text("名称", "name"), Text("层级", "level"), Text("区划", "place"), Text("上级", "above"), Text("状态", "state"),
               Text("账本", "ledger"), Text("待发", "waiting")]
    rows = [(n["id"][:14], n["name_zh"] if context.language == "zh" else n["name_en"], n["level"], n["place"], n["parent"][:14],
             STATES[n["state"]].in_(context.language) if n["state"] in STATES else n["state"], n["ledger"], n["waiting"]) for n in found]
    silent = sum(n["state"] != "answers" for n in found)
    head = context.say(f"{len(found)} 个节点，{silent} 个没有应答。", f"{len(found)} nodes, {silent} of which do not answer.")
    return Result(head + "\n\n" + markdown(tuple(c.in_(context.language) for c in columns), rows), {"nodes": found, "silent": silent})


def share(context: Context, given: Share) -> Result:  # noqa: ARG001
    """Pass on what each neighbour does not have."""
    from jingwei.coordination.federation import figures

    exchange = exchange_of(context.workspace, context.clock)
    batches = figures.due(exchange) if context.dry_run else figures.share(exchange)
    taken = 0 if context.dry_run else exchange.deliver(Http(), patience=neighbours.PATIENCE)
    counts: dict[str, int] = {}
    for batch in batches:
        counts[batch.to.profile.id] = counts.get(batch.to.profile.id, 0) + len(batch.rows)
    names = {b.to.profile.id: b.to.profile.name.in_(context.language) for b in batches}
    lines = [f"- {names[node]} `{node}`: {count}" for node, count in counts.items()]
    none = context.say("没有新的数要送。", "There is nothing new to pass on.")
    head = none if not counts else context.say("将送（没有写入）：", "Would pass on (nothing was written):") if context.dry_run else context.say(
        f"已送出，{taken} 条消息已被收下：", f"Passed on; {taken} messages were taken at once:")
    return Result("\n".join([head, "", *lines]), {"figures": counts, "taken": taken, "written": bool(counts) and not context.dry_run})


def query(context: Context, given: Query) -> Result:
    """Work out a query here, and with ``across`` at all nodes below; a part that is missing is named."""
    import secrets

    from jingwei.coordination.federation import across
    from jingwei.coordination.federation.query import finished, merge, read_sql

    if not 0 < given.patience <= 600:
        raise Problem("bad_query", Text(f"等候时间不能是 {given.patience} 秒", f"{given.patience} s is no time to wait"),
                      where="--patience", remedy=Text("请给 1 到 600。", "Give 1 to 600."))
    plan = read_sql(given.text, given.purpose, secrets.token_hex(16) if given.across else "")
    exchange = exchange_of(context.workspace, context.clock)
    parts, silent = across.ask(exchange, plan, Http(given.patience), given.patience, across=given.across)
    rows = finished(plan, merge(plan, (p.cells for p in parts)))
    hidden = sum(p.hidden for p in parts)
    columns = (*plan.by, *(a.name for a in plan.aggregates))
    table = [[row[c] for c in columns] for row in rows]
    lines = [context.say(f"{len(parts)} 个节点作答，{len(rows)} 组，各节点共隐去 {hidden} 格。", f"{len(parts)} nodes answered, {len(rows)} groups; {hidden} cells were hidden by their nodes.")]
    if silent:
        lines += [context.say("**结果不完整**，缺：", "**The result is partial**; missing are:"), "",
                  *(f"- {s.name.in_(context.language)} `{s.id}`: {s.code}: {s.why.in_(context.language)}" for s in silent)]
    data = {"rows": rows, "nodes": [p.profile.id for p in parts], "hidden": hidden, "partial": bool(silent),
            "missing": [{"id": s.id, "name_zh": s.name.zh, "name_en": s.name.en, "code": s.code, "why": s.why.in_(context.language)} for s in silent], "plan": plan.digest}
    documents = (Document("result.csv", csv_bytes(columns, table)), Document("answers.json", across.receipts(parts)))
    return Result("\n".join([*lines, "", markdown(columns, table)]), data, documents)
