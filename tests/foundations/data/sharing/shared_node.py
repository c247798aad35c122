"""A node with a table in its lake, two departments of one city, their bureau, and one province above them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jingwei.foundations.data.sharing import actions, asks
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.people import Organisation, Principal, Role
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, tzinfo=CHINA)
"""A Monday; the ten working days of a reply end on 16 March."""

PEOPLE = Dataset("people", 1, {"id": "string", "name": "string", "place": "string", "born": "string", "income": "int64", "weight": "float64", "alive": "bool"})
ROWS: list[dict[str, Any]] = [
    {"id": "a1", "name": "张三", "place": "440106", "born": "1990-01-01", "income": 8_460, "weight": 60.5, "alive": True},
    {"id": "a2", "name": "欧阳娜娜", "place": "440304", "born": "1985-12-31", "income": 12_500, "weight": 51.25, "alive": True},
    {"id": "a3", "name": "李四", "place": "110101", "born": "1970-05-05", "income": None, "weight": None, "alive": False},
    {"id": "a4", "name": "王五", "place": "440106", "born": "1970-06-05", "income": 3_000, "weight": 70.0, "alive": True},
]
ORGANISATIONS = [
    Organisation("pbureau", Text("省数据局", "Provincial data bureau"), "bureau", "province", "440000"),
    Organisation("bureau", Text("市数据局", "City data bureau"), "bureau", "city", "440100", "pbureau"),
    Organisation("civil", Text("市民政局", "Civil affairs"), "department", "city", "440100", "bureau"),
    Organisation("health", Text("市卫健委", "Health"), "department", "city", "440100", "bureau"),
    Organisation("szbureau", Text("深圳数据局", "Shenzhen data bureau"), "bureau", "city", "440300", "pbureau"),
    Organisation("szhealth", Text("深圳卫健委", "Shenzhen health"), "department", "city", "440300", "szbureau"),
]
ROLE = Role("sharer", Text("共享", "Sharing"), frozenset({"sharing.write", "sharing.read"}))


def of(organisation: str) -> Principal:
    return Principal(f"p-{abs(hash(organisation)) % 16**8:032x}", organisation, (ROLE,))


class Node:
    """``day`` days after NOON; ``node.at(3)`` moves there."""

    def __init__(self, folder: Path, *, language: str = "en") -> None:
        self.now = NOON
        self.context = Context(Workspace(folder), language, clock=lambda: self.now)  # type: ignore[arg-type]
        self.context.workspace.establish()
        self.context.workspace.lake.append(PEOPLE, ROWS)
        with self.context.workspace.store.write() as connection:
            for one in ORGANISATIONS:
                keep_organisation(connection, one)

    @property
    def ledger(self) -> Any:
        return self.context.workspace.ledger

    def at(self, days: float) -> Node:
        self.now = NOON + timedelta(days=days)
        return self

    def by(self, organisation: str) -> Context:
        return replace(self.context, principal=of(organisation))

    def offered(self, data: str = "POP-01", attribute: str = "conditional", **over: Any) -> str:
        given = asks.OfferData(data, "civil", "people", attribute, **{"conditions": "household checks" if attribute == "conditional" else "", **over})  # type: ignore[arg-type]
        actions.offer_data(self.context, given)
        actions.publish(self.context, asks.PublishData(data))
        return data

    def requested(self, data: str = "POP-01", **over: Any) -> str:
        given = {"asker": "health", "basis": "政务数据共享条例第二十条", "scenario": "疫苗接种通知", "columns": ("name:masked 1 0", "place", "income:rounded 1000"),
                 "rows": ("place within 440100",), "mode": "csv", "first": "2026-03-01", "last": "2026-12-31", **over}
        return str(actions.request(self.context, asks.AskData(data, **given)).data["request"])

    def granted(self, **over: Any) -> str:
        name = self.requested(self.offered(), **over)
        actions.decide(self.context, asks.DecideRequest(name, "grant"))
        return name
