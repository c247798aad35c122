"""Digital government: one thing done at once, with nothing asked that another department already knows."""

from __future__ import annotations

from jingwei.integrations.government import (
    apps,
    cases,
    clocks,
    decisions,
    designer,
    evidence,
    forms,
    obstructions,
    processes,
    savings,
    simulation,
    things,
)
from jingwei.integrations.government.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

_ACT = (
    decisions,
    processes,
    things,
    evidence,
    clocks,
    cases,
    savings,
    simulation,
    obstructions,
    apps,
)
_SHOW = (
    forms,
    cases,
    savings,
    simulation,
    apps,
    designer,
)

PILLAR = Pillar(code="I2", name=Text(zh="数字政务", en="Digital government"), measures=MEASURES,
                actions=tuple(action for part in _ACT for action in part.ACTIONS), pages=tuple(page for part in _SHOW for page in part.PAGES))
