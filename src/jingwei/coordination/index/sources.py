"""Value tables, trees, methods and doubts as files say them, into what the engine takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from jingwei.engines.index.model import (
    Aggregation,
    Doubt,
    Floats,
    Imputation,
    Method,
    Normalisation,
    Normaliser,
    Treater,
    Treatment,
    Tree,
)
from jingwei.kernel.i18n import Text, Words
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.tables import Document, Table, decimals, number

SHOWN_ERRORS = 10

MOST_REPLICATIONS = 1_000_000
"""Half a minute of work on an ordinary table; ten times more would move no printed digit."""
TYPES = ("", "indicator", "aggregate", "group", "denominator", "other")


@dataclass(frozen=True, slots=True)
class Material:
    """A value table and its tree as arrays.

    values, denominators, last_place : (units, indicators); last_place is the unit of the last printed digit
    targets : (indicators,), NaN where the tree has none
    unused : columns of the value table that the tree does not ask for
    """

    units: tuple[str, ...]
    names: dict[str, str]
    tree: Tree
    values: Floats
    denominators: Floats | None
    last_place: Floats
    targets: Floats | None
    groups: tuple[str, ...] | None
    unused: tuple[str, ...]


def read_material(values: Table, structure: Table, group: str) -> Material:
    """Raises Problem ``bad_cells`` with every place when cells are not numbers, ``bad_tree`` for a broken tree."""
    tree, rows = read_tree(structure)
    values.require(("uCode",))
    units = values.column("uCode")
    for i, unit in enumerate(units):
        if not unit or unit in units[:i]:
            raise Problem("bad_units", Text(f"单位代码 {unit!r} 出现两次", f"the unit code {unit!r} is there twice") if unit
                          else Text(f"单位代码 {unit!r} 是空的", f"the unit code {unit!r} is empty"),
                          where=values.where(i, "uCode"),
                          remedy=Text("每个单位用自己的代码。", "Give every unit one code of its own."))
    if len(units) < 2:
        raise Problem("bad_units", Text("指数是比较单位的，而单位不到两个", "an index compares units, and there are fewer than two"),
                      where=values.name)
    indicators = tree.codes[: tree.indicators]
    related = {c: rows[c].get("Denominator", "") for c in indicators}
    wanted = [*indicators, *dict.fromkeys(d for d in related.values() if d)]
    for column in wanted:
        if not values.has(column):
            raise Problem("bad_tree",
                          Text(f"树要用 {column!r}，{values.name} 里没有",
                               f"the tree asks for {column!r}, which {values.name} does not have"),
                          where=structure.name, remedy=did_you_mean(column, values.columns))
    numbers, places = read_numbers(values, wanted)
    at = {c: k for k, c in enumerate(wanted)}
    for column in filter(None, related.values()):
        if np.isnan(numbers[:, at[column]]).all():
            raise Problem("bad_cells",
                          Text(f"分母 {column!r} 对哪个单位都没有数", f"the denominator {column!r} has no figure for any unit"),
                          where=values.name,
                          remedy=Text("请填这一列，或清空树里的 Denominator。",
                                      "Fill its column, or clear Denominator in the tree."))
    mine = [at[c] for c in indicators]
    divided = any(related.values())
    by = (
        np.column_stack([numbers[:, at[d]] if (d := related[c]) else np.full(len(units), np.nan) for c in indicators])
        if divided
        else None
    )
    targets = _targets(rows, indicators, structure)
    if group:
        values.require((group,))
    return Material(
        units,
        {c: rows[c].get("iName") or c for c in tree.codes},
        tree,
        numbers[:, mine],
        by,
        places[:, mine],
        targets,
        values.column(group) if group else None,
        tuple(c for c in values.columns if c not in {*wanted, "uCode", "uName", group}),
    )


def read_numbers(table: Table, columns: Sequence[str]) -> tuple[Floats, Floats]:
    """Cells as numbers, and the unit of each one's last printed digit; every bad cell is named, not only the first."""
    numbers = np.full((len(table), len(columns)), np.nan)
    places = np.zeros((len(table), len(columns)))
    bad: list[Text] = []
    for j, column in enumerate(columns):
        for i, cell in enumerate(table.column(column)):
            try:
                value = number(cell)
            except ValueError:
                at = table.where(i, column)
                bad.append(Text(f"{at.zh}：{cell[:40]!r} 不是数", f"{at.en}: {cell[:40]!r} is not a number"))
                continue
            if value is not None:
                numbers[i, j] = float(value)
                places[i, j] = 10.0 ** -decimals(value)
    if bad:
        rest = len(bad) - SHOWN_ERRORS
        shown = [*bad[:SHOWN_ERRORS], *([Text(f"……另有 {rest} 处", f"… and {rest} more")] if rest > 0 else [])]
        raise Problem("bad_cells", Text("有些格不是数：\n" + "\n".join(each.zh for each in shown),
                                        "some cells are not numbers:\n" + "\n".join(each.en for each in shown)),
                      where=table.name, remedy=Text("缺数的格请留空。", "Leave a cell empty where a figure is missing."))
    return numbers, places


