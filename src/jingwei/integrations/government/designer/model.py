"""What a designer's page tells of a thing: the drawing with its findings, the tables with theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from jingwei.engines.decisions.proofs import Findings
from jingwei.engines.decisions.reading import TableRecord
from jingwei.engines.processes.drawing import Drawing
from jingwei.engines.processes.model import Fate, Gap, Process
from jingwei.engines.processes.soundness import Finding, Proof
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text


@dataclass(frozen=True, slots=True)
class AskDesign:
    thing: Annotated[str, Option(Text("一件事或已部署的流程", "a thing, or a process that is deployed"))]
    version: Annotated[int, Option(Text("部署的第几版；0 为最新，没有部署就看自带的", "which version deployed; 0 is the newest, or the one the package brings where none is deployed"))] = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """One process with what is proved of it. proof : None where its elements cannot be executed at all"""

    process: Process
    gaps: tuple[Gap, ...]
    proof: Proof | None

    @property
    def names(self) -> dict[str, str]:
        """Of its nodes, by id."""
        return {node.id: node.name or node.id for node in self.process.nodes}

    @property
    def sound(self) -> bool:
        return self.proof is not None and self.proof.sound

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.proof.findings if self.proof else ()


@dataclass(frozen=True, slots=True)
class Tried:
    """One decision table. found : None where it cannot be proved, for the reason ``why``"""

    decision: str
    record: TableRecord
    found: Findings | None
    why: Text | None


@dataclass(frozen=True, slots=True)
class Decided:
    """One DMN file. text : as it was written; faults : what does not compile"""

    file: str
    text: str
    tables: tuple[Tried, ...]
    faults: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One BPMN file. wrong : by node, the numbers of the findings and gaps that show at it, from 1, in the order they are told"""

    file: str
    text: str
    fates: Mapping[Fate, int]
    drawings: tuple[Drawing, ...]
    processes: tuple[Judged, ...]
    wrong: Mapping[str, tuple[int, ...]]
