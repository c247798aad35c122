"""The catalogue asked: searched, shown, written out and held against rules, our own among them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rdflib import Graph

from jingwei.doors.cli import program
from jingwei.engines.shapes.check import check
from jingwei.engines.shapes.columns import Columns
from jingwei.engines.shapes.reading import read
from jingwei.foundations.data.catalogue import ACTIONS, dcat
from jingwei.foundations.data.catalogue.model import (
    Agent,
    Export,
    Harvest,
    Item,
    Record,
    Resource,
    Search,
    Show,
    Term,
    Validate,
    Word,
)
from jingwei.foundations.data.catalogue.profile import SHAPES
from jingwei.foundations.data.catalogue.records import current
from jingwei.kernel.actions import Context, Result, run
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[3] / "engines/shapes"))
from beside_pyshacl import graph_of, judged, keys

BY_PATH = {a.path: a for a in ACTIONS}
RECORDS = """{"id": "wells", "title": "Wells", "notes": "Depth of wells", "organization": "Water Bureau", "tags": ["water"], "resources": [{"url": "https://w.example/a.csv", "format": "CSV"}]}
{"id": "roads", "title": "Roads", "notes": "", "organization": "Transport", "tags": ["street"], "resources": [{"name": "no address"}]}
"""


@pytest.fixture
def held(tmp_path) -> Workspace:
    (tmp_path / "two.jsonl").write_text(RECORDS, encoding="utf-8")
    workspace = Workspace(tmp_path / "node")
    ask(workspace, "data harvest", Harvest(str(tmp_path / "two.jsonl")))
    return workspace


def ask(workspace: Workspace, path: str, given: Any, language: str = "en") -> Result:
    return run(BY_PATH[tuple(path.split())], Context(workspace, language), given)  # type: ignore[arg-type]


def kept(workspace: Workspace) -> list[Record]:
    with workspace.store.read() as connection:
        return sorted((r for _, r in current(connection)), key=lambda r: r.address)


def test_a_search_tells_what_was_found_and_how_it_parts(held):
    result = ask(held, "catalogue search", Search("well"))
    assert result.data["records"][0]["id"] == "two/wells"
    assert result.data["facets"]["publisher"] == [{"value": "Water Bureau", "records": 1}]
    assert "Format: CSV (1)" in result.report
    assert "提供单位: Water Bureau (1)" in ask(held, "catalogue search", Search("well"), "zh").report
    assert ask(held, "catalogue search", Search("", publisher="Transport")).data["found"] == 1
    assert ask(held, "catalogue search", Search("well " * 3_000 + "x")).data["found"] == 0


def test_a_record_is_shown_with_its_versions_and_an_unknown_one_is_named(held):
    result = ask(held, "catalogue show", Show("two/wells"))
    assert result.data["record"]["publisher"]["name"] == "Water Bureau"
    assert "Version 1 of 1" in result.report
    for asked, code in ((Show("two/none"), "unknown_record"), (Show("two/wells", 2), "unknown_version"), (Show("two/wells", 10**40), "unknown_version")):
        with pytest.raises(Problem) as raised:
            ask(held, "catalogue show", asked)
        assert raised.value.code == code


@pytest.mark.parametrize(("form", "name"), [("turtle", "catalogue.ttl"), ("jsonld", "catalogue.jsonld"), ("croissant", "catalogue.croissant.json")])
def test_what_is_exported_can_be_harvested_elsewhere_and_is_the_same(held, tmp_path, form, name):
    result = ask(held, "catalogue export", Export(form))
    assert [d.name for d in result.documents] == [name, "receipt.json"]
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_bytes(result.documents[0].content)
    other = Workspace(tmp_path / "other")
    assert ask(other, "data harvest", Harvest(str(out))).data["accepted"] == 2
    assert kept(other) == kept(held)


def test_the_catalogue_is_held_against_our_rules_and_anybody_elses(held):
    result = ask(held, "catalogue validate", Validate())
    assert not result.holds
    assert {(f["path"].rpartition("#")[2].rpartition("/")[2].rstrip(">"), f["component"]) for f in result.data["by"] if f["severity"] == "Violation"} == {
        ("description", "MinCount"), ("accessURL", "MinCount")}
    own = Document("s.ttl", b"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> . <urn:s> sh:targetClass dcat:Dataset ; "
                            b"sh:property [ sh:path dcat:keyword ; sh:hasValue \"water\" ; sh:shape <urn:x> ] .")
    told = ask(held, "catalogue validate", Validate(own)).data
    assert ([f["component"] for f in told["first"]], told["remarks"]) == (["HasValue"], ["sh:shape (1×)"])


def test_an_empty_catalogue_answers_every_question(tmp_path):
    empty = Workspace(tmp_path)
    assert ask(empty, "catalogue search", Search("x")).data["found"] == 0
    assert ask(empty, "catalogue validate", Validate()).holds
    for form in ("turtle", "jsonld", "croissant"):
        assert ask(empty, "catalogue export", Export(form)).data["records"] == 0


FULL = {"description": (Word("d"),), "publisher": Agent("局"), "frequency": Term("", "http://publications.europa.eu/resource/authority/frequency/DAILY"),
        "items": (Item("代码"),), "sharing_mode": "接口", "grade": "一般", "resources": (Resource("urn:d#r", access_url=(Term("", "https://a.example/"),), format=Term("CSV")),)}


@pytest.mark.parametrize(("fields", "found"), [
    ({"sharing": "unconditional", "use_conditions": "无"}, set()), ({"sharing": "conditional", "use_conditions": "限审批"}, set()),
    ({"sharing": "conditional"}, {("-", "Or"), ("useConditions", "MinCount")}), ({"sharing": "none", "use_conditions": "-"}, {("-", "Or")}),
    ({"sharing": "none", "use_conditions": "-", "sharing_basis": "《网络安全法》第二十一条"}, set()),
    ({"sharing": "perhaps", "use_conditions": "-"}, {("-", "Or"), ("sharing", "In")}), ({"use_conditions": "-"}, {("sharing", "MinCount")})])
def test_sharing_attributes_are_held_to_order_809(fields, found):
    record = Record("urn:d", title=(Word("表"),), **{**FULL, **fields})
    graph = list(dcat.Writer().catalogue([record]))
    mine = check(Columns.of(graph), read(SHAPES.encode()))
    assert {(f.path.rpartition(":")[2].rstrip(">") or "-", f.component) for f in mine} == found
    assert keys(mine) == judged(graph_of(graph), Graph().parse(data=SHAPES, format="turtle"))


def test_the_command_line_prints_what_was_read_accepted_and_quarantined(tmp_path):
    (tmp_path / "a.yaml").write_text("title: T\n")
    (tmp_path / "b.yaml").write_text("x: 1\n")
    told = CliRunner().invoke(program("en"), ["data", "harvest", str(tmp_path), "--workspace", str(tmp_path / "node"), "--json"])
    assert told.exit_code == 0
    assert '"read": 2,\n  "accepted": 1,\n  "quarantined": 1,' in told.stdout
