"""A table of eight rules is answered 20 times faster than by SpiffWorkflow one by one, and 200,000 times a second or more by the column.

The same model file in both engines, the same 200,000 inputs, in one run; the answers are compared. SpiffWorkflow's engine of tables is
called by itself, on a task that holds the data, without the workflow around it. Ours is called through the model, input data and all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import taken
from jingwei.engines.decisions.vectors import Batch

ROWS = 200_000
SINGLY = 20_000
PEER = 2_000
BARS = {"singly": 20, "column": 200_000}
RULES = (("1", '"urban"', "< 3000", "1800"), ("1", '"urban"', ">= 3000", "1200"), ("1", '"rural"', "< 3000", "2400"), ("1", '"rural"', ">= 3000", "1600"),
         ("2", '"urban"', "", "2600"), ("2", '"rural"', "", "3200"), (">= 3", '"urban"', "", "3600"), (">= 3", '"rural"', "", "4200"))


def model() -> bytes:
    cells = "".join(
        f'<rule id="r{i}">' + "".join(f'<inputEntry id="i{i}{j}"><text>{_xml(t)}</text></inputEntry>' for j, t in enumerate(tests))
        + f'<outputEntry id="o{i}"><text>{result}</text></outputEntry></rule>' for i, (*tests, result) in enumerate(RULES))
    inputs = "".join(f'<input id="c{n}" label="{n}"><inputExpression id="e{n}" typeRef="{t}"><text>{n}</text></inputExpression></input>'
                     for n, t in (("child", "number"), ("household", "string"), ("income", "number")))
    data = "".join(f'<inputData id="{n}" name="{n}"><variable name="{n}" typeRef="{t}"/></inputData>'
                   for n, t in (("child", "number"), ("household", "string"), ("income", "number")))
    needs = "".join(f'<informationRequirement id="q{n}"><requiredInput href="#{n}"/></informationRequirement>' for n in ("child", "household", "income"))
    return (f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="subsidy" namespace="urn:subsidy">{data}'
            f'<decision id="subsidy" name="subsidy"><variable name="subsidy" typeRef="number"/>{needs}'
            f'<decisionTable id="t" hitPolicy="UNIQUE">{inputs}<output id="o" name="subsidy" typeRef="number"/>{cells}</decisionTable></decision></definitions>').encode()


def _xml(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def main() -> None:
    content, rng = model(), np.random.default_rng(2522)
    children, households, incomes = rng.integers(1, 5, ROWS), np.array(["urban", "rural"])[rng.integers(0, 2, ROWS)], rng.integers(0, 9000, ROWS) + 0.5
    ours = Model.read(content, "subsidy.dmn")
    rows = [{"child": c, "household": h, "income": i} for c, h, i in zip(children.tolist(), households.tolist(), incomes.tolist(), strict=True)]

    batch = Batch(ours, "subsidy")
    columns = {"child": children, "household": households, "income": incomes}
    batch.decide(columns)
    begun = time.process_time()
    by_column = batch.decide(columns)
    column = ROWS / (time.process_time() - begun)

    ours.decide("subsidy", {k: taken(v) for k, v in rows[0].items()})
    begun = time.process_time()
    one_by_one = [ours.decide("subsidy", {k: taken(v) for k, v in row.items()}) for row in rows[:SINGLY]]
    singly = SINGLY / (time.process_time() - begun)
    assert one_by_one == by_column[:SINGLY].tolist()

    peer, told = _peer(content, rows[:PEER], one_by_one)
    lines = [("by the column, decisions a second", f"{column:,.0f}", "–", f"{BARS['column']:,}", column >= BARS["column"]),
             ("one by one, decisions a second", f"{singly:,.0f}", told, f"{BARS['singly']}×", peer is None or singly >= BARS["singly"] * peer)]
    print("| table of 8 rules, 3 inputs | Jingwei | SpiffWorkflow 3.2 | bar | |\n|---|---:|---:|---:|---|")
    for what, mine, other, bar, held in lines:
        print(f"| {what} | {mine} | {other} | {bar} | {'held' if held else 'MISSED'} |")
    if not all(held for *_, held in lines):
        sys.exit(1)


def _peer(content: bytes, rows: list[dict[str, Any]], answers: list[Any]) -> tuple[float | None, str]:
    """Decisions a second of processor, and how that reads beside ours; the answers are compared."""
    here = Path(__file__).parent
    python = next((str(p) for p in (here.parent / ".venv-bench/bin/python",) if p.exists()), sys.executable)
    told = subprocess.run([python, str(here / "peers/spiff_table.py")], input=json.dumps({"model": content.decode(), "rows": rows}), capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in told.stderr:
        return None, "not installed"
    if told.returncode:
        raise SystemExit(told.stderr)
    found = json.loads(told.stdout)
    assert [f["subsidy"] for f in found["answers"]] == [int(a) for a in answers[: len(rows)]]
    return found["rate"], f"{found['rate']:,.0f}"


if __name__ == "__main__":
    main()
