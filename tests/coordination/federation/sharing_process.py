"""A node's process in tests of sharing between nodes: its door, its courier, and people at work, until it is killed."""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import uvicorn
from litestar import Litestar
from sharing_nodes import COLUMNS, ROLE

from jingwei.coordination.federation import sources
from jingwei.doors import nodes
from jingwei.foundations.data.sharing import ACTIONS, asks, landing
from jingwei.foundations.data.sharing.records import shared
from jingwei.kernel.actions import Context, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.people import Principal
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

assert pyarrow.parquet.__name__
BY_NAME = {a.path[1]: a for a in ACTIONS}
CUT, STOP = "cut", "stop"
PART = 300
"""Bytes of a part here, so that each delivery has many and is killed between them."""


BEGAN = [0.0]


def march() -> datetime:
    """Now, had the test begun on a Monday of March 2026, whose working days are known."""
    return datetime(2026, 3, 2, 12, tzinfo=CHINA) + timedelta(seconds=time.time() - BEGAN[0])


def serve(folder: str, port: int, seed: int, work: str, began: float) -> None:
    """``work``: ``asks`` (a county's) or ``decides`` (a city's)."""
    BEGAN[0] = began
    nodes.PAUSE, nodes.HEADS_EVERY, nodes.COLLECT_EVERY, landing.PART = 0.03, 2.0, 0.05, PART
    nodes.Http = lambda: sources.Http(2.0)  # type: ignore[assignment,misc]
    nodes.exchange_of = lambda workspace: exchange_of(workspace, march)  # type: ignore[assignment]
    workspace = Workspace(Path(folder))
    refuse_when_cut(workspace.folder)
    courier = nodes.Courier(workspace)
    app = Litestar(nodes.routes(workspace), openapi_config=None, on_startup=[courier.begin])
    threading.Thread(target={"asks": asking, "decides": deciding}[work], args=(workspace, random.Random(seed)), daemon=True).start()

    async def door(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (workspace.folder / CUT).exists():
            raise ConnectionRefusedError
        await app(scope, receive, send)

    uvicorn.run(door, host="127.0.0.1", port=port, log_level="critical")


exchange_of = nodes.exchange_of


def refuse_when_cut(folder: Path) -> None:
    class Refusing(sources.HTTPConnection):
        def connect(self) -> None:
            if (folder / CUT).exists():
                raise ConnectionRefusedError
            super().connect()

    sources.HTTPConnection = Refusing  # type: ignore[misc,assignment]


def asking(workspace: Workspace, chance: random.Random) -> None:
    """Health of the county asks as fast as it can, and says which requests it was told are on their way."""
    context = context_of(workspace, "health")
    with (workspace.folder / "acknowledged").open("a") as done:
        first = sum(1 for _ in (workspace.folder / "acknowledged").open())
        for n in range(first, 10_000):
            if (workspace.folder / STOP).exists():
                return
            given = asks.AskData("POP-01", asker="health", basis="条例第二十条", scenario="核验", columns=COLUMNS, rows=("place within 440100",), mode="parquet",
                                 first="2026-03-01", last="2026-12-31", key=f"k{n}", holder="n-" + (workspace.folder / "holder").read_text())
            name = run(BY_NAME["request"], context, given).data["request"]
            done.write(f"{name}\n")
            done.flush()
            os.fsync(done.fileno())
            time.sleep(chance.uniform(0.2, 1.0))


def deciding(workspace: Workspace, chance: random.Random) -> None:
    """Civil affairs of the city grants and delivers whatever waits."""
    context = context_of(workspace, "civil")
    while not (workspace.folder / "over").exists():
        for case in list(shared(workspace.ledger, words=False).cases.values()):
            try:
                if case.decision is None:
                    run(BY_NAME["decide"], context, asks.DecideRequest(case.request.code, "grant", export=True))
                if not case.uses:
                    run(BY_NAME["deliver"], context, asks.DeliverRequest(case.request.code, "once"))
            except Problem as problem:
                print(problem, flush=True)
        time.sleep(chance.uniform(0.01, 0.05))


def context_of(workspace: Workspace, organisation: str) -> Context:
    return replace(Context(workspace, clock=march), principal=Principal(f"p-{len(organisation):032x}", organisation, (ROLE,)))


