"""The numbers of the digital society: who is online, who can use it, and what public services there are."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_CNNIC = Text(zh="中国互联网络信息中心", en="China Internet Network Information Center")

NETIZENS = Measure(
    code="netizens", name=Text(zh="网民规模", en="Internet users"),
    unit="100M persons", direction=1, clause="I4.1", tag="digital", domain="society",
    definitions=(Definition("six_months", Text(zh="过去半年内使用过互联网的6周岁及以上居民",
                                               en="Residents aged six and over who went online in the last half year"),
                            2020),),
    issuer=_CNNIC, growing=True)

INTERNET_PENETRATION = Measure(
    code="internet_penetration", name=Text(zh="互联网普及率", en="Internet penetration"),
    unit="%", direction=1, clause="I4.1", tag="digital", domain="society",
    definitions=(Definition("six_months", Text(zh="网民占总人口的比重", en="Internet users as a share of population"),
                            2021),),
    issuer=_CNNIC, bounded=True)

ADULTS_BASIC_DIGITAL_LITERACY = Measure(
    code="adults_basic_digital_literacy",
    name=Text(zh="成年人具备初级及以上数字素养与技能的比例", en="Adults with at least basic digital literacy"),
    unit="%", direction=1, clause="O.4", tag="digital", domain="society",
    definitions=(Definition("survey_2024", Text(zh="18至69岁居民中达到初级及以上水平者的比例",
                                                en="Residents aged 18 to 69 at basic level or above"), 2024),),
    issuer=Text(zh="中央网信办", en="Office of the Central Cyberspace Affairs Commission"), bounded=True)

DIGITAL_INCLUSIVE_FINANCE = Measure(
    code="digital_inclusive_finance", name=Text(zh="数字普惠金融指数", en="Digital inclusive finance index"),
    unit="index", direction=1, clause="I4.1", tag="digital", domain="society",
    definitions=(Definition("total", Text(zh="覆盖广度、使用深度和数字化程度的总指数",
                                          en="Total index of coverage breadth, use depth and digitisation"), 2011),),
    issuer=Text(zh="北京大学数字金融研究中心", en="Peking University Digital Finance Centre"),
    caution=Text(zh="依据一家平台的账户。", en="Built from the accounts of one platform."))

# Students and beds are what digital services can build on, not digital services.
HE_STUDENTS = Measure(
    code="he_students", name=Text(zh="普通、职业本专科在校学生", en="Students in higher education"),
    unit="students", direction=1, clause="O.4", tag="enabling", domain="society",
    definitions=(Definition("enrolled", Text(zh="普通、职业本科和专科在校学生数",
                                             en="Students in regular and vocational undergraduate and short-cycle "
                                                "programmes"), 2019),),
    issuer=Text(zh="教育部、国家统计局", en="Ministry of Education; National Bureau of Statistics"),
    denominator="population")

HOSPITAL_BEDS_PER_1000 = Measure(
    code="hospital_beds_per_1000", name=Text(zh="每千人口医疗卫生机构床位", en="Hospital beds per 1000 residents"),
    unit="beds per 1000", direction=1, clause="I4.1", tag="enabling", domain="society",
    definitions=(Definition("year_end", Text(zh="年末每千常住人口医疗卫生机构床位数",
                                             en="Beds in health institutions per 1000 residents at year end"), 2019),),
    issuer=Text(zh="国家卫生健康委、国家统计局", en="National Health Commission; National Bureau of Statistics"))

MEASURES = (NETIZENS, INTERNET_PENETRATION, ADULTS_BASIC_DIGITAL_LITERACY, DIGITAL_INCLUSIVE_FINANCE, HE_STUDENTS,
            HOSPITAL_BEDS_PER_1000)
