"""What a table needs to enter a bank: its columns, passing quality, a right to hold it and a grade; else what is missing and who must act."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.foundations.data.banks.model import GRADES, Reason, Role
from jingwei.foundations.data.banks.records import Banks
from jingwei.foundations.data.quality.actions import digest_of
from jingwei.foundations.data.quality.records import Run, runs
from jingwei.foundations.data.sharing.delivery import dataset_called
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset, Snapshot

STEWARD = Text("数据管理员", "data steward")
SECURITY = Text("本单位数据安全责任人", "officer for data security of the holder")
HOLDER = Text("数据提供单位", "holder of the data")

LACKS: dict[str, tuple[Text, Text]] = {
    "columns": (Text("缺列，或列的类型不对", "columns are missing or of another type"), HOLDER),
    "not_assessed": (Text("质量没有评估", "its quality was not assessed"), STEWARD),
    "stale_quality": (Text("评估的是以前的快照", "its quality was assessed for an earlier snapshot"), STEWARD),
    "no_contract": (Text("没有质量约定可据以评估", "no contract says what its quality should be"), HOLDER),
    "poor_quality": (Text("质量不合约定", "its quality breaks its contract"), HOLDER),
    "no_right": (Text("没有写明持有的权利依据", "no right to hold it is on record"), HOLDER),
    "ungraded": (Text("没有分级", "it is not graded"), SECURITY),
    "regrade": (Text("分级之后表的结构变了", "its columns changed after it was graded"), SECURITY),
    "core": (Text("核心数据不进资源库", "core data enter no bank"), SECURITY)}
"""By what is missing: in words, and who must act."""


def quality_of(context: Context, dataset: str) -> Run | None:
    """The last assessment of a table on record; None when there is none."""
    if not context.workspace.store.exists():
        return None
    with context.workspace.store.read() as connection:
        return next(iter(runs(connection, context.clock(), dataset, 1)), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """A table at the gate."""

    dataset: Dataset
    snapshot: Snapshot
    reasons: tuple[Reason, ...]
    grade: str
    quality: str


def examine(context: Context, there: Banks, role: Role, name: str) -> Seen:
    """Everything that keeps a table out, at once. Raises Problem ``unknown_dataset``."""
    dataset = dataset_called(context.workspace.lake, name)
    snapshot = context.workspace.lake.snapshot(dataset)
    grade, right, quality = there.grades.get(name), there.rights.get(name), quality_of(context, name)
    found = []
    if wrong := [c for c, kind in role.columns.items() if dataset.columns.get(c) != kind]:
        found.append(reason("columns", name, f"{', '.join(wrong)}"))
    if quality is None:
        found.append(reason("not_assessed", name))
    elif quality.snapshot != snapshot.id:
        found.append(reason("stale_quality", name))
    elif not quality.contract:
        found.append(reason("no_contract", name))
    elif broken := [b.check for b in quality.assessment.breaches if b.severity == "error"]:
        found.append(reason("poor_quality", name, ", ".join(broken[:5])))
    if right is None:
        found.append(reason("no_right", name))
    if grade is None:
        found.append(reason("ungraded", name))
    elif grade.version != dataset.version:
        found.append(reason("regrade", name))
    elif grade.value == "core":
        found.append(reason("core", name))
    return Seen(dataset, snapshot, tuple(found), grade.value if grade else "", digest_of(quality.assessment) if quality else "")


def reason(code: str, dataset: str, more: str = "") -> Reason:
    """A reason in full, with what to type next."""
    what, who = LACKS[code]
    command = {"not_assessed": f"jingwei quality run {dataset}", "stale_quality": f"jingwei quality run {dataset}",
               "no_contract": f"jingwei quality contract set {dataset} contract.yaml", "poor_quality": f"jingwei quality show {dataset}",
               "no_right": f'jingwei bank entitle {dataset} --basis "…"',
               "ungraded": f'jingwei bank grade {dataset} --level general --clause "GB/T 43697-2024, 6" --grounds "…"',
               "regrade": f'jingwei bank grade {dataset} --level general --clause "GB/T 43697-2024, 6" --grounds "…"'}.get(code, "")
    tail = f": {more}" if more else ""
    remedy = {"columns": Text("请补齐这些列，按文本、数值等类型重新登记。", "Bring the table with these columns, of the type the bank asks for."),
              "core": Text("请按数据安全法第二十一条管理。", "Keep it as the Data Security Law, art. 21, asks.")}.get(code, Text(command, command))
    return Reason(code, Text(what.zh + tail.replace(": ", "："), what.en + tail), who, remedy)


def grade_words(grade: str) -> Text:
    return GRADES.get(grade, Text("没有分级", "not graded"))
