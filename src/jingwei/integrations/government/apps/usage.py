"""Use for the money: whether an app is used so little for what it costs that it stands apart from all others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jingwei.integrations.government.apps.model import App

CUT = -3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: a modified z-score beyond 3.5 is an outlier."""

FEWEST = 5
"""Others of the same audience that there must be: below that a median says nothing."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Users a month for each yuan a year.

    z : modified z-score of its logarithm against the others; minus infinity with no users
    needed : users from which it would be no outlier, the others staying as they are
    """

    z: float
    needed: int

    @property
    def thin(self) -> bool:
        return self.z < CUT


def usage(apps: Sequence[App]) -> list[Usage | None]:
    """Each app against all others of its audience; None where it costs nothing, or the others are too few or all alike: not assessable."""
    rates = [math.log(a.users / a.cost) if a.users and a.cost else None for a in apps]
    found = list[Usage | None]()
    for n, app in enumerate(apps):
        others = np.array([r for m, r in enumerate(rates) if r is not None and m != n and apps[m].audience == app.audience])
        if app.cost == 0 or len(others) < FEWEST:
            found.append(None)
            continue
        middle = float(np.median(others))
        spread = float(np.median(np.abs(others - middle))) / 0.6745
        if spread == 0:
            found.append(None)
            continue
        rate = rates[n]
        found.append(Usage(-math.inf if rate is None else (rate - middle) / spread, math.ceil(app.cost * math.exp(middle + CUT * spread))))
    return found
