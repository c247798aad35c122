"""The profile of a table, what it is sampled to and who used it are the same whether DuckDB or Spark works them out."""

from __future__ import annotations

import math
import random
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from jingwei.foundations.data.once import actions as once
from jingwei.foundations.data.once.asks import AskReport, CheckForm, PlanCollection, TakeTable
from jingwei.foundations.data.once.records import BYTES, SECRET_FILE
from jingwei.foundations.data.sharing import actions as sharing
from jingwei.foundations.data.sharing.asks import OfferData
from jingwei.foundations.data.tables import actions as tables
from jingwei.foundations.data.tables import profiling
from jingwei.foundations.data.tables.asks import RegisterTable
from jingwei.foundations.data.tables.model import Column
from jingwei.foundations.data.uses import actions as uses
from jingwei.foundations.data.uses.model import AskLineage, AskUse
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.lake import Dataset, Lake
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

NOON = datetime(2026, 3, 4, 12, tzinfo=CHINA)
COLUMNS: dict[str, Any] = {"row": "int64", "姓名": "string", "a\"b`c": "string", "code": "string", "n": "int64", "share": "float64", "born": "date", "known": "bool",
                           "empty": "string"}
WORDS = ["张三", "欧阳娜娜", "𠮷野々村", "广东省广州市天河区", "😀文a1", "O'Brien\\", "A-12/b", "１２", "a\nb", "ß", "", None]
"""Han of the first and of the second plane, an emoji beside one, marks, full-width digits, an empty text."""


def cells(row: int) -> dict[str, Any]:
    def of(pool: list[Any], step: int) -> Any:
        return pool[row * step % len(pool)]

    return {"row": row, "姓名": of(WORDS, 1), "a\"b`c": of(["\"; DROP TABLE t; --", "%_", "\t", None], 1), "code": of(["110101", "440106", "CN", None], 3),
            "n": of([0, -1, 7, 15, 2**53 + 1, -(2**63), 2**63 - 1, None], 5), "share": of([0.0, -2.5, 0.1, 1e15, 1e300, -1e300, None], 3),
            "born": of([date(2024, 2, 29), date(1969, 12, 31), date(1990, 1, 1), None], 1), "known": of([True, False, None], 1), "empty": None}


def profiled(lake: Lake, hints: dict[str, Any]) -> list[Any]:
    dataset = Dataset("given", 1, COLUMNS)
    table = lake.read(dataset, lake.snapshot(dataset))
    columns = list(profiling.columns_of(table, COLUMNS, hints, {}, {}))
    return [*columns, profiling.keys_of(table, columns, 120)]


@pytest.mark.parametrize("hints", [{}, {"姓名": "person_name"}])
def test_a_profile_is_the_same_on_either_engine_column_by_column(session, tmp_path, hints):
    rows = [cells(n) for n in range(120)]
    Lake(tmp_path).append(Dataset("given", 1, COLUMNS), rows[:50])
    Lake(tmp_path).append(Dataset("given", 1, COLUMNS), rows[50:])
    one, other = profiled(Lake(tmp_path), hints), profiled(Lake(tmp_path, "spark"), hints)
    for mine, theirs in zip(one, other, strict=True):
        assert alike(mine) == alike(theirs)
    by_name = {c.name: c for c in one[:-1]}
    assert one[-1] == (("row",),)
    assert (by_name["n"].distinct, by_name["n"].missing, by_name["empty"].distinct) == (7, 15, 0)
    assert ("文文文文" in {p.value for p in by_name["姓名"].patterns}) == (not hints)


def alike(said: Any) -> Any:
    """A mean is a sum in some order: its last bits are nobody's. All else is exact."""
    if not isinstance(said, Column) or said.mean is None:
        return said
    return msgspec.structs.replace(said, mean=float(f"{said.mean:.10g}") if math.isfinite(said.mean) else said.mean)


LOT = random.Random(3)
WHO = [(f"44010619{LOT.randrange(10**9):09d}X", f"138{LOT.randrange(10**8):08d}", f"{LOT.choice('东西南北')}街{LOT.randrange(10**6)}号") for _ in range(500)]
PEOPLE = "姓名,身份证号,电话,住址,收入（元）\n" + "".join(f"{'张王李赵'[n % 4]}{'伟芳娜敏静'[n % 5]},{','.join(w)},{1000 + n * 37 % 900}\n" for n, w in enumerate(WHO[:400]))
FORM = "id,tel,address,blood\n" + "".join(f"{i},+86 {tel},{at},{'ABO'[n % 3]}\n" for n, (i, tel, at) in enumerate(WHO[200:]))


def walked(folder: Any, engine: str) -> list[Any]:
    """A department drops in a table and offers it, another is about to collect it again: whatever the lake is asked on the way."""
    node = Workspace(folder)
    node.establish()
    (folder / "jingwei.toml").write_text(f'[lake]\nengine = "{engine}"\n')
    (folder / SECRET_FILE).write_bytes(b"s" * BYTES)
    context = Context(node, clock=lambda: NOON)
    form = Table.read(Document("form.csv", FORM.encode()))
    told = [tables.register(context, RegisterTable(Document("people.csv", PEOPLE.encode()), "people", "居民", "civil"))]
    told += [sharing.offer_data(context, OfferData("PEOPLE", "civil", "people", "unconditional")), once.take_tables(context, TakeTable())]
    told += [once.check(context, CheckForm(form)), once.plan(context, PlanCollection("visits", "health", form)), once.report(context, AskReport())]
    told += [uses.uses_of(context, AskUse()), uses.lineage_of(context, AskLineage("people"))]
    return [t.data for t in told]


def test_what_is_registered_sampled_found_twice_and_used_is_told_alike_on_either_engine(session, tmp_path):
    told = []
    for engine in ("duckdb", "spark"):
        (folder := tmp_path / engine).mkdir()
        told.append(walked(folder, engine))
    for one, other in zip(*told, strict=True):
        assert one == other
    assert [(f["held"]["dataset"], f["basis"]) for f in told[0][3]["findings"]] == [("people", "values")]
