"""What the Administrative Licensing Law sets on time, as a dated table; each rule with its article.

行政许可法, adopted on 27 August 2003, in force since 1 July 2004, amended on 23 April 2019 without touching these terms. Article 82 counts
every term of its part on procedure in working days, without statutory holidays. Article 42 lets another law or regulation set a term of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from jingwei.kernel.clock import Term
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Kind = Literal["notice", "decide", "joint", "deliver"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One term of the law.

    term : how long, in working days (art. 82)
    longer : working days an extension may add at the most; 0 where there is none
    approves : who has to approve an extension: the head of the organ, or the government at its level
    since, until : first and last day on which it is the law; until is None while it is
    """

    kind: Kind
    article: int
    term: Term
    longer: int
    approves: Literal["", "head", "government"]
    since: date
    says: Text
    until: date | None = None

    @property
    def told(self) -> Text:
        """What it says, with its article."""
        return Text(f"第{self.article}条：{self.says.zh}", f"art. {self.article}: {self.says.en}")


def _term(days: int, article: int) -> Term:
    return Term(days, "working days", f"Administrative Licensing Law, art. {article}")


_SINCE = date(2004, 7, 1)

RULES = (
    Rule("notice", 32, _term(5, 32), 0, "", _SINCE, Text("五日内一次告知需要补正的全部内容，逾期不告知的，自收到材料之日起即为受理",
                                                        "within 5 days tell once all that is missing; else accepted from the day of receipt")),
    Rule("decide", 42, _term(20, 42), 10, "head", _SINCE, Text("自受理之日起二十日内决定；经本机关负责人批准可延长十日，并告知理由",
                                                              "decide within 20 days of acceptance; 10 more with the approval of the organ's head, and the reason told")),
    Rule("joint", 42, _term(45, 42), 15, "government", _SINCE, Text("统一办理、联合办理、集中办理的，四十五日内办结；经本级人民政府负责人批准可延长十五日，并告知理由",
                                                                   "unified, joint or centralised handling within 45 days; 15 more with the approval of the head of the government, and the reason told")),
    Rule("deliver", 44, _term(10, 44), 0, "", _SINCE, Text("自作出准予决定之日起十日内颁发、送达证件", "issue and deliver within 10 days of the decision to grant")),
)


def rule(kind: Kind, day: date) -> Rule:
    """The rule in force on a day. Raises Problem ``no_law`` before there was one."""
    for each in RULES:
        if each.kind == kind and each.since <= day and (each.until is None or day <= each.until):
            return each
    raise Problem("no_law", Text(f"{day} 没有这条期限规定；行政许可法自 {_SINCE} 起施行", f"on {day} the law set no such term; the Administrative Licensing Law is in force since {_SINCE}"),
                  where=str(day), remedy=Text("请核对日期。", "Check the date."))


GROUNDS: dict[str, Text] = {
    "hearing": Text("听证", "hearing"), "tender": Text("招标", "tender"), "auction": Text("拍卖", "auction"), "inspection": Text("检验", "inspection"),
    "testing": Text("检测", "testing"), "quarantine": Text("检疫", "quarantine"), "appraisal": Text("鉴定", "appraisal"), "expert_review": Text("专家评审", "expert review")}
"""Art. 45: the time these take is not counted, and the applicant is told in writing how long it will be."""

FindingKind = Literal["accepted_by_silence", "notice_late", "second_notice", "notice_after_acceptance", "pause_without_ground", "pause_untold", "pause_too_late",
                      "extension_unapproved", "extension_untold", "extension_too_long", "extension_too_late", "joint_too_late"]

FINDINGS: dict[FindingKind, tuple[int, Text]] = {
    "accepted_by_silence": (32, Text("五日内没有告知，自收到材料之日起即为受理", "nothing was told within 5 days: accepted from the day of receipt")),
    "notice_late": (32, Text("补正告知逾期，不影响已经发生的受理", "the correction notice came too late and does not undo the acceptance")),
    "second_notice": (32, Text("未一次性告知，再次要求补正无效", "not everything missing was told at once; a second notice is without effect")),
    "notice_after_acceptance": (32, Text("受理以后要求补正，不停止计时", "a correction asked for after acceptance does not stop the clock")),
    "pause_without_ground": (45, Text("暂停的理由不在第四十五条之列，不停止计时", "the reason is none of those of art. 45 and does not stop the clock")),
    "pause_untold": (45, Text("所需时间没有书面告知申请人", "the applicant was not told in writing how long it would take")),
    "pause_too_late": (45, Text("期限已过才暂停，无效", "a pause after the term was over is without effect")),
    "extension_unapproved": (42, Text("延期未经有权的负责人批准，无效", "an extension without the approval it needs is without effect")),
    "extension_untold": (42, Text("延期的理由没有告知申请人", "the applicant was not told the reason for the extension")),
    "extension_too_long": (42, Text("延期超过上限，只算到上限", "an extension beyond the most there is counts up to it only")),
    "extension_too_late": (42, Text("期限已过才延期，无效", "an extension after the term was over is without effect")),
    "joint_too_late": (42, Text("期限已过才改为联合办理，无效", "joint handling declared after the term was over is without effect")),
}
"""What a record can show, with the article. A pause or an extension that nobody was told of still counts as time: the law makes telling a duty, not a condition."""
