"""What a column seems to hold, by its name and the shape of its cells. Guesses: they decide what is not told, never who may see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from jingwei.foundations.data.tables.model import Hint

_NAMES: tuple[tuple[Hint, str], ...] = (
    ("person_id", r"身份证|公民身份|证件号|护照|id_?card|identity_?(no|number)|passport|\bssn\b"),
    ("organisation_id", r"信用代码|组织机构代码|\buscc\b"),
    ("place_code", r"区划|ad_?code|region_?code|place_?code|area_?code"),
    ("phone", r"电话|手机|phone|mobile|\btel\b"),
    ("email", r"邮箱|电子邮件|e-?mail"),
    ("account", r"银行卡|账号|帐号|卡号|account|iban"),
    ("person_name", r"姓名|户主|联系人|负责人|person_?name|full_?name|sur_?name|first_?name|last_?name"),
    ("address", r"地址|住址|address"),
    ("year", r"年份|年度|^年$|\byear\b"),
    ("datetime", r"时间|timestamp|\btime\b|_at$"),
    ("date", r"日期|生日|\bdate\b|birth|_date$|_day$"),
    ("share", r"比例|占比|比重|率$|率[（(]|\brate\b|share|percent|ratio"),
    ("amount", r"金额|收入|支出|价格|费用|[（(].*元[)）]|amount|price|cost|income|salary"),
    ("identifier", r"编号|编码|代码|号码|^id$|_id$|\bcode\b|_code$|_no$|\bnumber\b"))
_BY_NAME = tuple((hint, re.compile(pattern, re.IGNORECASE)) for hint, pattern in _NAMES)
_ALPHABET = "0-9A-HJ-NPQRTUWXY"
_SHAPES: tuple[tuple[Hint, re.Pattern[str]], ...] = (
    ("phone", re.compile(r"(\+?86[- ]?)?1[3-9]\d{9}", re.ASCII)),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("organisation_id", re.compile(rf"[159AN][{_ALPHABET}]\d{{6}}[{_ALPHABET}]{{10}}", re.ASCII)))
_PERSON = re.compile(r"[1-9]\d{5}((?:18|19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx]", re.ASCII)
_UNIT = re.compile(r"[（(]\s*(?:单位[:：]\s*)?([^（()）]{1,20}?)\s*[)）]$")
MOST = 0.9
"""Share of the cells that must have a shape."""

TEXT_HINTS = frozenset(("person_id", "organisation_id", "place_code", "phone", "account"))
"""What is never a number, whatever its digits."""


def hint_of(name: str, cells: Sequence[str]) -> Hint:
    """By shape where nine in ten cells have one, else by name; ``cells`` are some that are not blank, narrowed."""
    if cells:
        if sum(map(_is_person, cells)) >= MOST * len(cells):
            return "person_id"
        for hint, shape in _SHAPES:
            if sum(shape.fullmatch(c) is not None for c in cells) >= MOST * len(cells):
                return hint
    return next((hint for hint, pattern in _BY_NAME if pattern.search(name)), "")


def _is_person(cell: str) -> bool:
    """The form of GB 11643: place, a real day of birth, order and check character."""
    if (found := _PERSON.fullmatch(cell)) is None:
        return False
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def unit_of(name: str) -> str:
    """The unit in brackets at the end of a column's name: 人口（万人）."""
    found = _UNIT.search(name)
    return found[1] if found and not found[1].isdigit() else ""
