"""What the pages of sharing show: what is due next, one request from asking to use, and the desk of one organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jingwei.foundations.data.sharing.asks import AskDesk, AskRequest
from jingwei.foundations.data.sharing.cases import Shared
from jingwei.foundations.data.sharing.clocks import (
    Breach,
    Clock,
    Reading,
    broken,
    clocks_of,
    kept_until,
    read,
    readings,
    soonest,
)
from jingwei.foundations.data.sharing.figures import Figure, by_article, figures, published
from jingwei.foundations.data.sharing.law import BREACHES, CLOCKS
from jingwei.foundations.data.sharing.model import ATTRIBUTES, MODES, PHASES, Case, Use
from jingwei.foundations.data.sharing.records import case as case_of
from jingwei.foundations.data.sharing.records import known
from jingwei.foundations.data.sharing.reports import clock_words, everything, history, value_words
from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem

MOST_ROWS = 200
"""Rows a page lists; the command line lists them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A request, what it waits for, and who is in it."""

    case: Case
    phase: Text
    clock: Reading | None
    words: Text
    asker: Text
    provider: Text


@dataclass(frozen=True, slots=True)
class Broken:
    breach: Breach
    what: Text
    owes: Text


@dataclass(frozen=True, slots=True)
class Number:
    figure: Figure
    words: Text


@dataclass(frozen=True, slots=True)
class SharingView:
    """``open`` first by last day, then the others, the newest first; ``more`` are not shown. Figures leave out exercises."""

    open: tuple[Row, ...]
    rest: tuple[Row, ...]
    more: int
    numbers: tuple[Number, ...]
    breaches: tuple[Broken, ...]
    articles: Mapping[int, int]
    desks: tuple[tuple[str, Text], ...]
    exercises: int


@dataclass(frozen=True, slots=True)
class RequestView:
    row: Row
    attribute: Text
    purpose: Text
    mode: Text | None
    missing: tuple[str, ...]
    clocks: tuple[tuple[Reading, Text, Text], ...]
    history: tuple[tuple[datetime, Text, int], ...]
    uses: tuple[tuple[Use, Text, str], ...]
    breaches: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """One clock that somebody has to stop, and how."""

    clock: Reading
    name: Text
    words: Text
    command: str
    page: str
    other: Text


@dataclass(frozen=True, slots=True)
class DeskView:
    organisation: str
    name: Text
    todo: tuple[Todo, ...]
    asked: tuple[Row, ...]
    breaches: tuple[Broken, ...]


def sharing(context: Context, query: Nothing) -> SharingView:
    there = everything(context)
    now, names = there.present(context.clock()), _names(context, there)
    rows = [_row(c, now, names) for c in there.cases.values()]
    open_ = sorted((r for r in rows if r.clock), key=lambda r: (r.clock.due is None, r.clock.due, r.case.entry) if r.clock else ())
    rest = sorted((r for r in rows if not r.clock), key=lambda r: -r.case.entry)
    real = published(there)
    found = _broken(real, now, names)
    owing = sorted({c.request.provider for c in there.cases.values()} | {o.terms.bureau for o in there.offers.values() if o.terms.bureau})
    return SharingView(tuple(open_[:MOST_ROWS]), tuple(rest[:MOST_ROWS]), max(0, len(open_) - MOST_ROWS) + max(0, len(rest) - MOST_ROWS),
                       tuple(Number(f, value_words(f)) for f in figures(real, now, work_calendar())), tuple(found[-MOST_ROWS:]),
                       by_article([b.breach for b in found]), tuple((o, names[o]) for o in owing), sum(c.request.synthetic for c in there.cases.values()))


def request(context: Context, query: AskRequest) -> RequestView:
    """Raises Problem ``unknown_request``."""
    there = everything(context)
    found = there.cases[query.code] if query.code in there.cases else case_of(context.workspace.ledger, query.code)
    now, names, r = there.present(context.clock()), _names(context, there), found.request
    clocks = [read(c, now, work_calendar()) for c in clocks_of(found)]
    mine = _broken(Shared(cases={r.code: found}), now, names)
    return RequestView(
        _row(found, now, names), ATTRIBUTES[r.attribute], PURPOSES[r.purpose], MODES[r.mode] if r.mode else None, found.notices[0].missing if found.notices else (),
        tuple((c, CLOCKS[c.clock.kind], clock_words(c)) for c in clocks), tuple(history(found)),
        tuple((u, MODES[u.mode], kept_until(day_in_china(u.at)).isoformat()) for u in found.uses), tuple(mine))


def desk(context: Context, query: AskDesk) -> DeskView:
    """What one organisation has to do next, and what it waits for. Raises Problem ``unknown_organisation``."""
    there = everything(context)
    now, names = there.present(context.clock()), _names(context, there)
    if query.organisation not in names:
        raise Problem("unknown_organisation",
                      Text(f"{query.organisation[:40]!r} 没有共享也没有获得数据",
                           f"nothing is shared by or with {query.organisation[:40]!r}"),
                      remedy=Text("见数据共享页。", "See the page of sharing."))
    owed = [r for r in soonest(readings(there, now, work_calendar())) if r.clock.owes == query.organisation]
    todo = [Todo(r, CLOCKS[r.clock.kind], clock_words(r), _command(r.clock), f"sharing/{r.clock.about}" if r.clock.about in there.cases else "",
                 names[there.cases[r.clock.about].request.asker] if r.clock.about in there.cases else Text("", "")) for r in owed]
    asked = sorted((_row(c, now, names) for c in there.cases.values() if c.request.asker == query.organisation), key=lambda r: -r.case.entry)
    return DeskView(query.organisation, names[query.organisation], tuple(todo[:MOST_ROWS]), tuple(asked[:MOST_ROWS]),
                    tuple(b for b in _broken(there, now, names) if b.breach.owes == query.organisation)[-MOST_ROWS:])


def _command(clock: Clock) -> str:
    """What stops a clock, as it is typed."""
    about = clock.about
    return {"reply": f"jingwei share decide {about} --outcome grant", "deliver": f"jingwei share deliver {about} --out out",
            "correct": f"jingwei share correct {about} --fault {clock.part} --outcome corrected", "update": f"jingwei share offer {about} …",
            "publish": f"jingwei share publish {about}"}[clock.kind]


def _row(c: Case, now: datetime, names: Mapping[str, Text]) -> Row:
    open_ = soonest(read(k, now, work_calendar()) for k in clocks_of(c))
    first = open_[0] if open_ else None
    return Row(c, PHASES[c.phase(day_in_china(now))], first, clock_words(first) if first else Text("", ""), names[c.request.asker], names[c.request.provider])


def _broken(shared: Shared, now: datetime, names: Mapping[str, Text]) -> list[Broken]:
    return [Broken(b, BREACHES[b.kind][1], names.get(b.owes, Text(b.owes, b.owes))) for b in broken(shared, now, work_calendar())]


def _names(context: Context, there: Shared) -> dict[str, Text]:
    """Of every organisation in it; one this node does not know is called by its code."""
    found = {o: Text(o, o) for c in there.cases.values() for o in (c.request.asker, c.request.provider)}
    found |= {o: Text(o, o) for offer in there.offers.values() for o in (offer.terms.provider, offer.terms.bureau) if o}
    if found:
        found |= {o.id: o.name for o in known(context) if o.id in found}
    return found
