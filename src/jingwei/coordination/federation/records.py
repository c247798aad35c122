"""Which figures each neighbour has, so that none goes to it twice or comes back; and what each was answered, lest two answers
tell together what neither may."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from jingwei.coordination.federation.query import Plan
from jingwei.kernel.store import Instant

FIGURES = sa.table("nodes_figures", sa.column("node"), sa.column("figure"))
QUERIES = sa.table("nodes_queries", *map(sa.column, ("number", "requester", "dataset", "snapshot", "rows")), sa.column("plan", sa.LargeBinary),
                   sa.column("at", Instant))


def has(connection: sa.Connection, node: str) -> set[str]:
    """Digests of the figures a node was sent, or sent itself."""
    return set(connection.scalars(sa.select(FIGURES.c.figure).where(FIGURES.c.node == node)))


def note(connection: sa.Connection, node: str, figures: Collection[str], known: Iterable[str] = ()) -> None:
    fresh = sorted(set(figures) - set(known))
    if fresh:
        connection.execute(sa.insert(FIGURES), [{"node": node, "figure": figure} for figure in fresh])


@dataclass(frozen=True, slots=True)
class Answered:
    """A query that was answered: of which snapshot, and how many rows it then chose."""

    plan: Plan
    snapshot: str
    rows: int


def answered(connection: sa.Connection, requester: str, dataset: str) -> list[Answered]:
    c = QUERIES.c
    rows = connection.execute(sa.select(QUERIES).where(c.requester == requester, c.dataset == dataset).order_by(c.number))
    return [Answered(msgspec.json.decode(r.plan, type=Plan), r.snapshot, r.rows) for r in rows]


def note_answer(connection: sa.Connection, requester: str, one: Answered, at: datetime) -> None:
    number = (connection.scalar(sa.select(sa.func.max(QUERIES.c.number)).where(QUERIES.c.requester == requester)) or 0) + 1
    connection.execute(sa.insert(QUERIES).values(requester=requester, number=number, dataset=one.plan.dataset, plan=msgspec.json.encode(one.plan),
                                                 snapshot=one.snapshot, rows=one.rows, at=at))
