"""The data resource system: what data there are, how far public data are opened, and whether they are used."""

from __future__ import annotations

from jingwei.foundations.data import banks, catalogue, sharing
from jingwei.foundations.data.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

PILLAR = Pillar(code="F2", name=Text(zh="数据资源体系", en="Data resource system"), measures=MEASURES,
                actions=(*catalogue.ACTIONS, *sharing.ACTIONS, *banks.ACTIONS), pages=(*catalogue.PAGES, *sharing.PAGES, *banks.PAGES))
