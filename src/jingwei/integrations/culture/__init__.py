"""Digital culture: good works found, read and heard by many, and the heritage kept where it can be used."""

from __future__ import annotations

from jingwei.integrations.culture.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="I3", name=Text(zh="数字文化", en="Digital culture"), measures=MEASURES)
