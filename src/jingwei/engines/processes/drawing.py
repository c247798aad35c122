"""The drawing of a BPMN file: where its shapes stand and its edges run, as its own diagram interchange says (BPMN 2.0.2 §12)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from jingwei.engines.processes.model import MODEL, Definitions, Element

DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
FARTHEST: Final = 1e6
"""Beyond this a coordinate is taken for a slip, and what has it is not drawn."""
MARGIN: Final = 12.0
LETTER: Final = 11.0
"""Height of a letter, which is the width of a Chinese one; a Latin one is about half as wide."""
MOST_LINES: Final = 4

Form = Literal["circle", "diamond", "box", "note", "frame"]
"""An event; a gateway; an activity; data and artefacts; pools, lanes and groups."""

_FORMS: Final[Mapping[str, Form]] = {
    "participant": "frame", "lane": "frame", "group": "frame", "textAnnotation": "note", "dataObject": "note", "dataObjectReference": "note", "dataInput": "note",
    "dataOutput": "note", "dataStore": "note", "dataStoreReference": "note", "message": "note",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A node of the drawing.

    tag : the element's own name; trigger : of an event, what it waits for or says
    lines : its name, broken to fit; label_x, label_y : middle of the first line
    rings : how many circles an event has; thick : it is an end; dashed : a boundary or start event that does not interrupt
    sideways : of pools and lanes, its name runs upwards
    """

    id: str
    tag: str
    form: Form
    name: str
    trigger: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    label_x: float
    label_y: float
    rings: int = 1
    thick: bool = False
    dashed: bool = False
    sideways: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Edge:
    """A line of the drawing: a sequence flow, or (``dashed``) a message flow or association."""

    id: str
    tag: str
    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.points)

    @property
    def label(self) -> tuple[float, float]:
        """Where its name stands: over the middle of its longest part."""
        (ax, ay), (bx, by) = max(zip(self.points, self.points[1:], strict=False), key=lambda pair: math.dist(*pair))
        return (ax + bx) / 2, (ay + by) / 2 - 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """One diagram. x, y, width, height : what holds all of it; shapes : those that hold others first"""

    name: str
    x: float
    y: float
    width: float
    height: float
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]


def drawings(definitions: Definitions) -> tuple[Drawing, ...]:
    """The diagrams of a file that show something; none where it has no diagram interchange. What lacks a place, or an element, is left out."""
    elements = {e.get("id"): e for e in definitions.root.walk() if e.namespace == MODEL and e.get("id")}
    found = []
    for diagram in definitions.root.children:
        if diagram.local != "BPMNDiagram" or diagram.namespace != DI:
            continue
        parts = [(e, elements[name]) for e in diagram.walk() if e.namespace == DI and (name := e.get("bpmnElement").rpartition(":")[2]) in elements]
        shapes = [shape for e, element in parts if e.local == "BPMNShape" for shape in _shape(e, element)]
        edges = [edge for e, element in parts if e.local == "BPMNEdge" for edge in _edge(e, element)]
        corners = [(s.x, s.y) for s in shapes] + [(s.x + s.width, s.y + s.height + LETTER * 1.3 * len(s.lines) * (s.form in ("circle", "diamond"))) for s in shapes]
        corners += [point for edge in edges for point in edge.points]
        if not corners:
            continue
        left, top = min(x for x, _ in corners) - MARGIN, min(y for _, y in corners) - MARGIN
        shapes.sort(key=lambda s: (s.form != "frame", -s.width * s.height))
        found.append(Drawing(diagram.get("name"), left, top, max(x for x, _ in corners) - left + MARGIN, max(y for _, y in corners) - top + MARGIN, tuple(shapes), tuple(edges)))
    return tuple(found)


def _shape(drawn: Element, element: Element) -> Iterator[Shape]:
    bounds = next((c for c in drawn.children if c.local == "Bounds"), None)
    place = _numbers(bounds, "x", "y", "width", "height") if bounds else None
    if place is None or min(place[2:]) <= 0:
        return
    x, y, width, height = place
    tag, name = element.local, " ".join(element.get("name").split())
    form: Form = _FORMS.get(tag) or ("circle" if tag.endswith("Event") else "diamond" if tag.endswith("Gateway") else "box")
    if tag == "textAnnotation":
        name = " ".join(" ".join(c.text.split()) for c in element.under("text"))
    trigger = next((c.local.removesuffix("EventDefinition") for c in element.children if c.local.endswith("EventDefinition")), "")
    sideways = form == "frame" and drawn.get("isHorizontal") != "false" and tag != "group"
    holds = form == "box" and any(True for _ in element.under("startEvent", "task", "userTask", "sequenceFlow")) and width > 110
    below = form in ("circle", "diamond")
    lines = broken(name, max(90.0, width) if below else (height if sideways else width) - 8)
    if sideways:
        at = (x + LETTER * 1.3, y + height / 2)
    elif below:
        at = (x + width / 2, y + height + LETTER * 1.2)
    elif holds or form == "frame":
        at = (x + width / 2, y + LETTER * 1.4)
    else:
        at = (x + width / 2, y + height / 2 - (len(lines) - 1) * LETTER * 0.65 + LETTER * 0.35)
    yield Shape(element.get("id"), tag, form, name, trigger, x, y, width, height, lines, *at, rings=2 if tag.startswith("intermediate") or tag == "boundaryEvent" else 1,
                thick=tag in {"endEvent", "callActivity"}, sideways=sideways,
                dashed=element.get("cancelActivity") == "false" or (tag == "startEvent" and element.get("isInterrupting") == "false") or element.get("triggeredByEvent") == "true")


def _edge(drawn: Element, element: Element) -> Iterator[Edge]:
    points = [_numbers(c, "x", "y") for c in drawn.children if c.local == "waypoint"]
    there = tuple((p[0], p[1]) for p in points if p)
    if len(there) > 1 and len(there) == len(points):
        yield Edge(element.get("id"), element.local, " ".join(element.get("name").split()), there, element.local != "sequenceFlow")


def _numbers(element: Element, *names: str) -> list[float] | None:
    try:
        found = [float(element.get(name)) for name in names]
    except ValueError:
        return None
    return found if all(abs(value) < FARTHEST for value in found) else None


def broken(text: str, width: float) -> tuple[str, ...]:
    """A name in lines of about that width, in the drawing's units: Chinese breaks anywhere, Latin between words; what does not fit ends in ``…``."""
    lines: list[str] = [""]
    room = width
    for piece in _pieces(text):
        wide = _width(piece)
        if wide > room and lines[-1].strip():
            lines.append("")
            room = width
        lines[-1] += piece
        room -= wide
    lines = [line.strip() for line in lines]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES - 1], lines[MOST_LINES - 1] + "…"]
    return tuple(line for line in lines if line)


def _pieces(text: str) -> Sequence[str]:
    pieces: list[str] = []
    for letter in text:
        if pieces and letter != " " and ord(letter) < 0x2E80 and ord(pieces[-1][-1]) < 0x2E80:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _width(text: str) -> float:
    return sum(LETTER if ord(letter) >= 0x2E80 else LETTER * 0.56 for letter in text)
