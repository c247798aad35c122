"""Use proved: what was made from a dataset, by whom it was needed, and which datasets nobody has needed for long."""

from jingwei.foundations.data.uses import model
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.uses"

ACTIONS = (
    Action(("data", "lineage"), Text("一个数据集从何而来、成了什么", "What a dataset comes from and what became of it"), ("F2.2",), "public", "read", model.AskLineage,
           f"{_HERE}.actions.lineage_of", ("lineage.json", "receipt.json"), "jingwei data lineage observations --form openlineage"),
    Action(("data", "lineage-import"), Text("收下别的系统的 OpenLineage 事件", "Take in another system's OpenLineage events"), ("F2.2",), "lineage.write", "write", model.BringLineage,
           f"{_HERE}.actions.bring_lineage", (), "jingwei data lineage-import events.json"),
    Action(("data", "uses"), Text("谁用过一个数据集；哪些久已无人用", "Who used a dataset; which nobody has for long"), ("F2.2",), "public", "read", model.AskUse,
           f"{_HERE}.actions.uses_of", ("observations.csv", "receipt.json"), "jingwei data uses observations --days 365"),
)

PAGES = (
    Page(("uses",), f"{_HERE}.views.uses"),
    Page(("use", "{dataset}"), f"{_HERE}.views.use", model.AskOne),
)
