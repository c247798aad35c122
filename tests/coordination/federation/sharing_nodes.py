"""A county that asks and a city that holds, each a node: what tests of sharing between nodes have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodes import Time, Wire, node, stand_below

from jingwei.coordination.federation.neighbours import gather
from jingwei.foundations.data.sharing import actions, asks
from jingwei.foundations.data.sharing.records import case
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.people import Organisation, Principal, Role
from jingwei.kernel.people_records import keep_organisation

PEOPLE = Dataset("people", 1, {"id": "string", "name": "string", "place": "string", "born": "string", "income": "int64", "weight": "float64", "alive": "bool"})
ROLE = Role("sharer", Text("共享", "Sharing"), frozenset({"sharing.write", "sharing.read"}))
COLUMNS = ("name:masked 1 0", "place", "income:rounded 1000")
PERIOD = {"first": "2026-03-01", "last": "2026-12-31"}


def people(many: int) -> list[dict[str, Any]]:
    return [{"id": f"a{n}", "name": ("张三", "欧阳娜娜", "O'Brien\n,\"x\"", "", None)[n % 5], "place": ("440106", "440104", "110101", "CN", None)[n % 5], "born": "1990-01-01",
             "income": None if n % 7 == 0 else n * 337 % 90_000, "weight": n / 3, "alive": n % 2 == 0} for n in range(many)]


def granted_rows(many: int) -> list[tuple[Any, ...]]:
    """What COLUMNS show of the people within 440100, read slowly; in no order."""
    rows = [r for r in people(many) if r["place"] in ("440106", "440104")]
    return sorted(((r["name"][0] + "****" if r["name"] and len(r["name"]) > 1 else r["name"] and "****", r["place"],
                    None if r["income"] is None else (2 * r["income"] + 1000) // 2000 * 1000) for r in rows), key=repr)


class Two:
    """``county`` stands below ``city``, which holds ``people``; health of the county asks civil of the city."""

    def __init__(self, folder: Path, ports: tuple[int, int] = (1, 2), many: int = 40, clock: Callable[[], Any] | None = None) -> None:
        self.clock: Any = clock or Time()
        self.city = node(folder / "city", "city", "city", "440100", ports[0], self.clock)
        self.county = node(folder / "county", "county", "county", "440106", ports[1], self.clock)
        self.wire = Wire({f"http://127.0.0.1:{ports[0]}": self.city, f"http://127.0.0.1:{ports[1]}": self.county})
        stand_below(self.county, self.city, self.wire)
        self.city.workspace.lake.append(PEOPLE, people(many))
        for each, place, level in ((self.city, "440100", "city"), (self.county, "440106", "county")):
            with each.workspace.store.write() as connection:
                keep_organisation(connection, Organisation("bureau", Text("数据局", "Bureau"), "bureau", level, place))  # type: ignore[arg-type]
                keep_organisation(connection, Organisation("civil", Text("民政", "Civil affairs"), "department", level, place, "bureau"))  # type: ignore[arg-type]
                keep_organisation(connection, Organisation("health", Text("卫健", "Health"), "department", level, place, "bureau"))  # type: ignore[arg-type]
        actions.offer_data(self.at_city(), asks.OfferData("POP-01", "civil", "people", "conditional", conditions="household checks"))
        actions.publish(self.at_city(), asks.PublishData("POP-01"))

    @property
    def city_id(self) -> str:
        return self.city.hello().profile.id

    @property
    def county_id(self) -> str:
        return self.county.hello().profile.id

    def at_city(self, organisation: str = "") -> Context:
        return self._context(self.city, organisation)

    def at_county(self, organisation: str = "") -> Context:
        return self._context(self.county, organisation)

    def _context(self, at: Exchange, organisation: str) -> Context:
        context = Context(at.workspace, clock=self.clock)
        return replace(context, principal=Principal(f"p-{len(organisation):032x}", organisation, (ROLE,))) if organisation else context

    def ask(self, key: str = "k1", **over: Any) -> str:
        given: dict[str, Any] = {"asker": "health", "basis": "政务数据共享条例第二十条", "scenario": "疫苗接种通知", "columns": COLUMNS, "rows": ("place within 440100",),
                                 "mode": "parquet", **PERIOD, "key": key, "holder": self.city_id[:12], **over}
        return str(actions.request(self.at_county(), asks.AskData("POP-01", **given)).data["request"])

    def decide(self, name: str, **over: Any) -> Result:
        return actions.decide(self.at_city("civil"), asks.DecideRequest(name, **{"outcome": "grant", "export": True, **over}))

    def deliver(self, name: str, key: str | None = None) -> Result:
        return actions.hand_over(self.at_city("civil"), asks.DeliverRequest(name, key))

    def pass_on(self) -> int:
        """Until nothing moves any more: messages both ways, and what there is to collect."""
        moved = 0
        for _ in range(6):
            moved += self.county.deliver(self.wire) + self.city.deliver(self.wire)
            gather(self.county, self.wire)
        return moved

    def delivered(self, **over: Any) -> str:
        """A request that went all the way."""
        decided = {k: over.pop(k) for k in ("after",) if k in over}
        name = self.ask(**over)
        self.pass_on()
        self.decide(name, **decided)
        self.deliver(name)
        self.pass_on()
        return name

    def both(self, name: str) -> tuple[Any, Any]:
        return case(self.city.workspace.ledger, name), case(self.county.workspace.ledger, name)
