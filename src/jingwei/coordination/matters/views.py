"""What the pages of matters show: what holds things up, where it lies, and what came of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jingwei.coordination.gauges.across import Cut
from jingwei.coordination.gauges.reading import cut_pairs
from jingwei.coordination.matters.actions import known, options_for, ranked
from jingwei.coordination.matters.model import (
    LEVELS,
    OUTCOMES,
    PHASES,
    RULES,
    AskMatter,
    Level,
    Matter,
    Outcome,
    Phase,
    Rule,
)
from jingwei.coordination.matters.records import at
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import organisations
from jingwei.kernel.pillar import Nothing


@dataclass(frozen=True, slots=True)
class MattersView:
    """Matters by weight, those for decision first; ``names`` are those of organisations."""

    rows: tuple[Matter, ...]
    today: date
    names: dict[str, Text]
    phases: dict[Phase, Text]
    levels: dict[Level, Text]
    rules: dict[Rule, Text]
    outcomes: dict[Outcome, Text]

    @property
    def waiting(self) -> tuple[Matter, ...]:
        return tuple(m for m in self.rows if m.phase == "open")


@dataclass(frozen=True, slots=True)
class MatterView:
    """One matter with what the engines say of it; ``link`` leads to what it is about, empty where there is no page."""

    matter: Matter
    all: MattersView
    options: tuple[Text, ...]
    link: str
    pair: RedPair | None = None


@dataclass(frozen=True, slots=True)
class RedPair:
    """A pair of organisations that is cut off: who must act, on what, by when.

    acts : whose answer would join it again; matter : on record, None until the next check
    requests : those that went wrong; the last may have a page of its own
    """

    cut: Cut
    asker: Text
    acts: Text
    invented: bool
    matter: Matter | None
    requests: tuple[tuple[str, str], ...]


def red_pairs(context: Context, rows: Iterable[Matter]) -> tuple[RedPair, ...]:
    """Every pair cut off now, those that really are first."""
    real, invented = cut_pairs(context)
    if not real and not invented:
        return ()
    with context.workspace.store.read() as connection:
        names = {o.id: o.name for o in organisations(connection)}
    known = {(m.cause.about, m.cause.synthetic): m for m in rows if m.cause.rule == "pair_cut" and not m.closed}
    return tuple(RedPair(c, names.get(c.asker, Text(c.asker, c.asker)), names.get(c.holder, Text(c.holder, c.holder)), made_up, known.get((c.about, made_up)),
                         tuple((code, f"sharing/{code}" if code.startswith("R-") else "") for code in c.requests))
                 for made_up, found in ((False, real), (True, invented)) for c in found)


def matters(context: Context, query: Nothing) -> MattersView:
    rows, names = tuple(ranked(context)), dict[str, Text]()
    if rows:
        with context.workspace.store.read() as connection:
            names = {o.id: o.name for o in organisations(connection)}
    return MattersView(rows, day_in_china(context.clock()), names, PHASES, LEVELS, RULES, OUTCOMES)


def matter(context: Context, query: AskMatter) -> MatterView:
    """Raises Problem ``unknown_matter``."""
    every = matters(context, Nothing())
    found = at({m.code: m for m in every.rows}, query.code)
    kind, _, about = found.cause.about.partition(":")
    link = {"duty": f"duty/{about}", "target": "targets", "finding": f"findings#{about}", "pair": "gauge/across", "once": f"once/{about}"}.get(kind, "")
    cut = next((p for p in red_pairs(context, every.rows) if p.matter is not None and p.matter.code == found.code), None) if kind == "pair" else None
    return MatterView(found, every, tuple(options_for(known(context), found)), link, cut)
