"""The reference models of the BPMN Model Interchange Working Group: read whole, written again, and run where they can be."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from jingwei.engines.processes.machine import Machine
from jingwei.engines.processes.model import MODEL
from jingwei.engines.processes.net import Net, build, gaps
from jingwei.engines.processes.reading import read, write
from jingwei.engines.processes.soundness import prove
from jingwei.engines.processes.state import Wait

EXECUTABLE = {"C.1.0": "bpmn-miwg-test-case-c.1.0", "C.1.1": "handle-invoice", "C.3.0": "_8170787a-3207-434d-9bea-4787059f444f"}
"""Models with a process marked executable."""


@pytest.fixture(scope="module")
def models(shared: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((shared / "oracles/bpmn_miwg").glob("*.bpmn"))}


def skeleton(content: bytes) -> list[object]:
    """Every element's name, attributes and depth, in the file's order, by another reader."""
    found = []
    for event, element in etree.iterwalk(etree.fromstring(content), events=("start", "end")):
        if isinstance(element.tag, str):
            found.append((event, element.tag, sorted(element.attrib.items()), (element.text or "").strip()) if event == "start" else "end")
    return found


@pytest.mark.oracle("processes check")
def test_every_reference_model_is_read_whole_and_written_as_it_was(models):
    assert len(models) == 16
    for name, content in models.items():
        definitions = read(content, name=name)
        assert skeleton(write(definitions)) == skeleton(content)
        assert read(write(definitions)).processes == definitions.processes
        told = sum(n for fate in definitions.fates.values() for n in fate.values())
        elements = etree.fromstring(content).iter(etree.Element)
        assert told == sum(1 for _ in elements), "each element meets one fate"
        assert "refused" not in definitions.fates, name


def test_every_node_and_flow_of_a_reference_model_is_there(models):
    kinds = ("Event", "task", "Task", "Gateway", "subProcess", "callActivity", "transaction")
    for content in models.values():
        root = etree.fromstring(content)
        inside = [e for p in root.iter(f"{{{MODEL}}}process") for e in p.iter(etree.Element) if e.tag.startswith(f"{{{MODEL}}}")]
        read_ = read(content)
        nodes = Counter(e.get("id") for e in inside if e.tag.endswith(kinds) and not e.tag.endswith("Definition"))
        assert Counter(n.id for p in read_.processes for n in p.nodes) == nodes
        assert Counter(f.id for p in read_.processes for f in p.flows) == Counter(e.get("id") for e in inside if e.tag == f"{{{MODEL}}}sequenceFlow")


def test_only_models_marked_executable_are(models):
    marked = {(name, p.id) for name, content in models.items() for p in read(content).processes if p.executable}
    assert marked == set(EXECUTABLE.items())


def trace(net: Net, choices: dict[str, str], *done: str, start: str | None = None) -> list[list[str]]:
    """What is open at first and after each thing done, by names; choices say which flow a gateway takes."""
    def choose(node: int, flows: object, _: object) -> list[int]:
        assert isinstance(flows, tuple)
        return [f for f in flows if net.nodes[net.target[f]].name == choices[net.nodes[node].name]]

    machine = Machine(net, choose=choose)
    machine.start(at=start)

    def open_() -> list[str]:
        return sorted(net.nodes[w.node].name or net.nodes[w.node].id for w in machine.state.waiting())

    seen = [open_()]
    for name in done:
        work = next(w for w in machine.state.waiting() if (net.nodes[w.node].name or net.nodes[w.node].id) == name)
        (machine.complete if work.wait == Wait.TASK else machine.catch)(work.id)
        seen.append(open_())
    seen[-1] += ["(ended)"] if machine.state.ended else []
    return seen


@pytest.mark.parametrize("name", ["C.1.0", "C.1.1"])
def test_an_invoice_goes_the_ways_its_drawing_shows(models, name):
    net = build(read(models[name]), EXECUTABLE[name])
    assert prove(net).sound
    happy = trace(net, {"Invoice approved?": "Prepare Bank Transfer"}, "Assign Approver", "Approve Invoice", "Prepare Bank Transfer", "Archive Invoice")
    assert happy == [["Assign Approver"], ["Approve Invoice"], ["Prepare Bank Transfer"], ["Archive Invoice"], ["(ended)"]]
    refused = trace(net, {"Invoice approved?": "Rechnung klären", "Review successful?": "Invoice not processed"}, "Assign Approver", "Approve Invoice", "Rechnung klären")
    assert refused == [["Assign Approver"], ["Approve Invoice"], ["Rechnung klären"], ["(ended)"]]
    round_ = trace(net, {"Invoice approved?": "Rechnung klären", "Review successful?": "Approve Invoice"}, "Assign Approver", "Approve Invoice", "Rechnung klären")
    assert round_[-1] == ["Approve Invoice"]


def test_a_fridge_waits_for_two_requests_as_its_model_says(models):
    """``startQuantity`` is 2: one request brings one token, and the first task needs two."""
    content = models["C.3.0"]
    net = build(read(content), EXECUTABLE["C.3.0"])
    assert trace(net, {}) == [[]]
    assert [f.code for f in prove(net).findings] == ["quantities"]
    assert any("Service type" in g.why.en for g in gaps(read(content), EXECUTABLE["C.3.0"]))
    one = build(read(content.replace(b'startQuantity="2"', b'startQuantity="1"').replace(b'completionQuantity="2"', b'completionQuantity="1"')), EXECUTABLE["C.3.0"])
    assert prove(one).sound
    standard = {"Service type": "Service level", "Service level": "Perform repair (standard level)"}
    message = next(n.id for n in one.nodes if n.kind == "boundary" and not n.name)
    assert trace(one, standard, "Analyse customer request", message, "Perform repair (premium level)") == [
        ["Analyse customer request"], [message, "Perform repair (standard level)"], ["2 hours", "Perform repair (premium level)"], ["(ended)"]]
    urgent = trace(one, {**standard, "Service level": "Perform repair (premium level)", "Successful?": "Replace fridge"}, "Analyse customer request", "2 hours", "Replace fridge")
    assert urgent[-2:] == [["Replace fridge"], ["(ended)"]]


def test_a_travel_booking_is_undone_when_the_card_is_refused(models):
    """C.6.0: an event gateway, boundary events, and a compensation event sub-process that undoes the flight and the hotel."""
    net = build(read(models["C.6.0"]), "_898aa942-9a96-4405-ae71-22b5e2e3d235")
    assert prove(net).sound
    booked = ["Make Flights and Hotel Offer", "Offer Approved", "Request Credit Card Information", "Book Flight", "Book Hotel"]
    seen = trace(net, {}, *booked, "Charge Credit Card", "Confirm Booking")
    assert seen[1] == ["24 Hours", "Cancel Request", "Offer Approved"]
    assert seen[2] == ["24 Hours", "Request Credit Card Information"]
    assert [name for name in seen[3] if not name.startswith("_")] == ["Book Flight", "Book Hotel"]
    assert seen[-1] == ["(ended)"]
    assert trace(net, {}, booked[0], "24 Hours", "Notify Customer Offer Expired")[-1] == ["(ended)"]
    refused = next(n.id for n in net.nodes if n.host and net.nodes[net.number[n.host]].name == "Charge Credit Card")
    undone = trace(net, {}, *booked, refused, "Cancel Hotel", "Cancel Flight", "Notify Failed Credit Transaction")
    assert undone[6:] == [["Cancel Hotel"], ["Cancel Flight"], ["Notify Failed Credit Transaction"], ["(ended)"]]


def test_what_cannot_end_is_told_with_the_way_into_it(models):
    findings = {p.id: prove(build(read(models["B.2.0"]), p.id)).findings for p in read(models["B.2.0"]).processes}
    assert [f.code for f in findings["WFP-6-1"]] == ["deadlock"]
    assert "Parallel Gateway 2" in findings["WFP-6-1"][0].text.en


@pytest.mark.soak
@pytest.mark.oracle("processes run")
def test_the_traces_of_executable_models_are_those_of_another_engine(shared):
    """C.1.0 and C.1.1, three walks each; it cannot run C.3.0. Wants the peers' environment (`make bench`)."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, root / "benchmarks/traces.py", shared / "oracles/bpmn_miwg"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "6 passed, 0 failed", done.stdout


