"""What was deployed: refused unless it is whole, sound and executable; every version kept, compiled once a process of the node."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import sqlalchemy as sa

from jingwei.engines.decisions import proofs
from jingwei.engines.decisions.kinds import ANY
from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import given_back, taken
from jingwei.engines.processes.model import Definitions, Element
from jingwei.engines.processes.net import Expression, Kind, Net, build, gaps
from jingwei.engines.processes.reading import read
from jingwei.engines.processes.soundness import prove
from jingwei.integrations.government.forms.reading import form_of
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.kernel.clock import Clock
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem, did_you_mean

if TYPE_CHECKING:
    from jingwei.integrations.government.things.model import Item, Thing

DEPLOYMENTS = sa.table("case_deployments", *map(sa.column, ("id", "process", "version", "digest", "at")), sa.column("files", sa.LargeBinary))
C = DEPLOYMENTS.c

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
MOST_COMPILED: Final = 64
_COMPILED: dict[tuple[int, int, str], Deployment] = {}

Doing = Literal["item", "decision", "service"]
"""Who does a task: people of a department, a decision table, or a registered service."""

_TASK: Final = int(Kind.TASK)


@dataclass(frozen=True, slots=True)
class Decision:
    """What answers a business rule task.

    result : the variable its answer goes to
    kinds : of its inputs, by name
    """

    model: Model
    name: str
    result: str
    kinds: Mapping[str, Any]

    def answer(self, variables: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
        """The answer as variables: under the result's name, and a context's members under their own."""
        given = {name: taken(variables[name], kind or ANY) for name, kind in self.kinds.items() if name in variables}
        value = given_back(self.model.decide(self.name, given, clock=clock))
        return {**value, self.result: value} if isinstance(value, dict) else {self.result: value}


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version of a process, ready to run.

    id : of its row; 0 while it is not kept
    doing : by node number, who does a task
    decisions, services : by node number
    calls : by node number, the process whose case is a component of this one
    labels : what a node is called
    items : by node number, the department's item a task is; empty without a thing
    lanes : by node number, the lane it stands in, which is its department where no item says another
    conditional : it awaits conditions, which are looked at after every step
    """

    id: int
    process: str
    version: int
    digest: str
    net: Net
    doing: Mapping[int, Doing]
    decisions: Mapping[int, Decision]
    services: Mapping[int, str]
    calls: Mapping[int, str]
    labels: Mapping[int, str]
    items: Mapping[int, Item]
    lanes: Mapping[int, str]
    conditional: bool
    thing: Thing | None
    files: Mapping[str, bytes]

    def department(self, node: int) -> str:
        item = self.items.get(node)
        return item.department if item else self.lanes.get(node, "")

    @staticmethod
    def condition(text: str) -> Expression:
        return _condition(text)

    def number(self, node: str) -> int:
        """Raises Problem ``unknown_node``."""
        found = self.net.number.get(node, -1)
        if found < 0:
            raise Problem("unknown_node", Text(f"流程里没有 {node[:60]}。", f"The process has no {node[:60]}."), where=f"{self.process} {self.version}",
                          remedy=did_you_mean(node, self.net.number))
        return found


@lru_cache(maxsize=1000)
def _condition(text: str) -> Expression:
    return compiled(text, "")


