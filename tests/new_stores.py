"""A store begun by a test is a copy of one begun before: the same statements, without the revisions that led to them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from jingwei.kernel import store
from jingwei.kernel.workspace import Workspace

_migrate = store._migrate


@cache
def _begun() -> tuple[tuple[store.Step, ...], tuple[str, ...]]:
    """The revisions a new store passes, and the statements that make one as they leave it."""
    steps: list[store.Step] = []
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        patched.setattr(store, "_migrate", lambda connection: steps.extend(_migrate(connection)))
        made = Workspace(Path(folder)).store
        with made.write() as connection:
            shadows = set(connection.exec_driver_sql("SELECT name FROM pragma_table_list WHERE type = 'shadow'").scalars())
            created = [sql for name, sql in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
                       if name not in shadows | {"sqlite_sequence"}]  # a virtual table brings its shadows itself
            filled = [each for each in connection.connection.iterdump()  # type: ignore[attr-defined]  # the driver's own
                      if each.startswith('INSERT INTO "') and each.split('"')[1] not in shadows | {"sqlite_sequence"}]
        made.close()
    return tuple(steps), (*created, *filled)


def _copied(connection: sa.Connection, target: str = "heads") -> tuple[store.Step, ...]:
    old = connection.get_execution_options().get("jingwei_folder", Path()) / "jobs"  # what a revision takes in from before there was a store
    if target != "heads" or connection.dialect.name != "sqlite" or sa.inspect(connection).get_table_names() or old.exists():
        return _migrate(connection, target)
    steps, statements = _begun()
    for each in statements:
        connection.exec_driver_sql(each)
    return steps


@contextmanager
def copied() -> Iterator[None]:
    """SQLite's new stores are copied from the first; what runs in another process, or on PostgreSQL, begins as it is shipped."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "_migrate", _copied)
        yield
