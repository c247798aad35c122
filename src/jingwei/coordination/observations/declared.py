"""Every measure that a room or coordination declares, by code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jingwei import plan
from jingwei.coordination.measures import MEASURES
from jingwei.kernel.measures import Measure


@cache
def declared_measures() -> Mapping[str, Measure]:
    """Measures by code, in the plan's order of rooms, context figures last."""
    rooms = {measure.code: measure for pillar in plan.pillars() for measure in pillar.measures}
    return MappingProxyType(rooms | {measure.code: measure for measure in MEASURES})
