"""Nothing on any page shuts a blind reader out, or one without JavaScript."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from in_browser import PAGES, address, browser, down, node, visit

__all__ = ["address", "browser", "node"]


SEEN = [("dark", "en", PAGES), ("light", "en", PAGES[::2]), ("light", "zh", PAGES[1::2])]
"""Every page on dark and on light, light in either language; ``REST``, the other language on light, is soaked."""
REST = [("light", "zh", PAGES[::2]), ("light", "en", PAGES[1::2])]


@pytest.mark.parametrize(("scheme", "language", "pages"), [*SEEN, *(pytest.param(*each, marks=pytest.mark.soak) for each in REST)])
def test_no_page_has_a_serious_barrier(browser, address, scheme, language, pages):
    for path in pages:
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
