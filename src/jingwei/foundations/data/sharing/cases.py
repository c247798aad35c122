"""Requests and records of the catalogue as a pure fold over what happened; nothing else is kept, so a replay gives the same.

``share.offered``, ``share.published``, ``share.changed`` (law or duty changed, so that the record must) and ``share.prolonged`` (of that) are
about data; ``share.requested``, ``noticed``, ``supplemented``, ``extended``, ``decided``, ``delivered``, ``used``, ``reported``, ``corrected``,
``objected``, ``raised``, ``settled``, ``stopped``, ``dropped``, ``issued`` and ``revoked`` (credentials), ``coming``, ``landed`` and
``disposed`` (at another node) about a request. What is about something unknown changes nothing. What another node told keeps the
instant at which it happened there, as the fact ``when``: so the same clocks run at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from jingwei.foundations.data.sharing.model import (
    LEVELS,
    Case,
    Coming,
    Credential,
    Decision,
    Disposed,
    Dispute,
    Extension,
    Fault,
    Landed,
    Notice,
    Offer,
    Request,
    Round,
    Scope,
    Stop,
    Supplement,
    Terms,
    Use,
)
from jingwei.kernel.i18n import Text
from jingwei.kernel.told import Told, day_of

ERASED = Text("（已删除）", "(erased)")
OWN = "K-0"
"""Code of the credential that opening an interface makes, for the asker itself."""


@dataclass(frozen=True, slots=True)
class Shared:
    """All that the record says of sharing: offers by code of the data, cases by code of the request; ``last`` is when something last happened."""

    offers: Mapping[str, Offer] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    last: datetime | None = None

    def present(self, clock: datetime) -> datetime:
        """The clock's instant, or that of the last thing on record: doors ask as of the day's beginning, and things happen after it."""
        return max(clock, self.last) if self.last else clock


def fold(events: Iterable[Told], before: Shared | None = None) -> Shared:
    """What there is after the events, beginning from ``before`` or from nothing."""
    offers, cases = dict(before.offers if before else {}), dict(before.cases if before else {})
    last = before.last if before else None
    for event in events:
        last = max(last or _at(event), _at(event))
        kind, f = event.kind.partition(".")[2], event.facts
        if kind in ("offered", "published", "changed", "prolonged"):
            if offer := _offer(offers.get(str(f["data"])), kind, event):
                offers[str(f["data"])] = offer
        elif kind == "requested":
            cases.setdefault(str(f["request"]), Case(_request(event), _at(event), event.position))
        elif case := cases.get(str(f.get("request"))):
            cases[case.request.code] = _after(case, kind, event)
    return Shared(offers, cases, last)


def _offer(offer: Offer | None, kind: str, event: Told) -> Offer | None:
    """The record of the catalogue after one event; only an offer makes one that was not there."""
    if kind == "offered":
        return _offered(offer, event)
    if offer is None:
        return None
    at, last = _at(event), offer.rounds[-1]
    waiting = [i for i, r in enumerate(offer.rounds) if r.offered and not r.published and not r.replaced]
    if kind == "changed" and last.offered:
        return replace(offer, rounds=(*offer.rounds, Round(at, event.position)))
    if kind == "prolonged" and last.offered is None:
        return replace(offer, rounds=(*offer.rounds[:-1], replace(last, extensions=(*last.extensions, _extension(event)))))
    if kind == "published" and waiting:
        rounds = [replace(r, published=at) if i == waiting[-1] else r for i, r in enumerate(offer.rounds)]
        return replace(offer, rounds=tuple(rounds), published=offer.terms)
    return offer


def _offered(offer: Offer | None, event: Told) -> Offer:
    """Told anew: that ends what a change began, and takes the place of what waited to be published."""
    at, terms = _at(event), _terms(event)
    if offer is None:
        return Offer(terms, (Round(entry=event.position, offered=at),))
    rounds, last = list(offer.rounds), offer.rounds[-1]
    rounds = [replace(r, replaced=at) if r.offered and not r.published and not r.replaced else r for r in rounds]
    if last.offered is None:
        rounds[-1] = replace(last, offered=at)
    else:
        rounds.append(Round(entry=event.position, offered=at))
    return replace(offer, terms=terms, rounds=tuple(rounds))


def _after(case: Case, kind: str, event: Told) -> Case:
    """The case after one event; one that cannot follow changes nothing."""
    f, at, entry = event.facts, _at(event), event.position
    now: dict[str, Any] = {}
    match kind:
        case "noticed":
            now["notices"] = (*case.notices, Notice(at, tuple(f["missing"]), entry))
        case "supplemented":
            now |= {"request": _supplemented(case.request, event), "supplements": (*case.supplements, Supplement(at, f["complete"], entry))}
        case "extended":
            now["extensions"] = (*case.extensions, _extension(event))
        case "decided":
            now["decisions"] = (*case.decisions, Decision(at, f["granted"], f["ground"], f["reasoned"], f["grant"], entry, f.get("after", "delete")))
        case "delivered" | "used":
            mine = "" if kind == "delivered" else str(f.get("credential", ""))
            use = Use(at, f["mode"], f["snapshot"], f["rows"], f["columns"], f["digest"], entry, kind == "delivered", f.get("key", ""), mine)
            now["uses"] = (*case.uses, use)
            now["credentials"] = _credentials(case, kind, event)
        case "reported":
            now["faults"] = (*case.faults, Fault(f["fault"], at, entry))
        case "corrected":
            faults = [replace(x, done=at, right=f["right"]) if x.code == f["fault"] and x.done is None else x for x in case.faults]
            now["faults"] = tuple(faults)
        case "objected":
            now["disputes"] = (*case.disputes, Dispute(at, "negotiation", entry))
        case "raised" if case.disputes and f["level"] in LEVELS:
            now["disputes"] = (*case.disputes[:-1], replace(case.disputes[-1], level=f["level"]))
        case "settled" if case.disputes:
            now["disputes"] = (*case.disputes[:-1], replace(case.disputes[-1], outcome=f["outcome"], settled=entry))
        case "stopped" if case.stopped is None:
            now["stopped"] = Stop(at, f["cause"], f["agreed"], entry)
        case _:
            now = _aside(case, kind, event)
    return replace(case, **now)


def _credentials(case: Case, kind: str, event: Told) -> tuple[Credential, ...]:
    """After one was issued or revoked, or a delivery opened the interface for the asker itself, as long as the grant lasts."""
    f, at = event.facts, _at(event)
    if kind == "issued":
        return (*case.credentials, Credential(f["credential"], f["consumer"], f["fingerprint"], at, event.position, day_of(f["last"]), f["calls"], f["rows"]))
    opened = f.get("credential") if kind == "delivered" else ""
    over = OWN if opened else f["credential"] if kind == "revoked" else ""
    rest = tuple(replace(c, ended=at) if c.code == over and c.ended is None else c for c in case.credentials)
    return (*rest, Credential(OWN, case.request.asker, opened, at, event.position)) if opened else rest


def _aside(case: Case, kind: str, event: Told) -> dict[str, Any]:
    """What changes when a credential is issued, a delivery comes to another node, lands there or is no more there, or records are dropped."""
    f, at, entry, told = event.facts, _at(event), event.position, event.payload or {}
    match kind:
        case "coming":
            return {"coming": (*case.coming, Coming(at, f["digest"], f["size"], f["rows"], tuple(told.get("parts", ())), dict(told.get("columns", {})), entry))}
        case "landed":
            return {"landed": (*case.landed, Landed(at, f["digest"], f["rows"], f["dataset"], entry))}
        case "disposed":
            return {"disposed": Disposed(at, f["how"], f["why"], f["files"], entry)}
        case "issued" | "revoked":
            return {"credentials": _credentials(case, kind, event)}
        case "dropped":
            return {"dropped": (*case.dropped, (at, entry))}
    return {}


# Records as facts and words, and back


def facts_of_terms(terms: Terms) -> dict[str, Any]:
    return {"data": terms.data, "provider": terms.provider, "bureau": terms.bureau, "dataset": terms.dataset, "version": terms.version,
            "attribute": terms.attribute, "synthetic": terms.synthetic, **({"edition": terms.edition} if terms.edition else {})}


def words_of_terms(terms: Terms) -> dict[str, Any]:
    return {"zh": terms.name.zh, "en": terms.name.en, "columns": dict(terms.columns), "conditions": terms.conditions, "basis": terms.basis}


def _terms(event: Told) -> Terms:
    f, told = event.facts, event.payload or {}
    name = Text(told["zh"], told["en"]) if told else ERASED
    return Terms(f["data"], name, f["provider"], f["bureau"], f["dataset"], f["version"], dict(told.get("columns", {})), f["attribute"],
                 told.get("conditions", ""), told.get("basis", ""), f["synthetic"], f.get("edition", 0))


def facts_of_request(request: Request) -> dict[str, Any]:
    """What of a request may stand in the ledger for ever. Its words, and the names of columns among them, go beside it."""
    r = request
    return {"request": r.code, "data": r.data, "asker": r.asker, "provider": r.provider, "attribute": r.attribute, "purpose": r.purpose,
            "mode": r.mode or "", "first": r.first.isoformat() if r.first else "", "last": r.last.isoformat() if r.last else "",
            "missing": list(r.missing), "need": r.need, "synthetic": r.synthetic, **({"unit": r.unit} if r.unit else {}), **({"holder": r.holder} if r.holder else {})}


def words_of_request(request: Request) -> dict[str, Any]:
    """The scope as text: JSON for canonical entries has no integers beyond 2^53."""
    return {"basis": request.basis, "scenario": request.scenario, "scope": msgspec.json.encode(request.scope).decode()}


def _request(event: Told) -> Request:
    f, told = event.facts, event.payload or {}
    return Request(f["request"], f["data"], f["asker"], f["provider"], f["attribute"], f["purpose"], f["mode"] or None, day_of(f["first"]), day_of(f["last"]),
                   told.get("basis", ""), told.get("scenario", ""), scope_in(told), f["need"], f["synthetic"], event.payload is None,
                   f.get("unit", ""), f.get("holder", ""))


def _supplemented(before: Request, event: Told) -> Request:
    f, told = event.facts, event.payload or {}
    return replace(before, mode=f["mode"] or None, first=day_of(f["first"]), last=day_of(f["last"]), basis=told.get("basis", ""),
                   scenario=told.get("scenario", ""), scope=scope_in(told), erased=event.payload is None)


def scope_in(words: Mapping[str, Any]) -> Scope:
    return msgspec.json.decode(words["scope"], type=Scope) if words.get("scope") else Scope()


def _extension(event: Told) -> Extension:
    return Extension(_at(event), event.facts["days"], event.facts["consent"], event.position)


def _at(event: Told) -> datetime:
    return datetime.fromisoformat(event.facts.get("when") or event.at)
