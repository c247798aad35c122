"""Evidence that departments need of each other, told to the record so that the gauge *across* can be read from it.

``need.declared``, ``need.withdrawn``, ``evidence.asked``, ``evidence.met`` and ``evidence.refused``: what this engine delivers is met by machine.
"""

from __future__ import annotations

from jingwei.foundations.data.sharing.asks import DeclareNeed
from jingwei.foundations.data.sharing.model import Case, Request, code
from jingwei.foundations.data.sharing.records import Step, acting, changing, digest, known, organisation, record
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Ledger
from jingwei.kernel.periods import working_day_due
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import told


def declare(context: Context, given: DeclareNeed) -> Result:
    """Declare a need, or withdraw it. The same need declared again is the same."""
    if given.days < 1:
        raise Problem("bad_term", Text("证据期限最短一个工作日", "evidence is needed within one working day at the least"),
                      where="--days", remedy=Text("请给 1 或更大的数。", "Give 1 or more."))
    there = known(context)
    asker, holder = organisation(there, given.asker, "--asker"), organisation(there, given.holder, "--holder")
    if asker == holder:
        raise Problem("own_data", Text("需求在两个单位之间", "a need lies between two organisations"), where=asker,
                      remedy=Text("请换一个数据持有单位。", "Name another holder."))
    acting(context, asker, Text("申报它的需求", "declare what it needs"))
    evidence = code(given.evidence, Text("证据代码", "code of evidence"))
    with changing(context):
        before = [n for n in _needs(context.workspace.ledger).values() if (n["asker"], n["holder"], n["evidence"]) == (asker, holder, evidence)]
        live = [n for n in before if not n["withdrawn"]]
        name = str(live[0]["need"]) if live else f"N-{digest(asker, holder, evidence, str(len(before)))}"
        mark = {"synthetic": True} if given.synthetic else {}
        if given.withdraw and live:
            record(context, Step("need.withdrawn", {"need": name, **mark}, key=f"need.withdrawn/{name}"))
        elif not given.withdraw and not live:
            facts = {"need": name, "asker": asker, "holder": holder, "evidence": evidence, "days": given.days, **mark}
            record(context, Step("need.declared", facts, key=f"need.declared/{name}"))
    changed = bool(live) == given.withdraw
    text = Text(f"需求 {name} {'已撤回' if given.withdraw else '已登记'}。", f"Need {name} is {'withdrawn' if given.withdraw else 'declared'}.")
    return Result(text.in_(context.language), {"need": name, "changed": changed, "written": changed and not context.dry_run})


def asked(context: Context, request: Request) -> list[Step]:
    """That a request was made under a need. Raises Problem ``unknown_need``, or ``other_need`` when it is not between these two."""
    needs = _needs(context.workspace.ledger)
    need = needs.get(request.need)
    if need is None or need["withdrawn"]:
        raise Problem("unknown_need", Text(f"没有需求 {request.need[:40]!r}", f"there is no need {request.need[:40]!r}"),
                      remedy=did_you_mean(request.need[:40], needs)
                      or Text("请先申报：jingwei share need", "Declare it: jingwei share need"))
    if (need["asker"], need["holder"]) != (request.asker, request.provider):
        raise Problem("other_need",
                      Text(f"那是 {need['asker']} 对 {need['holder']} 的需求",
                           f"that need is one of {need['asker']} for what {need['holder']} holds"), where=request.need,
                      remedy=Text("请写这两个单位之间的需求。", "Name the need of these two."))
    due = working_day_due(day_in_china(context.clock()), int(str(need["days"])))
    return [Step("evidence.asked", {"need": request.need, "request": request.code, "due": due.isoformat() if due else "", **_mark(request)}, key=f"evidence.asked/{request.code}")]


def met(case: Case) -> list[Step]:
    """At the first delivery, by machine: nobody had to supply anything again."""
    if not case.request.need:
        return []
    facts = {"request": case.request.code, "by": "machine", "reasked": False, **_mark(case.request)}
    return [Step("evidence.met", facts, key=f"evidence.met/{case.request.code}")]


def refused(request: Request) -> list[Step]:
    if not request.need:
        return []
    return [Step("evidence.refused", {"request": request.code, **_mark(request)}, key=f"evidence.refused/{request.code}")]


def _mark(request: Request) -> dict[str, object]:
    return {"synthetic": True} if request.synthetic else {}


def _needs(ledger: Ledger) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for event in told(ledger, "need", words=False):
        name = str(event.facts.get("need"))
        if event.kind == "need.declared":
            found.setdefault(name, {**event.facts, "withdrawn": False})
        elif event.kind == "need.withdrawn" and name in found:
            found[name]["withdrawn"] = True
    return found
