"""One query over many nodes: the centralised answer, under each node's grants, and nobody singled out."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import date
from itertools import combinations

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from nodes import Process, Time, Wire, free_port, node, stand_below

from jingwei.coordination.federation import across
from jingwei.coordination.federation.neighbours import see_head
from jingwei.coordination.federation.query import ROWS, Plan, finished, merge, read_sql
from jingwei.coordination.federation.sources import Http
from jingwei.doors.cli import program
from jingwei.engines.disclosure.suppression import hidden
from jingwei.kernel import access, node_records, people_records
from jingwei.kernel.access import Denial, Equal, Exact, Grant, Subject, Truncated
from jingwei.kernel.clock import system_clock
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.heads import node_key
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.nodes import seal
from jingwei.kernel.problems import Problem

PEOPLE = Dataset("people", 1, {"city": "string", "level": "string", "age": "int64", "income": "float64", "insured": "bool"})
EVERY = dict.fromkeys(PEOPLE.columns, Exact())


def people(city: str, count: int, seed: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    return [{"city": city, "level": chance.choice("abc"), "age": chance.randint(18, 90), "income": chance.choice((None, round(chance.random() * 1e5, 2))),
             "insured": chance.random() < 0.8} for _ in range(count)]


def grant(exchange: Exchange, *rules: Grant | Denial) -> None:
    with exchange.workspace.store.write() as connection:
        for rule in rules:
            people_records.give(connection, rule, exchange.clock())


def to_parent(name: str = "g", **changed) -> Grant:
    told = {"id": name, "subject": Subject("role", "parent"), "purpose": "statistics", "dataset": "people", "columns": EVERY, "basis": "agreement 7",
            "first": date(2026, 1, 1), "export": True}
    return Grant(**{**told, **changed})


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A province, two cities and a county below one of them, with people in each; every node shows them to the one above."""
    clock, places = Time(), {"gd": ("province", "440000"), "gz": ("city", "440100"), "sz": ("city", "440300"), "th": ("county", "440106")}
    found = {name: node(tmp_path / name, name, *where, 3000 + i, clock) for i, (name, where) in enumerate(places.items())}
    wire = Wire({each.hello().profile.url: each for each in found.values()})
    for child, parent in (("gz", "gd"), ("sz", "gd"), ("th", "gz")):
        stand_below(found[child], found[parent], wire)
    for i, (name, each) in enumerate(found.items()):
        each.workspace.lake.append(PEOPLE, people(name, 1000, i))
        grant(each, to_parent())
    monkeypatch.setattr("jingwei.coordination.federation.sources.Http", lambda _patience=0: wire)
    return found, wire


NONCE = iter(range(10**6))


def asked(found, wire, sql: str, at: str = "gd"):
    plan = read_sql(sql, "statistics", str(next(NONCE)))
    parts, silent = across.ask(found[at], plan, wire, 5, across=True)
    return finished(plan, merge(plan, (p.cells for p in parts))), parts, silent


def test_the_answer_is_that_of_one_table_with_everybody_in_it(tree):
    found, wire = tree
    rows, parts, silent = asked(found, wire, "SELECT level, insured, count(*), sum(age), avg(income), min(age), max(income), count(income) FROM people "
                                             "WHERE age >= 30 AND NOT level = 'c' GROUP BY level, insured")
    assert silent == []
    assert len(parts) == 4
    everybody = [p for i, name in enumerate(found) for p in people(name, 1000, i) if p["age"] >= 30 and p["level"] != "c"]
    groups = defaultdict(list)
    for person in everybody:
        groups[person["level"], person["insured"]].append(person)
    assert [(r["level"], r["insured"]) for r in rows] == sorted(groups)
    for row in rows:
        group = groups[row["level"], row["insured"]]
        incomes = [p["income"] for p in group if p["income"] is not None]
        assert row["count"] == len(group)
        assert row["sum_age"] == sum(p["age"] for p in group)
        assert row["mean_income"] == pytest.approx(sum(incomes) / len(incomes), rel=1e-12)
        assert (row["min_age"], row["max_income"], row["count_income"]) == (min(p["age"] for p in group), max(incomes), len(incomes))


