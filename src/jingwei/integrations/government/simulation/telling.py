"""Logs, what was learned of them and what is foretold, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from jingwei.integrations.government.simulation.model import LEVEL, Check, Interval, Learned, Prediction
from jingwei.integrations.government.simulation.sources import Taken
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown, readable

SHOWN = 20
"""Rows set apart and ways that a report lists; the data hold all."""

LAWS = {"lognormal": Text("对数正态", "lognormal"), "gamma": Text("伽马", "gamma"), "weibull": Text("韦布尔", "Weibull"), "empirical": Text("经验分布", "empirical")}


def days(interval: Interval | None) -> str:
    """``2.4 (2.1–2.9)``"""
    return f"{interval.value:.2f} ({interval.low:.2f}–{interval.high:.2f})" if interval else ""


def taken(context: Context, found: Taken) -> Iterator[str]:
    say = context.say
    log = found.log
    yield say(f"{len(log.cases):,} 件，{len(log.case):,} 次办理，{len(log.activities)} 个环节；还有 {found.open:,} 次没办完，不计。", f"{len(log.cases):,} cases, {len(log.case):,} visits to {len(log.activities)} activities; {found.open:,} more had not ended and are not counted.")
    if found.columns:
        yield say("列是这样取的：", "Columns were taken so: ") + ", ".join(f"{role} = {head}" for role, head in found.columns.items()) + say("。", ".")
    if found.apart:
        yield say(f"{len(found.apart):,} 行有问题，放在一边：", f"{len(found.apart):,} faults set apart:")
        yield from (f"- {where.in_(context.language)}: {why.in_(context.language)}" for where, why in found.apart[:SHOWN])


def learned(context: Context, model: Learned) -> Iterator[str]:
    say, log = context.say, model.log
    yield "## " + say("学到了什么", "What was learned")
    yield say("上班时间（1 是周一）：", "Office hours (1 is Monday): ") + "; ".join(model.hours.told()) + (say("；法定假日不上班，调休上班。", "; statutory days off are kept.") if model.hours.statutory else say("。", "."))
    means = model.arrivals.means
    yield say("每天来件（周一到周日、假日）：", "Cases a day (Monday to Sunday, days off): ") + ", ".join(f"{m:.1f}" for m in means) + say("。", ".")
    yield ""
    yield markdown([say("环节", "activity"), say("次数", "visits"), say("谁办", "done by"), say("用时分布", "law of touch time"), say("平均分钟", "mean minutes"), say("闲置平均分钟", "idle minutes, mean")],
                   [(name, f"{int((log.activity == a).sum()):,}", model.pools[model.pool_of[a]].name if model.pool_of[a] >= 0 else say("日志没有开始时刻", "the log has no beginnings"),
                     LAWS[model.durations[a, -1].family].in_(context.language), readable(model.durations[a, -1].mean), readable(float(model.delay[log.activity == a].mean())))
                    for a, name in enumerate(log.activities)])
    if model.pools:
        yield markdown([say("谁", "pool"), say("同时办理", "at once"), say("在办的时间", "share of time at work")],
                       [(p.name, p.servers or say("没见排队", "no queue seen"), f"{p.busy:.0%}" if p.servers else "") for p in model.pools])
    yield say(f"每件平均交接 {handovers(model):.1f} 次，走法 {len(model.routes)} 种；最常见的：", f"{handovers(model):.1f} handovers a case; {len(model.routes)} ways were taken, most often:")
    counts = np.bincount(model.route_of, minlength=len(model.routes))
    for r in np.argsort(-counts, kind="stable")[:5]:
        yield f"- {counts[r] / counts.sum():.0%} " + ", ".join(
            log.activities[s.activities[0]] + (f" ← {' + '.join(log.activities[model.routes[r][j].activities[0]] for j in s.before)}" if s.before else "") for s in model.routes[r])


def handovers(model: Learned) -> float:
    """Times a case goes from one pool or person to another, on average."""
    log = model.log
    who = np.where(log.resource >= 0, log.resource, -2 - log.activity)
    changed = (log.case[1:] == log.case[:-1]) & (who[1:] != who[:-1])
    return float(changed.sum() / len(log.cases))


def checked(context: Context, found: Check) -> Iterator[str]:
    say = context.say
    yield "## " + say("能不能信", "Can it be believed")
    yield say(f"只从 {found.split} 之前的 {found.learned:,} 件学，预测之后的 {found.held:,} 件（天，{LEVEL:.0%} 区间）：", f"Learned from the {found.learned:,} cases before {found.split} only, and held against the {found.held:,} after (days, {LEVEL:.0%} interval):")
    yield ""
    yield markdown(["", say("预测", "foretold"), say("实际", "seen"), say("在区间内", "inside")],
                   [(say("中位数", "median"), days(found.median), f"{found.seen_median:.2f}", say("是", "yes") if found.median.holds(found.seen_median) else say("否", "no")),
                    (say("九成以内", "p90"), days(found.p90), f"{found.seen_p90:.2f}", say("是", "yes") if found.inside else say("否", "no"))])


def predicted(context: Context, found: Prediction, changed: bool) -> Iterator[str]:
    say = context.say
    yield "## " + say("预测", "What is foretold")
    yield say(f"{found.first} 到 {found.last} 来的约 {found.cases:,} 件，从来到办结的天数（{LEVEL:.0%} 区间）：", f"About {found.cases:,} cases that come from {found.first} to {found.last}, days from arrival to end ({LEVEL:.0%} interval):")
    yield ""
    heads = ["", say("照旧", "as it is"), *([say("改动后", "changed"), say("相差", "difference")] if changed else [])]
    yield markdown(heads, [(say("中位数", "median"), *map(days, (found.median, *((found.after_median, found.median_change) if changed else ())))),
                           (say("九成以内", "p90"), *map(days, (found.p90, *((found.after_p90, found.p90_change) if changed else ()))))])
    if changed and found.p90_change:
        sure = found.p90_change.high < 0 or found.p90_change.low > 0
        yield say("差别分得清。" if sure else "差别分不清：区间含零。", "The difference is clear." if sure else "The difference is not clear: its interval holds zero.")
    if found.cut:
        yield say(f"其中 {found.cut:.1%} 的环节只因期限才按时：预测假定部门守得住。", f"{found.cut:.1%} of the steps were in time only because of the limit: that departments keep it is assumed.")


def plain_check(found: Check) -> dict[str, Any]:
    return {"split": found.split.isoformat(), "learned": found.learned, "held": found.held, "median": _plain(found.median), "p90": _plain(found.p90), "seen_median": found.seen_median,
            "seen_p90": found.seen_p90, "inside": found.inside}


def plain_prediction(found: Prediction) -> dict[str, Any]:
    said = {name: _plain(getattr(found, name)) for name in ("median", "p90", "after_median", "after_p90", "median_change", "p90_change")}
    return {"cases": found.cases, "first": found.first.isoformat(), "last": found.last.isoformat(), "cut": found.cut, **said}


def plain_learned(model: Learned) -> dict[str, Any]:
    log = model.log
    return {"hours": model.hours.told(), "statutory": model.hours.statutory, "arrivals": [round(float(m), 4) for m in model.arrivals.means], "handovers": handovers(model),
            "routes": len(model.routes), "pools": [{"name": p.name, "servers": p.servers, "busy": p.busy, "activities": [log.activities[a] for a in p.activities]} for p in model.pools],
            "activities": [{"name": name, "visits": int((log.activity == a).sum()), "law": model.durations[a, -1].family, "mean": model.durations[a, -1].mean, "scores": dict(model.scores[a])}
                           for a, name in enumerate(log.activities)]}


def _plain(interval: Interval | None) -> dict[str, float] | None:
    return {"value": interval.value, "low": interval.low, "high": interval.high, "level": LEVEL} if interval else None
