"""Sources that are harvested every night: which there are, how the last harvest of each went, and all of them in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from jingwei.foundations.data.catalogue.actions import harvest, source_name
from jingwei.foundations.data.catalogue.model import AddSource, Harvest, RemoveSource
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem, did_you_mean
from jingwei.kernel.store import Instant

REGISTERED = sa.table("catalogue_registered", *map(sa.column, ("name", "address", "kind")), sa.column("added", Instant), sa.column("removed", Instant),
                      sa.column("tried", Instant), sa.column("outcome"))
DONE = "done"


@dataclass(frozen=True, slots=True)
class Registered:
    """A source. ``outcome`` is ``done``, the code of what went wrong, or empty when it was never tried; ``removed`` when it is no longer harvested."""

    name: str
    address: str
    kind: str
    added: datetime
    removed: datetime | None
    tried: datetime | None
    outcome: str


def registered(connection: sa.Connection) -> list[Registered]:
    """Every source that is harvested, by name."""
    columns = [REGISTERED.c[n] for n in ("name", "address", "kind", "added", "removed", "tried", "outcome")]
    return [Registered(*row) for row in connection.execute(sa.select(*columns).where(REGISTERED.c.removed.is_(None)).order_by(REGISTERED.c.name))]


def add(context: Context, given: AddSource) -> Result:
    """Register a source; one of that name gets the new address. Nothing is fetched yet. Raises Problem ``host_not_listed``, ``bad_address``, ``bad_name``."""
    from jingwei.foundations.data.catalogue.fetching import Allowed

    Allowed(context.workspace.settings.harvest.hosts).check(given.address)
    name = source_name(given.name, given.address)
    values: dict[str, Any] = {"address": given.address, "kind": given.kind or "", "removed": None, "tried": None, "outcome": ""}
    if not context.dry_run:
        context.workspace.establish()
        with context.workspace.store.write() as connection:
            if not connection.execute(sa.update(REGISTERED).where(REGISTERED.c.name == name).values(values)).rowcount:
                connection.execute(sa.insert(REGISTERED).values(name=name, added=context.clock(), **values))
    return Result(context.say(f"来源 {name} 已登记，每夜收割：{given.address}\n", f"Source {name} is registered and harvested every night: {given.address}\n"),
                  {"name": name, "address": given.address, "kind": given.kind})


def remove(context: Context, given: RemoveSource) -> Result:
    """No longer harvest a source. What was taken from it stays in the catalogue. Raises Problem ``unknown_source``."""
    with context.workspace.store.read() as connection:
        known = [r.name for r in registered(connection)]
    if given.name not in known:
        near = did_you_mean(given.name, known)
        raise Problem("unknown_source", Text(f"没有登记来源 {given.name[:80]!r}", f"no source {given.name[:80]!r} is registered"),
                      remedy=Text(f"{near.zh}查看：jingwei data sources", f"{near.en} See: jingwei data sources".strip()))
    if not context.dry_run:
        with context.workspace.store.write() as connection:
            connection.execute(sa.update(REGISTERED).where(REGISTERED.c.name == given.name).values(removed=context.clock()))
    return Result(context.say(f"来源 {given.name} 不再收割；已收下的留在目录里。\n", f"Source {given.name} is no longer harvested; what was taken from it stays in the catalogue.\n"), {"name": given.name})


def listed(context: Context, given: Nothing) -> Result:  # noqa: ARG001
    """The sources that are harvested every night, with how the last time went."""
    with context.workspace.store.read() as connection:
        found = registered(connection)
    lines = [f"- {r.name}: {r.address} — {_state(context, r)}" for r in found]
    said = context.say(f"{len(found)} 个来源每夜收割。", f"{len(found)} sources are harvested every night.")
    return Result("\n".join([said, "", *lines]) + "\n", [msgspec.to_builtins(r) for r in found])


def _state(context: Context, source: Registered) -> str:
    if source.tried is None:
        return context.say("还没收割过", "not harvested yet")
    done = context.say("成功", "done") if source.outcome == DONE else context.say(f"未成：{source.outcome}", f"not done: {source.outcome}")
    return f"{source.tried:%Y-%m-%d %H:%M} {done}"


def harvest_all(context: Context, given: Nothing) -> Result:  # noqa: ARG001
    """Harvest every registered source, one after the other; one that fails keeps no other from being harvested, and the answer is then no."""
    with context.workspace.store.read() as connection:
        found = registered(connection)
    told, lines = list[dict[str, Any]](), list[str]()
    for each in found:
        try:
            data = harvest(context, Harvest(each.address, each.name, each.kind or None)).data
            told.append({"name": each.name, "outcome": DONE, **{k: data[k] for k in ("read", "accepted", "quarantined", "new", "changed", "gone", "pages")}})
            lines.append(context.say(f"- {each.name}：读到 {data['read']} 条，新 {data['new']}，变更 {data['changed']}，已无 {data['gone']}",
                                     f"- {each.name}: {data['read']} read, {data['new']} new, {data['changed']} changed, {data['gone']} no longer there"))
        except Problem as problem:
            if problem.code == "cancelled":
                raise
            told.append({"name": each.name, "outcome": problem.code, "reason": problem.text().in_(context.language)})
            lines.append(f"- {each.name}: {problem.code}: {problem.text().in_(context.language)}")
        if not context.dry_run:
            _tried(context, each, told[-1]["outcome"])
    failed = sum(t["outcome"] != DONE for t in told)
    said = context.say(f"收割 {len(told)} 个来源，{failed} 个未成。", f"{len(told)} sources harvested, {failed} of them in vain.")
    return Result("\n".join([said, "", *lines]) + "\n", {"sources": told, "failed": failed}, holds=not failed)


def _tried(context: Context, source: Registered, outcome: str) -> None:
    """Note how it went; a failure that is not the one of last time is entered in the ledger, under its code."""
    with context.workspace.store.write() as connection:
        connection.execute(sa.update(REGISTERED).where(REGISTERED.c.name == source.name).values(tried=context.clock(), outcome=outcome))
        if outcome not in (DONE, source.outcome):
            context.workspace.ledger.append(Event("catalogue.harvest_failed", context.clock(), context.principal.id, {"why": outcome}, {f"catalogue:{source.name}": {"source": source.name}}))
