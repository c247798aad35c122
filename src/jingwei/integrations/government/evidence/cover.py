"""The cheapest way to have everything that is wanted, where each thing can be had in one of several ways, each of which wants further things.

An AND/OR graph in which what two ways have in common is paid once; that makes it hard in general (set cover is a case of it), and easy for the
procedures of an administration, which share little. Exact, by branch and bound; a graph that is too tangled is told to be so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Generic, TypeVar

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

D = TypeVar("D", bound=Hashable)
MOST_STEPS: Final = 20_000
MOST_WANTED: Final = 400
"""Things in one graph; each may be a call deep."""
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Way(Generic[D]):
    """One way to have something. cost : 0 or more; needs : what must be had for it; how : what it is called"""

    cost: int
    needs: tuple[D, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True)
class Cover(Generic[D]):
    """ways : by what is had, in an order in which each comes after what it needs; cost : of all of them"""

    ways: Mapping[D, Way[D]]
    cost: int


def cheapest(ways: Mapping[D, Sequence[Way[D]]], wanted: Iterable[D]) -> Cover[D] | None:
    """The cheapest cover; None when something wanted cannot be had. The same graph gives the same cover.

    What needs itself in the end cannot be had that way. Raises NotAssessable when it takes more than 20,000 steps, or for more than 400 things.
    """
    roots = tuple(dict.fromkeys(wanted))
    search = _Search(ways, roots)
    if search.floor < float("inf"):
        search.go({}, set(roots), 0)
    return None if search.best is None else Cover(_ordered(search.best), search.cost)


def _ordered(chosen: Mapping[D, Way[D]]) -> dict[D, Way[D]]:
    """Each after what it needs."""
    made: dict[D, Way[D]] = {}

    def put(one: D) -> None:
        if one not in made:
            for need in chosen[one].needs:
                put(need)
            made[one] = chosen[one]

    for one in chosen:
        put(one)
    return made


@dataclass(slots=True)
class _Search(Generic[D]):
    ways: Mapping[D, Sequence[Way[D]]]
    roots: tuple[D, ...]
    best: dict[D, Way[D]] | None = None
    cost: int = 0
    steps: int = 0
    place: dict[D, int] = field(default_factory=dict)
    users: Counter[D] = field(default_factory=Counter)
    floor: float = 0.0

    def __post_init__(self) -> None:
        """``users``: how many may share the cost of each; ``place``: in an order of all that can be reached, the deepest first; ``floor``: no cover is cheaper."""
        seen: set[D] = set()

        def visit(one: D) -> None:
            if one not in seen:
                seen.add(one)
                if len(seen) > MOST_WANTED:
                    raise NotAssessable(Text(f"要求、证明和事实合计超过 {MOST_WANTED} 项", f"there are more than {MOST_WANTED} requirements, evidence and facts"),
                                        remedy=Text("请分成几件事。", "Part it into several things."))
                for need in {n for way in self.ways.get(one, ()) for n in way.needs}:
                    self.users[need] += 1
                    visit(need)
                self.place[one] = len(self.place)

        for root in self.roots:
            self.users[root] += 1
            visit(root)
        self.floor = self._bound(self._least({}), self.roots)

    def _bound(self, least: Mapping[D, float], open_: Iterable[D]) -> float:
        """Costs are whole numbers: so is the least sum of them."""
        bound = sum(least[d] / self.users[d] for d in open_)
        return bound if bound == float("inf") else ceil(bound - _HAIR)

    def go(self, chosen: dict[D, Way[D]], open_: set[D], cost: int) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NotAssessable(Text(f"取证的组合超过 {MOST_STEPS:,} 步仍未算尽", f"the combinations of evidence were not exhausted in {MOST_STEPS:,} steps"),
                                remedy=Text("请减少每项要求的替代证明，或分成几件事。", "Give each requirement fewer alternatives, or part the thing into several."))
        if not open_:
            if self.best is None or cost < self.cost:
                self.best, self.cost = dict(chosen), cost
            return
        one = min(open_, key=lambda d: (len(self.ways.get(d, ())), self.place[d]))
        ranked = self.ways.get(one, ())
        if len(ranked) > 1:  # where there is one way only, nothing is to be weighed
            least = self._least(chosen)
            bound = cost + self._bound(least, open_)
            if bound == float("inf") or (self.best is not None and bound >= self.cost):
                return
            ranked = sorted(ranked, key=lambda w: w.cost + sum(least[n] / self.users[n] for n in w.needs))
        for way in ranked:
            if any(need == one or self._rests_on(chosen, need, one) for need in way.needs):
                continue
            chosen[one] = way
            self.go(chosen, (open_ - {one}) | {n for n in way.needs if n not in chosen}, cost + way.cost)
            del chosen[one]
            if self.best is not None and self.cost <= self.floor:
                return

    def _rests_on(self, chosen: Mapping[D, Way[D]], one: D, other: D) -> bool:
        """Whether what was chosen for one needs the other in the end."""
        pending, seen = [one], {one}
        while pending:
            at = pending.pop()
            for need in chosen[at].needs if at in chosen else ():
                if need == other:
                    return True
                if need not in seen:
                    seen.add(need)
                    pending.append(need)
        return False

    def _least(self, chosen: Mapping[D, Way[D]]) -> dict[D, float]:
        """What each costs at least beyond what was chosen. What several may use is shared among them, so that sums of these are never too high.

        From nothing upward until nothing changes: at each round no more than the truth, circles included.
        """
        least: dict[D, float] = dict.fromkeys(self.place, 0.0)
        for _ in range(len(self.place)):
            changed = False
            for one in self.place:
                if one in chosen:
                    continue
                costs = [w.cost + sum(least[n] / self.users[n] for n in w.needs) for w in self.ways.get(one, ())]
                found = min(costs, default=float("inf"))
                if found > least[one] + _HAIR:
                    least[one], changed = found, True
            if not changed:
                break
        return least
