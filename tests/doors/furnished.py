"""A node that has something to show for every action that anybody may ask: a duty, a matter, a record, a request for data, a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from jingwei.coordination.duties.model import Duty
from jingwei.coordination.duties.records import change, set_duty
from jingwei.coordination.matters.fold import code_of
from jingwei.coordination.matters.model import Cause
from jingwei.coordination.matters.records import keep, surfaced
from jingwei.foundations.data.catalogue import records
from jingwei.foundations.data.catalogue.model import Record, Word
from jingwei.foundations.data.once.findings import LONG_AGO
from jingwei.foundations.data.once.matching import code_of as code_of_finding
from jingwei.foundations.data.once.records import keep as keep_table
from jingwei.foundations.data.once.taking import form
from jingwei.foundations.data.sharing.cases import facts_of_request, words_of_request
from jingwei.foundations.data.sharing.model import Request
from jingwei.kernel.actions import Action, Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.workspace import Workspace

FIELDS = ("身份证号", "姓名", "手机号")
FORMS = (replace(form(FIELDS, "health", "visits", "", LONG_AGO), planned=True), form(FIELDS, "civil", "people", "", LONG_AGO))
WELLS = Dataset("wells", 1, {"name": "string"})
CAUSE = Cause("red_line/0", "red_line", "entry:0", date(2025, 1, 1), 1, Text("越线", "crossed"))
ASKED_OF = {("duties", "show"): {"code": "A"}, ("ledger", "prove"): {"entry": "0"}, ("ledger", "verify"): {"pasted": " "},
            ("matters", "show"): {"code": code_of(CAUSE.key)}, ("share", "show"): {"code": "R-0"}, ("catalogue", "show"): {"record": "s/d"},
            ("once", "show"): {"code": code_of_finding(*FORMS)},
            ("data", "lineage"): {"dataset": WELLS.name},
            ("government", "prove"): {"thing": "newborn"}, ("government", "links"): {"thing": "newborn"}}
"""What an action must be asked, beside its files, to have an answer."""

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t"><decision id="level" name="level">
<variable name="level" typeRef="string"/><decisionTable id="t"><input id="i"><inputExpression id="e"><text>3</text></inputExpression></input><output id="o"/>
<rule id="r"><inputEntry id="a"><text>-</text></inputEntry><outputEntry id="b"><text>"city"</text></outputEntry></rule></decisionTable></decision></definitions>"""
BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p" isExecutable="true"><startEvent id="s"/><task id="t"/>
<sequenceFlow id="f" sourceRef="s" targetRef="t"/></process></definitions>"""


HAPPENED = '{"regime": "licensing", "happened": [{"kind": "accepted", "at": "2025-09-24"}]}'


def models_of(action: Action) -> dict[str, tuple[str, str]]:
    """The models or accounts an action reads, by field."""
    if action.path == ("government", "clock"):
        return {"happened": ("happened.json", HAPPENED)}
    model = {"decisions": ("m.dmn", DMN), "processes": ("m.bpmn", BPMN)}.get(action.path[0])
    return {name: model for name in ("model", "before", "after") if name in action.input.__dataclass_fields__} if model else {}


def furnish(node: Workspace) -> Workspace:
    context = Context(node)
    change(context, lambda tree: set_duty(tree, Duty("A", "O.1", Text("事", "thing"), "bureau", date(2030, 1, 1))))
    keep(context, {}, surfaced({}, [CAUSE], date(2025, 1, 1)))
    asked = Request("R-0", "POP-01", "health", "civil", "conditional", "duty")
    node.ledger.append(Event("share.requested", context.clock(), "local", facts_of_request(asked), {"share:R-0": words_of_request(asked)}))
    node.lake.append(WELLS, [{"name": "a"}])
    for each in FORMS:
        keep_table(context, each, b"")
    with node.store.write() as connection:
        records.keep_source(connection, "s", "s", {}, context.clock())
        records.keep(connection, "s", {"d.yaml": b"1"}, (), [("d.yaml", "", Record("urn:d", title=(Word("水井"),)))], (), {}, context.clock())
    return node
