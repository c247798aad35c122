"""A bank's question worked out on its linked records: each entity counted once, what is not said kept as unknown, small counts hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jingwei.engines.disclosure.margins import protect, with_margins
from jingwei.foundations.data.banks.model import LINKS, UNKNOWN, Criteria, Dimension, Linking, Profile, Table
from jingwei.foundations.data.banks.profiles import BANDS, TIMES
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import records
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    import ibis.expr.types as ir

Placed = tuple[str, tuple[int, ...]]
"""An entity, and the cell in which it is counted."""

MOST_CELLS = 4_000
"""Cells of a guarded answer; beyond that the attack that tests it would take too long to wait for."""


@dataclass(frozen=True, slots=True)
class Cube:
    """An answer before it is protected: ``counts`` (levels of each dimension), and how many records and names there are behind it."""

    levels: tuple[tuple[str, ...], ...]
    counts: NDArray[np.int64]
    records: int
    names: int


def table_of(context: Context, table: Table) -> ir.Table:
    """An admitted table as it was admitted, whatever was added since; noted among what was read."""
    dataset = replace(dataset_called(context.workspace.lake, table.dataset), version=table.version)
    return replace(context, pinned={table.dataset: table.snapshot, **context.pinned}).read(dataset)


def linked(context: Context, tables: dict[str, Table], linking: Linking, role: str) -> ir.Table:
    """A role's rows, each with its ``entity``."""
    links = context.read(LINKS)
    mine = links.filter((links.run == linking.run) & (links.role == role)).select("record", "entity")
    return table_of(context, tables[role]).inner_join(mine, "record")


def cohort(context: Context, profile: Profile, tables: dict[str, Table], linking: Linking, asked: Criteria) -> ir.Table:
    """One row an entity that meets the criteria: ``entity`` and a text for each dimension, empty where nothing is said."""
    import ibis

    rows = _narrowed(linked(context, tables, linking, profile.first.code), profile, asked)
    key = rows[profile.time].fill_null("") + rows["record"]  # the latest record that says something decides; no two keys are alike
    told = {}
    for d in profile.dimensions:
        if d.sort == "times":
            told[d.code] = rows[d.column].nunique().cast("string")
        elif d.sort != "linked":
            told[d.code] = rows[d.column].argmax(key, where=rows[d.column].notnull())
    found = rows.group_by("entity").aggregate(**told)
    for d in profile.dimensions:
        if d.sort == "linked":
            other = linked(context, tables, linking, profile.roles[1].code)
            one = other.group_by("entity").aggregate(**{d.code: other[d.column].argmax(other["record"])})
            found = found.left_join(one, "entity").drop("entity_right")
    return found.select("entity", *(ibis.coalesce(found[d.code], ibis.literal("")).name(d.code) for d in profile.dimensions))


def _narrowed(rows: ir.Table, profile: Profile, asked: Criteria) -> ir.Table:
    if asked.topics:
        rows = rows.filter(reduce(or_, [rows[profile.topic].startswith(t) for t in asked.topics]))
    if asked.first:
        rows = rows.filter(rows[profile.time] >= asked.first)
    if asked.last:
        rows = rows.filter(rows[profile.time] <= asked.last)
    return rows


def cube(context: Context, profile: Profile, tables: dict[str, Table], linking: Linking, asked: Criteria) -> Cube:
    """Count the entities that meet the criteria. The levels are those of all records, so that two questions have the same."""
    everything = table_of(context, tables[profile.first.code])
    levels = tuple(d.levels or _found(everything, d.column) for d in profile.dimensions)
    rows = _narrowed(everything, profile, asked)
    told = records(rows.aggregate(records=rows.count(), names=rows["name"].nunique()), by=("records",))[0]
    found = cohort(context, profile, tables, linking, asked)
    return Cube(levels, tally(found, profile, levels, _day(rows, profile, asked)), int(told["records"]), int(told["names"]))


def _day(rows: ir.Table, profile: Profile, asked: Criteria) -> str:
    """The day at which ages are counted: the last one asked for, else the last one there is."""
    return asked.last or str(records(rows.aggregate(last=rows[profile.time].max()), by=("last",))[0]["last"] or "")