def read_tree(table: Table) -> tuple[Tree, dict[str, dict[str, str]]]:
    """The tree, and each node's row; rows that describe groups and denominators are passed over."""
    table.require(("iCode", "Parent", "Weight", "Direction"))
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    kept: list[tuple[int, dict[str, str]]] = []
    for i, row in enumerate(rows):
        kind = row.get("Type", "").lower()
        if kind not in TYPES:
            raise Problem("bad_tree", Text(f"没有 {row['Type']!r} 这种 Type", f"there is no Type {row['Type']!r}"),
                          where=table.where(i, "Type"),
                          remedy=did_you_mean(kind, TYPES)
                          or Text("Type 有 Indicator、Aggregate、Group、Denominator 和 Other。",
                                  "The types are Indicator, Aggregate, Group, Denominator and Other."))
        if kind in ("indicator", "aggregate") or (not kind and (row.get("Level") or not table.has("Level"))):
            if not row["iCode"]:
                raise Problem("bad_tree", Text("有一个节点没有代码", "a node without a code"), where=table.where(i, "iCode"))
            kept.append((i, row))
    if not kept:
        raise Problem("bad_tree", Text("树里没有指标", "there are no indicators in the tree"), where=table.name,
                      remedy=Text('指标的 Type 写 "Indicator"，上面的节点写 "Aggregate"。',
                                  'Set Type to "Indicator" for indicators and "Aggregate" for nodes above them.'))
    nodes = [row for _, row in kept]
    typed = table.has("Type")
    levels = (
        [_whole(row["Level"], table.where(i, "Level")) for i, row in kept]
        if table.has("Level") and all(row["Level"] for row in nodes)
        else None
    )
    tree = Tree.of(
        [row["iCode"] for row in nodes],
        [row["Parent"] or None for row in nodes],
        weights=[_figure(row["Weight"], 1.0, table.where(i, "Weight")) for i, row in kept],
        directions=[_figure(row["Direction"], 1.0, table.where(i, "Direction")) for i, row in kept],
        levels=levels,
        indicators=[r["iCode"] for r in nodes if r["Type"].lower() == "indicator"] if typed else None,
        where=table.name,
    )
    return tree, {row["iCode"]: row for row in nodes}


def _figure(text: str, default: float, where: Words) -> float:
    try:
        value = number(text)
    except ValueError:
        raise Problem("bad_tree", Text(f"{text[:40]!r} 不是数", f"{text[:40]!r} is not a number"), where=where) from None
    return default if value is None else float(value)


