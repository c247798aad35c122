"""Digital government: one thing done at once, with nothing asked that another department already knows."""

from __future__ import annotations

from jingwei.integrations.government import (
    apps,
    cases,
    clocks,
    decisions,
    designer,
    evidence,
    forms,
    obstructions,
    processes,
    savings,
    simulation,
    things,
)
from jingwei.integrations.government.measures import MEASURES
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Pillar

_ACT = (
    decisions,
    processes,
    things,
    evidence,
    clocks,
    cases,
    savings,
    simulation,
    obstructions,
    apps,
)
_SHOW = (
    forms,
    cases,
    savings,
    simulation,
    apps,
    designer,
)

PILLAR = Pillar(code="I2", name=Text(zh="数字政务", en="Digital government"), measures=MEASURES,
                actions=tuple(action for part in _ACT for action in part.ACTIONS), pages=tuple(page for part in _SHOW for page in part.PAGES),
                ways=(
                    ("things", Text("办事：能一次办哪些事，要答几个问题？", "Services: what can be applied for at once, and with how many questions?")),
                    ("work", Text("待办：部门先办哪一件，还剩几天？", "Work: what comes first for a department, and how many days are left?")),
                    ("designer", Text("设计：每件事是否证明能办完、不多问？", "Design: is each thing proved to end, and to ask nothing in vain?")),
                    ("government/savings", Text("成效：省了多少表单、材料、跑动和时间？", "Savings: how many forms, materials, trips and days are saved?")),
                    ("what-if", Text("假如：合并一步、加一个人，会快几天？", "What if: with a step merged or a person more, how many days sooner?")),
                    ("what-if#drill", Text("停摆演练：一个提供方不应答，哪些办不了？", "Outage drill: with one provider silent, what stands still?")),
                    ("do/government/obstructions", Text("堵点：哪条规定让人多等、多跑？", "Obstructions: which provision makes people wait and travel?")),
                    ("government/apps", Text("应用程序：哪些该留、该并、该关？", "Apps: which should stay, merge or close?")),
                ))
