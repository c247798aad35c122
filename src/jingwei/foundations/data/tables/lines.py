"""Text to rows: the encoding found by decoding all of it strictly, the delimiter by what parts its lines alike; broken lines apart."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document

MAX_LINE = 1 << 20
"""Characters one line may have; a longer one ends the reading, unread."""

MAX_TORN = 10_000
"""Lines that may be broken before the file counts as no table."""

SAMPLE = 1 << 16
CHUNK = 1 << 20
DELIMITERS = ",\t;|"


class Apart(str):
    """A cell, or a line standing for a row, that cannot be taken as it is. ``code`` says why (``grid.WHY``)."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str) -> Apart:
        made = super().__new__(cls, text)
        made.code = code
        return made


Line = tuple[int, list[str] | Apart]
"""Where it stands, from 1, and its cells; or a line that is no row at all."""


def encoding_of(document: Document) -> str:
    """The encoding in which all of it can be read: UTF-8 or UTF-16 by a mark, else UTF-8, UTF-16 by its zeros, GB18030.

    Raises Unreadable when there is none; nothing is ever replaced by a question mark.
    """
    with document.open() as stream:
        head = stream.read(SAMPLE)
        if not head.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
            raise Unreadable(Text("文件是空的", "the file is empty"), where=document.name)
        if head[:3] == codecs.BOM_UTF8:
            wanted = ["utf-8-sig"]
        elif head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            wanted = ["utf-16"]
        else:
            zeros = [head[side::2].count(0) for side in (0, 1)]
            wanted = ["utf-16-le"] if zeros[1] > len(head) // 8 > zeros[0] else ["utf-16-be"] if zeros[0] > len(head) // 8 > zeros[1] else ["utf-8", "gb18030"]
        for name in wanted:
            stream.seek(0)
            if _decodes(stream, name):
                return name
    raise Unreadable(Text("文字既不是 UTF-8、UTF-16，也不是 GB18030", "the text is neither UTF-8 nor UTF-16 nor GB18030"), where=document.name,
                     remedy=Text("请另存为 CSV UTF-8 再试。", "Save the file as CSV UTF-8 and try again."))


def _decodes(stream: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def opened(document: Document, encoding: str) -> TextIO:
    """The text, with its ends of line as they are."""
    return io.TextIOWrapper(document.open(), encoding, errors="strict", newline="")


def read_lines(text: TextIO, name: str) -> Iterator[str]:
    """Lines with their ends. Raises Problem ``long_line`` before more than MAX_LINE characters are held, Unreadable at a zero byte."""
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise Problem("long_line", Text(f"这一行超过 {MAX_LINE:,} 个字符", f"the line is longer than {MAX_LINE:,} characters"),
                          where=Text(f"{name}，第 {number} 行", f"{name}, line {number}"),
                          remedy=Text("请核对这是不是一张表、换行有没有丢。", "See whether it is a table at all, and whether its ends of line were lost."))
        if "\0" in line:
            raise Unreadable(Text("文件里有零字节，不是文本表格", "the file holds zero bytes; it is not a text table"),
                             where=Text(f"{name}，第 {number} 行", f"{name}, line {number}"),
                             remedy=Text("请把工作表另存为 CSV UTF-8 再试。", "Save the sheet as CSV UTF-8 and try again."))
        yield line


def delimiter_of(document: Document, encoding: str) -> str:
    """What parts most of the first lines into one number of cells; a tab by the file's name, a comma when nothing does."""
    if document.name.lower().endswith((".tsv", ".tab")):
        return "\t"
    with opened(document, encoding) as text:
        sample = text.read(SAMPLE)
    if len(sample) == SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1]

    def alike(mark: str) -> tuple[int, int]:
        try:
            widths = Counter(len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if any(cells))
        except csv.Error:
            return 0, 0
        cells = max((n for n in widths if n > 1), key=lambda n: widths[n] * n, default=0)
        return widths[cells] if cells else 0, cells

    best = max(DELIMITERS, key=lambda mark: (alike(mark)[0] * alike(mark)[1], -DELIMITERS.index(mark)))
    return best if alike(best)[1] else ","


class _Feed:
    """Lines for the parser; those of the row at hand can be given back when it breaks."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._again = lines, deque[str]()
        self.given: list[str] = []
        self.at = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.given.append(line)
        self.at += 1
        return line

    def give_back(self) -> str:
        """All but the first line of the row at hand will come again; returns that one."""
        first, *rest = self.given
        self._again.extendleft(reversed(rest))
        self.at -= len(rest)
        return first


def rows_of(document: Document, encoding: str, delimiter: str) -> Iterator[Line]:
    """Every row with the line it starts on. A quotation mark that is never closed costs its own line, not those behind it.

    Raises Unreadable when more than MAX_TORN lines are broken, and what ``read_lines`` raises.
    """
    torn = 0
    with opened(document, encoding) as text:
        feed = _Feed(read_lines(text, document.name))
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        while True:
            feed.given.clear()
            start = feed.at + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                torn += 1
                if torn > MAX_TORN:
                    raise Unreadable(Text(f"有 {torn:,} 行引号不成对", f"{torn:,} lines have a quotation mark out of place"), where=document.name,
                                     remedy=Text("请核对分隔符和引号。", "See to the delimiter and the quotation marks.")) from None
                yield start, Apart(feed.give_back().rstrip("\r\n"), "torn")
                reader = csv.reader(feed, delimiter=delimiter, strict=True)
            else:
                yield start, cells
