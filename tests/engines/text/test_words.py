"""Two characters of Chinese are a word; English words are found by their stem; nothing else decides what is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.engines.text.words import MAX_WORDS, Query, indexed

HAN = st.text("数据公共卫生气象站水质", min_size=1, max_size=12)


@pytest.mark.parametrize(("text", "query", "found"), [
    ("上海市公共数据资源目录", "数据", True), ("上海市公共数据资源目录", "公共数据", True), ("上海市公共数据资源目录", "共数", True),
    ("公共设施与共享数据", "公共数据", False), ("数", "数", True), ("上海市公共数据", "市", True), ("Bridges of Chester", "bridge", True),
    ("Bridge", "BRIDGES", True), ("ＣＳＶ　文件", "csv文件", True), ("空气质量AQI指数", "aqi", True), ("2020人口普查", "2020", True), ("covid", "ovi", False)])
def test_what_is_found_in_what(text, query, found):
    assert Query.of(query).holds(indexed(text)) is found


@given(before=HAN, wanted=HAN, after=HAN)
def test_every_stretch_of_a_chinese_text_finds_the_text(before, wanted, after):
    assert Query.of(wanted).holds(indexed(before + wanted + after))


@given(text=HAN, query=HAN)
def test_a_stretch_that_is_not_in_a_chinese_text_does_not_find_it(text, query):
    assert Query.of(query).holds(indexed(text)) is (query in text)


@given(st.text())
def test_no_text_breaks_the_cutting_and_no_word_means_anything_to_an_index(text):
    assert not set(indexed(text)) & set("'\"\\\n\t\0:*()")
    Query.of(text).holds(indexed(text))


def test_a_title_counts_for_more_than_a_description():
    query = Query.of("bridge")
    assert query.score(indexed("Bridges"), indexed("roads")) > query.score(indexed("Roads"), indexed("bridge " * 4))


def test_a_long_text_is_indexed_up_to_a_limit():
    assert len(indexed("word " * (2 * MAX_WORDS)).split()) == MAX_WORDS
