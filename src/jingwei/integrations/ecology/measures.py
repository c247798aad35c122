"""The numbers of ecology. Only the efficiency of data centres is digital; the others say what it works for."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_NBS = Text(zh="国家统计局", en="National Bureau of Statistics")
_MEE = Text(zh="生态环境部", en="Ministry of Ecology and Environment")
_MEE_NBS = Text(zh="生态环境部、国家统计局", en="Ministry of Ecology and Environment; National Bureau of Statistics")

DATA_CENTRE_PUE = Measure(
    code="data_centre_pue", name=Text(zh="数据中心电能利用效率", en="Data centre power usage effectiveness"),
    unit="ratio", direction=-1, clause="I5.4", tag="digital", domain="ecology",
    definitions=(Definition("green_centres_196", Text(zh="196家国家绿色数据中心的平均值",
                                                      en="Mean of 196 national green data centres"), 2023),
                 Definition("national", Text(zh="全国在用算力中心的平均值",
                                             en="Mean of all data centres in use in the country"), 2025)),
    issuer=Text(zh="工业和信息化部", en="Ministry of Industry and Information Technology"),
    caution=Text(zh="1.27与1.42对象不同，不是变差。",
                 en="1.27 and 1.42 are of different centres: not a turn for the worse."))

RENEWABLE_POWER_SHARE = Measure(
    code="renewable_power_share", name=Text(zh="可再生能源电力消纳比重", en="Renewable share of power consumption"),
    unit="%", direction=1, clause="I5.4", tag="enabling", domain="ecology",
    definitions=(Definition("consumption", Text(zh="消纳的可再生能源电量（含外来电）占全社会用电量的比重",
                                                en="Renewable electricity consumed, imports included, over all "
                                                   "consumption"), 2019),),
    issuer=Text(zh="国家能源局", en="National Energy Administration"), bounded=True)

ELECTRICITY_CONSUMPTION = Measure(
    code="electricity_consumption", name=Text(zh="全社会用电量", en="Electricity consumption"),
    unit="100M kWh", direction=-1, clause="I5.4", tag="enabling", domain="ecology",
    definitions=(Definition("year", Text(zh="全年全社会用电量", en="All electricity consumed in the year"), 2019),),
    issuer=Text(zh="中国电力企业联合会、国家统计局", en="China Electricity Council; National Bureau of Statistics"),
    denominator="gdp", caution=Text(zh="只作强度使用。", en="Use as an intensity only."))

ENERGY_CONSUMPTION = Measure(
    code="energy_consumption", name=Text(zh="能源消费总量", en="Total energy consumption"),
    unit="10k tce", direction=-1, clause="I5.4", tag="enabling", domain="ecology",
    definitions=(Definition("year", Text(zh="全年能源消费总量，折标准煤",
                                         en="All energy consumed in the year, in standard coal"), 2019),),
    issuer=_NBS, denominator="gdp",
    caution=Text(zh="发电煤耗法与电热当量法混用，2020年起只有相互印证的省份。",
                 en="Compilations mix coal-equivalent and calorific conventions; from 2020 only confirmed provinces."))

CO2_APPARENT = Measure(
    code="co2_apparent", name=Text(zh="表观二氧化碳排放", en="Apparent CO2 emissions"),
    unit="Mt", direction=-1, clause="I5.4", tag="enabling", domain="ecology",
    definitions=(Definition("apparent", Text(zh="按表观能源消费量核算的二氧化碳排放，不含西藏",
                                             en="CO2 from apparent energy consumption; Tibet not covered"), 2019),),
    issuer=Text(zh="中国碳核算数据库", en="Carbon Emission Accounts and Datasets"), denominator="gdp")

SOLID_WASTE_UTILISATION = Measure(
    code="solid_waste_utilisation",
    name=Text(zh="一般工业固体废物综合利用率", en="Industrial solid waste utilisation"),
    unit="%", direction=1, clause="I5.4", tag="enabling", domain="ecology",
    definitions=(Definition("utilised", Text(zh="综合利用量与产生量之比",
                                              en="Waste utilised over waste generated"), 2019),),
    issuer=_MEE_NBS, caution=Text(zh="利用往年贮存量时可超过100。", en="May exceed 100 when stored waste is used."))

# Clean air speaks to a sufficient ecology (G.3), not to how well the information system of I5.1 works.
SO2_EMISSIONS = Measure(
    code="so2_emissions", name=Text(zh="二氧化硫排放量", en="SO2 emissions"),
    unit="10k t", direction=-1, clause="G.3", tag="enabling", domain="ecology",
    definitions=(Definition("scope_before_2020", Text(zh="环境统计原调查范围",
                                                      en="Environmental statistics survey, scope before 2020"), 2016),
                 Definition("scope_2020", Text(zh="环境统计2020年起的调查范围",
                                               en="Environmental statistics survey, scope since 2020"), 2020)),
    issuer=_MEE_NBS, denominator="gdp")

PM25_MEAN = Measure(
    code="pm25_mean", name=Text(zh="细颗粒物平均浓度", en="Mean PM2.5 concentration"),
    unit="ug/m3", direction=-1, clause="G.3", tag="enabling", domain="ecology",
    definitions=(Definition("cities_339", Text(zh="339个地级及以上城市的年均浓度",
                                               en="Yearly mean over 339 cities of prefecture level and above"), 2019),),
    issuer=_MEE)

MEASURES = (DATA_CENTRE_PUE, RENEWABLE_POWER_SHARE, ELECTRICITY_CONSUMPTION, ENERGY_CONSUMPTION, CO2_APPARENT,
            SOLID_WASTE_UTILISATION, SO2_EMISSIONS, PM25_MEAN)
