"""Excel workbooks (.xlsx) to rows: streamed, merged cells filled, hidden sheets said, errors and lost digits kept apart."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

from jingwei.foundations.data.tables.lines import Apart, Line
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import MAX_COLUMNS, Document

MAX_UNPACKED = 512 << 20
"""Bytes all parts of a workbook may unpack to; counted while unpacking, whatever the archive claims."""

MAX_PARTS = 10_000
MAX_MERGED = 1_000_000
"""Cells that merged ranges of the body may cover."""

_LOST = 1e15
"""Figures from here on have more digits than Excel keeps."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheet read, its rows, and what there is to say of the others."""

    rows: Iterator[Line]
    notes: tuple[Text, ...]


def read(document: Document, sheet: str = "") -> Workbook:
    """The sheet named, else the first that is not hidden.

    Raises Unreadable when it is no workbook, Problem ``bomb`` when it unpacks to too much, ``unknown_sheet``.
    """
    import openpyxl

    _measured(document)
    source = document.open()
    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        seen = {s.title: s.sheet_state for s in book.worksheets}
        shown = [name for name, state in seen.items() if state == "visible"]
        wanted = sheet or (shown or [""])[0]
        if wanted not in seen:
            raise Problem("unknown_sheet", Text(f"没有工作表 {wanted[:40]!r}", f"there is no sheet {wanted[:40]!r}"), where=document.name,
                          remedy=did_you_mean(wanted, seen) or Text(f"有：{'、'.join(list(seen)[:20])}。", f"There are {', '.join(list(seen)[:20])}."))
        page = book[wanted]
        with document.open() as again, zipfile.ZipFile(again) as archive, archive.open(page._worksheet_path) as part:
            merged, empty = _merged(part, document.name)
        page.reset_dimensions()
    except Problem:
        source.close()
        raise
    except Exception as error:  # openpyxl raises whatever its XML made it stumble over
        source.close()
        raise _unreadable(document, error) from None
    notes = []
    if len(seen) > 1:
        others = [f"{name}{'' if state == 'visible' else '（隐藏）'}" for name, state in seen.items() if name != wanted]
        hidden = [f"{name}{'' if state == 'visible' else ' (hidden)'}" for name, state in seen.items() if name != wanted]
        notes.append(Text(f"读的是工作表 {wanted}；没有读：{'、'.join(others[:20])}", f"sheet {wanted} was read; not read: {', '.join(hidden[:20])}"))
    if merged:
        notes.append(Text(f"{len(merged)} 个合并单元格按其左上格填满", f"{len(merged)} cells of merged ranges were filled from their upper left one"))
    return Workbook(_rows(document, source, page, merged, empty), tuple(notes))


def _measured(document: Document) -> None:
    """Unpack every part once and count, keeping nothing: a bomb goes off here, in bounded memory."""
    total = 0
    try:
        with document.open() as source, zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in archive.namelist():
                raise Unreadable(Text("这是压缩包，不是 Excel 工作簿", "an archive, not an Excel workbook"), where=document.name,
                                 remedy=Text("请解开后给出其中的表。", "Unpack it and give the table in it."))
            for part in parts[: MAX_PARTS + 1]:
                with archive.open(part) as stream:
                    while chunk := stream.read(1 << 20):
                        total += len(chunk)
                        if total > MAX_UNPACKED:
                            raise _bomb(document)
            if len(parts) > MAX_PARTS:
                raise _bomb(document)
    except Problem:
        raise
    except Exception as error:  # zipfile and zlib raise a dozen kinds for a damaged archive
        raise _unreadable(document, error) from None


def _bomb(document: Document) -> Problem:
    return Problem("bomb", Text(f"解开后超过 {MAX_UNPACKED >> 20} MiB", f"it unpacks to more than {MAX_UNPACKED >> 20} MiB"), where=document.name,
                   remedy=Text("请另存为 CSV 或 Parquet。", "Save it as CSV or Parquet."))


def _unreadable(document: Document, error: Exception) -> Unreadable:
    why = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return Unreadable(Text(f"不是可读的 .xlsx 工作簿（{why}）", f"not a readable .xlsx workbook ({why})"), where=document.name,
                      remedy=Text("请在电子表格软件里另存为 .xlsx 或 CSV UTF-8。", "Save it again as .xlsx or CSV UTF-8 in a spreadsheet program."))


