"""Every published query gives the same rows on DuckDB and on Spark."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from jingwei.coordination.observations.figures import accepted
from jingwei.coordination.observations.model import HELD, OBSERVATIONS, RELEASES, Figure
from jingwei.kernel.clock import system_clock
from jingwei.kernel.lake import Dataset, records
from jingwei.kernel.workspace import Workspace

# Spark's client leaves closed connections to the garbage collector, which then warns of each.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

ENGINES = ("duckdb", "spark")
FIGURES = [
    asdict(Figure(f"o{i}", "pue", place, "2024", value, 0.1, "ratio", status, source, "v1", line=i, order=1 + i // 4))
    for i, (place, value, status, source) in enumerate([
        ("110000", 1.3, "observed", "甲"), ("120000", None, "missing", "乙"), ("130000", 1.2, "revised", ""), ("CN", -0.0, "observed", "é"),
        ("CN", 1e300, "observed", "a"), ("140000", 1.4, "observed", "Z"), ("150000", 1.5, "synthetic", "z"), ("210000", 1.6, "observed", "1")])]


def held(finding: str, *observations: str | None, known: bool | None = False) -> list[dict[str, Any]]:
    return [{"finding": finding, "code": "jump", "measure": "pue", "place": "", "observation": o, "detail_zh": "跳变", "detail_en": "jump",
             "known": known} for o in observations]


HELD_ROWS = [*held("jump-1", "o0", "o5"), *held("jump-2", "o5"), *held("jump-3", "o2"), *held("known-1", "o3", known=True),
             *held("known-2", ""), *held("jump-4", None), *held("jump-5", "o7", known=None), *held("elsewhere", "o99")]


def released(*findings: str) -> list[dict[str, Any]]:
    return [{"finding": f, "reason": "已核实", "at": "2026-01-01T08:00:00+08:00", "by": "local"} for f in findings]


CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], list[str]]] = {
    "nothing observed": ([], HELD_ROWS, released("jump-1"), []),
    "nothing held": (FIGURES, [], [], [f"o{i}" for i in range(8)]),
    "nothing released": (FIGURES, HELD_ROWS, [], ["o1", "o3", "o4", "o6", "o7"]),
    "one of two findings released": (FIGURES, HELD_ROWS, released("jump-1", "jump-1"), ["o0", "o1", "o3", "o4", "o6", "o7"]),
    "all released": (FIGURES, HELD_ROWS, released("jump-1", "jump-2", "jump-3", "gone"), [f"o{i}" for i in range(8)]),
}


@pytest.fixture
def both(tmp_path, session) -> tuple[Workspace, Workspace]:
    """The same node's folder under either setting."""
    nodes = []
    for engine in ENGINES:
        node = Workspace(tmp_path / engine)
        node.establish()
        (node.folder / "jingwei.toml").write_text(f'[lake]\nengine = "{engine}"\n')
        nodes.append(node)
    assert tuple(node.lake.engine for node in nodes) == ENGINES
    return nodes[0], nodes[1]


def fill(node: Workspace, dataset: Dataset, rows: list[dict[str, Any]]) -> Any:
    half = len(rows) // 2  # in two files, because a lake has many
    node.lake.append(dataset, rows[:half])
    node.lake.append(dataset, rows[half:])
    return node.lake.read(dataset, node.lake.snapshot(dataset))


@pytest.mark.parametrize("case", CASES)
def test_figures_in_use_are_the_same_on_both_engines(both, case):
    observations, findings, releases, ids = CASES[case]
    one, other = (records(accepted(fill(node, OBSERVATIONS, observations), fill(node, HELD, findings), fill(node, RELEASES, releases)),
                          by=("order", "line")) for node in both)
    assert [row["id"] for row in one] == ids
    assert [list(map(repr, row.items())) for row in one] == [list(map(repr, row.items())) for row in other]


def test_missing_values_and_text_of_any_script_sort_the_same_on_both_engines(both):
    dataset = Dataset("words", 1, {"word": "string", "n": "int64", "share": "float64", "known": "bool"})
    words = ["b", "B", "é", "中", "", None, "a b", "ａ", "😀", "~", "0"]
    rows = [{"word": w, "n": i if i % 3 else None, "share": -0.5 * i if i % 2 else None, "known": None if i % 4 else i > 4}
            for i, w in enumerate(words)]
    for by in (("word",), ("n", "word"), ("share", "word"), ("known", "word")):
        one, other = (records(fill(node, Dataset("_".join(("words", *by)), 1, dataset.columns), rows), by=by) for node in both)
        assert list(map(repr, one)) == list(map(repr, other)), by


def test_an_empty_dataset_has_the_same_columns_on_both_engines(both):
    one, other = (fill(node, HELD, []) for node in both)
    assert one.schema() == other.schema()
    assert records(one, by=("finding",)) == records(other, by=("finding",)) == []


def test_distinct_rows_are_the_same_on_both_engines(both):
    one, other = (records(fill(node, HELD, HELD_ROWS + HELD_ROWS).distinct(), by=("finding", "observation")) for node in both)
    assert one == other
    assert len(one) == len(HELD_ROWS)


def test_a_folder_of_any_name_is_read_by_spark_too(tmp_path, session):
    node = Workspace(tmp_path / "a[1] *{x,y}")
    node.establish()
    (node.folder / "jingwei.toml").write_text('[lake]\nengine = "spark"\n')
    assert len(records(fill(node, HELD, HELD_ROWS), by=("finding",))) == len(HELD_ROWS)


def test_the_samples_of_a_table_are_the_same_on_either_engine(both):
    from jingwei.foundations.data.once.taking import Kept, take

    dataset = Dataset("people", 1, {"id": "string", "income": "float64", "age": "int64", "alive": "bool"})
    rows = [{"id": f"44{i * 7919:016d}", "income": None if i % 9 == 0 else i * 1e6 + 0.5 * (i % 2), "age": None if i % 7 == 0 else i % 90, "alive": i % 3 == 0} for i in range(300)]
    taken = []
    for node in both:
        node.lake.append(dataset, rows)
        taken.append(take(Kept.of(node.lake.read(dataset, node.lake.snapshot(dataset))), b"k" * 32, "civil", "people", "", system_clock()))
    one, other = taken
    assert one.columns == other.columns
    assert [c.present for c in one.columns] == [300, 266, 257, 300]
    assert [(k, r.sample.hashes.tolist(), r.cells.tolist()) for k, r in one.keys] == [(k, r.sample.hashes.tolist(), r.cells.tolist()) for k, r in other.keys] != []
