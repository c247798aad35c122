"""In a real browser: no error, nothing from elsewhere, nothing wider than the screen, nothing a blind reader cannot use.

A picture of every page at either width in either language is left in ``out/pictures``.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from jingwei.foundations.data.quality.actions import run_quality
from jingwei.foundations.data.quality.model import RunQuality
from jingwei.foundations.data.tables.actions import register
from jingwei.foundations.data.tables.asks import RegisterTable
from jingwei.kernel.actions import Context
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

PAGES = ("", "/gauges", "/gauge/across", "/redlines", "/duties", "/matters", "/nightly", "/nodes", "/ledger", "/catalogue", "/record?id=registered/wells", "/table/wells", "/quality", "/quality/wells", "/once", "/provinces", "/provinces?year=2021", "/place/330000?peer=320000&peer=440000", "/place/710000", "/room/F1", "/room/C2",
         "/room/O", "/measure/base_stations_5g", "/measure/netizens", "/compare?place=510000&place=420000&measure=gdp", "/method",
         "/method?aggregate=geometric&weight.F1=2", "/method?normalise=percentile&aggregate=geometric", "/findings", "/targets",
         "/data", "/receipt", "/search?q=IPv6", "/do", "/do/index/uncertainty", "/do/targets?verdict=missed", "/api", "/place/nowhere")
PICTURES = Path("out") / "pictures"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node on which one table was registered, twice and with a row that does not fit, and assessed."""
    folder = tmp_path_factory.mktemp("node")
    wells = "编号,镇,井深（米）,建成日期\n" + "".join(f"{n:03d},{'东西'[n % 2]}镇,{n * 7 % 90},2020-01-{n % 28 + 1:02d}\n" for n in range(1, 60))
    for lines in (wells + "060,东镇,x,2020-01-01\n", wells.replace("镇,井", "乡镇,井")):
        register(Context(Workspace(folder)), RegisterTable(Document("wells.csv", lines.encode()), "wells", "水井", "water", "Wells"))
    run_quality(Context(Workspace(folder)), RunQuality("wells"))
    return folder


@pytest.fixture(scope="module")
def address(node: Path) -> Iterator[str]:
    """A portal of its own on a free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jingwei")), "serve", "--port", str(port), "--workspace", str(node)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                try:
                    urlopen(f"http://127.0.0.1:{port}/en", timeout=30).read()
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        message = "install Debian's chromium to run this test"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield opened
        opened.close()


def visit(browser: Browser, url: str, width: int, *, scheme: str = "light", javascript: bool = True) -> tuple[Page, list[str]]:
    """A page and everything that went wrong on the way to it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    host = url.split("/")[2]
    page.on("request", lambda request: wrong.append(f"elsewhere: {request.url}") if request.url.split("/")[2] != host else None)
    page.on("response", lambda response: wrong.append(f"{response.status}: {response.url}") if response.status >= 400 else None)
    page.goto(url)
    return page, wrong


