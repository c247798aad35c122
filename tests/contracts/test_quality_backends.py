"""Every metric of quality, on DuckDB and on Spark, beside plain loops over the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quality_brute_force import Pair, counts, digit_of, there

from jingwei.foundations.data.quality.contract import (
    MISSING,
    Comparison,
    Contract,
    Field,
    Period,
    Reference,
    RowRange,
    Rule,
)
from jingwei.foundations.data.quality.expressions import Scope, condition
from jingwei.foundations.data.quality.measuring import assess
from jingwei.foundations.data.quality.model import METRICS, Assessment
from jingwei.kernel.lake import _backend, records

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

TODAY = date(2024, 6, 30)
SCHEMA = pa.schema([("id", pa.string()), ("code", pa.string()), ("place", pa.string()), ("day", pa.string()), ("n", pa.int64()), ("x", pa.float64()),
                    ("price", pa.decimal128(10, 2)), ("ok", pa.bool_()), ("born", pa.date32()), ("word", pa.string())])
COLUMNS = {f.name: {"string": "string", "int64": "int", "double": "float", "bool": "bool", "date32[day]": "date"}.get(str(f.type), "decimal") for f in SCHEMA}
ID = "11010119900307001"
POOLS: dict[str, list[Any]] = {
    "id": [ID + digit_of("resident-id", ID), ID + "0", "123", "NULL", "", None, "91350100M000100Y43", "110101199003070011"],
    "code": ["A", "B", " A", "A ", "Z", "", None, "锟斤拷", "a\x01", "O'Brien\\", "null"],
    "place": ["440000", "440106", "CN", "0", "44010x", None, "４４００００", " "],
    "day": ["2024-02-29", "2023-02-29", "2024-06-30", "2024-6-3", "2025-01-01", "", None, "NaN", "1999-12-31"],
    "n": [0, 1, -1, 3, 10, 2**53, -(2**63), 2**63 - 1, None],
    "x": [0.0, -0.0, 0.5, 3.0, -2.5, 1e300, math.inf, -math.inf, math.nan, None],
    "price": [Decimal("0.00"), Decimal("1.10"), Decimal("-3.05"), Decimal("3.00"), None],
    "ok": [True, False, None], "born": [date(2024, 2, 29), date(2023, 1, 1), date(2024, 12, 31), date(1970, 1, 1), None],
    "word": ["12", "1.5", "-.5e3", "true", "2024-02-29", "****", "a" * 64, "0" * 64, "😀😀😀", "x\ny", "\u3000", None, "烫烫烫", "\ufffd", "N/A"]}
OTHER = pa.schema([("key", pa.string()), ("count", pa.int64()), ("share", pa.float64()), ("when", pa.date32())])
OTHERS: dict[str, list[Any]] = {"key": ["A", "B", "Z", "NULL", "", None, "O'Brien\\"], "count": [0, 1, 3, None], "share": [0.5, 3.0, math.nan, None],
                                "when": [date(2024, 2, 29), date(2023, 1, 1), None]}
CONTRACT = Contract(
    dataset="t", missing=(*MISSING, "-"), rows=RowRange(least=3, most=7),
    fields=(Field(name="id", type="string", required=True, format="resident-id", shortest=3, longest=18), Field(name="code", required=True, codes=("A", "B", "O'Brien\\"), longest=2),
            Field(name="place", type="integer", format="place"), Field(name="day", type="date", format="date", least="2023", most="2024-12-31"),
            Field(name="n", type="number", least=0, most=10, required=True), Field(name="x", type="integer", least=-2.5, most=3, codes=(0, 0.5)),
            Field(name="price", type="number", least=-1, codes=(1.1, 3)), Field(name="ok", type="boolean"), Field(name="born", type="date", most="2024", least="1990-01-01"),
            Field(name="word", type="number", protected="hashed", least=1, pattern="[0-9]{1,3}(?:[.][0-9]+)?|a+")),
    keys=(("id",), ("code", "n")), sequences=(("day", "born"),), period=Period("day", "2024", "2024-06"), validity="born",
    references=(Reference(name="known", fields=("code",), dataset="o", columns=("key",)), Reference(name="both", fields=("code", "n"), dataset="o", columns=("key", "count")),
                Reference(name="days", fields=("born",), dataset="o", columns=("when",)), Reference(name="gone", fields=("code",), dataset="nowhere", columns=("key",))),
    comparisons=(Comparison(name="authority", dataset="o", on={"code": "key"}, kind="authority", equal={"n": "count", "x": "share"}),
                 Comparison(name="same", dataset="o", on={"code": "key"}, kind="same", equal={"born": "when"}),
                 Comparison(name="cross", dataset="o", on={"code": "key", "n": "count"}, kind="equal", equal={"x": "share"}),
                 Comparison(name="greater", dataset="o", on={"code": "key"}, kind="logic", rule="this.n >= other.count AND this.born >= '1990'")),
    rules=(Rule(name="positive", condition="n > 0"), Rule(name="near", condition="near(n, x, 0.5)", kind="equal"), Rule(name="if", condition="NOT ok OR price >= 1", kind="logic"),
           Rule(name="ratio", condition="x / n < 1")))


def both(value: Any) -> Any:
    return value if there(value, CONTRACT.missing) else None


def ratio(row: dict[str, Any]) -> bool | None:
    n, x = both(row["n"]), both(row["x"])
    if n is None or x is None or n == 0:
        return None
    return bool(x / float(n) < 1)


def decided(*sides: Any) -> bool:
    return all(both(s) is not None for s in sides)


def greater(mine: dict[str, Any], other: dict[str, Any]) -> bool | None:
    left = mine["n"] >= other["count"] if decided(mine["n"], other["count"]) else None
    right = mine["born"].isoformat() >= "1990" if decided(mine["born"]) else None
    return False if False in (left, right) else None if None in (left, right) else True


def implied(row: dict[str, Any]) -> bool | None:
    negated, dear = (None if row["ok"] is None else not row["ok"]), (None if row["price"] is None else row["price"] >= 1)
    return True if True in (negated, dear) else None if None in (negated, dear) else False


RULES: dict[str, Callable[..., bool | None]] = {
    "positive": lambda r: None if r["n"] is None else r["n"] > 0, "if": implied, "ratio": ratio, "greater": greater,
    "near": lambda r: bool(abs(float(r["n"]) - r["x"]) <= 0.5) if decided(r["n"], r["x"]) else None}


def table_of(pools: dict[str, list[Any]], most: int = 8) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({n: st.sampled_from(p) for n, p in pools.items()}), max_size=most)


@dataclass
class Folder:
    path: Path
    made: int = 0

    def load(self, engine: str, rows: list[dict[str, Any]], schema: pa.Schema) -> ibis.Table:
        self.made += 1
        path = self.path / f"{self.made}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), path)
        return _backend(engine).read_parquet(str(path), table_name=f"quality_{self.made}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Folder:
    return Folder(tmp_path_factory.mktemp("quality"))


def assessed(folder: Folder, engine: str, rows: list[dict[str, Any]], others: list[dict[str, Any]], contract: Contract = CONTRACT) -> Assessment:
    from jingwei.foundations.data.sharing.delivery import dataset_called
    from jingwei.kernel.lake import Lake

    other = folder.load(engine, others, OTHER)
    return assess(folder.load(engine, rows, SCHEMA), contract, "s", TODAY, lambda name: other if name == "o" else dataset_called(Lake(folder.path), name), {})


def told(found: Assessment) -> dict[tuple[str, str], Pair]:
    return {(f.metric, p.name): (p.numerator, p.denominator) for f in found.figures for p in f.parts if p.denominator}


@pytest.mark.oracle("quality run")
@settings(max_examples=5)
@given(table_of(POOLS, 30), table_of(OTHERS, 6))
def test_every_metric_is_what_loops_over_the_rows_count(folder, rows, others):
    assert told(assessed(folder, "duckdb", rows, others)) == counts(rows, COLUMNS, CONTRACT, TODAY, {"o": others}, RULES)


@pytest.mark.soak
@settings(max_examples=300)
@given(table_of(POOLS, 40), table_of(OTHERS, 10))
def test_every_metric_of_longer_tables_is_what_loops_over_the_rows_count(folder, rows, others):
    assert told(assessed(folder, "duckdb", rows, others)) == counts(rows, COLUMNS, CONTRACT, TODAY, {"o": others}, RULES)


ROWS = [{c: pool[(n * step) % len(pool)] for step, (c, pool) in zip((1, 3, 5, 7, 11, 13, 2, 1, 3, 7), POOLS.items(), strict=True)} for n in range(90)]
OTHER_ROWS = [{c: pool[(n * step) % len(pool)] for step, (c, pool) in zip((1, 1, 3, 2), OTHERS.items(), strict=True)} for n in range(6)]


@pytest.fixture(scope="module")
def light(session) -> Any:
    """Spark without compiling each of these wide queries to bytecode for ninety rows."""
    session.conf.set("spark.sql.codegen.wholeStage", "false")
    session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    return session


def test_both_engines_find_the_same_and_it_is_what_loops_over_the_rows_count(light, folder):
    one, other = (assessed(folder, engine, ROWS, OTHER_ROWS) for engine in ("duckdb", "spark"))
    assert one == other
    assert told(one) == counts(ROWS, COLUMNS, CONTRACT, TODAY, {"o": OTHER_ROWS}, RULES)


def test_of_an_empty_table_nothing_is_said_to_be_right(folder):
    for contract in (CONTRACT, Contract(dataset="t")):
        found = assessed(folder, "duckdb", [], [], contract)
        known = {f.metric: f.value for f in found.figures if f.value is not None}
        assert known == ({"0102": 1.0, "0202": 0.0} if contract is CONTRACT else {})
        assert all(f.why_zh and f.why_en for f in found.figures if f.value is None)
    assert [f.metric for f in found.figures] == list(METRICS)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_without_its_rule_says_which_is_missing(folder, metric):
    (figure,) = (f for f in assessed(folder, "duckdb", ROWS, [], Contract(dataset="t")).figures if f.metric == metric)
    if metric in ("0303", "0305"):
        assert figure.value is not None
    else:
        assert (figure.value, figure.parts, figure.why) == (None, (), METRICS[metric].needs)


# Planted defects

CLEAN = [{"id": None, "code": "A", "place": "440106", "day": "2024-03-01", "n": i % 10, "x": 0.5, "price": Decimal("1.10"), "ok": True, "born": date(2024, 12, 31), "word": "7"} for i in range(500)]
for _i, _row in enumerate(CLEAN):
    _id = f"110101199003{_i // 100 + 10:02d}{_i % 100:03d}"
    _row["id"] = _id + digit_of("resident-id", _id)
DEFECTS: dict[str, tuple[str, Callable[[dict[str, Any]], None], str]] = {
    "id.required": ("0201", lambda r: r.update(id="  "), "id"), "id.digit": ("0301", lambda r: r.update(id=r["id"][:17] + ("1" if r["id"][17] != "1" else "2")), "id"),
    "code.codes": ("0105", lambda r: r.update(code="C"), "code"), "place.format": ("0101", lambda r: r.update(place="044010"), "place"),
    "day.type": ("0101", lambda r: r.update(day="2024-02-30"), "day"), "x.range": ("0301", lambda r: r.update(x=3.5), "x"), "positive": ("0104", lambda r: r.update(n=-5), "n")}


@settings(max_examples=4)
@given(st.dictionaries(st.sampled_from(sorted(DEFECTS)), st.integers(1, 20), min_size=1))
def test_every_planted_defect_is_found_with_its_exact_number_of_rows(folder, planted):
    contract = Contract(dataset="t", fields=(
        Field(name="id", required=True, format="resident-id"), Field(name="code", codes=("A",)), Field(name="place", format="place"), Field(name="day", type="date"),
        Field(name="x", most=3), *(Field(name=c) for c in ("n", "price", "ok", "born", "word"))), rules=(Rule(name="positive", condition="n >= 0"),))
    rows, at = [dict(r) for r in CLEAN], iter(range(500))
    for defect, times in planted.items():
        for _ in range(times):
            DEFECTS[defect][1](rows[next(at)])
    found = assessed(folder, "duckdb", rows, [], contract)
    assert {b.check: b.rows for b in found.breaches} == planted
    assert all(b.metric == DEFECTS[b.check][0] and b.fields == (DEFECTS[b.check][2],) for b in found.breaches)


def test_a_sampled_authority_gives_an_interval_that_holds_the_share(folder):
    sample = Comparison(name="a", dataset="o", on={"code": "key"}, kind="authority", equal={"n": "count"}, sample=True)
    found = assessed(folder, "duckdb", CLEAN, [{"key": "A", "count": 3, "share": None, "when": None}], Contract(dataset="t", comparisons=(sample,)))
    (figure,) = (f for f in found.figures if f.metric == "0306")
    assert (figure.numerator, figure.denominator, figure.value) == (50, 500, 0.1)
    p, n, z = 0.1, 500, 1.959963984540054
    middle, half = (p + z * z / 2 / n) / (1 + z * z / n), z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    assert figure.low == pytest.approx(middle - half)
    assert figure.high == pytest.approx(middle + half)


# The language of rules


@st.composite
def rule(draw: st.DrawFn, depth: int = 3) -> tuple[str, Callable[[dict[str, Any]], Any]]:  # noqa: PLR0911
    """A condition as text, and what it means of a row: three-valued, None being unknown."""
    if depth and draw(st.booleans()):
        word = draw(st.sampled_from(["AND", "OR", "NOT"]))
        a, f = draw(rule(depth - 1))
        if word == "NOT":
            return f"NOT ({a})", lambda r: None if f(r) is None else not f(r)
        b, g = draw(rule(depth - 1))
        ends = word == "OR"
        return f"({a}) {word} ({b})", lambda r: ends if ends in (f(r), g(r)) else None if None in (f(r), g(r)) else not ends
    kind = draw(st.sampled_from(["number", "text", "null", "in", "between", "case"]))
    if kind == "text":
        column, sign, value = draw(st.sampled_from(["code", "day", "born"])), draw(st.sampled_from(list(SIGNS))), draw(st.sampled_from(["A", "2024", "O'Brien\\"]))
        quoted = value.replace("'", "''")
        return f"{column} {sign} '{quoted}'", lambda r: SIGNS[sign](str(r[column]), value) if decided(r[column]) else None
    if kind == "null":
        column = draw(st.sampled_from(list(POOLS)))
        return f"{column} IS NULL", lambda r: not decided(r[column])
    if kind == "in":
        return "code IN ('A', 'Z', 'a')", lambda r: r["code"] in ("A", "Z", "a") if decided(r["code"]) else None
    if kind == "between":
        return "x BETWEEN -2.5 AND 0.5", lambda r: -2.5 <= r["x"] <= 0.5 if decided(r["x"]) else None
    a, f = draw(sums())
    b, g = draw(sums())
    sign = draw(st.sampled_from(list(SIGNS)))
    made: Callable[[dict[str, Any]], Any] = lambda r: None if None in (f(r), g(r)) else SIGNS[sign](f(r), g(r))  # noqa: E731
    if kind == "case":
        return f"CASE WHEN ok THEN {a} {sign} {b} ELSE FALSE END", lambda r: made(r) if r["ok"] else False
    return f"{a} {sign} {b}", made


SIGNS: dict[str, Callable[[Any, Any], bool]] = {"=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
                                                ">=": lambda a, b: a >= b}


@st.composite
def sums(draw: st.DrawFn) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    one, other = draw(st.sampled_from(["small", "x", "price"])), draw(st.sampled_from([0, 1, 2.5]))
    value: Callable[[dict[str, Any]], Any] = lambda r: float(r[one]) if decided(r[one]) else None  # noqa: E731
    how = draw(st.sampled_from("+-*/"))
    apply: dict[str, Callable[[float], Any]] = {"+": lambda v: v + other, "-": lambda v: v - other, "*": lambda v: v * other, "/": lambda v: v / other if other else None}
    return f"({one} {how} {other})", lambda r: None if value(r) is None else apply[how](value(r))


SMALL = pa.schema([*SCHEMA, ("small", pa.int64())])
RULED = [{**r, "x": r["x"] if r["x"] is None or math.isfinite(r["x"]) or math.isnan(r["x"]) else 7.0, "small": i % 5 if i % 7 else None} for i, r in enumerate(ROWS[:60])]


def verdicts(table: ibis.Table, texts: list[str]) -> list[list[Any]]:
    made = {f"r{i}": condition(t, Scope({"": table}, CONTRACT.missing, "rule")) for i, t in enumerate(texts)}
    rows = records(table.select("row", **made), by=("row",))
    return [[r[f"r{i}"] for r in rows] for i in range(len(texts))]


def numbered(folder: Folder, engine: str) -> ibis.Table:
    return folder.load(engine, [{**r, "row": i} for i, r in enumerate(RULED)], pa.schema([*SMALL, ("row", pa.int64())]))


@settings(max_examples=12)
@given(st.lists(rule(), min_size=1, max_size=6))
def test_a_rule_means_what_it_says_of_every_row(folder, rules):
    assert verdicts(numbered(folder, "duckdb"), [t for t, _ in rules]) == [[f(r) for r in RULED] for _, f in rules]


@settings(max_examples=2)
@given(st.lists(rule(), min_size=12, max_size=20))
def test_a_rule_means_the_same_on_spark(light, folder, rules):
    assert verdicts(numbered(folder, "spark"), [t for t, _ in rules]) == [[f(r) for r in RULED] for _, f in rules]


FUNCTIONS = ["length(code) <= 1", "left(day, 4) = '2024'", "starts_with(code, 'A')", "matches(code, '[AB]')", "coalesce(n, 0) >= 0", "abs(small) > 2", "born >= day",
             "near(x, 0.5, 0.01)", "-small < 0", "ok = TRUE", "CASE WHEN small > 2 THEN 'a' ELSE code END = 'a'"]


def test_every_function_of_the_language_gives_the_same_on_both_engines(light, folder):
    one, other = (verdicts(numbered(folder, engine), FUNCTIONS) for engine in ("duckdb", "spark"))
    assert one == other
    assert all({True, False} <= {*v} for v in one)
