from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import curve_fit

from jingwei.coordination.targets.trajectories import (
    Backtest,
    Calibration,
    Forecast,
    Series,
    calibrate,
    forecast,
    on_track,
    reach,
    rolling_origin,
)
from jingwei.kernel.problems import NotAssessable, Problem

SHARES = {"ecommerce_firm_share", "urbanization_rate", "renewable_power_share"}
NOT_COMPARABLE = {"data_output", "compute_smart", "compute_total", "data_centre_pue", "egdi_rank",
                  "gdp_pre5census", "computing_hub_member", "cac_digital_level_rank"}


@cache
def long_series(folder: Path) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """Indicator and series of everything with five comparable points or more, the nation first."""
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in csv.DictReader((folder / "facts/national.csv").read_text(encoding="utf-8").splitlines()):
        if "superseded" not in row["vintage_note"]:
            found[row["indicator"], "nation"][int(row["year"])] = float(row["value"])
    for row in csv.DictReader((folder / "facts/provinces.csv").read_text(encoding="utf-8").splitlines()):
        indicator = row["indicator"]
        if indicator == "telecom_volume":
            indicator += "_2015_prices" if int(row["year"]) < 2021 else "_last_year_prices"
        found[indicator, row["region_adcode"]][int(row["year"])] = float(row["value"])
    kept = {key: points for key, points in found.items() if len(points) >= 5 and key[0] not in NOT_COMPARABLE}
    return tuple(key[0] for key in kept), tuple(
        Series(np.array(list(points)), np.array(list(points.values())), 100.0 if key[0] in SHARES else None)
        for key, points in kept.items())


@cache
def judged(folder: Path, by_indicator: bool, only_past: bool) -> Backtest:
    labels, series = long_series(folder)
    return rolling_origin(series, groups=labels if by_indicator else None, only_past=only_past)


@cache
def calibrated(folder: Path) -> Calibration:
    return calibrate(long_series(folder)[1])


def made_up(seed: int, count: int = 60) -> list[Series]:
    """Bending growth with noise, five to eight years, a third of them shares."""
    rng = np.random.default_rng(seed)
    made = []
    for index in range(count):
        t = np.arange(rng.integers(5, 9))
        z = rng.normal(0, 0.5) + rng.normal(0.3, 0.3) * (1 - 0.8**t) + rng.normal(0, 0.03, len(t))
        share = index % 3 == 0
        made.append(Series(2015 + t, 100 / (1 + np.exp(-z)) if share else np.exp(z), 100.0 if share else None))
    return made


LEARNED = calibrate(made_up(1))


@st.composite
def series(draw: st.DrawFn, share: bool | None = None, most: int = 8) -> Series:
    size = draw(st.integers(4, most))
    first = draw(st.floats(1, 90))
    steps = draw(st.lists(st.floats(-0.4, 0.6), min_size=size - 1, max_size=size - 1))
    z = np.log(first) + np.concatenate([[0.0], np.cumsum(steps)])
    bounded = draw(st.booleans()) if share is None else share
    return Series(2015 + np.arange(size), 100 / (1 + np.exp(4 - z)) if bounded else np.exp(z),
                  100.0 if bounded else None)


def nation(folder: Path, indicator: str, last: int = 2023) -> Series:
    """The national series from 2020 to ``last``."""
    points = {}
    for row in csv.DictReader((folder / "facts/national.csv").read_text(encoding="utf-8").splitlines()):
        if row["indicator"] == indicator and 2020 <= int(row["year"]) <= last:
            points[int(row["year"])] = float(row["value"])
    return Series(np.array(list(points)), np.array(list(points.values())))


# What came of forecasts made in the past


@pytest.mark.parametrize("only_past", [False, True])
@pytest.mark.parametrize("by_indicator", [False, True])
def test_ninety_percent_intervals_cover_at_least_80_percent_and_are_not_all_embracing(shared, by_indicator, only_past):
    result = judged(shared, by_indicator, only_past)
    print(f"\nkept out: {'indicator' if by_indicator else 'series'}, only past: {only_past}, "
          f"covered {result.coverage:.3f} of {len(result.inside)}\n{result.table()}")
    assert 0.80 <= result.coverage <= 0.99
    for n, coverage in zip(result.n, result.coverage90, strict=True):
        assert n < 30 or 0.80 <= coverage <= 0.99


def test_the_combination_beats_leaving_everything_as_it_is_and_the_exponential(shared):
    error = judged(shared, True, False).error
    for other in ("unchanged", "loglinear"):
        assert np.all(error["combination"][:2] < error[other][:2])


def test_national_outcomes_fall_inside_their_intervals(shared):
    result = judged(shared, True, True)
    national = result.series < sum(1 for label in long_series(shared)[0] if label in NATIONAL)
    assert result.inside[national].mean() >= 0.8


