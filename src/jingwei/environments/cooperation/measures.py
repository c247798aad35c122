"""The numbers of cooperation. None published by province is digital yet; goods trade only gives the scale."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

# All goods, ores as well as chips: it answers no clause of E2 and must not make one look measured.
GOODS_TRADE = Measure(
    code="goods_trade", name=Text(zh="货物进出口总额", en="Goods imports and exports"),
    unit="100M yuan", direction=1, clause="G.3", tag="context", domain="cooperation",
    definitions=(Definition("trading_unit", Text(zh="货物进出口总额，按收发货人所在地",
                                                 en="Imports and exports of goods, by place of the trading unit"),
                            2019),),
    issuer=Text(zh="海关总署", en="General Administration of Customs"), denominator="gdp")

MEASURES = (GOODS_TRADE,)
