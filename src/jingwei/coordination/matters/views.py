"""What the pages of matters show: what holds things up, where it lies, and what came of decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
    link = {"duty": f"duty/{about}", "target": "targets", "finding": f"findings#{about}", "pair": "gauge/across"}.get(kind, "")
    return MatterView(found, every, tuple(options_for(known(context), found)), link)
