"""The cases of the node, read once for a state of it: their events, and the things they were deployed under."""

from __future__ import annotations

from datetime import date, datetime, time

from jingwei.integrations.government.cases import deployments, records
from jingwei.integrations.government.savings.counting import Told, counted, roots
from jingwei.integrations.government.savings.model import Counted
from jingwei.integrations.government.things.model import Thing
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import CHINA, day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Unreadable


def day(text: str, name: str) -> date | None:
    """Raises Unreadable for what is no day."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(Text(f"{text!r} 不是日期", f"{text!r} is not a date"), where=f"--{name}", remedy=Text("写 2026-01-01。", "Write 2026-01-01.")) from None


def things(context: Context) -> dict[tuple[str, int], Thing | None]:
    """What each version of each process was deployed as: the baseline stays what it was then."""
    with context.workspace.store.read() as connection:
        return {(process, version): deployments.loaded(connection, number).thing for number, process, version, _, _ in deployments.listed(connection)}


def cases(context: Context, process: str, since: date | None, until: date | None) -> list[list[Told]]:
    """Whole cases that began in the time asked for, with what happened to them since."""
    if not context.workspace.ledger.store.exists():
        return []
    found = roots(records.events(context), things(context))
    chosen = list[list[Told]]()
    for told in found:
        first = told[0][0]
        if (not process or first.detail.get("process") == process) and (since is None or day_in_china(first.at) >= since) and (until is None or day_in_china(first.at) < until):
            chosen.append(told)
    return chosen


def counted_cases(context: Context, process: str, since: date | None, until: date | None) -> list[Counted]:
    """Each case counted as it stands at the end of today."""
    now = datetime.combine(day_in_china(context.clock()), time.max, CHINA)
    return [counted(told, now, work_calendar()) for told in cases(context, process, since, until)]
