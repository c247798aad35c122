"""The register of government apps under 国办函〔2026〕12号: which to keep, merge or close, why, and what would change it."""

from jingwei.integrations.government.apps.asks import ImportApps, JudgeApps
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.apps"

ACTIONS = (
    Action(("government", "apps", "import"), Text("收下政务应用程序的登记表；有疑问的行另存并说明", "Take in a register of government apps; doubtful lines are set apart with the reason"), ("I2.4",), "apps.write", "write",
           ImportApps, f"{_HERE}.actions.take", ("aside.csv", "receipt.json"), "jingwei government apps import apps.csv"),
    Action(("government", "apps", "judge"), Text("逐个评判：保留、并入、关停，并给出理由和什么会改变结论", "Judge each: keep, merge or close, with the reasons and what would change it"), ("I2.4",), "public", "read",
           JudgeApps, f"{_HERE}.actions.judge_all", ("verdicts.csv", "receipt.json"), "jingwei government apps judge --out out"),
)

PAGES = (Page(("government", "apps"), f"{_HERE}.views.apps"),)
