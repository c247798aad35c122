"""What one case cost the people it was for and the offices that worked on it, beside what it would have cost before; and the figures made of many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingwei.kernel.measures import Measure


@dataclass(frozen=True, slots=True)
class Whole:
    """A baseline: what the items a case went through took when each was applied for by itself, by the thing as it was deployed."""

    forms: int = 0
    materials: int = 0
    trips: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """One case, with the cases that are parts of it, read from its events alone.

    began : day in China
    web : begun on the web; accepted : an application was accepted; corrected : something was asked for again; finished : it came to its end
    forms, materials, trips : filled in, handed in, and days on which somebody had to come; before : None without a thing
    elapsed : days from acceptance (or start) to the end, None while open; days : the same in working days, None in a year not published
    touch : minutes between claiming and doing, over its items; None when nothing was claimed and done
    asked, illegal : facts asked of the applicant, and those of them that a department held and would have answered
    fetched : facts that came from departments
    kept, late, unknown : items whose clock was kept, is broken, or runs into a year not published
    """

    case: str
    process: str
    began: date
    web: bool
    accepted: bool
    corrected: bool
    finished: bool
    cancelled: bool
    forms: int
    materials: int
    trips: int
    before: Whole | None
    elapsed: float | None
    days: int | None
    touch: float | None
    asked: int
    illegal: int
    fetched: int
    kept: int
    late: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with its interval at 90 %.

    value : None where there is nothing to count
    count, of : what it is made of: cases, facts, items, or what was and what it was before
    """

    measure: Measure
    value: float | None
    low: float | None
    high: float | None
    count: float
    of: float | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far cases came: begun, accepted, finished; and those that had to be corrected or were taken back."""

    begun: int
    accepted: int
    corrected: int
    finished: int
    cancelled: int
    open: int
