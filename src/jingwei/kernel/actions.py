"""Actions: what can be done in a room, declared once, run in one place."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from jingwei.kernel.clock import Clock, system_clock
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.lineage import READS, USED, told_of
from jingwei.kernel.memory import Memory
from jingwei.kernel.people import LOCAL, Principal, demand, needs_second
from jingwei.kernel.problems import Problem
from jingwei.kernel.receipts import NAME, Receipt, code_version, describe, differences, restore
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from jingwei.kernel.lake import Dataset
    from jingwei.kernel.ledger import Event

Effect = Literal["read", "write", "irreversible"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of an action's input is asked for; put in ``Annotated[...]``.

    positional : given by its place on a command line, not by name
    choices : the words allowed, when there are few
    """

    help: Text
    positional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a room can do.

    path : its name, such as ("index", "build")
    clauses : the clauses of the plan it answers
    scope : what it may be granted by
    effect : read, write (``dry_run`` is honoured) or irreversible (needs two persons)
    input : dataclass whose fields are annotated with Option
    handler : dotted name of ``(context, input) -> Result``; loaded only when run
    makes : names of the files a folder given for output will hold
    example : a line somebody could type
    records_itself : its handler writes its entry in the ledger, since it works on the store that holds the ledger
    anew : what it answers may change without a new entry or figure, as when somebody altered a row: no answer is kept
    """

    path: tuple[str, ...]
    title: Text
    clauses: tuple[str, ...]
    scope: str
    effect: Effect
    input: type
    handler: str
    makes: tuple[str, ...] = ()
    example: str = ""
    records_itself: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What an action gives back, for a person, a program and a folder at once.

    report : Markdown in the language asked for
    data : the same as JSON-ready values
    documents : files to write when a folder is asked for
    holds : False when a question was asked and the answer is no
    """

    report: str
    data: Any
    documents: tuple[Document, ...] = ()
    holds: bool = True


class Progress(Protocol):
    """Called with how many steps have just been done."""

    def __call__(self, done: int = 1) -> None: ...


