"""A thing is a folder of standard files that fit each other, or a fault that names the file and the key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingwei.engines.decisions import proofs
from jingwei.engines.processes.net import build, gaps
from jingwei.engines.processes.soundness import prove
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.integrations.government.things import reading
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.periods import working_day_due
from jingwei.kernel.problems import Problem

Files = Mapping[str, bytes]


@pytest.fixture(scope="module", params=reading.bundled())
def thing(request: pytest.FixtureRequest) -> Thing:
    return reading.read(reading.bundled_files(request.param), request.param)


@pytest.fixture(scope="module")
def newborn() -> Files:
    return reading.bundled_files("newborn")


def test_the_process_of_a_thing_is_sound_and_can_be_executed_with_its_conditions(thing):
    assert not gaps(thing.definitions, thing.process)
    proof = prove(build(thing.definitions, thing.process, compiled))
    assert proof.sound and not proof.findings
    assert "refused" not in thing.definitions.fates


def test_every_table_of_a_thing_is_complete_and_free_of_overlap(thing):
    tables = [table for model in thing.models.values() for table in model.tables()]
    assert tables
    for table in tables:
        found = proofs.check(table)
        assert found.sound and not found.idle, (table.where, found)


def test_every_drawn_element_of_a_thing_has_a_place_on_the_page(thing):
    drawn = {e.get("bpmnElement") for e in thing.definitions.root.walk() if e.local in ("BPMNShape", "BPMNEdge")}
    assert {*(n.id for n in thing.net.nodes), *(f.id for f in thing.net.flows)} <= drawn


def test_every_condition_speaks_of_declared_facts_only(thing):
    facts = {f.name for f in thing.facts}
    for flow in thing.net.flows:
        if flow.condition:
            assert flow.condition.split()[0] in facts, flow.id


def changed(files: Files, name: str, before: str, after: str) -> Files:
    text = files[name].decode()
    assert before in text
    return {**files, name: text.replace(before, after, 1).encode()}


def refused(files: Files) -> Problem:
    with pytest.raises(Problem) as raised:
        reading.read(files, "born")
    return raised.value


@pytest.mark.parametrize(("name", "before", "after", "where"), [
    ("thing.toml", 'task = "vaccination"', 'task = "vacination"', "born/thing.toml, item.task"),
    ("thing.toml", 'version = "2026.1"', 'verson = "2026.1"', "born/thing.toml, verson"),
    ("thing.toml", 'department = "health"', "department = 7", "born/thing.toml, item[1].department"),
    ("thing.toml", 'department = "health"', 'department = "helth"', "born/thing.toml, item birth_certificate.department"),
    ("thing.toml", 'regime = "promised"', 'regime = "whenever"', "born/thing.toml, item[1].clock.regime"),
    ("thing.toml", 'law = {act = "出生医学证明管理办法", article = "2"}', "", "born/thing.toml, requirement[2].law"),
    ("thing.toml", 'evidence = [["birth_record"]]', "evidence = [[]]", "born/thing.toml, requirement birth_facts.evidence"),
    ("thing.toml", 'evidence = [["birth_record"]]', 'evidence = [["birth_recrod"]]', "born/thing.toml, requirement birth_facts.evidence"),
    ("thing.toml", 'name = "child_name"', 'name = "childs_name"', "born/thing.toml, evidence child_household_page.keys"),
    ("thing.toml", 'keys = ["spouse_name", "spouse_id"]', 'keys = ["spouse_id", "spouse_id"]', "born/thing.toml, evidence spouse_household_book.keys"),
    ("thing.toml", 'gives = "admission"', 'gives = "delivery"', "born/thing.toml, fact delivery.origin"),
    ("thing.toml", 'assurance = "substantial"\n\n[[requirement]]', 'assurance = "high"\n\n[[requirement]]', "born/thing.toml, requirement hospital_bill.evidence"),
    ("thing.toml", "[name]", "[name", "born/thing.toml"),
    ("admission.dmn", 'name="birth_area"', 'name="birth_place"', "born/admission.dmn, inputData"),
    ("form.json", '"enum"', '"enmu"', "born/form.json, properties.applicant_relation.maxLength"),
    ("form.json", '"type": "object"', '"type": "objekt"', "born/form.json, properties"),
    ("form.json", '"format": "date"', '"format": "day"', "born/form.json, properties.child_birth_date.format"),
    ("form.json", '"maxLength": 60', '"maxLength": "60"', "born/form.json, properties.applicant_name.maxLength"),
    ("form.json", '"spouse_name":', '"child_name":', "born/form.json"),
    ("process.bpmn", '<bpmn:userTask id="vaccination"', '<bpmn:userTask id="vaccinations"', "born/thing.toml, item.task"),
])
def test_a_fault_names_its_file_and_its_key(newborn, name, before, after, where):
    assert refused(changed(newborn, name, before, after)).where.en == where


def test_a_question_about_a_fact_nobody_declared_is_refused(newborn):
    form = json.loads(newborn["form.json"])
    form["properties"]["child_weight"] = {"title": "体重", "title_en": "Weight", "type": "number"}
    problem = refused({**newborn, "form.json": json.dumps(form).encode()})
    assert problem.where.en == "born/form.json, properties" and "child_weight" in problem.what.en


def test_what_a_department_decides_is_never_a_question(newborn):
    form = json.loads(newborn["form.json"])
    form["properties"]["household_outcome"] = {"title": "结果", "title_en": "Outcome", "type": "string", "enum": ["granted", "refused"]}
    assert refused({**newborn, "form.json": json.dumps(form).encode()}).where.en == "born/form.json, properties.household_outcome"


def test_a_form_that_would_have_to_fetch_a_schema_is_refused(newborn):
    form = json.loads(newborn["form.json"])
    form["$defs"] = {"far": {"$ref": "https://schemas.example.org/far"}}
    form["allOf"] = [{"$ref": "https://schemas.example.org/far"}]
    assert refused({**newborn, "form.json": json.dumps(form).encode()}).where.en == "born/form.json"


def test_entities_in_a_process_or_a_table_are_refused(newborn):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    for name in ("process.bpmn", "subsidy.dmn"):
        assert "DOCTYPE" in refused({**newborn, name: newborn[name].replace(b"?>", b"?>" + bomb, 1)}).remedy.en


def test_a_folder_without_its_process_is_named(newborn):
    assert refused({n: c for n, c in newborn.items() if n != "process.bpmn"}).where.en == "born"


@given(name=st.sampled_from(["thing.toml", "form.json", "process.bpmn", "subsidy.dmn", "police_station.dmn"]), at=st.floats(0, 1), length=st.integers(0, 60),
       put=st.sampled_from([b"", b'"', b"[", b"{}", b"null", b"0", b"[[]]", b"true", b"\xff", b'"x"', "一".encode(), b"-", b"id"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_folder_damaged_anywhere_is_read_or_refused_with_a_place_and_never_fails_otherwise(newborn, name, at, length, put):
    content = newborn[name]
    begin = int(at * len(content))
    try:
        reading.read({**newborn, name: content[:begin] + put + content[begin + length:]}, "born")
    except Problem as problem:
        assert problem.what.en and problem.what.zh


def test_nobody_is_supervised_before_his_working_days_are_over_whenever_he_begins(thing):
    begins = [date(2025, 1, 1) + timedelta(days=n) for n in range(330)]
    timers = {n.host: n.triggers[0].expression for n in thing.net.nodes if n.kind == "boundary"}
    assert timers
    for task, after in timers.items():
        item = thing.item(task)
        assert item is not None and after.startswith("P") and after.endswith("D")
        for begin in begins:
            due = working_day_due(begin, item.clock.days)
            assert due is not None and begin + timedelta(days=int(after[1:-1])) > due, (task, begin)


def test_a_part_a_thing_has_not_is_named(thing):
    for ask in (thing.department, thing.requirement, thing.evidence_called, thing.provider, thing.fact):
        with pytest.raises(Problem, match="nowhere"):
            ask("nowhere")
    assert thing.item("nowhere") is None
