"""The numbers of digital culture; only digital readers are digital, and no province publishes them."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_MCT = Text(zh="文化和旅游部", en="Ministry of Culture and Tourism")

DIGITAL_READERS = Measure(
    code="digital_readers", name=Text(zh="数字阅读用户", en="Digital readers"),
    unit="100M persons", direction=1, clause="I3.1", tag="digital", domain="culture",
    definitions=(Definition("year", Text(zh="全年数字阅读用户规模", en="Persons who read digital works in the year"),
                            2023),),
    issuer=Text(zh="数字中国发展报告", en="Digital China Development Report"))

# Books on shelves answer no clause of digital culture; they tell how sufficient culture is (G.3).
LIBRARY_HOLDINGS = Measure(
    code="library_holdings", name=Text(zh="公共图书馆总藏量", en="Public library holdings"),
    unit="100M volumes", direction=1, clause="G.3", tag="enabling", domain="culture",
    definitions=(Definition("year_end", Text(zh="年末公共图书馆总藏量", en="Holdings of public libraries at year end"),
                            2022),),
    issuer=_MCT, growing=True)

LIBRARY_HOLDINGS_PER_CAPITA = Measure(
    code="library_holdings_per_capita", name=Text(zh="人均公共图书馆藏量", en="Public library holdings per person"),
    unit="volumes", direction=1, clause="G.3", tag="enabling", domain="culture",
    definitions=(Definition("year_end", Text(zh="年末每人拥有公共图书馆藏量",
                                             en="Volumes in public libraries per person at year end"), 2023),),
    issuer=_MCT)

MEASURES = (DIGITAL_READERS, LIBRARY_HOLDINGS, LIBRARY_HOLDINGS_PER_CAPITA)
