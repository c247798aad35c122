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
                                                 "an exported ledger or a proof; this node's own when absent"),
                                            positional=True)] = None
    head: HeadFile = None


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
class AskList:
    """Which entries to list."""

    first: Annotated[int | None, Option(Text("从哪个位置起；不给则列最近的", "position to begin at; the latest when absent"))] = None
    count: Annotated[int, Option(Text("列几条", "how many"))] = 20
    kind: Annotated[str | None, Option(Text("只列某一类，如 person.erased", "only of this kind, such as person.erased"))] = None
