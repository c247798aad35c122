"""Killed at every write of every step of a birth, nothing is lost, nothing is done twice, and what was done makes the same case again."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from case_models import BORN, END, START, Now, begun, deployed, given, line, world
from nursery import Nursery

from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.integrations.government.cases import actions, asks, records
from jingwei.integrations.government.cases.replaying import replayed
from jingwei.kernel.actions import Context
from jingwei.kernel.workspace import Workspace

HERE = Path(__file__).parent


class Killed:
    """Commands given to processes that die at their first write, then at their second, until one outlives them all and is killed before it can say so."""

    def __init__(self, nursery: Nursery, context: Context, now: Now) -> None:
        self.nursery, self.context, self.now, self.kills = nursery, context, now, 0

    def tell(self, **what: Any) -> dict[str, Any]:
        self.context.workspace.store.close()
        for dies in range(1, 1000):
            said = self._child(what, dies)
            self.kills += 1
            if said:
                break
        (told,) = self._child(what, 0)
        return told

    def _child(self, what: dict[str, Any], dies: int) -> list[dict[str, Any]]:
        folder = self.context.workspace.folder
        log = folder.parent / f"log-{self.kills}-{dies}"
        child = self.nursery.child("case_worker:work", str(folder), self.now().isoformat(), json.dumps(what), dies, log=log)
        while child.lives():
            time.sleep(0.002)
        text = log.read_text()
        assert "Traceback" not in text, text
        return [json.loads(line) for line in text.splitlines()]


def test_a_birth_killed_at_every_write_is_the_birth_that_was_not(tmp_path):
    now = Now()
    context, calm = world(Workspace(tmp_path / "node"), now), world(Workspace(tmp_path / "calm"), Now())
    for each in (context, calm):
        actions.deploy(each, asks.DeployThing("newborn"))
    code = actions.start(calm, asks.StartCase("newborn", given(**BORN), key="once")).data["case"]
    with Nursery("case_worker", "jingwei.integrations.government.things.reading", "jingwei.integrations.government.cases.running", path=(HERE,)) as nursery:
        killed = Killed(nursery, context, now)
        mine = killed.tell(do="start", process="newborn", facts=BORN)["case"]
        while waiting := records.work_list(calm):
            assert [w.node for w in records.work_list(context)] == [w.node for w in waiting]
            node = waiting[0].node
            actions.do(calm, asks.DoWork(code, node, outcome="granted"))
            assert killed.tell(do="done", case=mine, work=node)["again"], "the process before did it, and was killed before it could say so"
            kept, made = replayed(context, mine)
            assert (kept.plain(), kept.variables) == (made.plain(), made.variables)
    assert killed.kills > 60
    mine_events, calm_events = records.events_of(context, mine), records.events_of(calm, code)
    assert [(e.seq, e.kind, e.node, e.channel) for e in mine_events] == [(e.seq, e.kind, e.node, e.channel) for e in calm_events]
    asked = Counter((e.node, e.detail.get("round", -1)) for e in mine_events if e.kind == "opened")
    assert set(asked.values()) == {1}, "no department is asked twice"
    assert records.case(context, mine).status == "ended"
    assert kept.variables == records.case(calm, code).variables
    with context.workspace.store.read() as connection:
        assert verify(StoreRecord(context.workspace.ledger, connection)).findings == ()


def test_timers_killed_on_the_way_come_once_each(tmp_path):
    now = Now()
    context = world(Workspace(tmp_path / "node"), now)
    pause = '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    deployed(context, line(START, pause, END))
    codes = [begun(context) for _ in range(5)]
    now.at += timedelta(days=3)
    with Nursery("case_worker", "jingwei.integrations.government.cases.running", path=(HERE,)) as nursery:
        killed = Killed(nursery, context, now)
        assert killed.tell(do="timers")["fired"] == 0
        assert killed.kills > 4
    for each in codes:
        assert [e.kind for e in records.events_of(context, each)].count("timer") == 1
        assert records.case(context, each).status == "ended"
