"""What the actions of the whole are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document


@dataclass(frozen=True, slots=True)
class AskPlan:
    """Which part of the plan to show."""

    room: Annotated[str | None, Option(Text("只列某一章，如 F1", "only one room, such as F1"))] = None


@dataclass(frozen=True, slots=True)
class AskReplay:
    """A result to be made again."""

    receipt: Annotated[Document, Option(Text("结果旁边的 receipt.json", "the receipt.json beside a result"),
                                        positional=True)]


@dataclass(frozen=True, slots=True)
class AskSearch:
    """Words to look for among places, measures, clauses and targets."""

    q: Annotated[str, Option(Text("要找的词", "words to look for"))] = ""
