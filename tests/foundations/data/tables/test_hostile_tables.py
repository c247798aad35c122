"""Files meant to do harm, and bytes of no sense at all, end with a reason, in memory that does not grow with them."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile

import pytest
from dropped import dropped, parquet, rows, workbook
from hypothesis import given
from hypothesis import strategies as st

from jingwei.foundations.data.tables import grid, lines, workbooks
from jingwei.kernel.problems import Problem
from jingwei.kernel.tables import OnDisk

ENDINGS = ("csv", "tsv", "xlsx", "json", "jsonl", "parquet", "txt", "")


def tried(name: str, content: bytes) -> str:
    """The code of the problem, or nothing: never another error."""
    try:
        with dropped(name, content):
            return ""
    except Problem as problem:
        assert problem.what.zh
        assert problem.what.en
        return problem.code


@given(st.binary(max_size=300), st.sampled_from(ENDINGS))
def test_any_bytes_are_a_table_or_have_a_reason(content, ending):
    tried(f"a.{ending}", content)


@given(st.data(), st.sampled_from([("a.xlsx", workbook(("a", "b"), (1, "x"))), ("a.parquet", parquet(a=[1, 2], b=["x", "y"])),
                                   ("a.csv", "甲,乙\n1,\"x\"\n2,y\n".encode("gb18030")), ("a.json", b'[{"a": {"b": 1}}, {"c": "x"}]')]))
def test_a_damaged_file_is_a_table_or_has_a_reason(data, whole):
    name, content = whole
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    tried(name, bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))


def test_a_line_without_an_end_is_refused_before_it_is_held(tmp_path):
    """A gigabyte that is one line, read from disk by a program that may hold 400 MB in all."""
    file = tmp_path / "line.csv"
    with file.open("wb") as sink:
        sink.write(b"a,b\n")
        sink.truncate(1 << 30)
    program = ("import resource, sys; from pathlib import Path; from jingwei.kernel.tables import OnDisk; from jingwei.kernel.problems import Problem\n"
               "from jingwei.foundations.data.tables import lines\n"
               "resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
               "document = OnDisk('line.csv', Path(sys.argv[1]))\n"
               "try: list(lines.rows_of(document, 'latin-1', ','))\n"
               "except Problem as problem: print(problem.code)")
    told = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "long_line"


def test_a_million_columns_are_refused():
    assert tried("a.csv", b",".join(b"c%d" % i for i in range(100_000))) == "unreadable"
    assert tried("a.csv", b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n1\n") == "long_line"
    assert tried("a.jsonl", b'{"' + b'":1,"'.join(b"k%d" % i for i in range(10_000)) + b'":1}\n') == "unreadable"


def test_a_workbook_that_unpacks_to_more_than_it_may_goes_off_while_it_is_measured(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 8 << 20)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert tried("a.xlsx", sink.getvalue()) == "bomb"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10


def test_an_archive_that_is_no_workbook_is_called_one():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    with pytest.raises(Problem, match="an archive, not an Excel workbook"):
        rows("a.csv", sink.getvalue())


def test_an_old_or_encrypted_workbook_is_called_one():
    with pytest.raises(Problem, match=r"old \.xls or an encrypted"):
        rows("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)


def test_a_file_whose_every_line_is_broken_is_no_table(monkeypatch):
    monkeypatch.setattr(lines, "MAX_TORN", 50)
    assert tried("a.csv", b'a,b\n' + b'1,"x" y\n' * 100) == "unreadable"


def test_more_rows_set_apart_than_can_be_kept_refuse_the_file_whole(monkeypatch):
    monkeypatch.setattr(grid, "MAX_MISFITS", 10)
    assert tried("a.csv", b"a,b\n" + b"1,2\n" * 5 + b"1\n" * 11) == "unreadable"


def test_a_deep_json_is_refused():
    assert tried("a.json", b"[" * 100_000) == "unreadable"
    assert tried("a.jsonl", b'{"a":1}\n' + b"[" * 100_000 + b"\n") == ""


def test_half_a_character_is_set_apart():
    with dropped("a.json", b'[{"a": "\\ud800", "b": 1}, {"a": "x", "b": 2}]') as read:
        assert [m.code for m in read.misfits] == ["half_character"]


def test_a_document_on_disk_is_what_it_is_in_memory(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"a\n1\n")
    held = OnDisk("a.csv", file)
    assert (held.content, held.digest[:7]) == (b"a\n1\n", "sha256:")
    file.write_bytes(b"a\n2\n")
    with held.open() as stream:
        assert stream.read() == b"a\n2\n"
