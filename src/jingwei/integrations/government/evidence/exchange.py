"""One fetch from the explicit request to the fact in the form: asked for by name and purpose, judged, shown to the applicant, accepted or disputed.

Nothing is filled in before the applicant has seen it. A record that may be somebody else's is never filled in, nor one whose time is over. Where two
departments say different things both are kept and both are shown; the program does not choose.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from jingwei.integrations.government.evidence.codes import INVALID, NOT_FOUND, TIMED_OUT, code_of
from jingwei.integrations.government.evidence.planner import Holding, Step
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.problems import Problem

LEAST_IDENTIFIERS: Final = 2
"""That must agree before a record is taken to be this person's."""

State = Literal["previewed", "accepted", "disputed"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider, as the applicant was told.

    purpose : what for; fields : paths of the record that are wanted and no others; keys : the values it is found by, by fact
    asked, expires : an answer that comes later is not used; consent : digest of what the applicant agreed to, empty where no consent is needed
    """

    id: str
    thing: str
    evidence: str
    provider: str
    purpose: Text
    fields: tuple[str, ...]
    keys: Mapping[str, Any]
    asked: datetime
    expires: datetime
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. code : empty for evidence, else one of the codes; record : values by path; subject : identifiers of whom it is about, by fact

    issued, until : its day and its last day, where it says so; at : when it came
    """

    request: str
    at: datetime
    code: str = ""
    record: Mapping[str, Any] | None = None
    subject: Mapping[str, Any] | None = None
    issued: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from. digest : of the record, made with the request's own number so that nobody can guess the record from it"""

    evidence: str
    provider: str
    department: str
    at: datetime
    digest: str
    consent: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A fact as one provider says it."""

    fact: str
    value: Any
    source: Provenance
    state: State = "previewed"


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer is worth. code : as it goes into the events; why : in words where nothing was filled in; holding : for the planner"""

    code: str
    filled: tuple[Filled, ...] = ()
    why: Text = NOTHING
    holding: Holding | None = None


def request_of(thing: Thing, step: Step, number: str, facts: Mapping[str, Any], asked: datetime, expires: datetime, *, consent: str = "") -> Request:
    """The explicit request of one planned fetch. Raises Problem ``no_keys`` where a value it is found by isn't known."""
    evidence = thing.evidence_called(step.what)
    missing = [k for k in step.keys if facts.get(k) in (None, "")]
    if missing:
        raise Problem("no_keys", Text(f"还不知道 {'、'.join(missing)}，无法查找", f"it is found by {', '.join(missing)}, which is not known yet"), where=f"{thing.id}, {step.what}")
    purpose = Text(f"办理{thing.name.zh}：{evidence.name.zh}", f"{thing.name.en}: {evidence.name.en}")
    return Request(number, thing.id, evidence.id, step.provider, purpose, tuple(sorted(evidence.fields)), {k: facts[k] for k in step.keys}, asked, expires, consent)


def digest(value: Any, salt: str) -> str:
    canonical = json.dumps([salt, value], sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def agree(one: Any, other: Any) -> bool:
    """Whether two identifiers are the same: width, case and spaces do not matter, and nothing agrees with an empty one."""
    left, right = (" ".join(unicodedata.normalize("NFKC", str(v)).casefold().split()) for v in (one, other))
    return bool(left) and left == right


def same_person(keys: Mapping[str, Any], subject: Mapping[str, Any]) -> bool:
    """Two identifiers at least agree, and none of those both sides have is another."""
    both = [k for k in keys if subject.get(k) not in (None, "")]
    return len([k for k in both if agree(keys[k], subject[k])]) >= LEAST_IDENTIFIERS and all(agree(keys[k], subject[k]) for k in both)


def judge(thing: Thing, request: Request, answer: Answer) -> Judged:
    """What an answer fills in. Raises Problem for an answer to something else, and for a code nobody knows."""
    if answer.request != request.id:
        raise Problem("other_request", Text(f"这是对另一请求 {answer.request} 的答复", f"this answers another request, {answer.request}"), where=request.id)
    if answer.code:
        return Judged(answer.code, why=code_of(answer.code).says)
    today = day_in_china(answer.at)
    evidence = thing.evidence_called(request.evidence)
    if answer.at > request.expires:
        return Judged(TIMED_OUT, why=Text("答复迟于请求的有效期，不用", "the answer came after the request had expired, and is not used"))
    if answer.record is None or any(path not in answer.record for path in request.fields):
        return Judged(INVALID, why=Text("答复缺少所要的字段", "the answer lacks a field that was asked for"))
    personal = any(thing.fact(f).personal for f in evidence.fields.values())
    if (personal or evidence.keys) and not same_person(request.keys, answer.subject or {}):
        return Judged(NOT_FOUND, why=Text("不能确认是同一个人：至少两项标识一致才能预填", "it can't be told to be the same person: two identifiers must agree before anything is filled in"))
    holding = Holding(answer.issued or today, answer.until)
    if not holding.fresh(evidence, today):
        return Judged(NOT_FOUND, why=Text("证明已过期", "the evidence is out of date"))
    source = Provenance(evidence.id, request.provider, thing.provider(request.provider).department, answer.at, digest(answer.record, request.id), request.consent, answer.until)
    return Judged("", tuple(Filled(fact, answer.record[path], source) for path, fact in sorted(evidence.fields.items())), holding=holding)


def accept(filled: Iterable[Filled], evidence: str, accepted: bool) -> tuple[Filled, ...]:
    """The applicant's word on what was shown of one evidence."""
    return tuple(replace(f, state="accepted" if accepted else "disputed") if f.source.evidence == evidence else f for f in filled)


@dataclass(frozen=True, slots=True)
class Standing:
    """One fact as all say it. said : every source, the newest last; agreed : whether they say the same"""

    said: tuple[Filled, ...]

    @property
    def agreed(self) -> bool:
        return len({digest(f.value, "") for f in self.said}) == 1

    @property
    def usable(self) -> bool:
        """May stand in the form: accepted by the applicant, disputed nowhere, and nobody says otherwise."""
        return self.agreed and all(f.state == "accepted" for f in self.said)


def standing(filled: Iterable[Filled]) -> dict[str, Standing]:
    """By fact. A source that answered twice counts once, by its last answer."""
    newest: dict[tuple[str, str], Filled] = {}
    for f in sorted(filled, key=lambda f: f.source.at):
        newest.pop((f.fact, f.source.evidence), None)
        newest[f.fact, f.source.evidence] = f
    by_fact: dict[str, list[Filled]] = {}
    for f in newest.values():
        by_fact.setdefault(f.fact, []).append(f)
    return {fact: Standing(tuple(several)) for fact, several in by_fact.items()}


def prefill(filled: Iterable[Filled]) -> dict[str, Any]:
    """Values that may be filled in, by fact. What is disputed, or said differently by two, is not among them: it is asked."""
    return {fact: one.said[-1].value for fact, one in standing(filled).items() if one.usable}
