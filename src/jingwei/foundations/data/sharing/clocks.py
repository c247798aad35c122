"""The clocks that Order 809 sets running for a request or a record of the catalogue, and what the record shows to have been broken.

Every clock is the kernel's ``LegalClock`` on the calendar of working days. Where a year's calendar is not published a clock has no last
day: it is *unknown*, which is neither kept nor broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jingwei.foundations.data.sharing import law
from jingwei.foundations.data.sharing.cases import Shared, fold
from jingwei.foundations.data.sharing.law import BREACHES, LATE, BreachKind, ClockKind
from jingwei.foundations.data.sharing.model import Case, Extension, Offer
from jingwei.kernel.clock import LegalClock, Standing, Term, Turn, capped, day_in_china
from jingwei.kernel.periods import WorkCalendar
from jingwei.kernel.told import Told


@dataclass(frozen=True, slots=True)
class Clock:
    """One term that runs or ran.

    about : code of the request or of the data
    part : which of several of one kind, such as the fault being corrected
    owes : id of the organisation that has to act
    entry : position in the ledger of what started it
    """

    kind: ClockKind
    about: str
    owes: str
    legal: LegalClock
    entry: int
    part: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one instant.

    due : last day; None while paused or unknown
    left : working days until then, below 0 when late; None when unknown
    open : nothing has ended it yet
    """

    clock: Clock
    state: Standing
    started: date
    due: date | None
    left: int | None
    open: bool

    @property
    def article(self) -> int:
        return BREACHES[LATE[self.clock.kind]][0]


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing the law forbids and the record shows.

    owes : id of the organisation that answers for it
    day : when it happened; of a term not kept, its first day too late
    entry : position in the ledger of what shows it; of a term not kept, of what started it
    """

    kind: BreachKind
    article: int
    about: str
    owes: str
    day: date
    entry: int
    part: str = ""
    synthetic: bool = False


def clocks_of(case: Case) -> Iterator[Clock]:
    """Every clock of a request, in the order in which they started."""
    r = case.request
    yield Clock("reply", r.code, r.provider, _reply(case), case.entry, synthetic=r.synthetic)
    for decision in case.decisions:
        if decision.granted:
            after = [u.at for u in case.uses if u.delivery and u.entry > decision.entry] + ([case.stopped.at] if case.stopped else [])
            later = [d.at for d in case.decisions if d.entry > decision.entry]
            yield Clock("deliver", r.code, r.provider, _clock(law.DELIVER, decision.at, min([*after, *later], default=None)), decision.entry,
                        synthetic=r.synthetic)
    for fault in case.faults:
        yield Clock("correct", r.code, r.provider, _clock(law.CORRECT, fault.at, fault.done), fault.entry, fault.code, r.synthetic)


def clocks_on(offer: Offer) -> Iterator[Clock]:
    """Every clock of a record of the catalogue."""
    t = offer.terms
    for turn in offer.rounds:
        if turn.changed:
            extensions = _in_force(turn.extensions, law.UPDATE_LONGER)
            turns = [Turn("start", turn.changed), *extensions, *([Turn("stop", turn.offered)] if turn.offered else [])]
            yield Clock("update", t.data, t.provider, LegalClock(law.UPDATE, tuple(turns)), turn.entry, synthetic=t.synthetic)
        if turn.offered:
            yield Clock("publish", t.data, t.bureau, _clock(law.PUBLISH, turn.offered, turn.published or turn.replaced), turn.entry, synthetic=t.synthetic)


def _reply(case: Case) -> LegalClock:
    """Paused by the first notice alone, until what was missing is there; extended as far as the bureau agreed and the law goes."""
    term = law.REPLY_AT_ONCE if case.request.attribute == "unconditional" else law.REPLY
    turns: list[tuple[int, Turn]] = [(case.entry, Turn("start", case.at))]
    if case.notices:
        first = case.notices[0]
        turns.append((first.entry, Turn("pause", first.at)))
        answered = next((s for s in case.supplements if s.complete and s.entry > first.entry), None)
        turns += [(answered.entry, Turn("resume", answered.at))] if answered else []
    if case.request.attribute == "conditional":
        turns += [(e.entry, t) for e, t in zip(case.extensions, _lengths(case.extensions, law.REPLY_LONGER), strict=True) if t.days]
    turns.sort(key=lambda each: each[0])
    ordered = [t for _, t in turns]
    if case.decisions:
        end = case.decisions[0]
        ordered = [t for entry, t in turns if entry < end.entry] + [Turn("stop", end.at)]
    elif case.stopped:
        ordered = [t for entry, t in turns if entry < case.stopped.entry] + [Turn("stop", case.stopped.at)]
    return LegalClock(term, tuple(ordered))


def _clock(term: Term, start: datetime, end: datetime | None) -> LegalClock:
    return LegalClock(term, (Turn("start", start), *([Turn("stop", end)] if end else [])))


def _lengths(extensions: Iterable[Extension], most: int) -> list[Turn]:
    """Of each extension what counts: nothing without consent, and all together not more than the most."""
    return capped(((e.at, e.days if e.consent else 0) for e in extensions), most)


def _in_force(extensions: Iterable[Extension], most: int) -> list[Turn]:
    return [t for t in _lengths(extensions, most) if t.days]


def read(clock: Clock, at: datetime, calendar: WorkCalendar) -> Reading:
    """How a clock stands; *unknown* where its days reach into a year whose calendar is not published."""
    now = clock.legal.read(at, calendar)
    return Reading(clock, now.state, now.started, now.due, now.left, now.open)


def readings(shared: Shared, at: datetime, calendar: WorkCalendar) -> list[Reading]:
    """Every clock there is at an instant, as ``events`` before it left them: those of records, then those of requests."""
    found = [c for offer in shared.offers.values() for c in clocks_on(offer)] + [c for case in shared.cases.values() for c in clocks_of(case)]
    return [read(c, at, calendar) for c in found if c.legal.turns[0].at <= at]


def soonest(found: Iterable[Reading]) -> list[Reading]:
    """Open clocks, the most pressing first: late ones, then by last day, then those nobody knows the last day of."""
    return sorted((r for r in found if r.open), key=lambda r: (r.due is None, r.due or date.max, r.clock.about, r.clock.entry))


def breaches(events: Iterable[Told], at: datetime, calendar: WorkCalendar) -> list[Breach]:
    """What the events up to ``at`` show to have been broken by then, each with its article; by day, then by what it is about.

    A term that is over and not kept is a breach whether or not anybody acted since. Nothing before the order came into force is one.
    """
    shared = fold(e for e in events if datetime.fromisoformat(e.at) <= at)
    return broken(shared, at, calendar)


def broken(shared: Shared, at: datetime, calendar: WorkCalendar) -> list[Breach]:
    """The same of what was folded."""
    found = [Breach(LATE[r.clock.kind], r.article, r.clock.about, r.clock.owes, r.due + timedelta(days=1), r.clock.entry, r.clock.part, r.clock.synthetic)
             for r in readings(shared, at, calendar) if r.state == "breached" and r.due]
    for case in shared.cases.values():
        found += _of_case(case)
    for offer in shared.offers.values():
        for turn in offer.rounds:
            found += _of_extensions(turn.extensions, law.UPDATE_LONGER, offer.terms.data, offer.terms.provider, offer.terms.synthetic, 17)
    return sorted((b for b in found if b.day >= law.IN_FORCE), key=lambda b: (b.day, b.about, b.kind, b.entry))


def _of_case(case: Case) -> Iterator[Breach]:
    r = case.request

    def breach(kind: BreachKind, when: datetime, entry: int, owes: str = r.provider) -> Breach:
        return Breach(kind, BREACHES[kind][0], r.code, owes, day_in_china(when), entry, synthetic=r.synthetic)

    for notice in case.notices[1:]:
        yield breach("second_notice", notice.at, notice.entry)
    longer = law.REPLY_LONGER if r.attribute == "conditional" else 0  # the article lets only that be extended
    yield from _of_extensions(case.extensions, longer, r.code, r.provider, r.synthetic, 21)
    for d in case.decisions:
        if not d.granted and d.ground == "incomplete":
            yield breach("refused_incomplete", d.at, d.entry)
        elif not d.granted and r.attribute == "unconditional":
            yield breach("refused_unconditional", d.at, d.entry)
        if not d.granted and not d.reasoned:
            yield breach("refused_without_reason", d.at, d.entry)
    if case.stopped and not (case.stopped.cause and case.stopped.agreed):
        yield breach("stopped_without_cause", case.stopped.at, case.stopped.entry)
    for when, entry in case.dropped:
        if any(day_in_china(when) <= kept_until(day_in_china(u.at)) for u in case.uses if u.entry < entry):
            yield breach("records_dropped", when, entry, r.asker)


def _of_extensions(extensions: tuple[Extension, ...], most: int, about: str, owes: str, synthetic: bool, article: int) -> Iterator[Breach]:
    agreed = 0
    for e in extensions:
        agreed += e.days if e.consent else 0
        if not e.consent:
            yield Breach("extension_without_consent", article, about, owes, day_in_china(e.at), e.entry, synthetic=synthetic)
        elif agreed > most:
            yield Breach("extension_too_long", article, about, owes, day_in_china(e.at), e.entry, synthetic=synthetic)


def kept_until(day: date) -> date:
    """The last day on which a record of use of that day must still be there (art. 29; the last day of the month where it has no such day)."""
    year = day.year + law.YEARS_KEPT
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
