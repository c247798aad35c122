"""Measures and observations: what is counted, by which definition, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jingwei.kernel.i18n import Text

Tag = Literal["digital", "enabling", "context"]
Direction = Literal[1, -1]
Status = Literal["observed", "revised", "estimated", "missing", "synthetic"]
STATUSES: tuple[Status, ...] = ("observed", "revised", "estimated", "missing", "synthetic")


@dataclass(frozen=True, slots=True)
class Definition:
    """One dated wording of what a measure counts. Figures under two definitions are never compared.

    code : short name that observations carry
    since : first year the wording applies to
    """

    code: str
    text: Text
    since: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A number the evaluation can use.

    unit : the unit observations are kept in
    direction : 1 when more is better, -1 when less is
    tag : only ``digital`` measures are scored; ``enabling`` and ``context`` ones explain
    domain : the official 5+5 domain it belongs to
    denominator : code of the measure it is divided by before places are compared
    bounded : a share that cannot exceed 100
    growing : a stock that only grows in ordinary times, so that a falling series is suspect
    """

    code: str
    name: Text
    unit: str
    direction: Direction
    clause: str
    tag: Tag
    domain: str
    definitions: tuple[Definition, ...]
    issuer: Text
    denominator: str | None = None
    bounded: bool = False
    growing: bool = False
    caution: Text | None = None

    @property
    def breaks(self) -> tuple[int, ...]:
        """Years in which a new definition starts: nothing is interpolated or compared across them."""
        return tuple(sorted(d.since for d in self.definitions))[1:]

    def definition_in(self, year: int) -> Definition:
        """The definition in force in ``year``; the first one for years before it."""
        started = [d for d in self.definitions if d.since <= year]
        return max(started or self.definitions[:1], key=lambda d: d.since)


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure, as one source gave it at one time. Two vintages of one figure are two observations.

    period : text form of a Period
    as_of : the month the figure describes when that is not the period's end, such as ``2025-09``
    definition : code of the definition it was counted by; empty means the one in force
    """

    measure: str
    place: str
    period: str
    value: float | None
    unit: str
    status: Status
    source: str
    vintage: str
    definition: str = ""
    as_of: str = ""
    note: str = ""