def _whole(text: str, where: Words) -> int:
    value = _figure(text, -1.0, where)
    if value != int(value) or value < 1:
        raise Problem("bad_tree",
                      Text(f"{text[:40]!r} 不是层级（指标是 1，往上递增）",
                           f"{text[:40]!r} is not a level (1 for indicators, then upward)"), where=where)
    return int(value)


def _targets(rows: dict[str, dict[str, str]], indicators: Sequence[str], table: Table) -> Floats | None:
    if not table.has("Target"):
        return None
    return np.array([_figure(rows[c]["Target"], np.nan, f"{table.name}, target of {c}") for c in indicators])


class _Impute(msgspec.Struct, forbid_unknown_fields=True):
    method: Imputation = "none"
    group: str = ""


class _Treat(msgspec.Struct, forbid_unknown_fields=True):
    method: Treatment = "winsorise_log"
    max_points: int = 5
    skew: float = 2.0
    kurtosis: float = 3.5


class _Normalise(msgspec.Struct, forbid_unknown_fields=True):
    method: Normalisation = "minmax"
    range: tuple[float, float] | None = None


class _Aggregate(msgspec.Struct, forbid_unknown_fields=True):
    method: Aggregation = "arithmetic"


class _Method(msgspec.Struct, forbid_unknown_fields=True):
    impute: _Impute = msgspec.field(default_factory=_Impute)
    treat: _Treat = msgspec.field(default_factory=_Treat)
    normalise: _Normalise = msgspec.field(default_factory=_Normalise)
    aggregate: _Aggregate = msgspec.field(default_factory=_Aggregate)


class _Doubt(msgspec.Struct, forbid_unknown_fields=True):
    replications: int = 1000
    seed: int = 0
    max_points: tuple[int, int] | None = None
    normalise: list[Any] = []
    aggregate: list[Aggregation] = []
    weight_noise: float = 0.0
    levels: list[int] = []
    rounding: float | bool = 0.0
    imputation_draws: int | bool = False


class _Spec(msgspec.Struct, forbid_unknown_fields=True):
    uncertainty: _Doubt


Decoded = TypeVar("Decoded")


def _toml(document: Document, kind: type[Decoded]) -> Decoded:
    try:
        return msgspec.toml.decode(document.text(), type=kind)
    except msgspec.DecodeError as error:
        raise Problem("bad_method", Text(f"方法文件读不懂（{error}）", str(error)), where=document.name,
                      remedy=Text("能用的名称见 `jingwei index build --help`。",
                                  "See `jingwei index build --help` for the names that are understood.")) from None


def read_method(document: Document | None) -> Method:
    """A method file, or the defaults. Raises Problem ``bad_method`` naming the key."""
    told = _toml(document, _Method) if document else _Method()
    where = document.name if document else ""
    if told.treat.max_points < 0:
        raise Problem("bad_method", Text("max_points 不能小于 0", "max_points is 0 or more"), where=f"{where}, [treat]")
    if isnan(told.treat.skew) or isnan(told.treat.kurtosis):
        raise Problem("bad_method", Text("skew 和 kurtosis 要是数", "skew and kurtosis are numbers"),
                      where=f"{where}, [treat]")
    if told.impute.method.startswith("group") and not told.impute.group:
        raise Problem("bad_method", Text(f"{told.impute.method} 要有分组列", f"{told.impute.method} needs a group column"),
                      where=f"{where}, [impute]", remedy=Text('请加上：group = "列名"', 'Add: group = "name of the column"'))
    how = _normaliser(told.normalise.method, told.normalise.range, f"{where}, [normalise]")
    return Method(
        told.impute.method,
        told.impute.group,
        Treater(told.treat.method, told.treat.max_points, told.treat.skew, told.treat.kurtosis),
        how,
        told.aggregate.method,
    )


