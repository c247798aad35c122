"""The bundled figures as observations: ``jingwei/facts`` in, kernel records out, every value in its measure's unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.units import convert
from jingwei.facts import open_table
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Observation, Status
from jingwei.kernel.problems import Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NATION = "CN"


@dataclass(frozen=True, slots=True)
class Source:
    """Who issued figures, and where they were read.

    read_in : repository, path and commit, or pages with dates; empty when only a secondary list named the issuer
    """

    code: str
    issuer: Text
    read_in: str
    licence: str
    note: str


@dataclass(frozen=True, slots=True)
class World:
    """The UN E-Government Survey, one entry a state and edition; arrays of equal length, NaN where not published."""

    editions: NDArray[np.int64]
    iso3: NDArray[np.str_]
    rank: NDArray[np.float64]
    egdi: NDArray[np.float64]
    osi: NDArray[np.float64]
    hci: NDArray[np.float64]
    tii: NDArray[np.float64]


@cache
def read_published() -> tuple[Observation, ...]:
    """Every published figure of the provinces, then of the nation, as each source gave it."""
    return (*_provinces(), *_nation())


def _provinces() -> Iterator[Observation]:
    """A vintage that begins with ``restated`` replaces an earlier release of the same figure: status revised."""
    measures, notes = declared_measures(), _notes()
    for row in open_table("provinces"):
        measure, period, source, vintage, *values = row.values()
        unit = measures[measure].unit
        status: Status = "revised" if vintage.startswith("restated") else "observed"
        general = notes.get((measure, "", period), ()) + notes.get((measure, "", ""), ())
        for place, value in zip(list(row)[4:], values, strict=True):
            if value:
                note = "; ".join(notes.get((measure, place, period), ()) + general)
                yield Observation(measure, place, period, float(value), unit, status, source, vintage, note=note)


def _nation() -> Iterator[Observation]:
    measures = declared_measures()
    for row in open_table("nation"):
        unit = measures[row["measure"]].unit
        value = convert(row["value"], row["unit"], unit)
        if value is None:
            raise Unreadable(Text(f"{row['unit']} 换算不成 {unit}", f"{row['unit']} cannot be turned into {unit}"),
                             where=f"nation.csv, {row['measure']} {row['period']}")
        yield Observation(row["measure"], NATION, row["period"], value, unit, cast(Status, row["status"]),
                          row["source"], row["vintage"], row["definition"], row["as_of"], row["note"])


def _notes() -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Notes by measure, place and period; an empty place or period stands for all of them."""
    notes: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for row in open_table("notes"):
        key = (row["measure"], row["place"], row["period"])
        notes[key] = (*notes.get(key, ()), row["note"])
    return notes


@cache
def read_sources() -> dict[str, Source]:
    """Sources by the code that observations carry."""
    return {row["source"]: Source(row["source"], Text(row["issuer_zh"], row["issuer_en"]), row["read_in"],
                                  row["licence"], row["note"]) for row in open_table("sources")}


def remark(text: str) -> Text:
    """A vintage, a note or a licence in both languages; what a bureau wrote itself stays as it stands.

    Several notes on one figure are joined by semicolons, and so is their translation.
    """
    known, left, told = _remarks(), text, []
    while left:
        end = len(left)
        while left[:end] not in known and end > 0:
            end = left.rfind("; ", 0, end)
        if end <= 0:
            return Text(text, text)
        told.append(known[left[:end]])
        left = left[end:].removeprefix("; ")
    return Text("；".join(told), text)


@cache
def _remarks() -> dict[str, str]:
    return {row["en"]: row["zh"] for row in open_table("remarks")}


@cache
def read_world() -> World:
    """All states in all bundled editions. Not observations: the nation's own rank is in ``egdi_rank``."""
    import numpy as np

    rows = open_table("world")

    def numbers(column: str) -> NDArray[np.float64]:
        return np.array([float(row[column] or "nan") for row in rows])

    return World(np.array([int(row["edition"]) for row in rows]), np.array([row["iso3"] for row in rows]),
                 numbers("rank"), numbers("egdi"), numbers("osi"), numbers("hci"), numbers("tii"))
