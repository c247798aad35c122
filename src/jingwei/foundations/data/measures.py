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

DUPLICATES_FOUND = Measure(
    code="duplicate_collections", name=Text(zh="重复收集", en="Duplicate collections"),
    unit="count", direction=-1, clause="F2.2", tag="enabling", domain="data",
    definitions=(Definition("order_809_art_19", Text(
        zh="已收集、同样对象的同样内容另一部门已持有、且没有法律依据的表对数（政务数据共享条例第十九条、第四十条第一项）", en="Pairs of collected tables of two organisations that hold "
        "the same facts on the same subjects with no law behind it (Order 809, art. 19 and 40(1))"), 2025),),
    issuer=_NODE, caution=Text(zh="只数取过样的表；样本太小、没有共同编号的看不见。", en="Of tables that were sampled; small ones and those without a common number are not seen."))

DUPLICATES_AVOIDED = Measure(
    code="duplicate_collections_avoided", name=Text(zh="避免的重复收集", en="Duplicate collections avoided"),
    unit="count", direction=1, clause="O.1", tag="enabling", domain="data",
    definitions=(Definition("decided_and_not_collected", Text(
        zh="决定改用已有数据后九十天没有再收集的计划收集数", en="Planned collections decided against that did not come within ninety days of the decision"), 2025),),
    issuer=_NODE)


_DIMENSIONS = {"01": ("conformity", "规范性", "Conformity"), "02": ("completeness", "完整性", "Completeness"), "03": ("accuracy", "准确性", "Accuracy"),
               "04": ("consistency", "一致性", "Consistency"), "05": ("timeliness", "时效性", "Timeliness"), "06": ("accessibility", "可访问性", "Accessibility")}

QUALITY_BY_DIMENSION = {number: Measure(
    code=f"data_quality_{code}", name=Text(zh=f"数据质量：{zh}", en=f"Data quality: {en.lower()}"),
    unit="%", direction=1, clause="F2.2", tag="enabling", domain="data",
    definitions=(Definition("gb_36344", Text(
        zh=f"数据湖各表{zh}得分（DB31/T 1523-2024 该维度可评指标的平均）的平均", en=f"Mean over the lake's tables of their score for {en.lower()}: the mean of the "
        "dimension's metrics of DB31/T 1523-2024 that can be assessed"), 2019),),
    issuer=_NODE, bounded=True) for number, (code, zh, en) in _DIMENSIONS.items()}
"""By the number of the dimension in GB/T 36344-2018."""

CATALOGUE_COVERAGE = Measure(
    code="catalogue_coverage", name=Text(zh="数据目录覆盖率", en="Catalogue coverage"),
    unit="%", direction=1, clause="F2.2", tag="enabling", domain="data",
    definitions=(Definition("order_809_art_13", Text(
        zh="数据湖各表中，目录记录写全政务数据共享条例第十三条各项的比重", en="Of the lake's tables, the share whose catalogue record says all that Order 809 art. 13 asks"), 2025),),
    issuer=_NODE, bounded=True)

MEASURES = (MOBILE_INTERNET_TRAFFIC, DATA_OUTPUT, OPEN_DATA_INDEX, SHARING_ON_TIME, SHARING_MET, SHARING_BREACHES, DUPLICATES_FOUND, DUPLICATES_AVOIDED,
            *QUALITY_BY_DIMENSION.values(), CATALOGUE_COVERAGE, BANK_TABLES_ADMITTED, DATASETS_USED)
