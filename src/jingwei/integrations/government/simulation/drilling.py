"""Hold an outage drill and put it on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from jingwei.integrations.government.cases.deployments import Deployment, compile_files
from jingwei.integrations.government.evidence.links import sharing_of
from jingwei.integrations.government.simulation.asks import HoldDrill
from jingwei.integrations.government.simulation.days import recorded
from jingwei.integrations.government.simulation.drill import Drill, Played, drill, finish_with_any_down, simulated
from jingwei.integrations.government.simulation.measures import CASES_ANY_PROVIDER_DOWN
from jingwei.integrations.government.things.model import Thing
from jingwei.integrations.government.things.sources import files_of
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.markdown import markdown
from jingwei.kernel.node_records import place_of
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.tables import Document, csv_bytes

HELD = "drill.held"


def day_of_cases(context: Context, given: HoldDrill) -> tuple[Deployment, Thing, list[Played]]:
    """What is led again: the real cases of the day asked for, or those of a simulated one."""
    if given.day is None:
        deployment = compile_files(files_of(context.workspace, given.thing))
        cases = simulated(deployment, given.cases, given.seed)
    elif context.workspace.store.exists():
        deployment, cases = recorded(context, given.thing, given.day)
    else:
        raise NotAssessable(Text("本单位还没有办件", "there are no cases here yet"), remedy=Text("不写 --day，用模拟的一天。", "Leave --day out for a simulated one."))
    if deployment.thing is None:
        raise NotAssessable(Text(f"{given.thing} 没有写明谁提供什么", f"{given.thing} does not say who supplies what"), remedy=Text("请部署一件事的整个文件夹。", "Deploy a thing's whole folder."))
    return deployment, deployment.thing, cases


def hold(context: Context, given: HoldDrill) -> Result:
    """Leads the day's cases again with the provider silent, or with each in turn; ``holds`` is False where a case then does not finish. The drill goes into the ledger."""
    if not (0 < given.days <= 60 and 0 <= given.papers <= 60 and 1 <= given.cases <= 5_000):
        raise Problem("bad_number", Text("停 0 到 60 天，补交 0 到 60 天，1 到 5,000 件", "it is silent 0 to 60 days, answers take 0 to 60, and there are 1 to 5,000 cases"), where="--days, --papers, --cases")
    deployment, thing, cases = day_of_cases(context, given)
    sharing = sharing_of(context, thing)
    named = [given.down] if given.down else list(sharing)
    drills = []
    with context.progress(context.say("演练", "Drilling"), max(1, len(named))) as step:
        for provider in named:
            drills.append(drill(deployment, cases, sharing, provider, days=given.days, papers=given.papers))
            step()
    synthetic, whole = given.day is None, not given.down
    finish, of = finish_with_any_down(drills)
    if not context.dry_run:
        _record(context, given, thing, drills, finish, of)
    share = 100 * finish / of if whole and not synthetic and of else None
    documents = (Document("drill.csv", csv_bytes(("provider", "case", "happened", "what", "code"), ((d.fallback.provider, *row) for d in drills for row in d.happened))),
                 _observed(context, share))
    data = {"thing": thing.id, "version": thing.version, "day": given.day.isoformat() if given.day else None, "synthetic": synthetic, "cases": len(cases), "any_one_down": {"finish": finish, "of": of} if whole else None,
            "providers": [plain(d) for d in drills]}
    return Result("\n".join(_report(context, given, thing, drills, (finish, of), len(cases))) + "\n", data, documents, holds=not any(d.single for d in drills))


def _observed(context: Context, share: float | None) -> Document:
    """As ``jingwei observe`` takes it in; a simulated day, or one provider alone, gives no number."""
    today = day_in_china(context.clock())
    place = place_of(context.workspace.store) if context.workspace.store.exists() else ""
    return Document("observations.csv", csv_bytes(("measure", "place", "period", "value", "unit", "source", "vintage", "status"), [
        (CASES_ANY_PROVIDER_DOWN.code, place, today.year, share, CASES_ANY_PROVIDER_DOWN.unit, "ledger", today.isoformat(), "missing" if share is None else "observed")]))


