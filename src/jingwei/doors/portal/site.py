"""What the portal shows at one moment: an evaluation, made once for each state of the node's figures."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field, replace

from jingwei import plan
from jingwei.coordination.evaluation.actions import written
from jingwei.coordination.evaluation.ask import Evaluate
from jingwei.coordination.evaluation.compute import Evaluation, compute
from jingwei.coordination.observations.model import HELD, OBSERVATIONS, RELEASES
from jingwei.doors.health import EVALUATIONS
from jingwei.kernel.actions import Context, with_receipt
from jingwei.kernel.i18n import Language
from jingwei.kernel.receipts import NAME, code_version
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Moment:
    """An evaluation and its files in one language.

    state : digest of the program and of the figures it was made from; the same on every worker
    """

    state: str
    done: Evaluation
    documents: dict[str, Document]

    @property
    def receipt(self) -> Document:
        return self.documents[NAME]


@dataclass(slots=True)
class Site:
    """The node behind the portal. Any number of threads may ask; each state is computed once."""

    workspace: Workspace
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _moments: dict[tuple[str, Language], Moment] = field(default_factory=dict)

    def state(self) -> str:
        """Changes with any figure taken in, any release and any change of the program."""
        lake = self.workspace.lake
        seen = [lake.snapshot(dataset).id for dataset in (OBSERVATIONS, HELD, RELEASES)]
        return hashlib.sha256("\n".join((code_version(), *seen)).encode()).hexdigest()[:24]

    def is_made(self) -> bool:
        """Whether the evaluation of the present state is there."""
        state = self.state()
        return any(made == state for made, _ in list(self._moments))

    def moment(self, language: Language) -> Moment:
        """The present moment in one language."""
        state = self.state()
        if (state, language) not in self._moments:
            with self._lock:
                if (state, language) not in self._moments:
                    self._make(state, language)
        return self._moments[state, language]

    def _make(self, state: str, language: Language) -> None:
        for old in [key for key in self._moments if key[0] != state]:
            del self._moments[old]
        known = next(iter(self._moments.values()), None)
        context = Context(self.workspace, language)
        given = Evaluate()
        if known is None:
            EVALUATIONS.inc()
        done = known.done if known else compute(context, given)
        pinned = {d.name: self.workspace.lake.snapshot(d).id for d in (OBSERVATIONS, HELD, RELEASES)}
        action = next(a for p in plan.pillars() for a in p.actions if a.path == ("evaluate",))
        result = with_receipt(action, replace(context, snapshots=pinned), given, written(done, context))
        self._moments[state, language] = Moment(state, done, {d.name: d for d in result.documents})
