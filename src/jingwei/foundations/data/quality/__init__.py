"""Quality: what a table promises, how far it keeps it by the standards' metrics, since when it does not, and who is to act."""

from typing import Literal

from jingwei.foundations.data.quality.model import (
    AskQuality,
    BringFacts,
    FailingRows,
    RunQuality,
    SetContract,
    ShowContract,
    ShowQuality,
)
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.quality"


def _action(path: tuple[str, ...], zh: str, en: str, scope: str, effect: Literal["read", "write"], given: type, handler: str, example: str,
            makes: tuple[str, ...] = ()) -> Action:
    return Action(path, Text(zh, en), ("F2.2",), scope, effect, given, f"{_HERE}.{handler}", makes, f"jingwei {' '.join(path)} {example}".strip())


ACTIONS = (
    _action(("quality", "run"), "评数据质量：逐项计数，存档，入账", "Assess tables by the standards' metrics, and keep the result", "quality.write", "write", RunQuality,
            "actions.run_quality", "facts_nation --out out", ("scores.csv", "breaches.csv", "receipt.json")),
    _action(("quality", "show"), "看数据质量：得分、违约、历次", "Show the last assessments: scores, breaches, history", "public", "read", ShowQuality,
            "reports.show", "facts_nation", ("scores.csv", "breaches.csv", "observations.csv", "receipt.json")),
    _action(("quality", "rows"), "写出不合约定的行，只给责任单位", "Write out the rows that fail, for the table's owner alone", "quality.rows", "read", FailingRows,
            "reports.rows", "facts_nation --out out", ("rows.csv", "receipt.json")),
    _action(("quality", "contract", "set"), "定一张表的数据约定（ODCS 3）", "Set what a table promises, as a contract in ODCS 3", "quality.contract", "write", SetContract,
            "actions.set_contract", "facts_nation contract.odcs.yaml"),
    _action(("quality", "contract", "show"), "看一张表的数据约定", "Show the contract of a table", "quality.read", "read", ShowContract,
            "reports.show_contract", "facts_nation", ("contract.odcs.yaml", "receipt.json")),
    _action(("data", "facts"), "把随产品发布的数放进数据湖，连同其约定", "Bring the figures the product ships into the lake, with their contracts", "quality.contract", "write", BringFacts,
            "actions.bring_facts", ""),
)

PAGES = (
    Page(("quality",), f"{_HERE}.views.stewardship"),
    Page(("quality", "{dataset}"), f"{_HERE}.views.quality", AskQuality),
)
