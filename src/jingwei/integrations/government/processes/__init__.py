"""Processes at work: what a BPMN file holds, whether it is sound, and how a case of it goes."""

from jingwei.integrations.government.processes.model import CheckProcess, RunProcess
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

_ACTIONS = "jingwei.integrations.government.processes.actions"

ACTIONS = (
    Action(("processes", "check"), Text("查流程模型：能否执行，能否总到终点", "Check a process model: can it be executed, can it always end"), ("I2.1", "I2.2"), "public", "read",
           CheckProcess, f"{_ACTIONS}.check", example="jingwei processes check newborn.bpmn"),
    Action(("processes", "run"), Text("按给定的步骤走一个事项，看每一步在等什么", "Walk a case through given steps and see what it waits for after each"), ("I2.1", "I2.2"), "public", "read",
           RunProcess, f"{_ACTIONS}.run", example="jingwei processes run newborn.bpmn --steps steps.json"),
)
