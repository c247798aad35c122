"""The figure of rank intervals: a picture of what may be said, and of what may not."""

from __future__ import annotations

import io
import threading
import warnings
from typing import Any

import numpy as np

from jingwei.coordination.evaluation.model import ProvincesResult
from jingwei.kernel import places
from jingwei.kernel.i18n import Language, Text

FONTS = b"'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'DejaVu Sans'"
"""Text stays text in the figure; the reader's machine draws it with the first of these it has."""

_DRAWING = threading.Lock()
"""The style of a drawing is the whole process's while it lasts."""

INK, BAND, DOT, GRID = "#1f2937", "#9ec5e8", "#0b4f8a", "#e5e7eb"


def rank_intervals(result: ProvincesResult, language: Language) -> bytes:
    """SVG: one line a place in order of rank, its 90 % interval, its nominal rank, and where it stood by median."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib.figure import Figure

    top = result.top
    order = np.argsort(top.rank, kind="stable")
    low, middle, high = (top.rank_quantile(q)[order] for q in (0.05, 0.5, 0.95))
    nominal = top.rank[order]
    names = [places.find(result.places[i]).short.in_(language) for i in order]
    style: Any = {"svg.hashsalt": "jingwei", "svg.fonttype": "none", "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK}
    with _DRAWING, mpl.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # text stays text: the reader's own fonts draw it, so missing glyphs here are fine
        figure = Figure(figsize=(8.27, 1.9 + 0.3 * len(names)), layout="constrained")
        axes = figure.subplots()
        at = np.arange(len(names))
        axes.hlines(at, low, high, color=BAND, linewidth=7, capstyle="round", zorder=2)
        axes.scatter(middle, at, marker="|", s=90, color=DOT, linewidth=1.6, zorder=3)
        axes.scatter(nominal, at, s=26, color=DOT, zorder=4)
        for y, (name, a, b, n) in enumerate(zip(names, low, high, nominal, strict=True)):
            axes.text(-0.2, y, f"{name}", ha="right", va="center", fontsize=10)
            axes.text(len(names) + 1.3, y, f"{n:.0f}  ({a:.0f}–{b:.0f})", ha="left", va="center", fontsize=9)
        _dress(axes, len(names))
        axes.set_title(_title(result, language), fontsize=12.5, loc="left", pad=26)
        axes.set_xlabel(_caption(result, language), fontsize=8.5, labelpad=10, loc="left")
        sink = io.BytesIO()
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None, "Title": "Rank intervals"})
    return sink.getvalue().replace(b"'DejaVu Sans'", FONTS)


def _dress(axes: object, count: int) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_xlim(0, count + 5)
    axes.set_yticks([])
    ticks = [1, *range(5, count + 1, 5), count] if count % 5 else [1, *range(5, count + 1, 5)]
    axes.set_xticks([t for t in ticks if t == count or count - t > 1 or t == 1])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(axis="x", color=GRID, zorder=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _title(result: ProvincesResult, language: Language) -> str:
    rooms = sum(r.assessable for r in result.rooms)
    return Text(f"{result.year}年省级数字化发展：名次与90%区间（11章中{rooms}章可评）",
                f"Digital development of provinces, {result.year}: ranks with 90 % intervals ({rooms} of 11 rooms)"
                ).in_(language)


def _caption(result: ProvincesResult, language: Language) -> str:
    return Text(
        f"圆点为标准方法的名次，短线为中位，色带为 {result.top.replications:,} 次重算的 5%–95%："
        "缩尾、标准化、合成、权重各有取法，缺数与四舍五入随机补入。色带交叠的地方不宜排先后。",
        f"Dot: rank by the standard method. Tick: median. Band: 5–95 % of {result.top.replications:,} replications over "
        "treatment,\nscale, mean, weights, missing figures and rounding. Where bands overlap, an order is not to be read."
    ).in_(language)
