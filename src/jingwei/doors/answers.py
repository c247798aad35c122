"""Answers of one process: each question is worked out once for each state of the node, however many ask it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from jingwei.kernel.actions import Action, Context, Result, run
from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.i18n import Language
from jingwei.kernel.lake import EMPTY
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
    instant: datetime
    snapshots: Mapping[str, str]
    key: str


class Answers:
    """The node's answers to read actions. Any number of threads may ask.

    The least recently asked are dropped when all together are heavier than ``room`` bytes.
    """

    def __init__(self, workspace: Workspace, *, room: int = KEPT_BYTES, clock: Clock = system_clock) -> None:
        self._workspace = Workspace(workspace.folder.resolve())
        self._room = room
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Future[Result]] = OrderedDict()
        self._weights: dict[str, int] = {}

    def question(self, action: Action, given: Any, language: Language) -> Question:
        """What is asked, of the lake as it stands and on this day; cheap, nothing is run."""
        instant, snapshots = self._clock(), self._snapshots()
        plain, sources = describe(given)
        told = [code_version(), action.path, action.handler, plain, msgspec.to_builtins(sources), language,
                instant.date().isoformat(), dict(snapshots)]
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        key = hashlib.sha256(canonical.encode()).hexdigest()
        return Question(action, given, language, instant, snapshots, key)

    def has(self, question: Question) -> bool:
        """Whether the answer is there, or being worked out for somebody else."""
        with self._lock:
            return question.key in self._kept

    def answer(self, question: Question) -> Result:
        """The result, worked out now or before; those who ask while it is worked out wait for it. Errors are not kept."""
        with self._lock:
            asked = self._kept.get(question.key)
            future = self._kept.setdefault(question.key, asked or Future())
            self._kept.move_to_end(question.key)
        if asked is not None:
            return asked.result()
        try:
            context = Context(self._workspace, question.language, clock=lambda: question.instant, principal="anonymous",
                              pinned=question.snapshots)
            with ONE_AT_A_TIME:
                result = run(question.action, context, question.given)
            weight = _weight(result)
        except BaseException as error:
            with self._lock:
                del self._kept[question.key]
            future.set_exception(error)
            raise
        future.set_result(result)
        self._make_room(question.key, weight)
        return result

    def _make_room(self, key: str, weight: int) -> None:
        with self._lock:
            self._weights[key] = weight
            total = sum(self._weights.values())
            for old in [k for k in self._kept if k in self._weights]:
                if total <= self._room:
                    return
                total -= self._weights.pop(old)
                del self._kept[old]

    def _snapshots(self) -> Mapping[str, str]:
        found = {}
        for current in sorted((self._workspace.folder / "lake").glob("*/current")):
            found[current.parent.name] = current.read_text().strip()
        return Snapshots(found)


class Snapshots(Mapping[str, str]):
    """Snapshots by dataset as they were when the question was asked: a dataset not there then stays empty."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = found

    def __getitem__(self, dataset: str) -> str:
        return self._found.get(dataset, EMPTY.id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _weight(result: Result) -> int:
    """Bytes of an answer, roughly. Raises when its data cannot be said in JSON."""
    said = len(json.dumps(result.data, allow_nan=False)) + len(result.report)
    return max(LEAST_WEIGHT, said + sum(len(d.content) for d in result.documents))
