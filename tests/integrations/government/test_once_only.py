"""Nothing is asked that a department holds: the cheapest cover is the cheapest, the proof follows the providers, and a fetched fact is only as good as its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingwei.integrations.government.evidence import exchange, planner, proof
from jingwei.integrations.government.evidence.codes import CODES, next_step
from jingwei.integrations.government.evidence.cover import Way, cheapest
from jingwei.integrations.government.things import reading
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.problems import Problem

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
Ways = Mapping[int, Sequence[Way[int]]]


@pytest.fixture(scope="module", params=reading.bundled())
def thing(request: pytest.FixtureRequest) -> Thing:
    return reading.read(reading.bundled_files(request.param), request.param)


@pytest.fixture(scope="module")
def newborn() -> Thing:
    return reading.read(reading.bundled_files("newborn"), "newborn")


# The cheapest cover


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Ways, list[int]]:
    size = draw(st.integers(1, 6))
    one = st.integers(0, size - 1)
    way = st.builds(lambda cost, needs: Way(cost, tuple(sorted(needs))), st.integers(0, 6), st.sets(one, max_size=3))
    ways = {i: draw(st.lists(way, max_size=3)) for i in range(size)}
    return ways, draw(st.lists(one, min_size=1, max_size=3))


def every_cover(ways: Ways, wanted: Sequence[int]) -> Iterator[int]:
    """The cost of every choice that has everything wanted and rests on nothing but itself."""
    for choice in product(*([None, *w] for w in ways.values())):
        chosen = dict(zip(ways, choice, strict=True))
        had: set[int] = set()
        while more := {i for i, w in chosen.items() if i not in had and w is not None and had.issuperset(w.needs)}:
            had |= more
        if had.issuperset(wanted):
            yield sum(w.cost for i, w in chosen.items() if w is not None and i in had)


@pytest.mark.oracle("government prove")
@given(graphs())
def test_no_choice_of_ways_costs_less_than_the_cover_that_was_found(graph):
    ways, wanted = graph
    found, least = cheapest(ways, wanted), min(every_cover(ways, wanted), default=None)
    assert (None if found is None else found.cost) == least


@given(graphs())
def test_a_cover_has_everything_wanted_and_each_after_what_it_needs(graph):
    ways, wanted = graph
    found = cheapest(ways, wanted)
    if found is not None:
        had: list[int] = []
        for one, way in found.ways.items():
            assert way in ways[one] and set(way.needs) <= set(had)
            had.append(one)
        assert set(wanted) <= set(had) and sum(w.cost for w in found.ways.values()) == found.cost


def test_two_things_that_need_each_other_cannot_be_had():
    assert cheapest({0: [Way(0, (1,))], 1: [Way(0, (0,))]}, [0]) is None


def test_what_two_requirements_share_is_paid_once():
    ways = {"a": [Way(0, ("x",)), Way(2)], "b": [Way(0, ("x",)), Way(2)], "x": [Way(3)]}
    assert cheapest(ways, ["a", "b"]).cost == 3
    assert cheapest(ways, ["a"]).cost == 2


# The plan of a thing


def test_a_plan_asks_only_what_no_provider_holds_and_finds_each_key_known_in_time(thing):
    plan = planner.plan(thing, planner.sharing_as_declared(thing))
    assert set(plan.asked) == set(thing.asked())
    known = {f.name for f in thing.facts if f.origin == "login"}
    for step in plan.steps:
        assert step.how != "fetched" or known.issuperset(step.keys)
        known |= set(step.facts)
    assert known.issuperset(planner.wanted_facts(thing))
    assert {*plan.shown} == {r.id for r in thing.required()}


def test_evidence_that_is_held_and_fresh_is_not_fetched_again_and_stale_evidence_is(newborn):
    sharing = planner.sharing_as_declared(newborn)
    for age, how in ((30, "held"), (31, "fetched")):
        held = {"marriage_record": planner.Holding(TODAY - timedelta(days=age))}
        steps = {s.what: s for s in planner.plan(newborn, sharing, held=held, today=TODAY).steps}
        assert steps["marriage_record"].how == how


def test_evidence_beyond_its_own_last_day_or_of_tomorrow_is_not_held(newborn):
    record = newborn.evidence_called("birth_record")
    assert planner.Holding(TODAY).fresh(record, TODAY)
    assert not planner.Holding(TODAY - timedelta(days=9), TODAY - timedelta(days=1)).fresh(record, TODAY)
    assert not planner.Holding(TODAY + timedelta(days=1)).fresh(record, TODAY)


def test_what_was_asked_of_a_provider_in_vain_is_asked_of_the_applicant(newborn):
    sharing = planner.sharing_as_declared(newborn)
    before, after = planner.plan(newborn, sharing), planner.plan(newborn, sharing, tried=["birth_record"])
    gained = {"child_birth_date", "child_sex", "child_order", "birth_hospital", "birth_area"}
    assert set(after.asked) == {*before.asked, *gained}
    assert "birth_record" in {s.what for s in after.of("handed_in")}


def test_a_list_of_two_records_that_are_shared_is_taken_before_one_paper(newborn):
    both = replace(newborn.requirement("hospital_bill"), evidence=(("paper_bill",), ("settlement_record", "household_book")))
    other = replace(newborn, requirements=tuple(both if r.id == both.id else r for r in newborn.requirements))
    assert planner.plan(other, planner.sharing_as_declared(other)).shown["hospital_bill"] == both.evidence[1]


def test_the_applicants_own_paper_is_taken_before_one_that_an_office_keeps():
    restaurant = reading.read(reading.bundled_files("restaurant"), "restaurant")
    plan = planner.plan(restaurant, planner.sharing_as_declared(restaurant))
    assert plan.shown["premises"] == ("property_record", "lease_contract")


# The proof


def test_the_forms_of_the_bundled_things_ask_nothing_that_is_held(thing):
    sharing = planner.sharing_as_declared(thing)
    found = proof.require(thing, sharing)
    assert found.holds and found.saved
    assert proof.form_to_ask(thing, sharing) == thing.form


def test_without_a_provider_the_form_gains_exactly_the_questions_it_answered(thing):
    sharing = planner.sharing_as_declared(thing)
    answered = {p: {s.fact for s in proof.require(thing, sharing).saved if s.provider == p} for p in sharing}
    for gone in sharing:
        rest = {p: s for p, s in sharing.items() if p != gone}
        asked = proof.with_form(thing, proof.form_to_ask(thing, rest)).asked()
        assert answered[gone] <= set(asked) - set(thing.asked())
        if not any(answered[gone] & {*e.keys} for e in thing.evidence):  # nobody else is found by what it says
            assert set(asked) - set(thing.asked()) == answered[gone]
        if answered[gone]:
            with pytest.raises(Problem) as raised:
                proof.require(thing, rest)
            assert raised.value.code == "asks_too_little" and all(fact in raised.value.what.en for fact in answered[gone])


def test_without_the_register_of_low_incomes_the_form_of_a_birth_gains_one_question(newborn):
    rest = {p: s for p, s in planner.sharing_as_declared(newborn).items() if p != "assistance"}
    form = proof.form_to_ask(newborn, rest)
    assert set(proof.with_form(newborn, form).asked()) - set(newborn.asked()) == {"low_income"}
    assert proof.require(proof.with_form(newborn, form), rest).holds


def test_with_a_new_provider_the_old_form_is_refused_with_the_question_the_provider_the_department_and_the_dataset(newborn):
    more = {**planner.sharing_as_declared(newborn), "cards": "conditional"}
    with pytest.raises(Problem) as raised:
        proof.require(newborn, more)
    said = raised.value.what
    for word in ("subsidy_account", "To which bank account", "cards", "social_card_accounts", "Provincial department of human resources and social security"):
        assert word in said.en
    for word in ("补贴和报销打到哪个银行账户", "省人力资源和社会保障厅", "social_card_accounts"):
        assert word in said.zh
    assert proof.require(proof.with_form(newborn, proof.form_to_ask(newborn, more)), more).holds


def test_a_provider_that_does_not_share_counts_for_nothing(newborn):
    none = {**planner.sharing_as_declared(newborn), "cards": "none"}
    assert proof.require(newborn, none).holds


def test_a_spouse_whose_number_must_be_asked_still_makes_the_spouses_household_known(newborn):
    rest = {p: s for p, s in planner.sharing_as_declared(newborn).items() if p != "marriages"}
    asked = proof.with_form(newborn, proof.form_to_ask(newborn, rest)).asked()
    assert {"spouse_name", "spouse_id"} <= set(asked)
    assert not {"spouse_household_kind", "spouse_household_station"} & set(asked)


# One fetch


def fetch(newborn: Thing, evidence: str = "marriage_record", **changed: Any) -> tuple[exchange.Request, exchange.Answer]:
    step = next(s for s in planner.plan(newborn, planner.sharing_as_declared(newborn)).steps if s.what == evidence)
    facts = {"applicant_name": "王芳", "applicant_id": "110101199003070021"}
    request = exchange.request_of(newborn, step, "q-1", facts, NOW, NOW + timedelta(minutes=5), consent="sha256:c")
    answer = exchange.Answer("q-1", NOW + timedelta(seconds=2), record={"spouse.name": "李强", "spouse.id": "110101198902030011"}, subject=dict(facts), issued=TODAY)
    return request, replace(answer, **changed)


def test_a_request_says_what_for_and_asks_for_the_fields_of_its_map_and_no_others(newborn):
    request, _ = fetch(newborn)
    assert request.fields == ("spouse.id", "spouse.name")
    assert set(request.keys) == {"applicant_name", "applicant_id"}
    assert "Marriage record" in request.purpose.en and "婚姻登记信息" in request.purpose.zh


def test_a_fetched_fact_is_filled_in_only_once_the_applicant_accepted_it_with_its_source(newborn):
    judged = exchange.judge(newborn, *fetch(newborn))
    assert judged.code == "" and exchange.prefill(judged.filled) == {}
    filled = exchange.accept(judged.filled, "marriage_record", True)
    assert exchange.prefill(filled) == {"spouse_name": "李强", "spouse_id": "110101198902030011"}
    source = filled[0].source
    assert (source.provider, source.department, source.consent) == ("marriages", "civil", "sha256:c")
    assert source.digest.startswith("sha256:") and "李强" not in source.digest


def test_a_disputed_fact_is_not_filled_in(newborn):
    filled = exchange.accept(exchange.judge(newborn, *fetch(newborn)).filled, "marriage_record", False)
    assert exchange.prefill(filled) == {}


@pytest.mark.parametrize("subject", [
    {}, {"applicant_name": "王芳"}, {"applicant_id": "110101199003070021"}, {"applicant_name": "王方", "applicant_id": "110101199003070021"},
    {"applicant_name": "王芳", "applicant_id": "110101199003070022"}, {"applicant_name": "", "applicant_id": ""}])
def test_a_record_is_not_filled_in_unless_two_identifiers_agree_and_none_is_another(newborn, subject):
    judged = exchange.judge(newborn, *fetch(newborn, subject=subject))
    assert judged.code == "EDM:ERR:0004" and not judged.filled and "same person" in judged.why.en


def test_the_width_of_characters_does_not_make_another_person(newborn):
    subject = {"applicant_name": " 王芳 ", "applicant_id": "１１０１０１１９９００３０７００２１"}
    assert exchange.judge(newborn, *fetch(newborn, subject=subject)).filled


@pytest.mark.parametrize(("changed", "code"), [
    ({"issued": TODAY - timedelta(days=31)}, "EDM:ERR:0004"), ({"until": TODAY - timedelta(days=1)}, "EDM:ERR:0004"), ({"at": NOW + timedelta(minutes=6)}, "EDM:ERR:0005"),
    ({"record": {"spouse.name": "李强"}}, "EDM:ERR:0003"), ({"record": None}, "EDM:ERR:0003"), ({"code": "DSD:ERR:0001"}, "DSD:ERR:0001")])
def test_evidence_that_is_out_of_date_late_or_not_whole_fills_in_nothing_and_leaves_its_code(newborn, changed, code):
    judged = exchange.judge(newborn, *fetch(newborn, **changed))
    assert judged.code == code and not judged.filled and judged.why


def test_an_answer_to_another_request_and_a_code_nobody_knows_are_refused(newborn):
    for changed in ({"request": "q-2"}, {"code": "EDM:ERR:0099"}):
        with pytest.raises(Problem):
            exchange.judge(newborn, *fetch(newborn, **changed))


def test_where_two_departments_disagree_both_are_kept_and_neither_is_filled_in(newborn):
    one = exchange.judge(newborn, *fetch(newborn)).filled
    other = tuple(replace(f, value="李刚" if f.fact == "spouse_name" else f.value, source=replace(f.source, evidence="household_book", department="police", at=NOW + timedelta(hours=1))) for f in one)
    filled = exchange.accept(exchange.accept([*one, *other], "marriage_record", True), "household_book", True)
    there = exchange.standing(filled)
    assert [f.value for f in there["spouse_name"].said] == ["李强", "李刚"] and not there["spouse_name"].agreed
    assert exchange.prefill(filled) == {"spouse_id": "110101198902030011"}


def test_a_source_that_answers_twice_counts_once_by_its_last_answer(newborn):
    one = exchange.judge(newborn, *fetch(newborn)).filled
    again = tuple(replace(f, value="李强（更正）" if f.fact == "spouse_name" else f.value, source=replace(f.source, at=NOW + timedelta(hours=1))) for f in one)
    filled = exchange.accept([*again, *one], "marriage_record", True)
    assert exchange.prefill(filled)["spouse_name"] == "李强（更正）"


def test_a_timeout_is_tried_three_times_and_then_the_applicant_is_asked():
    assert [next_step("EDM:ERR:0005", tries) for tries in (1, 2, 3)] == ["retry", "retry", "ask"]
    assert next_step("EDM:ERR:0004", 1) == "ask" and next_step("DSD:ERR:0005", 1) == "more" and next_step("EB:ERR:0006", 1) == "mend"


def test_every_code_of_the_three_tables_is_there_and_none_leads_nowhere():
    assert list(CODES) == [f"{table}:ERR:{n:04}" for table, most in (("EDM", 8), ("DSD", 6), ("EB", 7)) for n in range(1, most + 1)]
    assert all(c.says.zh and c.says.en for c in CODES.values())


def test_the_digest_of_one_record_differs_from_request_to_request():
    assert exchange.digest({"low": True}, "q-1") != exchange.digest({"low": True}, "q-2")


# Any jurisdiction


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_in_any_jurisdiction_the_form_that_follows_passes_and_more_providers_never_ask_more(thing, data):
    every = [p.id for p in thing.providers if p.sharing != "none"]
    many = data.draw(st.sets(st.sampled_from(every)))
    few = many - data.draw(st.sets(st.sampled_from(every)))
    asked = []
    for there in (few, many):
        sharing = {p: thing.provider(p).sharing for p in sorted(there)}
        follows = proof.with_form(thing, proof.form_to_ask(thing, sharing))
        assert proof.require(follows, sharing).holds
        asked.append(set(follows.asked()))
    assert asked[1] <= asked[0]
