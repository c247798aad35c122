"""The four gauges of a node, read from its ledger and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jingwei.coordination.gauges import across, down, steering
from jingwei.coordination.gauges.interval import jeffreys
from jingwei.coordination.gauges.model import Gauge, Reading, Unread
from jingwei.kernel.actions import Context
from jingwei.kernel.clock import day_in_china
from jingwei.kernel.i18n import Text
from jingwei.kernel.people_records import organisations
from jingwei.kernel.told import Told, told

SILENCE = 86_400
"""Seconds after which a test of a node says nothing any more, where the settings do not say."""


@dataclass(frozen=True, slots=True)
class Events:
    """What the gauges are read from: events about needs and evidence, about nodes below, and about matters."""

    asked: Sequence[Told] = ()
    nodes: Sequence[Told] = ()
    matters: Sequence[Told] = ()

    def real(self) -> Events:
        """Without those that are synthetic, and therefore without what only they have brought about."""
        return Events(*([e for e in some if e.facts.get("synthetic") is not True] for some in (self.asked, self.nodes, self.matters)))

    @property
    def count(self) -> int:
        return len(self.asked) + len(self.nodes) + len(self.matters)

    @property
    def latest(self) -> datetime | None:
        """Instant of the newest of those about needs and nodes, in which time itself counts. The ledger writes them all in one zone."""
        newest = max((e.at for e in (*self.asked, *self.nodes)), default=None)
        return datetime.fromisoformat(newest) if newest else None


def reading(context: Context) -> Reading:
    """The gauges now, read once for each state of the record; a node without a record is not made by asking."""
    if not context.workspace.store.exists():
        return gauge(Events(), context.clock(), timedelta(seconds=SILENCE), {})
    ledger = context.workspace.ledger

    def make(inner: Context) -> Reading:
        with ledger.store.read() as connection:
            names = {o.id: o.name for o in organisations(connection)}
            events = Events(in_order([*told(ledger, "need", words=False), *told(ledger, "evidence", words=False)]), told(ledger, "node"), told(ledger, "matter"))
        silence = timedelta(seconds=int(getattr(inner.workspace.settings.federation, "silence", SILENCE)))
        return gauge(events, inner.clock(), silence, names)

    return context.once(("gauges", ledger.size(), context.clock()), make)


def gauge(events: Events, at: datetime, silence: timedelta, names: Mapping[str, Text]) -> Reading:
    """The reading of these events at an instant; pure, so that a replay of the record gives the same.

    A page knows the time only to the day. Whatever was recorded was recorded before now: the newest event tells the rest.
    """
    real = events.real()
    published, unread = _four(real, at, silence, names)
    invented = _four(events, at, silence, names)[0] if real.count < events.count else None
    return Reading(at, published, invented, tuple(unread))


def _four(events: Events, at: datetime, silence: timedelta, names: Mapping[str, Text]) -> tuple[tuple[Gauge, ...], list[Unread]]:
    now = max(at, events.latest or at)
    facts, unread = across.read(events.asked)
    courses = steering.fold(events.matters)
    pages = {str(e.facts.get("about")): f"matter/{e.facts['matter']}" for e in events.matters if e.kind == "matter.opened" and e.facts.get("rule") == "pair_cut"}
    return (across.across(across.fold(facts), day_in_china(now), names, pages), down.down(down.fold(events.nodes), now, silence),
            steering.coordinated(courses, day_in_china(now)), steering.powerful(courses)), unread


def other_provider(context: Context) -> Text:
    """The second half of *powerful*: cases that finish with any one provider down, by the last drill of each thing that led a real day's cases again."""
    store = context.workspace.store
    held = told(context.workspace.ledger, "drill", words=False) if store.exists() else []
    last = {str(e.facts["thing"]): e.facts for e in held if e.facts.get("whole") is True and e.facts.get("synthetic") is not True}
    if not last:
        return Text("“任一提供方停摆时仍能办结的办件”无法评估：还没有用真实办件做过停摆演练（jingwei government drill）。",
                    "“Cases that finish with any one provider down” is not assessable: no outage drill has led real cases again (jingwei government drill).")
    finish, of = (sum(int(f[name]) for f in last.values()) for name in ("finish", "cases"))
    low, high = jeffreys(finish, finish, of)
    return Text(f"任一提供方停摆时仍能办结的办件：{finish} / {of}，90% 区间 {low:.0%}–{high:.0%}（最近的停摆演练）。",
                f"Cases that finish with any one provider down: {finish} of {of}, 90 % interval {low:.0%}–{high:.0%} (latest outage drills).")


def cut_pairs(context: Context) -> tuple[list[across.Cut], list[across.Cut]]:
    """Pairs that are cut off now, from what happened; and those that only invented events have cut."""
    if not context.workspace.store.exists():
        return [], []
    ledger = context.workspace.ledger

    def make(inner: Context) -> tuple[list[across.Cut], list[across.Cut]]:
        every = Events(in_order([*told(ledger, "need", words=False), *told(ledger, "evidence", words=False)]))
        today = day_in_china(max(inner.clock(), every.latest or inner.clock()))
        real, all_ = (across.cuts(across.fold(across.read(some.asked)[0]), today) for some in (every.real(), every))
        known = {c.about for c in real}
        return real, [c for c in all_ if c.about not in known] if every.real().count < every.count else []

    return context.once(("cut pairs", ledger.size(), context.clock()), make)


def in_order(events: Iterable[Told]) -> list[Told]:
    """As they stand in the ledger."""
    return sorted(events, key=lambda e: e.position)
