"""A shapes file once read: shapes, their targets, paths and constraints; and what a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True, slots=True)
class Path:
    """A property path (SHACL §2.3.1).

    kind : predicate (``address`` is it), inverse, sequence, alternative, zero_or_more, one_or_more or zero_or_one of ``parts``
    """

    kind: Literal["predicate", "inverse", "sequence", "alternative", "zero_or_more", "one_or_more", "zero_or_one"]
    address: str = ""
    parts: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """As SPARQL writes it."""
        if self.kind == "predicate":
            return f"<{self.address}>"
        inner = [f"({p})" if p.kind in ("sequence", "alternative") else str(p) for p in self.parts]
        if self.kind in ("sequence", "alternative"):
            return ("/" if self.kind == "sequence" else "|").join(inner)
        mark = {"inverse": "^", "zero_or_more": "*", "one_or_more": "+", "zero_or_one": "?"}[self.kind]
        return mark + inner[0] if self.kind == "inverse" else inner[0] + mark


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a shape.

    component : such as ``MinCount``; the component's IRI is ``sh:MinCountConstraintComponent``
    value : what the parameter says: a number, a term, a tuple of terms, a compiled pattern
    shapes : the shapes it speaks of, by name
    """

    component: str
    value: object = None
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """Which nodes a shape is about: terms."""

    nodes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    subjects_of: tuple[str, ...] = ()
    objects_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape, or a property shape when it has a path.

    name : its term in the shapes graph
    severity : ``Violation``, ``Warning``, ``Info`` or an address of one's own
    """

    name: str
    path: Path | None
    constraints: tuple[Constraint, ...]
    targets: Targets = Targets()
    severity: str = "Violation"
    message: str = ""
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class Shapes:
    """All shapes of a file by name. ``remarks`` names what stands in it and means nothing in SHACL, with how often."""

    shapes: dict[str, Shape]
    remarks: tuple[str, ...] = ()

    @property
    def components(self) -> tuple[str, ...]:
        """The constraint components that the file uses."""
        return tuple(sorted({c.component for s in self.shapes.values() for c in s.constraints}))


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that does not hold; terms as ``columns`` writes them, ``value`` empty where no single value is at fault."""

    focus: str
    path: str
    component: str
    value: str = ""
    severity: str = "Violation"
    message: str = ""
