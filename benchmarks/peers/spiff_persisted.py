"""The newborn's case in SpiffWorkflow with every step written to SQLite: steps a second of processor time, as JSON.

python spiff_persisted.py NEWBORN.bpmn ALLOWANCE.dmn CASES GROUP DATABASE

So many cases go side by side; each step of each is serialised whole and written, and so many steps share one commit (write-ahead log, synchronous = FULL).
"""

import json
import sqlite3
import sys
import time
from pathlib import Path

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.camunda.parser import CamundaParser
from SpiffWorkflow.camunda.serializer.config import CAMUNDA_CONFIG

drawn, decided, cases, group, database = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
parser = CamundaParser()
parser.add_bpmn_xml(etree.fromstring(drawn.read_bytes()))
parser.add_dmn_xml(etree.fromstring(decided.read_bytes()))
spec, inner = parser.get_spec("newborn"), parser.get_subprocess_specs("newborn")
serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(CAMUNDA_CONFIG))
store = sqlite3.connect(database, isolation_level=None)
store.execute("PRAGMA journal_mode = WAL")
store.execute("PRAGMA synchronous = FULL")
store.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY, state TEXT)")

steps = 0
begin = time.process_time()
wall = time.perf_counter()
flows = []
store.execute("BEGIN")
for number in range(cases):
    workflow = BpmnWorkflow(spec, inner)
    workflow.get_next_task().data["children"] = 5
    flows.append((number, workflow))
open_ = flows
while open_:
    for number, workflow in open_:
        ready = [t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual]
        if ready:
            ready[0].run()
        workflow.do_engine_steps()
        store.execute("INSERT OR REPLACE INTO cases VALUES (?, ?)", (number, serializer.serialize_json(workflow)))
        steps += 1
        if steps % group == 0:
            store.execute("COMMIT")
            store.execute("BEGIN")
    open_ = [(n, w) for n, w in open_ if not w.completed]
store.execute("COMMIT")
size = store.execute("SELECT avg(length(state)) FROM cases").fetchone()[0]
print(json.dumps({"steps": steps, "cpu": time.process_time() - begin, "wall": time.perf_counter() - wall, "bytes": size}))
