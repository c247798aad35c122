"""Contracts in ODCS 3: read into terms, written so that others read them, nothing in them lost or misread."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from open_data_contract_standard.model import OpenDataContractStandard

from jingwei.foundations.data.quality.bundled import tables
from jingwei.foundations.data.quality.contract import (
    Comparison,
    Contract,
    Field,
    Period,
    Reference,
    RowRange,
    Rule,
    Update,
)
from jingwei.foundations.data.quality.formats import FORMATS, pattern
from jingwei.foundations.data.quality.odcs import read, write
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document

WORDS = st.text("abc语,.'\"-:# \\", min_size=1, max_size=8).map(str.strip).filter(bool)
NAMES = st.text("abcdefgh_", min_size=1, max_size=6)
NUMBERS = st.integers(-1000, 1000) | st.sampled_from([0.5, -2.25, 1e6])
FIELDS = st.builds(
    Field, name=NAMES, type=st.sampled_from([None, "string", "integer", "number", "boolean", "date", "timestamp"]), required=st.booleans(),
    format=st.sampled_from(["", *FORMATS]), pattern=st.sampled_from(["", "[0-9]{1,3}", "a|b", "(?:ab)+c?"]), codes=st.lists(st.integers(0, 99) | WORDS, max_size=3).map(tuple),
    shortest=st.none() | st.integers(0, 9), longest=st.none() | st.integers(0, 99), least=st.none() | NUMBERS | WORDS, most=st.none() | NUMBERS,
    protected=st.sampled_from([None, "masked", "hashed"]), severity=st.sampled_from(["error", "warning"]))


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    fields = tuple(draw(st.lists(FIELDS, max_size=4, unique_by=lambda f: f.name)))
    names = [f"rule {i}" for i in range(3)]
    columns = [f.name for f in fields] or ["x"]
    some = st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True).map(tuple)
    keys = draw(st.lists(some, max_size=2, unique=True))
    single = [k for k in keys if len(k) == 1 and k[0] in [f.name for f in fields]]  # said at their field, and so read first, in the fields' order
    ordered = sorted(single, key=lambda k: columns.index(k[0])) + [k for k in keys if k not in single]
    pair = draw(some)
    return Contract(
        dataset="t", id=draw(NAMES), version=draw(WORDS), status="active", owner=draw(st.just("") | WORDS), record=draw(st.just("") | WORDS), synthetic=draw(st.booleans()),
        missing=draw(st.lists(WORDS, min_size=1, max_size=2).map(tuple)), fields=fields, keys=tuple(ordered),
        rules=tuple(Rule(name=n, condition="a > 1", kind=draw(st.sampled_from(["business", "equal", "logic"])), severity=draw(st.sampled_from(["error", "warning"]))) for n in names[:draw(st.integers(0, 2))]),
        references=draw(st.sampled_from([(), (Reference(name="r", fields=pair, dataset="other", columns=pair),)])),
        comparisons=draw(st.sampled_from([(), (Comparison(name="c", dataset="o", on={"a": "b"}, kind="authority", equal={"x": "y"}, sample=True),),
                                          (Comparison(name="c", dataset="o", on={"a": "b"}, kind="logic", rule="this.a < other.b", severity="warning"),)])),
        sequences=draw(st.sampled_from([(), (("a", "b"),)])), period=draw(st.sampled_from([None, Period("day", "2024"), Period("day", "", "2025-01")])),
        update=draw(st.sampled_from([None, Update("MONTHLY", "day", 3), Update("", "", 2)])), validity=draw(st.sampled_from(["", "until"])),
        rows=draw(st.sampled_from([RowRange(), RowRange(1), RowRange(1, 5), RowRange(None, 9)])))


@given(contracts())
def test_what_is_written_is_read_back_term_by_term(contract):
    assert read(write(contract), "t") == contract


SCHEMA = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))


@given(contracts())
def test_what_is_written_is_a_contract_by_the_standards_own_schema(contract):
    # Of a field without a type that schema asks for the parts of a map, since its condition holds of what is absent.
    contract = replace(contract, fields=tuple(replace(f, type=f.type or "string") for f in contract.fields))
    jsonschema_rs.validator_for(SCHEMA).validate(yaml.safe_load(write(contract).content))
    assert OpenDataContractStandard.from_string(write(contract).text()).schema_[0].name == "t"


def test_the_bundled_figures_have_contracts_that_fit_them_and_that_others_can_read():
    for dataset, rows, contract in tables():
        assert {f.name for f in contract.fields} == set(dataset.columns)
        assert rows
        OpenDataContractStandard.from_string(write(contract).text())


FILE = """
apiVersion: v3.0.2
kind: DataContract
id: c-1
version: 1.1.0
status: active
domain: 民政
team: [{username: somebody, role: owner}]
servers: [{server: s, type: postgres, host: localhost, port: 5432, database: d, schema: public}]
slaProperties: [{property: frequency, value: 1, unit: m}, {property: latency, value: 4, unit: h}]
schema:
- name: people
  physicalType: table
  properties:
  - {name: code, logicalType: string, primaryKey: true, primaryKeyPosition: 2, logicalTypeOptions: {pattern: '[A-Z]\\d+', maxLength: 9, multipleOf: 2}}
  - {name: place, logicalType: string, primaryKey: true, primaryKeyPosition: 1, relationships: [{to: places.code}]}
  - {name: born, logicalType: date, logicalTypeOptions: {minimum: 1900-01-01, format: yyyy-MM-dd}}
  - {name: sex, enum: [{value: 1}, {value: 2}], quality: [{metric: nullValues, mustBe: 0, severity: low}]}
  - {name: tel, unique: true, quality: [{type: sql, name: no fax, query: 'SELECT 1', mustBe: 0}, {metric: invalidValues, mustBeLessThan: 5, unit: percent}]}
  quality: [{metric: rowCount, mustBeBetween: [10, 20]}, {type: text, description: looked at}, {metric: duplicateValues, arguments: {properties: [people.sex, people.born]}, mustBe: 0}]
