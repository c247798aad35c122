"""A real catalogue of 468 records is taken in at a thousand a second or more, parse to commit; again without a change costs a twentieth.

Beside it what PyYAML's C loader takes to parse the same files and nothing more. Seconds of processor; start-up is not counted.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import yaml

from jingwei.foundations.data.catalogue import ACTIONS, actions, records, sources
from jingwei.foundations.data.catalogue.model import Harvest, Search
from jingwei.kernel.actions import Context, run
from jingwei.kernel.workspace import Workspace

ACTION = {a.path: a for a in ACTIONS}
RUNS = 7


def main() -> None:
    shared = os.environ.get("JINGWEI_SHARED")
    if not shared:
        print("skipped: set JINGWEI_SHARED")
        return
    assert actions and records and sources  # loaded before the clock runs
    source, full, again, parsed, asked = Path(shared) / "oracles/catalogue/opendataphilly", [], [], [], []
    told: dict[str, int] = {}
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            context = Context(Workspace(Path(folder)))
            with context.workspace.store.write():  # the schema is made once in a node's life
                pass
            before = time.process_time()
            told = run(ACTION["data", "harvest"], context, Harvest(str(source))).data
            full.append(time.process_time() - before)
            before = time.process_time()
            second = run(ACTION["data", "harvest"], context, Harvest(str(source))).data
            again.append(time.process_time() - before)
            assert (second["parsed"], second["written"]) == (0, 0)
            before = time.process_time()
            for words in ("bridge", "police", "air quality", "census", "2010"):
                run(ACTION["catalogue", "search"], context, Search(words))
            asked.append((time.process_time() - before) / 5)
            context.workspace.store.close()
        texts = [p.read_text(encoding="utf-8").split("\n---", 1)[0].removeprefix("---") for p in sorted(source.iterdir())]
        before = time.process_time()
        for text in texts:
            yaml.load(text, Loader=yaml.CSafeLoader)
        parsed.append(time.process_time() - before)
    one, two, three = statistics.median(full), statistics.median(again), statistics.median(parsed)
    print(f"{told['read']} read, {told['accepted']} accepted, {told['quarantined']} quarantined; medians of {RUNS}.\n")
    print("| what | CPU s | records a second of processor | bar |\n| --- | --- | --- | --- |")
    print(f"| harvested, parse to commit, searchable | {one:.3f} | {told['read'] / one:,.0f} | ≥ 1,000 |")
    print(f"| harvested again, nothing changed | {two:.4f} | {two / one:.1%} of the first | ≤ 5 % |")
    print(f"| PyYAML's CSafeLoader alone, nothing kept | {three:.3f} | {told['read'] / three:,.0f} | – |")
    print(f"| one search | {statistics.median(asked):.4f} | – | – |")


if __name__ == "__main__":
    main()
