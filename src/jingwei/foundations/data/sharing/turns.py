"""Whose turn it is in a request, by when, and what each of those in it can do next; read from the record alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jingwei.foundations.data.sharing.clocks import Reading, clocks_of, read, soonest
from jingwei.foundations.data.sharing.model import Case, Phase
from jingwei.foundations.data.sharing.records import bureau_of, common_bureau
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Organisations
from jingwei.kernel.periods import WorkCalendar

_WHAT = {
    "supplement": Text("补齐申请", "add what is missing"),
    "decide": Text("答复申请", "reply to the request"), "deliver": Text("提供数据", "deliver the data"), "correct": Text("核实并答复所报告的错误", "verify the reported error"),
    "settle": Text("处理异议", "settle the objection"), "collect": Text("领取数据", "collect the data")}


@dataclass(frozen=True, slots=True)
class Turn:
    """The next move. ``reading`` is the clock it stops; None where the law sets no term."""

    organisation: str
    step: str
    reading: Reading | None

    @property
    def what(self) -> Text:
        return _WHAT[self.step]


@dataclass(frozen=True, slots=True)
class Move:
    """Something one of those in a request can do: the last word of ``share …``, and what its form is asked with."""

    step: str
    label: Text
    asked: tuple[tuple[str, str], ...]


def turn_of(case: Case, now: datetime, calendar: WorkCalendar, organisations: Organisations) -> Turn | None:
    """None where nobody has to do anything: it was refused, stopped, or is over."""
    r, phase = case.request, case.phase(day_in_china(now))
    if phase == "stopped":
        return None
    open_: dict[str, Reading] = {reading.clock.kind: reading for reading in soonest(read(c, now, calendar) for c in clocks_of(case))}
    if case.disputes and not case.disputes[-1].outcome:
        return Turn(judge_of(case, organisations), "settle", None)
    if "correct" in open_:
        return Turn(r.provider, "correct", open_["correct"])
    collected = r.mode == "api" or any(not u.delivery for u in case.uses)
    found = {"incomplete": (r.asker, "supplement", "reply"), "received": (r.provider, "decide", "reply"), "granted": (r.provider, "deliver", "deliver"),
             **({} if collected else {"delivered": (r.asker, "collect", "")})}.get(phase)
    return Turn(found[0], found[1], open_.get(found[2])) if found else None


def judge_of(case: Case, organisations: Organisations) -> str:
    """Who settles the open dispute now (art. 28); empty for the government, or where no bureau is known."""
    r = case.request
    match case.disputes[-1].level:
        case "negotiation":
            return r.provider
        case "bureau":
            return bureau_of(organisations, r.provider)
        case "superior":
            return common_bureau(organisations, r.asker, r.provider)
    return ""


def moves(case: Case, organisation: str, now: datetime, organisations: Organisations) -> list[Move]:
    """What an organisation can do in a request, the next move first; nothing for one that has no part in it.

    case : read with its words, since what is missing in them is told first
    """
    r, phase = case.request, case.phase(day_in_china(now))
    if r.holder:  # it lies at another node, which tells what comes of it
        return []
    disputed = bool(case.disputes) and not case.disputes[-1].outcome
    found: list[_Said] = []
    if organisation and disputed and organisation == judge_of(case, organisations):
        found += _AS_JUDGE
    if organisation == r.provider:
        found += _as_provider(case, phase)
    if organisation == r.asker:
        found += _as_asker(case, phase, disputed)
    if organisation and organisation == bureau_of(organisations, r.provider) and not case.decisions and phase != "stopped" and r.attribute == "conditional":
        found.append(("extend", Text("同意延期", "Consent to more time"), ()))
    return [Move(step, label, (("code", r.code), *asked)) for step, label, asked in found]


_Said = tuple[str, Text, tuple[tuple[str, str], ...]]
_AS_JUDGE: list[_Said] = [("settle", Text("维持答复", "The decision stands"), (("outcome", "stands"),)),
                          ("settle", Text("重新答复", "To be decided again"), (("outcome", "reopened"),))]


def _as_provider(case: Case, phase: Phase) -> Iterator[_Said]:
    r, undecided = case.request, case.decision is None and phase != "stopped"
    if undecided and r.missing and not case.notices:
        yield "notice", Text("告知缺什么", "Tell what is missing"), ()
    elif undecided and not r.missing:
        yield "decide", Text("同意共享", "Grant"), (("outcome", "grant"),)
        if r.attribute == "conditional":
            yield "decide", Text("不同意", "Refuse"), (("outcome", "refuse"),)
    if phase == "granted":
        yield "deliver", Text("提供数据", "Deliver"), ()
    for fault in case.faults:
        if fault.done is None:
            yield "correct", Text(f"已更正 {fault.code}", f"{fault.code} is corrected"), (("fault", fault.code), ("outcome", "corrected"))


def _as_asker(case: Case, phase: Phase, disputed: bool) -> Iterator[_Said]:
    undecided = case.decision is None and phase != "stopped"
    if case.waits and undecided:
        yield "supplement", Text("补齐申请", "Add what is missing"), ()
    if phase == "delivered" and case.request.mode != "api":
        yield "collect", Text("领取数据", "Collect the data"), ()
    if phase == "delivered":
        yield "report", Text("报告错误", "Report an error"), ()
    if disputed:
        yield "settle", Text("提交上一级", "Raise it one level"), (("outcome", "raised"),)
    elif case.decisions and phase != "stopped":
        yield "object", Text("提出异议", "Object"), ()
    if undecided and not case.decisions:
        yield "stop", Text("撤回申请", "Take the request back"), (("cause", "asker_wishes"),)
