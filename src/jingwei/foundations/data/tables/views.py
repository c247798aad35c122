"""What the page of a registered table shows: its columns with small pictures, its keys, its versions; rows only where everybody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from jingwei.foundations.data.tables import records
from jingwei.foundations.data.tables.asks import AskTable
from jingwei.foundations.data.tables.entry import HINTS, KINDS, record_id
from jingwei.foundations.data.tables.model import SMALL, Change, Column, Misfit, compare
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text

SAMPLE = 5
MOST_COLUMNS = 200
MOST_REFUSED = 20
WIDTH, HEIGHT = 120, 28
"""Of a small histogram, in its own units."""

RULES: dict[str, Text] = {"full_width": Text("全角改半角", "full-width forms narrowed"), "thousands": Text("去掉千位分隔", "thousands separators dropped"),
                          "missing_word": Text("“-”“缺失”等读作缺失", "words such as - read as missing"), "percent": Text("去掉百分号，单位为 %", "percent signs became the unit"),
                          "not_finite": Text("非有限数读作缺失", "figures without end read as missing")}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: left edge, top and height in the picture's units."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column in words. ``filled`` in per cent of the rows; ``bars`` its histogram, ``shape`` the same in words."""

    column: Column
    kind: Text
    seems: Text | None
    filled: float
    bars: tuple[Bar, ...]
    shape: Text | None
    written: tuple[tuple[Text, int], ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    number: int
    at: datetime
    rows: int
    changes: tuple[Change, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows that anybody may see, as the grants to the public show them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TableView:
    kept: records.Kept
    title: str
    record: str
    columns: tuple[ColumnView, ...]
    more: int
    versions: tuple[VersionView, ...]
    misfits: tuple[Misfit, ...]
    sample: Sample | None


def table(context: Context, query: AskTable) -> TableView:
    """Raises Problem ``unknown_dataset`` or ``unknown_version``."""
    from jingwei.foundations.data.catalogue import records as catalogue

    with context.workspace.store.read() as connection:
        kept = records.version(connection, query.dataset, query.version)
        history = records.history(connection, query.dataset)
        misfits = records.misfits(connection, kept.dataset, kept.number, MOST_REFUSED)
        title = catalogue.record(connection, record_id(kept.dataset))[0].name(context.language)
    made = kept.profile
    return TableView(kept, title, f"record?{urlencode({'id': record_id(kept.dataset)})}", tuple(_column(c, made.rows) for c in made.columns[:MOST_COLUMNS]),
                     max(0, len(made.columns) - MOST_COLUMNS), tuple(_versions(history)), tuple(misfits),
                     _sample(context, kept) if kept.number == history[-1].number else None)


def summary(context: Context, record: str) -> records.Kept | None:
    """The newest version of the table that a record of the catalogue tells of."""
    with context.workspace.store.read() as connection:
        return next((k for name in records.names(connection) if record_id(name) == record and (k := records.latest(connection, name))), None)


def _versions(history: Sequence[records.Kept]) -> list[VersionView]:
    told = []
    for i, kept in enumerate(history):
        changes = compare(history[i - 1].profile.schema, kept.profile.schema) if i else ()
        told.append(VersionView(kept.number, kept.at, kept.profile.rows, changes, f"table/{kept.dataset}?version={kept.number}"))
    return told[::-1]


def _column(column: Column, rows: int) -> ColumnView:
    bars = tuple(_bars(column))
    return ColumnView(column, KINDS[column.type], HINTS.get(column.hint), 100 * (rows - column.missing) / rows if rows else 0.0, bars, _shape(column) if bars else None,
                      tuple((RULES.get(rule, Text(rule, rule)), n) for rule, n in sorted(column.written.items())))


def _bars(column: Column) -> list[Bar]:
    """Equal widths; a bin that is not told is as low as one row. Values of a coded column, most first, when it has no figures."""
    heights = [b.rows if b.rows is not None else 1 for b in column.bins] or [c.rows for c in column.values[:12]]
    most = max(heights, default=0)
    if len(heights) < 2 or not most:
        return []
    return [Bar(round(i * WIDTH / len(heights), 2), round(HEIGHT * (1 - n / most), 2), round(HEIGHT * n / most, 2)) for i, n in enumerate(heights)]


def _shape(column: Column) -> Text:
    if column.bins:
        most = max(column.bins, key=lambda b: b.rows or 0)
        return Text(f"最多的在 {_plain(most.least)} 到 {_plain(most.most)}：{most.rows or f'少于{SMALL}'} 行",
                    f"most lie between {_plain(most.least)} and {_plain(most.most)}: {most.rows or f'fewer than {SMALL}'} rows")
    first = column.values[0]
    return Text(f"最多的是 {first.value}：{first.rows} 行", f"the commonest is {first.value}: {first.rows} rows")


def _plain(figure: float) -> str:
    return f"{figure:,.6g}"


def _sample(context: Context, kept: records.Kept) -> Sample | None:
    """Only through the grants to the public: what nobody opened is not shown, whoever looks."""
    from jingwei.kernel.access import visible
    from jingwei.kernel.lake import records as lake_records
    from jingwei.kernel.people import ANONYMOUS
    from jingwei.kernel.people_records import rules

    at = context.clock()
    with context.workspace.store.read() as connection:
        given = rules(connection, kept.dataset, at)
    if not given:
        return None
    seen = visible(context.read(kept.lake_dataset()), given, ANONYMOUS, "public", at, dataset=kept.dataset)
    rows = lake_records(seen.limit(SAMPLE), by=seen.columns)
    if not any(v is not None for row in rows for v in row.values()):
        return None
    return Sample(tuple(seen.columns), tuple(tuple(_cell(v) for v in row.values()) for row in rows))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)[:80]
