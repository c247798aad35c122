"""What if: days foretold from the events of cases when steps are merged, run side by side or better staffed; and what stands still when a provider is down."""

from jingwei.integrations.government.simulation.asks import AskSimulation, AskWhatIf, AskWindows, HoldDrill
from jingwei.integrations.government.simulation.measures import CASES_ANY_PROVIDER_DOWN
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.integrations.government.simulation"

ACTIONS = (
    Action(("government", "simulate"), Text("假如合并、并行、加人：从日志学，先验证，再预测天数", "What if steps were merged, side by side or better staffed: days foretold from a log, once it has been held to it"),
           ("I2.1", "I2.3"), "government.simulate", "read", AskSimulation, f"{_HERE}.actions.simulate", ("prediction.csv", "receipt.json"), "jingwei government simulate log.csv --change change.json"),
    Action(("government", "windows"), Text("大厅要开几个窗口，才少有人久等", "How many windows a hall needs so that few wait long"),
           ("I2.3",), "government.simulate", "read", AskWindows, f"{_HERE}.actions.windows", example="jingwei government windows log.csv --step intake --channel window"),
    Action(("government", "drill"), Text("停摆演练：一个提供方不应答，哪些办件照样办结，哪些要等", "Outage drill: with one provider silent, which cases finish all the same and which wait"),
           ("I2.2", "G.1"), "government.drill", "write", HoldDrill, f"{_HERE}.drilling.hold", ("drill.csv", "observations.csv", "receipt.json"), "jingwei government drill newborn --down population"),
)

PAGES = (Page(("what-if",), f"{_HERE}.views.what_if", AskWhatIf, live=True),)

MEASURES = (CASES_ANY_PROVIDER_DOWN,)
