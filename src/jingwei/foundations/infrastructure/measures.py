"""The numbers of digital infrastructure, all digital by nature except a membership flag."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

_MIIT = Text(zh="工业和信息化部", en="Ministry of Industry and Information Technology")
_MIIT_NBS = Text(zh="工业和信息化部、国家统计局",
                 en="Ministry of Industry and Information Technology; National Bureau of Statistics")
_IPV6 = Text(zh="中央网信办、国家IPv6发展监测平台",
             en="Office of the Central Cyberspace Affairs Commission; National IPv6 Development Monitoring Platform")
_BROADNET = Text(zh="2023年起计入中国广电，水平略升，不视为断点。",
                 en="China Broadnet is counted from 2023 on: the level rises a little, too little to call it a break.")

MOBILE_PHONE_PENETRATION = Measure(
    code="mobile_phone_penetration", name=Text(zh="移动电话普及率", en="Mobile phone penetration"),
    unit="sets per 100", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末每百名常住人口的移动电话用户数",
                                             en="Mobile phone subscriptions per 100 residents at year end"), 2019),),
    issuer=_MIIT_NBS, caution=_BROADNET)

# The national bulletins' own code for the same statistic; the two are never summed or averaged.
MOBILE_PENETRATION = Measure(
    code="mobile_penetration", name=Text(zh="移动电话普及率（全国）", en="Mobile phone penetration, nation"),
    unit="per 100", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末每百人的移动电话用户数",
                                             en="Mobile phone subscriptions per 100 persons at year end"), 2019),),
    issuer=_MIIT, caution=_BROADNET)

BROADBAND_PORTS = Measure(
    code="broadband_ports", name=Text(zh="互联网宽带接入端口", en="Broadband access ports"),
    unit="10k ports", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末已建成的固定宽带接入端口数",
                                             en="Fixed broadband access ports in place at year end"), 2019),),
    issuer=_MIIT_NBS, denominator="population", growing=True)

BROADBAND_SUBS = Measure(
    code="broadband_subs", name=Text(zh="固定互联网宽带接入用户", en="Fixed broadband subscribers"),
    unit="10k households", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末固定宽带接入账户数，“户”即账户",
                                             en="Fixed broadband accounts at year end; a household is an account"),
                            2019),),
    issuer=_MIIT_NBS, denominator="population", growing=True)

MOBILE_INTERNET_USERS = Measure(
    code="mobile_internet_users", name=Text(zh="移动互联网用户", en="Mobile internet accounts"),
    unit="10k accounts", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="使用移动数据的账户数，一人可有多个",
                                             en="Mobile accounts that use data; one person may hold several"), 2019),),
    issuer=_MIIT_NBS, denominator="population")

BASE_STATIONS_5G = Measure(
    code="base_stations_5g", name=Text(zh="5G基站", en="5G base stations"),
    unit="10k stations", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末在用的5G基站数",
                                             en="5G base stations in service at year end"), 2019),),
    issuer=_MIIT, denominator="population", growing=True)

OPTICAL_CABLE_LENGTH = Measure(
    code="optical_cable_length", name=Text(zh="光缆线路长度", en="Length of optical cable lines"),
    unit="km", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末长途、本地和接入光缆线路的总长度",
                                             en="Length of long-distance, local and access lines at year end"), 2019),),
    issuer=_MIIT_NBS, denominator="population", growing=True)

TELECOM_VOLUME = Measure(
    code="telecom_volume", name=Text(zh="电信业务总量", en="Telecommunications business volume"),
    unit="100M yuan", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("prices_2015", Text(zh="按2015年不变单价计算的电信业务量",
                                                en="Telecommunications output at the constant prices of 2015"), 2016),
                 Definition("previous_year_prices", Text(zh="按上年不变单价计算的电信业务量",
                                                         en="Telecommunications output at the prices of the year "
                                                            "before"), 2021)),
    issuer=_MIIT_NBS, denominator="population",
    caution=Text(zh="2021年起每年换价：同一年份各地可比，年度之间不可直接相比。",
                 en="From 2021 on the prices change every year: compare places within a year, not years."))

TELECOM_REVENUE = Measure(
    code="telecom_revenue", name=Text(zh="电信业务收入", en="Telecommunications revenue"),
    unit="trillion yuan", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year", Text(zh="全年电信业务收入", en="Revenue from telecommunications in the year"),
                            2019),),
    issuer=_MIIT)

USERS_5G = Measure(
    code="users_5g", name=Text(zh="5G移动电话用户", en="5G mobile accounts"),
    unit="100M accounts", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("without_broadnet", Text(zh="年末5G用户数，未计中国广电",
                                                     en="5G accounts at year end without China Broadnet"), 2020),
                 Definition("with_broadnet", Text(zh="年末5G用户数，计入中国广电",
                                                  en="5G accounts at year end with China Broadnet"), 2023)),
    issuer=_MIIT, growing=True)

GIGABIT_SUBS = Measure(
    code="gigabit_subs", name=Text(zh="千兆宽带接入用户", en="Gigabit broadband accounts"),
    unit="10k accounts", direction=1, clause="F1.1", tag="digital", domain="infrastructure",
    definitions=(Definition("year_end", Text(zh="年末签约速率1000Mbps及以上的固定宽带账户数",
                                             en="Fixed broadband accounts at 1000 Mbit/s and above at year end"),
                            2020),),
    issuer=_MIIT, growing=True)

IPV6_ACTIVE_USERS = Measure(
    code="ipv6_active_users", name=Text(zh="IPv6活跃用户", en="IPv6 active users"),
    unit="100M users", direction=1, clause="F1.2", tag="digital", domain="infrastructure",
    definitions=(Definition("active", Text(zh="已获得IPv6地址且在统计期内用IPv6访问过网络的用户数",
                                           en="Users who hold an IPv6 address and went online by IPv6 in the "
                                              "counting period"), 2017),),
    issuer=_IPV6, growing=True,
    caution=Text(zh="各年公布的月份不同，先看所述月份再比较。",
                 en="The month published differs from year to year: look at it before comparing."))

IPV6_MOBILE_TRAFFIC_SHARE = Measure(
    code="ipv6_mobile_traffic_share", name=Text(zh="移动网络IPv6流量占比", en="IPv6 share of mobile traffic"),
    unit="%", direction=1, clause="F1.2", tag="digital", domain="infrastructure",
    definitions=(Definition("month", Text(zh="当月IPv6流量占移动网络总流量的比重",
                                          en="IPv6 traffic as a share of all mobile network traffic in the month"),
                            2021),),
    issuer=_IPV6, bounded=True)

# Being chosen is a decision about a place, not something the place has achieved; Beijing, Tianjin and Hebei are one
# hub. A flag that cannot move is of no use in a score.
COMPUTING_HUB_MEMBER = Measure(
    code="computing_hub_member", name=Text(zh="国家算力枢纽成员", en="Member of a national computing hub"),
    unit="0/1", direction=1, clause="F1.5", tag="context", domain="infrastructure",
    definitions=(Definition("eight_hubs", Text(zh="位于2021—2022年批复的八个国家算力枢纽之内记1，否则记0",
                                               en="1 inside one of the eight hubs approved in 2021-2022, else 0"),
                            2021),),
    issuer=Text(zh="国家发展改革委等", en="National Development and Reform Commission and others"))

COMPUTE_TOTAL = Measure(
    code="compute_total", name=Text(zh="算力总规模", en="Total computing power"),
    unit="EFLOPS", direction=1, clause="F1.5", tag="digital", domain="infrastructure",
    definitions=(Definition("mixed_precision", Text(zh="在用算力总规模，混合多种精度",
                                                    en="Computing power in use, several precisions added together"),
                            2022),),
    issuer=Text(zh="国家数据局、工业和信息化部",
                en="National Data Administration; Ministry of Industry and Information Technology"),
    growing=True,
    caution=Text(zh="混合精度，不可与半精度智能算力相比。",
                 en="Mixed precision: never compare it with smart computing power in half precision."))

COMPUTE_SMART = Measure(
    code="compute_smart", name=Text(zh="智能算力规模", en="Smart computing power"),
    unit="EFLOPS", direction=1, clause="F1.5", tag="digital", domain="infrastructure",
    definitions=(Definition("half_precision", Text(zh="按半精度（FP16）计算的智能算力规模",
                                                   en="Smart computing power in half precision (FP16)"), 2025),),
    issuer=_MIIT, growing=True,
    caution=Text(zh="半精度，不可与算力总规模相比，也不可用于判断以总规模表述的目标。",
                 en="Half precision: never compare it with the total, nor judge by it a target set for the total."))

MEASURES = (
    BASE_STATIONS_5G, USERS_5G, GIGABIT_SUBS, BROADBAND_PORTS, BROADBAND_SUBS, OPTICAL_CABLE_LENGTH,
    MOBILE_INTERNET_USERS, MOBILE_PHONE_PENETRATION, MOBILE_PENETRATION, TELECOM_VOLUME, TELECOM_REVENUE,
    IPV6_ACTIVE_USERS, IPV6_MOBILE_TRAFFIC_SHARE, COMPUTE_TOTAL, COMPUTE_SMART, COMPUTING_HUB_MEMBER,
)
