"""The numbers of digital government: what is online, and who uses it."""

from __future__ import annotations

from typing import Literal

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

# What the room itself makes happen. A node counts its own from the events of its cases; they explain and are not scored among provinces.
_NODE = Text(zh="各节点的办件经过", en="Each node's cases")


def _counted(code: str, zh: str, en: str, unit: str, direction: Literal[1, -1], clause: str, says_zh: str, says_en: str, *, bounded: bool = False) -> Measure:
    return Measure(code=code, name=Text(zh=zh, en=en), unit=unit, direction=direction, clause=clause, tag="enabling", domain="government",
                   definitions=(Definition("events", Text(zh=says_zh, en=says_en), 2026),), issuer=_NODE, bounded=bounded)


FORMS_CUT = _counted("case_forms_cut", "表单减少", "Forms cut", "%", 1, "I2.3", "办结件实填表单数与所经事项单独办理时表单数之比，1减之", "One less forms filled in over forms of the items "
                     "gone through when each was applied for by itself, of finished cases")
MATERIALS_CUT = _counted("case_materials_cut", "材料减少", "Materials cut", "%", 1, "I2.3", "办结件实交材料数与所经事项单独办理时材料数之比，1减之", "One less materials handed in over materials of "
                         "the items gone through when each was applied for by itself, of finished cases")
TRIPS_CUT = _counted("case_trips_cut", "跑动减少", "Trips cut", "%", 1, "I2.3", "办结件到场的天数与所经事项单独办理时跑动次数之比，1减之", "One less days on which the applicant had to come over trips of "
                     "the items gone through when each was applied for by itself, of finished cases")
DAYS_CUT = _counted("case_days_cut", "时间减少", "Days cut", "%", 1, "I2.3", "办结件从受理到办结的工作日与所经事项单独办理时工作日之和之比，1减之", "One less working days from acceptance to the end over "
                    "those of the items gone through one after the other, of finished cases")
CASE_ELAPSED = _counted("case_elapsed_median", "办件用时（中位数）", "Time a case takes (median)", "days", -1, "I2.3", "办结件从受理到办结的自然日", "Days from acceptance to the end, of finished cases")
CASE_ELAPSED_P90 = _counted("case_elapsed_p90", "办件用时（九成以内）", "Time a case takes (90th percentile)", "days", -1, "I2.3", "办结件从受理到办结的自然日", "Days from acceptance to the end, of finished cases")
CASE_TOUCH = _counted("case_touch_median", "经手时间（中位数）", "Touch time (median)", "minutes", -1, "I2.3", "办结件各事项从签收到办完的分钟之和", "Minutes between claiming and doing, over a finished case's items")
CASE_TOUCH_P90 = _counted("case_touch_p90", "经手时间（九成以内）", "Touch time (90th percentile)", "minutes", -1, "I2.3", "办结件各事项从签收到办完的分钟之和", "Minutes between claiming and doing, over a finished case's items")
ILLEGAL_ASKS = _counted("illegal_ask_rate", "不应再问的提问", "Questions that should not have been asked", "%", -1, "I2.2", "向申请人提出的问题中，部门已经持有、当时可以取得的比重",
                        "Of facts asked of applicants, the share that a department held and would have answered", bounded=True)
FIRST_TIME_RIGHT = _counted("first_time_right", "一次办成率", "Right the first time", "%", 1, "I2.3", "已受理的办件中没有要求补正的比重", "Of cases accepted, the share in which no correction was asked", bounded=True)
EVIDENCE_REUSE = _counted("evidence_reuse", "已有数据复用率", "Facts had from departments", "%", 1, "I2.2", "取自部门的事实占取自部门与询问申请人的比重", "Of facts fetched or asked, the share fetched from departments", bounded=True)
ITEMS_ON_TIME = _counted("items_on_time", "事项按时办结率", "Items done in time", "%", 1, "I2.3", "期限已了的事项中，在法定期限和承诺时限内办结的比重", "Of items whose term is over, the share done within the "
                         "law's term and the promise", bounded=True)
WEB_TAKE_UP = _counted("web_take_up", "网上办理率", "Begun on the web", "%", 1, "I2.3", "办件中在网上开始的比重", "Of cases, the share begun on the web", bounded=True)

MEASURES = (GOV_ONLINE_SERVICE_INDEX, GOV_PLATFORM_USERS, PERMITS_ONLINE_SHARE, EGDI_RANK, FORMS_CUT, MATERIALS_CUT, TRIPS_CUT, DAYS_CUT, CASE_ELAPSED, CASE_ELAPSED_P90, CASE_TOUCH, CASE_TOUCH_P90,
            ILLEGAL_ASKS, FIRST_TIME_RIGHT, EVIDENCE_REUSE, ITEMS_ON_TIME, WEB_TAKE_UP)
