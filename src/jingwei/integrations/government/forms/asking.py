"""Which questions are left, which were answered, and what the answers come to: worked out anew from the answers each time, so nothing gets out of step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jingwei.integrations.government.forms.model import LEFT_EMPTY, Form, Question, needed
from jingwei.integrations.government.forms.validity import holds
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Answers = Mapping[str, Any]
"""By fact; ``LEFT_EMPTY`` for a question that was passed over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody has come with a form.

    asked : the questions this person has to answer, in order, each marked whether it must be
    answered : of these, those that have an answer that stands
    value : answers and known facts together, as far as they go
    aside : answers that are kept though nobody asks for them now, since an earlier answer was changed
    """

    asked: tuple[Question, ...]
    answered: frozenset[str]
    value: Mapping[str, Any]
    aside: frozenset[str]

    @property
    def next(self) -> Question | None:
        """The first question without an answer."""
        return next((q for q in self.asked if q.name not in self.answered), None)

    def question(self, name: str) -> Question | None:
        """One of those that are asked."""
        return next((q for q in self.asked if q.name == name), None)


def standing(form: Form, known: Mapping[str, Any], answers: Answers) -> Standing:
    """How far these answers go.

    known : facts that some department vouches for and the person accepted; what is known is never asked (WCAG 2.2, 3.3.7), unless it
    does not satisfy the form
    """
    value = {name: said for name, said in known.items() if name not in form}
    asked, answered = [], set[str]()
    for question in form:
        open_now = [b for b in form.branches if question.name in b.opens and holds(b.condition, value)]
        if not open_now and question.name not in form.always:
            continue
        if question.name in known and holds(question.schema, known[question.name]):
            value[question.name] = known[question.name]
            continue
        must = any(question.name in b.needs for b in open_now)
        asked.append(needed(question) if must else question)
        if question.name not in answers:
            continue
        answer = answers[question.name]
        if answer is LEFT_EMPTY:
            if not must:
                answered.add(question.name)
        elif holds(question.schema, answer):
            answered.add(question.name)
            value[question.name] = answer
    names = {q.name for q in asked}
    return Standing(tuple(asked), frozenset(answered), value, frozenset(answers) - names)


def finished(form: Form, known: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    """The whole value, which satisfies the form's schema. Raises Problem ``form_unfinished`` naming the first question that is open."""
    there = standing(form, known, answers)
    if there.next is not None:
        raise Problem("form_unfinished", Text(f"还没有回答：{there.next.title.zh}", f"not answered yet: {there.next.title.en}"), where=there.next.name,
                      remedy=Text("请回到这个问题。", "Go back to that question."))
    value = {name: said for name, said in there.value.items() if name in form}
    if not holds(form.schema, value):
        raise Problem("form_inconsistent", Text("各个回答合在一起不符合表单", "the answers do not fit the form together"),
                      remedy=Text("请从头核对各个回答。", "Check the answers from the first one on."))
    return value
