"""How well banks are filled: tables admitted of those brought, counted from what the gate said; never from exercises."""

from __future__ import annotations

from jingwei.foundations.data.banks.records import Banks
from jingwei.foundations.data.measures import BANK_TABLES_ADMITTED
from jingwei.foundations.data.sharing.figures import Figure


def admitted(there: Banks) -> Figure:
    """Tables that a bank now holds, of all that were brought to one. None brought is not assessable."""
    real = [t for t in there.examined.values() if not t.synthetic]
    return Figure(BANK_TABLES_ADMITTED, sum(not t.reasons for t in real), len(real))
