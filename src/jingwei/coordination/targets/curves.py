"""The three models of a short yearly series, fitted to many series at once; every path is (series, horizon) in z.

z = log(v / (1 - v / ceiling)): the log odds of a bounded share, the plain logarithm of a measure without a ceiling.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MODELS = ("logistic", "loglinear", "damped")
SMOOTHING = (0.8, 0.5, 0.85)  # level, slope, damping
STEEPEST = 1.5      # logistic rate per year
LEAST_FILLED = 0.03  # the logistic may not place its ceiling further than 1/0.03 times the latest value
NEARLY = 0.999      # of the ceiling: as far as a curve may go


def fit(years: Ints, values: Floats, z: Floats, ceiling: Floats, horizon: int) -> tuple[Floats, Floats]:
    """Paths (series, horizon, models), and (series, 3) constant, latest pace, roughness halved with each year's age."""
    bound = np.where(np.isfinite(ceiling), NEARLY * ceiling, np.inf)[:, None]
    curve = to_z(np.minimum(_logistic(years, values, bound, horizon), bound), ceiling[:, None])
    paths = np.stack([curve, _loglinear(years, z, horizon), _damped(years, z, horizon)], axis=-1)
    slopes = np.diff(z) / np.diff(years)
    bends = np.abs(np.diff(slopes))
    recency = 0.5 ** np.arange(bends.shape[1])[::-1]
    pace, rough = np.abs(slopes[:, -1]), bends @ (recency / recency.sum())
    return paths, np.stack([np.ones_like(pace), pace, rough], axis=-1)


def _logistic(years: Ints, values: Floats, bound: Floats, horizon: int) -> Floats:
    """K / (1 + exp(-(u + r t))) by least squares on the values; t counts from the last year. Returns values, not z.

    For given u and r the best K is linear, so a grid over (u, r), refined around its best cell, finds the optimum
    without iterating per series (variable projection, Golub and Pereyra 1973).
    """
    t = (years - years[:, -1:]).astype(np.float64)
    y = np.round(values / values[:, -1:], 12)  # so that a change of unit cannot tip the choice between equal cells
    low, high = np.log(LEAST_FILLED / (1 - LEAST_FILLED)), 5.0
    each, zero = np.arange(len(y)), np.zeros(len(y))
    u, r, du, dr = zero + (low + high) / 2, zero, (high - low) / 2, STEEPEST
    k = zero
    for cells in (21, *[9] * 13):
        grid = np.linspace(-1, 1, cells)
        us = np.clip(u[:, None] + du * grid, low, high).repeat(cells, axis=1)
        rs = np.tile(np.clip(r[:, None] + dr * grid, -STEEPEST, STEEPEST), cells)
        s = 1 / (1 + np.exp(-(us[..., None] + rs[..., None] * t[:, None, :])))
        ks = np.minimum(np.einsum("sgt,st->sg", s, y) / np.einsum("sgt,sgt->sg", s, s), bound / values[:, -1:])
        best = ((ks[..., None] * s - y[:, None, :]) ** 2).sum(axis=-1).argmin(axis=1)
        u, r, k = us[each, best], rs[each, best], ks[each, best]
        du, dr = (du / 4, dr / 4) if cells == 21 else (du / 2, dr / 2)
    ahead = np.arange(1, horizon + 1)
    path: Floats = (k * values[:, -1])[:, None] / (1 + np.exp(-(u[:, None] + r[:, None] * ahead)))
    return path


def _loglinear(years: Ints, z: Floats, horizon: int) -> Floats:
    """Least-squares line in z: constant growth without a ceiling, a logistic with known ceiling under one."""
    t = (years - years[:, -1:]).astype(np.float64)
    centre = t.mean(axis=1, keepdims=True)
    slope = ((t - centre) * z).sum(axis=1, keepdims=True) / ((t - centre) ** 2).sum(axis=1, keepdims=True)
    path: Floats = z.mean(axis=1, keepdims=True) + slope * (np.arange(1, horizon + 1) - centre)
    return path


def _damped(years: Ints, z: Floats, horizon: int) -> Floats:
    """Damped trend (Gardner and McKenzie 1985) in z with fixed smoothing, stepping over missing years."""
    alpha, beta, phi = SMOOTHING
    level, slope = z[:, 1], (z[:, 1] - z[:, 0]) / (years[:, 1] - years[:, 0])
    for k in range(2, z.shape[1]):
        gap = years[:, k] - years[:, k - 1]
        reach_of_slope = phi * (1 - phi**gap) / (1 - phi)
        miss = z[:, k] - level - slope * reach_of_slope
        level = level + slope * reach_of_slope + alpha * miss
        slope = slope * phi**gap + beta * miss / reach_of_slope
    ahead = np.arange(1, horizon + 1)
    path: Floats = level[:, None] + slope[:, None] * phi * (1 - phi**ahead) / (1 - phi)
    return path


def bound_of(ceiling: float | None) -> float:
    return np.inf if ceiling is None else float(ceiling)


def to_z(value: ArrayLike, ceiling: ArrayLike) -> Floats:
    """-log(1/v - 1/ceiling): the log of v / (1 - v/ceiling), which is log v when the ceiling is infinite."""
    v, c = np.asarray(value, dtype=np.float64), np.asarray(ceiling, dtype=np.float64)
    with np.errstate(divide="ignore"):
        z: Floats = -np.log(1 / np.maximum(v, 0.0) - 1 / c)
    return z


def to_value(z: ArrayLike, ceiling: ArrayLike) -> Floats:
    value: Floats = 1 / (np.exp(-np.clip(z, -700.0, 700.0)) + 1 / np.asarray(ceiling, dtype=np.float64))
    return value
