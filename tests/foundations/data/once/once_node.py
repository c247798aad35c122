"""A node with a register in its lake and a form that asks some of the same people for the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from departments import City

from jingwei.foundations.data.once import actions, asks
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import CHINA
from jingwei.kernel.lake import Dataset
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

EARLY = datetime(2026, 1, 5, tzinfo=CHINA)
PEOPLE = Dataset("people", 1, {"sfzh": "string", "sjhm": "string", "zz": "string", "score": "float64"})


class Node:
    def __init__(self, folder: Path) -> None:
        self.now = EARLY
        self.context = Context(Workspace(folder), "en", clock=lambda: self.now)
        city = City(900, 5)
        self.rows = [{"sfzh": city.values["id"][i], "sjhm": city.values["mobile"][i], "zz": city.values["address"][i], "score": float(i % 7)} for i in range(700)]
        self.context.workspace.establish()
        self.context.workspace.lake.append(PEOPLE, self.rows)
        self.form = table("身份证号", "联系电话", "地址", "血型", rows=[(city.values["id"][i], f"+86 {city.values['mobile'][i]}", city.values["address"][i], "ABO"[i % 3]) for i in range(400, 900)])

    def take(self, **given: Any) -> Result:
        return actions.take_tables(self.context, asks.TakeTable(**{"dataset": "people", "holder": "civil", "title": "Register", **given}))

    def plan(self, **given: Any) -> Result:
        return actions.plan(self.context, asks.PlanCollection(**{"code": "visits", "holder": "health", "form": self.form, **given}))

    def report(self, **given: Any) -> Result:
        return actions.report(self.context, asks.AskReport(**given))

    def decide(self, code: str, **given: Any) -> Result:
        return actions.decide(self.context, asks.DecideFinding(code, **{"outcome": "reuse", "reason": "shared already", **given}))

    def figures(self) -> dict[str, float]:
        return {f["measure"]: f["value"] for f in self.report().data["figures"]}




def table(*header: str, rows: Sequence[Sequence[str]] = (), name: str = "form.csv") -> Table:
    sink = io.StringIO()
    csv.writer(sink).writerows([header, *rows])
    return Table.read(Document(name, sink.getvalue().encode()))


def collected(node: Node, name: str) -> None:
    dataset = Dataset(name, 1, dict.fromkeys(("id", "tel", "addr", "blood"), "string"))
    node.context.workspace.lake.append(dataset, [dict(zip(dataset.columns, r, strict=True)) for r in node.form.rows])
    node.take(dataset=name, holder="health", title="")
