"""When something is due: timers as BPMN writes them, and items under the clocks their thing names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from jingwei.engines.processes.model import Trigger
from jingwei.integrations.government.clocks.model import Happening, HappeningKind
from jingwei.integrations.government.clocks.statutory import regime_of, standing
from jingwei.integrations.government.processes.expressions import compiled
from jingwei.kernel.clock import CHINA
from jingwei.kernel.i18n import Text
from jingwei.kernel.periods import work_calendar
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from jingwei.integrations.government.cases.deployments import Deployment

_DURATION: Final = re.compile(r"P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?")
_CYCLE: Final = re.compile(r"(?:R\d*/)?(P[0-9A-Z]+)")


def timer_due(trigger: Trigger, at: datetime, variables: Mapping[str, Any]) -> datetime:
    """When a timer that begins at ``at`` comes: by a date, after a duration, or at the next turn of a cycle (ISO 8601; FEEL for what is worked out).

    Raises Problem ``bad_timer``.
    """
    text = trigger.expression.strip()
    found = _read(text, at)
    if found is None and text:
        try:
            value = compiled(text.removeprefix("="), "", lambda: at)(variables)
        except Problem:
            value = None
        found = _read(str(value), at) if value is not None else None
    if found is None:
        raise Problem("bad_timer", Text(f"读不懂时间 {text[:60]!r}。", f"The time {text[:60]!r} cannot be read."),
                      remedy=Text("写成 P20D、PT1H、R/P1D 或 2026-03-04T09:00:00+08:00 这样。", "Write it like P20D, PT1H, R/P1D or 2026-03-04T09:00:00+08:00."))
    return found


STATUTORY: Final[Mapping[str, HappeningKind]] = {"paused": "paused", "resumed": "resumed", "extended": "extended"}
"""Events of a case that move an item's clock."""


def due_of(deployment: Deployment, node: int, opened: datetime, happened: Sequence[tuple[datetime, str, Mapping[str, Any]]] = ()) -> datetime | None:
    """The end of the last day on which an item opened at ``opened`` is to be done; None where nothing sets one, or its clock stands still.

    happened : what moved its clock since, as (at, kind, detail)
    Raises Problem for a year whose working days are not known, and for what cannot happen to a clock.
    """
    item = deployment.items.get(node)
    if item is None or item.clock.regime == "none":
        return None
    calendar = work_calendar()
    told = [Happening("accepted", opened), *(Happening(STATUTORY[kind], at, detail.get("ground", ""), detail.get("days", 0), detail.get("approved", "")) for at, kind, detail in happened)]
    last = max(h.at for h in told)
    found = standing(regime_of(item.clock.regime, item.clock.days), told, last, calendar).due(last, calendar)
    return None if found is None else datetime.combine(found, time.max.replace(microsecond=0), CHINA)


def _read(text: str, at: datetime) -> datetime | None:
    text = cycle[1] if (cycle := _CYCLE.fullmatch(text)) else text
    if (duration := _DURATION.fullmatch(text)) and any(duration.groups()):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in duration.groups())
        return at + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)
