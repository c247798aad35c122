"""One query over seven nodes gives the centralised answer, and moves at most 1 % of the bytes that pulling all rows would.

A province and six cities below it, each city in a process of its own behind a loopback port, 1,000,000 rows each. Beside it
DuckDB over all seven nodes' Parquet files in one place: what somebody would do who had pulled them there. Bytes pulled are
those of the files, which are compressed; bytes moved are the bodies of all requests and answers. ``--rows`` makes it shorter.
"""

from __future__ import annotations

import argparse
import math
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from jingwei.coordination.federation import across, actions
from jingwei.coordination.federation.model import Init
from jingwei.coordination.federation.neighbours import admit, exchange_of, join
from jingwei.coordination.federation.query import finished, merge, read_sql
from jingwei.coordination.federation.sources import Http
from jingwei.kernel import people_records
from jingwei.kernel.access import Exact, Grant, Subject
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.lake import Dataset
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

NODES = 7
BAR = 0.01
PEOPLE = Dataset("people", 1, {"city": "string", "street": "int64", "level": "string", "age": "int64", "income": "float64", "insured": "bool"})
QUESTIONS = (
    "SELECT level, insured, count(*), sum(age), avg(income), min(age), max(age) FROM people GROUP BY level, insured",
    "SELECT city, count(*), avg(income) FROM people WHERE age >= 60 GROUP BY city",
    "SELECT city, street, count(*), sum(income) FROM people GROUP BY city, street",
)
SERVER = """
import sys
from pathlib import Path
import uvicorn
from litestar import Litestar
from jingwei.doors import nodes
from jingwei.kernel.workspace import Workspace
uvicorn.run(Litestar(nodes.routes(Workspace(Path(sys.argv[1]))), openapi_config=None), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@dataclass(frozen=True)
class Counted(Http):
    """The same transport, its bodies counted."""

    bytes: list[int] = field(default_factory=list)

    def _call(self, url: str, method: str, path: str, body: bytes | None = None) -> bytes:
        answer = super()._call(url, method, path, body)
        self.bytes.append(len(body or b"") + len(answer))
        return answer


def fill(workspace: Workspace, city: str, rows: int, seed: int) -> None:
    """Rows of chance, in files of 100,000."""
    chance = np.random.default_rng(seed)
    for first in range(0, rows, 100_000):
        n = min(100_000, rows - first)
        columns = (chance.integers(0, 200, n).tolist(), chance.choice(list("abcde"), n).tolist(), chance.integers(0, 100, n).tolist(),
                   chance.lognormal(10, 1, n).round(2).tolist(), (chance.random(n) < 0.9).tolist())
        workspace.lake.append(PEOPLE, [dict(zip(PEOPLE.columns, (city, *row), strict=True)) for row in zip(*columns, strict=True)])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def made(folder: Path, number: int, rows: int) -> tuple[Exchange, int]:
    workspace, port = Workspace(folder / f"node{number}"), free_port()
    actions.init(Context(workspace), Init(f"node {number}", "city" if number else "province", "440000", url=f"127.0.0.1:{port}"))
    fill(workspace, f"city {number}", rows, number)
    with workspace.store.write() as connection:
        people_records.give(connection, Grant("g", Subject("role", "parent"), "statistics", "people", dict.fromkeys(PEOPLE.columns, Exact()), "benchmark",
                                              date(2020, 1, 1), export=True), system_clock())
    return exchange_of(workspace), port


def same(ours: list[dict[str, object]], theirs: list[tuple[object, ...]]) -> bool:
    """Whole numbers equal, floating ones to 12 digits (their order of adding up is not ours)."""
    left, right = sorted((tuple(r.values()) for r in ours), key=str), sorted(theirs, key=str)
    return len(left) == len(right) and all(
        math.isclose(a, b, rel_tol=1e-12) if isinstance(a, float) and isinstance(b, float) else a == b
        for one, other in zip(left, right, strict=True) for a, b in zip(one, other, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows, good = parser.parse_args().rows, True
    with tempfile.TemporaryDirectory() as folder:
        nodes = [made(Path(folder), number, rows) for number in range(NODES)]
        servers = [subprocess.Popen([sys.executable, "-c", SERVER, str(n.workspace.folder), str(port)]) for n, port in nodes]
        try:
            for _, port in nodes:
                while True:
                    try:
                        Http().greet(f"http://127.0.0.1:{port}")
                        break
                    except Problem:
                        time.sleep(0.1)
            top = nodes[0][0]
            for exchange, _ in nodes[1:]:
                join(exchange, top.hello().profile.url, Http())
                admit(top, exchange.hello().profile.id)
            top.deliver(Http())
            files = [f for n, _ in nodes for f in (n.workspace.folder / "lake" / "people" / "data").glob("*.parquet")]
            pulled = sum(f.stat().st_size for n, _ in nodes[1:] for f in (n.workspace.folder / "lake" / "people" / "data").glob("*.parquet"))
            print(f"{NODES} nodes, {rows:,} rows each; pulling the six cities' rows: {pulled:,} bytes\n")
            print("| question | groups | across, s | centralised, s | bytes moved | of pull-all | the same answer |\n| --- | --- | --- | --- | --- | --- | --- |")
            began = time.perf_counter()
            across.ask(top, read_sql("SELECT count(*) FROM people", "statistics", "first"), Http(120), 120, across=True)
            first = time.perf_counter() - began
            for sql in QUESTIONS:
                transport, began = Counted(120), time.perf_counter()
                plan = read_sql(sql, "statistics", secrets.token_hex(16))
                parts, silent = across.ask(top, plan, transport, 120, across=True)
                answer = finished(plan, merge(plan, (p.cells for p in parts)))
                took, began = time.perf_counter() - began, time.perf_counter()
                expected = duckdb.sql(sql.replace("FROM people", f"FROM read_parquet({[str(f) for f in files]})")).fetchall()
                central, moved = time.perf_counter() - began, sum(transport.bytes)
                equal = same(answer, expected) and not silent and not any(p.hidden for p in parts)
                good &= equal and moved <= BAR * pulled
                print(f"| `{sql}` | {len(answer):,} | {took:.2f} | {central:.2f} | {moved:,} | {moved / pulled:.3%} | {'yes' if equal else 'NO'} |")
        finally:
            for server in servers:
                server.kill()
    print(f"\nBefore that the first question to processes that had loaded nothing yet: {first:.2f} s.")
    print(f"Bar: the same answer with at most {BAR:.0%} of the bytes: {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
