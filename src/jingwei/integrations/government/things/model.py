"""A thing (一件事): one event of a life or a business, with what each department does about it and what the law asks for. No I/O.

Facts are flat names: they are the variables of the process, the inputs of its decision tables and the properties of its form alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from jingwei.engines.decisions.model import Model
from jingwei.engines.processes.model import Definitions, Process
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.problems import Problem, did_you_mean

Level = Literal["county", "city", "province", "nation"]
Regime = Literal["licensing", "joint", "promised", "none"]
Channel = Literal["both", "window", "web"]
Obstruction = Literal["", "paper", "presence", "wet_seal", "no_sharing"]
Assurance = Literal["low", "substantial", "high"]
ASSURANCES: Final[tuple[Assurance, ...]] = ("low", "substantial", "high")
Sharing = Literal["unconditional", "conditional", "none"]
Kind = Literal["text", "number", "date", "boolean", "list"]
Origin = Literal["", "login", "table", "office"]


@dataclass(frozen=True, slots=True)
class Law:
    """A provision.

    act : its name in Chinese, as cited; article : such as ``7`` or ``7.2``; dated : when the version cited came into force, ISO date
    says : what it asks for, in short; verified : whether somebody held this against the text of the act
    """

    act: str
    article: str
    dated: str = ""
    says: Text = NOTHING
    verified: bool = False

    @property
    def key(self) -> str:
        return f"{self.act} {self.article}"


@dataclass(frozen=True, slots=True)
class Department:
    """An organisation that takes part. level : of government it belongs to"""

    id: str
    name: Text
    level: Level


@dataclass(frozen=True, slots=True)
class Clock:
    """How long an item may take.

    regime : ``licensing`` and ``joint`` are the Licensing Law's own, ``promised`` what the department promises; days : working days
    """

    regime: Regime = "none"
    days: int = 0


@dataclass(frozen=True, slots=True)
class Before:
    """What the item took when it was applied for by itself: the frozen baseline.

    forms, materials, trips : how many; days : working days until the result; minutes : the applicant's own, filling in and handing over
    source, dated : where the figures come from, and of which day they are; verified : whether they were counted on real cases
    """

    forms: int
    materials: int
    trips: int
    days: int
    minutes: int
    source: Text = NOTHING
    dated: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One department's part (事项), done by one task of the process.

    task : the task's id in the BPMN; materials : ids of requirements; gives : facts the office fills in when it is done
    late : the part may be bound later, with a reason; why_late : that reason as it is told
    """

    task: str
    department: str
    name: Text
    law: Law
    before: Before
    clock: Clock = Clock()
    materials: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    channel: Channel = "both"
    late: bool = False
    why_late: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something the law wants shown. evidence : ids; any one list is enough, of which every one is needed

    assurance : how sure the source of each must be at the least
    obstruction : what the provision demands where it stands in the way of doing it on the web or by sharing
    """

    id: str
    name: Text
    law: Law
    evidence: tuple[tuple[str, ...], ...] = ()
    obstruction: Obstruction = ""
    assurance: Assurance = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document or record that proves something.

    fields : the fact each field of the provider's record gives, by the field's path; keys : facts its record is found by, two for a person
    fresh_days : how long one fetched may be used again, 0 for ever; cost : of one fetching, beyond its sharing class
    issued_by : the task of this very thing that issues it: before that is done it can't be had
    made_of : facts it is written from, where it is the applicant's own statement in the form
    """

    id: str
    name: Text
    provider: str
    assurance: Assurance = "substantial"
    fresh_days: int = 0
    cost: int = 0
    keys: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    issued_by: str = ""
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """Where evidence comes from. dataset : its name in the catalogue; live : whether it answers"""

    id: str
    department: str
    sharing: Sharing
    dataset: str
    live: bool = True
    name: Text = NOTHING

    @property
    def available(self) -> bool:
        return self.live and self.sharing != "none"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be known.

    origin : who says it: nothing for the applicant or a provider, ``login`` for signing in, ``table`` for a decision, ``office`` for a department's work
    choices : the values there are, where there are few; personal : never in the ledger, a log or an address
    """

    name: str
    type: Kind
    personal: bool = True
    says: Text = NOTHING
    origin: Origin = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A business rule task and the table that answers it. task : in the BPMN; model : the file; decision : its name there; gives : the fact it becomes"""

    task: str
    model: str
    decision: str
    gives: str


@dataclass(frozen=True)
class Thing:
    """A whole thing as read and cross-checked. Parts are had by name; one it has not is a Problem ``unknown_part``.

    process : the id of the process in ``definitions``; models : the decision models by file; form : JSON Schema, one property a question;
    a property that is ``readOnly`` is shown and not asked
    """

    id: str
    version: str
    name: Text
    process: str
    law: tuple[Law, ...]
    departments: tuple[Department, ...]
    items: tuple[Item, ...]
    requirements: tuple[Requirement, ...]
    evidence: tuple[Evidence, ...]
    providers: tuple[Provider, ...]
    facts: tuple[Fact, ...]
    decisions: tuple[Decision, ...]
    definitions: Definitions
    models: Mapping[str, Model]
    form: Mapping[str, Any]
    files: Mapping[str, bytes]

    @cached_property
    def net(self) -> Process:
        """The process this thing runs, as the BPMN file has it."""
        return next(p for p in self.definitions.processes if p.id == self.process)

    @cached_property
    def _parts(self) -> Mapping[tuple[str, str], Any]:
        groups: Mapping[str, Iterable[Department | Requirement | Evidence | Provider]] = {
            "department": self.departments, "requirement": self.requirements, "evidence": self.evidence, "provider": self.providers}
        return {**{(group, one.id): one for group, several in groups.items() for one in several}, **{("fact", f.name): f for f in self.facts}, **{("item", i.task): i for i in self.items}}

    def _called(self, group: str, name: str) -> Any:
        """Raises Problem ``unknown_part``."""
        found = self._parts.get((group, name))
        if found is None:
            raise Problem("unknown_part", Text(f"一件事里没有 {group} {name[:60]!r}", f"the thing has no {group} {name[:60]!r}"), where=self.id,
                          remedy=did_you_mean(name[:60], [n for g, n in self._parts if g == group]))
        return found

    def department(self, name: str) -> Department:
        found: Department = self._called("department", name)
        return found

    def item(self, task: str) -> Item | None:
        """The item a task does; None for a task that is no department's."""
        return self._parts.get(("item", task))

    def requirement(self, name: str) -> Requirement:
        found: Requirement = self._called("requirement", name)
        return found

    def evidence_called(self, name: str) -> Evidence:
        found: Evidence = self._called("evidence", name)
        return found

    def provider(self, name: str) -> Provider:
        found: Provider = self._called("provider", name)
        return found

    def fact(self, name: str) -> Fact:
        found: Fact = self._called("fact", name)
        return found

    def questions(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The form's properties with their schemas, in order."""
        yield from self.form["properties"].items()

    def asked(self) -> tuple[str, ...]:
        """Facts the form asks of the applicant."""
        return tuple(name for name, said in self.questions() if not said.get("readOnly"))

    def required(self) -> tuple[Requirement, ...]:
        """What some item wants, each once."""
        wanted = {r for item in self.items for r in item.materials}
        return tuple(r for r in self.requirements if r.id in wanted)
