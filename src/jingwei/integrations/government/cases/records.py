"""Cases as they stand and what happened to them, read back for people and for whoever measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.integrations.government.cases.deployments import DEPLOYMENTS, loaded
from jingwei.integrations.government.cases.model import (
    STATUSES,
    WHATS,
    Case,
    CaseEvent,
    Status,
    Waiting,
    instant_of,
    milliseconds,
)
from jingwei.integrations.government.cases.rows import (
    BY_PEOPLE,
    CASES,
    EVENTS,
    NEVER,
    WORKS,
    Row,
    id_of,
    works_of,
)
from jingwei.integrations.government.cases.running import Desk
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

TURN = "cases"


@contextmanager
def changing(context: Context, kept: Desk | None = None) -> Iterator[Desk]:
    """A desk whose work is written when the block ends, in one transaction with its entries in the ledger; a rehearsal writes nothing.

    kept : a desk of a transaction before, for whoever moves many cases in a row; one whose transaction failed is not kept
    """
    context.workspace.establish()
    try:
        with context.workspace.store.write_in_turn(TURN) as connection:
            desk = kept or Desk(context, connection)
            if kept is not None:
                desk.resume(connection)
            yield desk
            desk.flush()
            if context.dry_run:
                raise _Rehearsed
    except _Rehearsed:
        return


class _Rehearsed(Exception):
    """Everything was done and is taken back."""


def events(context: Context, *, process: str = "", since: datetime | None = None, until: datetime | None = None) -> Iterator[CaseEvent]:
    """What happened to the cases of a process, or of all, from ``since`` on and before ``until``; by case and in each in its order."""
    with context.workspace.store.read() as connection:
        wanted = (sa.select(EVENTS.c.seq, EVENTS.c.at, EVENTS.c.actor, EVENTS.c.events, EVENTS.c.words, CASES.c.code)
                  .join(CASES, CASES.c.id == EVENTS.c.case_id).order_by(EVENTS.c.case_id, EVENTS.c.seq))
        if process:
            wanted = wanted.join(DEPLOYMENTS, DEPLOYMENTS.c.id == CASES.c.deployment).where(DEPLOYMENTS.c.process == process)
        if since is not None:
            wanted = wanted.where(EVENTS.c.at >= milliseconds(since))
        if until is not None:
            wanted = wanted.where(EVENTS.c.at < milliseconds(until))
        for row in connection.execute(wanted, execution_options={"yield_per": 2_000}):
            yield from _events(row)


def events_of(context: Context, code: str) -> list[CaseEvent]:
    """What happened to one case. Raises Problem ``unknown_case``."""
    with context.workspace.store.read() as connection:
        wanted = (sa.select(EVENTS.c.seq, EVENTS.c.at, EVENTS.c.actor, EVENTS.c.events, EVENTS.c.words, CASES.c.code).join(CASES, CASES.c.id == EVENTS.c.case_id)
                  .where(EVENTS.c.case_id == id_of(connection, code)).order_by(EVENTS.c.seq))
        return [event for row in connection.execute(wanted) for event in _events(row)]


def _events(row: Any) -> Iterator[CaseEvent]:
    words = dict(msgspec.msgpack.decode(bytes(row.words))) if row.words else {}
    at = instant_of(row.at)
    for i, (kind, node, channel, detail) in enumerate(msgspec.msgpack.decode(bytes(row.events))):
        yield CaseEvent(row.code, row.seq + i, at, kind, node, row.actor if channel != "system" else "node", channel, {**detail, **words[i]} if i in words else detail)


def case(context: Context, code: str) -> Case:
    """Raises Problem ``unknown_case``."""
    with context.workspace.store.read() as connection:
        number = id_of(connection, code)
        row = connection.execute(sa.select(CASES).where(CASES.c.id == number)).one()
        d = loaded(connection, row.deployment)
        parent = connection.scalar(sa.select(CASES.c.code).where(CASES.c.id == row.parent)) if row.parent else ""
        waiting = [_waiting(connection, code, row.deployment, found) for found in works_of(connection, [number])]
        return Case(code, d.process, d.version, STATUSES[row.status], instant_of(row.began), tuple(waiting), msgspec.msgpack.decode(bytes(row.variables)), parent or "")


def components(context: Context, code: str) -> list[tuple[str, Status]]:
    """Code and status of the cases that are parts of one."""
    with context.workspace.store.read() as connection:
        found = connection.execute(sa.select(CASES.c.code, CASES.c.status).where(CASES.c.parent == id_of(connection, code)).order_by(CASES.c.id))
        return [(row.code, STATUSES[row.status]) for row in found]


def work_list(context: Context, *, department: str | Sequence[str] = "", most: int = 50, after: tuple[int, int, int] | None = None) -> list[Waiting]:
    """What people have to do, by deadline: of one department, of several, or of all; at most so many.

    after : due (milliseconds), case and work of the last of the page before
    """
    with context.workspace.store.read() as connection:
        w = WORKS.c
        wanted = sa.select(WORKS, CASES.c.code, CASES.c.deployment).join(CASES, CASES.c.id == w.case_id).where(BY_PEOPLE).order_by(w.due, w.case_id, w.work).limit(most)
        if department:
            wanted = wanted.where(w.name == department if isinstance(department, str) else w.name.in_(department))
        if after is not None:
            wanted = wanted.where(sa.tuple_(w.due, w.case_id, w.work) > sa.tuple_(*after))
        return [_waiting(connection, row.code, row.deployment, Row(*row[:8])) for row in connection.execute(wanted).all()]


def count_open(context: Context) -> dict[str, int]:
    """How many things each department has to do."""
    with context.workspace.store.read() as connection:
        rows = connection.execute(sa.select(WORKS.c.name, sa.func.count().label("n")).where(BY_PEOPLE).group_by(WORKS.c.name).order_by(WORKS.c.name))
        return {row.name: row.n for row in rows}


def _waiting(connection: sa.Connection, code: str, deployment: int, row: Row) -> Waiting:
    d = loaded(connection, deployment)
    node = d.net.nodes[row.node]
    return Waiting(code, d.process, d.version, row.work, node.id, d.labels[row.node], WHATS[row.what], row.name, None if row.due >= NEVER else instant_of(row.due),
                   instant_of(row.opened), claimed=row.claimed)


def find_work(waiting: Sequence[Waiting], said: str, code: str) -> Waiting:
    """The thing waited for that somebody names, by its number or its node. Raises Problem ``not_waiting``."""
    found = [w for w in waiting if said in (str(w.work), w.node, w.label)]
    if not found:
        raise Problem("not_waiting", Text(f"{said[:60]} 现在不在等。", f"{said[:60]} does not wait now."), where=code,
                      remedy=Text(f"在等的有：{'、'.join(w.node for w in waiting) or '无'}。", f"What waits: {', '.join(w.node for w in waiting) or 'nothing'}."))
    return found[0]

