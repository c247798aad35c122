"""Traces of processes in SpiffWorkflow: what is ready at first and after each step, as JSON.

python spiff_traces.py < RUNS.json > TRACES.json, where RUNS is a list of {file, process, strip, conditions, walks}: names of elements to leave out (data the
peer has no home for), conditions in Python by flow, and walks of {variables, steps}, each step a task's id and variables. What nobody does by hand is done at once.
"""

import json
import sys
from pathlib import Path

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def prepared(run):
    root = etree.fromstring(Path(run["file"]).read_bytes())
    for element in list(root.iter(*(MODEL + name for name in run["strip"]))):
        element.getparent().remove(element)
    for flow in root.iter(MODEL + "sequenceFlow"):
        for condition in flow.iter(MODEL + "conditionExpression"):
            condition.text = run["conditions"].get(flow.get("id"), condition.text)
    return root


def ready(workflow):
    workflow.do_engine_steps()
    while begun := workflow.get_tasks(state=TaskState.STARTED):
        for task in begun:  # a service it has begun and would wait for
            task.complete()
        workflow.do_engine_steps()
    workflow.refresh_waiting_tasks()
    seen = workflow.get_tasks(state=TaskState.READY)
    return sorted({t.task_spec.bpmn_id for t in seen if t.task_spec.bpmn_id and t.task_spec.manual}), workflow.completed


def walked(run, walk):
    parser = BpmnParser()
    parser.add_bpmn_xml(prepared(run))
    workflow = BpmnWorkflow(parser.get_spec(run["process"]), parser.get_subprocess_specs(run["process"]))
    workflow.get_next_task().data.update(walk["variables"])
    workflow.do_engine_steps()
    for start in workflow.get_tasks(state=TaskState.WAITING, spec_class=StartEvent):
        workflow.catch(BpmnEvent(start.task_spec.event_definition))  # what the process begins with has come
    trace = [ready(workflow)]
    for name, variables in walk["steps"]:
        task = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.bpmn_id == name)
        task.data.update(variables)
        task.run()
        trace.append(ready(workflow))
    return trace


answers = []
for run in json.load(sys.stdin):
    try:
        answers.append([walked(run, walk) for walk in run["walks"]])
    except Exception as error:
        answers.append(f"{type(error).__name__}: {error}")
json.dump(answers, sys.stdout)
