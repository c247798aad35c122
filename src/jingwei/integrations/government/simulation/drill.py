"""The outage drill: a day's cases led again through their real net with one provider silent, by what the real planner falls back to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.state import Wait, Work
from jingwei.integrations.government.cases.timing import timer_due
from jingwei.integrations.government.evidence.codes import TIMED_OUT, next_step
from jingwei.integrations.government.evidence.planner import Plan, plan, wanted_facts
from jingwei.integrations.government.things.model import Fact, Sharing, Thing
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.deployments import Deployment

MOST_STEPS: Final = 10_000
INSTANT: Final = datetime(2001, 1, 1, tzinfo=UTC)
"""From when timers are counted; only what passes until they come matters."""


Taken = tuple[float, Mapping[str, Any]]
"""Days one doing took, and what became known by it."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What follows while one provider is silent.

    failed : evidence that is asked for in vain; tries : of each, until the applicant is asked
    asked, handed_in : facts and documents that the applicant is then asked for, and was not before
    otherwise : evidence that others supply instead
    waits : nodes that cannot be done until the provider is back: those that write into it, those whose requirements nothing else shows, and, where a fact
        cannot be had at all, those that fetch evidence
    """

    provider: str
    failed: tuple[str, ...]
    tries: int
    asked: tuple[str, ...]
    handed_in: tuple[str, ...]
    otherwise: tuple[str, ...]
    waits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Played:
    """A case to be led again. All times in days since the beginning of the outage.

    start : when it came; variables : with which
    done : by node, for each time it was done, how long it took from being opened and what became known
    """

    code: str
    start: float
    variables: Mapping[str, Any]
    done: Mapping[str, Sequence[Taken]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case with a provider silent.

    asks : the applicant is asked, since it came meanwhile; finishes : even if the provider never came back
    waiting : nodes that wait for it; added : days by which it ends later when the provider is back in time
    """

    code: str
    asks: bool
    finishes: bool
    waiting: tuple[str, ...]
    added: float


@dataclass(frozen=True, slots=True)
class Drill:
    """A day with one provider silent. happened : what the events would say, (case, kind, what, code)"""

    fallback: Fallback
    outcomes: tuple[Outcome, ...]
    happened: tuple[tuple[str, str, str, str], ...] = field(default=())

    @property
    def finish(self) -> int:
        return sum(o.finishes for o in self.outcomes)

    @property
    def single(self) -> bool:
        """Whether the provider alone can stop a case."""
        return self.finish < len(self.outcomes)


def fallback(deployment: Deployment, sharing: Mapping[str, Sharing], provider: str) -> Fallback:
    """What the planner does without the provider. Raises Problem ``unknown_provider`` for one that supplies nothing now."""
    thing = _thing(deployment)
    if provider not in sharing:
        raise Problem("unknown_provider", Text(f"{provider[:60]} 现在什么也不提供", f"{provider[:60]} supplies nothing now"), where=thing.id,
                      remedy=Text(f"在提供的有：{'、'.join(sharing) or '无'}。", f"Those that do are {', '.join(sharing) or 'none'}."))
    without = {name: shared for name, shared in sharing.items() if name != provider}
    before = plan(thing, sharing)
    failed = tuple(s.what for s in before.of("fetched") if s.provider == provider)
    tries = 1
    while next_step(TIMED_OUT, tries) == "retry":
        tries += 1
    lost_shown = [r.id for r in thing.required() if _impossible(thing, without, failed, requirements=[r.id])]
    lost_facts = [f for f in wanted_facts(thing) if _impossible(thing, without, failed, facts=[f])]
    after = plan(thing, without, tried=failed, requirements=[r.id for r in thing.required() if r.id not in lost_shown], facts=[f for f in wanted_facts(thing) if f not in lost_facts])
    waits = {e.issued_by for e in thing.evidence if e.provider == provider and e.issued_by} | {i.task for i in thing.items if set(i.materials) & set(lost_shown)}
    if lost_facts:
        nodes = deployment.net.nodes
        waits |= {nodes[n].id for n, service in deployment.services.items() if service == "evidence"} or {i.task for i in thing.items}
    return Fallback(provider, failed, tries, _more(before, after, "asked"), _more(before, after, "handed_in"), _more(before, after, "fetched", "held"), frozenset(waits))


