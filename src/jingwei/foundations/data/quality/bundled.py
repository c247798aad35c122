"""The figures the product ships, as tables of the lake with contracts of their own, so that a new node has quality to show that is real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jingwei.facts import open_table
from jingwei.foundations.data.catalogue.model import Agent, Item, Record, Resource, Term, Word
from jingwei.foundations.data.catalogue.offering import OWNER as OF
from jingwei.foundations.data.catalogue.rules import EU
from jingwei.foundations.data.quality.contract import Contract, Field, Reference, RowRange, Rule
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.measures import STATUSES
from jingwei.kernel.places import provinces

SOURCES = Dataset("facts_sources", 1, {"source": "string", "issuer_zh": "string", "issuer_en": "string", "read_in": "string", "licence": "string", "note": "string"})
PROVINCES = Dataset("facts_provinces", 1, {"measure": "string", "place": "string", "period": "string", "value": "float64", "source": "string", "vintage": "string"})
NATION = Dataset("facts_nation", 1, {"measure": "string", "period": "string", "as_of": "string", "value": "float64", "unit": "string", "source": "string",
                                     "vintage": "string", "definition": "string", "status": "string", "verified": "bool", "note": "string"})
WORLD = Dataset("facts_world", 1, {"edition": "string", "iso3": "string", "rank": "int64", "egdi": "float64", "osi": "float64", "hci": "float64", "tii": "float64"})

OWNER = "jingwei"

MAINLAND = tuple(p.code for p in provinces() if p.code < "7")
"""The 31 provinces that the yearbooks' tables have rows for (GB/T 2260)."""


def tables() -> Iterator[tuple[Dataset, list[dict[str, Any]], Contract]]:
    """Each table with its rows and its contract; an empty cell is a missing value."""
    yield SOURCES, [_typed(r, SOURCES) for r in open_table("sources")], _SOURCES
    yield PROVINCES, list(_provinces()), _PROVINCES
    yield NATION, [_typed(r, NATION) for r in open_table("nation")], _NATION
    yield WORLD, [_typed(r, WORLD) for r in open_table("world")], _WORLD


def _provinces() -> Iterator[dict[str, Any]]:
    """One row a figure; the bundled table has a column a province."""
    for row in open_table("provinces"):
        for code in MAINLAND:
            yield _typed({**{n: row[n] for n in ("measure", "period", "source", "vintage")}, "place": code, "value": row[code]}, PROVINCES)


def _typed(row: Mapping[str, str], dataset: Dataset) -> dict[str, Any]:
    made: dict[str, Any] = {"string": str, "float64": float, "int64": int, "bool": "yes".__eq__}
    return {name: made[kind](row[name]) if row[name] else None for name, kind in dataset.columns.items()}


NAMES: Mapping[str, tuple[Text, Text]] = {
    "facts_sources": (Text("数据来源", "Sources of figures"), Text("随产品发布的每个数出自哪里", "Where each figure that the product ships comes from")),
    "facts_provinces": (Text("省级统计数", "Figures of the provinces"), Text("31 个省、自治区、直辖市各年各项指标的公布数", "Published figures of the 31 provinces by measure and year")),
    "facts_nation": (Text("全国统计数", "Figures of the nation"), Text("全国各年各项指标的公布数，连同定义和核对情况", "Published national figures by measure and year, with definition and check")),
    "facts_world": (Text("联合国电子政务发展指数", "UN E-Government Development Index"), Text("联合国会员国各期得分和排名", "Scores and ranks of the members of the United Nations by edition"))}


ITEMS: Mapping[str, str] = {
    "source": "来源代码 code of the source", "issuer_zh": "发布单位 issuer, in Chinese", "issuer_en": "发布单位（英文） issuer, in English", "read_in": "在哪里读到 where it was read",
    "licence": "许可 licence", "note": "说明 remark", "measure": "指标代码 code of the measure", "place": "行政区划代码 administrative code (GB/T 2260)",
    "period": "年份或期间 year or period", "value": "数值，单位见指标 figure in the measure's unit", "vintage": "发布时间 when it was published", "as_of": "截至月份 month it describes",
    "unit": "单位 unit", "definition": "定义 definition", "status": "状态 status", "verified": "是否再次核对 whether it was read again at the issuer", "edition": "年版 edition",
    "iso3": "国家代码（ISO 3166-1） country", "rank": "排名 rank", "egdi": "电子政务发展指数 index", "osi": "在线服务指数 online services", "hci": "人力资本指数 human capital",
    "tii": "通信基础设施指数 telecommunication infrastructure"}


