"""What the evaluation is given; apart from its results, so that the command line loads no arrays to say what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What to evaluate."""

    level: Annotated[Literal["provinces", "nation"] | None, Option(Text(
        "只评省级或只评全国；不给则都评", "provinces or nation only; both when absent"))] = None
    year: Annotated[int | None, Option(Text(
        "评价年份；不给则取数据够用的最近一年", "year; by default the latest with enough figures"))] = None
    seed: Annotated[int, Option(Text("随机种子", "seed of the random draws"))] = 2522


@dataclass(frozen=True, slots=True)
class AskRank:
    """A method of the asker's own; by default the standard one."""

    year: Annotated[int | None, Option(Text("年份；不给则取数据够用的最近一年", "year; by default the latest with enough figures"))] = None
    normalise: Annotated[Literal["minmax", "zscore", "rank", "percentile"], Option(Text(
        "怎样化到同一尺度", "how figures are brought to one scale"))] = "minmax"
    aggregate: Annotated[Literal["arithmetic", "geometric", "harmonic"], Option(Text(
        "怎样合成：算术平均可互补，几何、调和平均罚偏科", "the mean: arithmetic lets one make up for another, geometric and "
        "harmonic punish imbalance"))] = "arithmetic"
    treat: Annotated[Literal["winsorise_log", "none"], Option(Text(
        "极端值是否缩尾", "whether extreme values are pulled in"))] = "winsorise_log"
    weight: Annotated[tuple[str, ...], Option(Text(
        "某章或某指标的权重，如 F1=2；不给则为1，可多次", "weight of a room or measure, such as F1=2, where the others have 1; "
        "may be given several times"))] = ()


@dataclass(frozen=True, slots=True)
class AskCode:
    """A page about one thing."""

    code: Annotated[str, Option(Text("编号", "its code"))]


@dataclass(frozen=True, slots=True)
class AskYear:
    """A page about one year."""

    year: Annotated[int | None, Option(Text("年份", "the year"))] = None


@dataclass(frozen=True, slots=True)
class AskMeasure:
    """A measure in one year."""

    code: Annotated[str, Option(Text("指标", "the measure"))]
    year: Annotated[int | None, Option(Text("年份", "the year"))] = None


@dataclass(frozen=True, slots=True)
class AskPlace:
    """A place, the peers to hold it against and the measure to carry forward."""

    code: Annotated[str, Option(Text("地区", "the place"))]
    peer: Annotated[tuple[str, ...], Option(Text("比照的地区，最多五个", "places to hold it against, five at the most"))] = ()
    measure: Annotated[str | None, Option(Text("外推哪个指标", "the measure to carry forward"))] = None


@dataclass(frozen=True, slots=True)
class AskCompare:
    """Two to six places, and the measure to draw over the years."""

    place: Annotated[tuple[str, ...], Option(Text("二至六个地区", "two to six places"))] = ()
    measure: Annotated[str | None, Option(Text("看哪个指标", "the measure to draw"))] = None
