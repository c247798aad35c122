"""Who used a dataset, directly or through what was made of it; from deliveries, lineage and results, each with the entry that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from jingwei.foundations.data.measures import DATASETS_USED
from jingwei.foundations.data.sharing.cases import Shared
from jingwei.foundations.data.sharing.figures import Figure
from jingwei.foundations.data.sharing.reports import everything
from jingwei.foundations.data.tables.records import latest, names
from jingwei.foundations.data.uses.model import Standing, Use
from jingwei.kernel.actions import Context
from jingwei.kernel.lineage import USED, Made, fact, onward, steps

OWN_BOOKS = frozenset({"held", "releases", "rejected", "duties_rejected", "nodes_probe", "quality_history", "bank_links"})
"""Tables in which rooms keep their own books: what was set aside, tried or worked out on the way. They are no data resource."""

_BY_KIND = {"bank.published": "package", "bank.answered": "answer", USED: "figure", "lineage.received": "elsewhere"}
_BY_ACTION = {"matters.decide": "decision", "evaluate": "figure", "case": "case"}


def use_of(made: Made) -> tuple[str, str] | None:
    """What a step used its data for, and its name; None for one that only carries them on, or that has an entry of its own beside it."""
    f = made.facts
    if made.kind == "action.done":
        room = made.job.partition(".")[0]
        return None if room in ("share", "bank", "quality", "data", "catalogue", "once") else (_BY_ACTION.get(made.job, _BY_ACTION.get(room, "work")), made.job)
    if made.kind not in _BY_KIND or (made.kind == USED and made.job.partition(".")[0] in ("data", "bank", "quality", "share", "catalogue", "once")):
        return None
    name = {"bank.published": f"{f.get('bank')} {f.get('number')}", "bank.answered": str(f.get("answer"))}.get(made.kind, made.job)
    return _BY_KIND[made.kind], name


def uses(dataset: str, made: Sequence[Made], shared: Shared) -> list[Use]:
    """Every use of a dataset on record, in order."""
    found, name = [], fact(dataset)
    for m in onward(made, name):
        if (use := use_of(m)) is not None:
            direct = any(s.dataset == name for s in m.reads)
            found.append(Use(dataset, *use, m.at, m.entry, "" if direct else ", ".join(dict.fromkeys(s.dataset for s in m.reads)), m.synthetic))
    for case in shared.cases.values():
        offer = shared.offers.get(case.request.data)
        if offer is not None and offer.terms.dataset == dataset:
            found += [Use(dataset, "delivery", case.request.code, u.at, u.entry, "", case.request.synthetic) for u in case.uses]
    return sorted(found, key=lambda u: u.entry)


def standings(context: Context, days: int) -> list[Standing]:
    """Every dataset of the lake that is a data resource, those longest without a use first. One younger than ``days`` is not dead yet."""
    made, shared, now = steps(context.workspace.ledger), everything(context), context.clock()
    owners = _owners(context, shared)
    synthetic = {s.dataset for m in made if m.synthetic for s in m.makes}
    found = []
    for name in datasets(context):
        mine = uses(name, made, shared)
        since = _since(context, name, made, shared)
        last = mine[-1] if mine else None
        quiet = max(filter(None, (last.at if last else None, since)), default=None)
        found.append(Standing(name, owners.get(name, ""), since, last, len(mine), quiet is None or now - quiet > timedelta(days=days), fact(name) in synthetic))
    return sorted(found, key=lambda s: (not s.dead, s.last is not None, s.last.at if s.last else now, s.dataset))


def datasets(context: Context) -> list[str]:
    folder = context.workspace.lake.folder
    there = sorted(p.name for p in folder.iterdir() if (p / "current").is_file()) if folder.is_dir() else []
    return [name for name in there if name not in OWN_BOOKS]


def _owners(context: Context, shared: Shared) -> Mapping[str, str]:
    """Who answers for a dataset: whoever registered it, else whoever offers it."""
    owners = {o.terms.dataset: o.terms.provider for o in shared.offers.values()}
    if context.workspace.store.exists():
        with context.workspace.store.read() as connection:
            owners |= {name: kept.profile.owner for name in names(connection) if (kept := latest(connection, name))}
    return owners


def _since(context: Context, name: str, made: Iterable[Made], shared: Shared) -> datetime | None:
    """Since when a dataset is known to be there: its first mention on record, else when its folder's first manifest was written."""
    first = [m.at for m in made if any(s.dataset == fact(name) for s in (*m.reads, *m.makes))]
    first += [r.offered for o in shared.offers.values() if o.terms.dataset == name for r in o.rounds if r.offered]
    manifests = list((context.workspace.lake.folder / name / "manifests").glob("*.json"))
    if not first and manifests:
        return datetime.fromtimestamp(min(m.stat().st_mtime for m in manifests), context.clock().tzinfo)
    return min(first, default=None)


def in_use(found: Iterable[Standing]) -> Figure:
    """Datasets somebody used lately, of all that are real; those too young to tell count as neither."""
    real = [s for s in found if not s.synthetic]
    used = [s for s in real if not s.dead and s.last is not None and not s.last.synthetic]
    return Figure(DATASETS_USED, len(used), len(used) + sum(s.dead for s in real), len(real) - len(used) - sum(s.dead for s in real))
