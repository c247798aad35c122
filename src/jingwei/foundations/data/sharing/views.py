"""What the pages of sharing show: what is due next, one request from asking to use, and the desk of one organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jingwei.foundations.data.sharing.across import is_node
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
from jingwei.foundations.data.sharing.model import ATTRIBUTES, MODES, PHASES, Case, Terms, Use
from jingwei.foundations.data.sharing.records import about, known
from jingwei.foundations.data.sharing.records import case as case_of
from jingwei.foundations.data.sharing.reports import clock_words, concerns, everything, history, value_words
from jingwei.foundations.data.sharing.turns import Move, Turn, moves, turn_of
from jingwei.kernel import node_records
from jingwei.kernel.access import PURPOSES
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import NOTHING, Text
from jingwei.kernel.people import PUBLIC, Organisations, may
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem

MOST_ROWS = 200
"""Rows a page lists; the command line lists them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A request, what it waits for, whose turn it is, and who is in it."""

    case: Case
    phase: Text
    clock: Reading | None
    words: Text
    asker: Text
    provider: Text
    turn: Turn | None = None
    turns: Text = NOTHING


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
    offered: tuple[tuple[Terms, Text, Text], ...] = ()


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
    mine: bool = False
    moves: tuple[Move, ...] = ()
    words: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Todo:
    """One clock that somebody has to stop, and how."""

    clock: Reading
    name: Text
    words: Text
    command: str
    page: str
    other: Text
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskView:
    organisation: str
    name: Text
    todo: tuple[Todo, ...]
    asked: tuple[Row, ...]
    breaches: tuple[Broken, ...]


def sharing(context: Context, query: Nothing) -> SharingView:
    there = everything(context)
    orgs = known(context)
    now, names = there.present(context.clock()), names_of(context, there, orgs)
    rows = [_row(c, now, names, orgs) for c in there.cases.values()]
    open_ = sorted((r for r in rows if r.clock), key=lambda r: (r.clock.due is None, r.clock.due, r.case.entry) if r.clock else ())
    rest = sorted((r for r in rows if not r.clock), key=lambda r: -r.case.entry)
    real = published(there)
    found = _broken(real, now, names)
    owing = sorted({c.request.provider for c in there.cases.values()} | {o.terms.bureau for o in there.offers.values() if o.terms.bureau})
    return SharingView(tuple(open_[:MOST_ROWS]), tuple(rest[:MOST_ROWS]), max(0, len(open_) - MOST_ROWS) + max(0, len(rest) - MOST_ROWS),
                       tuple(Number(f, value_words(f)) for f in figures(real, now, work_calendar())), tuple(found[-MOST_ROWS:]),
                       by_article([b.breach for b in found]), tuple((o, names[o]) for o in owing), sum(c.request.synthetic for c in there.cases.values()),
                       tuple((t, names[t.provider], ATTRIBUTES[t.attribute]) for t in offered(context, there)))


def offered(context: Context, there: Shared) -> tuple[Terms, ...]:
    """What can be asked for, with what it is called: the terms' words are read for these alone. Public, as a catalogue is."""
    codes = [o.terms.data for o in there.offers.values() if o.published and o.published.attribute != "none"][:MOST_ROWS]

    def make(inner: Context) -> tuple[Terms, ...]:
        told = about(inner.workspace.ledger, *codes).offers
        return tuple(t for c in codes if (t := told[c].published) is not None)

    return context.once(("sharing", "offered", context.workspace.ledger.size()), make) if codes else ()


def request(context: Context, query: AskRequest) -> RequestView:
    """Its words are for those it concerns alone. Raises Problem ``unknown_request``."""
    there = everything(context)
    found = there.cases[query.code] if query.code in there.cases else case_of(context.workspace.ledger, query.code)
    orgs, who = known(context), context.principal.organisation
    now, names = there.present(context.clock()), names_of(context, there, orgs)
    words: tuple[tuple[Text, str], ...] = ()
    if who != PUBLIC and concerns(context, found):
        found = case_of(context.workspace.ledger, query.code)
        asked = found.request
        words = ((Text("使用依据", "Basis"), asked.basis), (Text("使用场景", "Scenario"), asked.scenario), (Text("数据项", "Columns"), ", ".join(asked.scope.columns)))
    r, row = found.request, _row(found, now, names, orgs)
    clocks = [read(c, now, work_calendar()) for c in clocks_of(found)]
    mine = _broken(Shared(cases={r.code: found}), now, names)
    return RequestView(
        row, ATTRIBUTES[r.attribute], PURPOSES[r.purpose], MODES[r.mode] if r.mode else None, found.notices[0].missing if found.notices else (),
        tuple((c, CLOCKS[c.clock.kind], clock_words(c)) for c in clocks), tuple(history(found)),
        tuple((u, MODES[u.mode], kept_until(day_in_china(u.at)).isoformat()) for u in found.uses), tuple(mine),
        row.turn is not None and row.turn.organisation == who, tuple(moves(found, who, now, orgs)) if _writes(context) else (), words)


