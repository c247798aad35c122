"""Registered tables as the store keeps them: the profile of every version, and the rows set apart from it.

Every function works on an open connection of the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from jingwei.foundations.data.tables.grid import WHY
from jingwei.foundations.data.tables.model import Misfit, Profile
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.store import Instant

SNAPSHOTS = sa.table("tables_snapshots", *map(sa.column, ("dataset", "number", "version", "digest", "asked")), sa.column("at", Instant),
                     sa.column("profile", sa.LargeBinary))
QUARANTINE = sa.table("tables_quarantine", *map(sa.column, ("dataset", "number", "position", "row", "column", "code", "content")))


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a registered table.

    number : of the version, from 1; version : of its schema, as the lake counts it
    digest : of the file; asked : of everything else that was given with it
    """

    dataset: str
    number: int
    version: int
    at: datetime
    digest: str
    asked: str
    profile: Profile

    def lake_dataset(self) -> Dataset:
        return Dataset(self.dataset, self.version, self.profile.schema)


def history(connection: sa.Connection, dataset: str) -> list[Kept]:
    """Every version of a table, the oldest first; none when it is not registered."""
    s = SNAPSHOTS.c
    rows = connection.execute(sa.select(s.dataset, s.number, s.version, s.at, s.digest, s.asked, s.profile).where(s.dataset == dataset).order_by(s.number))
    return [Kept(*row[:-1], Profile.decode(bytes(row.profile))) for row in rows]


def latest(connection: sa.Connection, dataset: str) -> Kept | None:
    kept = history(connection, dataset)
    return kept[-1] if kept else None


def names(connection: sa.Connection) -> list[str]:
    """Datasets that were registered, by name."""
    return list(connection.scalars(sa.select(SNAPSHOTS.c.dataset).distinct().order_by(SNAPSHOTS.c.dataset)))


def version(connection: sa.Connection, dataset: str, number: int | None = None) -> Kept:
    """Raises Problem ``unknown_dataset`` or ``unknown_version``."""
    kept = history(connection, dataset)
    if not kept:
        there = names(connection)
        raise Problem("unknown_dataset", Text(f"没有登记过 {dataset[:60]!r}", f"{dataset[:60]!r} was never registered"),
                      remedy=did_you_mean(dataset, there) or Text("登记：jingwei data register FILE --dataset CODE --title … --owner ORG",
                                                                  "Register it: jingwei data register FILE --dataset CODE --title … --owner ORG"))
    found = kept[-1] if number is None else next((k for k in kept if k.number == number), None)
    if found is None:
        raise Problem("unknown_version", Text(f"{dataset} 有第 1 到第 {len(kept)} 版，没有 {number}", f"{dataset} has versions 1 to {len(kept)}, not {number}"),
                      remedy=Text("请从中选一个。", "Ask for one of them."))
    return found


def keep(connection: sa.Connection, kept: Kept, misfits: Sequence[Misfit]) -> None:
    connection.execute(sa.insert(SNAPSHOTS).values(dataset=kept.dataset, number=kept.number, version=kept.version, at=kept.at, digest=kept.digest,
                                                   asked=kept.asked, profile=kept.profile.encode()))
    rows: list[dict[str, Any]] = [{"dataset": kept.dataset, "number": kept.number, "position": i, "row": m.row, "column": m.column, "code": m.code,
                                   "content": m.content.replace("\0", "\ufffd")} for i, m in enumerate(misfits)]
    if rows:
        connection.execute(sa.insert(QUARANTINE), rows)


def misfits(connection: sa.Connection, dataset: str, number: int, most: int | None = None) -> list[Misfit]:
    """Rows set apart from a version, in the order of the file."""
    q = QUARANTINE.c
    wanted = sa.select(q.row, q.column, q.code, q.content).where(q.dataset == dataset, q.number == number).order_by(q.position)
    rows = connection.execute(wanted if most is None else wanted.limit(most))
    return [Misfit(row.row, row.column, row.code, WHY[row.code], row.content) for row in rows]
