"""Nothing is said in one language only: in the templates every text stands in both, and no page mixes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

import jingwei
from jingwei.doors.portal.app import application
from jingwei.kernel.workspace import Workspace
from tests.doors.test_portal import PAGES

TEMPLATES = sorted(Path(jingwei.__file__).parent.rglob("*.html"))
NAMES = {"Jingwei", "经纬", "CSV", "JSON", "Parquet", "SVG", "OpenAPI", "SHA", "receipt", "json", "jingwei", "replay", "findings", "release",
         "English", "中文", "curl", "localhost", "api", "v", "targets", "verdict", "missed", "Markdown", "openapi", "Prefer", "respond",
         "async", "GET", "POST", "DELETE", "HTTP", "OpenLineage"}
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"\b[A-Za-z]{2,}(?:\s+[a-z]{2,}){3,}")
"""Four English words in a row: a sentence, not a name."""


def loose(template: str) -> str:
    """What a template says outside of its expressions, tags and code."""
    text = re.sub(r"\{#.*?#\}|\{% set \w+ %\}.*?\{% endset %\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.S)
    text = re.sub(r"<(code|style|script)\b.*?</\1>", " ", text, flags=re.S)
    return re.sub(r"<[^>]*>|&\w+;", " ", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_says_nothing_that_is_not_in_both_languages(path):
    words = re.findall(r"[A-Za-z]+|[\u4e00-\u9fff]+", loose(path.read_text(encoding="utf-8")))
    assert set(words) - NAMES == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_what_is_said_in_two_languages_is_said_in_chinese_first(path):
    text = path.read_text(encoding="utf-8")
    for zh, en in re.findall(r"say\('((?:[^'\\]|\\.)*)', '((?:[^'\\]|\\.)*)'\)", text):
        assert not HAN.search(en), en
        assert HAN.search(zh) or not re.search("[A-Za-z]{2}", zh), zh


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with TestClient(application(Workspace(tmp_path_factory.mktemp("node")))) as client:
        yield client


@pytest.mark.parametrize("page", PAGES)
def test_no_page_mixes_the_languages(portal, page):
    """English pages hold Chinese only where they name something Chinese; Chinese pages hold no English sentence."""
    def said(language: str) -> str:
        html = re.sub(r"<(code|cite|script|title)\b.*?</\1>|<[^>]*\blang=\"(?:en|zh-CN)\"[^>]*>.*?</\w+>", " ",
                      portal.get(f"/{language}{page}").text.partition("<body>")[2], flags=re.S)
        return re.sub(r"<[^>]*>", " ", html)

    english = said("en").replace("经纬", "")
    if "q=5G" not in page:
        assert HAN.findall(english) == []
    assert [w for w in WORDS.findall(said("zh")) if not w.startswith(("jingwei", "repository"))] == []
