"""A birth in a county, answered by departments of the city and of the province: one case, each end with its own record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from case_models import BORN, begun, given
from nodes import Time, Wire, node, stand_below
from registers_of_a_town import FACTS, MOTHER, REGISTERS

from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import verify
from jingwei.foundations.data.sharing import actions as sharing
from jingwei.foundations.data.sharing import asks as sharing_asks
from jingwei.integrations.government.cases import actions, asks, records
from jingwei.integrations.government.cases.replaying import replayed
from jingwei.kernel.actions import Context
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.problems import Problem

CITY, PROVINCE = ("population_register", "birth_certificates"), ("marriage_register", "low_income_register", "hospital_settlements")
AWAY = {"health": "city", "police": "city", "civil": "province", "insurance": "province"}
WISHES = {k: v for k, v in BORN.items() if k not in FACTS} | {"applicant_name": MOTHER["name"], "applicant_id": MOTHER["id"], "child_name": "王小明", "card_when": "later"}


@dataclass
class Three:
    nodes: dict[str, Exchange]
    wire: Wire

    def at(self, name: str) -> Context:
        return Context(self.nodes[name].workspace, clock=self.nodes[name].clock)

    def deliver(self) -> None:
        """Until nothing is on its way any more."""
        while sum(each.deliver(self.wire) for each in self.nodes.values()):
            pass


@pytest.fixture
def three(tmp_path: Path) -> Three:
    clock = Time()
    nodes = {name: node(tmp_path / name, name, name, place, port, clock) for port, (name, place) in enumerate((("province", "440000"), ("city", "440100"), ("county", "440106")), 1)}
    there = Three(nodes, Wire({f"http://127.0.0.1:{port}": one for port, one in enumerate(nodes.values(), 1)}))
    stand_below(nodes["city"], nodes["province"], there.wire)
    stand_below(nodes["county"], nodes["city"], there.wire)
    for name, held in (("city", CITY), ("province", PROVINCE)):
        for dataset, rows in REGISTERS:
            if dataset.name in held:
                nodes[name].workspace.lake.append(dataset, rows)
                sharing.offer_data(there.at(name), sharing_asks.OfferData(dataset.name, "holder", dataset.name, "unconditional"))
                sharing.publish(there.at(name), sharing_asks.PublishData(dataset.name))
    actions.deploy(there.at("county"), asks.DeployThing("newborn"))
    for department, name in AWAY.items():  # the county knows the city, and the city the province
        actions.place(there.at("county"), asks.PlaceDepartment(department, nodes["city"].hello().profile.id))
        if name == "province":
            actions.place(there.at("city"), asks.PlaceDepartment(department, nodes["province"].hello().profile.id))
    return there


def test_evidence_and_items_of_a_birth_come_from_the_city_and_the_province_into_one_case(three):
    county = three.at("county")
    code = begun(county, "newborn", **WISHES)
    assert [w.what for w in records.case(county, code).waiting if w.work >= 0] == ["elsewhere"], "nothing goes on before the departments have answered"
    three.deliver()
    known = records.case(county, code).variables
    assert {k: known[k] for k in FACTS} == FACTS
    fetched = [e.detail for e in records.events_of(county, code) if e.kind == "fetched"]
    assert {e["department"] for e in fetched} >= {"health", "police", "civil"}
    assert len({e["evidence"] for e in fetched}) == len(fetched), "no department is asked twice"
    done: dict[str, list[str]] = {"city": [], "province": [], "county": []}
    while records.case(county, code).status == "open":
        moved = 0
        for name, nodes in done.items():
            for each in records.work_list(three.at(name)):
                nodes.append(each.node)
                actions.do(three.at(name), asks.DoWork(each.case, each.node, given(**{f"{each.node}_outcome": "granted"}), outcome="granted"))
                moved += 1
        three.deliver()
        assert moved, records.case(county, code).waiting
    assert done["city"][0] == "birth_certificate" and "household" in done["city"] and "insurance" in done["province"]
    happened = records.events_of(county, code)
    opened = [e for e in happened if e.kind == "opened"]
    assert {e.node for e in opened if e.detail.get("at")} == {*done["city"], *done["province"]}
    assert len({e.node for e in opened}) == len(opened)
    assert {e.node for e in happened if e.kind == "decided"} >= {"birth_certificate", "household", "insurance"}
    kept, made = replayed(county, code)
    assert (kept.plain(), kept.variables) == (made.plain(), made.variables)
    for one in three.nodes.values():
        with one.workspace.store.read() as connection:
            assert verify(StoreRecord(one.workspace.ledger, connection)).findings == ()
        assert MOTHER["id"].encode() not in b"".join(entry for _, entry in one.workspace.ledger.entries())


def test_a_register_that_is_not_offered_gives_nothing_and_the_case_goes_on_with_the_code(three):
    city, county = three.at("city"), three.at("county")
    sharing.offer_data(city, sharing_asks.OfferData("birth_certificates", "holder", "birth_certificates", "conditional", conditions="births only"))
    sharing.publish(city, sharing_asks.PublishData("birth_certificates"))
    code = begun(county, "newborn", **WISHES, **{k: v for k, v in BORN.items() if k in FACTS})
    three.deliver()
    codes = {e.detail["evidence"]: e.detail["code"] for e in records.events_of(county, code) if e.kind == "fetched"}
    assert codes["birth_record"] == "EDM:ERR:0002"
    assert "birth_certificate" in [w.node for w in records.case(county, code).waiting]


def test_what_a_node_was_not_asked_for_changes_nothing(three):
    county, city = three.at("county"), three.nodes["city"]
    code = begun(county, "newborn", **WISHES)
    three.deliver()
    work = next(w.work for w in records.case(county, code).waiting if w.node == "birth_certificate")
    before = records.events_of(county, code)
    actions.place(county, asks.PlaceDepartment("health"))
    city.send(three.nodes["county"].hello().profile.id, "case.item.done", {"case": code, "work": work, "variables": {"birth_certificate_outcome": "granted"}, "outcome": "granted", "failed": None})
    three.deliver()
    assert records.events_of(county, code) == before, "the birth certificate is not the city's to give any more"


def test_a_department_is_placed_on_a_node_that_is_known_only(three):
    with pytest.raises(Problem) as caught:
        actions.place(three.at("county"), asks.PlaceDepartment("police", "n-0000"))
    assert caught.value.code == "unknown_node"
    assert actions.place(three.at("county"), asks.PlaceDepartment("police")).data["node"] == ""
