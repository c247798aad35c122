"""What the actions on jobs are given, and the words for where a job stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

STATES = {"waiting": Text("等着做", "waiting"), "running": Text("正在做", "at work"), "done": Text("做完了", "done"),
          "failed": Text("没有做成", "could not be done"), "cancelled": Text("已取消", "cancelled")}

LAST = "last"


@dataclass(frozen=True, slots=True)
class AskJobs:
    """Which jobs to list."""

    state: Annotated[str | None, Option(Text("只列这种状态", "only those in this state"), choices=tuple(STATES))] = None
    night: Annotated[str | None, Option(Text("某夜的作业，如 2026-11-24；last 是最近一夜", "those of one night, such as 2026-11-24; last is the newest"))] = None
    count: Annotated[int, Option(Text("最多列几个", "how many at the most"))] = 20


@dataclass(frozen=True, slots=True)
class CancelJob:
    """A job nobody wants any more."""

    job: Annotated[str, Option(Text("作业的编号，或它的开头", "the job's id, or how it begins"), positional=True)]


@dataclass(frozen=True, slots=True)
class RunNightly:
    """The last night, to be made up for."""
