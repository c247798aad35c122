"""The numbers of innovation: digital where they count information technology, enabling where they count all of it."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_NBS = Text(zh="国家统计局", en="National Bureau of Statistics")
_PLAN = Text(zh="“十四五”国家信息化规划", en="14th Five-Year National Informatization Plan")
_INDUSTRY = Text(zh="只含规模以上工业企业，不是全社会研发。",
                 en="Industrial firms above size only, not the whole society.")

IT_PATENTS_PER_10K = Measure(
    code="it_patents_per_10k",
    name=Text(zh="每万人口新一代信息技术产业发明专利拥有量", en="IT invention patents per 10,000 people"),
    unit="per 10k", direction=1, clause="C1.1", tag="digital", domain="technology",
    definitions=(Definition("plan", Text(zh="每万人口拥有的新一代信息技术产业发明专利数",
                                         en="Invention patents of new-generation IT in force per 10,000 people"),
                            2020),),
    issuer=_PLAN)

ELECTRONICS_RD_INTENSITY = Measure(
    code="electronics_rd_intensity",
    name=Text(zh="计算机、通信和电子设备制造业研发投入强度", en="R&D intensity of electronics manufacturing"),
    unit="%", direction=1, clause="C1.1", tag="digital", domain="technology",
    definitions=(Definition("plan", Text(zh="该行业研发经费与营业收入之比",
                                         en="R&D expenditure of the industry over its revenue"), 2020),),
    issuer=_PLAN)

IT_INVESTMENT_SHARE = Measure(
    code="it_investment_share", name=Text(zh="信息技术投资占比", en="IT share of investment"),
    unit="%", direction=1, clause="C1.1", tag="digital", domain="technology",
    definitions=(Definition("plan", Text(zh="信息技术项目投资占全社会固定资产投资的比重",
                                         en="Investment in IT projects over all fixed-asset investment"), 2020),),
    issuer=_PLAN, bounded=True)

HIGH_TECH_FIRMS = Measure(
    code="high_tech_firms", name=Text(zh="高新技术企业", en="High-technology firms"),
    unit="10k firms", direction=1, clause="C1.2", tag="enabling", domain="technology",
    definitions=(Definition("recognised", Text(zh="经认定的高新技术企业数，涵盖各技术领域",
                                               en="Firms recognised as high-technology, all fields"), 2020),),
    issuer=_PLAN)

RD_EXPENDITURE = Measure(
    code="rd_expenditure", name=Text(zh="全社会研究与试验发展经费", en="R&D expenditure"),
    unit="100M yuan", direction=1, clause="C1.1", tag="enabling", domain="technology",
    definitions=(Definition("whole_society", Text(zh="全社会研究与试验发展经费支出",
                                                  en="R&D expenditure of the whole society"), 2019),),
    issuer=_NBS)

RD_INTENSITY = Measure(
    code="rd_intensity", name=Text(zh="研究与试验发展经费投入强度", en="R&D intensity"),
    unit="%", direction=1, clause="C1.1", tag="enabling", domain="technology",
    definitions=(Definition("whole_society", Text(zh="全社会研发经费与国内生产总值之比",
                                                  en="R&D expenditure of the whole society over GDP"), 2019),),
    issuer=_NBS, caution=Text(zh="2023年数按第五次经济普查修订前的国内生产总值计算。",
                              en="The figure for 2023 uses GDP before the fifth-census revision."))

RD_INDUSTRIAL_EXPENDITURE = Measure(
    code="rd_industrial_expenditure", name=Text(zh="规上工业企业研发经费", en="R&D expenditure of industrial firms"),
    unit="100M yuan", direction=1, clause="C1.2", tag="enabling", domain="technology",
    definitions=(Definition("above_size", Text(zh="规模以上工业企业研发经费内部支出",
                                               en="Internal R&D expenditure of industrial firms above size"), 2019),),
    issuer=_NBS, denominator="gdp", caution=_INDUSTRY)

RD_INDUSTRIAL_FTE = Measure(
    code="rd_industrial_fte", name=Text(zh="规上工业企业研发人员", en="R&D personnel of industrial firms"),
    unit="person-years", direction=1, clause="C1.2", tag="enabling", domain="technology",
    definitions=(Definition("above_size", Text(zh="规模以上工业企业研发人员全时当量",
                                               en="Full-time equivalent R&D personnel of industrial firms above size"),
                            2019),),
    issuer=_NBS, denominator="population", caution=_INDUSTRY)

PATENTS_GRANTED = Measure(
    code="patents_granted", name=Text(zh="国内专利授权量", en="Domestic patents granted"),
    unit="patents", direction=1, clause="C1.1", tag="enabling", domain="technology",
    definitions=(Definition("three_kinds", Text(zh="当年授予国内申请人的发明、实用新型和外观设计专利",
                                                en="Inventions, utility models and designs granted to domestic "
                                                   "applicants in the year"), 2019),),
    issuer=Text(zh="国家知识产权局、国家统计局",
                en="National Intellectual Property Administration; National Bureau of Statistics"),
    denominator="population",
    caution=Text(zh="2021年起审查趋严，授权量下降部分由此而来。",
                 en="Examination grew stricter from 2021 on, which explains part of the fall."))

INVENTION_PATENTS_IN_FORCE = Measure(
    code="invention_patents_in_force", name=Text(zh="有效发明专利", en="Invention patents in force"),
    unit="patents", direction=1, clause="C1.1", tag="enabling", domain="technology",
    definitions=(Definition("year_end", Text(zh="年末有效发明专利数，按权利人所在地",
                                             en="Invention patents in force at year end, by place of owner"), 2019),),
    issuer=Text(zh="国家知识产权局", en="National Intellectual Property Administration"),
    denominator="population", growing=True)

TECH_MARKET_TURNOVER = Measure(
    code="tech_market_turnover", name=Text(zh="技术市场成交额", en="Technology market turnover"),
    unit="100M yuan", direction=1, clause="C1.3", tag="enabling", domain="technology",
    definitions=(Definition("seller", Text(zh="登记技术合同成交额，按卖方所在地",
                                           en="Value of registered technology contracts, by place of seller"), 2019),),
    issuer=Text(zh="科学技术部、国家统计局", en="Ministry of Science and Technology; National Bureau of Statistics"),
    denominator="gdp",
    caution=Text(zh="若干省份一年内涨跌数倍，用前须向发布者核对。",
                 en="Several provinces jump severalfold in a year: check at the issuer before use."))

GOV_SCIENCE_EXPENDITURE = Measure(
    code="gov_science_expenditure", name=Text(zh="地方财政科学技术支出", en="Local fiscal science expenditure"),
    unit="100M yuan", direction=1, clause="C1.1", tag="enabling", domain="technology",
    definitions=(Definition("budget", Text(zh="地方一般公共预算支出中的科学技术支出",
                                           en="Science and technology item of local general public budgets"), 2019),),
    issuer=Text(zh="财政部、国家统计局", en="Ministry of Finance; National Bureau of Statistics"), denominator="gdp")

MEASURES = (
    IT_PATENTS_PER_10K, ELECTRONICS_RD_INTENSITY, IT_INVESTMENT_SHARE, HIGH_TECH_FIRMS, RD_EXPENDITURE,
    RD_INTENSITY, RD_INDUSTRIAL_EXPENDITURE, RD_INDUSTRIAL_FTE, PATENTS_GRANTED, INVENTION_PATENTS_IN_FORCE,
    TECH_MARKET_TURNOVER, GOV_SCIENCE_EXPENDITURE,
)
