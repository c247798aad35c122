"""What is told of a table is what counting by hand gives; of single persons nothing is told."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dropped import FEWER, dropped
from hypothesis import given
from hypothesis import strategies as st

from jingwei.foundations.data.tables import profiling, sources
from jingwei.foundations.data.tables.hints import hint_of
from jingwei.foundations.data.tables.model import SMALL, Column, Profile, compare

TYPES = {"w": pa.int64(), "f": pa.float64(), "d": pa.date32(), "t": pa.string(), "b": pa.bool_()}
KINDS = {"w": "int64", "f": "float64", "d": "date", "t": "string", "b": "bool"}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = sources.engine(tmp_path_factory.mktemp("spill"), "300MB")
    yield made
    made.disconnect()


def profiled(connection: Any, table: pa.Table, hints: Mapping[str, Any] = {}) -> tuple[list[Column], tuple[tuple[str, ...], ...]]:
    name = "given"
    connection.con.register(name, table)
    seen = connection.table(name)
    columns = list(profiling.columns_of(seen, {n: KINDS[n[0]] for n in table.column_names}, hints, {}, {}))
    return columns, profiling.keys_of(seen, columns, table.num_rows)


def quantile(known: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics (Hyndman and Fan's type 7)."""
    ordered = sorted(known)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


TEXT = st.sampled_from(["", "a", "Ab1", "张三", "x-9", "110101199003074321", "甲乙丙丁戊己", "É", "q" * 9])
ROW = st.tuples(st.none() | st.integers(-50, 50), st.none() | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
                st.none() | TEXT, st.none() | st.booleans(), st.integers(0, 3))


@FEWER
@given(st.lists(ROW, min_size=1, max_size=60))
def test_statistics_are_those_of_counting_row_by_row(connection, given_rows):
    names = ("w", "f", "d", "t", "b", "w2")
    table = pa.table({n: pa.array([r[i] for r in given_rows], TYPES[n[0]]) for i, n in enumerate(names)})
    columns, keys = profiled(connection, table)
    for i, column in enumerate(columns):
        known = [r[i] for r in given_rows if r[i] is not None]
        assert (column.missing, column.distinct) == (len(given_rows) - len(known), len(set(known)))
        if column.name in ("w", "f", "w2") and known:
            assert (column.least, column.most) == (min(known), max(known))
            assert column.mean == pytest.approx(sum(known) / len(known), rel=1e-9, abs=1e-6)
            assert column.quantiles == pytest.approx([quantile(known, q) for q in profiling.QUANTILES], rel=1e-9, abs=1e-6)
            assert sum(b.rows or 0 for b in column.bins) == len(known)
            for b in column.bins:
                last = b is column.bins[-1]
                assert b.rows == sum(b.least <= v < b.most or (last and v == b.most) for v in known)
        if column.name == "d" and known:
            assert (column.least, column.most) == (min(known).isoformat(), max(known).isoformat())
        if column.name == "t" and known:
            assert (column.shortest, column.longest) == (min(map(len, known)), max(map(len, known)))
            shapes = Counter(map(shape, known))
            assert all(shapes[p.value] == p.rows >= SMALL for p in column.patterns)
            assert len(column.patterns) == min(profiling.PATTERNS, sum(n >= SMALL for n in shapes.values()))
        for value in column.values:
            assert sum(as_text(v) == value.value for v in known) == value.rows >= SMALL
        if column.values:
            assert sum(v.rows for v in column.values) + column.unlisted == len(known)
    assert set(keys) == proved(given_rows, names)


def shape(text: str) -> str:
    plain = re.sub("[A-Z]", "A", re.sub("[a-z]", "a", re.sub("[0-9]", "9", text)))
    plain = "".join("文" if "\u4e00" <= c <= "\u9fff" else c if c in "9aA文+_/.:,@#()（） -" else "?" for c in plain)
    whole = set(text) and all("\u4e00" <= c <= "\u9fff" for c in text)
    return re.sub("(文{5,}|a{5,}|A{5,})", lambda m: m[0][0] + "+", plain) if not whole or len(text) >= 5 else plain


def as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def proved(given_rows: Sequence[Sequence[Any]], names: Sequence[str]) -> set[tuple[str, ...]]:
    whole = [i for i, n in enumerate(names) if n != "f" and all(r[i] is not None for r in given_rows)]
    single = {(names[i],) for i in whole if len({r[i] for r in given_rows}) == len(given_rows)}
    return single or {(names[a], names[b]) for a, b in combinations(whole, 2) if len({(r[a], r[b]) for r in given_rows}) == len(given_rows)}