def compile_files(files: Mapping[str, bytes], process: str = "", *, kept: tuple[int, int] = (0, 0)) -> Deployment:
    """A thing's files, or a bare .bpmn with its .dmn, as something that can run; nothing of it is proved.

    kept : id and version of its row
    Raises Problem for what cannot be read or run.
    """
    thing = None
    if "thing.toml" in files:
        from jingwei.integrations.government.things.reading import read as read_thing

        thing = read_thing(files, process or "thing")
    drawn = [name for name in files if name.endswith((".bpmn", ".bpmn20.xml"))]
    if len(drawn) != 1:
        raise Problem("which_process", Text(f"应有一个 .bpmn 文件，有 {len(drawn)} 个。", f"One .bpmn file is wanted; there are {len(drawn)}."),
                      where=", ".join(sorted(files))[:200], remedy=Text("一件事一个流程文件。", "A thing has one file with its process."))
    definitions = thing.definitions if thing else read(files[drawn[0]], name=drawn[0])
    name = process or (thing.process if thing else "") or _only(definitions, drawn[0])
    lacking = gaps(definitions, name)
    if lacking:
        raise Problem("not_executable", Text("；".join(f"{g.tag} {g.where}：{g.why.zh}" for g in lacking[:20]), "; ".join(f"{g.tag} {g.where}: {g.why.en}" for g in lacking[:20])),
                      where=drawn[0], remedy=Text("查看全部：jingwei processes check", "See them all: jingwei processes check"))
    net = build(definitions, name, compiled)
    models = dict(thing.models) if thing else _models(files)
    drawn_process = next(p for p in definitions.processes if p.id == name)
    elements = {e.get("id"): e for e in definitions.root.walk()}
    items = {net.number[i.task]: i for i in thing.items if i.task in net.number} if thing else {}
    decisions: dict[int, Decision] = {}
    services: dict[int, str] = {}
    calls: dict[int, str] = {}
    doing: dict[int, Doing] = {}
    for i, node in enumerate(net.nodes):
        if net.kind[i] != _TASK or node.triggers:
            continue
        element = elements.get(node.id.rpartition("/")[2])
        if node.tag == "businessRuleTask":
            declared = next((x for x in thing.decisions if x.task == node.id), None) if thing else None
            if declared:
                model = models[declared.model]
                decisions[i] = Decision(model, declared.decision, declared.gives, model.input_kinds())
            else:
                decisions[i] = _decision(element, node.id, node.name, models, drawn[0])
            doing[i] = "decision"
        elif node.tag == "serviceTask" and i not in items and (service := _service(element))[0] in SERVICES:
            (services[i], calls[i]), doing[i] = service, "service"
        else:
            doing[i] = "item"
    lanes = {net.number[n]: lane for n, lane in drawn_process.lanes.items() if n in net.number}
    return Deployment(kept[0], name, kept[1], digest_of(files), net, doing, decisions, services, calls, {i: n.name or n.id for i, n in enumerate(net.nodes)}, items, lanes,
                      any(t.what == "conditional" for n in net.nodes for t in n.triggers), thing, files)


_OURS: Final = "urn:jingwei:"
SERVICES: Final = ("evidence", "component", "nothing")
"""Services a service task may name: ``implementation="urn:jingwei:evidence"`` fetches what departments hold, ``urn:jingwei:component:PROCESS`` begins a case of that
process, ``urn:jingwei:nothing`` passes on. Any other waits as an item."""


def _service(element: Element | None) -> tuple[str, str]:
    """The service's name and what follows it."""
    said = _said(element, "implementation", "topic", "type")
    name, _, rest = said.removeprefix(_OURS).partition(":")
    return (name, rest) if said.startswith(_OURS) else ("", "")


def _models(files: Mapping[str, bytes]) -> dict[str, Model]:
    tables = sorted((n, content) for n, content in files.items() if n.endswith(".dmn"))
    return {n: Model.read(content, n, [(m, c) for m, c in tables if m != n]) for n, content in tables}


def _only(definitions: Definitions, where: str) -> str:
    marked = [p for p in definitions.processes if p.executable] or list(definitions.processes)
    if len(marked) != 1:
        raise Problem("which_process", Text("请用 --process 说明是哪个流程。", "Say which process with --process."), where=where,
                      remedy=Text(f"有：{'、'.join(p.id for p in marked) or '无'}。", f"It has: {', '.join(p.id for p in marked) or 'none'}."))
    return marked[0].id


def _said(element: Element | None, *names: str) -> str:
    """The first attribute of the task, or of what extends it, with one of these names in whatever vocabulary."""
    if element is None:
        return ""
    for each in element.walk():
        for key, value in each.attributes.items():
            if key.rpartition("}")[2] in names and value and not value.startswith("##"):
                return value
    return ""


def _decision(element: Element | None, node: str, called: str, models: Mapping[str, Model], where: str) -> Decision:
    """The deployed decision a task asks: the one it names by id or name, else the one called like the task. Raises Problem ``no_decision``."""
    said = _said(element, "decisionRef", "decisionId", "calledDecision")
    wanted = (said,) if said else (node, called)
    known: list[str] = []
    for model in models.values():
        for decision in model.decisions():
            known.append(decision.name)
            if {decision.name, decision.key[1]} & set(wanted):
                return Decision(model, decision.name, _said(element, "resultVariable") or decision.variable or decision.name, model.input_kinds())
    raise Problem("no_decision", Text(f"任务 {node} 要的决策 {said or called or node!r} 没有一起部署。", f"The decision {said or called or node!r} that task {node} asks was not deployed with it."), where=where,
                  remedy=did_you_mean(said or node, known) or Text("用 --decisions 一起给出 DMN 文件。", "Give the DMN file along with --decisions."))


