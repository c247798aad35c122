"""The metrics of data quality as the standards number them, what an assessment holds, and what the actions are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.tables import Document

GB = "GB/T 36344-2018"
DB31 = "DB31/T 1523-2024"

DIMENSIONS: dict[str, Text] = {
    "01": Text("规范性", "Conformity"), "02": Text("完整性", "Completeness"), "03": Text("准确性", "Accuracy"),
    "04": Text("一致性", "Consistency"), "05": Text("时效性", "Timeliness"), "06": Text("可访问性", "Accessibility")}
"""The six dimensions of GB/T 36344-2018, chapter 5, in its order; a metric's first two digits are its dimension's."""

Formula = Literal["A/B", "1-A/B", "mean"]
Severity = Literal["error", "warning"]
SEVERITIES: dict[str, Text] = {"error": Text("错误", "error"), "warning": Text("提醒", "warning")}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: ``code`` is its number in both standards.

    formula : X = A/B, X = 1 - A/B, or the mean of its ``parts``, each A/B, over those that can be assessed
    counts : what A and B count here
    needs : the rule or reference without which it is not assessable
    """

    code: str
    name: Text
    formula: Formula
    counts: Text
    needs: Text
    parts: tuple[str, ...] = ("",)

    @property
    def dimension(self) -> str:
        return self.code[:2]

    @property
    def clause(self) -> str:
        return f"{DB31}, {self.code}; {GB}, 5"


def _metric(code: str, zh: str, en: str, counts: tuple[str, str], needs: tuple[str, str], formula: Formula = "A/B",
            parts: tuple[str, ...] = ("",)) -> Metric:
    return Metric(code, Text(zh, en), formula, Text(*counts), Text(*needs), parts)


