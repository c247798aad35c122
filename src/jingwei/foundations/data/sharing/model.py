"""What is shared and on which terms, a request for it, and what became of the request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from jingwei.kernel.access import EVERY_ROW, Precision, Predicate
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

Attribute = Literal["unconditional", "conditional", "none"]
ATTRIBUTES: dict[Attribute, Text] = {
    "unconditional": Text("无条件共享", "unconditional"), "conditional": Text("有条件共享", "conditional"), "none": Text("不予共享", "not shared")}
"""Order 809, art. 14 and 15."""

Mode = Literal["csv", "parquet", "api"]
MODES: dict[Mode, Text] = {"csv": Text("CSV 文件", "CSV file"), "parquet": Text("Parquet 文件", "Parquet file"), "api": Text("接口", "interface")}

FIELDS: dict[str, Text] = {
    "basis": Text("使用依据", "basis"), "scenario": Text("使用场景", "scenario"), "scope": Text("使用范围", "scope"),
    "mode": Text("共享方式", "mode"), "period": Text("使用时限", "period")}
"""What a request has to name (Order 809, art. 20), in the order of the article."""

Level = Literal["negotiation", "bureau", "superior", "government"]
LEVELS: dict[Level, Text] = {
    "negotiation": Text("协商", "negotiation"), "bureau": Text("同级主管部门", "bureau in charge"),
    "superior": Text("共同的上级主管部门", "common superior bureau"), "government": Text("人民政府", "government")}
"""Who settles a dispute, in turn (Order 809, art. 28)."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def code(text: str, what: Text) -> str:
    """A code that may stand in the ledger. Raises Problem ``bad_code``."""
    if not _CODE.fullmatch(text):
        raise Problem("bad_code", Text(f"{text[:60]!r} 不能作{what.zh}", f"{text[:60]!r} is no {what.en}"),
                      remedy=Text("最多 60 个拉丁字母、数字、点和横线。", "Write up to 60 Latin letters, digits, points and dashes."))
    return text


@dataclass(frozen=True, slots=True)
class Terms:
    """A record of the catalogue, as far as sharing needs it.

    data : its code
    provider : id of the organisation that holds it
    bureau : id of the bureau in charge of sharing that reviews and publishes it; empty when none is known
    dataset : its table in the lake, and ``version`` of its schema
    columns : type by name (``string``, ``int64``, ``float64``, ``bool``)
    conditions : scope and use, where it is shared on conditions (art. 14)
    basis : citation that lets it not be shared (art. 15)
    edition : version of the catalogue record that states these terms; 0 when none does
    """

    data: str
    name: Text
    provider: str
    bureau: str
    dataset: str
    version: int
    columns: Mapping[str, str]
    attribute: Attribute
    conditions: str = ""
    basis: str = ""
    synthetic: bool = False
    edition: int = 0


class Scope(Struct, frozen=True, forbid_unknown_fields=True):
    """Which columns, how precisely, of which rows. Without columns it says nothing."""

    columns: dict[str, Precision] = {}
    rows: Predicate = EVERY_ROW


NO_SCOPE = Scope()


@dataclass(frozen=True, slots=True)
class Request:
    """What an organisation asks of another.

    attribute : that of the data when the request was received; later changes leave its clock alone
    purpose : one of ``kernel.access.PURPOSES``
    first, last : the period of use, both ends included
    need : code of the declared need it answers, if any
    erased : its words were taken out of the record
    unit : where one of the two is another node, which of that node's organisations it is, by that node's own code
    holder : id of the node at which the request lies and is decided; empty when that is this one
    """

    code: str
    data: str
    asker: str
    provider: str
    attribute: Attribute
    purpose: str
    mode: Mode | None = None
    first: date | None = None
    last: date | None = None
    basis: str = ""
    scenario: str = ""
    scope: Scope = NO_SCOPE
    need: str = ""
    synthetic: bool = False
    erased: bool = False
    unit: str = ""
    holder: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields of art. 20 that it does not name, all of them."""
        there = {"basis": self.basis.strip(), "scenario": self.scenario.strip(), "scope": self.scope.columns, "mode": self.mode,
                 "period": self.first and self.last}
        return tuple(name for name in FIELDS if not there[name])


# What became of it; ``entry`` is the position in the ledger of what says so


After = Literal["delete", "lock"]
AFTER: dict[After, Text] = {"delete": Text("删除", "deleted"), "lock": Text("封存", "locked")}


@dataclass(frozen=True, slots=True)
class Notice:
    at: datetime
    missing: tuple[str, ...]
    entry: int


@dataclass(frozen=True, slots=True)
class Supplement:
    at: datetime
    complete: bool
    entry: int


@dataclass(frozen=True, slots=True)
class Extension:
    """``consent``: id of the bureau that agreed; empty when none did."""

    at: datetime
    days: int
    consent: str
    entry: int


@dataclass(frozen=True, slots=True)
class Decision:
    """ground : why it was refused: ``law``, ``conditions`` or, unlawfully, ``incomplete``; empty when granted.

    after : what another node does with delivered data when the grant ends
    """

    at: datetime
    granted: bool
    ground: str
    reasoned: bool
    grant: str
    entry: int
    after: After = "delete"


@dataclass(frozen=True, slots=True)
class Use:
    """Data that were handed over: a file, or one answer of the interface. ``rows`` and ``digest`` are of exactly what was given.

    delivery : the provider's act that art. 22 wants; an answer of the interface is none
    key : digest of what makes a repetition of the act the same act
    credential : code of the credential it was given to; empty when it was none
    """

    at: datetime
    mode: Mode
    snapshot: str
    rows: int
    columns: int
    digest: str
    entry: int
    delivery: bool = True
    key: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """What one consumer of an interface shows. The record keeps ``fingerprint``, its digest, and never the secret.

    last : last day on which it serves; None is as long as the grant
    calls : answers a minute at most; rows : a day at most; 0 is without limit
    ended : when it was revoked, or another took its place
    """

    code: str
    consumer: str
    fingerprint: str
    at: datetime
    entry: int
    last: date | None = None
    calls: int = 0
    rows: int = 0
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A delivery on its way from another node, in parts.

    digest : SHA-256 of the whole file; parts : of each part, in order; size : bytes of the whole
    columns : type by name, as the file has them
    """

    at: datetime
    digest: str
    size: int
    rows: int
    parts: tuple[str, ...]
    columns: Mapping[str, str]
    entry: int


