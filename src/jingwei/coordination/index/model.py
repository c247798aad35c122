"""What the two actions of this room are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document, Table

Values = Annotated[
    Table,
    Option(
        Text(
            "数据表：uCode 一列，每个指标一列，可另有名称、分组和分母列",
            "table of values: uCode, one column an indicator, optionally names, groups and denominators",
        )
    ),
]
Structure = Annotated[
    Table,
    Option(
        Text(
            "指标树：iCode, Parent, Level, Weight, Direction, Type，可选 Denominator, Target, iName",
            "tree: iCode, Parent, Level, Weight, Direction, Type, optionally Denominator, Target, iName",
        )
    ),
]
Choices = Annotated[
    Document | None,
    Option(
        Text(
            "方法（TOML）：[impute] [treat] [normalise] [aggregate]；不给则用默认",
            "method (TOML): [impute] [treat] [normalise] [aggregate]; defaults when absent",
        )
    ),
]


@dataclass(frozen=True, slots=True)
class Build:
    """An index to be built."""

    values: Values
    tree: Structure
    method: Choices = None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """An index whose choices are to be doubted."""

    values: Values
    tree: Structure
    spec: Annotated[
        Document,
        Option(
            Text(
                "不确定性设定（TOML）：[uncertainty] replications, seed, max_points, normalise, aggregate, weight_noise, levels, "
                "rounding, imputation_draws",
                "what to doubt (TOML): [uncertainty] replications, seed, max_points, normalise, aggregate, weight_noise, levels, "
                "rounding, imputation_draws",
            )
        ),
    ]
    method: Choices = None
