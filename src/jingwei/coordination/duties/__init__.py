"""Who owes what by when, down the tree; done only when the record or the figures say so."""

from jingwei.coordination.duties.model import AskDuty, AskTree, CheckDuties, GiveDuty, ImportDuties
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("duties", "import"),
        Text("收入工作方案，逐行核对，错行退回", "Take in a work plan; rows that will not do are sent back with the reason"),
        clauses=("O.1",),
        scope="duties.write",
        effect="write",
        input=ImportDuties,
        handler="jingwei.coordination.duties.actions.import_duties",
        example="jingwei duties import plan.csv --organisations organisations.csv --dry-run",
    ),
    Action(
        ("duties", "tree"),
        Text("列出责任树：谁牵头、何时完成、走到哪一步", "Show the tree of duties: who leads, by when, and how each stands"),
        clauses=("O.1",),
        scope="public",
        effect="read",
        input=AskTree,
        handler="jingwei.coordination.duties.actions.tree",
        example="jingwei duties tree --state overdue",
    ),
    Action(
        ("duties", "show"),
        Text("看一项任务：凭什么办结，证据怎么说", "Show one duty: what would prove it, and what the evidence says"),
        clauses=("O.1",),
        scope="public",
        effect="read",
        input=AskDuty,
        handler="jingwei.coordination.duties.actions.show",
        example="jingwei duties show A-1",
    ),
    Action(
        ("duties", "check"),
        Text("逐项核对证据：真的办结，不真的重新打开", "Hold every duty against its evidence: what is proven closes, what no longer is opens again"),
        clauses=("O.1", "O.2"),
        scope="duties.check",
        effect="write",
        input=CheckDuties,
        handler="jingwei.coordination.duties.actions.check",
        example="jingwei duties check --dry-run",
    ),
    Action(
        ("duties", "give"),
        Text("把任务改由另一单位牵头", "Hand a duty over to another lead"),
        clauses=("O.1",),
        scope="duties.write",
        effect="write",
        input=GiveDuty,
        handler="jingwei.coordination.duties.actions.hand_over",
        example='jingwei duties give A-1 --to bureau --reason "division of work of 2026"',
    ),
)

PAGES = (
    Page(("duties",), "jingwei.coordination.duties.views.duties", menu=Text("任务", "Duties")),
    Page(("duty", "{code}"), "jingwei.coordination.duties.views.duty", AskDuty),
)
