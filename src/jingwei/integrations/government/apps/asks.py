"""What the actions of the app register are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Table


@dataclass(frozen=True, slots=True)
class ImportApps:
    """A register of apps."""

    file: Annotated[Table, Option(Text("登记表（CSV、JSON）：名称、主办单位、层级、备案、功能、月活、年费用（分），可加特性、平台、对象、上线日期、安保应急",
                                       "register (CSV, JSON): name, operator, level, filed, functions, users, cost_fen; and features, platform, audience, online, special"), positional=True)]
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class JudgeApps:
    """How to judge."""

    on: Annotated[str, Option(Text("按哪一天有效的规则，如 2026-08-01；缺省为今天", "by the rules of which day, such as 2026-08-01; by default today"))] = ""
    synthetic: Annotated[bool, Option(Text("连演练数据也算", "count exercises too"))] = False
