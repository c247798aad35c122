"""What a matter is and what the actions on matters are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

Rule = Literal["duty_late", "target_off_track", "finding_held", "action_stalled", "red_line", "node_silent", "pair_cut", "collected_twice"]
RULES: dict[Rule, Text] = {
    "red_line": Text("触碰红线", "red line crossed"), "duty_late": Text("任务逾期或即将逾期", "duty overdue or nearly"),
    "target_off_track": Text("目标偏离", "target off track"), "finding_held": Text("数据相互矛盾", "figures in conflict"),
    "node_silent": Text("节点失联或实测未过", "node silent or failing its tests"),
    "pair_cut": Text("部门之间的证据断了", "evidence between departments cut off"),
    "collected_twice": Text("重复收集", "collected twice"),
    "action_stalled": Text("动作有始无终", "action begun and not ended")}

Level = Literal["negotiation", "bureau", "superior"]
LEVELS: dict[Level, Text] = {
    "negotiation": Text("部门协商", "negotiation"), "bureau": Text("数据主管部门", "bureau"), "superior": Text("共同上级", "common superior")}
"""The order in which a dispute goes up (State Council Order 809, art. 28)."""

DAYS: dict[Level, int] = {"negotiation": 10, "bureau": 10, "superior": 10}
"""Working days at each level. The order names the levels and no days: these are ours."""

Phase = Literal["open", "decided", "closed"]
PHASES: dict[Phase, Text] = {"open": Text("待决", "for decision"), "decided": Text("已决", "decided"), "closed": Text("了结", "closed")}

Outcome = Literal["moved", "unchanged", "worse", "not_yet"]
OUTCOMES: dict[Outcome, Text] = {
    "moved": Text("决定之后指标越出区间，向好", "the number moved beyond its interval, as it should"),
    "unchanged": Text("决定之后没有变化", "the decision changed nothing"),
    "worse": Text("决定之后指标越出区间，向坏", "the number moved beyond its interval, the wrong way"),
    "not_yet": Text("决定之后还没有新的数", "no figure since the decision yet")}


@dataclass(frozen=True, slots=True)
class Cause:
    """What a rule saw. The same cause, by its key, opens one matter however often it is seen.

    key : ASCII without blanks
    about : such as ``duty:A-1`` or ``measure:netizens``
    since : first day on which it stood so
    blocked : cases that wait for it, as far as the record knows them
    measure : the number it is about; empty when it is about none
    synthetic : it comes from an invented event, as in a demonstration, and is labelled as such
    """

    key: str
    rule: Rule
    about: str
    since: date
    blocked: int
    text: Text
    measure: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a measure was expected when something was decided: outside of it, the number moved.

    after : year of the newest figure then
    years, low, high : one interval a year; for later years the last one holds. In the measure's unit
    """

    measure: str
    place: str
    after: int
    years: tuple[int, ...]
    low: tuple[Decimal, ...]
    high: tuple[Decimal, ...]

    def interval(self, year: int) -> tuple[Decimal, Decimal]:
        at = max((i for i, y in enumerate(self.years) if y <= year), default=0)
        return self.low[at], self.high[at]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, the duties that carry it out, and the number that shows whether it did anything."""

    on: date
    text: str
    duties: tuple[str, ...]
    expected: Expected | None


@dataclass(frozen=True, slots=True)
class Matter:
    """A problem on record.

    level, due, to : where it lies, until when (None where that year's working days are not published), and with whom
    closed : its cause is gone
    """

    code: str
    cause: Cause
    opened: date
    level: Level = "negotiation"
    due: date | None = None
    to: str = ""
    decision: Decision | None = None
    outcome: Outcome = "not_yet"
    seen: str = ""
    closed: bool = False
    returned: int = 0

    @property
    def phase(self) -> Phase:
        return "closed" if self.closed else "decided" if self.decision else "open"

    def days(self, today: date) -> int:
        """Since its cause first stood, the first day included."""
        return max(1, (today - self.cause.since).days + 1)

    def weight(self, today: date) -> int:
        """Cases blocked × days: what comes first is what holds up most for longest."""
        return self.cause.blocked * self.days(today)


@dataclass(frozen=True, slots=True)
class AskMatters:
    """Which matters to list."""

    phase: Annotated[str | None, Option(Text("只看某一阶段", "only those in this phase"), choices=tuple(PHASES))] = None


@dataclass(frozen=True, slots=True)
class AskMatter:
    """One matter."""

    code: Annotated[str, Option(Text("事项编号", "its code"), positional=True)]


@dataclass(frozen=True, slots=True)
class CheckMatters:
    """Everything that could be a matter, and every matter, to be looked at."""


@dataclass(frozen=True, slots=True)
class Decide:
    """A decision on a matter."""

    code: Annotated[str, Option(Text("事项编号", "code of the matter"), positional=True)]
    decision: Annotated[str, Option(Text("决定什么，存档备查", "what is decided; kept on record"))]
    measure: Annotated[str | None, Option(Text("应当因此变动的指标；不给则用事项本身的指标", "measure that should move; that of the matter when absent"))] = None
    place: Annotated[str, Option(Text("看哪里的数：代码或名称", "place whose figure should move: code or name"))] = "CN"
    duty: Annotated[tuple[str, ...], Option(Text("由哪些已有任务落实，可多次", "duties that carry it out; may be given several times"))] = ()
    lead: Annotated[str | None, Option(Text("另立任务：牵头单位", "a new duty: organisation that leads"))] = None
    deadline: Annotated[str | None, Option(Text("另立任务：完成时限", "a new duty: its deadline"))] = None
    evidence: Annotated[str | None, Option(Text("另立任务：凭什么办结", "a new duty: what would prove it"))] = None
