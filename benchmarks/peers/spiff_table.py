"""SpiffWorkflow's engine of decision tables: a model and rows of inputs on standard input, answers and their rate on standard output.

The engine is called by itself, on a task that holds the data, without the workflow around it.
"""

from __future__ import annotations

import json
import sys
import time
from types import SimpleNamespace

from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

asked = json.load(sys.stdin)
root = etree.fromstring(asked["model"].encode())
parser = DMNParser(None, root, {"dmn": root.nsmap[None]})
parser.parse()
engine = DMNEngine(parser.decision.decisionTables[0])
workflow = SimpleNamespace(script_engine=PythonScriptEngine())
spec = SimpleNamespace(name="decide", bpmn_name="decide")
tasks = [SimpleNamespace(data=row, workflow=workflow, task_spec=spec) for row in asked["rows"]]
begun = time.process_time()
answers = [engine.result(task) for task in tasks]
json.dump({"rate": len(tasks) / (time.process_time() - begun), "answers": answers}, sys.stdout)
