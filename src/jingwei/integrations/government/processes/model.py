"""What the actions of processes are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

File = Annotated[Document, Option(Text("BPMN 2.0 文件（.bpmn）", "BPMN 2.0 file (.bpmn)"), positional=True)]


@dataclass(frozen=True, slots=True)
class CheckProcess:
    """A file to be checked."""

    model: File
    process: Annotated[str, Option(Text("只查这个流程（id）", "only this process (its id)"))] = ""


@dataclass(frozen=True, slots=True)
class RunProcess:
    """A case to be walked.

    steps : JSON: {"variables": {…}, "start": id, "choices": {gateway: flow or target, or a list of them}, "steps": [step, …]}; a step is the id or name of what is
        done or happens, or {"do": …, "variables": {…}}, {"fail": …, "code": …}, {"escalate": …, "code": …}, {"message": name}, {"signal": name}
    """

    model: File
    steps: Annotated[Document | None, Option(Text(
        '步骤（JSON）：{"variables": {…}, "choices": {"网关": "流或去向"}, "steps": ["任务", {"fail": "任务", "code": "E1"}, {"message": "名称"}]}；不给时只开始',
        'steps (JSON): {"variables": {…}, "choices": {"gateway": "flow or target"}, "steps": ["task", {"fail": "task", "code": "E1"}, {"message": "name"}]}; without them it only begins'))] = None
    process: Annotated[str, Option(Text("流程的 id；文件里只有一个可执行流程时可不给", "the process's id; not needed where the file has one executable process"))] = ""
