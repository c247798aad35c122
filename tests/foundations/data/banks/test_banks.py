"""A table enters a bank only when quality, right and grade are in order; the bank then answers its question without telling of few people."""

from __future__ import annotations

import csv
import io
import json
import logging
import random
from collections import Counter
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from bank_node import BankNode

from jingwei.foundations.data.banks import INDEX, actions, exercise, figures, gate, model, questions
from jingwei.foundations.data.banks.profiles import BANDS, EDUCATION, HEALTH, PROFILES
from jingwei.foundations.data.banks.records import banks
from jingwei.kernel.actions import Context, replay, run
from jingwei.kernel.lake import Dataset
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import NAME, Receipt

TABLE = Dataset("visits", 1, dict(HEALTH.first.columns))


def refused(node: BankNode, **given: Any) -> list[str]:
    told = actions.admit(node.context, model.Admit("health", "visits", **given))
    assert told.holds is (not told.data["missing"])
    assert all(r["who"] and r["what"] and r["remedy"] for r in told.data["missing"])
    return [r["code"] for r in told.data["missing"]]


# The gate


@pytest.fixture
def empty(tmp_path) -> BankNode:
    node = BankNode(tmp_path / "node")
    node.context.workspace.lake.append(TABLE, [dict.fromkeys(TABLE.columns, "x")])
    return node


def test_everything_that_is_missing_is_said_at_once_and_each_thing_that_comes_is_no_longer_missing(empty):
    assert refused(empty) == ["not_assessed", "no_right", "ungraded"]
    actions.entitle(empty.context, model.Entitle("visits", "Order 809, art. 20"))
    assert refused(empty) == ["not_assessed", "ungraded"]
    actions.grade(empty.context, model.Grade("visits", "general", "GB/T 43697-2024, 6", "pseudonymised"))
    assert refused(empty) == ["not_assessed"]
    empty.assessed("visits")
    assert refused(empty) == []
    assert set(banks(empty.context).admitted("health")) == {"encounters"}


def test_quality_that_is_old_or_poor_or_held_against_nothing_keeps_a_table_out(empty):
    empty.ready("visits")
    empty.assessed("visits", broken=2)
    assert refused(empty) == ["poor_quality"]
    empty.assessed("visits", contract="")
    assert refused(empty) == ["no_contract"]
    empty.assessed("visits", snapshot="0" * 32)
    assert refused(empty) == ["stale_quality"]
    empty.assessed("visits")
    assert refused(empty) == []
    empty.context.workspace.lake.append(TABLE, [dict.fromkeys(TABLE.columns, "y")])
    assert refused(empty) == ["stale_quality"]


def test_core_data_stay_out_whatever_else_is_in_order(empty):
    empty.ready("visits")
    actions.grade(empty.context, model.Grade("visits", "core", "GB/T 43697-2024, 6", "national security"))
    assert refused(empty) == ["core"]


def test_a_table_without_the_banks_columns_is_told_which(empty):
    empty.context.workspace.lake.append(Dataset("other", 1, {"record": "string", "name": "int64"}), [{"record": "a", "name": 1}])
    told = actions.admit(empty.context, model.Admit("health", "other")).data["missing"][0]
    assert told["code"] == "columns"
    assert "name" in told["what"]
    assert "record" not in told["what"]


def test_a_grade_says_by_which_clause_and_on_what_grounds(empty):
    for clause, grounds in (("", "x"), ("GB/T 43697-2024, 6", " ")):
        with pytest.raises(Problem) as raised:
            actions.grade(empty.context, model.Grade("visits", "general", clause, grounds))
        assert raised.value.code == "nothing_said"
    actions.grade(empty.context, model.Grade("visits", "important", "GB/T 43697-2024, 6", "many people"))
    signed = banks(empty.context).grades["visits"]
    assert (signed.value, signed.clause, signed.grounds) == ("important", "GB/T 43697-2024, 6", "many people")


def test_a_bank_that_is_not_filled_or_linked_says_what_comes_first(empty):
    for act, given in ((actions.ask, model.Ask("health")), (actions.publish, model.Publish("health")), (actions.link, model.Link("health"))):
        with pytest.raises(Problem) as raised:
            act(empty.context, given)
        assert raised.value.code == "not_admitted"
    empty.ready("visits")
    refused(empty)
    for act, given in ((actions.ask, model.Ask("health")), (actions.publish, model.Publish("health"))):
        with pytest.raises(Problem) as raised:
            act(empty.context, given)
        assert raised.value.code == "not_linked"


