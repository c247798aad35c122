"""The command line answers quickly: processor seconds of every ``--help``, against a bare interpreter in the same run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from jingwei import plan

RUNS = 7
PROGRAM = Path(sys.executable).with_name("jingwei")


def processor_seconds(command: list[str]) -> float:
    """Median of user and system time of whole processes."""
    taken = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LANG": "C.UTF-8"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(taken)


def main() -> None:
    bare = processor_seconds([sys.executable, "-c", "pass"])
    words = {action.path for pillar in plan.pillars() for action in pillar.actions} | {("index",), ()}
    print("| command | CPU s, median of 7 | bar |\n| --- | --- | --- |")
    print(f"| bare interpreter | {bare:.3f} | – |")
    for path in sorted(words):
        bar = 0.3 if not path else 0.5
        taken = processor_seconds([str(PROGRAM), *path, "--help"])
        print(f"| `jingwei {' '.join([*path, '--help'])}` | {taken:.3f} | ≤ {bar} |")


if __name__ == "__main__":
    main()
