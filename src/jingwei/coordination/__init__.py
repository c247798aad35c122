"""Holding it all together: what the plan asks, what was seen, where everybody stands, what was met and what was not."""

from jingwei.coordination import (
    duties,
    evaluation,
    federation,
    gauges,
    index,
    jobs,
    matters,
    observations,
    people,
    record,
    redlines,
)
from jingwei.coordination.measures import MEASURES
from jingwei.coordination.model import AskPlan, AskReplay, AskSearch
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page, Pillar

PILLAR = Pillar(code="O", name=Text(zh="组织保障", en="Organisation"), measures=MEASURES, actions=(
    *evaluation.ACTIONS, *observations.ACTIONS, *index.ACTIONS, *record.ACTIONS, *duties.ACTIONS, *matters.ACTIONS, *gauges.ACTIONS,
    *redlines.ACTIONS, *federation.ACTIONS, *jobs.ACTIONS, *people.ACTIONS,
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
), pages=(
    *evaluation.PAGES, *duties.PAGES, *matters.PAGES, *gauges.PAGES, *redlines.PAGES, *federation.PAGES, *record.PAGES, *jobs.PAGES,
    Page(("search",), "jingwei.coordination.views.search", AskSearch),
))
