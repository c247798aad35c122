"""A version of a bank as files: each table as Parquet under pseudonyms, described in Croissant 1.1, with the digest of every file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jingwei.foundations.data.banks.model import Linking, Precision, Profile, Role, Table
from jingwei.foundations.data.banks.questions import linked
from jingwei.foundations.data.catalogue.croissant import croissant
from jingwei.foundations.data.catalogue.model import Item, Record, Resource, Term, Word
from jingwei.foundations.data.sharing.delivery import table_of
from jingwei.kernel.actions import Context
from jingwei.kernel.tables import Document, json_bytes

if TYPE_CHECKING:
    import ibis.expr.types as ir

MANIFEST = "manifest.json"
_LENGTH: Mapping[Precision, int] = {"year": 4, "month": 7}


def package(context: Context, profile: Profile, tables: dict[str, Table], linking: Linking, number: int) -> tuple[tuple[Document, ...], str]:
    """The files of one version, and the digest over all of them: the same tables and the same linkage give the same bytes.

    What names somebody stays behind: entities are numbered in an order that the run's digest decides, and days are told as far as the
    profile says.
    """
    names: dict[str, str] = {}
    documents: list[Document] = []
    for role in profile.roles:
        rows = table_of(_told(linked(context, tables, linking, role.code), role))
        parquet = Document(f"{role.code}.parquet", _parquet(_under_pseudonyms(rows, linking.run, names)))
        documents += [parquet, Document(f"{role.code}.croissant.json", _described(profile, role, parquet, linking, number))]
    manifest = {"bank": profile.code, "version": number, "run": linking.run, "reads": list(linking.reads), "synthetic": linking.synthetic,
                "files": {d.name: d.digest for d in documents}}
    listed = Document(MANIFEST, json_bytes(manifest))
    return (*documents, listed), listed.digest


def _told(rows: ir.Table, role: Role) -> ir.Table:
    """The columns that a package holds, as precisely as it may."""
    columns = {c: rows[c] if how == "exact" else rows[c].substr(0, _LENGTH[how]) for c, how in role.packaged.items()}
    return rows.select(rows["entity"], **columns)


def _under_pseudonyms(rows: Any, run: str, names: dict[str, str]) -> Any:
    """Each entity under a number of this version; one that two tables speak of has the same in both."""
    import pyarrow as pa

    entities = rows["entity"].to_pylist()
    for entity in sorted(set(entities) - names.keys(), key=lambda e: hashlib.sha256(f"{run}/{e}".encode()).digest()):
        names[entity] = f"p{len(names) + 1:07d}"
    told = rows.set_column(0, "entity", pa.array([names[e] for e in entities], pa.string()))
    return told.sort_by([(c, "ascending") for c in told.column_names])


def _parquet(table: Any) -> bytes:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()


def _described(profile: Profile, role: Role, parquet: Document, linking: Linking, number: int) -> bytes:
    """One table as a Croissant dataset. The file lies beside its description."""
    address = f"urn:jingwei:bank:{profile.code}:{number}:{role.code}"
    invented = (" 合成数据，仅供演练。", " Invented data, for exercises only.") if linking.synthetic else ("", "")
    items = (Item("entity", "sc:Text", "pseudonym within this version"), *(Item(c, "sc:Text") for c in role.packaged))
    return croissant([Record(
        address, title=(Word(f"{profile.name.en}: {role.name.en}", "en"), Word(f"{profile.name.zh}：{role.name.zh}", "zh")),
        description=(Word(profile.asks.en + invented[1], "en"), Word(profile.asks.zh + invented[0], "zh")), version=f"{number}.0.0",
        issued=linking.at.date().isoformat(), license=Term("by grant of the node that holds the bank (Order 809, art. 20)"),
        landing_page=(Term(f"urn:jingwei:bank:{profile.code}"),), items=items,
        resources=(Resource(f"{address}#file", title=(Word(parquet.name),), download_url=(Term(parquet.name),), media_type=Term("application/x-parquet"),
                            byte_size=str(len(parquet.content)), sha256=parquet.digest.partition(":")[2]),))])
