"""Runs are kept, entered in the ledger once, replayable; who may see failing rows; what is overdue; what the figures count."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from jingwei.coordination.actions import replay
from jingwei.coordination.jobs.nightly import work_of_a_night
from jingwei.coordination.model import AskReplay
from jingwei.foundations.data.catalogue.actions import harvest
from jingwei.foundations.data.catalogue.model import Harvest
from jingwei.foundations.data.quality import ACTIONS, records
from jingwei.foundations.data.quality.actions import HISTORY, bring_facts, contract_of, run_quality, set_contract
from jingwei.foundations.data.quality.bundled import MAINLAND
from jingwei.foundations.data.quality.contract import Contract, Field, Reference, Rule, Update
from jingwei.foundations.data.quality.model import (
    METRICS,
    BringFacts,
    FailingRows,
    Figure,
    Part,
    RunQuality,
    SetContract,
    ShowContract,
    ShowQuality,
    scores,
)
from jingwei.foundations.data.quality.odcs import write
from jingwei.foundations.data.quality.reports import overall, rows, show, show_contract
from jingwei.foundations.data.quality.surroundings import accessible, due, used
from jingwei.foundations.data.sharing.model import Case, Decision, Request, Use
from jingwei.kernel.actions import Context, run
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.lake import records as lake_rows
from jingwei.kernel.people import Principal, Role
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.told import events
from jingwei.kernel.workspace import Workspace

PEOPLE = Dataset("人口", 1, {"id": "string", "age": "int64"})
CONTRACT = Contract(dataset="人口", owner="civil", fields=(Field(name="id", required=True, type="string"), Field(name="age", least=0, most=150, type="integer")), keys=(("id",),))
START = datetime(2026, 3, 2, 9, tzinfo=CHINA)
RUN = next(a for a in ACTIONS if a.path == ("quality", "run"))
SET = next(a for a in ACTIONS if a.path == ("quality", "contract", "set"))
ROWS_ACTION = next(a for a in ACTIONS if a.path == ("quality", "rows"))


class Node:
    """A node whose clock is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.workspace, self.now = Workspace(folder), START
        self.context = Context(self.workspace, clock=lambda: self.now)

    def later(self, **by: int) -> None:
        self.now += timedelta(**by)

    def runs(self) -> list[str]:
        self.later(minutes=1)
        return [a["dataset"] for a in run_quality(self.context, RunQuality()).data["assessed"]]

    def entries(self, kind: str = "quality.run") -> int:
        return len(list(events(self.workspace.ledger, kind)))


@pytest.fixture
def node(tmp_path) -> Node:
    made = Node(tmp_path / "node")
    made.workspace.establish()
    made.workspace.lake.append(PEOPLE, [{"id": "a", "age": 30}, {"id": "b", "age": -1}, {"id": "b", "age": 200}, {"id": " ", "age": None}])
    set_contract(made.context, SetContract("人口", write(CONTRACT)))
    return made


def test_a_run_is_kept_once_in_store_lake_and_ledger_and_only_what_changed_is_run_again(node):
    assert node.runs() == ["人口"]
    assert node.runs() == []
    assert node.entries() == 1
    node.workspace.lake.append(PEOPLE, [{"id": "c", "age": 1}])
    assert node.runs() == ["人口"]
    set_contract(node.context, SetContract("人口", write(replace_most(99))))
    assert node.runs() == ["人口"]
    assert node.runs() == []
    assert node.entries() == 3
    history = lake_rows(node.context.read(HISTORY), by=("at", "metric", "part"))
    assert len({r["at"] for r in history}) == 3
    assert {r["metric"] for r in history} == set(METRICS)
    assert all((r["value"] is None) == (r["status"] == "not assessable") for r in history)
    assert all(r["denominator"] is None or r["denominator"] > 0 for r in history)
    told = show(node.context, ShowQuality("人口")).data
    assert [h["snapshot"] for h in told["history"]] == [r["snapshot"] for r in told["history"]]
    assert len(told["history"]) == 3


def replace_most(most: int) -> Contract:
    return Contract(dataset="人口", owner="civil", fields=(CONTRACT.fields[0], Field(name="age", least=0, most=most, type="integer")), keys=(("id",),))


def test_a_breach_says_since_when_and_a_new_one_begins_anew_after_it_was_mended(node):
    node.runs()
    first = node.now
    assert broken(node) == {"age.range": (2, first), "id.required": (1, first), "unique(id)": (3, first)}
    node.workspace.lake.replace(PEOPLE, [{"id": "a", "age": 30}, {"id": "", "age": 2}])
    node.later(days=1)
    node.runs()
    assert broken(node) == {"id.required": (1, first), "unique(id)": (1, first)}
    node.workspace.lake.replace(PEOPLE, [{"id": "a", "age": 999}, {"id": "", "age": 2}])
    node.later(days=1)
    node.runs()
    assert broken(node)["age.range"] == (1, node.now)
    assert broken(node)["id.required"] == (1, first)


