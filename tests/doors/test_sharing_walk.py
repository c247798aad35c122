"""A request for data from asking to delivery, walked by the people it lies between, each in a browser of their own and signed in with their provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import opened_browser, served
from openid_provider import SECRET, OpenIdProvider, openid_provider, settings_for
from playwright.sync_api import Browser, Page

from jingwei import plan
from jingwei.coordination.matters.model import CheckMatters
from jingwei.coordination.people import actions as people
from jingwei.coordination.people import model
from jingwei.foundations.data.sharing import actions, asks, needs
from jingwei.kernel.actions import Context, run
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.people import Organisation
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.workspace import Workspace

CHECK = next(a for p in plan.pillars() for a in p.actions if a.path == ("matters", "check"))
PICTURES = Path("out") / "pictures"
PEOPLE = Dataset("people", 1, {"name": "string", "place": "string", "income": "int64"})
ROWS = [{"name": "张三", "place": "440106", "income": 8_460}, {"name": "欧阳娜娜", "place": "440106", "income": 12_500}, {"name": "李四", "place": "110101", "income": 9_000}]
ASKED = {"asker": "health", "basis": "政务数据共享条例第二十条", "scenario": "疫苗接种通知", "columns": "name:masked 1 0\nplace", "rows": "place within 440100",
         "first": "2025-08-01", "last": "2099-12-31"}


@dataclass
class Town:
    """A served node of three organisations, their provider of identities, and a browser for each of them."""

    node: Context
    provider: OpenIdProvider
    browser: Browser
    address: str
    pages: dict[str, Page]

    def by(self, who: str) -> Page:
        """The browser of somebody of this organisation, who signed in with the provider."""
        if who not in self.pages:
            page = self.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            self.provider.person = {"sub": f"somebody-of-{who}"}
            page.goto(f"{self.address}/en/sharing")
            page.get_by_role("link", name="Sign in").click()
            code = re.search(r"\b[0-9a-f]{32}\b", page.locator("main").inner_text())
            assert code, page.locator("main").inner_text()
            people.admit_person(self.node, model.AdmitPerson(code[0], who, ("sharer",)))
            page.goto(f"{self.address}/en/sharing")
            page.get_by_role("link", name="Sign in").click()
            page.wait_for_url(f"{self.address}/en/sharing")
            self.pages[who] = page
        return self.pages[who]

    def act(self, who: str, request: str, label: str, **fields: str) -> Page:
        """One of the buttons of a request's page, its form, and back."""
        page = self.by(who)
        page.goto(f"{self.address}/en/sharing/{request}")
        page.locator(".moves").get_by_role("link", name=label, exact=True).click()
        return self.send(page, **fields)

    def send(self, page: Page, **fields: str) -> Page:
        for name, value in fields.items():
            field = page.locator(f"#f-{name}")
            if field.evaluate("f => f.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        page.get_by_role("button", name="Do it now").click()
        assert page.locator(".errors").count() == 0, page.locator("main").inner_text()
        page.get_by_role("link", name="Back to where you were").click()
        return page

    def turn(self, who: str, request: str) -> str:
        page = self.by(who)
        page.goto(f"{self.address}/en/sharing/{request}")
        return page.locator(".turn").inner_text()


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Iterator[Town]:
    node = Context(Workspace(tmp_path_factory.mktemp("town") / "node"))
    node.workspace.establish()
    with openid_provider() as provider:
        (node.workspace.folder / "jingwei.toml").write_text(settings_for(provider))
        (node.workspace.folder / "login.secret").write_text(SECRET)
        node.workspace.lake.append(PEOPLE, ROWS)
        with node.workspace.store.write() as connection:
            for one in (Organisation("bureau", Text("市数据局", "City data bureau"), "bureau", "city", "440100"),
                        Organisation("civil", Text("市民政局", "Civil affairs"), "department", "city", "440100", "bureau"),
                        Organisation("health", Text("市卫健委", "Health"), "department", "city", "440100", "bureau")):
                keep_organisation(connection, one)
        people.set_role(node, model.SetRole("sharer", "共享专员", "Sharing officer", ("sharing.write", "sharing.read")))
        actions.offer_data(node, asks.OfferData("POP-01", "civil", "people", "conditional", conditions="household checks"))
        actions.publish(node, asks.PublishData("POP-01"))
        with opened_browser() as browser, served(node.workspace.folder) as port:
            yield Town(node, provider, browser, f"http://localhost:{port}", {})  # another site than the provider's, as it will be


def picture(page: Page, name: str) -> None:
    """Looked at by people, and by a checker for those who cannot see."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"sharing-walk-{name}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")] == []


def ask(town: Town) -> str:
    page = town.by("health")
    page.goto(f"{town.address}/en/sharing")
    page.locator("#offered ~ .wide").get_by_role("link", name="Ask for it").first.click()
    for name, value in ASKED.items():
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-mode").select_option("csv")
    page.get_by_role("button", name="Do it now").click()
    code = re.search(r"R-[0-9a-f]{10}", page.locator(".report").inner_text())
    assert code, page.locator("main").inner_text()
    return code[0]


def test_from_asking_to_delivery_everybody_sees_whose_turn_it_is_and_by_when(town):
    request = ask(town)
    assert "It is the turn of Civil affairs: reply to the request, by 20" in town.turn("health", request)
    picture(town.by("health"), "1-asked")

    # the bureau gives more time, the provider sees it at its desk, and replies from there
    before = re.search(r"by (\d{4}-\d\d-\d\d)", town.turn("bureau", request))
    town.act("bureau", request, "Consent to more time", days="5", reason="three registers to be joined")
    after = re.search(r"by (\d{4}-\d\d-\d\d)", town.turn("bureau", request))
    assert before and after and after[1] > before[1]
    civil = town.by("civil")
    civil.goto(f"{town.address}/en/desk/civil")
    assert civil.locator("tbody tr", has_text=request).locator(".act").first.inner_text() == "Grant"
    picture(civil, "2-desk")
    assert town.turn("civil", request).startswith("It is your turn: reply to the request")
    assert "疫苗接种通知" in civil.locator("main").inner_text()
    picture(civil, "3-your-turn")

    # refused; the asker objects, the bureau has it decided again, and it is granted
    town.act("civil", request, "Refuse", reason="not for household checks")
    assert "Nobody has to do anything" in town.turn("health", request)
    town.act("health", request, "Object", reason="the duty is in the statute")
    town.act("health", request, "Raise it one level", reason="no agreement")
    assert town.turn("bureau", request).startswith("It is your turn: settle the objection")
    picture(town.by("bureau"), "4-objection")
    town.act("bureau", request, "To be decided again", reason="the duty is in the statute")
    town.act("civil", request, "Grant")
    assert town.turn("civil", request).startswith("It is your turn: deliver the data, by 20")

    # delivered, and collected by nobody but the asker
    town.act("civil", request, "Deliver")
    assert town.turn("health", request).startswith("It is your turn: collect the data")
    picture(town.by("health"), "5-delivered")
    health = town.by("health")
    health.locator(".moves").get_by_role("link", name="Collect the data").click()
    health.get_by_role("button", name="Do it now").click()
    with health.expect_download() as download:
        health.get_by_role("button", name="data.csv").click()
    assert download.value.path().read_text(encoding="utf-8-sig").splitlines()[1:] == ["张****,440106", "欧****,440106"]
    civil.goto(f"{town.address}/en/do/share/collect?code={request}")
    civil.get_by_role("button", name="Do it now").click()
    assert "only health may collect" in civil.locator(".errors").inner_text()
    assert "Nobody has to do anything: delivered" in town.turn("health", request)
    picture(health, "6-done")
    health.set_viewport_size({"width": 390, "height": 844})
    assert health.evaluate("document.documentElement.scrollWidth") <= 390
    health.set_viewport_size({"width": 1440, "height": 900})

    # who holds the data sees who has used them, under which grant
    civil.goto(f"{town.address}/en/me")
    civil.get_by_role("link", name="Who has used data of your organisation").click()
    assert "Who used data of Civil affairs" in civil.locator("h1").inner_text()
    assert civil.locator("#uses ~ .wide").first.locator("tbody tr", has_text=request).count() == 2
    picture(civil, "9-audit")
    with civil.expect_download() as download:
        civil.get_by_role("link", name="uses.csv").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count(f"{request}.2") == 2


def test_what_lies_between_two_is_not_told_to_a_third_nor_to_whoever_is_not_signed_in(town):
    request = ask(town)
    stranger = town.browser.new_context().new_page()
    for page in (stranger, town.by("bureau")):
        page.goto(f"{town.address}/en/sharing/{request}")
        assert "疫苗接种通知" not in page.locator("main").inner_text()
    stranger.goto(f"{town.address}/en/sharing/{request}")
    assert stranger.locator(".moves a").count() == 0
    stranger.goto(f"{town.address}/en/do/share/decide?code={request}")
    stranger.get_by_role("link", name="Sign in to do it").wait_for()
    picture(stranger, "7-stranger")
    stranger.context.close()


def across(page: Page) -> str:
    return page.locator("ul.gauges").first.locator("li").first.locator(".share").inner_text()


def test_a_pair_that_is_cut_is_red_on_the_first_page_says_who_must_act_and_is_mended_by_the_next_answer(town):
    def needed(asker: str) -> str:
        return str(needs.declare(town.node, asks.DeclareNeed(asker, "civil", "POP-01", 10)).data["need"])

    def answered(asker: str, need: str, outcome: Literal["grant", "refuse"]) -> str:
        given = {**ASKED, "columns": ("place",), "rows": ("place within 440100",), "asker": asker}
        request = str(actions.request(town.node, asks.AskData("POP-01", mode="csv", need=need, **given)).data["request"])
        actions.decide(town.node, asks.DecideRequest(request, outcome, reason="" if outcome == "grant" else "not for household checks"))
        if outcome == "grant":
            actions.hand_over(town.node, asks.DeliverRequest(request))
        return request

    page = town.browser.new_page()
    wanted = {asker: needed(asker) for asker in ("health", "bureau")}
    for asker, need in wanted.items():
        answered(asker, need, "grant")
    page.goto(f"{town.address}/en")
    assert "2 of 2 pairs" in across(page)
    assert page.locator("#red").count() == 0

    # cut in earnest: the gauge falls by this pair's share, and the next check opens a matter
    refused = answered("health", wanted["health"], "refuse")
    page.goto(f"{town.address}/en")
    assert "1 of 2 pairs" in across(page)
    assert "a matter from the next check on" in page.locator("ul.red li").inner_text()
    run(CHECK, town.node, CheckMatters())
    page.goto(f"{town.address}/en")
    (red,) = page.locator("ul.red li").all()
    assert re.search(r"Health ← Civil affairs.*Civil affairs must act, by 20\d\d-\d\d-\d\d", red.inner_text(), re.DOTALL)
    picture(page, "red-1-home")

    # click: who, which clause, by when, and the request that went wrong
    red.get_by_role("link").click()
    said = page.locator(".turn").inner_text()
    assert "Civil affairs must act" in said
    assert "G.1: joined across; Order 809, art. 21" in said
    picture(page, "red-2-matter")
    matter = page.url
    page.locator(".turn").get_by_role("link", name=refused).click()
    assert "refused" in page.locator("main").inner_text()
    page.goto(f"{town.address}/en/gauge/across")
    page.get_by_role("link", name="Health needs evidence of Civil affairs").click()
    assert page.url == matter

    # answered: joined again, the matter is gone; what went wrong is counted for its ninety days, and the gauge says until when
    answered("health", wanted["health"], "grant")
    run(CHECK, town.node, CheckMatters())
    page.goto(f"{town.address}/en")
    assert page.locator("ul.red").count() == 0
    page.goto(f"{town.address}/en/gauge/across")
    assert "joined again since, and counts so from 20" in page.locator("tbody").inner_text()
    picture(page, "red-3-mended")
    page.goto(matter)
    assert "closed" in page.locator("main").inner_text() or "gone" in page.locator("main").inner_text()
    page.close()


def test_signing_out_leaves_the_portal_as_everybody_sees_it(town):
    page = town.by("bureau")
    page.goto(f"{town.address}/en/me")
    assert "You act for City data bureau." in page.locator("h1").inner_text()
    picture(page, "8-me")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{town.address}/en")
    page.goto(f"{town.address}/en/sharing")
    page.get_by_role("link", name="Sign in").wait_for()
    del town.pages["bureau"]
