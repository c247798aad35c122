"""Proof, before anybody sees the form, that it asks nothing a department already holds; and the form that follows from what is held.

A fact is held when the planner can come by it through providers that answer, in the jurisdiction the thing is deployed in. A form passes when the
questions it leaves open are exactly those the planner would ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jingwei.integrations.government.evidence.planner import plan, wanted_facts
from jingwei.integrations.government.things.model import Sharing, Thing
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Supply:
    """Who can say a fact. question : its words; dataset : where it is held; sharing : on what terms"""

    fact: str
    question: Text
    evidence: str
    provider: str
    department: Text
    dataset: str
    sharing: Sharing

    def text(self) -> Text:
        return Text(f"“{self.question.zh}”（{self.fact}）：{self.department.zh}的 {self.dataset}（提供方 {self.provider}）已有",
                    f"“{self.question.en}” ({self.fact}): {self.department.en} holds it in {self.dataset} (provider {self.provider})")


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """in_vain : open questions that a department can answer; unsupplied : facts the form takes for known and nobody can supply; saved : what isn't asked, by who says it"""

    in_vain: tuple[Supply, ...]
    unsupplied: tuple[str, ...]
    saved: tuple[Supply, ...]
    asked: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.in_vain and not self.unsupplied


def prove(thing: Thing, sharing: Mapping[str, Sharing]) -> OnceOnly:
    """Whether the form asks exactly what nobody can supply. sharing : of the providers that answer in the jurisdiction, by id"""
    supplies = _supplies(thing, sharing)
    asked = set(thing.asked())
    wanted = wanted_facts(thing)
    return OnceOnly(tuple(supplies[f] for f in wanted if f in asked and f in supplies), tuple(f for f in wanted if f not in asked and f not in supplies),
                    tuple(supplies[f] for f in wanted if f not in asked and f in supplies), tuple(f for f in wanted if f in asked))


def _supplies(thing: Thing, sharing: Mapping[str, Sharing]) -> dict[str, Supply]:
    """By fact, the evidence the planner would have it from."""
    found: dict[str, Supply] = {}
    wanted = set(wanted_facts(thing))
    for step in plan(thing, sharing, requirements=()).of("fetched"):
        provider = thing.provider(step.provider)
        for fact in step.facts:
            if fact in wanted and fact not in found:
                said = thing.form["properties"][fact]
                found[fact] = Supply(fact, Text(said["title"], said["title_en"]), step.what, provider.id, thing.department(provider.department).name, provider.dataset,
                                     sharing[provider.id])
    return found


def require(thing: Thing, sharing: Mapping[str, Sharing]) -> OnceOnly:
    """The proof, or Problem ``asks_what_is_known`` or ``asks_too_little``: what a deployment fails with. Both name each question."""
    proof = prove(thing, sharing)
    where = f"{thing.id}/form.json"
    if proof.in_vain:
        texts = [s.text() for s in proof.in_vain]
        raise Problem("asks_what_is_known", Text(f"表单问了部门已有的事实：{'；'.join(t.zh for t in texts)}", f"the form asks what departments already hold: {'; '.join(t.en for t in texts)}"),
                      where=where, remedy=Text('请给这些问题写上 "readOnly": true，让它们预填。', 'Give these questions "readOnly": true, so that they are filled in beforehand.'))
    if proof.unsupplied:
        names = ", ".join(proof.unsupplied)
        raise Problem("asks_too_little", Text(f"表单以为已知、却没有部门能提供：{names}", f"the form takes for known what no department can supply: {names}"), where=where,
                      remedy=Text('请去掉这些问题的 "readOnly"，或接通提供方。', 'Take "readOnly" from these questions, or connect a provider.'))
    return proof


def form_to_ask(thing: Thing, sharing: Mapping[str, Sharing]) -> dict[str, Any]:
    """The form that follows: every question whose fact can be fetched is shown and not asked, every other is asked.

    What signing in tells, and what tables and departments decide, stays as it is.
    """
    supplied = _supplies(thing, sharing)
    free = set(wanted_facts(thing))
    properties = {}
    for name, said in thing.questions():
        rest = {k: v for k, v in said.items() if k != "readOnly"} if name in free else dict(said)
        properties[name] = {**rest, "readOnly": True} if name in supplied else rest
    return {**thing.form, "properties": properties}


def with_form(thing: Thing, form: Mapping[str, Any]) -> Thing:
    """The same thing with another form."""
    return replace(thing, form=form)
