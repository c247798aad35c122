"""Search finds what has a page, by any of its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingwei.coordination.model import AskSearch
from jingwei.coordination.views import search
from jingwei.kernel.actions import Context
from jingwei.kernel.workspace import Workspace

CONTEXT = Context(Workspace(Path("nowhere")))


def first(words: str) -> str:
    return search(CONTEXT, AskSearch(words)).found[0].address


@pytest.mark.parametrize(("words", "address"), [
    ("浙江", "/place/330000"), ("广西壮族自治区", "/place/450000"), ("zhejiang", "/place/330000"), ("CN-GX", "/place/450000"),
    ("网民", "/measure/netizens"), ("5G基站", "/measure/base_stations_5g"), ("base_stations_5g", "/measure/base_stations_5g"),
    ("F1.5", "/room/F1"), ("数字政务", "/room/I2"), ("ＧＤＰ per resident", "/measure/gdp_per_capita")])
def test_the_first_thing_found_is_what_was_meant(words, address):
    assert first(words) == address


@pytest.mark.parametrize("words", ["", "  ", "没有这样的东西", "<!>", "\x00", "a" * 5000])
def test_nothing_is_found_for_nothing(words):
    assert search(CONTEXT, AskSearch(words)).found == ()


def test_every_word_must_be_there():
    both = search(CONTEXT, AskSearch("broadband ports")).total
    assert 0 < both < search(CONTEXT, AskSearch("broadband")).total
