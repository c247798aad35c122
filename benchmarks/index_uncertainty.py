"""Time and memory of ranks in doubt: 51 countries x 49 indicators, the doubts of a peer's own example, on one core.

    JINGWEI_SHARED=... python benchmarks/index_uncertainty.py

Peer: COINr 1.1.14 (R), which makes the whole index anew in every replication. R is not run here: its figure was
measured on another machine with the same data and doubts, and is quoted. Where only choices of method are in doubt,
their ten treatments and scales are made once and shared; where figures are drawn anew, every replication is
denominated, imputed, treated and normalised by itself, as the peer does it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

PEER_MS = 410.0
PEER_RUN = "COINr 1.1.14, quoted and not run again here: 120 regenerations in 49.2 s on another machine"
METHOD = '[impute]\nmethod = "group_mean"\ngroup = "EurAsia_group"\n'
DOUBT = """[uncertainty]
replications = {replications}
seed = 1
max_points = [1, 5]
normalise = [["minmax", [1, 100]], ["zscore", [10, 2]]]
aggregate = ["arithmetic", "geometric"]
weight_noise = 0.25
levels = [2, 3]
"""
REDRAWN = "rounding = true\nimputation_draws = true\n"
ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
CASES = (
    ("choices of method", 20_000, "", 5, "≤ 100 µs each"),
    ("choices of method", 100_000, "", 3, "≤ 10 s"),
    ("also every figure within its rounding, every gap", 5_000, REDRAWN, 5, "≤ 3,000 µs each"),
    ("also every figure within its rounding, every gap", 25_000, REDRAWN, 3, "≤ 3,000 µs each"),
)


def measure(replications: int, further: str) -> dict[str, Any]:
    """One run in this process: seconds by the clock and of the processor, and the most memory held, in MiB."""
    import resource

    from jingwei.coordination.index.sources import read_doubt, read_material, read_method
    from jingwei.engines.index.uncertainty import Inputs, uncertainty
    from jingwei.kernel.tables import Document, Table

    folder = data()
    method = read_method(Document("M.toml", METHOD.encode()))
    doubt = read_doubt(Document("U.toml", (DOUBT.format(replications=replications) + further).encode()))
    values, tree = (Table.read(Document(n, (folder / n).read_bytes())) for n in ("asem_values.csv", "asem_tree.csv"))
    given = read_material(values, tree, method.group)
    inputs = Inputs(
        given.values, given.tree, method, given.denominators, given.groups, given.targets, given.last_place
    )
    clock, processor = time.perf_counter(), time.process_time()
    (spread,) = uncertainty(inputs, doubt)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return {"clock": clock, "processor": processor, "memory": kib / 1024, "left_out": spread.left_out}


def apart(replications: int, further: str) -> dict[str, Any]:
    """The same in a process of its own, on one core, so that runs neither share memory nor threads."""
    command = [sys.executable, __file__, str(replications), further]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | ONE_CORE, preexec_fn=pin)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def whole_command(replications: int) -> float:
    """Seconds of `jingwei index uncertainty` from files to files, all nodes of the tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "M.toml").write_text(METHOD, encoding="utf-8")
        (folder / "U.toml").write_text(DOUBT.format(replications=replications), encoding="utf-8")
        command = [sys.executable, "-c", "from jingwei.doors.cli import main; main()", "index", "uncertainty"]
        for option, path in (
            ("values", data() / "asem_values.csv"),
            ("tree", data() / "asem_tree.csv"),
            ("method", folder / "M.toml"),
            ("spec", folder / "U.toml"),
            ("out", folder / "out"),
        ):
            command += [f"--{option}", str(path)]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=os.environ | ONE_CORE, preexec_fn=pin)
        return time.perf_counter() - began


def pin() -> None:
    """Keep to one core where the system lets a process say so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def data() -> Path:
    return Path(os.environ["JINGWEI_SHARED"]) / "oracles" / "composite_index"


def row(*cells: object) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"


def main() -> None:
    if "JINGWEI_SHARED" not in os.environ:
        sys.exit("set JINGWEI_SHARED to the folder that holds oracles/")
    if len(sys.argv) == 3:
        print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
        return
    print(f"Medians of several runs, one core, Python {sys.version.split()[0]}. Peer: {PEER_RUN}.\n")
    head = ("in doubt", "replications", "runs", "s", "s of processor", "µs each", "of processor", "bar",
            "peer, µs each", "times faster", "MiB at most")
    print(row(*head))
    print(row(*["---"] * len(head)))
    left_out = []
    for what, replications, further, runs, bar in CASES:
        found = [apart(replications, further) for _ in range(runs)]
        clock, processor, memory = (median(f[k] for f in found) for k in ("clock", "processor", "memory"))
        each = clock / replications
        peer = ("–", "–") if further else (f"{PEER_MS * 1e3:,.0f}", f"{PEER_MS / 1e3 / each:,.0f}")
        print(row(what, f"{replications:,}", runs, f"{clock:.2f}", f"{processor:.2f}", f"{each * 1e6:.1f}",
                  f"{processor / replications * 1e6:.1f}", bar, *peer, f"{memory:.0f}"))
        left_out.append((replications, found[0]["left_out"]))
    seconds = median(whole_command(20_000) for _ in range(3))
    print(f"\nThe command from files to files, all 11 nodes, 20,000 replications: {seconds:.2f} s.")
    for replications, count in left_out:
        if count:
            print(f"{count:,} of {replications:,} left out: redrawn figures gave the geometric mean a score of 0 or less.")


if __name__ == "__main__":
    main()
