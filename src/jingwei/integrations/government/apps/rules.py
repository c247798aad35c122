"""The rules an app is held to, each dated and with its source.

政务移动互联网应用程序规范化管理办法 (国办函〔2026〕12号, 25 January 2026). Article 2 binds the apps of staff and has those for the public managed by
reference to it; both are judged alike here, and the reason says by reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingwei.integrations.government.apps.model import FEATURES, App, Reason, ReasonKind
from jingwei.kernel.i18n import Text

ISSUED, FILE_BY = date(2026, 1, 25), date(2026, 7, 25)
"""What was online when the measures were issued had six months to be filed."""

_SOURCE = "国办函〔2026〕12号"


@dataclass(frozen=True, slots=True)
class Rule:
    kind: ReasonKind
    since: date
    source: Text
    says: Text


RULES = (
    Rule("not_filed", ISSUED, Text(f"{_SOURCE}第五条", f"{_SOURCE}, art. 5"), Text("上线前应当备案；印发前已上线的六个月内补办", "filed before it goes online; what was online before, within six months")),
    Rule("below_county", ISSUED, Text(f"{_SOURCE}第二条", f"{_SOURCE}, art. 2"), Text("县以下（不含县级）单位原则上不得开发建设", "offices below the county do not build apps, in principle")),
    Rule("forbidden", ISSUED, Text(f"{_SOURCE}使用管理的禁止事项", f"{_SOURCE}, what use is not to be"), Text("除安保、应急外不得有的功能", "what it may not have, but for security and emergencies")),
    Rule("overlap", ISSUED, Text(f"{_SOURCE}清理整合", f"{_SOURCE}, on clearing up"), Text("功能相近、重复的整合", "apps of like functions are merged")),
    Rule("thin", ISSUED, Text(f"{_SOURCE}清理整合；离群检验：Iglewicz 与 Hoaglin（1993），修正 z 值低于 −3.5", f"{_SOURCE}, on clearing up; outlier test of Iglewicz and Hoaglin (1993), modified z below −3.5"),
         Text("使用频率低、实用性不强的关停", "what is little used and of little use is closed")),
)
_BY_KIND = {r.kind: r for r in RULES}


def source(kind: ReasonKind) -> Text:
    return _BY_KIND[kind].source


def faults(app: App, on: date) -> list[Reason]:
    """What the rules in force on a day hold against an app as it is; nothing before they were issued."""
    if on < ISSUED:
        return []
    found = list[Reason]()
    by = Text("", "") if app.audience == "staff" else Text("（面向公众的应用参照执行）", " (for an app of the public, by reference)")

    def fault(kind: ReasonKind, zh: str, en: str) -> None:
        found.append(Reason(kind, Text(f"{zh}{by.zh}", f"{en}{by.en}"), source(kind)))

    if not app.filed and (on > FILE_BY or (app.online is not None and app.online > ISSUED)):
        fault("not_filed", "没有备案", "it is not filed")
    if app.level in ("township", "village"):
        fault("below_county", f"主办单位“{app.operator}”在县级以下", f"its operator, {app.operator}, is below the county")
    if app.features and not app.special:
        fault("forbidden", f"有{'、'.join(FEATURES[f].zh for f in app.features)}", f"it has {', '.join(FEATURES[f].en for f in app.features)}")
    return found


def to_file(app: App, on: date) -> Reason | None:
    """A reminder, and no fault yet, while the six months run."""
    if app.filed or on < ISSUED or on > FILE_BY or (app.online is not None and app.online > ISSUED):
        return None
    return Reason("to_file", Text(f"还没有备案，{FILE_BY} 前补办", f"it is not filed yet; to be done by {FILE_BY}"), source("not_filed"))
