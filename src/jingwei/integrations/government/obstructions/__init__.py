"""Which provisions stand in the way: from finished cases, the articles that demanded paper, presence or a wet seal or forbade sharing, by the days and trips they cost."""

from jingwei.integrations.government.obstructions.asks import AskObstructions
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

ACTIONS = (
    Action(("government", "obstructions"), Text("由办结件找出要纸质、到场、盖章或不许共享的条文，按所费的天数和跑动排列，并说明废除各条会怎样",
                                                "From finished cases, rank the provisions that demand paper, presence or a wet seal or forbid sharing by the days and trips they cost, and say what follows from repealing each"),
           ("I2.1",), "public", "read", AskObstructions, "jingwei.integrations.government.obstructions.actions.find", ("obstructions.csv", "receipt.json"), "jingwei government obstructions --out out"),
)