def test_a_node_that_is_down_or_grants_nothing_or_was_forked_leaves_a_partial_answer_that_names_it(tree):
    found, wire = tree
    del wire.at[found["sz"].hello().profile.url]
    with found["th"].workspace.store.write() as connection:
        people_records.withdraw(connection, "g", found["th"].clock())
    rows, _, silent = asked(found, wire, "SELECT city, count(*) FROM people GROUP BY city")
    assert {r["city"]: r["count"] for r in rows} == {"gd": 1000, "gz": 1000}
    assert {(s.name.en, s.code) for s in silent} == {("sz", "unreachable"), ("th", "not_granted")}
    assert next(s.why for s in silent if s.name.en == "th") == Text("没有为 statistics 授权任何内容", "nothing is granted for statistics"), "from two levels below"


def test_each_node_shows_only_what_it_grants_to_the_node_above(tree):
    found, wire = tree
    grant(found["sz"], Denial("d", Subject("role", "parent"), "people", "secret", date(2026, 1, 1), rows=Equal("level", "a")))
    rows, _, _ = asked(found, wire, "SELECT city, level, count(*) FROM people GROUP BY city, level")
    assert {r["level"] for r in rows if r["city"] == "sz"} == {"b", "c"}
    assert {r["level"] for r in rows if r["city"] == "gz"} == {"a", "b", "c"}
    plan = read_sql("SELECT level, count(*) FROM people GROUP BY level", "research", "x")
    parts, silent = across.ask(found["gd"], plan, wire, 5, across=True)
    assert len(parts) == 1, "no grant is for research"
    assert {(s.name.en, s.code) for s in silent} == {("gz", "not_granted"), ("sz", "not_granted"), ("th", "not_granted")}


def test_a_grant_that_may_not_leave_the_node_gives_no_part(tree):
    found, wire = tree
    with found["sz"].workspace.store.write() as connection:
        people_records.withdraw(connection, "g", found["sz"].clock())
    grant(found["sz"], to_parent("g2", export=False))
    _, _, silent = asked(found, wire, "SELECT level, count(*) FROM people GROUP BY level")
    assert [(s.name.en, s.code) for s in silent] == [("sz", "not_granted")]


def test_only_the_node_above_may_ask(tree):
    found, wire = tree
    plan = read_sql("SELECT count(*) FROM people", "statistics", "n")
    question = seal(node_key(found["gz"].workspace.folder), found["gd"].hello().profile.id, 0, "query",
                    {"plan": msgspec.to_builtins(plan), "patience": 5.0, "depth": 2}, found["gz"].clock())
    with pytest.raises(Problem) as raised:
        wire.ask(found["gd"].hello().profile, question)
    assert raised.value.code == "not_permitted"


def test_cells_of_few_rows_and_cells_of_few_values_are_hidden_with_another_beside_them(tree):
    found, wire = tree
    found["sz"].workspace.lake.append(PEOPLE, [{"city": "sz", "level": "rare", "age": 50, "income": 1.0, "insured": True}] * 3)
    found["sz"].workspace.lake.append(PEOPLE, [{"city": "sz", "level": "poor", "age": 50, "income": 7.0 if i == 0 else None, "insured": True} for i in range(60)])
    _, parts, _ = asked(found, wire, "SELECT level, sum(income), count(*) FROM people GROUP BY level")
    sz = next(p for p in parts if p.profile.name_en == "sz")
    assert ("rare",) not in sz.cells
    assert ("poor",) not in sz.cells
    assert sz.hidden == 3, "three and one are fewer than ten together: the smallest of the others goes too"
    assert len(sz.cells) == 2


def test_a_second_question_that_differs_from_the_first_by_a_few_rows_is_refused_and_one_that_differs_by_many_is_not(tree):
    found, wire = tree
    found["sz"].workspace.lake.append(PEOPLE, [{"city": "sz", "level": "a", "age": 99, "income": 1e6, "insured": True}] * 2)
    count = "SELECT count(*), sum(income) FROM people"
    _, _, first = asked(found, wire, count)
    _, _, second = asked(found, wire, f"{count} WHERE age < 99")
    _, _, third = asked(found, wire, f"{count} WHERE age < 60")
    _, _, again = asked(found, wire, count)
    assert (first, third, again) == ([], [], [])
    assert [(s.name.en, s.code) for s in second] == [("sz", "differencing")]
    kinds = [json.loads(e) for _, e in found["sz"].workspace.ledger.entries()]
    assert [e["facts"]["why"] for e in kinds if e["kind"] == "query.refused"] == ["differencing"]


