"""A thousand new columns are held against ten thousand in seconds, and what is collected twice is found: beside LSH Ensemble and brute force.

All on the tables of one generator, with decoys, in one run. Sketching is timed apart for either; the peer (datasketch, MinHash LSH Ensemble
after Zhu et al. 2016, at 128 permutations and 16 parts) is given the same normalised values of the columns that can be keys. What it finds are
columns that contain another, so that a pair of tables counts as found when any of their columns is: that is all a search by containment says.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSHEnsemble

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/foundations/data/once"))
from departments import Drawn, World, world

from jingwei.engines.sketches.values import normal
from jingwei.foundations.data.once.matching import compare
from jingwei.foundations.data.once.model import Taken
from jingwei.foundations.data.once.taking import Given, take

SECRET = b"benchmark of collecting once...."
HELD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
THRESHOLD = 0.1
PERMUTATIONS, PARTS = 128, 16


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor, and what came out."""
    before = time.process_time()
    made = act()
    return time.process_time() - before, made


def sketched(tables: list[Drawn], at: datetime) -> list[Taken]:
    return [take(Given(d.table), SECRET, d.holder, d.table.name, "", at) for d in tables]


@dataclass(frozen=True, slots=True)
class Line:
    """One way to search: seconds to sample, seconds to search, and what was found."""

    way: str
    sample: float | None
    search: float
    found: set[tuple[int, int]]

    def told(self, drawn: World) -> str:
        """Precision counts pairs that share a fiftieth of their people and a fact as right; recall asks for those that share a tenth."""
        right, wanted = drawn.doubles(0.02), drawn.doubles(THRESHOLD)
        sample = "–" if self.sample is None else f"{self.sample:.1f}"
        return (f"| {self.way} | {sample} | {self.search:.2f} | {len(self.found):,} | {len(self.found & right) / max(1, len(self.found)):.4f} | "
                f"{len(self.found & wanted) / len(wanted):.4f} |")


def ours(drawn: World) -> tuple[list[Taken], list[Taken], Line]:
    cost, (held, new) = timed(lambda: (sketched(drawn.held, HELD), sketched(drawn.new, NEW)))
    search, found = timed(lambda: compare(new, held))
    news, helds = ({t.name: i for i, t in enumerate(side)} for side in (new, held))
    return held, new, Line("jingwei once", cost, search, {(news[f.new.name], helds[f.held.name]) for f in found if f.basis == "values"})


def columns_of(drawn: list[Drawn], taken: list[Taken]) -> list[tuple[int, frozenset[str]]]:
    """Values of the columns that can be keys, by table: what a search by containment is given."""
    return [(i, frozenset(filter(None, map(normal, d.table.column(c.name))))) for i, (d, t) in enumerate(zip(drawn, taken, strict=True))
            for c in t.columns if c.identifies]


def peer(drawn: World, held: list[tuple[int, frozenset[str]]], new: list[tuple[int, frozenset[str]]]) -> Line:
    """The peer at its fastest: values hashed in bulk, one index built once."""
    sample, (old, fresh) = timed(lambda: [list(MinHash.generator([[v.encode() for v in values] for _, values in side], num_perm=PERMUTATIONS)) for side in (held, new)])

    def search() -> set[tuple[int, int]]:
        index = MinHashLSHEnsemble(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_part=PARTS)
        index.index((str(i), m, len(values)) for i, (m, (_, values)) in enumerate(zip(old, held, strict=True)))
        return {(n, held[int(k)][0]) for m, (n, values) in zip(fresh, new, strict=True) for k in index.query(m, len(values))}

    cost, found = timed(search)
    return Line(f"datasketch {version('datasketch')}, LSH Ensemble", sample, cost, _of_others(found, drawn))


def brute(drawn: World, held: list[tuple[int, frozenset[str]]], new: list[tuple[int, frozenset[str]]]) -> Line:
    """Every set of values with every other, exactly: what no search by containment of columns can beat."""
    cost, found = timed(lambda: {(n, h) for n, ours_ in new for h, theirs in held if len(ours_ & theirs) >= THRESHOLD * len(ours_)})
    return Line("brute force, exact containment", None, cost, _of_others(found, drawn))


def _of_others(found: set[tuple[int, int]], drawn: World) -> set[tuple[int, int]]:
    return {(n, h) for n, h in found if drawn.new[n].holder != drawn.held[h].holder}


def main() -> None:
    held_tables, new_tables = (int(a) for a in (*sys.argv[1:], "1350", "135")[:2])
    drawn = world(held_tables, new_tables, people=8_000, cities=27)
    held, new, line = ours(drawn)
    old, fresh = columns_of(drawn.held, held), columns_of(drawn.new, new)
    cells = sum(len(d.table) * len(d.table.columns) for d in (*drawn.held, *drawn.new))
    columns = [sum(len(t.columns) for t in side) for side in (new, held)]
    print(f"{columns[0]:,} columns of {len(new):,} new tables against {columns[1]:,} of {len(held):,}; {cells:,} cells, sampled at {cells / (line.sample or 1):,.0f} a second "
          f"of processor. Planted: {len(drawn.doubles(THRESHOLD)):,} pairs.")
    print("\n| | sampling, CPU s | search, CPU s | pairs found | precision | recall |\n| --- | --- | --- | --- | --- | --- |")
    print(line.told(drawn), flush=True)
    for other in (peer, brute):
        print(other(drawn, old, fresh).told(drawn), flush=True)


if __name__ == "__main__":
    main()
