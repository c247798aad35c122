"""What a sample says of a share, with its interval; and which of many such findings may be called discoveries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a population, estimated from a sample without replacement.

    value : in [0, 1]; None when nothing was compared
    low, high : interval at 95 %; both are the value when the whole population was compared
    hits, compared, population : what it rests on; hits need not be whole where each member counts in part
    """

    value: float | None
    low: float
    high: float
    hits: float
    compared: int
    population: int

    @property
    def exact(self) -> bool:
        return self.compared == self.population


def share(hits: float, compared: int, population: int, level: float = LEVEL) -> Share:
    """The share with an interval that holds it at least as often as ``level`` says.

    Clopper and Pearson (1934), drawn in by the finite population's factor sqrt((N - m) / (N - 1)). For members that count in
    part, values in [0, 1], the same quantiles are wide enough: of all variables in [0, 1] with one mean the yes-or-no one varies most.
    """
    if not compared:
        return Share(None, 0.0, 1.0, 0.0, 0, population)
    value = hits / compared
    if compared >= population:
        return Share(value, value, value, hits, compared, population)
    from scipy.special import betaincinv

    tail, misses = (1 - level) / 2, compared - hits
    low = float(betaincinv(hits, misses + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, misses, 1 - tail)) if misses > 0 else 1.0
    drawn_in = math.sqrt((population - compared) / (population - 1))
    return Share(value, value - (value - low) * drawn_in, value + (high - value) * drawn_in, hits, compared, population)


def surprise(hits: npt.ArrayLike, compared: npt.ArrayLike, chance: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability of so many hits or more when each comes by chance alone: the upper tail of the binomial.

    Under a share of the population no larger than ``chance`` the hypergeometric's tail beyond its mean is no heavier (Hoeffding 1963).
    """
    from scipy.special import betainc

    x, m, p = np.broadcast_arrays(np.asarray(hits, float), np.asarray(compared, float), np.asarray(chance, float))
    found = np.ones(x.shape)
    some = x > 0
    found[some] = betainc(x[some], m[some] - x[some] + 1, p[some])
    return found


def discoveries(probabilities: npt.NDArray[np.float64], tested: int, rate: float) -> npt.NDArray[np.bool_]:
    """Which of these may be called discoveries, so that at most ``rate`` of those called so are false in expectation.

    Benjamini and Yekutieli (2001), which holds under any dependence: the pairs share columns. ``tested`` counts all pairs that were
    looked at; those not handed in have a probability of 1.
    """
    order = np.argsort(probabilities, kind="stable")
    harmonic = np.euler_gamma + math.log(tested) + 0.5 / tested if tested > 100 else sum(1 / i for i in range(1, tested + 1))
    line = rate * np.arange(1, len(order) + 1) / (tested * harmonic) if tested else np.zeros(0)
    under = np.flatnonzero(probabilities[order] <= line)
    found = np.zeros(len(probabilities), dtype=np.bool_)
    if len(under):
        found[order[:under[-1] + 1]] = True
    return found
