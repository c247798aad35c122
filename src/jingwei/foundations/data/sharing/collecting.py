"""The asker takes what was delivered to it on this node: the same rows of the same snapshot, less what was withdrawn or denied since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jingwei.foundations.data.sharing.asks import CollectData
from jingwei.foundations.data.sharing.delivery import deliver
from jingwei.foundations.data.sharing.records import Step, acting, case, changing, offer, record
from jingwei.kernel.access import Grant
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import rules
from jingwei.kernel.problems import Problem


def collect(context: Context, given: CollectData) -> Result:
    """The delivered file, to whoever asked for it; the same file to the same person on one day is one use (art. 29). Raises Problem ``not_delivered``, ``not_granted``."""
    there = case(context.workspace.ledger, given.code)
    r, decision = there.request, there.decision
    acting(context, r.asker, Text("领取给它的数据", "collect what was delivered to it"))
    done = [u for u in there.uses if u.delivery and u.mode != "api" and decision and u.entry > decision.entry]
    if not done:
        raise Problem("not_delivered", Text("还没有提供文件", "no file was delivered yet"), where=r.code,
                      remedy=Text(f"请等提供部门提供，期限见 jingwei share show {r.code}", f"Wait for the provider; its clock: jingwei share show {r.code}"))
    offered, newest = offer(context.workspace.ledger, r.data), done[-1]
    terms = offered.published or offered.terms
    with context.workspace.store.read() as connection:
        in_force = rules(connection, terms.dataset, context.clock())
    grant = next((rule for rule in in_force if isinstance(rule, Grant) and decision and rule.id == decision.grant), None)
    if grant is None or there.stopped:
        raise Problem("not_granted", Text("授权已收回", "the grant was withdrawn"), where=r.code, remedy=Text("请重新申请。", "Ask anew."))
    made = deliver(replace(context, pinned={**context.pinned, terms.dataset: newest.snapshot}, snapshots={}), terms, grant, in_force, r.asker, newest.mode)
    facts: dict[str, Any] = {"request": r.code, "mode": newest.mode, "snapshot": made.snapshot, "rows": made.rows, "columns": made.columns, "digest": made.digest,
                             **({"synthetic": True} if r.synthetic else {})}
    key = f"share.used/{r.code}/{context.principal.id}/{made.digest}/{day_in_china(context.clock())}"
    with changing(context):
        record(context, Step("share.used", facts, key=key))
    same = made.digest == newest.digest
    told = Text(f"{made.rows} 行、{made.columns} 项，{'与提供时一致' if same else '提供之后授权有变，内容已按现行授权'}。",
                f"{made.rows} rows of {made.columns} columns, {'the same as delivered' if same else 'as the grants in force now give them: they changed since the delivery'}.")
    return Result(told.in_(context.language), {**facts, "same": same, "written": not context.dry_run}, () if context.dry_run else (made.document,))
