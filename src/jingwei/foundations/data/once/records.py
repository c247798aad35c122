"""The samples as the store keeps them, the secret under which they were drawn beside it, and what the ledger says was decided."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa

from jingwei.engines.sketches.rows import Rows
from jingwei.engines.sketches.sets import Sketch
from jingwei.foundations.data.once.model import Column, Decided, Taken
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.memory import Memory
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import Instant
from jingwei.kernel.told import told
from jingwei.kernel.workspace import Workspace

ROOM = "once"
SECRET_FILE = "once.key"
BYTES = 32

TABLES = sa.table("once_tables", *map(sa.column, ("holder", "dataset", "snapshot", "secret")), sa.column("at", Instant), sa.column("content", sa.LargeBinary), sa.column("turn", sa.Integer))


class _Set(msgspec.Struct, frozen=True, array_like=True):
    hashes: bytes
    below: int
    size: int


class _Stored(msgspec.Struct, frozen=True):
    """A table as it is kept: arrays as little-endian bytes."""

    title: str
    rows: int
    planned: bool
    synthetic: bool
    columns: tuple[Column, ...]
    sketches: tuple[_Set | None, ...]
    keys: tuple[tuple[int, _Set, bytes], ...]


# The secret


def secret(workspace: Workspace, *, make: bool = False) -> bytes:
    """What every hash is keyed with: 32 bytes beside the store, never in it, readable by its owner only; no part of a backup.

    Departments whose tables are to be compared share one. Empty when there is none and none is to be made.
    Raises Problem ``bad_secret``.
    """
    path = workspace.folder / SECRET_FILE
    if not path.exists() and not make:
        return b""
    try:
        if not path.exists():
            workspace.establish()
            _laid_down(path)
        found = path.read_bytes()
        if len(found) != BYTES:
            raise ValueError(f"{len(found)}/{BYTES}")
    except (OSError, ValueError) as error:
        raise Problem("bad_secret", Text(f"比对用的密钥不能用（{error}）", f"the secret for comparing cannot be used ({error})"), where=str(path),
                      remedy=Text(f"放回原来的 {SECRET_FILE}；找不回来就移走它，再运行 jingwei once take，所有表重新取样。",
                                  f"Put {SECRET_FILE} back; if it is lost, move it away and run jingwei once take, which takes every table anew.")) from None
    return found


def _laid_down(path: Path) -> None:
    beside = path.with_name(f".{SECRET_FILE}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
        sink.write(secrets.token_bytes(BYTES))
        sink.flush()
        os.fsync(sink.fileno())
    try:
        os.link(beside, path)  # two processes may both make one: the first to arrive stays
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def mark(of: bytes) -> str:
    """What tells two secrets apart and neither."""
    return hashlib.blake2b(b"mark", key=of, digest_size=8).hexdigest() if of else ""


# Samples


def encode(taken: Taken) -> bytes:
    keys = tuple((k, _set(r.sample), r.cells.astype("<u4").tobytes()) for k, r in taken.keys)
    return msgspec.msgpack.encode(_Stored(taken.title, taken.rows, taken.planned, taken.synthetic, taken.columns,
                                          tuple(_set(s) if s else None for s in taken.sketches), keys))


def decode(content: bytes, holder: str, dataset: str, at: datetime, snapshot: str) -> Taken:
    """The table that ``encode`` was given."""
    s = msgspec.msgpack.decode(content, type=_Stored)
    keys = tuple((k, Rows(_sketch(sample), np.frombuffer(cells, "<u4").astype(np.uint32).reshape(-1, len(s.columns)))) for k, sample, cells in s.keys)
    return Taken(holder, dataset, s.title, s.rows, s.columns, at, snapshot, s.planned, s.synthetic, tuple(_sketch(x) if x else None for x in s.sketches), keys)


def _set(s: Sketch) -> _Set:
    return _Set(s.hashes.astype("<u8").tobytes(), int(s.below), s.size)


def _sketch(s: _Set) -> Sketch:
    return Sketch(np.frombuffer(s.hashes, "<u8").astype(np.uint64), np.uint64(s.below), s.size)


def keep(context: Context, taken: Taken, of: bytes) -> None:
    """Put a table's samples in place of those there were, with one entry in the ledger; when it was first taken stays."""
    c = TABLES.c
    facts = {"dataset": taken.dataset, "holder": taken.holder, "snapshot": taken.snapshot, "rows": taken.rows, "columns": len(taken.columns), "planned": taken.planned}
    with context.workspace.store.write_in_turn(ROOM) as connection:
        which = (c.holder == taken.holder, c.dataset == taken.dataset)
        before = connection.execute(sa.select(c.at, c.content).where(*which)).first()
        planned = before is not None and msgspec.msgpack.decode(before.content, type=_Stored).planned
        first = before.at if before is not None and planned == taken.planned else taken.at  # what was planned and is now held was collected today
        turn = (connection.scalar(sa.select(sa.func.max(c.turn))) or 0) + 1
        connection.execute(sa.delete(TABLES).where(*which))
        connection.execute(sa.insert(TABLES).values(holder=taken.holder, dataset=taken.dataset, at=first, snapshot=taken.snapshot, secret=mark(of), content=encode(taken), turn=turn))
        context.workspace.ledger.record([Event("once.taken", context.clock(), context.principal.id, facts | ({"synthetic": True} if taken.synthetic else {}))])


