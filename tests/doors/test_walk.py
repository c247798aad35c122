"""The five-minute walk through a demonstration: from what is urgent to who must act, down to the county, and into the record that nobody can alter unseen."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import PICTURES, browser, visit
from playwright.sync_api import Browser, Page, expect
from test_demonstration import free_ports, start

from jingwei.kernel.clock import day_in_china, system_clock

__all__ = ["browser"]
BANNER = "Demonstration with invented events"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """Its folder, and the address of each node, from the moment the starter says that all are ready."""
    folder, port = tmp_path_factory.mktemp("walk") / "demo", free_ports(3)
    starter = start(folder, port)
    try:
        assert starter.stdout is not None
        line = starter.stdout.readline()
        assert "3 nodes ready" in line, line + (starter.communicate(timeout=60)[1] if starter.poll() is not None else "")
        yield folder, {name: f"http://127.0.0.1:{port + i}" for i, name in enumerate(("province", "city-a", "county-a"))}
    finally:
        starter.terminate()
        starter.communicate(timeout=60)


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"walk-{name}.png", full_page=True)


def jingwei(folder: Path, *words: str) -> dict[str, object]:
    """What somebody types where the node is."""
    said = subprocess.run([sys.executable, "-c", "from jingwei.doors.cli import main; main()", *words, "--json", "--workspace", str(folder)],
                          capture_output=True, text=True, check=False, env={**os.environ, "JINGWEI_LANG": "en"})
    assert said.returncode == 0, said.stderr
    return dict(json.loads(said.stdout))


def until_there(page: Page, url: str, text: str) -> None:
    """Look again until somebody else's message has arrived."""
    for _ in range(120):
        page.goto(url)
        if text in page.locator("main").inner_text():
            return
        time.sleep(0.5)
    raise AssertionError(f"{text!r} is not at {url}")


def test_the_walk(browser: Browser, shown):
    folder, at = shown
    page, wrong = visit(browser, f"{at['province']}/en", 1440)
    assert BANNER in page.locator(".invented").inner_text()
    picture(page, "1-home")

    # an overdue duty on the first page: who leads, by which clause, how late
    page.locator("section[aria-labelledby=today] a", has_text="D1-A-1").first.click()
    said = page.locator("main").inner_text()
    assert "Demo County A Data Bureau" in said
    assert "25 days over" in said
    assert page.locator("dd a", has_text="O.1").count() == 1
    picture(page, "2-duty")

    # a matter is decided, and the duty that carries it out reaches the county
    page.goto(f"{at['province']}/en/matters")
    page.locator("main a", has_text="D1-A-1").first.click()
    code = re.search(r"M-[0-9a-f]{10}", page.url)
    assert code
    deadline = day_in_china(system_clock()) + timedelta(days=10)
    done = jingwei(folder / "province", "matters", "decide", code[0], "--decision", "County A drills with City A beside it", "--lead", "county-a",
                   "--deadline", deadline.isoformat(), "--evidence", "events drill.held count >= 1")
    duty = str(done["duties"][0])  # type: ignore[index]
    page.reload()
    assert "County A drills with City A beside it" in page.locator("main").inner_text()
    picture(page, "3-matter-decided")
    until_there(page, f"{at['county-a']}/en/duties", duty)
    assert BANNER in page.locator(".invented").inner_text()
    page.locator("main a", has_text=duty).first.click()
    assert deadline.isoformat() in page.locator("main").inner_text()
    picture(page, "4-duty-at-the-county")

    # who is joined: the county two levels down passed its four tests
    until_there(page, f"{at['province']}/en/nodes", "passes its tests")
    expect(page.locator("a.node", has_text="Demo County A Data Bureau")).to_contain_text("passes its tests")
    picture(page, "5-nodes")

    # a number of a gauge, and the entry it was counted from
    page.goto(f"{at['province']}/en/gauges")
    page.locator("main a", has_text="Down").first.click()
    picture(page, "6-gauge")
    page.locator("main a[href*='/ledger/']").first.click()
    expect(page.locator("h1")).to_contain_text("Entry ")
    assert "Tampered" not in page.locator("main").inner_text()
    entry = page.url.rpartition("/")[2]

    # a head is kept elsewhere; then somebody with the database in hands alters what that entry says
    jingwei(folder / "province", "ledger", "head")
    page.reload()
    expect(page.locator(".lead")).to_contain_text("Untouched")
    picture(page, "7-entry")
    page.goto(f"{at['province']}/en/ledger")
    page.locator("summary", has_text="head as it is now").click()
    head = page.locator("#head").inner_text()
    picture(page, "8-ledger")
    with sqlite3.connect(folder / "province" / "store.db") as connection:
        was = bytes(connection.execute("SELECT entry FROM ledger_entries WHERE position = ?", (entry,)).fetchone()[0])
        forged = was.replace(b'"passed":true', b'"passed":false') if b'"passed":true' in was else was.replace(b'"at":"2', b'"at":"3')
        assert forged != was
        connection.execute("UPDATE ledger_entries SET entry = ? WHERE position = ?", (forged, entry))
    connection.close()
    page.locator("#v-pasted").fill(head)
    page.locator(".verifier button").click()
    expect(page.locator("main")).to_contain_text(f"entry {entry}: altered", timeout=60_000)
    expect(page.locator("main")).to_contain_text("The answer is no")
    picture(page, "9-verified")
    page.goto(f"{at['province']}/en/ledger/{entry}")
    expect(page.locator(".lead")).to_contain_text("Tampered with")
    picture(page, "10-tampered")
    assert [w for w in wrong if not w.startswith(f"elsewhere: {at['county-a']}/")] == [], "the way led to the county on purpose"
    page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_nodes_and_ledger_are_whole_with_something_on_them(browser, shown, language, width):
    _, at = shown
    page, wrong = visit(browser, f"{at['province']}/{language}/nodes", width, scheme="dark" if width == 390 else "light")
    addresses = ["/nodes", page.locator("a.node").last.get_attribute("href").removeprefix(f"/{language}"), "/ledger", "/ledger?kind=node.tested", "/ledger/9"]
    for path in addresses:
        page.goto(f"{at['province']}/{language}{path}")
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        assert serious == [], path
        picture(page, re.sub(r"\W+", "-", path.strip("/")).partition("-n-")[0] + f"-{language}-{width}")
    assert wrong == []
    page.context.close()
