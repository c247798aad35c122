"""List the things a node has, and show one: who does what by when, what the law asks for, and where it comes from."""

from __future__ import annotations

from typing import Any

from jingwei.integrations.government.things.asks import AskThings
from jingwei.integrations.government.things.model import Item, Law, Requirement, Thing
from jingwei.integrations.government.things.sources import known, thing_called
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

_OBSTRUCTIONS = {"paper": Text("要纸质原件", "paper wanted"), "presence": Text("要到场", "presence wanted"), "wet_seal": Text("要盖实体章", "a wet seal wanted"),
                 "no_sharing": Text("不许共享", "sharing forbidden")}


def things(context: Context, given: AskThings) -> Result:
    """All things in a line each, those that cannot be read with their fault; or one in full."""
    if given.thing:
        thing = thing_called(context.workspace, given.thing)
        return Result("\n".join(_shown(context, thing)) + "\n", _told(context, thing))
    lines: list[str] = []
    data: list[dict[str, Any]] = []
    for name in known(context.workspace):
        try:
            thing = thing_called(context.workspace, name)
        except Problem as problem:
            lines.append(f"- {name}: {problem.in_(context.language)}")
            data.append({"thing": name, "fault": problem.to_json(context.language)})
            continue
        counted = context.say(f"{len(thing.items)} 个事项，{len({i.department for i in thing.items})} 个部门，问 {len(thing.asked())} 个问题",
                              f"{len(thing.items)} items of {len({i.department for i in thing.items})} departments, {len(thing.asked())} questions asked")
        lines.append(f"- {name} {thing.version}: {thing.name.in_(context.language)}{context.say('，', ', ')}{counted}")
        data.append({"thing": name, "version": thing.version, "name": thing.name.in_(context.language), "items": len(thing.items), "questions": len(thing.asked())})
    return Result("\n".join(lines) + "\n", data)


def _cited(context: Context, law: Law) -> str:
    said = context.say(f"《{law.act}》第 {law.article} 条", f"{law.act}, art. {law.article}")
    return said if law.verified else said + context.say("（未核对）", " (not verified)")


def _shown(context: Context, thing: Thing) -> list[str]:
    lines = [f"**{thing.name.in_(context.language)}** ({thing.id} {thing.version})", "", context.say("事项", "Items"), ""]
    for item in thing.items:
        department = thing.department(item.department).name.in_(context.language)
        late = context.say("，可以后办", ", may come later") if item.late else ""
        lines.append(f"- {item.name.in_(context.language)}: {department}, {_clock(context, item)}{late}; {_cited(context, item.law)}")
    lines += ["", context.say("要求与证明", "Requirements and evidence"), ""]
    for requirement in thing.required():
        hurdle = f"; {_OBSTRUCTIONS[requirement.obstruction].in_(context.language)}" if requirement.obstruction else ""
        lines.append(f"- {requirement.name.in_(context.language)}: {_lists(context, thing, requirement)}; {_cited(context, requirement.law)}{hurdle}")
    lines += ["", context.say("问申请人的", "Asked of the applicant"), ""]
    lines += [f"- {thing.form['properties'][name]['title' if context.language == 'zh' else 'title_en']} ({name})" for name in thing.asked()]
    return lines


def _clock(context: Context, item: Item) -> str:
    if item.clock.regime == "none":
        return context.say("无时限", "no clock")
    return context.say(f"{item.clock.days} 个工作日", f"{item.clock.days} working days")


def _lists(context: Context, thing: Thing, requirement: Requirement) -> str:
    between, either = context.say("和", " and "), context.say("，或 ", ", or ")
    return either.join(between.join(thing.evidence_called(e).name.in_(context.language) for e in several) for several in requirement.evidence)


def _told(context: Context, thing: Thing) -> dict[str, Any]:
    def law(one: Law) -> dict[str, Any]:
        return {"act": one.act, "article": one.article, "dated": one.dated, "verified": one.verified}

    return {"thing": thing.id, "version": thing.version, "name": thing.name.in_(context.language), "process": thing.process,
            "items": [{"task": i.task, "name": i.name.in_(context.language), "department": i.department, "regime": i.clock.regime, "days": i.clock.days, "channel": i.channel,
                       "late": i.late, "law": law(i.law), "materials": [*i.materials]} for i in thing.items],
            "requirements": [{"requirement": r.id, "name": r.name.in_(context.language), "law": law(r.law), "evidence": [[*e] for e in r.evidence], "obstruction": r.obstruction}
                             for r in thing.required()],
            "providers": [{"provider": p.id, "department": p.department, "sharing": p.sharing, "dataset": p.dataset, "live": p.live} for p in thing.providers],
            "decisions": [{"task": d.task, "model": d.model, "decision": d.decision, "gives": d.gives} for d in thing.decisions], "asked": [*thing.asked()]}
