"""A data contract: what a table promises, as typed terms that each name the metric they are counted in."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from jingwei.foundations.data.quality.model import Severity

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Protection = Literal["masked", "hashed"]
RuleKind = Literal["business", "equal", "logic"]
ComparisonKind = Literal["authority", "same", "equal", "logic"]
Bound = int | float | str

MISSING = ("NULL", "null", "None", "NaN", "nan", "N/A", "n/a")
"""Words that stand for nothing, unless a contract says otherwise; an empty text and a blank one always do."""


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One column.

    format : a named format of ``formats.FORMATS``
    pattern : a regular expression the whole value must match (``formats.pattern``)
    codes : the values allowed
    protected : how each value must be protected: four stars in it, or a SHA-256 in hexadecimal
    """

    name: str
    type: LogicalType | None = None
    required: bool = False
    format: str = ""
    pattern: str = ""
    codes: tuple[Bound, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    least: Bound | None = None
    most: Bound | None = None
    protected: Protection | None = None
    severity: Severity = "error"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition on one row (``expressions``). Where a value it needs is missing it is undecided and counts for nothing."""

    name: str
    condition: str
    kind: RuleKind = "business"
    severity: Severity = "error"


class Reference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A foreign key: the values of ``fields`` are to be found together in ``columns`` of another table."""

    name: str
    fields: tuple[str, ...]
    dataset: str
    columns: tuple[str, ...]
    severity: Severity = "error"


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rows held beside those of another table that have the same key.

    on : our column to theirs; keys that occur more than once there are not compared
    equal : our column to theirs, to be the same, both missing being the same
    rule : in place of ``equal``, a condition on ``this.column`` and ``other.column``
    sample : the other table holds only part of the rows: those alone are compared, and the share gets an interval
    """

    name: str
    dataset: str
    on: dict[str, str]
    kind: ComparisonKind
    equal: dict[str, str] = {}
    rule: str = ""
    sample: bool = False
    severity: Severity = "error"


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The time a row tells of lies in here; both ends included, as ISO text."""

    column: str
    first: str = ""
    last: str = ""


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often the table is renewed.

    every : a frequency of the EU's table such as ``MONTHLY``; empty takes the catalogue record's
    column : holds the day a row was renewed; else the snapshot's own time counts
    grace : working days after the day it is due
    """

    every: str = ""
    column: str = ""
    grace: int = 0


class RowRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How many rows are expected; both ends included."""

    least: int | None = None
    most: int | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of it.

    dataset : the table of the lake it is about
    owner : organisation that answers for it
    record : id of its catalogue record
    sequences : columns of times, each row's in this order
    validity : column that says until when a row is valid
    unchecked : promises of the file that nothing here can check, by their place in it
    """

    dataset: str
    id: str = ""
    version: str = "1.0.0"
    status: str = "active"
    owner: str = ""
    record: str = ""
    synthetic: bool = False
    missing: tuple[str, ...] = MISSING
    fields: tuple[Field, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    sequences: tuple[tuple[str, ...], ...] = ()
    period: Period | None = None
    update: Update | None = None
    validity: str = ""
    rows: RowRange = RowRange()
    unchecked: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.encode()).hexdigest()

    def encode(self) -> bytes:
        return _ENCODER.encode(self)

    @classmethod
    def decode(cls, content: bytes) -> Contract:
        return msgspec.json.decode(content, type=cls)


_ENCODER = msgspec.json.Encoder(order="deterministic")


def nothing_promised(dataset: str) -> Contract:
    """What stands for the contract of a table that has none."""
    return Contract(dataset=dataset)
