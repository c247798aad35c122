"""Durable cases, beside SpiffWorkflow written to SQLite under the same sync policy and group size; and the work list of 100,000 open cases.

python benchmarks/cases.py [--cases 2000] [--group 500] [--open 100000]

The case is that of ``processes.py``, its departments' tasks done by people. So many cases go side by side; every step of each is written: here its events,
its state, what it waits for and an entry in the ledger; by the peer the whole serialised workflow. So many steps share one commit, with the write-ahead log
and synchronous = FULL on both sides.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from processes import DEPARTMENTS, PEER_PYTHON, model, table

from jingwei.engines.processes.state import Wait
from jingwei.integrations.government.cases import actions, asks, deployments, records
from jingwei.integrations.government.cases.running import Desk
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

PEER = Path(__file__).parent / "peers" / "spiff_persisted.py"
AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)


def node(folder: Path) -> Context:
    context = Context(Workspace(folder), clock=lambda: AT)
    lanes = "".join(f'<lane id="lane-{d}" name="{d}"><flowNodeRef>{d}</flowNodeRef></lane>' for d in DEPARTMENTS)
    drawn = model(lambda name: f'<userTask id="{name}"/>').replace(b'isExecutable="true">', f'isExecutable="true"><laneSet id="lanes">{lanes}</laneSet>'.encode())
    actions.deploy(context, asks.DeployThing(file=Document("newborn.bpmn", drawn), decisions=Document("allowance.dmn", whole())))
    return context


def whole() -> bytes:
    """The eight rules without gaps: a table with any is not deployed."""
    text = table("")
    for i in range(8):
        answers = "&lt; 1" if i == 0 else "&gt;= 7" if i == 7 else f"[{i}..{i + 1})"
        text = text.replace(f"<text>{i}</text></inputEntry>".encode(), f"<text>{answers}</text></inputEntry>".encode())
    return text


def ours(cases: int, group: int) -> tuple[int, float, float]:
    """Steps, processor seconds and seconds; as the peer holds its workflows, the cases stay in memory between their steps."""
    with tempfile.TemporaryDirectory() as folder:
        context = node(Path(folder))
        steps, begin, wall = 0, time.process_time(), time.perf_counter()
        desks: dict[int, Desk] = {}
        for at in range(0, cases, group):
            with records.changing(context) as desk:
                desks[at] = desk
                deployment = deployments.newest(desk.connection, "newborn")
                for _ in range(min(group, cases - at)):
                    desk.start(deployment, {"children": 5}, accepted=False)
                    steps += 1
        while desks:
            for at, kept in list(desks.items()):
                with records.changing(context, kept) as desk:
                    steps += len(desk.lives)
                    left = _round(desk, list(desk.lives))
                if left:
                    desk.lives = {n: desk.lives[n] for n in left}
                else:
                    del desks[at]
        return steps, time.process_time() - begin, time.perf_counter() - wall


def _round(desk: Desk, numbers: list[int]) -> list[int]:
    """One step of each; those that go on."""
    left = []
    for number in numbers:
        live = desk.lives[number]
        work = next(w.id for w in live.state.works.values() if w.wait == Wait.TASK)
        desk.complete(live, work, {live.deployment.net.nodes[live.state.works[work].node].id: 1})
        if live.status == "open":
            left.append(number)
    return left


def peer(cases: int, group: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        drawn, decided = Path(folder, "newborn.bpmn"), Path(folder, "allowance.dmn")
        drawn.write_bytes(model(lambda name: f'<userTask id="{name}"/>'))
        decided.write_bytes(table(""))
        said = subprocess.run([PEER_PYTHON, PEER, drawn, decided, str(cases), str(group), str(Path(folder, "spiff.db"))], capture_output=True, text=True, check=True)
    return dict(json.loads(said.stdout))


def work_list(open_: int) -> None:
    """Bytes a waiting case takes, and how long the most pressing fifty of so many take to list."""
    with tempfile.TemporaryDirectory() as folder:
        context = node(Path(folder))
        for at in range(0, open_, 5000):
            with records.changing(context) as desk:
                deployment = deployments.newest(desk.connection, "newborn")
                for i in range(at, min(at + 5000, open_)):
                    live = desk.start(deployment, {"children": 5}, accepted=False)
                    desk.complete(live, next(iter(live.state.works)), {"prefill": 1})
                    for number, row in list(live.rows.items()):  # due over a year, in no order
                        live.rows[number] = row._replace(due=int((AT + timedelta(minutes=i * 7919 % 525_600)).timestamp() * 1000))
        with context.workspace.store.read() as connection:
            parts = dict(connection.exec_driver_sql("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").all())  # type: ignore[arg-type]  # pairs
        state = sum(size for name, size in parts.items() if name == "cases" or name.startswith(("cases_", "sqlite_autoindex_cases", "case_works", "sqlite_autoindex_case_works")))
        print(f"a waiting case with six items, its state and work list: {state / open_:,.0f} bytes on disk (bar 1,024); its history {parts['case_events'] / open_:,.0f} more")
        for name, department in (("of all", ""), ("of one department", "medical_insurance")):
            times = []
            for _ in range(21):
                begin = time.process_time()
                found = records.work_list(context, department=department, most=50)
                times.append(time.process_time() - begin)
            print(f"{open_:,} open cases, {6 * open_:,} items: the fifty most pressing {name} ({len(found)}) in {1000 * statistics.median(times):.1f} ms ({1000 * min(times):.1f} to {1000 * max(times):.1f}; bar 50)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--group", type=int, default=500)
    parser.add_argument("--open", type=int, default=100_000)
    given = parser.parse_args()
    mine = [ours(given.cases, given.group) for _ in range(3)]
    rates = sorted(steps / cpu for steps, cpu, _ in mine)
    print(f"ours      {rates[1]:10,.0f} durable steps a CPU second ({rates[0]:,.0f} to {rates[-1]:,.0f}); {mine[0][0] / mine[0][2]:,.0f} a second")
    theirs = [peer(max(20, given.cases // 50), given.group) for _ in range(3)]
    peers = sorted(t["steps"] / t["cpu"] for t in theirs)
    print(f"Spiff     {peers[1]:10,.0f} durable steps a CPU second ({peers[0]:,.0f} to {peers[-1]:,.0f}); {theirs[0]['bytes']:,.0f} bytes a case; ours {rates[1] / peers[1]:.0f} times (bar 100)")
    work_list(given.open)


if __name__ == "__main__":
    main()
