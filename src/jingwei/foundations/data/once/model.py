"""What is taken of a table to be compared, what a comparison finds, and what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from jingwei.engines.sketches.intervals import Share
from jingwei.engines.sketches.rows import Rows
from jingwei.engines.sketches.sets import Sketch
from jingwei.engines.sketches.values import Kind
from jingwei.foundations.data.once.asks import Outcome
from jingwei.kernel.i18n import Text

WITHHELD = 8.0
"""Bits: of a column that tells less, such as sex or a county's code, no hash is kept; whoever had the secret could try all values."""

NUMBERED = 0.5
"""Density from which on numbers tell nobody apart: who counts from 1 meets everybody else who does."""

MOST_BITS = 20.0
"""What one column can count for: beyond a million equally likely values it tells rows apart and no more."""

Basis = Literal["values", "subjects", "names"]
By = Literal["key", "values", "name", "other"]

BASES: dict[Basis, Text] = {"values": Text("同样的对象，同样的内容", "the same subjects and the same facts"),
                            "subjects": Text("同样的对象；除了是谁，未见内容相同", "the same subjects; nothing was seen to be the same but who they are"),
                            "names": Text("只比了名称", "names only")}


class Column(msgspec.Struct, frozen=True):
    """One column as it was taken.

    present, distinct : rows that say something, and different values, in normal form; exact
    bits : information of one value (collision entropy); density : of numbers, 0 to 1
    """

    name: str
    kind: Kind = ""
    present: int = 0
    distinct: int = 0
    bits: float = 0.0
    density: float = 0.0

    @property
    def withheld(self) -> bool:
        return self.bits < WITHHELD

    @property
    def counts(self) -> bool:
        """Whether it only counts rows: every row its own number, one after another. Amounts in hundreds lie as densely, and repeat."""
        return self.density > NUMBERED and self.distinct >= 0.95 * self.present

    @property
    def telling(self) -> bool:
        """Whether a value tells enough to stand for a subject: no day, no amount, no running number."""
        return self.kind in ("text", "integer") and self.bits >= WITHHELD + 1 and self.density <= NUMBERED

    @property
    def identifies(self) -> bool:
        """Whether it does so in this table, whatever it is called: most rows have a value of their own."""
        return self.telling and 2 * self.distinct >= self.present

    @property
    def weight(self) -> float:
        return 0.0 if self.counts else min(self.bits, MOST_BITS)


@dataclass(frozen=True, slots=True)
class Taken:
    """A table by its samples.

    at : when it was first taken; planned : nothing was collected yet
    sketches : of each column's values, None where withheld or running numbers
    keys : columns that identify subjects, the most telling first, each with the rows of its sample
    """

    holder: str
    dataset: str
    title: str
    rows: int
    columns: tuple[Column, ...]
    at: datetime
    snapshot: str = ""
    planned: bool = False
    synthetic: bool = False
    sketches: tuple[Sketch | None, ...] = ()
    keys: tuple[tuple[int, Rows], ...] = ()

    @property
    def valued(self) -> bool:
        """Whether values were seen, and not only names."""
        return self.rows > 0

    @property
    def name(self) -> str:
        return f"{self.holder}/{self.dataset}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A column of the new table and the one of the held table that it is held against.

    by : key, values (the same for the same subjects), name (values were withheld or not there), other (alike by name, not in values)
    agreement : of subjects that both tables know and both say something of; None where values were not compared
    containment : of the new column's different values in the held one's; None likewise
    likeness : of the names, 0 to 1
    """

    new: Column
    held: Column
    by: By
    likeness: float
    agreement: Share | None = None
    containment: Share | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """That a table asks for what another organisation holds.

    subjects : share of the new table's subjects that the held one has; None where only names were compared
    cells : share of the cells of the columns found the same by values, keys among them, that the held one has with the same value
    columns : of the new table, those in ``pairs`` first; ``information`` : part of the new columns' information in columns found the same, 0 to 1
    """

    code: str
    basis: Basis
    new: Taken
    held: Taken
    pairs: tuple[Pair, ...]
    information: float
    subjects: Share | None = None
    cells: Share | None = None

    @property
    def same(self) -> tuple[Pair, ...]:
        """Columns found the same by values, the key first; by names where there was nothing else."""
        return tuple(p for p in self.pairs if p.by in ("key", "values", "name"))

    @property
    def proved(self) -> tuple[Pair, ...]:
        return tuple(p for p in self.pairs if p.by in ("key", "values"))

    @property
    def compared(self) -> int:
        """Columns of the new table that say more than a row's number."""
        return sum(not c.counts for c in self.new.columns)

    @property
    def people(self) -> tuple[int, int, int] | None:
        """How many subjects are asked again: low, estimate, high; None where only names were compared."""
        return _whole(self.subjects, self.subjects.population if self.subjects else 0)

    @property
    def duplicated(self) -> tuple[int, int, int] | None:
        """How many cells are collected though the other holds them: low, estimate, high."""
        return _whole(self.cells, self.cells.population * len(self.proved) if self.cells else 0)


def _whole(share: Share | None, of: int) -> tuple[int, int, int] | None:
    if share is None or share.value is None:
        return None
    return round(share.low * of), round(share.value * of), round(share.high * of)


@dataclass(frozen=True, slots=True)
class Decided:
    """What the bureau decided about a finding; ``words`` hold basis and reason, empty when they were erased."""

    finding: str
    outcome: Outcome
    at: datetime
    entry: int
    facts: Mapping[str, object]
    words: Mapping[str, str]
