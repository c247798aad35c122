"""A department that asks people for what another one holds is told so, with evidence; one that only seems to is left alone."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from departments import FACTS, City, Drawn, codes, world
from once_node import EARLY, PEOPLE, Node, collected, table

from jingwei.engines.sketches.values import normal
from jingwei.foundations.data.once import actions, asks, records, views
from jingwei.foundations.data.once.findings import WAIT
from jingwei.foundations.data.once.matching import compare
from jingwei.foundations.data.once.model import Column, Taken
from jingwei.foundations.data.once.taking import Given, Kept, fields_of, form, take
from jingwei.foundations.data.once.terms import IDENTITY, NAMES, SUBJECTS, TERMS
from jingwei.foundations.data.tables import actions as tables
from jingwei.foundations.data.tables.asks import RegisterTable
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Organisation, Principal, Role
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

LATE = datetime(2026, 3, 2, tzinfo=CHINA)
KEY = b"k" * 32


def taken(drawn: Sequence[Drawn], at: datetime) -> list[Taken]:
    return [take(Given(d.table), KEY, d.holder, d.table.name, "", at) for d in drawn]


@pytest.fixture(scope="module")
def made() -> tuple[Any, list[Taken], list[Taken], list[Any]]:
    drawn = world(30, 10, people=5_000)
    held, new = taken(drawn.held, EARLY), taken(drawn.new, LATE)
    return drawn, held, new, compare(new, held)


def pairs(made: Any, basis: str) -> set[tuple[int, int]]:
    _, held, new, found = made
    news, helds = ({t.name: i for i, t in enumerate(each)} for each in (new, held))
    return {(news[f.new.name], helds[f.held.name]) for f in found if f.basis == basis}


# What is found


def test_what_is_collected_twice_is_found_and_nothing_else(made):
    """Of pairs that share less than a fiftieth of their people, or no fact, none; of those that share a tenth or more, nearly all."""
    found = pairs(made, "values")
    assert found <= made[0].doubles(0.02)
    doubles = made[0].doubles(0.1)
    assert len(doubles) > 20
    assert len(found & doubles) >= 0.9 * len(doubles)


def test_tables_of_another_city_lists_of_codes_and_running_numbers_are_never_found(made):
    drawn, held, new, found = made
    innocent = {t.name for t, d in zip((*held, *new), (*drawn.held, *drawn.new), strict=True) if d.kind in ("elsewhere", "codes")}
    kinds = {t.name: d.kind for t, d in zip((*held, *new), (*drawn.held, *drawn.new), strict=True)}
    assert innocent
    assert not [f for f in found if kinds[f.new.name] != kinds[f.held.name]]
    assert not [f for f in found if kinds[f.new.name] == "codes" and f.basis == "values"]


def test_the_columns_of_a_finding_are_those_that_hold_the_same_whatever_they_are_called(made):
    drawn, held, new, found = made
    by_name = {t.name: d for t, d in zip((*held, *new), (*drawn.held, *drawn.new), strict=True)}
    right = wrong = 0
    for f in (f for f in found if f.basis == "values"):
        for p in f.proved:
            same = by_name[f.new.name].renamed.get(p.new.name, "?") == by_name[f.held.name].renamed.get(p.held.name, "!")
            right, wrong = right + same, wrong + (not same)
    assert wrong == 0
    assert right > 60


def test_the_interval_of_subjects_and_of_agreement_holds_the_truth(made):
    drawn, held, new, found = made
    by_name = {t.name: d for t, d in zip((*held, *new), (*drawn.held, *drawn.new), strict=True)}
    tried, missed = 0, 0
    for f in (f for f in found if f.basis == "values" and TERMS.term(f.pairs[0].new.name) == "citizen_id"):
        ours, theirs = by_name[f.new.name].people, by_name[f.held.name].people
        tried += 1
        missed += not f.subjects.low - 1e-9 <= len(ours & theirs) / len(ours) <= f.subjects.high + 1e-9
        assert f.duplicated[0] <= f.duplicated[1] <= f.duplicated[2] <= f.cells.population * len(f.proved)
    assert tried > 15
    assert missed <= 0.2 * tried


def test_duplicated_cells_are_those_a_full_comparison_counts():
    here = City(3_000, 5)
    old = here.table("civil", "户籍", range(0, 2_000), ["id", "name", "mobile", "address"], stale=0.25, numbered=False)
    new = here.table("health", "随访", range(1_200, 2_900), ["id", "mobile", "address"], numbered=False)
    (found,) = [f for f in compare(taken([new], LATE), taken([old], EARLY)) if f.basis == "values"]
    both = range(1_200, 2_000)
    assert [p.by for p in found.pairs].count("values") == 2
    truth = len(both) / 1_700
    assert found.subjects.low <= truth <= found.subjects.high
    assert found.people[0] <= len(both) <= found.people[2]
    cells = len(both)
    for p in (p for p in found.pairs if p.by == "values"):
        same = sum(normal(a) == normal(b) for a, b in zip(new.table.column(p.new.name)[:800], old.table.column(p.held.name)[1_200:], strict=True))
        assert 0.7 < same / 800 < 0.8
        assert p.agreement.low - 0.02 <= same / 800 <= p.agreement.high + 0.02
        cells += same
    assert found.duplicated[0] * 0.97 <= cells <= found.duplicated[2] * 1.03


def test_small_tables_are_compared_whole_and_exactly():
    here = City(600, 5)
    old, new = (here.table(h, h, who, ["id", "mobile"], numbered=False) for h, who in (("a", range(0, 500)), ("b", range(300, 600))))
    (found,) = [f for f in compare(taken([new], LATE), taken([old], EARLY)) if f.basis == "values"]
    assert found.subjects.exact
    assert found.people == (200, 200, 200)
    assert found.duplicated == (400, 400, 400)


def test_the_same_people_with_nothing_but_who_they_are_is_no_duplicate():
    here = City(1_500, 5)
    old, new = (here.table(h, h, range(1_500), ["id", "name", "sex", "born"]) for h in ("a", "b"))
    assert {f.basis for f in compare(taken([new], LATE), taken([old], EARLY))} == {"subjects"}


def test_what_all_rows_say_of_a_subject_is_compared_and_what_differs_between_them_is_not():
    here = City(700, 5)
    people, visits = here.values, [i for i in range(600) for _ in range(4)]
    old = table("身份证号", "手机号", "费用", rows=[(people["id"][i], people["mobile"][i] if n % 4 else "", str(n * 37)) for n, i in enumerate(visits)])
    new = table("SFZH", "电话", "费用", rows=[(people["id"][i], people["mobile"][i], str(i * 37)) for i in range(700)])
    (found,) = compare([take(Given(new), KEY, "b", "b", "", LATE)], [take(Given(old), KEY, "a", "a", "", EARLY)])
    assert {(p.new.name, p.by) for p in found.pairs if p.by != "other"} == {("SFZH", "key"), ("电话", "values")}
    assert found.people == (600, 600, 600)
    assert found.duplicated == (1200, 1200, 1200)


def test_running_numbers_and_lists_of_codes_never_meet():
    draw = np.random.default_rng(3)
    one, other = (take(Given(codes(h, h, draw, 2_500).table), KEY, h, h, "", t) for h, t in (("a", EARLY), ("b", LATE)))
    assert one.columns[0].counts
    assert not one.columns[0].identifies
    assert not [f for f in compare([other], [one]) if f.basis == "values"]


def test_an_organisation_is_not_told_of_its_own_tables_nor_of_later_ones():
    here = City(800, 5)
    old, new = (here.table("a", h, range(800), ["id", "mobile"]) for h in ("x", "y"))
    assert compare(taken([new], LATE), taken([old], EARLY)) == []
    assert compare([replace(taken([new], EARLY)[0], holder="b")], taken([old], LATE)) == []


# What is kept of a table


def test_columns_that_tell_too_little_leave_nothing_behind():
    here = City(2_000, 5)
    (one,) = taken([here.table("a", "t", range(2_000), ["id", "sex", "place", "mobile"])], EARLY)
    low = [i for i, c in enumerate(one.columns) if c.withheld]
    assert {TERMS.term(one.columns[i].name) for i in low} >= {"sex", "place_code"}
    assert all(one.sketches[i] is None for i in low)
    assert all(not rows.cells[:, low].any() for _, rows in one.keys)
    assert sum(one.columns[i].weight for i in low) < max(c.weight for c in one.columns)


def test_no_value_is_in_what_is_kept(made):
    drawn, held, *_ = made
    content = b"".join(records.encode(t) for t in held[:6])
    for d in drawn.held[:6]:
        for row in d.table.rows[:40]:
            assert not any(cell.encode() in content for cell in row if len(cell) >= 5)


def test_what_is_kept_reads_back_as_it_was(made):
    one = made[1][5]
    back = records.decode(records.encode(one), one.holder, one.dataset, one.at, one.snapshot)
    assert back.columns == one.columns
    assert all((a is None) == (b is None) and (a is None or ((a.hashes == b.hashes).all() and a.below == b.below)) for a, b in zip(one.sketches, back.sketches, strict=True))
    assert all(a[0] == b[0] and (a[1].cells == b[1].cells).all() for a, b in zip(one.keys, back.keys, strict=True))
    assert {f.code for f in compare(made[2], [back])} == {f.code for f in made[3] if f.held.name == one.name}


def test_under_two_secrets_nothing_is_in_common():
    here = City(800, 5)
    drawn = [here.table(h, h, range(800), ["id", "mobile"]) for h in ("a", "b")]
    old = take(Given(drawn[0].table), b"o" * 32, "a", "a", "", EARLY)
    assert compare(taken(drawn[1:], LATE), [old]) == []


# Forms


def test_a_form_is_a_header_without_rows_or_a_list_of_fields():
    assert fields_of(table("姓名", "手机号")) == ("姓名", "手机号")
    assert fields_of(table("字段", "类型", rows=[("姓名", "文本"), ("手机号", "文本"), ("姓名", "文本")])) == ("姓名", "手机号")
    assert fields_of(table("姓名", rows=[("张三",)])) is None


def test_a_form_is_compared_by_names_alone_about_the_same_kind_of_subject():
    held = [form(f, h, h, "", EARLY) for h, f in (("civil", ("公民身份号码", "姓名", "手机号", "住址", "婚姻状况")), ("market", ("统一社会信用代码", "企业名称", "手机号", "住址", "婚姻状况")),
                                                  ("water", ("水库", "水位", "库容", "测站")))]
    (found,) = compare([form(("SFZH", "XM", "联系电话", "home_address", "血型"), "health", "f", "", LATE)], held)
    assert (found.basis, found.held.holder) == ("names", "civil")
    assert found.subjects is None
    assert found.people is None
    assert {(p.new.name, p.held.name) for p in found.pairs} == {("SFZH", "公民身份号码"), ("XM", "姓名"), ("联系电话", "手机号"), ("home_address", "住址")}


def test_the_same_names_with_other_values_are_no_finding():
    here, there = City(900, 5), City(900, 6)
    old, new = (c.table(h, h, range(900), ["id", "name", "mobile", "address"]) for c, h in ((here, "a"), (there, "b")))
    assert compare(taken([new], LATE), taken([old], EARLY)) == []


def test_the_terms_are_one_each_and_their_groups_are_terms():
    assert set(NAMES) >= SUBJECTS | IDENTITY
    assert all(TERMS.term(name) == term for term, names in NAMES.items() for name in names)
    assert TERMS.term("法定代表人姓名") == "legal_representative"
    assert TERMS.term("配偶姓名") == ""
    assert not {TERMS.term(n) for f in FACTS for n in (f,)} & IDENTITY
    assert Column("x").withheld


# On a node

ROLE = Role("collector", Text("收集", "collecting"), frozenset({"once.write", "once.read"}))


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_a_table_of_the_lake_gives_the_samples_that_its_file_gives(node):
    table_ = table("sfzh", "sjhm", "zz", "score", rows=[tuple(map(str, r.values())) for r in node.rows])
    kept = take(Kept.of(node.context.read(PEOPLE)), KEY, "civil", "people", "", EARLY)
    given = take(Given(table_), KEY, "civil", "people", "", EARLY)
    assert kept.columns == given.columns
    assert [(k, r.sample.hashes.tolist(), r.cells.tolist()) for k, r in kept.keys] == [(k, r.sample.hashes.tolist(), r.cells.tolist()) for k, r in given.keys]


def test_a_form_with_a_first_sample_is_told_who_holds_what_before_anything_is_collected(node):
    node.take()
    told = actions.check(node.context, asks.CheckForm(node.form))
    assert not told.holds
    (found,) = told.data["findings"]
    assert found["basis"] == "values"
    assert found["people"] == {"low": 300, "value": 300, "high": 300}
    assert {(p["new"], p["held"]): p["by"] for p in found["pairs"]} == {("身份证号", "sfzh"): "key", ("联系电话", "sjhm"): "values", ("地址", "zz"): "values"}
    assert "“Register” of civil already holds 3 / 4 of the columns" in told.report
    assert actions.check(node.context, asks.CheckForm(table("水位", "库容", "测站"))).holds


def test_names_alone_are_said_to_be_names_alone(node):
    node.take()
    told = actions.check(node.context, asks.CheckForm(table("身份证号", "手机号码", "地址")))
    assert [f["basis"] for f in told.data["findings"]] == ["names"]
    assert "names alone were compared" in told.report
    assert told.data["findings"][0]["people"] is None


def test_checking_keeps_nothing_and_planning_does(node):
    node.take()
    before = node.context.workspace.ledger.size()
    actions.check(node.context, asks.CheckForm(node.form))
    assert node.context.workspace.ledger.size() == before
    assert node.report().data["findings"] == []
    node.plan()
    assert [f["new"]["planned"] for f in node.report().data["findings"]] == [True]


def test_the_same_snapshot_taken_again_changes_nothing_and_a_rehearsal_nothing_at_all(node):
    rehearsed = actions.take_tables(replace(node.context, dry_run=True), asks.TakeTable("people", "civil"))
    assert not rehearsed.data["written"]
    assert not (node.context.workspace.folder / records.SECRET_FILE).exists()
    assert node.take().data["written"]
    size = node.context.workspace.ledger.size()
    assert node.take().data == {"taken": [], "same": 1, "written": False}
    assert node.context.workspace.ledger.size() == size


def test_the_secret_is_its_owners_and_a_lost_one_is_not_mistaken_for_no_overlap(node):
    node.take()
    path = node.context.workspace.folder / records.SECRET_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    node.plan()
    told = node.report()
    assert told.data["other_secret"] == ["civil/people"]
    assert "sampled under another secret" in told.report
    assert node.take().data["same"] == 0
    assert len(node.report().data["findings"]) == 1
    path.write_bytes(b"short")
    with pytest.raises(Problem, match="secret"):
        node.take()


def test_an_avoided_collection_is_one_decided_against_that_did_not_come(node):
    node.take()
    node.plan()
    code = node.report().data["findings"][0]["finding"]
    assert node.decide(code).data["changed"]
    assert not node.decide(code).data["changed"]
    assert node.figures() == {"duplicate_collections": 0, "duplicate_collections_avoided": 0}
    node.now += WAIT - timedelta(days=1)
    assert node.report().data["findings"][0]["stand"] == "waiting"
    node.now += timedelta(days=1)
    assert node.report().data["findings"][0]["stand"] == "avoided"
    assert node.figures() == {"duplicate_collections": 0, "duplicate_collections_avoided": 1}


@pytest.mark.parametrize("name", ["visits", "visits2"])
def test_a_collection_that_came_all_the_same_was_not_avoided_under_whatever_name(node, name):
    node.take()
    node.plan()
    code = node.report().data["findings"][0]["finding"]
    node.decide(code)
    node.now += timedelta(days=30)
    collected(node, name)
    node.now += WAIT
    assert {f["finding"]: f["stand"] for f in node.report().data["findings"]}[code] == "collected"
    assert node.figures() == {"duplicate_collections": 1, "duplicate_collections_avoided": 0}


@pytest.mark.parametrize("again", [False, True])
def test_a_duplicate_that_is_to_be_merged_counts_until_nothing_is_collected_any_more(node, again):
    node.take()
    node.now += timedelta(days=1)
    collected(node, "visits")
    code = node.report().data["findings"][0]["finding"]
    node.now += timedelta(days=1)
    node.decide(code, outcome="merge")
    assert node.report().data["findings"][0]["stand"] == "waiting"
    assert node.figures() == {"duplicate_collections": 1, "duplicate_collections_avoided": 0}
    if again:
        node.now += timedelta(days=40)
        collected(node, "visits")
    node.now += WAIT
    assert node.report().data["findings"][0]["stand"] == ("collected" if again else "ended")
    assert node.figures() == {"duplicate_collections": int(again), "duplicate_collections_avoided": 0}


def test_a_duplicate_that_a_law_justifies_is_counted_no_more_and_free_text_justifies_nothing(node):
    node.take()
    node.now += timedelta(days=1)
    collected(node, "visits")
    assert node.figures()["duplicate_collections"] == 1
    code = node.report().data["findings"][0]["finding"]
    with pytest.raises(Problem):
        node.decide(code, outcome="justified", basis="we need it")
    node.decide(code, outcome="justified", basis="《传染病防治法》第三十条")
    assert node.figures()["duplicate_collections"] == 0
    assert node.report().data["findings"][0]["stand"] == "justified"


def test_exercises_are_listed_only_where_asked_for_and_never_counted(node):
    node.take(synthetic=True)
    node.now += timedelta(days=1)
    collected(node, "visits")
    assert node.figures() == {"duplicate_collections": 0, "duplicate_collections_avoided": 0}
    assert node.report().data["findings"] == []
    assert len(node.report(synthetic=True).data["findings"]) == 1


def test_whoever_registers_a_table_is_told_at_once_who_holds_it_already(node):
    def register(holder: str, name: str, context: Context) -> Any:
        lines = [",".join(node.form.columns), *(",".join(r) for r in node.form.rows)]
        return tables.register(context, RegisterTable(Document("t.csv", "\n".join(lines).encode()), name, name, holder)).data["findings"]

    assert register("civil", "first", node.context) == []
    assert actions.take_tables(node.context, asks.TakeTable()).data["taken"][0]["holder"] == "civil"
    node.now += timedelta(days=1)
    (told,) = register("health", "second", replace(node.context, dry_run=True))
    assert told["code"] == "collected_twice"
    assert "“first” of civil already holds 4 / 4 of the columns, for 100.0% of the subjects" in told["said"]
    assert register("civil", "third", node.context) == []  # its own again is no business of others
    assert told["link"] == "once"


def test_a_table_that_nobody_sampled_yet_is_known_by_its_names(node):
    lines = "\n".join([",".join(node.form.columns), *(",".join(r) for r in node.form.rows)])
    for holder, name in (("civil", "first"), ("health", "second")):
        told = tables.register(node.context, RegisterTable(Document("t.csv", lines.encode()), name, name, holder))
    assert [f["code"] for f in told.data["findings"]] == ["named_alike"]


def test_what_is_decided_is_on_record_without_words_and_only_by_the_bureau(node):
    node.take()
    node.plan()
    code = node.report().data["findings"][0]["finding"]
    outsider = replace(node.context, principal=Principal("p-" + "1" * 32, "health", (ROLE,)))
    with pytest.raises(Problem, match="bureau"):
        actions.decide(outsider, asks.DecideFinding(code, "reuse", "because"))
    with pytest.raises(Problem, match="reason"):
        node.decide(code, reason=" ")
    node.decide(code)
    decided = records.happened(node.context.workspace.ledger).decided[code]
    assert decided.words == {"reason": "shared already", "law": ""}
    assert decided.facts["subjects"] == 300
    assert "shared" not in str(dict(decided.facts))


def test_a_finding_is_shown_column_by_column_in_both_languages(node):
    node.take()
    node.plan()
    code = node.report().data["findings"][0]["finding"]
    told = actions.show(node.context, asks.AskFinding(code))
    assert "the same for the same subjects" in told.report
    assert "jingwei once decide" in told.report
    assert "同一对象说法相同" in actions.show(replace(node.context, language="zh"), asks.AskFinding(code)).report
    with pytest.raises(Problem, match="no finding"):
        actions.show(node.context, asks.AskFinding("D-0000000000"))


def test_only_the_bureau_in_charge_is_offered_the_form_to_decide_with(node):
    with node.context.workspace.store.write() as connection:
        for one, kind, above in (("bureau", "bureau", None), ("civil", "department", "bureau"), ("health", "department", "bureau")):
            keep_organisation(connection, Organisation(one, Text(one, one), kind, "city", "440100", above))
    node.take()
    node.plan()
    asked = asks.AskFinding(node.report().data["findings"][0]["finding"])
    offered = {name: views.finding(replace(node.context, principal=Principal("p-" + "1" * 32, name, (ROLE,))), asked).decides for name in ("bureau", "civil", "health")}
    assert offered == {"bureau": True, "civil": False, "health": False}
    assert not views.finding(node.context, asked).decides
    assert not views.finding(replace(node.context, principal=Principal("p-" + "1" * 32, "bureau")), asked).decides


def test_the_reports_file_holds_a_row_a_pair_with_intervals(node):
    node.take()
    node.plan()
    files = {d.name: d.text() for d in node.report().documents}
    (row,) = csv.DictReader(io.StringIO(files["duplicates.csv"]))
    assert (row["new_holder"], row["held_holder"], row["basis"]) == ("health", "civil", "values")
    assert int(row["cells_low"]) <= int(row["cells"]) <= int(row["cells_high"])
    assert "duplicate_collections" in files["observations.csv"]


@pytest.mark.parametrize("given", [{"dataset": "nowhere"}, {"holder": None}])
def test_what_nobody_knows_is_told_with_what_to_do(node, given):
    with pytest.raises(Problem) as told:
        node.take(**given)
    assert told.value.remedy
    with pytest.raises(Problem):
        actions.check(node.context, asks.CheckForm())


@pytest.mark.soak
def test_among_many_departments_what_is_collected_twice_is_found():
    drawn = world(200, 60, people=40_000)
    held, new = taken(drawn.held, EARLY), taken(drawn.new, LATE)
    full = (drawn, held, new, compare(new, held))
    found, doubles = pairs(full, "values"), drawn.doubles(0.1)
    assert found <= drawn.doubles(0.02)
    assert len(found & doubles) >= 0.9 * len(doubles)
