"""Tables and documents as people send them: CSV in any usual encoding, JSON or Parquet; nothing coerced in silence."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO

from jingwei.kernel.i18n import Text, Words
from jingwei.kernel.problems import Unreadable, did_you_mean

MAX_CELL = 32_768
"""Characters one cell may hold; a longer one is a broken quote or an attack, not a figure."""

MAX_COLUMNS = 4_096

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How .xlsx and .xls begin, whatever the file is called."""

_FIGURE = re.compile(
    r"[+-]?(?:\d*|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+)(?:\.\d*)?(?:[eE][+-]?\d{1,9})?", re.ASCII
)
SURROGATE = re.compile("[\ud800-\udfff]")
NARROW = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | dict.fromkeys((0xA0, 0x2009, 0x202F, 0x3000), 0x20)
"""Full-width forms and fixed spaces; no more, or the footnote mark of 113.6² would become a digit."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "—", "…", "..", "...", "缺失"})


@dataclass(frozen=True, slots=True)
class Document:
    """A named piece of content; ``name`` is a relative path such as ``steps/treated.csv``."""

    name: str
    content: bytes
    origin: str = ""

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.content).hexdigest()

    def open(self) -> BinaryIO:
        """The content as a stream, from its beginning."""
        return io.BytesIO(self.content)

    def text(self) -> str:
        """Decoded as UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030. Raises Unreadable."""
        raw = self.content
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encodings: tuple[str, ...] = ("utf-16",)
        else:
            encodings = ("utf-8-sig", "gb18030")
        for encoding in encodings:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise Unreadable(Text("文字既不是 UTF-8，也不是 GB18030", "the text is neither UTF-8 nor GB18030"), where=self.name,
                         remedy=Text("请另存为 CSV UTF-8 再试。", "Save the file as CSV UTF-8 and try again."))


class OnDisk(Document):
    """A document too large to be held: ``content`` reads the file anew whenever it is asked for, ``open`` reads it bit by bit."""

    path: Path

    def __init__(self, name: str, path: Path, origin: str = "") -> None:
        for field_, value in (("name", name), ("path", path), ("origin", origin)):
            object.__setattr__(self, field_, value)

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def digest(self) -> str:
        with self.path.open("rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()

    def open(self) -> BinaryIO:
        return self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text cells under named columns; ``lines`` says where in the file each row stood."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    digest: str = ""
    origin: str = ""
    _index: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._index.update({c: i for i, c in enumerate(self.columns)})

    @classmethod
    def read(cls, document: Document) -> Table:
        """Parse by the name's ending (.csv, .tsv, .json, .parquet). Raises Unreadable, naming place and remedy."""
        if not document.content.strip(b"\x00 \r\n\t"):
            raise Unreadable(Text("文件是空的", "the file is empty"), where=document.name)
        if document.content.startswith(_WORKBOOKS):
            raise Unreadable(Text("这是 Excel 工作簿或压缩包，不是文本表格",
                                  "the file is an Excel workbook or another archive, not a text table"),
                             where=document.name,
                             remedy=Text("请把工作表另存为 CSV UTF-8 再试。", "Save the sheet as CSV UTF-8 and try again."))
        ending = document.name.rpartition(".")[2].lower()
        if document.content[:4] == b"PAR1" or ending == "parquet":
            columns, rows = _parquet(document)
            lines: Sequence[int] = range(1, len(rows) + 1)
        elif ending == "json":
            columns, rows = _json(document)
            lines = range(1, len(rows) + 1)
        else:
            columns, rows, lines = _delimited(document)
        return cls(document.name, tuple(columns), tuple(rows), tuple(lines), document.digest, document.origin)

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, column: str) -> bool:
        return column in self._index

    def column(self, name: str) -> tuple[str, ...]:
        self.require((name,))
        at = self._index[name]
        return tuple(row[at] for row in self.rows)

    def require(self, names: Iterable[str]) -> None:
        """Raises Unreadable when a column is not there."""
        for name in names:
            if name not in self._index:
                near = did_you_mean(name, self.columns)
                if len(self.columns) == 1 and any(mark in self.columns[0] for mark in ";\t|"):
                    near = Text("各列请用逗号隔开。", "Part the columns with commas.")
                raise Unreadable(Text(f"没有 {name!r} 这一列；有这些列：{'、'.join(self.columns[:20])}",
                                      f"there is no column {name!r}; the columns are {', '.join(self.columns[:20])}"),
                                 where=_line(self.name, 1),
                                 remedy=near or Text("请在第一行写上列名。", "Name the columns in the first line."))

    def where(self, row: int, column: str = "") -> Text:
        """``figures.csv, line 412, column value``"""
        place = _line(self.name, self.lines[row])
        return Text(f"{place.zh}，{column} 列", f"{place.en}, column {column}") if column else place


