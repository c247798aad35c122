"""Exactly the rows, columns and precision that were granted, as a file; and the credential an interface answers to."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.sharing.model import Mode, Terms
from jingwei.kernel.access import Denial, Grant, visible
from jingwei.kernel.actions import Context
from jingwei.kernel.heads import node_key
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset, Lake, arrow
from jingwei.kernel.people import Principal
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document, csv_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

KINDS = {"string": "string", "large_string": "string", "double": "float64", "int64": "int64", "bool": "bool", "date32[day]": "date"}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one delivery holds; ``digest`` is of the file's bytes."""

    document: Document
    snapshot: str
    rows: int
    columns: int

    @property
    def digest(self) -> str:
        return self.document.digest


def dataset_called(lake: Lake, name: str) -> Dataset:
    """A dataset of the lake by its name, with the schema it was last written with. Raises Problem ``unknown_dataset``."""
    import pyarrow.parquet as pq

    home = lake.folder / name
    there = sorted(p.name for p in lake.folder.iterdir() if (p / "current").is_file()) if lake.folder.is_dir() else []
    if name not in there:
        raise Problem("unknown_dataset", Text(f"数据湖里没有数据集 {name[:60]!r}", f"the lake has no dataset {name[:60]!r}"),
                      where=str(lake.folder),
                      remedy=did_you_mean(name[:60], there) or (
                          Text(f"有：{'、'.join(there[:20])}。", f"It has {', '.join(there[:20])}.") if there
                          else Text("请先录入一张表。", "Bring a table in first.")))
    manifest = json.loads((home / "manifests" / f"{(home / 'current').read_text().strip()}.json").read_bytes())
    if not manifest["files"]:
        raise Problem("empty_dataset", Text(f"{name} 的数据已移除", f"the data of {name} were taken away"), where=str(home),
                      remedy=Text("请换一个数据集。", "Take another dataset."))
    schema = pq.read_schema(home / "data" / manifest["files"][-1])
    columns: dict[str, Any] = {field.name: KINDS.get(str(field.type), str(field.type)) for field in schema}
    return Dataset(name, manifest["version"], columns)


def dataset_of(terms: Terms) -> Dataset:
    """As the catalogue tells it: a table that was written with another schema since is refused when it is read."""
    columns: dict[str, Any] = dict(terms.columns)
    return Dataset(terms.dataset, terms.version, columns)


def granted(context: Context, terms: Terms, grant: Grant, rules: Iterable[Grant | Denial], asker: str, *, export: bool = False) -> ir.Table:
    """The part of the data that this very grant gives, less what denials take: a wider grant of the same asker adds nothing.

    Raises Problem ``not_granted`` when the grant is not in force at the context's instant.
    """
    at, rules = context.clock(), list(rules)
    if grant not in rules:
        raise Problem("not_granted", Text("授权已收回，或尚未生效", "the grant was withdrawn, or is not in force yet"),
                      where=grant.id, remedy=Text("请重新申请。", "Ask anew."))
    _in_period(grant, at)
    taking = [rule for rule in rules if isinstance(rule, Denial)]
    someone = Principal("p-" + "0" * 32, asker)
    seen = visible(context.read(dataset_of(terms)), [grant, *taking], someone, grant.purpose, at, dataset=terms.dataset, export=export)
    return seen.select([c for c in seen.columns if c in grant.columns])  # where all is denied, other columns' names are not told either


def _in_period(grant: Grant, at: datetime) -> None:
    from jingwei.kernel.clock import day_in_china

    today = day_in_china(at)
    if today < grant.first or (grant.last and today > grant.last):
        raise Problem("not_granted",
                      Text(f"授权自 {grant.first} 至 {grant.last} 有效",
                           f"the grant holds from {grant.first} to {grant.last}"), where=grant.id,
                      remedy=Text("请为另一段时间重新申请。", "Ask anew for another period."))


def table_of(seen: ir.Table) -> Any:
    """The rows as an Arrow table, in the order of their own values: the same rows make the same file."""
    return arrow(seen.order_by(list(seen.columns)) if seen.columns else seen)


def as_file(table: Any, mode: Mode) -> Document:
    """Parquet as it is. CSV is UTF-8 with a mark before cells a spreadsheet would run as a formula."""
    if mode == "csv":
        return Document("data.csv", csv_bytes(table.column_names, zip(*(c.to_pylist() for c in table.columns), strict=True)))
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return Document("data.parquet", sink.getvalue())


def deliver(context: Context, terms: Terms, grant: Grant, rules: Iterable[Grant | Denial], asker: str, mode: Mode, *, export: bool = False) -> Delivered:
    """One delivery, of one snapshot; ``export`` when it leaves the node. Raises what ``granted`` raises."""
    table = table_of(granted(context, terms, grant, rules, asker, export=export))
    return Delivered(as_file(table, mode), context.snapshots[terms.dataset], table.num_rows, table.num_columns)


def credential(folder: Path, grant: Grant, key: str) -> str:
    """The secret an interface answers to. It follows from the node's key, which is in no store and no backup: so nothing at rest but
    its digest, and whoever repeats its issue after a crash is told the same."""
    return "jws_" + hmac.new(node_key(folder).private_bytes_raw(), f"credential/{grant.id}/{key}".encode(), hashlib.sha256).hexdigest()


def fingerprint(credential: str) -> str:
    """What the record keeps of a credential."""
    return "sha256:" + hashlib.sha256(credential.encode()).hexdigest()
