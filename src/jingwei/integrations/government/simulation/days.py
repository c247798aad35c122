"""A day as it was: the finished cases that came or were worked on then, with what each thing took, read back from the store to be led again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from jingwei.integrations.government.cases.deployments import Deployment, loaded, newest
from jingwei.integrations.government.cases.model import STATUSES, milliseconds
from jingwei.integrations.government.cases.rows import CASES, EVENTS
from jingwei.integrations.government.simulation.drill import Played
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

MOST_CASES: Final = 5_000
_DAY: Final = 86_400_000


def recorded(context: Context, process: str, day: date) -> tuple[Deployment, list[Played]]:
    """The newest version of a process, and its cases of that day. What they knew stays in memory and goes nowhere.

    Raises NotAssessable when no case of that day is finished.
    """
    begin = milliseconds(datetime.combine(day, time(), CHINA))
    with context.workspace.store.read() as connection:
        deployment = newest(connection, process)
        that_day = sa.select(EVENTS.c.case_id).where(EVENTS.c.at >= begin, EVENTS.c.at < begin + _DAY).distinct()
        wanted = (sa.select(CASES.c.id, CASES.c.code).where(CASES.c.deployment == deployment.id, CASES.c.status == STATUSES.index("ended"), CASES.c.id.in_(that_day))
                  .order_by(CASES.c.id).limit(MOST_CASES))
        found = []
        for row in connection.execute(wanted).all():
            steps = connection.execute(sa.select(EVENTS.c.at, EVENTS.c.events, EVENTS.c.done).where(EVENTS.c.case_id == row.id).order_by(EVENTS.c.seq)).all()
            found.append(_played(row.code, ((s.at - begin, msgspec.msgpack.decode(bytes(s.events)), msgspec.msgpack.decode(bytes(s.done)) if s.done else []) for s in steps)))
        if not found:
            raise NotAssessable(Text(f"{process} 在 {day} 没有已办结的办件（按最新一版）", f"{process} has no finished case of {day} (by its newest version)"),
                                remedy=Text("请换一天，或不写 --day，用模拟的一天。", "Take another day, or none, for a simulated one."))
        return loaded(connection, deployment.id), found


def _played(code: str, steps: Iterable[tuple[int, list[Any], list[Any]]]) -> Played:
    opened: dict[int, tuple[str, int]] = {}
    done: defaultdict[str, list[tuple[float, Mapping[str, Any]]]] = defaultdict(list)
    start, variables = 0.0, dict[str, Any]()
    for number, (at, events, commands) in enumerate(steps):
        if not number:
            start = at / _DAY
        for verb, work, _, said in commands:
            if verb == "start":
                variables = dict(said)
            elif verb == "facts":
                variables.update(said)
            elif verb == "complete" and work in opened:
                node, since = opened.pop(work)
                done[node].append(((at - since) / _DAY, said))
        for kind, node, _, detail in events:
            if kind == "opened" and "work" in detail:
                opened.setdefault(detail["work"], (node, at))
    return Played(code, start, variables, dict(done))