def _merged(part: Any, name: str) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Cells of merged ranges with their upper left cell; and cells whose formula has no result saved. From 1 on."""
    from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

    merged: dict[tuple[int, int], tuple[int, int]] = {}
    empty = set[tuple[int, int]]()
    formula = value = False
    stack: list[Any] = []
    for event, element in ET.iterparse(part, events=("start", "end")):
        if event == "start":
            stack.append(element)
            continue
        stack.pop()
        match element.tag.rpartition("}")[2]:
            case "f":
                formula = True
            case "v":
                value = bool(element.text)
            case "c":
                if formula and not value and element.attrib.get("t") != "str" and "r" in element.attrib:  # a text may be empty
                    empty.add(coordinate_to_tuple(element.attrib["r"]))
                formula = value = False
            case "mergeCell":
                left, top, right, bottom = range_boundaries(element.attrib["ref"])
                if (right - left + 1) * (bottom - top + 1) + len(merged) > MAX_MERGED:
                    raise Problem("too_much_merged", Text(f"合并单元格超过 {MAX_MERGED:,} 格", f"merged ranges cover more than {MAX_MERGED:,} cells"), where=name,
                                  remedy=Text("请取消合并，或另存为 CSV。", "Unmerge them, or save it as CSV."))
                merged.update({(r, c): (top, left) for r in range(top, bottom + 1) for c in range(left, right + 1) if (r, c) != (top, left)})
        if stack:  # or the tree would grow as long as the sheet
            stack[-1].remove(element)
    return merged, empty


def _rows(document: Document, source: BinaryIO, page: Any, merged: dict[tuple[int, int], tuple[int, int]], empty: set[tuple[int, int]]) -> Iterator[Line]:
    """Title rows, whose merged cell spans the table, keep one cell; elsewhere a merged range says the same in all of its cells."""
    needed, kept = set(merged.values()), dict[tuple[int, int], str]()
    rows_needed, rows_merged = {r for r, _ in needed}, {r for r, _ in merged}
    wide = 0
    try:
        for row in page.iter_rows():
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1] and type(cells[-1]) is str:
                cells.pop()
            at = next((cell.row for cell in row if hasattr(cell, "row")), 0)  # a cell that is not in the file knows no row
            if not at:
                continue
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(Text(f"超过 {MAX_COLUMNS:,} 列", f"there are more than {MAX_COLUMNS:,} columns"), where=document.name)
            wide = max(wide, len(cells))
            cells += [""] * (wide - len(cells))
            if empty or at in rows_merged or at in rows_needed:
                for column in range(1, len(cells) + 1):
                    if (at, column) in empty:
                        cells[column - 1] = Apart("", "no_result")
                    elif (corner := merged.get((at, column))) is not None and not cells[column - 1]:
                        cells[column - 1] = "" if corner[0] == at and _spans(merged, corner, at, len(cells)) else kept.get(corner, "")
                    if (at, column) in needed:
                        kept[at, column] = cells[column - 1]
            yield at, cells
    except Problem:
        raise
    except Exception as error:  # as above
        raise _unreadable(document, error) from None
    finally:
        source.close()


def _spans(merged: dict[tuple[int, int], tuple[int, int]], source: tuple[int, int], row: int, width: int) -> bool:
    """Whether a range covers (nearly) the whole width of its row: a title, not a heading of columns."""
    return width > 2 and all(c == source[1] or merged.get((row, c)) == source for c in range(1, width + 1))


def _text(cell: Any) -> str:  # noqa: PLR0911 (one for each kind of cell)
    """A cell in the words a CSV would have: figures without a trailing .0, days and instants in ISO 8601."""
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return Apart(value, "error_cell") if cell.data_type == "e" else value
        case bool():
            return "true" if value else "false"
        case int() | float():
            if abs(value) >= _LOST:
                return Apart(repr(value), "lost_digits")
            whole = isinstance(value, int) or value.is_integer()
            return str(int(value)) if whole else repr(value)
        case dt.datetime():
            form = (cell.number_format or "").lower()
            return value.date().isoformat() if (value.time() == dt.time() and "h" not in form) else value.isoformat(timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
        case _:
            return str(value)