def _impossible(thing: Thing, sharing: Mapping[str, Sharing], tried: Sequence[str], *, requirements: Sequence[str] = (), facts: Sequence[str] = ()) -> bool:
    try:
        plan(thing, sharing, tried=tried, requirements=requirements, facts=facts)
    except NotAssessable:
        raise
    except Problem as problem:
        if problem.code != "no_evidence":
            raise
        return True
    return False


def _more(before: Plan, after: Plan, *hows: Any) -> tuple[str, ...]:
    known = {s.what for s in before.of(*hows)}
    return tuple(s.what for s in after.of(*hows) if s.what not in known)


def drill(deployment: Deployment, cases: Sequence[Played], sharing: Mapping[str, Sharing], provider: str, *, days: float = 1.0, papers: float = 1.0) -> Drill:
    """A provider silent for so many days, from the beginning of the first.

    papers : days the applicant takes to hand in what is suddenly wanted; a question more in the form takes none
    """
    back = fallback(deployment, sharing, provider)
    outcomes = []
    happened: list[tuple[str, str, str, str]] = []
    for case in cases:
        meanwhile = 0 <= case.start < days
        asks = meanwhile and bool(back.asked or back.handed_in)
        late = papers if meanwhile and back.handed_in else 0.0
        usual, _ = lead(deployment, case)
        never, waiting = lead(deployment, case, lambda node, at: float("inf") if node in back.waits and at >= 0 else at, late)
        then, _ = lead(deployment, case, lambda node, at: max(at, days) if node in back.waits and at >= 0 else at, late)
        if usual is None or then is None:
            raise NotAssessable(Text(f"{case.code} 本来就没有办到底", f"{case.code} does not come to its end anyway"), where=deployment.process)
        outcomes.append(Outcome(case.code, asks, never is not None, waiting, then - usual))
        if meanwhile:
            happened += [(case.code, "fetched", e, TIMED_OUT) for e in back.failed for _ in range(back.tries)]
            happened += [(case.code, "asked", f, TIMED_OUT) for f in back.asked] + [(case.code, "material", e, TIMED_OUT) for e in back.handed_in]
        happened += [(case.code, "waits", node, TIMED_OUT) for node in waiting]
    return Drill(back, tuple(outcomes), tuple(happened))


def finish_with_any_down(drills: Iterable[Drill]) -> tuple[int, int]:
    """Cases that finish whichever one provider is silent, and all; the number of clause G.1."""
    held: dict[str, bool] = {}
    for one in drills:
        for outcome in one.outcomes:
            held[outcome.code] = held.get(outcome.code, True) and outcome.finishes
    return sum(held.values()), len(held)


Begins = Callable[[str, float], float]
"""From when a node that was opened at an instant can be done."""


def lead(deployment: Deployment, case: Played, begins: Begins = lambda _node, at: at, late: float = 0.0) -> tuple[float | None, tuple[str, ...]]:
    """When the case ends, None when it stands still; and the nodes it then waits for.

    late : days later than it came that its process begins
    Messages and signals come at once, timers when they are due, tables answer by themselves.
    """
    walk = _Walk(deployment, begins, {node: deque(times) for node, times in case.done.items()}, case.start + late)
    walk.machine.start(case.variables)
    for _ in range(MOST_STEPS):
        walk.open()
        if walk.machine.state.ended:
            return walk.now, ()
        if not walk.advance():
            return None, tuple(sorted({deployment.net.nodes[w.node].id for w in walk.machine.state.waiting() if w.wait != Wait.ARMED}))
    raise NotAssessable(Text(f"{case.code} 走了 {MOST_STEPS:,} 步还没有到头", f"{case.code} did not end in {MOST_STEPS:,} steps"), where=deployment.process)


