"""What the pages show of things one can apply for: which there are, what each needs and how long it may take; and of an application, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jingwei.integrations.government.cases import deployments, records
from jingwei.integrations.government.cases.model import Case, CaseEvent
from jingwei.integrations.government.evidence.links import sharing_of
from jingwei.integrations.government.evidence.planner import plan
from jingwei.integrations.government.forms.journey import Way, deployed
from jingwei.integrations.government.forms.model import Form, Question
from jingwei.integrations.government.forms.reading import form_of
from jingwei.integrations.government.things.asks import AskThing
from jingwei.integrations.government.things.model import Evidence, Item, Requirement, Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.pillar import Nothing


@dataclass(frozen=True, slots=True)
class Offered:
    """A thing one can apply for here; departments : how many take part"""

    process: str
    name: Text
    items: int
    departments: int
    questions: int


@dataclass(frozen=True, slots=True)
class ThingsView:
    things: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be shown, and how it comes to be: ``fetched``, ``issued`` on the way, ``stated`` in the form, or ``handed_in`` by the applicant."""

    requirement: Requirement
    how: str
    evidence: tuple[Evidence, ...]
    departments: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One department's item. days : working days it may take, 0 where nothing says so"""

    item: Item
    department: Text
    days: int


@dataclass(frozen=True, slots=True)
class ThingView:
    """What somebody should know before they begin. before : forms, materials and trips when each item was applied for by itself"""

    process: str
    name: Text
    parts: tuple[Part, ...]
    proofs: tuple[Proof, ...]
    questions: int
    before: tuple[int, int, int]
    law: tuple[Any, ...]
    facts: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A fact as it is shown: its words, and what it is called where it has a name."""

    name: str
    title: Text
    value: Text
    disputed: bool
    split: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What one record told. at : when; facts that the person may object to"""

    evidence: Text
    department: Text
    at: datetime
    facts: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class KnownView:
    login: tuple[Held, ...]
    sources: tuple[Source, ...]
    missed: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer, as it is checked. address : where to change it"""

    question: Question
    value: Text


@dataclass(frozen=True, slots=True)
class Followed:
    """One item of a case. state : ``later``, ``open``, ``done``, ``refused``, ``failed``, ``put_off``

    left : working days to its term are not counted here: days of the calendar, negative when it is over
    """

    item: Item
    department: Text
    state: str
    due: date | None
    left: int | None
    at: datetime | None
    results: tuple[tuple[Text, Text], ...]
    reason: Text


@dataclass(frozen=True, slots=True)
class CaseView:
    """An application on its way."""

    number: str
    code: str
    name: Text
    status: str
    began: datetime
    items: tuple[Followed, ...]
    results: tuple[tuple[Text, Text], ...]
    asked: int
    fetched: int
    outcome: Text = NOTHING


def things(context: Context, query: Nothing) -> ThingsView:
    with context.workspace.store.read() as connection:
        newest = {process: version for _, process, version, _, _ in deployments.listed(connection)}
    found = []
    for process in newest:
        deployment = _thing_or_none(context, process)
        if deployment is not None and deployment.thing is not None:
            thing = deployment.thing
            found.append(Offered(process, thing.name, len(thing.items), len({i.department for i in thing.items}), _questions(form_of(thing))))
    return ThingsView(tuple(found))


def thing(context: Context, query: AskThing) -> ThingView:
    """Raises Problem ``not_deployed``."""
    _, one = deployed(context, query.thing)
    before = [i.before for i in one.items]
    return ThingView(
        query.thing, one.name, tuple(Part(i, one.department(i.department).name, i.clock.days if i.clock.regime != "none" else 0) for i in one.items),
        tuple(_proofs(context, one)), _questions(form_of(one)), (sum(b.forms for b in before), sum(b.materials for b in before), sum(b.trips for b in before)), one.law,
        bool(context.workspace.settings.login.facts))


def _thing_or_none(context: Context, process: str) -> Any:
    with context.workspace.store.read() as connection:
        return deployments.newest(connection, process)


def _questions(form: Form) -> int:
    """Questions put to somebody of whom everything is known that can be."""
    return sum(not q.held for q in form if q.name in form.always)


def _proofs(context: Context, thing: Thing) -> list[Proof]:
    """Each requirement with the cheapest way to show it."""
    sharing = sharing_of(context, thing)
    made = plan(thing, sharing)
    hows = {s.what: s.how for s in made.steps if s.how != "asked"}
    found = []
    for r in thing.required():
        evidence = tuple(thing.evidence_called(e) for e in made.shown[r.id])
        ways = {hows.get(e.id, "fetched") for e in evidence}
        how = next((way for way in ("handed_in", "stated", "issued") if way in ways), "fetched")
        found.append(Proof(r, how, evidence, tuple(dict.fromkeys(thing.department(thing.provider(e.provider).department).name for e in evidence))))
    return found


# One's own application


def known(way: Way) -> KnownView:
    """What is known already, each with where it comes from; and what could not be had."""
    draft, told = way.draft, {k.evidence: k for k in way.draft.known}
    said: dict[str, list[Any]] = {}
    for k in draft.known:
        for name, value in k.facts.items():
            said.setdefault(name, []).append(value)
    sources = []
    for k in told.values():
        if not k.code and k.facts:
            facts = tuple(Held(name, title_of(way, name), words_of(way, name, value), name in draft.disputed, any(v != value for v in said[name])) for name, value in k.facts.items())
            sources.append(Source(way.thing.evidence_called(k.evidence).name, _department(way.thing, k.department), datetime.fromisoformat(k.at), facts))
    missed = tuple(way.thing.evidence_called(k.evidence).name for k in told.values() if k.code)
    return KnownView(tuple(Held(name, title_of(way, name), words_of(way, name, value), False, False) for name, value in draft.login.items()), tuple(sources), missed)


def checked(way: Way) -> tuple[Row, ...]:
    """Every answer, in the order of the questions."""
    return tuple(Row(q, words_of(way, q.name, way.draft.answers.get(q.name))) for q in way.standing.asked)


def followed(context: Context, way: Way) -> CaseView:
    """How far the case is: each department's item with its term, what came of it, and what was put off."""
    case, events = records.case(context, way.draft.case), records.events_of(context, way.draft.case)
    today = day_in_china(context.clock())
    items = tuple(_followed(way, case, events, item, today) for item in way.thing.items)
    given = {g for i in way.thing.items for g in i.gives}
    results = tuple((title_of(way, f.name), words_of(way, f.name, case.variables[f.name])) for f in way.thing.facts if f.origin == "table" and f.says and f.name not in given and case.variables.get(f.name) not in (None, ""))
    return CaseView(way.draft.number, case.code, way.thing.name, case.status, case.began, items, results,
                    sum(e.kind == "asked" for e in events), sum(len(e.detail.get("facts", ())) for e in events if e.kind == "fetched"))


