"""What the pages of use show: which datasets are needed and which nobody has needed for long; one dataset's uses and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.foundations.data.sharing.figures import Figure
from jingwei.foundations.data.sharing.reports import everything, value_words
from jingwei.foundations.data.uses.actions import known, last_words
from jingwei.foundations.data.uses.model import DEAD_AFTER, KINDS, AskOne, Standing, Use
from jingwei.foundations.data.uses.standing import in_use, standings
from jingwei.foundations.data.uses.standing import uses as uses_on_record
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.lineage import Made, behind, fact
from jingwei.kernel.pillar import Nothing

MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    standing: Standing
    last: Text


@dataclass(frozen=True, slots=True)
class UsesView:
    rows: tuple[Row, ...]
    dead: int
    days: int
    figure: Figure
    words: Text


@dataclass(frozen=True, slots=True)
class UseView:
    dataset: str
    uses: tuple[tuple[Use, Text], ...]
    by_kind: tuple[tuple[Text, int], ...]
    behind: tuple[Made, ...]


def uses(context: Context, query: Nothing) -> UsesView:
    found = standings(context, DEAD_AFTER)
    figure = in_use(found)
    return UsesView(tuple(Row(s, last_words(s)) for s in found[:MOST]), sum(s.dead for s in found), DEAD_AFTER, figure, value_words(figure))


def use(context: Context, query: AskOne) -> UseView:
    """Raises Problem ``unknown_dataset``."""
    made = known(context, query.dataset)
    found = uses_on_record(query.dataset, made, everything(context))
    counts = [(words, sum(u.kind == kind for u in found)) for kind, words in KINDS.items()]
    return UseView(query.dataset, tuple((u, KINDS[u.kind]) for u in reversed(found[-MOST:])), tuple(c for c in counts if c[1]), tuple(behind(made, fact(query.dataset))[-MOST:]))
