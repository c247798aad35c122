"""What is fetched, what the applicant hands in and what is asked, so that everything required is shown and every fact known, at the least cost to the applicant.

Procedure → requirements → lists of evidence, of which one is enough → provider → facts. What is held and fresh costs nothing; what can be fetched
costs little; what only the applicant has costs much. Evidence that this very thing issues is not wanted yet: it comes as the case goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from jingwei.integrations.government.evidence.cover import Cover, Way, cheapest
from jingwei.integrations.government.things.model import Evidence, Sharing, Thing
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

How = Literal["held", "fetched", "handed_in", "stated", "issued", "asked"]
"""``stated`` is the applicant's own statement, written from the answers; ``issued`` comes as this very case goes on."""
Wants = tuple[Literal["requirement", "evidence", "record", "fact"], str]
"""What is wanted: a requirement shown, evidence in some way, a provider's record as data, a fact known."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs to come by one thing, in no unit: the order is what matters. The law's own: share first, ask last.

    handed_in : by the applicant, who has it; carried : by the applicant, who must go and get it from the office that keeps it
    """

    unconditional: int = 1
    conditional: int = 10
    asked: int = 100
    handed_in: int = 100
    carried: int = 150


@dataclass(frozen=True, slots=True)
class Holding:
    """Evidence the case has. at : the day it was issued or fetched; until : its last day, where it says one"""

    at: date
    until: date | None = None

    def fresh(self, evidence: Evidence, today: date) -> bool:
        """Not beyond its own last day, nor older than its kind may be, nor of the future."""
        return (self.at <= today and (self.until is None or today <= self.until)
                and (not evidence.fresh_days or today - self.at <= timedelta(days=evidence.fresh_days)))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. what : id of the evidence, or name of the fact; facts : what it makes known; keys : facts its record is found by"""

    how: How
    what: str
    cost: int
    provider: str = ""
    department: str = ""
    facts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """steps : in an order in which each finds its keys known; cost : their sum; shown : the evidence that shows each requirement"""

    steps: tuple[Step, ...]
    cost: int
    shown: Mapping[str, tuple[str, ...]]

    def of(self, *hows: How) -> tuple[Step, ...]:
        return tuple(s for s in self.steps if s.how in hows)

    @property
    def asked(self) -> tuple[str, ...]:
        """Facts the applicant is asked for."""
        return tuple(s.what for s in self.of("asked"))

    @property
    def fetched(self) -> tuple[str, ...]:
        return tuple(s.what for s in self.of("fetched"))


def sharing_as_declared(thing: Thing) -> dict[str, Sharing]:
    """By provider, how those that are live share; the thing's own word, where no catalogue says otherwise."""
    return {p.id: p.sharing for p in thing.providers if p.available}


def wanted_facts(thing: Thing) -> tuple[str, ...]:
    """What the form shows or asks, but for what signing in tells and what tables and departments decide."""
    return tuple(name for name, _ in thing.questions() if not thing.fact(name).origin)


def plan(thing: Thing, sharing: Mapping[str, Sharing], *, known: Iterable[str] = (), held: Mapping[str, Holding] | None = None, today: date | None = None,
         requirements: Iterable[str] | None = None, facts: Iterable[str] | None = None, tried: Iterable[str] = (), costs: Costs = Costs()) -> Plan:
    """The cheapest way to everything wanted.

    sharing : of the providers that can be asked now, by id; known : facts known beside those of signing in; held : evidence the case has, by id, which
    is judged by ``today``; requirements, facts : what is wanted, by default all that items require and all that the form shows; tried : evidence that
    was asked for in vain and is not to be fetched again

    Raises Problem ``no_evidence`` where something wanted can't be had at all, NotAssessable where the alternatives are too tangled.
    """
    if held and today is None:
        raise ValueError("what is held is judged by a day")
    there = {*known, *(f.name for f in thing.facts if f.origin == "login")}
    fresh = {name for name, one in (held or {}).items() if today is not None and one.fresh(thing.evidence_called(name), today)}
    ways = _ways(thing, sharing, there, fresh, frozenset(tried), costs)
    required = [r.id for r in thing.required()] if requirements is None else list(requirements)
    roots: list[Wants] = [*(("requirement", r) for r in required), *(("fact", f) for f in (wanted_facts(thing) if facts is None else facts))]
    cover = cheapest(ways, roots)
    if cover is None:
        lost = next((what for kind, what in roots if cheapest(ways, [(kind, what)]) is None), "")
        raise Problem("no_evidence", Text(f"{lost} 既取不到，也问不到", f"{lost} can neither be fetched nor asked"), where=thing.id,
                      remedy=Text("请在 thing.toml 里写明谁提供它。", "Say in thing.toml who provides it."))
    return Plan(tuple(_steps(thing, cover)), cover.cost, {r: tuple(what for _, what in cover.ways["requirement", r].needs) for r in required})


def _ways(thing: Thing, sharing: Mapping[str, Sharing], known: set[str], fresh: set[str], tried: frozenset[str], costs: Costs) -> dict[Wants, list[Way[Wants]]]:
    ways: dict[Wants, list[Way[Wants]]] = {}
    for r in thing.requirements:
        ways["requirement", r.id] = [Way(0, tuple(("evidence", e) for e in dict.fromkeys(several))) for several in r.evidence]
    gives: dict[str, list[str]] = {}
    for e in thing.evidence:
        record: list[Way[Wants]] = []
        shared = sharing.get(e.provider, "none")
        if e.id in fresh:
            record.append(Way(0, how="held"))
        elif shared != "none" and not e.issued_by and e.id not in tried:
            price = costs.unconditional if shared == "unconditional" else costs.conditional
            record.append(Way(price + e.cost, tuple(("fact", k) for k in e.keys), "fetched"))
        ways["record", e.id] = record
        other: Way[Wants] = (Way(0, how="issued") if e.issued_by else Way(e.cost, tuple(("fact", f) for f in e.made_of), "stated") if e.made_of
                             else Way((costs.handed_in if thing.provider(e.provider).sharing == "none" else costs.carried) + e.cost, how="handed_in"))
        ways["evidence", e.id] = [Way(0, (("record", e.id),)), other] if record else [other]
        for fact in e.fields.values() if record else ():
            gives.setdefault(fact, []).append(e.id)
    for f in thing.facts:
        found: list[Way[Wants]] = [Way(0, (("record", e),)) for e in dict.fromkeys(gives.get(f.name, ()))]
        if not f.origin and f.name in thing.form["properties"]:
            found.append(Way(costs.asked, how="asked"))
        ways["fact", f.name] = [Way(0)] if f.name in known else found
    return ways


def _steps(thing: Thing, cover: Cover[Wants]) -> Iterable[Step]:
    for (kind, what), way in cover.ways.items():
        if kind == "fact" and way.how == "asked":
            yield Step("asked", what, way.cost, facts=(what,))
        elif kind in ("record", "evidence") and way.how:
            evidence = thing.evidence_called(what)
            how: How = way.how  # type: ignore[assignment]  # written above
            provider = thing.provider(evidence.provider)
            known = tuple(dict.fromkeys(evidence.fields.values())) if kind == "record" else ()
            yield Step(how, what, way.cost, provider.id, provider.department, known, evidence.keys)
