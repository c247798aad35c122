"""The record in the catalogue of a registered table: what Order 809 art. 13 and DCAT ask, as far as the table itself says it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from jingwei.foundations.data.catalogue import records as catalogue
from jingwei.foundations.data.catalogue.model import Agent, Item, Period, Record, Resource, Term, Word, called
from jingwei.foundations.data.tables.asks import RegisterTable
from jingwei.foundations.data.tables.model import Column, Profile
from jingwei.foundations.data.tables.records import Kept
from jingwei.kernel.i18n import Text

SOURCE = "registered"
"""The catalogue's name for what was registered here rather than harvested."""

HINTS: dict[str, Text] = {
    "person_id": Text("公民身份号码", "number of a person"), "person_name": Text("姓名", "name of a person"), "phone": Text("电话", "telephone"),
    "email": Text("邮箱", "e-mail"), "address": Text("地址", "address"), "account": Text("账号", "account"),
    "organisation_id": Text("统一社会信用代码", "number of an organisation"), "place_code": Text("行政区划代码", "administrative code"),
    "identifier": Text("编号", "identifier"), "date": Text("日期", "day"), "datetime": Text("时刻", "instant"), "year": Text("年份", "year"),
    "amount": Text("金额", "amount"), "share": Text("比例", "share")}
KINDS: dict[str, Text] = {"string": Text("文字", "text"), "int64": Text("整数", "whole number"), "float64": Text("数", "figure"), "bool": Text("真假", "yes or no"),
                          "date": Text("日期", "day")}


def record_id(dataset: str) -> str:
    """What the record is called in the catalogue."""
    return called(SOURCE, dataset, "")


def record_of(kept: Kept, given: RegisterTable, size: int, day: str, known_since: str) -> Record:
    made = kept.profile
    titles = [Word(given.title.strip(), "zh"), *([Word(given.title_en.strip(), "en")] if given.title_en.strip() else [])]
    address = f"urn:jingwei:dataset:{kept.dataset}"
    form = Resource(f"{address}#table", access_url=(Term("", address),), format=Term("Parquet"), media_type=Term("application/vnd.apache.parquet"),
                    byte_size=str(size), modified=day)
    return Record(address, title=tuple(sorted(titles)), description=(Word(given.description.strip() or _about(made)),), identifier=(kept.dataset,),
                  publisher=Agent(made.owner, f"urn:jingwei:organisation:{made.owner}"), issued=known_since, modified=day, temporal=tuple(_periods(made)),
                  version=str(kept.number), resources=(form,), items=tuple(Item(c.name, KINDS[c.type].zh, _said(c)) for c in made.columns))


def _about(made: Profile) -> str:
    return f"{made.rows:,} 行，{len(made.columns)} 列：{'、'.join(c.name for c in made.columns[:20])}{'……' if len(made.columns) > 20 else ''}"


def _said(column: Column) -> str:
    return "，".join(filter(None, (HINTS[column.hint].zh if column.hint else "", column.unit, "可为空" if column.missing else "")))


def _periods(made: Profile) -> list[Period]:
    """From the first column of days, else of years, that is not one of births or the like: which time the table speaks of is a guess."""
    for column in made.columns:
        if column.least is None or "生" in column.name or "birth" in column.name.lower():
            continue
        if column.type == "date" or (column.hint == "year" and column.type == "int64" and 1900 <= int(column.least) <= int(column.most or 0) <= 2100):
            return [Period(str(column.least), str(column.most))]
    return []


def keep_record(connection: sa.Connection, kept: Kept, given: RegisterTable, size: int, at: datetime, *, known_since: str) -> None:
    record = record_of(kept, given, size, at.date().isoformat(), known_since)
    catalogue.keep_source(connection, SOURCE, SOURCE, {}, at)
    catalogue.keep(connection, SOURCE, {kept.dataset: bytes.fromhex(kept.digest.removeprefix("sha256:"))[:16]}, (), [(kept.dataset, "", record)], (), {}, at)