def with_prefix(content: bytes) -> bytes:
    """BPMN's own vocabulary under another prefix, and its default namespace somebody else's."""
    root = etree.fromstring(content)
    made = etree.Element(root.tag, dict(root.attrib), nsmap={"semantic": MODEL, None: "urn:vendor", **{f"n{i}": space for i, space in enumerate({*root.nsmap.values()} - {MODEL})}})
    made.extend(list(root))
    return etree.tostring(made)


def without_drawing(content: bytes) -> bytes:
    root = etree.fromstring(content)
    for drawing in root.findall("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"):
        root.remove(drawing)
    return etree.tostring(root)


def with_extensions(content: bytes) -> bytes:
    """A vendor's elements and attributes wherever the vocabulary lets them stand."""
    root = etree.fromstring(content)
    for element in list(root.iter(f"{{{MODEL}}}task", f"{{{MODEL}}}userTask", f"{{{MODEL}}}process")):
        element.set("{urn:vendor}colour", "#fff")
        held = element.find(f"{{{MODEL}}}extensionElements")
        held = etree.SubElement(element, f"{{{MODEL}}}extensionElements") if held is None else held
        etree.SubElement(etree.SubElement(held, "{urn:vendor}task", id="not-a-task"), f"{{{MODEL}}}userTask", id="kept-as-it-stands")
    return etree.tostring(root)


def with_qualified_names(content: bytes) -> bytes:
    """References that are qualified names written with the prefix of the file's own namespace."""
    root = etree.fromstring(content)
    for element in root.iter(etree.Element):
        for name in ("attachedToRef", "messageRef", "errorRef", "signalRef", "escalationRef", "activityRef", "calledElement"):
            if element.get(name) and ":" not in element.get(name):
                element.set(name, f"tns:{element.get(name)}")
    return etree.tostring(root)


VARIATIONS = {
    "utf-16": lambda content: etree.tostring(etree.fromstring(content), encoding="UTF-16", xml_declaration=True),
    "byte order mark": lambda content: b"\xef\xbb\xbf" + etree.tostring(etree.fromstring(content), encoding="UTF-8", xml_declaration=True),
    "gb18030": lambda content: etree.tostring(etree.fromstring(content), encoding="GB18030", xml_declaration=True),
    "prefix": with_prefix, "no drawing": without_drawing, "extensions": with_extensions, "qualified names": with_qualified_names,
    "comments": lambda content: etree.tostring(etree.fromstring(content)).replace(b"><", b"><!-- by a tool --><?tool here?><"),
}


@pytest.mark.parametrize("variation", VARIATIONS)
def test_a_model_as_another_tool_would_have_written_it_is_the_same_model(models, variation):
    for name, content in models.items():
        there = read(content)
        varied = VARIATIONS[variation](content)
        read_ = read(varied, name=name)
        assert read_.processes == there.processes, name
        assert skeleton(write(read_)) == skeleton(varied), name
        assert [gaps(read_, p.id) for p in read_.processes] == [gaps(there, p.id) for p in there.processes]
        assert "refused" not in read_.fates
