"""The 34 provincial-level divisions: every usual name finds its own place, and nothing else is ever guessed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.places import NATION, Place, find, provinces
from jingwei.kernel.problems import Problem

EVERYWHERE = (NATION, *provinces())

LAND_BORDERS = re.findall(r"\S\S", """
京津 京冀 津冀 冀晋 冀蒙 冀辽 冀鲁 冀豫 晋蒙 晋陕 晋豫 蒙辽 蒙吉 蒙黑 蒙陕 蒙宁 蒙甘 辽吉 吉黑 沪苏 沪浙 苏浙 苏皖 苏鲁
浙皖 浙闽 浙赣 皖赣 皖鲁 皖豫 皖鄂 闽赣 闽粤 赣鄂 赣湘 赣粤 鲁豫 豫鄂 豫陕 鄂湘 鄂渝 鄂陕 湘粤 湘桂 湘渝 湘贵 粤桂
粤港 粤澳 桂贵 桂云 渝川 渝贵 渝陕 川贵 川云 川藏 川陕 川甘 川青 贵云 云藏 藏青 藏新 陕甘 陕宁 甘青 甘宁 甘新 青新
""")


def by(abbreviation: str) -> Place:
    return next(p for p in provinces() if p.abbreviation == abbreviation)


def test_there_are_23_provinces_with_taiwan_5_autonomous_regions_4_municipalities_and_2_sars():
    assert Counter(p.kind for p in provinces()) == {
        "province": 23, "autonomous region": 5, "municipality": 4, "special administrative region": 2}
    assert find("710000").kind == "province"


def test_the_four_belts_have_10_6_12_and_3_members_and_leave_out_three_places():
    assert Counter(p.belt for p in provinces()) == {"east": 10, "central": 6, "west": 12, "northeast": 3, None: 3}
    assert {p.short.en for p in provinces() if p.belt is None} == {"Hong Kong", "Macao", "Taiwan"}


@pytest.mark.parametrize("field", ["code", "iso", "abbreviation", "tile", "name", "short"])
def test_no_two_places_share(field):
    assert len({getattr(p, field) for p in provinces()}) == 34


def test_every_way_of_writing_finds_its_own_place_and_no_other():
    for place in EVERYWHERE:
        for written in place.variants:
            assert find(written) is place, written


def test_the_first_digit_of_a_code_agrees_with_the_region():
    digits = {"华北": "1", "东北": "2", "华东": "3", "华中": "4", "华南": "4", "西南": "5", "西北": "6", "港澳台": "78"}
    for p in provinces():
        assert p.region is not None
        assert p.code[0] in digits[p.region.zh], p.name.zh


def test_provinces_come_in_the_order_of_their_codes():
    assert [p.code for p in provinces()] == sorted(p.code for p in provinces())


@given(st.sampled_from([(p, v) for p in EVERYWHERE for v in p.variants]), st.sampled_from(["", " ", "\u3000", "\t\n"]),
       st.booleans(), st.booleans())
def test_case_width_and_padding_make_no_difference(pair, padding, upper, wide):
    place, written = pair
    if upper:
        written = written.upper()
    if wide:
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    assert find(padding + written + padding) is place


@pytest.mark.parametrize(("written", "code"), [
    ("内蒙", "150000"), ("内蒙古自治区", "150000"), ("Nei Mongol", "150000"), ("Neimenggu", "150000"),
    ("Inner Mongolia", "150000"), ("新疆维吾尔自治区", "650000"), ("Xinjiang Uyghur Autonomous Region", "650000"),
    ("广西壮族自治区", "450000"), ("Guangxi Zhuang Autonomous Region", "450000"), ("宁夏回族自治区", "640000"),
    ("西藏自治区", "540000"), ("Tibet", "540000"), ("Xizang", "540000"), ("香港特别行政区", "810000"),
    ("Hong Kong SAR", "810000"), ("Hong Kong SAR, China", "810000"), ("China, Hong Kong SAR", "810000"),
    ("澳门", "820000"), ("Macau", "820000"), ("MACAO", "820000"), ("台湾省", "710000"), ("Taiwan, China", "710000"),
    ("Beijing Municipality", "110000"), ("cn-bj", "110000"), ("CN-11", "110000"), ("１１００００", "110000"),
    ("110000000000", "110000"), ("北 京", "110000"), ("京", "110000"), ("Shaanxi Province", "610000"),
    ("Shaan'xi", "610000"), ("Shanxi Province", "140000"), ("陕西省", "610000"), ("山西省", "140000"),
    ("中国", "CN"), ("全国", "CN"), ("全  国", "CN"), ("china", "CN"), ("100000", "CN"), ("000000", "CN"),
])
def test_usual_ways_of_writing(written, code):
    assert find(written).code == code


def test_shaanxi_and_shanxi_are_never_confused_even_with_tone_marks():
    assert find("Shaanxi") is find("Shǎnxī") is find("陕") is by("陕")
    assert find("Shanxi") is find("Shānxī") is find("晋") is by("晋")


@pytest.mark.parametrize("written", ["", "  ", "11", "BJ", "吉林市", "Jilin City", "海南州", "110101", "110000.0", "-110000",
                                     "1,100,00", "Shan", "西", "江", "中国大陆", "新疆生产建设兵团", "深圳市", "京津冀"])
def test_what_is_not_exactly_one_of_the_35_is_refused_and_not_guessed(written):
    with pytest.raises(Problem) as raised:
        find(written, where="row 3")
    assert raised.value.code == "unknown_place"
    assert raised.value.where.en == "row 3"
    assert raised.value.remedy.en


def test_a_slip_of_the_pen_is_answered_with_the_nearest_names():
    with pytest.raises(Problem, match="Did you mean Guangdong"):
        find("GUANGDNG")
    with pytest.raises(Problem, match=r"Shanxi or Shaanxi|Shaanxi or Shanxi"):
        find("Shannxi")


@given(st.text() | st.text("0123456789 -.,CNcn省市区自治京北", max_size=14))
def test_find_gives_a_place_or_a_problem_for_any_text(text):
    try:
        assert find(text) in EVERYWHERE
    except Problem as problem:
        assert problem.code == "unknown_place"


def test_places_that_touch_on_the_ground_are_near_on_the_tile_map():
    steps = {pair: max(abs(a - b) for a, b in zip(by(pair[0]).tile, by(pair[1]).tile, strict=True))
             for pair in LAND_BORDERS}
    assert {pair for pair, step in steps.items() if step > 2} <= {"蒙辽", "蒙吉", "蒙黑"}  # Inner Mongolia is long
    assert sum(step == 1 for step in steps.values()) >= 0.8 * len(steps)


@pytest.mark.parametrize(("north", "south"), ["黑吉", "吉辽", "京冀", "冀鲁", "晋豫", "豫鄂", "鄂湘", "湘粤", "粤琼", "粤港",
                                              "粤澳", "苏浙", "浙闽", "皖赣", "川云", "渝贵", "贵桂", "新藏", "甘青"])
def test_on_the_tile_map_north_is_up(north, south):
    assert by(north).tile[0] < by(south).tile[0]
    assert abs(by(north).tile[1] - by(south).tile[1]) <= 1


@pytest.mark.parametrize(("west", "east"), ["新甘", "甘宁", "宁晋", "晋冀", "冀津", "藏青", "青陕", "川渝", "鄂皖", "皖苏",
                                            "苏沪", "云贵", "湘赣", "赣浙", "桂粤", "粤闽", "闽台", "琼澳", "澳港", "蒙京"])
def test_on_the_tile_map_west_is_left(west, east):
    assert by(west).tile[0] == by(east).tile[0]
    assert by(west).tile[1] < by(east).tile[1]


def test_chongqing_stands_apart_from_sichuan_only_since_14_march_1997():
    assert not find("重庆").stood_on(date(1997, 3, 13))
    assert find("重庆").stood_on(date(1997, 3, 14))
    assert find("四川").stood_on(date(1950, 1, 1))


def test_codes_and_names_agree_with_the_published_list_of_divisions(shared: Path):
    with (shared / "facts" / "divisions.csv").open(encoding="utf-8") as file:
        listed = {row["adcode"]: row["name_zh"] for row in csv.DictReader(file) if row["level"] == "province"}
    assert len(listed) >= 31
    for code, name in listed.items():
        assert find(code).name.zh == name
        assert find(name).code == code


def test_every_place_of_the_collected_figures_is_found_by_code_and_by_both_names(shared: Path):
    with (shared / "facts" / "provinces.csv").open(encoding="utf-8") as file:
        written = {(row["region_adcode"], row["region_zh"], row["region_en"]) for row in csv.DictReader(file)}
    for code, zh, en in written:
        assert find(code) is find(zh) is find(en)
