"""The same case in SpiffWorkflow: cases a second of processor time, five times, as JSON.

python spiff_newborn.py NEWBORN.bpmn ALLOWANCE.dmn CASES
"""

import json
import sys
import time
from pathlib import Path

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.camunda.parser import CamundaParser

drawn, decided, cases = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
parser = CamundaParser()
parser.add_bpmn_xml(etree.fromstring(drawn.read_bytes()))
parser.add_dmn_xml(etree.fromstring(decided.read_bytes()))
spec, inner = parser.get_spec("newborn"), parser.get_subprocess_specs("newborn")


def one() -> None:
    workflow = BpmnWorkflow(spec, inner)
    workflow.get_next_task().data["children"] = 5
    workflow.do_engine_steps()
    assert workflow.completed


rates = []
for _ in range(5):
    one()
    begin = time.process_time()
    for _ in range(cases):
        one()
    rates.append(cases / (time.process_time() - begin))
print(json.dumps(rates))
