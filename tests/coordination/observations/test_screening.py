"""Implausible and gamed figures are found, true ones are left alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import injections as bad
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from injections import INJECTORS, TRAITS, Cells, accepted, join, take, with_values

from jingwei.coordination.observations.screening import CODES, Finding, Trait, screen

SAMPLE = 60  # injections per code in an ordinary run; `-m soak` makes FULL
FULL = 1000
RECALL = 0.95
MOST_FINDINGS = 40  # on the figures we ship, each explained in docs/findings.md


@pytest.fixture(scope="module")
def panel() -> Cells:
    """The provinces' figures we ship."""
    cells = bad.published()
    return take(cells, cells.place != "CN")


def caught(found: Iterable[Finding], code: str, rows: Iterable[int]) -> bool:
    wanted = set(map(int, rows))
    return any(f.code == code and not f.known and wanted & set(f.rows) for f in found)


def recall(code: str, panel: Cells, times: int) -> float:
    hits = 0
    for seed in range(times):
        spoilt, rows = INJECTORS[code](np.random.default_rng([seed, CODES.index(code)]), panel)
        hits += caught(screen(spoilt, TRAITS), code, rows)
    return hits / times


@pytest.mark.parametrize("code", CODES)
def test_95_in_100_spoilt_files_are_caught_by_the_right_code(code, panel):
    assert recall(code, panel, SAMPLE) >= RECALL - 0.03  # what sixty draws may fall short by chance


@pytest.mark.soak
def test_95_in_100_of_a_thousand_spoilt_files_a_code_are_caught(panel, request, capsys):
    if "soak" not in (request.config.option.markexpr or ""):
        pytest.skip("run with -m soak")
    table = {code: recall(code, panel, FULL) for code in CODES}
    with capsys.disabled():
        print("\n" + "\n".join(f"{code:20s} {share:.3f}" for code, share in table.items()))
    assert min(table.values()) >= RECALL


def test_a_year_carried_forward_in_all_places_is_caught(panel):
    gdp = take(panel, panel.measure == "gdp")
    last = take(gdp, gdp.year == gdp.year.max())
    copied = replace(last, year=last.year + 1)
    rows = range(len(gdp), len(gdp) + len(last))
    assert caught(screen(join(accepted(gdp), copied), TRAITS), "constant_growth", rows)


# --- the figures we ship --------------------------------------------------------------------------------------------

def test_few_of_the_shipped_figures_are_held_back():
    cells = bad.published()
    found = screen(cells, TRAITS)
    assert len(found) <= MOST_FINDINGS
    assert len({r for f in found for r in f.rows}) <= 0.04 * len(cells)


def test_the_new_price_base_of_telecom_volume_is_known_and_holds_nothing_back(panel):
    found = [f for f in screen(of(panel, "telecom_volume"), TRAITS) if f.code == "series_break"]
    assert [(f.known, f.rows) for f in found] == [(True, ())]


def test_the_same_break_neither_declared_nor_stated_is_held_back(panel):
    part = of(panel, "telecom_volume")
    silent = replace(part, definition=np.full(len(part), ""))
    assert caught(screen(silent, {}), "series_break", np.flatnonzero(part.year == 2021))


def test_two_vintages_of_regional_gdp_kept_as_two_measures_are_no_finding(panel):
    both = take(panel, np.isin(panel.measure, ("gdp", "gdp_pre5census")))
    assert screen(both, TRAITS) == ()


# --- columns that were rejected when the facts were compiled, rebuilt from the good ones ------------------------------

def test_a_broadband_column_with_its_years_reversed_is_caught(panel):
    part = of(panel, "broadband_subs")
    rows = np.arange(len(part))
    there = {(p, y): v for p, y, v in zip(part.place, part.year, part.value, strict=True)}
    turned = np.array([there[p, 2019 + 2024 - y] for p, y in zip(part.place, part.year, strict=True)])
    assert caught(screen(with_values(part, rows, turned), TRAITS), "reversed_series", rows)


@pytest.mark.parametrize("measure", ["digital_inclusive_finance", "co2_apparent", "optical_cable_length",
                                     "solid_waste_utilisation"])
@pytest.mark.parametrize("rule", sorted(bad.EXTRAPOLATIONS))
def test_a_last_year_made_by_any_usual_extrapolation_is_caught(measure, rule, panel):
    part = of(panel, measure)
    value, row = bad.grid(part)
    full = bad.full_places(row)
    more = take(part, row[full, -1])
    more = replace(more, year=more.year + 1)
    more = with_values(more, np.arange(len(full)), np.array([bad.EXTRAPOLATIONS[rule](v, 1)[0] for v in value[full]]))
    rows = np.arange(len(part), len(part) + len(full))
    found = screen(join(accepted(part), more), TRAITS)
    held = {r for f in found if f.code == "exact_extrapolation" for r in f.rows}
    assert len(held & set(rows.tolist())) >= 0.9 * len(full)


