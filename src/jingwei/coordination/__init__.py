"""Holding it all together: what the plan asks, what was seen, where everybody stands, what was met and what was not."""

from jingwei.coordination.evaluation.ask import AskCode, AskCompare, AskMeasure, AskPlace, AskRank, AskYear, Evaluate
from jingwei.coordination.index.model import Build, Uncertainty
from jingwei.coordination.measures import MEASURES
from jingwei.coordination.model import AskPlan, AskReplay, AskSearch
from jingwei.coordination.observations.model import AskFindings, AskMeasures, Observe, Release
from jingwei.coordination.targets.model import AskTargets
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page, Pillar

_EVALUATION = "jingwei.coordination.evaluation"

PILLAR = Pillar(
    code="O",
    name=Text(zh="组织保障", en="Organisation"),
    measures=MEASURES,
    actions=(
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
            ("observe",),
            Text("收入本单位的数据，先查错再使用", "Take in figures of your own; doubtful ones are held back"),
            clauses=("O.2",),
            scope="observations.write",
            effect="write",
            input=Observe,
            handler="jingwei.coordination.observations.actions.observe",
            example="jingwei observe figures.csv --dry-run",
        ),
        Action(
            ("measures",),
            Text("列出全部指标及其定义", "List every measure with its definition"),
            clauses=("O.2",),
            scope="public",
            effect="read",
            input=AskMeasures,
            handler="jingwei.coordination.observations.actions.measures",
            example="jingwei measures --room F1",
        ),
        Action(
            ("findings",),
            Text("列出可疑的数和扣下的理由", "List doubtful figures and why they are held back"),
            clauses=("O.2",),
            scope="public",
            effect="read",
            input=AskFindings,
            handler="jingwei.coordination.observations.actions.findings",
            example="jingwei findings --code jump",
        ),
        Action(
            ("findings", "release"),
            Text("放行一个已说明的问题", "Release a finding that has been explained"),
            clauses=("O.2",),
            scope="findings.release",
            effect="write",
            input=Release,
            handler="jingwei.coordination.observations.actions.release",
            example='jingwei findings release jump-3fa9c1 --reason "confirmed by the issuer on 2026-03-02"',
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
        Action(
            ("index", "build"),
            Text("由数据、指标树和方法算出指数", "Build an index from values, a tree and a method"),
            clauses=("O.2",),
            scope="public",
            effect="read",
            input=Build,
            handler="jingwei.coordination.index.actions.build_index",
            makes=("scores.csv", "steps/", "report.md", "receipt.json"),
            example="jingwei index build --values V.csv --tree T.csv --method M.toml --out index",
        ),
        Action(
            ("index", "uncertainty"),
            Text("检验名次经不经得起推敲", "See which ranks survive other choices of method"),
            clauses=("O.2",),
            scope="public",
            effect="read",
            input=Uncertainty,
            handler="jingwei.coordination.index.actions.doubt_index",
            makes=("ranks.csv", "pairs.csv", "report.md", "receipt.json"),
            example="jingwei index uncertainty --values V.csv --tree T.csv --spec U.toml --out ranks",
        ),
        Action(
            ("plan",),
            Text("按规划的次序列出每一条及其状态", "Show every clause of the plan with its state"),
            clauses=("O.1", "O.2"),
            scope="public",
            effect="read",
            input=AskPlan,
            handler="jingwei.coordination.actions.show_plan",
            example="jingwei plan --room F1",
        ),
        Action(
            ("replay",),
            Text("按凭证重算，看结果是否一致", "Make a result again from its receipt and compare"),
            clauses=("O.2",),
            scope="evaluation.read",
            effect="read",
            input=AskReplay,
            handler="jingwei.coordination.actions.replay",
            example="jingwei replay out/receipt.json",
        ),
    ),
    pages=(
        Page((), f"{_EVALUATION}.views.home"),
        Page(("provinces",), f"{_EVALUATION}.views.provinces", AskYear, Text("各省", "Provinces")),
        Page(("compare",), f"{_EVALUATION}.place_views.compare", AskCompare, Text("比较", "Compare")),
        Page(("method",), f"{_EVALUATION}.views.method", AskRank, Text("换算法", "Method")),
        Page(("targets",), f"{_EVALUATION}.views.targets", menu=Text("目标", "Targets")),
        Page(("findings",), f"{_EVALUATION}.views.findings", menu=Text("存疑的数", "Findings")),
        Page(("data",), f"{_EVALUATION}.views.data", menu=Text("数据", "Data")),
        Page(("receipt",), f"{_EVALUATION}.views.receipt"),
        Page(("place", "{code}"), f"{_EVALUATION}.place_views.place", AskPlace),
        Page(("room", "{code}"), f"{_EVALUATION}.views.room", AskCode),
        Page(("measure", "{code}"), f"{_EVALUATION}.views.measure", AskMeasure),
        Page(("search",), "jingwei.coordination.views.search", AskSearch),
    ),
)
