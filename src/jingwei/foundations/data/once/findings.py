"""Findings of a node as it stands: all tables against each other, and one form against all; worked out once for one state of the samples."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from jingwei.foundations.data.catalogue.records import VERSIONS, counted_all, current
from jingwei.foundations.data.once.matching import compare
from jingwei.foundations.data.once.model import Column, Decided, Finding, Taken
from jingwei.foundations.data.once.records import (
    LATELY,
    Happened,
    Known,
    everything,
    happened,
)
from jingwei.kernel.actions import Context

WAIT = timedelta(days=90)
"""How long nothing may be collected after a decision before the collection counts as avoided; a quarter, in which most rounds come again."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Stand = Literal["open", "justified", "waiting", "avoided", "ended", "collected"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding and what became of it.

    open : nobody decided; justified : a law says so; waiting : decided, and nothing collected since, for less than WAIT;
    avoided : nor since, of what was planned; ended : of what had been collected; collected : all the same
    """

    finding: Finding
    stand: Stand
    decided: Decided | None


def all_findings(context: Context) -> list[Standing]:
    """Every finding between two organisations, most cells first, with what was decided about it."""
    known = everything(context)
    if not known.tables:
        return []
    listed = _catalogue_state(context)
    found: list[Finding] = LATELY.once(("findings", known.state, listed), lambda: compare(known.tables, _with_catalogue(context, known, listed)))
    past = happened(context.workspace.ledger)
    return [Standing(f, stand_of(f, past, found, context.clock()), past.decided.get(f.code)) for f in found]


def stand_of(finding: Finding, past: Happened, found: Sequence[Finding], now: datetime) -> Stand:
    """How a finding stands. What was decided is believed only as far as neither this table nor a later one of its holder is collected again."""
    decided, new = past.decided.get(finding.code), finding.new
    if decided is None:
        return "open"
    if decided.outcome == "justified":
        return "justified"
    another = any(f.new.holder == new.holder and f.held.name == finding.held.name and not f.new.planned and f.basis == "values" and f.new.at > decided.at for f in found)
    if another or (not new.planned and past.collected.get(new.name, new.at) > decided.at):
        return "collected"
    if now - decided.at < WAIT:
        return "waiting"
    return "avoided" if new.planned else "ended"


def against_all(context: Context, new: Taken) -> list[Finding]:
    """What a form or table that is not on record asks for of what others hold."""
    known = everything(context)
    return compare([replace(new, planned=True)], _with_catalogue(context, known, _catalogue_state(context)))


def _with_catalogue(context: Context, known: Known, listed: tuple[Hashable, ...]) -> list[Taken]:
    """Tables that were taken, and records of the catalogue that list their items, of which only names are known."""
    taken = {t.dataset for t in known.tables}
    records: list[Taken] = LATELY.once(("catalogue", listed), lambda: _catalogued(context))
    return [*known.tables, *(t for t in records if t.dataset.rpartition("/")[2] not in taken)]


def _catalogue_state(context: Context) -> tuple[Hashable, ...]:
    """Changes with the records of the catalogue: each keeps every version, and none goes without a date."""
    with context.workspace.store.read() as connection:
        versions = connection.scalar(sa.select(sa.func.count()).select_from(VERSIONS))
        return (context.workspace.store.where, str(context.workspace.folder.resolve()), versions, counted_all(connection), context.language)


def _catalogued(context: Context) -> list[Taken]:
    with context.workspace.store.read() as connection:
        return [Taken(r.publisher.name if r.publisher else "", name, r.name(context.language) or name, 0, tuple(Column(i.name) for i in r.items), LONG_AGO,
                      sketches=(None,) * len(r.items)) for name, r in current(connection) if r.items]
