"""What the actions on the record are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

HeadFile = Annotated[Document | None, Option(Text(
    "以前的树头（head.json），最好有邻居会签", "an earlier head (head.json), best one that a neighbour co-signed"))]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The store, to be brought to this program's schema."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Where a copy of the node goes."""

    to: Annotated[str, Option(Text("备份文件，如 node.backup", "file to write, such as node.backup"))]


@dataclass(frozen=True, slots=True)
class Restore:
    """A copy to be put back."""

    file: Annotated[str, Option(Text("备份文件", "the backup"), positional=True)]
    replace: Annotated[bool, Option(Text("替换本节点现有的记录", "replace the records this node has"))] = False
    sha256: Annotated[str, Option(Text("备份文件应有的 SHA-256，不符则不恢复；要第二个人确认时必须给",
                                       "what the file's SHA-256 must be, else nothing is put back; a must where a second person confirms"))] = ""


@dataclass(frozen=True, slots=True)
class AskVerify:
    """A ledger, or a proof from one, to be recomputed."""

    file: Annotated[Document | None, Option(Text("导出的账本（ledger.jsonl）或证明（proof.json）；不给则查本节点",
                                                 "an exported ledger or a proof; that of this node when absent"),
                                            positional=True)] = None
    head: HeadFile = None
    pasted: Annotated[str, Option(Text("同一树头，贴成文字", "the same head, pasted as text"))] = ""


@dataclass(frozen=True, slots=True)
class AskProve:
    """An entry whose place in the ledger is to be proved."""

    entry: Annotated[int, Option(Text("条目的位置，从0起", "position of the entry, from 0"), positional=True)]
    head: HeadFile = None


@dataclass(frozen=True, slots=True)
class SignHead:
    """The ledger as it stands, to be signed."""


@dataclass(frozen=True, slots=True)
class AskExport:
    """The whole ledger, to be verified elsewhere."""


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Events that did not happen."""

    events: Annotated[Document, Option(Text(
        "合成事件，一行一个 JSON：kind、at、facts，facts 里必须有 synthetic: true",
        "invented events, one JSON object a line: kind, at, facts, and among the facts synthetic: true"), positional=True)]


@dataclass(frozen=True, slots=True)
class AskList:
    """Which entries to list."""

    first: Annotated[int | None, Option(Text("从哪个位置起；不给则列最近的", "position to begin at; the latest when absent"))] = None
    count: Annotated[int, Option(Text("列几条", "how many"))] = 20
    kind: Annotated[str | None, Option(Text("只列某一类，如 person.erased", "only of this kind, such as person.erased"))] = None


@dataclass(frozen=True, slots=True)
class AskLedger:
    """Which entries the page of the ledger shows, newest first."""

    kind: Annotated[str, Option(Text("类别，如 duty.set", "kind, such as duty.set"))] = ""
    day: Annotated[str, Option(Text("哪一天，如 2026-11-24", "day, such as 2026-11-24"))] = ""
    about: Annotated[str, Option(Text("关于什么，如 duty:A-1", "what about, such as duty:A-1"))] = ""
    before: Annotated[int | None, Option(Text("只看此位置之前的", "only those before this position"))] = None


@dataclass(frozen=True, slots=True)
class AskEntry:
    """One entry."""

    position: Annotated[int, Option(Text("位置，从0起", "its position, from 0"))]


KINDS = {
    "action.begun": Text("动作开始", "an action began"), "action.done": Text("动作完成", "an action was done"), "action.failed": Text("动作没有做成", "an action failed"),
    "duty.set": Text("任务立定", "a duty was set"), "duty.given": Text("任务改由他人牵头", "a duty was handed over"), "duty.split": Text("任务分解", "a duty was split"),
    "duty.evidence": Text("办结条件改变", "a duty's evidence changed"), "duty.closed": Text("任务办结", "a duty closed"), "duty.reopened": Text("任务重新打开", "a duty opened again"),
    "duty.withdrawn": Text("任务撤销", "a duty was withdrawn"), "matter.opened": Text("事项登记", "a matter opened"), "matter.returned": Text("事项重来", "a matter came back"),
    "matter.closed": Text("事项了结", "a matter closed"), "matter.escalated": Text("事项上交", "a matter was passed on"), "matter.decided": Text("事项决定", "a matter was decided"),
    "matter.checked": Text("核对决定的成效", "a decision's effect was checked"), "message.sent": Text("发往另一节点", "a message was sent"),
    "message.taken": Text("收自另一节点", "a message was taken"), "node.declared": Text("节点设立", "a node was declared"), "node.admitted": Text("接纳节点", "a node was admitted"),
    "node.forked": Text("节点改写了历史", "a node rewrote its past"), "node.tested": Text("节点现场检验", "a node was tested"), "node.below": Text("下级节点", "a node below"),
    "query.answered": Text("查询作答", "a query was answered"), "query.refused": Text("查询被拒", "a query was refused"), "person.erased": Text("删除个人信息", "a person was erased"),
    "need.declared": Text("提出数据需求", "a need was declared"), "evidence.asked": Text("请求证据", "evidence was asked for"), "evidence.met": Text("证据送达", "evidence was given"),
    "redline.crossed": Text("触碰红线", "a red line was crossed"),
}
"""What common kinds of entries say."""
