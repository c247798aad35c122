"""What the actions on nodes are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Level

NodeId = Annotated[str, Option(Text("节点编号，如 n-3fa9c1…，可只写开头", "id of the node, such as n-3fa9c1…; its beginning will do"), positional=True)]


@dataclass(frozen=True, slots=True)
class Init:
    """What a node says of itself."""

    name: Annotated[str, Option(Text("节点名称", "name of the node"))]
    level: Annotated[Level, Option(Text("层级", "level"))]
    place: Annotated[str, Option(Text("行政区划代码或省名，如 440100、广东、CN", "administrative code or province, such as 440100, Guangdong, CN"))]
    name_en: Annotated[str, Option(Text("英文名称；不给则同上", "its name in English; the same when absent"))] = ""
    organisation: Annotated[str, Option(Text("所属机构的编号", "id of the organisation whose node it is"))] = ""
    url: Annotated[str, Option(Text("别的节点在哪里找到它", "where other nodes reach it"))] = "127.0.0.1:2522"


@dataclass(frozen=True, slots=True)
class AskStatus:
    """This node and its neighbours."""


@dataclass(frozen=True, slots=True)
class Join:
    """The node under which this one wants to stand."""

    url: Annotated[str, Option(Text("上级节点的地址", "address of the node above"), positional=True)]


@dataclass(frozen=True, slots=True)
class Admit:
    """A node that asked to be admitted."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A node that stands below this one no more."""

    node: NodeId
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]


@dataclass(frozen=True, slots=True)
class Meet:
    """Everything that is due with the neighbours, now."""


@dataclass(frozen=True, slots=True)
class TestBelow:
    """All nodes directly below, to be tested now."""


@dataclass(frozen=True, slots=True)
class AskEvidence:
    """A node that rewrote its past."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class AskNode:
    """One node this one knows of."""

    id: NodeId


@dataclass(frozen=True, slots=True)
class AskDirectory:
    """All nodes at and below this one."""


@dataclass(frozen=True, slots=True)
class Share:
    """Figures for the neighbours that they do not have yet."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one node or to a whole tree of them."""

    text: Annotated[str, Option(Text("查询的名字，或一句SQL：分组、计数、合计、平均、最小、最大", "name of a query, or SQL: groups, count, sum, avg, min, max"), positional=True)]
    across: Annotated[bool, Option(Text("连同以下各级节点", "of all nodes below this one too"))] = False
    purpose: Annotated[str, Option(Text("用途；各节点按它授权", "what it is for; each node grants by it"), choices=tuple(PURPOSES))] = "statistics"
    patience: Annotated[int, Option(Text("最多等几秒", "seconds to wait at the most"))] = 15
