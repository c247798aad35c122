"""What follows a delivery: errors reported and corrected, disputes settled or raised a level, sharing ended, records of use gone."""

from __future__ import annotations

from jingwei.foundations.data.sharing.across import forwarded
from jingwei.foundations.data.sharing.asks import (
    CorrectError,
    DropRecords,
    ObjectRequest,
    ReportError,
    SettleRequest,
    StopRequest,
)
from jingwei.foundations.data.sharing.model import (
    LEVELS,
    Case,
    Level,
)
from jingwei.foundations.data.sharing.records import (
    Step,
    acting,
    bureau_of,
    case,
    changing,
    common_bureau,
    known,
    record,
)
from jingwei.foundations.data.sharing.steps import (
    done,
    opened,
    reason,
    wrong,
)
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import withdraw
from jingwei.kernel.problems import Problem


def report(context: Context, given: ReportError) -> Result:
    """An error that the asker found: to be verified and corrected in ten working days (art. 26)."""
    if sent := forwarded(context, "report", given):
        return sent
    with changing(context):
        there = opened(context, given.code)
        acting(context, there.request.asker, Text("报告所得数据的错误", "report an error in what it was given"))
        if not there.uses:
            raise wrong("not_delivered", Text("还没有提供过", "nothing was delivered"), there)
        name = f"E-{len(there.faults) + 1}"
        record(context, Step("share.reported", {"request": given.code, "fault": name}, {"what": reason(given.what)}))
    return done(context, f"已记下，编号 {name}。", f"Taken down as {name}.", {"request": given.code, "fault": name})


def correct(context: Context, given: CorrectError) -> Result:
    """What became of it."""
    with changing(context):
        there = opened(context, given.code, stopped=True)
        acting(context, there.request.provider, Text("更正它的数据", "correct its data"))
        fault = next((f for f in there.faults if f.code == given.fault), None)
        if fault is None:
            raise Problem("unknown_error",
                          Text(f"没有报告过错误 {given.fault[:20]!r}", f"no error {given.fault[:20]!r} was reported"),
                          where=given.code,
                          remedy=Text("、".join(f.code for f in there.faults) or "还没有报告过错误。",
                                      ", ".join(f.code for f in there.faults) or "None was."))
        if fresh := fault.done is None:
            record(context, Step("share.corrected", {"request": given.code, "fault": given.fault, "right": given.outcome == "corrected"},
                                 key=f"share.corrected/{given.code}/{given.fault}"))
    return done(context, "已答复。", "Answered.", {"request": given.code, "fault": given.fault, "changed": fresh})


def object_to(context: Context, given: ObjectRequest) -> Result:
    """A dispute begins with negotiation between the two (art. 28)."""
    if sent := forwarded(context, "object", given):
        return sent
    with changing(context):
        there = opened(context, given.code, stopped=True)
        acting(context, there.request.asker, Text("提出异议", "object"))
        if there.disputes and not there.disputes[-1].outcome:
            raise wrong("in_dispute", Text("对它已有争议在处理", "a dispute over it is open"), there)
        record(context, Step("share.objected", {"request": given.code}, {"reason": reason(given.reason)}))
    return done(context, "已提出，双方先协商。", "Objected; the two negotiate first.", {"request": given.code, "level": "negotiation"})


def settle(context: Context, given: SettleRequest) -> Result:
    """End a dispute, or raise it: from negotiation to the bureau, to the common superior bureau across levels or places, to the government."""
    if sent := forwarded(context, "settle", given):
        return sent
    with changing(context):
        there = opened(context, given.code, stopped=True)
        if not there.disputes or there.disputes[-1].outcome:
            raise wrong("no_dispute", Text("对它没有在处理的争议", "no dispute over it is open"), there)
        level = there.disputes[-1].level
        to = _next(context, there, level) if given.outcome == "raised" else level
        if given.outcome == "raised":
            acting(context, there.request.asker, Text("把争议提交上级", "raise its dispute"))
            record(context, Step("share.raised", {"request": given.code, "level": to}, {"reason": given.reason.strip()}))
        else:
            acting(context, there.request.provider if level == "negotiation" else _judge(context, there, level), Text("处理争议", "settle the dispute"))
            record(context, Step("share.settled", {"request": given.code, "outcome": given.outcome}, {"reason": reason(given.reason)}))
    told = LEVELS[to]
    return done(context, f"{told.zh}：{ {'stands': '维持', 'reopened': '由提供部门重新答复', 'raised': '已提交'}[given.outcome]}。",
                 f"{told.en}: { {'stands': 'it stands', 'reopened': 'the provider is to decide again', 'raised': 'it lies there now'}[given.outcome]}.",
                 {"request": given.code, "outcome": given.outcome, "level": to})


def _next(context: Context, there: Case, level: Level) -> Level:
    if level == "government":
        raise wrong("highest_level", Text("已经提交人民政府", "it lies with the government already"), there)
    if level == "negotiation" and _across(context, there):
        return "superior"
    return {"negotiation": "bureau", "bureau": "government", "superior": "government", "government": "government"}[level]  # type: ignore[return-value]


def _across(context: Context, there: Case) -> bool:
    """Whether the two have different bureaus: then it is their common superior that settles."""
    orgs = known(context)
    return bureau_of(orgs, there.request.asker) != bureau_of(orgs, there.request.provider)


def _judge(context: Context, there: Case, level: Level) -> str:
    orgs = known(context)
    return bureau_of(orgs, there.request.provider) if level == "bureau" else common_bureau(orgs, there.request.asker, there.request.provider)


def stop(context: Context, given: StopRequest) -> Result:
    """Sharing that was granted ends before its time: with a cause, negotiated and filed, and the grant is withdrawn at once (art. 27).

    The asker may also take back a request that waits; a provider cannot stop what it has not answered.
    """
    if sent := forwarded(context, "stop", given):
        return sent
    with changing(context):
        there = case(context.workspace.ledger, given.code)
        if there.decision is None and given.cause != "asker_wishes":
            raise wrong("not_decided", Text("还没有答复的不能终止", "what was not answered cannot be stopped"), there)
        if there.decision is not None and not given.agreed:
            raise Problem("not_agreed", Text("终止共享须经双方协商，报主管部门备案（国务院令第809号第二十七条）",
                                             "sharing ends after negotiation with the other side, filed with the bureau (Order 809, art. 27)"), where=given.code,
                          remedy=Text("协商并备案之后注明：--agreed", "Negotiate and file it, then say so: --agreed"))
        acting(context, there.request.asker if given.cause == "asker_wishes" else there.request.provider, Text("终止共享", "stop sharing"))
        if fresh := there.stopped is None:
            if there.decision and there.decision.granted and not context.dry_run:
                with context.workspace.store.write() as connection:
                    withdraw(connection, there.decision.grant, context.clock())
            record(context, Step("share.stopped", {"request": given.code, "cause": given.cause, "agreed": given.agreed or there.decision is None}, {"reason": reason(given.reason)},
                                 f"share.stopped/{given.code}"))
    return done(context, "已终止，授权已收回。", "Stopped; the grant is withdrawn.", {"request": given.code, "changed": fresh})


def drop(context: Context, given: DropRecords) -> Result:
    """The asker no longer has its records of use. That is kept as it happened; before three years are over it is a breach (art. 29)."""
    if sent := forwarded(context, "drop", given):
        return sent
    with changing(context):
        there = case(context.workspace.ledger, given.code)
        acting(context, there.request.asker, Text("说明它的记录", "speak of its records"))
        record(context, Step("share.dropped", {"request": given.code}))
    return done(context, "已记下。", "Taken down.", {"request": given.code})
