"""International cooperation: digital trade, agreements kept, and rules on data that cross borders."""

from __future__ import annotations

from jingwei.environments.cooperation.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="E2", name=Text(zh="数字领域国际合作", en="International cooperation"), measures=MEASURES)
