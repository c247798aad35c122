"""A BPMN file once read: its processes with their nodes and flows, and what became of every element of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from jingwei.kernel.i18n import Text

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"

Kind = Literal["start", "end", "task", "exclusive", "parallel", "inclusive", "events", "subprocess", "catch", "throw", "boundary"]
"""What a node does to tokens. ``events`` is the event-based gateway; a call activity is a ``subprocess`` or a ``task`` by what it calls."""

What = Literal["message", "timer", "signal", "error", "escalation", "compensation", "conditional", "link", "cancel", "terminate"]

Fate = Literal["executed", "carried", "foreign", "refused"]
"""What becomes of an element: it moves tokens; it is kept and shown (data, resources, artefacts, drawing); it belongs to another
vocabulary and is kept as it stands; it asks for something the machine does not do."""


@dataclass(frozen=True, slots=True)
class Element:
    """One XML element as the file has it, so that whatever was read can be written again.

    tag, attributes : names in Clark's notation, ``{namespace}local``
    text, tail : what stands inside before the first child, and behind the element
    """

    tag: str
    attributes: Mapping[str, str]
    text: str
    tail: str
    children: tuple[Element, ...]

    @property
    def local(self) -> str:
        return self.tag.rpartition("}")[2]

    @property
    def namespace(self) -> str:
        return self.tag[1:].partition("}")[0] if self.tag.startswith("{") else ""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def under(self, *names: str) -> Iterator[Element]:
        """Its children of BPMN's own vocabulary with one of these names; all of them without names."""
        return (child for child in self.children if child.namespace == MODEL and (not names or child.local in names))

    def walk(self) -> Iterator[Element]:
        """Itself and all below, in the file's order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event definition.

    what : its kind
    name : of the message, signal or link; the code of the error or escalation; the activity to be compensated. Empty means any
    expression : a timer's date, duration or cycle (``form`` says which), a condition
    """

    what: What
    name: str = ""
    expression: str = ""
    form: Literal["", "date", "duration", "cycle"] = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity is done (BPMN 2.0.2 §10.3.8).

    form : ``while`` is the standard loop, ``parallel`` and ``sequential`` are the multi-instance ones
    count : an expression, or a number; for a ``while`` the greatest number of rounds
    collection, item : the variable that holds a list, and the name under which an instance sees its element
    condition : goes on while it is true (``while``); ends all instances once it is true (multi-instance)
    before : a ``while`` asks before the first round
    """

    form: Literal["while", "parallel", "sequential"]
    count: str = ""
    collection: str = ""
    item: str = ""
    condition: str = ""
    before: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An event, activity or gateway.

    tag : the element's own name, such as ``userTask``
    scope : the sub-process it stands in; empty for the process itself
    host : the activity a boundary event is fastened to
    interrupting : whether a boundary event or the start of an event sub-process ends what it interrupts
    default : the flow taken when no condition holds
    called : what a call activity calls
    event_subprocess, compensates, transaction : it starts by an event; is run to undo; can be cancelled
    needs, gives : how many tokens must come before it begins, and how many leave by each flow once it is done
    """

    id: str
    name: str
    kind: Kind
    tag: str
    scope: str = ""
    triggers: tuple[Trigger, ...] = ()
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    host: str = ""
    interrupting: bool = True
    default: str = ""
    loop: Loop | None = None
    called: str = ""
    event_subprocess: bool = False
    compensates: bool = False
    transaction: bool = False
    needs: int = 1
    gives: int = 1


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow.

    condition : the expression; empty for none (or for an empty one, which says nothing)
    language : of the expression, as the flow or the file names it
    """

    id: str
    name: str
    source: str
    target: str
    condition: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the file the machine does not do, and why.

    where : the element's id, or its line
    tag : its name
    """

    where: str
    tag: str
    why: Text


@dataclass(frozen=True, slots=True)
class Process:
    """One process: all nodes with those of its sub-processes, each scope after the node that opens it.

    undo : the activity that undoes another, by the other's id
    lanes : the lane's name, by node
    gaps : what stands in the way of executing it
    """

    id: str
    name: str
    executable: bool
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    undo: Mapping[str, str] = field(default_factory=dict)
    lanes: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Definitions:
    """A whole file.

    root : all its elements, as they stand
    fates : how many elements of each name met which fate
    message_flows : (from, to, name) between pools, ends as written
    global_tasks : id and element name of tasks that can be called
    language : of expressions that name none
    """

    root: Element
    processes: tuple[Process, ...]
    fates: Mapping[Fate, Mapping[str, int]]
    message_flows: tuple[tuple[str, str, str], ...] = ()
    global_tasks: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
