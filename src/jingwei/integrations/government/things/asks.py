"""What the actions on things are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

Name = Annotated[str, Option(Text("一件事的名称，如 newborn；自带的，或节点目录 things/ 下的文件夹",
                                  "name of a thing, such as newborn: one the package brings, or a folder below things/ of the node's own"), positional=True)]


@dataclass(frozen=True, slots=True)
class AskThings:
    """All things, or one of them whole."""

    thing: Annotated[str, Option(Text("只看这一件；空则列出全部", "only this one, in full; all of them when empty"), positional=True)] = ""


@dataclass(frozen=True, slots=True)
class AskThing:
    """One thing."""

    thing: Name
