"""What the designer's pages show: the things there are, and one with its drawing, its proofs and its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import sqlalchemy as sa

from jingwei.engines.decisions import proofs
from jingwei.engines.decisions.model import Model
from jingwei.engines.processes.drawing import drawings
from jingwei.engines.processes.net import examine
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove
from jingwei.integrations.government.cases import deployments
from jingwei.integrations.government.designer.model import AskDesign, Decided, Drawn, Judged, Tried
from jingwei.integrations.government.evidence import proof as once_only
from jingwei.integrations.government.evidence.links import sharing_of
from jingwei.integrations.government.evidence.proof import OnceOnly
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.integrations.government.things.model import Thing
from jingwei.integrations.government.things.reading import bundled, bundled_files
from jingwei.integrations.government.things.reading import read as read_thing
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import NotAssessable, Problem, did_you_mean

PROVED = 64
"""Files whose proofs are remembered, so that a page is proved once."""


@dataclass(frozen=True, slots=True)
class Design:
    """A thing as its page shows it.

    version : 0 where the package brings it and it is not deployed; versions : all that are deployed
    once : what its form asks and what departments supply; None for a process without a form
    """

    id: str
    name: Text
    version: int
    versions: tuple[int, ...]
    drawn: tuple[Drawn, ...]
    decided: tuple[Decided, ...]
    once: OnceOnly | None

    @property
    def processes(self) -> tuple[Judged, ...]:
        return tuple(judged for drawn in self.drawn for judged in drawn.processes)

    @property
    def sound(self) -> bool:
        return all(judged.sound for judged in self.processes)

    @property
    def runs(self) -> bool:
        """Whether all of it can be executed as it stands."""
        return not any(judged.gaps for judged in self.processes)

    @property
    def tables(self) -> tuple[Tried, ...]:
        return tuple(table for decided in self.decided for table in decided.tables)


@dataclass(frozen=True, slots=True)
class Listed:
    id: str
    name: Text
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Designs:
    things: tuple[Listed, ...]


def designs(context: Context, _: Nothing) -> Designs:
    """Things the package brings, and processes that are deployed."""
    versions = _versions(context)
    names = {name: _name(_thing(bundled_files(name), name), name) for name in bundled()}
    return Designs(tuple(Listed(name, names.get(name) or Text(name, name), tuple(versions.get(name, ()))) for name in sorted({*names, *versions})))


def design(context: Context, asked: AskDesign) -> Design:
    """One of them. Raises Problem ``unknown_page`` for one there is not."""
    versions = _versions(context)
    there = versions.get(asked.thing, [])
    if asked.thing not in {*versions, *bundled()} or (asked.version and asked.version not in there):
        raise Problem("unknown_page", Text(f"没有 {asked.thing[:60]}{f' 第 {asked.version} 版' if asked.version else ''}。", f"There is no {asked.thing[:60]}{f' version {asked.version}' if asked.version else ''}."),
                      remedy=did_you_mean(asked.thing, [*versions, *bundled()]) or Text("看服务设计那一页。", "See the page of designs."))
    version = asked.version or max(there, default=0)
    files = _deployed(context, asked.thing, version) if version else bundled_files(asked.thing)
    tables = tuple(sorted((name, content) for name, content in files.items() if name.endswith(".dmn")))
    thing = _thing(files, asked.thing)
    return Design(asked.thing, _name(thing, asked.thing), version, tuple(there), tuple(_drawn(name, content) for name, content in sorted(files.items()) if name.endswith((".bpmn", ".bpmn20.xml"))),
                  tuple(_decided(name, tables) for name, _ in tables), once_only.prove(thing, sharing_of(context, thing)) if thing else None)


def _versions(context: Context) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    with context.workspace.store.read() as connection:
        for _, process, version, _, _ in deployments.listed(connection):
            found[process].append(version)
    return dict(found)


def _deployed(context: Context, process: str, version: int) -> Mapping[str, bytes]:
    columns = deployments.C
    with context.workspace.store.read() as connection:
        kept = connection.scalar(sa.select(columns.files).where(columns.process == process, columns.version == version))
    return msgspec.msgpack.decode(bytes(kept or b""), type=dict[str, bytes])


def _thing(files: Mapping[str, bytes], name: str) -> Thing | None:
    """None for a process deployed by itself, or a thing of an older shape."""
    try:
        return read_thing(files, name)
    except Problem:
        return None


def _name(thing: Thing | None, name: str) -> Text:
    return thing.name if thing else Text(name, name)


@lru_cache(maxsize=PROVED)
def _drawn(name: str, content: bytes) -> Drawn:
    definitions = read(content, name=name)
    processes, wrong, number = [], defaultdict[str, list[int]](list), 0
    for process in definitions.processes:
        net, gaps = examine(definitions, process.id, compiled)
        judged = Judged(process, tuple(gaps), prove(net) if net else None)
        processes.append(judged)
        for places in [*(finding.nodes for finding in judged.findings), *((gap.where,) for gap in gaps)]:
            number += 1
            for place in places:
                wrong[place].append(number)
    fates = {fate: sum(counts.values()) for fate, counts in definitions.fates.items()}
    return Drawn(name, _text(content), fates, drawings(definitions), tuple(processes), {place: tuple(numbers) for place, numbers in wrong.items()})


@lru_cache(maxsize=PROVED)
def _decided(name: str, files: tuple[tuple[str, bytes], ...]) -> Decided:
    content = dict(files)[name]
    model = Model.read(content, name, [(other, held) for other, held in files if other != name])
    faults = dict.fromkeys(problem.text() for problem in model.compile_all())
    tried = []
    for table in model.tables():
        found, why = None, None
        try:
            found = proofs.check(table)
        except NotAssessable as problem:
            why = problem.text()
        tried.append(Tried(table.decision, table.record, found, why))
    return Decided(name, _text(content), tuple(tried), tuple(faults))


def _text(content: bytes) -> str:
    """As it is shown and given to the viewer; what is no UTF-8 is shown as well as it can be."""
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
