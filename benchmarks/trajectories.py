"""Coverage of the trajectory intervals on every national and provincial series, and the time it takes.

    JINGWEI_SHARED=... python benchmarks/trajectories.py

Peer: scipy.optimize.curve_fit, one logistic fit per series from the same starting knowledge.
"""

from __future__ import annotations

import csv
import os
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit

from jingwei.coordination.targets.trajectories import MODELS, Backtest, Series, calibrate, forecast, rolling_origin

SHARES = {"ecommerce_firm_share", "urbanization_rate", "renewable_power_share"}
NOT_COMPARABLE = {"data_output", "compute_smart", "compute_total", "data_centre_pue", "egdi_rank",
                  "gdp_pre5census", "computing_hub_member", "cac_digital_level_rank"}


def read(folder: Path) -> tuple[list[str], list[Series]]:
    """Indicator and series of everything with five comparable points or more, the nation first."""
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in csv.DictReader((folder / "national.csv").read_text(encoding="utf-8").splitlines()):
        if "superseded" not in row["vintage_note"]:
            found[row["indicator"], "nation"][int(row["year"])] = float(row["value"])
    for row in csv.DictReader((folder / "provinces.csv").read_text(encoding="utf-8").splitlines()):
        indicator = row["indicator"]
        if indicator == "telecom_volume":
            indicator += "_2015_prices" if int(row["year"]) < 2021 else "_last_year_prices"
        found[indicator, row["region_adcode"]][int(row["year"])] = float(row["value"])
    kept = {key: points for key, points in found.items() if len(points) >= 5 and key[0] not in NOT_COMPARABLE}
    return [key[0] for key in kept], [
        Series(np.array(list(points)), np.array(list(points.values())), 100.0 if key[0] in SHARES else None)
        for key, points in kept.items()]


def worst(result: Backtest, labels: list[str], count: int = 5) -> str:
    names = np.array(labels)[result.series]
    share = sorted((float(result.inside[names == name].mean()), str(name)) for name in np.unique(names))
    return ", ".join(f"{name} {inside:.2f}" for inside, name in share[:count])


def peer_logistic(series: list[Series]) -> tuple[float, int, int]:
    """Seconds, fits that found no answer, fits."""
    def curve(t: np.ndarray, k: float, r: float, m: float) -> np.ndarray:
        return k / (1 + np.exp(-r * (t - m)))

    began, failed = time.perf_counter(), 0
    for one in series:
        t, top = (one.years - one.years[0]).astype(float), float(one.values.max())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", OptimizeWarning)
            try:
                curve_fit(curve, t, one.values / top, p0=[1.5, 0.5, 1.0], maxfev=2000)
            except RuntimeError:
                failed += 1
    return time.perf_counter() - began, failed, len(series)


def main() -> None:
    if "JINGWEI_SHARED" not in os.environ:
        sys.exit("set JINGWEI_SHARED to the folder that holds facts/")
    labels, series = read(Path(os.environ["JINGWEI_SHARED"]) / "facts")
    print(f"{len(series)} series of {len(set(labels))} indicators")

    began = time.perf_counter()
    calibration = calibrate(series)
    print(f"calibrate: {time.perf_counter() - began:.2f} s; model errors relative to their mean: "
          + ", ".join(f"{m} {e:.2f}" for m, e in zip(MODELS, calibration.model_errors, strict=True)))
    for groups, only_past in ((None, False), (labels, False), (None, True), (labels, True)):
        began = time.perf_counter()
        result = rolling_origin(series, groups=groups, only_past=only_past)
        print(f"\nkept out of calibration: the {'indicator' if groups else 'series'}"
              f"{' and all later years' if only_past else ''}; "
              f"covered {result.coverage:.3f} of {len(result.inside)}; {time.perf_counter() - began:.2f} s")
        print(result.table())
        print(f"least covered: {worst(result, labels)}")

    few = series[:300]
    began = time.perf_counter()
    for one in few:
        forecast(one, 5, calibration)
    print(f"\nforecast of {len(few)} series, three models, weights and interval: {time.perf_counter() - began:.2f} s")
    seconds, failed, fits = peer_logistic(few)
    print(f"scipy curve_fit of the logistic alone, {fits} series: {seconds:.2f} s, {failed} without an answer")


if __name__ == "__main__":
    main()
