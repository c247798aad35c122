"""The way of somebody who applies: begin, see what is known already, answer what is left, check, hand in, follow. No HTTP here.

Everything that is not handed in yet lies in the draft; what is handed in is a case, and what happened on the way is noted in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from jingwei.integrations.government.cases import deployments
from jingwei.integrations.government.cases.deployments import Deployment
from jingwei.integrations.government.cases.records import changing
from jingwei.integrations.government.evidence.exchange import judge, request_of
from jingwei.integrations.government.evidence.links import sharing_of
from jingwei.integrations.government.evidence.planner import Step, plan
from jingwei.integrations.government.evidence.registers import answer as answer_of
from jingwei.integrations.government.forms import asking, drafts
from jingwei.integrations.government.forms.asking import Standing
from jingwei.integrations.government.forms.drafts import Draft, Known
from jingwei.integrations.government.forms.model import Form, Question
from jingwei.integrations.government.forms.reading import form_of
from jingwei.integrations.government.forms.validity import holds
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

ANSWERS_WITHIN = timedelta(seconds=30)
"""A department that somebody waits for."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where somebody stands: their draft, the thing it is for, its form, and how far the form has come."""

    draft: Draft
    deployment: Deployment
    thing: Thing
    form: Form
    standing: Standing

    @property
    def step(self) -> str:
        """The next page: ``known``, ``ask/NAME``, ``check`` or ``case``."""
        if self.draft.case:
            return "case"
        if any(not k.code for k in self.draft.known) and not self.draft.reviewed:
            return "known"
        return f"ask/{self.standing.next.name}" if self.standing.next else "check"


def deployed(context: Context, process: str, version: int = 0) -> tuple[Deployment, Thing]:
    """A thing that can be applied for here. Raises Problem ``not_deployed`` or ``unknown_thing``."""
    with context.workspace.store.read() as connection:
        found = deployments.newest(connection, process, version)
    if found.thing is None:
        raise Problem("unknown_thing", Text(f"{process[:60]} 不是一件可以申请的事", f"{process[:60]} is no thing one can apply for"), remedy=Text("见“办事”页。", "See the page of things."))
    return found, found.thing


def begin(context: Context, process: str, person: str = "", login: Mapping[str, Any] | None = None) -> tuple[Draft, str]:
    """A draft and its secret. person, login : who signed in, if anybody, and the facts that gives"""
    deployment, _ = deployed(context, process)
    with context.workspace.store.write() as connection:
        draft, secret = drafts.begin(connection, process, deployment.version, context.clock())
        if person:
            draft = replace(draft, person=person, login=dict(login or {}))
            drafts.keep(connection, draft, secret, context.clock())
    return draft, secret


def way(context: Context, draft: Draft) -> Way:
    deployment, thing = deployed(context, draft.thing, draft.version)
    form = form_of(thing)
    known = known_of(thing, form, draft)
    return Way(draft, deployment, thing, form, asking.standing(_must_know_who(form, thing), known, draft.answers))


def _must_know_who(form: Form, thing: Thing) -> Form:
    """The same form where signing in told nothing: what it would have told must be answered."""
    login = frozenset(f.name for f in thing.facts if f.origin == "login" and f.name in form)
    first = form.branches[0]
    return replace(form, branches=(replace(first, opens=first.opens | login, needs=first.needs | login), *form.branches[1:]))


def known_of(thing: Thing, form: Form, draft: Draft) -> dict[str, Any]:
    """Facts that are taken as they came. Only declared ones that fit the form: what a department says is checked as anybody's word is."""
    declared = {f.name for f in thing.facts}
    return {name: said for name, said in draft.accepted().items() if name in declared and (name not in form or holds(form[name].schema, said))}


# What is known already


def look(context: Context, draft: Draft) -> Draft:
    """Ask the departments what they hold of this person: in the order of the cheapest plan, each once, for this purpose alone.

    Nothing is looked up of somebody who did not sign in: nobody else may see what is held of a person by knowing a name and a number.
    """
    if draft.looked or not draft.person:
        return replace(draft, looked=True)
    _, thing = deployed(context, draft.thing, draft.version)
    sharing, found = sharing_of(context, thing), list(draft.known)
    while True:
        facts = {**draft.login, **{name: said for k in found for name, said in k.facts.items()}}
        tried = {k.evidence for k in found}
        steps = plan(thing, sharing, known=facts, tried=[k.evidence for k in found if k.code]).of("fetched")
        ready = next((s for s in steps if s.what not in tried and all(facts.get(k) not in (None, "") for k in s.keys)), None)
        if ready is None:
            return replace(draft, known=tuple(found), looked=True)
        found.append(_fetched(context, thing, ready, facts))


def _fetched(context: Context, thing: Thing, step: Step, facts: Mapping[str, Any]) -> Known:
    now = context.clock()
    request = request_of(thing, step, secrets.token_hex(16), facts, now, now + ANSWERS_WITHIN)
    judged = judge(thing, request, answer_of(context, request, thing.provider(step.provider).dataset))
    said = {f.fact: f.value for f in judged.filled if f.value is not None}
    return Known(step.what, step.provider, step.department, now.isoformat(), said, judged.filled[0].source.digest if judged.filled else "", judged.code)


def review(draft: Draft, wrong: list[str]) -> Draft:
    """The person has looked at what is known. wrong : facts they say are not so; they are asked for, and what was said stays on record"""
    held = {name for k in draft.known for name in k.facts}
    return replace(draft, reviewed=True, disputed=tuple(sorted(held & set(wrong))))


# Questions


def put(draft: Draft, question: Question) -> Draft:
    """A question was shown."""
    return draft if question.name in draft.asked else replace(draft, asked=(*draft.asked, question.name))


def answer(draft: Draft, question: Question, value: Any) -> Draft:
    """The draft with an answer that was read and has no faults."""
    return replace(draft, answers={**draft.answers, question.name: value})


# Handing in


def hand_in(context: Context, draft: Draft, secret: str) -> Draft:
    """A case from a draft whose questions are all answered; handed in twice it is one case. Raises Problem ``form_unfinished``."""
    if draft.case:
        return draft
    there = way(context, draft)
    known = known_of(there.thing, there.form, draft)
    value = asking.finished(_must_know_who(there.form, there.thing), known, draft.answers)
    with changing(context) as desk:
        live = desk.start(deployments.newest(desk.connection, draft.thing, draft.version), {**known, **value}, channel="web", key=f"draft/{draft.number}",
                          fetched=[{"evidence": k.evidence, "provider": k.provider, "department": k.department, "code": k.code, "facts": sorted(k.facts)} for k in draft.known])
        for each in draft.known:
            if not each.code:
                desk.note(live, "previewed", channel="web", detail={"evidence": each.evidence, "accepted": not set(each.facts) & set(draft.disputed)})
        for fact in draft.disputed:
            desk.note(live, "disputed", channel="web", detail={"fact": fact})
        for question in there.standing.asked:
            desk.note(live, "asked", channel="web", detail={"fact": question.name})
            if draft.answers.get(question.name) is not None:
                desk.note(live, "answered", channel="web", detail={"fact": question.name})
        handed = drafts.handed_in(draft, live.code)
        drafts.keep(desk.connection, handed, secret, context.clock())
    return handed
