"""Files as people send them: every readable row arrives as it was written, and everything else is told, never raised."""

from __future__ import annotations

import csv
import io
import json
import math
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import (
    MAX_CELL,
    MAX_COLUMNS,
    Document,
    Table,
    csv_bytes,
    decimals,
    json_bytes,
    number,
    parquet_bytes,
)


def read(content: bytes | str, name: str = "figures.csv") -> Table:
    return Table.read(Document(name, content.encode() if isinstance(content, str) else content))


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def refusal(content: bytes | str, name: str = "figures.csv") -> Unreadable:
    with pytest.raises(Unreadable) as raised:
        read(content, name)
    return raised.value


# Numbers


@pytest.mark.parametrize(("written", "value"), [
    ("113.6", "113.6"), ("１２３", "123"), ("１，２３４．５", "1234.5"), ("1,234,567.8", "1234567.8"), ("1 234 567", "1234567"),
    ("  24000 ", "24000"), ("1e3", "1000"), ("1E+3", "1000"), ("2.5e-1", "0.25"), ("+5", "5"), ("-0.5", "-0.5"), (".5", "0.5"),
    ("0", "0"), ("0.00", "0"), ("007", "7"),
])
def test_a_figure_is_read_as_people_write_it(written, value):
    assert number(written) == Decimal(value)


@pytest.mark.parametrize("written", ["", "  ", "-", "--", "—", "…", "...", "NA", "n/a", "NaN", "null", "None", "缺失", "　"])
def test_a_word_for_missing_is_missing_and_not_zero(written):
    assert number(written) is None


@pytest.mark.parametrize("written", [
    "=1+1", "+5+3", "-5-3", "@SUM(A1)", "1,23", "12,34,567", "1,2345", "1.234,5", "1,234.5,678", "0,001", "1234,567", ",123",
    "1,", "2023 2024", "1 2", "1, 234", "inf", "-inf", "Infinity", "1e400", "1e-400", "1e999999999999", "0e999999999", "1_000",
    "0x10", "５万", "12%", "约5", "5 or 6", "１２３人", "٣", "²", "113.6²", "113.6①", "½", "1e", "e5", ".", "+", "+-5", "1..2", "1" * 400])
def test_what_is_not_exactly_a_figure_is_refused_and_not_guessed(written):
    with pytest.raises(ValueError) as raised:
        number(written)
    assert str(raised.value) == written


@given(st.text() | st.text("0123456789+-.,eE naif ％,．０１", max_size=12))
def test_any_text_is_a_finite_number_missing_or_refused(text):
    try:
        value = number(text)
    except ValueError:
        return
    assert value is None or math.isfinite(float(value))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**15, max_value=10**15, places=4))
def test_a_figure_printed_with_thousands_separators_is_read_back_unchanged(value):
    assert number(f"{value:,}") == number(str(value)) == value


def test_decimals_counts_the_digits_printed_after_the_point():
    assert [decimals(Decimal(d)) for d in ("113.6", "24000", "1.50", "1E+3", "0.001", "2.5e-1")] == [1, 0, 2, 0, 3, 2]


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_end_gives_the_same_rows(encoding, newline):
    text = newline.join(("地区,数值", "北京,113.6", "内蒙古,24000", ""))
    table = read(text.encode(encoding))
    assert table.columns == ("地区", "数值")
    assert table.rows == (("北京", "113.6"), ("内蒙古", "24000"))
    assert table.lines == (2, 3)


def test_a_big_endian_utf_16_file_with_a_mark_is_read():
    assert read(b"\xfe\xff" + "甲,乙\n1,2\n".encode("utf-16-be")).columns == ("甲", "乙")


def test_a_row_knows_the_line_it_began_on_past_blank_lines_and_line_breaks_in_cells():
    table = read('\na,b\n\n1,"two\nlines"\n3,4\n')
    assert table.rows == (("1", "two\nlines"), ("3", "4"))
    assert table.lines == (4, 6)
    assert table.where(1, "b").en == "figures.csv, line 6, column b"


def test_short_rows_are_filled_and_rows_with_too_many_cells_are_refused_with_their_line():
    assert read("a,b,c\n1\n1,2,3,,\n").rows == (("1", "", ""), ("1", "2", "3"))
    problem = refusal("a,b\n1,2\n1,234,5\n")
    assert problem.where.en == "figures.csv, line 3"
    assert "Quote" in problem.remedy.en


@pytest.mark.parametrize("header", ["地区,,2023", ",a", "a,   ,b"])
def test_merged_header_cells_are_refused_naming_the_line_and_the_remedy(header):
    problem = refusal(f"\n{header}\n1,2,3\n")
    assert problem.where.en == "figures.csv, line 2"
    assert "merged" in problem.what.en
    assert "Unmerge" in problem.remedy.en


@pytest.mark.parametrize("twice", ["value,value", "value, value ", "value,ｖａｌｕｅ"])
def test_two_columns_of_one_name_are_refused(twice):
    assert "twice" in refusal(f"{twice}\n1,2\n").what.en


