"""The ASEM index as another program computed it, read without any code of the product."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jingwei.engines.index.model import Method, Tree

Floats = NDArray[np.float64]

METHOD = Method(impute="group_mean", group="EurAsia_group")


@dataclass(frozen=True)
class Composite:
    """Values and tree of 51 countries x 49 indicators, and what the peer made of them."""

    folder: Path
    units: list[str]
    tree: Tree
    values: Floats
    denominators: Floats
    groups: list[str]

    @classmethod
    def read(cls, shared: Path) -> Composite:
        folder = shared / "oracles" / "composite_index"
        nodes = [r for r in records(folder / "asem_tree.csv") if r["Type"] in ("Indicator", "Aggregate")]
        tree = Tree.of(
            [r["iCode"] for r in nodes],
            [r["Parent"] or None for r in nodes],
            weights=[float(r["Weight"]) for r in nodes],
            directions=[float(r["Direction"]) for r in nodes],
            levels=[int(r["Level"]) for r in nodes],
        )
        rows = records(folder / "asem_values.csv")
        indicators = tree.codes[: tree.indicators]
        by = {r["iCode"]: r["Denominator"] for r in nodes}
        return cls(
            folder,
            [r["uCode"] for r in rows],
            tree,
            np.array([[figure(r[c]) for c in indicators] for r in rows]),
            np.array([[figure(r[by[c]]) if by[c] else np.nan for c in indicators] for r in rows]),
            [r["EurAsia_group"] for r in rows],
        )

    def answer(self, name: str, columns: tuple[str, ...]) -> Floats:
        """The peer's table in the order of ``units`` and ``columns``."""
        rows = {r["uCode"]: r for r in records(self.folder / name)}
        assert sorted(rows) == sorted(self.units)
        assert set(next(iter(rows.values()))) == {"uCode", *columns}
        return np.array([[figure(rows[u][c]) for c in columns] for u in self.units])


def records(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def figure(text: str) -> float:
    return float(text) if text not in ("", "NA") else np.nan
