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
