"""A case of each bundled thing, moved through its own process with the answers of its own tables: who is asked to work, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from jingwei.engines.decisions.kinds import ANY
from jingwei.engines.decisions.plain import given_back, taken
from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import Net, build
from jingwei.engines.processes.state import Wait
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.integrations.government.things import reading
from jingwei.integrations.government.things.model import Thing

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BORN: Mapping[str, Any] = {
    "applicant_relation": "mother", "birth_area": "city", "household_local": True, "register_with": "applicant", "household_kind": "family", "household_station": "East",
    "spouse_household_kind": "family", "spouse_household_station": "West", "child_birth_date": "2026-02-10", "child_order": 2, "low_income": False, "card_when": "now", "delivery": "electronic"}
OPENED: Mapping[str, Any] = {
    "premises_use": "commercial", "produces_fumes": True, "own_flue": True, "food_kind": "meals", "premises_area": 420, "fire_promise": False, "sign_kind": "shop_sign", "heritage_street": False,
    "employees": 6, "delivery": "post"}
OF_BIRTH = {"birth_certificate", "household", "vaccination", "insurance", "maternity_claim", "subsidy", "social_card"}
OF_SHOP = {"business_licence", "food_licence", "fire_safety", "signboard", "drainage", "seal", "invoices", "staff_insurance", "hand_over"}


@pytest.fixture(scope="module")
def things() -> dict[str, tuple[Thing, Net]]:
    read = {name: reading.read(reading.bundled_files(name), name) for name in reading.bundled()}
    return {name: (t, build(t.definitions, t.process, compiled)) for name, t in read.items()}


def walked(thing: Thing, net: Net, facts: Mapping[str, Any], outcomes: Mapping[str, str] | None = None) -> tuple[list[str], dict[str, Any], list[set[str]]]:
    """Items done in order, all facts at the end, and the items that were open together after each step. Tables are asked at once; items are done first come, first served."""
    machine = Machine(net)
    machine.start(dict(facts))
    done: list[str] = []
    together: list[set[str]] = []
    while tasks := [w for w in machine.state.waiting() if w.wait == Wait.TASK]:
        tables = [w for w in tasks if not thing.item(net.nodes[w.node].id)]
        work = (tables or tasks)[0]
        node = net.nodes[work.node].id
        if not tables:
            together.append({net.nodes[w.node].id for w in tasks})
            done.append(node)
        decision = next((d for d in thing.decisions if d.task == node), None)
        found: dict[str, Any] = {}
        if decision:
            model = thing.models[decision.model]
            known = {n: taken(machine.state.variables[n], k or ANY) for n, k in model.input_kinds().items() if n in machine.state.variables}
            found = {decision.gives: given_back(model.decide(decision.decision, known, clock=lambda: NOW))}
        item = thing.item(node)
        if item and item.gives:
            found = {item.gives[0]: (outcomes or {}).get(node, "granted")}
        machine.complete(work.id, found)
    assert machine.state.ended and not machine.state.failed
    return done, machine.state.variables, together


def test_after_the_certificate_all_that_does_not_wait_for_the_registration_is_open_at_once(things):
    done, facts, together = walked(*things["newborn"], BORN)
    assert set(done) == OF_BIRTH and done[0] == "birth_certificate"
    assert together[1] == {"household", "vaccination", "insurance", "maternity_claim"}
    assert done.index("household") < min(done.index("subsidy"), done.index("social_card"))
    assert (facts["police_station"], facts["subsidy_scheme"], facts["insurance_class"]) == ("East", "national_and_second", "from_birth")
    assert facts["documents"] == ["birth_certificate", "household_page", "vaccination_certificate", "insurance_confirmation", "social_card", "subsidy_notice"]


@pytest.mark.parametrize(("changed", "left_out"), [
    ({"card_when": "later"}, {"social_card"}), ({"child_birth_date": "2021-05-01"}, {"subsidy"}), ({"applicant_relation": "guardian"}, OF_BIRTH),
    ({"birth_area": "elsewhere"}, OF_BIRTH), ({"household_local": False}, OF_BIRTH)])
def test_a_birth_leaves_out_the_parts_that_are_not_wanted_or_not_its_own(things, changed, left_out):
    done, _, _ = walked(*things["newborn"], {**BORN, **changed})
    assert set(done) == OF_BIRTH - left_out


def test_without_a_birth_certificate_nobody_else_is_troubled(things):
    done, _, _ = walked(*things["newborn"], BORN, {"birth_certificate": "refused"})
    assert done == ["birth_certificate"]


@pytest.mark.parametrize(("changed", "station"), [
    ({"register_with": "spouse"}, "West"), ({"register_with": "spouse", "spouse_household_kind": "collective"}, "West"), ({"household_kind": "collective"}, "East")])
def test_the_child_is_registered_where_the_parent_it_goes_with_is(things, changed, station):
    assert walked(*things["newborn"], {**BORN, **changed})[1]["police_station"] == station


@pytest.mark.parametrize(("born", "scheme"), [("2021-12-31", "none"), ("2022-01-01", "national_part"), ("2024-12-31", "national_part"), ("2025-01-01", "national_and_second")])
def test_the_subsidy_turns_on_the_day_of_birth(things, born, scheme):
    assert walked(*things["newborn"], {**BORN, "child_birth_date": born})[1]["subsidy_scheme"] == scheme


@pytest.mark.parametrize(("born", "benefits"), [("2025-12-02", "from_birth"), ("2025-12-01", "from_payment")])
def test_who_is_enrolled_within_ninety_days_is_insured_from_birth(things, born, benefits):
    assert walked(*things["newborn"], {**BORN, "child_birth_date": born})[1]["insurance_class"] == benefits


def test_a_large_restaurant_is_inspected_by_all_at_once_after_its_licence(things):
    done, facts, together = walked(*things["restaurant"], OPENED)
    assert set(done) == OF_SHOP and done[0] == "business_licence" and done[-1] == "hand_over"
    assert together[1] == OF_SHOP - {"business_licence", "hand_over"}
    assert (facts["food_route"], facts["fire_route"], facts["sign_route"]) == ("licence_inspection", "inspection", "filing")


@pytest.mark.parametrize(("changed", "left_out"), [
    ({"premises_area": 299}, {"fire_safety"}), ({"sign_kind": "none"}, {"signboard"}), ({"employees": 0}, {"staff_insurance"}), ({"delivery": "electronic"}, {"hand_over"}),
    ({"premises_use": "residential"}, OF_SHOP), ({"premises_use": "mixed", "own_flue": False}, OF_SHOP), ({"premises_use": "mixed"}, set())])
def test_a_restaurant_leaves_out_what_it_does_not_need_and_is_refused_where_nobody_may_cook(things, changed, left_out):
    done, _, _ = walked(*things["restaurant"], {**OPENED, **changed})
    assert set(done) == OF_SHOP - left_out


@pytest.mark.parametrize(("changed", "route"), [({"fire_promise": True}, "promise"), ({"fire_promise": False}, "inspection"), ({"premises_area": 80}, "none")])
def test_fire_safety_is_promised_inspected_or_not_wanted(things, changed, route):
    assert walked(*things["restaurant"], {**OPENED, **changed})[1]["fire_route"] == route


def test_every_answer_of_a_table_is_one_of_the_facts_choices(things):
    for name, facts in (("newborn", BORN), ("restaurant", OPENED)):
        thing, net = things[name]
        _, found, _ = walked(thing, net, facts)
        for decision in thing.decisions:
            choices = thing.fact(decision.gives).choices
            assert not choices or found[decision.gives] in choices
