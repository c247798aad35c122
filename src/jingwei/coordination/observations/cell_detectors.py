"""Findings that need no model: impossible shares, repeated vintages, zeros that stand for missing, stated definitions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from jingwei.coordination.observations.panel import MAX_DIGITS, Cells, Finding, Ints, Panel, Trait, neighbours, written

BORROWED_SIZE = 1000  # four written digits: fewer agree by chance
BORROWED_LEAST = 2  # figures that agree; one alone may be chance
BORROWED_MOST = 0.6  # of the column agreeing makes it one column under two names, which is no error
CLIPPED_PANEL = 60  # figures below which two equal extremes are no surprise
CLIPPED_SHARE = 0.12  # of the figures: cutting at the 5th and 95th percentile, and a little more
ZERO_SHARE = 0.5  # a measure that is zero this often has true zeros
ZERO_STEP = 5.0  # the smallest figure around must be this many last digits away from zero


def shares_over_100(cells: Cells, rows: Ints, trait: Trait) -> list[Finding]:
    """A bounded share above 100 or below 0."""
    if not trait.bounded:
        return []
    value = cells.value[rows]
    with np.errstate(invalid="ignore"):
        bad = rows[cells.new[rows] & ((value > 100) | (value < 0))]
    return [Finding("share_over_100", str(cells.measure[r]), str(cells.place[r]), (int(r),),
                    f"{_figure(cells, r)} in {cells.year[r]} lies outside 0 to 100, which this share cannot.",
                    f"{cells.year[r]}年为{_figure(cells, r)}，超出该比重0至100的范围。",
                    float(max(cells.value[r] - 100, -cells.value[r]))) for r in bad]


def duplicate_vintages(cells: Cells, rows: Ints) -> list[Finding]:
    """One source and vintage that gives the same figure twice, alike or not.

    Two sources or vintages of one figure are legitimate, and so are two figures that state different definitions.
    """
    rows = rows[~np.isnan(cells.value[rows])]
    groups: dict[tuple[str, int, str, str, str], list[int]] = {}
    for r in rows.tolist():
        key = (str(cells.place[r]), int(cells.year[r]), str(cells.source[r]), str(cells.vintage[r]),
               str(cells.definition[r]))
        groups.setdefault(key, []).append(r)
    plain = {(k[0], k[1], k[2], k[3]): k for k in groups if k[4] == ""}
    for key in [k for k in groups if k[4] and (k[0], k[1], k[2], k[3]) in plain]:
        groups[plain[key[0], key[1], key[2], key[3]]] += groups[key]
    found = []
    for (place, year, *_), same in sorted(groups.items()):
        held = tuple(sorted(r for r in set(same) if cells.new[r]))
        if len(set(same)) < 2 or not held:
            continue
        values = sorted({float(cells.value[r]) for r in same})
        given = " / ".join(sorted({_figure(cells, r) for r in same}))
        alike = len(values) == 1
        found.append(Finding(
            "duplicate_vintage", str(cells.measure[same[0]]), place, held,
            f"{year} is given {len(set(same))} times in the same source and vintage, "
            f"{'each time ' if alike else 'with different values: '}{given}.",
            f"同一来源、同一版本中{year}年出现{len(set(same))}次，{'数值均为' if alike else '数值不一：'}{given}。",
            0.0 if alike else values[-1] - values[0]))
    return found


def zeros_for_missing(panel: Panel, trait: Trait) -> list[Finding]:
    """Zeros where the place's other years, or failing those all other places, stay well away from zero."""
    zero = panel.value == 0
    held = zero & panel.new
    positive = np.isfinite(panel.log)
    if trait.zero_possible or not held.any() or zero.sum() > ZERO_SHARE * (zero | positive).sum():
        return []
    if len(np.unique(panel.value[positive])) < 2 and len(panel.places) > 1:
        return []
    unit = float(np.min(panel.unit[positive]))
    smallest = np.where(positive, panel.value, np.inf)
    own, others = smallest.min(axis=1), float(smallest.min())
    found = []
    for p in np.flatnonzero(held.any(axis=1)):
        floor = own[p] if np.isfinite(own[p]) else others
        if floor < ZERO_STEP * unit:
            continue
        t = int(np.flatnonzero(held[p])[0])
        near, near_zh = neighbours(panel, int(p), t)
        mask = np.zeros_like(held)
        mask[p] = held[p]
        found.append(Finding(
            "zero_for_missing", panel.measure, str(panel.places[p]), panel.held(mask),
            f"0 in {panel.years[t]} stands for a missing figure: beside it {near or 'no year is that low anywhere'}.",
            f"{panel.years[t]}年的0应为缺失值：相邻数值为{near_zh or '其他地区远高于零'}。", float(floor / unit)))
    return found


