"""The numbers of the digital economy: core industries (I1.1) and digital technology in the others (I1.2)."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_NBS = Text(zh="国家统计局", en="National Bureau of Statistics")
_MIIT = Text(zh="工业和信息化部", en="Ministry of Industry and Information Technology")
_PLAN_MIIT = Text(zh="国务院规划；工业和信息化部",
                  en="State Council plan; Ministry of Industry and Information Technology")
_YEARLY_BASE = Text(zh="统计局每年重算上年基数，公布增速与水平之比不一致。",
                    en="The base is restated every year: published growth and the ratio of levels differ.")

CORE_INDUSTRY_GDP_SHARE = Measure(
    code="core_industry_gdp_share",
    name=Text(zh="数字经济核心产业增加值占比", en="Core digital industries, share of GDP"),
    unit="%", direction=1, clause="I1.1", tag="digital", domain="economy",
    definitions=(Definition("classification_2021", Text(zh="2021年分类01—04类增加值占国内生产总值的比重",
                                                        en="Value added of divisions 01-04 of the 2021 classification "
                                                           "over GDP"), 2020),),
    issuer=_NBS, bounded=True,
    caution=Text(zh="2023年起为第五次经济普查口径，2020年为规划基期；2024年有10与10.4两说；2025年数未注明年份。",
                 en="Fifth-census accounts from 2023, a plan's baseline in 2020; two figures for 2024 (10 and 10.4); "
                    "the figure filed under 2025 names no year."))

CORE_INDUSTRY_VALUE_ADDED = Measure(
    code="core_industry_value_added",
    name=Text(zh="数字经济核心产业增加值", en="Core digital industries, value added"),
    unit="100M yuan", direction=1, clause="I1.1", tag="digital", domain="economy",
    definitions=(Definition("classification_2021", Text(zh="2021年分类01—04类增加值之和，现价",
                                                        en="Value added of divisions 01-04 of the 2021 classification, "
                                                           "current prices"), 2023),),
    issuer=_NBS)

SOFTWARE_REVENUE = Measure(
    code="software_revenue", name=Text(zh="软件业务收入", en="Software business revenue"),
    unit="trillion yuan", direction=1, clause="I1.1", tag="digital", domain="economy",
    definitions=(Definition("above_size", Text(zh="规模以上软件和信息技术服务业企业的软件业务收入",
                                               en="Software revenue of software and IT service firms above size"),
                            2020),),
    issuer=_MIIT,
    caution=Text(zh="均为首次发布数，次年增速意味着基数上调约百分之一。",
                 en="First releases; next year's growth implies a base about one per cent higher."))

SOFTWARE_PRODUCT_REVENUE = Measure(
    code="software_product_revenue", name=Text(zh="软件产品收入", en="Software product revenue"),
    unit="100M yuan", direction=1, clause="I1.1", tag="digital", domain="economy",
    definitions=(Definition("above_size", Text(zh="规模以上软件企业的软件产品收入，是软件业务收入的一部分",
                                               en="Product revenue of software firms above size, a part of software "
                                                  "business revenue"), 2019),),
    issuer=Text(zh="工业和信息化部、国家统计局",
                en="Ministry of Industry and Information Technology; National Bureau of Statistics"),
    denominator="gdp")

ECOMMERCE_SALES = Measure(
    code="ecommerce_sales", name=Text(zh="电子商务销售额", en="E-commerce sales of firms"),
    unit="100M yuan", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("surveyed_firms", Text(zh="调查企业通过网络订单的销售额，按企业所在地",
                                                   en="Sales of surveyed firms on online orders, by place of the firm"),
                            2019),),
    issuer=_NBS, denominator="gdp")

_RAISED = Text(zh="2023年起各地同时高出约四成，发布者未说明原因，按口径变化处理",
               en="From 2023 all places stand some 40 % higher at once; the issuer gives no reason; read as a new scope")

ECOMMERCE_FIRMS = Measure(
    code="ecommerce_firms", name=Text(zh="有电子商务交易活动的企业", en="Firms with e-commerce"),
    unit="firms", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("surveyed_firms", Text(zh="通过网络订单销售或采购的调查企业数",
                                                   en="Surveyed firms that sold or bought on online orders"), 2019),
                 Definition("surveyed_firms_2023", _RAISED, 2023)),
    issuer=_NBS, denominator="population",
    caution=Text(zh="调查企业总数逐年变化；各地按常住人口折算后比较。",
                 en="The number of firms surveyed changes; places are compared per resident."))

ECOMMERCE_FIRM_SHARE = Measure(
    code="ecommerce_firm_share", name=Text(zh="有电子商务交易活动的企业比重", en="Share of firms with e-commerce"),
    unit="%", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("surveyed_firms", Text(zh="有电子商务交易活动的企业占调查企业的比重",
                                                   en="Firms with e-commerce as a share of surveyed firms"), 2019),
                 Definition("surveyed_firms_2023", _RAISED, 2023)),
    issuer=_NBS, bounded=True)

ECOMMERCE_TURNOVER = Measure(
    code="ecommerce_turnover", name=Text(zh="电子商务交易额", en="E-commerce turnover"),
    unit="trillion yuan", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("year", Text(zh="全国全年电子商务交易额",
                                          en="Value of e-commerce transactions in the year"), 2020),),
    issuer=_NBS)

ONLINE_RETAIL = Measure(
    code="online_retail", name=Text(zh="网上零售额", en="Online retail sales"),
    unit="trillion yuan", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("year", Text(zh="全年网上零售额，含实物与非实物商品",
                                         en="Online retail sales in the year, goods and services"), 2020),),
    issuer=_NBS, caution=_YEARLY_BASE)

WEBSITES_PER_100_FIRMS = Measure(
    code="websites_per_100_firms", name=Text(zh="每百家企业拥有网站数", en="Websites per 100 firms"),
    unit="sites per 100 firms", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("surveyed_firms", Text(zh="每百家调查企业自有网站数",
                                                   en="Own websites per 100 surveyed firms"), 2019),),
    issuer=_NBS,
    caution=Text(zh="企业转向应用程序和平台，几乎处处下降，下降不等于退步。",
                 en="Falls nearly everywhere as firms move to apps and platforms: a fall need not be a loss."))

COMPUTERS_PER_100_EMPLOYEES = Measure(
    code="computers_per_100_employees", name=Text(zh="每百人使用计算机数", en="Computers per 100 employees"),
    unit="units per 100 employees", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("surveyed_firms", Text(zh="调查企业每百名从业人员使用的计算机数",
                                                   en="Computers in use per 100 employees of surveyed firms"), 2019),),
    issuer=_NBS)

IIOT_PLATFORM_USE = Measure(
    code="iiot_platform_use", name=Text(zh="工业互联网平台应用普及率", en="Use of industrial internet platforms"),
    unit="%", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("plan", Text(zh="应用工业互联网平台的工业企业占比",
                                         en="Industrial firms that use an industrial internet platform"), 2020),),
    issuer=_PLAN_MIIT, bounded=True)

EQUIPMENT_ON_CLOUD = Measure(
    code="equipment_on_cloud", name=Text(zh="企业工业设备上云率", en="Industrial equipment on the cloud"),
    unit="%", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("plan", Text(zh="已上云的工业设备占企业工业设备的比重",
                                         en="Industrial equipment connected to the cloud"), 2020),),
    issuer=_PLAN_MIIT, bounded=True)

FULLY_DIGITAL_FIRMS = Measure(
    code="fully_digital_firms",
    name=Text(zh="关键业务环节全面数字化的企业比例", en="Firms with all key processes digital"),
    unit="%", direction=1, clause="I1.2", tag="digital", domain="economy",
    definitions=(Definition("plan", Text(zh="各关键业务环节均已数字化的企业占比",
                                         en="Firms whose key business processes are all digital"), 2020),),
    issuer=_PLAN_MIIT, bounded=True)

# Parcels are moved by people and lorries: a consequence of online trade, not digital use itself.
EXPRESS_PARCELS = Measure(
    code="express_parcels", name=Text(zh="快递业务量", en="Express parcels"),
    unit="100M parcels", direction=1, clause="I1.2", tag="enabling", domain="economy",
    definitions=(Definition("year", Text(zh="全年快递业务量", en="Express parcels handled in the year"), 2023),),
    issuer=Text(zh="国家邮政局", en="State Post Bureau"))

MEASURES = (
    CORE_INDUSTRY_GDP_SHARE, CORE_INDUSTRY_VALUE_ADDED, SOFTWARE_REVENUE, SOFTWARE_PRODUCT_REVENUE,
    ECOMMERCE_SALES, ECOMMERCE_FIRMS, ECOMMERCE_FIRM_SHARE, ECOMMERCE_TURNOVER, ONLINE_RETAIL,
    WEBSITES_PER_100_FIRMS, COMPUTERS_PER_100_EMPLOYEES, IIOT_PLATFORM_USE, EQUIPMENT_ON_CLOUD,
    FULLY_DIGITAL_FIRMS, EXPRESS_PARCELS,
)
