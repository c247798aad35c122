"""The statutory clock as a pure fold: what happened up to an instant goes in, the terms with their last days and what offends the law come out.

Nothing is kept: any past state can be had again, and the same record always gives the same dates.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from jingwei.integrations.government.clocks.law import FINDINGS, GROUNDS, RULES, FindingKind, Rule, rule
from jingwei.integrations.government.clocks.model import (
    Finding,
    Happening,
    Phase,
    Regime,
    Regimes,
    Running,
    Standing,
)
from jingwei.kernel.clock import LegalClock, Term, Turn, capped, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import WorkCalendar
from jingwei.kernel.problems import Problem

PROMISE = Text("本机关承诺的时限，短于法定期限", "the organ's own promise, shorter than the law's term")


def standing(regime: Regime, happened: Sequence[Happening], at: datetime, calendar: WorkCalendar) -> Standing:
    """How an application stands at ``at``; what happened later is not looked at.

    Raises Problem ``bad_happening`` for a record in an order that cannot be, ``promise`` for a promise longer than the law's term,
    ``no_law`` before the law was in force, ``unknown_calendar`` when acceptance or a pause turns on a year that is not yet published.
    """
    _in_order(happened)
    fold = _Fold(regime, calendar)
    for each in happened:
        if each.at <= at:
            fold.take(each)
    fold.silence(at)
    return fold.standing()


def _in_order(happened: Sequence[Happening]) -> None:
    days = [day_in_china(h.at) for h in happened]
    for n, (before, after) in enumerate(itertools.pairwise(days), 2):
        if after < before:
            raise _bad(n, Text(f"{after} 早于前一项的 {before}", f"{after} lies before {before} of the one before"))


def _bad(n: int, what: Text) -> Problem:
    return Problem("bad_happening", what, where=Text(f"第 {n} 项", f"happening {n}"), remedy=Text("请与实际经过对照。", "Compare the record with what happened."))


@dataclass(slots=True)
class _Fold:
    regime: Regime
    calendar: WorkCalendar
    number: int = 0
    receipt: Happening | None = None
    noticed: bool = False
    accepted: datetime | None = None
    silent: bool = False
    open: set[str] = field(default_factory=set)
    ineffective: set[str] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)
    asked: list[tuple[datetime, int]] = field(default_factory=list)
    joint: bool = False
    decision: Happening | None = None
    delivered: datetime | None = None
    notices: list[Running] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, h: Happening) -> None:
        self.number += 1
        self.silence(h.at)
        if self.decision and h.kind != "delivered":
            raise _bad(self.number, Text("决定以后只有送达", "after the decision there is delivery alone"))
        if h.kind in ("paused", "resumed", "extended", "decided") and self.accepted is None:
            raise _bad(self.number, Text("还没有受理", "nothing was accepted yet"))
        getattr(self, f"_{h.kind}")(h)

    # Art. 32: receipt, one notice, acceptance

    def silence(self, at: datetime) -> None:
        """Accepted from receipt when the days for a notice are over and nothing was told."""
        if self.receipt and self.accepted is None and self.regime.licence:
            day, found = day_in_china(self.receipt.at), rule("notice", day_in_china(self.receipt.at))
            if day_in_china(at) > found.term.due(day, self.calendar):
                self.silent = True
                self._find("accepted_by_silence", at)
                self._accept(self.receipt.at, None)

    def _received(self, h: Happening) -> None:
        if self.receipt or self.accepted or self.noticed:
            raise _bad(self.number, Text("已经收到过；补交的写 corrected", "it was received before; what is handed in later is corrected"))
        self.receipt = h

    def _correction_asked(self, h: Happening) -> None:
        if self.accepted:
            self._find("notice_late" if self.silent else "notice_after_acceptance", h.at)
        elif self.noticed and self.regime.licence:
            self._find("second_notice", h.at)
        elif self.receipt is None:
            raise _bad(self.number, Text("还没有收到材料", "nothing was received yet"))
        else:
            self.noticed = True
            self._notice_done(h.at)

    def _corrected(self, h: Happening) -> None:
        if self.accepted is None and not self.noticed:
            raise _bad(self.number, Text("没有要求过补正", "no correction was asked for"))
        if self.accepted is None and self.receipt is None and h.complete:
            self.receipt = h

    def _accepted(self, h: Happening) -> None:
        if self.accepted is None:
            self.receipt = self.receipt or h
            self._accept(h.at, h.at)
        elif not self.silent:
            raise _bad(self.number, Text("已经受理过", "it was accepted before"))

    def _accept(self, since: datetime, told: datetime | None) -> None:
        self._notice_done(told)
        self.accepted = since
        self.turns.append(Turn("start", since))

    def _notice_done(self, told: datetime | None) -> None:
        """The clock for telling what is missing ends with the notice or with acceptance; by silence it stays broken."""
        if self.receipt and self.regime.licence:
            found = rule("notice", day_in_china(self.receipt.at))
            ends = [Turn("stop", told)] if told else []
            self.notices.append(Running("notice", LegalClock(found.term, (Turn("start", self.receipt.at), *ends)), found.told, len(self.notices) + 1))
        self.receipt = None

    # Art. 42: the term and its extension; art. 45: what is not counted

    def _rule(self) -> Rule:
        assert self.accepted
        return rule("joint" if self.joint or self.regime.kind == "joint" else "decide", day_in_china(self.accepted))

    def _term(self) -> Term:
        return self.regime.own or self._rule().term

    def _over(self, at: datetime) -> bool:
        """Whether the term for deciding, or the promise where the law sets none, is over."""
        term = self._term() if self.regime.licence else Term(self.regime.promised, "working days", PROMISE.en)
        return LegalClock(term, tuple(self.turns)).state(at, self.calendar).breached

    def _joint(self, h: Happening) -> None:
        if self.accepted and self.regime.licence and self._over(h.at):
            self._find("joint_too_late", h.at)
        else:
            self.joint = True

    def _paused(self, h: Happening) -> None:
        if h.ground in self.open:
            raise _bad(self.number, Text("这一事由正在暂停", "the clock is paused on that ground already"))
        if self.regime.kind == "none":
            return
        if h.ground not in GROUNDS:
            self._find("pause_without_ground", h.at)
            self.ineffective.add(h.ground)
        elif not self.open and self._over(h.at):
            self._find("pause_too_late", h.at)
            self.ineffective.add(h.ground)
        else:
            if not h.told:
                self._find("pause_untold", h.at)
            if not self.open:
                self.turns.append(Turn("pause", h.at, reason=h.ground))
            self.open.add(h.ground)

    def _resumed(self, h: Happening) -> None:
        ended = {h.ground} if h.ground else self.open | self.ineffective
        if self.regime.kind != "none" and not ended & (self.open | self.ineffective):
            raise _bad(self.number, Text("没有这样的暂停", "there is no such pause"))
        was = bool(self.open)
        self.open -= ended
        self.ineffective -= ended
        if was and not self.open:
            self.turns.append(Turn("resume", h.at))

    def _extended(self, h: Happening) -> None:
        if not self.regime.licence:
            return
        if h.days < 1:
            raise _bad(self.number, Text("延期没有写天数", "an extension says how many days"))
        found = self._rule()
        already = sum(days for _, days in self.asked)
        if h.approved != found.approves and not (found.approves == "head" and h.approved == "government"):
            self._find("extension_unapproved", h.at)
        elif not self.open and self._over(h.at):
            self._find("extension_too_late", h.at)
        else:
            if not h.told:
                self._find("extension_untold", h.at)
            if already + h.days > found.longer:
                self._find("extension_too_long", h.at)
            self.asked.append((h.at, h.days))
            counted = capped(self.asked, found.longer)[-1]
            if counted.days:
                self.turns.append(counted)

    # The decision; art. 44: delivery

    def _decided(self, h: Happening) -> None:
        self.decision = h
        self.turns.append(Turn("stop", h.at))

    def _delivered(self, h: Happening) -> None:
        if self.decision is None or not self.decision.granted:
            raise _bad(self.number, Text("没有准予的决定", "there is no decision to grant"))
        self.delivered = self.delivered or h.at

    # What came of it

    def _find(self, kind: FindingKind, at: datetime) -> None:
        article, says = FINDINGS[kind]
        self.findings.append(Finding(kind, article, day_in_china(at), says))

    def standing(self) -> Standing:
        if self.accepted and self.regime.licence and self.regime.promised > self._term().length:
            raise promise_too_long(self.regime.promised, self._term())
        clocks = list(self.notices)
        if self.receipt and self.accepted is None and self.regime.licence:
            found = rule("notice", day_in_china(self.receipt.at))
            clocks.append(Running("notice", LegalClock(found.term, (Turn("start", self.receipt.at),)), found.told, len(clocks) + 1))
        clocks += self._deciding()
        if self.decision and self.decision.granted and self.regime.licence:
            found = rule("deliver", day_in_china(self.decision.at))
            ends = [Turn("stop", self.delivered)] if self.delivered else []
            clocks.append(Running("deliver", LegalClock(found.term, (Turn("start", self.decision.at), *ends)), found.told))
        accepted = day_in_china(self.accepted) if self.accepted else None
        return Standing(self._phase(), accepted, self.silent, tuple(clocks), tuple(self.findings))

    def _deciding(self) -> Iterable[Running]:
        if self.accepted is None:
            return
        if self.regime.licence:
            says = self._rule().told if self.regime.own is None else Text(f"{self.regime.own.basis}另有规定", f"{self.regime.own.basis} sets another term")
            term = self._term()
            yield Running("decide", LegalClock(term, tuple(self.turns)), says)
        if self.regime.promised and self.regime.kind != "none":
            kept = tuple(t for t in self.turns if t.kind != "extend")  # an organ cannot lengthen its own promise; what the law does not count, the promise does not either
            yield Running("promise", LegalClock(Term(self.regime.promised, "working days", PROMISE.en), kept), PROMISE)

    def _phase(self) -> Phase:
        if self.decision:
            return "refused" if not self.decision.granted else "delivered" if self.delivered or not self.regime.licence else "decided"
        if self.accepted:
            return "paused" if self.open else "running"
        return "examined" if self.receipt else "correcting" if self.noticed else "nothing"


def promise_too_long(promised: int, term: Term) -> Problem:
    return Problem("promise", Text(f"承诺 {promised} 个工作日，长于法定的 {term.length} 个", f"a promise of {promised} working days is longer than the {term.length} the law gives"),
                   where=term.basis, remedy=Text("承诺不能长于法定期限；不另承诺就不写 promised。", "Promise no more than the law gives, or leave promised out."))


def regime_of(kind: Regimes, days: int) -> Regime:
    """The regime an item names: so many days as the law gives anyway are no promise, so that what lengthens the law's term lengthens the item's.

    days : working days promised; 0 for none
    """
    same = kind in ("licensing", "joint") and any(r.kind == ("joint" if kind == "joint" else "decide") and r.term.length == days and r.until is None for r in RULES)
    return Regime(kind, 0 if same else days)