def desk(context: Context, query: AskDesk) -> DeskView:
    """What one organisation has to do next, and what it waits for. Raises Problem ``unknown_organisation``."""
    there, orgs = everything(context), known(context)
    now, names = there.present(context.clock()), names_of(context, there, orgs)
    if query.organisation not in names:
        raise Problem("unknown_organisation",
                      Text(f"{query.organisation[:40]!r} 没有共享也没有获得数据",
                           f"nothing is shared by or with {query.organisation[:40]!r}"),
                      remedy=Text("见数据共享页。", "See the page of sharing."))
    owed = [r for r in soonest(readings(there, now, work_calendar())) if r.clock.owes == query.organisation]
    own = _writes(context) and context.principal.organisation == query.organisation

    def can(about: str) -> tuple[Move, ...]:
        return tuple(moves(case_of(context.workspace.ledger, about), query.organisation, now, orgs))[:2] if own and about in there.cases else ()

    todo = [Todo(r, CLOCKS[r.clock.kind], clock_words(r), _command(r.clock), f"sharing/{r.clock.about}" if r.clock.about in there.cases else "",
                 names[there.cases[r.clock.about].request.asker] if r.clock.about in there.cases else NOTHING, can(r.clock.about)) for r in owed[:MOST_ROWS]]
    asked = sorted((_row(c, now, names, orgs) for c in there.cases.values() if c.request.asker == query.organisation), key=lambda r: -r.case.entry)
    return DeskView(query.organisation, names[query.organisation], tuple(todo), tuple(asked[:MOST_ROWS]),
                    tuple(b for b in _broken(there, now, names) if b.breach.owes == query.organisation)[-MOST_ROWS:])


def _command(clock: Clock) -> str:
    """What stops a clock, as it is typed."""
    about = clock.about
    return {"reply": f"jingwei share decide {about} --outcome grant", "deliver": f"jingwei share deliver {about} --out out",
            "correct": f"jingwei share correct {about} --fault {clock.part} --outcome corrected", "update": f"jingwei share offer {about} …",
            "publish": f"jingwei share publish {about}"}[clock.kind]


def _row(c: Case, now: datetime, names: Mapping[str, Text], orgs: Organisations) -> Row:
    open_ = soonest(read(k, now, work_calendar()) for k in clocks_of(c))
    first, turn = open_[0] if open_ else None, turn_of(c, now, work_calendar(), orgs)
    told = {o.id: o.name for o in orgs} | dict(names)
    return Row(c, PHASES[c.phase(day_in_china(now))], first, clock_words(first) if first else Text("", ""), names[c.request.asker], names[c.request.provider],
               turn, told.get(turn.organisation, Text("人民政府", "the government")) if turn else NOTHING)


def _writes(context: Context) -> bool:
    """Whether whoever looks may do something in sharing."""
    return context.principal.organisation not in ("", PUBLIC) and may(context.principal, "sharing.write", "write")


def _broken(shared: Shared, now: datetime, names: Mapping[str, Text]) -> list[Broken]:
    return [Broken(b, BREACHES[b.kind][1], names.get(b.owes, Text(b.owes, b.owes))) for b in broken(shared, now, work_calendar())]


def names_of(context: Context, there: Shared, orgs: Organisations) -> dict[str, Text]:
    """Of every organisation in it, and of every other node; one this node does not know is called by its code."""
    found = {o: Text(o, o) for c in there.cases.values() for o in (c.request.asker, c.request.provider)}
    found |= {o: Text(o, o) for offer in there.offers.values() for o in (offer.terms.provider, offer.terms.bureau) if o}
    if found:
        found |= {o.id: o.name for o in orgs if o.id in found}
    if any(map(is_node, found)):
        with context.workspace.store.read() as connection:
            found |= {one.profile.id: one.profile.name for one in node_records.known(connection) if one.profile.id in found}
    return found
