"""What one thing done at once saves: forms, materials, trips and days, counted from the events of cases against the baseline frozen at deployment."""

from jingwei.integrations.government.savings.asks import AskSavings
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.savings"

ACTIONS = (
    Action(("government", "savings"), Text("由办件经过算出省了多少表单、材料、跑动和时间", "Count from what happened to cases how many forms, materials, trips and days were saved"), ("I2.3",), "public", "read",
           AskSavings, f"{_HERE}.actions.savings", ("savings.csv", "observations.csv", "receipt.json"), "jingwei government savings --out out"),
)

PAGES = (Page(("government", "savings"), f"{_HERE}.views.savings", AskSavings, live=True),)
