"""Small processes for tests of cases, and one newborn's facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from jingwei.integrations.government.cases import actions, asks
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">')

BORN = {"applicant_relation": "mother", "child_name": "王小明", "child_birth_date": "2026-02-20", "child_order": 1, "birth_area": "city", "household_kind": "family", "household_station": "S1",
        "household_local": True, "spouse_household_kind": "family", "spouse_household_station": "S2", "low_income": False, "register_with": "applicant",
        "vaccination_clinic": "home", "subsidy_account": "6222020200112233445", "card_when": "now", "delivery": "post", "post_address": "东街 1 号"}


@dataclass
class Now:
    """A clock that goes a second further each time it is read."""

    at: datetime = datetime(2026, 3, 2, 9, tzinfo=CHINA)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def bpmn(body: str, *, process: str = "p", extra: str = "") -> Document:
    return Document(f"{process}.bpmn", f'{HEAD}{extra}<process id="{process}" isExecutable="true">{body}</process></definitions>'.encode())


def flow(a: str, b: str, condition: str = "") -> str:
    inside = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
    return f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}">{inside}</sequenceFlow>'


def line(*nodes: str) -> str:
    """Nodes one after the other, each given as an element; ids are read off."""
    ids = [n.split('id="')[1].split('"')[0] for n in nodes]
    return "".join(nodes) + "".join(flow(a, b) for a, b in pairwise(ids))


def task(name: str, tag: str = "userTask", more: str = "") -> str:
    return f'<{tag} id="{name}"{more}/>'


START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
TWO = line(START, task("one"), task("two"), END)


def given(**facts: Any) -> Document:
    return Document("in.json", json.dumps(facts).encode())


def world(workspace: Workspace, now: Now | None = None) -> Context:
    return Context(workspace, clock=now or Now())


def deployed(context: Context, body: str, *, process: str = "p", decisions: Document | None = None, extra: str = "") -> int:
    return int(actions.deploy(context, asks.DeployThing(file=bpmn(body, process=process, extra=extra), decisions=decisions)).data["version"])


def begun(context: Context, process: str = "p", **facts: Any) -> str:
    return str(actions.start(context, asks.StartCase(process, given(**facts))).data["case"])


def done(context: Context, code: str, work: str, **facts: Any) -> dict[str, Any]:
    return dict(actions.do(context, asks.DoWork(code, work, given(**facts))).data)
