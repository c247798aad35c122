"""What the actions of decisions are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

Model = Annotated[Document, Option(Text("DMN 模型（.dmn）", "DMN model (.dmn)"), positional=True)]
Imports = Annotated[Document | None, Option(Text("模型引用的其他模型，一个 .zip", "the models it imports, as one .zip"))]
Decision = Annotated[str, Option(Text("决策的名称；模型只有一个时可不给", "name of the decision; not needed where the model has only one"))]
Inputs = Annotated[Document | None, Option(Text('输入（JSON）：{"输入名": 值, …}；日期写作 "2026-01-31"', 'inputs (JSON): {"name": value, …}; dates as "2026-01-31"'))]


@dataclass(frozen=True, slots=True)
class RunDecision:
    """A decision to be taken."""

    model: Model
    decision: Decision = ""
    input: Inputs = None
    imports: Imports = None


@dataclass(frozen=True, slots=True)
class ExplainDecision:
    """A decision to be taken and explained."""

    model: Model
    decision: Decision = ""
    input: Inputs = None
    imports: Imports = None


@dataclass(frozen=True, slots=True)
class CheckModel:
    """A model whose tables are to be proved."""

    model: Model
    decision: Annotated[str, Option(Text("只查这一个决策", "only this decision"))] = ""
    imports: Imports = None


@dataclass(frozen=True, slots=True)
class DiffModels:
    """Two versions of a model."""

    before: Annotated[Document, Option(Text("旧版（.dmn）", "the old version (.dmn)"), positional=True)]
    after: Annotated[Document, Option(Text("新版（.dmn）", "the new version (.dmn)"), positional=True)]
    decision: Decision = ""


@dataclass(frozen=True, slots=True)
class Conformance:
    """A folder of cases, with one folder below a subject: models (.dmn) and their cases (.xml)."""

    folder: Annotated[str, Option(Text("案例所在文件夹", "folder of the cases"), positional=True)]
