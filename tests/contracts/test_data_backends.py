"""What is delivered, taken in and assessed of data is the same whether the lake is read by DuckDB or by Spark."""

from __future__ import annotations

import io
import math
import random
from datetime import date, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest

from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.described import describe
from jingwei.coordination.observations.model import DescribeFigures, Observe
from jingwei.foundations.data.once import actions as once
from jingwei.foundations.data.once.asks import TakeTable
from jingwei.foundations.data.sharing import actions, asks
from jingwei.foundations.data.sharing.delivery import deliver
from jingwei.foundations.data.sharing.model import Terms
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
)
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

AT = datetime(2026, 3, 4, 12, tzinfo=CHINA)
COLUMNS: dict[str, Any] = {"row": "int64", "place": "string", "姓名": "string", "a\"b`c": "string", "at": "string", "price": "string", "count": "int64", "share": "float64",
                           "known": "bool", "born": "date"}
POOLS: dict[str, list[Any]] = {
    "place": ["440000", "440106", "CN", "110101", "44010", "", None], "姓名": ["张三", "欧阳娜娜", "😀😀", "O'Brien\\", "a\0b", "\0", "", None],
    "a\"b`c": ["\"; DROP TABLE t; --", "' OR 1=1 --", "%_", "x\ny\t", "\0\0\0", "", None],
    "at": ["2024-06-30T23:59:59-05:00", "2024-06-30T23:59:59+08:00", "2024-06-30T15:59:59Z", "2024-13-01T00:00:00Z", "", None],
    "price": ["12.50", "-0.00", "99999999999999999999.99", "1e5", "", None], "count": [0, -1, 7, 15, 2**63 - 1, -(2**63), None],
    "share": [0.0, -0.0, 0.1, -2.5, 1e300, math.inf, -math.inf, math.nan, None], "known": [True, False, None], "born": [date(2024, 6, 30), date(1969, 12, 31), None]}
TEXTS: list[Any] = [Exact(), Hashed(), Masked(1, 1), Masked(0, 2), Masked()]
PRECISE: dict[str, list[Any]] = {
    "row": [Exact()], "place": [*TEXTS, Generalised("city"), Generalised("province"), Generalised("nation")], "姓名": TEXTS, "a\"b`c": TEXTS,
    "at": [*TEXTS, Truncated("month"), Truncated("year")], "price": TEXTS, "count": [Exact(), Rounded(10), Banded(10)], "share": [Exact(), Rounded(0.5), Banded(0.5)],
    "known": [Exact()], "born": [Exact(), Truncated("month"), Truncated("year")]}


def some(chance: random.Random, of: list[Any]) -> list[Any]:
    return chance.sample(of, chance.randint(1, len(of)))


def condition(chance: random.Random, depth: int = 2) -> Any:
    if depth and chance.random() < 0.5:
        kind = chance.choice((All, Some, Not))
        return Not(condition(chance, depth - 1)) if kind is Not else kind(tuple(condition(chance, depth - 1) for _ in range(chance.randint(1, 3))))
    column = chance.choice(list(POOLS))
    said = [v.isoformat() if isinstance(v, date) else v for v in POOLS[column]
            if v is not None and not (isinstance(v, float) and not math.isfinite(v)) and not (isinstance(v, str) and "\0" in v)]
    kinds = ["eq", "in", *(["range"] if column != "known" else []), *(["within"] if column == "place" else [])]
    match chance.choice(kinds):
        case "eq":
            return Equal(column, chance.choice(said))
        case "in":
            return OneOf(column, tuple(some(chance, said)))
        case "range":
            return Between(column, chance.choice(said), chance.choice([None, chance.choice(said)]))
    return Within("place", chance.choice(("440000", "440106", "CN")))


