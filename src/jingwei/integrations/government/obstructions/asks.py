"""What the action of obstructions is given."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.savings.asks import Process, Since, Until


@dataclass(frozen=True, slots=True)
class AskObstructions:
    """Of which finished cases."""

    process: Process = ""
    since: Since = ""
    until: Until = ""
