"""The API's page says in either language all that its description says, and nothing of it needs a script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from jingwei.doors.openapi import PREFIX
from jingwei.doors.portal.app import application
from jingwei.kernel.workspace import Workspace


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(Workspace(tmp_path_factory.mktemp("node")))) as client:
        yield client


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_operation_is_shown_with_its_parameters_an_example_and_its_form(portal, language):
    text = portal.get(f"/{language}/api").text
    described = portal.get(f"{PREFIX}/openapi.json", params={"lang": language}).json()
    assert "<script" not in text.partition('class="skip"')[2]  # the portal's own islands stand before the first word
    assert text.count("<h1>") == 1
    for path, item in described["paths"].items():
        for method, told in item.items():
            section = re.search(rf'<h2 id="{re.escape(told["operationId"])}">(.*?)</section>', text, re.DOTALL)[1]
            assert f"{method.upper()} {path}" in section
            assert all(p["name"] in section and p["description"] in unescape(section) for p in told.get("parameters", ()))
            assert all(f"<b>{status}</b>" in section for status in told["responses"])
            assert "curl" in section
            assert ("/do/" in section) == bool(told.get("tags"))


def test_the_examples_can_be_typed_as_they_stand(portal):
    text = portal.get("/en/api").text
    for line in re.findall(r'class="code curl">([^<]+)<', text):
        words = shlex.split(unescape(line))
        assert words[0] == "curl"
        address = words[-1].removeprefix("http://localhost")
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-F" in words else "GET"
        assert portal.request(method, address).status_code not in (405, 500), line


def test_every_link_of_the_page_leads_somewhere(portal):
    text = portal.get("/zh/api").text
    for address in set(re.findall(r'href="(/[^"#]+)"', text)):
        assert portal.get(address).status_code in (200, 403), address
