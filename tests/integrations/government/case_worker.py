"""A process that does one thing to a case and may be told to die at any statement on the way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from case_models import Now, given

from jingwei.integrations.government.cases import actions, asks
from jingwei.kernel.actions import Context
from jingwei.kernel.workspace import Workspace


def work(folder: str, at: str, what: str, dies: int) -> None:
    """Does ``what`` (JSON) and says what came of it; killed before its ``dies``-th write, commits counted, or after the last when there are fewer (0: lives)."""
    context = Context(Workspace(Path(folder)), clock=Now(datetime.fromisoformat(at)))
    said = json.loads(what)
    with dying(dies) as left:
        if said["do"] == "start":
            told = actions.start(context, asks.StartCase(said["process"], given(**said["facts"]), key="once")).data
        elif said["do"] == "timers":
            told = actions.timers(context, asks.FireTimers()).data
        else:
            told = actions.do(context, asks.DoWork(said["case"], said["work"], outcome="granted")).data
        if dies and left[0] > 0:
            print(json.dumps({"writes": dies - left[0]}), flush=True)  # it was done, and nobody will hear what came of it
            os.kill(os.getpid(), signal.SIGKILL)
    print(json.dumps(told), flush=True)


@contextmanager
def dying(dies: int) -> Iterator[list[int]]:
    left = [dies]

    def one(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            one()

    if dies:
        sa.event.listen(sa.Engine, "before_cursor_execute", statement)
        sa.event.listen(sa.Engine, "commit", one)
    yield left
