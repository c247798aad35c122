"""What a red line is, how it may stand, and what the actions on red lines are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

State = Literal["crossed", "lifted", "holds", "withdrawn"]
STATES: dict[State, Text] = {
    "crossed": Text("被触碰", "crossed"), "lifted": Text("曾被触碰，已解除", "crossed before, lifted"), "holds": Text("守住", "holds"),
    "withdrawn": Text("已撤销", "withdrawn")}
"""In the order in which they ask for attention."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One breach of a red line.

    position : of the entry that records it
    room : whose verdicts it caps
    cases : how many people, firms or files it concerns, as far as the offending entry says
    entry : position of the offending entry; None where the line is about a state of things
    synthetic : the offence was invented; it caps nothing that is published
    lifted : day of the decision that lifted it; None while it stands
    """

    position: int
    room: str
    on: date
    cases: int
    entry: int | None
    synthetic: bool = False
    lifted: date | None = None

    @property
    def caps(self) -> bool:
        return self.lifted is None and not self.synthetic


@dataclass(frozen=True, slots=True)
class RedLine:
    """A condition signed beforehand.

    when : in the language of evidence; what makes it true crosses the line. Empty where the words were erased
    signed, on : position and day of the entry under which it holds as it does
    met : a state of things that crosses it goes on and is recorded; another crossing needs it to end first
    decided : why it was lifted or withdrawn last
    """

    code: str
    room: str
    when: str
    reason: str
    signed: int
    on: date
    crossings: tuple[Crossing, ...] = ()
    met: bool = False
    withdrawn: bool = False
    decided: str = ""

    @property
    def state(self) -> State:
        real = [c for c in self.crossings if not c.synthetic]
        if any(c.caps for c in real):
            return "crossed"
        return "withdrawn" if self.withdrawn else "lifted" if real else "holds"


Line = Annotated[str, Option(Text("红线编号，如 late_report", "code of the line, such as late_report"), positional=True)]
Reason = Annotated[str, Option(Text("理由和依据，存档备查", "why, and by what authority; kept on record"))]


@dataclass(frozen=True, slots=True)
class AskRedLines:
    """All red lines."""


@dataclass(frozen=True, slots=True)
class SignRedLine:
    """A red line, to hold from now on; under the code of one there is, the new condition takes its place."""

    code: Line
    room: Annotated[str, Option(Text("封哪一章的顶，如 C2", "room whose verdicts it caps, such as C2"))]
    when: Annotated[str, Option(Text("什么算触碰，如 events incident.reported late=true count >= 1", "what crosses it, such as events incident.reported late=true count >= 1"))]
    reason: Reason


@dataclass(frozen=True, slots=True)
class CheckRedLines:
    """All red lines, to be held against what was recorded since."""


@dataclass(frozen=True, slots=True)
class LiftRedLine:
    """A decision that the crossings so far cap nothing any more."""

    code: Line
    reason: Reason


@dataclass(frozen=True, slots=True)
class WithdrawRedLine:
    """A red line that is to hold no longer."""

    code: Line
    reason: Reason
