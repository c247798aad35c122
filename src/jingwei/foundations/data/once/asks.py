"""What the actions of collecting once are given: each field with how it is asked for; imports no engine, so that help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Table

Outcome = Literal["reuse", "justified", "merge"]

OUTCOMES: dict[Outcome, Text] = {"reuse": Text("共享已有数据，不再收集", "use what is held; do not collect"),
                                 "justified": Text("有法律依据，可以收集", "collect; a law says so"),
                                 "merge": Text("两处收集并为一处", "merge the two collections into one")}

Holder = Annotated[str | None, Option(Text("部门代码", "code of the organisation"))]
Code = Annotated[str, Option(Text("发现的编号，如 D-0123456789", "code of the finding, such as D-0123456789"), positional=True)]


@dataclass(frozen=True, slots=True)
class TakeTable:
    """A table that a department holds, or all whose holder is known."""

    dataset: Annotated[str | None, Option(Text("数据湖中的表；缺省为所有已知持有部门、有变化的表", "table of the lake; by default all whose holder is known and that changed"), positional=True)] = None
    holder: Holder = None
    title: Annotated[str, Option(Text("名称", "what it is called"))] = ""
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class PlanCollection:
    """A collection that is planned."""

    code: Annotated[str, Option(Text("计划收集的代码", "code of the planned collection"), positional=True)]
    holder: Annotated[str, Option(Text("要收集的部门", "organisation that wants to collect"))]
    form: Annotated[Table, Option(Text("表单：只有表头的表、列出字段的表，或已有的样本", "the form: a table with nothing but its header, a list of fields, or a first sample"))]
    title: Annotated[str, Option(Text("名称", "what it is called"))] = ""
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class CheckForm:
    """A form or table that somebody is about to collect."""

    form: Annotated[Table | None, Option(Text("表单或表：CSV、JSON、Parquet；可以只有字段名", "form or table: CSV, JSON or Parquet; names of fields are enough"), positional=True)] = None
    dataset: Annotated[str | None, Option(Text("或数据湖中的表", "or a table of the lake"))] = None
    holder: Holder = None


@dataclass(frozen=True, slots=True)
class AskReport:
    """Which findings to list."""

    holder: Holder = None
    every: Annotated[bool, Option(Text("连只有同样的人、内容未见相同的也列", "list those too that share subjects and no fact"))] = False
    synthetic: Annotated[bool, Option(Text("连演练数据也算", "count exercises too"))] = False


@dataclass(frozen=True, slots=True)
class AskFinding:
    """One finding."""

    code: Code


@dataclass(frozen=True, slots=True)
class DecideFinding:
    """What the bureau in charge decides about a finding."""

    code: Code
    outcome: Annotated[Outcome, Option(Text("共享、有依据、合并", "reuse, justified or merge"), choices=tuple(OUTCOMES))]
    reason: Annotated[str, Option(Text("理由，存档备查", "why; kept on record"))]
    basis: Annotated[str, Option(Text("可以收集所依据的法律、行政法规或国务院决定", "the law, administrative regulation or State Council decision it is justified by"))] = ""
