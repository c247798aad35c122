"""Take in the register of apps, and judge it."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingwei.integrations.government.apps import records, sources
from jingwei.integrations.government.apps.asks import ImportApps, JudgeApps
from jingwei.integrations.government.apps.judging import judge
from jingwei.integrations.government.apps.model import VERDICTS, Judgement, Register
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown
from jingwei.kernel.problems import Unreadable
from jingwei.kernel.tables import Document, csv_bytes

SHOWN = 20


def take(context: Context, given: ImportApps) -> Result:
    """Keep what can be believed, set the rest apart. The same file again changes nothing; a rehearsal does all but keep."""
    found, apart = sources.read(given.file, synthetic=given.synthetic)
    changed = 0 if context.dry_run else records.keep(context, given.file.name, given.file.digest, found, apart)
    lines = [context.say(f"收下 {len(found)} 个应用，其中 {changed} 个是新的或有变化；{len(apart)} 行另存。", f"Apps taken in: {len(found)}, of them new or changed: {changed}; lines set apart: {len(apart)}.")]
    if apart:
        lines.append("\n".join(f"- {context.say(f'第 {a.line} 行', f'line {a.line}')}: {a.why.in_(context.language)}" for a in apart[:SHOWN]))
    if len(apart) > SHOWN:
        lines.append(context.say(f"另有 {len(apart) - SHOWN} 行，见 aside.csv", f"{len(apart) - SHOWN} more, see aside.csv"))
    table = csv_bytes(["line", "why", "row"], [(a.line, a.why.in_(context.language), a.row) for a in apart])
    data = {"apps": len(found), "changed": changed, "aside": [{"line": a.line, "why": a.why.in_(context.language)} for a in apart], "written": not context.dry_run}
    return Result("\n\n".join(lines) + "\n", data, (Document("aside.csv", table),), holds=not apart)


def register(context: Context, on: date, *, synthetic: bool) -> Register:
    """The register judged; exercises only where asked for, or where there is nothing else. Worked out once for a state of the node."""
    known = context.once("government apps", records.apps)
    real = [a for a in known if not a.synthetic]
    chosen = known if synthetic or not real else real
    return context.once(("government apps judged", on, len(chosen)), lambda _: judge(chosen, on))


def judge_all(context: Context, given: JudgeApps) -> Result:
    """Every app with its verdict, reasons, evidence and what would change it; then what the plan saves and what nobody may offer any more."""
    try:
        on = date.fromisoformat(given.on) if given.on else day_in_china(context.clock())
    except ValueError:
        raise Unreadable(Text(f"{given.on!r} 不是日期", f"{given.on!r} is not a date"), where="--on", remedy=Text("写 2026-08-01。", "Write 2026-08-01.")) from None
    found = register(context, on, synthetic=given.synthetic)
    lines = [context.say(f"{len(found.judgements)} 个应用：保留 {found.count('keep')}，并入 {found.count('merge')}，关停 {found.count('close')}；不再支出 {found.fen / 100:,.0f} 元/年。",
                         f"{len(found.judgements)} apps: keep {found.count('keep')}, merge {found.count('merge')}, close {found.count('close')}; {found.fen / 100:,.0f} yuan a year no longer spent.")]
    if not found.judgements:
        lines = [context.say("登记表还是空的：jingwei government apps import apps.csv", "The register is empty: jingwei government apps import apps.csv")]
    if any(j.app.synthetic for j in found.judgements):
        lines.append(context.say("其中有演练数据。", "Exercises are among them."))
    lines += [_told(context, j) for j in found.judgements]
    if found.stranded:
        lines.append(context.say(f"有人在用、却没有可以留的应用提供的功能：{'、'.join(found.stranded)}", f"In use, and offered by no app that may stay: {', '.join(found.stranded)}"))
    rows = [(j.app.name, j.app.operator, j.verdict, "；".join(j.into), "；".join(r.says.in_(context.language) for r in j.reasons), "；".join(r.source.in_(context.language) for r in j.reasons),
             "；".join(t.in_(context.language) for t in j.changes)) for j in found.judgements]
    files = (Document("verdicts.csv", csv_bytes(["app", "operator", "verdict", "into", "reasons", "sources", "what_would_change_it"], rows)),)
    data = {"on": on.isoformat(), "apps": [_data(context, j) for j in found.judgements], "stranded": list(found.stranded), "saved_fen": found.fen}
    return Result("\n\n".join(lines) + "\n", data, files)


def _told(context: Context, j: Judgement) -> str:
    into = "、".join(j.into) if context.language == "zh" else ", ".join(j.into)
    head = f"**{j.app.name}**: {VERDICTS[j.verdict].in_(context.language)}" + (context.say(f"，由 {into} 承接", f", taken over by {into}") if into else "")
    lines = [head, *(f"- {r.says.in_(context.language)} ({r.source.in_(context.language)})" for r in j.reasons), *(f"- {context.say('改变结论：', 'what would change it: ')}{t.in_(context.language)}" for t in j.changes)]
    if j.stranded:
        lines.append("- " + context.say(f"没有应用承接：{'、'.join(j.stranded)}", f"taken over by none: {', '.join(j.stranded)}"))
    text = "\n".join([lines[0], "", *lines[1:]])
    if j.evidence:
        columns = [t.in_(context.language) for t in (Text("功能", "function"), Text("由", "by"), Text("其功能", "its function"), Text("相似度", "likeness"))]
        text += "\n\n" + markdown(columns, [(a.function, a.by, a.other, f"{a.likeness:.2f}") for a in j.evidence]).rstrip()
    return text


def _data(context: Context, j: Judgement) -> dict[str, Any]:
    return {"name": j.app.name, "operator": j.app.operator, "verdict": j.verdict, "into": list(j.into), "stranded": list(j.stranded),
            "reasons": [{"reason": r.kind, "says": r.says.in_(context.language), "source": r.source.in_(context.language)} for r in j.reasons],
            "evidence": [{"function": a.function, "by": a.by, "other": a.other, "likeness": a.likeness} for a in j.evidence], "changes": [t.in_(context.language) for t in j.changes]}
