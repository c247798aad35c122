"""What happens to a case, what waits in it, and how both are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text

Channel = Literal["web", "window", "system"]

KINDS: Final = (
    "started", "asked", "answered", "fetched", "previewed", "disputed", "accepted", "correction_asked", "corrected", "opened", "claimed", "done", "failed",
    "escalated", "presence", "material", "paused", "resumed", "extended", "decided", "delivered", "retracted", "message", "signal", "timer", "deferred",
    "migrated", "ended", "cancelled")
"""Everything that can happen to a case; whoever measures reads these and nothing else."""

NOTED: Final = ("asked", "answered", "fetched", "previewed", "disputed", "accepted", "correction_asked", "corrected", "presence", "material", "paused", "resumed",
                "extended", "decided", "delivered", "deferred")
"""Those that somebody notes beside the process: none of them moves a token."""

DECISIONS: Final = ("granted", "refused")
"""Outcomes of an item that are decisions in the law's sense."""

GROUNDS: Final = ("hearing", "tender", "inspection", "testing", "quarantine", "appraisal", "expert_review")
"""Why a clock stands still (Administrative Licensing Law, art. 45)."""

WORDS: Final = ("reason", "note")
"""Members of a detail that are free text: they lie apart, and can be erased."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case.

    case, seq : the case's code, and the event's number in it from 0
    kind : one of ``KINDS``
    node : of the process; empty for what concerns the whole case
    actor : the principal's pseudonym; ``node`` for the system
    detail : identifiers, codes and instants, as the kind wants them; never the value of a fact
    """

    case: str
    seq: int
    at: datetime
    kind: str
    node: str
    actor: str
    channel: Channel
    detail: Mapping[str, Any] = field(default_factory=dict)


Status = Literal["open", "ended", "failed", "cancelled"]
STATUSES: Final[tuple[Status, ...]] = ("open", "ended", "failed", "cancelled")
STATUS_WORDS: Final[Mapping[Status, Text]] = {
    "open": Text("在办", "open"), "ended": Text("办结", "finished"), "failed": Text("因错误停止", "stopped by an error"), "cancelled": Text("已撤销", "cancelled")}

What = Literal["item", "retraction", "deferred", "stuck", "timer", "message", "signal", "condition", "elsewhere", "kept"]
WHATS: Final[tuple[What, ...]] = ("item", "retraction", "deferred", "stuck", "timer", "message", "signal", "condition", "elsewhere", "kept")
"""What waits. People do the first four: a department's item; a request that it retract what it decided; a part put off that the case did not wait for; a
token that needs somebody's help. The others: a time; a message; a signal; a condition; an answer of another node; and a message that came too early."""

BY_PEOPLE: Final = WHATS.index("stuck")
"""The last of those that people do: the store's indexes say so too."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing a case waits for.

    work : its number in the case; with the case it names the task for ever
    what : see ``WHATS``
    name : the department of an item, the name of a message or signal
    due : by when, or when it comes; None for neither
    round : of a task done several times, from 0; -1 else
    claimed : the principal at work on it; empty for nobody
    """

    case: str
    process: str
    version: int
    work: int
    node: str
    label: str
    what: What
    name: str
    due: datetime | None
    opened: datetime
    round: int = -1
    claimed: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Where a case stands. ``variables`` are what it knows: for those who work on it alone."""

    code: str
    process: str
    version: int
    status: Status
    began: datetime
    waiting: tuple[Waiting, ...]
    variables: Mapping[str, Any]
    parent: str = ""


def milliseconds(instant: datetime) -> int:
    """As the store keeps it, since 1970 in UTC."""
    return round(instant.timestamp() * 1000)


def instant_of(kept: int) -> datetime:
    return datetime.fromtimestamp(kept / 1000, UTC).astimezone(CHINA)
