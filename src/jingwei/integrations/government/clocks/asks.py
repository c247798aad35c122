"""What the action of clocks is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document


@dataclass(frozen=True, slots=True)
class AskClock:
    """What happened to one application."""

    happened: Annotated[Document, Option(Text(
        '经过（JSON）：{"regime": "licensing", "promised": 10, "happened": [{"kind": "accepted", "at": "2025-09-24"}, …]}',
        'what happened (JSON): {"regime": "licensing", "promised": 10, "happened": [{"kind": "accepted", "at": "2025-09-24"}, …]}'), positional=True)]
    at: Annotated[str, Option(Text("问哪一天，如 2025-10-15；缺省为今天", "as of which day, such as 2025-10-15; by default today"))] = ""
