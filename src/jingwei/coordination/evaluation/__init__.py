"""Where the nation and its provinces stand across the plan, how sure that is, and what cannot be said."""

from jingwei.coordination.evaluation.ask import AskCode, AskCompare, AskMeasure, AskPlace, AskRank, AskYear, Evaluate
from jingwei.coordination.targets.model import AskTargets
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("evaluate",),
        Text(
            "评价全国和各省，给出2025年目标的结论", "Evaluate the nation and its provinces, and the goals of 2025"
        ),
        clauses=("O.2", "G.2", "G.3"),
        scope="public",
        effect="read",
        input=Evaluate,
        handler="jingwei.coordination.evaluation.actions.evaluate",
        makes=(
            "scores",
            "pairs",
            "rooms",
            "goals",
            "targets",
            "findings",
            "changes",
            "outlook",
            "ranks.svg",
            "report.md",
            "receipt.json",
        ),
        example="jingwei evaluate --out out",
    ),
    Action(
        ("rank",),
        Text("换一种算法给各省排名，看哪些名次经得起", "Rank the provinces by a method of your own; see which ranks survive"),
        clauses=("O.2",),
        scope="public",
        effect="read",
        input=AskRank,
        handler="jingwei.coordination.evaluation.actions.rank",
        makes=("ranks", "report.md", "receipt.json"),
        example="jingwei rank --aggregate geometric --weight F1=2",
    ),
    Action(
        ("targets",),
        Text("列出每个数值目标及结论", "List every numeric target with its verdict"),
        clauses=("G.2", "O.2"),
        scope="public",
        effect="read",
        input=AskTargets,
        handler="jingwei.coordination.evaluation.actions.targets",
        example="jingwei targets --verdict missed",
    ),
)

PAGES = (
    Page((), "jingwei.coordination.evaluation.views.home"),
    Page(("provinces",), "jingwei.coordination.evaluation.views.provinces", AskYear, Text("各省", "Provinces")),
    Page(("compare",), "jingwei.coordination.evaluation.place_views.compare", AskCompare),
    Page(("method",), "jingwei.coordination.evaluation.views.method", AskRank),
    Page(("targets",), "jingwei.coordination.evaluation.views.targets", menu=Text("目标", "Targets")),
    Page(("findings",), "jingwei.coordination.evaluation.views.findings", menu=Text("存疑的数", "Findings")),
    Page(("data",), "jingwei.coordination.evaluation.views.data"),
    Page(("receipt",), "jingwei.coordination.evaluation.views.receipt"),
    Page(("place", "{code}"), "jingwei.coordination.evaluation.place_views.place", AskPlace),
    Page(("room", "{code}"), "jingwei.coordination.evaluation.views.room", AskCode),
    Page(("measure", "{code}"), "jingwei.coordination.evaluation.views.measure", AskMeasure),
)
