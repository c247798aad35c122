"""What the page of what-if and drill shows: days as they are and as changed, and what stands still with each provider silent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from jingwei.integrations.government.cases.deployments import compile_files
from jingwei.integrations.government.evidence.links import sharing_of
from jingwei.integrations.government.simulation import changes
from jingwei.integrations.government.simulation.actions import log_of
from jingwei.integrations.government.simulation.asks import AskWhatIf
from jingwei.integrations.government.simulation.drill import drill, finish_with_any_down, simulated
from jingwei.integrations.government.simulation.drilling import added, names
from jingwei.integrations.government.simulation.learning import learn
from jingwei.integrations.government.simulation.model import Check, Interval, Learned, Prediction, day_of
from jingwei.integrations.government.simulation.predicting import check, predict, refuse, setting
from jingwei.integrations.government.simulation.telling import days, handovers
from jingwei.integrations.government.things.sources import files_of, known, thing_called
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import may
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.tables import Document

RUNS: Final = 60
AHEAD: Final = 14
"""Runs and days of a page; the command takes as many as are asked for."""

CASES: Final = 40
"""Of the simulated day that a page leads again."""

DOES: Final = {"": Text("照旧", "as it is"), "add": Text("加人", "more people"), "merge": Text("与后一步合并", "merge with the next step"), "parallel": Text("与后一步并行", "side by side with the next step"),
               "remove": Text("去掉", "leave out"), "limit": Text("限期（工作日）", "a limit in working days"), "online": Text("网上办的比例", "share that comes online")}


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval in thousandths of the longest, with its words."""

    label: Text
    low: int
    at: int
    high: int
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """An activity: who does it, how many at once (0: nobody is seen to wait), mean minutes of touch."""

    name: str
    pool: str
    servers: int
    minutes: float
    visits: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A provider silent: cases that finish all the same, and what is done instead."""

    name: Text
    finish: int
    of: int
    at: int
    waits: tuple[Text, ...]
    asked: tuple[Text, ...]
    handed_in: tuple[Text, ...]
    mean: float
    single: bool


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """``refused`` says why nothing is foretold; ``wrong`` what is wrong with the change; ``tries`` whether whoever looks may try one."""

    cases: int
    steps: tuple[Step, ...]
    hours: tuple[str, ...]
    handovers: float
    checked: Check | None
    bars: tuple[Bar, ...]
    difference: str
    clear: bool
    refused: Text | None
    wrong: Text | None
    tries: bool
    does: tuple[tuple[str, Text], ...]
    thing: Text
    things: tuple[tuple[str, Text], ...]
    silent: tuple[Silent, ...]
    any_one: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Known:
    model: Learned
    checked: Check


def what_if(context: Context, query: AskWhatIf) -> WhatIfView:
    """Raises Problem ``unknown_thing``. A change that cannot be is told on the page."""
    tries = may(context.principal, "government.simulate")
    found, refused, wrong, told = None, None, None, None
    try:
        found = _known(context, query.process)
        refuse(found.checked)
    except Problem as problem:
        refused = problem.text()
    if found and refused is None:
        try:
            told = _foretold(context, query if tries else AskWhatIf(query.process), found.model)
        except Problem as problem:
            wrong = problem.text()
            told = _foretold(context, AskWhatIf(query.process), found.model)
    things = known(context.workspace)
    thing, silent, any_one = _drilled(context, query.thing or things[0])
    change = told.p90_change if told else None
    return WhatIfView(len(found.model.log.cases) if found else 0, _steps(found.model) if found else (), tuple(found.model.hours.told()) if found else (), handovers(found.model) if found else 0.0,
                      found.checked if found else None, _bars(told) if told else (), days(change), bool(change and (change.high < 0 or change.low > 0)), refused, wrong, tries, tuple(DOES.items()),
                      thing, tuple((name, thing_called(context.workspace, name).name) for name in things), silent, any_one)


def _known(context: Context, process: str) -> _Known:
    def make(inner: Context) -> _Known:
        log = log_of(inner, None, process, "").log
        return _Known(learn(log), check(log, replications=RUNS, seed=1))

    return context.once(("what-if", process, context.workspace.ledger.size() if context.workspace.store.exists() else 0), make)


def _foretold(context: Context, query: AskWhatIf, model: Learned) -> Prediction:
    changed = changes.apply(model, setting(model), _asked(query)) if query.do else None
    first = day_of(float(np.nanmax(model.log.done))) + timedelta(days=1)
    return context.once(("foretold", query, len(model.log.case), str(first)), lambda _inner: predict(model, changed, first=first, days=AHEAD, replications=RUNS, seed=1))


def _asked(query: AskWhatIf) -> tuple[changes.Change, ...]:
    """The page's form as a change, checked as a file's is."""
    try:
        amount = float(query.amount or 1)
    except ValueError:
        raise Problem("bad_number", Text(f"{query.amount[:20]!r} 不是数", f"{query.amount[:20]!r} is no number")) from None
    said: dict[str, changes.Change] = {"add": {"step": query.step, "servers": round(amount)}, "limit": {"step": query.step, "days": amount}, "online": {"share": amount}, "remove": {"step": query.step}}
    return changes.read(Document("?", json.dumps([{"do": query.do, **said.get(query.do, {"steps": [query.step, query.other]})}]).encode()))


def _steps(model: Learned) -> tuple[Step, ...]:
    log = model.log
    pools = [model.pools[p] if p >= 0 else None for p in model.pool_of]
    return tuple(Step(name, p.name if p else "", p.servers if p else 0, model.durations[a, -1].mean, int((log.activity == a).sum())) for a, (name, p) in enumerate(zip(log.activities, pools, strict=True)))


def _bars(told: Prediction) -> tuple[Bar, ...]:
    rows: list[tuple[Text, Interval | None]] = [
        (Text("一半办件以内，照旧", "Half of the cases, as it is"), told.median), (Text("一半办件以内，改动后", "Half of the cases, changed"), told.after_median),
        (Text("九成办件以内，照旧", "Nine in ten cases, as it is"), told.p90), (Text("九成办件以内，改动后", "Nine in ten cases, changed"), told.after_p90)]
    most = max(i.high for _, i in rows if i) or 1.0
    return tuple(Bar(label, round(1_000 * i.low / most), round(1_000 * i.value / most), round(1_000 * i.high / most), days(i)) for label, i in rows if i)


def _drilled(context: Context, name: str) -> tuple[Text, tuple[Silent, ...], tuple[int, int]]:
    deployment = compile_files(files_of(context.workspace, name))
    thing = deployment.thing
    assert thing is not None
    cases, sharing = simulated(deployment, CASES, 1), sharing_of(context, thing)
    drills = []
    for provider in sharing:
        try:
            drills.append(drill(deployment, cases, sharing, provider))
        except NotAssessable:
            continue
    silent = []
    for d in drills:
        waits, asked, handed = map(tuple, names(thing, d))
        silent.append(Silent(thing.provider(d.fallback.provider).name, d.finish, len(d.outcomes), round(1_000 * d.finish / len(d.outcomes)), waits, asked, handed, added(d)["mean"], d.single))
    return thing.name, tuple(silent), finish_with_any_down(drills)
