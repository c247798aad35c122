"""The course of one case, read from its events, and the course it would have taken without some provisions.

An item begins when what it follows is done, waits for the last of what the applicant has to bring or show, and is then worked on. Take away a provision and
its wait goes; the others, the work and the order stay as they were. So a wait costs days only as far as it lies on the critical path: behind a longer
wait of the same item, or beside a longer branch, it costs none. What an item follows comes from the process as it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jingwei.engines.processes.model import Process
from jingwei.integrations.government.cases.model import CaseEvent
from jingwei.integrations.government.obstructions.model import Provision
from jingwei.integrations.government.savings.counting import BY_APPLICANT, Told
from jingwei.integrations.government.things.model import Obstruction, Thing
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text

NOBODY = Provision("", "")
"""Demanded by an office with no provision behind it."""

OWN_CHOICE = Provision("", "-")
"""Why the applicant came where nothing demanded it; goes with no repeal."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from an item's beginning until something was there, and the provisions that demanded it; it goes when all of them do."""

    days: float
    causes: frozenset[Provision]


@dataclass(frozen=True, slots=True)
class Step:
    """An item, or the way to acceptance.

    follows : places of the steps before it; lag : days between the last of them and its beginning; work : days from the last wait to its end
    """

    follows: tuple[int, ...]
    lag: float
    waits: tuple[Wait, ...]
    work: float


@dataclass(frozen=True, slots=True)
class Course:
    """A finished case. ``tail`` : days from its last step to its end; ``visits`` : why the applicant came, by day."""

    steps: tuple[Step, ...]
    tail: float
    visits: Mapping[date, frozenset[Provision]]
    demanded: Mapping[Provision, frozenset[tuple[Obstruction, Text]]]

    def days(self, without: frozenset[Provision] = frozenset()) -> float:
        """From start to end, had these provisions not been there."""
        ends = list[float]()
        for step in self.steps:
            begins = max((ends[k] for k in step.follows), default=0.0) + step.lag
            ends.append(begins + max((w.days for w in step.waits if not w.causes or not w.causes <= without), default=0.0) + step.work)
        return max(ends, default=0.0) + self.tail

    def trips(self, without: frozenset[Provision] = frozenset()) -> int:
        return sum(not causes <= without for causes in self.visits.values())

    def provisions(self) -> list[Provision]:
        return sorted({p for s in self.steps for w in s.waits for p in w.causes} | {p for causes in self.visits.values() for p in causes} - {OWN_CHOICE})


@dataclass(slots=True)
class _Open:
    """A step being read: instants in days since the start."""

    case: str
    node: str
    work: object
    opened: float
    done: float
    arrivals: list[tuple[float, frozenset[Provision]]]
    follows: tuple[int, ...] = ()


Order = Mapping[str, frozenset[str]]
"""For each task, those that can be the last done before it."""


def courses(cases: Iterable[Sequence[Told]]) -> list[tuple[Course, date]]:
    """Of every finished case its course and the day in China it began; what a thing draws is looked up once."""
    drawn = dict[int, Order]()
    return [(found, day_in_china(told[0][0].at)) for told in cases if (found := course(told, drawn))]


def course(told: Sequence[Told], drawn: dict[int, Order] | None = None) -> Course | None:
    """The course of a whole case; None while it is open, or when it failed.

    drawn : the order of each thing by its identity, kept between cases
    """
    drawn = {} if drawn is None else drawn
    root = told[0][0].case
    ended = next((e for e, _ in reversed(told) if e.case == root and e.kind == "ended" and not e.detail.get("failed")), None)
    if ended is None:
        return None
    start = told[0][0].at

    def since(event: CaseEvent) -> float:
        return (event.at - start).total_seconds() / 86_400

    accepted = next((since(e) for e, _ in told if e.kind == "accepted"), 0.0)
    steps = [_Open(root, "", None, 0.0, accepted, [])]
    visits, demanded = dict[date, frozenset[Provision]](), dict[Provision, frozenset[tuple[Obstruction, Text]]]()
    for event, thing in told:
        if event.kind == "opened" and not event.detail.get("retraction"):
            steps.append(_opened(event, thing, since(event), steps, drawn))
        elif event.kind in ("done", "failed", "retracted", "deferred"):
            for step in steps:
                if step.done < 0 and (step.case, step.work) == (event.case, event.detail.get("work", event.node)):
                    step.done = since(event)
        causes = _causes(event, thing, demanded)
        if causes is not None:
            for step in _waiting(event, thing, since(event), steps):
                step.arrivals.append((since(event), causes - {OWN_CHOICE}))
        if event.kind == "presence" or (event.kind in BY_APPLICANT and event.channel == "window"):
            day = day_in_china(event.at)
            visits[day] = visits.get(day, frozenset()) | (causes if causes is not None else {OWN_CHOICE})
    end = since(ended)
    for step in steps:
        if step.done < 0:
            step.done = end
    return Course(tuple(_step(s, steps) for s in steps), end - max(s.done for s in steps), visits, demanded)