def _line(name: str, line: int) -> Text:
    return Text(f"{name}，第 {line} 行", f"{name}, line {line}")


def number(text: str) -> Decimal | None:
    """A figure as people write it: full-width digits, thousands parted by commas or spaces. None when missing.

    Raises ValueError for anything else, infinity and formulas included: a figure is never guessed.
    """
    plain = text.translate(NARROW).strip()
    if plain.lower() in MISSING:
        return None
    if not _FIGURE.fullmatch(plain):
        raise ValueError(text)
    try:
        value = Decimal(plain.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not -300 < value.adjusted() < 300:
        raise ValueError(text)
    return value


def decimals(value: Decimal) -> int:
    """Digits written after the point: 113.6 has 1, 24000 has 0."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV as UTF-8 with LF; None and NaN as empty; cells that a spreadsheet would run as a formula are quoted."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([_cell(c) for c in columns])
    writer.writerows([_cell(v) for v in row] for row in rows)
    return sink.getvalue().encode()


def json_bytes(value: Any) -> bytes:
    """JSON with sorted keys, two-space indent, NaN refused."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def parquet_bytes(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same rows as Parquet; a column's type is that of its values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    listed = [list(row) for row in rows]
    arrays = {name: [_plain(row[i]) for row in listed] for i, name in enumerate(columns)}
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays), sink, compression="zstd")
    return sink.getvalue()


def _plain(value: object) -> object:
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 (NaN is not itself)


def _cell(value: object) -> object:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        return "'" + value if value.startswith(_FORMULA) else value
    return value


def _header(where: Words, cells: Sequence[str]) -> list[str]:
    columns = [unicodedata.normalize("NFKC", c).strip() for c in cells]
    if len(columns) > MAX_COLUMNS:
        raise Unreadable(Text(f"有 {len(columns):,} 列；最多 {MAX_COLUMNS:,} 列",
                              f"there are {len(columns):,} columns; {MAX_COLUMNS:,} are the most"), where=where)
    blank = [str(i + 1) for i, c in enumerate(columns) if not c]
    if not columns or blank:
        raise Unreadable(Text(f"表头第 {'、'.join(blank[:5]) or '1'} 列没有名称；是不是合并了表头单元格？",
                              f"the header has no name for column {', '.join(blank[:5]) or '1'}; merged header cells?"),
                         where=where,
                         remedy=Text("请取消合并，每列一个名称。", "Unmerge the header and give every column one name."))
    if any(map(SURROGATE.search, columns)):
        raise Unreadable(Text("列名里有半个字符（单个代理码）", "a column's name holds half a character (a lone surrogate)"),
                         where=where)
    twice = [c for c, n in Counter(columns).items() if n > 1]
    if twice:
        raise Unreadable(Text(f"{twice[0]!r} 列出现了两次", f"column {twice[0]!r} appears twice"), where=where,
                         remedy=Text("每列用自己的名称。", "Give every column its own name."))
    return columns


