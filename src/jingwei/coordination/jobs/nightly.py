"""The work of a night: which night it is, what is to be done, put down once under the night's own key, and done as the node itself.

Any number of processes may look at any time: the key of a night's job is its day and its action, so that each is put down
once. A night nobody saw begin is caught up with by whoever looks next; of several missed in a row only the last, since
everything done at night is done of the present state.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from jingwei import plan
from jingwei.kernel.actions import Action, Context, Result, run
from jingwei.kernel.clock import CHINA, Clock, system_clock
from jingwei.kernel.i18n import Text, language_of
from jingwei.kernel.jobs import Ask, Job, Jobs, Step
from jingwei.kernel.people import NODE, Principal, Role
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.settings import FILE
from jingwei.kernel.workspace import Workspace

OF_OTHERS = ("data harvest-sources",)
WITH_TABLES = ("quality run",)
ALONE = ("redlines check", "duties check", "matters check", "ledger head")
AMONG_OTHERS = ("node share",)
"""What is done where the settings do not say: what others hold is harvested and tables that changed are assessed, then red lines and duties, for
matters look at them; the head last of what a node does alone, for it covers all."""

TIMERS = ("government", "timers")
"""Done as their hours come, not at night alone."""

FIRST_WORD = "job"
"""Of actions that no night may do: they are about nights."""


def night_of(instant: datetime, at: str) -> tuple[date, datetime]:
    """The last night to have begun by that instant, and when it began. ``at`` as HH:MM in China."""
    here = instant.astimezone(CHINA)
    began = datetime.combine(here.date(), time.fromisoformat(at), CHINA)
    if began > here:
        began -= timedelta(days=1)  # no summer time: every day has 24 hours
    return began.date(), began


def work_of_a_night(workspace: Workspace) -> list[Action]:
    """The actions, in their order. Raises Problem ``bad_settings`` for one that is not known or that no night can do."""
    wanted = workspace.settings.nightly.actions
    if wanted is None:
        tables = any(workspace.lake.folder.glob("*/current"))
        wanted = (*(OF_OTHERS if _has_sources(workspace) else ()), *(WITH_TABLES if tables else ()), *ALONE,
                  *(AMONG_OTHERS if _among_others(workspace) else ()))
    known = {" ".join(a.path): a for p in plan.pillars() for a in p.actions}
    for name in wanted:
        if name not in known:
            near = did_you_mean(name, known)
            raise _bad(Text(f"没有操作 {name!r}。{near.zh}", f"there is no action {name!r}. {near.en}".strip()))
        if known[name].effect == "irreversible":
            raise _bad(Text(f"{name} 不能撤销，要由人来做", f"{name} cannot be undone, and needs a person"))
        if name.startswith(f"{FIRST_WORD} "):
            raise _bad(Text(f"{name} 是管夜间工作的，本身不是夜间工作", f"{name} is about nights, and no work of one"))
        try:
            known[name].input()
        except TypeError:
            raise _bad(Text(f"{name} 要有人给出输入，而夜里没有人", f"{name} must be told something, and at night nobody tells it")) from None
    return [known[name] for name in wanted]


def put_down(workspace: Workspace, jobs: Jobs, night: date, *, again: bool = False) -> list[Job]:
    """The night's jobs, new or as they stand; with ``again`` those that failed are to be done once more."""
    return [jobs.submit(hashlib.sha256(f"nightly\n{night}\n{' '.join(action.path)}".encode()).hexdigest(),
                        Ask(action.path, {}, {}, language_of(), "", {}), {}, night=night.isoformat(), again=again)
            for action in work_of_a_night(workspace)]


def perform(workspace: Workspace, job: Job, step: Step, clock: Clock = system_clock) -> Result:
    """Do one job of a night as the node itself: with the scope its action needs and no other, on the record."""
    action = next((a for p in plan.pillars() for a in p.actions if a.path == job.ask.action), None)
    if action is None:
        raise Problem("unknown_action",
                      Text(f"没有操作 {' '.join(job.ask.action)}", f"there is no action {' '.join(job.ask.action)}"),
                      remedy=Text("请向现在的程序提出。", "Ask the present program."))
    context = Context(workspace, job.ask.language, clock=clock, principal=_for(action), progress=step.progress, cancelled=step.cancelled)
    return run(action, context, action.input())


class Nights:
    """Looks whether a night has begun whose work is not put down yet. Each process of a server has one."""

    def __init__(self, workspace: Workspace, jobs: Jobs) -> None:
        self._workspace, self._jobs = workspace, jobs
        self._done: date | None = None

    def look(self) -> list[Job]:
        """What was put down now. A node that has recorded nothing when the night began has nothing to look after."""
        at = self._workspace.settings.nightly.at
        if not at:
            return []
        night, began = night_of(self._jobs.clock(), at)
        if self._done is not None and night <= self._done:
            return []
        if not _lived(self._workspace, began):
            return []
        put = put_down(self._workspace, self._jobs, night)
        self._done = night
        return put


def fire_timers(workspace: Workspace, clock: Clock = system_clock) -> bool:
    """Fires the timers of cases that have come due, as the node itself and on the record; whether there were any. Looked at often: without any it costs one query."""
    from jingwei.integrations.government.cases.rows import timers_due

    if not workspace.store.exists():
        return False
    with workspace.store.read() as connection:
        if not timers_due(connection, clock()):
            return False
    action = next(a for p in plan.pillars() for a in p.actions if a.path == TIMERS)
    run(action, Context(workspace, language_of(), clock=clock, principal=_for(action)), action.input())
    return True


def _lived(workspace: Workspace, instant: datetime) -> bool:
    if not workspace.store.exists() or not workspace.ledger.size():
        return False
    try:
        return datetime.fromisoformat(json.loads(workspace.ledger.entry(0))["at"]) < instant
    except (ValueError, KeyError, TypeError):  # an entry that was taken in as it was, and says no instant
        return True


def _among_others(workspace: Workspace) -> bool:
    from jingwei.kernel import node_records

    with workspace.store.read() as connection:
        return bool(node_records.known(connection))


def _has_sources(workspace: Workspace) -> bool:
    from jingwei.foundations.data.catalogue.registered import registered

    with workspace.store.read() as connection:
        return bool(registered(connection))


def _for(action: Action) -> Principal:
    return replace(NODE, roles=(Role("nightly", Text("夜间值守", "at night"), frozenset({action.scope})),))


def _bad(what: Text) -> Problem:
    return Problem("bad_settings", Text(f"[nightly] actions：{what.zh}", f"[nightly] actions: {what.en}"), where=FILE,
                   remedy=Text('写成 ["duties check", "ledger head"] 这样。',
                               'Write such as ["duties check", "ledger head"].'))
