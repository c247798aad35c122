"""Figures: the published ones and a bureau's own, each screened before it is used."""

from jingwei.coordination.observations.model import AskFigures, AskFindings, AskMeasures, AskSources, Observe, Release
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

ACTIONS = (
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
        ("figures",),
        Text("列出每个数及其出处，用了还是扣下", "List every figure with its source, and whether it is used"),
        clauses=("O.2",),
        scope="public",
        effect="read",
        input=AskFigures,
        handler="jingwei.coordination.observations.listing.figures",
        example="jingwei figures --measure base_stations_5g --place Zhejiang",
    ),
    Action(
        ("sources",),
        Text("列出每个出处：谁公布，在哪里读到", "List every source: who issued it and where it was read"),
        clauses=("O.2",),
        scope="public",
        effect="read",
        input=AskSources,
        handler="jingwei.coordination.observations.listing.sources",
        example="jingwei sources --measure netizens",
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
)