def stated_definitions(cells: Cells, rows: Ints, trait: Trait) -> list[Finding]:
    """A series whose figures state different definitions; known where the change falls on a declared break.

    Held back are the figures of the definition that fewer figures of the measure state; accepted ones decide first.
    """
    rows = rows[np.isfinite(cells.value[rows])]
    stated = rows[cells.definition[rows] != ""]
    names = np.unique(cells.definition[stated])
    if len(names) < 2:
        return []
    found = []
    weight = {str(d): float((np.where(cells.new[stated], 1.0, 100.0) * (cells.definition[stated] == d)).sum())
              for d in names}
    known: list[int] = []
    for place in np.unique(cells.place[stated]):
        own = stated[cells.place[stated] == place]
        kinds = sorted({str(d) for d in cells.definition[own]}, key=lambda d: (weight[d], d))
        if len(kinds) < 2 or not cells.new[own].any():
            continue
        if _split_at_breaks(cells, own, trait.breaks):
            known += own.tolist()
            continue
        held = own[(cells.definition[own] != kinds[-1]) & cells.new[own]]
        held = held if len(held) else own[cells.new[own]]
        found.append(_definition_finding(cells, held, str(place), kinds, 1.0 / len(kinds)))
    if known:
        first = min(known, key=lambda r: (cells.year[r], cells.definition[r]))
        found.append(Finding(
            "mixed_definition", str(cells.measure[first]), "", (),
            f"The definition changes in the declared break year {', '.join(map(str, trait.breaks))}: "
            "compared only on either side of it.",
            f"定义在已声明的{'、'.join(map(str, trait.breaks))}年变更，仅在两侧各自比较。", 0.0, known=True))
    return found


def borrowed_figures(cells: Cells) -> list[Finding]:
    """Figures of one measure that are those of a sister measure, to the last of four or more digits.

    Two vintages or definitions of one thing kept as two measures never agree exactly by chance; where a few figures
    do, they were copied from one column into the other. Which way cannot be told, so the new ones of both are held.
    """
    size = np.abs(cells.value) * np.power(10.0, np.clip(cells.decimals, -MAX_DIGITS, MAX_DIGITS).astype(np.float64))
    fine = np.flatnonzero(np.isfinite(size) & (size >= BORROWED_SIZE))
    place, year = (np.unique(a, return_inverse=True)[1] for a in (cells.place, cells.year))
    order = fine[np.lexsort((cells.measure[fine], cells.value[fine], year[fine], place[fine]))]
    alike = ((place[order][1:] == place[order][:-1]) & (year[order][1:] == year[order][:-1])
             & (cells.value[order][1:] == cells.value[order][:-1])
             & (cells.measure[order][1:] != cells.measure[order][:-1]))
    pairs: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero(alike):
        a, b = int(order[i]), int(order[i + 1])
        pairs.setdefault((str(cells.measure[a]), str(cells.measure[b])), []).extend((a, b))
    found = []
    for (one, other), rows in sorted(pairs.items()):
        possible = min((cells.measure == one).sum(), (cells.measure == other).sum())
        if not 2 * BORROWED_LEAST <= len(rows) <= 2 * BORROWED_MOST * possible:
            continue
        for name, sister in ((one, other), (other, one)):
            held = tuple(sorted(r for r in rows if cells.measure[r] == name and cells.new[r]))
            if held:
                shown = f"{cells.place[held[0]]} {cells.year[held[0]]}", _figure(cells, held[0])
                found.append(Finding(
                    "mixed_definition", name, "", held,
                    f"{len(rows) // 2} figures equal those of {sister} to the last digit, the rest differ "
                    f"({shown[0]}: {shown[1]}); one column was filled from the other.",
                    f"有{len(rows) // 2}个数值与{sister}逐位相同，其余均不同（{shown[0]}：{shown[1]}），"
                    "两列之间疑似相互填补。", float(len(rows) // 2)))
    return found


def _definition_finding(cells: Cells, held: Ints, place: str, kinds: list[str], strength: float) -> Finding:
    years = ", ".join(str(y) for y in sorted({int(cells.year[r]) for r in held}))
    return Finding(
        "mixed_definition", str(cells.measure[held[0]]), place, tuple(sorted(int(r) for r in held)),
        f"The series states the definitions {', '.join(kinds)}; {years} cannot be compared with the rest.",
        f"同一序列声明了{'、'.join(kinds)}等不同定义，{years}年不可与其余年份比较。", strength)


def _split_at_breaks(cells: Cells, own: Ints, breaks: tuple[int, ...]) -> bool:
    """Whether the definitions follow one another, each change lying on a declared break or one year beside it."""
    spans = sorted((int(cells.year[own[cells.definition[own] == d]].min()),
                    int(cells.year[own[cells.definition[own] == d]].max())) for d in np.unique(cells.definition[own]))
    return all(before[1] <= after[0] and any(abs(after[0] - year) <= 1 for year in breaks)
               for before, after in pairwise(spans))


def clipped(panel: Panel) -> list[Finding]:
    """Figures cut off at both ends: the highest and the lowest figure of the measure each occur several times."""
    there = np.isfinite(panel.value)
    if there.sum() < CLIPPED_PANEL:
        return []
    ends = [there & (panel.value == edge) for edge in (panel.value[there].min(), panel.value[there].max())]
    fine = (panel.value[ends[1]] >= BORROWED_SIZE * panel.unit[ends[1]]).all()
    mask = ends[0] | ends[1]
    if min(e.sum() for e in ends) < 2 or not fine or mask.sum() > CLIPPED_SHARE * there.sum() or not panel.held(mask):
        return []
    edges = " / ".join(panel.shown(*(int(i[0]) for i in np.nonzero(e))) for e in ends)
    return [Finding("mixed_definition", panel.measure, "", panel.held(mask),
                    f"Lowest and highest figure occur {int(ends[0].sum())} and {int(ends[1].sum())} times ({edges}): "
                    "clipped for a regression, no longer counted.",
                    f"最低值和最高值分别出现{int(ends[0].sum())}次和{int(ends[1].sum())}次（{edges}），疑为缩尾处理后的数据。",
                    float(mask.sum()))]


def _figure(cells: Cells, row: int) -> str:
    return written(float(cells.value[row]), 10.0 ** -float(np.clip(cells.decimals[row], -MAX_DIGITS, MAX_DIGITS)))
