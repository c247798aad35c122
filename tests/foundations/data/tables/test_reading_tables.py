"""Files as departments send them: whatever the encoding and the layout, the same rows; what does not fit is set apart with its place."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from dropped import FEWER, dropped, parquet, rows, workbook
from hypothesis import given
from hypothesis import strategies as st

from jingwei.foundations.data.tables.kinds import kind_of
from jingwei.kernel.problems import Problem, Unreadable

TOWNS = "编号,镇,人口\n001,东镇,12\n002,西镇,34\n"
AS_ROWS = [{"编号": "001", "镇": "东镇", "人口": 12}, {"编号": "002", "镇": "西镇", "人口": 34}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_table_is_the_same_in_every_usual_encoding(encoding):
    assert rows("a.csv", TOWNS.encode(encoding)) == AS_ROWS


def test_the_encoding_is_told_from_the_whole_file_and_not_from_its_beginning():
    text = "name,n\n" + "ascii,1\n" * 20_000 + "广州,2\n"
    with dropped("a.csv", text.encode("gb18030")) as read:
        assert read.rows == 20_001
        assert "GB18030" in read.notes[0].en


def test_bytes_that_are_no_text_in_any_of_them_are_refused_and_not_replaced():
    with pytest.raises(Unreadable, match="neither"):
        rows("a.csv", b"a,b\n\xff\xff\xff,1\n")


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(mark):
    assert rows("a.csv", TOWNS.replace(",", mark)) == AS_ROWS


def test_a_cell_may_hold_the_delimiter_quotes_and_ends_of_line():
    assert rows("a.csv", 'a,b\n"x, ""y""\nz",1\n') == [{"a": 'x, "y"\nz', "b": 1}]


def test_titles_above_the_header_and_units_are_passed_over_and_said():
    with dropped("a.csv", "某县人口统计表,,\n单位：人,,2024年\n" + TOWNS) as read:
        assert read.rows == 2
        assert "某县人口统计表" in read.notes[1].zh


def test_a_header_of_two_rows_becomes_one():
    with dropped("a.csv", "地区,人口,,面积\n,男,女,\n东,1,2,3\n西,4,5,6\n") as read:
        assert list(read.columns) == ["地区", "人口/男", "人口/女", "面积"]


def test_years_are_names_of_columns_and_figures_are_not():
    with dropped("a.csv", "place,2023,2024\nx,1,2\n") as read:
        assert list(read.columns) == ["place", "2023", "2024"]
    with pytest.raises(Unreadable, match="figures, not names"):
        rows("a.csv", "1,2\n3,4\n")


def test_totals_and_notes_below_a_table_are_no_rows_of_it():
    with dropped("a.csv", TOWNS + "合计,,46\n注：常住人口。,,\n") as read:
        assert [(m.row, m.code) for m in read.misfits] == [(4, "footer"), (5, "footer")]
        assert read.read == 4


def test_a_total_among_the_rows_is_a_value_like_others():
    assert len(rows("a.csv", "sex,n\n合计,3\n男,1\n女,2\n")) == 3


def test_rows_of_another_width_are_set_apart_with_their_line():
    with dropped("a.csv", "a,b\n1,2\n3\n4,5,6\n7,8,,\n") as read:
        assert [(m.row, m.code, m.content) for m in read.misfits] == [(3, "short", "3"), (4, "long", "4 | 5 | 6")]
        assert read.rows == 2


def test_a_quotation_mark_that_is_never_closed_costs_one_line_and_not_those_behind_it():
    with dropped("a.csv", 'a,b\n1,x\n2,"open\n3,y\n4,z\n') as read:
        assert [(m.row, m.code) for m in read.misfits] == [(3, "torn")]
        assert read.rows == 3


@pytest.mark.parametrize(("column", "kept"), [
    ("代码\n001\n123\n", ["001", "123"]), ("n\n007\n8\n", ["007", "8"]), ("卡\n110101199003074321\n1\n", ["110101199003074321", "1"]),
    ("手机\n13800138000\n13900139000\n", ["13800138000", "13900139000"]), ("行政区划代码\n440106\n440103\n", ["440106", "440103"])])
def test_digits_that_are_no_figures_stay_as_they_are_written(column, kept):
    assert [next(iter(row.values())) for row in rows("a.csv", column)] == kept


def test_a_leading_zero_far_down_makes_the_column_text():
    assert rows("a.csv", "n\n" + "12\n" * 30_000 + "012\n")[-1] == {"n": "012"}
    assert rows("a.csv", "n\n" + "12\n" * 30_000)[-1] == {"n": 12}


def test_an_identity_number_a_spreadsheet_rounded_is_reported_and_not_kept_as_a_number():
    with dropped("a.csv", "身份证号,n\n110101199003074321,1\n1.10101E+17,2\n110101199003074348,3\n") as read:
        assert [(m.row, m.column, m.code) for m in read.misfits] == [(3, "身份证号", "lost_digits")]


def test_figures_are_read_by_rules_and_the_rules_are_counted():
    cells = "v（万元）\n１２\n\"1,234\"\n-\n1 234 567\n缺失\n" + "5\n" * 3
    with dropped("a.csv", cells) as read:
        assert read.columns == {"v(万元)": "int64"}
        assert read.units == {"v(万元)": "万元"}
        assert read.written["v(万元)"] == {"full_width": 1, "thousands": 2, "missing_word": 2}
    assert [r["v(万元)"] for r in rows("a.csv", cells)] == [12, 1234, None, 1_234_567, None, 5, 5, 5]


def test_what_does_not_fit_its_column_is_set_apart_and_nothing_is_coerced():
    good = "".join(f"{n},2024-01-{n:02d},{n}.5,12 %\n" for n in range(1, 29))
    bad = "x,2024-01-01,1,1%\n1,2023-02-30,1,1%\n2,2024-01-01,y,1%\n3,2024-01-01,1,0.5\n"
    with dropped("a.csv", "n,day,v,p\n" + good + bad) as read:
        assert [(m.row, m.column, m.code) for m in read.misfits] == [
            (30, "n", "not_int64"), (31, "day", "not_date"), (32, "v", "not_float64"), (33, "p", "not_percent")]
        assert read.columns == {"n": "int64", "day": "date", "v": "float64", "p": "float64"}
        assert read.units == {"p": "%"}


def test_a_column_in_which_more_than_one_in_ten_do_not_fit_is_text_and_loses_none():
    assert [r["n"] for r in rows("a.csv", "n\n1\n2\nx\n4\n")] == ["1", "2", "x", "4"]


def test_whole_numbers_with_a_few_fractions_are_figures():
    assert [r["n"] for r in rows("a.csv", "n\n" + "1\n" * 2_500 + "2.5\n")][-1] == 2.5


def test_a_column_can_be_kept_as_it_is_written():
    assert rows("a.csv", "手机\n1\n２\n1.1E+17\n", text=("手机",)) == [{"手机": "1"}, {"手机": "２"}, {"手机": "1.1E+17"}]
    with pytest.raises(Problem, match="no column 'm'"):
        rows("a.csv", "n\n1\n", text=("m",))


@pytest.mark.parametrize("day", ["2024-03-05", "2024/3/5", "2024.3.5", "2024年3月5日", "20240305", "２０２４-03-05"])
def test_a_day_is_the_same_however_it_is_written(day):
    assert rows("a.csv", f"日期,n\n{day},1\n{day},2\n")[0]["日期"] == dt.date(2024, 3, 5)


def test_instants_keep_their_zone():
    found = rows("a.csv", "t,n\n2024-3-5 08:09,1\n2024-03-05T08:09:10.5+08:00,2\n")
    assert [r["t"] for r in found] == ["2024-03-05T08:09", "2024-03-05T08:09:10.5+08:00"]


# Workbooks


def test_a_workbook_with_a_title_a_merged_header_and_merged_cells_reads_as_a_person_reads_it():
    made = workbook(("人口统计表",), ("地区", "人口", None, "日期"), (None, "男", "女", None), ("东", 1, 2.5, dt.date(2024, 1, 2)), (None, 3, 4, dt.date(2024, 1, 3)),
                    merged=("A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:A5"))
    assert rows("a.xlsx", made) == [{"地区": "东", "人口/男": 1, "人口/女": 2.5, "日期": dt.date(2024, 1, 2)},
                                    {"地区": "东", "人口/男": 3, "人口/女": 4.0, "日期": dt.date(2024, 1, 3)}]


def test_hidden_sheets_are_said_and_errors_and_lost_digits_set_apart():
    made = workbook(("证号", "n"), ("a", 1), ("b", 2), (110101199003074321, 3), ("c", 4), errors=("B3",), hidden=("藏",))
    with dropped("a.xlsx", made) as read:
        assert [(m.row, m.column, m.code) for m in read.misfits] == [(3, "n", "error_cell"), (4, "证号", "lost_digits")]
        assert "藏 (hidden)" in read.notes[0].en


def test_a_formula_whose_result_was_not_saved_is_no_empty_cell():
    made = workbook(("a", "b"), (1, "=A2*2"), (2, 5))
    with dropped("a.xlsx", made) as read:
        assert [(m.row, m.column, m.code) for m in read.misfits] == [(2, "b", "no_result")]


def test_another_sheet_can_be_asked_for_and_one_that_is_not_there_is_named():
    with pytest.raises(Problem, match="there is no sheet 'x'"):
        rows("a.xlsx", workbook(("a",), (1,)), sheet="x")


# JSON and Parquet


def test_json_records_nested_one_level_become_columns_and_deeper_ones_are_set_apart():
    content = '[{"a": 1, "b": {"x": 1.50}}, {"a": 2, "b": {"x": 2}, "c": [1]}, {"a": 3, "b": {"x": null}}, 4]'
    with dropped("a.json", content) as read:
        assert [(m.row, m.column, m.code) for m in read.misfits] == [(2, "c", "nested"), (4, "", "no_record")]
    assert rows("a.json", content) == [{"a": 1, "b.x": 1.5, "c": None}, {"a": 3, "b.x": None, "c": None}]
    assert len(rows("a.json", json.dumps({"total": 2, "data": [{"a": 1}, {"a": 2}]}))) == 2


def test_json_lines_that_are_no_json_cost_themselves_only():
    with dropped("a.jsonl", '{"a": 1}\n{oops\n{"a": 2}\n') as read:
        assert [(m.row, m.code) for m in read.misfits] == [(2, "not_json")]


def test_parquet_keeps_its_types_and_says_what_it_cannot_hold():
    import pyarrow as pa

    made = parquet(s=[{"x": 1}, None], t=pa.array([1_704_164_400, None], pa.timestamp("s")), f=[float("nan"), 1.0], d=[Decimal("1.20"), None], c=["01", "2"])
    assert rows("a.parquet", made) == [{"s.x": 1, "t": "2024-01-02T03:00:00.000", "f": None, "d": "1.20", "c": "01"},
                                       {"s.x": None, "t": None, "f": 1.0, "d": None, "c": "2"}]
    with pytest.raises(Unreadable, match="not one value a cell"):
        rows("a.parquet", parquet(s=[[1]]))


# Laws

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@FEWER
@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_comes_back_or_is_set_apart(table):
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows([["甲", "乙"], *table])
    with dropped("a.csv", sink.getvalue()) as read:
        filled = [row for row in table if any(c.strip() for c in row)]
        assert read.read == len(filled)


@FEWER
@given(st.lists(st.from_regex(r"[0-9０-９,. %\-年/]{1,8}", fullmatch=True), min_size=1, max_size=20))
def test_no_cell_of_text_is_lost_whatever_its_column_is_taken_for(cells):
    with dropped("a.csv", "k,v\n" + "".join(f'r,"{c}"\n' for c in cells)) as read:
        assert read.read == len(cells)
        if kind_of(cells) == "text":
            assert read.rows == len(cells)
