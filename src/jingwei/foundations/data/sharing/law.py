"""What Order 809 of the State Council sets on sharing: its terms, what breaks it, and which citation may keep data back.

政务数据共享条例 (国务院令第809号), in force since 1 August 2025. Articles are named where a term or a duty stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from jingwei.kernel import places
from jingwei.kernel.clock import Term
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

IN_FORCE = date(2025, 8, 1)

ClockKind = Literal["reply", "deliver", "correct", "update", "publish"]
CLOCKS: dict[ClockKind, Text] = {
    "reply": Text("答复", "reply"), "deliver": Text("共享", "delivery"), "correct": Text("校核更正", "correction"),
    "update": Text("目录更新", "catalogue update"), "publish": Text("目录审核发布", "review and publication")}


def _term(days: int, article: int) -> Term:
    return Term(days, "working days", f"Order 809, art. {article}")


REPLY_AT_ONCE, REPLY, DELIVER, CORRECT = _term(1, 21), _term(10, 21), _term(20, 22), _term(10, 26)
UPDATE, PUBLISH = _term(10, 17), _term(2, 17)
REPLY_LONGER, UPDATE_LONGER = 10, 5
"""Working days an extension may give at the most (art. 21, art. 17), with the consent of the bureau in charge of sharing."""

YEARS_KEPT = 3
"""Years for which records of use are kept at least (art. 29)."""

BreachKind = Literal[
    "reply_late", "refused_incomplete", "second_notice", "refused_without_reason", "refused_unconditional", "extension_without_consent",
    "extension_too_long", "delivery_late", "correction_late", "stopped_without_cause", "records_dropped", "update_late", "publish_late"]
BREACHES: dict[BreachKind, tuple[int, Text]] = {
    "refused_unconditional": (14, Text("拒绝共享无条件共享类数据", "unconditional data refused")),
    "update_late": (17, Text("目录更新逾期", "catalogue updated late")),
    "publish_late": (17, Text("目录审核发布逾期", "catalogue published late")),
    "reply_late": (21, Text("答复逾期", "reply late")),
    "refused_incomplete": (21, Text("以材料不全为由拒绝", "refused because material was missing")),
    "second_notice": (21, Text("未一次性告知", "not everything missing was told at once")),
    "refused_without_reason": (21, Text("拒绝未说明理由", "refused without a reason")),
    "extension_without_consent": (21, Text("延期未经主管部门同意", "extended without the bureau's consent")),
    "extension_too_long": (21, Text("延期超过上限", "extended beyond the most there is")),
    "delivery_late": (22, Text("共享逾期", "delivered late")),
    "correction_late": (26, Text("校核更正逾期", "error corrected late")),
    "stopped_without_cause": (27, Text("无正当理由终止共享", "stopped without cause")),
    "records_dropped": (29, Text("使用记录保存不满三年", "records of use kept less than three years")),
}
"""Each with the article it offends. An extension of a catalogue update is bound by art. 17 in the same words as by art. 21."""

LATE: dict[ClockKind, BreachKind] = {
    "reply": "reply_late", "deliver": "delivery_late", "correct": "correction_late", "update": "update_late", "publish": "publish_late"}


# What may keep data from being shared (art. 15)

BasisKind = Literal["law", "regulation", "decision"]
BASES: dict[BasisKind, Text] = {
    "law": Text("法律", "law"), "regulation": Text("行政法规", "administrative regulation"), "decision": Text("国务院决定", "State Council decision")}

_NUMERAL = "[0-9一二三四五六七八九十百千零〇]+"
_ARTICLE = re.compile(rf"第{_NUMERAL}条(?:之{_NUMERAL})?(?:第{_NUMERAL}款)?(?:第{_NUMERAL}项)?")
_TITLE = re.compile(r"《([^《》]{2,60})》")
_ORDER = re.compile(r"国务院令第\s*[0-9]{1,4}\s*号")
_DECISION = re.compile(r"国(?:发|函|办发|发明电)[〔\[（(]\s*(?:19|20)[0-9]{2}\s*[〕\]）)][0-9]{1,4}号")
_LOCAL = re.compile(r"^[一-鿿]{1,6}(?:自治州|自治县|自治区|省|特区|(?<!城)(?<!都)市)")


@dataclass(frozen=True, slots=True)
class Basis:
    """A citation that art. 15 lets keep data back."""

    kind: BasisKind
    title: str
    article: str


def basis_of(citation: str) -> Basis:
    """What a citation rests on. Raises Problem ``no_legal_basis`` for anything but a law, a regulation or a decision.

    Read are 《数据安全法》第二十一条; 《…条例》（国务院令第N号）第N条, since a title alone does not tell an administrative regulation from a
    local or departmental one; and 国发〔2022〕14号, a decision of the State Council. The title of a local rule is refused even with
    an article. Whether the article really says so is for the bureau that publishes the record to read.
    """
    text = " ".join(citation.split())
    title, article = _TITLE.search(text), _ARTICLE.search(text)
    if number := _DECISION.search(text):
        if "办" in number[0]:
            raise _no_basis(text,
                            Text("它是国务院办公厅的文件，不是国务院的决定",
                                 "it is a document of the General Office, not a decision of the State Council"))
        return Basis("decision", title[1] if title else number[0], article[0] if article else "")
    if title is None:
        raise _no_basis(text,
                        Text("没有写明法律、行政法规或国务院决定",
                             "it names no law, administrative regulation or decision of the State Council"))
    if article is None:
        raise _no_basis(text, Text(f"没有写明《{title[1]}》的哪一条", f"it names no article of 《{title[1]}》"))
    if _is_local(title[1]):
        raise _no_basis(text, Text(f"《{title[1]}》是地方的规定", f"《{title[1]}》 is a local rule"))
    if title[1].endswith(("法", "法典")) and not title[1].endswith("办法"):
        return Basis("law", title[1], article[0])
    if _ORDER.search(text):
        return Basis("regulation", title[1], article[0])
    raise _no_basis(text,
                    Text(f"看不出《{title[1]}》是行政法规：缺国务院令的号数",
                         f"nothing says that 《{title[1]}》 is an administrative regulation: the number of the State Council's order is missing"))


@cache
def _local_names() -> tuple[str, ...]:
    return tuple(name for p in places.provinces() for name in (p.name.zh, p.short.zh))


def _is_local(title: str) -> bool:
    if title.endswith("基本法"):  # those of Hong Kong and Macao are laws of the nation
        return False
    return title.startswith(_local_names()) or bool(_LOCAL.match(title))


def _no_basis(citation: str, what: Text) -> Problem:
    return Problem("no_legal_basis",
                   Text(f"不予共享只能依据法律、行政法规或国务院决定；{what.zh}",
                        f"data may be kept back on a law, an administrative regulation or a decision of the State Council alone; {what.en}"),
                   where=Text(f"依据 {citation[:60]!r}", f"basis {citation[:60]!r}"),
                   remedy=Text("请写成《中华人民共和国数据安全法》第二十一条、《…条例》（国务院令第N号）第N条或国发〔2022〕14号这样（国务院令第809号第十五条）；否则按有条件共享提供。",
                               "Cite it as in 《中华人民共和国数据安全法》第二十一条, 《…条例》（国务院令第N号）第N条 or 国发〔2022〕14号 (Order 809, art. 15); "
                               "else offer the data on conditions."))
