"""A table registered is a dataset of the lake, a record of the catalogue and an entry of the ledger, or nothing at all."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.foundations.data import tables
from jingwei.foundations.data.catalogue import records as catalogue
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.foundations.data.tables import records
from jingwei.foundations.data.tables.asks import AskProfile, AskQuarantine, RegisterTable
from jingwei.foundations.data.tables.model import Finding, Profile
from jingwei.kernel.access import Exact, Grant, Subject
from jingwei.kernel.actions import Context, Result, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import as_text
from jingwei.kernel.people import PUBLIC, Principal, Role
from jingwei.kernel.people_records import give
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

REGISTER, PROFILE, QUARANTINE = tables.ACTIONS
WELLS = "编号,井深（米）,建成日期\n001,12,2020-01-05\n002,30,2021-03-05\n003,x,2021-03-06\n" + "".join(f"{n:03d},{n},2022-01-01\n" for n in range(4, 30))


def clock() -> datetime:
    return datetime(2026, 3, 2, 2, tzinfo=UTC)


def register(context: Context, content: str = WELLS, **asked: Any) -> Result:
    given = {"dataset": "wells", "title": "水井", "owner": "water", **asked}
    return run(REGISTER, context, RegisterTable(Document(given.pop("name", "wells.csv"), content.encode()), **given))


@pytest.fixture
def context(tmp_path) -> Context:
    return Context(Workspace(tmp_path / "node"), clock=clock)


def entries(context: Context) -> list[dict[str, Any]]:
    ledger = context.workspace.ledger
    return [json.loads(as_text(e)) for _, e in ledger.entries()] if ledger.store.exists() else []


def test_a_registered_table_is_read_like_every_dataset_and_told_in_the_catalogue(context):
    told = register(context, title_en="Wells", description="乡镇水井").data
    assert (told["read"], told["accepted"], told["quarantined"], told["version"], told["keys"]) == (29, 28, 1, 1, [["编号"]])
    with context.workspace.store.read() as connection:
        kept = records.version(connection, "wells")
        record, *_ = catalogue.record(connection, "registered/wells")
        found = catalogue.search(connection, "水井", {})
    assert context.read(kept.lake_dataset()).count().to_pyarrow().as_py() == 28
    assert dataset_called(context.workspace.lake, "wells") == kept.lake_dataset()
    assert (record.name("en"), record.publisher.name, record.identifier, [i.name for i in record.items]) == ("Wells", "water", ("wells",), ["编号", "井深(米)", "建成日期"])
    assert [(p.start, p.end) for p in record.temporal] == [("2020-01-05", "2022-01-01")]
    assert [h.id for h in found] == ["registered/wells"]


def test_one_entry_says_what_was_registered_and_nothing_of_what_the_rows_say(context):
    told = register(context).data
    (entry,) = entries(context)
    assert entry["kind"] == "dataset.registered"
    assert (entry["facts"]["dataset"], entry["facts"]["rows"], entry["facts"]["snapshot"]) == ("wells", 28, told["snapshot"])
    assert "井" not in json.dumps(entry, ensure_ascii=False)


def test_a_rehearsal_says_the_same_and_writes_nothing(context, tmp_path):
    told = register(replace(context, dry_run=True))
    assert (told.data["accepted"], told.data["snapshot"], told.data["written"]) == (28, "", False)
    assert not (tmp_path / "node").exists()


def test_the_same_again_changes_nothing(context):
    first = register(context)
    before = sorted(p for p in context.workspace.folder.rglob("*") if p.is_file() and "lake" in p.parts)
    again = register(context)
    assert (again.data["written"], again.data["snapshot"], len(entries(context))) == (False, first.data["snapshot"], 1)
    assert [d.digest for d in again.documents[:2]] == [d.digest for d in first.documents[:2]]
    assert before == sorted(p for p in context.workspace.folder.rglob("*") if p.is_file() and "lake" in p.parts)


def test_a_new_version_says_how_its_schema_differs_and_the_old_one_can_still_be_read(context):
    first = register(context).data
    changed = WELLS.replace("井深（米）", "水深（米）").replace("建成日期\n", "建成日期,备注\n").replace("-01\n", "-01,好\n").replace("-05\n", "-05,好\n").replace("-06\n", "-06,好\n")
    told = register(context, changed).data
    assert [(c["kind"], c["column"], c["breaking"]) for c in told["changes"]] == [
        ("removed", "井深(米)", True), ("added", "水深(米)", False), ("added", "备注", False)]
    assert (told["version"], told["breaking"]) == (2, True)
    with context.workspace.store.read() as connection:
        old, new = records.history(connection, "wells")
    assert (old.version, new.version, old.profile.snapshot) == (1, 2, first["snapshot"])
    pinned = replace(context, pinned={"wells": old.profile.snapshot})
    assert "井深(米)" in pinned.read(old.lake_dataset()).columns
    assert "备注" in context.read(new.lake_dataset()).columns
    assert run(PROFILE, context, AskProfile("wells", 1)).data["profile"]["snapshot"] == first["snapshot"]


def test_new_rows_under_the_same_schema_keep_the_schemas_version(context):
    register(context)
    register(context, WELLS + "030,7,2022-01-02\n")
    with context.workspace.store.read() as connection:
        assert [(k.number, k.version, k.profile.rows) for k in records.history(connection, "wells")] == [(1, 1, 28), (2, 1, 29)]


def test_rows_set_apart_are_kept_with_their_place_and_handed_to_their_owner_only(context):
    register(context)
    (file,) = [d for d in run(QUARANTINE, context, AskQuarantine("wells")).documents if d.name == "quarantine.csv"]
    assert list(csv.DictReader(io.StringIO(file.text()))) == [{"file": "wells.csv", "row": "4", "column": "井深(米)", "code": "not_int64",
                                                              "reason": "the column holds whole numbers, this cell does not", "content": "003 | x | 2021-03-06"}]
    other = Principal("p-" + "1" * 32, "health", (Role("clerk", Text("办事员", "clerk"), frozenset({"catalogue.write"})),))
    with pytest.raises(Problem, match="only water may"):
        run(QUARANTINE, replace(context, principal=other), AskQuarantine("wells"))
    with pytest.raises(Problem, match="only water may"):
        register(replace(context, principal=other))


@pytest.mark.parametrize(("asked", "code"), [({"dataset": "Wells!"}, "bad_code"), ({"owner": ""}, "unknown_organisation"), ({"text": ("nothing",)}, "unknown_column")])
def test_what_cannot_be_registered_says_why_and_leaves_nothing(context, tmp_path, asked, code):
    with pytest.raises(Problem) as said:
        register(context, **asked)
    assert said.value.code == code
    assert not (tmp_path / "node").exists()


def test_a_table_none_of_whose_rows_fits_is_not_registered(context):
    with pytest.raises(Problem, match="2 rows were read, and none fits"):
        register(context, "a,b\n1\n2\n")


def test_anothers_dataset_is_not_taken_over(context):
    register(context)
    with pytest.raises(Problem, match="was registered by water"):
        register(context, owner="health")
    (context.workspace.folder / "lake" / "observations").mkdir()
    (context.workspace.folder / "lake" / "observations" / "current").write_text("0" * 32)
    with pytest.raises(Problem, match="not registered"):
        register(context, dataset="observations")


def dies(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["foundations.data.tables.records.keep", "kernel.lake.Lake.point"])
def test_what_died_half_way_is_made_whole_by_registering_again(context, monkeypatch, step):
    with monkeypatch.context() as patched:
        patched.setattr(f"jingwei.{step}", dies)
        with pytest.raises(KeyboardInterrupt):
            register(context)
    register(context)
    with context.workspace.store.read() as connection:
        (kept,) = records.history(connection, "wells")
    assert context.read(kept.lake_dataset()).count().to_pyarrow().as_py() == 28
    assert len(entries(context)) == 1


def deep(context: Context, profile: Profile, table: Any) -> list[Finding]:
    rows = table.count().to_pyarrow().as_py()
    return [Finding("deep", Text(f"{rows} 口井", f"{rows} wells, {profile.rows} told"), "once/F-1", stops=profile.dataset == "stopped")]


def test_a_check_sees_the_accepted_rows_before_they_are_kept_and_can_stop_them(context, monkeypatch):
    monkeypatch.setattr("jingwei.foundations.data.tables.checks.CHECKS", (f"{__name__}.deep",))
    told = register(replace(context, dry_run=True)).data
    assert told["findings"] == [{"code": "deep", "said": "28 wells, 28 told", "link": "once/F-1"}]
    with pytest.raises(Problem, match="28 wells"):
        register(context, dataset="stopped")
    assert not context.workspace.ledger.store.exists()


# Pages


@pytest.fixture
def portal(context):
    register(context, title_en="Wells")
    with TestClient(application(context.workspace)) as client:
        yield client


def test_the_page_of_a_table_tells_its_columns_keys_and_versions_in_both_languages(portal):
    english, chinese = portal.get("/en/table/wells").text, portal.get("/zh/table/wells").text
    assert "<h1>Wells</h1>" in english
    assert "28 rows of 3 columns, held by water; version 1." in english
    assert "<h1>水井</h1>" in chinese
    assert "28 行 3 列，water 持有，第 1 版。" in chinese
    assert english.count('<svg class="fill"') == 3
    assert "column holds whole numbers" in english
    assert "003 | x" not in english
    assert 'href="/en/table/wells"' in portal.get("/en/record?id=registered/wells").text
    assert portal.get("/en/table/nothing").status_code == 404


def test_rows_are_shown_only_as_far_as_they_were_opened_to_the_public(context, portal):
    assert "A sample" not in portal.get("/en/table/wells").text
    grant = Grant("g-1", Subject("organisation", PUBLIC), "public", "wells", {"建成日期": Exact()}, "条例", date(2026, 1, 1))
    with context.workspace.store.write() as connection:
        give(connection, grant, datetime(2026, 1, 1, tzinfo=UTC))
    register(context, WELLS + "030,7,2022-01-02\n")
    shown = portal.get("/en/table/wells").text
    assert "A sample" in shown
    assert "2020-01-05" in shown.partition('id="sample"')[2]
    assert "<td>001</td>" not in shown


def test_a_table_is_kept_alike_on_either_database(node):
    context = Context(node, clock=clock)
    register(context)
    with node.store.read() as connection:
        (misfit,) = records.misfits(connection, "wells", 1)
    assert (misfit.row, misfit.column, misfit.content) == (4, "井深(米)", "003 | x | 2021-03-06")
    assert register(context).data["written"] is False
