"""What every step of a request stands on: the case in which something can still happen, its terms, the grant in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingwei.foundations.data.sharing import law
from jingwei.foundations.data.sharing.model import Case, Request, Terms
from jingwei.foundations.data.sharing.records import case, offer
from jingwei.kernel.access import Denial, Grant
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import rules
from jingwei.kernel.problems import Problem


def opened(context: Context, name: str, *, stopped: bool = False) -> Case:
    """A case in which something can still happen. Raises Problem ``unknown_request``, ``stopped_request`` or ``elsewhere``."""
    there = case(context.workspace.ledger, name)
    if there.request.holder:
        raise Problem("elsewhere", Text(f"它在节点 {there.request.holder[:12]} 办理", f"it lies with node {there.request.holder[:12]}"), where=name,
                      remedy=Text("由那里办理；结果会送回本节点。", "It is for that node to do; what comes of it is told here."))
    if there.stopped and not stopped:
        raise wrong("stopped_request", Text("共享已终止", "it was stopped"), there)
    if there.request.erased:
        raise wrong("erased_request", Text("它的文字已从记录中移除", "its words were taken out of the record"), there)
    return there


def terms_of(context: Context, request: Request) -> Terms:
    there = offer(context.workspace.ledger, request.data)
    return there.published or there.terms


def grant_in_force(context: Context, there: Case) -> tuple[Grant, list[Grant | Denial]]:
    """The grant of the decision that holds and everything in force on its data. Raises Problem ``not_granted``."""
    decision = there.decision
    if decision is None or not decision.granted:
        raise Problem("not_granted", Text("没有同意共享的答复", "there is no decision to share"), where=there.request.code,
                      remedy=Text(f"请先答复：jingwei share decide {there.request.code} --outcome grant",
                                  f"Decide first: jingwei share decide {there.request.code} --outcome grant"))
    with context.workspace.store.read() as connection:
        in_force = rules(connection, terms_of(context, there.request).dataset, context.clock())
    found = next((rule for rule in in_force if rule.id == decision.grant and isinstance(rule, Grant)), None)
    if found is None:
        raise Problem("not_granted", Text("授权已收回", "the grant was withdrawn"), where=there.request.code,
                      remedy=Text("请重新申请。", "Ask anew."))
    return found, in_force


def period(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    days: list[date | None] = []
    for name, text in (("first", first), ("last", last)):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            raise Problem("bad_day", Text(f"{str(text)[:30]!r} 不是日子", f"{str(text)[:30]!r} is no day"),
                          where=f"--{name}", remedy=Text("写成 2026-03-04 这样。", "Write it like 2026-03-04.")) from None
    if days[0] and days[1] and days[1] < days[0]:
        raise Problem("bad_day", Text("期限结束早于开始", "the period ends before it starts"), where="--last",
                      remedy=Text("请对调两个日子。", "Exchange the days."))
    return days[0], days[1]


def in_force_now(context: Context) -> None:
    if day_in_china(context.clock()) < law.IN_FORCE:
        raise Problem("not_in_force",
                      Text(f"国务院令第809号自 {law.IN_FORCE} 起施行", f"Order 809 is in force since {law.IN_FORCE}"),
                      remedy=Text("请核对节点的时钟。", "Compare the node's clock."))


def reason(text: str) -> str:
    if not text.strip():
        raise Problem("no_reason", Text("这样做要说明理由", "this is not done without saying why"),
                      remedy=Text("请说明：“……”。", 'Say it: "…".'))
    return text.strip()


def wrong(code: str, what: Text, there: Case) -> Problem:
    return Problem(code, what, where=there.request.code,
                   remedy=Text(f"见 jingwei share show {there.request.code}",
                               f"See jingwei share show {there.request.code}"))


def done(context: Context, zh: str, en: str, data: dict[str, Any]) -> Result:
    return Result(context.say(zh, en) + (context.say("（演练，没有写入）", " (rehearsed; nothing was written)") if context.dry_run else ""),
                  {**data, "written": not context.dry_run})
