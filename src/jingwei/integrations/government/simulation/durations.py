"""How long work takes: the law of several that best foretells visits it has not seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Family = Literal["lognormal", "gamma", "weibull", "empirical"]
FAMILIES: Final[tuple[Family, ...]] = ("lognormal", "gamma", "weibull", "empirical")
ENOUGH: Final = 30
"""Positive values from which a law can be chosen; with fewer, what was seen is drawn again."""


PLAINER: Final = 0.02
"""Log-likelihood a visit by which the smoothed sample must beat the laws that two numbers tell."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A law of durations in minutes.

    a, b : lognormal: mean and standard deviation of logarithms; gamma and weibull: shape and scale; empirical: bandwidth on the logarithm, 0 for none
    instant : share that takes no time at all
    seen : logarithms of what was seen; empirical only
    """

    family: Family
    a: float
    b: float = 0.0
    instant: float = 0.0
    seen: Floats = field(default_factory=lambda: np.empty(0))

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        match self.family:
            case "lognormal":
                drawn = rng.lognormal(self.a, self.b, count)
            case "gamma":
                drawn = rng.gamma(self.a, self.b, count)
            case "weibull":
                drawn = self.b * rng.weibull(self.a, count)
            case _:
                drawn = np.exp(rng.choice(self.seen, count) + self.a * rng.standard_normal(count)) if len(self.seen) else np.zeros(count)
        return np.where(rng.random(count) < self.instant, 0.0, drawn) if self.instant else np.asarray(drawn)

    @property
    def mean(self) -> float:
        match self.family:
            case "lognormal":
                positive = math.exp(self.a + self.b**2 / 2)
            case "gamma":
                positive = self.a * self.b
            case "weibull":
                positive = self.b * math.gamma(1 + 1 / self.a)
            case _:
                positive = float(np.exp(self.seen).mean()) * math.exp(self.a**2 / 2) if len(self.seen) else 0.0
        return (1 - self.instant) * positive

    def density(self, x: Floats) -> Floats:
        """Logarithm of the density at positive ``x``."""
        from scipy import special

        logs = np.log(x)
        match self.family:
            case "lognormal":
                return np.asarray(-0.5 * ((logs - self.a) / self.b) ** 2 - math.log(self.b * math.sqrt(2 * math.pi)) - logs)
            case "gamma":
                return np.asarray((self.a - 1) * logs - x / self.b - self.a * math.log(self.b) - special.gammaln(self.a))
            case "weibull":
                scaled = logs - math.log(self.b)
                return np.asarray(math.log(self.a / self.b) + (self.a - 1) * scaled - np.exp(self.a * scaled))
            case _:
                gaps = (logs[:, None] - self.seen[None, :]) / self.a
                return np.asarray(special.logsumexp(-0.5 * gaps**2, axis=1) - np.log(len(self.seen) * self.a * math.sqrt(2 * math.pi)) - logs)


def fit(x: Floats, family: Family) -> Duration:
    """The law of one family by maximum likelihood; the empirical one as a kernel on the logarithm (Silverman 1986, eq. 3.31).

    x : minutes, none below 0; zeros become ``instant``
    """
    positive = x[x > 0]
    instant = 1 - len(positive) / len(x) if len(x) else 1.0
    logs = np.log(positive)
    if len(positive) < 3 or float(np.ptp(logs)) < 1e-9:
        return Duration("empirical", 0.0, 0.0, instant, logs)
    if family == "lognormal":
        return Duration("lognormal", float(logs.mean()), float(logs.std()), instant)
    if family == "gamma":
        shape = _root(float(np.log(positive.mean()) - logs.mean()))
        return Duration("gamma", shape, float(positive.mean()) / shape, instant)
    if family == "weibull":
        top = float(logs.max())  # powers of what is at most 1 do not overflow
        shape = _weibull(logs - top)
        return Duration("weibull", shape, math.exp(top + math.log(np.exp(shape * (logs - top)).mean()) / shape), instant)
    spread = min(float(logs.std(ddof=1)), float(np.subtract(*np.quantile(logs, [0.75, 0.25]))) / 1.34 or math.inf)
    return Duration("empirical", 0.9 * spread * len(logs) ** -0.2, 0.0, instant, logs)


def choose(x: Floats, rng: np.random.Generator) -> tuple[Duration, Mapping[str, float]]:
    """The family whose fit to two thirds gives the rest the greatest likelihood, fitted to all; and each family's mean log-likelihood there."""
    positive = x[x > 0]
    if len(positive) < ENOUGH:
        return Duration("empirical", 0.0, 0.0, 1 - len(positive) / len(x) if len(x) else 1.0, np.log(positive)), {}
    order = rng.permutation(len(positive))
    kept, rest = positive[order[: len(order) * 2 // 3]], positive[order[len(order) * 2 // 3:]]
    scores: dict[str, float] = {family: float(made.density(rest).mean()) for family in FAMILIES if (made := fit(kept, family)).a > 0 or made.family == "lognormal"}
    if not scores:  # one and the same number each time
        return fit(x, "empirical"), {}
    chosen = max((f for f in FAMILIES if f in scores), key=lambda f: scores[f] - (PLAINER if f == "empirical" else 0.0))
    return fit(x, chosen), scores


def _root(s: float) -> float:
    """The shape k of a gamma law with ln k − ψ(k) = s."""
    from scipy import optimize, special

    return float(optimize.brentq(lambda k: math.log(k) - special.digamma(k) - s, 1e-3, 1e7))


def _weibull(logs: Floats) -> float:
    """The shape of greatest likelihood, from logarithms none of which is above 0."""
    from scipy import optimize

    def slope(shape: float) -> float:
        weights = np.exp(shape * logs)
        return float((weights * logs).sum() / weights.sum() - 1 / shape - logs.mean())

    return float(optimize.brentq(slope, 1e-2, 1e4)) if slope(1e-2) < 0 < slope(1e4) else 1.0
