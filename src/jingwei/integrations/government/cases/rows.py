"""Cases as rows of the node's store. Every function works on an open connection; many rows go in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from jingwei.integrations.government.cases.model import STATUSES, WHATS, instant_of
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import COMMIT
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.running import Live

NEVER: Final = 2**53 - 1
"""When something is due that has no term: after everything else."""

MOST_ENTRIES: Final = COMMIT
_AT_ONCE: Final = 500
"""Numbers in one question."""

CASES = sa.table("cases", *map(sa.column, ("id", "code", "deployment", "status", "seq", "began", "parent", "parent_work")),
                 *(sa.column(name, sa.LargeBinary) for name in ("salt", "state", "variables")))
EVENTS = sa.table("case_events", *map(sa.column, ("case_id", "seq", "at", "actor")), *(sa.column(name, sa.LargeBinary) for name in ("events", "words", "done")))
WORKS = sa.table("case_works", *map(sa.column, ("case_id", "work", "node", "what", "name", "due", "opened", "claimed")))
KEYS = sa.table("case_keys", *map(sa.column, ("key", "case_id")))

BY_PEOPLE = sa.text("what <= 3")
"""As the partial indexes say it, so that they serve."""

BY_EVENT = sa.text("what > 3")


class Row(NamedTuple):
    """What a case waits for; instants in milliseconds."""

    case: int
    work: int
    node: int
    what: int
    name: str
    due: int
    opened: int
    claimed: str


def instant(kept: int) -> datetime:
    return instant_of(kept)


def id_of(connection: sa.Connection, code: str) -> int:
    """Raises Problem ``unknown_case``."""
    found = connection.scalar(sa.select(CASES.c.id).where(CASES.c.code == code))
    if found is None:
        raise Problem("unknown_case", Text(f"没有事项 {code[:40]!r}。", f"There is no case {code[:40]!r}."), remedy=Text("请核对编号。", "Check its number."))
    return int(found)


def last_id(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(sa.func.max(CASES.c.id))) or 0)


def keyed(connection: sa.Connection, key: str) -> int | None:
    return connection.scalar(sa.select(KEYS.c.case_id).where(KEYS.c.key == key))


def cases_of(connection: sa.Connection, numbers: Sequence[int]) -> Iterable[Any]:
    for at in range(0, len(numbers), _AT_ONCE):
        yield from connection.execute(sa.select(CASES).where(CASES.c.id.in_(numbers[at:at + _AT_ONCE])))


def reached(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, int]:
    """How many events each case has."""
    found: dict[int, int] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        found.update((row[0], row[1]) for row in connection.execute(sa.select(CASES.c.id, CASES.c.seq).where(CASES.c.id.in_(numbers[at:at + _AT_ONCE]))))
    return found


def works_of(connection: sa.Connection, numbers: Sequence[int]) -> Iterable[Row]:
    for at in range(0, len(numbers), _AT_ONCE):
        for row in connection.execute(sa.select(WORKS).where(WORKS.c.case_id.in_(numbers[at:at + _AT_ONCE])).order_by(WORKS.c.case_id, WORKS.c.work)):
            yield Row(*row)


def awaiting(connection: sa.Connection, what: int, name: str, most: int = 10_000) -> list[Row]:
    """Rows of cases that wait for a message or signal of that name, the longest waiting first."""
    wanted = sa.select(WORKS).where(BY_EVENT, WORKS.c.what == what, WORKS.c.name.in_((name, ""))).order_by(WORKS.c.opened, WORKS.c.case_id, WORKS.c.work).limit(most)
    return [Row(*row) for row in connection.execute(wanted)]


def due_timers(connection: sa.Connection, what: int, by: int, most: int) -> list[Row]:
    """Timers whose hour has come, the earliest first."""
    wanted = sa.select(WORKS).where(BY_EVENT, WORKS.c.what == what, WORKS.c.name == "", WORKS.c.due <= by).order_by(WORKS.c.due, WORKS.c.case_id, WORKS.c.work).limit(most)
    return [Row(*row) for row in connection.execute(wanted)]


def history(connection: sa.Connection, number: int, *kinds: str, channel: str = "") -> list[tuple[datetime, str, str, dict[str, Any]]]:
    """What was written about a case of these kinds, by one channel or all: (at, kind, node, detail), in order."""
    rows = connection.execute(sa.select(EVENTS.c.at, EVENTS.c.events).where(EVENTS.c.case_id == number).order_by(EVENTS.c.seq))
    return [(instant_of(row.at), kind, node, detail) for row in rows for kind, node, by, detail in msgspec.msgpack.decode(bytes(row.events))
            if kind in kinds and channel in ("", by)]


def places(connection: sa.Connection) -> dict[str, str]:
    """Departments that work on other nodes, with the node's id."""
    return {row[0]: row[1] for row in connection.execute(sa.text("SELECT department, node FROM case_places"))}


def timers_due(connection: sa.Connection, by: datetime) -> bool:
    """Whether any timer's hour has come: one look into an index."""
    timer = WHATS.index("timer")
    return connection.scalar(sa.select(WORKS.c.work).where(BY_EVENT, WORKS.c.what == timer, WORKS.c.name == "", WORKS.c.due <= int(by.timestamp() * 1000)).limit(1)) is not None


# Writing


def write_cases(connection: sa.Connection, lives: Sequence[Live]) -> None:
    encode = msgspec.msgpack.encode
    fresh = [(v.id, v.code, v.deployment.id, STATUSES.index(v.status), v.seq, int(v.began.timestamp() * 1000), v.salt, v.parent, v.parent_work,
              encode(v.state.plain()), encode(v.state.variables)) for v in lives if v.fresh]
    known = [(v.deployment.id, STATUSES.index(v.status), v.seq, encode(v.state.plain()), encode(v.state.variables), v.id) for v in lives if not v.fresh]
    _many(connection, "INSERT INTO cases (id, code, deployment, status, seq, began, salt, parent, parent_work, state, variables) VALUES (?,?,?,?,?,?,?,?,?,?,?)", fresh)
    _many(connection, "UPDATE cases SET deployment = ?, status = ?, seq = ?, state = ?, variables = ? WHERE id = ?", known)
    gone, come = [], []
    for live in lives:
        if live.rows != live.written:
            gone += [(live.id, number) for number, row in live.written.items() if live.rows.get(number) != row]
            come += [row for number, row in live.rows.items() if live.written.get(number) != row]
    _many(connection, "DELETE FROM case_works WHERE case_id = ? AND work = ?", gone)
    _many(connection, "INSERT INTO case_works (case_id, work, node, what, name, due, opened, claimed) VALUES (?,?,?,?,?,?,?,?)", come)


def write_steps(connection: sa.Connection, steps: list[tuple[Any, ...]]) -> None:
    _many(connection, "INSERT INTO case_events (case_id, seq, at, actor, events, words, done) VALUES (?,?,?,?,?,?,?)", steps)


def write_keys(connection: sa.Connection, keys: list[tuple[str, int]]) -> None:
    _many(connection, "INSERT INTO case_keys (key, case_id) VALUES (?,?)", keys)


def _many(connection: sa.Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
    """The driver's own bulk path."""
    if values:
        connection.exec_driver_sql(statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s"), list(values))
