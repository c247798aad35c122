"""Collect once: who is about to ask people for what another department already holds, with the evidence and what was decided."""

from jingwei.foundations.data.once.asks import (
    AskFinding,
    AskReport,
    CheckForm,
    DecideFinding,
    PlanCollection,
    TakeTable,
)
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.once"

ACTIONS = (
    Action(("once", "take"), Text("给部门持有的表取样，以便比对；只留带密钥的摘要", "Take samples of the tables that departments hold, to be compared; keyed digests are all that is kept"),
           ("F2.2",), "once.write", "write", TakeTable, f"{_HERE}.actions.take_tables", example="jingwei once take people --holder civil"),
    Action(("once", "plan"), Text("登记一项计划中的收集，看是否有部门已经持有", "Put a planned collection on record and see whether somebody holds it already"),
           ("F2.2", "O.1"), "once.write", "write", PlanCollection, f"{_HERE}.actions.plan", example="jingwei once plan visits-2026 --holder health --form form.csv"),
    Action(("once", "check"), Text("收集之前先查：哪个部门已经持有", "Before collecting, see who holds it already"),
           ("F2.2", "O.1"), "once.read", "read", CheckForm, f"{_HERE}.actions.check", example="jingwei once check form.csv"),
    Action(("once", "report"), Text("列出各部门之间的重复收集", "List what departments collect twice"),
           ("F2.2", "O.1"), "public", "read", AskReport, f"{_HERE}.actions.report", ("duplicates.csv", "observations.csv", "receipt.json"), "jingwei once report --out out"),
    Action(("once", "show"), Text("看一项发现的逐列证据", "Show one finding with the evidence column by column"),
           ("F2.2",), "public", "read", AskFinding, f"{_HERE}.actions.show", example="jingwei once show D-0123456789"),
    Action(("once", "decide"), Text("主管部门决定：共享、有依据、合并", "The bureau in charge decides: reuse, justified or merge"),
           ("F2.2", "O.1"), "once.write", "write", DecideFinding, f"{_HERE}.actions.decide",
           example='jingwei once decide D-0123456789 --outcome reuse --reason "civil affairs shares it"'),
)

PAGES = (
    Page(("once",), f"{_HERE}.views.once"),
    Page(("once", "{code}"), f"{_HERE}.views.finding", AskFinding),
)
"""Reached from the page of sharing: what is found here ends in a request there."""