@contextmanager
def _silent(_label: str, _total: int) -> Iterator[Progress]:
    def step(done: int = 1) -> None: ...

    yield step


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """Everything an action may know of the world it runs in.

    pinned : lake snapshots to read instead of the current ones, by dataset; set by a replay
    snapshots : lake snapshots read so far, by dataset; goes into the receipt
    progress : ``with context.progress("Solving days", total) as step``; ``step`` raises when the work was cancelled
    cancelled : whether nobody wants the result any more; for work that has no steps to count
    memory : what was worked out of this state of the node before; its own and empty unless a door lends one
    approval : key of the request a second person confirmed, for what cannot be undone
    """

    workspace: Workspace
    language: Language = "en"
    clock: Clock = system_clock
    dry_run: bool = False
    principal: Principal = LOCAL
    progress: Callable[[str, int], AbstractContextManager[Progress]] = field(default=_silent)
    cancelled: Callable[[], bool] = _never
    pinned: Mapping[str, str] = field(default_factory=dict)
    snapshots: dict[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    approval: str = ""

    def say(self, zh: str, en: str) -> str:
        """The text in the language of whoever asks."""
        return zh if self.language == "zh" else en

    def once(self, key: Hashable, make: Callable[[Context], T]) -> T:
        """What ``make`` gives, made once for this state of the node; what it read of the lake is noted either way."""

        def noted() -> tuple[T, dict[str, str]]:
            inner = replace(self, snapshots={})
            return make(inner), inner.snapshots

        value: T
        value, read = self.memory.once(key, noted)
        self.snapshots.update(read)
        return value

    def read(self, dataset: Dataset) -> ir.Table:
        """A dataset of the workspace's lake: the only way a room reads one."""
        snapshot = self.workspace.lake.snapshot(dataset, self.pinned.get(dataset.name))
        self.snapshots[dataset.name] = snapshot.id
        return self.workspace.lake.read(dataset, snapshot)


def run(action: Action, context: Context, given: Any) -> Result:
    """Run an action: the one place every door goes through, and where access and the record hook in.

    A result with documents gets its receipt here.
    """
    if not isinstance(given, action.input):
        raise TypeError(f"{action.path} takes {action.input.__name__}, not {type(given).__name__}")
    if context.dry_run and action.effect == "read":
        raise Problem("nothing_to_rehearse",
                      Text(f"{' '.join(action.path)} 不改动任何东西", f"{' '.join(action.path)} changes nothing"),
                      remedy=Text("去掉 --dry-run 再运行。", "Run it without --dry-run."))
    demand(context.principal, action.scope, action.effect)
    if needs_second(context.principal, action.effect) and not context.dry_run:
        from jingwei.kernel.confirmation import spend

        spend(action, context, given)
    context = replace(context, snapshots={})
    module, _, name = action.handler.rpartition(".")
    handler: Callable[[Context, Any], Result] = getattr(importlib.import_module(module), name)
    if not _recorded(action, context):
        result = with_receipt(action, context, given, handler(context, given))
        _used(action, context, given, result)
        return result
    told = {"action": ".".join(action.path), "effect": action.effect, "code": code_version(), "input": _digest(given)}
    begun = _event(context, "action.begun", told)
    ledger = context.workspace.ledger
    kept = ledger.store.exists()
    if kept:
        ledger.append(begun)
    try:
        result = with_receipt(action, context, given, handler(context, given))
    except BaseException as error:
        if ledger.store.exists():  # where there is no node yet, an attempt that came to nothing makes none
            why = error.code if isinstance(error, Problem) else type(error).__name__
            ledger.record([*([] if kept else [begun]), _event(context, "action.failed", {**told, "why": why})])
        raise
    made = {d.name: d.digest for d in result.documents if d.name != NAME}
    read = {READS: reads} if (reads := told_of(context.snapshots)) else {}
    done = _event(context, "action.done", {**told, "holds": result.holds, "result": _hash(result.data), "files": _hash(made), **read})
    ledger.record([*([] if kept else [begun]), done])
    return result


def _recorded(action: Action, context: Context) -> bool:
    """What changes something, and what is not public and read by anybody but the node's own operator."""
    if context.dry_run or action.records_itself:
        return False
    return action.effect != "read" or (action.scope != "public" and context.principal.id != LOCAL.id)


def _used(action: Action, context: Context, given: Any, result: Result) -> None:
    """That the operator made files out of datasets, once for the same files: by that a dataset is known to be of use. A replay uses nothing anew."""
    reads = told_of(context.snapshots)
    if action.records_itself or context.dry_run or context.pinned or context.principal.id != LOCAL.id or not (reads and result.documents):
        return
    ledger = context.workspace.ledger
    if ledger.store.exists():
        from jingwei.kernel.ledger import Event

        facts = {"action": ".".join(action.path), "code": code_version(), "input": _digest(given), READS: reads}
        ledger.append(Event(USED, system_clock(), context.principal.id, facts, key=f"{USED}/{_hash(facts)}"))


def _event(context: Context, kind: str, facts: Mapping[str, Any]) -> Event:
    """Two entries frame an action, so that one that died half-way is seen: begun, and neither done nor failed."""
    from jingwei.kernel.ledger import Event

    return Event(kind, system_clock(), context.principal.id, facts)


def digest_of(action: Action, given: Any) -> str:
    """What a second person confirms: the action and its whole input, files by their content."""
    return _hash([action.path, _digest(given)])


def _digest(given: Any) -> str:
    plain, sources = describe(given)
    return _hash([plain, {name: source.digest for name, source in sources.items()}])


def _hash(value: Any) -> str:
    """Digest of the canonical JSON form."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def with_receipt(action: Action, context: Context, given: Any, result: Result) -> Result:
    """The result with a receipt among its documents; unchanged when it has none."""
    if not result.documents:
        return result
    plain, sources = describe(given)
    receipt = Receipt(action.path, context.clock().isoformat(), code_version(), context.language, plain, sources,
                      dict(context.snapshots), {d.name: d.digest for d in result.documents})
    return replace(result, documents=(*result.documents, receipt.document()))


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether a result could be made again: ``differing`` names the files that came out otherwise."""

    receipt: Receipt
    differing: tuple[str, ...]
    code_now: str

    @property
    def identical(self) -> bool:
        return not self.differing


def replay(receipt: Receipt, action: Action, context: Context, near: Path) -> Replay:
    """Run again what a receipt tells of, on the same inputs at the same instant, and compare every file."""
    instant = datetime.fromisoformat(receipt.at)
    same = replace(context, language=receipt.language, clock=lambda: instant, pinned=receipt.snapshots, snapshots={},
                   memory=Memory())
    again = run(action, same, restore(receipt, action.input, near))
    return Replay(receipt, tuple(differences(receipt.outputs, again.documents)), code_version())
