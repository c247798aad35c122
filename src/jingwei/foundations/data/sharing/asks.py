"""What the actions of sharing are given: each field with how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.foundations.data.sharing.model import After, Attribute, Mode
from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

Code = Annotated[str, Option(Text("申请编号，如 R-0123456789", "code of the request, such as R-0123456789"), positional=True)]
Data = Annotated[str, Option(Text("目录编码", "code of the data in the catalogue"), positional=True)]
Columns = Annotated[tuple[str, ...], Option(Text(
    "数据项及精度，可多次给出：name、income:rounded 1000、age:banded 10、born:truncated month、place:generalised city、name:masked 1 0、id:hashed",
    "column and precision, as often as needed: name, income:rounded 1000, age:banded 10, born:truncated month, place:generalised city, name:masked 1 0, id:hashed"))]
Rows = Annotated[tuple[str, ...], Option(Text(
    "行的条件，可多次给出，同时成立：place within 440000、year 2020..2024、grade in a|b、grade != c",
    "condition on rows, as often as needed, all to hold: place within 440000, year 2020..2024, grade in a|b, grade != c"))]
Policy = Annotated[Document | None, Option(Text("以 ODRL 2.2 写明的范围，代替 columns 和 rows", "the scope as an ODRL 2.2 policy, in place of columns and rows"))]
Key = Annotated[str | None, Option(Text("同一个键重复提交只算一次", "sent again under the same key, it happens once"))]


@dataclass(frozen=True, slots=True)
class OfferData:
    """A record of the catalogue and its terms."""

    data: Data
    provider: Annotated[str, Option(Text("提供部门", "organisation that holds the data"))]
    dataset: Annotated[str, Option(Text("数据湖中的表", "its table in the lake"))]
    attribute: Annotated[Attribute, Option(Text("共享属性", "sharing attribute"))]
    name_zh: Annotated[str, Option(Text("中文名称", "name in Chinese"))] = ""
    name_en: Annotated[str, Option(Text("英文名称", "name in English"))] = ""
    conditions: Annotated[str, Option(Text("有条件共享的范围和用途", "scope and use, where it is shared on conditions"))] = ""
    basis: Annotated[str, Option(Text("不予共享所依据的法律、行政法规或国务院决定", "law, administrative regulation or State Council decision, where it is not shared"))] = ""
    bureau: Annotated[str | None, Option(Text("政务数据共享主管部门", "bureau in charge of sharing"))] = None
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class PublishData:
    """A record that was reviewed."""

    data: Data


@dataclass(frozen=True, slots=True)
class ChangeData:
    """A record that law or duties made outdated."""

    data: Data
    reason: Annotated[str, Option(Text("什么变了，存档备查", "what changed; kept on record"))]


@dataclass(frozen=True, slots=True)
class AskData:
    """A request (Order 809, art. 20). What is left out is asked for once, never held against it."""

    data: Data
    asker: Annotated[str, Option(Text("需求部门", "organisation that asks"))]
    purpose: Annotated[str, Option(Text("目的", "purpose"), choices=tuple(PURPOSES))] = "duty"
    basis: Annotated[str, Option(Text("使用依据", "legal basis of the use"))] = ""
    scenario: Annotated[str, Option(Text("使用场景", "scenario of the use"))] = ""
    columns: Columns = ()
    rows: Rows = ()
    policy: Policy = None
    mode: Annotated[Mode | None, Option(Text("共享方式", "how it is to be shared"))] = None
    first: Annotated[str | None, Option(Text("使用起始日", "first day of use"))] = None
    last: Annotated[str | None, Option(Text("使用截止日", "last day of use"))] = None
    need: Annotated[str | None, Option(Text("所对应的需求编号", "code of the declared need it answers"))] = None
    key: Key = None
    holder: Annotated[str | None, Option(Text("数据在另一节点时，它的编号，可只写开头", "id of the node that holds the data, where it is another; its beginning will do"))] = None


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """A request in which something is missing."""

    code: Code


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """What was missing in a request."""

    code: Code
    basis: Annotated[str, Option(Text("使用依据", "legal basis of the use"))] = ""
    scenario: Annotated[str, Option(Text("使用场景", "scenario of the use"))] = ""
    columns: Columns = ()
    rows: Rows = ()
    policy: Policy = None
    mode: Annotated[Mode | None, Option(Text("共享方式", "how it is to be shared"))] = None
    first: Annotated[str | None, Option(Text("使用起始日", "first day of use"))] = None
    last: Annotated[str | None, Option(Text("使用截止日", "last day of use"))] = None


@dataclass(frozen=True, slots=True)
class ExtendTerm:
    """More time, which the bureau in charge consents to by giving it."""

    code: Annotated[str, Option(Text("申请编号，或目录编码（更新期限）", "code of the request; or of the data, for its update"), positional=True)]
    days: Annotated[int, Option(Text("延长几个工作日：答复至多 10，目录更新至多 5", "working days: at most 10 for a reply, 5 for an update"))]
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """A reply to a request."""

    code: Code
    outcome: Annotated[Literal["grant", "refuse"], Option(Text("同意或不同意", "grant or refuse"))]
    reason: Annotated[str, Option(Text("不同意的理由", "why it is refused"))] = ""
    ground: Annotated[Literal["law", "conditions"], Option(Text("不同意的依据：法律，或不符合共享条件", "ground of the refusal: the law, or conditions that are not met"))] = "conditions"
    columns: Columns = ()
    rows: Rows = ()
    export: Annotated[bool, Option(Text("可以离开本节点", "it may leave this node"))] = False
    after: Annotated[After, Option(Text("授权结束时，另一节点上的数据删除还是封存", "what another node does with the data when the grant ends: delete or lock them"))] = "delete"


@dataclass(frozen=True, slots=True)
class DeliverRequest:
    """What was granted, to be handed over."""

    code: Code
    key: Key = None


@dataclass(frozen=True, slots=True)
class IssueCredential:
    """One more consumer of an interface, with limits of its own; or a new secret for one that is there."""

    code: Code
    consumer: Annotated[str, Option(Text("使用它的系统或机构的代码", "code of the system or body that uses it"))]
    last: Annotated[str | None, Option(Text("最后有效日；缺省与授权同止", "last day on which it serves; that of the grant by default"))] = None
    calls: Annotated[int, Option(Text("每分钟最多几次，0 为不限", "answers a minute at the most; 0 for no limit"))] = 60
    rows: Annotated[int, Option(Text("每天最多几行，0 为不限", "rows a day at the most; 0 for no limit"))] = 0
    replaces: Annotated[str | None, Option(Text("代替哪个凭据，如 K-1；旧的立即失效", "which it takes the place of, such as K-1; that one ends at once"))] = None
    key: Key = None


@dataclass(frozen=True, slots=True)
class RevokeCredential:
    """A credential that is to serve no more."""

    code: Code
    credential: Annotated[str, Option(Text("凭据编号，如 K-1", "code of the credential, such as K-1"), positional=True)]


@dataclass(frozen=True, slots=True)
class TakeData:
    """Data that another node delivered here, to be used."""

    code: Code
    mode: Annotated[Literal["csv", "parquet"], Option(Text("文件格式", "format of the file"))] = "parquet"


@dataclass(frozen=True, slots=True)
class AskReceived:
    """What other nodes delivered here."""


@dataclass(frozen=True, slots=True)
class CollectData:
    """What was delivered, for the asker to take."""

    code: Code


@dataclass(frozen=True, slots=True)
class ReportError:
    """An error in data that were delivered."""

    code: Code
    what: Annotated[str, Option(Text("哪里不准确、不完整", "what is inaccurate or incomplete"))]


@dataclass(frozen=True, slots=True)
class CorrectError:
    """What became of a reported error."""

    code: Code
    fault: Annotated[str, Option(Text("错误编号，如 E-1", "code of the error, such as E-1"))]
    outcome: Annotated[Literal["corrected", "no_error"], Option(Text("已更正，或核实无误", "corrected, or found to be none"))]


@dataclass(frozen=True, slots=True)
class ObjectRequest:
    """A dispute over a request."""

    code: Code
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]


@dataclass(frozen=True, slots=True)
class SettleRequest:
    """How a dispute ends, or goes one level up."""

    code: Code
    outcome: Annotated[Literal["stands", "reopened", "raised"], Option(Text("维持、重新答复、提交上一级", "stands, to be decided again, or raised one level"))]
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))] = ""


@dataclass(frozen=True, slots=True)
class StopRequest:
    """Sharing that ends before its time."""

    code: Code
    cause: Annotated[Literal["purpose_met", "unlawful_use", "law_changed", "safety", "asker_wishes"], Option(Text(
        "正当理由：目的已实现、违法使用、法律变化、安全风险、需求部门提出", "cause: purpose met, unlawful use, law changed, safety, the asker's wish"))]
    reason: Annotated[str, Option(Text("说明，存档备查", "account of it; kept on record"))]
    agreed: Annotated[bool, Option(Text("已与对方协商，并报主管部门备案", "it was negotiated with the other side and filed with the bureau"))] = False


@dataclass(frozen=True, slots=True)
class DropRecords:
    """Records of use that the asker no longer has."""

    code: Code


@dataclass(frozen=True, slots=True)
class DeclareNeed:
    """Evidence that one organisation needs of another, time and again."""

    asker: Annotated[str, Option(Text("需要证据的部门", "organisation that needs it"))]
    holder: Annotated[str, Option(Text("持有证据的部门", "organisation that holds it"))]
    evidence: Annotated[str, Option(Text("目录编码或证据类型", "code of the data, or kind of evidence"))]
    days: Annotated[int, Option(Text("每次申请后几个工作日内要到", "working days after each request within which it is needed"))] = 30
    withdraw: Annotated[bool, Option(Text("不再需要", "it is needed no longer"))] = False
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class AskRequests:
    """Which requests to list."""

    organisation: Annotated[str | None, Option(Text("只看与某单位有关的", "only those that concern this organisation"))] = None
    open: Annotated[bool, Option(Text("只看还有期限未了的", "only those with a clock that is not over"))] = False
    offers: Annotated[bool, Option(Text("列出目录中可申请的数据", "list the data that may be asked for instead"))] = False


@dataclass(frozen=True, slots=True)
class AskRequest:
    """One request."""

    code: Code


@dataclass(frozen=True, slots=True)
class AskDesk:
    """What one organisation has to do."""

    organisation: Annotated[str, Option(Text("单位", "organisation"), positional=True)]


@dataclass(frozen=True, slots=True)
class AskAudit:
    """What to audit."""

    at: Annotated[str | None, Option(Text("审计到哪一刻，如 2026-03-04T12:00:00+08:00；缺省为现在", "up to which instant, such as 2026-03-04T12:00:00+08:00; now by default"))] = None
    organisation: Annotated[str | None, Option(Text("只看某单位的责任", "only what this organisation answers for"))] = None
    synthetic: Annotated[bool, Option(Text("连同演练数据", "exercises too"))] = False


@dataclass(frozen=True, slots=True)
class AskUses:
    """Whose use of which data to list."""

    data: Annotated[str | None, Option(Text("目录编码", "code of the data"))] = None
    asker: Annotated[str | None, Option(Text("需求部门", "organisation that uses it"))] = None
    provider: Annotated[str | None, Option(Text("提供部门", "organisation whose data they are"))] = None
    first: Annotated[str | None, Option(Text("自哪一日", "from which day on, such as 2026-03-04"))] = None
    last: Annotated[str | None, Option(Text("至哪一日", "up to which day"))] = None


@dataclass(frozen=True, slots=True)
class AskPolicy:
    """The policy of one request."""

    code: Code
