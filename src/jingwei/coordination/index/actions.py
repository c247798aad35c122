"""Build an index, or doubt one: where the value table, the tree and the engine meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from jingwei.coordination.index.model import Build, Uncertainty
from jingwei.coordination.index.report import build_report, uncertainty_report
from jingwei.coordination.index.sources import Material, read_doubt, read_material, read_method, require_levels
from jingwei.engines.index.build import Index, build
from jingwei.engines.index.model import Floats
from jingwei.engines.index.uncertainty import Inputs, Spread, uncertainty
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.tables import Document, csv_bytes


def build_index(context: Context, given: Build) -> Result:
    """Scores of every node and unit, with each step."""
    method = read_method(given.method)
    material = read_material(given.values, given.tree, method.group)
    made = build(
        material.values,
        material.tree,
        method,
        denominators=material.denominators,
        groups=material.groups,
        targets=material.targets,
    )
    report = build_report(material, method, made, context.language)
    rows = list(_score_rows(material, made))
    return Result(
        report,
        {"scores": [dict(zip(SCORES, row, strict=True)) for row in rows]},
        (
            Document("scores.csv", csv_bytes(SCORES, rows)),
            *_steps(material, made),
            Document("report.md", report.encode()),
        ),
    )


def doubt_index(context: Context, given: Uncertainty) -> Result:
    """Ranks with intervals, and how surely each unit stands above each other one."""
    method = read_method(given.method)
    doubt = read_doubt(given.spec)
    material = read_material(given.values, given.tree, method.group)
    require_levels(doubt, material.tree, given.spec.name)
    inputs = Inputs(
        material.values,
        material.tree,
        method,
        material.denominators,
        material.groups,
        material.targets,
        material.last_place,
    )
    nodes = tuple(material.tree.codes[material.tree.indicators :])
    with context.progress("Replications", doubt.replications) as step:
        spreads = uncertainty(inputs, doubt, nodes, on_block=step)
    top = spreads[-1]
    report = uncertainty_report(material, doubt, top, context.language)
    ranks = [row for spread in spreads for row in rank_rows(material.units, spread)]
    pairs = list(pair_rows(material.units, top))
    return Result(
        report,
        {"ranks": [dict(zip(RANKS, row, strict=True)) for row in ranks]},
        (
            Document("ranks.csv", csv_bytes(RANKS, ranks)),
            Document("pairs.csv", csv_bytes(PAIRS, pairs)),
            Document("report.md", report.encode()),
        ),
    )


SCORES = ("unit", "node", "score", "rank")
RANKS = ("unit", "node", "rank", "median", "q05", "q95")
PAIRS = ("a", "b", "p_a_above_b")


def _score_rows(material: Material, made: Index) -> Iterable[tuple[object, ...]]:
    for i, unit in enumerate(material.units):
        for k, node in enumerate(material.tree.codes):
            yield unit, node, _number(made.scores[i, k]), _whole(made.ranks[i, k])


def rank_rows(units: Sequence[str], spread: Spread) -> Iterable[tuple[object, ...]]:
    low, middle, high = (spread.rank_quantile(q) for q in (0.05, 0.5, 0.95))
    for i, unit in enumerate(units):
        yield unit, spread.node, _whole(spread.rank[i]), _number(middle[i]), _number(low[i]), _number(high[i])


def pair_rows(units: Sequence[str], spread: Spread) -> Iterable[tuple[object, ...]]:
    for i, a in enumerate(units):
        for j, b in enumerate(units):
            if i != j:
                yield a, b, float(spread.above[i, j])


def _steps(material: Material, made: Index) -> Iterable[Document]:
    columns = ("uCode", *material.tree.codes[: material.tree.indicators])
    steps: dict[str, Floats] = {
        "denominated": made.denominated,
        "imputed": made.imputed,
        "treated": made.treated.values,
        "normalised": made.normalised,
    }
    for name, values in steps.items():
        rows = ((unit, *map(_number, row)) for unit, row in zip(material.units, values, strict=True))
        yield Document(f"steps/{name}.csv", csv_bytes(columns, rows))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
