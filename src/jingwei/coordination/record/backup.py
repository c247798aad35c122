"""Backups: one file with the store and the lake as they were at one moment, every part under its digest.

The store travels as a SQLite database whatever it is kept in, so that a backup can be put back into either. The lake's
files never change once written: the manifests current just after it and what they name are a consistent copy, which has
everything the ledger speaks of. The node's key and settings are not in it: a secret does not belong in a file that travels.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jingwei.coordination.record.sources import StoreRecord
from jingwei.coordination.record.verifier import Verdict, verify
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Ledger
from jingwei.kernel.problems import Problem, reason
from jingwei.kernel.receipts import code_version
from jingwei.kernel.store import FILE, Store
from jingwei.kernel.workspace import Workspace

FORMAT = "jingwei backup 1"
CONTENTS = "backup.json"
_PART = re.compile(r"store\.db|lake/[A-Za-z0-9_]+/(current|manifests/[0-9a-f]{32}\.json|data/[0-9]{6}-[0-9a-f]{16}\.parquet)")
_VERSIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup says it holds."""

    at: str
    code: str
    size: int
    root: str
    files: dict[str, tuple[int, str]]

    @property
    def content(self) -> int:
        return sum(size for size, _ in self.files.values())


def write_backup(workspace: Workspace, to: Path, at: datetime) -> tuple[Told, Verdict]:
    """Copy the node into one file while others go on writing, and verify the ledger in the copy.

    A ledger that does not hold is copied all the same, as evidence; it will not be put back. Raises Problem ``no_file``; an
    old file stays then.
    """
    beside = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(prefix="jingwei-backup-", dir=to.resolve().parent) as folder:
            files: dict[str, tuple[int, str]] = {}
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                verdict = _copy_store(workspace.store, Path(folder))
                size, root = verdict.size, verdict.root
                for name, part in [(FILE, Path(folder) / FILE), *_lake(workspace.folder / "lake")]:
                    files[name] = _pack(archive, name, part)
                told = Told(at.isoformat(), code_version(), size, root, files)
                archive.writestr(CONTENTS, json.dumps({"format": FORMAT, "at": told.at, "code": told.code, "ledger": {
                    "size": size, "root": root}, "files": {n: {"bytes": b, "sha256": d} for n, (b, d) in files.items()}}, indent=1))
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(to)
    except OSError as error:
        raise Problem("no_file", Text(f"写不进去（{error.strerror}）", f"cannot write there ({error.strerror})"),
                      where=str(to),
                      remedy=Text("请腾出空间，或用 --to FILE 换一个文件。", "Make room or choose another file with --to FILE.")) from None
    finally:
        beside.unlink(missing_ok=True)
    return told, verdict


def _copy_store(store: Store, folder: Path) -> Verdict:
    """The store as a SQLite database in ``folder``, and what the verifier says of its ledger at that very moment."""
    copy = Store(folder)
    with store.read() as connection:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            with closing(sqlite3.connect(folder / FILE)) as target:
                raw.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
        else:
            with copy.write() as target_connection:
                _copy_rows(connection, target_connection)
    try:
        return _verified(copy)
    finally:
        copy.close()


def _verified(store: Store) -> Verdict:
    with store.read() as connection:
        return verify(StoreRecord(Ledger(store), connection))


def _copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Every row of every table, into tables of the same schema that are emptied first; times stay the same instants."""
    here, there = sa.MetaData(), sa.MetaData()
    here.reflect(source)
    there.reflect(target)
    tables = [t for t in there.sorted_tables if t.name != _VERSIONS and t.name in here.tables]  # an index of its own keeps itself
    for table in reversed(tables):
        target.execute(table.delete())
    for table in tables:
        rows = source.execute(sa.select(here.tables[table.name]), execution_options={"yield_per": 1_000})
        for part in rows.mappings().partitions():
            target.execute(table.insert(), [{k: _instant(v, target.dialect.name) for k, v in row.items()} for row in part])
        if target.dialect.name == "postgresql":
            _count_on(target, table)


def _count_on(target: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL counts numbers it gives out apart from the rows; it must go on after those that came in."""
    for column in table.primary_key.columns:
        named = {"t": table.name, "c": column.name}
        if isinstance(column.type, sa.Integer) and target.scalar(sa.text("SELECT pg_get_serial_sequence(:t, :c)"), named):
            highest = target.scalar(sa.select(sa.func.max(column)))
            target.execute(sa.text("SELECT setval(pg_get_serial_sequence(:t, :c), :n, :used)"),
                           {**named, "n": highest or 1, "used": highest is not None})


def _instant(value: Any, dialect: str) -> Any:
    if not isinstance(value, datetime):
        return value
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.replace(tzinfo=None) if dialect == "sqlite" else aware


def _lake(lake: Path) -> Iterator[tuple[str, Path | bytes]]:
    """The manifest current now of each dataset, and the files it names."""
    for current in sorted(lake.glob("*/current")):
        home, wanted = current.parent, current.read_text().strip()
        manifest = home / "manifests" / f"{wanted}.json"
        named = [home / "data" / name for name in json.loads(manifest.read_bytes())["files"]]
        for path in (manifest, *named):
            yield f"lake/{path.relative_to(lake).as_posix()}", path
        yield f"lake/{home.name}/current", wanted.encode()  # it may have moved on; the copy points to what is in it