@pytest.mark.parametrize("one_rate", [True, False])
def test_base_stations_cast_back_at_constant_growth_are_caught(one_rate, panel):
    part = of(panel, "base_stations_5g")
    first = take(part, part.year == 2022)
    rates = np.full(len(first), 1.42) if one_rate else np.random.default_rng(1).uniform(1.2, 1.7, len(first))
    cast = join(*(with_values(replace(first, year=first.year - back), np.arange(len(first)), first.value / rates**back,
                              np.full(len(first), 2)) for back in (1, 2, 3)))
    rows = np.arange(len(part), len(part) + len(cast))
    assert caught(screen(join(accepted(part), cast), TRAITS), "constant_growth", rows)


def test_cable_of_guangdong_at_half_its_size_is_caught_against_another_vintage(panel):
    part = of(panel, "optical_cable_length")
    jiangsu = take(part, part.place == "320000")
    guangdong = replace(jiangsu, place=np.full(len(jiangsu), "440000"))
    halved = with_values(guangdong, np.arange(len(guangdong)), guangdong.value * 0.52)
    found = screen(join(halved, accepted(part), accepted(guangdong, "yearbook")), TRAITS)
    assert caught(found, "mixed_definition", range(len(halved)))


def test_cable_of_guangdong_at_half_its_size_is_caught_by_what_the_nation_leaves_for_it():
    """No accepted figure of Guangdong exists: 54.81 and 59.58 million km less the other thirty leave 3.49 and 3.75."""
    part = of(bad.published(), "optical_cable_length")
    half = {2021: 1_742_635.0, 2022: 1_874_317.0}
    jiangsu = take(part, (part.place == "320000") & np.isin(part.year, list(half)))
    guangdong = with_values(replace(jiangsu, place=np.full(len(jiangsu), "440000")), np.arange(len(jiangsu)),
                            np.array([half[int(y)] for y in jiangsu.year]))
    found = screen(join(guangdong, accepted(part)), TRAITS)
    assert {r for f in found if f.code == "mixed_definition" and f.place == "440000" for r in f.rows} == {0, 1}


def test_places_that_add_up_to_the_nation_are_left_alone(panel):
    part = of(bad.published(), "broadband_subs")
    assert not [f for f in screen(part, TRAITS) if f.code == "mixed_definition"]


def test_renewable_shares_interpolated_with_more_digits_than_the_column_are_caught(panel):
    part = of(panel, "renewable_power_share")
    value, row = bad.grid(part)
    who = bad.full_places(row)[[1, 4, 8, 12, 17, 21]]
    t = np.array([1, 2, 3, 4, 2, 3])
    middle = (value[who, t - 1] + value[who, t + 1]) / 2 + np.where(np.arange(6) % 2, 0.0, 0.0)
    rows = row[who, t]
    found = screen(with_values(part, rows, middle, np.full(6, 2)), TRAITS)
    assert len({r for f in found if f.code == "exact_extrapolation" for r in f.rows} & set(rows.tolist())) >= 3


def test_a_regional_gdp_98_8_per_cent_too_low_is_caught(panel):
    part = of(panel, "gdp")
    rows = np.flatnonzero((part.place == "340000") & (part.year == 2024))
    found = screen(with_values(part, rows, part.value[rows] * 0.012), TRAITS)
    assert caught(found, "jump", rows) or caught(found, "unit_slip", rows)


def test_ningxia_energy_at_0_79_in_a_sparse_series_is_caught(panel):
    part = of(panel, "energy_consumption")
    like = take(part, (part.place == "640000") & (part.year == 2019))
    wrong = with_values(replace(like, year=np.array([2020])), np.array([0]), np.array([0.79]), np.array([2]))
    found = screen(join(part, wrong), TRAITS)
    assert caught(found, "unit_slip", [len(part)]) or caught(found, "jump", [len(part)])


def test_energy_counted_partly_by_another_convention_is_caught(panel):
    part = of(panel, "energy_consumption")
    _, row = bad.grid(part)
    who = np.flatnonzero((row[:, :2] >= 0).all(axis=1))[:4]
    rows = row[who, 1]
    assert caught(screen(with_values(part, rows, part.value[rows] * 1.3), TRAITS), "mixed_definition", rows)


