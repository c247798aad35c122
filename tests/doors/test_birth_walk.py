"""A birth from the first question to the delivered results: a parent on a phone, three departments at their desks, and nothing asked that is known."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import opened_browser, served
from openid_provider import SECRET, OpenIdProvider, openid_provider, settings_for
from playwright.sync_api import Browser, Page

from jingwei.coordination.people import actions as people
from jingwei.coordination.people import model
from jingwei.integrations.government.cases import actions, asks, records
from jingwei.integrations.government.things.reading import bundled_files, read
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Organisation
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.workspace import Workspace

sys.path.append(str(Path(__file__).parents[1] / "integrations" / "government"))
from registers_of_a_town import FACTS, MOTHER, furnish

PICTURES = Path("out") / "pictures"
PHONE = {"width": 390, "height": 844}
ANSWERS = {"applicant_relation": "mother", "child_name": "王小明", "register_with": "applicant", "vaccination_clinic": "home", "subsidy_account": "６２２２020200112233445",
           "card_when": "later", "delivery": "electronic"}


@dataclass
class Town:
    """A served node that the newborn was deployed on, with its registers, and the provider that everybody signs in with."""

    node: Context
    provider: OpenIdProvider
    browser: Browser
    address: str

    def phone(self, *, scripts: bool = True) -> Page:
        page = self.browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=scripts).new_page()
        page.set_default_timeout(20_000)
        return page

    def officer(self, department: str) -> Page:
        """The browser of somebody of a department, signed in."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.provider.person = {"sub": f"somebody-of-{department}"}
        page.goto(f"{self.address}/en/sign-in")
        code = re.search(r"\b[0-9a-f]{32}\b", page.locator("main").inner_text())
        assert code, page.locator("main").inner_text()
        people.admit_person(self.node, model.AdmitPerson(code[0], department, ("officer",)))
        page.goto(f"{self.address}/en/sign-in")
        page.wait_for_url(f"{self.address}/en/me")
        return page


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    node = Context(Workspace(tmp_path_factory.mktemp("birth") / "node"))
    node.workspace.establish()
    with openid_provider() as provider:
        (node.workspace.folder / "jingwei.toml").write_text(settings_for(provider) + '[login.facts]\napplicant_name = "name"\napplicant_id = "identity_number"\n')
        (node.workspace.folder / "login.secret").write_text(SECRET)
        actions.deploy(node, asks.DeployThing("newborn"))
        furnish(node)
        with node.workspace.store.write() as connection:
            for one, called in (("health", "City health commission"), ("police", "County public security"), ("insurance", "City healthcare security")):
                keep_organisation(connection, Organisation(one, Text(called, called), "department", "city", "440100"))
        people.set_role(node, model.SetRole("officer", "窗口人员", "Officer", ("government.work",)))
        with opened_browser() as browser, served(node.workspace.folder) as port:
            yield Town(node, provider, browser, f"http://localhost:{port}")


