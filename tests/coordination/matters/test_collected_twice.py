"""A collection that would ask people again for what is held opens a matter before it takes place, and its decision closes it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from jingwei.coordination.matters import actions as matters
from jingwei.coordination.matters.model import AskMatters, CheckMatters
from jingwei.doors.portal.app import application
from jingwei.foundations.data.once import actions as once
from jingwei.foundations.data.once.asks import AskReport, DecideFinding, PlanCollection, TakeTable
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.lake import Dataset
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)
PEOPLE = Dataset("people", 1, {"sfzh": "string", "dz": "string", "tel": "string"})


class Node:
    def __init__(self, folder: Any) -> None:
        self.days = 0
        self.context = Context(Workspace(folder), "en", clock=lambda: NOON + timedelta(days=self.days))  # type: ignore[arg-type]
        self.context.workspace.establish()
        lot = random.Random(2)
        self.rows = [{"sfzh": f"44010619{lot.randrange(10**9):09d}X", "dz": f"{lot.choice('东西南北')}街{lot.randrange(10**6)}号", "tel": f"138{lot.randrange(10**8):08d}"} for _ in range(300)]
        self.context.workspace.lake.append(PEOPLE, self.rows)
        once.take_tables(self.context, TakeTable("people", "civil", "Register"))

    def form(self) -> Table:
        return Table.read(Document("form.csv", ("id,address,blood\n" + "".join(f"{r['sfzh']},{r['dz']},{'ABO'[n % 3]}\n" for n, r in enumerate(self.rows[100:]))).encode()))

    def plan(self, **over: Any) -> None:
        once.plan(self.context, PlanCollection("visits", "health", self.form(), "Home visits", **over))

    def found(self) -> list[dict[str, Any]]:
        matters.check(self.context, CheckMatters())
        return [m for m in matters.list_matters(self.context, AskMatters()).data if m["rule"] == "collected_twice"]


@pytest.fixture
def node(tmp_path) -> Node:
    return Node(tmp_path / "node")


def test_a_planned_collection_of_what_is_held_is_a_matter_until_it_is_decided(node):
    assert node.found() == []
    node.plan()
    (matter,) = node.found()
    assert (matter["phase"], matter["level"], matter["blocked"], matter["synthetic"]) == ("open", "negotiation", 2, False)
    assert "“Home visits” of health: “Register” of civil already holds" in matter["text"]
    code = matter["about"].removeprefix("once:")
    with TestClient(application(node.context.workspace)) as portal:
        assert f"/zh/once/{code}" in portal.get(f"/zh/matter/{matter['code']}").text
    node.days = 30
    assert node.found()[0]["level"] == "bureau"
    once.decide(node.context, DecideFinding(code, "reuse", "civil affairs shares it"))
    assert [m["phase"] for m in node.found()] == ["closed"]
    node.days = 40
    dataset = Dataset("visits", 1, dict.fromkeys(("id", "address", "blood"), "string"))
    node.context.workspace.lake.append(dataset, [dict(zip(dataset.columns, row, strict=True)) for row in node.form().rows])
    once.take_tables(node.context, TakeTable("visits", "health", "Home visits"))
    (again,) = (m for m in node.found() if m["phase"] == "open")
    assert again["returned"] == 1


def test_an_exercise_is_labelled_and_names_alone_open_nothing(node):
    node.plan(synthetic=True)
    assert [m["synthetic"] for m in node.found()] == [True]
    once.plan(node.context, PlanCollection("list", "health", Table.read(Document("names.csv", b"sfzh,dz,tel\n"))))
    assert once.report(node.context, AskReport(synthetic=True)).data["findings"]
    assert len(node.found()) == 1