def test_every_reason_has_words_in_both_languages_and_somebody_to_act():
    for code in gate.LACKS:
        said = gate.reason(code, "visits")
        assert said.what.zh and said.what.en.isascii() and said.who.zh and said.who.en and said.remedy.zh and said.remedy.en


# The three questions


@pytest.fixture(scope="module")
def health(tmp_path_factory) -> BankNode:
    node = BankNode(tmp_path_factory.mktemp("health") / "node")
    node.linked = node.filled("health", 900)
    return node


@pytest.fixture(scope="module")
def education(tmp_path_factory) -> BankNode:
    node = BankNode(tmp_path_factory.mktemp("education") / "node")
    node.linked = node.filled("education", 900)
    return node


def by_hand(node: BankNode, rows: list[dict[str, Any]], clusters: dict[str, str], asked: model.Criteria) -> Counter[tuple[str, str, str]]:
    """The cohort counted in plain loops, one person at a time."""
    there = [r for r in rows if (not asked.topics or r["condition"].startswith(asked.topics)) and asked.first <= r["date"] <= (asked.last or "9")]
    at = asked.last or max((r["date"] for r in there), default="")
    people: dict[str, dict[str, str]] = {}
    for row in sorted(there, key=lambda r: (r["date"], r["record"])):
        one = people.setdefault(clusters[f"encounters/{row['record']}"], {})
        one |= {c: row[c] for c in ("birth_date", "sex", "place") if row[c] is not None}
    return Counter((questions.band(p.get("birth_date", ""), at), p.get("sex", ""), p.get("place", "")) for p in people.values())


@pytest.mark.oracle("bank ask")
def test_a_cohort_is_each_person_once_however_often_they_came(health):
    p, there = HEALTH, banks(health.context)
    tables, linking = there.admitted("health"), there.linking("health")
    rows = exercise.invented("health", 900, 1)["encounters"]
    clusters = dict(csv.reader(io.StringIO(next(d for d in health.linked.documents if d.name == "links.csv").text())))
    draw = random.Random(2)
    for _ in range(6):
        days = sorted(f"2024-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}" for _ in range(2))
        asked = model.Criteria(tuple(sorted(draw.sample(["E11", "I10", "J", "N18.3"], draw.randint(0, 2)))), *(days if draw.random() < 0.7 else ("", "")))
        cube = questions.cube(health.context, p, tables, linking, asked)
        told = {tuple(levels[i] for levels, i in zip(cube.levels, c, strict=True)): int(cube.counts[tuple(c)]) for c in np.argwhere(cube.counts)}
        assert told == dict(by_hand(health, rows, clusters, asked))


@pytest.mark.parametrize(("born", "at", "expected"), [
    ("2000-02-29", "2015-02-28", "0-14"), ("2000-02-29", "2015-03-01", "15-24"), ("1949-10-01", "2024-10-01", "75+"), ("1949-10-02", "2024-10-01", "65-74"),
    ("", "2024-01-01", ""), ("2024-13-01", "2024-01-01", ""), ("2025-01-01", "2024-01-01", ""), ("1890-01-01", "2024-01-01", "")])
def test_an_age_is_that_of_the_last_birthday_and_unknown_where_the_day_is_none(born, at, expected):
    assert questions.band(born, at) == expected
    assert expected in BANDS


def test_no_count_below_ten_is_shown_in_a_cohort_and_asking_again_gives_the_same(health):
    first = actions.ask(health.context, model.Ask("health"))
    assert all(n is None or n == 0 or n >= HEALTH.threshold for *_, n in first.data["cells"])
    assert first.data["hidden"] > 0
    size = health.context.workspace.ledger.size()
    assert actions.ask(health.context, model.Ask("health")).data == first.data
    assert health.context.workspace.ledger.size() == size


