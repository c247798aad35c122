"""Every figure and every source as it is known, for whoever wants to look behind a number: the room's two open tables."""

from __future__ import annotations

from collections import Counter

from jingwei.coordination.observations.actions import among, place_name
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import Book, read_book
from jingwei.coordination.observations.model import AskFigures, AskSources, Figure
from jingwei.coordination.observations.published import read_sources
from jingwei.kernel import places
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.markdown import markdown, readable
from jingwei.kernel.problems import Problem

SHOWN = 200
"""Figures a report shows; the data hold them all."""


def figures(context: Context, given: AskFigures) -> Result:
    """Every figure with its unit, source and definition, and whether it is used, held back by a finding, or neither.

    Raises Problem ``unknown_measure``, ``unknown_place``, ``no_figures``.
    """
    among("measure", given.measure, declared_measures())
    place = places.find(given.place).code if given.place else None
    book = read_book(context)
    states = _states(book)
    found = [f for f in book.by_id.values()
             if given.measure in (None, f.measure) and place in (None, f.place) and given.year in (None, f.year)
             and given.state in ("all", states[f.id][0])]
    found.sort(key=lambda f: (f.measure, f.place, f.period, f.order, f.source, f.vintage, f.id))
    if not found and given.year is not None and not any(f.year == given.year for f in book.by_id.values()):
        years = sorted({f.year for f in book.by_id.values()})
        raise Problem("no_figures",
                      Text(f"没有 {str(given.year)[:40]} 年的数", f"there are no figures of {str(given.year)[:40]}"),
                      remedy=Text(f"请在 {years[0]}–{years[-1]} 之间选。", f"Choose one of {years[0]}–{years[-1]}."))
    data = [_figure_json(f, *states[f.id], context.language) for f in found]
    counts = Counter(row["state"] for row in data)
    lead = Text(f"{len(data)} 个数：用了 {counts['used']}，扣下 {counts['held']}，不用 {counts['unused']}。",
                f"{len(data)} figures: {counts['used']} used, {counts['held']} held back, {counts['unused']} not used.")
    more = Text(f"\n只列前 {SHOWN} 个；数据里是全部。", f"\nThe first {SHOWN} are shown; the data hold all.") if len(data) > SHOWN else Text("", "")
    columns = ("measure", "place", "period", "value", "unit", "source", "vintage", "status", "state")
    table = markdown(columns, ([_cell(row, c) for c in columns] for row in data[:SHOWN]))
    return Result(f"{lead.in_(context.language)}\n\n{table}{more.in_(context.language)}\n", data)


def sources(context: Context, given: AskSources) -> Result:
    """Every source with its issuer, where it was read, its licence, and how many figures it gave.

    A source only the node's own files name has no more than its name. Raises Problem ``unknown_measure``.
    """
    among("measure", given.measure, declared_measures())
    book = read_book(context)
    gave = Counter(f.source for f in book.by_id.values() if given.measure in (None, f.measure))
    known = read_sources()
    data = []
    for code in sorted({*known, *gave} if given.measure is None else gave):
        source = known.get(code)
        data.append({"code": code, "issuer": source.issuer.in_(context.language) if source else None,
                     "read_in": source.read_in or None if source else None, "licence": source.licence or None if source else None,
                     "note": source.note or None if source else None, "own": source is None, "figures": gave[code]})
    columns = ("code", "issuer", "read_in", "licence", "figures")
    return Result(markdown(columns, ([row[c] for c in columns] for row in data)), data)


def _states(book: Book) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Of every figure, by id: used, held or unused (missing or synthetic), and the findings that bind it."""
    binding: dict[str, list[str]] = {}
    for held in book.held:
        for figure in held.figures if not held.known and not held.released else ():
            binding.setdefault(figure, []).append(held.id)
    used = {f.id for f in book.usable}
    return {i: ("used" if i in used else "held" if i in binding else "unused", tuple(sorted(binding.get(i, ())))) for i in book.by_id}


def _figure_json(figure: Figure, state: str, findings: tuple[str, ...], language: Language) -> dict[str, object]:
    return {"measure": figure.measure, "place": figure.place, "place_name": place_name(figure.place, language),
            "period": figure.period, "value": figure.value, "unit": figure.unit, "source": figure.source,
            "vintage": figure.vintage, "status": figure.status, "definition": figure.definition or None,
            "as_of": figure.as_of or None, "note": figure.note or None, "state": state, "findings": ", ".join(findings) or None}


def _cell(row: dict[str, object], column: str) -> object:
    value = row["place_name" if column == "place" else column]
    return readable(value) if isinstance(value, float) else value
