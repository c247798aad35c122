"""The digital society: services that reach everybody entitled to them, in town and village alike."""

from __future__ import annotations

from jingwei.integrations.society.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="I4", name=Text(zh="数字社会", en="Digital society"), measures=MEASURES)