def _followed(way: Way, case: Case, events: Sequence[CaseEvent], item: Item, today: date) -> Followed:
    own = [e for e in events if e.node == item.task]
    waits = next((w for w in case.waiting if w.node == item.task and w.what in ("item", "deferred")), None)
    last = next((e for e in reversed(own) if e.kind in ("done", "failed", "deferred")), None)
    due = day_in_china(waits.due) if waits and waits.due else None
    state = "later" if case.status == "open" else "put_off" if item.late and case.status == "ended" else "not_needed"
    if waits is not None:
        state = "put_off" if waits.what == "deferred" else "open"
    elif last is not None:
        state = {"done": "refused" if case.variables.get(f"{item.task}_outcome") == "refused" else "done", "failed": "failed", "deferred": "put_off"}[last.kind]
    reason = Text(str(last.detail["reason"]), str(last.detail["reason"])) if last and last.kind == "deferred" and last.detail.get("reason") else item.why_late if state == "put_off" else NOTHING
    results = tuple((title_of(way, g), words_of(way, g, case.variables[g])) for g in item.gives if g in case.variables and not g.endswith("_outcome")) if state == "done" else ()
    return Followed(item, _department(way.thing, item.department), state, due, (due - today).days if due else None, last.at if last and state not in ("open", "put_off") else None, results, reason)


def _department(thing: Thing, name: str) -> Text:
    return next((d.name for d in thing.departments if d.id == name), Text(name, name))


def title_of(way: Way, name: str) -> Text:
    """What a fact is called: by its own words, else by its question."""
    fact = next((f for f in way.thing.facts if f.name == name), None)
    return fact.says if fact is not None and fact.says else way.form[name].title if name in way.form else Text(name, name)


def words_of(way: Way, name: str, value: Any) -> Text:
    """A value as people read it."""
    if value is None:
        return Text("（没有填）", "(left empty)")
    return spoken(way.form[name], value) if name in way.form else _spoken(value)


def spoken(question: Question, value: Any) -> Text:
    """An answer as people read it."""
    if question.kind == "group":
        parts = [(p.title, spoken(p, value[p.name])) for p in question.parts if p.name in value]
        return Text("；".join(f"{t.zh}：{v.zh}" for t, v in parts), "; ".join(f"{t.en}: {v.en}" for t, v in parts))
    if question.kind == "several":
        return Text("、".join(question.label(v).zh for v in value) or "（都不选）", ", ".join(question.label(v).en for v in value) or "(none)")
    if question.kind == "choice":
        return question.label(value)
    if question.kind == "date":
        return _spoken(date.fromisoformat(value))
    if question.kind == "file":
        size = f"{max(1, len(value) * 3 // 4096)} KB"
        return Text(f"文件，{size}", f"a file of {size}")
    plain = _spoken(value)
    return Text(f"{plain.zh} {question.unit.zh}", f"{plain.en} {question.unit.en}") if question.unit else plain


def _spoken(value: Any) -> Text:
    if isinstance(value, bool):
        return Text("是", "Yes") if value else Text("否", "No")
    if isinstance(value, date):
        return Text(f"{value.year}年{value.month}月{value.day}日", f"{value.day} {value:%B} {value.year}")
    if isinstance(value, list | tuple):
        return Text("、".join(map(str, value)), ", ".join(map(str, value)))
    return Text(str(value), str(value))
