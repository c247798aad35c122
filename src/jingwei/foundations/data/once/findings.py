"""Findings of a node as it stands: all tables against each other, and one form against all; worked out once for one state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from jingwei.foundations.data.once.matching import compare
from jingwei.foundations.data.once.model import Column, Decided, Finding, Taken
from jingwei.foundations.data.once.records import ROOM, Known, everything
from jingwei.kernel.actions import Context

WAIT = timedelta(days=90)
"""How long nothing may be collected after a decision before the collection counts as avoided; a quarter, in which most rounds come again."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Stand = Literal["open", "justified", "waiting", "avoided", "collected"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding and what became of it.

    open : nobody decided; justified : a law says so; waiting : decided, and nothing collected since, for less than WAIT;
    avoided : nor since; collected : all the same, or the two tables stand as they stood
    """

    finding: Finding
    stand: Stand
    decided: Decided | None


def all_findings(context: Context) -> list[Standing]:
    """Every finding between two organisations, most cells first, with what was decided about it."""
    known = everything(context)
    if not known.tables:
        return []
    size = context.workspace.ledger.size()
    found = context.once((ROOM, "findings", size), lambda inner: compare(known.tables, _with_catalogue(inner, known)))
    return [Standing(f, stand_of(f, known.decided.get(f.code), found, context.clock()), known.decided.get(f.code)) for f in found]


def stand_of(finding: Finding, decided: Decided | None, found: Sequence[Finding], now: datetime) -> Stand:
    """How a finding stands. What was decided is believed only as far as no later table of the same organisation asks for the same."""
    if decided is None:
        return "open"
    if decided.outcome == "justified":
        return "justified"
    if not finding.new.planned or any(f.new.holder == finding.new.holder and f.held.name == finding.held.name and not f.new.planned and f.basis == "values"
                                      and f.new.at > decided.at for f in found):
        return "collected"
    return "avoided" if now - decided.at >= WAIT else "waiting"


def against_all(context: Context, new: Taken) -> list[Finding]:
    """What a form or table that is not on record asks for of what others hold."""
    known = everything(context)
    return compare([replace(new, planned=True)], _with_catalogue(context, known))


def _with_catalogue(context: Context, known: Known) -> list[Taken]:
    """Tables that were taken, and records of the catalogue that list their items, of which only names are known."""
    taken = {t.dataset for t in known.tables}
    return [*known.tables, *(t for t in context.once((ROOM, "catalogue", context.workspace.ledger.size() if context.workspace.ledger.store.exists() else 0), _catalogued)
                             if t.dataset.rpartition("/")[2] not in taken)]


def _catalogued(context: Context) -> list[Taken]:
    from jingwei.foundations.data.catalogue.records import current

    with context.workspace.store.read() as connection:
        return [Taken(r.publisher.name if r.publisher else "", name, r.name(context.language) or name, 0, tuple(Column(i.name) for i in r.items), LONG_AGO,
                      sketches=(None,) * len(r.items)) for name, r in current(connection) if r.items]