"""


def test_a_contract_of_others_is_read_and_what_cannot_be_checked_is_told():
    found = read(Document("c.yaml", FILE.encode()), "people")
    code, place, born, sex, _ = found.fields
    assert (code.pattern, code.longest, code.required, place.required) == ("[A-Z]\\d+", 9, True, True)
    assert (born.least, born.format, sex.codes, sex.required, sex.severity) == ("1900-01-01", "", (1, 2), True, "warning")
    assert found.keys == (("place", "code"), ("tel",), ("sex", "born"))
    assert found.references == (Reference(name="place in places", fields=("place",), dataset="places", columns=("code",)),)
    assert (found.rows, found.update) == (RowRange(10, 20), Update("MONTHLY"))
    assert set(found.unchecked) == {"code: multipleOf", "born: format yyyy-MM-dd", "tel: no fax", "tel: invalidValues", "slaProperties: latency"}


@pytest.mark.parametrize(("before", "after", "code"), [
    ("unique: true", "uniqe: true", "unknown_term"), ("kind: DataContract", "kind: Other", "bad_contract"), ("v3.0.2", "v2.2.2", "bad_contract"), ("id: c-1", "id: ''", "bad_contract"),
    ("maxLength: 9", "maxLength: nine", "bad_contract"), ("[A-Z]\\d+", "(?=a)", "bad_pattern"), ("mustBe: 0, severity: low", "mustBe: 0, severty: low", "unknown_term"),
    ("schema:\n", "schema: &a\n- *a\n", "unreadable"), ("version: 1.1.0", "version: 1\nversion: 2", "unreadable"), ("name: people", "name: [", "unreadable"),
    ("- name: people", "- name: others\n- name: more", "bad_contract"), ("name: born", "name: code", "bad_contract")])
def test_a_contract_that_is_misspelt_or_misread_is_refused_with_its_place(before, after, code):
    assert before in FILE
    with pytest.raises(Problem) as raised:
        read(Document("c.yaml", FILE.replace(before, after).encode()), "people")
    assert raised.value.code == code
    assert "c.yaml" in str(raised.value)


@pytest.mark.parametrize("text", ["(a+)+b", "(a|b)*c+(?:x{2,})*", "(?:a{1,5}){2,}", "(?i)a", "(?=a)", r"\sa", r"\bx", "[[:alpha:]]", r"\p{L}", "a++", "[a&&b]", "(", r"(a)\1", "a{1,5000}", "a" * 501, "[", "\\"])
def test_a_pattern_the_engines_read_differently_or_never_finish_is_refused(text):
    with pytest.raises(Problem) as raised:
        pattern(text, "here")
    assert raised.value.code == "bad_pattern"


@pytest.mark.parametrize("text", ["[A-Z]{2}\\d{4}", "(?:ab|cd)x?", "粤[A-Z].{5}", "a.*b", "[^/]+/[^/]+", "\\(\\d+\\)", "(?:[0-9]{4})(?:-[0-9]{2})?"])
def test_a_plain_pattern_is_taken_as_it_is(text):
    assert pattern(text, "here") == text


@pytest.mark.parametrize("rule", [
    "1; DROP TABLE t", "SELECT 1", "n = (SELECT max(n) FROM t)", "EXISTS (SELECT 1)", "read_csv('x') = 1", "n IN (SELECT 1)", "current_user = 'a'", "n::TEXT = '1'", "n", "'a'", "code > 1", "x.n = 1",
    "n = n2", "getenv('HOME') = 'a'", "sum(n) > 1", "n OVER () = 1", "count(*) > 0", "code LIKE '%'", "", "matches(code, '(a+)+')", "n IN ()", "* = 1", "n = ?", "n = $1", "((((" * 30 + "n" + "))))" * 30 + " = 1",
    "COLUMNS('a') = 1", "code || 'x' = 'a'", "n = 1 -- ok\n; SELECT 1"])
def test_a_rule_that_is_more_than_a_condition_is_refused(rule):
    import ibis

    from jingwei.foundations.data.quality.expressions import Scope, condition

    table = ibis.table({"n": "int64", "code": "string"}, name="t")
    with pytest.raises(Problem) as raised:
        condition(rule, Scope({"": table}, (), "rule"))
    assert raised.value.code in ("bad_rule", "unknown_column", "bad_pattern")


@settings(max_examples=25)
@given(st.text(max_size=40) | st.text("n code=<>()'\"--/*;,.1 ANDORIS", max_size=40))
def test_whatever_somebody_writes_as_a_rule_is_a_condition_or_a_problem(text):
    import ibis

    from jingwei.foundations.data.quality.expressions import Scope, condition

    table = ibis.table({"n": "int64", "code": "string"}, name="t")
    try:
        assert condition(text, Scope({"": table}, (), "rule")).type().is_boolean()
    except Problem as error:
        assert error.code in ("bad_rule", "unknown_column", "bad_pattern")
