"""What is due when."""

from __future__ import annotations

from datetime import datetime, time

from jingwei.integrations.government.clocks.asks import AskClock
from jingwei.integrations.government.clocks.model import CLOCKS, PHASES
from jingwei.integrations.government.clocks.sources import happened_of, instant_of
from jingwei.integrations.government.clocks.statutory import standing
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import CHINA, STANDINGS, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.periods import work_calendar


def clock(context: Context, given: AskClock) -> Result:
    """Every term of one application with its last day, and what the record shows against the law; ``holds`` is False where a term is broken.

    Raises Problem ``unknown_calendar`` naming the year where a last day lies in one whose holidays are not published.
    """
    regime, happened = happened_of(given.happened)
    day = day_in_china(instant_of(given.at, Text("--at", "--at")) if given.at else context.clock())
    at, calendar = datetime.combine(day, time.max, CHINA), work_calendar()
    now = standing(regime, happened, at, calendar)
    clocks = [(c, c.legal.read(at, calendar), c.legal.state(at, calendar)) for c in now.clocks]  # the state raises where the reading would only say unknown
    head = PHASES[now.phase].in_(context.language)
    lines = [context.say(f"{day}：{head}。", f"{day}: {head}.")]
    if now.accepted:
        silent = context.say("（逾期未告知，视为受理）", " (by silence)") if now.silent else ""
        lines.append(context.say(f"受理日：{now.accepted}{silent}", f"Accepted: {now.accepted}{silent}"))
    columns = [t.in_(context.language) for t in (Text("期限", "term"), Text("起", "from"), Text("到期", "due"), Text("剩余", "left"), Text("状态", "state"), Text("依据", "by"))]
    table = markdown(columns, [(CLOCKS[c.kind].in_(context.language), r.started, r.due or "", s.left, STANDINGS[r.state].in_(context.language), c.says.in_(context.language)) for c, r, s in clocks])
    found = [context.say(f"- {f.day}：{f.says.zh}（行政许可法第{f.article}条）", f"- {f.day}: {f.says.en} (Administrative Licensing Law, art. {f.article})") for f in now.findings]
    data = {"day": day.isoformat(), "phase": now.phase, "accepted": now.accepted.isoformat() if now.accepted else None, "by_silence": now.silent,
            "clocks": [{"term": c.kind, "round": c.round, "from": r.started.isoformat(), "due": r.due.isoformat() if r.due else None, "left": s.left, "state": r.state, "open": r.open,
                        "basis": c.legal.term.basis} for c, r, s in clocks],
            "findings": [{"finding": f.kind, "article": f.article, "day": f.day.isoformat(), "says": f.says.in_(context.language)} for f in now.findings]}
    return Result("\n\n".join([*lines, *([table.rstrip()] if clocks else []), *(["\n".join(found)] if found else [])]) + "\n", data, holds=not any(r.state == "breached" for _, r, _ in clocks))