def _opened(event: CaseEvent, thing: Thing | None, at: float, steps: Sequence[_Open], drawn: dict[int, Order]) -> _Open:
    """Follows the items done before it that the process draws before it; where nothing is drawn, those done in the very instant; else acceptance."""
    done = {n: s for n, s in enumerate(steps) if n and s.case == event.case and 0 <= s.done <= at}
    if thing and thing.definitions:
        if id(thing) not in drawn:
            drawn[id(thing)] = order(thing.net, frozenset(i.task for i in thing.items))
        before = drawn[id(thing)].get(event.node, frozenset())
        follows = tuple(sorted({s.node: n for n, s in done.items() if s.node in before}.values()))
    else:
        follows = tuple(n for n, s in done.items() if at - s.done < 1e-9)
    return _Open(event.case, event.node, event.detail.get("work", event.node), at, -1.0, [], follows or ((0,) if at >= steps[0].done else ()))


def _waiting(event: CaseEvent, thing: Thing | None, at: float, steps: Sequence[_Open]) -> Iterable[_Open]:
    """The steps that something handed in or shown was for: the item it names, else open items that want it, else the way to acceptance."""
    open_ = [s for s in steps[1:] if s.case == event.case and s.done < 0]
    if event.node:
        return [s for s in open_ if s.node == event.node]
    wanted = str(event.detail.get("requirement", event.detail.get("why", "")))
    named = [s for s in open_ if s.node == wanted or (thing and (item := thing.item(s.node)) and wanted in item.materials)]
    return named or (steps[:1] if at <= steps[0].done else [])


def _step(s: _Open, steps: Sequence[_Open]) -> Step:
    before = max((steps[k].done for k in s.follows), default=0.0)
    waits = tuple(Wait(at - s.opened, causes) for at, causes in s.arrivals if s.opened < at <= s.done)
    return Step(s.follows, s.opened - before, waits, s.done - s.opened - max((w.days for w in waits), default=0.0))


def _causes(event: CaseEvent, thing: Thing | None, demanded: dict[Provision, frozenset[tuple[Obstruction, Text]]]) -> frozenset[Provision] | None:
    """The provisions that demanded what was handed in or the visit; none for what the law does not stand behind in this form; None for other events."""
    if event.kind not in ("material", "presence") or thing is None:
        return None
    named = str(event.detail.get("requirement" if event.kind == "material" else "why", ""))
    wanted = [r for r in thing.requirements if r.id == named]
    if event.kind == "presence" and (item := thing.item(named or event.node)):
        wanted = wanted or [r for r in thing.requirements if r.id in item.materials and r.obstruction == "presence"]
    causes = set[Provision]()
    for r in wanted:
        if r.obstruction:
            causes.add(Provision(r.law.act, r.law.article))
            demanded[Provision(r.law.act, r.law.article)] = demanded.get(Provision(r.law.act, r.law.article), frozenset()) | {(r.obstruction, r.name)}
    if not causes and (event.kind == "presence" or event.detail.get("form") == "paper"):
        demanded[NOBODY] = demanded.get(NOBODY, frozenset()) | {("", r.name) for r in wanted}
        causes.add(NOBODY)
    return frozenset(causes or {OWN_CHOICE})


def order(process: Process, tasks: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each task, the tasks that can be the last ones done before it begins, as the process is drawn: through gateways, events and sub-processes.

    Every node is a way in (``id<``) and a way out (``id>``); within a sub-process its starts follow its way in, and its way out follows its ends.
    """
    edges = {(f"{f.source}>", f"{f.target}<") for f in process.flows}
    inner = {n.scope for n in process.nodes if n.scope}
    for n in process.nodes:
        if n.id not in inner:
            edges.add((f"{n.id}<", f"{n.id}>"))
        if n.scope and not n.incoming and not n.host:
            edges.add((f"{n.scope}<", f"{n.id}<"))
        if n.scope and not n.outgoing:
            edges.add((f"{n.id}>", f"{n.scope}>"))
        if n.host:
            edges.add((f"{n.host}>", f"{n.id}<"))
    back = dict[str, set[str]]()
    for a, b in edges:
        back.setdefault(b, set()).add(a)
    return {task: _last_before(task, back, tasks) for task in tasks}


def _last_before(task: str, back: Mapping[str, set[str]], tasks: frozenset[str]) -> frozenset[str]:
    seen, stack, before = set[str](), [f"{task}<"], set[str]()
    while stack:
        for node in back.get(stack.pop(), set()) - seen:
            seen.add(node)
            if node[:-1] in tasks and node.endswith(">"):
                before.add(node[:-1])
            else:
                stack.append(node)
    return frozenset(before)
