"""Use is proved by entries of the ledger: a dataset's deliveries, figures and packages, through whatever was made of it; the others are named."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime

import jsonschema_rs
import pytest
from bank_node import BankNode
from shared_node import Node

from jingwei.foundations.data.banks import actions as bank_actions
from jingwei.foundations.data.banks import model as bank
from jingwei.foundations.data.sharing import actions as sharing
from jingwei.foundations.data.sharing import asks
from jingwei.foundations.data.uses import ACTIONS, actions, model, openlineage
from jingwei.kernel.actions import Action, Context, Result, replay, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.lineage import Made, Stand, behind, onward, steps
from jingwei.kernel.people import ANONYMOUS
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.receipts import NAME, Receipt
from jingwei.kernel.tables import Document

LINEAGE, BRING, USES = ACTIONS

RUN_EVENT = {
    "type": "object", "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventTime": {"type": "string", "format": "date-time"}, "producer": {"type": "string", "format": "uri"}, "schemaURL": {"type": "string", "format": "uri"},
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "run": {"type": "object", "required": ["runId"], "properties": {"runId": {"type": "string", "format": "uuid"}}},
        "job": {"type": "object", "required": ["namespace", "name"], "properties": {"namespace": {"type": "string"}, "name": {"type": "string"}}},
        **{side: {"type": "array", "items": {
            "type": "object", "required": ["namespace", "name"], "properties": {
                "namespace": {"type": "string"}, "name": {"type": "string"},
                "facets": {"type": "object", "additionalProperties": {
                    "type": "object", "required": ["_producer", "_schemaURL"],
                    "properties": {"_producer": {"type": "string", "format": "uri"}, "_schemaURL": {"type": "string", "format": "uri"}}}}}}}
            for side in ("inputs", "outputs")}}}
"""What OpenLineage 2-0-2 asks of a run event."""


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> BankNode:
    made = BankNode(tmp_path_factory.mktemp("uses") / "node")
    made.filled("science", 200)
    made.context.workspace.lake.append(Dataset("idle", 1, {"a": "string"}), [{"a": "x"}])
    bank_actions.ask(made.context, bank.Ask("science"))
    bank_actions.publish(made.context, bank.Publish("science"))
    return made


def test_a_table_of_a_bank_was_used_by_its_answer_and_its_package(node):
    told = actions.uses_of(node.context, model.AskUse("exercise_inventions")).data["uses"]
    assert {(u["kind"], u["what"].partition("-")[0]) for u in told} == {("answer", "A"), ("package", "science 1")}
    ledger = node.context.workspace.ledger
    for use in told:
        entry = json.loads(ledger.entry(use["entry"]))
        assert any(read.startswith("exercise_inventions:") for read in entry["facts"]["reads"])


def test_a_delivery_is_a_use_of_the_table_behind_the_request(tmp_path):
    shared = Node(tmp_path / "node")
    shared.offered()
    request = shared.requested()
    sharing.decide(shared.context, asks.DecideRequest(request, "grant"))
    assert actions.uses_of(shared.context, model.AskUse("people")).data["uses"] == []
    sharing.hand_over(shared.context, asks.DeliverRequest(request))
    (use,) = actions.uses_of(shared.context, model.AskUse("people")).data["uses"]
    assert (use["kind"], use["what"]) == ("delivery", request)
    (row,) = actions.uses_of(shared.context, model.AskUse()).data["datasets"]
    assert (row["owner"], row["uses"], row["dead"]) == ("civil", 1, False)


def test_a_dataset_nobody_used_for_long_is_named_and_one_that_was_used_lately_is_not(node):
    there = Context(node.context.workspace, clock=node.context.clock)
    node.days += 10
    young = {d["dataset"]: d["dead"] for d in actions.uses_of(there, model.AskUse(days=30)).data["datasets"] if d["dataset"] != "idle"}
    assert young == {"exercise_inventions": False}
    node.days += 400
    told = actions.uses_of(there, model.AskUse())
    dead = {d["dataset"]: d for d in told.data["datasets"] if d["dead"]}
    assert dead["exercise_inventions"]["last"]["kind"] == "package"
    node.days -= 410
    assert told.report.startswith("2 datasets")


def test_what_is_invented_is_not_counted_among_the_datasets_in_use(node):
    figure = actions.uses_of(node.context, model.AskUse()).data["figures"][0]
    assert figure["measure"] == "datasets_used"
    assert figure["of"] == 0 or figure["count"] == 0


FACTS = Dataset("facts", 1, {"a": "string"})


def counted(context: Context, given: model.AskOne) -> Result:
    n = int(context.read(FACTS).count().to_pyarrow().as_py())
    return Result(f"{n}\n", {"n": n}, (Document("n.csv", f"n\n{n}\n".encode()),))


COUNT = Action(("evaluate",), Text("数", "Count"), ("F2.2",), "public", "read", model.AskOne, f"{__name__}.counted")
CHANGE = Action(("matters", "decide"), Text("定", "Decide"), ("O.2",), "matters.write", "write", model.AskOne, f"{__name__}.counted")


def test_files_that_the_operator_makes_from_a_dataset_are_a_use_once_and_again_the_same_are_none(tmp_path):
    context = BankNode(tmp_path / "node").context
    context.workspace.lake.append(FACTS, [{"a": "x"}])
    run(COUNT, context, model.AskOne("facts"))
    assert not context.workspace.ledger.store.exists()  # reading makes no node where there is none
    context.workspace.ledger.append(Event("node.begun", context.clock(), "local"))
    made, _ = (run(COUNT, context, model.AskOne("facts")) for _ in range(2))
    run(COUNT, replace(context, principal=ANONYMOUS), model.AskOne("other"))  # anybody may look; that proves nothing
    assert replay(Receipt.read(next(d for d in made.documents if d.name == NAME)), COUNT, context, tmp_path).identical
    run(CHANGE, context, model.AskOne("facts"))
    told = actions.uses_of(context, model.AskUse("facts")).data["uses"]
    assert [(u["kind"], u["what"]) for u in told] == [("figure", "evaluate"), ("decision", "matters.decide")]
    context.workspace.lake.append(FACTS, [{"a": "y"}])
    run(COUNT, context, model.AskOne("facts"))  # of more rows: another use
    assert len(actions.uses_of(context, model.AskUse("facts")).data["uses"]) == 3


def test_the_lineage_of_a_table_is_written_as_openlineage_that_others_can_read_back(node):
    events = actions.lineage_of(node.context, model.AskLineage("exercise_inventions", "openlineage")).data
    check = jsonschema_rs.validator_for(RUN_EVENT, validate_formats=True)
    for event in events:
        check.validate(event)
        assert uuid.UUID(event["run"]["runId"])
    names = {e["job"]["name"] for e in events}
    assert {"bank.invented", "bank.linked", "bank.answered", "bank.published"} <= names
    back = openlineage.read(Document("events.json", json.dumps(events).encode()))
    assert [(b["run"], b["job"]) for b in back] == [(e["run"]["runId"], f"jingwei/{e['job']['name']}") for e in events]
    published = next(e for e in events if e["job"]["name"] == "bank.published")
    assert [d["name"] for d in published["outputs"]] == ["bank_science"]
    assert [d["name"] for d in published["inputs"]] == ["exercise_inventions", "bank_links.science"]


EVENT = {"eventType": "COMPLETE", "eventTime": "2026-03-01T08:00:00+08:00", "producer": "urn:etl", "schemaURL": openlineage.SPEC,
         "run": {"runId": "0a2b4c6d-0000-4000-8000-000000000001"}, "job": {"namespace": "etl", "name": "夜间/汇总"},
         "inputs": [{"namespace": "jingwei", "name": "idle"}], "outputs": [{"namespace": "warehouse", "name": "报表"}]}


def test_another_systems_run_is_a_use_and_coming_twice_it_is_one(tmp_path):
    context = BankNode(tmp_path / "node").context
    context.workspace.lake.append(Dataset("idle", 1, {"a": "string"}), [{"a": "x"}])
    document = Document("events.json", "\n".join(json.dumps(e) for e in (EVENT, {**EVENT, "eventType": "START"})).encode())
    assert actions.bring_lineage(context, model.BringLineage(document)).data == {"read": 1, "recorded": 1}
    assert actions.bring_lineage(context, model.BringLineage(document)).data == {"read": 1, "recorded": 0}
    (use,) = actions.uses_of(context, model.AskUse("idle")).data["uses"]
    assert use["kind"] == "elsewhere"


@pytest.mark.parametrize("wrong", [b"{", b"[1]", json.dumps({**EVENT, "eventTime": "soon"}).encode(), json.dumps({**EVENT, "eventTime": "2026-03-01T08:00:00"}).encode(),
                                   json.dumps({**EVENT, "run": {"runId": "x"}}).encode(), json.dumps({**EVENT, "job": {}}).encode(), json.dumps({**EVENT, "inputs": [{}]}).encode()])
def test_events_that_are_none_are_refused_by_number_and_nothing_is_kept(tmp_path, wrong):
    context = BankNode(tmp_path / "node").context
    with pytest.raises(Unreadable):
        actions.bring_lineage(context, model.BringLineage(Document("events.json", wrong)))
    assert steps(context.workspace.ledger) == []


def test_an_unknown_dataset_is_told_with_the_nearest_there_is(node):
    with pytest.raises(Problem) as raised:
        actions.lineage_of(node.context, model.AskLineage("exercise_invention"))
    assert "exercise_inventions" in str(raised.value)


def test_what_lies_behind_and_ahead_is_found_through_any_number_of_steps():
    def step(entry: int, reads: str, makes: str) -> Made:
        return Made(datetime(2026, 1, 1), "x.y", tuple(map(Stand, reads)), tuple(map(Stand, makes)), {}, entry)  # noqa: DTZ001

    made = [step(0, "", "a"), step(1, "a", "b"), step(2, "bz", "c"), step(3, "c", ""), step(4, "q", "r"), step(5, "c", "a")]
    assert [m.entry for m in behind(made, "c")] == [0, 1, 2, 5]
    assert [m.entry for m in onward(made, "a")] == [1, 2, 3, 5]
    assert [m.entry for m in onward(made, "q")] == [4]