def _record(context: Context, given: HoldDrill, thing: Thing, drills: Sequence[Drill], finish: int, of: int) -> None:
    context.workspace.establish()
    facts = {"thing": thing.id, "version": thing.version, "day": given.day.isoformat() if given.day else "", "down": [d.fallback.provider for d in drills],
             "single": [d.fallback.provider for d in drills if d.single], "whole": not given.down, "cases": of, "finish": finish, "synthetic": given.day is None}
    context.workspace.ledger.append(Event(HELD, context.clock(), context.principal.id, facts))


def plain(d: Drill) -> dict[str, Any]:
    f = d.fallback
    return {"provider": f.provider, "finish": d.finish, "of": len(d.outcomes), "single_point": d.single, "failed": list(f.failed), "tries": f.tries, "asked": list(f.asked), "handed_in": list(f.handed_in),
            "otherwise": list(f.otherwise), "waits": sorted(f.waits), "waiting": dict(Counter(n for o in d.outcomes for n in o.waiting)), "asks": sum(o.asks for o in d.outcomes), "added": added(d)}


def added(d: Drill) -> dict[str, float]:
    """Days by which the cases end later: the mean of all, and the most."""
    days = [o.added for o in d.outcomes]
    return {"mean": sum(days) / len(days), "most": max(days)} if days else {"mean": 0.0, "most": 0.0}


def names(thing: Thing, d: Drill) -> tuple[Sequence[Text], Sequence[Text], Sequence[Text]]:
    """What waits, what the applicant is asked, what he hands in: in words."""
    waits = [item.name if (item := thing.item(n)) else Text(n, n) for n in sorted(d.fallback.waits)]
    asked = [Text(said["title"], said["title_en"]) for n, said in thing.questions() if n in d.fallback.asked]
    handed = [thing.evidence_called(e).name for e in d.fallback.handed_in]
    return waits, asked, handed


def listed(texts: Sequence[Text]) -> Text:
    return Text("、".join(t.zh for t in texts), ", ".join(t.en for t in texts))


def _report(context: Context, given: HoldDrill, thing: Thing, drills: Sequence[Drill], any_one: tuple[int, int], cases: int) -> list[str]:
    say = context.say
    whose = say(f"{given.day} 的 {cases} 件真实办件", f"{cases} real cases of {given.day}") if given.day else say(f"模拟的一天（合成）的 {cases} 件", f"{cases} cases of a simulated day (synthetic)")
    lines = [f"# {thing.name.in_(context.language)}", "", say(f"重演{whose}，停摆的天数：{given.days:g}。", f"{whose}, led again; days a provider is silent: {given.days:g}."), ""]
    if not given.down:
        lines += [say(f"不论哪个提供方停摆都能办结：{any_one[0]} / {any_one[1]}。", f"Finish whichever provider is down: {any_one[0]} of {any_one[1]}."), ""]
    single = [thing.provider(d.fallback.provider).name.in_(context.language) for d in drills if d.single]
    lines += [say("单点：", "Single points of failure: ") + (say("、", ", ").join(single) or say("无", "none")) + say("。", "."), ""]
    rows = []
    for d in drills:
        waits, asked, handed = (listed(t).in_(context.language) for t in names(thing, d))
        rows.append((thing.provider(d.fallback.provider).name.in_(context.language), f"{d.finish} / {len(d.outcomes)}", waits, asked, handed, f"{added(d)['mean']:.1f} / {added(d)['most']:.1f}"))
    lines.append(markdown([say("停摆的", "silent"), say("照样办结", "finish"), say("要等它的", "wait for it"), say("改问申请人", "asked instead"), say("改由申请人交", "handed in instead"), say("晚几天（平均/最多）", "days later (mean/most)")], rows))
    lines.append(say("改问的每一项都先试三次，并记下代码 EDM:ERR:0005。", "Each of these was tried three times before, with the code EDM:ERR:0005 on record."))
    return lines
