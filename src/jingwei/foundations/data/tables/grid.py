"""Rows to columns: titles above the header, headers of several rows, totals and notes below the table; the rest as it stands."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from jingwei.foundations.data.tables.lines import Apart, Line
from jingwei.foundations.data.tables.model import Misfit
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Unreadable
from jingwei.kernel.tables import MAX_CELL, MAX_COLUMNS, NARROW, SURROGATE

LOOKED_AT = 60
"""Rows at the top in which the header is looked for."""

BATCH = 20_000
HELD = 20
"""Rows at the end that may be totals and notes."""

MAX_MISFITS = 100_000
"""Rows that may be set apart; where more would be, the file is refused whole."""

ROW = "__row__"
"""The column of the staged file that says where a row stood."""

WHY: dict[str, Text] = {
    "torn": Text("引号不成对，或引号后面还有文字", "a quotation mark that is never closed, or has text behind it"),
    "short": Text("格数比表头少", "fewer cells than the header"),
    "long": Text("格数比表头多", "more cells than the header"),
    "long_cell": Text(f"有一格超过 {MAX_CELL:,} 个字符", f"a cell is longer than {MAX_CELL:,} characters"),
    "half_character": Text("有半个字符（单个代理码）", "half a character (a lone surrogate)"),
    "footer": Text("表尾的合计或说明，不是数据行", "a total or a note below the table, not a row of it"),
    "error_cell": Text("单元格里是错误值", "the cell holds an error"),
    "no_result": Text("公式没有存下结果", "a formula whose result was not saved"),
    "lost_digits": Text("电子表格只留 15 位有效数字，后面的位已经丢失", "the spreadsheet kept 15 digits; those behind are lost"),
    "nested": Text("格里是列表或更深的记录", "the cell holds a list or a deeper record"),
    "no_record": Text("不是由键和值组成的记录", "not a record of keys and values"),
    "not_json": Text("不是合格的 JSON", "not valid JSON"),
    "not_int64": Text("这一列是整数，这一格不是", "the column holds whole numbers, this cell does not"),
    "not_float64": Text("这一列是数，这一格不是", "the column holds figures, this cell does not"),
    "not_percent": Text("这一列是百分数，这一格不是", "the column holds percentages, this cell does not"),
    "not_date": Text("这一列是日期，这一格不是真实的日期", "the column holds days, this cell is no real day"),
    "not_datetime": Text("这一列是时刻，这一格不是", "the column holds instants, this cell does not"),
    "not_bool": Text("这一列是真假值，这一格不是", "the column holds true and false, this cell does not"),
    "off_type": Text("这一格的值这一列放不下", "the cell's value does not fit the column's type"),
}
"""Why a row was set apart, by code."""

_TOTAL = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*计|总和|total|grand total|subtotal|sum)\s*[:：]?", re.IGNORECASE)
_NOTE = re.compile(r"(注|备注|说明|附注|数据来源|资料来源|来源|制表|填表|单位负责人|note|notes|source|remark)s?\s*\d*\s*[:：.、]", re.IGNORECASE)
_HEADING = re.compile(r"(计量)?单位\s*[:：]|(填报|制表|报送|统计)(单位|部门|时间|日期|人)|表\s*号|units?\s*:", re.IGNORECASE)
"""How a line begins that stands between the title and the header of a Chinese report."""

_FIGURE = re.compile(r"[+-]?[\d,.]+%?|\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?")


@dataclass(slots=True)
class Raw:
    """A table as text: one Parquet file of strings with ROW. ``seen`` counts the rows read, misfits among them."""

    file: Path
    columns: tuple[str, ...]
    seen: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    written: dict[str, dict[str, int]] = field(default_factory=dict)

    def set_apart(self, row: int, column: str, code: str, content: str) -> None:
        """Raises Unreadable once more than MAX_MISFITS rows were."""
        if len(self.misfits) >= MAX_MISFITS:
            raise Unreadable(Text(f"超过 {MAX_MISFITS:,} 行不合格", f"more than {MAX_MISFITS:,} rows do not fit"), where=f"{self.file.stem}",
                             remedy=Text("请核对表头、分隔符和列的类型。", "See to the header, the delimiter and the types of the columns."))
        self.misfits.append(Misfit(row, column, code, WHY[code], content))


def staged(lines: Iterable[Line], name: str, file: Path) -> Raw:
    """Write the rows to ``file``; rows of another width, broken ones and those below the table are set apart.

    Raises Unreadable where no header can be found, a column has no name, or a name stands twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = iter(lines)
    top: list[Line] = []
    for line in source:
        top.append(line)
        if len(top) == LOOKED_AT:
            break
    columns, first, notes = _header(top, name)
    raw = Raw(file, columns, notes=notes)
    schema = pa.schema([(ROW, pa.int64()), *((f"c{i}", pa.string()) for i in range(len(columns)))])
    with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as sink:
        batch: list[Sequence[Any]] = []
        for row in _body(chain(top[first:], source), raw):
            batch.append(row)
            if len(batch) == BATCH:
                sink.write_batch(_batch(batch, schema))
                batch = []
        if batch:
            sink.write_batch(_batch(batch, schema))
    return raw


