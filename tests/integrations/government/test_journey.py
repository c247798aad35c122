"""Who applies is asked what nobody knows and nothing else; what they dispute is asked of them; and what they hand in is one case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registers_of_a_town import FACTS, MOTHER, NEIGHBOUR, furnish

from jingwei.integrations.government.cases import actions, asks, deployments, records
from jingwei.integrations.government.cases import views as pages
from jingwei.integrations.government.forms import drafts, journey, views
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem
from jingwei.kernel.workspace import Workspace

LOGIN = {"applicant_name": MOTHER["name"], "applicant_id": MOTHER["id"]}
ANSWERS = {"applicant_relation": "mother", "child_name": "王小明", "register_with": "applicant", "vaccination_clinic": "home", "subsidy_account": "6222020200112233445",
           "card_when": "later", "delivery": "electronic"}


@pytest.fixture
def town(tmp_path):
    context = Context(Workspace(tmp_path))
    context.workspace.establish()
    actions.deploy(context, asks.DeployThing("newborn"))
    furnish(context)
    return context


def begun(town, login=LOGIN):
    draft, secret = journey.begin(town, "newborn", "p" * 32 if login else "", login)
    return journey.look(town, draft), secret


def test_what_departments_hold_is_fetched_once_each_and_not_asked(town):
    draft, _ = begun(town)
    assert {name: said for k in draft.known for name, said in k.facts.items()} == FACTS
    assert not [k for k in draft.known if k.code]
    evidence = [k.evidence for k in draft.known]
    assert len(evidence) == len(set(evidence))
    assert all(k.digest for k in draft.known if k.facts)
    way = journey.way(town, journey.review(draft, []))
    assert {q.name for q in way.standing.asked} == ANSWERS.keys()
    assert journey.look(town, draft) == draft


def test_nothing_is_looked_up_of_somebody_who_is_not_signed_in_and_who_they_are_must_be_answered(town):
    draft, _ = begun(town, {})
    assert draft.known == () and draft.looked
    asked = {q.name: q.required for q in journey.way(town, draft).standing.asked}
    assert asked["applicant_name"] and asked["applicant_id"] and FACTS.keys() <= asked.keys()


def test_a_record_that_may_be_somebody_elses_fills_nothing_in(town):
    draft, _ = begun(town, {**LOGIN, "applicant_name": NEIGHBOUR["name"]})
    assert all(k.code and not k.facts for k in draft.known)


def test_a_register_that_is_gone_is_asked_about_and_its_code_stays_on_record(tmp_path):
    context = Context(Workspace(tmp_path))
    context.workspace.establish()
    actions.deploy(context, asks.DeployThing("newborn"))
    furnish(context, without="birth_certificates")
    draft, secret = begun(context)
    (missed,) = (k for k in draft.known if k.code)
    assert (missed.evidence, missed.code) == ("birth_record", "DSD:ERR:0001")
    way = journey.way(context, journey.review(draft, []))
    assert {"child_birth_date", "child_sex", "child_order", "birth_hospital", "birth_area"} <= {q.name for q in way.standing.asked}
    full = replace(journey.review(draft, []), answers={**ANSWERS, "child_birth_date": "2026-02-09", "child_sex": "female", "child_order": 1, "birth_hospital": "别处医院", "birth_area": "city"})
    handed = journey.hand_in(context, full, secret)
    assert [e.detail["code"] for e in records.events_of(context, handed.case) if e.kind == "fetched" and e.detail["code"]] == ["DSD:ERR:0001"]


def test_what_somebody_says_is_wrong_is_asked_of_them_and_what_was_said_stays_on_record(town):
    draft, secret = begun(town)
    draft = journey.review(draft, ["child_order", "no_such_fact"])
    assert {q.name for q in journey.way(town, draft).standing.asked} == {*ANSWERS, "child_order"}
    handed = journey.hand_in(town, replace(draft, answers={**ANSWERS, "child_order": 2}), secret)
    assert records.case(town, handed.case).variables["child_order"] == 2
    events = records.events_of(town, handed.case)
    assert [e.detail["fact"] for e in events if e.kind == "disputed"] == ["child_order"]
    assert {e.detail["evidence"]: e.detail["accepted"] for e in events if e.kind == "previewed"}["birth_record"] is False


def test_a_case_begins_with_all_that_was_held_and_answered_and_tells_what_was_asked(town):
    draft, secret = begun(town)
    with pytest.raises(Problem, match="not answered yet"):
        journey.hand_in(town, draft, secret)
    full = replace(journey.review(draft, []), answers=ANSWERS)
    handed = journey.hand_in(town, full, secret)
    case, events = records.case(town, handed.case), records.events_of(town, handed.case)
    assert {**LOGIN, **FACTS, **ANSWERS}.items() <= case.variables.items()
    assert [e.detail["fact"] for e in events if e.kind == "asked"] == [q.name for q in journey.way(town, full).standing.asked]
    assert {f for e in events if e.kind == "fetched" for f in e.detail["facts"]} == FACTS.keys()
    for value in ("王小明", MOTHER["id"], ANSWERS["subsidy_account"]):
        assert value not in str([e.detail for e in events])
    assert journey.hand_in(town, full, secret).case == handed.case, "handed in twice it is one case"
    with town.workspace.store.read() as connection:
        kept = drafts.opened(connection, draft.number, secret, town.clock())
    assert kept is not None and kept.case == handed.case and not kept.answers and not kept.known


def test_somebody_who_applied_sees_each_department_with_its_term_and_what_came_of_it(town):
    draft, secret = begun(town)
    handed = journey.hand_in(town, replace(journey.review(draft, []), answers=ANSWERS), secret)
    there = views.followed(town, journey.way(town, handed))
    assert [(f.item.task, f.state) for f in there.items if f.state != "later"] == [("birth_certificate", "open")]
    assert there.items[0].left is not None and there.asked == len(ANSWERS) and there.fetched == len(FACTS)
    actions.do(town, asks.DoWork(handed.case, "birth_certificate", outcome="granted"))
    after = {f.item.task: f for f in views.followed(town, journey.way(town, handed)).items}
    assert after["birth_certificate"].state == "done" and after["household"].state == "open" and after["subsidy"].state == "later"


def test_a_case_begun_at_the_window_with_name_and_number_alone_is_told_the_same_facts_by_the_same_departments(town):
    with records.changing(town) as desk:
        code = desk.start(deployments.newest(desk.connection, "newborn"), LOGIN, channel="window").code
    known, fetched = records.case(town, code).variables, [e.detail for e in records.events_of(town, code) if e.kind == "fetched"]
    assert {name: known.get(name) for name in FACTS} == FACTS
    assert len({e["evidence"] for e in fetched}) == len(fetched)
    assert all(e["provider"] and e["department"] and not e["code"] for e in fetched)


@pytest.mark.parametrize("without", ["", "birth_certificates"])
def test_no_department_is_asked_twice_once_on_the_way_and_again_in_the_case(tmp_path, without):
    context = Context(Workspace(tmp_path))
    context.workspace.establish()
    actions.deploy(context, asks.DeployThing("newborn"))
    furnish(context, without=without)
    draft, secret = begun(context)
    told = {"child_birth_date": "2026-02-09", "child_sex": "female", "child_order": 1, "birth_hospital": "别处医院", "birth_area": "city"} if without else {}
    handed = journey.hand_in(context, replace(journey.review(draft, []), answers={**ANSWERS, **told}), secret)
    fetched = [e.detail["evidence"] for e in records.events_of(context, handed.case) if e.kind == "fetched"]
    assert fetched == [k.evidence for k in draft.known]


def test_what_a_department_cannot_tell_is_asked_of_the_applicant_with_its_code_on_record(tmp_path):
    context = Context(Workspace(tmp_path))
    context.workspace.establish()
    actions.deploy(context, asks.DeployThing("newborn"))
    furnish(context, without="low_income_register")
    with records.changing(context) as desk:
        code = desk.start(deployments.newest(desk.connection, "newborn"), {**LOGIN, **ANSWERS}, channel="window").code
    happened = records.events_of(context, code)
    assert [e.detail["code"] for e in happened if e.kind == "fetched" and e.detail["code"]] == ["DSD:ERR:0001"]
    assert [e.detail["fact"] for e in happened if e.kind == "asked"] == ["low_income"]
    assert len(pages.case(context, asks.AskCase(code)).questions) == 1, "the officer sees what is to be asked"