class _Walk:
    """A machine with a time at which each thing it waits for will be done."""

    def __init__(self, deployment: Deployment, begins: Begins, left: dict[str, deque[Taken]], now: float) -> None:
        self.deployment, self.begins, self.left, self.now = deployment, begins, left, now
        self.machine = Machine(deployment.net)
        self.ends: dict[int, tuple[float, Mapping[str, Any]]] = {}

    def open(self) -> None:
        """Everything new is given the time of its end."""
        works = self.machine.state.works
        self.ends = {number: end for number, end in self.ends.items() if number in works}
        for number, work in works.items():
            if number not in self.ends:
                self.ends[number] = self._end(work)

    def _end(self, work: Work) -> tuple[float, Mapping[str, Any]]:
        node = self.deployment.net.nodes[work.node].id
        if work.wait in (Wait.EVENT, Wait.ARMED):
            return self._event(work), {}
        if work.wait != Wait.TASK:
            return float("inf"), {}
        at = self.begins(node, self.now)
        match self.deployment.doing.get(work.node):
            case "decision":
                try:
                    return at, self.deployment.decisions[work.node].answer(self.machine.seen(work), lambda: INSTANT)
                except Problem:  # somebody has to see to it
                    return float("inf"), {}
            case "service":
                return at, {}
            case _:
                times = self.left.get(node)
                took, said = times.popleft() if times else (float("inf"), {})
                return at + took, said

    def _event(self, work: Work) -> float:
        for trigger in self.deployment.net.triggers(work.node):
            if trigger.what == "timer":
                return self.now + (timer_due(trigger, INSTANT, self.machine.seen(work)) - INSTANT) / timedelta(days=1)
            if work.wait == Wait.EVENT and trigger.what in ("message", "signal"):
                return self.now
        return float("inf")

    def advance(self) -> bool:
        """To whatever is done next; False where nothing ever is."""
        number = min(self.ends, key=lambda n: (self.ends[n][0], n), default=-1)
        if number < 0 or self.ends[number][0] == float("inf"):
            return False
        at, said = self.ends.pop(number)
        self.now = max(self.now, at)
        if self.machine.state.works[number].wait == Wait.TASK:
            self.machine.complete(number, said)
        else:
            self.machine.catch(number)
        return True


# The day's cases


def simulated(deployment: Deployment, count: int, seed: int) -> list[Played]:
    """So many cases that come in the first day: each fact drawn from what it can be, each item done within its term, and granted nineteen times in twenty.

    A thing that never ran has no day of its own; what comes of this is synthetic.
    """
    thing = _thing(deployment)
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        facts = {f.name: _value(f, rng) for f in thing.facts if f.origin in ("", "login")}
        done: dict[str, list[Taken]] = {i.task: [(float(rng.uniform(0.2, 1.0)) * (i.clock.days * 7 / 5 or 0.2), {g: _value(thing.fact(g), rng) for g in i.gives})] for i in thing.items}
        others: dict[str, list[Taken]] = {deployment.net.nodes[n].id: [(0.1, {})] for n, doing in deployment.doing.items() if doing == "item" and n not in deployment.items}
        found.append(Played(f"S-{number:05d}", float(rng.uniform(0.35, 0.7)), facts, {**others, **done}))
    return found


def _value(fact: Fact, rng: np.random.Generator) -> Any:
    if fact.choices:
        likely = fact.origin == "office" and rng.random() < 0.95
        return fact.choices[0] if likely else fact.choices[int(rng.integers(len(fact.choices)))]
    match fact.type:
        case "boolean":
            return bool(rng.random() < 0.5)
        case "number":
            return int(rng.integers(1, 4))
        case "date":
            return (INSTANT.date() - timedelta(days=int(rng.integers(1, 28)))).isoformat()
        case "list":
            return []
        case _:
            return f"x{int(rng.integers(1_000)):03d}"


def _thing(deployment: Deployment) -> Thing:
    if deployment.thing is None:
        raise NotAssessable(Text(f"{deployment.process} 没有写明谁提供什么", f"{deployment.process} does not say who supplies what"), where=deployment.process,
                            remedy=Text("请部署一件事的整个文件夹，连同 thing.toml。", "Deploy a thing's whole folder with its thing.toml."))
    return deployment.thing
