"""Collections found twice and collections avoided, counted from what happened; exercises are not counted."""

from __future__ import annotations

from collections.abc import Iterable

from jingwei.foundations.data.measures import DUPLICATES_AVOIDED, DUPLICATES_FOUND
from jingwei.foundations.data.once.findings import Standing
from jingwei.foundations.data.sharing.figures import Figure


def figures(found: Iterable[Standing]) -> list[Figure]:
    """Duplicate collections that stand with no law behind them, and collections that were decided against and did not come."""
    real = [s for s in found if s.finding.basis == "values" and not s.finding.new.synthetic and not s.finding.held.synthetic]
    standing = [s for s in real if s.stand in ("open", "waiting", "collected") and not s.finding.new.planned]
    planned = {stand: len({s.finding.new.name for s in real if s.stand == stand and s.finding.new.planned}) for stand in ("avoided", "waiting")}
    return [Figure(DUPLICATES_FOUND, len(standing), None), Figure(DUPLICATES_AVOIDED, planned["avoided"], None, planned["waiting"])]
