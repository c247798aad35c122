"""A node on which anything invented is on record says so on every page, from the moment it is; others never do."""

from __future__ import annotations

import pytest
from in_browser import PAGES
from litestar.testing import TestClient

from jingwei.doors.portal.app import application
from jingwei.kernel.clock import system_clock
from jingwei.kernel.ledger import Event
from jingwei.kernel.settings import FILE
from jingwei.kernel.workspace import Workspace

SAID = {"zh": "合成事件演示", "en": "Demonstration with invented events"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_says_it_errors_and_forms_included(tmp_path, language):
    node = Workspace(tmp_path)
    node.ledger.append(Event("drill.held", system_clock(), "local", {"synthetic": True}))
    with TestClient(application(node)) as client:
        for path in (*PAGES, "/ledger/0", "/ledger/7", "/do/ledger/verify", "/do/matters?answer=now", "/jobs/none", "/nowhere/at/all"):
            page = client.get(f"/{language}{path}")
            assert page.text.count(SAID[language]) == 1, path


def test_a_node_where_all_that_is_on_record_happened_says_nothing_of_the_kind(tmp_path):
    node = Workspace(tmp_path)
    node.ledger.append(Event("drill.held", system_clock(), "local", {"synthetic": False}))
    with TestClient(application(node)) as client:
        for path in ("", "/duties", "/ledger", "/do"):
            assert SAID["en"] not in client.get(f"/en{path}").text


def test_pages_that_were_kept_say_it_from_the_event_on(tmp_path):
    node = Workspace(tmp_path)
    node.ledger.append(Event("drill.held", system_clock(), "local"))
    with TestClient(application(node)) as client:
        first = client.get("/en/duties")
        assert SAID["en"] not in first.text
        node.ledger.append(Event("drill.held", system_clock(), "local", {"synthetic": True}))
        again = client.get("/en/duties", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, SAID["en"] in again.text) == (200, True)
        node.ledger.append(Event("drill.held", system_clock(), "local"))
        assert SAID["en"] in client.get("/en/duties").text, "what happens later does not make it unsaid"


def test_a_node_set_up_for_a_demonstration_says_it_before_anything_happens(tmp_path):
    node = Workspace(tmp_path)
    with TestClient(application(node)) as client:
        first = client.get("/zh/duties")
        assert SAID["zh"] not in first.text
        (tmp_path / FILE).write_text("demonstration = true\n")
        assert SAID["zh"] in client.get("/zh/duties", headers={"If-None-Match": first.headers["etag"]}).text
    assert not node.store.exists()