def test_a_question_that_would_tell_of_few_people_by_subtraction_is_refused(health):
    """All but those who came on the last days of the year: by subtraction it would be they."""
    first = actions.ask(health.context, model.Ask("health")).data
    assert first["total"]
    days = sorted({r["date"] for r in exercise.invented("health", 900, 1)["encounters"]})
    with pytest.raises(Problem) as raised:
        actions.ask(health.context, model.Ask("health", last=days[-3]))
    assert raised.value.code == "tells_by_difference"
    assert first["answer"] in str(raised.value)
    assert not banks(health.context).answers.keys() - {first["answer"]}


@pytest.mark.parametrize(("came", "left", "told"), [(4, 0, True), (0, 9, True), (10, 0, False), (4, 5, False), (0, 0, False)])
def test_a_difference_tells_when_it_is_of_one_side_only_and_of_fewer_than_the_threshold(came, left, told):
    now = {(f"n{i}", (0, 0, 0)) for i in range(came)} | {("both", (0, 0, 0))}
    then = {(f"t{i}", (0, 0, 0)) for i in range(left)} | {("both", (0, 0, 0))}
    both = np.ones((2, 2, 2), dtype=bool)
    assert questions.differing(now, then, HEALTH, (1, 1, 1), both) is told
    assert not questions.differing(now, then, HEALTH, (1, 1, 1), ~both)


def test_a_rehearsal_gives_no_numbers(health):
    told = actions.ask(Context(health.context.workspace, clock=health.context.clock, dry_run=True), model.Ask("health", "I10"))
    assert "cells" not in told.data
    assert not any(c.isdigit() for c in told.report)


@pytest.mark.parametrize(("given", "code"), [({"topics": "E11'; DROP"}, "bad_topic"), ({"first": "yesterday"}, "bad_day"), ({"last": "2024-02-30"}, "bad_day")])
def test_a_question_that_cannot_be_understood_says_how_to_write_it(health, given, code):
    with pytest.raises(Problem) as raised:
        actions.ask(health.context, model.Ask("health", **given))
    assert (raised.value.code, bool(raised.value.remedy)) == (code, True)


def test_every_school_leaver_is_counted_once_and_those_nobody_heard_of_stay_in_the_table(education):
    there = banks(education.context)
    cube = questions.cube(education.context, EDUCATION, there.admitted("education"), there.linking("education"), model.Criteria())
    leavers = exercise.invented("education", 900, 1)["leavers"]
    by_origin = Counter((r["place"], r["level"]) for r in leavers)
    for i, place in enumerate(cube.levels[0]):
        for j, level in enumerate(cube.levels[1]):
            assert cube.counts[i, j].sum() == by_origin[place, level]
    known = cube.counts[:, :, :-1].sum()
    assert known == education.linked.data["pairs"]
    assert cube.counts[:, :, -1].sum() == len(leavers) - known > 0
    told = actions.ask(education.context, model.Ask("education"))
    assert told.data["facts"] == {"records": 900}


def test_inventors_of_one_name_are_told_apart_and_how_well_is_said(tmp_path):
    node = BankNode(tmp_path / "node")
    linked = node.filled("science", 500)
    told = linked.data["agreement"]
    assert told["f1"] >= 0.95
    assert told["b3_f1"] >= 0.97
    assert {"over_merged", "under_merged"} <= told.keys()
    answer = actions.ask(node.context, model.Ask("science")).data
    rows = exercise.invented("science", 500, 1)["inventions"]
    people, names = len({r["truth"] for r in rows}), len({r["name"] for r in rows})
    assert answer["facts"] == {"records": len(rows), "names": names}
    assert abs(answer["total"] - people) < people - names  # nearer to the truth than counting names
    assert answer["hidden"] == 0
    clusters = dict(csv.reader(io.StringIO(next(d for d in linked.documents if d.name == "links.csv").text())))
    patents: dict[str, set[str]] = {}
    for r in rows:
        patents.setdefault(clusters[f"inventions/{r['record']}"], set()).add(r["patent"])
    single = next(n for field, band, n in answer["cells"] if (field, band) == ("*", "1"))
    assert single == sum(len(p) == 1 for p in patents.values())