def test_a_header_of_a_million_cells_is_refused_at_once():
    assert f"{MAX_COLUMNS:,}" in refusal(",".join(map(str, range(1_000_000))) + "\n1\n").what.en
    assert len(str(refusal("," * 4000 + "a\n"))) < 300


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows():
    problem = refusal('a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert problem.where.en == "figures.csv, line 3"
    assert "quotation mark" in problem.remedy.en


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_cell_of_a_hundred_megabytes_is_refused_with_its_place(ending):
    huge = b"9" * 100_000_000
    if ending == "parquet":
        content = parquet(pa.table({"a": [huge.decode()]}))
    else:
        content = (b'a,b\n1,2\n3,"%b"\n' if ending == "csv" else b'[{"a": "%b"}]') % huge
    problem = refusal(content, f"figures.{ending}")
    assert f"{MAX_CELL:,}" in problem.what.en
    assert {"csv": "line 3", "json": "row 1", "parquet": "row 1"}[ending] in problem.where.en


@pytest.mark.parametrize("name", ["f.csv", "f.tsv", "f.json", "f.parquet", "f"])
@pytest.mark.parametrize("content", [b"", b"  \n\n ", b"\x00\x00\x00"])
def test_an_empty_file_is_said_to_be_empty(name, content):
    assert refusal(content, name).what.en == "the file is empty"


@pytest.mark.parametrize("content", [b"a,b\n1,\x002\n", "a,b\n1,2\n".encode("utf-16-le"), "a,b\n1,2\n".encode("utf-32"),
                                     b"PK\x03\x04\x14\x00\x06\x00sheet"])
def test_a_file_that_is_no_text_is_refused_with_a_remedy(content):
    assert "CSV" in refusal(content).remedy.en


def test_bytes_in_no_known_encoding_are_refused_with_a_remedy():
    assert "UTF-8" in refusal(b"a,b\n\xff\xff\xff,1\n").remedy.en


def test_tabs_part_the_cells_of_a_tsv_file():
    assert read("a\tb\n1,5\t2\n", "f.tsv").rows == (("1,5", "2"),)


def test_a_missing_column_is_named_with_the_nearest_one():
    with pytest.raises(Unreadable, match="Did you mean value"):
        read("measure,value\nx,1\n").require(("measure", "valu"))


# JSON and Parquet


def test_json_numbers_keep_the_digits_they_were_written_with():
    table = read('[{"v": 113.0, "w": 1.10, "x": 12345678901234567890.5, "y": null, "z": true}]', "f.json")
    assert table.rows == (("113.0", "1.10", "12345678901234567890.5", "", "True"),)


def test_json_records_may_lack_keys_and_keys_may_be_full_width():
    assert read('[{"ａ": 1, " b ": 2}, {"c": 3, " b ": 4}]', "f.json").rows == (("1", "2", ""), ("", "4", "3"))


@pytest.mark.parametrize("content", [
    "{}", "[]", "[1, 2]", "3", '"text"', "null", "[{}]", '[{"a": 1}, 2]', "[{", "[" * 100_000, '[{"a": [1]}]', '[{"a": {"b": 1}}]',
    '[{"": 1}]', '[{"a": 1, "": 5}]', '[{"a": 1, " a": 2}]', '[{"a": "\\ud800"}]', '[{"\\udc00": 1}]'])
def test_json_that_is_no_list_of_flat_records_is_refused(content):
    refusal(content, "f.json")


def test_parquet_columns_of_every_plain_type_become_text():
    columns = {"a": pa.array([1, None]), "b": pa.array([1.5, 2.0]), "c": pa.array(["北京", " x "]),
               "d": pa.array([Decimal("1.10"), None]), "e": pa.array([0, 1], pa.date32())}
    assert read(parquet(pa.table(columns)), "f.parquet").rows == (
        ("1", "1.5", "北京", "1.10", "1970-01-01"), ("", "2", "x", "", "1970-01-02"))


@pytest.mark.parametrize("column", [
    pa.array([[1]]), pa.array([{"x": 1}]), pa.array([b"\xff"]), pa.array([1], pa.timestamp("ns", "Nowhere/X")),
    pa.array([9 * 10**18], pa.duration("s")), pa.array([2**31 - 1], pa.date32())], ids=lambda c: str(c.type))
def test_parquet_cells_that_are_no_figure_and_no_text_are_refused(column):
    refusal(parquet(pa.table({"a": column})), "f.parquet")


def test_a_parquet_file_is_known_by_its_first_bytes_whatever_its_name():
    assert read(parquet(pa.table({"a": [1]})), "figures.csv").rows == (("1",),)
    assert "Parquet" in refusal("a,b\n1,2\n", "f.parquet").what.en
    assert "Parquet" in refusal(parquet(pa.table({"a": [1]}))[:-9], "f.parquet").what.en


# Whatever is sent

HEADERS = (b"", b"PAR1", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"a,b\n", b'[{"a":')
ENDINGS = st.sampled_from(["f.csv", "f.tsv", "f.json", "f.parquet"])


def table_or_problem(name: str, content: bytes) -> None:
    try:
        table = read(content, name)
    except Problem as problem:
        assert problem.what.en
        return
    assert table.columns
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len(table.lines) == len(table.rows)
    json_bytes(table.rows)


@given(ENDINGS, st.sampled_from(HEADERS), st.binary(max_size=400))
@example("f.csv", b"", b"\x84\x31\xa4\x39,\x81\x30\x81\x30\n")
def test_arbitrary_bytes_are_a_table_or_a_problem(name, head, rest):
    table_or_problem(name, head + rest)


@given(ENDINGS, st.text(max_size=200) | st.text('ab,"\n\r\t \'[]{}:0123\ud7ff\ufeff\x1c\x85\u2028', max_size=200))
def test_arbitrary_text_is_a_table_or_a_problem(name, text):
    table_or_problem(name, text.encode())


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.text(), v), max_leaves=8).map(lambda v: json.dumps(v).encode()))
def test_arbitrary_json_is_a_table_or_a_problem(content):
    table_or_problem("f.json", content)


