"""Ten million rows of twenty columns are profiled out of core: exact counts under a limit of memory that is stated and kept.

Beside it DuckDB's own SUMMARIZE (its distinct counts and quantiles are estimates; it has no patterns, keys or bins) under the same limit, and polars
asked for the same exact figures with its streaming engine and no limit. On a smaller table also the whole way from a CSV file, beside frictionless.
Each in a process of its own: seconds by the clock, seconds of processor, and the most memory it held. Peers are looked for in ``.venv-bench``.
``--rows`` and ``--small`` take less.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS, SMALL = 10_000_000, 200_000
LIMIT = "1GB"
BENCH = Path(".venv-bench/bin/python")
COLUMNS = """
    lpad(((i * 7919) % 1000000007)::VARCHAR, 18, '0') AS id, ['王', '李', '张三', '赵四'][1 + (random() * 3)::INT] AS name,
    lpad((110000 + (random() * 3000)::INT)::VARCHAR, 6, '0') AS place, ['甲', '乙', '丙'][1 + (random() * 2)::INT] AS kind,
    DATE '2015-01-01' + (random() * 4000)::INT AS began, CASE WHEN random() < 0.3 THEN NULL ELSE DATE '2018-01-01' + (random() * 2000)::INT END AS ended,
    random() < 0.5 AS open, md5(i::VARCHAR)[:8] AS mark, {whole}, {figures}"""


def write(file: Path, rows: int) -> None:
    import duckdb

    whole = ", ".join(f"(random() * {10 ** (n + 2)})::BIGINT AS w{n}" for n in range(6))
    figures = ", ".join(f"CASE WHEN random() < 0.02 THEN NULL ELSE round(random() * {10 ** (n + 1)}, 2) END AS f{n}" for n in range(6))
    connection = duckdb.connect()
    connection.execute("SELECT setseed(0.5)")
    form = "FORMAT parquet, COMPRESSION zstd" if file.suffix == ".parquet" else "FORMAT csv, HEADER"
    connection.execute(f"COPY (SELECT {COLUMNS.format(whole=whole, figures=figures)} FROM range({rows}) r(i)) TO '{file}' ({form})")


def ours(file: Path, folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    from jingwei.foundations.data.tables import profiling, sources

    kinds = {"string": "string", "double": "float64", "int64": "int64", "bool": "bool", "date32[day]": "date"}
    columns = {field.name: kinds[str(field.type)] for field in pq.read_schema(file)}
    connection = sources.engine(folder, LIMIT)
    table = connection.read_parquet(str(file))
    made = list(profiling.columns_of(table, columns, {}, {}, {}))
    return {"distinct": {c.name: c.distinct for c in made}, "keys": profiling.keys_of(table, made, pq.read_metadata(file).num_rows)}


def from_csv(file: Path, folder: Path) -> dict[str, Any]:
    from jingwei.foundations.data.tables import profiling, sources
    from jingwei.kernel.tables import OnDisk

    connection = sources.engine(folder, LIMIT)
    read = sources.read(OnDisk(file.name, file), folder, connection)
    table = connection.read_parquet(str(read.file), table_name="accepted")
    made = list(profiling.columns_of(table, read.columns, read.hints, read.units, read.written))
    return {"distinct": {c.name: c.distinct for c in made}, "rows": read.rows}


def summarize(file: Path, folder: Path) -> dict[str, Any]:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": LIMIT, "temp_directory": str(folder), "threads": 2})
    rows = connection.execute(f"SUMMARIZE SELECT * FROM '{file}'").fetchall()
    return {"distinct": {row[0]: row[4] for row in rows}}


def polars(file: Path, folder: Path) -> dict[str, Any]:
    import polars as pl

    frame = pl.scan_parquet(file)
    asked = []
    for name, kind in frame.collect_schema().items():
        column = pl.col(name)
        asked += [column.null_count().alias(f"{name}.missing"), column.drop_nulls().n_unique().alias(f"{name}.distinct"), column.min().alias(f"{name}.least"), column.max().alias(f"{name}.most")]
        if kind.is_numeric():
            asked += [column.mean().alias(f"{name}.mean"), *(column.quantile(q, "linear").alias(f"{name}.{q}") for q in (0.05, 0.25, 0.5, 0.75, 0.95))]
    told = frame.select(asked).collect(engine="streaming").row(0, named=True)
    return {"distinct": {name.removesuffix(".distinct"): value for name, value in told.items() if name.endswith(".distinct")}}


def frictionless(file: Path, folder: Path) -> dict[str, Any]:
    from frictionless import Resource

    resource_ = Resource(path=file.name, basepath=str(file.parent))
    resource_.infer(stats=True)
    with resource_:
        rows = sum(bool(row.valid) for row in resource_.row_stream)  # asked for, or its cells would not be read
    return {"rows": rows, "distinct": {}}


WAYS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {f.__name__: f for f in (ours, from_csv, summarize, polars, frictionless)}


def measured(way: str, file: Path, folder: Path) -> dict[str, Any] | None:
    """What one way took, in a process of its own; None when the peer is not there."""
    program = str(BENCH) if BENCH.is_file() and way in ("polars", "frictionless") else sys.executable
    done = subprocess.run([program, __file__, "--way", way, "--file", str(file), "--folder", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{way}: {done.stderr.strip().splitlines()[-1][:200]}", file=sys.stderr)
        return None
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def run_one(way: str, file: Path, folder: Path) -> None:
    began = time.perf_counter()
    told = WAYS[way](file, folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**told, "seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss // 1024}, default=str))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--way")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.way:
        run_one(asked.way, asked.file, asked.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        big, small = Path(folder) / "big.parquet", Path(folder) / "small.csv"
        write(big, asked.rows)
        write(small, asked.small)
        print(f"{asked.rows:,} rows of 20 columns, {big.stat().st_size >> 20} MiB of Parquet; limit for DuckDB {LIMIT}. CSV: {asked.small:,} rows, {small.stat().st_size >> 20} MiB.\n")
        print("| what | rows | s | s of processor | MiB at most | distinct counts |\n| --- | --- | --- | --- | --- | --- |")
        exact: dict[str, int] = {}
        for way, name, file, rows in (("ours", "profile: exact, with patterns, bins, keys", big, asked.rows), ("summarize", "DuckDB SUMMARIZE", big, asked.rows),
                                      ("polars", "polars, streaming: the same exact figures, no patterns, bins or keys", big, asked.rows),
                                      ("from_csv", "CSV read, typed, checked and profiled", small, asked.small), ("frictionless", "frictionless: inferred and every row checked", small, asked.small)):
            told = measured(way, file, Path(folder))
            if told is None:
                print(f"| {name} | {rows:,} | not there | – | – | – |")
                continue
            exact = exact or told["distinct"]
            off = max((abs(told["distinct"].get(c, n) - n) / n for c, n in exact.items() if n), default=0.0) if file is big and told["distinct"] else None
            print(f"| {name} | {rows:,} | {told['seconds']:.1f} | {told['cpu']:.1f} | {told['mib']:,} | {'–' if off is None else 'exact' if off == 0 else f'off by up to {off:.1%}'} |", flush=True)


if __name__ == "__main__":
    main()