@dataclass(frozen=True, slots=True)
class Known:
    """All tables under the present secret, as they were last taken; names of those under another, which cannot be compared.

    state : changes with them and with nothing else
    """

    tables: tuple[Taken, ...] = ()
    other_secret: tuple[str, ...] = ()
    state: tuple[Hashable, ...] = ()

    def at(self, holder: str | None, dataset: str) -> Taken | None:
        return next((t for t in self.tables if t.dataset == dataset and holder in (None, t.holder)), None)


LATELY = Memory(room=4)
"""What was read and found last, by the state of the samples: a ledger grows all day, and tables are taken once a night."""


def everything(context: Context) -> Known:
    """Read once for one state of the samples."""
    workspace = context.workspace
    if not workspace.ledger.store.exists():
        return Known()
    with workspace.store.read() as connection:
        last = connection.execute(sa.select(sa.func.count(), sa.func.max(TABLES.c.turn), sa.func.max(TABLES.c.at)).select_from(TABLES)).one()
    state = (workspace.store.where, str(workspace.folder.resolve()), mark(secret(workspace)), *last)
    known: Known = LATELY.once(("known", *state), lambda: _read(workspace, state))
    return known


def _read(workspace: Workspace, state: tuple[Hashable, ...]) -> Known:
    mine, c = mark(secret(workspace)), TABLES.c
    with workspace.store.read() as connection:
        rows = connection.execute(sa.select(c.holder, c.dataset, c.at, c.snapshot, c.secret, c.content).order_by(c.holder, c.dataset)).all()
    tables = tuple(decode(bytes(r.content), r.holder, r.dataset, r.at, r.snapshot) for r in rows if r.secret == mine)
    return Known(tables, tuple(f"{r.holder}/{r.dataset}" for r in rows if r.secret != mine), state)


def snapshots(workspace: Workspace) -> dict[tuple[str, str], tuple[str, str]]:
    """Snapshot and secret's mark of every table, by holder and dataset; without reading samples."""
    c = TABLES.c
    with workspace.store.read() as connection:
        return {(r.holder, r.dataset): (r.snapshot, r.secret) for r in connection.execute(sa.select(c.holder, c.dataset, c.snapshot, c.secret))}


# Decisions


@dataclass(frozen=True, slots=True)
class Happened:
    """What the ledger says: the last decision about each finding, and when each table, as holder/dataset, was last collected."""

    decided: Mapping[str, Decided]
    collected: Mapping[str, datetime]


def happened(ledger: Ledger) -> Happened:
    decided, collected = dict[str, Decided](), dict[str, datetime]()
    for event in told(ledger, ROOM):
        f, at = event.facts, datetime.fromisoformat(event.at)
        if event.kind == "once.decided":
            decided[str(f["finding"])] = Decided(str(f["finding"]), f["outcome"], at, event.position, f, dict(event.payload or {}))
        elif event.kind == "once.taken" and not f["planned"]:
            collected[f"{f['holder']}/{f['dataset']}"] = at
    return Happened(decided, collected)


def decide(context: Context, finding: str, facts: Mapping[str, Any], words: Mapping[str, str]) -> None:
    with context.workspace.store.write_in_turn(ROOM):
        context.workspace.ledger.record([Event("once.decided", context.clock(), context.principal.id, {"finding": finding, **facts}, {f"{ROOM}:{finding}": dict(words)})])


def names(tables: Sequence[Taken], known: Mapping[str, Text]) -> dict[str, Text]:
    """What each holder is called; one this node does not know is called by its code."""
    return {t.holder: known.get(t.holder, Text(t.holder, t.holder)) for t in tables}