@given(st.binary(min_size=1, max_size=8), st.integers(0, 2000), st.booleans())
def test_a_damaged_parquet_file_is_a_table_or_a_problem(noise, at, cut):
    good = parquet(pa.table({"a": ["x", "y"], "b": [1.5, None]}))
    at %= len(good)
    table_or_problem("f.parquet", good[:at] + noise + (b"" if cut else good[at + len(noise):]))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=8)
grids = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[cells] * width), max_size=6))


@given(grids)
def test_no_row_of_a_readable_table_is_lost_or_altered(rows):
    width = len(rows[0]) if rows else 1
    columns = [f"c{i}" for i in range(width)]
    stripped = tuple(tuple(c.strip() for c in row) for row in rows)
    sink = io.StringIO()
    csv.writer(sink).writerows([columns, *rows])
    assert read(sink.getvalue()).rows == tuple(row for row in stripped if any(row))
    assert read(json.dumps([dict(zip(columns, r, strict=True)) for r in rows] or [{"c0": ""}]), "f.json").rows == (stripped or (("",),))
    arrays = {c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate(columns)}
    assert read(parquet(pa.table(arrays)), "f.parquet").rows == stripped


# What is written


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A1", "+5", "-cmd", "@SUM(1)", "\tx", "\rx", "\nx", "＝cmd", "＠x"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted_on_output(cell):
    header, row = csv.reader(io.StringIO(csv_bytes([cell], [[cell]]).decode(), newline=""))
    assert header == row
    assert row[0].startswith("'")


def test_numbers_are_written_in_full_and_missing_ones_as_nothing():
    assert csv_bytes(["a", "b", "c", "d"], [[-0.1, None, float("nan"), 3]]) == b"a,b,c,d\n-0.1,,,3\n"


@given(st.lists(st.tuples(cells.filter(lambda c: c.strip()), st.none() | st.floats(allow_nan=False, allow_infinity=False)), max_size=6))
def test_csv_written_is_read_back_cell_by_cell(rows):
    table = read(csv_bytes(["name", "value"], rows))
    assert [float(v) if v else None for v in table.column("value")] == [v for _, v in rows]
    for name, (written, _) in zip(table.column("name"), rows, strict=True):
        assert name.removeprefix("'").strip() == written.strip() or name == written.strip()


@given(st.lists(st.tuples(cells, st.none() | st.floats(allow_infinity=False), st.integers(-(2**63), 2**63 - 1)), max_size=6))
def test_parquet_written_is_read_back_value_by_value(rows):
    table = pq.read_table(io.BytesIO(parquet_bytes(["name", "value", "count"], rows)))
    assert table.column("name").to_pylist() == [r[0] for r in rows]
    assert table.column("value").to_pylist() == [None if r[1] is None or math.isnan(r[1]) else r[1] for r in rows]
    assert table.column("count").to_pylist() == [r[2] for r in rows]


def test_the_same_rows_are_always_the_same_bytes():
    rows = [["x", 1.5, None], ["y", 2.5, 3]]
    assert parquet_bytes("abc", rows) == parquet_bytes("abc", rows)
    assert csv_bytes("abc", rows) == csv_bytes("abc", rows)


def test_json_refuses_what_json_cannot_say():
    with pytest.raises(ValueError, match="JSON"):
        json_bytes({"a": float("nan")})
    assert json_bytes({"b": "北", "a": 1}) == '{\n  "a": 1,\n  "b": "北"\n}\n'.encode()


@pytest.mark.parametrize("begin", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_renamed_to_csv_is_called_a_workbook(begin):
    with pytest.raises(Unreadable, match="Excel workbook"):
        read(begin + bytes(range(256)))


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_columns_parted_by_another_mark_are_told_to_use_commas(mark):
    with pytest.raises(Unreadable, match="Part the columns with commas"):
        read(mark.join(["measure", "place"]).encode() + b"\n").require(["measure"])
