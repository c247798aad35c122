"""A table read once, a column at a time, down to the samples that are kept: no value is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from jingwei.engines.sketches.columns import Numbers, bits
from jingwei.engines.sketches.rows import Cells, Rows
from jingwei.engines.sketches.sets import Sketch, sketch
from jingwei.engines.sketches.values import Hashes, Kind, hashed, kind_of, normal, tied
from jingwei.foundations.data.once.model import Column, Taken
from jingwei.foundations.data.once.terms import SUBJECTS, TERMS
from jingwei.kernel.lake import arrow
from jingwei.kernel.tables import Table

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYS = 3
"""Columns of one table that are tried as its key."""

LISTS = ("field", "fields", "field name", "字段", "字段名", "字段名称", "数据项", "数据项名称", "信息项", "信息项名称", "采集项")
"""Headings under which a form lists its fields, one a row."""

BATCH = 50_000


class Source(Protocol):
    """A table that can be read again, a few columns at a time."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> int: ...
    def counts(self, column: int) -> Iterator[tuple[Sequence[str], Sequence[int]]]:
        """Different cells with how many rows have each; one may come in several parts."""
    def parts(self, columns: Sequence[int]) -> Iterator[list[Sequence[str]]]:
        """Rows, part by part, as a list of cells for each column asked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """A table that somebody sent, in memory."""

    table: Table

    @property
    def columns(self) -> tuple[str, ...]:
        return self.table.columns

    @property
    def rows(self) -> int:
        return len(self.table)

    def counts(self, column: int) -> Iterator[tuple[Sequence[str], Sequence[int]]]:
        found = Counter(row[column] for row in self.table.rows)
        yield tuple(found), tuple(found.values())

    def parts(self, columns: Sequence[int]) -> Iterator[list[Sequence[str]]]:
        yield [[row[c] for row in self.table.rows] for c in columns]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of the lake; the database counts, out of memory where it must."""

    table: ir.Table
    rows: int

    @classmethod
    def of(cls, table: ir.Table) -> Kept:
        return cls(table, int(arrow(table.aggregate(rows=table.count())).column("rows")[0].as_py()))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.table.columns)

    def counts(self, column: int) -> Iterator[tuple[Sequence[str], Sequence[int]]]:
        counted = self.table.select(cell=self.table[self.columns[column]]).group_by("cell").agg(number=lambda t: t.count())
        for batch in _batches(counted):
            yield _texts(batch.column(0)), batch.column(1).to_pylist()

    def parts(self, columns: Sequence[int]) -> Iterator[list[Sequence[str]]]:
        asked = self.table.select(**{f"c{i}": self.table[self.columns[c]] for i, c in enumerate(columns)})
        for batch in _batches(asked):
            yield [_texts(batch.column(i)) for i in range(len(columns))]


def _batches(table: ir.Table) -> Iterator[Any]:
    """The rows in Arrow batches, as they come: DuckDB hands them over one by one, Spark all at once."""
    backend = table.get_backend()
    if backend.name == "duckdb":
        yield from backend.con.sql(backend.compile(table)).to_arrow_reader(BATCH)
    else:
        yield from arrow(table).to_batches(BATCH)


def _texts(cells: Any) -> list[str]:
    """Cells as people would have written them: no two engines write a large figure alike."""
    return ["" if v is None or v != v else str(int(v)) if isinstance(v, float) and v.is_integer() else str(v) for v in cells.to_pylist()]  # noqa: PLR0124 (NaN is not itself)


def fields_of(table: Table) -> tuple[str, ...] | None:
    """Names of the fields when the table is a form that only lists them, in its header or one a row; None when it holds values."""
    if not len(table):
        return table.columns
    for name in table.columns:
        if name.strip().casefold() in LISTS:
            return tuple(dict.fromkeys(v for v in table.column(name) if v))
    return None


def form(fields: Sequence[str], holder: str, dataset: str, title: str, at: datetime) -> Taken:
    """A form of which only names are known."""
    return Taken(holder, dataset, title or dataset, 0, tuple(Column(f) for f in fields), at, sketches=(None,) * len(fields))


