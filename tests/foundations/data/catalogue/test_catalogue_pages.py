"""The pages of the catalogue: found by words, narrowed, followed to one record with what the law asks, its versions and who asked for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar.testing import TestClient
from playwright.sync_api import sync_playwright
from rdflib import Graph

from jingwei.doors.portal.app import application
from jingwei.foundations.data.catalogue import actions
from jingwei.foundations.data.catalogue.model import Harvest, Record, Term, Word
from jingwei.foundations.data.catalogue.views import changes, snippet
from jingwei.foundations.data.sharing.cases import facts_of_request, facts_of_terms, words_of_request, words_of_terms
from jingwei.foundations.data.sharing.model import Request, Terms
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace

WELLS = {"title": {"zh": "水井台账", "en": "Register of wells"}, "notes": "每口水井的深度和公共用水量 <b>旧</b>", "identifier": "WELL-01", "organization": "Water Bureau",
         "tags": ["water"], "columns": [{"name": "depth", "type": "float", "description": "metres"}], "license": "javascript:alert(1)", "update_frequency": "monthly",
         "resources": [{"name": "all wells", "url": "https://wells.example/a.csv", "format": "CSV"}, {"name": "evil", "url": "javascript:alert(2)", "format": "CSV"}]}
OTHERS = [{"title": {"en": f"Bridge {n:02d}"}, "notes": f"Bridge number {n}", "identifier": f"B-{n}", "organization": "Roads", "tags": ["streets"], "license": "open",
           "update_frequency": "daily", "columns": [], "resources": []} for n in range(25)]


def written(folder: Path, *records: dict) -> None:
    folder.mkdir(exist_ok=True)
    for one in records:
        (folder / f"{one['identifier']}.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def node(tmp_path_factory) -> Workspace:
    """A node with 26 records, one of them in two versions and offered for sharing, one gone, and one document set apart."""
    folder = tmp_path_factory.mktemp("catalogue")
    workspace = Workspace(folder / "node")
    context = Context(workspace)
    written(folder / "city", {**WELLS, "notes": "first words"}, *OTHERS)
    actions.harvest(context, Harvest(str(folder / "city")))
    written(folder / "city", WELLS)
    (folder / "city" / "B-24.json").unlink()
    (folder / "city" / "broken.json").write_text("{", encoding="utf-8")
    actions.harvest(context, Harvest(str(folder / "city")))
    terms = Terms("WELL-01", Text("水井", "wells"), "water", "bureau", "wells", 1, {"depth": "float64"}, "conditional", "drought")
    asked = Request("R-1", "WELL-01", "health", "water", "conditional", "duty")
    workspace.ledger.append(Event("share.offered", context.clock(), "local", facts_of_terms(terms), {"share:WELL-01": words_of_terms(terms)}))
    workspace.ledger.append(Event("share.requested", context.clock(), "local", facts_of_request(asked), {"share:R-1": words_of_request(asked)}))
    return workspace


@pytest.fixture(scope="module")
def portal(node) -> Iterator[TestClient]:
    with TestClient(application(node)) as client:
        yield client


def addresses(html: str) -> list[str]:
    return [unescape(a) for a in re.findall(r'href="([^"]+)"', html)]


def test_an_empty_catalogue_says_how_to_fill_it(tmp_path):
    with TestClient(application(Workspace(tmp_path / "none"))) as client:
        assert "jingwei data harvest" in client.get("/en/catalogue").text
        assert client.get("/en/record?id=a").status_code == 404
        assert client.get("/en/record").status_code == 400
    assert not (tmp_path / "none" / "store.db").exists()


def test_a_word_of_two_characters_finds_its_record_and_shows_where_it_stands(portal):
    page = portal.get("/zh/catalogue", params={"q": "公共"}).text
    assert "找到 1 条" in page
    assert "<b>公共</b>用水量 &lt;b&gt;旧&lt;/b&gt;" in page
    assert "水井台账" in page
    assert "Register of wells" in portal.get("/en/catalogue?q=wells").text


def test_all_records_are_reached_page_by_page_and_each_once(portal):
    first = portal.get("/en/catalogue").text
    following = next(a for a in addresses(first) if "page=2" in a)
    second = portal.get(following).text
    found = [a for page in (first, second) for a in addresses(page) if "/record?" in a]
    assert len(found) == len(set(found)) == 25
    assert "1–20 / 25" in first
    assert "21–25 / 25" in second
    assert "21–25 / 25" in portal.get("/en/catalogue?page=99").text


def test_what_a_facet_counts_is_what_it_leads_to_and_it_can_be_dropped_again(portal):
    first = portal.get("/en/catalogue").text
    choice = next(a for a in addresses(first) if "publisher=Water" in a)
    narrowed = portal.get(choice).text
    assert "1 of 25 records are so" in narrowed
    assert "Roads" not in narrowed.partition("<main")[2]
    dropped = next(unescape(a) for a in re.findall(r'href="([^"]+)" aria-current="true">drop', narrowed))
    assert "25 records in all" in portal.get(dropped).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_record_says_first_what_the_law_asks_and_what_it_leaves_unsaid(portal, language):
    page = portal.get(f"/{language}/record?id=city/WELL-01").text
    order = ["第十三条", "提供单位", "数据分类分级", "其余各项"] if language == "zh" else ["art. 13", "Provider", "Classification and grade", "Its other fields"]
    assert [page.index(w) for w in order] == sorted(page.index(w) for w in order)
    grade = page[page.index(order[2]):][:120]
    assert ("没有写明" if language == "zh" else "not said") in grade
    assert "None" not in page
    assert "depth" in page
    assert "https://wells.example/a.csv" in addresses(page)


def test_an_address_that_is_no_web_address_is_shown_and_cannot_be_followed(portal):
    page = portal.get("/en/record?id=city/WELL-01").text
    assert "javascript:alert(1)" in page
    assert not [a for a in addresses(page) if a.lower().startswith("javascript")]


def test_every_version_can_be_read_and_says_what_changed(portal):
    page = portal.get("/en/record?id=city/WELL-01").text
    assert "Version 2 of 2" in page
    assert "changed: Description" in page
    assert "first words" in portal.get("/en/record?id=city/WELL-01&version=1").text
    assert portal.get("/en/record?id=city/WELL-01&version=3").status_code == 404
    gone = portal.get("/en/record?id=city/B-24").text
    assert "no longer has it" in gone


def test_whose_data_they_are_and_who_asked_for_them_is_one_click_away(portal):
    page = portal.get("/en/record?id=city/WELL-01").text
    assert "not published yet" in page
    for address in ("/en/sharing/R-1", "/en/desk/water"):
        assert address in addresses(page)
        assert portal.get(address).status_code == 200
    assert "/en/sharing/R-1" not in addresses(portal.get("/en/record?id=city/B-1").text)


def test_what_was_set_apart_is_listed_with_its_reason(portal):
    page = portal.get("/en/catalogue").text
    assert "broken.json" in page.partition('id="quarantined"')[2]


def test_a_record_leaves_its_page_in_every_form_of_the_standards(portal):
    page = portal.get("/en/record?id=city/WELL-01").text
    forms = [a for a in addresses(page) if "/do/catalogue/export?" in a]
    assert len(forms) == 5
    turtle, jsonld, croissant, ckan, table = (portal.get(a).content for a in forms)
    assert "Register of wells" in str(list(Graph().parse(data=turtle, format="turtle").objects()))
    assert "Bridge 01" not in turtle.decode()
    assert json.loads(jsonld)
    assert "Dataset" in json.dumps(json.loads(croissant))
    assert [p["title"] for p in json.loads(ckan)["result"]["results"]] == ["Register of wells"]
    assert table.decode("utf-8-sig").splitlines()[1].startswith("city/WELL-01,Register of wells")


@pytest.mark.parametrize(("language", "words"), [("zh", ("每月", "数据分类分级：没有写明（条例第 13 条）", "访问地址：没有写明")),
                                                  ("en", ("monthly", "Classification and grade: not said (Order 809, art. 13)", "Access: not said"))])
def test_what_the_rules_find_is_said_in_words_with_its_article(portal, language, words):
    page = portal.get(f"/{language}/record?id=city/WELL-01").text
    assert [w for w in words if w not in page] == []


@pytest.mark.parametrize(("said", "words", "hit"), [
    ("There are many bridges here", "bridge", "bridges"), ("数据公共服务", "公共", "公共"), ("nothing of it", "bridge", ""), ("", "x", ""),
    ("a (b", "(b", "b"), ("x" * 500 + " well", "wells", "well")])
def test_a_snippet_shows_the_word_as_it_stands_in_the_text(said, words, hit):
    before, found, after = snippet(said, words)
    assert found == hit
    assert len(before + found + after) <= 300


def test_two_versions_differ_in_what_was_changed_and_nothing_else():
    before = Record("urn:a", title=(Word("井"),), license=Term("open"))
    assert changes(before, before) == ()
    assert [c.en for c in changes(before, Record("urn:a", title=(Word("井"),), grade="2"))] == ["Licence", "Classification and grade"]


def test_in_a_browser_nothing_is_wider_than_the_screen_and_nothing_shuts_out_a_blind_reader(node):
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("install Debian's chromium to run this test")
    pictures = Path("out") / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jingwei")), "serve", "--lazy", "--port", str(port), "--workspace", str(node.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as server:
        try:
            for _ in range(150):
                try:
                    urlopen(f"http://127.0.0.1:{port}/static/portal.css", timeout=30).read()
                    break
                except OSError:
                    time.sleep(0.2)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
                for name, path in (("catalogue", "catalogue"), ("catalogue-found", "catalogue?q=水井"), ("catalogue-narrowed", "catalogue?publisher=Roads&page=2"),
                                   ("record", "record?id=city/WELL-01")):
                    for language, width, scheme in (("zh", 1440, "light"), ("en", 390, "dark"), ("zh", 390, "light"), ("en", 1440, "dark")):
                        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True)
                        page = context.new_page()
                        wrong: list[str] = []
                        page.on("console", lambda m, wrong=wrong: wrong.append(m.text))
                        page.on("pageerror", lambda e, wrong=wrong: wrong.append(str(e)))
                        page.goto(f"http://127.0.0.1:{port}/{language}/{path}")
                        page.screenshot(path=pictures / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
                        assert wrong == []
                        assert page.locator("h1").count() == 1
                        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                        found = Axe().run(page).response["violations"]
                        assert [f"{path} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")] == []
                        context.close()
                still = browser.new_context(java_script_enabled=False).new_page()
                still.goto(f"http://127.0.0.1:{port}/zh/catalogue")
                still.locator("#words").fill("水井")
                still.locator("form.pick button").click()
                still.locator("ul.found a").first.click()
                assert "水井台账" in still.locator("h1").inner_text()
                browser.close()
        finally:
            server.terminate()
