"""Things: one event of a life or a business as a folder of standard files, read into a typed record and held against itself."""

from jingwei.integrations.government.things.asks import AskThings
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

ACTIONS = (
    Action(("government", "things"), Text("列出一件事，或看其中一件", "List the things of this node, or show one"), ("I2.3",), "public", "read", AskThings,
           "jingwei.integrations.government.things.actions.things", example="jingwei government things newborn", anew=True),
)
