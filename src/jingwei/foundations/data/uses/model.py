"""What was used, by what and for what; and what is asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

KINDS: dict[str, Text] = {
    "delivery": Text("共享供给", "delivery"), "figure": Text("评估的数", "evaluated number"), "decision": Text("决定", "decision"), "case": Text("办件", "case"),
    "package": Text("资源库版本", "package"), "answer": Text("资源库的回答", "answer of a bank"), "work": Text("其他产出", "other work"), "elsewhere": Text("外部系统", "another system")}
"""What a dataset can have been used for."""

DEAD_AFTER = 365
"""Days without a use after which a dataset is named; asked otherwise it is otherwise."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use. what : the request, version, answer or action that used it; ``through`` what was made of it first, empty when directly."""

    dataset: str
    kind: str
    what: str
    at: datetime
    entry: int
    through: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset with who answers for it (empty where nobody does on record), since when it is there, and its last use."""

    dataset: str
    owner: str
    since: datetime | None
    last: Use | None
    uses: int
    dead: bool
    synthetic: bool


_DATASET = Option(Text("数据湖里的数据集", "dataset of the lake"), positional=True)


@dataclass(frozen=True, slots=True)
class AskLineage:
    """One dataset's lineage."""

    dataset: Annotated[str, _DATASET]
    form: Annotated[str | None, Option(Text("写成什么，缺省为报告", "written as what; a report by default"), choices=("openlineage",))] = None


@dataclass(frozen=True, slots=True)
class BringLineage:
    """Events of another system."""

    events: Annotated[Document, Option(Text("OpenLineage 事件：一个、数组或每行一个", "OpenLineage events: one, an array, or one a line"), positional=True)]


@dataclass(frozen=True, slots=True)
class AskUse:
    """Uses of one dataset, or how all stand."""

    dataset: Annotated[str, Option(Text("只看这个数据集；空则全部", "only this dataset; all when empty"), positional=True)] = ""
    days: Annotated[int, Option(Text("多少天没用算久已无人用", "days without a use after which a dataset is named"))] = DEAD_AFTER


@dataclass(frozen=True, slots=True)
class AskOne:
    dataset: Annotated[str, Option(Text("数据集", "dataset"))]
