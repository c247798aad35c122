"""Technology innovation: whether key technologies are one's own, who makes them, and how they reach use."""

from __future__ import annotations

from jingwei.capabilities.innovation.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="C1", name=Text(zh="数字技术创新", en="Digital technology innovation"), measures=MEASURES)
