"""A portal and a real browser for the tests, and every page that is to be looked at."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from jingwei.foundations.data.quality.actions import run_quality
from jingwei.foundations.data.quality.model import RunQuality
from jingwei.foundations.data.tables.actions import register
from jingwei.foundations.data.tables.asks import RegisterTable
from jingwei.kernel.actions import Context
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

PAGES = ("", "/gauges", "/gauge/across", "/redlines", "/duties", "/matters", "/work", "/nightly", "/nodes", "/ledger", "/catalogue", "/record?id=registered/wells", "/table/wells", "/quality", "/quality/wells", "/once", "/provinces", "/provinces?year=2021", "/place/330000?peer=320000&peer=440000", "/place/710000", "/room/F1", "/room/C2",
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
            for _ in range(300):
                try:
                    urlopen(f"http://127.0.0.1:{port}/en", timeout=30).read()
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Debian's Chromium; where there is none the test is skipped, and fails in CI."""
    program = shutil.which("chromium")
    if program is None:
        message = "install Debian's chromium to run this test"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=QUIET)
        try:
            yield opened
        finally:
            opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port on which a node of this folder is served, by a process of its own, once it answers."""
    from test_demonstration import free_ports

    port = free_ports(1)
    command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "serve", "--lazy", "--port", str(port), "--workspace", str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "JINGWEI_LANG": "en"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as server:
        try:
            for _ in range(300):
                try:
                    urlopen(f"http://127.0.0.1:{port}/static/portal.css", timeout=30).read()
                    break
                except OSError:
                    time.sleep(0.2)
            yield port
        finally:
            server.terminate()


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
