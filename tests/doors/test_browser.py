"""In a real browser: no error, nothing from elsewhere, nothing wider than the screen, nothing a blind reader cannot use."""

from __future__ import annotations

import os
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
from playwright.sync_api import Browser, Page, sync_playwright

PAGES = ("", "/provinces", "/place/330000", "/place/710000", "/room/F1", "/room/C2", "/measure/base_stations_5g",
         "/measure/core_industry_gdp_share", "/findings", "/targets", "/data")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal of its own on a free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jingwei")), "serve", "--port", str(port), "--workspace",
               str(tmp_path_factory.mktemp("node"))]
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


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_at_every_width(browser, address, path, language, width):
    page, wrong = visit(browser, f"{address}/{language}{path}", width)
    assert not wrong
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_serious_barrier(browser, address, path, scheme):
    page, _ = visit(browser, f"{address}/en{path}", 1440, scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert not [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]
    page.context.close()


def test_pages_can_be_read_without_javascript(browser, address):
    page, wrong = visit(browser, f"{address}/en/provinces", 1440, javascript=False)
    assert not wrong
    assert page.locator("table.ranks tbody tr").count() == 31
    page.context.close()


def test_the_keyboard_reaches_a_province_from_the_map(browser, address):
    page, _ = visit(browser, f"{address}/en/provinces", 1440)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".tiles a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/*")
    assert page.locator("h1").count() == 1
    page.context.close()