METRICS = {m.code: m for m in (
    _metric("0101", "数据标准", "Data standards", ("类型、格式、长度符合约定的值 / 有约定的值", "values of the promised type, format, length / values that have one promised"),
            ("约定中没有字段的类型、格式或长度", "no type, format or length is promised of any field"), "mean", ("type", "format", "length")),
    _metric("0102", "数据模型", "Data model", ("约定与表都有且类型相合的字段 / 两者所有字段", "fields in contract and table whose types agree / fields of either"),
            ("没有约定字段", "no fields are promised")),
    _metric("0103", "元数据", "Metadata", ("目录里写明的列 / 表的列", "columns the catalogue record names / columns of the table"),
            ("目录里没有这张表的记录或数据项", "no catalogue record tells the items of this table")),
    _metric("0104", "业务规则", "Business rules", ("规则成立的判断 / 能判断的", "checks of a rule that hold / that can be decided"), ("没有业务规则", "no business rule is given")),
    _metric("0105", "权威参考数据", "Reference data", ("在代码表或参照表内的值 / 有代码表或参照的值", "values in their code list or reference table / values that have one"),
            ("没有代码表，也没有参照表", "no code list and no reference table is given")),
    _metric("0106", "安全规范", "Security", ("已按要求脱敏的值 / 要求脱敏的值", "values protected as required / values that must be"), ("没有规定哪些字段要脱敏", "no field is said to need protection")),
    _metric("0201", "数据元素完整性", "Elements complete", ("已填的必填值 / 应填的值", "required values that are there / required values"), ("没有规定必填字段", "no field is required")),
    _metric("0202", "数据记录完整性", "Records complete", ("必填项齐全的行 / 行数与约定最少行数中较大者", "rows with all that is required / rows, or the least number promised if there are fewer"),
            ("没有规定必填字段", "no field is required")),
    _metric("0301", "内容正确性", "Correct content", ("在值域内、校验码正确的值 / 有值域或校验码的值", "values in range and with the right check digit / values that have either"),
            ("没有值域，也没有带校验码的格式", "no range and no format with a check digit is given")),
    _metric("0302", "格式合规性", "Format kept", ("格式正确的值 / 有格式要求的值", "values in their format / values that have one"), ("没有规定格式", "no format is given")),
    _metric("0303", "重复率", "Duplication", ("与前面某行完全相同的行 / 行数", "rows equal to an earlier row in every column / rows"), ("表里没有行", "the table has no rows"), "1-A/B"),
    _metric("0304", "唯一性", "Uniqueness", ("主键完整且只出现一次的行 / 行数（每个主键各计一遍）", "rows whose key is whole and occurs once / rows, for each key"), ("没有规定主键", "no key is given")),
    _metric("0305", "脏数据率", "Dirty data", ("含乱码、控制字符、首尾空白、写成文字的空值或无穷大的值 / 文字和小数值", "values with broken or control characters, blanks at an end, a missing "
            "value written as a word, or infinity / values of text and decimals"), ("没有文字或小数列", "there is no text and no decimal"), "1-A/B"),
    _metric("0306", "与权威数据比对", "Against the authority", ("与权威数据一致的行 / 比对的行", "rows that agree with the authority / rows compared"), ("没有指定权威数据", "no authority is named")),
    _metric("0401", "相同数据一致性", "Same data alike", ("与另一处的同一数据相同的行 / 两处都有的行", "rows equal to the same data elsewhere / rows in both"), ("没有说明同一数据还在哪里", "nothing says where else the same data are")),
    _metric("0402", "关联数据一致性", "Related data consistent", ("成立的等值、逻辑关系 / 能判断的", "equalities and implications that hold / that can be decided"),
            ("没有给出等值或逻辑关系", "no equality or implication is given"), "mean", ("intra-equal", "intra-logic", "cross-equal", "cross-logic")),
    _metric("0403", "与元数据一致性", "Consistent with metadata", ("类型与目录相合的数据项 / 目录写明类型的数据项", "items whose type is the catalogue's / items whose type it tells"),
            ("目录里没有写明数据项的类型", "the catalogue tells no type of any item")),
    _metric("0501", "基于时间段的正确性", "Within its period", ("时间在约定时段内的行 / 有时间的行", "rows whose time is in the promised period / rows that have a time"), ("没有约定时段", "no period is promised")),
    _metric("0502", "基于时间点的及时性", "Updated in time", ("按期更新：1，逾期：0 / 1", "1 when the last update is not overdue, else 0 / 1"), ("没有更新频率，或不知道何时更新", "no update frequency, or no time of the last update, is known")),
    _metric("0503", "时序性", "In order of time", ("各时间先后正确的行 / 各时间都有的行", "rows whose times follow each other / rows that have them all"), ("没有规定时间的先后", "no order of times is given")),
    _metric("0504", "授权期内使用", "Used within authorisation", ("授权期内的使用 / 记录在案的使用", "uses within the period granted / uses on record"), ("还没有使用记录", "no use of it is on record")),
    _metric("0601", "可访问", "Accessible", ("得到数据的共享申请 / 已有结果的申请", "sharing requests that were met / that came to a result"), ("还没有共享申请有结果", "no sharing request came to a result")),
    _metric("0602", "可用性", "Usable", ("仍在有效期内的行 / 写明有效期的行", "rows still valid / rows that say until when"), ("没有约定有效期列", "no column says until when a row is valid")))}


PARTS: dict[str, Text] = {
    "type": Text("类型", "type"), "format": Text("格式", "format"), "length": Text("长度", "length"), "intra-equal": Text("表内等值", "equalities within"),
    "intra-logic": Text("表内逻辑", "implications within"), "cross-equal": Text("表间等值", "equalities across"), "cross-logic": Text("表间逻辑", "implications across")}
"""The parts of the metrics that are means."""


class Part(msgspec.Struct, frozen=True):
    """A and B of one part of a metric; ``value`` is None where B is 0, never 1.0."""

    name: str
    numerator: int
    denominator: int


