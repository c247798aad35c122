"""Sharing as the ledger keeps it: read by folding, changed by appending in the transaction in which it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from jingwei.foundations.data.sharing.cases import Shared, fold
from jingwei.foundations.data.sharing.model import Case, Offer
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.people import LOCAL, Organisation, Organisations
from jingwei.kernel.people_records import organisations
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.told import told

ROOM = "share"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is to happen: facts for the ledger, words beside them. With ``key`` it happens once, whoever repeats it."""

    kind: str
    facts: Mapping[str, Any]
    words: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None

    def event(self, context: Context) -> Event:
        about = self.facts.get("request") or self.facts.get("data") or self.facts.get("need")
        return Event(self.kind, context.clock(), context.principal.id, self.facts, {f"{ROOM}:{about}": self.words} if self.words else {}, self.key)


@contextmanager
def changing(context: Context) -> Iterator[sa.Connection]:
    """Everything read and recorded inside stands or falls together, and nobody else shares in between; a rehearsal records nothing."""
    if context.dry_run:
        with context.workspace.store.read() as connection:
            yield connection
        return
    context.workspace.establish()
    with context.workspace.store.write_in_turn("sharing") as connection:
        yield connection


def record(context: Context, *steps: Step) -> None:
    """Inside ``changing``. What happens to a request of another node is told there, in the same transaction."""
    if not context.dry_run:
        from jingwei.foundations.data.sharing.across import tell

        tell(context, context.workspace.ledger.record([s.event(context) for s in steps]), steps)


def shared(ledger: Ledger, *, words: bool = True) -> Shared:
    """All of it, from the first entry on; without words a third faster."""
    return fold(told(ledger, ROOM, words=words))


def about(ledger: Ledger, *codes: str) -> Shared:
    """What is said about these requests and data alone."""
    found = {e.position: e for code in codes for e in told(ledger, ROOM, about=code)}
    return fold(found[p] for p in sorted(found))


def case(ledger: Ledger, code: str) -> Case:
    """Raises Problem ``unknown_request``."""
    cases = about(ledger, code).cases
    if code not in cases:
        known = shared(ledger, words=False).cases if ledger.store.exists() else {}
        raise Problem("unknown_request", Text(f"没有申请 {code[:40]!r}", f"there is no request {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], known)
                      or Text("列出全部：jingwei share list", "List them: jingwei share list"))
    return cases[code]


def offer(ledger: Ledger, code: str) -> Offer:
    """Raises Problem ``unknown_data``."""
    offers = about(ledger, code).offers
    if code not in offers:
        known = shared(ledger, words=False).offers if ledger.store.exists() else {}
        raise Problem("unknown_data", Text(f"没有以 {code[:40]!r} 提供的数据", f"nothing is offered as {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], known)
                      or Text("列出现有的：jingwei share list --offers", "List what is: jingwei share list --offers"))
    return offers[code]


def digest(*parts: str, length: int = 10) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]




# Who may act for whom


def known(context: Context) -> Organisations:
    with context.workspace.store.read() as connection:
        return organisations(connection)


def acting(context: Context, organisation: str, what: Text) -> None:
    """Raises Problem ``not_party`` unless whoever acts is of that organisation, or is the node's own operator."""
    if context.principal.id != LOCAL.id and context.principal.organisation != organisation:
        raise Problem("not_party",
                      Text(f"只有 {organisation or '主管部门'} 可以{what.zh}",
                           f"only {organisation or 'the bureau in charge'} may {what.en}"),
                      where=context.principal.organisation or context.principal.id,
                      remedy=Text(f"请 {organisation or '主管部门'} 的人来做。",
                                  f"Have someone of {organisation or 'that bureau'} do it."))


def organisation(known: Organisations, name: str, what: str) -> str:
    """An id that is known; on a node that knows no organisations yet, any code. Raises Problem ``unknown_organisation``."""
    ids = [o.id for o in known]
    if not name or (ids and name not in ids):
        raise Problem("unknown_organisation", Text(f"没有机构 {name[:40]!r}", f"there is no organisation {name[:40]!r}"),
                      where=what,
                      remedy=did_you_mean(name[:40], ids)
                      or Text("机构随工作方案录入：jingwei duties import FILE --organisations FILE",
                              "Organisations come with a work plan: jingwei duties import FILE --organisations FILE"))
    return name


def bureau_of(known: Organisations, name: str) -> str:
    """The bureau in charge of sharing for an organisation: that of its place and level, else of the next above; empty when none is known."""
    ids = {o.id for o in known}
    if name not in ids:
        return ""
    for one in (known[name], *known.superiors(name)):
        for other in sorted(known, key=lambda o: o.id):
            if _in_charge(other, one):
                return other.id
    return ""


def common_bureau(known: Organisations, one: str, other: str) -> str:
    """The lowest bureau in charge of both (art. 28); empty when none is known."""
    theirs = set(_bureaus(known, other))
    return next((b for b in _bureaus(known, one) if b in theirs), "")


def _bureaus(known: Organisations, name: str) -> list[str]:
    ids = {o.id for o in known}
    if name not in ids:
        return []
    found = [bureau_of(known, o.id) for o in (known[name], *known.superiors(name))]
    above = [bureau_of(known, o.id) for b in dict.fromkeys(found) if b for o in known.superiors(b)]
    return [b for b in dict.fromkeys([*found, *above]) if b]


def _in_charge(bureau: Organisation, of: Organisation) -> bool:
    return bureau.kind == "bureau" and (bureau.id == of.id or (bureau.place, bureau.level) == (of.place, of.level))
