"""Files that are no process, or mean harm, end in a clear problem."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.engines.processes import reading
from jingwei.engines.processes.net import build, gaps
from jingwei.engines.processes.reading import read
from jingwei.kernel.problems import Problem

MODEL = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'


def test_entities_and_document_types_are_refused():
    bomb = '<!DOCTYPE definitions [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(Problem, match="document type"):
        read(f"{bomb}<definitions {MODEL}>&b;</definitions>".encode())
    with pytest.raises(Problem):
        read(f'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions {MODEL}/>'.encode())


def test_too_many_elements_and_a_thousand_levels_are_refused():
    with pytest.raises(Problem, match="200,000 elements"):
        read(f"<definitions {MODEL}>{'<task/>' * 200_001}</definitions>".encode())
    with pytest.raises(Problem, match="100 levels"):
        read(f"<definitions {MODEL}>{'<subProcess>' * 150}{'</subProcess>' * 150}</definitions>".encode())
    with pytest.raises(Problem, match="bytes"):
        read(b" " * (reading.MOST_BYTES + 1))


@pytest.mark.parametrize("content", [b"", b"   ", b"process", b"<a/>", b"<a", b"\xff\xfe", b"<?xml version='1.0'?>", b"PK\x03\x04"])
def test_what_is_no_bpmn_is_told(content):
    with pytest.raises(Problem) as caught:
        read(content, name="it.bpmn")
    assert "it.bpmn" in str(caught.value)
    assert caught.value.remedy.zh


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: f"<definitions {MODEL}><process id='p'>{t}</process></definitions>".encode()))
def test_nothing_read_ends_in_anything_but_a_problem(content):
    try:
        definitions = read(content)
    except Problem:
        return
    for process in definitions.processes:
        gaps(definitions, process.id)


NAMES = st.sampled_from(["startEvent", "endEvent", "task", "scriptTask", "exclusiveGateway", "complexGateway", "adHocSubProcess", "boundaryEvent", "sequenceFlow", "unheard", "subProcess"])


@given(st.lists(st.tuples(NAMES, st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=8))
def test_whatever_stands_in_a_process_is_executed_or_named(parts):
    body = "".join(f'<{tag} id="{i}{n}" sourceRef="{a}" targetRef="{b}" attachedToRef="{a}"/>' for n, (tag, i, a, b) in enumerate(parts))
    definitions = read(f'<definitions {MODEL}><process id="p">{body}</process></definitions>'.encode())
    named = {gap.tag for gap in gaps(definitions, "p")}
    for tag, _, _, _ in parts:
        if tag in ("scriptTask", "complexGateway", "adHocSubProcess", "unheard", "sequenceFlow", "boundaryEvent"):
            assert tag in named, "what cannot be executed is named"
    if named:
        with pytest.raises(Problem):
            build(definitions, "p")


def test_all_that_stands_in_the_way_is_named_at_once():
    body = '<scriptTask id="s"/><complexGateway id="c"/><eventBasedGateway id="e" instantiate="true"/><callActivity id="k" calledElement="nowhere"/>'
    with pytest.raises(Problem) as caught:
        build(read(f'<definitions {MODEL}><process id="p">{body}</process></definitions>'.encode()), "p")
    assert all(f" {name}:" in str(caught.value) for name in "scek")
    with pytest.raises(Problem, match="no process q"):
        build(read(f'<definitions {MODEL}><process id="p"/></definitions>'.encode()), "q")


@pytest.mark.parametrize("loop", [
    '<multiInstanceLoopCharacteristics xmlns:c="http://camunda.org/schema/1.0/bpmn" c:collection="documents" c:elementVariable="document"/>',
    '<multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics xmlns:z="http://camunda.org/schema/zeebe/1.0" inputCollection="documents" inputElement="document"/>'
    "</extensionElements></multiInstanceLoopCharacteristics>",
    '<ioSpecification><dataInput id="i" name="documents"/></ioSpecification><multiInstanceLoopCharacteristics><loopDataInputRef>i</loopDataInputRef><inputDataItem name="document"/>'
    "</multiInstanceLoopCharacteristics>"])
def test_the_list_of_a_multi_instance_is_read_as_the_standard_and_as_two_tools_write_it(loop):
    (task,) = read(f'<definitions {MODEL}><process id="p"><task id="t">{loop}</task></process></definitions>'.encode()).processes[0].nodes
    assert task.loop
    assert (task.loop.collection, task.loop.item) == ("documents", "document")
