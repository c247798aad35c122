"""Read the gauges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jingwei.coordination.gauges.interval import interval
from jingwei.coordination.gauges.model import GAUGES, STATES, THINGS, AskGauges, Gauge, Reading
from jingwei.coordination.gauges.reading import other_provider, reading
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Language, Text
from jingwei.kernel.markdown import markdown

MEANING = Text("90%区间：下一件也成的可能性，十有九次落在这个范围之内。未定的和不知道的，下端按不成算，上端按成算。计数本身没有误差。",
               "90 % interval: where, nine times in ten, the chance lies that the next such case goes well. What is open or unknown counts as failed at its "
               "lower end and as done at its upper end. The counts themselves are exact.")
INVENTED = Text("合成：含编造的事件，不是真的读数", "Synthetic: with invented events, not a real reading")
def gauges(context: Context, given: AskGauges) -> Result:
    """The four gauges with their intervals; one of them with every pair, node, matter or decision it counts."""
    now, say = reading(context), context.language
    shown = [g for g in now.published if given.gauge in (None, g.code)]
    lines = [_table(shown, say), MEANING.in_(say), ""]
    if given.gauge in (None, "powerful"):
        lines += [other_provider(context).in_(say), ""]
    if given.gauge:
        lines.append(_items(shown[0], say))
    if now.invented is not None:
        made_up = [g for g in now.invented if given.gauge in (None, g.code)]
        lines += [f"## {INVENTED.in_(say)}", "", _table(made_up, say)]
        lines += [_items(made_up[0], say)] if given.gauge else []
    if now.unread and given.gauge in (None, "across"):
        lines += [f"## {Text('读不懂的事件', 'Events that could not be read').in_(say)}", "", *(f"- {u.entry} {u.kind}: {u.reason}" for u in now.unread)]
    return Result("\n".join(lines), as_json(now, given, say))


def as_json(now: Reading, given: AskGauges, language: Language) -> dict[str, Any]:
    """The reading for programs: counts, share, bounds and interval; items where one gauge was asked for."""
    def one(g: Gauge, *, made_up: bool) -> dict[str, Any]:
        low, high, of = g.bounds
        told = {"code": g.code, "name": GAUGES[g.code][0].in_(language), "met": g.met, "of": g.of, "value": g.value, "bounds": {"low": low, "high": high, "of": of},
                "interval": list(interval(g) or ()) or None, "missing": None if g.of else g.missing.in_(language), "synthetic": made_up}
        if given.gauge:
            told["items"] = [{"key": i.key, "name": i.name.in_(language), "state": i.state, "reason": i.reason.in_(language), "entry": i.entry} for i in g.items]
        return told

    return {"at": now.at.isoformat(), "gauges": [one(g, made_up=False) for g in now.published if given.gauge in (None, g.code)],
            "with_synthetic": None if now.invented is None else [one(g, made_up=True) for g in now.invented if given.gauge in (None, g.code)],
            "unread": [{"entry": u.entry, "kind": u.kind, "reason": u.reason} for u in now.unread]}


def share(gauge: Gauge) -> Text:
    """The reading in words: 3 of 4 (75 %), or why there is none."""
    if gauge.value is None:
        return Text(f"无法评估：{gauge.missing.zh}", f"not assessable: {gauge.missing.en}")
    things = THINGS[gauge.code]
    return Text(f"{gauge.of} {things.zh}中有 {gauge.met}（{gauge.value:.0%}）", f"{gauge.met} of {gauge.of} {things.en} ({gauge.value:.0%})")


def around(gauge: Gauge) -> str:
    """The interval in words; empty where there is none."""
    found = interval(gauge)
    return f"{found[0]:.0%}–{found[1]:.0%}" if found else ""


def _table(shown: Sequence[Gauge], language: Language) -> str:
    head = (Text("读数", "gauge"), Text("数什么", "counts"), Text("结果", "reading"), Text("90%区间", "90 % interval"))
    return markdown([h.in_(language) for h in head], (
        (GAUGES[g.code][0].in_(language), GAUGES[g.code][1].in_(language), share(g).in_(language), around(g)) for g in shown))


def _items(gauge: Gauge, language: Language) -> str:
    if not gauge.items:
        return ""
    head = (Text("哪一件", "which"), Text("成不成", "met"), Text("依据", "because"), Text("账本条目", "ledger entry"))
    order = list(STATES)
    return markdown([h.in_(language) for h in head], (
        (i.name.in_(language), STATES[i.state].in_(language), i.reason.in_(language), i.entry) for i in sorted(gauge.items, key=lambda i: (order.index(i.state), i.key))))