def broken(node: Node) -> dict[str, tuple[int, datetime]]:
    with node.workspace.store.read() as connection:
        since = records.since(connection, ["人口"], node.now)
        (last,) = records.runs(connection, node.now, "人口", 1)
    return {b.check: (b.rows, since["人口", b.check]) for b in last.assessment.breaches}


def test_no_value_of_a_row_is_in_what_anybody_may_read(node):
    node.workspace.lake.append(PEOPLE, [{"id": "110101199003070011", "age": 151}])
    made = run_quality(node.context, RunQuality("人口"))
    shown = show(node.context, ShowQuality())
    for text in (made.report, json.dumps(made.data), shown.report, json.dumps(shown.data), *(d.text() for d in (*made.documents, *shown.documents))):
        assert "110101199003070011" not in text
    entries = b"".join(node.workspace.ledger.entry(i) for i in range(node.workspace.ledger.size()))
    assert "人口".encode() not in entries
    assert b"110101" not in entries


def test_a_run_of_all_that_changed_is_made_again_byte_for_byte_after_everything_has_changed(node):
    bring_facts(node.context, BringFacts())
    node.later(minutes=1)
    made = run(RUN, node.context, RunQuality())
    assert len(made.data["assessed"]) == 5
    receipt = next(d for d in made.documents if d.name == "receipt.json")
    node.later(days=3)
    set_contract(node.context, SetContract("人口", write(replace_most(5))))
    node.workspace.lake.append(PEOPLE, [{"id": "z", "age": 1}])
    node.runs()
    before = node.entries()
    again = replay(node.context, AskReplay(Document("receipt.json", receipt.content)))
    assert again.holds, again.report
    assert node.entries() == before


def test_a_rehearsal_keeps_nothing(node):
    done = run_quality(replace(node.context, dry_run=True), RunQuality("人口"))
    assert done.data["assessed"][0]["breaches"]
    assert node.entries() == 0
    with node.workspace.store.read() as connection:
        assert records.latest(connection, node.now) == {}
    version = show_contract(node.context, ShowContract("人口")).data["version"]
    assert set_contract(replace(node.context, dry_run=True), SetContract("人口", write(replace_most(9)))).data["version"] == version + 1
    assert show_contract(node.context, ShowContract("人口")).data["version"] == version


def test_the_contract_is_given_back_as_the_file_that_was_given(node):
    file = Document("mine.yaml", write(CONTRACT).content + b"# a remark\n")
    version = set_contract(node.context, SetContract("人口", file)).data["version"]
    assert set_contract(node.context, SetContract("人口", file)).data["version"] == version
    assert show_contract(node.context, ShowContract("人口")).documents[0].content == file.content
    assert node.entries("quality.contract") == version


def test_failing_rows_are_for_the_owner_and_the_nodes_own_operator_alone(node):
    def asked(organisation: str) -> list[tuple[str, ...]]:
        who = Principal(f"p-{7:032x}", organisation, (Role("steward", Text("管家", "steward"), frozenset({"quality.rows"})),))
        made = run(ROWS_ACTION, replace(node.context, principal=who), FailingRows("人口"))
        return sorted(Table.read(next(d for d in made.documents if d.name == "rows.csv")).rows)

    rows_ = [("age.range", "b", "-1"), ("age.range", "b", "200"), ("id.required", "", ""), ("unique(id)", "", ""), ("unique(id)", "b", "-1"), ("unique(id)", "b", "200")]
    assert [(a, i, n.lstrip("'")) for a, i, n in asked("civil")] == rows_
    with pytest.raises(Problem) as raised:
        asked("health")
    assert raised.value.code == "not_party"
    assert rows(node.context, FailingRows("人口", "age.range")).data["rows"] == 2
    with pytest.raises(Problem) as raised:
        rows(node.context, FailingRows("人口", "age.rang"))
    assert raised.value.code == "unknown_check"
    assert "age.range" in str(raised.value)