NATIONAL = {"base_stations_5g", "gigabit_subs", "ipv6_active_users", "netizens", "users_5g"}


@pytest.mark.oracle("evaluate")
@pytest.mark.parametrize(("indicator", "model", "miss"), [
    ("base_stations_5g", "logistic", -0.9), ("base_stations_5g", "loglinear", 109.0),
    ("ipv6_active_users", "logistic", -4.5), ("netizens", "logistic", 0.1)])
def test_four_years_to_2023_predict_2025_with_the_published_miss(shared, indicator, model, miss):
    ahead = forecast(nation(shared, indicator), 2, calibrated(shared))
    actual = nation(shared, indicator, last=2025).values[-1]
    assert 100 * (ahead.models[model][-1] / actual - 1) == pytest.approx(miss, abs=0.3)
    assert ahead.q05[-1] <= actual <= ahead.q95[-1]


def test_a_year_that_has_been_observed_is_a_verdict_and_not_a_chance(shared):
    netizens = nation(shared, "netizens", last=2025)
    result = reach(netizens, 12.0, 1, 2025, calibrated(shared))
    assert (result.observed, result.probability, result.forecast) == (True, 0.0, None)
    assert result.on_track.ratio == pytest.approx((11.25 - 9.89) / (12 - 9.89))


def test_in_2023_the_netizens_target_of_2025_already_looked_unlikely(shared):
    result = reach(nation(shared, "netizens"), 12.0, 1, 2025, calibrated(shared))
    assert not result.observed
    assert 0.01 < result.probability < 0.2


# The models against others' implementations


@pytest.mark.oracle("evaluate")
@given(series(share=False))
def test_the_loglinear_path_is_the_least_squares_line_of_the_logarithms(one):
    line = np.polyfit(one.years - 2015, np.log(one.values), 1)
    ahead = forecast(one, 3, LEARNED)
    assert_allclose(ahead.models["loglinear"], np.exp(np.polyval(line, ahead.years - 2015)), rtol=1e-9)


@pytest.mark.oracle("evaluate")
@pytest.mark.parametrize("seed", range(12))
def test_the_logistic_path_is_the_one_scipy_finds(seed):
    rng = np.random.default_rng(seed)
    t = np.arange(7.0)
    rate, middle = rng.uniform(0.4, 1.1), rng.uniform(1, 4)
    values = 80 / (1 + np.exp(-rate * (t - middle))) * np.exp(rng.normal(0, 0.01, 7))

    def curve(x, k, r, m):
        return k / (1 + np.exp(-r * (x - m)))

    found, _ = curve_fit(curve, t, values, p0=[80, rate, middle], maxfev=20_000)
    path = forecast(Series(2015 + np.arange(7), values), 3, LEARNED).models["logistic"]
    assert_allclose(path, curve(np.arange(7.0, 10.0), *found), rtol=2e-3)


def test_what_never_moved_is_forecast_to_stay():
    ahead = forecast(Series(np.arange(2018, 2024), np.full(6, 42.0)), 4, LEARNED)
    for path in (ahead.median, *ahead.models.values()):
        assert_allclose(path, 42.0, rtol=1e-2)
    assert np.all(ahead.q95 > ahead.q05)


# Laws


@given(series())
def test_quantiles_are_ordered_and_stay_inside_the_bounds(one):
    ahead = forecast(one, 6, LEARNED)
    rows = np.array([ahead.quantile(level) for level in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)])
    assert np.all(np.diff(rows, axis=0) >= 0)
    assert np.all(rows > 0)
    assert np.all(rows <= (one.ceiling or np.inf))
    assert_allclose(rows[[1, 3, 5]], [ahead.q05, ahead.median, ahead.q95], rtol=1e-9)
    assert sum(ahead.weights.values()) == pytest.approx(1)


@given(series(share=False))
def test_further_ahead_is_never_surer(one):
    ahead = forecast(one, 8, LEARNED)
    width = (ahead.q95 - ahead.q05) / ahead.median
    assert np.all(np.diff(width) >= -1e-9 * width[1:])


@given(series(), st.floats(1e-4, 1e4))
def test_a_change_of_unit_changes_only_the_unit(one, factor):
    other = Series(one.years, one.values * factor, one.ceiling and one.ceiling * factor)
    ahead, scaled = forecast(one, 4, LEARNED), forecast(other, 4, LEARNED)
    for name in ("median", "q05", "q95"):
        assert_allclose(getattr(scaled, name), getattr(ahead, name) * factor, rtol=1e-5)


def test_calibration_does_not_see_the_unit():
    factors = np.random.default_rng(3).uniform(0.01, 100, 60)
    scaled = [Series(one.years, one.values * f, one.ceiling and one.ceiling * f)
              for one, f in zip(made_up(1), factors, strict=True)]
    same_forecast(forecast(made_up(2)[1], 4, calibrate(scaled)), forecast(made_up(2)[1], 4, LEARNED))


