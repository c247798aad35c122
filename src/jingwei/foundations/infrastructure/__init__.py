"""Networks and computing power: how far they reach, how much they carry, and who is left without."""

from __future__ import annotations

from jingwei.foundations.infrastructure.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="F1", name=Text(zh="数字基础设施", en="Digital infrastructure"), measures=MEASURES)
