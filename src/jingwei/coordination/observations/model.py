"""What this room keeps and what its actions are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.tables import Table

OBSERVATIONS = Dataset("observations", 1, {
    "id": "string", "measure": "string", "place": "string", "period": "string", "value": "float64",
    "last_place": "float64", "unit": "string", "status": "string", "source": "string", "vintage": "string",
    "definition": "string", "as_of": "string", "note": "string", "file": "string", "line": "int64", "order": "int64"})
"""Every readable figure a node was given, held back or not."""

HELD = Dataset("held", 1, {
    "finding": "string", "code": "string", "measure": "string", "place": "string", "observation": "string",
    "detail_zh": "string", "detail_en": "string", "known": "bool"})
"""Findings on the node's own figures, one row for each figure a finding holds back; ``known`` ones hold nothing."""

RELEASES = Dataset("releases", 1, {"finding": "string", "reason": "string", "at": "string", "by": "string"})
"""Findings set aside by a person, with the reason given."""

REJECTED = Dataset("rejected", 1, {
    "file": "string", "line": "int64", "code": "string", "detail": "string", "cells": "string"})
"""Rows that could not be read as figures, as they stood."""

COLUMNS = ("measure", "place", "period", "value", "unit", "source", "vintage", "status")
OPTIONAL_COLUMNS = ("definition", "as_of", "note")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in its measure's unit, with what is needed to find it again.

    last_place : unit of the last digit its source printed, in the measure's unit; 0 when nothing was printed
    order : when it came in: published figures 0, then the files in the order they were observed
    """

    id: str
    measure: str
    place: str
    period: str
    value: float | None
    last_place: float
    unit: str
    status: str
    source: str
    vintage: str
    definition: str = ""
    as_of: str = ""
    note: str = ""
    file: str = ""
    line: int = 0
    order: int = 0

    @property
    def year(self) -> int:
        return int(self.period[:4])

    @property
    def is_annual(self) -> bool:
        """Only figures of whole years are screened, scored and held against targets."""
        return len(self.period) == 4


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read, and why."""

    file: str
    line: int
    code: str
    detail: Text
    cells: str


@dataclass(frozen=True, slots=True)
class Held:
    """A finding in the form people deal with: it has a name, and may be released."""

    id: str
    code: str
    measure: str
    place: str
    detail: Text
    figures: tuple[str, ...]
    known: bool = False
    released: str = ""
    """The reason it was released for, if it was."""


@dataclass(frozen=True, slots=True)
class Observe:
    """A bureau's own figures."""

    file: Annotated[Table, Option(Text(
        "数据文件（CSV、Parquet、JSON）：measure,place,period,value,unit,source,vintage,status",
        "figures (CSV, Parquet, JSON): measure,place,period,value,unit,source,vintage,status"), positional=True)]


@dataclass(frozen=True, slots=True)
class Release:
    """A finding to be set aside."""

    finding: Annotated[str, Option(Text("问题编号", "name of the finding"), positional=True)]
    reason: Annotated[str, Option(Text("放行的理由，存档备查", "why the figures may be used; kept on record"))]


@dataclass(frozen=True, slots=True)
class AskFindings:
    """Which findings to list."""

    code: Annotated[str | None, Option(Text("只列某一类", "only findings of this code"))] = None
    measure: Annotated[str | None, Option(Text("只列某一指标", "only findings on this measure"))] = None


@dataclass(frozen=True, slots=True)
class AskMeasures:
    """Which measures to list."""

    room: Annotated[str | None, Option(Text("只列某一章，如 F1", "only those of one room, such as F1"))] = None
    tag: Annotated[str | None, Option(Text("只列某一类", "only those with this tag"),
                                      choices=("digital", "enabling", "context"))] = None


@dataclass(frozen=True, slots=True)
class AskFigures:
    """Which figures to list."""

    measure: Annotated[str | None, Option(Text("只列某一指标", "only figures of this measure"))] = None
    place: Annotated[str | None, Option(Text("只列某地：代码或名称，如 330000、浙江、CN", "only this place: code or name, such as 330000, Zhejiang, CN"))] = None
    year: Annotated[int | None, Option(Text("只列某年", "only this year"))] = None
    state: Annotated[Literal["used", "held", "all"], Option(Text(
        "用了的、扣下的或全部", "those used, those held back, or all"))] = "all"


@dataclass(frozen=True, slots=True)
class AskSources:
    """Which sources to list."""

    measure: Annotated[str | None, Option(Text("只列给出某一指标的", "only those that gave figures of this measure"))] = None


@dataclass(frozen=True, slots=True)
class DescribeFigures:
    """Every measure that has figures, to be told as a catalogue."""