def _found(rows: ir.Table, column: str) -> tuple[str, ...]:
    values = records(rows.select(column).distinct(), by=(column,))
    return (*sorted({v for r in values if (v := r[column])}), UNKNOWN)


def tally(found: ir.Table, profile: Profile, levels: Sequence[Sequence[str]], at: str) -> NDArray[np.int64]:
    """How many entities there are at each combination of levels; whatever is at none of them is unknown."""
    codes = [d.code for d in profile.dimensions]
    counts = np.zeros([len(v) for v in levels], dtype=np.int64)
    for row in records(found.group_by(codes).aggregate(n=found.count()), by=codes):
        counts[tuple(_place(d, row[d.code], at, known) for d, known in zip(profile.dimensions, levels, strict=True))] += row["n"]
    return counts


def _place(dimension: Dimension, value: str, at: str, known: Sequence[str]) -> int:
    level = _level(dimension, value, at)
    return known.index(level if level in known else UNKNOWN)


def _level(dimension: Dimension, value: str, at: str) -> str:
    if dimension.sort == "age":
        return band(value, at)
    if dimension.sort == "times":
        return next(b for b in TIMES if b.endswith("+") or int(value) <= int(b.rpartition("-")[2]))
    return value


def band(born: str, at: str) -> str:
    """The band of somebody's age at a day; unknown when the day of birth is none, or lies after it."""
    from datetime import date

    try:
        day, birth = date.fromisoformat(at), date.fromisoformat(born)
    except ValueError:
        return UNKNOWN
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    if not 0 <= age <= 120:
        return UNKNOWN
    return next(b for b in BANDS if b.endswith("+") or age <= int(b.partition("-")[2]))


def shown(profile: Profile, found: Cube) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The counts with their margins, and which of them may be shown. Raises Problem ``too_many_cells``.

    Where most counts of the whole table would be small it is not shown at all, so that its margins can be.
    """
    full = with_margins(found.counts)
    if not profile.threshold:
        return full, np.ones(full.shape, dtype=bool)
    if full.size > MOST_CELLS:
        raise Problem("too_many_cells", Text(f"答案有 {full.size} 格，多于 {MOST_CELLS} 格", f"the answer has {full.size} cells, more than {MOST_CELLS}"),
                      where=profile.code, remedy=Text("地区请只到市一级再登记。", "Bring the table with places no finer than cities."))
    there = found.counts[found.counts > 0]
    protected = protect(found.counts, profile.threshold, margins_only=2 * int((there < profile.threshold).sum()) > there.size)
    return protected.counts, protected.shown


def differing(now: set[Placed], then: set[Placed], profile: Profile, shape: Sequence[int], both_shown: NDArray[np.bool_]) -> bool:
    """Whether a count shown now less the same count shown before would tell of fewer people than the threshold.

    now, then : the two cohorts, ``placed``; both_shown : cells with their margins that both answers show
    Those in one cohort and not in the other are counted in every such cell: if there are some, fewer than the threshold, on one side and none
    on the other, the difference is theirs alone.
    """
    def counted(rows: set[Placed]) -> NDArray[np.int64]:
        counts = np.zeros(shape, dtype=np.int64)
        for _, place in rows:
            counts[place] += 1
        return with_margins(counts)

    came, left = counted(now - then), counted(then - now)
    few = ((came > 0) & (came < profile.threshold) & (left == 0)) | ((left > 0) & (left < profile.threshold) & (came == 0))
    return bool((few & both_shown).any())


def placed(context: Context, profile: Profile, tables: dict[str, Table], linking: Linking, asked: Criteria, levels: Sequence[Sequence[str]]) -> set[Placed]:
    """Every entity that meets the criteria, and the cell in which it is counted."""
    rows = _narrowed(table_of(context, tables[profile.first.code]), profile, asked)
    at = _day(rows, profile, asked)
    return {(r["entity"], tuple(_place(d, r[d.code], at, known) for d, known in zip(profile.dimensions, levels, strict=True)))
            for r in records(cohort(context, profile, tables, linking, asked), by=("entity",))}
