"""Prove that a thing's form asks nothing a department holds, and show which links its evidence needs."""

from __future__ import annotations

from typing import Any

from jingwei.integrations.government.evidence import links, proof
from jingwei.integrations.government.evidence.planner import plan
from jingwei.integrations.government.things.asks import AskThing
from jingwei.integrations.government.things.model import Thing
from jingwei.integrations.government.things.sources import thing_called
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text

_STATES: dict[links.State, Text] = {"answers": Text("有应答", "answers"), "fails": Text("出错", "fails"), "untried": Text("未试过", "not tried yet"), "absent": Text("未接通", "not connected")}


def prove(context: Context, given: AskThing) -> Result:
    """The once-only proof in this jurisdiction. ``holds`` is False where a question is asked in vain, or a fact is taken for known that nobody supplies."""
    thing = thing_called(context.workspace, given.thing)
    sharing = links.sharing_of(context, thing)
    found = proof.prove(thing, sharing)
    wanted = plan(thing, sharing)
    language = context.language
    lines = [context.say(f"{thing.name.zh}：问 {len(found.asked)} 个问题，{len(found.saved)} 个事实由部门提供。",
                         f"{thing.name.en}: {len(found.asked)} questions are asked, {len(found.saved)} facts come from departments.")]
    lines += [context.say("- 多问：", "- Asked in vain: ") + s.text().in_(language) for s in found.in_vain]
    lines += [context.say(f"- 以为已知、却无人提供：{name}", f"- Taken for known, and supplied by nobody: {name}") for name in found.unsupplied]
    if found.holds:
        lines.append(context.say("- 已证：表单只问没有部门能提供的。", "- Proved: the form asks only what no department can supply."))
    lines += ["", context.say("各提供方省下的问题", "Questions saved, by provider"), ""]
    by_provider: dict[str, list[str]] = {}
    for supply in found.saved:
        by_provider.setdefault(f"{supply.department.in_(language)}, {supply.dataset}", []).append(supply.question.in_(language))
    lines += [f"- {who}: {len(questions)}{context.say('：', ': ')}{'; '.join(questions)}" for who, questions in by_provider.items()]
    papers = [thing.evidence_called(s.what).name.in_(language) for s in wanted.of("handed_in")]
    lines += ["", context.say(f"还要交的材料：{'、'.join(papers) or '无'}", f"Still to be handed in: {', '.join(papers) or 'nothing'}")]
    data: dict[str, Any] = {
        "thing": thing.id, "version": thing.version, "holds": found.holds, "asked": [*found.asked], "unsupplied": [*found.unsupplied], "in_vain": [_told(context, s) for s in found.in_vain],
        "saved": [_told(context, s) for s in found.saved], "handed_in": [s.what for s in wanted.of("handed_in")], "cost": wanted.cost}
    return Result("\n".join(lines) + "\n", data, holds=found.holds)


def _told(context: Context, supply: proof.Supply) -> dict[str, str]:
    return {"fact": supply.fact, "question": supply.question.in_(context.language), "evidence": supply.evidence, "provider": supply.provider,
            "department": supply.department.in_(context.language), "dataset": supply.dataset, "sharing": supply.sharing}


def _probes(context: Context, thing: Thing) -> dict[str, links.Probe]:
    """What became of the fetches of all cases: every one is a probe of its link."""
    if not context.workspace.ledger.store.exists():
        return {}
    from jingwei.integrations.government.cases.records import events

    return links.newest((str(e.detail.get("provider", "")), e.at, str(e.detail.get("code", ""))) for e in events(context, process=thing.process) if e.kind == "fetched")


def connections(context: Context, given: AskThing) -> Result:
    """Which department needs what of which, and whether it answers."""
    thing = thing_called(context.workspace, given.thing)
    found = links.matrix(thing, links.sharing_of(context, thing), _probes(context, thing))
    answering = sum(1 for link in found if link.state == "answers")
    lines = [context.say(f"{thing.name.zh}：证明需要 {len(found)} 条联系，{answering} 条有应答。", f"{thing.name.en}: its evidence needs {len(found)} links; {answering} answer."), ""]
    for link in found:
        asker, holder = (thing.department(d).name.in_(context.language) for d in (link.asker, link.holder))
        names = ", ".join(thing.evidence_called(e).name.in_(context.language) for e in link.evidence)
        lines.append(f"- {asker} ← {holder}: {names} ({link.dataset}); {_STATES[link.state].in_(context.language)}{f' {link.code}' if link.code else ''}")
    data = {"thing": thing.id, "needed": len(found), "answering": answering,
            "links": [{"asker": link.asker, "holder": link.holder, "provider": link.provider, "dataset": link.dataset, "evidence": [*link.evidence], "state": link.state,
                       "code": link.code, "at": link.at.isoformat() if link.at else ""} for link in found]}
    return Result("\n".join(lines) + "\n", data)
