"""What the pages of collecting once show: all that is collected twice, and one finding column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jingwei.engines.sketches.intervals import Share
from jingwei.foundations.data.once.actions import find
from jingwei.foundations.data.once.asks import OUTCOMES, AskFinding
from jingwei.foundations.data.once.figures import figures
from jingwei.foundations.data.once.findings import Standing, all_findings
from jingwei.foundations.data.once.model import Pair
from jingwei.foundations.data.once.records import everything, names
from jingwei.foundations.data.once.telling import BYS, STANDS, headline, interval, next_step, share_words
from jingwei.foundations.data.sharing.figures import Figure
from jingwei.foundations.data.sharing.records import common_bureau, known
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import LOCAL, may
from jingwei.kernel.pillar import Nothing

MOST_ROWS = 100
"""Rows the page lists; the command line lists them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding with who is in it; cells and subjects as words."""

    standing: Standing
    new: Text
    held: Text
    cells: str
    people: str
    stands: Text


@dataclass(frozen=True, slots=True)
class OnceView:
    """``subjects_only`` pairs share subjects and no fact; ``more`` are not listed; ``other_secret`` tables could not be compared."""

    tables: int
    planned: int
    rows: tuple[Row, ...]
    more: int
    subjects_only: int
    other_secret: int
    exercises: int
    numbers: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in thousandths, as a bar draws it."""

    low: int
    at: int
    high: int
    words: str

    @classmethod
    def of(cls, share: Share | None) -> Bar | None:
        if share is None or share.value is None:
            return None
        return cls(round(1_000 * share.low), round(1_000 * share.value), round(1_000 * share.high), share_words(share))


@dataclass(frozen=True, slots=True)
class Evidence:
    pair: Pair
    by: Text
    agreement: Bar | None
    containment: Bar | None
    compared: int


@dataclass(frozen=True, slots=True)
class FindingView:
    """``alone`` are columns the other was not seen to hold; ``decides`` whether whoever looks may decide."""

    row: Row
    headline: Text
    next: Text
    evidence: tuple[Evidence, ...]
    alone: tuple[str, ...]
    subjects: Bar | None
    cells: Bar | None
    outcome: Text | None
    bureau: Text
    decides: bool


def once(context: Context, query: Nothing) -> OnceView:
    """Ranked by cells collected twice, then by subjects asked again; exercises are listed and told apart."""
    there, found = everything(context), all_findings(context)
    called = names(there.tables, {o.id: o.name for o in known(context)})
    told = [s for s in found if s.finding.basis == "values" or (s.finding.new.planned and s.finding.basis == "names")]
    return OnceView(len(there.tables), sum(t.planned for t in there.tables), tuple(_row(s, called) for s in told[:MOST_ROWS]), max(0, len(told) - MOST_ROWS),
                    sum(s.finding.basis == "subjects" for s in found), len(there.other_secret), sum(_invented(s) for s in told), tuple(figures(found)))


def finding(context: Context, query: AskFinding) -> FindingView:
    """Raises Problem ``unknown_finding``."""
    s = find(context, query.code)
    f, organisations = s.finding, known(context)
    called = names([f.new, f.held], {o.id: o.name for o in organisations})
    bureau = common_bureau(organisations, f.new.holder, f.held.holder)
    shown = {p.new.name for p in f.pairs}
    return FindingView(
        _row(s, called), headline(f, called), next_step(f),
        tuple(Evidence(p, BYS[p.by], Bar.of(p.agreement), Bar.of(p.containment), p.agreement.compared if p.agreement else 0) for p in f.pairs),
        tuple(c.name for c in f.new.columns if c.name not in shown and not c.counts), Bar.of(f.subjects), Bar.of(f.cells), OUTCOMES[s.decided.outcome] if s.decided else None,
        organisations[bureau].name if bureau else Text("", ""),
        context.principal.id != LOCAL.id and context.principal.organisation == bureau and may(context.principal, "once.write", "write"))


def _row(s: Standing, called: Mapping[str, Text]) -> Row:
    f = s.finding
    return Row(s, called[f.new.holder], called.get(f.held.holder, Text(f.held.holder, f.held.holder)), interval(f.duplicated), interval(f.people), STANDS[s.stand])


def _invented(s: Standing) -> bool:
    return s.finding.new.synthetic or s.finding.held.synthetic
