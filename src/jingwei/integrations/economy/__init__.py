"""The digital economy: the core industries, and how far digital technology has entered all the others."""

from __future__ import annotations

from jingwei.integrations.economy.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="I1", name=Text(zh="数字经济", en="Digital economy"), measures=MEASURES)
