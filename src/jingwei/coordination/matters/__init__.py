"""Problems that surface by themselves, are decided by somebody, and are looked at again: did the number move?"""

from jingwei.coordination.matters.model import AskMatter, AskMatters, CheckMatters, Decide
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("matters",),
        Text("列出待决的事项，按受阻的件数乘以天数排", "List matters, by cases blocked times days"),
        clauses=("O.2", "G.1"),
        scope="public",
        effect="read",
        input=AskMatters,
        handler="jingwei.coordination.matters.actions.list_matters",
        example="jingwei matters --phase open",
    ),
    Action(
        ("matters", "show"),
        Text("看一个事项：因何而起、在哪一级、有什么选项", "Show one matter: what opened it, where it lies, what the engines say"),
        clauses=("O.2",),
        scope="public",
        effect="read",
        input=AskMatter,
        handler="jingwei.coordination.matters.actions.show",
        example="jingwei matters show M-0123456789",
    ),
    Action(
        ("matters", "check"),
        Text("查找新事项，逾期上交，核对决定的成效", "Open what has surfaced, pass on what is late, see what decisions did"),
        clauses=("O.2", "G.1", "G.4"),
        scope="matters.check",
        effect="write",
        input=CheckMatters,
        handler="jingwei.coordination.matters.actions.check",
        example="jingwei matters check --dry-run",
    ),
    Action(
        ("matters", "decide"),
        Text("对事项作出决定，立为任务，以后核对成效", "Decide a matter: duties carry it out, and its number is checked later"),
        clauses=("O.2", "G.1"),
        scope="matters.decide",
        effect="write",
        input=Decide,
        handler="jingwei.coordination.matters.actions.decide",
        example='jingwei matters decide M-0123456789 --decision "build 500 stations" --lead bureau --deadline 2026-12-31',
    ),
)

PAGES = (
    Page(("matters",), "jingwei.coordination.matters.views.matters", menu=Text("事项", "Matters")),
    Page(("matter", "{code}"), "jingwei.coordination.matters.views.matter", AskMatter),
)