@FEWER
@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("甲乙丙丁")), min_size=1, max_size=60))
def test_of_a_table_about_persons_no_figure_of_fewer_than_five_is_told(connection, given_rows):
    table = pa.table({"t_name": [f"person {i}" for i in range(len(given_rows))], "w": [r[0] for r in given_rows], "t": [r[1] for r in given_rows]})
    (name, figure, code), _ = profiled(connection, table, {"t_name": "person_name"})
    known = [r[0] for r in given_rows]
    assert not name.values
    assert not name.patterns
    assert all(v.rows >= SMALL for v in code.values)
    if len(known) < 2 * SMALL:
        assert (figure.least, figure.most, figure.mean, figure.bins) == (None, None, None, ())
        return
    assert sum(v <= figure.least for v in known) >= SMALL
    assert sum(v >= figure.most for v in known) >= SMALL
    assert all(figure.least <= q <= figure.most for q in figure.quantiles)
    assert all(b.rows is None or b.rows == 0 or b.rows >= SMALL for b in figure.bins)


def test_no_cell_of_an_identifying_column_is_in_a_profile():
    people = "姓名,身份证号,手机,住址,n\n" + "".join(f"王某{i},4401061990010{i % 10}00{i % 10}X,1380013800{i % 10},某路{i}号,{i}\n" for i in range(60))
    with dropped("a.csv", people) as read:
        columns = list(profiling.columns_of(sources.engine(read.file.parent).read_parquet(str(read.file)), read.columns, read.hints, {}, {}))
        said = Profile("p", "o", read.rows, tuple(columns)).encode().decode()
        assert profiling.personal(read.hints)
    assert not re.search(r"王某|440106|13800|某路", said)


@pytest.mark.parametrize(("name", "cells", "hint"), [
    ("x", ["110101199003074321", "44010619851231002X"], "person_id"), ("x", ["110101199013074321", "44010619859931002X"], ""), ("x", ["13800138000", "+8613900139000"], "phone"),
    ("x", ["a@b.cn"], "email"), ("x", ["91350211M000100Y43"], "organisation_id"), ("联系人姓名", [], "person_name"), ("admin_code", [], "identifier"),
    ("金额（万元）", ["1"], "amount"), ("入学率", ["1"], "share"), ("user_id", ["1"], "identifier"), ("年份", ["2024"], "year"), ("备注", ["x"], "")])
def test_what_a_column_seems_to_hold_is_told_by_its_shape_and_then_its_name(name, cells, hint):
    assert hint_of(name, cells) == hint


def test_a_schema_that_drops_or_narrows_breaks_and_one_that_adds_or_widens_does_not():
    changes = compare({"a": "int64", "b": "string", "c": "float64"}, {"a": "float64", "c": "int64", "d": "date"})
    assert [(c.kind, c.column, c.breaking) for c in changes] == [("removed", "b", True), ("retyped", "a", False), ("retyped", "c", True), ("added", "d", False)]
    assert compare({"a": "int64"}, {"a": "int64"}) == ()


def test_a_profile_is_the_same_after_it_was_kept():
    made = Profile("d", "o", 3, (Column("a", "int64", 0, 3, least=1, most=3, quantiles=(1.0, 2.0)), Column("b", "date", 1, 2, least="2024-01-01", most="2024-01-02")), keys=(("a",),))
    assert Profile.decode(made.encode()) == made


def test_the_engine_holds_no_more_than_it_was_given(tmp_path: Path):
    """600,000 texts that differ, counted under 100 MB: what does not fit is spilled."""
    table = pa.table({"t": [f"{i:024d}" for i in range(600_000)]})
    pq.write_table(table, tmp_path / "a.parquet")
    connection = sources.engine(tmp_path, "100MB")
    assert connection.con.execute("SELECT current_setting('memory_limit')").fetchone()[0] == "95.3 MiB"
    (column,) = profiling.columns_of(connection.read_parquet(str(tmp_path / "a.parquet")), {"t": "string"}, {}, {}, {})
    assert (column.distinct, column.patterns[0].value) == (600_000, "9" * 24)
    connection.disconnect()
