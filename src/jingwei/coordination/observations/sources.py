"""A bureau's file of figures into records; whatever cannot be read is kept as it stood, with the reason."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal

from jingwei.coordination.observations.model import COLUMNS, OPTIONAL_COLUMNS, Figure, Rejected
from jingwei.coordination.observations.units import convert
from jingwei.kernel import places
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import STATUSES, Measure
from jingwei.kernel.periods import Period
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Table, number


def read_figures(table: Table, measures: Mapping[str, Measure], order: int) -> tuple[list[Figure], list[Rejected]]:
    """Each row becomes a figure or a rejection; no row is lost and none is altered.

    order : how many files the node has observed before
    Raises Unreadable when a column is missing.
    """
    table.require(COLUMNS)
    optional = [c for c in OPTIONAL_COLUMNS if table.has(c)]
    figures: list[Figure] = []
    rejected: list[Rejected] = []
    for i, row in enumerate(table.rows):
        cells = dict(zip(table.columns, row, strict=True))
        try:
            figures.append(_figure(table, i, cells, measures, order, optional))
        except Problem as problem:
            rejected.append(Rejected(table.digest, table.lines[i], problem.code, problem.text(),
                                     json.dumps(cells, ensure_ascii=False, sort_keys=True)))
    return figures, rejected


def _figure(table: Table, i: int, cells: dict[str, str], measures: Mapping[str, Measure], order: int,
            optional: list[str]) -> Figure:
    code = cells["measure"]
    measure = measures.get(code)
    if measure is None:
        raise Problem("unknown_measure",
                      Text(f"{code[:40]!r} 不是任何一章的指标", f"{code[:40]!r} is not a measure of any room"),
                      where=table.where(i, "measure"),
                      remedy=did_you_mean(code[:40], measures)
                      or Text("全部指标见：jingwei measures", "List them with: jingwei measures"))
    try:
        place = places.find(cells["place"].removesuffix(".0"))  # a code or a year that a spreadsheet kept as a number
        period = Period.parse(cells["period"].removesuffix(".0"))
    except Problem as problem:
        column = "place" if problem.code.endswith("place") else "period"
        raise Problem(problem.code, problem.what, where=table.where(i, column), remedy=problem.remedy) from None
    status = cells["status"].lower() or "observed"
    if status not in STATUSES:
        raise Problem("unknown_status",
                      Text(f"{cells['status'][:40]!r} 不是状态", f"{cells['status'][:40]!r} is not a status"),
                      where=table.where(i, "status"),
                      remedy=Text(f"可用：{'、'.join(STATUSES)}。", f"Write one of {', '.join(STATUSES)}."))
    if not cells["source"]:
        raise Problem("no_source", Text("这个数没有来源", "the figure has no source"), where=table.where(i, "source"),
                      remedy=Text("请写明由谁在哪里公布。", "Say who published it and where."))
    value, last = _value(table, i, cells, measure)
    if value is None and status != "missing":
        raise Problem("no_value", Text("这一格是空的，状态却说有数", "the cell is empty but the status says there is a figure"),
                      where=table.where(i, "value"), remedy=Text('请把状态写成 "missing"。', 'Set the status to "missing".'))
    told = {c: cells[c] if c in optional else "" for c in OPTIONAL_COLUMNS}
    identity = hashlib.sha256("\x1f".join((table.digest, str(table.lines[i]))).encode()).hexdigest()[:16]
    return Figure(identity, code, place.code, str(period), value, last, measure.unit, status, cells["source"],
                  cells["vintage"], told["definition"] or in_force(measure, period.year), told["as_of"], told["note"], table.digest, table.lines[i], order)


def in_force(measure: Measure, year: int) -> str:
    """The definition a figure is counted by when it does not say; empty for a measure that only ever had one."""
    return measure.definition_in(year).code if len(measure.definitions) > 1 else ""


def _value(table: Table, i: int, cells: dict[str, str], measure: Measure) -> tuple[float | None, float]:
    try:
        written = number(cells["value"])
    except ValueError:
        raise Problem("not_a_number", Text(f"{cells['value'][:40]!r} 不是数", f"{cells['value'][:40]!r} is not a number"),
                      where=table.where(i, "value"),
                      remedy=Text("只写数字；不要公式、单位和文字。", "Write digits only; leave formulas, units and words out.")) from None
    if written is None:
        return None, 0.0
    converted = convert(str(written), cells["unit"], measure.unit)
    if converted is None:
        raise Problem("unknown_unit",
                      Text(f"{cells['unit'][:40]!r} 换算不成 {measure.code} 的单位 {measure.unit!r}",
                           f"{cells['unit'][:40]!r} cannot be turned into {measure.unit!r}, the unit of " f"{measure.code}"),
                      where=table.where(i, "unit"),
                      remedy=Text(f"请按 {measure.unit} 给数。", f"Give the figure in {measure.unit}."))
    if not math.isfinite(converted):
        raise Problem("not_a_number",
                      Text(f"{cells['value'][:40]!r} {cells['unit']} 大得不可能",
                           f"{cells['value'][:40]!r} {cells['unit']} is beyond any figure"),
                      where=table.where(i, "value"), remedy=Text("请核对单位和指数。", "Check the unit and the exponent."))
    return converted, last_place(str(written), cells["unit"], measure.unit)


def last_place(written: str, from_unit: str, to_unit: str) -> float:
    """The unit of the last printed digit, in ``to_unit``: 0.1 for 113.6, and 100 for 1.36 (100M) told in 10k."""
    return convert(f"1e{Decimal(written).as_tuple().exponent}", from_unit, to_unit) or 0.0
