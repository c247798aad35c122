"""Evidence: what is fetched instead of asked, from whom, at what cost; and the proof that a form asks nothing a department holds."""

from jingwei.integrations.government.things.asks import AskThing
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

_ACTIONS = "jingwei.integrations.government.evidence.actions"

ACTIONS = (
    Action(("government", "prove"), Text("证明表单不问部门已有的事实", "Prove that a form asks nothing a department holds"), ("I2.3",), "public", "read", AskThing,
           f"{_ACTIONS}.prove", example="jingwei government prove newborn", anew=True),
    Action(("government", "links"), Text("证明所需的部门间联系，哪些有应答", "Which links between departments the evidence needs, and which answer"), ("I2.2",), "public", "read", AskThing,
           f"{_ACTIONS}.connections", example="jingwei government links newborn", anew=True),
)
