"""What a gauge of G.1 is, and the events that the gauge *across* is read from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

Code = Literal["across", "down", "coordinated", "powerful"]
GAUGES: dict[Code, tuple[Text, Text]] = {
    "across": (Text("横向打通", "Across"), Text("90天内，部门之间要的证据由系统在时限内给到，不再重复要", "evidence that departments need of each other: met by machine, in time, nothing asked again, last 90 days")),
    "down": (Text("纵向贯通", "Down"), Text("下级节点通过四项现场检验", "nodes below that pass four live tests")),
    "coordinated": (Text("协调", "Coordinated"), Text("事项按时办结，没有上交", "matters settled in time, without escalation")),
    "powerful": (Text("有力", "Powerful"), Text("决定之后，所指的指标动到了区间之外", "decisions after which the number they named moved beyond its interval"))}
"""In the plan's order: what each is called and what it counts."""

THINGS: dict[Code, Text] = {
    "across": Text("对部门", "pairs of departments"), "down": Text("个下级节点", "nodes below"), "coordinated": Text("个事项", "matters"), "powerful": Text("项决定", "decisions")}

WINDOW = 90
"""Days that the gauge *across* looks back, today included."""

State = Literal["no", "open_no", "open_yes", "unknown", "yes", "waiting"]
STATES: dict[State, Text] = {
    "no": Text("不成", "no"), "open_no": Text("暂不成", "not so far"), "open_yes": Text("暂成", "yes so far"),
    "unknown": Text("不知道", "unknown"), "yes": Text("成", "yes"), "waiting": Text("未到时候", "not due yet")}
"""Whether one thing is as the gauge asks, in the order in which it asks for attention.

``open_no`` and ``open_yes`` count as they stand and may still turn; ``unknown`` counts in the bounds alone; ``waiting``
does not count yet.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One pair, node, matter or decision behind a gauge.

    entry : position in the ledger of what shows it; None where nothing was recorded
    page : below the language, such as ``matter/M-0123456789``; empty when the entry is all there is
    """

    key: str
    name: Text
    state: State
    reason: Text
    entry: int | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A share of things counted one by one.

    missing : why it cannot be assessed while nothing is counted
    """

    code: Code
    items: tuple[Item, ...]
    missing: Text

    def _count(self, *states: State) -> int:
        counts = Counter(item.state for item in self.items)
        return sum(counts[state] for state in states)

    @property
    def met(self) -> int:
        """The numerator."""
        return self._count("yes", "open_yes")

    @property
    def of(self) -> int:
        """The denominator."""
        return self._count("yes", "no", "open_yes", "open_no")

    @property
    def value(self) -> float | None:
        """The share; None where nothing is counted: not assessable."""
        return self.met / self.of if self.of else None

    @property
    def bounds(self) -> tuple[int, int, int]:
        """How many it is when all that is open or unknown comes out badly, when it comes out well, and out of how many."""
        most = self.of + self._count("unknown")
        return self._count("yes"), most - self._count("no"), most


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that says nothing a gauge could count, with the reason."""

    entry: int
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The four gauges at one instant.

    published : from what happened
    invented : the same with the synthetic events; None where there are none. Never to be shown without saying so
    """

    at: datetime
    published: tuple[Gauge, ...]
    invented: tuple[Gauge, ...] | None
    unread: tuple[Unread, ...]


# Events that the rooms of sharing and cases write


class NeedDeclared(msgspec.Struct, frozen=True):
    """``asker`` needs ``evidence`` that ``holder`` has (ids of organisations), within ``days`` working days of each request."""

    need: str
    asker: str
    holder: str
    evidence: str
    days: Annotated[int, msgspec.Meta(ge=1)]

    def __post_init__(self) -> None:
        if not self.need or not self.asker or not self.holder or self.asker == self.holder:
            raise ValueError("a need has a name and lies between two organisations")


class NeedWithdrawn(msgspec.Struct, frozen=True):
    """The need is no more; what was asked under it does not count any longer."""

    need: str


class EvidenceAsked(msgspec.Struct, frozen=True):
    """One request under a need. ``due`` is the last day; empty where that year's working days are not published."""

    need: str
    request: str
    due: str = ""

    def __post_init__(self) -> None:
        if self.due:
            date.fromisoformat(self.due)

    @property
    def last_day(self) -> date | None:
        return date.fromisoformat(self.due) if self.due else None


class EvidenceMet(msgspec.Struct, frozen=True):
    """The evidence was given. ``reasked``: somebody had to supply again what a department has already."""

    request: str
    by: Literal["machine", "hand"]
    reasked: bool = False


class EvidenceRefused(msgspec.Struct, frozen=True):
    """The evidence was not given, and will not be."""

    request: str


Fact = NeedDeclared | NeedWithdrawn | EvidenceAsked | EvidenceMet | EvidenceRefused
KINDS: dict[str, type[Fact]] = {
    "need.declared": NeedDeclared, "need.withdrawn": NeedWithdrawn, "evidence.asked": EvidenceAsked, "evidence.met": EvidenceMet,
    "evidence.refused": EvidenceRefused}


@dataclass(frozen=True, slots=True)
class AskGauges:
    """Which gauges to read."""

    gauge: Annotated[Code | None, Option(Text("只看哪一个，连同它数的每一件", "only this one, with everything it counts"), positional=True)] = None


@dataclass(frozen=True, slots=True)
class AskGauge:
    """One gauge."""

    code: Annotated[str, Option(Text("哪一个：across、down、coordinated、powerful", "which: across, down, coordinated, powerful"))]
