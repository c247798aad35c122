"""The numbers of the data resource system; the published ones say how much data, hardly yet how well used."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

# Volume of data answers no clause of F2 by itself; it speaks to the goal of scale among the thirteen of 2025.
MOBILE_INTERNET_TRAFFIC = Measure(
    code="mobile_internet_traffic", name=Text(zh="移动互联网接入流量", en="Mobile internet traffic"),
    unit="10k GB", direction=1, clause="G.2", tag="digital", domain="data",
    definitions=(Definition("year", Text(zh="全年移动互联网接入流量", en="Mobile data traffic in the year"), 2019),),
    issuer=Text(zh="工业和信息化部、国家统计局",
                en="Ministry of Industry and Information Technology; National Bureau of Statistics"),
    denominator="mobile_internet_users",
    caution=Text(zh="是数据规模的旁证：多为视频流量，不说明数据资源的质量。",
                 en="A distant sign of the scale of data: mostly video, silent about the quality of data resources."))

DATA_OUTPUT = Measure(
    code="data_output", name=Text(zh="数据生产量", en="Data output"),
    unit="ZB", direction=1, clause="G.2", tag="digital", domain="data",
    definitions=(Definition("old_method", Text(zh="数字中国发展报告原测算方法的年度数据产量",
                                               en="Data produced in the year, by the earlier method of the Digital "
                                                  "China reports"), 2021),
                 Definition("survey_2023", Text(zh="全国数据资源调查方法的年度数据生产量",
                                                en="Data produced in the year, by the National Data Resource Survey"),
                            2022)),
    issuer=Text(zh="国家数据局等", en="National Data Administration and others"),
    caution=Text(zh="2022年8.1与26.83、2023年32.85不是同一方法：8.1到32.85不是增长。",
                 en="8.1 (2022) is by another method than 26.83 (2022) and 32.85 (2023): 8.1 to 32.85 is not growth."))

OPEN_DATA_INDEX = Measure(
    code="open_data_index", name=Text(zh="中国开放数林指数（省域）", en="China Open Data Index, provinces"),
    unit="index 0-100", direction=1, clause="F2.2", tag="digital", domain="data",
    definitions=(Definition("edition", Text(zh="准备度、服务层、数据层、利用层的省域综合得分",
                                            en="Composite of the safeguard, service, data and use layers"), 2025),),
    issuer=Text(zh="复旦大学数字与移动治理实验室", en="Fudan University DMG Lab"), bounded=True,
    caution=Text(zh="只有前十名，且为转引，置信度低。", en="First ten places only and at second hand: low confidence."))

# What the room itself makes happen. A node counts its own; they explain and are not scored among provinces.
_NODE = Text(zh="各节点的存证账本", en="Each node's ledger")

SHARING_ON_TIME = Measure(
    code="sharing_on_time", name=Text(zh="政务数据共享申请按时答复率", en="Sharing requests answered in time"),
    unit="%", direction=1, clause="F2.1", tag="enabling", domain="data",
    definitions=(Definition("order_809_art_21", Text(
        zh="答复期限已了的申请中，在政务数据共享条例第二十一条期限内答复的比重", en="Of requests whose term for a reply is over, the share answered within "
        "it (Order 809, art. 21)"), 2025),),
    issuer=_NODE, bounded=True)

SHARING_MET = Measure(
    code="sharing_met", name=Text(zh="政务数据共享申请满足率", en="Sharing requests met"),
    unit="%", direction=1, clause="F2.2", tag="enabling", domain="data",
    definitions=(Definition("delivered", Text(zh="已有结果的申请中，数据已经提供的比重", en="Of requests that came to a result, the share that was delivered"), 2025),),
    issuer=_NODE, bounded=True)

SHARING_BREACHES = Measure(
    code="sharing_breaches", name=Text(zh="违反政务数据共享条例的情形", en="Breaches of the order on data sharing"),
    unit="count", direction=-1, clause="O.1", tag="enabling", domain="data",
    definitions=(Definition("order_809", Text(zh="由存证账本逐条回放查出、注明所违反条款的情形数", en="Breaches found by replaying the ledger, each with the article "
                                                                                          "of Order 809 it offends"), 2025),),
    issuer=_NODE)

BANK_TABLES_ADMITTED = Measure(
    code="bank_tables_admitted", name=Text(zh="资源库准入率", en="Tables admitted to resource banks"),
    unit="%", direction=1, clause="F2.3", tag="enabling", domain="data",
    definitions=(Definition("gate", Text(zh="送到资源库的表中，质量、权利、分级都过关而收下的比重", en="Of tables brought to a bank, the share admitted: quality, right and grade "
                                                                                "in order"), 2026),),
    issuer=_NODE, bounded=True)

DATASETS_USED = Measure(
    code="datasets_used", name=Text(zh="数据集使用率", en="Datasets in use"),
    unit="%", direction=1, clause="F2.2", tag="enabling", domain="data",
    definitions=(Definition("year", Text(zh="数据湖的数据集中，近365天内有决定、供给、资源库或评估用过的比重", en="Of the lake's datasets, the share that a decision, a delivery, a "
                                                                                          "bank or an evaluation used in the last 365 days"), 2026),),
    issuer=_NODE, bounded=True)

MEASURES = (MOBILE_INTERNET_TRAFFIC, DATA_OUTPUT, OPEN_DATA_INDEX, SHARING_ON_TIME, SHARING_MET, SHARING_BREACHES, BANK_TABLES_ADMITTED,
            DATASETS_USED)
