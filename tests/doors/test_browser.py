"""In a real browser: no error, nothing from elsewhere, nothing wider than the screen.

A picture of every page at either width in either language is left in ``out/pictures``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from in_browser import PAGES, PICTURES, address, browser, down, node, visit
from playwright.sync_api import expect

__all__ = ["address", "browser", "node"]


SEEN = [("zh", 1440, PAGES[::2]), ("en", 390, PAGES[::2]), ("en", 1440, PAGES[1::2]), ("zh", 390, PAGES[1::2])]
"""Every page in either language and at either width; ``REST``, the other language at each width, is soaked."""
REST = [("zh", 1440, PAGES[1::2]), ("en", 390, PAGES[1::2]), ("en", 1440, PAGES[::2]), ("zh", 390, PAGES[::2])]


@pytest.mark.parametrize(("language", "width", "pages"), [*SEEN, *(pytest.param(*each, marks=pytest.mark.soak) for each in REST)])
def test_every_page_is_whole_at_every_width(browser, address, language, width, pages):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in pages:
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
