"""A real server of two workers does a night's work once, whoever of them is killed over it, and however often it is started."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from datetime import datetime

from test_serve import ask, serving, workers_of

from jingwei.coordination.jobs.nightly import ALONE
from jingwei.kernel.clock import CHINA
from jingwei.kernel.jobs import OPEN, Jobs
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace


def settled(node: Workspace) -> list[str]:
    """The states of the night's jobs once all are finished."""
    jobs = Jobs(node.store)
    for _ in range(600):
        states = [job.status.state for job in jobs.listed(night="2026-03-02")]
        if len(states) == len(ALONE) and not {*states} & {*OPEN}:
            return states
        time.sleep(0.1)
    raise AssertionError(f"the night did not end: {states}")


def test_two_workers_do_a_missed_night_once_though_one_is_killed_and_the_server_started_again(tmp_path, monkeypatch):
    node = Workspace(tmp_path)
    node.ledger.append(Event("need.declared", datetime(2026, 3, 1, 12, tzinfo=CHINA), "local"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772420400")  # 2026-03-02 11:00 in China: the night of that day was missed
    with serving(tmp_path, workers=2) as (port, server):
        os.kill(min(workers_of(server)), signal.SIGKILL)
        assert settled(node) == ["done"] * 4
        status, page, _ = ask(port, "/en/nightly")
        assert (status, b"4 in all, of the night of 2026-03-02" in page) == (200, True)
    with serving(tmp_path, workers=2):
        time.sleep(1.5)  # several looks
    told = [json.loads(entry) for _, entry in node.ledger.entries()]
    done = Counter(e["facts"]["action"] for e in told if e["kind"] == "action.done")
    assert done == {"redlines.check": 1, "duties.check": 1, "matters.check": 1}
    assert [job.night for job in Jobs(node.store).listed()] == ["2026-03-02"] * 4