def world(chance: random.Random) -> tuple[list[dict[str, Any]], list[Grant | Denial]]:
    rows = [{"row": n, **{c: chance.choice(pool) for c, pool in POOLS.items()}} for n in range(chance.choice((0, 1, 12, 40)))]
    shown = {"row": Exact(), **{c: chance.choice(PRECISE[c]) for c in some(chance, list(POOLS))}}
    made: list[Grant | Denial] = [Grant("g", Subject("organisation", "health"), "duty", "d", shown, "条例第二十条", date(2026, 1, 1), date(2026, 12, 31),
                                        chance.choice((All(()), condition(chance))), salt="5a" * 32)]
    if chance.random() < 0.5:
        made.append(Denial("n", Subject("organisation", "health"), "d", "数据安全法第二十一条", date(2026, 1, 1), rows=condition(chance),
                           columns=chance.choice((None, frozenset(some(chance, list(POOLS)))))))
    return rows, made


def given_by(engine: str, node: Workspace, n: int, rows: list[dict[str, Any]], rules: list[Grant | Denial]) -> list[str]:
    dataset = Dataset(f"d{n}", 1, COLUMNS)
    half = len(rows) // 2
    node.lake.append(dataset, rows[:half])  # in two files, because a lake has many
    node.lake.append(dataset, rows[half:])
    mine = [type(r)(**{f: getattr(r, f) if f != "dataset" else dataset.name for f in r.__struct_fields__}) for r in rules]
    terms = Terms("D", Text("表", "table"), "civil", "bureau", dataset.name, 1, COLUMNS, "conditional")
    made = deliver(Context(node, clock=lambda: AT), terms, mine[0], mine, "health", "parquet")  # type: ignore[arg-type]
    table = pq.read_table(io.BytesIO(made.document.content))
    assert table.num_rows == made.rows
    return [*map(str, table.schema), *(repr(list(row.items())) for row in table.to_pylist())]


@pytest.fixture(scope="module")
def both(tmp_path_factory, session) -> dict[str, Workspace]:
    """The same node's folder under either setting."""
    nodes = {}
    for engine in ("duckdb", "spark"):
        node = nodes[engine] = Workspace(tmp_path_factory.mktemp(engine))
        node.establish()
        (node.folder / "jingwei.toml").write_text(f'[lake]\nengine = "{engine}"\n')
        assert node.lake.engine == engine
    return nodes


def agree(both: dict[str, Workspace], many: int, seed: int) -> None:
    chance = random.Random(seed)
    for n in range(many):
        rows, rules = world(chance)
        one, other = (given_by(engine, node, n, rows, rules) for engine, node in both.items())
        assert one == other, (rows, rules)


def test_what_is_delivered_under_random_policies_of_random_tables_is_the_same_row_for_row(both):
    agree(both, 8, 2026)


@pytest.mark.soak
def test_it_is_for_two_hundred_policies(both):
    agree(both, 200, 1)


def test_the_figures_told_as_a_catalogue_are_the_same_to_the_byte(both):
    figures = b"measure,place,period,value,unit,source,vintage,status\n" + b"".join(
        f"base_stations_5g,440000,{year},{value},10k,\"own \"\"count\"\", \xe7\x9c\x81\",2026-01,observed\n".encode("latin-1") for year, value in ((2022, "23.2"), (2023, "32.6")))
    told = []
    for node in both.values():
        context = Context(node, clock=lambda: AT)
        observe(context, Observe(Table.read(Document("own.csv", figures))))
        told.append({d.name: d.content for d in describe(context, DescribeFigures()).documents})
    assert told[0] == told[1]
    assert any("省".encode() in content for content in told[0].values())


def test_what_is_sampled_of_a_table_to_find_twins_is_the_same(both):
    rows = [{"row": n, **{c: pool[n % len(pool)] for c, pool in POOLS.items()}} for n in range(60)]
    taken = []
    for node in both.values():
        context = Context(node, clock=lambda: AT)
        node.lake.append(Dataset("twin", 1, COLUMNS), rows)
        actions.offer_data(context, asks.OfferData("TWIN", "civil", "twin", "unconditional"))
        taken.append([t for t in once.take_tables(context, TakeTable("twin", "civil")).data["taken"] if t["dataset"] == "twin"])
    assert taken[0] == taken[1]
    assert len(taken[0]) == 1
