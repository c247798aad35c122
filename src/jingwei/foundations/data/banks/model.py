"""A bank: which tables it takes, how its records are linked, which question it answers; and what became of a table or a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from jingwei.foundations.data.banks.linkage import Rules
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import ColumnType, Dataset

Precision = Literal["exact", "year", "month"]
Sort = Literal["age", "value", "linked", "times"]

GRADES: dict[str, Text] = {"general": Text("一般数据", "general data"), "important": Text("重要数据", "important data"), "core": Text("核心数据", "core data")}
"""GB/T 43697-2024, 6: grades of data by what their leaking would do."""

UNKNOWN = ""
"""The level of whatever is not said: it is counted and shown, never left out."""

LINKS = Dataset("bank_links", 1, {"run": "string", "bank": "string", "role": "string", "record": "string", "entity": "string"})
"""Which entity each record of a bank belongs to, by run of the linkage; records of earlier runs stay."""


@dataclass(frozen=True, slots=True)
class Role:
    """A table that a bank needs. ``columns`` with their types, ``record`` among them; ``packaged``: what a package holds of it and how precisely."""

    code: str
    name: Text
    columns: Mapping[str, ColumnType]
    packaged: Mapping[str, Precision]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One side of a bank's answer.

    sort : ``age`` in bands from a day of birth; ``value`` as it stands; ``linked``: the column of the linked record in the other table;
        ``times``: how many different values one entity has
    levels : the levels there are; empty where those found are taken
    """

    code: str
    name: Text
    column: str
    sort: Sort
    levels: tuple[str, ...] = ()
    words: Mapping[str, Text] | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank.

    asks : its question; ``counted`` what is counted
    topic, time : columns of the first role by which a question is narrowed, and ``topics``, what the topic is called
    threshold : counts of persons below it are not shown; 0 where what is counted is public
    """

    code: str
    name: Text
    asks: Text
    counted: Text
    roles: tuple[Role, ...]
    rules: Rules
    dimensions: tuple[Dimension, ...]
    topic: str
    topics: Text
    time: str
    threshold: int

    @property
    def first(self) -> Role:
        return self.roles[0]

    def role(self, code: str) -> Role:
        return next(r for r in self.roles if r.code == code)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a table is not admitted: what is missing, who has to act, and how."""

    code: str
    what: Text
    who: Text
    remedy: Text


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the gate saw it: admitted when there is no reason not to."""

    bank: str
    role: str
    dataset: str
    snapshot: str
    version: int
    at: datetime
    reasons: tuple[str, ...] = ()
    grade: str = ""
    quality: str = ""
    synthetic: bool = False
    entry: int = -1


@dataclass(frozen=True, slots=True)
class Linking:
    """One run of the linkage over the tables then admitted."""

    bank: str
    run: str
    reads: tuple[str, ...]
    records: int
    entities: int
    pairs: int
    precision: int
    seed: int
    at: datetime
    synthetic: bool
    agreement: Mapping[str, Any] | None
    entry: int


@dataclass(frozen=True, slots=True)
class Version:
    """A published package: its number and the digest over all its files, neither of which changes."""

    bank: str
    number: int
    digest: str
    run: str
    reads: tuple[str, ...]
    files: Mapping[str, str]
    at: datetime
    synthetic: bool
    entry: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a question is narrowed to. topics : beginnings of the topic's values, any of them; days, both ends included."""

    topics: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A bank's answer as it was given.

    levels : by dimension, in the order of the axes; ``cells`` by their place, the last place of an axis being its sum: counts, None where hidden
    facts : further numbers that go with it
    """

    bank: str
    code: str
    run: str
    criteria: Criteria
    levels: tuple[tuple[str, ...], ...]
    cells: Mapping[tuple[int, ...], int | None]
    facts: Mapping[str, int]
    at: datetime
    synthetic: bool
    entry: int

    @property
    def margins_only(self) -> bool:
        """Whether no cell of all dimensions together is told, only sums over some."""
        return not any(all(at < len(known) for at, known in zip(c, self.levels, strict=True)) for c in self.cells)

    @property
    def total(self) -> int | None:
        return self.cells[tuple(len(found) for found in self.levels)]


_BANK = Option(Text("哪个资源库", "which bank"), positional=True, choices=("health", "science", "education"))


@dataclass(frozen=True, slots=True)
class AskBanks:
    """All of them."""


@dataclass(frozen=True, slots=True)
class AskBank:
    bank: Annotated[str, _BANK]


@dataclass(frozen=True, slots=True)
class Grade:
    """A table's grade, as its steward signs for it."""

    dataset: Annotated[str, Option(Text("数据湖里的表", "table of the lake"), positional=True)]
    level: Annotated[str, Option(Text("级别", "grade"), choices=tuple(GRADES))]
    clause: Annotated[str, Option(Text("所依条款，如 GB/T 43697-2024, 6.3", "clause it rests on, such as GB/T 43697-2024, 6.3"))]
    grounds: Annotated[str, Option(Text("理由", "grounds"))]


@dataclass(frozen=True, slots=True)
class Entitle:
    """By what right a table may be held in a bank."""

    dataset: Annotated[str, Option(Text("数据湖里的表", "table of the lake"), positional=True)]
    basis: Annotated[str, Option(Text("权利依据：法规条款或协议", "basis of the right: article of a law, or an agreement"))]


@dataclass(frozen=True, slots=True)
class Admit:
    bank: Annotated[str, _BANK]
    dataset: Annotated[str, Option(Text("数据湖里的表", "table of the lake"), positional=True)]
    role: Annotated[str, Option(Text("充当哪张表，缺省为第一张", "as which of the bank's tables; the first by default"))] = ""


@dataclass(frozen=True, slots=True)
class Link:
    bank: Annotated[str, _BANK]
    seed: Annotated[int, Option(Text("随机种子", "seed"))] = 0


@dataclass(frozen=True, slots=True)
class Publish:
    bank: Annotated[str, _BANK]


@dataclass(frozen=True, slots=True)
class Ask:
    """A bank's question, narrowed."""

    bank: Annotated[str, _BANK]
    topics: Annotated[str, Option(Text("疾病编码、领域或学段，以逗号隔开，可只写开头", "codes of diseases, fields or levels, commas between; beginnings will do"))] = ""
    first: Annotated[str, Option(Text("自哪一天起", "from which day"))] = ""
    last: Annotated[str, Option(Text("到哪一天止", "to which day"))] = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Why two records were linked, or not."""

    bank: Annotated[str, _BANK]
    record: Annotated[str, Option(Text("记录编号", "a record"), positional=True)]
    seed: Annotated[int, Option(Text("随机种子", "seed"))] = 0


@dataclass(frozen=True, slots=True)
class Exercise:
    """Invented tables for one bank."""

    bank: Annotated[str, _BANK]
    size: Annotated[int, Option(Text("编多少人", "how many persons to invent"))] = 2000
    seed: Annotated[int, Option(Text("随机种子", "seed"))] = 1
