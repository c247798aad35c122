"""Whoever wants to look behind a number finds every figure and every source, used or not, and why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingwei.coordination.observations.actions import observe, release
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import published_figures, read_book
from jingwei.coordination.observations.listing import figures, sources
from jingwei.coordination.observations.model import AskFigures, AskSources, Observe, Release
from jingwei.coordination.observations.published import read_sources
from jingwei.kernel.actions import Context
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

HEAD = "measure,place,period,value,unit,source,vintage,status\n"


@pytest.fixture
def node(tmp_path: Path) -> Context:
    return Context(Workspace(tmp_path))


def test_every_published_figure_is_listed_once_with_its_source_unit_and_definition(node):
    data = figures(node, AskFigures()).data
    assert len(data) == len({f.id for f in published_figures()})
    known, measures = read_sources(), declared_measures()
    for row in data:
        assert row["source"] in known
        assert row["unit"] == measures[row["measure"]].unit
        assert row["definition"] is None or row["definition"] in {d.code for d in measures[row["measure"]].definitions}


def test_what_is_used_and_what_is_held_is_what_the_evaluation_uses_and_holds(node):
    book = read_book(node)
    data = figures(node, AskFigures()).data
    assert sum(row["state"] == "used" for row in data) == len(book.usable)
    binding = {h.id for h in book.held if not h.known and not h.released}
    for row in data:
        assert (row["state"] == "held") == bool(row["findings"])
        assert not row["findings"] or set(row["findings"].split(", ")) <= binding
    used = figures(node, AskFigures(state="used")).data
    held = figures(node, AskFigures(state="held")).data
    assert used == [row for row in data if row["state"] == "used"]
    assert held == [row for row in data if row["state"] == "held"]
    assert held


def test_filters_together_give_what_each_gives_alone(node):
    data = figures(node, AskFigures()).data
    asked = figures(node, AskFigures("base_stations_5g", "Zhejiang", 2023)).data
    assert asked == [r for r in data if (r["measure"], r["place"], r["period"]) == ("base_stations_5g", "330000", "2023")]
    assert asked
    assert figures(node, AskFigures(place="浙江")).data == figures(node, AskFigures(place="330000")).data


def test_a_figure_held_back_is_used_once_it_is_released(node):
    rows = "".join(f"broadband_ports,北京,{year},{value},10k ports,our own count,v1,observed\n" for year, value in ((2030, 234567.0),))
    observe(node, Observe(Table.read(Document("own.csv", (HEAD + rows).encode()))))
    (held,) = figures(node, AskFigures("broadband_ports", "北京", 2030)).data
    assert (held["state"], held["source"]) == ("held", "our own count")
    for finding in held["findings"].split(", "):
        release(node, Release(finding, "checked"))
    (used,) = figures(node, AskFigures("broadband_ports", "北京", 2030)).data
    assert (used["state"], used["findings"]) == ("used", None)


def test_every_source_says_who_issued_it_and_how_many_figures_it_gave(node):
    data = sources(node, AskSources()).data
    assert {row["code"] for row in data} == set(read_sources())
    assert sum(row["figures"] for row in data) == len(read_book(node).by_id)
    assert all(row["issuer"] and not row["own"] for row in data)
    assert all(row["figures"] for row in sources(node, AskSources("netizens")).data)


def test_a_source_only_a_bureaus_file_names_is_listed_as_its_own(node):
    row = "netizens,CN,2026,11.4,100 million persons,our own count,v,observed\n"
    observe(node, Observe(Table.read(Document("own.csv", (HEAD + row).encode()))))
    own = [r for r in sources(node, AskSources()).data if r["own"]]
    assert [(r["code"], r["issuer"]) for r in own] == [("our own count", None)]


@pytest.mark.parametrize(("asked", "code"), [
    (AskFigures(measure="nothing"), "unknown_measure"), (AskFigures(place="Atlantis"), "unknown_place"), (AskFigures(year=10**20), "no_figures")])
def test_what_is_not_known_is_no_empty_list(node, asked, code):
    with pytest.raises(Problem) as told:
        figures(node, asked)
    assert told.value.code == code


def test_a_report_is_short_and_says_what_it_leaves_out(node):
    report = figures(node, AskFigures()).report
    assert report.count("\n") < 220
    assert "The first 200 are shown" in report
