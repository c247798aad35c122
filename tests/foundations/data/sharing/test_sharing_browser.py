"""The pages of sharing in a real browser: no barrier, nothing wider than a telephone, the same without JavaScript."""

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
from playwright.sync_api import Browser, sync_playwright
from shared_node import Node

from jingwei.foundations.data.sharing import actions, asks, following
from jingwei.kernel.clock import system_clock

PICTURES = Path("out") / "pictures"


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Iterator[list[str]]:
    """Addresses, on a portal of its own, of pages that have something of everything to show."""
    node = Node(tmp_path_factory.mktemp("browser") / "node")
    node.now = system_clock()
    period = {"first": "2025-08-01", "last": "2099-12-31"}
    node.offered()
    node.offered("POP-X", synthetic=True)
    node.requested(**period)
    node.requested("POP-X", **period)
    name = node.requested(**period)
    actions.decide(node.context, asks.DecideRequest(name, "grant"))
    actions.hand_over(node.context, asks.DeliverRequest(name))
    following.report(node.context, asks.ReportError(name, "缺行"))
    following.drop(node.context, asks.DropRecords(name))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jingwei")), "serve", "--port", str(port), "--workspace", str(node.context.workspace.folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as server:
        try:
            for _ in range(900):
                try:
                    urlopen(f"http://127.0.0.1:{port}/en/sharing", timeout=30).read()
                    break
                except OSError:
                    time.sleep(0.2)
            yield [f"http://127.0.0.1:{port}/{language}/{path}" for language in ("zh", "en") for path in ("sharing", f"sharing/{name}", "desk/civil")]
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("install Debian's chromium to run this test")
        pytest.skip("install Debian's chromium to run this test")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.parametrize(("width", "javascript"), [(1440, True), (390, True), (390, False)])
def test_every_page_is_whole_and_without_barriers_at_every_width(browser, pages, width, javascript):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, address in enumerate(pages):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=javascript)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message, wrong=wrong: wrong.append(message.text))
        page.on("response", lambda response, wrong=wrong: wrong.append(response.url) if response.status >= 400 else None)
        page.goto(address)
        assert (wrong, page.locator("h1").count()) == ([], 1), address
        assert page.locator("main table tbody tr").count() > 0, address
        if javascript:
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            found = Axe().run(page).response["violations"]
            assert [f"{address} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")] == []
            page.screenshot(path=PICTURES / f"sharing-{number}-{width}.png", full_page=True)
        context.close()
