"""Jobs as rows of the node's store. Every function works on an open connection, so that what it looked at is what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from jingwei.kernel.i18n import Language
from jingwei.kernel.store import Instant

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("waiting", "running")


class Ask(msgspec.Struct, frozen=True):
    """What was asked: an action by its path, its plain input, and the files in ``in/`` by field with their names.

    at, snapshots : the instant and the state of the lake it was asked of; empty for what is to be done of the state it then finds
    """

    action: tuple[str, ...]
    given: dict[str, Any]
    files: dict[str, str]
    language: Language
    at: str
    snapshots: dict[str, str]


class Status(msgspec.Struct, frozen=True):
    """Where a job stands. Times as ISO 8601, empty when not yet; ``done`` of ``total`` steps of ``label``; not before ``due``."""

    state: State
    asked: str
    began: str = ""
    ended: str = ""
    done: int = 0
    total: int = 0
    label: str = ""
    attempts: int = 0
    problem: dict[str, str] = {}
    due: str = ""


JOBS = sa.table("jobs", *map(sa.column, ("id", "night", "place", "state", "done", "total", "label", "attempts", "bytes")),
                *(sa.column(name, sa.LargeBinary) for name in ("ask", "problem")), sa.column("unwanted", sa.Boolean),
                *(sa.column(name, Instant) for name in ("asked", "due", "began", "ended")))
C = JOBS.c
FRESH: dict[str, Any] = {"state": "waiting", "began": None, "ended": None, "done": 0, "total": 0, "label": "", "attempts": 0, "unwanted": False,
                         "problem": b"{}", "bytes": 0}

Found = tuple[str, str, Ask, Status]
"""A job's name, its night, what was asked and where it stands."""


def lock(connection: sa.Connection) -> None:
    """Whoever adds or drops jobs does so alone; SQLite's transaction has seen to that."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE")


def find(connection: sa.Connection, identity: str) -> Found | None:
    row = connection.execute(sa.select(JOBS).where(C.id == identity)).first()
    return None if row is None else _found(row)


def listed(connection: sa.Connection, *, night: str | None = None, states: Sequence[State] = (), most: int = 1_000) -> list[Found]:
    """The jobs of a night in their order; or the newest of all, of these states."""
    wanted = sa.select(JOBS).limit(most)
    wanted = wanted.where(C.state.in_(states)) if states else wanted
    wanted = wanted.order_by(C.place.desc()) if night is None else wanted.where(C.night == night).order_by(C.place)
    return [_found(row) for row in connection.execute(wanted)]


def last_night(connection: sa.Connection) -> str:
    """The newest night there are jobs of; empty when there is none."""
    return str(connection.scalar(sa.select(sa.func.max(C.night))) or "")


def waiting(connection: sa.Connection, by: datetime | None = None) -> list[str]:
    """Names of the jobs that are not finished, the first due at the head; ``by``: only those due by then."""
    wanted = sa.select(C.id).where(C.state.in_(OPEN)).order_by(C.due, C.place)
    return list(connection.scalars(wanted if by is None else wanted.where(C.due <= by)))


def add(connection: sa.Connection, identity: str, ask: Ask, night: str, asked: datetime, due: datetime) -> None:
    connection.execute(sa.insert(JOBS).values(**FRESH, id=identity, ask=msgspec.json.encode(ask), night=night, place=_last(connection) + 1,
                                              asked=asked, due=due))


def again(connection: sa.Connection, identity: str, asked: datetime, due: datetime) -> None:
    connection.execute(sa.update(JOBS).where(C.id == identity).values(
        **FRESH, place=_last(connection) + 1, asked=asked, due=due))


def claim(connection: sa.Connection, identity: str, by: datetime) -> Found | None:
    """The job, for whoever holds its lock, when it is to be done; another who is about to claim it leaves it locked."""
    row = connection.execute(sa.select(JOBS).where(C.id == identity, C.state.in_(OPEN), C.due <= by).with_for_update(skip_locked=True)).first()
    return None if row is None else _found(row)


def tell(connection: sa.Connection, identity: str, attempt: int, values: dict[str, Any]) -> bool:
    """Change a job that is at work; False when it is in other hands by now, or in nobody's."""
    mine = sa.and_(C.id == identity, C.state == "running", C.attempts == attempt)
    return connection.execute(sa.update(JOBS).where(mine).values(values)).rowcount == 1


def begin(connection: sa.Connection, identity: str, attempt: int, at: datetime) -> None:
    connection.execute(sa.update(JOBS).where(C.id == identity).values(state="running", began=at, attempts=attempt, done=0, total=0, label=""))


def unwanted(connection: sa.Connection, identity: str) -> bool:
    return bool(connection.scalar(sa.select(C.unwanted).where(C.id == identity)))


def let_be(connection: sa.Connection, identity: str, at: datetime) -> None:
    """Nobody wants it: one that waits ends here, one at work is told."""
    connection.execute(sa.update(JOBS).where(C.id == identity, C.state.in_(OPEN)).values(unwanted=True))
    connection.execute(sa.update(JOBS).where(C.id == identity, C.state == "waiting").values(state="cancelled", ended=at))


def ended(connection: sa.Connection) -> list[tuple[str, int]]:
    """Names and bytes of the finished jobs, those that ended first at the head."""
    return [(row.id, row.bytes) for row in connection.execute(
        sa.select(C.id, C.bytes).where(C.state.not_in(OPEN)).order_by(C.ended, C.id))]


def drop(connection: sa.Connection, identity: str) -> bool:
    return connection.execute(sa.delete(JOBS).where(C.id == identity, C.state.not_in(OPEN))).rowcount == 1


def nights(connection: sa.Connection) -> tuple[int, int]:
    """How many jobs nights have asked for, and how many of these are finished: changes whenever a page about them does."""
    asked, done = connection.execute(sa.select(sa.func.count(), sa.func.count(C.ended)).where(C.night != "")).one()
    return asked, done


def _last(connection: sa.Connection) -> int:
    """Jobs are numbered as they are asked for: those of one second have an order too."""
    return connection.scalar(sa.select(sa.func.max(C.place))) or 0


def _found(row: sa.Row[Any]) -> Found:
    began, finished = (each.isoformat() if each else "" for each in (row.began, row.ended))
    status = Status(row.state, row.asked.isoformat(), began, finished, row.done, row.total, row.label, row.attempts,
                    msgspec.json.decode(row.problem, type=dict[str, str]), row.due.isoformat())
    return row.id, row.night, msgspec.json.decode(row.ask, type=Ask), status
