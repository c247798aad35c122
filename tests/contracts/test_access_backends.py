"""What is seen through grants, on DuckDB and on Spark, beside a slow reading of the rules row by row and cell by cell."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.kernel.access import (
    All,
    Banded,
    Between,
    Denial,
    Equal,
    Exact,
    Generalised,
    Grant,
    Hashed,
    Masked,
    Not,
    OneOf,
    Rounded,
    Some,
    Subject,
    Truncated,
    Within,
    visible,
)
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import _backend, records
from jingwei.kernel.people import ANONYMOUS, Principal, Role

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

SCHEMA = pa.schema([("row", pa.int64()), ("place", pa.string()), ("name", pa.string()), ("day", pa.string()), ("count", pa.int64()),
                    ("share", pa.float64()), ("known", pa.bool_()), ("born", pa.date32())])
POOLS: dict[str, list[Any]] = {
    "place": ["440000", "440100", "440106", "450100", "110101", "CN", "100000", "44010", "4401061", "广东", "", "440106\n", None],
    "name": ["张三", "欧阳娜娜", "a", "", "ab", "O'Brien\\", "😀😀😀", "%_\"x", None],
    "day": ["2024-06-30", "2024-06", "2024", "2024-13-01", "2024年6月", "", "1999-12-31T08:00", None],
    "count": [0, 1, -1, 5, -7, 14, 15, 10**15 + 7, 2**63 - 1, -(2**63), None],
    "share": [0.0, -0.0, 0.5, -2.5, 2.5, 7.25, 1e300, -1e300, math.inf, -math.inf, math.nan, None],
    "known": [True, False, None],
    "born": [date(2024, 6, 30), date(2024, 6, 1), date(1969, 12, 31), date(2024, 1, 1), None],
}
AT = datetime(2026, 3, 4, 0, 30, tzinfo=CHINA)
ROLE = Role("analyst", Text("分析", "analyst"), frozenset({"data.read"}))
ME = Principal(f"p-{1:032x}", "gz", (ROLE,))


# What the rules say, read slowly.

def truth(p: Any, row: dict[str, Any]) -> bool | None:
    if isinstance(p, Not):
        inner = truth(p.part, row)
        return None if inner is None else not inner
    if isinstance(p, (All, Some)):
        parts, decides = [truth(q, row) for q in p.parts], isinstance(p, Some)
        return decides if decides in parts else None if None in parts else not decides
    value = row[p.column]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return lies(p.place, value) if isinstance(p, Within) else said(p, value)


def said(p: Any, value: Any) -> bool:
    if isinstance(p, Equal):
        return value == typed(p.column, p.value)
    if isinstance(p, OneOf):
        return value in [typed(p.column, v) for v in p.values]
    return (p.least is None or typed(p.column, p.least) <= value) and (p.most is None or value <= typed(p.column, p.most))


def lies(place: str, code: str) -> bool | None:
    if place == "CN":
        return True if re.fullmatch("CN|[0-9]{6}", code) else None
    step = next(n for n in (2, 4, 6) if place[n:] == "0" * (6 - n))
    return code != "CN" and code[:step] == place[:step] if re.fullmatch("CN|[0-9]{6}", code) else None


def typed(column: str, value: Any) -> Any:
    return date.fromisoformat(value) if column == "born" else value


def rounded(unit: float, value: float) -> float | None:
    if isinstance(value, int):
        return (2 * value + int(unit)) // (2 * int(unit)) * int(unit) if abs(value) <= 2**62 else None
    return math.floor(value / unit + 0.5) * float(unit) if abs(value) < unit * 2**52 else None


def banded(unit: float, value: float) -> float | None:
    if isinstance(value, int):
        return value // int(unit) * int(unit) if abs(value) <= 2**62 else None
    return math.floor(value / unit) * float(unit) if abs(value) < unit * 2**52 else None


def truncated(to: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.replace(day=1) if to == "month" else value.replace(month=1, day=1)
    found = re.match(r"[0-9]{4}-(0[1-9]|1[0-2])" if to == "month" else r"[0-9]{4}", value)
    return found and found[0]


def generalised(to: str, value: str) -> str | None:
    if not re.fullmatch("CN|[0-9]{6}", value):
        return None
    return "CN" if "CN" in (to, value) or to == "nation" else value[:4] + "00" if to == "city" else value[:2] + "0000"


def shown(p: Any, value: Any, salt: str) -> Any:
    if value is None:
        return None
    return {Exact: lambda: value, Rounded: lambda: rounded(p.unit, value), Banded: lambda: banded(p.unit, value), Truncated: lambda: truncated(p.to, value),
            Generalised: lambda: generalised(p.to, value), Hashed: lambda: hashlib.sha256((salt + value).encode()).hexdigest(),
            Masked: lambda: value[:p.first] + "****" + value[len(value) - p.last:] if len(value) > p.first + p.last else "****"}[type(p)]()


ORDER = (Exact, Rounded, Truncated, Generalised, Masked, Hashed)


def coarseness(p: Any) -> tuple[float, ...]:
    inner: dict[type, Any] = {Rounded: lambda: (p.unit,), Truncated: lambda: (p.to == "year",), Masked: lambda: (-p.first - p.last, -p.first),
                              Generalised: lambda: (("city", "province", "nation").index(p.to),)}
    if isinstance(p, Banded):  # as a rounding to the same unit, after it
        return (ORDER.index(Rounded), p.unit, 1)
    return (ORDER.index(type(p)), *inner.get(type(p), tuple)())


def concerns(rule: Any, principal: Principal, purpose: str) -> bool:
    kind, name = rule.subject.kind, rule.subject.id
    him = {"principal": name == principal.id, "organisation": name in ("public", principal.organisation),
           "role": name in [role.code for role in principal.roles]}[kind]
    return him and rule.dataset == "d" and rule.purpose in (None, purpose) and rule.first <= date(2026, 3, 4) <= (rule.last or date.max)


def cells(rows: Sequence[dict[str, Any]], rules: Sequence[Any], principal: Principal = ME, purpose: str = "duty",
          export: bool = False) -> dict[int, dict[str, tuple[tuple[float, ...], Any]]]:
    """By number of the row and column: how coarse, and what. Cells that nothing shows are not there."""
    ours = [r for r in rules if concerns(r, principal, purpose)]
    allows = [g for g in ours if isinstance(g, Grant) and (g.export or not export)]
    seen = {}
    for n, row in enumerate(rows):
        giving = [g for g in allows if truth(g.rows, row) is True]
        taking = [d for d in ours if isinstance(d, Denial) and truth(d.rows, row) is not False]
        if not giving or any(d.columns is None for d in taking):
            continue
        seen[n] = {}
        for column in SCHEMA.names:
            views = sorted((coarseness(g.columns[column]), g.id) for g in giving if column in g.columns)
            if views and not any(column in (d.columns or ()) for d in taking):
                best = next(g for g in giving if g.id == views[0][1])
                seen[n][column] = (views[0][0], shown(best.columns[column], row[column], best.salt))
    return seen


# Random tables and rules.

@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    many = draw(st.integers(0, 8))
    return [{"row": n, **{c: draw(st.sampled_from(pool)) for c, pool in POOLS.items()}} for n in range(many)]


def values(column: str) -> st.SearchStrategy[Any]:
    usable = [v for v in POOLS[column] if v is not None and not (isinstance(v, float) and not math.isfinite(v))]
    return st.sampled_from([v.isoformat() if isinstance(v, date) else v for v in usable])


ORDERED = ["place", "name", "day", "count", "share", "born"]
LEAVES = st.one_of(
    st.sampled_from(list(POOLS)).flatmap(lambda c: st.builds(Equal, st.just(c), values(c))),
    st.sampled_from(list(POOLS)).flatmap(lambda c: st.builds(OneOf, st.just(c), st.lists(values(c), max_size=3).map(tuple))),
    st.sampled_from(ORDERED).flatmap(lambda c: st.builds(Between, st.just(c), values(c), st.none() | values(c))),
    st.sampled_from(ORDERED).flatmap(lambda c: st.builds(Between, st.just(c), st.none(), values(c))),
    st.builds(Within, st.just("place"), st.sampled_from(["440000", "440100", "440106", "110000", "CN"])))
PREDICATES = st.just(All(())) | st.recursive(LEAVES, lambda p: st.builds(Not, p) | st.builds(All, st.lists(p, max_size=3).map(tuple))
                                             | st.builds(Some, st.lists(p, max_size=3).map(tuple)), max_leaves=5)
TEXTS = st.just(Hashed()) | st.builds(Masked, st.integers(0, 3), st.integers(0, 2)) | st.just(Exact())
PRECISIONS: dict[str, st.SearchStrategy[Any]] = {
    "row": st.just(Exact()), "known": st.just(Exact()), "name": TEXTS,
    "place": TEXTS | st.builds(Generalised, st.sampled_from(["city", "province", "nation"])),
    "day": TEXTS | st.builds(Truncated, st.sampled_from(["month", "year"])),
    "born": st.just(Exact()) | st.builds(Truncated, st.sampled_from(["month", "year"])),
    "count": st.just(Exact()) | st.builds(Rounded, st.sampled_from([1, 2, 3, 5, 10, 10**12])) | st.builds(Banded, st.sampled_from([1, 3, 10, 10**12])),
    "share": st.just(Exact()) | st.builds(Rounded, st.sampled_from([1, 5, 0.5, 1e-9, 3])) | st.builds(Banded, st.sampled_from([1, 0.5, 3]))}
SUBJECTS = st.sampled_from([Subject("organisation", "gz"), Subject("principal", ME.id), Subject("role", "analyst"), Subject("organisation", "public"),
                            Subject("organisation", "sz"), Subject("role", "auditor"), Subject("principal", f"p-{2:032x}")])
PERIODS = [(date(2020, 1, 1), None), (date(2026, 3, 4), date(2026, 3, 4)), (date(2020, 1, 1), date(2026, 3, 3)), (date(2026, 3, 5), None)]
OURS = st.just(Subject("organisation", "gz"))


@st.composite
def rules(draw: st.DrawFn, subjects: st.SearchStrategy[Subject] = OURS) -> list[Any]:
    strangers = subjects is SUBJECTS
    made: list[Any] = []
    for n in range(draw(st.integers(0, 4))):
        named = draw(st.lists(st.sampled_from(list(POOLS)), max_size=4, unique=True))
        columns = {"row": Exact()} | {c: draw(PRECISIONS[c]) for c in named}
        first, last = draw(st.sampled_from(PERIODS)) if strangers else PERIODS[0]
        made.append(Grant(f"g{n}", draw(subjects), draw(st.sampled_from(["duty", "research"])) if strangers else "duty",
                          draw(st.sampled_from(["d", "other"])) if strangers else "d", columns, "law", first, last,
                          draw(PREDICATES), draw(st.booleans()), f"{n:032x}"))
    for n in range(draw(st.integers(0, 2))):
        hidden = draw(st.none() | st.frozensets(st.sampled_from(list(POOLS)), min_size=1, max_size=3))
        made.append(Denial(f"d{n}", draw(subjects), "d", "law", date(2020, 1, 1), None, draw(st.sampled_from([None, "duty", "research"])),
                           draw(PREDICATES), hidden))
    return draw(st.permutations(made))


def load(engine: str, folder: Path, rows: list[dict[str, Any]]) -> ibis.Table:
    path = folder / f"{abs(hash(repr(rows)))}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), path)
    return _backend(engine).read_parquet(str(path), table_name=f"t{path.stem}")


def expected(rows: list[dict[str, Any]], given: list[Any], **asked: Any) -> list[str]:
    return sorted(repr(sorted((c, v) for c, (_, v) in row.items() if v is not None)) for row in cells(rows, given, **asked).values())


def fetched(table: ibis.Table) -> list[str]:
    return sorted(repr(sorted((c, v) for c, v in row.items() if v is not None)) for row in records(table, by=table.columns))


ROWS = [{"row": n, **{c: pool[(n * step) % len(pool)] for step, (c, pool) in zip((1, 3, 5, 7, 11, 2, 3), POOLS.items(), strict=True)}}
        for n in range(40)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("access")


@given(tables(), rules(SUBJECTS), st.sampled_from([ME, ANONYMOUS, Principal(f"p-{2:032x}", "sz")]), st.sampled_from(["duty", "research"]),
       st.booleans())
def test_the_query_gives_what_the_rules_say_on_duckdb(folder, rows, given, principal, purpose, export):
    table = visible(load("duckdb", folder, rows), given, principal, purpose, AT, dataset="d", export=export)
    assert fetched(table) == expected(rows, given, principal=principal, purpose=purpose, export=export)


@given(tables(), rules())
def test_the_query_of_one_subject_gives_what_the_rules_say_on_duckdb(folder, rows, given):
    assert fetched(visible(load("duckdb", folder, rows), given, ME, "duty", AT, dataset="d")) == expected(rows, given)


@settings(max_examples=8)
@given(given=rules())
def test_the_query_gives_what_the_rules_say_on_spark(session, folder, given):
    assert fetched(visible(load("spark", folder, ROWS), given, ME, "duty", AT, dataset="d")) == expected(ROWS, given)


PRECISE: dict[str, list[Any]] = {
    "place": [Exact(), Hashed(), Masked(1, 2), *(Generalised(to) for to in ("city", "province", "nation"))],
    "name": [Exact(), Hashed(), Masked(), Masked(1, 0), Masked(0, 1), Masked(2, 2)],
    "day": [Exact(), Hashed(), Masked(4, 0), Truncated("month"), Truncated("year")],
    "count": [Exact(), *(Rounded(u) for u in (1, 2, 3, 10, 10**12)), Banded(10)], "share": [Exact(), *(Rounded(u) for u in (1, 0.5, 1e-9, 5)), Banded(1), Banded(0.5)],
    "known": [Exact()], "born": [Exact(), Truncated("month"), Truncated("year")]}


@pytest.mark.parametrize("turn", range(max(map(len, PRECISE.values()))))
def test_every_precision_shows_every_value_the_same_on_both_engines(session, folder, turn):
    columns = {"row": Exact()} | {c: ps[turn % len(ps)] for c, ps in PRECISE.items()}
    given = [Grant("g", Subject("organisation", "gz"), "duty", "d", columns, "law", date(2020, 1, 1), salt="0" * 32)]
    for engine in ("duckdb", "spark"):
        assert fetched(visible(load(engine, folder, ROWS), given, ME, "duty", AT, dataset="d")) == expected(ROWS, given), engine


LEAVES_ALL: list[Any] = [
    *(Within("place", p) for p in ("440000", "440100", "440106", "CN")), OneOf("share", ()), OneOf("name", ("O'Brien\\", "😀😀😀")),
    *(Equal(c, v.isoformat() if isinstance(v, date) else v) for c, pool in POOLS.items() for v in pool[:3] if v is not None),
    Between("share", -2.5, None), Between("count", None, 5), Between("day", "2024", "2024-06"), Between("born", "2024-01-01", "2024-06-01")]


def test_every_kind_of_condition_and_its_negation_gives_the_same_rows_on_both_engines(session, folder):
    conditions = [made for leaf in LEAVES_ALL for made in (leaf, Not(leaf), Some((leaf, Not(leaf))))]
    given = [Grant("g", Subject("organisation", "gz"), "duty", "d", {"row": Exact()}, "law", date(2020, 1, 1), rows=c) for c in conditions]
    told = [{"condition": n, "row": r} for n, g in enumerate(given) for r in cells(ROWS, [g])]
    for engine in ("duckdb", "spark"):
        table = load(engine, folder, ROWS)
        every = ibis.union(*(visible(table, [g], ME, "duty", AT, dataset="d").mutate(condition=ibis.literal(n, "int64")) for n, g in enumerate(given)))
        assert records(every.select("condition", "row"), by=("condition", "row")) == told, engine


def shows_no_more(less: ibis.Table, more: ibis.Table, rows: list[dict[str, Any]], fewer: list[Any], rest: list[Any]) -> None:
    """No row and no cell that was not there, no cell finer than it was; and the query agrees with the rules on both sides."""
    assert fetched(less) == expected(rows, fewer)
    assert fetched(more) == expected(rows, rest)
    assert {r["row"] for r in records(less, by=less.columns)} <= {r["row"] for r in records(more, by=more.columns)}
    before, after = cells(rows, rest), cells(rows, fewer)
    assert all(c in before[n] and before[n][c][0] <= how for n, row in after.items() for c, (how, _) in row.items())


@given(tables(), rules(), st.data())
def test_taking_a_grant_away_never_shows_more(folder, rows, given, data):
    grants = [g for g in given if isinstance(g, Grant)]
    if grants:
        gone = data.draw(st.sampled_from(grants))
        rest = [g for g in given if g is not gone]
        table = load("duckdb", folder, rows)
        shows_no_more(visible(table, rest, ME, "duty", AT, dataset="d"), visible(table, given, ME, "duty", AT, dataset="d"), rows, rest, given)


@given(tables(), rules(), PREDICATES, st.none() | st.frozensets(st.sampled_from(list(POOLS)), min_size=1))
def test_a_further_denial_never_shows_more(folder, rows, given, where, hidden):
    more = [*given, Denial("further", Subject("organisation", "public"), "d", "law", date(2020, 1, 1), rows=where, columns=hidden)]
    table = load("duckdb", folder, rows)
    shows_no_more(visible(table, more, ME, "duty", AT, dataset="d"), visible(table, given, ME, "duty", AT, dataset="d"), rows, more, given)


@given(tables(), rules())
def test_nothing_but_granted_columns_is_in_the_result_and_the_order_of_grants_does_not_matter(folder, rows, given):
    table = load("duckdb", folder, rows)
    seen = visible(table, given, ME, "duty", AT, dataset="d")
    granted = {c for g in given if isinstance(g, Grant) for c in g.columns}
    assert set(seen.columns) <= granted or fetched(seen) == []
    assert all(seen[c].type() == table[c].type() for c in seen.columns)
    assert ibis.to_sql(seen.select(sorted(seen.columns))) == ibis.to_sql(
        visible(table, sorted(given, key=lambda g: g.id), ME, "duty", AT, dataset="d").select(sorted(seen.columns))) or fetched(seen) == fetched(
        visible(table, given[::-1], ME, "duty", AT, dataset="d"))
