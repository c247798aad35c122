"""What is delivered under a policy equals what a slow reading of the policy gives; nothing outside the grant, whatever the names say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shared_node import Node

from jingwei.foundations.data.sharing import actions, asks, odrl
from jingwei.foundations.data.sharing.delivery import deliver
from jingwei.foundations.data.sharing.model import Scope, Terms
from jingwei.foundations.data.sharing.scope import columns_in, narrowed, rows_in
from jingwei.kernel.access import (
    All,
    Banded,
    Between,
    Denial,
    Equal,
    Exact,
    Generalised,
    Grant,
    Hashed,
    Masked,
    Not,
    OneOf,
    Rounded,
    Some,
    Subject,
    Truncated,
    Within,
)
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

AT = datetime(2026, 3, 4, 12, tzinfo=CHINA)
SALT = "5a" * 32
SMUGGLED = ['"; DROP TABLE people; --', "' OR 1=1 --", "x') UNION SELECT * FROM people --", "`", "a.b", "{}", "?", "$1", "select", "姓名", "*", "name, id", "\\", "' || (SELECT 1) || '"]
NAMES = st.lists(st.sampled_from([*SMUGGLED, "place", "born", "income"]), min_size=1, max_size=5, unique_by=str.casefold)
"""Engines fold the case of names; two that differ in nothing else make no table."""
KINDS = st.sampled_from(["string", "int64", "float64", "bool"])
TEXTS = st.sampled_from(["", "a", "张三", "欧阳娜娜", "440106", "440304", "440000", "110101", "CN", "2024-06-01", "2024-13-01", "2023", *SMUGGLED])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXTS, "int64": st.integers(-5, 5) | st.sampled_from([0, 999, 1000, 2**62 + 1, -(2**62)]),
    "float64": st.sampled_from([0.0, 0.5, -0.5, 1.25, 2.5, 1e15, -3.75]), "bool": st.booleans()}
CODES = ["CN", "440000", "440100", "440106", "110000"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, str], list[dict[str, Any]]]:
    columns = {name: draw(KINDS) for name in draw(NAMES)}
    row = st.fixed_dictionaries({name: st.none() | VALUES[kind] for name, kind in columns.items()})
    return columns, draw(st.lists(row, min_size=1, max_size=8))


def predicates(columns: dict[str, str]) -> st.SearchStrategy[Any]:
    def leaf(name: str) -> st.SearchStrategy[Any]:
        kind, value = columns[name], VALUES[columns[name]]
        ones = [st.builds(Equal, st.just(name), value), st.builds(OneOf, st.just(name), st.lists(value, max_size=3).map(tuple))]
        if kind != "bool":
            ones.append(st.builds(Between, st.just(name), value, st.none() | value))
            ones.append(st.builds(Between, st.just(name), st.none(), value))
        if kind == "string":
            ones.append(st.builds(Within, st.just(name), st.sampled_from(CODES)))
        return st.one_of(ones)

    leaves = st.sampled_from(sorted(columns)).flatmap(leaf)
    return st.recursive(leaves, lambda p: st.builds(All, st.lists(p, max_size=3).map(tuple)) | st.builds(Some, st.lists(p, max_size=3).map(tuple)) | st.builds(Not, p), max_leaves=6)


def precisions(kind: str) -> st.SearchStrategy[Any]:
    more: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from([Truncated("month"), Truncated("year"), Generalised("city"), Generalised("province"), Generalised("nation"), Masked(1, 1),
                                   Masked(0, 0), Masked(2, 0), Hashed()]),
        "int64": st.sampled_from([Rounded(10), Rounded(3), Rounded(1000), Banded(10), Banded(3), Banded(30)]), "float64": st.sampled_from([Rounded(0.5), Rounded(2), Rounded(10), Banded(0.5), Banded(2), Banded(10)]), "bool": st.just(Exact())}
    return st.just(Exact()) | more[kind]


@st.composite
def policies(draw: st.DrawFn, columns: dict[str, str]) -> list[Grant | Denial]:
    shown = draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, unique=True))
    made: list[Grant | Denial] = [Grant("g", Subject("organisation", "health"), "duty", "d", {c: draw(precisions(columns[c])) for c in shown}, "条例第二十条",
                                        date(2026, 1, 1), date(2026, 12, 31), draw(st.just(All(())) | predicates(columns)), draw(st.booleans()), SALT)]
    for n in range(draw(st.integers(0, 2))):
        hidden = draw(st.none() | st.lists(st.sampled_from(sorted(columns)), min_size=1).map(frozenset))
        made.append(Denial(f"n{n}", Subject("organisation", draw(st.sampled_from(["health", "civil", "public"]))), "d", "数据安全法第二十一条", date(2026, 1, 1),
                           purpose=draw(st.sampled_from([None, "duty", "research"])), rows=draw(st.just(All(())) | predicates(columns)), columns=hidden))
    return made


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, str], list[dict[str, Any]], list[Grant | Denial]]:
    columns, rows = draw(tables())
    return columns, rows, draw(policies(columns))


# The policy, read slowly


def truth(p: Any, row: dict[str, Any]) -> bool | None:  # noqa: PLR0911
    match p:
        case Not(part):
            inner = truth(part, row)
            return None if inner is None else not inner
        case All(parts) | Some(parts):
            seen, decides = [truth(q, row) for q in parts], isinstance(p, Some)
            return decides if decides in seen else None if None in seen else not decides
    value = row[p.column]
    if value is None:
        return None
    match p:
        case Equal(_, wanted):
            return bool(value == wanted)
        case OneOf(_, wanted):
            return value in wanted
        case Between(_, least, most):
            return (least is None or least <= value) and (most is None or value <= most)
        case Within(_, place):
            if not re.fullmatch("CN|[0-9]{6}", value):
                return None
            return place == "CN" or (value != "CN" and value.startswith(re.sub("(00){1,2}$", "", place)))
    raise AssertionError(p)


def shown(precision: Any, value: Any) -> Any:  # noqa: PLR0911
    if value is None:
        return None
    match precision:
        case Exact():
            return value
        case Rounded(unit) if isinstance(value, int):
            return (2 * value + unit) // (2 * unit) * unit if abs(value) <= 2**62 else None
        case Rounded(unit):
            return math.floor(value / unit + 0.5) * float(unit) if abs(value) < unit * 2**52 else None
        case Banded(unit) if isinstance(value, int):
            return value // unit * unit if abs(value) <= 2**62 else None
        case Banded(unit):
            return math.floor(value / unit) * float(unit) if abs(value) < unit * 2**52 else None
        case Truncated(to):
            found = re.match("[0-9]{4}-(0[1-9]|1[0-2])" if to == "month" else "[0-9]{4}", value)
            return found and found[0]
        case Generalised(to):
            if not re.fullmatch("CN|[0-9]{6}", value):
                return None
            return "CN" if to == "nation" or value == "CN" else value[:4] + "00" if to == "city" else value[:2] + "0000"
        case Masked(first, last):
            return value[:first] + "****" + value[len(value) - last:] if len(value) > first + last else "****"
        case Hashed():
            return hashlib.sha256((SALT + value).encode()).hexdigest()
    raise AssertionError(precision)


def read_slowly(rows: list[dict[str, Any]], rules: list[Any]) -> list[dict[str, Any]]:
    grant, *denials = rules
    ours = [d for d in denials if d.subject.id in ("health", "public") and d.purpose in (None, "duty")]
    hidden = {c for d in ours if d.rows == All(()) for c in d.columns or ()}
    names = [c for c in grant.columns if c not in hidden]
    given: list[dict[str, Any]] = []
    for row in rows:
        if truth(grant.rows, row) is not True or any(d.columns is None and truth(d.rows, row) is not False for d in ours):
            continue
        given.append({c: None if any(c in (d.columns or ()) and truth(d.rows, row) is not False for d in ours) else shown(grant.columns[c], row[c]) for c in names})
    return given


def spreadsheet(value: Any) -> str:
    """A cell of CSV: what a spreadsheet would run as a formula has a mark before it."""
    text = "" if value is None else str(value)
    return "'" + text if isinstance(value, str) and text[:1] in "=+-@\t" and text else text


def ordered(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@pytest.mark.oracle("share deliver")
@given(worlds())
@example(({"income": "int64"}, [{"income": 1}], [Grant("g", Subject("organisation", "health"), "duty", "d", {"income": Exact()}, "b", date(2026, 1, 1), rows=Not(All(())), salt=SALT)]))
def test_what_is_delivered_equals_a_slow_reading_of_the_policy(world):
    columns, rows, rules = world
    with tempfile.TemporaryDirectory() as folder:
        context = Context(Workspace(Path(folder)), clock=lambda: AT)
        context.workspace.lake.append(Dataset("d", 1, columns), rows)  # type: ignore[arg-type]
        terms = Terms("D", Text("表", "table"), "civil", "bureau", "d", 1, columns, "conditional")
        expected = [row for row in read_slowly(rows, rules) if row]  # where every column is denied there is nothing to give
        for mode in ("parquet", "csv"):
            made = deliver(context, terms, rules[0], rules, "health", mode)
            assert made.rows == len(expected)
            if mode == "parquet":
                table = pq.read_table(io.BytesIO(made.document.content))
                assert set(table.column_names) <= set(rules[0].columns)
                assert ordered(table.to_pylist()) == ordered(expected)
            else:
                lines = list(csv.reader(io.StringIO(made.document.content.decode())))
                assert set(lines[0]) == {spreadsheet(c) for c in table.column_names}
                assert sorted(lines[1:]) == sorted([[spreadsheet(row[c]) for c in table.column_names] for row in expected])
            again = deliver(context, terms, rules[0], rules, "health", mode)
            assert again.digest == made.digest


@given(worlds())
def test_a_policy_written_as_odrl_reads_back_as_the_same_rules(world):
    _, rows, rules = world
    told = Document("policy.json", odrl.write(rules, "p"))
    back = odrl.read(told, SALT)
    assert odrl.write(back, "p") == told.content
    assert [type(r) for r in back] == [type(r) for r in rules]
    for one, other in zip(back, rules, strict=True):
        assert (one.id, one.subject, one.purpose, one.dataset, one.columns, one.basis, one.first, one.last) == (
            other.id, other.subject, other.purpose, other.dataset, other.columns, other.basis, other.first, other.last)
        assert [truth(one.rows, row) for row in rows] == [truth(other.rows, row) for row in rows]
    assert SALT not in told.text()


GOOD = json.loads(odrl.write([Grant("g", Subject("organisation", "health"), "duty", "d", {"name": Masked(1, 0)}, "b", date(2026, 1, 1), rows=Equal("a", 1), salt=SALT)], "p"))


def put(path: str, value: Any) -> bytes:
    told = json.loads(json.dumps(GOOD))
    *way, last = path.split("/")
    at = told
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    at[int(last) if last.isdigit() else last] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(("path", "value"), [
    ("conflict", "perm"), ("@context", "http://evil.example/context.jsonld"), ("profile", "urn:other"), ("obligation", []), ("inheritFrom", "urn:x"),
    ("permission/0/duty", [{"action": "compensate"}]), ("permission/0/action", "use"), ("permission/0/action", ["read", "modify"]),
    ("permission/0/constraint/0/operator", "lt"), ("permission/0/constraint/0/leftOperand", "count"), ("permission/0/constraint/0/rightOperand", "2026-01-01T00:00:00Z"),
    ("permission/0/constraint/0/unit", "x"), ("permission/0/target/refinement/0/operator", "isA"), ("permission/0/target/refinement/0/leftOperand", "name"),
    ("permission/0/target/refinement/0/rightOperand", {"@id": "x"}), ("permission/0/target/refinement/0", {"xone": []}), ("permission/0/assignee/uid", "urn:x:y"),
    ("permission/0/assigner", "urn:x"), ("permission/0/jw:columns/0/jw:precision", "secret"), ("permission/0/jw:columns/0/jw:shift", 1), ("permission/0/jw:columns/0/x", 1),
    ("permission", []), ("permission/0/constraint/1/rightOperand", "urn:jingwei:purpose:"), ("@type", "Ticket")])
def test_a_term_that_is_not_understood_is_refused_with_its_place_never_dropped(path, value):
    assert odrl.read(Document("p.json", put("profile", GOOD["profile"])), SALT)
    with pytest.raises(Problem) as refused:
        odrl.read(Document("p.json", put(path, value)), SALT)
    assert refused.value.code in ("unsupported_policy", "unknown_purpose")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(
    ["@context", "permission", "uid", "target", "and", "jw:not", "x"]), x, max_size=4), max_leaves=12), st.sampled_from(["permission/0/target/refinement/0", "permission/0", "permission/0/jw:columns", "permission/0/constraint"]))
def test_whatever_stands_in_a_policy_it_is_read_or_refused(value, path):
    try:
        odrl.read(Document("p.json", put(path, value)), SALT)
    except Problem as refused:
        assert refused.remedy


# What people write


COLUMNS = {"name": "string", "place": "string", "year": "int64", "income: gross": "float64", "alive": "bool"}


def test_columns_and_rows_are_read_as_people_write_them():
    assert columns_in(["name:masked 1 0", "place:generalised city", "income: gross", "year:rounded 10"], COLUMNS) == {
        "name": Masked(1, 0), "place": Generalised("city"), "income: gross": Exact(), "year": Rounded(10)}
    assert rows_in(["place within 440000", "year 2020..2024", "name in a|b", "alive = true", "name != c", "income: gross >= 1.5"], COLUMNS) == All((
        Within("place", "440000"), Between("year", 2020, 2024), OneOf("name", ("a", "b")), Equal("alive", True), Not(Equal("name", "c")), Between("income: gross", least=1.5)))


@pytest.mark.parametrize("text", ["name:secret", "name:masked", "name:masked a b", "name:truncated day", "year:rounded", "year:rounded x", "name:hashed 3", "name:exact 1"])
def test_a_precision_that_is_none_is_refused(text):
    with pytest.raises(Problem) as refused:
        columns_in([text], COLUMNS)
    assert refused.value.code == "bad_scope"


@pytest.mark.parametrize("text", ["year = x", "alive = maybe", "year", "year like 20%", "name; drop", "nobody = 1", "year ..", "place within 44"])
def test_a_condition_that_is_none_is_refused(text):
    with pytest.raises(Problem):
        rows_in([text], COLUMNS)


def test_two_consumers_cannot_join_what_they_were_given_by_its_pseudonyms(tmp_path):
    node = Node(tmp_path / "node")
    node.offered()
    seen = []
    for n, asker in enumerate(("health", "szhealth", "health")):
        name = node.requested(asker=asker, columns=("id:hashed", "place"), rows=(), key=f"{n}")
        actions.decide(node.context, asks.DecideRequest(name, "grant"))
        made = actions.hand_over(node.context, asks.DeliverRequest(name)).documents[0]
        seen.append({line.split(",")[0] for line in made.text().splitlines()[1:]})
    assert [len(s) for s in seen] == [4, 4, 4]
    assert seen[0] & seen[1] == seen[0] & seen[2] == set()


def test_sql_smuggled_through_columns_conditions_names_and_tables_reads_nothing_more(tmp_path):
    node = Node(tmp_path / "node")
    node.offered()
    for smuggled in SMUGGLED:
        if smuggled in ("name, id", "select"):
            continue
        with pytest.raises(Problem):
            node.requested(columns=(smuggled,))
        with pytest.raises(Problem):
            actions.offer_data(node.context, asks.OfferData("X", "civil", smuggled, "unconditional"))
        name = node.requested(columns=("id",), rows=(f"name = {smuggled}",))
        actions.decide(node.context, asks.DecideRequest(name, "grant"))
        assert actions.hand_over(node.context, asks.DeliverRequest(name)).data["rows"] == 0
    for outside in ("../people", "/etc/passwd", "", "."):
        with pytest.raises(Problem) as refused:
            actions.offer_data(node.context, asks.OfferData("X", "civil", outside, "unconditional"))
        assert refused.value.code == "unknown_dataset"


@given(st.sampled_from(["string", "int64", "float64"]).flatmap(lambda k: st.tuples(st.just(k), precisions(k), precisions(k), st.lists(VALUES[k], min_size=2, max_size=12))))
def test_a_decision_never_tells_apart_what_the_request_would_not(case):
    """What a narrower precision shows follows from what the wider one shows: equal there, equal here."""
    kind, asked, decided, values = case
    try:
        narrowed(Scope({"c": asked}), {"c": decided})
    except Problem:
        assume(False)
    seen: dict[str, str] = {}
    for value in values:
        assert seen.setdefault(repr(shown(asked, value)), repr(shown(decided, value))) == repr(shown(decided, value)), kind
