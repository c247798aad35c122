"""Backups come back whole or not at all; the record's commands say what they did, in both languages."""

from __future__ import annotations

import io
import json
import os
import threading
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from jingwei.coordination.record import ACTIONS
from jingwei.coordination.record.backup import CONTENTS, opened, write_backup
from jingwei.coordination.record.model import Restore
from jingwei.doors.cli import ANSWER_IS_NO, program
from jingwei.kernel.actions import Context, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.confirmation import confirm, request
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import PAYLOADS, Event
from jingwei.kernel.people import Organisation, Principal, Role
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.problems import Problem
from jingwei.kernel.store import FILE, _engine
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 1, 1, 12, tzinfo=CHINA)
VISITS = Dataset("visits", 1, {"place": "string", "n": "int64"})


def call(workspace: Workspace, *words: str, language: str = "en") -> Result:
    return CliRunner().invoke(program("zh" if language == "zh" else "en"), [*words, "--workspace", str(workspace.folder)], catch_exceptions=False)


def said(workspace: Workspace, *words: str, code: int = 0) -> dict[str, object]:
    result = call(workspace, *words, "--json")
    assert result.exit_code == code, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def filled(workspace: Workspace) -> Workspace:
    ledger = workspace.ledger
    ledger.append(Event("need.declared", NOON, "张三", {"need": 1}, {"李四": {"reason": "低保"}}))
    ledger.append_many([b'{"n":%d}' % i for i in range(600)])
    ledger.append(Event("need.declared", NOON, "张三", {"need": 2}, {"王五": {"reason": "入学"}}))
    ledger.erase("王五", "张三", NOON)
    ledger.head(NOON)
    workspace.lake.append(VISITS, [{"place": "CN", "n": 1}])
    workspace.lake.append(VISITS, [{"place": "CN", "n": 2}])
    return workspace


def state(workspace: Workspace) -> dict[str, object]:
    ledger = workspace.ledger
    return {"entries": list(ledger.entries()), "root": ledger.root(), "people": ledger.people(), "heads": ledger.heads(),
            "payloads": [ledger.payloads(i) for i in (0, 601)], "lake": workspace.lake.snapshot(VISITS)}


@pytest.fixture
def other(tmp_path) -> Workspace:
    return Workspace(tmp_path / "other")


def test_a_backup_put_back_elsewhere_is_the_same_node_without_its_key(node, other, tmp_path):
    filled(node)
    told = said(node, "backup", "--to", str(tmp_path / "b"))
    assert told["entries"] == 603
    assert said(other, "restore", str(tmp_path / "b"), "--dry-run")["written"] is False
    assert not other.folder.exists()
    assert said(other, "restore", str(tmp_path / "b"), "--yes")["written"] is True
    assert state(other) == state(node)
    assert not (other.folder / "node.key").exists()
    assert other.ledger.append_many([b"{}"]) == range(603, 604)
    assert said(other, "ledger", "verify")["holds"] is True
    assert [p.name for p in other.folder.glob(".*")] == []


def test_a_node_on_one_database_is_put_back_on_the_other_and_back_again(node, other, tmp_path):
    filled(other)
    before = state(other)
    said(other, "backup", "--to", str(tmp_path / "b"))
    said(node, "restore", str(tmp_path / "b"), "--yes")
    assert state(node) == before
    said(node, "backup", "--to", str(tmp_path / "c"))
    back = Workspace(tmp_path / "back")
    said(back, "restore", str(tmp_path / "c"), "--yes")
    assert state(back) == before
    for each in (other, node, back):
        with each.store.read() as connection:
            assert connection.scalars(sa.select(PAYLOADS.c.erased).where(PAYLOADS.c.erased.is_not(None))).all() == [NOON]


