"""An app of the government as the register holds it, and what became of it under the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from jingwei.kernel.i18n import Text

Level = Literal["nation", "province", "city", "county", "township", "village"]
LEVELS: dict[Level, Text] = {"nation": Text("国家", "nation"), "province": Text("省", "province"), "city": Text("市", "city"), "county": Text("县", "county"),
                             "township": Text("乡镇", "township"), "village": Text("村", "village")}
Audience = Literal["staff", "public"]

Feature = Literal["check_in", "points_ranking", "online_time", "forced_install", "counted_likes", "repeated_forms", "business"]
FEATURES: dict[Feature, Text] = {
    "check_in": Text("打卡签到", "check-ins"), "points_ranking": Text("积分排名", "points ranking"), "online_time": Text("统计在线时长", "counting time online"),
    "forced_install": Text("强制下载、考核安装使用率", "forced installs, or installs as an assessment"), "counted_likes": Text("以点赞、转发、学习时长考核", "assessment by likes, forwards or study time"),
    "repeated_forms": Text("随意或重复要求填表报数", "forms and figures asked for at will or again"), "business": Text("经营性活动", "business activity")}


@dataclass(frozen=True, slots=True)
class App:
    """One app, mini programme or quick app.

    filed : whether it is on file with the cyberspace administration; ``number`` under which number
    functions : what it does, each in a few words
    features : what it has that is forbidden, as ``FEATURES`` codes
    users : active ones a month; cost : fen a year
    audience : who uses it: staff of the offices, or the public
    online : since when; None where nobody said
    special : made for security or emergencies, which may check in
    """

    name: str
    operator: str
    level: Level
    filed: bool
    functions: tuple[str, ...]
    users: int
    cost: int
    features: tuple[Feature, ...] = ()
    number: str = ""
    platform: str = ""
    audience: Audience = "staff"
    online: date | None = None
    special: bool = False
    synthetic: bool = False


ReasonKind = Literal["not_filed", "to_file", "below_county", "forbidden", "overlap", "thin", "unused", "needed"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why; ``source`` is the document that says so, or the test."""

    kind: ReasonKind
    says: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Alike:
    """Evidence that one app's function is done by another: both in their own words, and how alike they are."""

    function: str
    by: str
    other: str
    likeness: float


Verdict = Literal["keep", "merge", "close"]
VERDICTS: dict[Verdict, Text] = {"keep": Text("保留", "keep"), "merge": Text("并入", "merge"), "close": Text("关停", "close")}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to become of an app.

    into : the apps that take over what it does, the one that takes most first
    stranded : its functions in use that no app allowed to stay offers
    evidence : for each function taken over, by what
    changes : what would change the verdict, worked out by judging again
    """

    app: App
    verdict: Verdict
    into: tuple[str, ...]
    reasons: tuple[Reason, ...]
    evidence: tuple[Alike, ...]
    stranded: tuple[str, ...]
    changes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """All judgements, in the order of the register.

    fen : what the apps that go cost a year
    stranded : functions in use that no app allowed to stay offers
    """

    judgements: tuple[Judgement, ...]
    stranded: tuple[str, ...]
    on: date

    @property
    def fen(self) -> int:
        return sum(j.app.cost for j in self.judgements if j.verdict != "keep")

    def count(self, verdict: Verdict) -> int:
        return sum(j.verdict == verdict for j in self.judgements)
