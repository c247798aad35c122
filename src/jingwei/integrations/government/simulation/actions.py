"""What if: learn from a log, be held to the part not seen, foretell; and count the windows a hall needs."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from jingwei.integrations.government.simulation import changes, telling
from jingwei.integrations.government.simulation.asks import AskSimulation, AskWindows
from jingwei.integrations.government.simulation.halls import hall
from jingwei.integrations.government.simulation.learning import learn
from jingwei.integrations.government.simulation.model import LEVEL, day_of
from jingwei.integrations.government.simulation.predicting import check, predict, refuse, setting
from jingwei.integrations.government.simulation.sources import Taken, from_events, read
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import NotAssessable, Problem
from jingwei.kernel.tables import Document, csv_bytes

WEEKDAYS = (Text("周一", "Monday"), Text("周二", "Tuesday"), Text("周三", "Wednesday"), Text("周四", "Thursday"), Text("周五", "Friday"), Text("周六", "Saturday"), Text("周日", "Sunday"))
MOST_RUNS, MOST_DAYS = 10_000, 366


def log_of(context: Context, log: Document | None, process: str, columns: str) -> Taken:
    """The file's log, or that of the node's own cases. Raises NotAssessable when there are none."""
    if log is not None:
        return read(log, columns)
    if context.workspace.store.exists():
        from jingwei.integrations.government.cases.records import events

        happened = list(events(context, process=process))
        if any(e.kind in ("done", "decided") for e in happened):
            return from_events(happened)
    raise NotAssessable(Text(f"本单位还没有{process and ' ' + process + ' 的'}办件", f"there are no cases{process and ' of ' + process} here yet"),
                        remedy=Text("请给出一份事件日志文件。", "Give a file with an event log."))


def simulate(context: Context, given: AskSimulation) -> Result:
    """What the log teaches, whether that foretells the part it had not seen, and, if so, the days to come as things are and as changed. ``holds`` is False when it does not."""
    if not 20 <= given.replications <= MOST_RUNS or not 1 <= given.days <= MOST_DAYS:
        raise Problem("bad_number", Text(f"模拟 20 到 {MOST_RUNS:,} 次，预测 1 到 {MOST_DAYS} 天", f"run it 20 to {MOST_RUNS:,} times, and foretell 1 to {MOST_DAYS} days"), where="--replications, --days")
    wanted = changes.read(given.change) if given.change else ()
    taken = log_of(context, given.log, given.process, given.columns)
    model = learn(taken.log, seed=given.seed)
    changed = changes.apply(model, setting(model), wanted) if wanted else None
    total = given.replications * (3 if changed else 2)
    with context.progress(context.say("模拟", "Simulating"), total) as step:
        held = check(taken.log, replications=given.replications, seed=given.seed, step=step)
        lines = [*telling.taken(context, taken), "", *telling.learned(context, model), "", *telling.checked(context, held), ""]
        data = {"learned": telling.plain_learned(model), "columns": dict(taken.columns), "apart": len(taken.apart), "check": telling.plain_check(held), "changes": list(wanted), "prediction": None}
        try:
            refuse(held)
        except NotAssessable as problem:
            return Result("\n".join([*lines, "**" + context.say("无法评估", "Not assessable") + "**", "", problem.in_(context.language), ""]), data, holds=False)
        first = given.first or day_of(float(np.nanmax(taken.log.done))) + timedelta(days=1)
        found = predict(model, changed, first=first, days=given.days, replications=given.replications, seed=given.seed, step=step)
    data["prediction"] = telling.plain_prediction(found)
    named = [("median", found.median, found.after_median, found.median_change), ("p90", found.p90, found.after_p90, found.p90_change)]
    rows = [(figure, which, i.value, i.low, i.high, LEVEL) for figure, *three in named for which, i in zip(("as it is", "changed", "difference"), three, strict=True) if i]
    table = Document("prediction.csv", csv_bytes(("figure", "setting", "days", "low", "high", "level"), rows))
    return Result("\n".join([*lines, *telling.predicted(context, found, changed is not None), ""]), data, (table,))


def windows(context: Context, given: AskWindows) -> Result:
    """The fewest windows with which no more than a share waits longer than so many minutes, by Erlang's formula and in play."""
    if not (0 < given.share < 1 and given.wait >= 0):
        raise Problem("bad_number", Text("比例在 0 和 1 之间，分钟不小于 0", "the share lies between 0 and 1, minutes not below 0"), where="--share, --wait")
    found = hall(learn(log_of(context, given.log, given.process, given.columns).log, seed=given.seed), given.step, given.channel, wait=given.wait, share=given.share, seed=given.seed)
    say = context.say
    day = WEEKDAYS[found.weekday].in_(context.language)
    lines = [say(f"{found.step} 最忙在{day} {found.hour} 点：每小时 {60 * found.rate:.1f} 人，每人 {found.mean:.1f} 分钟。", f"{found.step} is busiest on {day} from {found.hour}:00: {60 * found.rate:.1f} come an hour, and each takes {found.mean:.1f} minutes."),
             say(f"要让等超过 {given.wait:g} 分钟的不过 {given.share:.0%}：按厄兰公式 {found.erlang} 个窗口，按实际用时模拟 {found.played} 个。", f"For no more than {given.share:.0%} to wait over {given.wait:g} minutes: {found.erlang} windows by Erlang's formula, {found.played} in play with the touch times seen."), "",
             markdown([say("窗口", "windows"), say("公式", "formula"), say(f"模拟（{LEVEL:.0%} 区间）", f"play ({LEVEL:.0%} interval)")],
                      [(n, f"{formula:.1%}", f"{played.value:.1%} ({played.low:.1%}–{played.high:.1%})") for n, (formula, played) in found.late.items()])]
    data = {"step": found.step, "rate": found.rate, "weekday": found.weekday, "hour": found.hour, "mean": found.mean, "erlang": found.erlang, "played": found.played,
            "late": {str(n): {"formula": formula, "played": played.value, "low": played.low, "high": played.high} for n, (formula, played) in found.late.items()}}
    return Result("\n".join(lines), data)
