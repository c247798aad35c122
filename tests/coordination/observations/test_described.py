"""The figures a node has stand in its own catalogue, none left out, and come back from it as they went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar.testing import TestClient

from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.described import describe, described
from jingwei.coordination.observations.figures import read_book
from jingwei.coordination.observations.model import DescribeFigures, Observe
from jingwei.doors.portal.app import application
from jingwei.foundations.data.catalogue import actions, records
from jingwei.foundations.data.catalogue.model import Harvest, Validate
from jingwei.kernel.actions import Context
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Context:
    folder = tmp_path_factory.mktemp("described")
    context = Context(Workspace(folder / "node"))
    take_in(context, folder)
    return context


def take_in(context: Context, folder: Path) -> dict:
    (document,) = describe(context, DescribeFigures()).documents
    (folder / document.name).write_bytes(document.content)
    return actions.harvest(context, Harvest(str(folder / document.name))).data


def test_every_measure_with_figures_is_a_record_and_comes_back_as_it_was(node):
    made = list(described(read_book(node)))
    assert {r.identifier[0] for r in made} == {f.measure for f in read_book(node).by_id.values()}
    with node.workspace.store.read() as connection:
        kept = {r.address: r for _, r in records.current(connection)}
    assert kept == {r.address: r for r in made}


def test_a_record_says_what_is_known_and_leaves_unsaid_what_nobody_stated(node):
    one = next(r for r in described(read_book(node)) if r.identifier == ("base_stations_5g",))
    assert {w.language for w in one.title} == {"zh", "en"}
    assert (one.temporal[0].start, [i.name for i in one.items][:4]) == ("2020", ["measure", "place", "period", "value"])
    assert (one.sharing, one.grade) == ("", "")
    found = actions.validate(node, Validate())
    assert found.holds, "nothing that the shapes demand is missing"
    assert {b["path"].rpartition(":")[2].rstrip(">") for b in found.data["by"]} == {"sharing", "sharingMode", "grade"}


def test_telling_it_again_changes_nothing_and_a_figure_of_ones_own_does(node, tmp_path):
    assert take_in(node, Path(node.workspace.folder).parent)["written"] == 0
    fresh = Context(Workspace(tmp_path / "node"))
    (before,) = describe(fresh, DescribeFigures()).documents
    head = "measure,place,period,value,unit,source,vintage,status\n"
    observe(fresh, Observe(Table.read(Document("own.csv", f"{head}software_revenue,CN,2025,14.9,trillion yuan,own count,v,observed\n".encode()))))
    (after,) = describe(fresh, DescribeFigures()).documents
    assert before.content != after.content
    assert "own count" in after.content.decode()


def test_the_figures_are_found_in_the_catalogue_by_a_word_of_two_characters(node):
    with TestClient(application(node.workspace)) as portal:
        found = portal.get("/zh/catalogue", params={"q": "基站"}).text
        assert "5G基站" in found
        record = portal.get("/en/record?id=" + found.partition("record?id=")[2].partition('"')[0]).text
    assert "Classification and grade" in record
    assert "None" not in record
