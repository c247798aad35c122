"""A contract of twelve promises over a million rows is assessed from Parquet within seconds of processor; pandera finds the same rows.

Both hold the same file against the same promises: three columns required, a pattern, a code list, a range, a key, a rule between columns.
Ours counts all 23 metrics besides, whole-row duplicates and dirty text among them. pandera is no dependency of the product; install it
beside (`pip install --target DIR "pandera[polars]"`, then PYTHONPATH=src:DIR) or its row is left out. ROWS=10000000 for ten million.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jingwei.foundations.data.quality.contract import Contract, Field, Rule
from jingwei.foundations.data.quality.measuring import assess
from jingwei.kernel.lake import _backend

ROWS = int(os.environ.get("ROWS", "1000000"))
CODES = tuple("ABCDEFGH")
CONTRACT = Contract(
    dataset="t", keys=(("id",),), rules=(Rule(name="paid <= due", condition="paid <= due"),),
    fields=(Field(name="id", type="integer", required=True), Field(name="name", type="string", required=True, pattern="[A-Z][0-9]{6}"),
            Field(name="code", type="string", codes=CODES), Field(name="age", type="integer", least=0, most=120, required=True), Field(name="due", type="number"),
            Field(name="paid", type="number")))


def made(path: Path) -> None:
    """The same rows each time, one in a thousand wrong in each way."""
    draw = np.random.default_rng(0)
    wrong = draw.random((5, ROWS)) < 0.001
    number = np.arange(ROWS)
    name = np.char.add("N", np.char.zfill((number % 1_000_000).astype(str), 6)).astype(object)
    name[wrong[0]] = "n0"
    code, due = np.array(CODES, dtype=object)[draw.integers(0, 8, ROWS)], draw.random(ROWS) * 1000
    code[wrong[1]] = "Z"
    age = np.where(wrong[2], 130, draw.integers(0, 100, ROWS))
    columns = {"id": np.where(wrong[3], 7, number), "name": name, "code": code, "age": pa.array(age, mask=draw.random(ROWS) < 0.001), "due": due, "paid": np.where(wrong[4], due + 1, due / 2)}
    pq.write_table(pa.table(columns), path)


def ours(path: Path) -> dict[str, int]:
    table = _backend("duckdb").read_parquet(str(path), table_name=f"t{time.monotonic_ns()}")
    found = {b.check: b.rows for b in assess(table, CONTRACT, "s", date(2026, 1, 1), lambda _: table, {}).breaches}
    return {"name": found["name.format"], "code": found["code.codes"], "age": found["age.range"], "missing": found["age.required"], "id": found["unique(id)"], "rule": found["paid <= due"]}


def theirs(path: Path) -> dict[str, int]:
    import pandera.polars as pandera
    import polars

    schema = pandera.DataFrameSchema(
        {"id": pandera.Column(int, nullable=False, unique=True), "name": pandera.Column(str, pandera.Check.str_matches(r"^[A-Z][0-9]{6}$"), nullable=False),
         "code": pandera.Column(str, pandera.Check.isin(CODES)), "age": pandera.Column(int, pandera.Check.in_range(0, 120), nullable=False),
         "due": pandera.Column(float), "paid": pandera.Column(float)},
        checks=pandera.Check(lambda data: data.lazyframe.select(polars.col("paid") <= polars.col("due")), name="rule"))
    try:
        schema.validate(polars.read_parquet(path), lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.group_by("column", "check").len().rows()
        found = {(column, check): n for column, check, n in cases}
        return {"name": found["name", "str_matches('^[A-Z][0-9]{6}$')"], "code": next(n for (c, _), n in found.items() if c == "code"),
                "age": next(n for (c, k), n in found.items() if c == "age" and k.startswith("in_range")), "missing": found["age", "not_nullable"],
                "id": found["id", "field_uniqueness"], "rule": next(n for (_, k), n in found.items() if k == "rule")}
    raise AssertionError("nothing was found")


def measured(name: str, find: Callable[[Path], dict[str, int]], path: Path) -> tuple[str, dict[str, Any]]:
    find(path)  # what is loaded once is loaded
    cpu, wall = time.process_time(), time.perf_counter()
    found = find(path)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return f"| {name} | {ROWS:,} | {cpu:.2f} | {wall:.2f} | {ROWS / cpu:,.0f} | {sum(found.values()):,} |", found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        made(path)
        line, found = measured("jingwei, 23 metrics", ours, path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines = [line]
        if find_spec("pandera"):
            line, other = measured(f"pandera {version('pandera')} on polars {version('polars')}, the promises alone", theirs, path)
            lines.append(line)
            differing = {k: (v, other[k]) for k, v in found.items() if v != other[k]}
        print(f"The file has {path.stat().st_size / 2**20:.0f} MiB; our process at most {peak:,.0f} MiB, with what made the rows.\n")
        print("| what | rows | CPU s | s | rows a second of processor | failing values |\n| --- | --- | --- | --- | --- | --- |")
        print("\n".join(lines))
        print("\nBoth find the same numbers." if len(lines) > 1 and not differing else f"\nThey differ: {differing}" if len(lines) > 1 else "\npandera is not installed here.")


if __name__ == "__main__":
    sys.exit(main())