class Figure(msgspec.Struct, frozen=True):
    """What a metric came to.

    why : why it is not assessable, in both languages; empty when it is
    low, high : 95 % Wilson interval where the reference is a sample
    """

    metric: str
    parts: tuple[Part, ...] = ()
    why_zh: str = ""
    why_en: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        shares = [p.numerator / p.denominator for p in self.parts if p.denominator]
        if not shares:
            return None
        mean = sum(shares) / len(shares)
        return 1 - mean if METRICS[self.metric].formula == "1-A/B" else mean

    @property
    def numerator(self) -> int | None:
        """A, where the metric is one share."""
        return self.parts[0].numerator if self.parts and METRICS[self.metric].formula != "mean" else None

    @property
    def denominator(self) -> int | None:
        return self.parts[0].denominator if self.parts and METRICS[self.metric].formula != "mean" else None

    @property
    def why(self) -> Text:
        return Text(self.why_zh, self.why_en)

    @property
    def counted(self) -> Text:
        """A over B, part by part; else what is missing."""
        def told(of: Callable[[Text], str]) -> str:
            return "; ".join(f"{of(PARTS[p.name]) if p.name else ''} {p.numerator:,} / {p.denominator:,}".strip() for p in self.parts)

        return Text(told(lambda t: t.zh), told(lambda t: t.en)) if self.parts else self.why


class Breach(msgspec.Struct, frozen=True):
    """A promise that rows break: how many of how many, and never a value of theirs.

    check : the promise's name in the contract, stable from run to run
    """

    check: str
    metric: str
    fields: tuple[str, ...]
    severity: str
    rows: int
    of: int


class Assessment(msgspec.Struct, frozen=True):
    """One dataset as it stood in one snapshot, held against one contract. ``unchecked``: promises kept that nothing here can check."""

    dataset: str
    snapshot: str
    contract: str
    rows: int
    figures: tuple[Figure, ...]
    breaches: tuple[Breach, ...]
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A dimension: the plain mean of its metrics that can be assessed, and how many those are."""

    dimension: str
    value: float | None
    assessable: int
    metrics: int


def scores(figures: Sequence[Figure]) -> tuple[Score, ...]:
    """All six, in the standard's order."""
    found = []
    for dimension in DIMENSIONS:
        mine = [f.value for f in figures if f.metric[:2] == dimension]
        known = [v for v in mine if v is not None]
        found.append(Score(dimension, sum(known) / len(known) if known else None, len(known),
                           sum(code[:2] == dimension for code in METRICS)))
    return tuple(found)


def not_assessable(metric: str, why: Text = NOTHING) -> Figure:
    said = why or METRICS[metric].needs
    return Figure(metric, (), said.zh, said.en)


# What the actions are given

DatasetName = Annotated[str, Option(Text("数据湖中的表", "its table in the lake"), positional=True)]


@dataclass(frozen=True, slots=True)
class RunQuality:
    """Which tables to assess."""

    dataset: Annotated[str | None, Option(Text("数据湖中的表；缺省为快照或约定变了的各表", "table of the lake; by default those whose snapshot or contract changed"), positional=True)] = None
    all: Annotated[bool, Option(Text("全部重评，不论变没变", "all of them, changed or not"))] = False


@dataclass(frozen=True, slots=True)
class ShowQuality:
    """Whose quality to show."""

    dataset: Annotated[str | None, Option(Text("数据湖中的表；缺省为全部", "table of the lake; all by default"), positional=True)] = None


@dataclass(frozen=True, slots=True)
class FailingRows:
    """Whose failing rows to write out."""

    dataset: DatasetName
    check: Annotated[str | None, Option(Text("只要违反这一条的", "only those that break this promise"))] = None


@dataclass(frozen=True, slots=True)
class SetContract:
    """What a table promises."""

    dataset: DatasetName
    contract: Annotated[Document, Option(Text("ODCS 3 的数据约定（YAML）", "data contract in ODCS 3 (YAML)"), positional=True)]


@dataclass(frozen=True, slots=True)
class ShowContract:
    """Whose contract to show."""

    dataset: DatasetName


@dataclass(frozen=True, slots=True)
class BringFacts:
    """The figures the product ships, as tables of the lake."""


@dataclass(frozen=True, slots=True)
class AskQuality:
    """One table."""

    dataset: Annotated[str, Option(Text("数据湖中的表", "table of the lake"), positional=True)]
