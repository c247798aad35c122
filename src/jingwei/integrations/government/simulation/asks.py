"""What the actions of what-if and drill are given; imports no engine, so that help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

LogFile = Annotated[Document | None, Option(Text("事件日志：CSV、JSON、Parquet 或 XES；不给时用本单位的办件", "event log: CSV, JSON, Parquet or XES; without one, the node's own cases"), positional=True)]
ProcessName = Annotated[str, Option(Text("本单位的哪个流程；不给则全部", "which process of this node; all when not given"))]
Columns = Annotated[str, Option(Text("哪一列是什么，如 case=编号,activity=环节,time=时间；缺省按列名猜，并说明猜了什么", "which column is what, such as case=Number,activity=Step,time=When; guessed from the heads by default, and told"))]
Seed = Annotated[int, Option(Text("随机数种子", "seed of the random numbers"))]


@dataclass(frozen=True, slots=True)
class AskSimulation:
    """A log, what is to be changed and what is to be foretold."""

    log: LogFile = None
    process: ProcessName = ""
    change: Annotated[Document | None, Option(Text('改动（JSON），如 [{"do": "parallel", "steps": ["公安", "医保"]}]；另有 merge、remove、add、limit、online', 'changes (JSON), such as [{"do": "parallel", "steps": ["police", "insurance"]}]; also merge, remove, add, limit, online'))] = None
    columns: Columns = ""
    first: Annotated[date | None, Option(Text("从哪天起预测；缺省为日志之后的一天", "the first day to foretell; the day after the log by default"))] = None
    days: Annotated[int, Option(Text("预测多少天里来的办件", "days whose cases are foretold"))] = 30
    replications: Annotated[int, Option(Text("模拟多少次", "how many times it is run"))] = 1_000
    seed: Seed = 1


@dataclass(frozen=True, slots=True)
class AskWindows:
    """A step of a log whose windows are to be counted."""

    step: Annotated[str, Option(Text("哪一步在窗口办", "which step is done at the windows"))]
    log: LogFile = None
    process: ProcessName = ""
    columns: Columns = ""
    channel: Annotated[str, Option(Text("只算这个渠道来的", "only what comes by this channel"))] = ""
    wait: Annotated[float, Option(Text("最多等多少分钟", "minutes to wait at the most"))] = 15.0
    share: Annotated[float, Option(Text("可以超过的比例", "share that may wait longer"))] = 0.10
    seed: Seed = 1


@dataclass(frozen=True, slots=True)
class HoldDrill:
    """A thing, and which of its providers is to be silent."""

    thing: Annotated[str, Option(Text("哪一件事", "which thing"), positional=True)]
    down: Annotated[str, Option(Text("哪个提供方停摆；不给则逐个停", "which provider is silent; each in turn when not given"))] = ""
    day: Annotated[date | None, Option(Text("重演哪天的真实办件；不给则模拟一天", "the day whose real cases are led again; a simulated one when not given"))] = None
    days: Annotated[float, Option(Text("停多少天", "days it is silent"))] = 1.0
    papers: Annotated[float, Option(Text("申请人补交材料要多少天", "days an applicant takes to hand in what is suddenly wanted"))] = 1.0
    cases: Annotated[int, Option(Text("模拟的一天有多少件", "cases of a simulated day"))] = 100
    seed: Seed = 1


@dataclass(frozen=True, slots=True)
class AskWhatIf:
    """What the page shows: a process, one change to try, and the thing whose providers are silent in turn."""

    process: Annotated[str, Option(Text("流程", "process"))] = ""
    do: Annotated[str, Option(Text("改动", "change"))] = ""
    step: Annotated[str, Option(Text("哪一步", "which step"))] = ""
    other: Annotated[str, Option(Text("紧接着的一步", "the step right after"))] = ""
    amount: Annotated[str, Option(Text("多少：人数、天数或比例", "how much: people, days or a share"))] = ""
    thing: Annotated[str, Option(Text("哪一件事", "which thing"))] = ""
