"""What can happen to an application, under which regime its time runs, and how its clocks stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from jingwei.integrations.government.clocks.law import FindingKind
from jingwei.kernel.clock import LegalClock, Reading, Term
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import WorkCalendar
from jingwei.kernel.problems import Problem

HappeningKind = Literal["received", "correction_asked", "corrected", "accepted", "joint", "paused", "resumed", "extended", "decided", "delivered"]
HAPPENINGS: tuple[HappeningKind, ...] = get_args(HappeningKind)

Regimes = Literal["licensing", "joint", "promised", "none"]
ClockKind = Literal["notice", "decide", "promise", "deliver"]
CLOCKS: dict[ClockKind, Text] = {"notice": Text("告知补正", "correction notice"), "decide": Text("决定", "decision"), "promise": Text("承诺时限", "promised decision"),
                                 "deliver": Text("送达", "delivery")}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, on a day in China.

    ground : of a pause, one of ``law.GROUNDS``; a resuming names the pause it ends, or none to end all
    days : working days an extension adds
    approved : who approved an extension, "head" or "government"
    told : the applicant was told: the reason of an extension, in writing the time a pause takes
    granted : of a decision; a refusal has nothing to deliver
    complete : of a correction: everything asked for is there
    """

    kind: HappeningKind
    at: datetime
    ground: str = ""
    days: int = 0
    approved: Literal["", "head", "government"] = ""
    told: bool = True
    granted: bool = True
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Regime:
    """Under which rules an item's time runs.

    kind : a licence; one handled jointly; a service with a promise alone; or one done on the spot, with no clock
    promised : working days the organ promises; 0 for no promise
    own : the term that another law or regulation sets in place of art. 42's

    Raises Problem ``promise`` for a promise longer than the law allows, or a promised service without one.
    """

    kind: Regimes
    promised: int = 0
    own: Term | None = None

    def __post_init__(self) -> None:
        if self.kind == "promised" and self.promised < 1:
            raise Problem("promise", Text("只有承诺时限的事项要写明几个工作日", "an item with a promise alone has to say how many working days"), remedy=Text("写 promised 至少 1。", "Give promised, at least 1."))

    @property
    def licence(self) -> bool:
        return self.kind in ("licensing", "joint")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the record shows against the law, or beside it; ``article`` of the Administrative Licensing Law."""

    kind: FindingKind
    article: int
    day: date
    says: Text


@dataclass(frozen=True, slots=True)
class Running:
    """One term of one application. ``round`` counts receipts of material for the notice."""

    kind: ClockKind
    legal: LegalClock
    says: Text
    round: int = 1


Phase = Literal["nothing", "examined", "correcting", "running", "paused", "decided", "delivered", "refused"]
PHASES: dict[Phase, Text] = {
    "nothing": Text("尚未收到", "nothing received"), "examined": Text("收到，正在审查是否受理", "received, acceptance being examined"), "correcting": Text("等待申请人补正", "waiting for the applicant's corrections"),
    "running": Text("已受理，计时中", "accepted, the clock runs"), "paused": Text("已受理，计时暂停", "accepted, the clock is paused"), "decided": Text("已决定，待送达", "decided, to be delivered"),
    "delivered": Text("已送达", "delivered"), "refused": Text("已决定不予许可", "refused")}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an application stood at an instant.

    accepted : the day from which the term for deciding runs; ``silent`` when by silence
    clocks : every term that runs or ran, in the order in which they started
    """

    phase: Phase
    accepted: date | None
    silent: bool
    clocks: tuple[Running, ...]
    findings: tuple[Finding, ...]

    def readings(self, at: datetime, calendar: WorkCalendar) -> list[tuple[Running, Reading]]:
        """Each clock with how it stands; *unknown* where its days reach into a year not yet published."""
        return [(c, c.legal.read(at, calendar)) for c in self.clocks]

    def due(self, at: datetime, calendar: WorkCalendar) -> date | None:
        """The first last day among clocks still open; None when none is known. A promise within the law's term therefore comes first."""
        return min((r.due for _, r in self.readings(at, calendar) if r.open and r.due), default=None)
