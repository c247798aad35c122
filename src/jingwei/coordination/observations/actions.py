"""Take a bureau's figures in, list what is doubtful, release what was explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from jingwei import plan
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import (
    Book,
    held_rows,
    observation_rows,
    own_findings,
    read_book,
    screen_figures,
)
from jingwei.coordination.observations.model import (
    HELD,
    OBSERVATIONS,
    REJECTED,
    RELEASES,
    AskFindings,
    AskMeasures,
    Figure,
    Held,
    Observe,
    Rejected,
    Release,
)
from jingwei.coordination.observations.screening import CODES
from jingwei.coordination.observations.sources import read_figures
from jingwei.kernel import places
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.lake import records
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import Problem, did_you_mean

SHOWN_REJECTIONS = 20


def observe(context: Context, given: Observe) -> Result:
    """Read, screen, keep: figures that raise no doubt are used from now on, the others are held back with a reason.

    Raises Problem ``nothing_readable`` when no row is a figure.
    """
    known = records(context.read(OBSERVATIONS).select("file", "order").distinct(), by=("order",))
    figures, rejected = read_figures(given.file, declared_measures(), 1 + max((r["order"] for r in known), default=0))
    if given.file.digest in {row["file"] for row in known}:
        mine = {f.id for f in figures}
        return _told(figures, [h for h in own_findings(context) if mine & set(h.figures)], rejected, context, again=True)
    held = screen_figures(figures, read_book(context).usable)
    if not context.dry_run:
        context.workspace.establish()
        lake = context.workspace.lake
        lake.append(HELD, held_rows(held))
        before = {r["file"] for r in records(context.read(REJECTED).select("file").distinct(), by=("file",))}
        lake.append(REJECTED, [{"file": r.file, "line": r.line, "code": r.code, "detail": r.detail.en, "cells": r.cells}
                               for r in rejected if r.file not in before])
        lake.append(OBSERVATIONS, observation_rows(figures))
    if not figures:
        raise _nothing_readable(given.file.name, rejected)
    return _told(figures, held, rejected, context)


def _nothing_readable(file: str, rejected: Sequence[Rejected]) -> Problem:
    """A file of which nothing came in is bad input, though its rows are kept with their reasons."""
    if not rejected:
        return Problem("nothing_readable", Text("它一行也没有", "it has no rows"), where=file,
                       remedy=Text("每个数一行，表头见 docs/own-figures.md。", "Give one row a figure, under the headings of docs/own-figures.md."))
    why = Text(*("\n".join(f"- {r.code}: {r.detail.in_(language)}".replace("\n", " ") for r in rejected[:SHOWN_REJECTIONS])
                 for language in get_args(Language)))
    return Problem("nothing_readable", Text(f"它的 {len(rejected)} 行没有一行读得懂", f"none of its {len(rejected)} rows can be read"), where=file, remedy=why)


def _told(figures: Sequence[Figure], held: Sequence[Held], rejected: Sequence[Rejected], context: Context, *,
          again: bool = False) -> Result:
    back = {i for h in held if not h.known and not h.released for i in h.figures}
    by_id = {f.id: f for f in figures}
    data = {"read": len(figures), "accepted": len(figures) - len(back), "held": len(back), "written": not (
        context.dry_run or again), "already_known": again, "findings": [finding_json(h, context.language, by_id) for h in held],
        "rejected": [{"line": r.line, "code": r.code, "detail": r.detail.in_(context.language)} for r in rejected]}

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(context.language)

    lines = [say("这个文件已经收过，没有重复记录。", "This file was taken in before; nothing was added.")] if again else []
    lines += [say(f"读到 {len(figures)} 个数：可用 {data['accepted']}，扣下 {len(back)}，读不懂 {len(rejected)} 行。",
                 f"{len(figures)} figures read: {data['accepted']} usable, {len(back)} held back, "
                 f"{len(rejected)} rows not readable.")]
    if context.dry_run:
        lines.append(say("这是演练，没有写入。", "This was a rehearsal; nothing was written."))
    if held:
        lines += ["", findings_table(held, context.language),
                  say('确认无误的可放行：jingwei findings release 编号 --reason "……"',
                      'To use one as it stands: jingwei findings release NAME --reason "…"')]
    if rejected:
        lines += ["", f"## {say('读不懂的行', 'Rows not readable')}", "",
                  *(f"- {r.code}: {r.detail.in_(context.language)}".replace("\n", " ") for r in rejected[:SHOWN_REJECTIONS])]
        if len(rejected) > SHOWN_REJECTIONS:
            lines.append(say(f"- 另有 {len(rejected) - SHOWN_REJECTIONS} 行", f"- and {len(rejected) - SHOWN_REJECTIONS} more"))
    return Result("\n".join(lines) + "\n", data)


def findings(context: Context, given: AskFindings) -> Result:
    """All findings on published and own figures, with what became of them."""
    among("code", given.code, CODES)
    among("measure", given.measure, declared_measures())
    book = read_book(context)
    found = [h for h in book.held
             if given.code in (None, h.code) and given.measure in (None, h.measure)]
    counts = ", ".join(f"{code} {n}" for code, n in sorted(Counter(h.code for h in found).items()))
    lead = Text(f"{len(found)} 个问题：{counts}", f"{len(found)} findings: {counts}").in_(context.language)
    return Result(f"{lead}\n\n{findings_table(found, context.language)}",
                  [finding_json(h, context.language, book.by_id) for h in found])


def release(context: Context, given: Release) -> Result:
    """Set a finding aside: its figures are used from now on, and the reason is kept."""
    book = read_book(context)
    held = next((h for h in book.held if h.id == given.finding), None)
    if held is None:
        raise Problem("unknown_finding", Text(f"没有编号为 {given.finding!r} 的问题", f"there is no finding {given.finding!r}"),
                      remedy=did_you_mean(given.finding, (h.id for h in book.held))
                      or Text("列出全部：jingwei findings", "List them: jingwei findings"))
    if not given.reason.strip():
        raise Problem("no_reason", Text("放行要有理由", "a release needs a reason"),
                      remedy=Text('用 --reason "……" 给出。', 'Give it with --reason "…".'))
    if not context.dry_run:
        context.workspace.establish()
        context.workspace.lake.append(RELEASES, [{"finding": held.id, "reason": given.reason.strip(),
                                                  "at": context.clock().isoformat(), "by": context.principal.id}])
    data = {"finding": held.id, "figures": len(held.figures), "reason": given.reason, "written": not context.dry_run}
    return Result(Text(f"{held.id} 的 {len(held.figures)} 个数今后可用。理由：{given.reason}",
                       f"{len(held.figures)} figures of {held.id} are used from now on. Reason: {given.reason}")
                  .in_(context.language), data)


def measures(context: Context, given: AskMeasures) -> Result:
    """Every measure with its definition, tag and how many figures there are."""
    among("room", given.room, [room.code for room in plan.ROOMS])
    book: Book = read_book(context)
    seen = Counter(f.measure for f in book.usable)
    span: dict[str, tuple[int, int]] = {}
    for figure in book.usable:
        low, high = span.get(figure.measure, (figure.year, figure.year))
        span[figure.measure] = min(low, figure.year), max(high, figure.year)
    room_of = {m.code: p.code for p in plan.pillars() for m in p.measures}
    data = []
    for m in declared_measures().values():
        if given.room not in (None, room_of[m.code]) or given.tag not in (None, m.tag):
            continue
        first, last = span.get(m.code, (None, None))
        data.append({"code": m.code, "name": m.name.in_(context.language), "room": room_of[m.code], "clause": m.clause,
                     "tag": m.tag, "unit": m.unit, "direction": m.direction, "denominator": m.denominator,
                     "definitions": [{"code": d.code, "since": d.since, "text": d.text.in_(context.language)}
                                     for d in m.definitions],
                     "figures": seen[m.code], "first": first, "last": last})
    columns = ("code", "name", "room", "tag", "unit", "figures", "last")
    return Result(markdown(columns, ([row[c] for c in columns] for row in data)), data)


_ZH = {"code": "这类问题", "measure": "指标", "room": "章"}


def among(what: Literal["code", "measure", "room"], asked: str | None, known: Collection[str]) -> None:
    """Raises Problem ``unknown_…``: a list of nothing would look like an answer."""
    if asked is not None and asked not in known:
        offer = (Text("全部指标见：jingwei measures", "List them with: jingwei measures") if what == "measure"
                 else Text(f"可用：{'、'.join(known)}。", f"Write one of {', '.join(known)}."))
        raise Problem(f"unknown_{what}", Text(f"没有{_ZH[what]} {asked[:40]!r}", f"there is no {what} {asked[:40]!r}"),
                      remedy=did_you_mean(asked, known) or offer)


def findings_table(held: Sequence[Held], language: Language) -> str:
    """Findings for people."""
    head = ("编号", "指标", "地区", "说明", "处理") if language == "zh" else ("name", "measure", "place", "detail", "state")
    return markdown(head, ((h.id, h.measure, place_name(h.place, language), h.detail.in_(language),
                            _state(h).in_(language)) for h in held))


def finding_json(held: Held, language: Language, by_id: Mapping[str, Figure]) -> dict[str, object]:
    """A finding with the cells it is about, so that a program can mend them."""
    cells = [by_id[i] for i in held.figures if i in by_id]
    return {"id": held.id, "code": held.code, "measure": held.measure, "place": held.place, "known": held.known,
            "detail": held.detail.in_(language), "figures": list(held.figures), "cells": [
                {"place": f.place, "period": f.period, "value": f.value, "line": f.line or None} for f in cells], "released": held.released or None}


def _state(held: Held) -> Text:
    if held.known:
        return Text("已知的口径变化", "declared break")
    return Text("已放行", "released") if held.released else Text("扣下", "held back")


def place_name(code: str, language: Language) -> str:
    """Short name; an empty code is the whole cross-section."""
    if not code:
        return "各地" if language == "zh" else "all places"
    return places.find(code).short.in_(language)
