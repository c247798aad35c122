"""Every page answers in both languages, says the same on every worker, and leads to the source of what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from litestar.testing import TestClient

from jingwei import plan
from jingwei.coordination.observations.actions import observe
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Observe
from jingwei.doors.portal.app import application
from jingwei.kernel import places
from jingwei.kernel.actions import Context, replay
from jingwei.kernel.receipts import Receipt
from jingwei.kernel.tables import Document, Table
from jingwei.kernel.workspace import Workspace

PAGES = ("", "/provinces", "/place/330000", "/place/香港", "/room/F1", "/room/C2", "/room/O", "/measure/base_stations_5g",
         "/measure/netizens", "/measure/telecom_volume", "/measure/gdp?year=2021", "/findings", "/targets", "/data", "/receipt", "/duties", "/matters", "/nightly", "/gauges", "/gauge/across", "/gauge/powerful", "/redlines", "/sharing", "/catalogue", "/catalogue?q=IPv6&publisher=nobody",
         "/provinces?year=2021", "/place/440000?peer=320000&peer=330000&measure=websites_per_100_firms", "/compare",
         "/compare?place=110000&place=540000&measure=gdp", "/method", "/method?aggregate=geometric&weight.F1=2&weight.websites_per_100_firms=0",
         "/method?normalise=percentile&aggregate=geometric", "/search", "/search?q=IPv6", "/search?q=5G基站")


class Links(HTMLParser):
    """Addresses a page leads to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in ("href", "src") and value}


def links(html: str) -> set[str]:
    parser = Links()
    parser.feed(html)
    return parser.found


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def portal(node: Workspace) -> Iterator[TestClient]:
    with TestClient(application(node)) as client:
        yield client


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_in_both_languages_and_loads_nothing_from_elsewhere(portal, page, language):
    answer = portal.get(f"/{language}{page}")
    assert answer.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert not [a for a in links(answer.text) if "//" in a]
    assert not re.search(r"<script(?! type=\"module\" src=\"/static/)|style=|\bon\w+=", answer.text)
    assert "None" not in answer.text
    assert ">nan" not in answer.text


def test_no_link_of_the_portal_leads_nowhere(portal):
    seen, ahead = set(), {"/en"}
    while ahead:
        address = ahead.pop()
        seen.add(address)
        answer = portal.get(address)
        closed = address.startswith("/en/do/") and answer.status_code == 403  # a form that says why it is not open
        assert answer.status_code == 200 or closed, address
        if "html" in answer.headers["content-type"]:
            ahead |= {a.partition("#")[0] for a in links(answer.text) if a.startswith("/en")} - seen
    assert len({a for a in seen if a.startswith("/en/place/")}) == 34
    assert len({a for a in seen if a.startswith("/en/room/")}) == 12


def test_every_measure_and_every_place_has_a_page(portal):
    for code in declared_measures():
        assert portal.get(f"/en/measure/{code}").status_code == 200, code
    for place in places.provinces():
        assert portal.get(f"/zh/place/{place.code}").status_code == 200, place.code
    for room in plan.ROOMS:
        assert portal.get(f"/zh/room/{room.code}").status_code == 200, room.code


def test_the_front_door_opens_in_the_readers_language(portal):
    to_chinese = portal.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}, follow_redirects=False)
    to_english = portal.get("/", headers={"Accept-Language": "de"}, follow_redirects=False)
    assert (to_chinese.headers["location"], to_english.headers["location"]) == ("/zh", "/en")


def test_the_first_page_says_the_verdicts_before_anything_else_and_ranks_nobody(portal):
    text = portal.get("/en").text
    order = [text.index(words) for words in ("The thirteen goals of 2025", "Joined across", "Today", "2522: how far")]
    assert order == sorted(order)
    assert "Zhejiang" not in text


def test_all_34_divisions_are_on_the_map_and_grey_where_data_lack(portal):
    text = portal.get("/en/provinces").text
    assert text.count('<rect class="s') == 34
    assert text.count('<rect class="s0"') == 3


def test_a_reader_walks_from_a_score_to_its_source_and_receipt_in_four_clicks(portal, node, tmp_path):
    ranked = portal.get("/en/provinces").text
    assert "/en/place/330000" in links(ranked)
    place = portal.get("/en/place/330000").text
    assert "/en/measure/base_stations_5g#sources" in links(place)
    measure = portal.get("/en/measure/base_stations_5g").text
    assert "MIIT" in measure
    assert "/en/receipt" in links(measure)
    assert "/en/data/receipt.json" in links(portal.get("/en/receipt").text)
    receipt = Receipt.read(Document("receipt.json", portal.get("/en/data/receipt.json").content))
    action = next(a for p in plan.pillars() for a in p.actions if a.path == receipt.action)
    assert replay(receipt, action, Context(node), tmp_path).identical


@pytest.mark.parametrize("page", ["/en", "/zh/provinces", "/en/place/440000"])
def test_a_reader_who_has_the_page_is_not_sent_it_again(portal, page):
    first = portal.get(page)
    again = portal.get(page, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_two_workers_say_the_same(portal, node):
    with TestClient(application(node)) as other:
        for page in (*PAGES, "/data/receipt.json", "/data/report.md"):
            assert other.get(f"/en{page}").content == portal.get(f"/en{page}").content


@pytest.mark.parametrize(("page", "status"), [("/en/place/nowhere", 404), ("/en/room/X9", 404), ("/en/measure/x", 404),
                                              ("/fr", 404), ("/en/data/secret", 404), ("/en/data/..%2fjingwei.toml", 404)])
def test_what_is_not_there_is_said_on_a_page_of_its_own(portal, page, status):
    answer = portal.get(page)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert 'id="main"' in answer.text


def test_pages_and_programs_may_ask_at_the_same_moment(tmp_path: Path):
    with TestClient(application(Workspace(tmp_path / "node"))) as client, ThreadPoolExecutor(8) as askers:
        asked = ["/en", "/zh", "/api/v1/measures", "/en/findings", "/api/v1/findings", "/api/v1/targets", "/zh/targets",
                 "/api/v1/plan"]
        answers = list(askers.map(lambda address: client.get(address).status_code, asked * 3))
    assert set(answers) == {200}


def test_a_figure_taken_in_changes_the_pages(tmp_path: Path):
    node = Workspace(tmp_path / "node")
    with TestClient(application(node)) as client:
        before = client.get("/en/targets")
        row = "software_revenue,CN,2025,14.9,trillion yuan,own count,v,observed"
        head = "measure,place,period,value,unit,source,vintage,status\n"
        observe(Context(node), Observe(Table.read(Document("own.csv", f"{head}{row}\n".encode()))))
        after = client.get("/en/targets")
    assert before.headers["etag"] != after.headers["etag"]
    assert "14.9 against 14" in after.text
