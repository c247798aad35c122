"""The nation over time: how far each room has come toward the goals the state set itself for 2025."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jingwei import plan
from jingwei.coordination.evaluation.model import NationResult, RoomStatus
from jingwei.coordination.evaluation.panel import Panel
from jingwei.coordination.targets.model import Target
from jingwei.engines.index.aggregate import aggregate
from jingwei.engines.index.decompose import decompose
from jingwei.engines.index.model import Floats, Tree
from jingwei.engines.index.prepare import interpolate
from jingwei.kernel.measures import Measure
from jingwei.kernel.pillar import Pillar

FIRST_YEAR = 2020
"""Where the plan's own baselines lie."""

DRAWS = 4000
WEIGHT_NOISE = 0.25


@dataclass(frozen=True, slots=True)
class Goalpost:
    """What counts as 100 for a measure: its target for 2025, else everybody where it is a share."""

    measure: Measure
    value: float
    at_least: bool = True
    per: str = ""
    scale: float = 1.0


def goalposts(measures: Sequence[Measure], targets: Sequence[Target]) -> dict[str, Goalpost]:
    """By measure, the most demanding target of 2025 that counts what the measure counts."""
    found: dict[str, Goalpost] = {m.code: Goalpost(m, 100.0) for m in measures if m.bounded and m.direction == 1}
    by_code = {m.code: m for m in measures}
    for t in sorted((t for t in targets if t.year == 2025), key=lambda t: t.value):
        m = by_code.get(t.measure)
        if m and t.definition in ("", *(d.code for d in m.definitions)):
            found[m.code] = Goalpost(m, t.value, t.at_least, t.per, t.scale)
    return found


def room_statuses(panel: Panel, pillars: Sequence[Pillar], posts: Mapping[str, Goalpost],
                  year: int | None = None) -> tuple[RoomStatus, ...]:
    """For each of the eleven rooms its status in ``year``, or in the latest year in which it can be assessed."""
    by_code = {p.code: p for p in pillars}
    years = [year] if year is not None else [int(y) for y in reversed(panel.years) if y > FIRST_YEAR]
    statuses = []
    for room in (r for r in plan.ROOMS if r.code not in ("G", "O")):
        measures = tuple(m for m in (by_code[room.code].measures if room.code in by_code else ())
                         if m.tag == "digital" and m.code in posts and m in panel.measures)
        tried = [_status(panel, room, measures, y) for y in years]
        statuses.append(next((s for s in tried if s.assessable), tried[0]))
    return tuple(statuses)


def _status(panel: Panel, room: plan.Room, measures: tuple[Measure, ...], year: int) -> RoomStatus:
    present = [year in panel.years and not np.isnan(_filled(panel, m)[panel.at(year)]) for m in measures]
    counted = tuple(m for m, p in zip(measures, present, strict=True) if p)
    return RoomStatus(room.code, room.name, "nation", year, measures, float(np.mean(present)) if present else 0.0, counted)


def evaluate_nation(panel: Panel, rooms: Sequence[RoomStatus], posts: Mapping[str, Goalpost],
                    seed: int) -> tuple[NationResult, ...]:
    """Each assessable room, year by year, as the mean attainment of its goalposts."""
    return tuple(_room(panel, room, posts, seed) for room in rooms if room.assessable)


def attainment(values: Floats, posts: Sequence[Goalpost]) -> Floats:
    """Scores (years, measures): 100 at the goalpost and beyond, in proportion below it, so that nothing done too well
    hides what was left undone."""
    scores = np.empty(values.shape)
    for j, post in enumerate(posts):
        ratio = values[:, j] / post.value if post.at_least else post.value / values[:, j]
        scores[:, j] = 100.0 * np.minimum(ratio, 1.0)
    return scores


def _room(panel: Panel, room: RoomStatus, posts: Mapping[str, Goalpost], seed: int) -> NationResult:
    years = [int(y) for y in panel.years if FIRST_YEAR <= y <= room.year]
    at = [panel.at(y) for y in years]
    chosen = [posts[m.code] for m in room.measures]
    bases = np.stack([_base(panel, p)[at] for p in chosen], axis=1)
    raw = np.stack([_filled(panel, m)[at] for m in room.measures], axis=1)
    last = np.stack([panel.last_place[panel.measures.index(m), 0][at] for m in room.measures], axis=1)
    tree = Tree.of([*(m.code for m in room.measures), room.code], [*[room.code] * len(room.measures), None])
    scores = attainment(raw / bases, chosen)
    enough = (~np.isnan(scores)).mean(axis=1) >= 0.5
    index = np.where(enough, aggregate(scores, tree, "arithmetic")[:, -1], np.nan)
    low, high = _interval(raw, last, bases, chosen, tree, seed)
    moved = decompose(scores[:-1], scores[1:], tree, "arithmetic")
    return NationResult(room, years, index, np.where(enough, low, np.nan), np.where(enough, high, np.nan),
                        np.vstack([np.zeros(len(chosen)), moved.by_value]),
                        np.concatenate([[0.0], moved.by_weight.sum(axis=1)]))


def _interval(raw: Floats, last: Floats, bases: Floats, posts: Sequence[Goalpost], tree: Tree,
              seed: int) -> tuple[Floats, Floats]:
    """5 % and 95 % of each year: weights moved by a quarter, any one measure left out, digits rounded away."""
    rng = np.random.default_rng((seed, 2))
    weights = rng.uniform(1 - WEIGHT_NOISE, 1 + WEIGHT_NOISE, (DRAWS, len(tree.codes)))
    weights[np.arange(DRAWS), rng.integers(tree.indicators, size=DRAWS)] = 0.0
    noise = raw + rng.uniform(-0.5, 0.5, (DRAWS, *raw.shape)) * last
    scores = np.stack([attainment(draw / bases, posts) for draw in noise])
    index = aggregate(scores, tree, "arithmetic", weights)[..., -1]
    blank = np.isnan(index).all(axis=0)
    low, high = np.nanquantile(np.where(blank, 0.0, index), (0.05, 0.95), axis=0)
    return np.where(blank, np.nan, low), np.where(blank, np.nan, high)


def _base(panel: Panel, post: Goalpost) -> Floats:
    """(years,) what the figure is divided by to be on the goalpost's scale; a year without a base takes the last one."""
    if not post.per:
        return np.ones(len(panel.years)) / post.scale
    base = panel.of(post.per)[0].copy()
    for i in range(1, len(base)):
        base[i] = base[i - 1] if np.isnan(base[i]) else base[i]
    scaled: Floats = base / post.scale
    return scaled


def _filled(panel: Panel, measure: Measure) -> Floats:
    """(years,) with gaps filled by a line between two figures of one definition."""
    filled: Floats = interpolate(panel.of(measure.code), panel.years, measure.breaks)[0]
    return filled

