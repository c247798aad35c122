"""Quality by dimension and coverage of the catalogue over the whole lake: counted from assessments on record, never from exercises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jingwei.foundations.data.measures import CATALOGUE_COVERAGE, QUALITY_BY_DIMENSION
from jingwei.foundations.data.quality.model import DIMENSIONS, scores
from jingwei.foundations.data.quality.records import Run
from jingwei.kernel.measures import Measure


@dataclass(frozen=True, slots=True)
class Share:
    """``value`` in per cent; ``of`` tables that could be assessed, out of ``tables``."""

    measure: Measure
    value: float | None
    of: int
    tables: int


def figures(latest: Mapping[str, Run], invented: frozenset[str], covered: Mapping[str, bool]) -> list[Share]:
    """One a dimension, the mean of the tables' scores; and the share of tables with a complete catalogue record.

    covered : by table, whether its record says all that Order 809 art. 13 asks
    """
    real = [run for name, run in latest.items() if name not in invented]
    found = []
    for at, dimension in enumerate(DIMENSIONS):
        known = [s.value for run in real if (s := scores(run.assessment.figures)[at]).value is not None]
        found.append(Share(QUALITY_BY_DIMENSION[dimension], 100 * sum(known) / len(known) if known else None, len(known), len(real)))
    counted = [whole for name, whole in covered.items() if name not in invented]
    return [*found, Share(CATALOGUE_COVERAGE, 100 * sum(counted) / len(counted) if counted else None, sum(counted), len(counted))]