def _pack(archive: zipfile.ZipFile, name: str, part: Path | bytes) -> tuple[int, str]:
    digest, size = sha256(), 0
    with (io.BytesIO(part) if isinstance(part, bytes) else part.open("rb")) as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as sink:
        while content := source.read(1 << 20):
            digest.update(content)
            size += len(content)
            sink.write(content)
    return size, digest.hexdigest()


@contextmanager
def opened(file: Path, near: Path) -> Iterator[tuple[Told, Path]]:
    """A backup unpacked beside the node it is for, every part checked, its store upgraded and its ledger verified.

    Raises Problem ``no_file`` or ``damaged_backup``.
    """
    near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=near) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(file) as archive:
                told = _read(archive)
                for part, (size, digest) in told.files.items():
                    _unpack(archive, part, folder / part, size, digest)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, TypeError, LookupError, NotImplementedError,
                AttributeError, RuntimeError, RecursionError, zlib.error) as error:
            raise _damaged(file, reason(error)) from None
        except OSError as error:
            if error.errno == errno.EINVAL:  # a place in it that it cannot have
                raise _damaged(file, Text("里面有指向外面的路径", "it points outside itself")) from None
            raise Problem("no_file", Text(f"打不开（{error.strerror}）", f"cannot be read ({error.strerror})"),
                          where=str(file), remedy=Text("请核对文件名。", "Check the name.")) from None
        except sqlite3.Error as error:
            raise _damaged(file, reason(error)) from None
        copy = Store(folder)
        try:
            copy.upgrade()
            verdict = _verified(copy)
            if not verdict.holds:
                raise _damaged(file,
                               Text(f"它的账本从第 {verdict.findings[0].first} 条起不成立",
                                    f"its ledger does not hold from entry {verdict.findings[0].first} on"))
            if (verdict.size, verdict.root) != (told.size, told.root):
                raise _damaged(file, Text("它的账本不是它所说的那一本", "its ledger is not the one it tells of"))
            yield told, folder
        finally:
            copy.close()


def _read(archive: zipfile.ZipFile) -> Told:
    """Raises ValueError or the like when it is not as ``write_backup`` makes it."""
    names = archive.namelist()
    told = json.loads(archive.read(CONTENTS))
    if told["format"] != FORMAT:
        raise ValueError(Text(f"它的格式是 {told['format']!r}", f"its format is {told['format']!r}"))
    files = {name: (int(each["bytes"]), str(each["sha256"])) for name, each in told["files"].items()}
    if sorted(names) != sorted([*files, CONTENTS]) or FILE not in files:
        raise ValueError(Text("里面的文件与它所说的不同", "it holds other files than it tells of"))
    if odd := [name for name in files if not _PART.fullmatch(name)]:
        raise ValueError(Text(f"{odd[0]!r} 不该在里面", f"{odd[0]!r} does not belong in it"))
    return Told(str(told["at"]), str(told["code"]), int(told["ledger"]["size"]), str(told["ledger"]["root"]), files)


def _unpack(archive: zipfile.ZipFile, part: str, to: Path, size: int, digest: str) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    found, left = sha256(), size
    with archive.open(part) as source, to.open("wb") as sink:
        while content := source.read(1 << 20):
            left -= len(content)
            if left < 0:  # before the disk is full
                break
            found.update(content)
            sink.write(content)
    if left or found.hexdigest() != digest:
        raise ValueError(Text(f"{part} 被改动过", f"{part} was altered"))


def put_back(folder: Path, told: Told, workspace: Workspace) -> None:
    """Make the node what ``opened`` has checked. The store changes in one transaction; others may be reading."""
    workspace.establish()
    lake = workspace.folder / "lake"
    pointers = [name for name in told.files if name.endswith("/current")]
    for name in told.files:
        if name != FILE and name not in pointers and not (workspace.folder / name).exists():
            _place(folder / name, workspace.folder / name)
    copy, store = Store(folder), workspace.store
    if store.url:
        with copy.read() as source, store.write() as target:
            _copy_rows(source, target)
    else:
        copy.close()
        with closing(sqlite3.connect(folder / FILE)) as source_file, closing(sqlite3.connect(workspace.folder / FILE)) as target_file:
            source_file.backup(target_file)
    for gone in set(lake.glob("*/current")) - {workspace.folder / name for name in pointers}:
        gone.unlink()
    for name in pointers:
        _place(folder / name, workspace.folder / name)


def _place(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(f".{to.name}.{os.getpid()}")
    shutil.copyfile(source, beside)
    with beside.open("rb") as copied:
        os.fsync(copied.fileno())
    beside.replace(to)


def _damaged(file: Path, why: Text) -> Problem:
    return Problem("damaged_backup", Text(f"不是完整的备份（{why.zh}）", f"not a whole backup ({why.en})"), where=str(file),
                   remedy=Text("请用它的另一份副本。", "Use another copy of it."))
