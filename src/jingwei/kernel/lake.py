"""Tables for analysis: immutable Parquet files under a manifest that changes atomically; queried with Ibis."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

ColumnType = Literal["string", "float64", "int64", "bool"]


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
        """The current snapshot, or the one ``wanted`` by id. Raises Problem ``no_snapshot``."""
        home = self.folder / dataset.name
        if wanted == EMPTY.id:
            return EMPTY
        if wanted is None:
            try:
                wanted = (home / "current").read_text().strip()
            except FileNotFoundError:
                return EMPTY
        try:
            manifest = json.loads((home / "manifests" / f"{wanted}.json").read_bytes())
        except FileNotFoundError:
            raise Problem(
                "no_snapshot",
                f"there is no snapshot {wanted} of {dataset.name}",
                where=str(home),
                remedy="Use the workspace in which the result was made.",
            ) from None
        if manifest["version"] != dataset.version:
            raise Problem(
                "other_schema",
                f"{dataset.name} was written with schema {manifest['version']}, this program knows {dataset.version}",
                where=str(home),
                remedy="Use the program that wrote it.",
            )
        return Snapshot(wanted, manifest["version"], tuple(manifest["files"]))

    def append(self, dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> Snapshot:
        """Add rows as one new file and make it current in one step; readers see all of it or none."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not rows:
            return self.snapshot(dataset)
        schema = pa.schema([(name, _arrow(kind)) for name, kind in dataset.columns.items()])
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema=schema), sink, compression="zstd")
        content = sink.getvalue()
        home = self.folder / dataset.name
        with self._writing(home):
            before = self.snapshot(dataset)
            name = f"{len(before.files):06d}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            _write(home / "data" / name, content)
            manifest = json.dumps(
                {"dataset": dataset.name, "version": dataset.version, "files": [*before.files, name]}, indent=1
            ).encode()
            identity = hashlib.sha256(manifest).hexdigest()[:32]
            _write(home / "manifests" / f"{identity}.json", manifest)
            _write(home / "current", identity.encode())
        return Snapshot(identity, dataset.version, (*before.files, name))

    def read(self, dataset: Dataset, snapshot: Snapshot) -> ir.Table:
        """The rows of a snapshot as an Ibis table of the chosen engine."""
        import ibis

        home = self.folder / dataset.name / "data"
        backend = _backend(self.engine)
        if not snapshot.files:
            schema = ibis.schema({name: kind.replace("bool", "boolean") for name, kind in dataset.columns.items()})
            if self.engine == "spark":
                return backend.create_view(f"empty_{dataset.name}", ibis.memtable([], schema=schema), overwrite=True)
            return ibis.memtable([], schema=schema)
        return backend.read_parquet([str(home / name) for name in snapshot.files])

    @contextmanager
    def _writing(self, home: Path) -> Iterator[None]:
        (home / "data").mkdir(parents=True, exist_ok=True)
        (home / "manifests").mkdir(exist_ok=True)
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def records(table: ir.Table, *, by: Sequence[str]) -> list[dict[str, Any]]:
    """The rows as plain records, in the order of the columns named: no engine's own order is ever relied on."""
    return list(table.order_by(list(by)).to_pyarrow().to_pylist())


def _arrow(kind: ColumnType) -> Any:
    import pyarrow as pa

    return {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}[kind]


def _backend(engine: Literal["duckdb", "spark"]) -> Any:
    import ibis

    if engine == "duckdb":
        return ibis.duckdb.connect()
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Problem(
            "no_spark",
            "the lake is set to Spark, which is not installed",
            remedy='Install it with: pip install "jingwei[spark]"',
        ) from None
    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "Asia/Shanghai")
        .getOrCreate()
    )
    return ibis.pyspark.connect(session)


def _write(path: Path, content: bytes) -> None:
    """Write beside, sync, then rename: a crash leaves the old file or the new one, never half of one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as sink:
        sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())
    beside.replace(path)