def looked_at(page: Page, name: str, *, wide: bool = False) -> None:
    """By people, and by a checker for those who cannot see; on a phone nothing is wider than the phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"birth-walk-{name}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found] == []
    if not wide:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        small = page.evaluate("""() => [...document.querySelectorAll('.apply button, .apply a, .apply input:not([type=hidden])')].map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
            .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([h]) => h)""")
        assert small == [], "WCAG 2.2, 2.5.8"


def go_on(page: Page) -> None:
    with page.expect_navigation():
        page.locator(".apply form button").first.click()


def fill(page: Page, name: str, value: str) -> None:
    if page.locator(f"input[type=radio][name={name}]").count():
        page.locator(f"label.option:has(input[value='{value}'])").click()
    else:
        page.locator(f"#f-{name}").fill(value)
    go_on(page)


def test_a_parent_on_a_phone_has_everything_done_at_once_and_is_asked_nothing_that_is_known(town):
    page = town.phone()
    page.goto(f"{town.address}/zh/things")
    looked_at(page, "01-things")
    page.get_by_role("link", name="新生儿出生一件事").click()
    looked_at(page, "02-thing")
    town.provider.person = {"sub": "li.mei", "name": MOTHER["name"], "identity_number": MOTHER["id"]}
    page.get_by_role("button", name="登录后开始").click()
    page.wait_for_url("**/mine/known")
    looked_at(page, "03-known")
    said = page.locator("main").inner_text()
    assert all(word in said for word in ("2026年2月9日", "市妇幼保健院", "天河派出所", "市卫生健康委"))
    go_on(page)

    asked = []
    while "/mine/ask/" in page.url:
        name = page.url.rpartition("/")[2]
        asked.append(name)
        if name == "child_name":  # too short first: the summary leads to the field
            fill(page, name, "王")
            assert page.title().startswith("有问题")
            assert page.locator(".errors").evaluate("e => e === document.activeElement")
            looked_at(page, "05-problem")
            page.locator(".errors a").click()
            assert page.evaluate("document.activeElement.id") == "f-child_name"
            assert page.locator("#f-child_name").input_value() == "王"
        if name in ("applicant_relation", "subsidy_account"):
            looked_at(page, f"04-{name}")
        fill(page, name, ANSWERS[name])
    assert asked == list(ANSWERS), "seven questions, none of them known"
    assert not set(asked) & FACTS.keys()

    # away and back on another phone, with number and secret alone; who began it signed in has to be who they were
    assert page.url.endswith("/mine/check")
    page.get_by_role("link", name="先保存").click()
    looked_at(page, "06-saved")
    number, secret = (page.locator(".keys dd").nth(i).inner_text() for i in (0, 1))
    page.get_by_role("button", name="这台设备上退出").click()
    other = town.phone()
    other.goto(f"{town.address}/zh/return")
    looked_at(other, "07-return")
    for word in ("0000-0000-0000-0000", secret.upper()):
        other.locator("#f-number").fill(number.lower())
        other.locator("#f-secret").fill(word)
        go_on(other)
        if word.startswith("0"):
            other.locator(".errors").wait_for()
    other.wait_for_url("**/mine/check")
    assert "6222020200112233445" in other.locator("main").inner_text(), "what was read is what is shown"
    looked_at(other, "08-check")

    # a change comes back to where it was begun
    other.get_by_role("link", name="改 怎样领取证件？").click()
    fill(other, "delivery", "post")
    assert other.url.endswith("/mine/ask/post_address")
    fill(other, "post_address", "广州市天河区中山大道１号")
    assert other.url.endswith("/mine/check")
    go_on(other)
    other.wait_for_url("**/mine/sent")
    looked_at(other, "09-sent")
    other.get_by_role("link", name="看进度").click()
    looked_at(other, "10-case")
    assert "还有" in other.locator(".f-open").inner_text()
    assert not re.search(r"王|李|44010|6222", other.url)

    # three departments at their desks; the others at the window
    (work,) = records.work_list(town.node)
    case = work.case
    desks = {name: town.officer(name) for name in ("health", "police", "insurance")}

    def done(department: str, node: str, **found: str) -> None:
        desk = desks[department]
        desk.goto(f"{town.address}/en/do/government/work/done?code={case}&work={node}&outcome=granted")
        if found:
            desk.locator("#f-input").set_input_files({"name": "found.json", "mimeType": "application/json", "buffer": str(found).replace("'", '"').encode()})
        desk.get_by_role("button", name="Do it now").click()
        assert desk.locator(".errors").count() == 0, desk.locator("main").inner_text()

    done("health", "birth_certificate", birth_certificate_number="Y440123456")
    other.reload()
    assert "Y440123456" in other.locator(".f-done").inner_text()
    looked_at(desks["health"], "11-desk", wide=True)
    done("police", "household", child_id_number="440106202602090045")
    done("insurance", "insurance")
    done("insurance", "maternity_claim")
    done("health", "subsidy")
    for _ in range(5):  # the others at their windows, and last of all the centre that delivers
        for work in records.work_list(town.node):
            actions.do(town.node, asks.DoWork(case, work.node, outcome="granted"))

    other.reload()
    told = other.locator("main").inner_text()
    assert "以后再办" in other.locator(".f-put_off").inner_text()
    assert "都办完了" in told and "440106202602090045" in told, told
    looked_at(other, "12-done")
    other.goto(other.url.replace("/zh/", "/en/"))
    assert "It is all done" in other.locator("h1").inner_text()
    events = records.events_of(town.node, case)
    assert [e.detail["fact"] for e in events if e.kind == "asked"] == [*ANSWERS, "post_address"]
    assert "ended" in {e.kind for e in events}

    # what it saved, recomputed here from the events and from what each item took before
    page.goto(f"{town.address}/en/government/savings")
    looked_at(page, "14-savings", wide=True)
    told = page.locator("main").inner_text()
    before = [i.before for i in read(bundled_files("newborn"), "newborn").items if any(e.kind == "opened" and e.node == i.task for e in events)]
    asked_of = sum(e.kind == "asked" for e in events)
    fetched = {f for e in events if e.kind == "fetched" for f in e.detail["facts"]}
    terms = {e.detail["work"]: e.detail["due"] for e in events if e.kind == "opened" and "due" in e.detail}
    in_time = [e.at.isoformat() <= terms[e.detail["work"]] for e in events if e.kind == "done" and e.detail.get("work") in terms]
    handed_in, trips = sum(e.kind == "material" for e in events), sum(e.kind == "presence" for e in events)
    assert "1 cases begun, 1 accepted, 1 finished" in told
    for line in (f"Forms cut\t{100 * (1 - 1 / sum(b.forms for b in before)):.1f}%", f"\t{handed_in} / {sum(b.materials for b in before)}\n", f"\t{trips} / {sum(b.trips for b in before)}\n",
                 f"\t0 / {asked_of}\n", f"{100 * len(fetched) / (len(fetched) + asked_of):.1f}%\t", f"\t{sum(in_time)} / {len(in_time)}\n"):
        assert line in told, (line, told)


def test_whoever_has_neither_key_nor_person_sees_nothing_of_it(town):
    stranger = town.phone(scripts=False)
    for page in ("check", "case", "known", "ask/child_name", "save", "sent"):
        stranger.goto(f"{town.address}/en/mine/{page}")
        assert "Number" in stranger.locator("main").inner_text()
    stranger.context.clear_cookies()
    stranger.goto(f"{town.address}/en/things/newborn")
    stranger.get_by_role("button", name="Begin without").click()
    assert stranger.url.endswith("/mine/ask/applicant_name"), "of whom nothing is known, everything is asked"
    stranger.goto(f"{town.address}/en/mine/save")
    stranger.get_by_role("button", name="Delete what I filled in").click()
    stranger.goto(f"{town.address}/en/mine/check")
    assert "Number" in stranger.locator("main").inner_text()