def described() -> Iterator[Record]:
    """A catalogue record of each table, as its owner states it: published figures, shared with everybody who names their sources."""
    for dataset in (SOURCES, PROVINCES, NATION, WORLD):
        title, about = NAMES[dataset.name]
        address = f"urn:jingwei:dataset:{dataset.name}"
        yield Record(
            address, title=_words(title), description=_words(about), identifier=(dataset.name,), publisher=Agent(OWNER, f"{OF}{OWNER}"),
            frequency=Term("", f"{EU}frequency/IRREG"), items=tuple(Item(name, kind, ITEMS[name]) for name, kind in dataset.columns.items()),
            resources=(Resource(f"{address}#table", access_url=(Term("", address),), format=Term("Parquet")),), sharing="unconditional",
            sharing_mode="csv, parquet", use_conditions="引用时写明每个数的来源 Name the source of each figure", grade="一般数据 general")


def _words(text: Text) -> tuple[Word, ...]:
    return tuple(sorted((Word(text.zh, "zh"), Word(text.en, "en"))))


_CODE = "[a-z][a-z0-9_]{0,80}"
_UNITS = ("%", "100M", "100M accounts", "100M parcels", "100M persons", "100M ports", "100M users", "100M volumes", "100M yuan", "10k", "10k accounts", "10k firms",
          "10k km", "EFLOPS", "ZB", "index 2020=100", "per 100", "per 10k", "rank", "ratio", "trillion yuan", "ug/m3", "volumes")
"""Units of the national figures. A unit of a figure that is not among them is a slip until somebody adds it."""

_FROM_SOURCES = Reference(name="source is known", fields=("source",), dataset="facts_sources", columns=("source",))

_SOURCES = Contract(
    dataset="facts_sources", owner=OWNER, keys=(("source",),), rows=RowRange(least=1),
    fields=(Field(name="source", type="string", required=True, pattern="[a-z0-9][a-z0-9-]{1,60}"), Field(name="issuer_zh", type="string", required=True),
            Field(name="issuer_en", type="string", required=True), Field(name="read_in", type="string", required=True), Field(name="licence", type="string", required=True),
            Field(name="note", type="string")))

_PROVINCES = Contract(
    dataset="facts_provinces", owner=OWNER, keys=(("measure", "place", "period", "source", "vintage"),), rows=RowRange(least=31), references=(_FROM_SOURCES,),
    fields=(Field(name="measure", type="string", required=True, pattern=_CODE),
            Field(name="place", type="string", required=True, format="place", codes=MAINLAND),
            Field(name="period", type="string", required=True, format="year", least="2000", most="2035"),
            Field(name="value", type="number", required=True, least=0, severity="warning"), Field(name="source", type="string", required=True),
            Field(name="vintage", type="string", required=True)))

_NATION = Contract(
    dataset="facts_nation", owner=OWNER, keys=(("measure", "period", "source", "vintage"),), references=(_FROM_SOURCES,), rows=RowRange(least=1),
    fields=(Field(name="measure", type="string", required=True, pattern=_CODE), Field(name="period", type="string", required=True, pattern="[0-9]{4}(?:-[0-9]{2}|H[12]|Q[1-4])?"),
            Field(name="as_of", type="string", format="month"), Field(name="value", type="number", required=True, least=0),
            Field(name="unit", type="string", required=True, codes=_UNITS), Field(name="source", type="string", required=True), Field(name="vintage", type="string", required=True),
            Field(name="definition", type="string"), Field(name="status", type="string", required=True, codes=STATUSES), Field(name="verified", type="boolean", required=True),
            Field(name="note", type="string")),
    rules=(Rule(name="a share is at most 100", condition="unit <> '%' OR value <= 100"), Rule(name="a rank is a whole number from 1", condition="unit <> 'rank' OR value >= 1"),
           Rule(name="the month described lies in the period", condition="left(as_of, 4) = left(period, 4)", kind="logic")))

_WORLD = Contract(
    dataset="facts_world", owner=OWNER, keys=(("edition", "iso3"),), rows=RowRange(least=193),
    fields=(Field(name="edition", type="string", required=True, format="year"), Field(name="iso3", type="string", required=True, pattern="[A-Z]{3}"),
            Field(name="rank", type="integer", required=True, least=1, most=194), *(Field(name=n, type="number", required=True, least=0, most=1) for n in ("egdi", "osi", "hci", "tii"))),
    rules=(Rule(name="the index is the mean of its three parts", condition="near(egdi, (osi + hci + tii) / 3, 0.0051)", severity="warning"),))
