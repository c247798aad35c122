"""What is told of a table: its columns, their statistics, its keys, what changed since the last version. No cell of a person's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import ColumnType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from jingwei.kernel.actions import Context

SMALL = 5
"""Rows: a value, a pattern or a bin that fewer have is not told."""

CODES = 50
"""Distinct values at most of a column that is taken for coded."""

Hint = Literal["", "person_id", "person_name", "phone", "email", "address", "account", "organisation_id", "place_code", "identifier",
               "date", "datetime", "year", "amount", "share"]
"""What a column seems to hold, by its name and the shape of its cells only; ``security`` will know better."""

IDENTIFYING: frozenset[str] = frozenset(("person_id", "person_name", "phone", "email", "address", "account"))
"""Hints that make a table one about persons."""


class Counted(msgspec.Struct, frozen=True):
    """A value, or a pattern of values, and how many rows have it."""

    value: str
    rows: int


class Bin(msgspec.Struct, frozen=True):
    """Rows whose figure lies in [least, most), the last one closed; ``rows`` is None when fewer than SMALL have it in a table about persons."""

    least: float
    most: float
    rows: int | None


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a table.

    type : as the lake keeps it; dates are days, instants are text in ISO 8601
    hint, unit : guesses by name and shape; empty when there is nothing to go by
    missing, distinct : rows without a value, values that differ; exact
    least, most : of figures and days (ISO); None where there is none, or where telling it would tell of one person:
                  in identifying columns. In tables about persons they are the SMALL-th value from either end
    quantiles : at 5, 25, 50, 75, 95 %, linearly interpolated; figures only
    mean : figures only
    shortest, longest : characters; texts only
    patterns : the commonest shapes: 9 a digit, A and a letters, 文 a Chinese character; a run of more than four is written 文+
    values : the values of a coded column, most rows first, those that SMALL rows have; none when identifying
    unlisted : rows of a coded column whose value is not listed
    bins : of figures, in equal widths between least and most
    written : what was normalised on the way in, by rule, with how many cells it concerned
    """

    name: str
    type: ColumnType
    missing: int
    distinct: int
    hint: Hint = ""
    unit: str = ""
    least: float | int | str | None = None
    most: float | int | str | None = None
    mean: float | None = None
    quantiles: tuple[float, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    patterns: tuple[Counted, ...] = ()
    values: tuple[Counted, ...] = ()
    unlisted: int = 0
    bins: tuple[Bin, ...] = ()
    written: dict[str, int] = {}

    @property
    def coded(self) -> bool:
        return bool(self.values)


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A table as a whole.

    dataset, owner : code of the dataset and of the organisation that holds it
    rows : accepted ones, which are those that the lake has
    read, quarantined : rows of the file; read = rows + quarantined
    keys : columns that together tell every row apart, proved over all rows: single ones, or pairs when there is none
    personal : whether a column seems to identify persons; then small counts and extremes are not told
    snapshot : of the lake; empty in a rehearsal
    document, digest : name of the file and digest of its bytes
    """

    dataset: str
    owner: str
    rows: int
    columns: tuple[Column, ...]
    read: int = 0
    quarantined: int = 0
    keys: tuple[tuple[str, ...], ...] = ()
    personal: bool = False
    snapshot: str = ""
    document: str = ""
    digest: str = ""

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    @property
    def schema(self) -> dict[str, ColumnType]:
        return {c.name: c.type for c in self.columns}

    def encode(self) -> bytes:
        return _ENCODER.encode(self)

    @classmethod
    def decode(cls, content: bytes) -> Profile:
        return _DECODER.decode(content)


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Profile)


class Change(msgspec.Struct, frozen=True):
    """One difference of two schemas. ``breaking``: what reads the old one may fail on the new one."""

    kind: Literal["added", "removed", "retyped"]
    column: str
    before: str
    after: str
    breaking: bool


WIDER: frozenset[tuple[str, str]] = frozenset({("int64", "float64")})
"""Changes of type that lose nothing to a reader."""


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What changed from one schema to the other: removed first, then retyped, then added, each in the order of its schema."""
    removed = [Change("removed", c, t, "", True) for c, t in before.items() if c not in after]
    retyped = [Change("retyped", c, t, after[c], (t, after[c]) not in WIDER) for c, t in before.items() if c in after and after[c] != t]
    return (*removed, *retyped, *(Change("added", c, "", t, False) for c, t in after.items() if c not in before))


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row set apart: where it stood, why, and what it said (kept in the store, told to nobody who may not read the table).

    row : as a spreadsheet or an editor counts, from 1; column : empty when it is the row as a whole
    """

    row: int
    column: str
    code: str
    reason: Text
    content: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check at registration has to say; registration goes on unless ``stops``.

    link : address below the language, such as ``once/F-1``
    """

    code: str
    said: Text
    link: str = ""
    stops: bool = False


Check = Callable[["Context", Profile, "ir.Table"], Sequence[Finding]]
"""``(context, profile, table)``: the table holds the accepted rows, in a rehearsal too. Listed in ``checks.CHECKS`` by dotted name."""