def proved(deployment: Deployment) -> list[str]:
    """What is proved of it, for the record. Raises Problem ``unsound`` with the way into the fault, ``not_executable``, or what the tables lack."""
    d = deployment
    if not _NAME.fullmatch(d.process):
        raise Problem("bad_name", Text(f"流程的 id {d.process[:60]!r} 不能写进账本。", f"The process's id {d.process[:60]!r} cannot stand in the record."),
                      remedy=Text("用字母、数字、点和横线，不超过 80 个。", "Use letters, digits, points and dashes, 80 at most."))
    if d.thing is not None:
        form_of(d.thing)
    proof = prove(d.net)
    if not proof.sound:
        said = [f for f in proof.findings if f.code != "dead"][:5]
        raise Problem("unsound", Text("；".join(f"{f.text.zh} 走法：{' → '.join(f.path)}" for f in said), "; ".join(f"{f.text.en} The way there: {' → '.join(f.path)}" for f in said)),
                      where=d.process, remedy=Text("请改正后再部署；查看：jingwei processes check", "Correct it before it is deployed; see: jingwei processes check"))
    for model in {id(x.model): x.model for x in d.decisions.values()}.values():
        for fault in model.compile_all():
            raise fault
        for table in model.tables():
            try:
                found = proofs.check(table)
            except NotAssessable:
                continue  # functions of time and the like: nobody can prove them cell by cell, and nobody refuses them
            if not found.sound:
                example = found.gaps[0].text() if found.gaps else found.overlaps[0].region.text()
                raise Problem("incomplete_table", Text(f"决策表 {table.where} 不完整或有重叠：{example}", f"Decision table {table.where} has gaps or overlaps: {example}"), where=d.process,
                              remedy=Text("查看全部：jingwei decisions check", "See them all: jingwei decisions check"))
    missing = [i.task for i in d.thing.items if i.task not in d.net.number] if d.thing else []
    if missing:
        raise Problem("not_executable", Text(f"流程里没有事项的任务：{'、'.join(missing)}", f"The process has no task for the items {', '.join(missing)}"), where="thing.toml",
                      remedy=Text("task 写流程中任务的 id。", "Write the id of a task of the process."))
    return [f"sound:{proof.states}", *(f"tables:{len(m.tables())}" for m in {id(x.model): x.model for x in d.decisions.values()}.values())]


def digest_of(files: Mapping[str, bytes]) -> str:
    """Of names and contents, whatever their order."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return whole.hexdigest()


# Kept


def keep(connection: sa.Connection, deployment: Deployment, at: int) -> Deployment:
    """The deployment under its version: the same files again are the version they were."""
    d = deployment
    rows = connection.execute(sa.select(C.id, C.version, C.digest).where(C.process == d.process).order_by(C.version)).all()
    for row in rows:
        if row.digest == d.digest:
            return loaded(connection, row.id)
    version = rows[-1].version + 1 if rows else 1
    number = (connection.scalar(sa.select(sa.func.max(C.id))) or 0) + 1
    connection.execute(sa.insert(DEPLOYMENTS).values(id=number, process=d.process, version=version, digest=d.digest, at=at, files=msgspec.msgpack.encode(dict(d.files))))
    return loaded(connection, number)


def loaded(connection: sa.Connection, number: int) -> Deployment:
    """The deployment of that row, compiled once a process of the node."""
    row = connection.execute(sa.select(C.process, C.version, C.digest).where(C.id == number)).one()
    key = (number, row.version, row.digest)
    found = _COMPILED.get(key)
    if found is None:
        files = msgspec.msgpack.decode(bytes(connection.scalar(sa.select(C.files).where(C.id == number)) or b""), type=dict[str, bytes])
        while len(_COMPILED) >= MOST_COMPILED:
            _COMPILED.pop(next(iter(_COMPILED)), None)
        found = _COMPILED[key] = compile_files(files, row.process, kept=(number, row.version))
    return found


def newest(connection: sa.Connection, process: str, version: int = 0) -> Deployment:
    """The newest version, or that one. Raises Problem ``not_deployed``."""
    wanted = sa.select(C.id).where(C.process == process).order_by(C.version.desc()).limit(1)
    number = connection.scalar(wanted.where(C.version == version) if version else wanted)
    if number is None:
        known = list(connection.scalars(sa.select(C.process).distinct()))
        raise Problem("not_deployed", Text(f"没有部署 {process[:60]}{f' 第 {version} 版' if version else ''}。", f"{process[:60]}{f' version {version}' if version else ''} is not deployed."),
                      remedy=did_you_mean(process, known) or Text("先部署：jingwei government deploy THING", "Deploy it first: jingwei government deploy THING"))
    return loaded(connection, number)


def listed(connection: sa.Connection) -> Iterable[tuple[int, str, int, str, int]]:
    """Id, process, version, digest and instant of all, by process and version."""
    return [tuple(row) for row in connection.execute(sa.select(C.id, C.process, C.version, C.digest, C.at).order_by(C.process, C.version))]