@given(st.permutations(range(60)))
@settings(max_examples=5)
def test_the_order_of_the_series_is_irrelevant(order):
    shuffled = [made_up(1)[i] for i in order]
    same_forecast(forecast(made_up(2)[0], 4, calibrate(shuffled)), forecast(made_up(2)[0], 4, LEARNED))


@given(series(), st.randoms(use_true_random=False))
def test_the_order_of_the_years_is_irrelevant(one, random):
    order = list(range(len(one.years)))
    random.shuffle(order)
    mixed = Series(one.years[order], one.values[order], one.ceiling)
    same_forecast(forecast(mixed, 4, LEARNED), forecast(one, 4, LEARNED))


def same_forecast(one: Forecast, other: Forecast) -> None:
    for name in ("median", "q05", "q95"):
        assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-5)


@given(series(), st.floats(1, 99), st.integers(1, 5))
def test_reaching_and_not_reaching_add_up_to_one_and_neither_is_certain(one, target, step):
    ahead = forecast(one, 5, LEARNED)
    year = int(one.years[-1]) + step
    above, below = ahead.probability(year, target, 1), ahead.probability(year, target, -1)
    assert above + below == pytest.approx(1)
    assert 0 < above < 1
    assert ahead.probability(year, target * 1.01, 1) <= above + 1e-12 or target * 1.01 > 100


@given(series())
def test_probabilities_and_quantiles_are_two_readings_of_one_distribution(one):
    ahead = forecast(one, 3, LEARNED)
    for level in (0.1, 0.4, 0.5, 0.8, 0.95):
        for year, value in zip(ahead.years, ahead.quantile(level), strict=True):
            assert ahead.probability(int(year), float(value), -1) == pytest.approx(level, abs=1e-6)


# Standing against a path


def test_the_path_without_a_ceiling_doubles_at_equal_steps():
    standing = on_track(Series([2020, 2022], [10.0, 20.0]), 40.0, 1, 2024)
    assert standing.path == pytest.approx(20.0)
    assert standing.ratio == pytest.approx(1.0)


def test_the_path_of_a_share_is_logistic():
    standing = on_track(Series([2020, 2022], [20.0, 40.0], 100.0), 80.0, 1, 2024)
    assert standing.path == pytest.approx(50.0)
    assert standing.ratio == pytest.approx(20 / 30)


def test_a_measure_that_should_fall_is_on_track_when_it_falls():
    standing = on_track(Series([2020, 2022], [1.6, 1.4]), 1.225, -1, 2024)
    assert standing.ratio == pytest.approx(1.0)
    assert on_track(Series([2020, 2022], [1.6, 1.7]), 1.225, -1, 2024).ratio < 0


# What cannot be said


def test_three_points_are_not_assessable_and_the_message_says_why():
    with pytest.raises(NotAssessable, match=r"3 comparable points.*need 4"):
        forecast(Series([2020, 2021, 2022], [1.0, 2.0, 3.0]), 2, LEARNED)


@pytest.mark.parametrize(("years", "values", "why"), [
    ([2020, 2020, 2021, 2022], [1, 1, 2, 3], "two values for 2020"),
    ([2020, 2021, 2022, 2023], [1, np.nan, 2, 3], "2021 is missing"),
    ([2020, 2021, 2022, 2023], [0, 1, 2, 3], "2020 is not above 0"),
    ([2020, 2021, 2022, 2023], [97, 98, 99, 100], "2023 is at or above the ceiling 100")])
def test_what_is_not_one_comparable_series_is_refused(years, values, why):
    with pytest.raises(NotAssessable, match=why):
        Series(years, values, 100.0)


def test_too_few_misses_make_no_interval_and_so_no_forecast():
    with pytest.raises(NotAssessable, match="an interval needs 30"):
        calibrate(made_up(1, count=4))
    with pytest.raises(NotAssessable, match="no miss to learn from"):
        calibrate([Series([2020, 2021, 2022], [1.0, 2.0, 3.0])])


def test_targets_beyond_the_bounds_and_years_beyond_the_forecast_are_refused():
    ahead = forecast(made_up(2)[0], 2, LEARNED)
    with pytest.raises(Problem, match="not between 0 and 100"):
        ahead.probability(int(ahead.years[0]), 101.0)
    with pytest.raises(Problem, match="longer horizon"):
        ahead.probability(2099, 50.0)
    with pytest.raises(NotAssessable, match="met by the baseline"):
        on_track(Series([2020, 2021], [5.0, 6.0]), 4.0, 1, 2025)
    with pytest.raises(NotAssessable, match="no value for the deadline year 2021"):
        reach(Series([2020, 2022, 2023, 2024], [1.0, 2.0, 3.0, 4.0]), 5.0, 1, 2021, LEARNED)