@dataclass(frozen=True, slots=True)
class Landed:
    """A delivery that is whole in the lake of the node that asked. ``dataset``: by that node's own name."""

    at: datetime
    digest: str
    rows: int
    dataset: str
    entry: int


@dataclass(frozen=True, slots=True)
class Disposed:
    """Landed data that are no more, or locked away, because the grant ended. ``why``: ``stopped``, ``refused`` or ``expired``."""

    at: datetime
    how: After
    why: str
    files: int
    entry: int


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that was reported. ``right``: it was one, and was corrected."""

    code: str
    at: datetime
    entry: int
    done: datetime | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class Dispute:
    """An objection. ``outcome`` is empty while it is open; ``reopened``: the provider is to decide again. ``settled`` is an entry too."""

    at: datetime
    level: Level
    entry: int
    outcome: Literal["", "stands", "reopened"] = ""
    settled: int = -1


@dataclass(frozen=True, slots=True)
class Stop:
    at: datetime
    cause: str
    agreed: bool
    entry: int


Phase = Literal["incomplete", "received", "granted", "delivered", "refused", "stopped", "expired"]
PHASES: dict[Phase, Text] = {
    "incomplete": Text("待补正", "waiting for material"), "received": Text("待答复", "waiting for a reply"), "granted": Text("待共享", "to be delivered"),
    "delivered": Text("已共享", "delivered"), "refused": Text("不同意", "refused"), "stopped": Text("已终止", "stopped"), "expired": Text("已到期", "expired")}


@dataclass(frozen=True, slots=True)
class Case:
    """A request with everything that happened to it, in order."""

    request: Request
    at: datetime
    entry: int
    notices: tuple[Notice, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    extensions: tuple[Extension, ...] = ()
    decisions: tuple[Decision, ...] = ()
    uses: tuple[Use, ...] = ()
    faults: tuple[Fault, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    stopped: Stop | None = None
    dropped: tuple[tuple[datetime, int], ...] = ()
    credentials: tuple[Credential, ...] = ()
    coming: tuple[Coming, ...] = ()
    landed: tuple[Landed, ...] = ()
    disposed: Disposed | None = None

    @property
    def decision(self) -> Decision | None:
        """The one that holds: none while the provider is to decide anew."""
        if not self.decisions or any(d.outcome == "reopened" and d.settled > self.decisions[-1].entry for d in self.disputes):
            return None
        return self.decisions[-1]

    @property
    def waits(self) -> bool:
        """Whether a notice waits for its answer."""
        return bool(self.notices) and not any(s.complete for s in self.supplements)

    def phase(self, today: date) -> Phase:
        if self.stopped:
            return "stopped"
        if (decision := self.decision) is None:
            return "incomplete" if self.waits else "received"
        if not decision.granted:
            return "refused"
        if self.request.last and today > self.request.last:
            return "expired"
        return "delivered" if any(u.delivery and u.entry > decision.entry for u in self.uses) else "granted"


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of a catalogue record: what changed, when it was told anew, and when it was published."""

    changed: datetime | None = None
    entry: int = -1
    extensions: tuple[Extension, ...] = ()
    offered: datetime | None = None
    published: datetime | None = None
    replaced: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The terms of one record, and its rounds from the first on. What may be asked for is ``published``."""

    terms: Terms
    rounds: tuple[Round, ...]
    published: Terms | None = None
