"""What the actions of cases are given: each field with how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.integrations.government.cases.model import GROUNDS, NOTED
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

Code = Annotated[str, Option(Text("事项编号，如 C-0123456789abcdef", "number of the case, such as C-0123456789abcdef"), positional=True)]
Work = Annotated[str, Option(Text("办哪一项：它的号，或任务的 id", "which item: its number, or the task's id"), positional=True)]
Input = Annotated[Document | None, Option(Text("事实（JSON 对象）", "facts (a JSON object)"))]
By = Annotated[Literal["web", "window"], Option(Text("网上还是窗口", "on the web or at the window"))]
Key = Annotated[str, Option(Text("同一个键重复提交只算一次", "sent again under the same key, it happens once"))]
Reason = Annotated[str, Option(Text("理由", "the reason"))]


@dataclass(frozen=True, slots=True)
class DeployThing:
    """A thing to be deployed, proved first."""

    thing: Annotated[str, Option(Text("随附的一件事的名字，或本机上的文件夹、zip、.bpmn", "name of a bundled thing; or, on this machine, a folder, a zip or a .bpmn"), positional=True)] = ""
    file: Annotated[Document | None, Option(Text("一件事的 zip，或 .bpmn", "a thing's zip, or a .bpmn"))] = None
    decisions: Annotated[Document | None, Option(Text("流程所用的 DMN（.dmn，或几个的 zip）", "the DMN the process asks (.dmn, or a zip of several)"))] = None
    process: Annotated[str, Option(Text("流程的 id；文件里只有一个可执行流程时可不给", "the process's id; not needed where the file has one executable process"))] = ""


@dataclass(frozen=True, slots=True)
class AskDeployed:
    """All that is deployed."""


@dataclass(frozen=True, slots=True)
class StartCase:
    """A case to be begun."""

    process: Annotated[str, Option(Text("流程的 id", "the process's id"), positional=True)]
    input: Input = None
    channel: By = "web"
    key: Key = ""
    at: Annotated[str, Option(Text("从哪个开始事件起，有几个时才要", "at which start event, where there are several"))] = ""


@dataclass(frozen=True, slots=True)
class AskWork:
    """What is to be done, the most pressing first."""

    department: Annotated[str, Option(Text("只看一个部门的", "of one department only"))] = ""
    most: Annotated[int, Option(Text("最多列出几项", "list at most so many"))] = 50


@dataclass(frozen=True, slots=True)
class AskCase:
    """One case: what it waits for and what happened to it."""

    code: Code


@dataclass(frozen=True, slots=True)
class ClaimWork:
    """An item somebody begins to work on."""

    code: Code
    work: Work


@dataclass(frozen=True, slots=True)
class DoWork:
    """An item that is done."""

    code: Code
    work: Work
    input: Input = None
    outcome: Annotated[Literal["", "granted", "refused", "received", "noted"], Option(Text("决定：准予、不予、收件、存查", "decision: granted, refused, received, noted"))] = ""
    channel: By = "window"


@dataclass(frozen=True, slots=True)
class FailWork:
    """An item that cannot be done."""

    code: Code
    work: Work
    error: Annotated[str, Option(Text("流程中错误的代码", "code of the error in the process"))] = ""
    reason: Reason = ""
    channel: By = "window"


@dataclass(frozen=True, slots=True)
class RetryWork:
    """Something stuck, to be tried again with what it lacked."""

    code: Code
    work: Work
    input: Input = None


@dataclass(frozen=True, slots=True)
class DeferWork:
    """A late-binding part that the case shall not wait for."""

    code: Code
    work: Work
    reason: Reason


@dataclass(frozen=True, slots=True)
class RetractWork:
    """What a department decided and is asked to retract."""

    code: Code
    node: Annotated[str, Option(Text("已办的任务的 id", "id of the task that was done"), positional=True)]
    reason: Reason


@dataclass(frozen=True, slots=True)
class NoteCase:
    """Something that happened beside the process."""

    code: Code
    kind: Annotated[str, Option(Text("发生了什么", "what happened"), positional=True, choices=NOTED)]
    node: Annotated[str, Option(Text("哪个任务", "of which task"))] = ""
    fact: Annotated[str, Option(Text("哪一项事实", "which fact"))] = ""
    requirement: Annotated[str, Option(Text("哪一项材料或要求", "which requirement"))] = ""
    form: Annotated[Literal["", "paper", "file", "credential"], Option(Text("材料的形式", "form of the document"))] = ""
    ground: Annotated[str, Option(Text("停钟的理由（许可法第四十五条）", "why the clock stands still (Licensing Law, art. 45)"), choices=("", *GROUNDS))] = ""
    outcome: Annotated[str, Option(Text("决定的结果", "outcome of the decision"))] = ""
    days: Annotated[int, Option(Text("延长几个工作日", "working days of the extension"))] = 0
    approved: Annotated[Literal["", "head", "government"], Option(Text("谁批准延期：本机关负责人、本级政府", "who approved the extension: the head of the organ, or the government"))] = ""
    reason: Reason = ""
    channel: By = "window"


@dataclass(frozen=True, slots=True)
class CancelCase:
    """A case that is withdrawn."""

    code: Code
    reason: Reason
    channel: By = "web"


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message for one case."""

    name: Annotated[str, Option(Text("消息的名称", "name of the message"), positional=True)]
    code: Code
    input: Input = None


@dataclass(frozen=True, slots=True)
class SendSignal:
    """A signal for all cases."""

    name: Annotated[str, Option(Text("信号的名称", "name of the signal"), positional=True)]


@dataclass(frozen=True, slots=True)
class FireTimers:
    """What has come due by now."""


@dataclass(frozen=True, slots=True)
class MigrateCases:
    """Running cases to be taken to another version."""

    process: Annotated[str, Option(Text("流程的 id", "the process's id"), positional=True)]
    to: Annotated[int, Option(Text("迁到第几版；不给就是最新的", "to which version; the newest without it"))] = 0
    source: Annotated[int, Option(Text("只迁这一版的", "only those of this version"))] = 0
    mapping: Annotated[tuple[str, ...], Option(Text("改了名的节点，可多次给出：旧=新", "nodes that were renamed, as often as needed: old=new"))] = ()


@dataclass(frozen=True, slots=True)
class PlaceDepartment:
    """Where a department works."""

    department: Annotated[str, Option(Text("部门", "the department"), positional=True)]
    node: Annotated[str, Option(Text("它在哪个节点，写编号或其开头；不给就在本节点", "the node it works on, by its id or the beginning of it; this one without"))] = ""


@dataclass(frozen=True, slots=True)
class AskDesk:
    """The desk of one department, or (without) where there is work."""

    department: Annotated[str, Option(Text("部门", "the department"))] = ""
    after: Annotated[str, Option(Text("从这一项之后列起", "list from after this item"))] = ""
