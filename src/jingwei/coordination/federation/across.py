"""One query over many nodes: each works out its part under its own grants, hides what is too small, and signs it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from jingwei.coordination.federation import records
from jingwei.coordination.federation.query import ROWS, Cell, Key, Plan, bad
from jingwei.coordination.federation.records import Answered
from jingwei.engines.disclosure.suppression import hidden
from jingwei.kernel import access, node_records, people_records
from jingwei.kernel.exchange import Exchange, Transport
from jingwei.kernel.heads import node_key
from jingwei.kernel.i18n import Text
from jingwei.kernel.lake import Dataset
from jingwei.kernel.ledger import Event
from jingwei.kernel.nodes import VERSIONS, Known, Message, Profile, seal
from jingwei.kernel.people import LEVELS, Principal, Role
from jingwei.kernel.problems import Problem, Unreadable

if TYPE_CHECKING:
    import ibis.expr.types as ir

PART = "query.part"
MOST_CELLS = 20_000
SHARE = 0.7
"""Of a node's time for its own answer, what it leaves those below it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one node gave. signed : its word for it; None for this node's own."""

    profile: Profile
    cells: Mapping[Key, Cell]
    hidden: int
    signed: Message | None


@dataclass(frozen=True, slots=True)
class Silent:
    """A node without a part: late, refusing, or not to be believed. Those below it are not heard either."""

    id: str
    name: Text
    code: str
    why: Text


def principal_of(one: Known) -> Principal:
    """Another node as one who asks. Grants name it by its id as an organisation, or by the role parent or child.

    Not by the organisation it says it belongs to: that is its own word.
    """
    return Principal("p-" + one.profile.id[2:34], one.profile.id, (Role(one.relation, Text("", ""), frozenset()),))


def ask(exchange: Exchange, plan: Plan, transport: Transport, patience: float, *, across: bool) -> tuple[list[Part], list[Silent]]:
    """This node's part, seen by its own operator as it is, and those of all nodes below it."""
    with exchange.workspace.store.read() as connection:
        me = node_records.own(connection)
    table, _ = _table(exchange, plan.dataset)
    own = [Part(me, _cells(plan, table.filter(access.holds(table, plan.where, "query"))), 0, None)]
    if not across:
        return own, []
    below, silent = _below(exchange, plan, transport, patience, len(LEVELS))
    return [*own, *(read_part(each, plan) for each in below)], silent


def answer(exchange: Exchange, sender: Known, question: Message) -> dict[str, Any]:
    """This node's signed part for a neighbour, and the parts of those below."""
    from jingwei.coordination.federation.sources import Http

    try:
        plan = msgspec.convert(question.body["plan"], Plan)
        patience, depth = float(question.body["patience"]), int(question.body["depth"])
    except (msgspec.ValidationError, LookupError, TypeError, ValueError) as error:
        raise bad(Text(f"提问里没有查询计划（{error}）", f"the question has no plan ({error})")) from None
    plan.check()
    if not 0 < patience <= 600 or not 0 < depth <= len(LEVELS):
        raise bad(Text("提问没留时间，或转得太深", "the question leaves no time, or goes too deep"))
    if sender.relation != "parent":
        raise Problem("not_permitted", Text("只有上级节点可以问", "only the node above may ask"), where=sender.profile.id,
                      remedy=Text("请从上级节点提问。", "Ask from the node above."))
    parts, silent = list[dict[str, Any]](), list[Silent]()
    me = exchange.hello().profile
    try:
        parts.append({"profile": msgspec.to_builtins(me), "part": msgspec.to_builtins(_own_part(exchange, sender, plan))})
    except Problem as problem:
        silent.append(Silent(me.id, me.name, problem.code, problem.what))
    if depth > 1:
        below, unheard = _below(exchange, plan, Http(patience * SHARE), patience * SHARE, depth - 1)
        parts, silent = parts + below, silent + unheard
    return {"parts": parts, "silent": [{"id": s.id, "zh": s.name.zh, "en": s.name.en, "code": s.code, "why": s.why.en, "why_zh": s.why.zh} for s in silent]}


def _below(exchange: Exchange, plan: Plan, transport: Transport, patience: float, depth: int) -> tuple[list[dict[str, Any]], list[Silent]]:
    """Ask all children at once; who does not answer in time is named, with the reason."""
    with exchange.workspace.store.read() as connection:
        children = [one for one in node_records.known(connection) if one.relation == "child" and one.state != "asked"]
    body = {"plan": msgspec.to_builtins(plan), "patience": patience, "depth": depth}

    def one(child: Known) -> tuple[list[dict[str, Any]], list[Silent]]:
        try:
            said = exchange.ask(child, "query", body, transport)
            for part in said["parts"]:
                read_part(part, plan)
            return list(said["parts"]), [_told(s) for s in said["silent"]]
        except (Problem, LookupError, TypeError) as error:
            unread = "unreadable", Text("它的回答读不懂", "its answer cannot be read")
            code, what = (error.code, error.what) if isinstance(error, Problem) else unread
            return [], [Silent(child.profile.id, child.profile.name, code, what)]

    with ThreadPoolExecutor(max(1, min(16, len(children)))) as pool:
        found = list(pool.map(one, children))
    return [part for parts, _ in found for part in parts], [s for _, silent in found for s in silent]