def test_a_backup_made_while_others_write_is_one_moment_of_the_ledger(node, other, tmp_path):
    filled(node)
    going, batch = True, [b'{"k":%d}' % k for k in range(50)]

    def work() -> None:
        while going:
            node.ledger.append_many(batch)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        told = [write_backup(node, tmp_path / f"b{i}", NOON)[0] for i in range(3)]
    finally:
        going = False
        for thread in threads:
            thread.join()
    entries = [e for _, e in node.ledger.entries()]
    for i, each in enumerate(told):
        with opened(tmp_path / f"b{i}", tmp_path) as (again, folder):
            assert again == each
            assert [e for _, e in Workspace(folder).ledger.entries()] == entries[:each.size]
            assert each.size % 50 == 603 % 50
    assert said(other, "restore", str(tmp_path / "b2"), "--yes")["entries"] == told[2].size


def test_records_are_not_replaced_unless_asked_to_be(node, tmp_path):
    filled(node)
    before = state(node)
    said(node, "backup", "--to", str(tmp_path / "b"))
    node.ledger.append_many([b'{"later":1}'])
    node.lake.append(VISITS, [{"place": "CN", "n": 3}])
    node.lake.append(Dataset("later", 1, {"n": "int64"}), [{"n": 1}])
    with pytest.raises(Problem, match="--replace") as raised:
        call(node, "restore", str(tmp_path / "b"), "--yes")
    assert raised.value.code == "not_empty"
    assert node.ledger.size() == 604
    said(node, "restore", str(tmp_path / "b"), "--yes", "--replace")
    assert state(node) == before
    assert not (node.folder / "lake" / "later" / "current").exists()
    assert node.ledger.append_many([b'{"later":2}']) == range(603, 604)


def test_a_backup_of_a_node_that_was_tampered_with_says_so_and_is_not_put_back(node, other, tmp_path):
    filled(node)
    with node.store.write() as connection:
        connection.execute(sa.text("DELETE FROM ledger_entries WHERE position = 7"))
    told = said(node, "backup", "--to", str(tmp_path / "b"), code=ANSWER_IS_NO)
    assert told["findings"] == [{"code": "deleted", "first": 7, "last": 7}]
    with pytest.raises(Problem, match="from entry 7 on") as raised:
        call(other, "restore", str(tmp_path / "b"), "--yes")
    assert raised.value.code == "damaged_backup"


def test_an_empty_node_can_be_backed_up_too(node, other, tmp_path):
    before = sorted(node.folder.glob("*"))
    assert said(node, "backup", "--to", str(tmp_path / "b"))["entries"] == 0
    assert sorted(node.folder.glob("*")) == before
    said(other, "restore", str(tmp_path / "b"), "--yes")
    assert other.ledger.size() == 0


def test_a_damaged_backup_is_refused_or_was_not_damaged_where_it_matters(tmp_path, other):
    node = filled(Workspace(tmp_path / "node"))
    told, _ = write_backup(node, tmp_path / "b", NOON)
    whole = (tmp_path / "b").read_bytes()
    refused = 0
    for at in [*range(0, len(whole), max(1, len(whole) // 60)), *range(len(whole) - 25, len(whole))]:
        (tmp_path / "c").write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:])
        try:
            with opened(tmp_path / "c", tmp_path) as (again, folder):
                assert again == told
                assert Workspace(folder).ledger.root() == node.ledger.root()
        except Problem as problem:
            assert problem.code == "damaged_backup"
            refused += 1
    assert refused > 40
    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "c").write_bytes(whole[:cut])
        with pytest.raises(Problem) as raised:
            call(other, "restore", str(tmp_path / "c"), "--yes")
        assert raised.value.code == "damaged_backup"
    assert not other.folder.exists()


