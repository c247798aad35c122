"""The drawing of a file, as its diagram interchange says."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from jingwei.engines.processes.drawing import LETTER, MARGIN, MOST_LINES, broken, drawings
from jingwei.engines.processes.reading import read

SPACES = {"di": "http://www.omg.org/spec/BPMN/20100524/DI", "dc": "http://www.omg.org/spec/DD/20100524/DC", "w": "http://www.omg.org/spec/DD/20100524/DI"}


@pytest.mark.oracle("processes check")
def test_every_shape_and_edge_of_a_reference_model_stands_where_its_interchange_says(shared: Path):
    for path in sorted((shared / "oracles/bpmn_miwg").glob("*.bpmn")):
        root = etree.fromstring(path.read_bytes())
        made = drawings(read(path.read_bytes()))
        wanted = {s.get("bpmnElement").rpartition(":")[2]: tuple(float(s.find("dc:Bounds", SPACES).get(n)) for n in ("x", "y", "width", "height"))
                  for s in root.iterfind(".//di:BPMNShape", SPACES)}
        found = {s.id: (s.x, s.y, s.width, s.height) for d in made for s in d.shapes}
        assert found == {name: place for name, place in wanted.items() if name in found}
        ids = {e.get("id") for e in root.iter(etree.Element) if "MODEL" in e.tag}
        assert set(found) == set(wanted) & ids, path.name
        lines = {(e.get("bpmnElement") or "").rpartition(":")[2]: len(e.findall("w:waypoint", SPACES)) for e in root.iterfind(".//di:BPMNEdge", SPACES)}
        assert {e.id: len(e.points) for d in made for e in d.edges} == {name: count for name, count in lines.items() if name in ids}
        for d in made:
            assert all(d.x + MARGIN <= s.x and s.x + s.width <= d.x + d.width - MARGIN for s in d.shapes)
            assert all(d.y + MARGIN <= y <= d.y + d.height - MARGIN for e in d.edges for _, y in e.points)


def test_a_file_without_a_drawing_or_with_places_nobody_could_draw_has_none():
    head = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
            '<process id="p"><task id="a"/></process>')
    assert drawings(read(f"{head}</definitions>".encode())) == ()
    for x in ("", "nan", "inf", "1e300", "left", "-1e7"):
        shape = f'<di:BPMNShape bpmnElement="a"><dc:Bounds x="{x}" y="0" width="9" height="9"/></di:BPMNShape>'
        assert drawings(read(f"{head}<di:BPMNDiagram><di:BPMNPlane>{shape}</di:BPMNPlane></di:BPMNDiagram></definitions>".encode())) == ()


def test_a_name_is_broken_where_its_script_allows_and_never_wider_than_its_room():
    assert broken("出生医学证明首次签发", 5 * LETTER) == ("出生医学证", "明首次签发")
    assert broken("Check the application of the child", 60) == ("Check the", "application", "of the", "child")
    assert broken("", 60) == ()
    assert broken("落户 Household registration", 100)[0].startswith("落户")
    long = broken("一" * 200, 10 * LETTER)
    assert len(long) == MOST_LINES
    assert long[-1].endswith("…")
