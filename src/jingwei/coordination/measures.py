"""Denominators and context figures that no single room owns, and composites kept to check our own index against."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_NBS = Text(zh="国家统计局", en="National Bureau of Statistics")

GDP = Measure(
    code="gdp", name=Text(zh="地区生产总值", en="Regional GDP"),
    unit="100M yuan", direction=1, clause="G.3", tag="context", domain="economy",
    definitions=(Definition("fifth_census", Text(zh="现价，按第五次全国经济普查修订；2024年为最终核实数",
                                                 en="Current prices after the fifth-census revision; 2024 after final "
                                                    "verification"), 2019),),
    issuer=_NBS)

GDP_PRE5CENSUS = Measure(
    code="gdp_pre5census", name=Text(zh="地区生产总值（普查修订前）", en="Regional GDP, superseded vintage"),
    unit="100M yuan", direction=1, clause="G.3", tag="context", domain="economy",
    definitions=(Definition("before_fifth_census", Text(zh="第五次全国经济普查修订前的现价数",
                                                        en="Current prices before the fifth-census revision"), 2019),),
    issuer=_NBS,
    caution=Text(zh="只用于检验修订的影响，不作分母。", en="For testing what a revision changes; never a denominator."))

GDP_PER_CAPITA = Measure(
    code="gdp_per_capita", name=Text(zh="人均地区生产总值", en="GDP per resident"),
    unit="yuan", direction=1, clause="G.3", tag="context", domain="economy",
    definitions=(Definition("fifth_census", Text(zh="现价，按第五次全国经济普查修订",
                                                 en="Current prices after the fifth-census revision"), 2019),),
    issuer=_NBS)

POPULATION = Measure(
    code="population", name=Text(zh="年末常住人口", en="Resident population"),
    unit="10k persons", direction=1, clause="G.3", tag="context", domain="society",
    definitions=(Definition("year_end", Text(zh="年末常住人口", en="Residents at year end"), 2019),),
    issuer=_NBS,
    caution=Text(zh="各省之和不含现役军人，略低于全国数。",
                 en="Provinces leave out active servicemen and add to a little less than the nation."))

INCOME_PER_CAPITA = Measure(
    code="income_per_capita", name=Text(zh="居民人均可支配收入", en="Disposable income per person"),
    unit="yuan", direction=1, clause="G.3", tag="context", domain="society",
    definitions=(Definition("survey", Text(zh="住户调查的全体居民人均可支配收入",
                                           en="Disposable income per resident, household survey"), 2019),),
    issuer=_NBS)

URBANIZATION_RATE = Measure(
    code="urbanization_rate", name=Text(zh="城镇化率", en="Urbanisation rate"),
    unit="%", direction=1, clause="G.3", tag="context", domain="society",
    definitions=(Definition("residents", Text(zh="城镇常住人口占常住人口的比重",
                                              en="Urban residents as a share of residents"), 2019),),
    issuer=_NBS, bounded=True)

RETAIL_SALES = Measure(
    code="retail_sales", name=Text(zh="社会消费品零售总额", en="Retail sales of consumer goods"),
    unit="100M yuan", direction=1, clause="G.3", tag="context", domain="economy",
    definitions=(Definition("year", Text(zh="全年社会消费品零售总额", en="Retail sales of consumer goods in the year"),
                            2019),),
    issuer=_NBS, denominator="population",
    caution=Text(zh="各省之和不等于修订后的全国数。", en="Provinces do not add to the revised national total."))

FISCAL_REVENUE = Measure(
    code="fiscal_revenue", name=Text(zh="地方一般公共预算收入", en="Local general public budget revenue"),
    unit="100M yuan", direction=1, clause="O.3", tag="context", domain="government",
    definitions=(Definition("own_level", Text(zh="地方本级一般公共预算收入，不含债务收入",
                                              en="Own-level budget revenue without borrowing"), 2019),),
    issuer=Text(zh="财政部、国家统计局", en="Ministry of Finance; National Bureau of Statistics"), denominator="gdp")

# Composites by others: to score one inside another would count the same things twice. They validate, no more.
DIGITAL_CHINA_INDEX = Measure(
    code="digital_china_index", name=Text(zh="数字中国发展指数", en="Digital China Development Index"),
    unit="index 2020=100", direction=1, clause="O.2", tag="context", domain="government",
    definitions=(Definition("base_2020", Text(zh="数字中国发展指标体系的总指数，2020年为100",
                                              en="Total index of the Digital China indicator system, 2020 = 100"),
                            2020),),
    issuer=Text(zh="国家数据局", en="National Data Administration"),
    caution=Text(zh="与2021年规划中目标为95的同名指数不是一回事。",
                 en="Not the index of the same name in the plan of 2021, whose target is 95."))

CAC_DIGITAL_LEVEL_RANK = Measure(
    code="cac_digital_level_rank",
    name=Text(zh="数字化综合发展水平排名", en="Comprehensive digital level, rank"),
    unit="rank", direction=-1, clause="O.2", tag="context", domain="government",
    definitions=(Definition("seven_dimensions", Text(zh="2021年七个维度综合评价的名次，只公布前十",
                                                     en="Rank in the evaluation of 2021 over seven dimensions; first "
                                                        "ten published"), 2021),),
    issuer=Text(zh="国家互联网信息办公室", en="Cyberspace Administration of China"))

MEASURES = (
    GDP, GDP_PRE5CENSUS, GDP_PER_CAPITA, POPULATION, INCOME_PER_CAPITA, URBANIZATION_RATE, RETAIL_SALES,
    FISCAL_REVENUE, DIGITAL_CHINA_INDEX, CAC_DIGITAL_LEVEL_RANK,
)
