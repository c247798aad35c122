"""The reports of this room as Markdown: what a person should read before trusting the numbers."""

from __future__ import annotations

import numpy as np

from jingwei.coordination.index.sources import Material
from jingwei.engines.index.aggregate import correlations, effective_weights
from jingwei.engines.index.build import Index
from jingwei.engines.index.model import Doubt, Method
from jingwei.engines.index.prepare import coverage
from jingwei.engines.index.uncertainty import Spread, indistinguishable
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.markdown import markdown

STRONG_CORRELATION = 0.95
"""Two indicators this close say the same thing twice."""


def build_report(material: Material, method: Method, made: Index, language: Language) -> str:
    """Ranking first, then what was done to the figures, then what each indicator counts for."""
    tree, top = material.tree, len(material.tree.codes) - 1
    t = language

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(t)

    order = np.argsort(np.where(np.isnan(made.ranks[:, top]), np.inf, made.ranks[:, top]), kind="stable")
    share = coverage(made.denominated)
    ranking = markdown(
        (say("名次", "rank"), say("单位", "unit"), material.names[tree.codes[top]], say("数据完整度", "coverage")),
        (
            (_rank(made.ranks[i, top]), material.units[i], _figure(made.scores[i, top], ".2f"), f"{share[i]:.0%}")
            for i in order
        ),
    )
    touched = [j for j in range(tree.indicators) if made.treated.points[j] or made.treated.logged[j]]
    treatment = markdown(
        (
            say("指标", "indicator"),
            say("偏度", "skew"),
            say("峰度", "kurtosis"),
            say("处理", "treatment"),
            say("通过", "passes"),
        ),
        (
            (
                tree.codes[j],
                f"{made.treated.skew[j]:.2f}",
                f"{made.treated.kurtosis[j]:.2f}",
                say("取对数", "logarithm")
                if made.treated.logged[j]
                else say(f"缩尾 {made.treated.points[j]} 点", f"winsorised {made.treated.points[j]}"),
                "✓" if made.treated.passes[j] else "✗",
            )
            for j in touched
        ),
    )
    effective = effective_weights(made.normalised, tree)
    scored = ~np.isnan(effective).any(axis=1)
    weights = effective[scored].mean(axis=0) if scored.any() else np.full(tree.indicators, np.nan)
    with_top = correlations(np.column_stack([made.normalised, made.scores[:, top]]))[:-1, -1]
    counts = markdown(
        (
            say("指标", "indicator"),
            say("实际权重", "effective weight"),
            say("与总分的相关", "correlation with the index"),
        ),
        ((tree.codes[j], _figure(weights[j], ".2%"), _figure(with_top[j], ".2f")) for j in range(tree.indicators)),
    )
    return "\n".join(
        [
            f"# {material.names[tree.codes[top]]}",
            "",
            say(
                f"{len(material.units)} 个单位，{tree.indicators} 个指标，{len(tree.codes) - tree.indicators} 个上级节点。",
                f"{len(material.units)} units, {tree.indicators} indicators, {len(tree.codes) - tree.indicators} nodes.",
            ),
            say(
                "名次没有区间就没有完成：请接着运行 `jingwei index uncertainty`。",
                "A rank without an interval is not finished: run `jingwei index uncertainty` next.",
            ),
            "",
            ranking,
            f"## {say('对数据做了什么', 'What was done to the figures')}",
            "",
            say(
                f"补缺 {method.impute}；处理 {method.treat.method}；标准化 {method.normalise.method}；合成 {method.aggregate}。",
                f"Imputation {method.impute}; treatment {method.treat.method}; normalisation {method.normalise.method}; "
                f"aggregation {method.aggregate}.",
            ),
            "",
            treatment if touched else say("没有指标需要处理。", "No indicator needed treatment."),
            "",
            f"## {say('每个指标的分量', 'What each indicator counts for')}",
            "",
            counts,
            *_remarks(material, made, with_top, t),
        ]
    )


def _remarks(material: Material, made: Index, with_top: np.ndarray, language: Language) -> list[str]:
    tree = material.tree
    between = correlations(made.normalised)
    twins = [
        (tree.codes[a], tree.codes[b], between[a, b])
        for a in range(tree.indicators)
        for b in range(a)
        if tree.parent[a] == tree.parent[b] and between[a, b] > STRONG_CORRELATION
    ]
    against = [tree.codes[j] for j in range(tree.indicators) if with_top[j] < 0]
    lines = [
        Text(
            f"- {a} 与 {b} 几乎相同（相关 {r:.2f}）：同一件事算了两次。",
            f"- {a} and {b} say the same thing twice (correlation {r:.2f}).",
        ).in_(language)
        for a, b, r in twins
    ]
    if against:
        lines.append(
            Text(f"- 与总分反向的指标：{'、'.join(against)}。", f"- Against the index: {', '.join(against)}.").in_(
                language
            )
        )
    if material.unused:
        named = ", ".join(material.unused)
        lines.append(Text(f"- 没有用到的列：{named}。", f"- Columns not used: {named}.").in_(language))
    return ["", *lines] if lines else []


def uncertainty_report(material: Material, doubt: Doubt, top: Spread, language: Language) -> str:
    """Which ranks survive the choices that could have been made otherwise."""

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(language)

    low, middle, high = (top.rank_quantile(q) for q in (0.05, 0.5, 0.95))
    order = np.argsort(top.rank, kind="stable")
    table = markdown(
        (say("单位", "unit"), say("名次", "rank"), say("中位", "median"), say("90% 区间", "90 % interval")),
        (
            (
                material.units[i],
                _rank(top.rank[i]),
                _figure(middle[i], "g"),
                f"{_figure(low[i], 'g')}–{_figure(high[i], 'g')}",
            )
            for i in order
        ),
    )
    left_out = say(
        f"另有 {top.left_out:,} 次没有计入：重抽的数据给几何平均或调和平均带来了不大于 0 的分数。",
        f"{top.left_out:,} more were left out: their redrawn figures gave a geometric or harmonic mean a score of 0 or less.",
    )
    runs = indistinguishable(top)
    sets = [f"- {', '.join(material.units[i] for i in run)}" for run in runs]
    return "\n".join(
        [
            f"# {say('名次经得起推敲吗', 'Which ranks survive')}",
            "",
            say(
                f"{top.replications:,} 次重算，种子 {doubt.seed}。区间说的是方法选择带来的散布，不是抽样误差。",
                f"{top.replications:,} replications, seed {doubt.seed}. Intervals show the spread that choices of method "
                "make; they are not sampling error.",
            ),
            *([left_out] if top.left_out else []),
            "",
            table,
            f"## {say('分不出先后的单位', 'Units that cannot be told apart')}",
            "",
            say(
                "组内任何两个单位，都没有一个在 95% 的重算中领先。",
                "Within a set, no unit leads another in 95 % of replications.",
            ),
            "",
            *(sets or [say("没有：每对单位都能分出先后。", "None: every pair is told apart.")]),
            "",
        ]
    )


def _rank(value: float) -> str:
    return _figure(value, ".0f")


def _figure(value: float, shape: str) -> str:
    return "–" if np.isnan(value) else format(value, shape)
