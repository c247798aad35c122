"""What one principal may see of ten million rows is one query; cedarpy, asked row by row, answers some thousands a second.

Both are given the same rule over the same rows: place within Guangdong, grade 1 to 3, and not withheld. cedarpy is no dependency
of the product; install it beside (`pip install --target DIR cedarpy`, then PYTHONPATH=src:DIR) or its rows are left out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis

from jingwei.kernel.access import (
    All,
    Between,
    Denial,
    Equal,
    Exact,
    Generalised,
    Grant,
    Hashed,
    Masked,
    Rounded,
    Subject,
    Within,
    visible,
)
from jingwei.kernel.clock import CHINA
from jingwei.kernel.people import Principal

ROWS, PEER_ROWS = 10_000_000, 10_000
ME = Principal(f"p-{1:032x}", "gd")
AT = datetime(2026, 3, 4, 12, tzinfo=CHINA)
OURS, SINCE = Subject("organisation", "gd"), date(2026, 1, 1)
RULE = All((Within("place", "440000"), Between("grade", 1, 3)))
WITHHELD = Denial("d", OURS, "people", "law", SINCE, rows=Equal("withheld", True))
PLAIN = [Grant("g", OURS, "duty", "people", {"row": Exact()}, "law", SINCE, rows=RULE), WITHHELD]
RICH = [Grant("near", OURS, "duty", "people", {"row": Exact(), "name": Exact(), "income": Rounded(100)}, "law", SINCE,
              rows=All((RULE, Within("place", "440100")))),
        Grant("wide", OURS, "duty", "people", {"row": Exact(), "name": Masked(1, 0), "place": Generalised("city"), "income": Rounded(1000)},
              "law", SINCE, rows=RULE),
        Grant("matched", OURS, "duty", "people", {"row": Exact(), "id": Hashed()}, "law", SINCE, rows=Within("place", "440000"), salt="5a" * 16),
        WITHHELD]
POLICY = """
permit(principal, action, resource) when { resource.place like "44*" && resource.grade >= 1 && resource.grade <= 3 };
forbid(principal, action, resource) when { resource.withheld };
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        con = ibis.duckdb.connect()
        con.raw_sql("set threads = 1")
        path = Path(folder) / "people.parquet"
        con.raw_sql(f"""copy (select i as row, 'id' || i as id, '姓名' || (i % 1000) as name, (if(i % 2 = 0, 440000 + (i * 7919) % 2000, 110000 + (i * 7919) % 340000)) || '' as place,
                        i % 5 as grade, (i * 31) % 20000 as income, i % 50 = 0 as withheld from range({ROWS}) t(i)) to '{path}'""")
        people = con.read_parquet(str(path), table_name="people")
        print("| what | rows | by the clock, s | processor, s | rows a processor second |\n| --- | --- | --- | --- | --- |")
        line("DuckDB, no grants asked: every column read", ROWS, lambda: total(people))
        line("one grant and a denial, rows counted", ROWS, lambda: total(seen(people, PLAIN)))
        line("three grants and a denial, five columns masked, rounded, generalised, hashed", ROWS, lambda: total(seen(people, RICH)))
        if find_spec("cedarpy"):
            few = people.order_by("row").limit(PEER_ROWS)
            rows = few.select("row", "place", "grade", "withheld").to_pyarrow().to_pylist()
            ours = {r["row"] for r in seen(people, PLAIN).filter(ibis._.row < PEER_ROWS).to_pyarrow().to_pylist()}
            theirs = [line("cedarpy 4.12.2, one at a time", PEER_ROWS, lambda: one_by_one(rows)),
                      line("cedarpy 4.12.2, in batches of 1,000", PEER_ROWS, lambda: in_batches(rows))]
            print(f"\nBoth let the same {len(ours):,} of {PEER_ROWS:,} rows be seen: {'yes' if all(ours == other for other in theirs) else 'NO'}.")
        else:
            print("\ncedarpy is not installed here.")


def seen(people: Any, rules: list[Grant | Denial]) -> Any:
    return visible(people, rules, ME, "duty", AT, dataset="people")


def total(table: Any) -> Any:
    """Every cell is worked out, none is carried out of the engine: counts, and sums of lengths or figures."""
    def weight(column: Any) -> Any:
        return column.length().sum() if column.type().is_string() else column.cast("int64").sum()

    return table.aggregate(n=table.count(), **{f"w_{c}": weight(table[c]) for c in table.columns}).to_pyarrow().to_pylist()


def line(what: str, rows: int, work: Callable[[], Any]) -> Any:
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"| {what} | {rows:,} | {wall:.2f} | {processor:.2f} | {rows / processor:,.0f} |")
    return result


def asked(row: dict[str, Any]) -> dict[str, Any]:
    return {"principal": 'User::"me"', "action": 'Action::"read"', "resource": f'Row::"{row["row"]}"', "context": {}}


def entity(row: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"__entity": {"type": "Row", "id": str(row["row"])}}, "parents": [],
            "attrs": {"place": row["place"], "grade": row["grade"], "withheld": row["withheld"]}}


def one_by_one(rows: list[dict[str, Any]]) -> set[int]:
    import cedarpy

    return {row["row"] for row in rows if cedarpy.is_authorized(asked(row), POLICY, [entity(row)]).allowed}


def in_batches(rows: list[dict[str, Any]]) -> set[int]:
    import cedarpy

    given: set[int] = set()
    for start in range(0, len(rows), 1000):
        batch = rows[start:start + 1000]
        answers = cedarpy.is_authorized_batch([asked(row) for row in batch], POLICY, [entity(row) for row in batch])
        given |= {row["row"] for row, answer in zip(batch, answers, strict=True) if answer.allowed}
    return given


if __name__ == "__main__":
    main()
