"""Workspaces of every schema that was ever in use, kept as SQL, come out of an upgrade with every record."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from jingwei.kernel import merkle
from jingwei.kernel import store as module
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import FILE, Store, _engine, _history, _migrate, heads, reached, versions_of
from jingwei.kernel.workspace import Workspace

STORES = Path(__file__).parent / "stores"
OLD = sorted(p.name.partition(".")[0] for p in STORES.glob("*.sqlite.sql"))
"""Named by their one revision, or by the day when their revisions were the newest."""


def revisions(old: str) -> set[str]:
    """What an old workspace had reached."""
    told: dict[str, list[str]] = json.loads((STORES / f"{old}.sqlite.json").read_text(encoding="utf-8"))
    return reached(set(told.get("versions", [old])))


def fill(workspace: Workspace, revision: str) -> dict[str, object]:
    """Load what is kept of an old workspace; returns what its ledger said then."""
    kind = "postgresql" if workspace.store.url else "sqlite"
    script = (STORES / f"{revision}.{kind}.sql").read_text(encoding="utf-8")
    if kind == "sqlite":
        workspace.establish()
        with sqlite3.connect(workspace.folder / FILE) as connection:
            connection.executescript(script)
        connection.close()
    else:
        with psycopg.connect(workspace.store.url) as server:
            server.execute(script.replace("public.", ""))
    told: dict[str, object] = json.loads((STORES / f"{revision}.{kind}.json").read_text(encoding="utf-8"))
    told.pop("versions", None)
    return told


def rows(store: Store, only: set[str] | None = None) -> dict[str, list[str]]:
    """Every row of every table, without the table of versions."""
    with _engine(store.address, os.getpid()).connect() as connection:
        names = sorted(set(sa.inspect(connection).get_table_names()) - {"alembic_version"})
        return {name: sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
                             for row in connection.exec_driver_sql(f"SELECT * FROM {name}"))
                for name in names if only is None or name in only}


@pytest.mark.parametrize("revision", OLD)
def test_an_old_workspace_is_refused_until_upgraded_and_then_has_every_record(node, revision):
    told = fill(node, revision)
    before = rows(node.store)
    with pytest.raises(Problem, match="jingwei upgrade") as raised:
        node.ledger.size()
    assert raised.value.code == "older_store"
    rehearsed = node.store.upgrade(dry_run=True)
    assert rows(node.store) == before
    assert node.store.upgrade() == rehearsed
    assert {step.revision for step in rehearsed} == set(_history()) - revisions(revision)
    assert all(step.about for step in rehearsed)
    assert rows(node.store, set(before)) == before
    assert node.store.upgrade() == ()
    ledger = node.ledger
    found = {"size": ledger.size(), "root": ledger.root().hex(), "heads": [h.to_json() for h in ledger.heads()],
             "people": ledger.people(), "payloads": [ledger.payloads(i) for i in (0, 1)], "proof": list(ledger.prove(1).path)}
    assert json.loads(json.dumps(found)) == told
    assert merkle.root(ledger.size(), lambda level, i: _recomputed(dict(ledger.entries()), level, i)).hex() == told["root"]
    assert ledger.append_many([b'{"n":260}']) == range(ledger.size() - 1, ledger.size())
    assert ledger.append_many([b'{"n":3}'], [b"3"]) == [5], "a key from before the upgrade still counts"


def _recomputed(entries: dict[int, bytes], level: int, index: int) -> bytes:
    if level == 0:
        return merkle.leaf(entries[index])
    return merkle.join(_recomputed(entries, level - 1, 2 * index), _recomputed(entries, level - 1, 2 * index + 1))


@pytest.mark.parametrize("revision", OLD)
def test_an_upgraded_workspace_has_the_schema_of_a_new_one(node, tmp_path, revision):
    fill(node, revision)
    node.store.upgrade()
    fresh = Workspace(tmp_path / "fresh")
    with fresh.store.write() as connection:
        wanted = {n: {c["name"] for c in sa.inspect(connection).get_columns(n)} for n in sa.inspect(connection).get_table_names()}
        indexes = tuple(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'").scalars())
    if node.store.url:  # an index of words is a table of its own and its parts in SQLite, and an index like any in PostgreSQL
        wanted = {n: columns for n, columns in wanted.items() if not any(n == i or n.startswith(f"{i}_") for i in indexes)}
    with node.store.read() as connection:
        inspector = sa.inspect(connection)
        assert {n: {c["name"] for c in inspector.get_columns(n)} for n in inspector.get_table_names()} == wanted
        assert versions_of(connection) == heads()
    if not node.store.url:
        def shapes(folder: Path) -> list[str]:
            with sqlite3.connect(folder / FILE) as raw:
                found = [re.sub(r"\s+", " ", text).strip() for (text,) in
                         raw.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
            raw.close()
            return sorted(found)

        assert shapes(node.folder) == shapes(fresh.folder)


@pytest.mark.parametrize("revision", OLD)
def test_an_upgrade_that_fails_leaves_the_old_schema(node, revision, monkeypatch):
    fill(node, revision)
    before = rows(node.store)

    def broken(connection: sa.Connection) -> None:
        _migrate(connection)
        raise ZeroDivisionError

    monkeypatch.setattr("jingwei.kernel.store._migrate", broken)
    with pytest.raises(ZeroDivisionError):
        node.store.upgrade()
    assert rows(node.store) == before


def test_every_schema_but_the_newest_is_kept_for_this_test():
    from alembic.script import ScriptDirectory

    from jingwei.kernel.store import _config

    older = {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()} - heads()
    assert older <= {revision for old in OLD for revision in revisions(old)}
    assert OLD


ROOM = '''"""a room of its own"""

import sqlalchemy as sa
from alembic import op

revision = "rooms_1"
down_revision = None
branch_labels = ("rooms",)
depends_on = {depends}


def upgrade() -> None:
    op.create_table("rooms", sa.Column("position", sa.BigInteger(), sa.ForeignKey("ledger_heads.size"), primary_key=True))
'''


@pytest.mark.parametrize("depends", [None, "ledger_2"])
def test_a_room_keeps_a_branch_of_the_one_history(node, tmp_path, monkeypatch, depends):
    node.ledger.append_many([b"{}"])
    places = [*module._places(), tmp_path / "rooms"]
    places[-1].mkdir()
    (places[-1] / "rooms_1.py").write_text(ROOM.format(depends=repr(depends).replace("'", '"')), encoding="utf-8")
    monkeypatch.setattr(module, "_places", lambda: places)
    _history.cache_clear()
    try:
        with pytest.raises(Problem, match="jingwei upgrade"):
            node.ledger.size()
        assert [step.revision for step in node.store.upgrade()] == ["rooms_1"]
        for workspace in (node, Workspace(tmp_path / "fresh")):
            workspace.ledger.append_many([b"{}"])
            with workspace.store.read() as connection:
                assert reached(versions_of(connection)) == set(_history())
                assert "rooms_1" in _history()
                assert connection.execute(sa.text("SELECT * FROM rooms")).all() == []
            assert workspace.store.upgrade() == ()
    finally:
        monkeypatch.undo()
        _history.cache_clear()
    with pytest.raises(Problem) as raised:
        node.ledger.size()
    assert raised.value.code == "newer_store"
