"""How findings are told in words and as values, alike in reports and on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jingwei.engines.sketches.intervals import Share
from jingwei.foundations.data.once.findings import Stand
from jingwei.foundations.data.once.model import By, Finding
from jingwei.kernel.i18n import Text

BYS: dict[By, Text] = {"key": Text("对象的编号", "who it is about"), "values": Text("同一对象说法相同", "the same for the same subjects"),
                       "name": Text("只凭名称", "by name only"), "other": Text("名称相似，说法不同", "alike by name, not in what it says")}

STANDS: dict[Stand, Text] = {"open": Text("待主管部门决定", "waits for the bureau's decision"), "justified": Text("有法律依据", "a law says so"),
                             "waiting": Text("已决定不收集，未满九十天", "decided against, less than ninety days ago"), "avoided": Text("避免了重复收集", "avoided"), "ended": Text("已停止重复收集", "ended"),
                             "collected": Text("照样重复收集", "collected twice all the same")}


def headline(f: Finding, names: Mapping[str, Text]) -> Text:
    """Who holds what, in one sentence, with how sure it is."""
    holder, title = names.get(f.held.holder, Text(f.held.holder, f.held.holder)), f.held.title
    columns = f"{len(f.same)} / {f.compared}"
    if f.basis == "names":
        return Text(f"{holder.zh}的“{title}”有同名的列（{columns} 列）。只比了名称。", f"“{title}” of {holder.en} has columns of the same name ({columns}). Names alone were compared.")
    subjects = share_words(f.subjects)
    if f.basis == "subjects":
        return Text(f"{holder.zh}的“{title}”里有同样的对象（{subjects}），除了是谁，未见内容相同。",
                    f"“{title}” of {holder.en} has the same subjects ({subjects}); nothing was seen to be the same but who they are.")
    return Text(f"{holder.zh}的“{title}”已有其中 {columns} 列，对象的 {subjects}：{interval(f.people)} 个对象被再次询问，{interval(f.duplicated)} 格已有同样的值。",
                f"“{title}” of {holder.en} already holds {columns} of the columns, for {subjects} of the subjects: {interval(f.people)} are asked again, for {interval(f.duplicated)} "
                "cells that are held with the same value.")


def next_step(f: Finding) -> Text:
    """What to do now."""
    if f.basis == "names":
        return Text(f"请向持有部门核实“{f.held.title}”，能共享就不要收集（国务院令第809号第十九条）。",
                    f"Ask the holder about “{f.held.title}”; what can be shared is not to be collected (Order 809, art. 19).")
    if f.basis == "subjects":
        return Text("不必做什么；要用对方的数据，可以申请共享。", "Nothing has to be done; the other's data can be asked for.")
    return Text("能通过共享取得的不得重复收集（国务院令第809号第十九条）：向持有部门申请共享。", "What can be had by sharing is not to be collected again (Order 809, art. 19): ask the holder to share it.")


def commands(f: Finding) -> Text:
    """How the next step is typed; nothing where there is none."""
    if f.basis == "subjects":
        return Text("", "")
    return Text(f"申请共享：jingwei share request；主管部门决定：jingwei once decide {f.code}", f"To ask: jingwei share request; for the bureau to decide: jingwei once decide {f.code}")


def interval(numbers: tuple[int, int, int] | None) -> str:
    """``969 (891–1,050)``; one number where nothing was estimated."""
    if numbers is None:
        return "–"
    low, value, high = numbers
    return f"{value:,}" if low == high else f"{value:,} ({low:,}–{high:,})"


def share_words(s: Share | None) -> str:
    """``28.6% (26.3–31.0%)``; a dash where nothing was compared."""
    if s is None or s.value is None:
        return "–"
    return f"{s.value:.1%}" if s.low == s.high else f"{s.value:.1%} ({100 * s.low:.1f}–{s.high:.1%})"


def as_json(f: Finding, stand: Stand | None = None) -> dict[str, Any]:
    return {"finding": f.code, "basis": f.basis, "stand": stand, "new": {"holder": f.new.holder, "dataset": f.new.dataset, "title": f.new.title, "planned": f.new.planned},
            "held": {"holder": f.held.holder, "dataset": f.held.dataset, "title": f.held.title}, "subjects": share_json(f.subjects), "people": _numbers(f.people),
            "cells": share_json(f.cells), "duplicated": _numbers(f.duplicated), "columns_same": len(f.same), "columns": f.compared, "information": round(f.information, 4),
            "pairs": [{"new": p.new.name, "held": p.held.name, "by": p.by, "agreement": share_json(p.agreement), "containment": share_json(p.containment),
                       "likeness": round(p.likeness, 4), "bits": round(p.new.bits, 2)} for p in f.pairs],
            "synthetic": f.new.synthetic or f.held.synthetic}


def share_json(s: Share | None) -> dict[str, Any] | None:
    return None if s is None or s.value is None else {"value": s.value, "low": s.low, "high": s.high, "hits": s.hits, "compared": s.compared, "population": s.population}


def _numbers(numbers: tuple[int, int, int] | None) -> dict[str, int] | None:
    return dict(zip(("low", "value", "high"), numbers, strict=True)) if numbers else None
