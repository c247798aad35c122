"""What service tasks do by themselves: fetch what departments hold, begin a component, or pass on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from jingwei.engines.processes.state import Work
from jingwei.integrations.government.cases import rows as stored
from jingwei.integrations.government.cases.deployments import newest
from jingwei.integrations.government.cases.model import WHATS, milliseconds

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.running import Desk, Live, Service
    from jingwei.integrations.government.evidence.exchange import Judged
    from jingwei.integrations.government.things.model import Thing

ANSWERS_WITHIN: Final = timedelta(minutes=5)
"""A register of this node's own."""


def nothing(desk: Desk, live: Live, work: Work) -> Mapping[str, Any]:  # noqa: ARG001 (as every service)
    """Done at once, with nothing found."""
    return {}


def component(desk: Desk, live: Live, work: Work) -> Mapping[str, Any] | None:
    """A case of its own, which knows what this one knows; when it is over this task is done, with what it found besides."""
    wanted = live.deployment.calls[work.node]
    desk.start(newest(desk.connection, wanted), live.machine.seen(work), channel="system", key=f"component/{live.code}/{work.id}", parent=live, parent_work=work.id)
    return None


def evidence(desk: Desk, live: Live, work: Work) -> Mapping[str, Any] | None:
    """Fetches what the cheapest plan would have fetched and the case does not know yet: here at once, at other nodes by message.

    Done when nothing is left that can be asked for; what nobody could supply is in the events with its code, and is asked of the applicant.
    """
    return {} if _fetch(desk, live, work.id) else None


def _fetch(desk: Desk, live: Live, work: int) -> bool:
    """Asks whatever can be asked for now; whether nothing is waited for any more."""
    from jingwei.integrations.government.cases.across import ELSEWHERE, ask, node_of
    from jingwei.integrations.government.evidence.exchange import judge, request_of
    from jingwei.integrations.government.evidence.planner import plan, wanted_facts
    from jingwei.integrations.government.evidence.registers import answer

    thing = live.deployment.thing
    if thing is None:
        return True
    tried = {e for e, _ in live.tried(desk.connection)}
    while True:
        known = live.state.variables
        lacking = [f for f in wanted_facts(thing) if known.get(f) is None]
        if not lacking:
            return True
        steps = plan(thing, desk.sharing(live.deployment), known=[f for f, v in known.items() if v is not None], requirements=(), facts=lacking, tried=tried).of("fetched")
        ready = [s for s in steps if s.what not in tried and all(known.get(k) not in (None, "") for k in s.keys)]
        if not ready:
            break
        for step in ready:
            tried.add(step.what)
            number = f"{live.code}/{work}/{step.what}"
            if node := node_of(desk.connection, step.department):
                ask(desk, live, work, step, node, number)
                beside = min(-live.seq, 0, *live.rows) - 1
                live.rows[beside] = stored.Row(live.id, beside, live.state.works[work].node, WHATS.index("elsewhere"), step.what, stored.NEVER, milliseconds(desk.now), "")
                continue
            request = request_of(thing, step, number, known, desk.now, desk.now + ANSWERS_WITHIN)
            note(live, step.what, step.provider, judge(thing, request, answer(desk.context, request, thing.provider(step.provider).dataset)))
    if any(r.what == ELSEWHERE and r.work < 0 for r in live.rows.values()):
        return False
    _ask(desk, live, thing)
    return True


def _ask(desk: Desk, live: Live, thing: Thing) -> None:
    """What a department was asked for and did not tell is put to the applicant, each fact once: the case's page shows it until it is known.

    What failed on the way to the case was a question of the form already.
    """
    told: list[Mapping[str, Any]] = [] if live.fresh else [detail for *_, detail in stored.history(desk.connection, live.id, "fetched", channel="system")]
    told += [detail for kind, _, channel, detail in live.events if kind == "fetched" and channel == "system"]
    missed = {fact for each in told if each["code"] for fact in thing.evidence_called(each["evidence"]).fields.values()}
    before = [] if live.fresh else stored.history(desk.connection, live.id, "asked")
    put = {detail.get("fact") for *_, detail in before} | {detail.get("fact") for kind, _, _, detail in live.events if kind == "asked"}
    live.events += [("asked", "", "system", {"fact": fact}) for fact, _ in thing.questions()
                    if fact in missed and fact not in put and live.state.variables.get(fact) is None]


def note(live: Live, what: str, provider: str, judged: Judged) -> None:
    """What a fetch came back with: the event, and the facts when there are any. What the case knew already is not overwritten: the applicant's word stands."""
    thing = live.deployment.thing
    assert thing is not None
    found = {f.fact: f.value for f in judged.filled if f.value is not None and live.state.variables.get(f.fact) is None}
    live.state.variables.update(found)
    if found:
        live.done.append(["facts", -1, None, found])
    live.events.append(("fetched", "", "system", {"evidence": what, "provider": provider, "department": thing.provider(provider).department, "code": judged.code, "facts": sorted(found)}))


def heard(desk: Desk, live: Live, work: int, what: str, provider: str, judged: Judged) -> None:
    """An answer from another node has come: the fetching goes on, and when nothing is left the task is done."""
    note(live, what, provider, judged)
    item = live.state.works.get(work)
    if item is None:
        desk.moved(live)
    elif _fetch(desk, live, work):
        live.rows.pop(work, None)
        desk.complete(live, work, {}, channel="system", detail={"service": "evidence"})
    else:
        desk.moved(live)


SERVICES: Final[Mapping[str, Service]] = {"evidence": evidence, "nothing": nothing, "component": component}