def down(page: Page) -> None:
    """Scroll through the page, so that whatever waits to be seen is drawn, and back to the top."""
    page.evaluate("""async () => { for (let y = 0; y < document.body.scrollHeight; y += 600) {
        scrollTo(0, y); await new Promise(requestAnimationFrame); } }""")
    expect(page.locator("jw-chart:not([data-ready]):not([hidden])")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole_at_every_width(browser, address, language, width):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in PAGES:
        page, wrong = visit(browser, f"{address}/{language}{path}", width)
        down(page)
        missing = path == "/place/nowhere"
        assert [w for w in wrong if not (missing and "404" in w)] == [], path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        name = re.sub(r"\W+", "-", path.strip("/")) or "home"
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")  # all of it is in sight now
        page.screenshot(path=PICTURES / f"{name}-{language}-{width}.png", full_page=True)
        page.context.close()


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "en"), ("light", "zh")])
def test_no_page_has_a_serious_barrier(browser, address, scheme, language):
    for path in PAGES:
        page, _ = visit(browser, f"{address}/{language}{path}", 1440, scheme=scheme)
        down(page)
        found = Axe().run(page).response["violations"]
        serious = [f"{path} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]
        assert serious == []
        page.context.close()


def test_every_page_can_be_read_without_javascript(browser, address):
    for path in PAGES:
        page, wrong = visit(browser, f"{address}/en{path}", 1440, javascript=False)
        assert [w for w in wrong if "404" not in w] == [], path
        assert page.locator("main").inner_text().strip(), path
        assert page.locator("jw-chart:visible").count() == 0, path
        if "/place/3" in path or "/compare" in path:
            assert page.locator("table#path tbody tr, table#lines tbody tr").first.is_visible()
        page.context.close()


def test_forms_work_without_javascript(browser, address):
    page, _ = visit(browser, f"{address}/en/method", 1440, javascript=False)
    page.locator("#aggregate").select_option("geometric")
    page.locator("button[data-plain]").click()
    assert "aggregate=geometric" in page.url
    assert "jingwei rank --aggregate geometric" in page.locator("#result").inner_text()
    page.goto(f"{address}/en/provinces")
    page.locator("#year").focus()
    page.keyboard.press("Home")
    page.locator("button[data-plain]").click()
    assert "In 2019" in page.locator("#result .lead").inner_text()
    page.context.close()


def test_the_year_moves_by_keyboard(browser, address):
    page, wrong = visit(browser, f"{address}/en/provinces", 1440)
    page.locator("#year").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#result .lead")).to_contain_text("In 2023")
    assert "year=2023" in page.url
    assert page.evaluate("document.activeElement.id") == "year"
    assert page.locator("output[for=year]").inner_text() == "2023"
    assert not wrong
    page.context.close()


def test_the_method_answers_the_keyboard_with_new_scores_and_intervals(browser, address):
    page, wrong = visit(browser, f"{address}/en/method", 1440)
    before = page.locator("table.ranks").inner_text()
    page.locator("#w-websites_per_100_firms").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#result")).to_contain_text("--weight websites_per_100_firms=2")
    after = page.locator("table.ranks").inner_text()
    assert before != after
    assert re.search(r"\d+–\d+", after)
    page.locator("#aggregate").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#result")).to_contain_text("--aggregate geometric")
    assert not wrong
    page.context.close()


def test_a_comparison_is_made_by_keyboard(browser, address):
    page, wrong = visit(browser, f"{address}/en/compare?place=510000&place=420000", 1440)
    page.locator("input[value='440000']").focus()
    page.keyboard.press("Space")
    expect(page.locator("#result .lead")).to_contain_text("Guangdong")
    assert page.locator("#result thead").first.locator("th").count() == 4
    assert page.evaluate("document.activeElement.value") == "440000"
    assert not wrong
    page.context.close()


def test_the_keyboard_reaches_a_province_from_the_map(browser, address):
    page, _ = visit(browser, f"{address}/en/provinces", 1440)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".tiles a[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/*")
    assert page.locator("h1").count() == 1
    page.context.close()


def test_four_clicks_lead_from_a_score_to_its_source_and_a_receipt_that_replays(browser, address, node, tmp_path):
    page, wrong = visit(browser, f"{address}/en/provinces", 1440)
    page.locator("table.ranks a", has_text="Zhejiang").click()
    page.locator("main a", has_text="Broadband access ports").last.click()
    assert "MIIT" in page.locator("#sources + dl").inner_text() or "Ministry" in page.locator("#sources + dl").inner_text()
    page.locator("main a", has_text="Receipt").click()
    with page.expect_download() as waiting:
        page.locator("main a", has_text="receipt.json").first.click()
    waiting.value.save_as(tmp_path / "receipt.json")
    page.context.close()
    program = Path(sys.executable).with_name("jingwei")
    said = subprocess.run([program, "replay", tmp_path / "receipt.json", "--workspace", node], capture_output=True, text=True,
                          check=False, env={**os.environ, "JINGWEI_LANG": "en"})
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("Identical")
    assert not wrong


def test_a_page_prints_without_its_controls(browser, address):
    page, _ = visit(browser, f"{address}/en/provinces", 1440)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#year").is_visible()
    assert page.locator("table.ranks").is_visible()
    page.context.close()
