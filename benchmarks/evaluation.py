"""The whole evaluation of the published figures, and the screening of all of them, in one process each."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
PROGRAM = Path(sys.executable).with_name("jingwei")


def seconds(*command: str) -> float:
    taken = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            subprocess.run([str(PROGRAM), *command, "--workspace", folder], check=True, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    with tempfile.TemporaryDirectory() as out:
        print("| command | s, median of 5 whole processes | bar |\n| --- | --- | --- |")
        print(f"| `jingwei evaluate --out DIR` | {seconds('evaluate', '--out', out):.2f} | ≤ 20 |")
        print(f"| `jingwei findings` (screens all published figures) | {seconds('findings'):.2f} | – |")


if __name__ == "__main__":
    main()
