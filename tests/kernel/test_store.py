"""The store: nothing before it is needed, all or nothing, one history, and an old schema never used by mistake."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from jingwei.kernel import store as module
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import FILE, Instant, Store, heads, versions_of
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PEOPLE = sa.text("INSERT INTO ledger_pseudonyms (person, pseudonym) VALUES (:person, :pseudonym)")


def people(workspace: Workspace) -> list[str]:
    return sorted(workspace.ledger.people().values())


def add(connection: sa.Connection, person: str) -> None:
    connection.execute(PEOPLE, {"person": person, "pseudonym": f"p-{person}"})


def test_an_absent_store_reads_as_an_empty_one_and_stays_absent(node):
    before = sorted(p.name for p in node.folder.glob("*")) if node.folder.exists() else None
    assert people(node) == []
    assert node.ledger.size() == 0
    assert node.store.upgrade() == ()
    assert (sorted(p.name for p in node.folder.glob("*")) if node.folder.exists() else None) == before
    if node.store.url:
        with node.store._engine().connect() as connection:
            assert versions_of(connection) == frozenset()


def test_what_is_written_is_there_for_the_next_to_read(node):
    with node.store.write() as connection:
        add(connection, "甲")
    assert people(Workspace(node.folder)) == ["甲"]
    with node.store.read() as connection:
        assert versions_of(connection) == heads()


def test_a_transaction_that_fails_leaves_nothing_not_even_what_it_joined(node):
    with node.store.write() as connection:
        add(connection, "甲")
    with pytest.raises(ZeroDivisionError), node.store.write() as connection:
        add(connection, "乙")
        Ledger(Store(node.folder, node.store.url)).append(Event("need.declared", NOON, "丙"))
        assert people(node) == ["丙", "乙", "甲"] or len(people(node)) == 3
        raise ZeroDivisionError
    assert people(node) == ["甲"]
    assert node.ledger.size() == 0


def test_who_only_reads_cannot_write_by_mistake(node):
    for _ in range(2):
        with pytest.raises((Problem, sa.exc.DBAPIError), match=r"read.?only"), node.store.read() as connection:
            add(connection, "甲")
        assert people(node) == []
        node.ledger.append_many([b"{}"])


def test_writers_take_turns_and_lose_nothing(node):
    with node.store.write() as connection:
        add(connection, "0")

    def work(name: str) -> None:
        for i in range(10):
            with node.store.write() as connection:
                n = len(connection.execute(sa.text("SELECT person FROM ledger_pseudonyms")).all())
                add(connection, f"{name}{i}-{n}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(people(node)) == 41


def test_a_reader_sees_one_state_while_others_write(node):
    with node.store.write() as connection:
        add(connection, "甲")
    count = sa.text("SELECT count(*) FROM ledger_pseudonyms")
    with node.store.read() as connection:
        assert connection.scalar(count) == 1

        def write() -> None:
            with node.store.write() as other:
                add(other, "乙")

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert connection.scalar(count) == 1
    assert len(people(node)) == 2


def test_processes_that_create_one_store_at_once_all_succeed(node):
    program = ("import sys; from pathlib import Path; from jingwei.kernel.workspace import Workspace; "
               "Workspace(Path(sys.argv[1])).ledger.append_many([sys.argv[2].encode()])")
    running = [subprocess.Popen([sys.executable, "-c", program, str(node.folder), str(i)]) for i in range(4)]
    assert [p.wait() for p in running] == [0] * 4
    assert sorted(e for _, e in node.ledger.entries()) == [b"0", b"1", b"2", b"3"]


def test_a_moment_is_kept_in_utc_and_given_back_in_chinas_zone(node):
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", Instant()))
    with node.store.write() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"at": NOON.astimezone(module.CHINA)}, {"at": None}])
        back = connection.scalars(sa.select(table.c.at).where(table.c.at.is_not(None))).one()
        assert back == NOON
        assert back.utcoffset() == timedelta(hours=8)
        kept = connection.scalar(sa.text("SELECT at FROM moments WHERE at IS NOT NULL"))
        assert "2026-01-01 12:00" in str(kept if isinstance(kept, str) else kept.astimezone(UTC))
    with pytest.raises(sa.exc.StatementError, match="no zone"), node.store.write() as connection:
        connection.execute(table.insert(), {"at": NOON.replace(tzinfo=None)})


@pytest.mark.parametrize("older", [False, True])
def test_a_schema_from_another_time_is_refused_with_what_to_do(node, older):
    with node.store.write() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": "ledger_1" if older else "from_later"})
    for attempt in (node.ledger.size, lambda: node.ledger.append_many([b"{}"])):
        with pytest.raises(Problem) as raised:
            attempt()
        assert raised.value.code == ("older_store" if older else "newer_store")
        assert "jingwei upgrade" in raised.value.remedy.en or not older
    if not older:
        with pytest.raises(Problem) as raised:
            node.store.upgrade()
        assert raised.value.code == "newer_store"


def test_sqlite_keeps_every_commit_and_holds_references(tmp_path):
    workspace = Workspace(tmp_path / "node")
    with workspace.store.write() as connection:
        told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
        assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a database at all" * 100)
    for attempt in (Workspace(tmp_path).ledger.size, lambda: Workspace(tmp_path).ledger.append_many([b"{}"])):
        with pytest.raises(Problem, match="restore") as raised:
            attempt()
        assert raised.value.code == "damaged_store"
    assert (tmp_path / FILE).read_bytes() == b"not a database at all" * 100


def test_a_server_that_does_not_answer_is_a_problem_without_the_password(tmp_path):
    store = Store(tmp_path, f"postgresql://me:secret@/x?host={tmp_path}")
    with pytest.raises(Problem, match=r"jingwei\.toml") as raised, store.read():
        pass
    assert raised.value.code == "no_store"
    assert "secret" not in str(raised.value)


def test_an_address_of_another_database_is_refused(tmp_path):
    (tmp_path / "jingwei.toml").write_text('[store]\nurl = "mysql://host/name"\n')
    with pytest.raises(Problem, match="postgresql://") as raised:
        _ = Workspace(tmp_path).store
    assert raised.value.code == "bad_settings"


def test_a_writer_that_waits_too_long_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.1)
    workspace = Workspace(tmp_path / "node")
    workspace.ledger.append_many([b"{}"])
    problems: list[Problem] = []

    def other() -> None:
        try:
            workspace.ledger.append_many([b"{}"])
        except Problem as problem:
            problems.append(problem)

    with workspace.store.write():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert [p.code for p in problems] == ["store_busy"]


def test_the_revisions_read_from_the_files_are_those_alembic_finds():
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(module._config())
    assert module.reached(heads()) == module.reached(script.get_heads()) == set(module._history())
    assert set(module._history()) == {s.revision for s in script.walk_revisions()}


def test_a_store_of_this_schema_is_used_without_loading_alembic(tmp_path):
    Workspace(tmp_path).ledger.append_many([b"{}"])
    program = ("import sys; from pathlib import Path; from jingwei.kernel.workspace import Workspace; "
               "Workspace(Path(sys.argv[1])).ledger.append_many([b'{}']); print('alembic' in sys.modules, 'cryptography' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_every_revision_is_named_after_its_file_and_its_branch():
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(module._config())
    for revision in script.walk_revisions():
        assert revision.path.rpartition("/")[2] == f"{revision.revision}.py"
        assert revision.doc
        assert any(revision.revision.startswith(label) for label in revision.branch_labels)
