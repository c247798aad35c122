"""What the page of the audit shows: who used what under which grant, and every breach by article with the clocks of its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from jingwei.foundations.data.sharing.asks import AskUses
from jingwei.foundations.data.sharing.cases import Shared
from jingwei.foundations.data.sharing.clocks import broken, clocks_of, read
from jingwei.foundations.data.sharing.figures import by_article
from jingwei.foundations.data.sharing.law import BREACHES
from jingwei.foundations.data.sharing.model import MODES, Case, Use
from jingwei.foundations.data.sharing.records import known
from jingwei.foundations.data.sharing.reports import clock_words, everything, granted_by, used
from jingwei.foundations.data.sharing.steps import period
from jingwei.foundations.data.sharing.views import MOST_ROWS, Broken, names_of
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import may
from jingwei.kernel.periods import work_calendar


@dataclass(frozen=True, slots=True)
class Used:
    """One use: what was given to whom, of whose data, under which grant."""

    case: Case
    use: Use
    asker: Text
    provider: Text
    grant: str
    mode: Text


@dataclass(frozen=True, slots=True)
class AuditView:
    """Uses, the newest first, and breaches in the order of the articles, each with the clocks of its case in words.

    organisations, data : what can be chosen; files : whether whoever looks may have the uses as a file
    """

    asked: AskUses
    uses: tuple[Used, ...]
    breaches: tuple[tuple[Broken, tuple[Text, ...]], ...]
    articles: Mapping[int, int]
    organisations: tuple[tuple[str, Text], ...]
    data: tuple[str, ...]
    more: int
    files: bool


def audit(context: Context, query: AskUses) -> AuditView:
    """Raises Problem ``bad_day``."""
    there = everything(context)
    now, names, calendar = there.present(context.clock()), names_of(context, there, known(context)), work_calendar()
    found = used(there, query)
    shown = [Used(c, u, names[c.request.asker], names[c.request.provider], granted_by(c, u), MODES[u.mode]) for c, u in reversed(found[-MOST_ROWS:])]
    first, last = period(query.first, query.last)
    breaches = [b for b in broken(_chosen(there, query), now, calendar) if (first or date.min) <= b.day <= (last or date.max)]
    rows = []
    for b in sorted(breaches, key=lambda b: (b.article, b.day, b.entry))[:MOST_ROWS]:
        case = there.cases.get(b.about)
        clocks = tuple(clock_words(read(clock, now, calendar)) for clock in clocks_of(case)) if case else ()
        rows.append((Broken(b, BREACHES[b.kind][1], names.get(b.owes, Text(b.owes, b.owes))), clocks))
    return AuditView(query, tuple(shown), tuple(rows), by_article(breaches), tuple(sorted(names.items())), tuple(sorted({c.request.data for c in there.cases.values()})),
                     max(0, len(found) - MOST_ROWS) + max(0, len(breaches) - MOST_ROWS), may(context.principal, "sharing.read"))


def _chosen(there: Shared, query: AskUses) -> Shared:
    """What is about these data and these two."""
    wanted = {code: c for code, c in there.cases.items() if query.data in (None, c.request.data)
              and query.asker in (None, c.request.asker) and query.provider in (None, c.request.provider)}
    offers = {code: o for code, o in there.offers.items() if query.data in (None, code) and query.provider in (None, o.terms.provider) and query.asker is None}
    return replace(there, cases=wanted, offers=offers)
