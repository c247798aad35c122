"""A table of apps from outside -> records; whatever cannot be believed is set apart with its line and why, never guessed."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import cast

from jingwei.engines.sketches.names import Terms, plain
from jingwei.integrations.government.apps.model import LEVELS, App, Audience, Feature, Level
from jingwei.integrations.government.apps.records import Aside
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Table, number

COLUMNS = Terms({
    "name": ("name", "app", "名称", "应用名称", "应用程序名称"), "operator": ("operator", "主办单位", "主办（使用）单位", "主办部门"), "level": ("level", "层级", "级别"),
    "filed": ("filed", "备案", "是否备案", "已备案"), "number": ("filing number", "备案号", "备案编号"), "functions": ("functions", "功能", "功能清单", "主要功能"),
    "features": ("features", "特性", "使用管理功能", "考核功能"), "users": ("users", "active users", "active_users", "月活", "月活跃用户", "活跃用户"),
    "cost": ("cost", "cost fen", "cost_fen", "年费用（分）", "费用（分）"), "platform": ("platform", "平台", "类型"), "audience": ("audience", "对象", "使用对象"),
    "online": ("online", "online since", "上线日期", "上线时间"), "special": ("special", "安保应急", "特殊场景")})
NEEDED = ("name", "operator", "level", "filed", "functions", "users", "cost")

_LEVELS = Terms({"nation": ("nation", "national", "国家", "国家级", "中央", "部委"), "province": ("province", "省", "省级", "自治区", "直辖市"), "city": ("city", "市", "市级", "地市", "地级市"),
                 "county": ("county", "district", "县", "县级", "区", "区县", "区县级"), "township": ("township", "乡", "镇", "乡镇", "街道", "乡级", "乡镇级"), "village": ("village", "村", "社区", "村级")})
_YES = Terms({"yes": ("yes", "y", "true", "1", "是", "已备案", "有"), "no": ("no", "n", "false", "0", "否", "未备案", "无", "没有")})
_AUDIENCE = Terms({"staff": ("staff", "内部", "工作人员", "内部工作人员", "政务人员"), "public": ("public", "公众", "社会公众", "群众", "企业", "企业和群众")})

_WORDS: dict[Feature, tuple[str, ...]] = {
    "check_in": ("check_in", "checkin", "打卡", "签到"), "points_ranking": ("points_ranking", "points", "ranking", "积分", "排名", "排行"), "online_time": ("online_time", "timeonline", "在线时长", "时长统计"),
    "forced_install": ("forced_install", "forceddownload", "强制安装", "强制下载", "强制推广", "安装率", "使用率"), "counted_likes": ("counted_likes", "likes", "点赞", "转发", "学习时长", "投票数"),
    "repeated_forms": ("repeated_forms", "重复填报", "多头填报"), "business": ("business", "经营性", "广告", "营销")}
_NOT = re.compile(r"^(?:无|不|没有|未|取消|禁止|关闭|no\b|not\b|without\b)", re.IGNORECASE)
_APART = re.compile(r"[；;、|\n]+|(?<=[^\d])[，,](?=[^\d])")
MOST_FUNCTIONS = 200


def parts(text: str) -> tuple[str, ...]:
    """What a cell lists, parted by ；;、| or commas, each once; also as a JSON list."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return tuple(dict.fromkeys(str(p).strip() for p in listed if str(p).strip()))
    return tuple(dict.fromkeys(p for each in _APART.split(text) if (p := each.strip())))


def features(text: str) -> tuple[Feature, ...]:
    """Which forbidden features a cell names; 无打卡 names none, and other features are none of the rules' business."""
    named = [plain(p) for p in parts(text) if not _NOT.match(p)]
    return tuple(f for f, words in _WORDS.items() if any(plain(w) in p for p in named for w in words))


def read(table: Table, *, synthetic: bool) -> tuple[list[App], list[Aside]]:
    """Apps by name, and lines set apart. Raises Unreadable when a column is not there."""
    at = {term: n for n, column in enumerate(table.columns) if (term := COLUMNS.term(column))}
    table.require([n for n in NEEDED if n not in at])
    found, apart, lines = dict[str, App](), list[Aside](), dict[str, int]()
    for row, line in zip(table.rows, table.lines, strict=True):
        cells = {term: row[n] for term, n in at.items()}
        try:
            app = _app(cells, synthetic)
        except _Doubt as doubt:
            apart.append(Aside(table.name, line, doubt.why, " | ".join(row)))
            continue
        if app.name in found and found[app.name] != app:
            apart.append(Aside(table.name, line, Text(f"{app.name} 在第 {lines[app.name]} 行已有，内容不同", f"{app.name} stands in line {lines[app.name]} already, otherwise"), " | ".join(row)))
        elif app.name not in found:
            found[app.name], lines[app.name] = app, line
    return list(found.values()), apart


class _Doubt(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.why = Text(zh, en)
        super().__init__(en)


def _app(cells: dict[str, str], synthetic: bool) -> App:
    for key in ("name", "operator"):
        if not cells[key]:
            raise _Doubt(f"没有{'名称' if key == 'name' else '主办单位'}", f"there is no {key}")
    functions = parts(cells["functions"])
    if not 0 < len(functions) <= MOST_FUNCTIONS:
        raise _Doubt(f"功能应列 1 到 {MOST_FUNCTIONS} 项", f"functions are to be 1 to {MOST_FUNCTIONS}")
    number_ = cells.get("number", "")
    return App(cells["name"], cells["operator"], cast(Level, _term(_LEVELS, cells["level"], "层级", "level", [t.zh for t in LEVELS.values()])),
               _term(_YES, cells["filed"], "备案", "filed", ["是", "否"]) == "yes", functions, _whole(cells["users"], "活跃用户", "active users"), _whole(cells["cost"], "费用（分）", "cost in fen"),
               features(cells.get("features", "")), number_, cells.get("platform", ""),
               cast(Audience, _term(_AUDIENCE, cells.get("audience") or "staff", "使用对象", "audience", ["内部", "公众"])), _day(cells.get("online", "")),
               _term(_YES, cells.get("special") or "no", "安保应急", "special", ["是", "否"]) == "yes", synthetic)


def _term(known: Terms, text: str, zh: str, en: str, words: list[str]) -> str:
    if not (term := known.term(text)):
        raise _Doubt(f"{zh}：{text!r} 不认识；写{'、'.join(words)}", f"{en}: {text!r} is not known; write one of {', '.join(words)}")
    return term


def _whole(text: str, zh: str, en: str) -> int:
    try:
        value = number(text)
    except ValueError:
        value = None
    if value is None or value < 0 or value != value.to_integral_value():
        raise _Doubt(f"{zh}：{text!r} 不是不小于 0 的整数", f"{en}: {text!r} is no whole number from 0")
    return int(value)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Doubt(f"上线日期：{text!r} 不是日期", f"online since: {text!r} is not a date") from None
