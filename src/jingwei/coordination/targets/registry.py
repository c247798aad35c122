"""Every numeric target of the plan period that we know of, with the document it stands in.

Where ``checked`` is False the figure was not read again at the issuer; it is a dated parameter, to be corrected there.
"""

from __future__ import annotations

from jingwei.coordination.targets.model import Target
from jingwei.kernel.i18n import Text

COMMUNICATIONS = Text("《“十四五”信息通信行业发展规划》，工信部规〔2021〕164号，2021-11",
                      "14th five-year plan of the information and communication industry, MIIT [2021] 164, Nov 2021")
ECONOMY = Text("《“十四五”数字经济发展规划》，国发〔2021〕29号，2022-01",
               "14th five-year plan for the digital economy, State Council [2021] 29, Jan 2022")
INFORMATION = Text("《“十四五”国家信息化规划》，2021-12", "14th five-year plan for national informatisation, Dec 2021")
IPV6 = Text("《关于加快推进互联网协议第六版（IPv6）规模部署和应用工作的通知》，2021-07",
            "Notice on faster deployment and use of IPv6 at scale, Jul 2021")
IPV6_2025 = Text("《2025年深入推进IPv6规模部署和应用工作要点》，2025", "Work points of 2025 for IPv6 at scale, 2025")
COMPUTE = Text("《算力基础设施高质量发展行动计划》，工信部联通信〔2023〕180号，2023-10",
               "Action plan for computing infrastructure, six ministries, MIIT [2023] 180, Oct 2023")
GREEN = Text("《贯彻落实碳达峰碳中和目标要求推动数据中心和5G等新型基础设施绿色高质量发展实施方案》，发改高技〔2021〕1742号",
             "Implementation plan for green data centres and 5G, NDRC [2021] 1742")
FIFTEENTH = Text("“十五五”规划", "15th five-year plan")

PERCENT = Text("%", "%")
TRILLION = Text("万亿元", "trillion yuan")

TARGETS = (
    Target("F1.1.stations", "F1.1", Text("每万人5G基站数", "5G base stations per 10,000 people"), "base_stations_5g",
           26, Text("个/万人", "per 10,000"), COMMUNICATIONS, per="population", scale=1e4, goal=1),
    Target("F1.1.users", "F1.1", Text("5G用户普及率", "5G accounts per 100 people"), "users_5g",
           56, PERCENT, COMMUNICATIONS, per="population", scale=1e6, goal=1),
    Target("F1.1.gigabit", "F1.1", Text("千兆宽带用户", "Gigabit broadband lines"), "gigabit_subs",
           6000, Text("万户", "10k lines"), ECONOMY, goal=1),
    Target("F1.2.users", "F1.2", Text("IPv6活跃用户", "Active IPv6 users"), "ipv6_active_users",
           8, Text("亿", "100M users"), ECONOMY, goal=1),
    Target("F1.2.users_raised", "F1.2", Text("IPv6活跃用户（提高后）", "Active IPv6 users, raised target"),
           "ipv6_active_users", 8.5, Text("亿", "100M users"), IPV6_2025, goal=1),
    Target("F1.2.traffic", "F1.2", Text("移动网络IPv6流量占比", "IPv6 share of mobile traffic"),
           "ipv6_mobile_traffic_share", 70, PERCENT, IPV6, goal=1),
    Target("F1.5.total", "F1.5", Text("算力规模", "Computing power"), "compute_total",
           300, Text("EFLOPS", "EFLOPS"), COMPUTE, otherwise=("compute_smart",), goal=1),
    Target("F1.5.smart_share", "F1.5", Text("智能算力占比", "Share of intelligent computing"), "",
           35, PERCENT, COMPUTE, goal=1),
    Target("F1.5.storage", "F1.5", Text("存储总量", "Storage"), "", 1800, Text("EB", "EB"), COMPUTE, goal=1),
    Target("I1.1.core_share", "I1.1", Text("数字经济核心产业增加值占GDP比重", "Core industries, share of GDP"),
           "core_industry_gdp_share", 10, PERCENT, ECONOMY, goal=4),
    Target("I1.1.software", "I1.1", Text("软件和信息技术服务业规模", "Software and IT services"), "software_revenue",
           14, TRILLION, ECONOMY, goal=4),
    Target("I1.2.retail", "I1.2", Text("全国网上零售额", "Online retail sales"), "online_retail", 17, TRILLION, ECONOMY,
           goal=4),
    Target("I1.2.commerce", "I1.2", Text("电子商务交易规模", "E-commerce turnover"), "ecommerce_turnover",
           46, TRILLION, ECONOMY, goal=4),
    Target("I1.2.platforms", "I1.2", Text("工业互联网平台应用普及率", "Use of industrial internet platforms"),
           "iiot_platform_use", 45, PERCENT, ECONOMY, goal=4),
    Target("I1.2.firms", "I1.2", Text("全面数字化企业比例", "Fully digital firms"), "fully_digital_firms",
           60, PERCENT, INFORMATION, goal=4),
    Target("I1.2.cloud", "I1.2", Text("企业设备上云率", "Equipment on the cloud"), "equipment_on_cloud",
           30, PERCENT, INFORMATION, goal=4),
    Target("I2.3.users", "I2.3", Text("在线政务服务实名用户", "Real-name users of online government"),
           "gov_platform_users", 8, Text("亿", "100M users"), ECONOMY, goal=5),
    Target("I2.3.permits", "I2.3", Text("省级行政许可网上办理比例", "Provincial permits handled online"),
           "permits_online_share", 90, PERCENT, INFORMATION, goal=5),
    Target("I4.1.netizens", "I4.1", Text("网民规模", "Internet users"), "netizens", 12, Text("亿人", "100M people"), INFORMATION,
           goal=7),
    Target("I5.4.pue", "I5.4", Text("新建大型及以上数据中心PUE", "PUE of new large data centres"), "data_centre_pue",
           1.3, Text("", "ratio"), GREEN, at_least=False, definition="new_large", goal=8),
    Target("C1.1.patents", "C1.1", Text("每万人信息技术发明专利", "IT invention patents per 10,000 people"),
           "it_patents_per_10k", 5.2, Text("件/万人", "per 10,000"), INFORMATION, goal=9),
    Target("C1.1.intensity", "C1.1", Text("电子信息制造业研发投入强度", "R&D intensity of electronics"),
           "electronics_rd_intensity", 3.2, PERCENT, INFORMATION, goal=9),
    Target("C1.2.firms", "C1.2", Text("高新技术企业", "High-tech firms"), "high_tech_firms",
           45, Text("万家", "10k firms"), INFORMATION, goal=9),
    Target("C1.1.investment", "C1.1", Text("信息技术投入占比", "IT share of investment"), "it_investment_share",
           5.8, PERCENT, INFORMATION, goal=9),
    Target("I1.1.core_share_2030", "I1.1", Text("数字经济核心产业增加值占GDP比重", "Core industries, share of GDP"),
           "core_industry_gdp_share", 12.5, PERCENT, FIFTEENTH, year=2030),
)