def test_a_difference_that_is_large_in_all_but_small_in_one_cell_is_refused(tree):
    found, wire = tree
    extra = [{"city": "sz", "level": level, "age": 99, "income": 1.0, "insured": True} for level, n in (("a", 30), ("b", 2)) for _ in range(n)]
    found["sz"].workspace.lake.append(PEOPLE, extra)
    assert asked(found, wire, "SELECT level, count(*) FROM people GROUP BY level")[2] == []
    silent = asked(found, wire, "SELECT level, count(*) FROM people WHERE age < 99 GROUP BY level")[2]
    assert [(s.name.en, s.code) for s in silent] == [("sz", "differencing")]


def test_a_table_that_grew_by_a_few_rows_since_the_last_answer_is_not_counted_again(tree):
    found, wire = tree
    count = "SELECT count(*) FROM people"
    asked(found, wire, count)
    found["sz"].workspace.lake.append(PEOPLE, people("sz", 3, 9))
    assert [(s.name.en, s.code) for s in asked(found, wire, count)[2]] == [("sz", "differencing")]
    found["sz"].workspace.lake.append(PEOPLE, people("sz", 30, 10))
    assert asked(found, wire, count)[2] == []


def test_a_question_taken_from_the_wire_and_sent_again_is_not_answered_again(tree):
    found, wire = tree
    plan = read_sql("SELECT level, count(*) FROM people GROUP BY level", "statistics", "once")
    assert across.ask(found["gd"], plan, wire, 5, across=True)[1] == []
    parts, silent = across.ask(found["gd"], plan, wire, 5, across=True)
    assert len(parts) == 1
    assert {s.code for s in silent} == {"replayed_message"}


def test_a_part_that_was_altered_or_belongs_to_another_question_is_not_believed(tree):
    found, wire = tree
    plan = read_sql("SELECT level, count(*) FROM people GROUP BY level", "statistics", "one")
    parts, _ = across.ask(found["gd"], plan, wire, 5, across=True)
    signed = next(p for p in parts if p.signed)
    told = {"profile": msgspec.to_builtins(signed.profile), "part": msgspec.to_builtins(signed.signed)}
    assert across.read_part(told, plan).cells == signed.cells
    for change in ({"hidden": 9}, {"table": ""}, {"plan": "0" * 64}):
        forged = {**told, "part": {**told["part"], "body": {**told["part"]["body"], **change}}}
        with pytest.raises(Problem) as raised:
            across.read_part(forged, plan)
        assert raised.value.code == "altered_message"
    with pytest.raises(Problem, match="another question"):
        across.read_part(told, msgspec.structs.replace(plan, nonce="two"))


@pytest.mark.parametrize("sql", ["SELECT * FROM people", "SELECT age FROM people", "SELECT count(*) FROM a, b", "SELECT count(*) FROM a JOIN b ON a.x = b.x",
                                 "DROP TABLE people", "SELECT count(*) FROM people; SELECT count(*) FROM people", "SELECT sum(age + 1) FROM people",
                                 "SELECT median(age) FROM people", "SELECT count(DISTINCT age) FROM people", "SELECT count(*) FROM people ORDER BY 1",
                                 "SELECT count(*) FROM people LIMIT 3", "SELECT count(*) FROM people WHERE age IN (SELECT 1)", "SELECT level, count(*) FROM people",
                                 "SELECT count(*) FROM people WHERE lower(level) = 'a'", "SELECT count(*) FROM people GROUP BY ALL", "no_such_name", "", "SELECT",
                                 "SELECT count(*) FROM people GROUP BY ROLLUP (level)", "SELECT count(*) FILTER (WHERE age > 3) FROM people",
                                 "SELECT count(*) OVER () FROM people", "SELECT count(*) FROM other.people", "WITH a AS (SELECT 1) SELECT count(*) FROM a"])
def test_what_cannot_be_put_together_from_parts_is_refused_and_says_so(sql):
    with pytest.raises(Problem) as raised:
        read_sql(sql, "statistics")
    assert raised.value.code == "bad_query"
    assert raised.value.remedy


cells = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(1, 40), min_size=1)


