"""Tables for analysis: immutable Parquet files under a manifest that changes atomically; queried with Ibis."""

from __future__ import annotations

import glob
import hashlib
import io
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jingwei.kernel.files import held, write_whole
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

_IDENTITY = re.compile("[0-9a-f]{32}")
_GLOB = re.compile(r"[\\*?\[\]{}]")

ColumnType = Literal["string", "float64", "int64", "bool", "date"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named table and its schema. ``version`` rises with every change of ``columns``."""

    name: str
    version: int
    columns: Mapping[str, ColumnType]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a dataset at one moment; ``id`` is the digest of the manifest."""

    id: str
    version: int
    files: tuple[str, ...]


EMPTY = Snapshot("empty", 0, ())


@dataclass(frozen=True, slots=True)
class Lake:
    """The datasets in one folder. One process writes a dataset at a time; any number read."""

    folder: Path
    engine: Literal["duckdb", "spark"] = "duckdb"

    def snapshot(self, dataset: Dataset, wanted: str | None = None) -> Snapshot:
        """The current snapshot, or the one ``wanted`` by id.

        Raises Problem ``no_snapshot``, ``damaged_lake``, or ``other_schema`` when another program wrote it.
        """
        home = self.folder / dataset.name
        if wanted == EMPTY.id:
            return EMPTY
        if wanted is None:
            try:
                wanted = (home / "current").read_text().strip()
            except (FileNotFoundError, NotADirectoryError):
                return EMPTY
        try:
            if not _IDENTITY.fullmatch(wanted):
                raise FileNotFoundError
            content = (home / "manifests" / f"{wanted}.json").read_bytes()
        except FileNotFoundError:
            raise Problem("no_snapshot",
                          Text(f"{dataset.name} 没有快照 {wanted}", f"there is no snapshot {wanted} of {dataset.name}"),
                          where=str(home),
                          remedy=Text("请用生成结果时的工作目录。", "Use the workspace in which the result was made.")) from None
        if _identity(content) != wanted:
            raise _damaged(dataset, home)
        manifest = json.loads(content)
        if manifest["version"] != dataset.version:
            raise Problem("other_schema",
                          Text(f"{dataset.name} 是按结构 {manifest['version']} 写的，本程序认识的是 {dataset.version}",
                               f"{dataset.name} was written with schema {manifest['version']}, this program "
                               f"knows {dataset.version}"),
                          where=str(home), remedy=Text("请用写它的程序。", "Use the program that wrote it."))
        return Snapshot(wanted, manifest["version"], tuple(manifest["files"]))

    def append(self, dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> Snapshot:
        """Add rows as one new file and make it current in one step; readers see all of it or none.

        Raises Problem ``lake_not_writable``; nothing is added then.
        """
        if not rows:
            return self.snapshot(dataset)
        content = _parquet(dataset, rows)
        with self._writing(dataset) as home:
            before = self.snapshot(dataset)
            name = f"{len(before.files):06d}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            write_whole(home / "data" / name, content)
            return _made_current(home, _placed(home, dataset, (*before.files, name)))

    def replace(self, dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> Snapshot:
        """Make these rows all there are, in one step; the earlier ones stay readable under their own snapshot.

        Rows that are there already, and no others, are not written again. Raises Problem ``lake_not_writable``.
        """
        return self.take(dataset, io.BytesIO(_parquet(dataset, rows)))

    def take(self, dataset: Dataset, file: io.BufferedIOBase) -> Snapshot:
        """As ``replace``, with the rows of a Parquet file outside the lake, which has the dataset's columns and types; copied bit by bit."""
        with self._writing(dataset) as home:
            return _made_current(home, _copied(home, dataset, file))

    def place(self, dataset: Dataset, file: io.BufferedIOBase) -> Snapshot:
        """As ``take``, but ``point`` makes it current; until then it is read by its id only. Raises Problem ``lake_not_writable``."""
        with self._writing(dataset) as home:
            return _copied(home, dataset, file)

    def point(self, dataset: Dataset, snapshot: Snapshot) -> None:
        """Make a snapshot that was placed the current one. Raises Problem ``lake_not_writable``."""
        with self._writing(dataset) as home:
            _made_current(home, snapshot)

    def empty(self, dataset: Dataset, *, to: Path | None = None) -> int:
        """Take every row a dataset ever had off the disk, or put its files into the folder ``to``; returns how many files went.

        What it was made of stays on record in its manifests; earlier snapshots can be read no more. Raises ``lake_not_writable``.
        """
        with self._writing(dataset) as home:
            _made_current(home, _placed(home, dataset, ()))  # first: whoever reads from now on finds an empty table, not a damaged one
            gone = sorted((home / "data").iterdir())
            if to is not None:
                to.mkdir(parents=True, exist_ok=True)
            for file in gone:
                file.unlink() if to is None else file.replace(to / file.name)
            return len(gone)

    def read(self, dataset: Dataset, snapshot: Snapshot) -> ir.Table:
        """The rows of a snapshot as an Ibis table; tables of one engine can be joined. Raises ``damaged_lake``."""

        home = (self.folder / dataset.name).resolve()
        files = [home / "data" / name for name in snapshot.files]
        if not all(file.is_file() for file in files):
            raise _damaged(dataset, home)
        backend = _backend(self.engine)
        name = f"{dataset.name}_{snapshot.id}"
        if self.engine == "duckdb":
            if not files:  # a table of this connection: Ibis keeps memory tables on one that all threads would share
                backend.con.register(name, _schema(dataset).empty_table())
                return backend.table(name)
            return backend.read_parquet([glob.escape(str(file)) for file in files], table_name=name)
        from pyspark.sql.pandas.types import from_arrow_schema

        session, schema = backend._session, from_arrow_schema(_schema(dataset))
        paths = [_GLOB.sub(r"\\\g<0>", str(file)) for file in files]
        frame = session.read.schema(schema).parquet(*paths) if paths else session.createDataFrame([], schema)
        frame.createOrReplaceTempView(name)
        return backend.table(name)

    @contextmanager
    def _writing(self, dataset: Dataset) -> Iterator[Path]:
        """The dataset's folder, for one writer. Raises Problem ``lake_not_writable``."""
        home = self.folder / dataset.name
        try:
            (home / "data").mkdir(parents=True, exist_ok=True)
            (home / "manifests").mkdir(exist_ok=True)
            with held(home / "lock", wait=True):
                yield home
        except OSError as error:
            raise Problem("lake_not_writable",
                          Text(f"写不进去（{error.strerror}）", f"cannot write there ({error.strerror})"), where=str(home),
                          remedy=Text("请腾出空间，或用 --workspace DIR 换一个目录。",
                                      "Make room or choose another folder with --workspace DIR.")) from None


def _placed(home: Path, dataset: Dataset, names: tuple[str, ...]) -> Snapshot:
    manifest = json.dumps({"dataset": dataset.name, "version": dataset.version, "files": [*names]}, indent=1).encode()
    write_whole(home / "manifests" / f"{_identity(manifest)}.json", manifest)
    return Snapshot(_identity(manifest), dataset.version, names)


def _made_current(home: Path, snapshot: Snapshot) -> Snapshot:
    write_whole(home / "current", snapshot.id.encode())
    return snapshot


def _copied(home: Path, dataset: Dataset, file: io.BufferedIOBase) -> Snapshot:
    name = f"000000-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}.parquet"
    if not (home / "data" / name).is_file():
        file.seek(0)
        write_whole(home / "data" / name, file)
    return _placed(home, dataset, (name,))


def _parquet(dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema=_schema(dataset)), sink, compression="zstd")
    return sink.getvalue()


def records(table: ir.Table, *, by: Sequence[str]) -> list[dict[str, Any]]:
    """The rows as plain records, in the order of the columns named: no engine's own order is ever relied on."""
    return list(arrow(table.order_by(list(by))).to_pylist())


def arrow(table: ir.Table) -> Any:
    """The rows as an Arrow table, types as the lake has them on either engine."""
    backend = table.get_backend()
    if backend.name == "pyspark":  # Ibis would go through pandas here, which turns integers with gaps into floats
        return backend.raw_sql(backend.compile(table)).toArrow()
    return table.to_pyarrow()


def _schema(dataset: Dataset) -> Any:
    import pyarrow as pa

    kinds = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_(), "date": pa.date32()}
    return pa.schema([(name, kinds[kind]) for name, kind in dataset.columns.items()])


def _identity(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:32]


def _damaged(dataset: Dataset, home: Path) -> Problem:
    return Problem("damaged_lake",
                   Text(f"{dataset.name} 的文件缺失或被改动", f"files of {dataset.name} are missing or were altered"),
                   where=str(home), remedy=Text("请从副本放回这个目录。", "Put the folder back from a copy."))


_CONNECTIONS = threading.local()


def _backend(engine: Literal["duckdb", "spark"]) -> Any:
    """One connection a thread: tables of two cannot be joined, and one cannot serve two threads at once."""
    if not hasattr(_CONNECTIONS, engine):
        setattr(_CONNECTIONS, engine, _connect(engine))
    return getattr(_CONNECTIONS, engine)


def _connect(engine: Literal["duckdb", "spark"]) -> Any:
    """A Spark session that is already there is used."""
    import ibis

    if engine == "duckdb":
        return ibis.duckdb.connect()
    try:
        from pyspark.sql import SparkSession

        local = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
        local = local.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        return ibis.pyspark.connect(SparkSession.getActiveSession() or local.getOrCreate())
    except (ImportError, RuntimeError) as error:
        raise Problem("no_spark",
                      Text(f"数据湖设为 Spark，但 Spark 在这里启动不了（{str(error).splitlines()[0]}）",
                           f"the lake is set to Spark, which does not start here ({str(error).splitlines()[0]})"),
                      remedy=Text('装 Java 17，再运行 pip install "jingwei[spark]"',
                                  'Install Java 17 and: pip install "jingwei[spark]"')) from None
