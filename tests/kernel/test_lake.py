"""Immutable files under a manifest that changes atomically: nothing is lost, and the past can be read again."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel import lake as module
from jingwei.kernel.lake import EMPTY, Dataset, Lake, records
from jingwei.kernel.problems import Problem

VISITS = Dataset("visits", 1, {"who": "string", "count": "int64", "share": "float64", "new": "bool"})
ROW = {"who": "甲", "count": 1, "share": 0.5, "new": True}


def rows_of(lake: Lake, dataset: Dataset = VISITS, wanted: str | None = None) -> list[dict[str, object]]:
    return records(lake.read(dataset, lake.snapshot(dataset, wanted)), by=("who", "count"))


def visits(*counts: int) -> list[dict[str, object]]:
    return [ROW | {"count": c} for c in counts]


def counts(lake: Lake, wanted: str | None = None) -> list[object]:
    return [r["count"] for r in rows_of(lake, wanted=wanted)]


def test_a_dataset_never_written_is_empty_but_has_its_columns(tmp_path):
    lake = Lake(tmp_path / "nowhere")
    assert lake.snapshot(VISITS) == EMPTY
    assert rows_of(lake) == []
    assert lake.read(VISITS, EMPTY).columns == ("who", "count", "share", "new")
    assert not lake.folder.exists()


def test_rows_come_back_as_they_were_appended_with_missing_values_missing(tmp_path):
    lake = Lake(tmp_path)
    lake.append(VISITS, [ROW, {"who": "乙", "count": None, "share": None, "new": None}])
    lake.append(VISITS, [{"who": None}])
    assert rows_of(lake) == [
        {"who": "乙", "count": None, "share": None, "new": None}, ROW, {"who": None, "count": None, "share": None, "new": None}]


@given(st.lists(st.lists(st.fixed_dictionaries({
    "who": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), "count": st.none() | st.integers(-(2**63), 2**63 - 1),
    "share": st.none() | st.floats(allow_nan=False), "new": st.none() | st.booleans()}), max_size=4), max_size=4))
def test_nothing_appended_is_lost_or_altered(tmp_path_factory, batches):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for batch in batches:
        lake.append(VISITS, batch)
    appended = [row for batch in batches for row in batch]
    assert Counter(repr(sorted(row.items())) for row in rows_of(lake)) == Counter(repr(sorted(row.items())) for row in appended)


def test_appending_nothing_changes_nothing(tmp_path):
    lake = Lake(tmp_path / "lake")
    assert lake.append(VISITS, []) == EMPTY
    assert not lake.folder.exists()


def test_an_old_snapshot_reads_the_old_rows(tmp_path):
    lake = Lake(tmp_path)
    first = lake.append(VISITS, visits(1))
    second = lake.append(VISITS, visits(2))
    assert (counts(lake, first.id), counts(lake, second.id), counts(lake, EMPTY.id)) == ([1], [1, 2], [])
    assert lake.snapshot(VISITS) == second


def test_the_same_history_has_the_same_snapshot_everywhere(tmp_path):
    one, other = Lake(tmp_path / "a"), Lake(tmp_path / "b")
    for lake in (one, other):
        lake.append(VISITS, visits(1))
        lake.append(VISITS, visits(1))
    assert one.snapshot(VISITS) == other.snapshot(VISITS)
    assert counts(one) == [1, 1]


def test_tables_read_one_after_the_other_can_be_joined(tmp_path):
    lake = Lake(tmp_path)
    known = Dataset("known", 1, {"who": "string"})
    lake.append(VISITS, [*visits(1), {"who": "乙", "count": 2}])
    lake.append(known, [{"who": "甲"}])
    left, right = lake.read(VISITS, lake.snapshot(VISITS)), lake.read(known, lake.snapshot(known))
    assert [r["who"] for r in records(left.anti_join(right, "who"), by=("who",))] == ["乙"]


def test_two_nodes_read_in_one_process_are_kept_apart(tmp_path):
    one, other = Lake(tmp_path / "a"), Lake(tmp_path / "b")
    one.append(VISITS, visits(1))
    other.append(VISITS, visits(2))
    left, right = (lake.read(VISITS, lake.snapshot(VISITS)) for lake in (one, other))
    assert [r["count"] for r in records(left.union(right), by=("count",))] == [1, 2]


@pytest.mark.parametrize("name", ["a[1]", "a*b", "a?b", "{x,y}", "数据 2024", "a'b", "a\\b", "100%"])
def test_a_folder_may_have_any_name(tmp_path, name):
    lake = Lake(tmp_path / name)
    lake.append(VISITS, visits(1))
    lake.append(VISITS, visits(2))
    assert counts(lake) == [1, 2]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_process_killed_between_two_writes_leaves_the_old_rows_or_the_new_ones(tmp_path, monkeypatch, writes):
    lake = Lake(tmp_path)
    before = lake.append(VISITS, visits(1))
    real, left = module.write_whole, [writes]

    def write(path, content):
        if not left[0]:
            path.with_name(f".{path.name}.half").write_bytes(content[: len(content) // 2])
            raise Killed
        left[0] -= 1
        real(path, content)

    monkeypatch.setattr(module, "write_whole", write)
    with pytest.raises(Killed):
        lake.append(VISITS, visits(2))
    assert lake.snapshot(VISITS) == before
    assert counts(lake) == [1]
    monkeypatch.setattr(module, "write_whole", real)
    lake.append(VISITS, visits(3))
    assert counts(lake) == [1, 3]


def test_two_processes_appending_at_once_lose_nothing(tmp_path):
    program = (
        "import sys; from pathlib import Path; from jingwei.kernel.lake import Dataset, Lake\n"
        "visits = Dataset('visits', 1, {'who': 'string', 'count': 'int64', 'share': 'float64', 'new': 'bool'})\n"
        "for i in range(15): Lake(Path(sys.argv[1])).append(visits, [{'who': sys.argv[2], 'count': i}])\n")
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), who]) for who in "ab"]
    assert [p.wait(timeout=60) for p in running] == [0, 0]
    assert [(r["who"], r["count"]) for r in rows_of(Lake(tmp_path))] == [(who, i) for who in "ab" for i in range(15)]


def test_rows_of_another_schema_are_refused(tmp_path):
    lake = Lake(tmp_path)
    lake.append(VISITS, visits(1))
    newer = Dataset("visits", 2, {**VISITS.columns, "place": "string"})
    for attempt in (lambda: lake.snapshot(newer), lambda: lake.append(newer, [{"place": "CN"}])):
        with pytest.raises(Problem) as raised:
            attempt()
        assert raised.value.code == "other_schema"
    assert counts(lake) == [1]


@pytest.mark.parametrize("wanted", ["0" * 32, "../../../etc/passwd", "current", ""])
def test_a_snapshot_that_was_never_made_is_refused(tmp_path, wanted):
    lake = Lake(tmp_path)
    lake.append(VISITS, visits(1))
    with pytest.raises(Problem) as raised:
        lake.snapshot(VISITS, wanted)
    assert raised.value.code == "no_snapshot"


def test_a_lake_with_missing_or_altered_files_is_refused_and_not_half_read(tmp_path):
    lake = Lake(tmp_path)
    made = lake.append(VISITS, visits(1))
    manifest = tmp_path / "visits" / "manifests" / f"{made.id}.json"
    told = manifest.read_bytes()
    for content in (b"", b"{", json.dumps({**json.loads(told), "files": []}).encode()):
        manifest.write_bytes(content)
        with pytest.raises(Problem) as raised:
            rows_of(lake)
        assert raised.value.code == "damaged_lake"
    manifest.write_bytes(told)
    (tmp_path / "visits" / "data" / made.files[0]).unlink()
    with pytest.raises(Problem) as raised:
        rows_of(lake)
    assert raised.value.code == "damaged_lake"


def test_a_place_that_cannot_be_written_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "lake").write_text("")
    with pytest.raises(Problem, match="--workspace") as raised:
        Lake(tmp_path / "lake").append(VISITS, visits(1))
    assert raised.value.code == "lake_not_writable"


def test_a_reader_sees_no_rows_of_an_append_under_way(tmp_path, monkeypatch):
    lake, seen = Lake(tmp_path), []
    lake.append(VISITS, visits(1))
    real = module.write_whole

    def write(path, content):
        seen.append(counts(lake))
        real(path, content)

    monkeypatch.setattr(module, "write_whole", write)
    lake.append(VISITS, visits(2))
    assert seen == [[1], [1], [1]]
    assert counts(lake) == [1, 2]


def test_a_snapshot_that_was_placed_is_read_by_its_id_until_the_dataset_is_pointed_to_it(tmp_path):
    lake, wells = Lake(tmp_path / "lake"), Dataset("wells", 1, {"depth": "int64"})
    lake.append(wells, [{"depth": 1}])
    first = lake.snapshot(wells)
    pq.write_table(pa.table({"depth": [2, 3]}), tmp_path / "t.parquet")
    placed = lake.place(wells, io.BytesIO((tmp_path / "t.parquet").read_bytes()))
    assert lake.snapshot(wells) == first
    assert lake.read(wells, lake.snapshot(wells, placed.id)).count().to_pyarrow().as_py() == 2
    lake.point(wells, placed)
    assert lake.snapshot(wells) == placed == lake.place(wells, io.BytesIO((tmp_path / "t.parquet").read_bytes()))
    assert lake.read(wells, lake.snapshot(wells, first.id)).count().to_pyarrow().as_py() == 1
