"""The statutory clock of an application: what is due when under the Administrative Licensing Law, and what in the record offends it."""

from jingwei.integrations.government.clocks.asks import AskClock
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

ACTIONS = (
    Action(("government", "clock"), Text("按经过算出每个法定期限和承诺时限的到期日", "Work out from what happened when each statutory and promised term is due"), ("I2.3",), "public", "read",
           AskClock, "jingwei.integrations.government.clocks.actions.clock", example="jingwei government clock HAPPENED.json --at 2025-10-15"),
)
