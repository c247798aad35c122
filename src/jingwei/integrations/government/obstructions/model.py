"""A provision that stands in the way, and what it cost in the cases that met it."""

from __future__ import annotations

from dataclasses import dataclass

from jingwei.integrations.government.things.model import Obstruction
from jingwei.kernel.i18n import Text

KINDS: dict[Obstruction, Text] = {"paper": Text("要纸质材料", "paper demanded"), "presence": Text("要本人到场", "presence demanded"), "wet_seal": Text("要盖实体章", "a wet seal demanded"),
                                  "no_sharing": Text("不许共享", "sharing forbidden"), "": Text("没有条文要求", "demanded by no provision")}


@dataclass(frozen=True, slots=True, order=True)
class Provision:
    """An article of an act; both empty for what an office demanded with no provision behind it."""

    act: str
    article: str

    @property
    def name(self) -> Text:
        return Text(f"{self.act}第{self.article}条", f"{self.act}, art. {self.article}") if self.act else KINDS[""]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval at 90 %."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Interval:
        return Interval(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one provision cost.

    kinds : what it demands; requirements : for what
    cases : finished cases that met it
    days, trips : a case on average over all finished ones; its fair part (Shapley) of what all provisions cost together
    days_alone, trips_alone : a year, were this one repealed and nothing else changed
    """

    provision: Provision
    kinds: tuple[Obstruction, ...]
    requirements: tuple[Text, ...]
    cases: int
    days: Interval
    trips: Interval
    days_alone: Interval
    trips_alone: Interval


@dataclass(frozen=True, slots=True)
class Obstructions:
    """Provisions, the dearest in days first, then in trips.

    cases : finished ones read; a_year : how many a year at their rate; days : from start to end, a case on average
    together : days a case that all provisions cost together
    """

    cases: int
    a_year: float
    days: float
    together: Interval
    costs: tuple[Cost, ...]