@given(cells, st.integers(2, 15))
def test_no_line_of_any_margin_tells_of_fewer_rows_than_the_threshold_by_subtraction(table, threshold):
    away = hidden(table, threshold)
    assert {key for key, n in table.items() if n < threshold} <= away
    for fixed in (fixed for size in range(2) for fixed in combinations(range(2), size)):
        lines = defaultdict(list)
        for key in table:
            lines[tuple(key[i] for i in fixed)].append(key)
        for line in lines.values():
            gone = [key for key in line if key in away]
            if gone and len(gone) < len(line):
                assert len(gone) >= 2
                assert sum(table[key] for key in gone) >= threshold


@given(cells, st.integers(2, 15))
def test_nothing_is_hidden_where_every_cell_is_large(table, threshold):
    assert hidden({key: n + threshold for key, n in table.items()}, threshold) == set()


@given(st.lists(st.dictionaries(st.tuples(st.sampled_from(["a", None])), st.tuples(st.integers(1, 9), st.integers(-99, 99))), max_size=4))
def test_parts_give_the_same_whole_in_whatever_order_they_come(parts):
    plan = Plan("people", ("level",), read_sql("SELECT sum(age), avg(age) FROM people", "statistics").aggregates, access.EVERY_ROW, "statistics")
    given_ = [{key: {ROWS: n, "n_age": n, "sum_age": s} for key, (n, s) in part.items()} for part in parts]
    assert finished(plan, merge(plan, given_)) == finished(plan, merge(plan, reversed(given_)))
    whole = merge(plan, given_)
    assert sum(c[ROWS] for c in whole.values()) == sum(n for part in parts for n, _ in part.values())


def test_a_column_that_is_shown_less_precisely_is_grouped_as_it_is_shown(tree):
    found, wire = tree
    births = Dataset("births", 1, {"day": "string"})
    found["sz"].workspace.lake.append(births, [{"day": f"2024-{1 + i % 2:02d}-{1 + i % 28:02d}"} for i in range(100)])
    grant(found["sz"], to_parent("b", dataset="births", columns={"day": Truncated("month")}))
    for each in ("gd",):
        found[each].workspace.lake.append(births, [{"day": "2020-01-01"}])
    rows, _, silent = asked(found, wire, "SELECT day, count(*) FROM births GROUP BY day")
    assert [(r["day"], r["count"]) for r in rows] == [("2020-01-01", 1), ("2024-01", 50), ("2024-02", 50)]
    assert {s.code for s in silent} == {"no_dataset"}


def test_three_processes_answer_one_query_and_a_late_one_is_named(tmp_path):
    clock, made, wire = Time(), {}, Wire()
    for i, (name, level) in enumerate({"gd": "province", "gz": "city", "sz": "city"}.items()):
        port = free_port()
        exchange = node(tmp_path / name, name, level, "440000", port, clock)
        exchange.workspace.lake.append(PEOPLE, people(name, 200, i))
        grant(Exchange(exchange.workspace, clock=clock), to_parent())
        wire.at[f"http://127.0.0.1:{port}"] = exchange
        made[name] = (exchange, Process(tmp_path / name, port, sends=False))
    for name in ("gz", "sz"):
        stand_below(made[name][0], made["gd"][0], wire)
    try:
        for _, process in made.values():
            process.start()
        sql = "SELECT city, count(*), avg(age) FROM people GROUP BY city"
        shown = CliRunner().invoke(program("en"), ["query", sql, "--across", "--json", "--workspace", str(tmp_path / "gd")], catch_exceptions=False)
        told = json.loads(shown.output)
        assert {r["city"]: r["count"] for r in told["rows"]} == {"gd": 200, "gz": 200, "sz": 200}
        assert told["partial"] is False
        made["sz"][1].running.send_signal(19)  # stopped: it takes the connection and never answers
        shown = CliRunner().invoke(program("en"), ["query", sql, "--across", "--json", "--patience", "2", "--workspace", str(tmp_path / "gd")])
        told = json.loads(shown.output)
        assert told["partial"] is True
        assert [(m["name_en"], m["code"]) for m in told["missing"]] == [("sz", "unreachable")]
        assert {r["city"] for r in told["rows"]} == {"gd", "gz"}
        with made["gd"][0].workspace.store.read() as connection:
            gz = node_records.find(connection, made["gz"][0].hello().profile.id)
        live = Exchange(made["gd"][0].workspace, made["gd"][0].kinds, made["gd"][0].questions, system_clock)
        assert see_head(live, gz, Http()).size > 0
    finally:
        for _, process in made.values():
            process.kill()
