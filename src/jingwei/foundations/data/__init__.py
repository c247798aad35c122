"""The data resource system: what data there are, how far public data are opened, and whether they are used."""

from __future__ import annotations

from jingwei.foundations.data import banks, catalogue, once, quality, sharing, tables, uses
from jingwei.foundations.data.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

_PARTS = (catalogue, tables, quality, once, sharing, banks, uses)

PILLAR = Pillar(code="F2", name=Text(zh="数据资源体系", en="Data resource system"), measures=MEASURES,
                actions=tuple(action for part in _PARTS for action in part.ACTIONS), pages=tuple(page for part in _PARTS for page in part.PAGES))
