"""How a result was made, and whether it can be made again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.receipts import NAME, Receipt, Source, code_version, describe, differences, restore
from jingwei.kernel.tables import Document, Table

HELP = Option(Text("帮助", "help"))
RECEIPT = Receipt(("a", "b"), "2026-01-01T08:00:00+08:00", "0.1.0+abc", "en", {"year": 2024}, {"file": Source("f.csv", "f.csv", "sha256:1")},
                  {"observations": "empty"}, {"out.csv": "sha256:2"})
OTHERWISE: dict[str, Any] = {
    "action": ("a",), "at": "2026-01-01T08:00:01+08:00", "code": "0.1.0+abd", "language": "zh", "given": {"year": 2025},
    "sources": {"file": Source("f.csv", "f.csv", "sha256:3")}, "snapshots": {}, "outputs": {"out.csv": "sha256:4"}}

Figures = Annotated[Table, HELP]


@dataclass(frozen=True, slots=True)
class Ask:
    file: Figures
    note: Annotated[Document | None, HELP] = None
    words: Annotated[tuple[str, ...], HELP] = ()
    year: Annotated[int | None, HELP] = None


def document(receipt: Receipt, **altered: Any) -> Document:
    return Document(NAME, json.dumps({**json.loads(receipt.document().content), **altered}).encode())


def asked(folder: Path) -> Ask:
    (folder / "f.csv").write_text("a,b\n1,2\n")
    (folder / "n.txt").write_text("note")
    table = Table.read(Document("f.csv", (folder / "f.csv").read_bytes(), "f.csv"))
    return Ask(table, Document("n.txt", b"note", str(folder / "n.txt")), ("x", "y"))


def receipt_of(given: Ask) -> Receipt:
    plain, sources = describe(given)
    return msgspec.structs.replace(RECEIPT, given=plain, sources=sources)


def test_a_receipt_is_read_back_whole():
    assert Receipt.read(RECEIPT.document()) == RECEIPT


@pytest.mark.parametrize("field", RECEIPT.__struct_fields__)
def test_the_id_changes_with_every_field(field):
    assert msgspec.structs.replace(RECEIPT, **{field: OTHERWISE[field]}).id != RECEIPT.id


@pytest.mark.parametrize("field", RECEIPT.__struct_fields__)
def test_a_receipt_altered_in_any_field_is_refused(field):
    altered = document(RECEIPT, **{field: msgspec.to_builtins(OTHERWISE[field])})
    with pytest.raises(Problem) as raised:
        Receipt.read(altered)
    assert raised.value.code == "altered_receipt"


@pytest.mark.parametrize("content", [
    b"", b"{", b"[]", b"[1]", b"3", b"null", b'"text"', b"{}", b'{"id": 1}', b"\xff", b'{"id": "x", "action": 3}', b"[" * 100_000])
def test_what_is_no_receipt_is_refused(content):
    with pytest.raises(Unreadable):
        Receipt.read(Document("r.json", content))


@pytest.mark.parametrize("altered", [{"extra": 1}, {"at": "yesterday"}, {"language": "fr"}, {"given": {"a": "\ud800"}}, {"sources": []}])
def test_a_receipt_that_says_what_none_can_say_is_refused(altered):
    with pytest.raises(Unreadable):
        Receipt.read(document(RECEIPT, **altered))


@given(st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.sampled_from(["id", "action", "at", "given"]), v), max_leaves=6).map(lambda v: json.dumps(v).encode()))
def test_any_file_is_a_receipt_or_a_problem(content):
    with pytest.raises(Problem):
        Receipt.read(Document("r.json", content))


def test_the_input_is_restored_as_it_was_given(tmp_path):
    given_then = asked(tmp_path)
    again = restore(Receipt.read(receipt_of(given_then).document()), Ask, tmp_path)
    assert again == given_then
    assert isinstance(again.file, Table)
    assert isinstance(again.note, Document)


def test_a_file_given_by_a_relative_path_is_found_beside_the_receipt(tmp_path, monkeypatch):
    receipt = receipt_of(asked(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert restore(receipt, Ask, tmp_path).file.rows == (("1", "2"),)


@pytest.mark.parametrize("change", [lambda p: p.write_text("a,b\n1,3\n"), lambda p: p.unlink()])
def test_an_input_that_changed_or_is_gone_is_refused_by_name(tmp_path, change):
    receipt = receipt_of(asked(tmp_path))
    change(tmp_path / "f.csv")
    with pytest.raises(Problem, match=r"f\.csv") as raised:
        restore(receipt, Ask, tmp_path)
    assert raised.value.code == "input_changed"


@pytest.mark.parametrize("given_then", [{"years": 3}, {}])
def test_a_receipt_for_other_input_than_the_action_now_asks_is_refused(tmp_path, given_then):
    receipt = msgspec.structs.replace(RECEIPT, given=given_then, sources={})
    with pytest.raises(Problem) as raised:
        restore(receipt, Ask, tmp_path)
    assert raised.value.code == "other_input"


def test_files_that_differ_are_missing_or_are_new_are_named_and_the_receipt_is_not():
    made = (Document("same", b"1"), Document("other", b"2"), Document("new", b"3"), Document(NAME, b"4"))
    told = {"same": made[0].digest, "other": "sha256:0", "gone": "sha256:0"}
    assert differences(told, made) == ["gone", "new", "other"]
    assert differences({d.name: d.digest for d in made[:3]}, made) == []


def test_the_code_version_changes_with_any_line_of_code_or_bundled_figure(tmp_path, monkeypatch):
    (tmp_path / "facts").mkdir()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "plan.py").write_text("x = 1\n")
    (tmp_path / "facts" / "nation.csv").write_text("a\n")
    monkeypatch.setattr("jingwei.kernel.receipts.files", lambda _: tmp_path)
    seen = [code_version.__wrapped__()]
    for path, text in (("plan.py", "x = 2\n"), ("facts/nation.csv", "b\n"), ("facts/new.csv", "")):
        (tmp_path / path).write_text(text)
        seen.append(code_version.__wrapped__())
    assert len(set(seen)) == 4
    (tmp_path / "__pycache__" / "plan.pyc").write_text("compiled")
    assert code_version.__wrapped__() == seen[-1]