def take(source: Source, secret: bytes, holder: str, dataset: str, title: str, at: datetime) -> Taken:
    """The samples of a table. It is read once a column, and once more for the rows of the keys' samples."""
    if not source.rows:
        return form(source.columns, holder, dataset, title, at)
    columns, sketches = list[Column](), list[Sketch | None]()
    for i, name in enumerate(source.columns):
        column, values = _column(source, i, name, secret)
        columns.append(column)
        sketches.append(None if values is None else sketch(values))
    able = [i for i, c in enumerate(columns) if (c.identifies or (c.telling and TERMS.term(c.name) in SUBJECTS)) and sketches[i] is not None]
    able.sort(key=lambda i: (-min(1.0, columns[i].distinct / columns[i].present) * columns[i].present / source.rows, -columns[i].bits, i))
    taken = Taken(holder, dataset, title or dataset, source.rows, tuple(columns), at, sketches=tuple(sketches))
    return replace(taken, keys=_rows(source, able[:KEYS], taken, secret))


def _column(source: Source, at: int, name: str, secret: bytes) -> tuple[Column, Hashes | None]:
    """A column, and the hashes of its values unless they are withheld or only count rows."""
    kinds, numbers = Counter[Kind](), Numbers()
    hashes, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for cells, rows in source.counts(at):
        plain = [normal(c) for c in cells]
        said = [i for i, p in enumerate(plain) if p]
        values = [plain[i] for i in said]
        kinds.update(map(kind_of, values))
        numbers.add(values)
        hashes.append(hashed(values, secret))
        counts.append(np.array([rows[i] for i in said], dtype=np.int64))
    each, which = np.unique(np.concatenate(hashes), return_inverse=True)
    number = np.bincount(which, weights=np.concatenate(counts), minlength=len(each)).astype(np.int64)
    kind, most = kinds.most_common(1)[0] if kinds else ("", 0)
    column = Column(name, kind if most >= 0.95 * kinds.total() else "text", int(number.sum()), len(each), bits(number), numbers.density())
    return column, None if column.withheld or column.counts else each


def _rows(source: Source, keys: Sequence[int], taken: Taken, secret: bytes) -> tuple[tuple[int, Rows], ...]:
    """For each key, what is said of the subjects in its sample. What is withheld is left out here too."""
    told = [i for i, s in enumerate(taken.sketches) if s is not None]
    samples = [s for k in keys if (s := taken.sketches[k]) is not None]
    found: list[list[tuple[Hashes, Cells]]] = [[] for _ in keys]
    for part in source.parts(told) if keys else ():
        for at, (key, whole) in enumerate(zip(keys, samples, strict=True)):
            plain = [normal(c) for c in part[told.index(key)]]
            hashes = hashed(plain, secret)
            inside = [i for i in np.flatnonzero(hashes < whole.below).tolist() if plain[i]]
            rows = ([normal(part[j][i]) if c != key else "" for j, c in enumerate(told)] for i in inside)
            found[at].append((hashes[inside], tied(hashes[inside], rows, len(told), secret)))
    return tuple((key, _facts(parts, whole, told, len(taken.columns))) for key, parts, whole in zip(keys, found, samples, strict=True))


def _facts(parts: Sequence[tuple[Hashes, Cells]], whole: Sketch, told: Sequence[int], columns: int) -> Rows:
    """What is said of each subject: what all its rows say that say anything. Where two rows differ there is no single fact, and the cell is empty."""
    subjects, said = np.concatenate([s for s, _ in parts]), np.concatenate([c for _, c in parts])
    order = np.argsort(subjects, kind="stable")
    first = np.flatnonzero(np.diff(subjects[order], prepend=~subjects[order[:1]]))
    most = np.maximum.reduceat(said[order], first, axis=0)
    least = np.minimum.reduceat(np.where(said[order] == 0, np.uint32(2**32 - 1), said[order]), first, axis=0)
    cells = np.zeros((len(first), columns), np.uint32)
    cells[:, told] = np.where(most == least, most, 0)
    return Rows.of(subjects[order][first], cells, whole.below, whole.size)
