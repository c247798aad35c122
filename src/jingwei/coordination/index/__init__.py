"""Anybody's own index: a table of values, a tree and a method in; scores, every step and a receipt out."""

from jingwei.coordination.index.model import Build, Uncertainty
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

ACTIONS = (
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
)