def test_nobody_makes_himself_the_owner_or_asks_another_owners_table_by_a_contract(node):
    bring_facts(node.context, BringFacts())
    person = Role("steward", Text("管家", "steward"), frozenset({"quality.contract"}))

    def sets(organisation: str, contract: Contract) -> str:
        who = replace(node.context, principal=Principal(f"p-{7:032x}", organisation, (person,)), dry_run=True)
        try:
            run(SET, who, SetContract(contract.dataset, write(contract)))
        except Problem as error:
            return error.code
        return "set"

    asks = Contract(dataset="人口", references=(Reference(name="r", fields=("id",), dataset="facts_sources", columns=("source",)),))
    assert sets("civil", CONTRACT) == sets("jingwei", Contract(dataset="facts_nation")) == "set"
    assert [sets("health", CONTRACT), sets("health", structs.replace(CONTRACT, owner="health")), sets("civil", asks), sets("civil", structs.replace(CONTRACT, owner="health")),
            sets("civil", Contract(dataset="facts_nation"))] == ["not_party"] * 5


def test_a_contract_that_no_longer_fits_is_told_and_holds_nobody_else_up(node):
    bring_facts(node.context, BringFacts())
    contract = Contract(dataset="人口", rules=(Rule(name="r", condition="age > 0"),))
    set_contract(node.context, SetContract("人口", write(contract)))
    old = node.workspace.lake.folder / "人口"
    for path in sorted(old.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    node.workspace.lake.append(Dataset("人口", 1, {"id": "string"}), [{"id": "a"}])
    node.later(minutes=1)
    made = run_quality(node.context, RunQuality())
    assert [r["dataset"] for r in made.data["refused"]] == ["人口"]
    assert len(made.data["assessed"]) == 4
    assert not made.holds


def test_a_node_with_tables_assesses_what_changed_at_night_and_one_without_has_nothing_to(node, tmp_path):
    bare = Workspace(tmp_path / "bare")
    bare.establish()
    assert [RUN in work_of_a_night(w) for w in (node.workspace, bare)] == [True, False]


@pytest.mark.parametrize("given", [RunQuality("nobody"), FailingRows("nobody"), ShowQuality("nobody"), ShowContract("nobody")])
def test_a_table_that_is_not_there_is_said_so(node, given):
    does = {RunQuality: run_quality, FailingRows: rows, ShowQuality: show, ShowContract: show_contract}[type(given)]
    with pytest.raises(Problem) as raised:
        does(node.context, given)
    assert raised.value.code in ("unknown_dataset", "not_assessed", "no_contract")
    assert raised.value.remedy or raised.value.where


def test_the_bundled_figures_are_brought_once_and_their_score_is_what_they_deserve(node):
    told = [bring_facts(node.context, BringFacts()).data["tables"] for _ in range(2)]
    assert told[0] == told[1]
    assert len(MAINLAND) == 31
    run_quality(node.context, RunQuality())
    with node.workspace.store.read() as connection:
        found = {n: r.assessment for n, r in records.latest(connection, node.now).items()}
    provinces = {f.metric: f for f in found["facts_provinces"].figures}
    assert (provinces["0105"].value, provinces["0304"].value, provinces["0303"].value) == (1.0, 1.0, 1.0)
    empty = sum(b.rows for b in found["facts_provinces"].breaches if b.check == "value.required")
    assert provinces["0201"].parts[0] == Part("", 6 * 6479 - empty, 6 * 6479)
    assert {b.severity for b in found["facts_provinces"].breaches} == {"warning"}
    assert found["facts_nation"].breaches == ()


# Time, use and the catalogue


@pytest.mark.parametrize(("last", "every", "grace", "day"), [
    (date(2025, 9, 1), "MONTHLY", 0, date(2025, 10, 9)), (date(2025, 1, 31), "MONTHLY", 0, date(2025, 2, 28)), (date(2024, 2, 29), "ANNUAL", 0, date(2025, 2, 28)),
    (date(2025, 9, 24), "DAILY", 2, date(2025, 9, 28)), (date(2025, 9, 26), "DAILY", 0, date(2025, 9, 28)), (date(2025, 11, 30), "QUARTERLY", 1, date(2026, 3, 2))])
def test_an_update_is_due_a_period_on_moved_to_a_working_day(last, every, grace, day):
    assert due(last, every, grace, work_calendar()) == day


@pytest.mark.parametrize(("instant", "value"), [(datetime(2026, 3, 6, 23, tzinfo=CHINA), 1.0), (datetime(2026, 3, 9, 0, 5, tzinfo=CHINA), 0.0), (datetime(2031, 1, 1, tzinfo=CHINA), 0.0)])
def test_an_overdue_update_is_a_breach_from_the_day_after(tmp_path, instant, value):
    node = Node(tmp_path / "node")
    days = Dataset("days", 1, {"day": "string"})
    node.workspace.lake.append(days, [{"day": "2026-02-06"}, {"day": "2026-01-01"}, {"day": None}])
    set_contract(node.context, SetContract("days", write(Contract(dataset="days", update=Update("MONTHLY", "day")))))
    node.now = instant
    told = run_quality(node.context, RunQuality("days")).data["assessed"][0]
    (figure,) = (m for m in told["metrics"] if m["metric"] == "0502")
    assert figure["value"] == value
    assert [b["check"] for b in told["breaches"]] == (["update"] if value == 0 else [])


def test_a_day_for_which_no_calendar_is_known_is_not_assessable(tmp_path):
    node = Node(tmp_path / "node")
    node.workspace.lake.append(Dataset("days", 1, {"day": "string"}), [{"day": "2060-02-06"}])
    set_contract(node.context, SetContract("days", write(Contract(dataset="days", update=Update("MONTHLY", "day")))))
    told = run_quality(node.context, RunQuality("days")).data["assessed"][0]
    (figure,) = (m for m in told["metrics"] if m["metric"] == "0502")
    assert figure["value"] is None
    assert "2060" in figure["why"]


def case(first: date | None, last: date | None, *days: date, granted: bool = True, delivery: bool = True) -> Case:
    at = datetime(2026, 1, 1, tzinfo=CHINA)
    uses = tuple(Use(datetime(d.year, d.month, d.day, 12, tzinfo=CHINA), "csv", "s", 1, 1, "d", 3 + i, delivery) for i, d in enumerate(days))
    return Case(Request("R", "D", "a", "p", "conditional", "duty", first=first, last=last), at, 1, decisions=(Decision(at, granted, "", True, "g", 2),), uses=uses)


def test_use_and_access_are_counted_from_what_happened():
    cases = [case(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)), case(date(2026, 1, 1), None, date(2026, 1, 2)),
             case(date(2026, 1, 1), date(2026, 2, 1), granted=False)]
    assert used(cases) == Figure("0504", (Part("", 2, 4),))
    assert accessible(cases) == Figure("0601", (Part("", 2, 3),))
    assert used([]).value is accessible([]).value is None


