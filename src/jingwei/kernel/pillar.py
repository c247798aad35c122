"""What a room says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure


@dataclass(frozen=True, slots=True)
class Pillar:
    """A room's face: which box of the plan it answers, the numbers it reports and what can be done in it."""

    code: str
    name: Text
    measures: tuple[Measure, ...] = ()
    actions: tuple[Action, ...] = ()