def _told(said: Mapping[str, Any]) -> Silent:
    """What a node below says of one that is silent. An older program says why in English alone."""
    why = str(said["why"])[:300]
    return Silent(str(said["id"])[:300], Text(str(said["zh"])[:200], str(said["en"])[:200]), str(said["code"])[:300],
                  Text(str(said.get("why_zh") or why)[:300], why))


def _own_part(exchange: Exchange, sender: Known, plan: Plan) -> Message:
    """Under the grants the asker has here, without what is too small; refused when it and an earlier answer would isolate a few.

    All in one transaction: of two questions at once, the second sees the first. Raises Problem ``differencing``, ``not_granted``,
    ``replayed_message``.
    """
    now, threshold = exchange.clock(), exchange.workspace.settings.federation.threshold
    principal, ledger = principal_of(sender), exchange.workspace.ledger
    told = {"requester": sender.profile.id, "dataset": plan.dataset, "plan": plan.digest}
    try:
        with exchange.workspace.store.write() as connection:
            node_records.find(connection, sender.profile.id, lock=True)
            table, snapshot = _table(exchange, plan.dataset)
            rules = people_records.rules(connection, plan.dataset, now)
            if not any(isinstance(rule, access.Grant) and rule.export and rule.purpose == plan.purpose and rule.subject.is_one(principal) for rule in rules):
                raise Problem("not_granted",
                              Text(f"没有为 {plan.purpose} 授权任何内容", f"nothing is granted for {plan.purpose}"),
                              where=plan.dataset, remedy=Text("请向那个节点申请授权。", "Ask that node for a grant."))
            seen = access.visible(table, rules, principal, plan.purpose, now, dataset=plan.dataset, export=True)
            if missing := sorted({*plan.by, *(a.column for a in plan.aggregates if a.column)} - set(seen.columns)):
                raise Problem("not_granted",
                              Text(f"没有授权为 {plan.purpose} 显示 {'、'.join(missing)}",
                                   f"no grant shows {', '.join(missing)} for {plan.purpose}"), where=plan.dataset,
                              remedy=Text("请向那个节点申请授权。", "Ask that node for a grant."))
            chosen = seen.filter(access.holds(seen, plan.where, "query"))
            cells = _cells(plan, chosen)
            rows = sum(cell[ROWS] for cell in cells.values())
            for earlier in records.answered(connection, sender.profile.id, plan.dataset):
                if earlier.plan == plan:
                    raise Problem("replayed_message", Text("这个问题以前答过", "this very question was answered before"),
                                  where=plan.dataset, remedy=Text("请用新的随机数重新问。", "Ask anew, under a new nonce."))
                _differs_enough(seen, plan, earlier, snapshot, threshold)
            away = hidden({key: _smallest(plan, cell) for key, cell in cells.items()}, threshold)
            shown = {key: cell for key, cell in cells.items() if key not in away}
            records.note_answer(connection, sender.profile.id, Answered(plan, snapshot, rows), now)
            ledger.append(Event("query.answered", now, sender.profile.id, {**told, "cells": len(shown), "hidden": len(away), "snapshot": snapshot}))
    except Problem as problem:
        ledger.append(Event("query.refused", now, sender.profile.id, {**told, "why": problem.code}))
        raise
    said = {"plan": plan.digest, "snapshot": snapshot, "hidden": len(away), "table": base64.b64encode(_arrow(plan, shown)).decode()}
    return seal(node_key(exchange.workspace.folder), sender.profile.id, 0, PART, said, now, VERSIONS[0])  # also read by nodes further up


def _smallest(plan: Plan, cell: Cell) -> int:
    """Rows the cell rests on, or the values of that column of it which has fewest: the sum of one value is that value."""
    counts: list[int] = [cell[ROWS], *(cell[f"n_{column}"] for part, column in plan.parts if part == "n")]
    return min(n for n in counts if n)


def _differs_enough(seen: ir.Table, plan: Plan, earlier: Answered, snapshot: str, threshold: int) -> None:
    """Refuse when what one answer has and the other has not is a group of fewer rows than the threshold, in whole or in a cell."""
    try:
        now, then = access.holds(seen, plan.where, "query"), access.holds(seen, earlier.plan.where, "query")
    except Problem:  # it asked for a column it may not see any more: nothing to compare by
        return
    common = [column for column in plan.by if column in earlier.plan.by and column in seen.columns]
    counts: list[int] = []
    if plan.where != earlier.plan.where:
        for side in (now & ~then, then & ~now):
            groups = seen.filter(side)
            counts += [int(groups.count().to_pyarrow().as_py())]
            if common:
                counts += groups.group_by(common).aggregate(n=groups.count())["n"].to_pyarrow().to_pylist()
    if snapshot != earlier.snapshot:
        counts.append(abs(int(seen.filter(then).count().to_pyarrow().as_py()) - earlier.rows))
    if any(0 < count < threshold for count in counts):
        raise Problem("differencing",
                      Text(f"与以前的回答合起来，会看出不到 {threshold} 行的组",
                           f"together with an earlier answer it would tell of a group of fewer than {threshold}"),
                      where=plan.dataset,
                      remedy=Text("请问相差更多行的组，或与以前相同的问题。",
                                  "Ask for groups that differ by more rows, or the same question as before."))


