"""A process that shares as fast as it can and says what was acknowledged, until it is killed."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow.parquet
from shared_node import NOON

from jingwei.foundations.data.sharing import ACTIONS, asks
from jingwei.kernel.actions import Context, Result, run
from jingwei.kernel.workspace import Workspace

BY_NAME = {a.path[1]: a for a in ACTIONS}


def work(folder: str, first: int) -> None:
    context = Context(Workspace(Path(folder)), clock=lambda: NOON)

    def do(word: str, given: object) -> Result:
        return run(BY_NAME[word], context, given)

    def told(*words: object) -> None:
        print(*words, flush=True)

    assert ibis.duckdb.connect()
    assert pyarrow.parquet.__name__
    told("ready")
    for n in range(first, first + 10_000):
        asked = asks.AskData("POP-01", asker="health", basis="条例第二十条", scenario="核验", columns=("place", "income:rounded 1000"), mode="csv",
                             first="2026-03-01", last="2026-12-31", key=f"k{n}")
        name = do("request", asked).data["request"]
        told("requested", n, name)
        do("decide", asks.DecideRequest(name, "grant"))
        told("decided", n, name)
        told("delivered", n, name, do("deliver", asks.DeliverRequest(name, key="once")).data["digest"])
