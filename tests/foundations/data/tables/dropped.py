"""A file dropped in, read and profiled, for the tests of this folder."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import settings

from jingwei.foundations.data.tables import sources
from jingwei.foundations.data.tables.sources import Read
from jingwei.kernel.tables import Document

FEWER = settings(max_examples=max(8, settings().max_examples // 5))
"""For laws that ask the engine dozens of questions an example."""


@contextmanager
def dropped(name: str, content: bytes | str, **asked: Any) -> Iterator[Read]:
    """What reading gives; whatever it is, every row read is accepted or set apart."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sources.engine(Path(folder), "300MB")
        try:
            read = sources.read(Document(name, content.encode() if isinstance(content, str) else content), Path(folder), connection, **asked)
            assert read.read == read.rows + len(read.misfits)
            assert read.rows == pq.read_metadata(read.file).num_rows
            yield read
        finally:
            connection.disconnect()


def rows(name: str, content: bytes | str, **asked: Any) -> list[dict[str, Any]]:
    with dropped(name, content, **asked) as read:
        found: list[dict[str, Any]] = pq.read_table(read.file).to_pylist()
        return found


def workbook(*given: Sequence[Any], merged: Sequence[str] = (), hidden: Sequence[str] = (), errors: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for row in given:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    for cell in errors:
        sheet[cell] = "#DIV/0!"
        sheet[cell].data_type = "e"
    for name in hidden:
        other = book.create_sheet(name)
        other.sheet_state = "hidden"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()
