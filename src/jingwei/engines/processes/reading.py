"""BPMN XML to ``Definitions`` and back. Nothing is skipped in silence: every element of the file meets a fate that is counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from lxml import etree

from jingwei.engines.processes.model import (
    MODEL,
    Definitions,
    Element,
    Fate,
    Flow,
    Gap,
    Kind,
    Loop,
    Node,
    Process,
    Trigger,
    What,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_ELEMENTS: Final = 200_000
MOST_DEPTH: Final = 100

_KINDS: Final[Mapping[str, Kind]] = {
    "startEvent": "start", "endEvent": "end", "intermediateCatchEvent": "catch", "intermediateThrowEvent": "throw", "boundaryEvent": "boundary",
    "task": "task", "userTask": "task", "manualTask": "task", "serviceTask": "task", "sendTask": "task", "receiveTask": "task", "businessRuleTask": "task",
    "scriptTask": "task", "subProcess": "subprocess", "transaction": "subprocess", "callActivity": "subprocess",
    "exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive", "eventBasedGateway": "events",
}
_WHATS: Final[Mapping[str, What]] = {
    "messageEventDefinition": "message", "timerEventDefinition": "timer", "signalEventDefinition": "signal", "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation", "compensateEventDefinition": "compensation", "conditionalEventDefinition": "conditional",
    "linkEventDefinition": "link", "cancelEventDefinition": "cancel", "terminateEventDefinition": "terminate",
}
_NAMED: Final = {"messageRef": "message", "signalRef": "signal", "errorRef": "error", "escalationRef": "escalation"}
_OF_NODES: Final = {
    "definitions", "process", "incoming", "outgoing", "sequenceFlow", "conditionExpression", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics",
    "loopCardinality", "loopDataInputRef", "inputDataItem", "completionCondition", "loopCondition", "timeDate", "timeDuration", "timeCycle", "condition",
    "message", "signal", "error", "escalation", "messageFlow", "lane", "laneSet", "childLaneSet", "flowNodeRef", "globalTask", "globalUserTask",
    "globalManualTask", "globalBusinessRuleTask", "collaboration", "participant", "script",
}
_CARRIED: Final = {
    "documentation", "extensionElements", "import", "extension", "relationship", "ioSpecification", "dataInput", "dataOutput", "inputSet", "outputSet",
    "dataInputRefs", "dataOutputRefs", "optionalInputRefs", "optionalOutputRefs", "whileExecutingInputRefs", "whileExecutingOutputRefs", "inputSetRefs",
    "outputSetRefs", "dataInputAssociation", "dataOutputAssociation", "sourceRef", "targetRef", "assignment", "from", "to", "transformation", "dataState",
    "dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "property", "itemDefinition", "ioBinding", "resource", "resourceParameter",
    "resourceRef", "resourceAssignmentExpression", "resourceParameterBinding", "formalExpression", "expression", "performer", "humanPerformer", "potentialOwner",
    "resourceRole", "rendering", "textAnnotation", "text", "association", "group", "category", "categoryValue", "categoryValueRef", "auditing", "monitoring",
    "interface", "operation", "inMessageRef", "outMessageRef", "errorRef", "endPoint", "interfaceRef", "supportedInterfaceRef", "operationRef", "messageFlowRef",
    "partnerRole", "partnerEntity", "participantRef", "participantMultiplicity", "participantAssociation", "innerParticipantRef", "outerParticipantRef",
    "messageFlowAssociation", "conversation", "subConversation", "callConversation", "conversationLink", "conversationAssociation", "conversationNode",
    "correlationProperty", "correlationPropertyRetrievalExpression", "correlationKey", "correlationPropertyRef", "correlationSubscription",
    "correlationPropertyBinding", "messagePath", "dataPath", "outputDataItem", "loopDataOutputRef", "eventDefinitionRef", "supports", "source", "target",
    "choreography", "globalChoreographyTask", "globalConversation", "partitionElement", "type",
}


def read(content: bytes, *, name: str = "process.bpmn") -> Definitions:
    """The definitions a BPMN 2.0 file holds.

    name : how problems call the file

    Raises Problem for what is no BPMN, for a document type or entities, and beyond 32 MiB, 200,000 elements or 100 levels.
    """
    root = _elements(content, name)
    if root.tag != f"{{{MODEL}}}definitions":
        raise Problem("not_bpmn", Text("根元素不是 BPMN 2.0 的 definitions。", "The root is no BPMN 2.0 definitions."), where=name,
                      remedy=Text("请从建模工具导出 BPMN 2.0 XML。", "Export BPMN 2.0 XML from the modelling tool."))
    names = {child.get("id"): child.get("errorCode") or child.get("escalationCode") or child.get("name") or child.get("id")
             for child in root.under("message", "signal", "error", "escalation")}
    language = root.get("expressionLanguage")
    tasks = {child.get("id"): child.local[6:7].lower() + child.local[7:] for child in root.under(
        "globalTask", "globalUserTask", "globalManualTask", "globalBusinessRuleTask", "globalScriptTask")}
    return Definitions(
        root, tuple(_process(child, names, language) for child in root.under("process")), _fates(root),
        tuple((flow.get("sourceRef"), flow.get("targetRef"), flow.get("name"))
              for group in root.under("collaboration") for flow in group.under("messageFlow")), tasks, language)


def write(definitions: Definitions) -> bytes:
    """The file again: every element, attribute and text as it was read, in the same order."""
    taken = {MODEL: "bpmn", "http://www.omg.org/spec/BPMN/20100524/DI": "bpmndi", "http://www.omg.org/spec/DD/20100524/DI": "di",
             "http://www.omg.org/spec/DD/20100524/DC": "dc", "http://www.w3.org/2001/XMLSchema-instance": "xsi"}
    used = {part[1:].partition("}")[0] for element in definitions.root.walk() for part in (element.tag, *element.attributes) if part.startswith("{")}
    spaces = {taken.get(space, f"n{i}"): space for i, space in enumerate(sorted(used)) if "/XML/1998/" not in space}

    def make(element: Element, parent: etree._Element | None) -> None:
        made = (etree.Element(element.tag, dict(element.attributes), nsmap=spaces) if parent is None
                else etree.SubElement(parent, element.tag, dict(element.attributes)))
        made.text, made.tail = element.text or None, element.tail or None
        pending.extend((child, made) for child in reversed(element.children))
        roots.append(made)

    pending: list[tuple[Element, etree._Element | None]] = [(definitions.root, None)]
    roots: list[etree._Element] = []
    while pending:
        make(*pending.pop())
    return etree.tostring(roots[0], xml_declaration=True, encoding="UTF-8")


def _elements(content: bytes, name: str) -> Element:
    if len(content) > MOST_BYTES:
        raise Problem("too_large", Text(f"文件有 {len(content):,} 字节。", f"The file has {len(content):,} bytes."), where=name,
                      remedy=Text(f"流程文件不超过 {MOST_BYTES:,} 字节。", f"A process file has at most {MOST_BYTES:,} bytes."))
    stack: list[list[Element]] = []
    count, root = 0, None
    parser = etree.XMLPullParser(events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
                                 remove_pis=True)
    try:
        for at in range(0, len(content), 65_536):
            parser.feed(content[at:at + 65_536])
            for event, element in parser.read_events():
                assert isinstance(element, etree._Element)
                if event == "start":
                    count += 1
                    if count > MOST_ELEMENTS or len(stack) >= MOST_DEPTH:
                        raise Problem("too_large", Text(f"文件超过 {MOST_ELEMENTS:,} 个元素或 {MOST_DEPTH} 层。", f"The file has more than {MOST_ELEMENTS:,} elements or {MOST_DEPTH} levels."),
                                      where=name, remedy=Text("请拆成几个流程。", "Divide it into several processes."))
                    if count == 1 and etree.ElementTree(element).docinfo.internalDTD is not None:
                        raise Problem("document_type", Text("文件带有文档类型声明，可能藏有实体。", "The file declares a document type, which can hide entities."), where=name,
                                      remedy=Text("请删去 <!DOCTYPE …>。", "Remove the <!DOCTYPE …>."))
                    stack.append([])
                    continue
                # What stands behind an element is known once its parent closes.
                below = tuple(replace(child, tail=found.tail or "") for child, found in zip(stack.pop(), element, strict=True))
                root = Element(str(element.tag), {str(k): str(v) for k, v in element.attrib.items()}, element.text or "", "", below)
                if stack:
                    stack[-1].append(root)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise Problem("not_xml", Text(f"不是完好的 XML：{error.msg}", f"It is no well-formed XML: {error.msg}"), where=f"{name}:{error.lineno or 1}",
                      remedy=Text("请从建模工具重新导出。", "Export it again from the modelling tool.")) from None
    if root is None:
        raise Problem("not_xml", Text("文件是空的。", "The file is empty."), where=name, remedy=Text("请从建模工具导出 BPMN 2.0 XML。", "Export BPMN 2.0 XML from the modelling tool."))
    return root


def _fates(root: Element) -> dict[Fate, dict[str, int]]:
    """Of every element; one inside an extension or another vocabulary is foreign with all below it."""
    met: dict[Fate, Counter[str]] = defaultdict(Counter)
    pending = [(root, False)]
    while pending:
        element, outside = pending.pop()
        local = element.local
        outside = outside or element.namespace != MODEL
        drawing = element.namespace.startswith(("http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/"))
        fate: Fate = ("carried" if drawing else "foreign" if outside else "executed" if local in _KINDS or local in _WHATS or local in _OF_NODES
                      else "carried" if local in _CARRIED else "refused")
        met[fate][local] += 1
        pending.extend((child, outside) for child in element.children)
    return {fate: dict(counts) for fate, counts in met.items()}


def _process(root: Element, names: Mapping[str, str], language: str) -> Process:
    flows = [Flow(e.get("id"), e.get("name"), e.get("sourceRef"), e.get("targetRef"), *_condition(e, language)) for e in root.walk()
             if e.tag == f"{{{MODEL}}}sequenceFlow"]
    into, out = defaultdict(list), defaultdict(list)
    for flow in flows:
        out[flow.source].append(flow.id)
        into[flow.target].append(flow.id)
    nodes: list[Node] = []
    gaps: list[Gap] = []
    for element, scope in _inside(root, ""):
        if element.local not in _KINDS:
            if element.local not in _OF_NODES | _CARRIED:
                gaps.append(_gap(element, "机器不执行这种元素。", "The machine does not execute this element."))
            continue
        node = _node(element, scope, names, tuple(into[element.get("id")]), tuple(out[element.get("id")]))
        nodes.append(node)
        gaps.extend(_refused(element, node))
    known = {node.id for node in nodes}
    written = Counter([*(node.id for node in nodes), *(flow.id for flow in flows)])
    gaps += [Gap(name or "?", tag, Text(f"编号 {name or '（空）'} 不止一个，或没有写。", f"Its id {name or '(none)'} is not its alone, or missing."))
             for name, tag in [*((n.id, n.tag) for n in nodes), *((f.id, "sequenceFlow") for f in flows)] if not name or written[name] > 1]
    gaps += [Gap(flow.id, "sequenceFlow", Text(f"它的一端 {end} 不在这个流程里。", f"Its end {end} is not in this process."))
             for flow in flows for end in (flow.source, flow.target) if end not in known]
    activities = {node.id for node in nodes if node.kind in ("task", "subprocess")}
    gaps += [Gap(node.id, node.tag, Text(f"它附着的 {node.host or '（空）'} 不是这个流程里的活动。", f"What it is fastened to, {node.host or 'nothing named'}, is no activity of this process."))
             for node in nodes if node.kind == "boundary" and node.host not in activities]
    hosts = {node.id: node.host for node in nodes if node.kind == "boundary" and any(t.what == "compensation" for t in node.triggers)}
    undo = {hosts[source]: target for e in root.walk() if e.tag == f"{{{MODEL}}}association"
            for source, target in [(_local(e.get("sourceRef")), _local(e.get("targetRef")))] if source in hosts and target in known}
    return Process(root.get("id"), root.get("name"), root.get("isExecutable") == "true", tuple(nodes), tuple(flows), undo, dict(_lanes(root)), tuple(gaps))


def _inside(element: Element, scope: str) -> Iterator[tuple[Element, str]]:
    """Every flow element with the sub-process it stands in, a sub-process before what it holds."""
    for child in element.under():
        yield child, scope
        if child.local in ("subProcess", "transaction"):
            yield from _inside(child, child.get("id"))


def _node(e: Element, scope: str, names: Mapping[str, str], into: tuple[str, ...], out: tuple[str, ...]) -> Node:
    triggers = tuple(_trigger(child, names) for child in e.under(*_WHATS))
    if e.local == "receiveTask":
        message = _local(e.get("messageRef"))
        triggers = (Trigger("message", names.get(message, message)),)
    return Node(
        e.get("id"), " ".join(e.get("name").split()), _KINDS[e.local], e.local, scope, triggers, into, out, host=_local(e.get("attachedToRef")),
        interrupting=e.get("cancelActivity" if e.local == "boundaryEvent" else "isInterrupting", "true") != "false", default=e.get("default"), loop=_loop(e),
        called=_local(e.get("calledElement")), event_subprocess=e.get("triggeredByEvent") == "true",
        compensates=e.get("isForCompensation") == "true", transaction=e.local == "transaction",
        needs=_quantity(e, "startQuantity") or 1, gives=_quantity(e, "completionQuantity") or 1)


def _local(name: str) -> str:
    """A qualified name without its prefix: ids are unique in the whole file."""
    return name.rpartition(":")[2]


def _quantity(e: Element, name: str) -> int:
    """0 for what is no positive number."""
    said = e.get(name) or "1"
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0


def _trigger(e: Element, names: Mapping[str, str]) -> Trigger:
    what = _WHATS[e.local]
    if what == "link":
        return Trigger(what, e.get("name"))
    if what == "compensation":
        return Trigger(what, _local(e.get("activityRef")))
    if what == "conditional":
        return Trigger(what, expression=next((c.text.strip() for c in e.under("condition")), ""))
    if what == "timer":
        for child, form in ((c, c.local[4:].lower()) for c in e.under("timeDate", "timeDuration", "timeCycle")):
            return Trigger(what, expression=child.text.strip(), form=form)  # type: ignore[arg-type]  # one of three
    reference = next((_local(e.get(name)) for name in _NAMED if e.get(name)), "")
    return Trigger(what, names.get(reference, reference))


def _loop(e: Element) -> Loop | None:
    for loop in e.under("standardLoopCharacteristics"):
        condition = next((c.text.strip() for c in loop.under("loopCondition")), "")
        return Loop("while", loop.get("loopMaximum"), condition=condition, before=loop.get("testBefore") == "true")
    for loop in e.under("multiInstanceLoopCharacteristics"):
        said = {c.local: c for c in loop.under()}

        def text(name: str, said: Mapping[str, Element] = said) -> str:
            return said[name].text.strip() if name in said else ""

        item = said["inputDataItem"].get("name") or said["inputDataItem"].get("id") if "inputDataItem" in said else ""
        collection = _named(e, text("loopDataInputRef"))
        if not collection:
            collection, item = _vendors(loop, item)
        return Loop("sequential" if loop.get("isSequential") == "true" else "parallel", text("loopCardinality"), collection, item, text("completionCondition"))
    return None


def _vendors(loop: Element, item: str) -> tuple[str, str]:
    """The list a multi-instance goes through and the name of its element, as two widespread tools write them outside the standard: attributes
    ``collection`` and ``elementVariable``, or an extension with ``inputCollection`` and ``inputElement``.
    """
    said = {name.rpartition("}")[2]: value for e in loop.walk() for name, value in e.attributes.items() if name.startswith("{") or e.namespace != MODEL}
    return said.get("collection") or said.get("inputCollection", ""), item or said.get("elementVariable") or said.get("inputElement", "")


def _named(e: Element, reference: str) -> str:
    """The variable behind a data input: its name, else its id."""
    return next((d.get("name") or reference for d in e.walk() if d.local == "dataInput" and d.get("id") == reference), reference)


def _condition(e: Element, language: str) -> tuple[str, str]:
    for condition in e.under("conditionExpression"):
        return condition.text.strip(), condition.get("language") or language
    return "", language


def _lanes(root: Element) -> Iterator[tuple[str, str]]:
    """Innermost last, so that it wins."""
    for lane in (e for e in root.walk() if e.tag == f"{{{MODEL}}}lane"):
        for reference in lane.under("flowNodeRef"):
            yield reference.text.strip(), lane.get("name") or lane.get("id")


def _gap(element: Element, zh: str, en: str) -> Gap:
    return Gap(element.get("id") or element.local, element.local, Text(zh, en))


def _refused(e: Element, node: Node) -> Iterator[Gap]:
    """What this node asks for and the machine does not do."""
    if e.local == "eventBasedGateway" and (e.get("instantiate") == "true" or e.get("eventGatewayType") == "Parallel"):
        yield _gap(e, "以事件网关启动流程，或等齐全部事件，都不执行。", "An event gateway that starts the process or waits for all its events is not executed.")
    if e.get("parallelMultiple") == "true" and len(node.triggers) > 1:
        yield _gap(e, "要求几个事件都发生的捕获不执行。", "A catch that wants several events all to happen is not executed.")
    if e.local == "scriptTask":
        yield _gap(e, "不执行脚本。请改用业务规则任务（DMN）。", "Scripts are not executed. Use a business rule task (DMN).")
    if any(True for _ in e.under("eventDefinitionRef")):
        yield _gap(e, "引用的事件定义不执行，请写在事件之内。", "A referenced event definition is not executed; write it inside the event.")
    for name in ("startQuantity", "completionQuantity"):
        if not _quantity(e, name):
            yield _gap(e, f"{name} 不是正整数。", f"{name} is no positive whole number.")
