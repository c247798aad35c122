"""What the action of savings is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

Process = Annotated[str, Option(Text("只看一个流程的；缺省为全部", "cases of one process; by default of all"))]
Since = Annotated[str, Option(Text("从哪天起，如 2026-01-01", "from which day on, such as 2026-01-01"))]
Until = Annotated[str, Option(Text("到哪天之前", "before which day"))]


@dataclass(frozen=True, slots=True)
class AskSavings:
    """Of which cases."""

    process: Process = ""
    since: Since = ""
    until: Until = ""
