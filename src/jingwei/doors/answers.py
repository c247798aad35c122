"""Answers of one process: each question is worked out once for each state of the node, however many ask it."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from dataclasses import dataclass
from typing import Any

import msgspec

from jingwei.doors.node import Node, State
from jingwei.kernel.actions import Action, Result, run
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.i18n import Language
from jingwei.kernel.memory import Memory
from jingwei.kernel.receipts import code_version, describe
from jingwei.kernel.workspace import Workspace

KEPT_BYTES = 64 * 2**20
LEAST_WEIGHT = 4096
"""What the smallest answer is counted as, so that many small ones stay bounded too."""

ONE_AT_A_TIME = threading.Lock()
"""Held while an action runs: the lake's connection and the settings of charts belong to the whole process."""


@dataclass(frozen=True, slots=True)
class Question:
    """An action with its input, asked of one state of the node on one day; ``key`` is the digest of it all."""

    action: Action
    given: Any
    language: Language
    state: State
    key: str


class Answers:
    """The node's answers to read actions. Any number of threads may ask.

    The least recently asked are dropped when all together are heavier than ``room`` bytes.
    """

    def __init__(self, workspace: Workspace, *, room: int = KEPT_BYTES, clock: Clock = system_clock) -> None:
        self.node = Node(workspace, clock=clock)
        self._kept = Memory(room, _weight)

    def question(self, action: Action, given: Any, language: Language) -> Question:
        """What is asked, of figures and record as they stand and on this day; cheap, nothing is run."""
        state = self.node.now()
        plain, sources = describe(given)
        told = [code_version(), action.path, action.handler, plain, msgspec.to_builtins(sources), language,
                state.instant.date().isoformat(), dict(state.snapshots), state.entries, secrets.token_hex(16) if action.anew else ""]
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        key = hashlib.sha256(canonical.encode()).hexdigest()
        return Question(action, given, language, state, key)

    def has(self, question: Question) -> bool:
        """Whether the answer is there, or being worked out for somebody else."""
        return self._kept.asked(question.key)

    def answer(self, question: Question) -> Result:
        """The result, worked out now or before; those who ask while it is worked out wait for it. Errors are not kept."""

        def work_out() -> Result:
            with ONE_AT_A_TIME:
                return run(question.action, self.node.context(question.state, question.language), question.given)

        result: Result = self._kept.once(question.key, work_out)
        return result


def _weight(result: Result) -> int:
    """Bytes of an answer, roughly. Raises when its data cannot be said in JSON."""
    said = len(json.dumps(result.data, allow_nan=False)) + len(result.report)
    return max(LEAST_WEIGHT, said + sum(len(d.content) for d in result.documents))