def changed(whole: bytes, to: Path, name: str, content: bytes, *, told: bool) -> None:
    """A backup somebody altered, who also fitted its table of contents when ``told``."""
    from hashlib import sha256

    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(to, "w") as new:
        contents = json.loads(old.read(CONTENTS))
        if told:
            contents["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        for each in {*old.namelist(), name} - {CONTENTS}:
            new.writestr(each, content if each == name else old.read(each))
        new.writestr(CONTENTS, json.dumps(contents))


def archive_of(whole: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return archive.read(name)


def test_a_backup_whose_ledger_was_altered_is_refused_even_when_its_digests_were_made_to_fit(tmp_path):
    node = filled(Workspace(tmp_path / "node"))
    write_backup(node, tmp_path / "b", NOON)
    whole = (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        store = archive.read(FILE)
        (table, *_) = [name for name in archive.namelist() if name.endswith(".parquet")]
    altered = store.replace(b'{"n":123}', b'{"n":999}')
    assert altered != store
    for name, content, told in ((FILE, altered, True), (FILE, altered, False), (FILE, b"", True), (FILE, b"junk" * 999, True),
                                ("../../escaped", b"x", True), ("lake/../../escaped/current", b"x", True), ("extra", b"x", False), (table, b"x", False),
                                (table, archive_of(whole, table)[::-1], False)):
        changed(whole, tmp_path / "c", name, content, told=told)
        with pytest.raises(Problem) as raised, opened(tmp_path / "c", tmp_path):
            pass
        assert raised.value.code in ("damaged_backup", "damaged_store"), name
    assert not list(tmp_path.rglob("escaped"))


def test_a_backup_of_an_old_schema_is_upgraded_on_its_way_back(tmp_path, other):
    import sqlite3

    stores = Path(__file__).parents[2] / "kernel" / "stores"
    old = Workspace(tmp_path / "old")
    old.establish()
    with sqlite3.connect(old.folder / FILE) as connection:
        connection.executescript((stores / "ledger_1.sqlite.sql").read_text(encoding="utf-8"))
    connection.close()
    told = json.loads((stores / "ledger_1.sqlite.json").read_text(encoding="utf-8"))
    with pytest.raises(Problem, match="jingwei upgrade"):
        call(old, "backup", "--to", str(tmp_path / "b"))
    young = Workspace(tmp_path / "young")
    young.ledger.append_many([b"{}"])
    write_backup(young, tmp_path / "b", NOON)
    with zipfile.ZipFile(tmp_path / "b") as archive:
        contents = json.loads(archive.read(CONTENTS))
    contents["ledger"] = {"size": told["size"], "root": told["root"]}
    from hashlib import sha256

    content = (old.folder / FILE).read_bytes()
    contents["files"] = {FILE: {"bytes": len(content), "sha256": sha256(content).hexdigest()}}
    with zipfile.ZipFile(tmp_path / "c", "w") as archive:
        archive.writestr(FILE, content)
        archive.writestr(CONTENTS, json.dumps(contents))
    said(other, "restore", str(tmp_path / "c"), "--yes")
    assert (other.ledger.size(), other.ledger.root().hex()) == (told["size"], told["root"])


def test_a_backup_that_cannot_be_written_or_found_is_a_problem(tmp_path):
    node = Workspace(tmp_path / "node")
    for words in (("backup", "--to", str(tmp_path / "no" / "b")), ("restore", str(tmp_path / "nothing"), "--yes")):
        with pytest.raises(Problem) as raised:
            call(node, *words)
        assert raised.value.code == "no_file"


# What cannot be undone


def test_on_a_node_of_ones_own_restore_is_typed_or_said_to_be_meant(other, tmp_path):
    node = filled(Workspace(tmp_path / "node"))
    said(node, "backup", "--to", str(tmp_path / "b"))
    words = ["restore", str(tmp_path / "b"), "--workspace", str(other.folder)]
    for typed in ("", "\n", "yes\n", "restor\n"):
        refused = CliRunner().invoke(program("en"), words, input=typed)
        assert isinstance(refused.exception, Problem)
        assert refused.exception.code == "not_confirmed"
        assert "--dry-run" in refused.exception.remedy.en
    assert not other.folder.exists()
    done = CliRunner().invoke(program("zh"), [*words, "--json"], input="restore\n")
    assert done.exit_code == 0, done.output
    assert "不能撤销" in done.stderr
    assert json.loads(done.stdout)["written"] is True
    assert said(node, "restore", str(tmp_path / "b"), "--replace", "--yes")["written"] is True


def test_a_backup_that_is_not_the_one_meant_is_not_put_back(other, tmp_path):
    node = filled(Workspace(tmp_path / "node"))
    meant = said(node, "backup", "--to", str(tmp_path / "b"))["sha256"]
    node.ledger.append_many([b"{}"])
    said(node, "backup", "--to", str(tmp_path / "b"))
    with pytest.raises(Problem) as raised:
        call(other, "restore", str(tmp_path / "b"), "--sha256", str(meant), "--yes")
    assert (raised.value.code, other.folder.exists()) == ("other_file", False)


CLERK, CHIEF = (Principal(f"p-{n:032x}", "gz", (Role("keeper", Text("运维", "keeper"), frozenset({"node.maintain"})),)) for n in (1, 2))
STRANGER = Principal(f"p-{3:032x}", "sz", CLERK.roles)


def test_elsewhere_restore_needs_a_second_person_for_exactly_that_file_and_once(node, tmp_path):
    filled(node)
    restore = next(a for a in ACTIONS if a.path == ("restore",))
    told = said(node, "backup", "--to", str(tmp_path / "b"))
    with node.store.write() as connection:
        for name in ("gz", "sz"):
            keep_organisation(connection, Organisation(name, Text(name, name), "bureau", "city", "440100"))
    given = Restore(str(tmp_path / "b"), replace=True, sha256=str(told["sha256"]))
    mine = Context(node, principal=CLERK)

    def refused(context: Context, what: Restore) -> str:
        before = node.store.exists() and node.ledger.size()
        with pytest.raises(Problem) as raised:
            run(restore, context, what)
        assert node.ledger.size() == before
        return raised.value.code

    assert run(restore, replace(mine, dry_run=True), given).data["written"] is False
    assert refused(mine, given) == "second_person"
    request(restore, mine, given, "r-1")
    assert refused(replace(mine, approval="r-1"), given) == "bad_approval"
    for who, code in ((CLERK, "same_person"), (STRANGER, "not_superior")):
        with pytest.raises(Problem) as raised:
            confirm(Context(node, principal=who), "r-1")
        assert raised.value.code == code
    confirm(Context(node, principal=CHIEF), "r-1")
    assert refused(replace(mine, approval="r-1"), Restore(str(tmp_path / "other"), replace=True, sha256=given.sha256)) == "key_reused"
    assert refused(replace(mine, principal=CHIEF, approval="r-1"), given) == "key_reused"
    kinds = [json.loads(entry).get("kind") for _, entry in node.ledger.entries(603)]
    assert kinds == ["approval.asked", "approval.confirmed"]
    assert run(restore, replace(mine, approval="r-1"), given).data["written"] is True
    assert node.ledger.size() == told["entries"]
    assert refused(replace(mine, approval="r-1"), given) == "second_person", "the request went with the records that were replaced"


def test_who_confirms_must_be_told_what_the_file_holds_and_a_confirmation_serves_once(tmp_path):
    node = filled(Workspace(tmp_path / "node"))
    with node.store.write() as connection:
        keep_organisation(connection, Organisation("gz", Text("gz", "gz"), "bureau", "city", "440100"))
    restore = next(a for a in ACTIONS if a.path == ("restore",))
    given, mine = Restore(str(tmp_path / "b"), replace=True), Context(node, principal=CLERK)
    request(restore, mine, given, "r-1")
    confirm(Context(node, principal=CHIEF), "r-1")
    for code in ("not_confirmed", "bad_approval"):
        with pytest.raises(Problem) as raised:
            run(restore, replace(mine, approval="r-1"), given)
        assert raised.value.code == code
    assert json.loads(list(node.ledger.entries())[-1][1])["kind"] == "approval.used"


# Commands


def test_upgrade_rehearses_then_does_it_then_has_nothing_to_do(tmp_path):
    import sqlite3

    node = Workspace(tmp_path / "node")
    assert said(node, "upgrade")["steps"] == []
    assert not node.folder.exists()
    node.establish()
    script = Path(__file__).parents[2] / "kernel" / "stores" / "ledger_1.sqlite.sql"
    with sqlite3.connect(node.folder / FILE) as connection:
        connection.executescript(script.read_text(encoding="utf-8"))
    connection.close()
    assert said(node, "upgrade", "--dry-run")["written"] is False
    done = said(node, "upgrade")
    assert done["written"] is True
    assert done["steps"]
    assert said(node, "upgrade")["steps"] == []


def test_the_record_is_told_proved_and_verified_from_the_command_line(node, tmp_path):
    filled(node)
    shown = said(node, "ledger", "list", "--count", "2")
    assert [e["position"] for e in shown["entries"]] == [601, 602]  # type: ignore[attr-defined]
    assert [e["position"] for e in said(node, "ledger", "list", "--first", "5", "--count", "2")["entries"]] == [5, 6]  # type: ignore[attr-defined]
    assert [e["position"] for e in said(node, "ledger", "list", "--kind", "need.declared")["entries"]] == [0, 601]  # type: ignore[attr-defined]
    assert "张三" in call(node, "ledger", "list").output
    out = str(tmp_path / "out")
    assert said(node, "ledger", "head", "--dry-run")["written"] is False
    assert said(node, "ledger", "head", "--out", out)["size"] == 603
    node.ledger.append_many([b'{"more":1}'])
    assert said(node, "ledger", "prove", "7", "--out", out, "--head", f"{out}/head.json")["from"] == 603
    assert said(node, "ledger", "verify", f"{out}/proof.json")["holds"] is True
    assert said(node, "ledger", "verify", f"{out}/proof.json", "--head", f"{out}/head.json")["signed"] is True
    told = json.loads(Path(out, "proof.json").read_bytes())
    Path(out, "proof.json").write_text(json.dumps({**told, "entry": "{}"}))
    assert said(node, "ledger", "verify", f"{out}/proof.json", code=ANSWER_IS_NO)["holds"] is False
    said(node, "ledger", "export", "--out", out)
    assert said(node, "ledger", "verify", f"{out}/ledger.jsonl", "--head", f"{out}/head.json")["holds"] is True
    with node.store.write() as connection:
        connection.execute(sa.text("UPDATE ledger_entries SET entry = :entry WHERE position = 42"), {"entry": b"{}"})
    found = said(node, "ledger", "verify", "--head", f"{out}/head.json", code=ANSWER_IS_NO)
    assert found["findings"] == [{"code": "altered", "first": 42, "last": 42}]
    assert "entry 42: altered" in call(node, "ledger", "verify").output
    assert "条目 42：条目被改动" in call(node, "ledger", "verify", language="zh").output


def test_what_was_exported_holds_no_payload(node, tmp_path):
    filled(node)
    said(node, "ledger", "export", "--out", str(tmp_path / "out"))
    content = (tmp_path / "out" / "ledger.jsonl").read_text(encoding="utf-8")
    assert "低保" not in content
    assert json.dumps("低保")[1:-1] not in content
    assert "李四" not in content


@pytest.mark.parametrize(("words", "code"), [
    (("ledger", "prove", "0"), "no_entry"), (("ledger", "list", "--first", "-1"), "no_entry"), (("ledger", "list", "--count", "0"), "no_entry"),
    (("ledger", "verify", "--head", "x.json"), "unreadable"), (("ledger", "verify", "x.json"), "unreadable")])
def test_what_cannot_be_answered_is_a_problem(tmp_path, monkeypatch, words, code):
    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text("[]")
    with pytest.raises(Problem) as raised:
        call(Workspace(tmp_path / "node"), *words)
    assert raised.value.code == code
    assert not (tmp_path / "node").exists()


def test_numbers_given_out_go_on_after_those_put_back_on_postgresql(cluster, tmp_path):
    from jingwei.coordination.record.backup import _copy_rows

    metadata = sa.MetaData()
    things = sa.Table("things", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String))
    source, target = sa.create_engine("sqlite://"), _engine("postgresql+psycopg://" + cluster.partition("://")[2], os.getpid())
    with source.begin() as one, target.connect() as two:
        two.execute(sa.text("CREATE SCHEMA counted"))
        two.execute(sa.text("SET LOCAL search_path TO counted"))
        metadata.create_all(one)
        metadata.create_all(two)
        one.execute(things.insert(), [{"name": n} for n in "abc"])
        _copy_rows(one, two)
        two.execute(things.insert(), {"name": "d"})
        assert two.execute(sa.select(things.c.id).order_by(things.c.id)).scalars().all() == [1, 2, 3, 4]
        two.rollback()
    source.dispose()
    target.dispose()
