"""The figures a node may use: the published ones and its own, less those held back and not released."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import HELD, OBSERVATIONS, RELEASES, Figure, Held
from jingwei.coordination.observations.published import read_published
from jingwei.coordination.observations.screening import Cells, Finding, Trait, screen
from jingwei.coordination.observations.sources import in_force, last_place
from jingwei.coordination.observations.units import additive
from jingwei.facts import open_table
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.lake import records

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Book:
    """Everything known at this moment.

    usable : figures not held back, published ones first
    held : all findings, released ones included
    by_id : every figure, held back or not
    """

    usable: tuple[Figure, ...]
    held: tuple[Held, ...]
    by_id: Mapping[str, Figure]


def read_book(context: Context) -> Book:
    """The published figures and the node's own, screened."""
    releases = {r["finding"]: r["reason"] for r in records(context.read(RELEASES), by=("finding", "at"))}
    published = published_figures()
    own = own_figures(context)
    held = [*published_findings(), *own_findings(context)]
    held = [replace(h, released=releases.get(h.id, "")) for h in {(h.id, h.figures): h for h in held}.values()]
    back = {f for h in held if not h.known and not h.released for f in h.figures}
    usable = (f for f in (*published, *own) if f.id not in back and f.value is not None)
    return Book(tuple(f for f in usable if f.status not in ("missing", "synthetic")), tuple(held),
                {f.id: f for f in (*published, *all_own_figures(context))})


def own_figures(context: Context) -> tuple[Figure, ...]:
    """The node's own figures that no unreleased finding holds back."""
    kept = accepted(context.read(OBSERVATIONS), context.read(HELD), context.read(RELEASES))
    return tuple(Figure(**row) for row in records(kept, by=("order", "line")))


def all_own_figures(context: Context) -> tuple[Figure, ...]:
    """The node's own figures, held back or not."""
    return tuple(Figure(**row) for row in records(context.read(OBSERVATIONS), by=("order", "line")))


def accepted(observations: ir.Table, held: ir.Table, releases: ir.Table) -> ir.Table:
    """Observations no unreleased finding holds back: the query behind every published number."""
    binding = held.filter(~held.known).anti_join(releases, held.finding == releases.finding)
    return observations.anti_join(binding, observations.id == binding.observation)


def own_findings(context: Context) -> list[Held]:
    """Findings on the node's own figures, as they were made when a file was taken in."""
    rows = records(context.read(HELD).distinct(), by=("finding", "observation"))
    found: dict[str, Held] = {}
    for row in rows:
        figures = (row["observation"],) if row["observation"] else ()
        if row["finding"] in found:
            before = found[row["finding"]]
            found[before.id] = replace(before, figures=before.figures + figures)
        else:
            found[row["finding"]] = Held(row["finding"], row["code"], row["measure"], row["place"],
                                         Text(row["detail_zh"], row["detail_en"]), figures, row["known"])
    return list(found.values())


@cache
def published_figures() -> tuple[Figure, ...]:
    """The bundled figures, each with the precision it was printed with."""
    measures = declared_measures()
    observations = read_published()
    printed: list[tuple[str, str]] = [
        (value, measures[row["measure"]].unit)
        for row in open_table("provinces") for value in list(row.values())[4:] if value]
    printed += [(row["value"], row["unit"]) for row in open_table("nation")]
    figures = []
    for o, (text, unit) in zip(observations, printed, strict=True):
        identity = "/".join(("published", o.measure, o.place, o.period, o.source, o.vintage, o.definition))
        figures.append(Figure(identity, o.measure, o.place, o.period, o.value, last_place(text, unit, o.unit), o.unit,
                              o.status, o.source, o.vintage,
                              o.definition or in_force(measures[o.measure], int(o.period[:4])), o.as_of, o.note))
    return tuple(figures)


@cache
def published_findings() -> tuple[Held, ...]:
    """What the screening says of the bundled figures; docs/findings.md explains each."""
    return tuple(screen_figures(published_figures(), ()))


def screen_figures(new: Sequence[Figure], context: Sequence[Figure]) -> list[Held]:
    """Findings on ``new`` yearly figures, read beside those of ``context``; other periods are kept and not screened."""
    figures = [f for f in (*new, *context) if f.value is not None and f.status != "missing" and f.is_annual]
    fresh = {f.id for f in new}
    if not any(f.id in fresh for f in figures):
        return []
    found = screen(_cells(figures, fresh), traits())
    return sorted((_held(f, figures) for f in found), key=lambda h: (h.code, h.measure, h.place, h.id))


def traits() -> dict[str, Trait]:
    """What the screening must know of each measure."""
    return {m.code: Trait(bounded=m.bounded, growing=m.growing, breaks=m.breaks, additive=additive(m.unit))
            for m in declared_measures().values()}


def _cells(figures: Sequence[Figure], fresh: Iterable[str]) -> Cells:
    new = set(fresh)
    precision = [0 if not f.last_place else round(-np.log10(f.last_place)) for f in figures]
    return Cells(
        measure=np.array([f.measure for f in figures]), place=np.array([f.place for f in figures]),
        year=np.array([f.year for f in figures], dtype=np.int64),
        value=np.array([f.value for f in figures], dtype=np.float64), decimals=np.array(precision, dtype=np.int64),
        source=np.array([f.source for f in figures]), vintage=np.array([f.vintage for f in figures]),
        definition=np.array([f.definition for f in figures]), new=np.array([f.id in new for f in figures]))


def _held(finding: Finding, figures: Sequence[Figure]) -> Held:
    ids = tuple(figures[i].id for i in finding.rows)
    told = "\x1f".join((finding.code, finding.measure, finding.place, *sorted(ids)))
    name = f"{finding.code}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"
    detail = Text(_with_names(finding.detail_zh, "zh"), _with_names(finding.detail_en, "en"))
    return Held(name, finding.code, finding.measure, finding.place, detail, ids, finding.known)


def _with_names(detail: str, language: Language) -> str:
    """The engine knows places by code; people know them by name."""
    return _CODE.sub(lambda code: _short_names(language).get(code[0], code[0]), detail)


_CODE = re.compile(r"(?:(?<=[(（：])|(?<=: )|(?<=among them )|(?<=如))\d\d0000(?= \d|[:）)])")


@cache
def _short_names(language: Language) -> dict[str, str]:
    return {place.code: place.short.in_(language) for place in places.provinces()}


def held_rows(held: Sequence[Held]) -> list[dict[str, object]]:
    """Findings as rows of HELD."""
    return [{"finding": h.id, "code": h.code, "measure": h.measure, "place": h.place, "observation": figure,
             "detail_zh": h.detail.zh, "detail_en": h.detail.en, "known": h.known}
            for h in held for figure in (h.figures or ("",))]


def observation_rows(figures: Sequence[Figure]) -> list[dict[str, object]]:
    """Figures as rows of OBSERVATIONS."""
    return [asdict(f) for f in figures]