def _delimited(document: Document) -> tuple[list[str], list[tuple[str, ...]], list[int]]:
    text = document.text()
    if "\x00" in text:
        raise Unreadable(Text("文件里有零字节，不是文本表格", "the file holds zero bytes; it is not a text table"),
                         where=document.name,
                         remedy=Text("请把工作表另存为 CSV UTF-8 再试。", "Save the sheet as CSV UTF-8 and try again."))
    delimiter = "\t" if document.name.lower().endswith(".tsv") else ","
    previous = csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    began = 1
    try:
        for cells in reader:
            at, began = began, reader.line_num + 1
            if not any(c.strip() for c in cells):
                continue
            if not columns:
                while not cells[-1].strip():
                    cells.pop()
                columns = _header(_line(document.name, at), cells)
                continue
            if any(c.strip() for c in cells[len(columns) :]):
                raise Unreadable(Text(f"这一行有 {len(cells)} 格，表头有 {len(columns)} 格",
                                      f"the line has {len(cells)} cells, the header {len(columns)}"),
                                 where=_line(document.name, at),
                                 remedy=Text("含逗号的格请加引号。", "Quote cells that hold a comma."))
            padded = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
            rows.append(tuple(c.strip() for c in padded))
            lines.append(at)
    except csv.Error as error:
        long = "field larger" in str(error)
        raise Unreadable(Text(f"有一格超过 {MAX_CELL:,} 个字符", f"a cell is longer than {MAX_CELL:,} characters") if long
                         else Text(f"不是合格的 CSV 行（{error}）", f"not a well-formed CSV line ({error})"),
                         where=_line(document.name, began),
                         remedy=Text("请找没有收尾的引号，或引号后面还有文字的地方。",
                                     "Look for a quotation mark that is never closed, or has text behind it.")) from None
    finally:
        csv.field_size_limit(previous)
    if not columns:
        raise Unreadable(Text("文件是空的", "the file is empty"), where=document.name)
    return columns, rows, lines


def _json(document: Document) -> tuple[list[str], list[tuple[str, ...]]]:
    """Numbers stay as they were written: 113.0 was printed to one place, and 113 was not."""
    try:
        records = json.loads(document.text(), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name,
                         remedy=Text('写一个记录列表：[{"measure": …, "place": …}, …]。',
                                     'Write one list of records: [{"measure": …, "place": …}, …].')) from None
    if not isinstance(records, list) or not records or not all(isinstance(r, dict) for r in records):
        raise Unreadable(Text("这份 JSON 不是记录列表", "the JSON is not a list of records"), where=document.name,
                         remedy=Text('写 [{"measure": …, "place": …}, …]。', 'Write [{"measure": …, "place": …}, …].'))
    keys = list(dict.fromkeys(key for record in records for key in record))
    columns = _header(document.name, keys)
    return columns, [
        tuple(_as_text(record.get(key), document, i) for key in keys) for i, record in enumerate(records, 1)
    ]


def _parquet(document: Document) -> tuple[list[str], list[tuple[str, ...]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(document.content))
        names, listed = table.column_names, [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, TypeError) as error:
        why = (str(error).splitlines() or ["damaged"])[0]
        raise Unreadable(Text(f"Parquet 文件读不出来（{why}）", f"not a readable Parquet file ({why})"), where=document.name) from None
    columns = _header(document.name, names)
    rows = enumerate(zip(*listed, strict=True), 1)
    return columns, [tuple(_as_text(v, document, i) for v in row) for i, row in rows]


def _as_text(value: object, document: Document, row: int) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return ""
    where = Text(f"{document.name}，第 {row} 行", f"{document.name}, row {row}")
    if isinstance(value, dict | list | tuple | bytes):
        raise Unreadable(Text("有一格里是列表、记录或字节", "a cell holds a list, a record or bytes"), where=where,
                         remedy=Text("一格只写一个数或一段文字。", "Write one figure or text a cell."))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = str(value).strip()
    if len(text) > MAX_CELL:
        raise Unreadable(Text(f"有一格超过 {MAX_CELL:,} 个字符", f"a cell is longer than {MAX_CELL:,} characters"), where=where)
    if not text.isascii() and SURROGATE.search(text):
        raise Unreadable(Text("有一格里有半个字符（单个代理码）", "a cell holds half a character (a lone surrogate)"), where=where)
    return text