RECORD = {"title": "人口", "notes": "people", "identifier": "人口", "organization": "civil", "update_frequency": "daily", "sharing": "unconditional", "sharing_mode": "file", "grade": "L2",
          "columns": [{"name": "ID", "type": "字符型"}, {"name": "age", "type": "date"}], "resources": [{"name": "all", "url": "https://people.example/a.csv", "format": "CSV"}]}


def test_what_the_catalogue_says_of_a_table_is_held_against_it_and_counted_as_covered(node, tmp_path):
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "people.json").write_text(json.dumps(RECORD, ensure_ascii=False), encoding="utf-8")
    before = {s.measure.code: s for s in overall(node.context)}
    assert before["catalogue_coverage"].value == 0.0
    assert before["data_quality_accuracy"].value is None
    harvest(node.context, Harvest(str(folder)))
    made = run_quality(node.context, RunQuality("人口")).data["assessed"][0]
    told = {m["metric"]: (m["numerator"], m["denominator"]) for m in made["metrics"]}
    assert told["0103"] == (2, 2)
    assert told["0403"] == (1, 2)
    after = {s.measure.code: s for s in overall(node.context)}
    assert after["data_quality_accuracy"].of == 1


def test_exercises_enter_no_figure(node):
    run_quality(node.context, RunQuality())
    real = {s.measure.code: s.value for s in overall(node.context)}
    assert real["data_quality_completeness"] is not None
    set_contract(node.context, SetContract("人口", write(Contract(dataset="人口", synthetic=True, fields=CONTRACT.fields))))
    assert all(s.value is None for s in overall(node.context))


def test_a_dimension_is_the_mean_of_what_can_be_assessed_and_says_how_many_that_is():
    figures = (Figure("0201", (Part("", 1, 2),)), Figure("0202", (), "x", "x"), Figure("0303", (Part("", 1, 4),)), Figure("0402", (Part("intra-equal", 1, 1), Part("cross-logic", 0, 2))))
    found = {s.dimension: (s.value, s.assessable, s.metrics) for s in scores(figures)}
    assert found == {"01": (None, 0, 6), "02": (0.5, 1, 2), "03": (0.75, 1, 6), "04": (0.5, 1, 3), "05": (None, 0, 4), "06": (None, 0, 2)}


def test_contracts_are_read_as_they_stood(node):
    node.later(days=1)
    set_contract(node.context, SetContract("人口", write(replace_most(9))))
    assert contract_of(node.context, "人口").fields[1].most == 9
    assert contract_of(replace(node.context, clock=lambda: START), "人口").fields[1].most == 150
