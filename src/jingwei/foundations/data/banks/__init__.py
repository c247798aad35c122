"""Resource banks: tables that passed the gate, linked record by record, published in versions that never change; each answers its own question."""

from jingwei.foundations.data.banks import model
from jingwei.kernel.actions import Action, Effect
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.banks"


def _act(word: str, zh: str, en: str, given: type, example: str, *, effect: Effect = "write", scope: str = "bank.write", makes: tuple[str, ...] = ()) -> Action:
    return Action(("bank", word), Text(zh, en), ("F2.3",), scope, effect, given, f"{_HERE}.actions.{'overview' if word == 'list' else word}", makes, f"jingwei bank {word} {example}".strip())


ACTIONS = (
    _act("list", "列出各资源库：收了什么、没收什么、为什么", "List the banks: what was admitted, what was not, and why", model.AskBanks, "", effect="read", scope="public",
         makes=("observations.csv", "receipt.json")),
    _act("entitle", "写明持有一张表的权利依据", "State by what right a table is held", model.Entitle, 'encounters --basis "Order 809, art. 20"'),
    _act("grade", "由数据管理员签署一张表的级别", "Sign for a table's grade", model.Grade, 'encounters --level general --clause "GB/T 43697-2024, 6.3" --grounds "pseudonymised"'),
    _act("admit", "把一张表收进资源库，或说明缺什么", "Admit a table to a bank, or say what is missing", model.Admit, "health encounters"),
    _act("link", "连接资源库中属于同一人的记录", "Link the records of a bank that speak of one person", model.Link, "health --seed 1",
         makes=("links.csv", "pairs.csv", "receipt.json")),
    _act("explain", "一条记录为什么与别的连上或没连上", "Why a record was linked to others, or not", model.Pairs, "health e000001", effect="read", scope="bank.read"),
    _act("ask", "问资源库它的问题", "Ask a bank its question", model.Ask, "health --topics E11 --first 2024-01-01 --last 2024-12-31", makes=("answer.csv", "receipt.json")),
    _act("publish", "发布资源库的一版：Parquet、Croissant 与摘要", "Publish a version of a bank: Parquet, Croissant and digests", model.Publish, "health --out out",
         makes=("encounters.parquet", "encounters.croissant.json", "manifest.json", "receipt.json")),
    _act("exercise", "编造演练用的表", "Invent tables for an exercise", model.Exercise, "health --size 2000 --seed 1 --out out",
         makes=("exercise_encounters.odcs.yaml", "receipt.json")),
)

INDEX = {a.path[1]: a for a in ACTIONS}

PAGES = (
    Page(("banks",), f"{_HERE}.views.banks"),
    Page(("bank", "{bank}"), f"{_HERE}.views.bank", model.AskBank),
)