def _cells(plan: Plan, table: ir.Table) -> dict[Key, Cell]:
    """The partial aggregates of a table."""
    kinds = table.schema()
    for column in (*plan.by, *(a.column for a in plan.aggregates if a.column)):
        if column not in kinds:
            raise bad(Text(f"{plan.dataset} 没有 {column!r} 列", f"{plan.dataset} has no column {column!r}"))
    if wrong := [c for c in plan.by if not (kinds[c].is_string() or kinds[c].is_integer() or kinds[c].is_boolean())]:
        raise bad(Text(f"{wrong[0]} 不能用来分组", f"{wrong[0]} cannot be grouped by"))
    if wrong := [c for part, c in plan.parts if part == "sum" and not kinds[c].is_numeric()]:
        raise bad(Text(f"{wrong[0]} 不能相加", f"{wrong[0]} cannot be added up"))
    makes: dict[str, Any] = {ROWS: table.count()}
    for part, column in plan.parts:
        values = table[column]
        if kinds[column].is_floating():
            import ibis

            values = ibis.ifelse(values.isnan(), ibis.null(kinds[column]), values)
        makes[f"{part}_{column}"] = {"n": values.count, "sum": values.sum, "min": values.min, "max": values.max}[part]()
    grouped = table.group_by(list(plan.by)).aggregate(**makes) if plan.by else table.aggregate(**makes)
    rows = grouped.limit(MOST_CELLS + 1).to_pyarrow().to_pylist()
    if len(rows) > MOST_CELLS:
        raise bad(Text(f"分组超过 {MOST_CELLS} 个", f"it has more than {MOST_CELLS} groups"))
    return {tuple(row[column] for column in plan.by): {name: row[name] for name in makes} for row in rows if row[ROWS]}


def _table(exchange: Exchange, name: str) -> tuple[ir.Table, str]:
    """A dataset of this node's lake by its name, as its files have it, and its snapshot. Raises Problem ``no_dataset``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake = exchange.workspace.lake
    home = lake.folder / name
    try:
        current = (home / "current").read_text().strip()
        manifest = json.loads((home / "manifests" / f"{current}.json").read_bytes())
        schema = pq.read_schema(home / "data" / manifest["files"][0])
    except (OSError, ValueError, LookupError):
        raise Problem("no_dataset", Text(f"本节点没有数据集 {name!r}", f"this node has no dataset {name!r}"),
                      remedy=Text("请换一个。", "Ask for another.")) from None
    kinds = {pa.string(): "string", pa.large_string(): "string", pa.float64(): "float64", pa.int64(): "int64", pa.bool_(): "bool"}
    dataset = Dataset(name, manifest["version"], {field.name: kinds[field.type] for field in schema})  # type: ignore[misc]
    snapshot = lake.snapshot(dataset)
    return lake.read(dataset, snapshot), snapshot.id


def _arrow(plan: Plan, cells: Mapping[Key, Cell]) -> bytes:
    import pyarrow as pa

    rows = [{**{f"by_{c}": v for c, v in zip(plan.by, key, strict=True)}, **cell} for key, cell in sorted(cells.items(), key=lambda one: str(one[0]))]
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows) if rows else pa.table({})
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue()


def read_part(told: Any, plan: Plan) -> Part:
    """A part, when it is signed by the node it names and answers this very plan. Raises Unreadable, ``bad_node``, ``altered_message``."""
    import pyarrow as pa

    try:
        profile, message = msgspec.convert(told["profile"], Profile), msgspec.convert(told["part"], Message)
        profile.check()
        message.check(profile.key, message.envelope.to)
        if (message.envelope.kind, message.envelope.sender, message.body["plan"]) != (PART, profile.id, plan.digest):
            raise ValueError("it answers another question")
        with pa.ipc.open_stream(base64.b64decode(message.body["table"])) as stream:
            rows = stream.read_all().to_pylist()
        names = [ROWS, *(f"{part}_{column}" for part, column in plan.parts)]
        cells = {tuple(row[f"by_{c}"] for c in plan.by): {name: row[name] for name in names} for row in rows}
        return Part(profile, cells, int(message.body["hidden"]), message)
    except (msgspec.ValidationError, LookupError, TypeError, ValueError, pa.ArrowException) as error:
        raise Unreadable(Text(f"不是回答的一部分（{error}）", f"not a part of an answer ({error})")) from None


def receipts(parts: Sequence[Part]) -> bytes:
    """The signed parts, for anybody to check: each holds the digest of the plan, the snapshot it was made of, and the table."""
    told = [{"profile": msgspec.to_builtins(p.profile), "part": msgspec.to_builtins(p.signed)} for p in parts if p.signed]
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
