"""Token traces of the reference models beside SpiffWorkflow's: what is open at first and after each step, every walk through both.

python benchmarks/traces.py FOLDER, which holds the models (C.1.0.bpmn and others)

A model of which the peer refuses a data element is given to it without data; its conditions are written in Python for it, in the file's own language for us. A
model it cannot run at all is named with what it said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.net import build
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.state import Wait
from jingwei.integrations.government.processes.expressions import compiled

PEER_PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
PEER = Path(__file__).parent / "peers" / "spiff_traces.py"
DATA = ("dataStoreReference", "dataObjectReference", "dataObject", "dataInputAssociation", "dataOutputAssociation", "ioSpecification", "dataStore")
BY_HAND = ("task", "userTask", "manualTask")
"""All other tasks are done at once, as the peer does them."""

Steps = Sequence[tuple[str, Mapping[str, Any]]]
HAPPY: Steps = (("assignApprover", {}), ("approveInvoice", {"approved": True}), ("prepareBankTransfer", {}))
REFUSED: Steps = (("assignApprover", {}), ("approveInvoice", {"approved": False}), ("reviewInvoice", {"clarified": "no"}))
AGAIN: Steps = (("assignApprover", {}), ("approveInvoice", {"approved": False}), ("reviewInvoice", {"clarified": "yes"}), ("approveInvoice", {"approved": False}),
                ("reviewInvoice", {"clarified": "yes"}), *HAPPY[1:])
INVOICE = {"invoiceApproved": "approved", "invoiceNotApproved": "not approved", "reviewSuccessful": "clarified == 'yes'", "reviewNotSuccessful": "clarified == 'no'"}
MODELS: Sequence[tuple[str, str, Mapping[str, str], Sequence[Steps]]] = (
    ("C.1.0", "bpmn-miwg-test-case-c.1.0", INVOICE, (HAPPY, REFUSED, AGAIN)),
    ("C.1.1", "handle-invoice", INVOICE, (HAPPY, REFUSED, AGAIN)),
    ("C.3.0", "_8170787a-3207-434d-9bea-4787059f444f", {}, ((),)),
)


def ours(content: bytes, process: str, steps: Steps) -> list[list[Any]]:
    """Ids of open tasks and whether it ended, at first and after each step."""
    net = build(read(content), process, compiled)
    machine = Machine(net)
    machine.start()

    def stands() -> list[Any]:
        while work := next((w for w in machine.state.waiting() if w.wait == Wait.TASK and net.nodes[w.node].tag not in BY_HAND), None):
            machine.complete(work.id)
        return [sorted(net.nodes[w.node].id for w in machine.state.waiting() if w.wait == Wait.TASK), machine.state.ended]

    trace = [stands()]
    for name, variables in steps:
        machine.complete(next(w.id for w in machine.state.waiting() if net.nodes[w.node].id == name), variables)
        trace.append(stands())
    return trace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    runs = [{"file": str(folder / f"{name}.bpmn"), "process": process, "strip": DATA, "conditions": conditions,
             "walks": [{"variables": {}, "steps": steps} for steps in walks]} for name, process, conditions, walks in MODELS]
    said = json.loads(subprocess.run([PEER_PYTHON, PEER], input=json.dumps(runs), capture_output=True, text=True, check=True).stdout)
    same = different = 0
    for (name, process, _, walks), theirs in zip(MODELS, said, strict=True):
        if isinstance(theirs, str):
            print(f"{name}: the peer cannot run it ({theirs.splitlines()[0]})")
            continue
        content = (folder / f"{name}.bpmn").read_bytes()
        for steps, trace in zip(walks, theirs, strict=True):
            mine = ours(content, process, steps)
            agree = mine == [list(one) for one in trace]
            same, different = same + agree, different + (not agree)
            print(f"{name}: {len(steps)} steps, {'the same' if agree else f'ours {mine}, the peer {trace}'}")
    print(f"{same} passed, {different} failed")


if __name__ == "__main__":
    main()
