"""What the pages of the gauges show, and the part of the first page that tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jingwei import plan
from jingwei.coordination.gauges.actions import INVENTED, MEANING, around, share
from jingwei.coordination.gauges.interval import interval
from jingwei.coordination.gauges.model import GAUGES, STATES, AskGauge, Code, Gauge, Item, Unread
from jingwei.coordination.gauges.reading import other_provider, reading
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Nothing
from jingwei.kernel.problems import Problem, did_you_mean

MOST_SHOWN = 500
"""Items on one page: those that ask for attention come first."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """``page`` and ``entry`` are addresses below the language; empty where there is no such page."""

    item: Item
    word: Text
    page: str
    entry: str


@dataclass(frozen=True, slots=True)
class GaugeView:
    """One gauge in words and as a bar.

    low, high, at : the 90 % interval and the share in thousandths; None where it is not assessable
    more : items that are not shown
    """

    code: Code
    name: Text
    counts: Text
    share: Text
    around: str
    low: int | None
    high: int | None
    at: int | None
    items: tuple[ItemView, ...]
    more: int

    @property
    def assessable(self) -> bool:
        return self.at is not None


@dataclass(frozen=True, slots=True)
class GaugesView:
    """The four gauges. ``invented`` holds those that synthetic events would change, and is never shown without ``label``."""

    at: datetime
    published: tuple[GaugeView, ...]
    invented: tuple[GaugeView, ...]
    unread: tuple[Unread, ...]
    other_provider: Text
    label: Text = INVENTED
    meaning: Text = MEANING


@dataclass(frozen=True, slots=True)
class OneView:
    """One gauge with everything it counts."""

    gauge: GaugeView
    invented: GaugeView | None
    all: GaugesView


def gauges(context: Context, query: Nothing) -> GaugesView:
    now = reading(context)
    changed = [g for g in now.invented or () if g not in now.published]
    return GaugesView(now.at, tuple(map(_view, now.published)), tuple(map(_view, changed)), now.unread, other_provider(context))


def gauge(context: Context, query: AskGauge) -> OneView:
    """Raises Problem ``unknown_gauge``."""
    every = gauges(context, Nothing())
    found = next((g for g in every.published if g.code == query.code), None)
    if found is None:
        raise Problem("unknown_gauge", Text(f"没有仪表 {query.code[:40]!r}", f"there is no gauge {query.code[:40]!r}"),
                      remedy=did_you_mean(query.code[:40], GAUGES)
                      or Text(f"共有 {'、'.join(GAUGES)}。", f"They are {', '.join(GAUGES)}."))
    return OneView(found, next((g for g in every.invented if g.code == query.code), None), every)


def _view(g: Gauge) -> GaugeView:
    found = interval(g)
    low, high = (round(1000 * end) for end in found) if found else (None, None)
    name, counts = GAUGES[g.code]
    order = list(STATES)
    items = sorted(g.items, key=lambda i: (order.index(i.state), i.key))
    return GaugeView(g.code, name, counts, share(g), around(g), low, high, None if g.value is None else round(1000 * g.value),
                     tuple(map(_item, items[:MOST_SHOWN])), max(0, len(items) - MOST_SHOWN))


def _item(item: Item) -> ItemView:
    entry = f"ledger/{item.entry}" if item.entry is not None else ""
    return ItemView(item, STATES[item.state], *(address if _there(address) else "" for address in (item.page, entry)))


def _there(address: str) -> bool:
    """Whether some room has a page at such an address: a link that leads nowhere is worse than none."""
    return bool(address) and address.partition("/")[0] in _kinds()


@cache
def _kinds() -> frozenset[str]:
    return frozenset(page.path[0] for pillar in plan.pillars() for page in pillar.pages if len(page.path) == 2)
