"""A bureau's file: every row becomes a figure or a rejection that says what to do, and no row is lost or altered."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.coordination.observations import actions, figures
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import own_figures, read_book
from jingwei.coordination.observations.model import (
    COLUMNS,
    HELD,
    OBSERVATIONS,
    REJECTED,
    AskFindings,
    AskMeasures,
    Observe,
)
from jingwei.coordination.observations.sources import read_figures
from jingwei.doors.cli import REFUSED
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.lake import records
from jingwei.kernel.measures import STATUSES
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

GOOD = {"measure": "broadband_ports", "place": "北京", "period": "2030", "value": "2345.6", "unit": "万个", "source": "本局统计", "vintage": "v1",
        "status": "observed"}


def text(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, name: str = "figures.csv") -> Table:
    return Table.read(Document(name, text(*rows, columns=columns).encode()))


def read(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS):
    return read_figures(table(*rows, columns=columns), declared_measures(), 1)


@pytest.fixture
def node(tmp_path) -> Context:
    return Context(Workspace(tmp_path / "node"))


def observe(node: Context, *rows: dict[str, str]) -> Result:
    return actions.observe(node, Observe(table(*rows)))


def own(node: Context) -> list[tuple[str, str, float | None, str]]:
    return [(f.place, f.period, f.value, f.vintage) for f in own_figures(node)]


# Every form of file


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    sink = io.BytesIO()
    typed = [{**row, "value": float(row["value"]), "period": int(row["period"])} for row in rows]
    pq.write_table(pa.Table.from_pylist(typed), sink)
    return sink.getvalue()


FORMS: dict[str, Any] = {
    "utf-8": lambda rows: ("f.csv", text(*rows).encode()),
    "utf-8 with a mark": lambda rows: ("f.csv", text(*rows).encode("utf-8-sig")),
    "gb18030": lambda rows: ("f.csv", text(*rows).encode("gb18030")),
    "utf-16": lambda rows: ("f.csv", text(*rows).encode("utf-16")),
    "crlf": lambda rows: ("f.csv", text(*rows).replace("\n", "\r\n").encode()),
    "tabs": lambda rows: ("f.tsv", text(*rows).replace(",", "\t").encode()),
    "json": lambda rows: ("f.json", json.dumps(rows).encode()),
    "json with numbers": lambda rows: ("f.json", json.dumps([{**r, "value": float(r["value"]), "period": int(r["period"])} for r in rows]).encode()),
    "parquet": lambda rows: ("f.parquet", as_parquet(rows)),
    "columns in another order": lambda rows: ("f.csv", text(*rows, columns=tuple(reversed(COLUMNS))).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_every_usual_form_gives_the_same_figures(form):
    name, content = FORMS[form]([GOOD, {**GOOD, "place": "内蒙古", "value": "１１３.5" if "csv" in form else "113.5"}])
    found, rejected = read_figures(Table.read(Document(name, content)), declared_measures(), 3)
    assert rejected == []
    assert [(f.place, f.value, f.source, f.order) for f in found] == [("110000", 2345.6, "本局统计", 3), ("150000", 113.5, "本局统计", 3)]
    assert [f.last_place for f in found] == pytest.approx([0.1, 0.1])


def test_codes_and_years_that_a_spreadsheet_kept_as_numbers_are_read():
    found, rejected = read({**GOOD, "place": "450000.0", "period": "2025.0"}, {**GOOD, "period": "2025年6月"})
    assert rejected == []
    assert [(f.place, f.period) for f in found] == [("450000", "2025"), ("110000", "2025-06")]


def test_a_file_without_a_needed_column_is_refused_whole_with_the_nearest_name():
    with pytest.raises(Unreadable, match="Did you mean period"):
        read(columns=tuple(c if c != "period" else "periods" for c in COLUMNS))


# Rows that cannot be read


@pytest.mark.parametrize(("wrong", "code", "column", "remedy"), [
    ({"measure": "broadband_port"}, "unknown_measure", "measure", "Did you mean broadband_ports"),
    ({"measure": ""}, "unknown_measure", "measure", "jingwei measures"),
    ({"place": "北平"}, "unknown_place", "place", "code"),
    ({"place": ""}, "unknown_place", "place", "code"),
    ({"place": "Guangdng"}, "unknown_place", "place", "Guangdong"),
    ({"period": "FY2024"}, "bad_period", "period", "2025Q3"),
    ({"period": ""}, "bad_period", "period", "2025Q3"),
    ({"status": "guessed"}, "unknown_status", "status", "estimated"),
    ({"unit": "公斤"}, "unknown_unit", "unit", "10k ports"),
    ({"unit": ""}, "unknown_unit", "unit", "10k ports"),
    ({"unit": "%"}, "unknown_unit", "unit", "10k ports"),
    ({"value": "约2000"}, "not_a_number", "value", "digits only"),
    ({"value": "=1+1"}, "not_a_number", "value", "digits only"),
    ({"value": "1,23"}, "not_a_number", "value", "digits only"),
    ({"value": "113.6²"}, "not_a_number", "value", "digits only"),
    ({"value": "inf"}, "not_a_number", "value", "digits only"),
    ({"value": "1e299", "unit": "万亿亿个"}, "not_a_number", "value", "exponent"),
    ({"value": ""}, "no_value", "value", "missing"),
    ({"value": "—"}, "no_value", "value", "missing"),
    ({"source": ""}, "no_source", "source", "who published"),
])
def test_a_row_that_cannot_be_read_is_kept_with_code_line_column_and_remedy(wrong, code, column, remedy):
    row = {**GOOD, **wrong}
    found, (rejected,) = read(GOOD, row, {**GOOD, "place": "上海"})
    assert [f.place for f in found] == ["110000", "310000"]
    assert (rejected.code, rejected.line) == (code, 3)
    assert f"figures.csv, line 3, column {column}: " in rejected.detail.en
    assert remedy in rejected.detail.en
    assert json.loads(rejected.cells) == row


def test_a_huge_cell_makes_no_huge_message_and_is_kept_whole():
    for column in ("measure", "place", "period", "status", "unit", "value"):
        _, (rejected,) = read({**GOOD, column: "x" * 30_000})
        assert len(rejected.detail.en) < 600
        assert json.loads(rejected.cells)[column] == "x" * 30_000


def test_a_missing_figure_is_told_by_its_status_and_is_no_zero():
    (figure,), rejected = read({**GOOD, "value": "", "status": "missing"})
    assert rejected == []
    assert (figure.value, figure.last_place) == (None, 0.0)


def test_an_empty_status_is_observed_and_case_makes_no_difference():
    found, _ = read({**GOOD, "status": ""}, {**GOOD, "status": "Revised"}, {**GOOD, "status": "ESTIMATED"})
    assert [f.status for f in found] == ["observed", "revised", "estimated"]


MEASURES = st.sampled_from(["broadband_ports", "urbanization_rate", "gdp", "nothing", ""])
ROWS = st.fixed_dictionaries({
    "measure": MEASURES, "place": st.sampled_from(["北京", "Shanghai", "CN", "610000", "Atlantis", ""]),
    "period": st.sampled_from(["2030", "2030Q1", "2030-06", "20300", "soon"]),
    "value": st.sampled_from(["1", "1,234.5", "１２", "", "-", "x", "1e300", "-3", "0"]) | st.text(max_size=6),
    "unit": st.sampled_from(["万个", "10k ports", "%", "亿元", "100M yuan", "kg", ""]), "source": st.sampled_from(["s", ""]) | st.text(max_size=4),
    "vintage": st.sampled_from(["", "v1", "v2"]), "status": st.sampled_from([*STATUSES, "", "odd"])})


def arrived(rows: list[dict[str, str]]) -> Table | None:
    try:
        return Table.read(Document("f.json", json.dumps(rows).encode()))
    except Unreadable:
        return None


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_every_row_is_a_figure_or_a_rejection_and_none_is_lost(rows):
    if (given_table := arrived(rows)) is None:
        return
    found, rejected = read_figures(given_table, declared_measures(), 1)
    assert sorted([f.line for f in found] + [r.line for r in rejected]) == list(range(1, len(rows) + 1))
    assert len({f.id for f in found}) == len(found)
    for r in rejected:
        assert json.loads(r.cells) == {k: v.strip() for k, v in rows[r.line - 1].items()}
        assert r.code
        assert "\n" in r.detail.en
    for f in found:
        assert f.value is None or math.isfinite(f.value)
        assert (f.value is None) <= (f.status == "missing")
        assert f.unit == declared_measures()[f.measure].unit


@given(st.lists(ROWS, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_does_not_change_which_of_them_can_be_read(rows, random):
    shuffled = random.sample(rows, len(rows))
    if (one := arrived(rows)) is None or (other := arrived(shuffled)) is None:
        return
    (found, rejected), (again, refused) = (read_figures(t, declared_measures(), 1) for t in (one, other))
    assert Counter((f.place, f.period, f.value, f.vintage) for f in found) == Counter((f.place, f.period, f.value, f.vintage) for f in again)
    assert Counter((r.code, r.cells) for r in rejected) == Counter((r.code, r.cells) for r in refused)


# Units


@pytest.mark.parametrize(("measure", "written", "unit", "value", "last_place"), [
    ("broadband_ports", "1.36", "亿个", 13600.0, 100.0),
    ("broadband_ports", "1.36", "100M ports", 13600.0, 100.0),
    ("broadband_ports", "113.6", "10k ports", 113.6, 0.1),
    ("broadband_ports", "113.60", "万个", 113.6, 0.01),
    ("broadband_ports", "1,136,000", "个", 113.6, 0.0001),
    ("broadband_ports", "1.136E+6", "个", 113.6, 0.1),
    ("gdp", "1.2345", "万亿元", 12345.0, 1.0),
    ("gdp", "12,345", "亿元", 12345.0, 1.0),
    ("gdp", "123.4", "bn yuan", 1234.0, 1.0),
    ("population", "0.3", "亿人", 3000.0, 1000.0),
    ("urbanization_rate", "66.16", "%", 66.16, 0.01),
])
def test_a_unit_of_another_magnitude_is_converted_by_an_exact_power_of_ten(measure, written, unit, value, last_place):
    (figure,), rejected = read({**GOOD, "measure": measure, "value": written, "unit": unit})
    assert rejected == []
    assert figure.value == value
    assert figure.last_place == pytest.approx(last_place)
    assert figure.unit == declared_measures()[measure].unit


@given(st.decimals(0, 10**9, places=3), st.sampled_from([("个", -4), ("千个", -1), ("万个", 0), ("百万个", 2), ("亿个", 4), ("万亿个", 8)]))
def test_a_converted_figure_is_the_closest_number_to_the_one_written(value, unit):
    word, power = unit
    (figure,), _ = read({**GOOD, "value": str(value), "unit": word})
    assert figure.value == float(Decimal(str(value)).scaleb(power))


# What a node keeps


def test_what_was_read_held_and_rejected_adds_up_to_the_file(node):
    told = observe(node, GOOD, {**GOOD, "place": "上海", "measure": "urbanization_rate", "value": "140", "unit": "%"}, {**GOOD, "value": "?"}).data
    assert (told["read"], told["accepted"], told["held"], len(told["rejected"])) == (2, 1, 1, 1)
    assert {f["code"] for f in told["findings"]} >= {"share_over_100"}
    assert own(node) == [("110000", "2030", 2345.6, "v1")]
    (kept,) = records(node.read(REJECTED), by=("line",))
    assert (kept["code"], kept["line"], json.loads(kept["cells"])["value"]) == ("not_a_number", 4, "?")


def test_two_vintages_of_one_figure_live_side_by_side(node):
    observe(node, {**GOOD, "status": "estimated"})
    observe(node, {**GOOD, "value": "2345.7", "vintage": "v2", "status": "revised"})
    assert own(node) == [("110000", "2030", 2345.6, "v1"), ("110000", "2030", 2345.7, "v2")]
    mine = [f for f in read_book(node).usable if f.source == GOOD["source"]]
    assert [f.order for f in mine] == [1, 2]


def test_observing_a_file_again_adds_nothing_even_when_none_of_it_could_be_read(node):
    def told(*rows: dict[str, str]) -> object:
        try:
            said = observe(node, *rows).data
        except Problem as problem:
            return problem.code, str(problem)
        return [said[key] for key in ("read", "accepted", "held", "findings", "rejected")]

    for rows in ((GOOD, {**GOOD, "value": "?"}), ({**GOOD, "measure": "nothing"},)):
        first = told(*rows)
        before = [node.workspace.lake.snapshot(d) for d in (OBSERVATIONS, HELD, REJECTED)]
        assert told(*rows) == first
        assert [node.workspace.lake.snapshot(d) for d in (OBSERVATIONS, HELD, REJECTED)] == before


def test_a_file_of_which_no_row_can_be_read_is_bad_input_and_its_rows_are_kept_with_their_reasons(tmp_path):
    file, words = tmp_path / "figures.csv", ["--workspace", str(tmp_path / "node")]
    file.write_text(",".join(GOOD) + "\n" + ",".join({**GOOD, "value": "?"}.values()) + "\n")
    command = [str(Path(sys.executable).with_name("jingwei")), "observe", str(file), *words]
    for rehearsal in (["--dry-run"], []):
        ended = subprocess.run([*command, *rehearsal], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (REFUSED, "")
        assert "none of its 1 rows can be read" in ended.stderr
        assert "not_a_number: figures.csv, line 2, column value" in ended.stderr
        kept = records(Context(Workspace(tmp_path / "node")).read(REJECTED), by=("line",))
        assert [row["code"] for row in kept] == ([] if rehearsal else ["not_a_number"])


def test_a_rehearsal_says_the_same_and_keeps_nothing(node):
    rehearsal = Context(node.workspace, dry_run=True)
    rows = (GOOD, {**GOOD, "place": "上海", "measure": "urbanization_rate", "value": "140", "unit": "%"}, {**GOOD, "value": "?"})
    told = observe(rehearsal, *rows).data
    assert not node.workspace.folder.exists()
    assert {**told, "written": True} == observe(node, *rows).data


def test_an_observation_that_was_broken_off_is_completed_by_doing_it_again(node, monkeypatch):
    rows = (GOOD, {**GOOD, "place": "上海", "measure": "urbanization_rate", "value": "140", "unit": "%"}, {**GOOD, "value": "?"})
    lake, real = type(node.workspace.lake), type(node.workspace.lake).append

    def append(self, dataset, added):
        if dataset is OBSERVATIONS:
            raise KeyboardInterrupt
        return real(self, dataset, added)

    monkeypatch.setattr(lake, "append", append)
    with pytest.raises(KeyboardInterrupt):
        observe(node, *rows)
    monkeypatch.setattr(lake, "append", real)
    assert own(node) == []
    told = observe(node, *rows).data
    assert told["written"] is True
    assert own(node) == [("110000", "2030", 2345.6, "v1")]
    assert len(records(node.read(REJECTED), by=("line",))) == 1
    mine = [h for h in read_book(node).held if h.id in {f["id"] for f in told["findings"]}]
    assert [len(h.figures) for h in mine] == [len(f["figures"]) for f in told["findings"]]


def test_two_nodes_know_nothing_of_each_other(tmp_path):
    one, other = (Context(Workspace(tmp_path / name)) for name in ("one", "other"))
    observe(one, GOOD)
    assert own(other) == []
    observe(other, {**GOOD, "value": "2346.1"})
    assert own(one) == [("110000", "2030", 2345.6, "v1")]
    assert own(other) == [("110000", "2030", 2346.1, "v1")]
    assert observe(other, GOOD).data["already_known"] is False


SHUFFLED = [{**GOOD, "measure": "urbanization_rate", "unit": "%", "place": place, "period": period, "value": value}
            for place, period, value in (("北京", "2031", "88.1"), ("北京", "2032", "140"), ("上海", "2031", "-3"), ("上海", "2032", "89.9"),
                                         ("CN", "2031", "67.5"), ("天津", "2031", "?"))]


@pytest.fixture(scope="module")
def usable_in_file_order(tmp_path_factory) -> set[tuple[str, str, float | None]]:
    node = Context(Workspace(tmp_path_factory.mktemp("node")))
    observe(node, *SHUFFLED)
    return {(f.place, f.period, f.value) for f in read_book(node).usable if f.source == GOOD["source"]}


@settings(max_examples=12)
@given(rows=st.permutations(SHUFFLED))
def test_the_order_of_rows_does_not_change_which_figures_are_usable(tmp_path_factory, usable_in_file_order, rows):
    node = Context(Workspace(tmp_path_factory.mktemp("node")))
    told = observe(node, *rows).data
    assert told["read"] + len(told["rejected"]) == len(rows)
    usable = {(f.place, f.period, f.value) for f in read_book(node).usable if f.source == GOOD["source"]}
    assert usable == usable_in_file_order


def test_published_figures_are_the_same_whatever_a_node_was_given(node):
    before = [f for f in read_book(node).usable if not f.order]
    observe(node, GOOD, {**GOOD, "period": "2024", "value": "1"}, {**GOOD, "measure": "urbanization_rate", "unit": "%", "value": "140", "period": "2023"})
    assert [f for f in read_book(node).usable if not f.order] == before
    assert figures.published_figures()[: len(before)]


@pytest.mark.parametrize(("ask", "given"), [
    (actions.findings, AskFindings(code="jmup")), (actions.findings, AskFindings(measure="netizen")),
    (actions.measures, AskMeasures(room="F9")),
])
def test_asking_for_what_does_not_exist_is_not_answered_with_an_empty_list(ask, given, node):
    with pytest.raises(Problem, match="there is no"):
        ask(node, given)
