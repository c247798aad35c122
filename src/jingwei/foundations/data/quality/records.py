"""Contracts, assessments and broken promises as the store keeps them; each read as it stood at an instant, so that a replay finds the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from jingwei.foundations.data.quality.contract import Contract
from jingwei.foundations.data.quality.model import Assessment
from jingwei.kernel.store import Instant
from jingwei.kernel.tables import Document

CONTRACTS = sa.table("quality_contracts", *map(sa.column, ("dataset", "version", "digest", "name")), sa.column("at", Instant),
                     sa.column("file", sa.LargeBinary), sa.column("content", sa.LargeBinary))
RUNS = sa.table("quality_runs", *map(sa.column, ("dataset", "snapshot", "contract", "owner")), sa.column("at", Instant), sa.column("content", sa.LargeBinary))
BREACHES = sa.table("quality_breaches", sa.column("dataset"), sa.column("name"), sa.column("since", Instant), sa.column("until", Instant))


@dataclass(frozen=True, slots=True)
class Kept:
    """A contract in force: ``file`` is as it was given."""

    contract: Contract
    version: int
    at: datetime
    file: Document


@dataclass(frozen=True, slots=True)
class Run:
    """An assessment on record."""

    dataset: str
    at: datetime
    snapshot: str
    contract: str
    owner: str
    assessment: Assessment


def contract(connection: sa.Connection, dataset: str, at: datetime) -> Kept | None:
    """The contract in force at an instant."""
    c = CONTRACTS.c
    row = connection.execute(sa.select(CONTRACTS).where(c.dataset == dataset, c.at <= at).order_by(c.version.desc()).limit(1)).first()
    return Kept(Contract.decode(bytes(row.content)), row.version, row.at, Document(row.name, bytes(row.file))) if row else None


def keep_contract(connection: sa.Connection, contract: Contract, file: Document, at: datetime) -> int:
    """The version it became; one that says the same as the last is no new version."""
    c = CONTRACTS.c
    last = connection.execute(sa.select(c.version, c.digest, c.file).where(c.dataset == contract.dataset).order_by(c.version.desc()).limit(1)).first()
    if last and last.digest == contract.digest and bytes(last.file) == file.content:
        return int(last.version)
    version = last.version + 1 if last else 1
    connection.execute(sa.insert(CONTRACTS).values(dataset=contract.dataset, version=version, at=at, digest=contract.digest, name=file.name[:200],
                                                   file=file.content, content=contract.encode()))
    return int(version)


def runs(connection: sa.Connection, at: datetime, dataset: str | None = None, most: int | None = None) -> list[Run]:
    """Assessments up to an instant, the newest first."""
    r = RUNS.c
    wanted = sa.select(RUNS).where(r.at <= at).order_by(r.at.desc(), r.dataset)
    if dataset is not None:
        wanted = wanted.where(r.dataset == dataset)
    return [_run(row) for row in connection.execute(wanted.limit(most))]


def latest(connection: sa.Connection, at: datetime, *, before: bool = False) -> dict[str, Run]:
    """The last assessment of each dataset up to an instant, or before it."""
    r = RUNS.c
    last = sa.select(r.dataset, sa.func.max(r.at).label("last")).where(r.at < at if before else r.at <= at).group_by(r.dataset).subquery()
    rows = connection.execute(sa.select(RUNS).join(last, sa.and_(last.c.dataset == r.dataset, last.c.last == r.at)).order_by(r.dataset))
    return {row.dataset: _run(row) for row in rows}


def last_run(connection: sa.Connection, datasets: Sequence[str], at: datetime) -> datetime | None:
    """When one of these was last assessed by an instant."""
    r = RUNS.c
    found: datetime | None = connection.scalar(sa.select(sa.func.max(r.at)).where(r.dataset.in_(datasets), r.at <= at))
    return found


def _run(row: sa.Row[tuple[object, ...]]) -> Run:
    return Run(row.dataset, row.at, row.snapshot, row.contract, row.owner, msgspec.json.decode(bytes(row.content), type=Assessment))


def keep(connection: sa.Connection, run: Run) -> bool:
    """An assessment and the promises it found broken; False when this very one is already on record, as after a replay."""
    r, b = RUNS.c, BREACHES.c
    if connection.execute(sa.select(r.at).where(r.dataset == run.dataset, r.at == run.at)).first():
        return False
    connection.execute(sa.insert(RUNS).values(dataset=run.dataset, at=run.at, snapshot=run.snapshot, contract=run.contract, owner=run.owner,
                                              content=msgspec.json.encode(run.assessment)))
    broken = {x.check for x in run.assessment.breaches}
    open_ = set(connection.scalars(sa.select(b.name).where(b.dataset == run.dataset, b.until.is_(None))))
    if healed := open_ - broken:
        connection.execute(sa.update(BREACHES).where(b.dataset == run.dataset, b.name.in_(sorted(healed)), b.until.is_(None)).values(until=run.at))
    if fresh := broken - open_:
        connection.execute(sa.insert(BREACHES), [{"dataset": run.dataset, "name": name, "since": run.at, "until": None} for name in sorted(fresh)])
    return True


def since(connection: sa.Connection, datasets: Iterable[str], at: datetime) -> dict[tuple[str, str], datetime]:
    """Since when each promise of these datasets is broken that was broken at an instant."""
    b = BREACHES.c
    rows = connection.execute(sa.select(b.dataset, b.name, b.since).where(
        b.dataset.in_(list(datasets)), b.since <= at, sa.or_(b.until.is_(None), b.until > at)))
    return {(row.dataset, row.name): row.since for row in rows}
