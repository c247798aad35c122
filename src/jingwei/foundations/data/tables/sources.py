"""A file of any usual kind to a staged table: rows accepted and typed, the others set apart, what the reader has to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jingwei.foundations.data.tables import structured, workbooks
from jingwei.foundations.data.tables.grid import Raw, staged
from jingwei.foundations.data.tables.hints import hint_of, unit_of
from jingwei.foundations.data.tables.kinds import TYPES, Plan, typed
from jingwei.foundations.data.tables.lines import delimiter_of, encoding_of, rows_of
from jingwei.foundations.data.tables.model import Hint, Misfit
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import ColumnType
from jingwei.kernel.problems import Unreadable
from jingwei.kernel.tables import Document

MEMORY = "1GB"
"""What the engine may hold while it types and profiles a table; beyond it, it works on disk."""

_SPOKEN = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "gb18030": "GB18030"}
_MARKS = {",": Text("逗号", "commas"), "\t": Text("制表符", "tabs"), ";": Text("分号", "semicolons"), "|": Text("竖线", "strokes")}


@dataclass(frozen=True, slots=True)
class Read:
    """A table as it was read. ``file`` holds the accepted rows in the lake's types.

    columns, hints, units : by column, in the file's order; written : what was normalised, by column and rule, in cells
    """

    file: Path
    read: int
    rows: int
    columns: dict[str, ColumnType]
    hints: dict[str, Hint]
    units: dict[str, str]
    written: dict[str, dict[str, int]]
    misfits: Sequence[Misfit]
    notes: Sequence[Text]


def engine(folder: Path, memory: str = MEMORY) -> Any:
    """Ibis on a DuckDB of its own, which holds no more than ``memory`` and spills into ``folder``."""
    import ibis

    return ibis.duckdb.connect(memory_limit=memory, temp_directory=str(folder / "spill"), threads=2)


def read(document: Document, folder: Path, connection: Any, *, sheet: str = "", text: Sequence[str] = ()) -> Read:
    """Read by what the file begins with, then by its name's ending.

    folder : empty, for files that are needed while reading; sheet : of a workbook; text : columns kept as written
    Raises Unreadable or another Problem for what is no table; a row that does not fit is no problem but a misfit.
    """
    file = folder / "typed.parquet"
    with document.open() as stream:
        head = stream.read(4)
    ending = document.name.rpartition(".")[2].lower()
    if head == b"PAR1" or ending == "parquet":
        return _parquet(document, file)
    if head == b"\xd0\xcf\x11\xe0":
        raise Unreadable(Text("这是旧式 .xls 或加密的工作簿", "an old .xls or an encrypted workbook"), where=document.name,
                         remedy=Text("请另存为不加密的 .xlsx 或 CSV UTF-8。", "Save it as .xlsx without a password, or as CSV UTF-8."))
    if head == b"PK\x03\x04" or ending in ("xlsx", "xlsm"):
        book = workbooks.read(document, sheet)
        raw = staged(book.rows, document.name, folder / "raw.parquet")
        raw.notes[:0] = book.notes
    elif ending in ("json", "jsonl", "ndjson"):
        raw = staged(structured.json_rows(document), document.name, folder / "raw.parquet")
    else:
        encoding = encoding_of(document)
        mark = delimiter_of(document, encoding)
        raw = staged(rows_of(document, encoding, mark), document.name, folder / "raw.parquet")
        raw.notes.insert(0, Text(f"编码 {_SPOKEN[encoding]}，以{_MARKS[mark].zh}分隔", f"{_SPOKEN[encoding]}, parted by {_MARKS[mark].en}"))
    rows, plans = typed(raw, file, connection, text)
    return _read(raw, file, rows, plans)


def _read(raw: Raw, file: Path, rows: int, plans: Sequence[Plan]) -> Read:
    return Read(file, raw.seen, rows, {p.name: TYPES[p.kind] for p in plans}, {p.name: "datetime" if p.kind == "datetime" and not p.hint else p.hint for p in plans},
                {p.name: p.unit for p in plans if p.unit}, raw.written, sorted(raw.misfits, key=lambda m: m.row), raw.notes)


def _parquet(document: Document, file: Path) -> Read:
    import pyarrow.parquet as pq

    raw, kinds, rows = structured.parquet(document, file)
    head = next(pq.ParquetFile(file).iter_batches(2_000), None)
    hints: dict[str, Hint] = {name: hint_of(name, [c for c in head.column(name).to_pylist() if isinstance(c, str) and c] if head else []) for name in kinds}
    return Read(file, rows, rows, kinds, hints, {n: u for n in kinds if (u := unit_of(n))}, raw.written, (), (Text("Parquet，类型照原样", "Parquet, its types kept"),))
