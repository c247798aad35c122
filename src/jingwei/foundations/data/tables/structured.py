"""JSON to rows, and Parquet as it is: records nested one level become columns ``a.b``; what lies deeper is set apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jingwei.foundations.data.tables.grid import ROW, Raw
from jingwei.foundations.data.tables.lines import Apart, Line, encoding_of, opened, read_lines
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import ColumnType
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.tables import MAX_COLUMNS, Document

MAX_JSON = 256 << 20
"""Bytes of a JSON file that is one list; as lines (.jsonl) it may be of any size."""

MAX_PARQUET_ROWS = 1_000_000_000
PARQUET_BATCH = 65_536


def json_rows(document: Document) -> Iterator[Line]:
    """The names first, then every record; figures in the digits they were written in. ``.jsonl`` is read line by line, twice."""
    if document.name.lower().endswith((".jsonl", ".ndjson")):
        encoding = encoding_of(document)
        yield from _rows(lambda: _lines(document, encoding), document)
        return
    found = _listed(document)
    yield from _rows(lambda: enumerate(found, 1), document)


def _listed(document: Document) -> list[Any]:
    with document.open() as stream:
        content = stream.read(MAX_JSON + 1)
    if len(content) > MAX_JSON:
        raise Problem("too_large", Text(f"JSON 大于 {MAX_JSON >> 20} MiB", f"the JSON is larger than {MAX_JSON >> 20} MiB"), where=document.name,
                      remedy=Text("请改成每行一条记录的 .jsonl。", "Write it as .jsonl, one record a line."))
    try:
        tree = json.loads(Document(document.name, content).text(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{str(error)[:200]}）", f"not valid JSON ({str(error)[:200]})"), where=document.name,
                         remedy=Text("写一个记录列表：[{…}, …]。", "Write one list of records: [{…}, …].")) from None
    if isinstance(tree, dict):
        lists = [value for value in tree.values() if isinstance(value, list) and value and all(isinstance(r, dict) for r in value)]
        tree = lists[0] if len(lists) == 1 else tree
    if not isinstance(tree, list) or not any(isinstance(r, dict) for r in tree):
        raise Unreadable(Text("这份 JSON 不是记录列表", "the JSON is not a list of records"), where=document.name,
                         remedy=Text("写 [{…}, …]。", "Write [{…}, …]."))
    return tree


def _lines(document: Document, encoding: str) -> Iterator[tuple[int, Any]]:
    with opened(document, encoding) as text:
        for number, line in enumerate(read_lines(text, document.name), 1):
            if line.strip():
                try:
                    yield number, json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
                except (ValueError, RecursionError):
                    yield number, Apart(line.rstrip("\r\n"), "not_json")


def _rows(records: Any, document: Document) -> Iterator[Line]:
    keys: dict[str, None] = {}
    for _, record in records():
        if isinstance(record, dict):
            keys.update(dict.fromkeys(_flat(record)))
            if len(keys) > MAX_COLUMNS:
                raise Unreadable(Text(f"超过 {MAX_COLUMNS:,} 个键", f"there are more than {MAX_COLUMNS:,} keys"), where=document.name)
    if not keys:
        raise Unreadable(Text("没有一条记录有键", "no record has a key"), where=document.name)
    yield 0, list(keys)
    for at, record in records():
        if isinstance(record, dict):
            flat = _flat(record)
            yield at, [flat.get(key, "") for key in keys]
        else:
            yield at, record if isinstance(record, Apart) else Apart(json.dumps(record, ensure_ascii=False)[:1_000], "no_record")


def _flat(record: dict[str, Any]) -> dict[str, str]:
    """One level of nesting as ``a.b``; a list or anything deeper is a cell that cannot be taken."""
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            found.update({f"{key}.{inner}": _cell(each) for inner, each in value.items()})
        else:
            found[key] = _cell(value)
    return found


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return Apart(json.dumps(value, ensure_ascii=False)[:1_000], "nested")


def parquet(document: Document, file: Path) -> tuple[Raw, dict[str, ColumnType], int]:
    """Write the table anew in the lake's types, batch by batch: Parquet says its types, and they are kept. Returns the rows as well.

    Instants become text in ISO 8601; decimals without places whole numbers, others text as printed; structs columns ``a.b``.
    Raises Unreadable for a damaged file and for columns of lists or maps.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with document.open() as stream:
            source = pq.ParquetFile(stream)
            if source.metadata.num_rows > MAX_PARQUET_ROWS or source.metadata.num_columns > MAX_COLUMNS:
                raise Problem("too_large", Text("行或列太多", "too many rows or columns"), where=document.name,
                              remedy=Text("请分成几个文件。", "Part it into several files."))
            fields = source.schema_arrow.empty_table().flatten().schema
            kinds = {f.name: _lake_type(f.type, f.name, document.name) for f in fields}
            if not kinds or len({name.lower() for name in fields.names}) < len(fields) or ROW in kinds or not all(n.strip() for n in fields.names):
                raise Unreadable(Text("有列没有名称，或名称重复（大小写不算不同）", "a column has no name, or a name stands twice (letters' case does not count)"),
                                 where=document.name)
            arrow = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_(), "date": pa.date32()}
            schema = pa.schema([(name, arrow[kind]) for name, kind in kinds.items()])
            written: dict[str, dict[str, int]] = {}
            with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as sink:
                for batch in source.iter_batches(PARQUET_BATCH):
                    flat = pa.Table.from_batches([batch]).flatten()
                    sink.write_table(pa.table([_as(column, kind.type, kind.name, written) for column, kind in zip(flat.columns, schema, strict=True)], schema=schema))
    except Problem:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, TypeError, MemoryError) as error:
        why = (str(error).splitlines() or ["damaged"])[0][:200]
        raise Unreadable(Text(f"Parquet 文件读不出来（{why}）", f"not a readable Parquet file ({why})"), where=document.name) from None
    rows = source.metadata.num_rows
    return Raw(file, tuple(kinds), rows, written=written), kinds, rows


def _lake_type(kind: Any, name: str, document: str) -> ColumnType:  # noqa: PLR0911 (one for each family of types)
    import pyarrow as pa

    t = pa.types
    if t.is_dictionary(kind):
        return _lake_type(kind.value_type, name, document)
    if t.is_boolean(kind):
        return "bool"
    if t.is_integer(kind):
        return "int64"
    if t.is_floating(kind):
        return "float64"
    if t.is_date(kind):
        return "date"
    if t.is_decimal(kind) and kind.scale == 0 and kind.precision <= 18:
        return "int64"
    if t.is_string(kind) or t.is_large_string(kind) or t.is_decimal(kind) or t.is_timestamp(kind) or t.is_time(kind) or t.is_null(kind):
        return "string"
    raise Unreadable(Text(f"{name!r} 列是 {kind}，不是一格一值", f"column {name!r} is {kind}, not one value a cell"), where=document,
                     remedy=Text("请展开或去掉这一列。", "Spread the column out or leave it away."))


def _as(column: Any, kind: Any, name: str, written: dict[str, dict[str, int]]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        return pc.replace_substring(pc.cast(column, pa.string()), " ", "T", max_replacements=1)
    if pa.types.is_floating(column.type):
        column = pc.cast(column, pa.float64())
        if (unknown := len(column) - column.null_count - (pc.sum(pc.is_finite(column)).as_py() or 0)):
            written.setdefault(name, {})["not_finite"] = written.get(name, {}).get("not_finite", 0) + unknown
            column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
        return column
    return pc.cast(column, kind)