def read_doubt(document: Document) -> Doubt:
    """A doubt file. ``rounding = true`` is half of the last printed place. Raises Problem ``bad_method``."""
    told = _toml(document, _Spec).uncertainty
    where = f"{document.name}, [uncertainty]"
    for wrong, what in (
        (not 1 <= told.replications <= MOST_REPLICATIONS, Text(f"replications 应在 1 到 {MOST_REPLICATIONS:,} 之间", f"replications is 1 or more, up to {MOST_REPLICATIONS:,}")),
        (told.seed < 0, Text("seed 不能小于 0", "seed is 0 or more")),
        (
            told.max_points is not None and not 0 <= told.max_points[0] <= told.max_points[1],
            Text("max_points 写成 [低, 高]，0 <= 低 <= 高", "max_points is [lo, hi] with 0 <= lo <= hi"),
        ),
        (not 0 <= told.weight_noise < 1, Text("weight_noise 不小于 0、小于 1", "weight_noise is at least 0 and below 1")),
        (told.weight_noise > 0 and not told.levels, Text("weight_noise 要有 levels，例如 levels = [2, 3]", "weight_noise needs levels, such as levels = [2, 3]")),
        (not 0 <= float(told.rounding) < inf, Text("rounding 不能小于 0", "rounding is 0 or more")),
        (int(told.imputation_draws) < 0, Text("imputation_draws 写 true、false 或次数", "imputation_draws is true, false or a number of draws")),
    ):
        if wrong:
            raise Problem("bad_method", what, where=where)
    rounding = 0.5 if told.rounding is True else float(told.rounding)
    return Doubt(
        told.replications,
        told.seed,
        told.max_points,
        tuple(_alternative(a, where) for a in told.normalise),
        tuple(told.aggregate),
        told.weight_noise,
        tuple(told.levels),
        rounding,
        told.imputation_draws,
    )


def require_levels(doubt: Doubt, tree: Tree, where: str) -> None:
    """Raises Problem ``bad_method`` when weights are to be doubted on levels none of which the tree has."""
    known = sorted(set(tree.level.tolist()))
    if doubt.weight_noise and not set(doubt.levels) & set(known):
        raise Problem("bad_method",
                      Text(f"weight_noise 用在 {list(doubt.levels)} 层，而树只有 {known} 层",
                           f"weight_noise is on levels {list(doubt.levels)}, and the tree has only {known}"),
                      where=f"{where}, [uncertainty] levels")


class _Alternative(msgspec.Struct, array_like=True):
    method: Normalisation
    range: tuple[float, float] | None = None


def _alternative(told: Any, where: str) -> Normaliser:
    try:
        said = msgspec.convert([told] if isinstance(told, str) else told, _Alternative)
    except msgspec.ValidationError as error:
        raise Problem("bad_method", Text(f"normalise：{error}", f"normalise: {error}"), where=where,
                      remedy=Text('写 normalise = [["minmax", [1, 100]], ["zscore", [10, 2]], ["rank"]]',
                                  'Write normalise = [["minmax", [1, 100]], ["zscore", [10, 2]], ["rank"]]')) from None
    return _normaliser(said.method, said.range, where)


def _normaliser(method: Normalisation, scale: tuple[float, float] | None, where: str) -> Normaliser:
    rules: dict[str, Literal["order", "positive"]] = {"minmax": "order", "zscore": "positive"}
    rule = rules.get(method)
    if scale is not None and rule is None:
        raise Problem("bad_method", Text(f"{method} 不带 range", f"{method} takes no range"), where=where)
    sound = scale is None or (isfinite(scale[0]) and isfinite(scale[1]) and scale[1] > (scale[0] if rule == "order" else 0))
    if scale is not None and not sound:
        raise Problem("bad_method", Text(f"range {list(scale)} 不成尺度", f"range {list(scale)} makes no scale"),
                      where=where,
                      remedy=Text("minmax：[低, 高]；zscore：[均值, 大于 0 的标准差]。",
                                  "minmax: [low, high]; zscore: [mean, standard deviation above 0]."))
    return Normaliser(method, scale)