def test_a_linkage_is_made_again_from_its_receipt_to_the_last_byte(education):
    action = INDEX["link"]
    context = Context(education.context.workspace, clock=education.context.clock)
    made = run(action, context, model.Link("education"))
    receipt = Receipt.read(next(d for d in made.documents if d.name == NAME))
    assert receipt.snapshots.keys() >= {"exercise_leavers", "exercise_destinations"}
    snapshot = context.workspace.lake.snapshot(model.LINKS).id
    assert replay(receipt, action, context, context.workspace.folder).identical
    assert context.workspace.lake.snapshot(model.LINKS).id == snapshot  # the same run is kept once


# Versions


def test_a_version_never_changes_and_the_same_tables_give_the_same_hash_elsewhere(education, tmp_path):
    first = actions.publish(education.context, model.Publish("education"))
    again = actions.publish(education.context, model.Publish("education"))
    assert first.data["new"]
    assert not again.data["new"]
    assert (first.data["digest"], first.data["version"]) == (again.data["digest"], again.data["version"])
    other = BankNode(tmp_path / "other")
    other.filled("education", 900)
    assert actions.publish(other.context, model.Publish("education")).data["digest"] == first.data["digest"]


def test_a_package_names_nobody_and_both_tables_speak_of_one_person_by_one_pseudonym(education):
    made = {d.name: d for d in actions.publish(education.context, model.Publish("education")).documents}
    rows = exercise.invented("education", 900, 1)["leavers"]
    leavers, destinations = (pq.read_table(io.BytesIO(made[f"{r}.parquet"].content)) for r in ("leavers", "destinations"))
    assert leavers.column_names == ["entity", "birth_date", "sex", "place", "level", "date"]
    assert leavers.num_rows == 900
    content = made["leavers.parquet"].content + made["destinations.parquet"].content
    assert not any(r["id_number"].encode() in content or r["birth_date"].encode() in content for r in rows)
    assert {len(str(v)) for v in leavers["birth_date"].to_pylist()} == {4}
    both = set(leavers["entity"].to_pylist()) & set(destinations["entity"].to_pylist())
    assert len(both) == education.linked.data["pairs"]
    told = json.loads(made["manifest.json"].content)
    assert {n: d.digest for n, d in made.items() if n not in ("manifest.json", NAME)} == told["files"]


@pytest.mark.oracle("bank publish")
@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_a_package_and_every_row_of_it(education, tmp_path):
    import mlcroissant

    for d in actions.publish(education.context, model.Publish("education")).documents:
        (tmp_path / d.name).write_bytes(d.content)
    logging.disable(logging.WARNING)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "leavers.croissant.json")
    logging.disable(logging.NOTSET)
    assert dataset.metadata.ctx.issues.errors == set()
    (name,) = (r.uuid for r in dataset.metadata.record_sets)
    rows = [[v.decode() if isinstance(v, bytes) else v for v in r.values()] for r in dataset.records(name)]
    table = pq.read_table(tmp_path / "leavers.parquet")
    assert rows == [list(r.values()) for r in table.to_pylist()]


# Exercises


def test_what_is_invented_is_called_so_everywhere_and_reaches_no_measure(education):
    there = banks(education.context)
    assert there.linking("education").synthetic
    assert all(t.synthetic for t in there.tables("education"))
    assert figures.admitted(there).value is None
    told = actions.overview(education.context, model.AskBanks())
    assert told.report.count("(exercise)") >= 2
    assert "bank_tables_admitted,,2026,,%,ledger,2026-03-02,missing" in told.documents[0].text()


def test_a_table_that_is_real_is_never_overwritten_by_an_exercise(empty):
    empty.context.workspace.lake.append(Dataset("exercise_encounters", 1, {**HEALTH.first.columns, "truth": "string"}), [{"record": "r"}])
    with pytest.raises(Problem) as raised:
        actions.exercise(empty.context, model.Exercise("health", 10))
    assert raised.value.code == "name_taken"


@pytest.mark.parametrize("bank", PROFILES)
def test_the_same_seed_invents_the_same_people_and_another_seed_others(bank):
    one, again, other = (exercise.invented(bank, 50, seed) for seed in (3, 3, 4))
    assert one == again != other
    for role in PROFILES[bank].roles:
        assert set(role.columns) <= set(one[role.code][0])
        assert len({r["record"] for r in one[role.code]}) == len(one[role.code])
