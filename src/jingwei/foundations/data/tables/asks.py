"""What the actions on tables ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document


@dataclass(frozen=True, slots=True)
class RegisterTable:
    """A table to be taken in."""

    file: Annotated[Document, Option(Text("表：CSV、TSV、Excel（.xlsx）、JSON、JSON 行、Parquet", "the table: CSV, TSV, Excel (.xlsx), JSON, JSON lines, Parquet"),
                                     positional=True)]
    dataset: Annotated[str, Option(Text("数据集代码：小写拉丁字母、数字和下划线", "code of the dataset: lower-case Latin letters, digits, underscores"))]
    title: Annotated[str, Option(Text("名称", "its name"))]
    owner: Annotated[str, Option(Text("持有它的机构代码", "code of the organisation that holds it"))]
    title_en: Annotated[str, Option(Text("英文名称", "its name in English"))] = ""
    description: Annotated[str, Option(Text("说明", "what it is about"))] = ""
    sheet: Annotated[str, Option(Text("工作簿里的哪张表；缺省为第一张未隐藏的", "which sheet of a workbook; the first that is not hidden by default"))] = ""
    text: Annotated[tuple[str, ...], Option(Text("照原样作文字保存的列", "columns to be kept as text, as they are written"))] = ()


@dataclass(frozen=True, slots=True)
class AskProfile:
    """A registered table."""

    dataset: Annotated[str, Option(Text("数据集代码；缺省则列出全部", "code of the dataset; all are listed by default"), positional=True)] = ""
    version: Annotated[int | None, Option(Text("第几版，缺省为最新", "which version; the newest by default"))] = None


@dataclass(frozen=True, slots=True)
class AskQuarantine:
    """Rows set apart from a registered table."""

    dataset: Annotated[str, Option(Text("数据集代码", "code of the dataset"), positional=True)]
    version: Annotated[int | None, Option(Text("第几版，缺省为最新", "which version; the newest by default"))] = None


@dataclass(frozen=True, slots=True)
class AskTable:
    """Which table, in which version."""

    dataset: Annotated[str, Option(Text("数据集代码", "code of the dataset"))]
    version: Annotated[int | None, Option(Text("第几版", "which version"))] = None
