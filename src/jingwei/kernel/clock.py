"""The only place that may say "now"."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jingwei.kernel.problems import Problem

CHINA = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant in China's zone; ``SOURCE_DATE_EPOCH`` (seconds) fixes it, for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        instant = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise Problem("bad_clock", f"{epoch!r} is not a number of seconds", where="SOURCE_DATE_EPOCH") from None
    return instant.astimezone(CHINA).replace(microsecond=0)
