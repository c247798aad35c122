"""What a department is told when it registers a table: who holds already what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jingwei.foundations.data.once import records
from jingwei.foundations.data.once.findings import against_all
from jingwei.foundations.data.once.taking import Kept, form, take
from jingwei.foundations.data.once.telling import headline
from jingwei.foundations.data.sharing.records import known
from jingwei.foundations.data.tables.model import Finding, Profile
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_CELLS = 5_000_000
"""A larger table is compared by names while somebody waits, and by values when it is taken, ``jingwei once take``, such as at night."""

MOST_TOLD = 5


def evidence(context: Context, profile: Profile, table: ir.Table) -> Sequence[Finding]:
    """Tables of others that hold the same facts on the same subjects, those with the most cells first; where names are all there is, that they match."""
    others = [t for t in records.everything(context).tables if t.holder != profile.owner and t.valued]
    large = profile.rows * len(profile.columns) > MOST_CELLS
    secret = records.secret(context.workspace)
    if others and secret and not large:
        new = take(Kept(table, profile.rows), secret, profile.owner, profile.dataset, "", context.clock())
    else:
        new = form([c.name for c in profile.columns], profile.owner, profile.dataset, "", context.clock())
    found = [f for f in against_all(context, new) if f.basis != "subjects" and f.held.dataset.rpartition("/")[2] != profile.dataset]
    names = records.names([f.held for f in found], {o.id: o.name for o in known(context)})
    told = [Finding("collected_twice" if f.basis == "values" else "named_alike", headline(f, names), "once") for f in found[:MOST_TOLD]]
    if others and large:
        told.append(Finding("compared_later", Text("表太大，这里只比了名称；取样后再比内容：jingwei once take", "The table is large: names alone were compared here, values will be "
                                                   "when it is taken: jingwei once take"), "once"))
    return told
