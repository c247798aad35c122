"""The numbers of digital government: what is online, and who uses it."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

GOV_ONLINE_SERVICE_INDEX = Measure(
    code="gov_online_service_index",
    name=Text(zh="省级政府网上政务服务能力总体指数", en="Provincial online government service index"),
    unit="index 0-100", direction=1, clause="I2.3", tag="digital", domain="government",
    definitions=(Definition("survey_2020", Text(zh="第三方调查得分：90以上为非常高，80至90为高，80以下为中",
                                                en="Third-party survey score: 90 and above very high, 80 to 90 high, "
                                                   "below 80 medium"), 2019),),
    issuer=Text(zh="中央党校（国家行政学院）电子政务研究中心",
                en="Party School (National Academy of Governance) E-Government Research Centre"),
    bounded=True)

GOV_PLATFORM_USERS = Measure(
    code="gov_platform_users",
    name=Text(zh="全国一体化政务服务平台实名用户", en="Real-name users of the national government platform"),
    unit="100M users", direction=1, clause="I2.3", tag="digital", domain="government",
    definitions=(Definition("real_name", Text(zh="在全国一体化政务服务平台实名注册的用户数",
                                              en="Users registered by real name on the national platform"), 2020),),
    issuer=Text(zh="国务院规划；数字中国发展报告", en="State Council plan; Digital China Development Report"),
    growing=True,
    caution=Text(zh="注册不等于使用，与“在线政务服务用户”不是同一概念。",
                 en="To register is not to use: online service users are another concept."))

PERMITS_ONLINE_SHARE = Measure(
    code="permits_online_share", name=Text(zh="省级行政许可事项网上办理比例", en="Provincial permits handled online"),
    unit="%", direction=1, clause="I2.3", tag="digital", domain="government",
    definitions=(Definition("online", Text(zh="可网上受理或最多跑一次的省级行政许可事项占比",
                                           en="Provincial permits accepted online or with one visit at most"), 2020),),
    issuer=Text(zh="数字中国发展报告", en="Digital China Development Report"), bounded=True)

EGDI_RANK = Measure(
    code="egdi_rank", name=Text(zh="联合国电子政务发展指数排名", en="UN E-Government Development Index, rank"),
    unit="rank", direction=-1, clause="G.3", tag="digital", domain="government",
    definitions=(Definition("edition", Text(zh="当届调查193国中的名次", en="Place among 193 states in the edition"),
                            2014),),
    issuer=Text(zh="联合国经济和社会事务部", en="United Nations, Department of Economic and Social Affairs"),
    caution=Text(zh="相对名次，方法每届有变，变化不必是本国的变化。",
                 en="A relative place by a method that shifts every edition: a move need not be the country's own."))

MEASURES = (GOV_ONLINE_SERVICE_INDEX, GOV_PLATFORM_USERS, PERMITS_ONLINE_SHARE, EGDI_RANK)