def test_regional_gdp_filled_partly_from_the_superseded_vintage_is_caught(panel):
    both = take(panel, np.isin(panel.measure, ("gdp", "gdp_pre5census")))
    both = replace(both, new=both.measure == "gdp")
    rows = np.flatnonzero((both.measure == "gdp") & (both.year == 2022))[:6]
    old = [np.flatnonzero((both.measure == "gdp_pre5census") & (both.year == 2022) & (both.place == p))[0]
           for p in both.place[rows]]
    spoilt = with_values(both, rows, both.value[old], both.decimals[old])
    assert caught(screen(spoilt, TRAITS), "mixed_definition", rows)


def test_figures_clipped_at_both_ends_are_caught(panel):
    part = of(panel, "he_students")
    low, high = np.percentile(part.value, [1, 99]).round()
    rows = np.flatnonzero((part.value < low) | (part.value > high))
    assert caught(screen(with_values(part, rows, np.clip(part.value[rows], low, high)), TRAITS), "mixed_definition", rows)


def test_a_place_in_the_wrong_unit_throughout_is_caught_by_its_other_measures(panel):
    whole = panel
    rows = np.flatnonzero((whole.measure == "retail_sales") & (whole.place == "430000"))
    spoilt = replace(with_values(whole, rows, whole.value[rows] / 1e4, whole.decimals[rows] + 4),
                     new=whole.measure == "retail_sales")
    assert caught(screen(spoilt, TRAITS), "unit_slip", rows)


# --- what is legitimate -----------------------------------------------------------------------------------------------

def test_a_zero_is_left_alone_where_a_place_may_have_none(panel):
    spoilt, rows = bad.zero_for_missing(np.random.default_rng(3), panel)
    name = str(spoilt.measure[0])
    assert not caught(screen(spoilt, {name: Trait(zero_possible=True)}), "zero_for_missing", rows)


def test_two_sources_of_one_figure_are_legitimate(panel):
    part = of(panel, "population")
    again = replace(part, source=np.full(len(part), "another office"))
    assert not [f for f in screen(join(part, again), TRAITS) if f.code == "duplicate_vintage"]


def test_a_change_of_stated_definition_in_a_declared_break_year_is_known(panel):
    part = of(panel, "gdp")
    part = replace(part, definition=np.where(part.year >= 2022, "sixth", "fifth"))
    found = [f for f in screen(part, {"gdp": Trait(breaks=(2022,))}) if f.code == "mixed_definition"]
    assert [(f.known, f.rows) for f in found] == [(True, ())]


def test_a_share_may_exceed_100_where_it_is_not_bounded(panel):
    assert not [f for f in screen(of(panel, "solid_waste_utilisation"), TRAITS) if f.code == "share_over_100"]


# --- laws that always hold ----------------------------------------------------------------------------------------------

VALUES = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(0.01, 1e6), st.integers(0, 5).map(float),
                   st.just(7.0))


@st.composite
def any_cells(draw) -> Cells:
    n = draw(st.integers(0, 60))
    column = lambda options: draw(st.lists(st.sampled_from(options), min_size=n, max_size=n))  # noqa: E731
    values = draw(st.lists(VALUES, min_size=n, max_size=n))
    return Cells(np.array(column(["a", "b"]), dtype=str), np.array(column([f"p{i}" for i in range(9)]), dtype=str),
                 np.array(column(list(range(2019, 2025))), dtype=np.int64), np.array(values, dtype=np.float64),
                 np.array(column([-400, -1, 0, 1, 2, 400]), dtype=np.int64), np.array(column(["s", "t"]), dtype=str),
                 np.array(column(["", "v"]), dtype=str), np.array(column(["", "", "d", "e"]), dtype=str),
                 np.array(column([True, True, False]), dtype=np.bool_))


ANY_TRAITS = {"a": Trait(bounded=True, growing=True, breaks=(2021,)), "b": Trait()}


@given(any_cells())
@settings(max_examples=150, deadline=None)
def test_no_data_makes_it_raise_and_only_new_figures_are_held_back(cells):
    for f in screen(cells, ANY_TRAITS):
        assert f.code in CODES
        assert f.known or f.rows
        assert cells.new[list(f.rows)].all()
        assert f.detail_en and f.detail_zh


