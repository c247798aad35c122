"""What other nodes delivered here: what there is and until when, and its use, which is on record at both ends."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.foundations.data.sharing import landing
from jingwei.foundations.data.sharing.asks import AskReceived, TakeData
from jingwei.foundations.data.sharing.delivery import as_file, table_of
from jingwei.foundations.data.sharing.model import AFTER, Case
from jingwei.foundations.data.sharing.records import Step, about, acting, case, changing, record, shared
from jingwei.kernel.access import Grant, visible
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.exchange import Exchange
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.people import Principal
from jingwei.kernel.people_records import rules
from jingwei.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class State:
    """How delivered data stand here: ``waiting`` (for parts), ``here``, ``over`` (the grant ended, disposal is due), ``deleted`` or ``locked``."""

    code: str
    words: Text


def state(there: Case, context: Context) -> State:
    if there.disposed:
        return State({"delete": "deleted", "lock": "locked"}[there.disposed.how], AFTER[there.disposed.how])
    if there.request.last and day_in_china(context.clock()) > there.request.last:
        return State("over", Text("授权已到期", "the grant is over"))
    if not there.landed or there.coming[-1].digest != there.landed[-1].digest:
        return State("waiting", Text("正在取", "being collected"))
    return State("here", Text("在用", "here"))


def received(context: Context, given: AskReceived) -> Result:  # noqa: ARG001
    """Each delivery of another node: whose data, for whom and what, until when, what becomes of them then, and the entry that shows it."""
    ledger = context.workspace.ledger
    found = [c for c in shared(ledger, words=False).cases.values() if c.request.holder and (c.coming or c.landed)] if ledger.store.exists() else []
    rows, data = [], []
    for c in found:
        r, now, decision = c.request, state(c, context), next((d for d in reversed(c.decisions) if d.granted), None)
        newest = c.landed[-1] if c.landed else None
        after = AFTER[decision.after] if decision else Text("", "")
        rows.append((r.code, r.data, f"{r.unit} ({r.provider[:12]})", r.asker, newest.dataset if newest else "", newest.rows if newest else "", r.last, after.in_(context.language),
                     now.words.in_(context.language), c.disposed.entry if c.disposed else ""))
        data.append({"request": r.code, "data": r.data, "owner": r.unit, "node": r.provider, "for": r.asker, "purpose": r.purpose, "dataset": newest.dataset if newest else None,
                     "rows": newest.rows if newest else None, "digest": newest.digest if newest else None, "first": r.first.isoformat() if r.first else None,
                     "last": r.last.isoformat() if r.last else None, "after": decision.after if decision else None, "state": now.code,
                     "uses": sum(not u.delivery for u in c.uses), "proof": c.disposed.entry if c.disposed else None})
    head = (Text("申请", "request"), Text("数据", "data"), Text("所属", "owner"), Text("使用方", "for"), Text("数据集", "dataset"), Text("行", "rows"), Text("授权至", "until"),
            Text("到期后", "then"), Text("状态", "state"), Text("账本", "entry"))
    none = context.say("别的节点还没有提供过数据。", "No other node has delivered anything yet.")
    return Result(markdown([h.in_(context.language) for h in head], rows) if rows else none, data)


def take(context: Context, given: TakeData) -> Result:
    """The rows that another node delivered, for the organisation they were granted to. Raises Problem ``not_landed`` or ``not_granted``."""
    there = case(context.workspace.ledger, given.code)
    r = there.request
    acting(context, r.asker, Text("使用这些数据", "use these data"))
    if not there.landed or there.disposed:
        what = Text("数据已在授权结束时处理", "the data went when the grant ended") if there.disposed else Text("数据还没有到", "the data are not here yet")
        raise Problem("not_landed", what, where=given.code, remedy=Text("见 jingwei share received。", "See jingwei share received."))
    columns = about(context.workspace.ledger, r.code).cases[r.code].coming[-1].columns
    dataset = landing.dataset_of(r.code, columns)
    with context.workspace.store.read() as connection:
        in_force = rules(connection, dataset.name, context.clock())
    today = day_in_china(context.clock())
    if not any(isinstance(g, Grant) and g.first <= today and (g.last is None or today <= g.last) for g in in_force):
        raise Problem("not_granted", Text(f"授权自 {r.first} 至 {r.last} 有效", f"the grant holds from {r.first} to {r.last}"), where=given.code,
                      remedy=Text("请重新申请。", "Ask anew."))
    seen = visible(context.read(dataset), in_force, Principal("p-" + "0" * 32, r.asker), r.purpose, context.clock(), dataset=dataset.name)
    table = table_of(seen)
    document = as_file(table, given.mode)
    facts = {"request": r.code, "mode": given.mode, "snapshot": context.snapshots[dataset.name], "rows": table.num_rows, "columns": table.num_columns, "digest": document.digest}
    data = {**facts, "dataset": dataset.name, "written": not context.dry_run}
    if context.dry_run:  # what is handed out leaves a record of use
        return Result(context.say(f"将取用 {table.num_rows} 行。", f"{table.num_rows} rows would be taken."), data)
    with changing(context):
        now = case(context.workspace.ledger, given.code)
        if now.disposed or now.stopped:
            raise Problem("not_granted", Text("授权刚刚收回", "the grant was withdrawn just now"), where=given.code, remedy=Text("请重新申请。", "Ask anew."))
        record(context, Step(landing.USED, {**facts, **({"synthetic": True} if r.synthetic else {})}))
        Exchange(context.workspace, clock=context.clock).send(r.holder, landing.USED, facts)
    return Result(context.say(f"取用 {table.num_rows} 行、{table.num_columns} 项，双方均已记录。", f"{table.num_rows} rows of {table.num_columns} columns; both nodes have it on record."),
                  data, (document,))