def _batch(rows: list[Sequence[Any]], schema: Any) -> Any:
    import pyarrow as pa

    return pa.record_batch([pa.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), schema, strict=True)], schema)


def _body(lines: Iterable[Line], raw: Raw) -> Iterator[Sequence[Any]]:
    """Rows with their number before them. What looks like a total or a note is held until it is known whether rows follow."""
    width, held = len(raw.columns), list[tuple[int, list[str]]]()
    for at, cells in lines:
        if type(cells) is Apart:
            raw.seen += 1
            raw.set_apart(at, "", cells.code, cells)
            continue
        if not any(cells) or not any(c.strip() for c in cells):
            continue
        raw.seen += 1
        if _below(cells, width) and len(held) < HELD:
            held.append((at, list(cells)))
            continue
        for before in held:
            yield from _checked(*before, raw, width)
        held.clear()
        yield from _checked(at, cells, raw, width)
    for at, cells in held:
        raw.set_apart(at, "", "footer", _joined(cells))


def _below(cells: Sequence[str], width: int) -> bool:
    first = next(c for c in cells if c.strip()).strip()
    if len(first) > 200 or not (_TOTAL.fullmatch(first) or _NOTE.match(first)):
        return False
    return bool(_TOTAL.fullmatch(first)) or sum(1 for c in cells if c.strip()) <= max(1, width // 2)


def _checked(at: int, cells: Sequence[str], raw: Raw, width: int) -> Iterator[Sequence[Any]]:
    if len(cells) > width and not any(c.strip() for c in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        raw.set_apart(at, "", "short" if len(cells) < width else "long", _joined(cells))
        return
    for i, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            raw.set_apart(at, raw.columns[i], "long_cell", _joined([c[:200] for c in cells]))
            return
        if type(cell) is Apart:
            raw.set_apart(at, raw.columns[i], cell.code, _joined(cells))
            return
        if not cell.isascii() and SURROGATE.search(cell):
            raw.set_apart(at, raw.columns[i], "half_character", _joined(c.encode("utf-8", "backslashreplace").decode() for c in cells))
            return
    yield (at, *cells)


def _joined(cells: Iterable[str]) -> str:
    return " | ".join(cells)[:MAX_CELL]


# The header


def _header(top: Sequence[Line], name: str) -> tuple[tuple[str, ...], int, list[Text]]:
    """Names of the columns, how many of the first lines are above the body, and what was passed over."""
    rows = [(i, [_plain(c) for c in cells]) for i, (_, cells) in enumerate(top) if not isinstance(cells, Apart) and any(c.strip() for c in cells)]
    if not rows:
        raise Unreadable(Text("文件里没有行", "the file holds no rows"), where=name)
    width = Counter(len(_trimmed(cells)) for _, cells in rows[1:] or rows).most_common(1)[0][0]
    start = next((n for n in range(len(rows)) if _begins(rows, n, width)), 0)
    at, cells = rows[start]
    named = [_trimmed(cells)]
    end = start + 1
    while end < len(rows) and len(named) < 4 and _continues(named[-1], rows[end][1], named):
        named.append(rows[end][1])
        at = rows[end][0]
        end += 1
    if len(named) == 1 and sum(bool(_FIGURE.fullmatch(c)) and not re.fullmatch(r"(19|20)\d\d年?", c) for c in named[0]) * 2 > len(named[0]):
        raise Unreadable(Text("第一行是数，不是列名", "the first row holds figures, not names of columns"), where=name,
                         remedy=Text("请在第一行写上列名。", "Name the columns in the first line."))
    columns = _named(named, Text(f"{name}，第 {top[at][0]} 行", f"{name}, line {top[at][0]}"))
    notes = []
    if start:
        above = "；".join(" ".join(c for c in cells if c)[:60] for _, cells in rows[:start])
        notes.append(Text(f"表头之上有 {start} 行标题：{above}", f"{start} lines of title above the header: {above}"))
    if len(named) > 1:
        notes.append(Text(f"{len(named)} 行表头合为一行，以“/”相连", f"{len(named)} rows of header became one, joined by “/”"))
    return columns, at + 1, notes


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(cell.split()))


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Without the blank cells at its end."""
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return found


def _begins(rows: Sequence[tuple[int, list[str]]], n: int, width: int) -> bool:
    """Whether the header begins here: half its cells say something, or it is the first of several rows; one cell alone, or a unit, is above it."""
    cells = rows[n][1]
    filled = sum(map(bool, cells))
    if width > 1 and (filled == 1 or any(_HEADING.match(c) for c in cells)):
        return False
    return filled * 2 >= width or (n + 1 < len(rows) and _continues(cells, rows[n + 1][1], [_trimmed(cells)]))


def _continues(above: Sequence[str], cells: Sequence[str], named: Sequence[Sequence[str]]) -> bool:
    """Whether a row goes on with the header: it tells apart what a merged cell above covers, repeats the rest or leaves it out, and holds no figure.

    A text file leaves the cells of a merged range blank; a workbook's were filled, so that a heading stands there twice.
    """
    filled = [i for i, c in enumerate(cells) if c]
    if not filled or any(_FIGURE.fullmatch(cells[i].translate(NARROW)) for i in filled):
        return False
    often = Counter(c for c in above if c)
    if covered := [i for i, c in enumerate(above) if c and often[c] > 1]:
        return all(i in covered or (i < len(above) and cells[i] == above[i]) for i in filled) and any(i in covered and cells[i] != above[i] for i in filled)
    gaps = [i for i in range(max(len(above), len(cells))) if all(i >= len(row) or not row[i] for row in named)]
    return any(i in gaps for i in filled) and not (len(named[0]) == len(_trimmed(cells)) and all(cells))


def _named(rows: Sequence[Sequence[str]], where: Text) -> tuple[str, ...]:
    width = max(map(len, rows))
    if width > MAX_COLUMNS:
        raise Unreadable(Text(f"有 {width:,} 列；最多 {MAX_COLUMNS:,} 列", f"there are {width:,} columns; {MAX_COLUMNS:,} are the most"), where=where)
    parts: list[list[str]] = [[] for _ in range(width)]
    for n, row in enumerate(rows):
        spread = ""
        for i in range(width):
            cell = row[i] if i < len(row) else ""
            below = any(i < len(r) and r[i] for r in rows[n + 1:])
            spread = cell or (spread if below else "")
            if spread and (not parts[i] or parts[i][-1] != spread):
                parts[i].append(spread)
    columns = ["/".join(p) for p in parts]
    if blank := [str(i + 1) for i, c in enumerate(columns) if not c]:
        raise Unreadable(Text(f"表头第 {'、'.join(blank[:5])} 列没有名称", f"the header has no name for column {', '.join(blank[:5])}"), where=where,
                         remedy=Text("每列写一个名称。", "Give every column a name."))
    if any(SURROGATE.search(c) or len(c) > 200 for c in columns):
        raise Unreadable(Text("有列名超过 200 个字符，或含半个字符", "a column's name is longer than 200 characters, or holds half a character"), where=where)
    folded = Counter(c.lower() for c in columns)
    if twice := [c for c in columns if folded[c.lower()] > 1 or c == ROW]:
        raise Unreadable(Text(f"{twice[0]!r} 列出现了两次", f"column {twice[0]!r} appears twice"), where=where,
                         remedy=Text("每列用自己的名称；大小写不算不同。", "Give every column its own name; letters' case does not count."))
    return tuple(columns)