@given(any_cells(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_rows_does_not_matter(cells, random):
    order = list(range(len(cells)))
    random.shuffle(order)
    moved = screen(take(cells, np.array(order, dtype=np.int64)), ANY_TRAITS)
    there = [(f.code, f.measure, f.place, sorted(order[r] for r in f.rows), f.detail_en, f.known) for f in moved]
    here = [(f.code, f.measure, f.place, sorted(f.rows), f.detail_en, f.known) for f in screen(cells, ANY_TRAITS)]
    assert sorted(there) == sorted(here)


@pytest.mark.parametrize("code", CODES)
def test_shuffled_spoilt_files_give_the_same_findings_twice(code, panel):
    rng = np.random.default_rng(11)
    spoilt, _ = INJECTORS[code](rng, panel)
    order = rng.permutation(len(spoilt))
    here = {(f.code, f.place, f.rows) for f in screen(spoilt, TRAITS)}
    there = {(f.code, f.place, tuple(sorted(int(order[r]) for r in f.rows))) for f in screen(take(spoilt, order), TRAITS)}
    assert here == there == {(f.code, f.place, f.rows) for f in screen(spoilt, TRAITS)}


@given(seed=st.integers(0, 10_000), power=st.integers(-4, 6))
@settings(max_examples=40, deadline=None)
def test_a_measure_in_another_unit_gives_the_same_findings(seed, power, panel):
    code = ("jump", "series_break", "exact_extrapolation", "constant_growth", "unit_slip")[seed % 5]
    spoilt, _ = INJECTORS[code](np.random.default_rng(seed), panel)
    scaled = replace(spoilt, value=spoilt.value * 10.0**power, decimals=spoilt.decimals - power)
    assert ({(f.code, f.place, f.rows) for f in screen(spoilt, {})}
            == {(f.code, f.place, f.rows) for f in screen(scaled, {})})


@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_a_constant_factor_changes_nothing_but_the_traces_of_rounding(seed, factor, panel):
    part = of(panel, str(np.random.default_rng(seed).choice(bad.measures(panel, 2))))
    scaled = replace(part, value=part.value * factor)
    assert ({(f.code, f.place, f.rows) for f in screen(part, {})}
            == {(f.code, f.place, f.rows) for f in screen(scaled, {})})


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_accepted_figures_are_never_held_back_whatever_is_new(seed, panel):
    rng = np.random.default_rng(seed)
    part = of(panel, str(rng.choice(bad.measures(panel, 1))))
    part = replace(part, new=rng.random(len(part)) < rng.random())
    assert all(part.new[list(f.rows)].all() for f in screen(join(part, accepted(panel)), TRAITS))


def usable(panel: Cells) -> Cells:
    """The shipped figures without those that wait for a look at the issuer."""
    held = sorted({r for f in screen(panel, TRAITS) for r in f.rows})
    return take(panel, np.setdiff1d(np.arange(len(panel)), held))


def test_shipped_figures_given_once_more_under_another_source_raise_no_doubt(panel):
    known = usable(panel)
    again = replace(known, source=np.full(len(known), "another office"), vintage=np.full(len(known), "2026"))
    assert [f for f in screen(join(again, accepted(known)), TRAITS) if f.rows] == []


@pytest.mark.parametrize("code", [c for c in CODES if c not in ("share_over_100", "duplicate_vintage", "zero_for_missing")])
def test_true_figures_beside_spoilt_ones_stay_usable(code, panel):
    known, convicted = usable(panel), 0
    for seed in range(12):
        spoilt, _ = INJECTORS[code](np.random.default_rng([seed, 5]), known)
        spoilt = take(spoilt, spoilt.new)
        file = replace(spoilt, source=np.full(len(spoilt), "another office"))
        mine = accepted(of(known, str(file.measure[0])))
        true = set(zip(mine.place, mine.year, mine.value, mine.definition, strict=True))
        held = {r for f in screen(join(file, mine), TRAITS) for r in f.rows}
        assert not [r for r in held if (file.place[r], file.year[r], file.value[r], file.definition[r]) in true]
        convicted += bool(held)
    assert convicted >= 11


def test_a_new_year_is_not_blamed_for_a_step_between_accepted_years(panel):
    """Trade rose by a fifth in 2021; a 2024 that goes on as 2023 did has no part in it."""
    trade = of(usable(panel), "goods_trade")
    last = take(trade, trade.year == 2023)
    drift = np.exp(np.random.default_rng(4).normal(-0.01, 0.05, len(last)))
    new = with_values(replace(last, year=last.year + 1), np.arange(len(last)), last.value * drift)
    assert [f.code for f in screen(join(new, accepted(trade)), TRAITS) if f.rows] == []


def test_findings_name_the_figure_and_its_neighbours():
    cells = Cells(*[np.array(c) for c in zip(*[("ports", "CN", y, v, 1, "s", "", "", True) for y, v in
                                             ((2021, 110.2), (2022, 113.6), (2023, 11360.0), (2024, 117.2))],
                                             strict=True)])
    (finding,) = [f for f in screen(cells, {}) if f.code == "unit_slip"]
    assert "113.6 in 2022" in finding.detail_en
    assert "100" in finding.detail_en
    assert "2022年113.6" in finding.detail_zh


def of(cells: Cells, measure: str) -> Cells:
    return take(cells, cells.measure == measure)
