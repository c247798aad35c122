"""What is taken of a table to be compared, what a comparison finds, and what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from jingwei.engines.sketches.intervals import Share
from jingwei.engines.sketches.rows import Rows
from jingwei.engines.sketches.sets import Sketch
from jingwei.engines.sketches.values import Kind
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Table

WITHHELD = 8.0
"""Bits: of a column that tells less, such as sex or a county's code, no hash is kept; whoever had the secret could try all values."""

NUMBERED = 0.5
"""Density from which on numbers are a running count: who counts from 1 meets everybody else who does."""

MOST_BITS = 20.0
"""What one column can count for: beyond a million equally likely values it tells rows apart and no more."""

OUTCOMES: dict[str, Text] = {"reuse": Text("共享已有数据，不再收集", "use what is held; do not collect"),
                             "justified": Text("有法律依据，可以收集", "collect; a law says so"),
                             "merge": Text("两处收集并为一处", "merge the two collections into one")}

Outcome = Literal["reuse", "justified", "merge"]
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
        """Whether it only counts rows."""
        return self.density > NUMBERED

    @property
    def identifies(self) -> bool:
        """Whether its values can stand for subjects: mostly different, no day, no amount, no running number."""
        return self.kind in ("text", "integer") and self.bits >= WITHHELD + 1 and 2 * self.distinct >= self.present and not self.counts

    @property
    def weight(self) -> float:
        return 0.0 if self.counts else min(self.bits, MOST_BITS)


@dataclass(frozen=True, slots=True)
class Taken:
    """A table by its samples.

    at : when it was first taken; planned : nothing was collected yet
    sketches : of each column's values, None where withheld
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


Holder = Annotated[str | None, Option(Text("部门代码", "code of the organisation"))]
Code = Annotated[str, Option(Text("发现的编号，如 D-0123456789", "code of the finding, such as D-0123456789"), positional=True)]


@dataclass(frozen=True, slots=True)
class TakeTable:
    """A table that a department holds, or all whose holder is known."""

    dataset: Annotated[str | None, Option(Text("数据湖中的表；缺省为所有已知持有部门、有变化的表", "table of the lake; by default all whose holder is known and that changed"), positional=True)] = None
    holder: Holder = None
    title: Annotated[str, Option(Text("名称", "what it is called"))] = ""
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class PlanCollection:
    """A collection that is planned."""

    code: Annotated[str, Option(Text("计划收集的代码", "code of the planned collection"), positional=True)]
    holder: Annotated[str, Option(Text("要收集的部门", "organisation that wants to collect"))]
    form: Annotated[Table, Option(Text("表单：只有表头的表、列出字段的表，或已有的样本", "the form: a table with nothing but its header, a list of fields, or a first sample"))]
    title: Annotated[str, Option(Text("名称", "what it is called"))] = ""
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class CheckForm:
    """A form or table that somebody is about to collect."""

    form: Annotated[Table | None, Option(Text("表单或表：CSV、JSON、Parquet；可以只有字段名", "form or table: CSV, JSON or Parquet; names of fields are enough"), positional=True)] = None
    dataset: Annotated[str | None, Option(Text("或数据湖中的表", "or a table of the lake"))] = None
    holder: Holder = None


@dataclass(frozen=True, slots=True)
class AskReport:
    """Which findings to list."""

    holder: Holder = None
    every: Annotated[bool, Option(Text("连只有同样的人、内容未见相同的也列", "list those too that share subjects and no fact"))] = False
    synthetic: Annotated[bool, Option(Text("连演练数据也算", "count exercises too"))] = False


@dataclass(frozen=True, slots=True)
class AskFinding:
    """One finding."""

    code: Code


@dataclass(frozen=True, slots=True)
class DecideFinding:
    """What the bureau in charge decides about a finding."""

    code: Code
    outcome: Annotated[Outcome, Option(Text("共享、有依据、合并", "reuse, justified or merge"), choices=tuple(OUTCOMES))]
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]
    basis: Annotated[str, Option(Text("可以收集所依据的法律、行政法规或国务院决定", "the law, administrative regulation or State Council decision it is justified by"))] = ""
