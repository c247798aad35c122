"""Red lines of G.4: signed beforehand, found crossed by machine, and then no verdict of their room reads met, whatever else is good."""

from jingwei.coordination.redlines.model import AskRedLines, CheckRedLines, LiftRedLine, SignRedLine, WithdrawRedLine
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("redlines", "list"),
        Text("列出红线：守住、被触碰、已解除", "List the red lines: holding, crossed, lifted"),
        clauses=("G.4",),
        scope="public",
        effect="read",
        input=AskRedLines,
        handler="jingwei.coordination.redlines.actions.list_lines",
        example="jingwei redlines list",
    ),
    Action(
        ("redlines", "sign"),
        Text("签一条红线：什么算触碰，封哪一章的顶", "Sign a red line: what crosses it, and which room it caps"),
        clauses=("G.4",),
        scope="redlines.sign",
        effect="irreversible",
        input=SignRedLine,
        handler="jingwei.coordination.redlines.actions.sign",
        example='jingwei redlines sign late_report --room C2 --when "events incident.reported late=true count >= 1" --reason "Order 1 of 2026"',
    ),
    Action(
        ("redlines", "check"),
        Text("查有没有新的触碰，每一件只记一次", "Look for new crossings; each is recorded once"),
        clauses=("G.4", "O.2"),
        scope="redlines.check",
        effect="write",
        input=CheckRedLines,
        handler="jingwei.coordination.redlines.actions.check",
        example="jingwei redlines check --dry-run",
    ),
    Action(
        ("redlines", "lift"),
        Text("决定解除已有的触碰，红线仍在", "Lift the crossings so far by a decision; the line goes on holding"),
        clauses=("G.4",),
        scope="redlines.lift",
        effect="irreversible",
        input=LiftRedLine,
        handler="jingwei.coordination.redlines.actions.lift",
        example='jingwei redlines lift late_report --reason "reported within the hour since; inspected on 3 May"',
    ),
    Action(
        ("redlines", "withdraw"),
        Text("撤销一条没有被触碰的红线", "Withdraw a red line that does not stand crossed"),
        clauses=("G.4",),
        scope="redlines.sign",
        effect="irreversible",
        input=WithdrawRedLine,
        handler="jingwei.coordination.redlines.actions.withdraw",
        example='jingwei redlines withdraw late_report --reason "replaced by the rule of the State Council"',
    ),
)

PAGES = (
    Page(("redlines",), "jingwei.coordination.redlines.views.redlines"),
)
