"""Who needs what of whom, by the evidence maps, and which of those links answer: the matrix of an interconnected government.

A provider is there because the thing's folder says so, or because its dataset is offered and published in the data room, whose word goes before the
folder's. A link answers when the newest thing known of it is evidence that came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from jingwei.integrations.government.evidence.planner import sharing_as_declared
from jingwei.integrations.government.things.model import Sharing, Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.told import told

State = Literal["answers", "fails", "untried", "absent"]


def sharing_of(context: Context, thing: Thing) -> dict[str, Sharing]:
    """By provider, how those share that can be asked in this jurisdiction."""
    found = sharing_as_declared(thing)
    offers = _published(context)
    for provider in thing.providers:
        for terms in offers:
            if provider.dataset in (terms["dataset"], terms["data"]):
                found[provider.id] = terms["attribute"]
    return {p: s for p, s in found.items() if s != "none"}


def _published(context: Context) -> list[Mapping[str, Any]]:
    """The terms the data room's record has in force: told by the provider, then published by the bureau in charge."""
    offered: dict[str, Mapping[str, Any]] = {}
    published: dict[str, Mapping[str, Any]] = {}
    ledger = context.workspace.ledger
    for event in told(ledger, "share", words=False) if ledger.store.exists() else ():
        data = str(event.facts.get("data", ""))
        if event.kind == "share.offered":
            offered[data] = event.facts
        elif event.kind == "share.published" and data in offered:
            published[data] = offered[data]
    return list(published.values())


@dataclass(frozen=True, slots=True)
class Probe:
    """The newest that is known of a provider: a code, empty for evidence that came."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """One department's need of another's data. evidence : ids; state : whether the link answers, with the code and the instant that say so"""

    asker: str
    holder: str
    provider: str
    dataset: str
    evidence: tuple[str, ...]
    state: State
    code: str = ""
    at: datetime | None = None


def matrix(thing: Thing, sharing: Mapping[str, Sharing], probes: Mapping[str, Probe]) -> tuple[Link, ...]:
    """Every link the items' requirements make necessary, by asker, holder and provider; what a department holds itself needs no link."""
    needed: dict[tuple[str, str], set[str]] = {}
    for item in thing.items:
        for name in item.materials:
            for evidence in (thing.evidence_called(e) for several in thing.requirement(name).evidence for e in several):
                provider = thing.provider(evidence.provider)
                if provider.sharing != "none" and provider.department != item.department:
                    needed.setdefault((item.department, provider.id), set()).add(evidence.id)
    links = []
    for (asker, name), wanted in needed.items():
        provider, probe = thing.provider(name), probes.get(name)
        state: State = "absent" if name not in sharing else "untried" if probe is None else "fails" if probe.code else "answers"
        links.append(Link(asker, provider.department, name, provider.dataset, tuple(sorted(wanted)), state, probe.code if probe else "", probe.at if probe else None))
    return tuple(sorted(links, key=lambda link: (link.asker, link.holder, link.provider)))


def newest(told: Iterable[tuple[str, datetime, str]]) -> dict[str, Probe]:
    """By provider, of (provider, instant, code) in any order."""
    found: dict[str, Probe] = {}
    for provider, at, code in told:
        if provider not in found or found[provider].at <= at:
            found[provider] = Probe(at, code)
    return found
