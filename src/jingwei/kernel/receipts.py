"""Receipts: how a result was made, in enough detail to make it again and compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

import jingwei
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import Document, Table, json_bytes

NAME = "receipt.json"


class Source(msgspec.Struct, frozen=True):
    """An input file: its name, where it was read and the digest of its bytes."""

    name: str
    origin: str
    digest: str


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run of one action.

    given : the action's input without files
    sources : its input files by field
    snapshots : lake snapshots read, by dataset
    code : package version and the digest of its code and bundled figures
    outputs : digest of every file made, by name
    """

    action: tuple[str, ...]
    at: str
    code: str
    language: Language
    given: dict[str, Any]
    sources: dict[str, Source]
    snapshots: dict[str, str]
    outputs: dict[str, str]

    @property
    def id(self) -> str:
        """Digest of the canonical JSON form."""
        canonical = json.dumps(msgspec.to_builtins(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    def document(self) -> Document:
        return Document(NAME, json_bytes({**msgspec.to_builtins(self), "id": self.id}))

    @classmethod
    def read(cls, document: Document) -> Receipt:
        """Raises Unreadable when it is not a receipt or was altered after it was made."""
        try:
            told = json.loads(document.content)
            claimed = told.pop("id")
            receipt = msgspec.convert(told, cls)
            datetime.fromisoformat(receipt.at)
            unaltered = receipt.id == claimed
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise Unreadable(Text(f"不是凭据（{error}）", f"not a receipt ({error})"), where=document.name) from None
        if not unaltered:
            raise Problem("altered_receipt",
                          Text("凭据与自己的编号对不上：生成之后被改过",
                               "the receipt does not match its own id: it was altered after it was made"),
                          where=document.name,
                          remedy=Text("请用随结果写出的凭据。", "Use the receipt that was written with the result."))
        return receipt


@cache
def code_version() -> str:
    """``0.1.0+`` and twelve digits that change with any line of code or bundled figure; built assets do not count."""
    digest = hashlib.sha256()

    def walk(folder: Traversable, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.is_dir() and entry.name not in ("__pycache__", "built"):
                walk(entry, f"{prefix}{entry.name}/")
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                digest.update(f"{prefix}{entry.name}\0".encode() + hashlib.sha256(entry.read_bytes()).digest())

    walk(files("jingwei"), "")
    return f"{jingwei.__version__}+{digest.hexdigest()[:12]}"


def describe(given: Any) -> tuple[dict[str, Any], dict[str, Source]]:
    """An action's input parted into plain values and files."""
    plain: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if isinstance(value, Table | Document):
            sources[field.name] = Source(value.name, value.origin, value.digest)
        else:
            plain[field.name] = msgspec.to_builtins(value)
    return plain, sources


def restore(receipt: Receipt, kind: type, near: Path) -> Any:
    """The input the receipt tells of, its files read again from where they were.

    near : folder also searched for files named by a relative path
    Raises Problem ``input_changed`` when a file is gone or its digest differs, ``other_input`` when the action changed.
    """
    values: dict[str, Any] = dict(receipt.given)
    hints = get_type_hints(kind)
    for name, source in receipt.sources.items():
        candidates = [Path(source.origin), near / source.origin, near / source.name]
        found = next((p for p in candidates if p.is_file()), None)
        if found is None:
            raise Problem("input_changed",
                          Text(f"输入 {source.name} 已不在原处", f"the input {source.name} is no longer there"),
                          where=source.origin,
                          remedy=Text("请放回文件，或在第一次运行的目录里运行。",
                                      "Put the file back, or run from the folder the first run was started in."))
        document = Document(source.name, found.read_bytes(), source.origin)
        if document.digest != source.digest:
            raise Problem("input_changed",
                          Text(f"{source.name} 不是生成结果所用的文件", f"{source.name} is not the file the result was made from"),
                          where=str(found),
                          remedy=Text(f"它的摘要应是 {source.digest}。", f"Its digest should be {source.digest}."))
        wanted = hints.get(name)
        values[name] = Table.read(document) if Table in (wanted, *get_args(wanted)) else document
    try:
        return kind(**{name: _tupled(value) for name, value in values.items()})
    except TypeError:
        raise Problem("other_input",
                      Text(f"{' '.join(receipt.action)} 现在要的输入与写凭据时不同",
                           f"{' '.join(receipt.action)} asks for other input than it did when the receipt was written"),
                      remedy=Text(f"请用写它的程序：{receipt.code}。", f"Use the program that wrote it: {receipt.code}.")) from None


def _tupled(value: Any) -> Any:
    """JSON has only lists; inputs are immutable and hold tuples."""
    return tuple(_tupled(v) for v in value) if isinstance(value, list) else value


def differences(outputs: Mapping[str, str], documents: tuple[Document, ...]) -> list[str]:
    """Names of files that differ, are missing or are new; empty when the replay equals the original."""
    again = {d.name: d.digest for d in documents if d.name != NAME}
    return sorted(name for name in {*outputs, *again} if outputs.get(name) != again.get(name))
