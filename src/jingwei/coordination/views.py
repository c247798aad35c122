"""Search over everything that has a page: places, measures, clauses of the plan, rooms and targets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jingwei import plan
from jingwei.coordination.model import AskSearch
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.targets.registry import TARGETS
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text

MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found; ``address`` is below the language.

    codes : what it is called by programs and in documents
    words : everything it may be found by, as ``_plain`` writes it
    """

    kind: Text
    name: Text
    about: Text
    address: str
    codes: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """What was found, the best first; ``total`` may be more than are shown."""

    query: str
    found: tuple[Entry, ...]
    total: int


def search(context: Context, query: AskSearch) -> SearchView:
    """Entries that hold every word asked for; those whose name holds them come first."""
    asked = query.q[:200].strip()
    words = _plain(asked).split()
    if not words:
        return SearchView(asked, (), 0)
    found = [e for e in _entries() if all(w in e.words for w in words)]
    ordered = sorted(found, key=lambda e: -_weight(e, words))
    return SearchView(asked, tuple(ordered[:MOST_FOUND]), len(found))


def _weight(entry: Entry, words: list[str]) -> int:
    """8 when a code and 4 when a name is just what was asked, 2 when a name begins so, 1 when every word is in one."""
    names = (_plain(entry.name.zh), _plain(entry.name.en))
    asked = " ".join(words)
    return 8 * (asked in entry.codes) + 4 * (asked in names) + 2 * any(n.startswith(asked) for n in names) + any(all(w in n for w in words) for n in names)


def _plain(text: str) -> str:
    """Width and case do not matter, nor do hyphens and stops."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c if c.isalnum() or c in ".%" else " " for c in folded)


@cache
def _entries() -> tuple[Entry, ...]:
    return tuple(_all())


def _all() -> Iterator[Entry]:
    def entry(kind: Text, name: Text, about: Text, address: str, codes: tuple[str, ...], *more: str) -> Entry:
        told = (name.zh, name.en, about.zh, about.en, *codes, *more)
        return Entry(kind, name, about, address, tuple(_plain(c) for c in codes), _plain(" ".join(told)))

    for place in places.provinces():
        yield entry(Text("地区", "place"), place.short, place.name, f"/place/{place.code}", (place.code, place.iso), *place.variants)
    for code, measure in declared_measures().items():
        yield entry(Text("指标", "measure"), measure.name, measure.definitions[-1].text, f"/measure/{code}", (code,), measure.clause,
                    measure.issuer.zh, measure.issuer.en)
    for room in plan.ROOMS:
        yield entry(Text("章", "room"), room.name, room.heading, f"/room/{room.code}", (room.code,))
        for clause in room.clauses:
            yield entry(Text(f"条款 {clause.code}", f"clause {clause.code}"), clause.asks, clause.answer, f"/room/{room.code}", (clause.code,))
    for target in TARGETS:
        yield entry(Text("目标", "target"), target.name, target.source, "/targets", (target.code,), str(target.year))
